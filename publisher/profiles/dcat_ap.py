"""SEMIC's rules as tables → SHACL shapes: DCAT-AP 3.0.1, and DCAT-AP HVD 3.0 for high-value data.

A row of ``dcat_ap.csv`` or ``dcat_ap_hvd.csv`` says what SEMIC's official shapes demand of one
property of one class (SEMICeu/DCAT-AP, CC BY 4.0; the column ``source`` names their files). The
words are ours. The columns:

- ``class``, ``path``: of what, and which property of it; ``^`` turns a property round, ``/`` is a
  step further, ``|`` means that either will do.
- ``kind``: what a value must be: a ``literal``, a ``typed`` literal, an ``iri``, a ``node`` (with
  or without an IRI).
- ``least``, ``wanted``, ``most``: how many values there must be, should be and may be.
- ``of``: datatypes of a typed literal.
- ``range``: the class of a value; one of them where there are several.
- ``scheme``: the list that a value comes from; ``strict``: it must, else it should.
- ``has``: the value of this list of ``lists.csv`` must be among the values, whatever others there
  are; where none is demanded (``least``), it should.
- ``old``: the property is given up.
- ``en``, ``sv``: what the value says.

Violations and warnings are those of the official shapes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from rdflib import DCTERMS, RDF, SH, SKOS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from publisher.messages import LANGUAGES, translate, written_in_table
from publisher.profiles.dcat_ap_se import HIGH_VALUE, read_lists
from publisher.rdf.namespaces import PREFIXES

_PREFIXES = {
    **PREFIXES,
    "eli": "http://data.europa.eu/eli/ontology#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    # As SEMIC's shapes write it.
    "schema": "http://schema.org/",
    "time": "http://www.w3.org/2006/time#",
}
DCAT_AP, DCAT_AP_HVD = "dcat-ap", "dcat-ap-hvd"
_TABLES = {DCAT_AP: "dcat_ap.csv", DCAT_AP_HVD: "dcat_ap_hvd.csv"}
# Aspects of a rule, by the part of the official shapes that they come from.
BASE = ("least", "wanted", "most", "values", "has", "old")
RANGES = ("range",)
LISTS = ("scheme", "listed")
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_HVD_SCHEME = "http://data.europa.eu/bna/asd487ae75"
# Lists that are not tables of the EU: how the address of a term begins, and the scheme it is in.
_SCHEMES = {
    "checksum-algorithm": (r"^https?://spdx\.org/rdf/terms", ""),
    "hvd-category": ("", _HVD_SCHEME),
    "iana": (r"^http.*://www.iana.org/assignments/media-types/", ""),
    "licence-type": (
        r"^http://purl\.org/adms/licencetype/",
        "http://purl.org/adms/licencetype/1.0",
    ),
    "place": (
        rf"^https://sws\.geonames\.org|^{_AUTHORITY}(country|place|continent)/",
        "",
    ),
}
_PLACES = tuple(_AUTHORITY + name for name in ("country", "place", "continent"))
_KINDS = {"literal": SH.Literal, "iri": SH.IRI, "node": SH.BlankNodeOrIRI}
# What is said of a high-value dataset, series or service itself.
_MARKED = "dcat:Dataset"
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


@dataclass(frozen=True)
class SemicRule:
    """One row of a table; the columns are described above."""

    profile: str
    owner: str
    path: str
    kind: str
    least: int
    wanted: int
    most: int | None
    of: tuple[str, ...]
    range: tuple[str, ...]
    scheme: str
    strict: bool
    has: str
    old: bool
    meaning: Mapping[str, str]
    sources: tuple[str, ...]

    @property
    def is_simple(self) -> bool:
        """Tell whether its path is one property."""
        return not set("^/|") & set(self.path)

    def iri(self, aspect: str) -> URIRef:
        """Return the IRI of the shape for one aspect of the rule, such as ``least``."""
        path = self.path.replace("/", ".").replace("|", "-or-").replace("^", "inverse-")
        name = f"{self.owner}/{path}/{aspect}"
        return URIRef(f"urn:publisher:{self.profile}:" + quote(name, safe="/:"))

    def aspects(self) -> Iterator[str]:
        """Yield what the rule demands: names of aspects."""
        found = {
            "least": self.least,
            "wanted": self.wanted and not self.least,
            "most": self.most,
            "values": self.kind,
            "range": self.range,
            "scheme": self.scheme,
            "has": self.has and self.least,
            "listed": self.has and not self.least,
            "old": self.old,
        }
        return (name for name, demanded in found.items() if demanded)


@cache
def read_semic_rules(profile: str) -> tuple[SemicRule, ...]:
    """Return the rules of a profile: ``dcat-ap`` or ``dcat-ap-hvd``."""
    table = (files("publisher.profiles") / _TABLES[profile]).read_text(encoding="utf-8")
    return tuple(_rule(profile, row) for row in csv.DictReader(table.splitlines()))


def _rule(profile: str, row: Mapping[str, str]) -> SemicRule:
    return SemicRule(
        profile=profile,
        owner=row["class"],
        path=row["path"],
        kind=row["kind"],
        least=int(row["least"] or 0),
        wanted=int(row["wanted"] or 0),
        most=int(row["most"]) if row["most"] else None,
        of=tuple(row["of"].split()),
        range=tuple(row["range"].split()),
        scheme=row["scheme"],
        strict=bool(row["strict"]),
        has=row["has"],
        old=bool(row["old"]),
        meaning=written_in_table(row),
        sources=tuple(row["source"].split()),
    )


def expand_semic(name: str) -> URIRef:
    """Return the IRI of a prefixed name of the tables."""
    prefix, _, local = name.partition(":")
    return URIRef(_PREFIXES[prefix] + local)


def make_semic_shapes(
    profile: str, aspects: Iterable[str] = BASE, *, of_all: bool = False
) -> Graph:
    """Return the shapes of a profile.

    Each shape is one aspect of one rule. It carries the property that it is about as
    ``dcterms:subject`` and the official files as ``dcterms:source``.

    Args:
        profile: ``dcat-ap`` or ``dcat-ap-hvd``.
        aspects: Which parts of it: ``BASE``, ``RANGES``, ``LISTS``, or several.
        of_all: Whether the rules for high-value data judge all data, as the official shapes do;
            they say nothing of how high-value data are told from others. Else they judge
            datasets, series and services with the regulation or a category of it, and what
            belongs to them.
    """
    writer = _SemicWriter(only_marked=profile == DCAT_AP_HVD and not of_all)
    wanted = set(aspects)
    for rule in read_semic_rules(profile):
        for aspect in rule.aspects():
            if aspect in wanted:
                writer.add(rule, aspect)
    return writer.graph


class _SemicWriter:
    """Writes the shapes of rules into a graph."""

    def __init__(self, *, only_marked: bool) -> None:
        self.graph = Graph()
        self._only_marked = only_marked
        self._lists = read_lists()

    def add(self, rule: SemicRule, aspect: str) -> None:
        """Write the shape of one aspect of a rule."""
        shape = rule.iri(aspect)
        pairs = [(SH.path, self._path(rule.path)), *self._constraint(rule, aspect)]
        if self._only_marked:
            pairs = [(SH["or"], self._list([self._unmarked(rule.owner), self._node(*pairs)]))]
        pairs += [
            (RDF.type, SH.NodeShape if self._only_marked else SH.PropertyShape),
            (SH.targetClass, expand_semic(rule.owner)),
            (SH.severity, self._severity(rule, aspect)),
            *((DCTERMS.source, Literal(source)) for source in rule.sources),
            *((SH.message, message) for message in _messages(rule, aspect)),
        ]
        if rule.is_simple:
            pairs.append((DCTERMS.subject, expand_semic(rule.path)))
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
            return [(SH.hasValue, self._lists[rule.has][0])]
        if aspect == "range":
            return [self._one_of([[(SH["class"], expand_semic(name))] for name in rule.range])]
        if aspect == "scheme":
            return self._in_scheme(rule.scheme)
        if rule.kind == "typed":
            return [self._one_of([[(SH.datatype, expand_semic(name))] for name in rule.of])]
        return [(SH.nodeKind, _KINDS[rule.kind])]

    def _in_scheme(self, name: str) -> list[tuple[URIRef, Node]]:
        """Return what makes a value one of a list: its address, or what the feed says of it."""
        pattern, scheme = _SCHEMES.get(name, (f"^{_AUTHORITY}{name}/", _AUTHORITY + name))
        schemes = _PLACES if name == "place" else (scheme,) if scheme else ()
        ways: list[list[tuple[URIRef, Node]]] = [
            [(SH.property, self._node((SH.path, SKOS.inScheme), (SH.hasValue, URIRef(known))))]
            for known in schemes
        ]
        if pattern:
            ways.append([(SH.pattern, Literal(pattern))])
        if name in self._lists:
            ways.append([(SH["in"], self._list(self._lists[name]))])
        return [(SH.nodeKind, SH.IRI), self._one_of(ways)]

    def _one_of(self, ways: Sequence[Sequence[tuple[URIRef, Node]]]) -> tuple[URIRef, Node]:
        """Return one predicate and object that say that a value satisfies one of several."""
        if len(ways) == 1 and len(ways[0]) == 1:
            return ways[0][0]
        return SH["or"], self._list([self._node(*way) for way in ways])

    def _unmarked(self, owner: str) -> Node:
        """Return the shape of what has nothing to do with high-value data."""
        marked = self._marked()
        ways = [marked]
        for path in _LEADS_TO_MARKED[owner]:
            found = self._node(
                (SH.path, self._path(path)),
                (SH.qualifiedValueShape, self._marked()),
                (SH.qualifiedMinCount, Literal(1)),
            )
            ways.append(self._node((SH.property, found)))
        return self._node((SH["not"], self._node((SH["or"], self._list(ways)))))

    def _marked(self) -> Node:
        """Return the shape of what is marked as high-value: by the regulation or a category."""
        law = self._node(
            (SH.path, expand_semic("dcatap:applicableLegislation")), (SH.hasValue, HIGH_VALUE)
        )
        category = self._node(
            (SH.path, expand_semic("dcatap:hvdCategory")), (SH.minCount, Literal(1))
        )
        ways = [self._node((SH.property, law)), self._node((SH.property, category))]
        return self._node((SH["or"], self._list(ways)))

    def _path(self, written: str) -> Node:
        """Return a path of SHACL (section 2.3.1)."""
        if "|" in written:
            ways = [self._path(way) for way in written.split("|")]
            return self._node((SH.alternativePath, self._list(ways)))
        if "/" in written:
            return self._list([self._path(step) for step in written.split("/")])
        if written.startswith("^"):
            return self._node((SH.inversePath, expand_semic(written[1:])))
        return expand_semic(written)

    def _node(self, *pairs: tuple[URIRef, Node]) -> Node:
        node = BNode()
        for predicate, value in pairs:
            self.graph.add((node, predicate, value))
        return node

    def _list(self, members: Sequence[Node]) -> Node:
        head = BNode()
        Collection(self.graph, head, list(members))
        return head


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
            value=str(read_lists()[rule.has][0]) if rule.has else "",
        )
        yield Literal(written, lang=language)


def _scheme_shown(name: str) -> str:
    """Return where a list is found."""
    shown = {
        "checksum-algorithm": "https://spdx.org/rdf/terms",
        "hvd-category": _HVD_SCHEME,
        "iana": "https://www.iana.org/assignments/media-types/",
        "licence-type": "http://purl.org/adms/licencetype/1.0",
        "place": "https://sws.geonames.org/",
    }
    return shown.get(name, _AUTHORITY + name)
