"""A document's description → what its page holds, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from publisher.namespaces import iri
from publisher.query.description import Description
from publisher.query.engine import Engine
from publisher.release.model import Release
from publisher.render.documents import Document
from publisher.render.facts.alike import Likeness, read_likeness
from publisher.render.facts.around import Facts, facts_around
from publisher.render.facts.told import Told, read_told
from publisher.render.incoming import Incoming
from publisher.render.labels import Names
from publisher.render.layout import Layout
from publisher.render.maps.legend import Map
from publisher.render.maps.maps import Maps
from publisher.render.neighbours import Neighbourhood, read_neighbourhood
from publisher.render.parts import Group, Thing, anchor_of
from publisher.render.views import Views


@dataclass(frozen=True)
class Composed:
    """What the page of a document holds.

    Attributes:
        title: What its topic is called.
        topic: Its topic, without what stands among the facts; None when nothing is to be shown.
        others: Its other things.
        facts: What the things around the topic tell; None for a document of many things.
        map: Where the topic is; None when nobody knows.
        incoming: The links to its things.
    """

    title: str
    topic: Thing | None
    others: tuple[Thing, ...]
    facts: Facts | None
    map: Map | None
    incoming: tuple[Group, ...]


class Composer:
    """Composes the pages of the documents of one release."""

    def __init__(self, release: Release, engine: Engine, layout: Layout, maps: Maps) -> None:
        """Keep what pages are made of."""
        self._release = release
        self._engine = engine
        self._layout = layout
        self._maps = maps

    def compose(
        self,
        document: Document,
        description: Description,
        language: str,
        href: Callable[[str], str],
    ) -> Composed:
        """Return what the page of a document holds.

        Args:
            document: The document.
            description: What is known of its things.
            language: Of the page.
            href: IRI → the address that a page links to, or nothing.
        """
        is_single = len(document.subjects) == 1
        around = read_neighbourhood(self._engine, description, self._release.base_iri)
        told = self._told(document, description, around) if is_single else Told()
        likeness = self._likeness(document, description, around) if is_single else Likeness()
        views = self._views(document, description, around, told, likeness, language, href)
        things = self._things(document, views)
        topic = next((thing for thing in things if thing.iri == document.topic), None)
        facts = None
        if topic is not None and is_single:
            placings = self._layout.of(_classes(topic.iri, description))
            facts = facts_around(topic, description, told, likeness, views, placings)
        incoming = Incoming(views, around, self._layout, language, document.subjects).groups(
            description.incoming,
            _shown(description) | (facts.told if facts else frozenset()),
            many=len(things) > 1,
        )
        return Composed(
            title=views.link_to(document.topic).text,
            topic=facts.topic if facts else topic,
            others=tuple(thing for thing in things if thing is not topic),
            facts=facts,
            map=self._map(topic, description, views) if topic and is_single else None,
            incoming=incoming,
        )

    def _told(self, document: Document, description: Description, around: Neighbourhood) -> Told:
        base_iri = self._release.base_iri
        return read_told(self._engine, document.topic, description, around, base_iri)

    def _likeness(
        self, document: Document, description: Description, around: Neighbourhood
    ) -> Likeness:
        placings = self._layout.of(_classes(document.topic, description))
        marks = [path for path, placing in placings.items() if placing.marks]
        return read_likeness(self._engine, document.topic, description, around, marks)

    def _views(
        self,
        document: Document,
        description: Description,
        around: Neighbourhood,
        told: Told,
        likeness: Likeness,
        language: str,
        href: Callable[[str], str],
    ) -> Views:
        parts = frozenset(document.subjects[1:])
        labels = {**likeness.labels, **told.labels, **around.labels}
        base_iri = self._release.base_iri
        names = Names(description, labels, language, self._release.prefixes, base_iri)

        def link(name: str) -> str:
            if name in parts and "#" not in name:
                return "#" + anchor_of(name)
            return href(name)

        return Views(description, around, names, language, self._layout, link)

    @staticmethod
    def _things(document: Document, views: Views) -> list[Thing]:
        # Named things first: they take up those without a name.
        ordered = sorted(document.subjects, key=lambda name: not views.has_name(name))
        things = [views.thing(name) for name in ordered]
        return [thing for thing in things if thing.groups or thing.descriptions or thing.kinds]

    def _map(self, topic: Thing, description: Description, views: Views) -> Map | None:
        called = {line.iri: line.name for line in topic.lines}
        return self._maps.of_document(topic.iri, description, views.language, views.link_to, called)


def _classes(topic: str, description: Description) -> list[str]:
    return sorted(
        triple.object.value
        for triple in description.own
        if triple.subject == NamedNode(topic)
        and triple.predicate.value == iri("rdf:type")
        and isinstance(triple.object, NamedNode)
    )


def _shown(description: Description) -> frozenset[str]:
    """Return the IRIs that the page of a document links to from its own facts."""
    return frozenset(
        triple.object.value for triple in description.own if isinstance(triple.object, NamedNode)
    )
