"""Things that share concepts with a topic: the rarer a concept, the nearer they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from publisher.namespaces import iri
from publisher.query.description import Description
from publisher.query.engine import Engine
from publisher.render.called import read_names
from publisher.render.labels import Labels
from publisher.render.neighbours import Neighbourhood

_CONCEPT = iri("skos:Concept")
_SKOS = iri("skos:prefLabel").removesuffix("prefLabel")
# What more things than this have in common makes no two of them alike.
_COMMON = 40
_RARE = 3
_MOST = 8
_QUERY = """
SELECT DISTINCT ?other ?concept WHERE {{
    VALUES (?property ?concept) {{ {pairs} }}
    VALUES ?kind {{ {kinds} }}
    ?other a ?kind ; ?property ?concept .
    FILTER(?other != <{topic}>)
}}
ORDER BY ?other ?concept
LIMIT {most}
"""


@dataclass(frozen=True)
class Alike:
    """A thing and the concepts that it shares with the topic, by IRI."""

    thing: str
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class Likeness:
    """What is like a topic, the nearest first, and the names of it all."""

    things: tuple[Alike, ...] = ()
    labels: Labels = field(default_factory=dict)


def read_likeness(
    engine: Engine,
    topic: str,
    description: Description,
    around: Neighbourhood,
    marks: Iterable[str],
) -> Likeness:
    """Return the things of the topic's own classes that share concepts with it.

    Args:
        engine: Over the release.
        topic: IRI of what the document is about.
        description: Of the document.
        around: The neighbours of the document.
        marks: Properties that tell things apart, such as a state; to share one means little.
    """
    said = [t for t in description.own if t.subject == NamedNode(topic)]
    pairs = sorted(
        (t.predicate.value, t.object.value)
        for t in said
        if isinstance(t.object, NamedNode)
        and _CONCEPT in around.of(t.object.value).kinds
        and t.predicate.value not in set(marks)
        and not t.predicate.value.startswith(_SKOS)
    )
    kinds = sorted(
        t.object.value
        for t in said
        if t.predicate.value == iri("rdf:type") and isinstance(t.object, NamedNode)
    )
    if not pairs or not kinds:
        return Likeness()
    shared = _shared(engine, topic, pairs, kinds)
    users: dict[str, int] = defaultdict(int)
    for concepts in shared.values():
        for concept in concepts:
            users[concept] += 1
    # What most have in common tells none of them apart.
    usual = min(_COMMON, max(_RARE, len(shared) // 2))
    telling = {concept for concept, count in users.items() if count <= usual}
    found = [
        (sum(1 / (1 + users[c]) for c in concepts & telling), thing, concepts & telling)
        for thing, concepts in shared.items()
    ]
    nearest = sorted((-near, thing, tuple(sorted(c))) for near, thing, c in found if c)[:_MOST]
    names = {name for _, thing, concepts in nearest for name in (thing, *concepts)}
    return Likeness(
        tuple(Alike(thing, concepts) for _, thing, concepts in nearest),
        read_names(engine, names) if names else {},
    )


def _shared(
    engine: Engine, topic: str, pairs: Iterable[tuple[str, str]], kinds: Iterable[str]
) -> dict[str, set[str]]:
    """Return thing → the concepts that it shares with the topic."""
    classes = " ".join(str(NamedNode(kind)) for kind in kinds)
    query = _QUERY.format(
        pairs=" ".join(f"(<{path}> {NamedNode(concept)})" for path, concept in pairs),
        kinds=classes,
        topic=topic,
        most=_COMMON * 20,
    )
    shared: dict[str, set[str]] = defaultdict(set)
    for row in engine.rows(query):
        if isinstance(row["other"], NamedNode):
            shared[row["other"].value].add(row["concept"].value)
    return shared
