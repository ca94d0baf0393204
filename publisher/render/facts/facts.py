"""Everything that the things around a topic tell of it, and the page without what is told so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import Description
from publisher.release.concepts import ConceptIndex
from publisher.render.concepts import CONCEPT_PROPERTIES, Concepts, Tree, concept_tree
from publisher.render.facts.figures import FigureSeries, collect_figures
from publisher.render.facts.related import RelatedFacts
from publisher.render.facts.similar import Similarities
from publisher.render.facts.timeline import (
    Claim,
    Timeline,
    build_timeline,
    collect_claims,
    literal_date,
)
from publisher.render.layout import PropertyLayout
from publisher.render.neighbours import ATTRIBUTED_TO
from publisher.render.page_model import Fact, PropertyValues, Thing, Value
from publisher.render.views import Views


@dataclass(frozen=True)
class KnownState:
    """What is known of a topic's state.

    Attributes:
        sources: Who says that it is so, and when.
        dates: Lines of the same group that hold a date: since when, seen when.
    """

    sources: tuple[Value, ...]
    dates: tuple[PropertyValues, ...]


@dataclass(frozen=True)
class Facts:
    """What a page shows of a topic beside its plain facts.

    Attributes:
        topic: The topic without the properties that are shown here.
        known: Of its state.
        figures: Its figures in time.
        timeline: What happened to it.
        claims: What others say of it.
        similar: Things that share concepts with it, and these.
        tree: The concepts around it, when it is one.
        said_by: Who says it, when it is a claim.
        shown_things: IRIs of the things shown here that link to the topic.
    """

    topic: Thing
    known: KnownState | None
    figures: tuple[FigureSeries, ...]
    timeline: Timeline | None
    claims: tuple[Claim, ...]
    similar: tuple[tuple[Value, tuple[Value, ...]], ...]
    tree: Tree | None
    said_by: tuple[Value, ...]
    shown_things: frozenset[str]


@dataclass(frozen=True)
class AroundTopic:
    """What is known of the things around a topic.

    Attributes:
        related: What facts about it tell.
        similar: What is like it.
        concepts: Those around it, when it is one.
        index: Of all concepts.
    """

    related: RelatedFacts
    similar: Similarities
    concepts: Concepts
    index: ConceptIndex | None = None


def build_facts(
    topic: Thing,
    description: Description,
    around: AroundTopic,
    views: Views,
    placings: Mapping[str, PropertyLayout],
) -> Facts:
    """Return the facts about a topic that stand on related things.

    Args:
        topic: As its own triples show it.
        description: Of the document.
        around: What is known of the things around it.
        views: What names and sources are found with.
        placings: Where the shapes place its properties.
    """
    related, concepts = around.related, around.concepts
    called = {line.iri: line.name for line in topic.lines}
    counted = collect_figures(related, views, called)
    happened = build_timeline(topic.iri, description, related, views, called)
    properties = collect_claims(related, views)
    grown = concept_tree(topic.iri, concepts, views, around.index)
    moved = {of.path for of in counted} | (happened.properties if happened else set())
    moved |= CONCEPT_PROPERTIES if grown else set()
    users = concepts.users.get(topic.iri, ()) if grown else ()
    here = frozenset(thing for thing, _ in users) | (set(concepts.known) if grown else set())
    return Facts(
        topic=topic.without(moved),
        known=_known_state(topic, description, placings, views),
        figures=counted,
        timeline=happened,
        claims=tuple(properties.values()),
        similar=tuple(
            (views.link_to(similar.thing), tuple(map(views.link_to, similar.concepts)))
            for similar in around.similar.things
        ),
        tree=grown,
        said_by=tuple(
            views.link_to(term.value) for term in _objects(topic.iri, ATTRIBUTED_TO, description)
        ),
        shown_things=frozenset(properties) | here | (happened.things if happened else frozenset()),
    )


def _known_state(
    topic: Thing, description: Description, placings: Mapping[str, PropertyLayout], views: Views
) -> KnownState | None:
    """Return the topic's state with its sources, when it is dated."""
    marks = [path for path, placing in placings.items() if placing.marks]
    dated = {
        triple.predicate.value
        for triple in description.own
        if triple.subject == NamedNode(topic.iri)
        and isinstance(triple.object, Literal)
        and literal_date(triple.object, views.language) is not None
    }
    lines = {line.iri: line for line in topic.lines}
    for mark in marks:
        order = placings[mark].group_order
        placed = [p for p in lines if p in dated and p in placings]
        dates = tuple(lines[path] for path in placed if placings[path].group_order == order)
        if mark in lines and dates:
            shown = [fact for line in (lines[mark], *dates) for fact in line.facts]
            return KnownState(_sources(shown), dates)
    return None


def _objects(topic: str, path: str, description: Description) -> list[NamedNode]:
    return sorted(
        (
            triple.object
            for triple in description.own
            if triple.subject == NamedNode(topic)
            and triple.predicate.value == path
            and isinstance(triple.object, NamedNode)
        ),
        key=str,
    )


def _sources(facts: Iterable[Fact]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(source for fact in facts for source in fact.sources))
