"""A document's description → what its page holds, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pyoxigraph import NamedNode, Triple

from publisher.addresses import Addresses
from publisher.query.engine import Description, Engine
from publisher.rdf.namespaces import iri
from publisher.rdf.source_forms import SourceForms
from publisher.release.concepts import ConceptIndex
from publisher.release.model import LITERALS, Release
from publisher.render.concepts import (
    CONCEPT_PROPERTIES,
    Concepts,
    Tree,
    concept_tree,
    fetch_concepts,
    users_beneath,
)
from publisher.render.dataset_page import (
    CataloguedThing,
    Surroundings,
    ThingReader,
    fetch_surroundings,
    is_catalogued,
)
from publisher.render.datasets import DISTRIBUTION, Download, dataset_downloads
from publisher.render.details import Details, fetch_details
from publisher.render.documents import Document
from publisher.render.facts.facts import AroundTopic, Facts, build_facts
from publisher.render.facts.related import RelatedFacts, fetch_related
from publisher.render.facts.similar import Similarities, fetch_similar
from publisher.render.incoming import Incoming
from publisher.render.labels import LabelPicker, Labels, fetch_labels, fetch_naming
from publisher.render.layout import Layout
from publisher.render.maps.maps import Maps
from publisher.render.maps.svg import Map
from publisher.render.neighbours import Neighbourhood, fetch_neighbourhood
from publisher.render.page_model import PropertyGroup, Thing, Value, anchor_of
from publisher.render.presences import Presence, fetch_presences
from publisher.render.values import sort_key
from publisher.render.views import Views

_STATEMENT = iri("rdf:Statement")
# A list of more would be no page; the table has them all.
_MOST_HERE = 400


@dataclass(frozen=True)
class Here:
    """The things of the main class that are at a place or in it.

    Attributes:
        kind: What they are.
        place: IRI of the place.
        things: Each with the places of its seats there, and with the areas that it serves there.
    """

    kind: Value
    place: str
    things: tuple[tuple[Value, tuple[Value, ...], tuple[Value, ...]], ...]


@dataclass(frozen=True)
class PageContent:
    """What the page of a document holds.

    Attributes:
        title: What its topic is called.
        topic: Its topic, without what is among the facts; None when nothing is to be shown.
        others: Its other things.
        facts: What the things around the topic tell; None for a document of many things.
        map: Where the topic is; None when nobody knows.
        here: What is there, when the topic is a place.
        incoming: The links to its things.
        offers: Its files, when it is about a dataset.
        catalogued: What is shown first, when it is about a dataset, a series or a service.
        is_paged: Whether there are more links than a page shows, and not all told by the tree.
        tree: The concepts around it, or of a scheme whose concepts share its document.
    """

    title: str
    topic: Thing | None
    others: tuple[Thing, ...]
    facts: Facts | None
    map: Map | None
    here: Here | None
    incoming: tuple[PropertyGroup, ...]
    offers: tuple[Download, ...]
    catalogued: CataloguedThing | None = None
    is_paged: bool = False
    tree: Tree | None = None


@dataclass(frozen=True)
class _Fetched:
    """What the engine knows around a document."""

    neighbourhood: Neighbourhood
    related: RelatedFacts
    similar: Similarities
    concepts: Concepts
    details: Details
    around: Surroundings | None = None
    presences: tuple[Presence, ...] = ()
    names: Labels = field(default_factory=dict)

    def labels(self) -> Labels:
        """Return the names of it all."""
        labels = (
            self.around.labels if self.around else {},
            self.names,
            self.details.labels,
            self.similar.labels,
            self.concepts.labels,
            self.related.labels,
            self.neighbourhood.labels,
        )
        return {name: names for part in labels for name, names in part.items()}


class PageBuilder:
    """Composes the pages of the documents of one release."""

    def __init__(
        self,
        release: Release,
        engine: Engine,
        layout: Layout,
        maps: Maps,
        main: str,
        index: ConceptIndex,
        site_url: str = "",
    ) -> None:
        """Keep what pages are made of.

        Args:
            release: What the pages show.
            engine: Over the same release.
            layout: What the shapes place where.
            maps: Of the release.
            main: The class that the site is about.
            index: Of the concepts.
            site_url: Address of the site; empty where that is the base of the names.
        """
        self._index = index
        self._main = main
        self._site_url = site_url or release.base_iri
        self._release = release
        self._forms = SourceForms(release.folder / LITERALS)
        self._engine = engine
        self._layout = layout
        self._maps = maps

    def compose(
        self,
        document: Document,
        description: Description,
        language: str,
        href: Callable[[str], str],
    ) -> PageContent:
        """Return what the page of a document holds.

        Args:
            document: The document.
            description: What is known of its things.
            language: Of the page.
            href: IRI → the address that a page links to, or nothing.
        """
        by_thing = classes_of(description)
        classes = by_thing.get(document.topic, [])
        # A statement is read on the page of what it is about.
        is_single = len(document.subjects) == 1 and _STATEMENT not in classes
        read = self._read(document, description, is_single, language)
        views = self._views(document, description, read, language, href)
        things = self._things(document, views)
        topic = next((thing for thing in things if thing.iri == document.topic), None)
        facts = self._facts(topic, description, read, views) if topic and is_single else None
        described = {name: by_thing.get(name, []) for name in document.subjects}
        pointing = _not_in_tree(description, facts)
        shown = facts.shown_things if facts else frozenset()
        shown |= read.around.shown_things(document.topic) if read.around else frozenset()
        incoming = Incoming(views, read.neighbourhood, self._layout, language, described).groups(
            pointing,
            _linked_iris(description) | shown,
            many=len(things) > 1,
        )
        page = PageContent(
            title=views.link_to(document.topic).text,
            topic=facts.topic if facts else topic,
            others=tuple(thing for thing in things if thing.iri != document.topic),
            facts=facts,
            map=self._map(topic, description, read.concepts, views) if facts and topic else None,
            here=self._here(document.topic, read.presences, views) if read.presences else None,
            incoming=incoming,
            offers=(),
            is_paged=description.pages > 1 and (bool(pointing) or not description.incoming),
            tree=facts.tree if facts else self._tree(document, read, views),
        )
        if read.around is None:
            files = dataset_downloads(document.topic, description, views)
            rest = page.topic and page.topic.without({DISTRIBUTION} if files else ())
            return replace(page, offers=files, topic=rest)
        return self._with_files(page, description, document.topic, read.around, views)

    def _facts(self, topic: Thing, description: Description, read: _Fetched, views: Views) -> Facts:
        placings = self._layout.of(classes_of(description).get(topic.iri, []))
        around = AroundTopic(read.related, read.similar, read.concepts, self._index)
        return build_facts(topic, description, around, views, placings)

    def _with_files(
        self,
        page: PageContent,
        description: Description,
        topic: str,
        around: Surroundings,
        views: Views,
    ) -> PageContent:
        """Return the page of a dataset, a series or a service with what is shown first on it."""
        addresses = Addresses(self._release.base_iri, self._site_url)
        reader = ThingReader(topic, description, around, views, self._release, addresses)
        files = reader.read(page.others)
        covered = self._maps.of_coverage(topic, files.outlines, views.language, views.link_to)
        return replace(
            page,
            topic=page.topic and page.topic.without(files.shown),
            others=tuple(thing for thing in page.others if thing.iri not in files.shown_things),
            map=covered or page.map,
            offers=dataset_downloads(topic, description, views, files.shown_things),
            catalogued=files,
        )

    def _read(
        self, document: Document, description: Description, is_single: bool, language: str
    ) -> _Fetched:
        """Return what the engine knows around a document; of one of many things only the names."""
        engine, topic, base_iri = self._engine, document.topic, self._release.base_iri
        neighbourhood = fetch_neighbourhood(engine, description, base_iri)
        classes = classes_of(description).get(topic, [])
        around = fetch_surroundings(engine, topic, description) if is_catalogued(classes) else None
        if not is_single:
            scheme, concepts = self._scheme(document), Concepts()
            if scheme:
                concepts = fetch_concepts(engine, self._index, scheme, "", language)
            return _Fetched(
                neighbourhood, RelatedFacts(), Similarities(), concepts, Details(), around
            )
        placings = self._layout.of(classes)
        marks = [path for path, placing in placings.items() if placing.marks]
        presences = self._presences(topic, description)
        named = {n for of in presences for n in (of.thing, *of.seats, *of.areas)}
        return _Fetched(
            neighbourhood,
            fetch_related(engine, topic, description, neighbourhood),
            fetch_similar(engine, topic, description, neighbourhood, marks, self._index),
            fetch_concepts(engine, self._index, topic, self._main, language),
            fetch_details(engine, self._forms, topic, description, placings),
            around,
            presences,
            fetch_labels(engine, {*named, self._main}) if named else {},
        )

    def _scheme(self, document: Document) -> str:
        """Return the IRI of the one scheme that a document is about, or has by a hash."""
        topic = document.topic
        schemes = [n for n in self._index.schemes() if topic in (n, n.partition("#")[0])]
        return schemes[0] if len(schemes) == 1 else ""

    def _tree(self, document: Document, read: _Fetched, views: Views) -> Tree | None:
        return concept_tree(self._scheme(document), read.concepts, views, self._index)

    def _presences(self, topic: str, description: Description) -> tuple[Presence, ...]:
        """Return the things of the main class at a place or in it; none for what is no place."""
        by = self._maps.location_properties
        own = {t.predicate.value for t in description.own if t.subject == NamedNode(topic)}
        incoming = {t.predicate.value for t in description.incoming}
        is_place = incoming & {*by.seats, *by.areas, *by.about, *by.inside, *by.parts} or own & {
            *by.holds
        }
        if not self._main or not is_place or own & {*by.seats}:
            return ()
        return tuple(fetch_presences(self._engine, by, topic, self._main, _MOST_HERE))

    @staticmethod
    def _here(about: str, presences: tuple[Presence, ...], views: Views) -> Here:
        def key(name: str) -> str:
            return sort_key(views.link_to(name).text, views.language)

        def linked(names: tuple[str, ...]) -> tuple[Value, ...]:
            return tuple(views.link_to(name) for name in sorted(names, key=key))

        things = [
            (views.link_to(of.thing), linked(of.seats), linked(of.areas))
            for of in sorted(presences, key=lambda of: key(of.thing))
        ]
        return Here(views.link_to(presences[0].kind), about, tuple(things))

    def _views(
        self,
        document: Document,
        description: Description,
        read: _Fetched,
        language: str,
        href: Callable[[str], str],
    ) -> Views:
        description = replace(description, own=(*description.own, *read.details.triples))
        parts = frozenset(document.subjects[1:])
        base_iri = self._release.base_iri
        naming = fetch_naming(self._engine)
        further = {**naming.classes, **read.labels(), **self._declared_names(description)}
        names = LabelPicker(description, further, language, self._release.prefixes, base_iri)

        def link(name: str) -> str:
            if name in parts and "#" not in name:
                return "#" + anchor_of(name)
            return href(name)

        return Views(
            description, read.neighbourhood, names, language, self._layout, link, naming.hidden
        )

    def _declared_names(self, description: Description) -> Labels:
        """Return the names by properties that the data declare, and by labels of SKOS-XL."""
        if fetch_naming(self._engine).is_usual:
            return {}
        linked = {t.object.value for t in description.own if isinstance(t.object, NamedNode)}
        linked |= {
            t.subject.value for t in description.incoming if isinstance(t.subject, NamedNode)
        }
        linked |= set(description.subjects)
        return fetch_labels(self._engine, linked - description.labels.keys())

    @staticmethod
    def _things(document: Document, views: Views) -> list[Thing]:
        # Named things first: they take up those without a name.
        ordered = sorted(document.subjects, key=lambda name: not views.has_name(name))
        things = [views.thing(name) for name in ordered]
        return [
            thing
            for thing in things
            if thing.groups
            or thing.descriptions
            or thing.kinds
            or ("#" in thing.iri and views.has_name(thing.iri))
        ]

    def _map(
        self, topic: Thing, description: Description, concepts: Concepts, views: Views
    ) -> Map | None:
        users = users_beneath(concepts)
        theirs = self._maps.of_things(topic.iri, users, views.language, views.link_to)
        if theirs is not None:
            return theirs
        called = {line.iri: line.name for line in topic.lines}
        return self._maps.of_document(topic.iri, description, views.language, views.link_to, called)


def _not_in_tree(description: Description, facts: Facts | None) -> tuple[Triple, ...]:
    """Return the incoming links that the tree of concepts, if there is one, does not show."""
    shown = CONCEPT_PROPERTIES if facts and facts.tree else ()
    return tuple(t for t in description.incoming if t.predicate.value not in shown)


def classes_of(description: Description) -> dict[str, list[str]]:
    """Return thing → its classes, sorted, for the things of a description that have any."""
    classes: dict[str, list[str]] = {}
    for triple in description.own:
        is_kind = triple.predicate.value == iri("rdf:type")
        if (
            is_kind
            and isinstance(triple.subject, NamedNode)
            and isinstance(triple.object, NamedNode)
        ):
            classes.setdefault(triple.subject.value, []).append(triple.object.value)
    return {thing: sorted(kinds) for thing, kinds in classes.items()}


def _linked_iris(description: Description) -> frozenset[str]:
    """Return the IRIs that the page of a document links to from its own facts."""
    return frozenset(
        triple.object.value for triple in description.own if isinstance(triple.object, NamedNode)
    )
