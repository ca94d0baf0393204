"""HTML pages, in the reader's language, from templates that escape everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from publisher.addresses import Addresses, with_parameters
from publisher.languages import SOURCE_LANGUAGE
from publisher.messages import LANGUAGES, translate
from publisher.query.engine import MOST_COUNTED, MOST_OF_SCHEME, Description, Engine
from publisher.query.named import NamedQuery
from publisher.rdf import media_types
from publisher.rdf.namespaces import iri
from publisher.release.concept_tables import CONCEPTS_FILE
from publisher.release.concepts import ConceptIndex
from publisher.release.model import Release
from publisher.release.search import Hit
from publisher.release.tables.table import Table
from publisher.render.answers import AnswerReader
from publisher.render.catalogue_pages import CataloguePages, CatalogueView
from publisher.render.compose import PageBuilder, PageContent
from publisher.render.concept_lists import ConceptListPages, SchemeOverview
from publisher.render.datasets import (
    Download,
    SiteMetadata,
    fetch_site_metadata,
    schema_org_json,
)
from publisher.render.developer_docs import AddressGroup, DeveloperDocs
from publisher.render.documents import Document
from publisher.render.frame import HOME_PICTURE, MAP, Frame, PageLanguage, no_notice, text_in
from publisher.render.frames import EmbeddedPages
from publisher.render.history import HistoryPages
from publisher.render.home import Home, fetch_home, fetch_members, with_first
from publisher.render.labels import LabelPicker
from publisher.render.layout import Layout
from publisher.render.maps.basemap import TileSource
from publisher.render.maps.maps import MOST_DRAWN, Maps
from publisher.render.named_graphs import GraphStatements, statements_by_graph
from publisher.render.ontology.axioms import VARIABLE, Axiom
from publisher.render.ontology.pages import OntologyPages, is_ontology, is_term
from publisher.render.ontology.term_index import (
    ALL,
    KINDS,
    MOST_WHOLE,
    TermChoice,
    term_parameter,
)
from publisher.render.own_pages import FOLDER, OwnPages
from publisher.render.page_model import Section, Thing, Value
from publisher.render.pictures import OpenGraphCard, draw_card, is_named
from publisher.render.queries import QueryPages
from publisher.render.search import SearchPages
from publisher.render.snippets import query_address
from publisher.render.tables.answered_questions import TableAnswers
from publisher.render.tables.pages import TablePages, TableView, has_places
from publisher.render.tables.selection import Selection
from publisher.render.usage_examples import UsageGuide, names_query
from publisher.render.values import first_sentence, sentence_case

__all__ = ["PageLanguage", "Pages"]
_WHOLE_ONTOLOGY = TermChoice(ALL)


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
        content_languages: Sequence[str] = (),
        embeds: bool = False,
        languages: Sequence[str] = LANGUAGES,
    ) -> None:
        """Read from the engine what every page needs.

        Args:
            release: What is shown.
            engine: Over the same release.
            addresses: Of the site.
            named: The named queries.
            union: Whether the default graph of queries is the union of all graphs.
            present: Address of the site as it is now, for pages of the past.
            tiles: Who has the tiles beneath maps; None for maps without tiles.
            seconds: How long choosing the rows of a table may take.
            own: The publisher's own pages.
            notice: Language → what the home page tells before all else; mostly nothing.
            content_languages: Tags of the languages of the data, those preferred first.
            embeds: Whether other sites may show parts of pages in a frame.
            languages: Tags of the languages that pages are offered in.
        """
        self._release, self._engine, self._addresses = release, engine, addresses
        self._layout = Layout(engine)
        self._home = fetch_home(engine, self._layout, release.base_iri)
        base_iri, main = release.base_iri, self._home.main
        members = self._home.things.get(main) or fetch_members(engine, main, base_iri, MOST_DRAWN)
        self._maps = Maps(engine, members, tiles)
        self.concepts = index = ConceptIndex(release.folder / CONCEPTS_FILE)
        self._composer = PageBuilder(
            release, engine, self._layout, self._maps, main, index, addresses.site_url
        )
        self._catalogued, self.own = fetch_site_metadata(engine, base_iri), own or OwnPages()
        self._frame = Frame(
            *(release, self._catalogued, addresses, present, notice),
            *(content_languages, self.own, embeds, languages, engine.knows),
        )
        self._make_parts(named or {}, seconds, union=union, is_past=bool(present))

    def _make_parts(
        self, named: Mapping[str, NamedQuery], seconds: float, *, union: bool, is_past: bool
    ) -> None:
        """Make what has pages of its own kind; all of it shares the frame."""
        self._first_things: dict[str, Home] = {}
        release, engine, addresses = self._release, self._engine, self._addresses
        index, main = self.concepts, self._home.main
        first = {n: names_query(main, release.prefixes, n) for n in LANGUAGES}
        self._ontologies = OntologyPages(self._frame, release, engine, addresses)
        self.history = HistoryPages(self._frame, engine, release, addresses)
        self.concept_lists = ConceptListPages(self._frame, release, self.concepts, addresses)
        self.catalogue = CataloguePages(self._frame, release, engine, addresses)
        self.tables = TablePages(self._frame, release, engine, addresses, self._maps, seconds)
        table_answers = TableAnswers(self.tables, engine, main)
        self.search = SearchPages(
            *(self._frame, release, engine, addresses, index, main, table_answers)
        )
        self.embedded = EmbeddedPages(self._frame, self._composer, self._maps, self.tables)
        classes = dict.fromkeys([main, *self._home.counts])
        self._docs = DeveloperDocs(self._frame, release, addresses, self.tables, main)
        self._use = UsageGuide(self._frame, release, addresses, self.tables, list(classes))
        answers = AnswerReader(engine, self._maps, release)
        self.queries = QueryPages(
            self._frame, release, addresses, named, first, answers, union=union, is_past=is_past
        )

    @property
    def layout(self) -> Layout:
        """Return what the shapes say of properties."""
        return self._layout

    @property
    def catalogued(self) -> SiteMetadata:
        """Return what the catalogue says of the site."""
        return self._catalogued

    @property
    def main_class(self) -> str:
        """Return the IRI of the class that the site is about; empty for none."""
        return self._home.main

    def shown_part(
        self, document: Document, choice: TermChoice, page_language: PageLanguage
    ) -> Document:
        """Return what the page of a document describes: all of it, or a part of a large ontology.

        Args:
            document: The document.
            choice: Which terms the reader asked for.
            page_language: Who asks.
        """
        part = self._ontologies.part(document.topic, document.subjects, choice, page_language)
        return document if part is None else replace(document, subjects=part)

    def divided_documents(self) -> frozenset[str]:
        """Return the IRIs of the documents whose pages show large ontologies a part at a time."""
        base = self._addresses.base_iri
        known = {base + path: subjects for path, subjects in self._release.documents.items()}
        for name in self._ontologies.names():
            if self._addresses.holds(name):
                document = self._addresses.document_of(name)
                known[document] = (name, *known.get(document, ()))
        return frozenset(
            document
            for document, subjects in known.items()
            if self._ontologies.is_divided(self._addresses.thing_of(document), subjects)
        )

    def document(
        self,
        document: Document,
        description: Description,
        page_language: PageLanguage,
        choice: TermChoice = _WHOLE_ONTOLOGY,
        whole: Document | None = None,
    ) -> bytes:
        """Return the page of a document.

        Args:
            document: What of the document is shown.
            description: What is known of it.
            page_language: Who asks.
            choice: Which terms of an ontology the reader asked for.
            whole: The document, where that is more.
        """
        page = self._composer.compose(
            document,
            description,
            page_language.language,
            self._links(document, whole or document, page_language),
        )
        by_kind = sections_by_kind(page.others, translate("Other terms", page_language.language))
        entire = replace(document, subjects=(whole or document).subjects)
        template, more = self._by_subject(entire, description, by_kind, page_language, choice)
        lead = page.topic.descriptions[0].text if page.topic and page.topic.descriptions else ""
        return self._frame.render(
            template,
            page_language,
            self._frame.canonical_page(document.iri, description.page),
            title=page.title,
            summary=lead,
            has_contents=is_vocabulary([*filter(None, [page.topic]), *page.others]),
            sections=by_kind,
            picture=self._path(document) if is_named(document.topic, description) else HOME_PICTURE,
            **self._around(document, description, page, page_language),
            **more,
        )

    def has_more_links(self, document: Document, description: Description) -> bool:
        """Tell whether a page leads to another with more of what links to its topic."""
        page = self._composer.compose(document, description, SOURCE_LANGUAGE, lambda name: "")
        return page.is_paged and description.page < description.pages

    def _links(
        self, shown: Document, whole: Document, page_language: PageLanguage
    ) -> Callable[[str], str]:
        """Return IRI → where a page that may show a part of its document links."""
        here = frozenset(shown.subjects)
        elsewhere = frozenset(whole.subjects) - here

        def link(name: str) -> str:
            href = self._frame.link(name, page_language)
            path, mark, fragment = href.partition("#")
            if not mark or not elsewhere:
                return href
            if name in elsewhere:  # servers do not see what follows the hash
                return f"{with_parameters(path, term_parameter(name))}#{fragment}"
            return f"#{fragment}" if name in here else href

        return link

    def _around(
        self,
        document: Document,
        description: Description,
        page: PageContent,
        page_language: PageLanguage,
    ) -> dict[str, Any]:
        """Return what the template of any document needs besides its parts."""
        dumps = self._frame.dumps(document.iri)
        return {
            "topic": page.topic,
            "facts": page.facts,
            "concepts": page.tree,
            "map": page.map,
            "catalogued": page.catalogued,
            **self._here(page, page_language),
            "offers": _partial_files(page.offers, dumps),
            "incoming": page.incoming,
            "by_graph": self._by_graph(description, page_language),
            "description": description,
            "is_cut": description.incoming_total in (MOST_OF_SCHEME, MOST_COUNTED),
            "representations": self._representations(document),
            "structured": schema_org_json(
                description,
                document.topic,
                page_language.language,
                self._addresses,
                self._addresses.on_site(document.iri),
            ),
            "dumps": dumps,
            "embedding": self._card(document, page, page_language),
            "behind_query": self._behind(document),
            "next_page": page.is_paged and self._page(document, description, 1, page_language),
            "previous_page": page.is_paged and self._page(document, description, -1, page_language),
        }

    def _by_subject(
        self,
        document: Document,
        description: Description,
        by_kind: Sequence[Section],
        page_language: PageLanguage,
        choice: TermChoice,
    ) -> tuple[str, dict[str, Any]]:
        """Return the template of a document, and what it needs for what it is about."""
        ontologies, topic, subjects = self._ontologies, document.topic, document.subjects
        # A page of one thing costs as little as that: what ontologies hold is not asked for.
        may_be = len(subjects) > MOST_WHOLE or is_ontology(description)
        is_divided = may_be and ontologies.is_divided(topic, subjects)
        if is_divided and not ontologies.is_ontology(topic, subjects):
            shown = description.subjects
            parts = ontologies.contents(topic, subjects, shown, page_language, choice)
            return "document.html", {"axioms": (), **parts}
        if is_divided or is_ontology(description):
            parts = self._ontologies.parts(
                document.topic, document.subjects, by_kind, page_language, choice
            )
            return "ontology.html", parts
        axioms: tuple[Axiom, ...] = ()
        if is_term(description, document.topic):
            axioms = self._ontologies.axioms_about(document.topic, page_language)
        return "document.html", {"axioms": axioms, "lists": (), "is_part": False, "is_later": False}

    def _card(self, document: Document, page: PageContent, page_language: PageLanguage) -> str:
        """Return the line that shows a topic in another site; empty where there is no topic."""
        if page.topic is None:
            return ""
        title = sentence_case(page.title)
        return self._frame.embedding(document.iri, "card", title, page_language)

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
            lambda name: self._frame.link(name, page_language),
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
            lambda name: self._frame.link(name, page_language),
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
        drawn = self._maps.of_home(language, lambda name: self._frame.link(name, page_language))
        text, base_iri = text_in(site.descriptions, language), self._addresses.base_iri
        host = base_iri.partition("//")[2].rstrip("/")
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

    def catalogue_list(
        self, document: Document, description: Description | None, view: CatalogueView
    ) -> bytes | None:
        """Return a page of the list of datasets; None for one that does not exist.

        Args:
            document: About the catalogue.
            description: Of the catalogue; None to list the datasets and no more.
            view: What the reader asked for.
        """
        reader, metadata = view.reader, self._catalogued.catalogue
        listed = self.catalogue.parts(view)
        if listed is None:
            return None
        about: dict[str, Any] = {"topic": None, "sections": (), "structured": ""}
        if description is not None:
            page = self._composer.compose(
                document, description, reader.language, lambda name: self._frame.link(name, reader)
            )
            about = {
                "topic": page.topic.without(_LISTED_OTHERWISE) if page.topic else None,
                "sections": sections_by_kind(page.others),
                "structured": schema_org_json(
                    description,
                    document.topic,
                    reader.language,
                    self._addresses,
                    self._addresses.on_site(document.iri),
                ),
            }
        title = text_in(metadata.titles, reader.language)
        return self._frame.render(
            "catalogue.html",
            reader,
            document.iri,
            title=title or translate("Catalogue", reader.language),
            summary=text_in(metadata.descriptions, reader.language),
            lead=text_in(metadata.descriptions, reader.language),
            picture=self._path(document),
            behind_query=self._behind(document),
            is_home=False,
            **about,
            **listed,
        )

    def _home_of_catalogue(self, page_language: PageLanguage) -> bytes:
        """Return the home page of a site that is a catalogue: the list of its datasets."""
        language, site = page_language.language, self._catalogued.site
        listed = self.catalogue.parts(CatalogueView(Selection(), page_language))
        assert listed is not None  # there is always a first page
        lead = text_in(site.descriptions, language)
        return self._frame.render(
            "catalogue.html",
            page_language,
            self._addresses.base_iri,
            title=text_in(site.titles, language) or self._addresses.base_iri,
            summary=lead,
            lead=lead,
            topic=None,
            sections=(),
            structured="",
            behind_query=None,
            is_home=True,
            **listed | {"parameters": ""},
        )

    def home(self, page_language: PageLanguage) -> bytes:
        """Return the home page: what is here, and how to use it."""
        if self.catalogue.is_all([self._home.main, *self._home.counts]):
            return self._home_of_catalogue(page_language)
        language, addresses, main = page_language.language, self._addresses, self._home.main

        def link(name: str) -> str:
            return self._frame.link(name, page_language)

        cards = self._first(language).cards(language, link)
        example = cards[0].iri if cards else addresses.base_iri + "catalog"
        lead = text_in(self._catalogued.site.descriptions, language)
        schemes = self._opening_schemes(page_language)
        return self._frame.render(
            "home.html",
            page_language,
            addresses.base_iri,
            title=text_in(self._catalogued.site.titles, language) or addresses.base_iri,
            summary=lead,
            lead=lead,
            schemes=schemes,
            main=self._home.collection(main, language, link)
            if main and not (schemes and main in _SCHEME_CLASSES)
            else None,
            cards=cards,
            **self._map_of_home(page_language),
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

    def _main_table(self) -> Table | None:
        """Return the table of the main class; None where there is none."""
        tables = self.tables.tables.values()
        return next((table for table in tables if table.class_iri == self._home.main), None)

    def _first(self, language: str) -> Home:
        """Return the facts of the home page, with the first things of many."""
        table = self._main_table()
        if self._home.things.get(self._home.main) or table is None:
            return self._home
        if language not in self._first_things:
            with self.tables.lines(table, language) as reader:
                first = reader.things(Selection(), _FIRST_CARDS)
            self._first_things[language] = with_first(self._home, self._engine, first)
        return self._first_things[language]

    def embedded_map(self, page_language: PageLanguage) -> bytes | None:
        """Return the map of the home page for a frame; None where nothing has a place."""
        return self.embedded.map(self._addresses.base_iri, page_language, self._main_table())

    def _map_of_home(self, page_language: PageLanguage) -> dict[str, Any]:
        """Return the map of the home page: drawn, or of too many places for that."""
        language, table = page_language.language, self._main_table()
        drawn = self._maps.of_home(language, lambda name: self._frame.link(name, page_language))
        places = None
        if drawn is None and table is not None and has_places(table):
            places = self.tables.places(TableView(table, Selection(), (), page_language))
        rows = self._frame.href(self.tables.address(table), page_language) if table else ""
        embedding = ""
        if shown := drawn or places:
            base_iri = self._addresses.base_iri
            embedding = self._frame.embedding(base_iri, MAP, shown.title, page_language)
        return {"map": drawn, "places": places, "all_rows": rows, "embedding": embedding}

    def _opening_schemes(self, page_language: PageLanguage) -> list[SchemeOverview]:
        """Return the concept schemes with which the home page opens.

        They are the content of a site that describes many more concepts than all else, or nothing
        else. A few things that are described with lists of values are no thesaurus.
        """
        concepts = sum(scheme.concepts for scheme in self.concepts.schemes().values())
        others = sum(n for name, n in self._home.counts.items() if name not in _SCHEME_CLASSES)
        if not concepts or concepts < _CONCEPTS_A_THING * others:
            return []
        return self.concept_lists.overviews(page_language, _MOST_SCHEMES)

    def developer_docs(
        self, groups: Sequence[AddressGroup], page_language: PageLanguage, example: str = ""
    ) -> bytes:
        """Return the page for developers.

        Args:
            groups: The addresses of the site.
            page_language: Who reads.
            example: IRI of a thing to look up, if one is known.
        """
        if not self._addresses.holds(example):
            things = self._home.things.get(self._home.main, {})
            example = min(filter(self._addresses.holds, things), default=self._release.catalogue)
        return self._docs.page(example, groups, page_language)

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


# What the list of the catalogue's page shows, or offers as files.
# Of many things so many stand on the home page; the table has them all.
_FIRST_CARDS = 24
_LISTED_OTHERWISE = frozenset(map(iri, ("dcat:dataset", "dcat:distribution", "dcat:keyword")))


def _partial_files(offers: Sequence[Download], dumps: Sequence[tuple[str, str]]) -> list[Download]:
    """Return the files that are not the whole dataset, which the page offers first."""
    whole = {href for _, href in dumps}
    return [offer for offer in offers if not {file.link.href for file in offer.files} <= whole]


# The parts of a document that holds many things: which kinds, in which order.


# So many schemes stand on a home page that opens with them.
_MOST_SCHEMES = 12
# So many concepts a thing make a vocabulary of a site.
_CONCEPTS_A_THING = 10
_SCHEME_CLASSES = frozenset(
    iri(f"skos:{name}") for name in ("Concept", "ConceptScheme", "Collection", "OrderedCollection")
)
# A functional object property is an object property first of all.
_KINDS_OF_TERMS = frozenset(kind for _, kinds in KINDS for kind in kinds)


def is_vocabulary(things: Iterable[Thing]) -> bool:
    """Tell whether a document is read by its terms, and needs a list of them."""
    return any("#" in thing.iri for thing in things)


def sections_by_kind(things: Iterable[Thing], others: str = "") -> tuple[Section, ...]:
    """Return things by their first kind, the kinds in order of appearance.

    Args:
        things: Of a document.
        others: What those without a kind are called.
    """
    kinds: dict[str, Value] = {}
    by_kind: dict[str, list[Thing]] = {}
    for thing in things:
        if thing.kinds and all(kind.href == VARIABLE for kind in thing.kinds):
            continue  # a variable stands in its rules alone
        term_kinds = [kind for kind in thing.kinds if kind.href in _KINDS_OF_TERMS]
        kind = (*term_kinds, *thing.kinds, Value(others))[0]
        kinds.setdefault(kind.text, kind)
        by_kind.setdefault(kind.text, []).append(thing)
    return tuple(
        Section(kinds[text], f"section-{number}", tuple(by_kind[text]))
        for number, text in enumerate(kinds, start=1)
    )
