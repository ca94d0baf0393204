"""HTML pages, in the reader's language, from templates that escape everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyoxigraph import NamedNode

from publisher import media_types
from publisher.addresses import Addresses
from publisher.messages import LANGUAGES
from publisher.query.description import Description
from publisher.query.engine import Engine
from publisher.query.named import NamedQuery
from publisher.release.model import Release
from publisher.render.catalogued import read_catalogued
from publisher.render.contents import is_vocabulary, sections
from publisher.render.documents import Document
from publisher.render.examples import names_of
from publisher.render.frame import Frame, Reader, text_in
from publisher.render.history import HistoryPages
from publisher.render.home import read_home
from publisher.render.incoming import Incoming
from publisher.render.labels import Names
from publisher.render.layout import Layout
from publisher.render.maps.legend import Map
from publisher.render.maps.maps import Maps
from publisher.render.neighbours import read_neighbourhood
from publisher.render.ontology.pages import OntologyPages, is_ontology
from publisher.render.parts import Group, Thing, Value, anchor_of
from publisher.render.query_pages import QueryPages
from publisher.render.search_pages import SearchPages
from publisher.render.snippets import address
from publisher.render.structured import structured
from publisher.render.tables.pages import TablePages
from publisher.render.use import Use
from publisher.render.views import Views

__all__ = ["Pages", "Reader"]


class Pages:
    """The pages of one release."""

    def __init__(
        self,
        release: Release,
        engine: Engine,
        addresses: Addresses,
        named: Mapping[str, NamedQuery] | None = None,
        *,
        union: bool = True,
        present: str = "",
    ) -> None:
        """Read from the engine what every page needs.

        Args:
            release: What the pages show.
            engine: Over the same release.
            addresses: Of the site.
            named: The named queries.
            union: Whether the default graph of queries is the union of all graphs.
            present: Address of the site as it is now, for pages of the past.
        """
        self._release = release
        self._engine = engine
        self._addresses = addresses
        self._layout = Layout(engine)
        self._home = read_home(engine, self._layout, release.base_iri)
        self._maps = Maps(engine, self._home.things.get(self._home.main, ()))
        self._catalogued = read_catalogued(engine, release.base_iri)
        self._frame = Frame(release, self._catalogued, addresses, present)
        first = {n: names_of(self._home.main, release.prefixes, n) for n in LANGUAGES}
        self._ontologies = OntologyPages(self._frame, release, engine, addresses)
        self.history = HistoryPages(self._frame, engine, release, addresses)
        self.search = SearchPages(self._frame, release, engine, addresses)
        self.tables = TablePages(self._frame, release, engine, addresses)
        classes = list(dict.fromkeys([self._home.main, *self._home.counts]))
        self._use = Use(self._frame, release, addresses, self.tables, classes)
        self.queries = QueryPages(self._frame, release, addresses, named or {}, first, union=union)

    def document(self, document: Document, description: Description, reader: Reader) -> bytes:
        """Return the page of a document."""
        things, incoming, views = self._view(document, description, reader)
        topic = next((thing for thing in things if thing.iri == document.topic), None)
        lead = topic.descriptions[0].text if topic and topic.descriptions else ""
        by_kind = sections(thing for thing in things if thing is not topic)
        template, more = "document.html", {}
        if is_ontology(description):
            template = "ontology.html"
            more = self._ontologies.parts(document.topic, by_kind, reader)
        return self._frame.render(
            template,
            reader,
            document.iri,
            title=views.link_to(document.topic).text,
            summary=lead,
            page=description.page,
            topic=topic,
            map=self._map(document, description, topic, views, reader),
            has_contents=is_vocabulary(things),
            sections=by_kind,
            incoming=incoming,
            description=description,
            representations=self._representations(document),
            structured=structured(description, document.topic, reader.language, self._addresses),
            dumps=self._frame.dumps(document.iri),
            behind_query=self._behind(document),
            next_page=self._page(document, description, 1, reader),
            previous_page=self._page(document, description, -1, reader),
            **more,
        )

    def _view(
        self, document: Document, description: Description, reader: Reader
    ) -> tuple[list[Thing], tuple[Group, ...], Views]:
        """Return a document's things, the links to them, and what made them."""
        language, base_iri = reader.language, self._release.base_iri
        parts = frozenset(document.subjects[1:])
        around = read_neighbourhood(self._engine, description, base_iri)
        names = Names(description, around.labels, language, self._release.prefixes, base_iri)

        def link(name: str) -> str:
            if name in parts and "#" not in name:
                return "#" + anchor_of(name)
            return self._frame.href(name, reader)

        views = Views(
            description,
            around,
            names,
            language,
            self._layout,
            link,
        )
        # Named things first: they take up those without a name.
        ordered = sorted(document.subjects, key=lambda name: not names.known(name))
        things = [views.thing(name) for name in ordered]
        things = [thing for thing in things if thing.groups or thing.descriptions or thing.kinds]
        incoming = Incoming(views, around, self._layout, language, document.subjects).groups(
            description.incoming, _shown(description), many=len(things) > 1
        )
        return things, incoming, views

    def _map(
        self,
        document: Document,
        description: Description,
        topic: Thing | None,
        views: Views,
        reader: Reader,
    ) -> Map | None:
        """Return the map of a document about one thing."""
        if topic is None or len(document.subjects) > 1:
            return None
        called = {line.iri: line.name for line in topic.lines}
        return self._maps.of_document(
            topic.iri, description, reader.language, views.link_to, called
        )

    def _page(self, document: Document, description: Description, step: int, reader: Reader) -> str:
        number = description.page + step
        if not 1 <= number <= description.pages:
            return ""
        return self._frame.page_of(document.iri, number, reader)

    def _behind(self, document: Document) -> tuple[str, str]:
        """Return the query that gives what a document holds, and the address that asks it."""
        query = "DESCRIBE\n" + "\n".join(f"  <{name}>" for name in document.subjects)
        endpoint = self._addresses.path(self._release.base_iri + "sparql")
        return query, address(endpoint, query)

    def _representations(self, document: Document) -> list[tuple[str, str, str]]:
        """Return label, address and media type of the document's other representations."""
        return [
            (m.label, self._addresses.path(self._addresses.representation(document.iri, m)), m.name)
            for m in media_types.GRAPHS
        ]

    def home(self, reader: Reader) -> bytes:
        """Return the home page: what is here, and how to use it."""
        language, addresses, main = reader.language, self._addresses, self._home.main

        def link(name: str) -> str:
            return self._frame.href(name, reader)

        cards = self._home.cards(language, link)
        example = cards[0].iri if cards else addresses.base_iri + "catalog"
        lead = text_in(self._catalogued.site.descriptions, language)
        return self._frame.render(
            "home.html",
            reader,
            addresses.base_iri,
            title=text_in(self._catalogued.site.titles, language) or addresses.base_iri,
            summary=lead,
            lead=lead,
            main=self._home.collection(main, language, link) if main else None,
            cards=cards,
            map=self._maps.of_home(language, link),
            collections=self._home.collections(language, link),
            datasets=[
                (
                    Value(text_in(record.titles, language) or name, link(name)),
                    text_in(record.descriptions, language),
                    self._frame.dumps(name),
                )
                for name, record in self._catalogued.datasets.items()
            ],
            **self._use.parts(example, main, reader),
        )

    def problem(self, status: int, title: str, details: Sequence[str], reader: Reader) -> bytes:
        """Return a page that says what went wrong and what to do."""
        return self._frame.render(
            "problem.html",
            reader,
            self._addresses.base_iri,
            title=title,
            status=status,
            details=details,
        )


def _shown(description: Description) -> frozenset[str]:
    """Return the IRIs that the page of a document links to from its own facts."""
    return frozenset(
        triple.object.value for triple in description.own if isinstance(triple.object, NamedNode)
    )
