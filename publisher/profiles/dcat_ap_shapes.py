"""SEMIC's rules → SHACL shapes: DCAT-AP 3.0.1, DCAT-AP HVD 3.0 and GeoDCAT-AP 3.0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rdflib import DCTERMS, RDF, SH, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from publisher.messages import LANGUAGES, translate
from publisher.profiles.dcat_ap import (
    BASE,
    DCAT_AP_HVD,
    SemicRule,
    expand_semic,
    read_semic_rules,
)
from publisher.profiles.dcat_ap_se import HIGH_VALUE, read_lists
from publisher.profiles.shape_writer import ShapeWriter
from publisher.rdf.namespaces import AUTHORITY, HVD_CATEGORIES

# Lists that are not tables of the EU: how the address of a term begins, and the scheme it is in.
_SCHEMES = {
    "checksum-algorithm": (r"^https?://spdx\.org/rdf/terms", ""),
    "hvd-category": ("", HVD_CATEGORIES),
    "iana": (r"^http.*://www.iana.org/assignments/media-types/", ""),
    "licence-type": (
        r"^http://purl\.org/adms/licencetype/",
        "http://purl.org/adms/licencetype/1.0",
    ),
    "place": (
        rf"^https://sws\.geonames\.org|^{AUTHORITY}(country|place|continent)/",
        "",
    ),
}
# Code lists of INSPIRE, and the register of coordinate systems (GeoDCAT-AP 3.0, vocabulary 930).
_INSPIRE = "http://inspire.ec.europa.eu/metadata-codelist/"
_INSPIRE_LISTS = {
    "resource-type": f"{_INSPIRE}ResourceType",
    "service-category": f"{_INSPIRE}SpatialDataServiceCategory",
    "service-protocol": f"{_INSPIRE}ProtocolValue",
    "service-type": f"{_INSPIRE}SpatialDataServiceType",
    "topic-category": f"{_INSPIRE}TopicCategory",
}
_REFERENCE_SYSTEMS = "http://www.opengis.net/def/crs/"
_SCHEMES |= {
    name: (f"^https?{address.removeprefix('http')}/", address)
    for name, address in _INSPIRE_LISTS.items()
}
_SCHEMES["reference-system"] = (f"^https?{_REFERENCE_SYSTEMS.removeprefix('http')}", "")
_PLACES = tuple(AUTHORITY + name for name in ("country", "place", "continent"))
_KINDS = {"literal": SH.Literal, "iri": SH.IRI, "node": SH.BlankNodeOrIRI}
# Class → how something of it leads to what is marked as high-value.
_LEADS_TO_MARKED = {
    "dcat:Dataset": (),
    "dcat:DatasetSeries": (),
    "dcat:DataService": (
        "dcat:servesDataset",
        "^dcat:accessService/^dcat:distribution",
    ),
    "dcat:Distribution": ("^dcat:distribution",),
    "dcat:Catalog": ("dcat:dataset",),
    "dcat:CatalogRecord": ("foaf:primaryTopic",),
    "vcard:Kind": ("^dcat:contactPoint",),
    "dcterms:LicenseDocument": (
        "^dcterms:license/^dcat:distribution",
        "^dcterms:license/dcat:servesDataset",
    ),
}


def _term(name: str) -> URIRef:
    """Return the IRI of a prefixed name of the tables."""
    return URIRef(expand_semic(name))


def make_semic_shapes(
    profile: str, aspects: Iterable[str] = BASE, *, of_all: bool = False
) -> Graph:
    """Return the shapes of a profile.

    Each shape is one aspect of one rule. It carries the property that it is about as
    ``dcterms:subject`` and the official files as ``dcterms:source``.

    Args:
        profile: ``dcat-ap``, ``dcat-ap-hvd`` or ``geodcat-ap``.
        aspects: Which parts of it: ``BASE``, ``RANGES``, ``LISTS``, or several.
        of_all: Whether the rules for high-value data judge all data, as the official shapes do;
            they say nothing of how high-value data are told from others. Else they judge
            datasets, series and services with the regulation or a category of it, and what
            belongs to them.
    """
    writer = _SemicWriter(only_marked=profile == DCAT_AP_HVD and not of_all)
    chosen_aspects = set(aspects)
    for rule in read_semic_rules(profile):
        for aspect in rule.aspects():
            if aspect in chosen_aspects:
                writer.add(rule, aspect)
    return writer.graph


class _SemicWriter(ShapeWriter):
    """Writes the shapes of rules into a graph."""

    def __init__(self, *, only_marked: bool) -> None:
        super().__init__()
        self._only_marked = only_marked

    def add(self, rule: SemicRule, aspect: str) -> None:
        """Write the shape of one aspect of a rule."""
        shape = URIRef(rule.iri(aspect))
        pairs = [(SH.path, self._path(rule.path)), *self._constraint(rule, aspect)]
        if self._only_marked:
            pairs = [(SH["or"], self.list_of([self._unmarked(rule.owner), self.node(*pairs)]))]
        pairs += [
            (RDF.type, SH.NodeShape if self._only_marked else SH.PropertyShape),
            (SH.targetClass, _term(rule.owner)),
            (SH.severity, self._severity(rule, aspect)),
            *((DCTERMS.source, Literal(source)) for source in rule.sources),
            *((SH.message, message) for message in _messages(rule, aspect)),
        ]
        if rule.is_simple:
            pairs.append((DCTERMS.subject, _term(rule.path)))
        for predicate, value in pairs:
            self.graph.add((shape, predicate, value))

    def _severity(self, rule: SemicRule, aspect: str) -> Node:
        is_advice = (
            aspect in ("wanted", "old", "listed")
            or (aspect == "scheme" and not rule.strict)
            # What others say of a thing is nothing that it lacks.
            or (aspect == "range" and rule.path.startswith("^"))
        )
        return SH.Warning if is_advice else SH.Violation

    def _constraint(self, rule: SemicRule, aspect: str) -> list[tuple[URIRef, Node]]:
        """Return what a property shape says of the values."""
        if aspect in ("least", "wanted"):
            return [(SH.minCount, Literal(rule.least or rule.wanted))]
        if aspect in ("most", "old"):
            return [(SH.maxCount, Literal(rule.most or 0))]
        if aspect in ("has", "listed"):
            return [(SH.hasValue, self.lists[rule.has][0])]
        if aspect == "range":
            return [self._one_of([[(SH["class"], _term(name))] for name in rule.range])]
        if aspect == "scheme":
            return self._in_scheme(rule.scheme)
        if rule.kind == "typed":
            return [self._one_of([[(SH.datatype, _term(name))] for name in rule.of])]
        return [(SH.nodeKind, _KINDS[rule.kind])]

    def _in_scheme(self, name: str) -> list[tuple[URIRef, Node]]:
        """Return what makes a value one of a list: its address, or what the feed says of it."""
        pattern, scheme = _SCHEMES.get(name, (f"^{AUTHORITY}{name}/", AUTHORITY + name))
        schemes = _PLACES if name == "place" else (scheme,) if scheme else ()
        ways: list[list[tuple[URIRef, Node]]] = [
            [(SH.property, self.node((SH.path, SKOS.inScheme), (SH.hasValue, URIRef(known))))]
            for known in schemes
        ]
        if pattern:
            ways.append([(SH.pattern, Literal(pattern))])
        if name in self.lists:
            ways.append([(SH["in"], self.list_of(self.lists[name]))])
        return [(SH.nodeKind, SH.IRI), self._one_of(ways)]

    def _one_of(self, ways: Sequence[Sequence[tuple[URIRef, Node]]]) -> tuple[URIRef, Node]:
        """Return one predicate and object that say that a value satisfies one of several."""
        if len(ways) == 1 and len(ways[0]) == 1:
            return ways[0][0]
        return SH["or"], self.list_of([self.node(*way) for way in ways])

    def _unmarked(self, owner: str) -> Node:
        """Return the shape of what has nothing to do with high-value data."""
        marked = self._marked()
        ways = [marked]
        for path in _LEADS_TO_MARKED[owner]:
            shape = self.node(
                (SH.path, self._path(path)),
                (SH.qualifiedValueShape, self._marked()),
                (SH.qualifiedMinCount, Literal(1)),
            )
            ways.append(self.node((SH.property, shape)))
        return self.node((SH["not"], self.node((SH["or"], self.list_of(ways)))))

    def _marked(self) -> Node:
        """Return the shape of what is marked as high-value: by the regulation or a category."""
        law = self.node(
            (SH.path, _term("dcatap:applicableLegislation")),
            (SH.hasValue, URIRef(HIGH_VALUE)),
        )
        category = self.node((SH.path, _term("dcatap:hvdCategory")), (SH.minCount, Literal(1)))
        ways = [self.node((SH.property, law)), self.node((SH.property, category))]
        return self.node((SH["or"], self.list_of(ways)))

    def _path(self, written: str) -> Node:
        """Return a path of SHACL (section 2.3.1)."""
        if "|" in written:
            ways = [self._path(way) for way in written.split("|")]
            return self.node((SH.alternativePath, self.list_of(ways)))
        if "/" in written:
            return self.list_of([self._path(step) for step in written.split("/")])
        if written.startswith("^"):
            return self.node((SH.inversePath, _term(written[1:])))
        return _term(written)


_SENTENCES = {
    "least": "{path} is missing: {meaning}.",
    "wanted": "{path} is missing: {meaning}. DCAT-AP recommends it.",
    "most": "Give only one {path}: {meaning}.",
    "has": "{path} must have the value {value}: {meaning}.",
    "listed": "{path} should have the value {value}: {meaning}.",
    "range": "Say in the feed that the {path} is of the class {types}: {meaning}.",
    "scheme": "{path} is no term of the list {scheme}: {meaning}.",
    "old": "Leave {path} out, or use what has taken its place: {meaning}.",
    "literal": "{path} must be a text: {meaning}.",
    "typed": "{path} must be of the type {types}: {meaning}.",
    "iri": "{path} must be an address, not a text: {meaning}.",
    "node": "{path} must be a thing, not a text: {meaning}.",
}
# Of a path that is more than one property: its spelling says nothing to those who write data.
_SENTENCES_OF_PATHS = {
    "least": "Missing: {meaning}.",
    "wanted": "Missing: {meaning}. DCAT-AP recommends it.",
    "range": "Say in the feed what class it is of ({types}): {meaning}.",
}


def _messages(rule: SemicRule, aspect: str) -> Iterator[Literal]:
    """Return the message of a rule in every language of the program."""
    name = rule.kind if aspect == "values" else aspect
    sentence = _SENTENCES[name] if rule.is_simple else _SENTENCES_OF_PATHS[name]
    for language in LANGUAGES:
        written = translate(
            sentence,
            language,
            path=rule.path,
            meaning=rule.meaning.get(language) or rule.meaning["en"],
            types=" / ".join(rule.range if aspect == "range" else rule.of),
            scheme=_scheme_shown(rule.scheme),
            value=read_lists()[rule.has][0] if rule.has else "",
        )
        yield Literal(written, lang=language)


def _scheme_shown(name: str) -> str:
    """Return where a list is found."""
    shown = {
        "checksum-algorithm": "https://spdx.org/rdf/terms",
        "hvd-category": HVD_CATEGORIES,
        "iana": "https://www.iana.org/assignments/media-types/",
        "licence-type": "http://purl.org/adms/licencetype/1.0",
        "place": "https://sws.geonames.org/",
        "reference-system": _REFERENCE_SYSTEMS,
        **_INSPIRE_LISTS,
    }
    return shown.get(name, AUTHORITY + name)
