"""Links of a catalogue that cannot be meant: to the thing itself, in a circle, to another kind.

No official shape looks for the first two: each link is allowed for itself. Harvesters that follow
series, parts or versions go round for ever, or show a dataset as its own source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pyoxigraph import Literal, Triple

from publisher.messages import Text, text
from publisher.profiles.dcat_ap import DCAT_AP, GEODCAT_AP, expand_semic, read_semic_rules
from publisher.quality.circles import find_circles
from publisher.rdf.namespaces import iri, shorten

_TYPE = iri("rdf:type")
# Relations that lead up, and the same ones that lead down: what leads back to itself is a mistake.
_HIERARCHIES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("dcat:inSeries",), ("dcat:seriesMember",)),
    (("dcterms:isPartOf",), ("dcterms:hasPart", "dcat:catalog")),
    (("dcat:isVersionOf", "dcterms:isVersionOf"), ("dcat:hasVersion", "dcterms:hasVersion")),
    (("dcat:prev", "adms:prev"), ("dcat:next", "adms:next")),
    (("dcat:previousVersion",), ()),
    (("dcterms:replaces",), ("dcterms:isReplacedBy",)),
    (("dcterms:source", "prov:wasDerivedFrom"), ()),
    (("org:subOrganizationOf", "org:unitOf"), ("org:hasSubOrganization", "org:hasUnit")),
)
_OTHER_RELATIONS = (
    *("dcat:accessService", "dcat:dataset", "dcat:distribution", "dcat:first", "dcat:last"),
    *("dcat:hasCurrentVersion", "dcat:record", "dcat:resource", "dcat:servesDataset"),
    *("dcat:service", "dcterms:hasFormat", "dcterms:isFormatOf", "dcterms:isReferencedBy"),
    *("dcterms:isRequiredBy", "dcterms:references", "dcterms:relation", "dcterms:requires"),
    *("adms:last", "adms:sample", "adms:translation", "prov:wasRevisionOf"),
)
RELATIONS = frozenset(
    iri(name)
    for name in (*_OTHER_RELATIONS, *(n for ways in _HIERARCHIES for way in ways for n in way))
)
# Of a larger circle so many members are named.
_MOST_NAMED = 6
# Classes that are mistaken for each other by no one: a thing of one is none of another.
_KINDS: tuple[frozenset[str], ...] = tuple(
    frozenset(expand_semic(name) for name in names.split())
    for names in (
        "dcat:Dataset dcat:DatasetSeries dcat:Catalog",
        "dcat:CatalogRecord",
        "dcat:DataService",
        "dcat:Distribution",
        "dcat:Relationship",
        "dcterms:Frequency",
        "dcterms:LicenseDocument dcterms:RightsStatement odrl:Policy",
        "dcterms:LinguisticSystem",
        "dcterms:Location",
        "dcterms:PeriodOfTime",
        "dcterms:ProvenanceStatement",
        "foaf:Agent foaf:Organization foaf:Person org:Organization vcard:Kind vcard:Organization"
        " vcard:Individual vcard:Group",
        "prov:Attribution",
        "spdx:Checksum",
        "vcard:Address",
        "vcard:Voice",
    )
)
# Things that are nothing but a part of the description of something else.
_PARTS = frozenset(
    expand_semic(name)
    for name in (
        *("dcat:Relationship", "dcterms:Location", "dcterms:PeriodOfTime", "prov:Attribution"),
        *("spdx:Checksum", "vcard:Address", "vcard:Voice"),
    )
)
_SUPERCLASSES = {
    iri("dcat:DatasetSeries"): iri("dcat:Dataset"),
    iri("foaf:Organization"): iri("foaf:Agent"),
    iri("foaf:Person"): iri("foaf:Agent"),
    iri("vcard:Organization"): iri("vcard:Kind"),
    iri("vcard:Individual"): iri("vcard:Kind"),
}


@dataclass(frozen=True)
class WrongLink:
    """A link that cannot be meant.

    Attributes:
        subject: Name of the thing that has it.
        path: IRI of the property.
        value: The value as N-Triples.
        message: What is wrong, and what to do.
    """

    subject: str
    path: str
    value: str
    message: Text


def wrong_links(
    triples: Iterable[Triple], judged_elsewhere: Collection[str]
) -> Iterator[WrongLink]:
    """Yield the links that cannot be meant.

    Args:
        triples: What a catalogue says; every part has a name.
        judged_elsewhere: Properties whose values are held to a class elsewhere.
    """
    by_subject: dict[str, list[Triple]] = defaultdict(list)
    for triple in triples:
        by_subject[_node(triple.subject)].append(triple)
    yield from _own_values(by_subject)
    for ways in _HIERARCHIES:
        yield from _circles(by_subject, *ways)
    for link in _wrong_kinds(by_subject):
        if link.path not in judged_elsewhere:
            yield link


def _own_values(by_subject: Mapping[str, Iterable[Triple]]) -> Iterator[WrongLink]:
    for name, triples in by_subject.items():
        for triple in triples:
            path = triple.predicate.value
            if path in RELATIONS and triple.object == triple.subject:
                message = text(
                    "It is named as its own {path}. Name the other thing that is meant, or remove"
                    " it. (DCAT)",
                    path=shorten(path),
                )
                yield WrongLink(name, path, str(triple.object), message)


def _circles(
    by_subject: Mapping[str, Iterable[Triple]], up: tuple[str, ...], down: tuple[str, ...]
) -> Iterator[WrongLink]:
    up_paths, down_paths = set(map(iri, up)), set(map(iri, down))
    arcs: dict[tuple[bytes, bytes], tuple[str, Triple]] = {}
    for name, triples in by_subject.items():
        for triple in triples:
            path, is_named = triple.predicate.value, not isinstance(triple.object, Literal)
            if path not in up_paths | down_paths or not is_named or triple.object == triple.subject:
                continue
            low, high = name.encode(), _node(triple.object).encode()
            arcs.setdefault((low, high) if path in up_paths else (high, low), (name, triple))
    for circle in find_circles(arcs):
        members = set(circle)
        name, triple = next(v for (a, b), v in arcs.items() if a in members and b in members)
        names = [f"<{member.decode()}>" for member in circle[:_MOST_NAMED]]
        message = text(
            "By {path}, {count} things lead round in a circle: {names}. Remove one of the links"
            " between them. (DCAT)",
            path=shorten(triple.predicate.value),
            count=len(circle),
            names=", ".join(names) + (" …" if len(circle) > _MOST_NAMED else ""),
        )
        yield WrongLink(name, triple.predicate.value, str(triple.object), message)


def _wrong_kinds(by_subject: Mapping[str, Iterable[Triple]]) -> Iterator[WrongLink]:
    """Yield the values that are said to be of another kind than the property leads to."""
    types = {
        name: {_node(t.object) for t in triples if t.predicate.value == _TYPE}
        for name, triples in by_subject.items()
    }
    for name, triples in by_subject.items():
        owners = types[name] | {_SUPERCLASSES[kind] for kind in types[name] & _SUPERCLASSES.keys()}
        for triple in triples:
            path = triple.predicate.value
            ranges = {r for owner in owners for r in _ranges().get((owner, path), ())}
            stated = types.get(_node(triple.object), set())
            kinds = [kind for kind in _KINDS if kind & stated]
            if not ranges or not kinds or any(kind & ranges for kind in kinds):
                continue
            # What is a concept, a standard or a document may be much else besides, but no part.
            is_open = not any(kind & ranges for kind in _KINDS)
            if is_open and not any(kind & _PARTS for kind in kinds):
                continue
            message = text(
                "What {path} leads to is said to be a {stated}, which does not belong here. Wanted"
                " is a {kind}: move it to the property that it is meant for. (DCAT-AP)",
                path=shorten(path),
                stated=shorten(min(stated & kinds[0])),
                kind=shorten(min(ranges)),
            )
            yield WrongLink(name, path, str(triple.object), message)


@cache
def _ranges() -> Mapping[tuple[str, str], frozenset[str]]:
    """Return class and property → the classes that its values may have."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for profile in (DCAT_AP, GEODCAT_AP):
        for rule in read_semic_rules(profile):
            if rule.range and rule.is_simple:
                key = expand_semic(rule.owner), expand_semic(rule.path)
                found[key].update(map(expand_semic, rule.range))
    for name, kind in (("hasAddress", "Address"), ("hasTelephone", "Voice")):
        found[iri("vcard:Kind"), iri(f"vcard:{name}")].add(iri(f"vcard:{kind}"))
    for owner, name in _ADDRESSES:
        found[iri(owner), iri(name)].add(iri("rdfs:Resource"))
    return {key: frozenset(classes) for key, classes in found.items()}


# Addresses, which are no part of a description.
_ADDRESSES = (
    ("dcat:DataService", "dcat:endpointURL"),
    ("dcat:DataService", "dcat:endpointDescription"),
    ("dcat:Distribution", "dcat:accessURL"),
    ("dcat:Distribution", "dcat:downloadURL"),
    ("vcard:Kind", "vcard:hasEmail"),
)
# Property of a part → what belongs to the part, and how an entry of a catalogue leads to it.
_OF_PARTS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("dcat:bbox", "dcat:centroid"), ("dcterms:Location", "dcterms:spatial")),
    **dict.fromkeys(
        ("dcat:startDate", "dcat:endDate"), ("dcterms:PeriodOfTime", "dcterms:temporal")
    ),
    **dict.fromkeys(
        ("vcard:fn", "vcard:hasEmail", "vcard:hasTelephone"), ("vcard:Kind", "dcat:contactPoint")
    ),
    **dict.fromkeys(
        ("dcat:accessURL", "dcat:downloadURL", "dcat:byteSize", "spdx:checksum"),
        ("dcat:Distribution", "dcat:distribution"),
    ),
    **dict.fromkeys(
        ("dcat:endpointURL", "dcat:endpointDescription"), ("dcat:DataService", "dcat:accessService")
    ),
    "spdx:checksumValue": ("spdx:Checksum", "spdx:checksum"),
    "foaf:name": ("foaf:Agent", "dcterms:publisher"),
}
_ENTRIES = frozenset(
    iri(name)
    for name in ("dcat:Dataset", "dcat:DatasetSeries", "dcat:Distribution", "dcat:DataService")
)


def strayed_properties(triples: Iterable[Triple]) -> Iterator[WrongLink]:
    """Yield what is said of an entry of a catalogue, and belongs to a part of it.

    Args:
        triples: What a catalogue says; every part has a name.
    """
    parts = {iri(path): (path, *rest) for path, rest in _OF_PARTS.items()}
    listed = list(triples)
    types: dict[str, set[str]] = defaultdict(set)
    for triple in listed:
        if triple.predicate.value == _TYPE:
            types[_node(triple.subject)].add(_node(triple.object))
    for triple in listed:
        found = parts.get(triple.predicate.value)
        stated = types[_node(triple.subject)]
        # Who is of several classes is a part as well.
        if found is None or not stated & _ENTRIES or stated - _ENTRIES or iri(found[1]) in stated:
            continue
        message = text(
            "Portals look for {path} in a {kind}, and not here. Write it there, with {way} leading"
            " to it. (DCAT)",
            path=found[0],
            kind=found[1],
            way=found[2],
        )
        yield WrongLink(_node(triple.subject), triple.predicate.value, str(triple.object), message)


def _node(term: object) -> str:
    return getattr(term, "value", "") if not isinstance(term, Literal) else ""
