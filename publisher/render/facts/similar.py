"""Things that share concepts with a topic: the rarer a concept, the nearer they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Triple

from publisher.query.engine import Description, Engine
from publisher.rdf.namespaces import iri
from publisher.release.concepts import ConceptIndex
from publisher.render.labels import Labels, fetch_labels
from publisher.render.neighbours import Neighbourhood

_CONCEPT = iri("skos:Concept")
_SKOS = iri("skos:prefLabel").removesuffix("prefLabel")
# What more things than this have in common makes no two of them alike.
_MOST_USERS = 40
_RARE = 3
_MOST = 8
# A list with fewer concepts sorts things into kinds: to be of one kind is no likeness.
_LEAST_OF_LIST = 10
# So many concepts of a topic are looked at.
_MOST_CONCEPTS = 30
# One look for each concept, ended early: a concept that a million things share costs no more.
_QUERY = """
SELECT ?other ?concept WHERE {{
    {looks}
    FILTER EXISTS {{ ?other a ?kind . FILTER(?kind IN ({kinds})) }}
}}
"""
_CONCEPT_QUERY = """{{
    SELECT ?other ?concept WHERE {{
        VALUES (?property ?concept) {{ (<{path}> {concept}) }}
        ?other ?property ?concept .
        FILTER(?other != <{topic}>)
    }}
    LIMIT {most}
}}"""


@dataclass(frozen=True)
class Similar:
    """A thing and the concepts that it shares with the topic, by IRI."""

    thing: str
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class Similarities:
    """What is like a topic, the nearest first, and the names of it all."""

    things: tuple[Similar, ...] = ()
    labels: Labels = field(default_factory=dict)


def fetch_similar(
    engine: Engine,
    topic: str,
    description: Description,
    neighbourhood: Neighbourhood,
    marks: Iterable[str],
    index: ConceptIndex,
) -> Similarities:
    """Return the things of the topic's own classes that share concepts with it.

    Args:
        engine: Over the release.
        topic: IRI of what the document is about.
        description: Of the document.
        neighbourhood: The neighbours of the document.
        marks: Properties that tell things apart, such as a state; to share one means little.
        index: The concepts of the release and their lists.
    """
    triples = [t for t in description.own if t.subject == NamedNode(topic)]
    pairs = [
        (path, concept)
        for path, concept in _concepts_of(triples, neighbourhood)
        if path not in set(marks)
    ]
    kinds = sorted(
        t.object.value
        for t in triples
        if t.predicate.value == iri("rdf:type") and isinstance(t.object, NamedNode)
    )
    pairs = [pair for pair in pairs[:_MOST_CONCEPTS] if not _is_kind(pair[1], index)]
    if not pairs or not kinds:
        return Similarities()
    shared = _shared_concepts(engine, topic, pairs, kinds)
    users: dict[str, int] = defaultdict(int)
    for concepts in shared.values():
        for concept in concepts:
            users[concept] += 1
    # What most have in common tells none of them apart.
    usual = max(_RARE, len(shared) // 2)
    telling = {concept for concept, count in users.items() if count <= usual}
    things = [
        (sum(1 / (1 + users[c]) for c in concepts & telling), thing, concepts & telling)
        for thing, concepts in shared.items()
    ]
    nearest = sorted((-near, thing, tuple(sorted(c))) for near, thing, c in things if c)[:_MOST]
    names = {name for _, thing, concepts in nearest for name in (thing, *concepts)}
    return Similarities(
        tuple(Similar(thing, concepts) for _, thing, concepts in nearest),
        fetch_labels(engine, names) if names else {},
    )


def _concepts_of(triples: Iterable[Triple], neighbourhood: Neighbourhood) -> list[tuple[str, str]]:
    """Return property and concept of each triple that leads to a concept, sorted."""
    return sorted(
        (t.predicate.value, t.object.value)
        for t in triples
        if isinstance(t.object, NamedNode)
        and _CONCEPT in neighbourhood.of(t.object.value).kinds
        and not t.predicate.value.startswith(_SKOS)
    )


def _is_kind(concept: str, index: ConceptIndex) -> bool:
    """Tell whether a concept is of short lists alone."""
    schemes = index.schemes()
    lists = [schemes[name] for name in index.schemes_of(concept)] if schemes else []
    return bool(lists) and all(each.concepts < _LEAST_OF_LIST for each in lists)


def _shared_concepts(
    engine: Engine, topic: str, pairs: Iterable[tuple[str, str]], kinds: Iterable[str]
) -> dict[str, set[str]]:
    """Return thing → the concepts that it shares with the topic; the commonest are left out."""
    looks = (
        _CONCEPT_QUERY.format(
            path=path, concept=NamedNode(concept), topic=topic, most=_MOST_USERS + 1
        )
        for path, concept in pairs
    )
    query = _QUERY.format(
        looks=" UNION ".join(looks), kinds=", ".join(str(NamedNode(kind)) for kind in kinds)
    )
    users: dict[str, set[str]] = defaultdict(set)
    for row in engine.rows(query):
        if isinstance(row["other"], NamedNode):
            users[row["concept"].value].add(row["other"].value)
    shared: dict[str, set[str]] = defaultdict(set)
    for concept, things in users.items():
        for thing in things if len(things) <= _MOST_USERS else ():
            shared[thing].add(concept)
    return shared
