"""HTML pages, in the reader's language, from templates that escape everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from typing import Any

from publisher.addresses import Addresses
from publisher.messages import LANGUAGES
from publisher.query.engine import Description, Engine
from publisher.query.named import NamedQuery
from publisher.rdf import media_types
from publisher.release.model import Release
from publisher.release.search import Hit
from publisher.render.compose import PageBuilder, PageContent
from publisher.render.datasets import Download, fetch_site_metadata, schema_org_json
from publisher.render.documents import Document
from publisher.render.frame import HOME_PICTURE, Frame, PageLanguage, no_notice, text_in
from publisher.render.history import HistoryPages
from publisher.render.home import fetch_home
from publisher.render.labels import LabelPicker
from publisher.render.layout import Layout
from publisher.render.maps.basemap import TileSource
from publisher.render.maps.maps import Maps
from publisher.render.named_graphs import GraphStatements, statements_by_graph
from publisher.render.ontology.pages import OntologyPages, is_ontology
from publisher.render.own_pages import FOLDER, OwnPages
from publisher.render.page_model import Section, Thing, Value
from publisher.render.pictures import OpenGraphCard, draw_card, is_named
from publisher.render.queries import QueryPages
from publisher.render.search import SearchPages
from publisher.render.snippets import query_address
from publisher.render.tables.pages import TablePages
from publisher.render.usage_examples import UsageGuide, names_query
from publisher.render.values import first_sentence, sentence_case

__all__ = ["PageLanguage", "Pages"]


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
        tiles: TileSource | None = None,
        seconds: float = inf,
        own: OwnPages | None = None,
        notice: Callable[[str], str] = no_notice,
    ) -> None:
        """Read from the engine what every page needs.

        Args:
            release: What the pages show.
            engine: Over the same release.
            addresses: Of the site.
            named: The named queries.
            union: Whether the default graph of queries is the union of all graphs.
            present: Address of the site as it is now, for pages of the past.
            tiles: Who has the tiles beneath maps; None for maps without tiles.
            seconds: How long choosing the rows of a table may take.
            own: The publisher's own pages.
            notice: Language → what the home page tells before all else; mostly nothing.
        """
        self._release = release
        self._engine = engine
        self._addresses = addresses
        self._layout = Layout(engine)
        self._home = fetch_home(engine, self._layout, release.base_iri)
        self._maps = Maps(engine, self._home.things.get(self._home.main, ()), tiles)
        self._composer = PageBuilder(release, engine, self._layout, self._maps, self._home.main)
        self._catalogued = fetch_site_metadata(engine, release.base_iri)
        self.own = own or OwnPages()
        self._frame = Frame(release, self._catalogued, addresses, present, notice, self.own)
        first = {n: names_query(self._home.main, release.prefixes, n) for n in LANGUAGES}
        self._ontologies = OntologyPages(self._frame, release, engine, addresses)
        self.history = HistoryPages(self._frame, engine, release, addresses)
        self.search = SearchPages(self._frame, release, engine, addresses, self._home.main)
        self.tables = TablePages(self._frame, release, engine, addresses, seconds)
        classes = list(dict.fromkeys([self._home.main, *self._home.counts]))
        self._use = UsageGuide(self._frame, release, addresses, self.tables, classes)
        self.queries = QueryPages(self._frame, release, addresses, named or {}, first, union=union)

    def document(
        self, document: Document, description: Description, page_language: PageLanguage
    ) -> bytes:
        """Return the page of a document."""
        page = self._composer.compose(
            document,
            description,
            page_language.language,
            lambda name: self._frame.href(name, page_language),
        )
        topic = page.topic
        lead = topic.descriptions[0].text if topic and topic.descriptions else ""
        by_kind = sections_by_kind(page.others)
        dumps = self._frame.dumps(document.iri)
        template, more = "document.html", {}
        if is_ontology(description):
            template = "ontology.html"
            more = self._ontologies.parts(document.topic, by_kind, page_language)
        return self._frame.render(
            template,
            page_language,
            document.iri,
            title=page.title,
            summary=lead,
            page=description.page,
            topic=topic,
            facts=page.facts,
            map=page.map,
            **self._here(page, page_language),
            offers=_partial_files(page.offers, dumps),
            has_contents=is_vocabulary([*filter(None, [topic]), *page.others]),
            sections=by_kind,
            incoming=page.incoming,
            by_graph=self._by_graph(description, page_language),
            description=description,
            representations=self._representations(document),
            structured=schema_org_json(
                description,
                document.topic,
                page_language.language,
                self._addresses,
                self._addresses.on_site(document.iri),
            ),
            dumps=dumps,
            picture=self._path(document) if is_named(document.topic, description) else HOME_PICTURE,
            behind_query=self._behind(document),
            next_page=self._page(document, description, 1, page_language),
            previous_page=self._page(document, description, -1, page_language),
            **more,
        )

    def _here(self, page: PageContent, page_language: PageLanguage) -> dict[str, Any]:
        """Return what is at the place that a page is about, and where the table has the same."""
        rows = ""
        if page.here is not None:
            rows = self.tables.rows_at(self._home.main, page.here.place, page_language)
        return {"here": page.here, "rows_here": rows}

    def _by_graph(
        self, description: Description, page_language: PageLanguage
    ) -> list[GraphStatements]:
        release, language = self._release, page_language.language
        if not release.named_graphs:
            return []
        names = LabelPicker(description, {}, language, release.prefixes, release.base_iri)
        return statements_by_graph(
            description,
            release.named_graphs,
            names,
            language,
            lambda name: self._frame.href(name, page_language),
        )

    def picture(
        self, document: Document, description: Description, page_language: PageLanguage
    ) -> bytes | None:
        """Return the picture of a document's topic as PNG; None for one without a name."""
        if not is_named(document.topic, description):
            return None
        page = self._composer.compose(
            document,
            description,
            page_language.language,
            lambda name: self._frame.href(name, page_language),
        )
        kinds = page.topic.kinds[:1] if page.topic else ()
        texts = page.topic.descriptions[:1] if page.topic else ()
        return draw_card(
            OpenGraphCard(
                sentence_case(page.title),
                "".join(sentence_case(kind.text) for kind in kinds),
                "".join(first_sentence(text.text) for text in texts),
                text_in(self._catalogued.site.titles, page_language.language),
                page.map,
            )
        )

    def home_picture(self, page_language: PageLanguage) -> bytes:
        """Return the picture of the site as PNG."""
        language, site = page_language.language, self._catalogued.site
        title = text_in(site.titles, language) or self._addresses.base_iri
        drawn = self._maps.of_home(language, lambda name: self._frame.href(name, page_language))
        text, place = text_in(site.descriptions, language), self._addresses.base_iri
        host = place.partition("//")[2].rstrip("/")
        return draw_card(OpenGraphCard(title, text=text, site=host, map=drawn))

    def _path(self, document: Document) -> str:
        return document.iri.removeprefix(self._release.base_iri) or HOME_PICTURE

    def _page(
        self, document: Document, description: Description, step: int, page_language: PageLanguage
    ) -> str:
        number = description.page + step
        if not 1 <= number <= description.pages:
            return ""
        return self._frame.page_of(document.iri, number, page_language)

    def _behind(self, document: Document) -> tuple[str, str]:
        """Return the query that gives what a document holds, and the address that asks it."""
        query = "DESCRIBE\n" + "\n".join(f"  <{name}>" for name in document.subjects)
        endpoint = self._addresses.path(self._release.base_iri + "sparql")
        return query, query_address(endpoint, query)

    def _representations(self, document: Document) -> list[tuple[str, str, str]]:
        """Return label, address and media type of the document's other representations."""
        return [
            (m.label, self._addresses.path(self._addresses.representation(document.iri, m)), m.name)
            for m in media_types.GRAPHS
        ]

    def home(self, page_language: PageLanguage) -> bytes:
        """Return the home page: what is here, and how to use it."""
        language, addresses, main = page_language.language, self._addresses, self._home.main

        def link(name: str) -> str:
            return self._frame.href(name, page_language)

        cards = self._home.cards(language, link)
        example = cards[0].iri if cards else addresses.base_iri + "catalog"
        lead = text_in(self._catalogued.site.descriptions, language)
        return self._frame.render(
            "home.html",
            page_language,
            addresses.base_iri,
            title=text_in(self._catalogued.site.titles, language) or addresses.base_iri,
            summary=lead,
            lead=lead,
            main=self._home.collection(main, language, link) if main else None,
            cards=cards,
            map=self._maps.of_home(language, link),
            collections=self._home.collections(language, link),
            building_blocks=self._home.building_blocks(language, link),
            whereabouts=self._home.whereabouts(language, link),
            datasets=[
                (
                    Value(text_in(record.titles, language) or name, link(name)),
                    text_in(record.descriptions, language),
                    self._frame.dumps(name),
                )
                for name, record in self._catalogued.datasets.items()
            ],
            **self._use.parts(example, main, page_language),
        )

    def own_page(self, name: str, page_language: PageLanguage) -> bytes | None:
        """Return one of the publisher's own pages; None for one that is not there."""
        page = self.own.page(name, page_language.language)
        if page is None:
            return None
        return self._frame.render(
            "own.html",
            page_language,
            f"{self._release.base_iri}{FOLDER}{name}",
            title=page.title,
            body=page.body,
            page_tag="" if page.language == page_language.language else page.language,
        )

    def problem(
        self,
        status: int,
        title: str,
        details: Sequence[str],
        page_language: PageLanguage,
        near: Sequence[Hit] = (),
        requested: str = "",
        asked_at: str = "",
    ) -> bytes:
        """Return a page that says what went wrong and what to do.

        Args:
            status: Of the answer.
            title: What went wrong, in a few words.
            details: The same in sentences, and the cure.
            page_language: Who it is for.
            near: What the reader may have looked for.
            requested: Words to search for.
            asked_at: Whole address that was asked for.
        """
        return self._frame.render(
            "problem.html",
            page_language,
            self._addresses.base_iri,
            title=title,
            asked_at=asked_at,
            status=status,
            details=details,
            near=self.search.near(near, page_language),
            asked=requested,
        )


def _partial_files(offers: Sequence[Download], dumps: Sequence[tuple[str, str]]) -> list[Download]:
    """Return the files that are not the whole dataset, which the page offers first."""
    whole = {href for _, href in dumps}
    return [offer for offer in offers if not {file.link.href for file in offer.files} <= whole]


# The parts of a document that holds many things: which kinds, in which order.


def is_vocabulary(things: Iterable[Thing]) -> bool:
    """Tell whether a document is read by its terms, and needs a list of them."""
    return any("#" in thing.iri for thing in things)


def sections_by_kind(things: Iterable[Thing]) -> tuple[Section, ...]:
    """Return things by their first kind, the kinds in order of appearance."""
    kinds: dict[str, Value] = {}
    found: dict[str, list[Thing]] = {}
    for thing in things:
        kind = thing.kinds[0] if thing.kinds else Value("")
        kinds.setdefault(kind.text, kind)
        found.setdefault(kind.text, []).append(thing)
    return tuple(
        Section(kinds[text], f"section-{number}", tuple(found[text]))
        for number, text in enumerate(kinds, start=1)
    )
