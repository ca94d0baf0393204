"""Things that are facts about a topic: what they are, when they were, how many they count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import Description, Engine, Term
from publisher.rdf.namespaces import iri
from publisher.render.labels import Labels, fetch_labels
from publisher.render.neighbours import Neighbourhood

_MOST_RELATED = 300
# Who cites or is cited tells nothing of the other; and the date of a document is its own.
_CITING_PROPERTIES = frozenset((iri("dcterms:source"), iri("dcterms:references")))
_DOCUMENT = iri("foaf:Document")
_QUERY = """
SELECT ?thing ?property ?value WHERE {{
    VALUES ?thing {{ {things} }}
    ?thing ?property ?value .
}}
ORDER BY ?thing ?property ?value
"""

Properties = Mapping[str, Sequence[Term]]


@dataclass(frozen=True)
class RelatedFacts:
    """The statements about things that are facts about a topic.

    Attributes:
        things: IRI → property → values.
        linked: Property of the topic → the things that it leads to, in order.
        incoming: IRI → the properties by which the thing leads to the topic.
        labels: Names of what the things link to.
    """

    things: Mapping[str, Properties] = field(default_factory=dict)
    linked: Mapping[str, Sequence[str]] = field(default_factory=dict)
    incoming: Mapping[str, Sequence[str]] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)


def fetch_related(
    engine: Engine, topic: str, description: Description, neighbourhood: Neighbourhood
) -> RelatedFacts:
    """Return the facts about a topic that stand on related things; none when too many."""
    linked: dict[str, list[str]] = defaultdict(list)
    incoming: dict[str, list[str]] = defaultdict(list)
    for triple in description.own:
        if triple.predicate.value in _CITING_PROPERTIES:
            continue
        if triple.subject == NamedNode(topic) and isinstance(triple.object, NamedNode):
            linked[triple.predicate.value].append(triple.object.value)
    for triple in description.incoming:
        name = str(getattr(triple.subject, "value", ""))
        if (
            neighbourhood.of(name).statement() is None
            and triple.predicate.value not in _CITING_PROPERTIES
        ):
            incoming[name].append(triple.predicate.value)
    requested = {name for names in linked.values() for name in names} | incoming.keys()
    requested = {
        n
        for n in requested
        if neighbourhood.of(n).is_fact and _DOCUMENT not in neighbourhood.of(n).kinds
    }
    if not 0 < len(requested) <= _MOST_RELATED:
        return RelatedFacts()
    things: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    names = " ".join(str(NamedNode(name)) for name in sorted(requested))
    for row in engine.rows(_QUERY.format(things=names)):
        things[row["thing"].value][row["property"].value].append(row["value"])
    return RelatedFacts(
        things={name: dict(properties) for name, properties in things.items()},
        linked={path: sorted(objects) for path, objects in linked.items()},
        incoming=dict(incoming),
        labels=_labels(engine, things.values(), neighbourhood),
    )


def _labels(engine: Engine, things: Iterable[Properties], neighbourhood: Neighbourhood) -> Labels:
    unlabelled = {
        name
        for properties in things
        for path, values in properties.items()
        for name in (path, *(v.value for v in values if isinstance(v, NamedNode)))
    }
    unlabelled -= neighbourhood.labels.keys()
    return fetch_labels(engine, unlabelled) if unlabelled else {}


def first_literal(properties: Properties, paths: Iterable[str]) -> Literal | None:
    """Return the first literal that some properties give, in their order."""
    values = (value for path in paths for value in properties.get(path, ()))
    return next((value for value in values if isinstance(value, Literal)), None)
