"""Cluster data of any size in the shape of the real data, the same each time.

Names are numbers: nobody is invented. An initiative has about 33 triples, its counts,
participations and sources included; initiatives are linked to one another in chains of ten.

Run it to write N-Quads: ``python tests/benchmarks/generate.py 1000000 > clusters.nq``.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from itertools import islice

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

BASE = "https://w3id.org/nms-kluster/"
GRAPH = NamedNode(BASE + "dataset/generated")
CLUSTER = BASE + "def/cluster#"
_PREFIXES = {
    "cluster": CLUSTER,
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_AREAS, _INDUSTRIES, _PROGRAMMES, _COUNTIES = 200, 60, 40, 21
_CHAIN = 10
_WORDS = (
    *("bygg", "besöksnäring", "design", "digital", "energi", "fiber", "forskning", "geodata"),
    *("hälsa", "idrott", "livsmedel", "metall", "miljö", "papper", "plast", "skog", "stål"),
    *("transport", "vatten", "automation"),
)
Fact = tuple[str, str | NamedNode | Literal]


def _term(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode(_PREFIXES[prefix] + local)


def _thing(kind: str, name: object) -> NamedNode:
    return NamedNode(f"{BASE}id/{kind}/{name}")


def _about(subject: NamedNode, facts: list[Fact]) -> Iterator[Quad]:
    for predicate, value in facts:
        term = _term(value) if isinstance(value, str) else value
        yield Quad(subject, _term(predicate), term, GRAPH)


def _typed(value: object, kind: str) -> Literal:
    return Literal(str(value), datatype=_term(f"xsd:{kind}"))


def _names(swedish: str, english: str, predicate: str = "skos:prefLabel") -> list[Fact]:
    return [
        (predicate, Literal(swedish, language="sv")),
        (predicate, Literal(english, language="en")),
    ]


def _concepts() -> Iterator[Quad]:
    kinds = (
        ("concept/competence-area", _AREAS, "Kompetensområde", "Area of competence"),
        ("concept/industry", _INDUSTRIES, "Bransch", "Industry"),
        ("programme", _PROGRAMMES, "Program", "Programme"),
        ("county", _COUNTIES, "Län", "County"),
    )
    for kind, count, swedish, english in kinds:
        for number in range(count):
            names = _names(f"{swedish} {number}", f"{english} {number}")
            yield from _about(_thing(kind, number), [("rdf:type", "skos:Concept"), *names])


def _initiative(number: int, dice: random.Random) -> Iterator[Quad]:
    subject = _thing("cluster", f"g{number:07}")
    words = " ".join(dice.choices(_WORDS, k=12))
    facts: list[Fact] = [
        ("rdf:type", "org:OrganizationalCollaboration"),
        ("rdf:type", "cluster:ClusterInitiative"),
        *_names(f"Kluster {number}", f"Cluster {number}"),
        *_names(f"Om {words}.", f"About {words}.", "dcterms:description"),
        ("schema:areaServed", _thing("county", dice.randrange(_COUNTIES))),
        ("cluster:addressesIndustry", _thing("concept/industry", dice.randrange(_INDUSTRIES))),
        ("schema:foundingDate", _typed(dice.randint(1980, 2025), "gYear")),
        ("cluster:lastSeenActive", _typed(dice.randint(2015, 2026), "gYear")),
        ("foaf:homepage", NamedNode(f"https://www.example.org/cluster/{number}")),
        ("cluster:status", _thing("concept/status", dice.choice(["seen-active", "ended"]))),
    ]
    areas = {dice.randrange(_AREAS) for _ in range(3)}
    facts += [("cluster:competenceArea", _thing("concept/competence-area", a)) for a in areas]
    if number % _CHAIN:
        facts.append(("org:linkedTo", _thing("cluster", f"g{number - 1:07}")))
    for part in range(2):
        facts.append(("cluster:memberCount", _thing("count", f"g{number:07}-{part}")))
    facts.append(("cluster:participation", _thing("participation", f"g{number:07}")))
    yield from _about(subject, facts)
    yield from _parts(number, dice)


def _parts(number: int, dice: random.Random) -> Iterator[Quad]:
    source = _thing("source", f"g{number:07}")
    for part in range(2):
        members = dice.randint(5, 400)
        yield from _about(
            _thing("count", f"g{number:07}-{part}"),
            [
                ("rdf:type", "cluster:MemberCount"),
                ("dcterms:date", _typed(2015 + part * 5, "gYear")),
                ("dcterms:source", source),
                ("schema:value", _typed(members, "integer")),
            ],
        )
    programme = _thing("programme", dice.randrange(_PROGRAMMES))
    yield from _about(
        _thing("participation", f"g{number:07}"),
        [
            ("rdf:type", "cluster:Participation"),
            ("cluster:programme", programme),
            ("dcterms:date", _typed(dice.randint(2005, 2025), "gYear")),
            ("dcterms:source", source),
        ],
    )
    yield from _about(
        source,
        [
            ("rdf:type", "foaf:Document"),
            ("rdfs:label", Literal(f"Källa {number}", language="sv")),
        ],
    )


def entities(count: int, seed: int = 14) -> Iterator[Quad]:
    """Return the quads of so many cluster initiatives and of the concepts they share."""
    dice = random.Random(seed)
    yield from _concepts()
    for number in range(count):
        yield from _initiative(number, dice)


def quads(triples: int, seed: int = 14) -> Iterator[Quad]:
    """Return exactly so many quads; the last initiative may lack some."""
    return islice(entities(triples, seed), triples)


if __name__ == "__main__":
    serialize(quads(int(sys.argv[1])), sys.stdout.buffer, format=RdfFormat.N_QUADS)
