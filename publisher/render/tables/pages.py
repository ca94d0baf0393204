"""The pages of tables: all of them on one, and each with its filters, facets and files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from publisher.addresses import Addresses
from publisher.messages import translate
from publisher.query.engine import Engine, Term
from publisher.rdf import media_types
from publisher.rdf.media_types import MediaType
from publisher.rdf.source_forms import SourceForms
from publisher.release.model import LITERALS, Release
from publisher.release.sqlite_files import open_sqlite
from publisher.release.tables.cells import TableRow
from publisher.release.tables.columns import FACET_VALUES
from publisher.release.tables.index import INDEX_EXTENSION
from publisher.release.tables.table import (
    DATE,
    LINK,
    NUMBER,
    TEXT,
    TRUTH,
    WHERE,
    Column,
    Table,
    read_tables,
)
from publisher.render.frame import Frame, PageLanguage
from publisher.render.labels import (
    Labels,
    best_label,
    fetch_labels,
    foreign_language,
    iri_as_label,
    term_label,
)
from publisher.render.maps.live import TablePlaces
from publisher.render.maps.maps import MOST_DRAWN, Maps
from publisher.render.maps.svg import Map
from publisher.render.page_model import Value
from publisher.render.snippets import query_address
from publisher.render.tables.by_sparql import filter_term
from publisher.render.tables.range_facets import range_ends, range_words
from publisher.render.tables.rows import TableReader
from publisher.render.tables.selection import Selection
from publisher.render.values import format_literal, sentence_case, shorten_text, sort_key

_FOLDER = "table/"
# The places of a table's rows, for the map that moves.
PLACES = "places.json"
# In addresses, before the name of a column: rows with the value are left out.
EXCLUDED = "not."
# Before the name of a column of numbers or dates: the least value, and the one to be below.
FROM, BELOW = "from.", "below."
# A map of more would be slow to come, and no help.
MOST_PLACES = 200_000


class TablePages:
    """The tables of one release."""

    def __init__(
        self,
        frame: Frame,
        release: Release,
        engine: Engine,
        addresses: Addresses,
        maps: Maps,
        seconds: float,
    ) -> None:
        """Read which tables there are; choosing rows of one may take so many seconds."""
        self._maps = maps
        self._frame, self._engine, self._addresses = frame, engine, addresses
        self._release, self._seconds = release, seconds
        self._forms = SourceForms(release.folder / LITERALS)
        self._words = CellFormatter(frame, release.prefixes, release.base_iri)
        self.tables: Mapping[str, Table] = read_tables(release.folder)

    @contextmanager
    def lines(self, table: Table, language: str) -> Iterator[TableReader]:
        """Yield what reads a table for readers of a language.

        Releases from before there were indexes have none.

        Raises:
            QueryLimitExceeded: Choosing the rows took too long.
        """
        release, name = self._release, table.file(INDEX_EXTENSION)
        has_index = name in release.files
        opened = open_sqlite(self._seconds, release.folder / name) if has_index else nullcontext()
        with opened as index:
            yield TableReader(self._engine, table, release.prefixes, language, index, self._forms)

    def address(self, table: Table, extension: str = "") -> str:
        """Return the canonical IRI of a table, or of one of its files."""
        dot = "." if extension else ""
        return f"{self._release.base_iri}{_FOLDER}{table.slug}{dot}{extension}"

    def rows_at(self, class_iri: str, place: str, page_language: PageLanguage) -> str:
        """Return the address of the rows of a class at a place; empty where no table says it."""
        for table in self.tables.values():
            if table.class_iri == class_iri and table.column(WHERE) is not None:
                view = TableView(table, Selection(), (), page_language).filtered(WHERE, place)
                return self.here(view)
        return ""

    def index(self, page_language: PageLanguage) -> bytes:
        """Return the page that lists the tables."""
        listed = [
            (
                replace(
                    self._title(table, page_language), href=self._frame.href(url, page_language)
                ),
                table.count,
                self._files(table, "", table.files),
            )
            for table in self.tables.values()
            for url in [self.address(table)]
        ]
        return self._frame.render(
            "tables.html",
            page_language,
            self._release.base_iri + _FOLDER,
            title=translate("Tables", page_language.language),
            tables=sorted(listed, key=lambda row: sort_key(row[0].text, page_language.language)),
        )

    def page(self, view: TableView, size: int, most: int) -> bytes | None:
        """Return a page of a table; None for one that does not exist.

        Args:
            view: What the reader asked for.
            size: Lines a page.
            most: Lines that a file made on demand may have.
        """
        with self.lines(view.table, view.reader.language) as table_reader:
            return self._page_of(view, table_reader, size, most)

    def _page_of(
        self, view: TableView, table_reader: TableReader, size: int, most: int
    ) -> bytes | None:
        table, selection, page_language = view.table, view.choice, view.reader
        total = table_reader.count(selection)
        pages = max(1, -(-total // size))
        if not 1 <= selection.page <= pages:
            return None
        query = table_reader.queries.whole(
            selection, view.columns, size, (selection.page - 1) * size
        )
        unchosen = replace(view, reader=PageLanguage(page_language.language))
        return self._frame.render(
            "table.html",
            page_language,
            self.address(table),
            parameters=unchosen.query(page=selection.page).removeprefix("?"),
            title=self._title(table, page_language).text,
            summary=self._summary(table, page_language),
            view=view,
            total=total,
            facets=self._facets(
                view, table_reader.facets(selection), table_reader.ranges(selection), total
            ),
            excluded=self._excluded(view, table_reader),
            missing=self._missing(view, table_reader.missing(selection, total)),
            files=self._files(table, view.query(is_file=True), _extensions(view, total, most)),
            **self._map(view, table_reader, total, size),
            whole_files=self._files(table, "", table.files),
            most=most,
            query=query,
            ask=query_address(self._addresses.path(self._release.base_iri + "sparql"), query),
            embedding=self._frame.embedding(
                self.address(table) + replace(view, reader=page_language).query(),
                "table",
                self._title(table, page_language).text,
                page_language,
            ),
            **self._grid(view, table_reader, size),
            **self._around(view, pages),
        )

    def _map(
        self, view: TableView, table_reader: TableReader, total: int, size: int
    ) -> dict[str, Any]:
        """Return the map of the rows that are chosen.

        It is drawn; where they are too many, the script of the page has all their places, and what
        is drawn for those without it are the rows of the page.
        """
        table, reader = view.table, view.reader
        if not has_places(table) or not 0 < total <= MOST_PLACES:
            return {"map": None, "places": None}
        title = sentence_case(self._title(table, reader).text)
        is_whole = total <= MOST_DRAWN
        most, first = (MOST_DRAWN, 0) if is_whole else (size, (view.choice.page - 1) * size)
        things = table_reader.things(view.choice, min(most, MOST_DRAWN), first)

        def link(name: str) -> Value:
            return Value(name, self._frame.link(name, reader))

        drawn = self._maps.of_rows(title, things, reader.language, link)
        return {"map": drawn, "places": None if drawn and is_whole else self.places(view)}

    def first_on_map(self, view: TableView) -> tuple[Map | None, int]:
        """Return the map of as many rows as are drawn, and how many rows there are in all."""
        reader = view.reader
        with self.lines(view.table, reader.language) as table_reader:
            total = table_reader.count(view.choice)
            things = table_reader.things(view.choice, MOST_DRAWN)
        title = sentence_case(self._title(view.table, reader).text)
        drawn = self._maps.of_rows(
            title, things, reader.language, lambda name: Value(name, self._frame.link(name, reader))
        )
        return drawn, total

    def places(self, view: TableView) -> TablePlaces:
        """Return the map of the places of a table's rows, however many."""
        language = view.reader.language
        parameters = view.parameters(is_file=True)
        query = urlencode([*parameters, ("lang", language)])
        href = f"{self._addresses.path(self.address(view.table, PLACES))}?{query}"
        title = sentence_case(self._title(view.table, view.reader).text)
        return self._maps.of_places(title, href, language)

    def grid(self, view: TableView, size: int) -> dict[str, Any] | None:
        """Return heads and rows of a page of a table; None for one that does not exist."""
        with self.lines(view.table, view.reader.language) as table_reader:
            total = table_reader.count(view.choice)
            if not 1 <= view.choice.page <= max(1, -(-total // size)):
                return None
            return self._grid(view, table_reader, size) | {"total": total}

    def title(self, table: Table, page_language: PageLanguage) -> str:
        """Return what a table is called."""
        return self._title(table, page_language).text

    def column_title(self, column: Column, page_language: PageLanguage) -> str:
        """Return what a column is called."""
        return self._words.title(column.titles, column.path, page_language).text

    def value_texts(
        self, column: Column, values: Iterable[str], page_language: PageLanguage
    ) -> list[str]:
        """Return what values are called, given as filters have them."""
        written = [*values]
        labels = fetch_labels(self._engine, written) if column.kind == LINK else {}
        terms = ((text, filter_term(column, text)) for text in written)
        return [
            self._words.value(term, labels, page_language).text if term else text
            for text, term in terms
        ]

    def counted(self, view: TableView, name: str) -> tuple[FacetValue, ...]:
        """Return the values of a column with their numbers of rows, the most first."""
        column = view.table.column(name)
        if column is None:
            return ()
        with self.lines(view.table, view.reader.language) as table_reader:
            counts = table_reader.counted(view.choice, column)
        labels = fetch_labels(self._engine, (v.value for v, _ in counts if "://" in v.value))
        return self._counted(view, name, counts, labels)

    def _grid(self, view: TableView, table_reader: TableReader, size: int) -> dict[str, Any]:
        """Return the heads and rows of a page."""
        columns, table, page_language = view.columns, view.table, view.reader
        offset = (view.choice.page - 1) * size
        table_rows = table_reader.read(view.choice, columns, size, offset)
        rows = [
            (
                self._words.value(NamedNode(row.iri), {}, page_language),
                [
                    self._words.cell(row, column, table_rows.labels, page_language)
                    for column in columns
                ],
            )
            for row in table_rows.lines
        ]
        return {
            "named_first": bool(columns) and columns[0] is table.label,
            "heads": [self._head(view, column) for column in columns],
            "rows": rows,
            "first": offset + 1,
            "last": offset + len(rows),
            "cut": any(v.cut for _, cells in rows for values in cells for v in values),
            "all_columns": [
                (c.name, self._words.title(c.titles, c.path, page_language), c in columns)
                for c in table.columns
            ],
        }

    def _around(self, view: TableView, pages: int) -> dict[str, Any]:
        """Return the addresses that a page leads to besides its rows."""
        selection, here = view.choice, self._addresses.path(self.address(view.table))
        bare = Selection(sort=selection.sort, descending=selection.descending)
        return {
            "pages": pages,
            "previous_page": self._page(view, selection.page - 1, pages),
            "next_page": self._page(view, selection.page + 1, pages),
            "here": here,
            "clear": here + replace(view, choice=bare).query(),
        }

    def _files(
        self, table: Table, query: str, extensions: tuple[str, ...]
    ) -> list[tuple[str, str, MediaType]]:
        return [
            (m.label, self._addresses.path(self.address(table, m.extension)) + query, m)
            for m in media_types.TABLES
            if m.extension in extensions
        ]

    def _summary(self, table: Table, page_language: PageLanguage) -> str:
        return translate(
            "{name}: {count} rows to sort, filter and count, and as a file for a spreadsheet,"
            " a program or a map.",
            page_language.language,
            name=sentence_case(self._title(table, page_language).text),
            count=table.count,
        )

    def _title(self, table: Table, page_language: PageLanguage) -> Value:
        return self._words.title(table.titles, table.class_iri, page_language)

    def _page(self, view: TableView, number: int, pages: int) -> str:
        if not 1 <= number <= pages:
            return ""
        return self._addresses.path(self.address(view.table)) + view.query(page=number)

    def here(self, view: TableView) -> str:
        """Return the address of a page of a table."""
        return self._addresses.path(self.address(view.table)) + view.query()

    def _head(self, view: TableView, column: Column) -> ColumnHeader:
        sorted_by = view.choice.sort or (view.table.label.name if view.table.label else "")
        direction = "descending" if view.choice.descending else "ascending"
        if not view.choice.sort and column.name == sorted_by:
            # By the label without being asked: the link asks for the other way round.
            view = replace(view, choice=replace(view.choice, sort=column.name))
        return ColumnHeader(
            self._words.title(column.titles, column.path, view.reader),
            self.here(view.sorted_by(column.name)),
            direction if column.name == sorted_by else "",
        )

    def _facets(
        self,
        view: TableView,
        counts: Mapping[str, list[tuple[Term, int]]],
        ranges: Mapping[str, Mapping[int, int]],
        total: int,
    ) -> list[Facet]:
        values = (term.value for counted_values in counts.values() for term, _ in counted_values)
        filtered = (v for chosen in (view.choice.filters or {}).values() for v in chosen)
        labels = fetch_labels(self._engine, (v for v in (*values, *filtered) if "://" in v))
        facets = []
        for column in view.table.columns:
            title = self._words.title(column.titles, column.path, view.reader)
            if counted := self._ranges(view, column, ranges.get(column.name, {}), total):
                facets.append(Facet(title, counted, _range_form(view, column)))
                continue
            counted_values = self._counted(view, column.name, counts.get(column.path, []), labels)
            if counted_values and column.facet:
                facets.append(Facet(title, counted_values))
        return facets

    def _ranges(
        self, view: TableView, column: Column, counts: Mapping[int, int], total: int
    ) -> tuple[FacetValue, ...]:
        """Return the ranges of a column with rows in them, and the one that is chosen."""
        chosen = (view.choice.ranges or {}).get(column.name)
        suggested = range_ends(column) if column.edges else []
        counted = [(ends, counts.get(n, 0)) for n, ends in enumerate(suggested)]
        if chosen and chosen not in suggested:
            counted.insert(0, (chosen, total))
        return tuple(
            FacetValue(
                Value(range_words(column, ends, view.reader.language)),
                count,
                self.here(view.ranged(column.name, ends)),
                ends == chosen,
            )
            for ends, count in counted
            if count or ends == chosen
        )

    def _missing(self, view: TableView, counted: list[tuple[Column, int]]) -> Facet:
        """Return the columns in which some of the rows have no value, to choose those rows."""
        values = tuple(
            FacetValue(
                self._words.title(column.titles, column.path, view.reader),
                count,
                self.here(view.without(column.name)),
                column.name in view.choice.missing,
            )
            for column, count in counted
        )
        return Facet(Value(translate("Rows without a value", view.reader.language)), values)

    def _excluded(self, view: TableView, table_reader: TableReader) -> Facet:
        """Return the values whose rows are left out, to have these again."""
        values = []
        for name, written in (view.choice.excluded or {}).items():
            column = view.table.column(name)
            assert column is not None, "a selection names columns of the table"
            terms = {text: filter_term(column, text) for text in written}
            links = (text for text in written if column.kind == LINK)
            labels = fetch_labels(self._engine, links)
            for text, term in terms.items():
                with_it = replace(view.choice, excluded=None, filters={name: (text,)})
                value = self._words.value(term, labels, view.reader) if term else Value(text)
                number, href = table_reader.count(with_it), self.here(view.including(name, text))
                values.append(FacetValue(replace(value, href=""), number, href, True))
        title = translate("Rows with these values are left out", view.reader.language)
        return Facet(Value(title), tuple(values))

    def _counted(
        self, view: TableView, column: str, counted_values: list[tuple[Term, int]], labels: Labels
    ) -> tuple[FacetValue, ...]:
        filtered = (view.choice.filters or {}).get(column, ())
        if column == WHERE:
            counted_values = self._distinct_places(view, counted_values, filtered, labels)
        return tuple(
            FacetValue(
                replace(self._words.value(term, labels, view.reader), href=""),
                count,
                self.here(view.filtered(column, term.value)),
                term.value in filtered,
            )
            for term, count in counted_values
        )

    def _distinct_places(
        self,
        view: TableView,
        counted_values: Sequence[tuple[Term, int]],
        filtered: Collection[str],
        labels: Labels,
    ) -> list[tuple[Term, int]]:
        """Return the places with most things, and what is chosen; every other can be asked for.

        A town and its municipality with the same name and number are one choice.
        """
        by_name: dict[tuple[str, int], tuple[Term, int]] = {}
        for term, count in counted_values:
            name = self._words.value(term, labels, view.reader).text
            if term.value in filtered or (name, count) not in by_name:
                by_name[name, count] = (term, count)
        first = list(by_name.values())
        return [
            *first[:FACET_VALUES],
            *(each for each in first[FACET_VALUES:] if each[0].value in filtered),
        ]


def has_places(table: Table) -> bool:
    """Tell whether things of a table have places that can be drawn."""
    return bool(table.chains) and media_types.GEOJSON.extension in table.files


def _extensions(view: TableView, total: int, most: int) -> tuple[str, ...]:
    """Return the extensions in which the lines of a view can be had."""
    return view.table.files if view.choice.is_stored or total <= most else ()


# The parts of a table's page: heads, cells, facets and the addresses they lead to.

# So many columns are shown until a reader chooses others.
SHOWN_COLUMNS = 7
# A facet with more values is folded.
_OPEN_FACET_VALUES = 8


@dataclass(frozen=True)
class TableView:
    """A page of a table as it was requested.

    Attributes:
        table: The table.
        choice: Which things, in which order.
        shown: Names of the columns that the reader chose; empty for the first ones.
        reader: Who it is for.
    """

    table: Table
    choice: Selection
    shown: tuple[str, ...]
    reader: PageLanguage

    @property
    def columns(self) -> list[Column]:
        """Return the columns that are shown."""
        columns = [column for column in self.table.columns if column.name in self.shown]
        return columns or default_columns(self.table)

    def parameters(self, *, page: int = 1, is_file: bool = False) -> list[tuple[str, str]]:
        """Return the parameters of the address of one of its pages, or of the same as a file."""
        selection = self.choice
        pairs = [("q", selection.words)] if selection.words else []
        for name, values in (selection.filters or {}).items():
            pairs += [(name, value) for value in values]
        for name, values in (selection.excluded or {}).items():
            pairs += [(EXCLUDED + name, value) for value in values]
        for name, ends in (selection.ranges or {}).items():
            starts = zip((FROM, BELOW), ends, strict=True)
            pairs += [(start + name, end) for start, end in starts if end]
        pairs += [("missing", name) for name in selection.missing]
        if selection.sort:
            pairs.append(("sort", f"-{selection.sort}" if selection.descending else selection.sort))
        if is_file:
            return pairs
        pairs += [("column", name) for name in self.shown]
        if page > 1:
            pairs.append(("page", str(page)))
        if self.reader.chosen:
            pairs.append(("lang", self.reader.language))
        return pairs

    def query(self, *, page: int = 1, is_file: bool = False) -> str:
        """Return the same, as it is in an address, with its question mark."""
        written = urlencode(self.parameters(page=page, is_file=is_file))
        return f"?{written}" if written else ""

    def filtered(self, column: str, value: str) -> TableView:
        """Return the view with a value chosen, or no longer chosen."""
        filters = dict(self.choice.filters or {})
        values = filters.pop(column, ())
        changed = tuple(v for v in values if v != value) if value in values else (*values, value)
        if changed:
            filters[column] = changed
        return replace(self, choice=replace(self.choice, filters=filters, page=1))

    def ranged(self, column: str, ends: tuple[str, str]) -> TableView:
        """Return the view with a range of a column chosen, or no longer chosen."""
        ranges = dict(self.choice.ranges or {})
        before = ranges.pop(column, None)
        if before != ends:
            ranges[column] = ends
        return replace(self, choice=replace(self.choice, ranges=ranges, page=1))

    def including(self, column: str, value: str) -> TableView:
        """Return the view in which the rows with a value are no longer left out."""
        excluded = dict(self.choice.excluded or {})
        excluded[column] = tuple(v for v in excluded.get(column, ()) if v != value)
        kept = {name: values for name, values in excluded.items() if values}
        return replace(self, choice=replace(self.choice, excluded=kept, page=1))

    def without(self, column: str) -> TableView:
        """Return the view of the rows that have no value in a column, or no longer of them."""
        names = self.choice.missing
        rest = tuple(name for name in names if name != column)
        changed = rest if column in names else (*names, column)
        return replace(self, choice=replace(self.choice, missing=changed, page=1))

    def sorted_by(self, column: str) -> TableView:
        """Return the view sorted by a column; the other way round when it is already."""
        is_same = self.choice.sort == column
        descending = is_same and not self.choice.descending
        return replace(
            self, choice=replace(self.choice, sort=column, descending=descending, page=1)
        )


def default_columns(table: Table) -> list[Column]:
    """Return the columns shown by default: lists, numbers and dates before others."""
    telling = (NUMBER, DATE, TRUTH)
    ranked = sorted(
        table.columns,
        key=lambda c: (c is not table.label, not c.usual, not (c.facet or c.kind in telling)),
    )
    usual = [column for column in ranked[:SHOWN_COLUMNS] if column.usual or column is table.label]
    first = usual if len(usual) > 1 else ranked[:SHOWN_COLUMNS]
    return [column for column in table.columns if column in first]


@dataclass(frozen=True)
class ColumnHeader:
    """The head of a column: its title, how it is sorted, and the address that sorts it."""

    title: Value
    href: str
    direction: str = ""


@dataclass(frozen=True)
class FacetValue:
    """A value of a facet."""

    value: Value
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class RangeForm:
    """A form to ask for a range of one's own.

    Attributes:
        first: Name of the parameter for the least value, and what is chosen.
        below: The same for the value to be below.
        others: Names and values of what else is chosen.
        is_number: Whether numbers are asked for, or days.
        is_own: Whether a range is chosen that is none of the suggested ones.
    """

    first: tuple[str, str]
    below: tuple[str, str]
    others: tuple[tuple[str, str], ...]
    is_number: bool
    is_own: bool


def _range_form(view: TableView, column: Column) -> RangeForm:
    chosen = (view.choice.ranges or {}).get(column.name, ("", ""))
    names = (FROM + column.name, BELOW + column.name)
    others = tuple(pair for pair in view.parameters() if pair[0] not in names)
    is_own = any(chosen) and chosen not in range_ends(column)
    first, below = zip(names, chosen, strict=True)
    return RangeForm(first, below, others, column.kind == NUMBER, is_own)


@dataclass(frozen=True)
class Facet:
    """A column with few values or ranges of them, each with the number of things that have it."""

    title: Value
    values: tuple[FacetValue, ...]
    form: RangeForm | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it is shown at once: it is short, or some value of it is chosen."""
        return len(self.values) <= _OPEN_FACET_VALUES or any(
            counted.chosen for counted in self.values
        )


class CellFormatter:
    """Titles and values in the reader's language."""

    def __init__(self, frame: Frame, prefixes: Mapping[str, str], base_iri: str) -> None:
        """Keep what names are made of when there are none."""
        self._frame, self._prefixes, self._base_iri = frame, prefixes, base_iri

    def title(self, titles: Mapping[str, str], name: str, page_language: PageLanguage) -> Value:
        """Return the title of a column or class; ``name`` is its IRI."""
        literals = [Literal(t, language=tag) for tag, t in titles.items() if tag]
        label = term_label(name, literals, page_language.language)
        label = label or Literal(titles.get("") or name)
        return Value(label.value, language=foreign_language(label, page_language.language))

    def value(self, term: Term, labels: Labels, page_language: PageLanguage) -> Value:
        """Return a value as a cell shows it."""
        if isinstance(term, NamedNode):
            name = term.value
            label = term_label(name, labels.get(name, ()), page_language.language)
            label = label or Literal(iri_as_label(name, self._prefixes, self._base_iri))
            return Value(
                label.value,
                self._frame.link(name, page_language),
                foreign_language(label, page_language.language),
            )
        assert isinstance(term, Literal)
        text, cut = shorten_text(format_literal(term, page_language.language), legible=False)
        return Value(text, "", foreign_language(term, page_language.language), cut)

    def cell(
        self, row: TableRow, column: Column, labels: Labels, page_language: PageLanguage
    ) -> list[Value]:
        """Return the values in one cell; of texts in several languages the reader's."""
        terms: Sequence[Term] = row.values.get(column.path, ())
        if column.kind == TEXT:
            nearest = best_label(
                (t for t in terms if isinstance(t, Literal)), page_language.language
            )
            tag = nearest.language if nearest is not None else None
            terms = [t for t in terms if isinstance(t, Literal) and t.language == tag]
        return [self.value(term, labels, page_language) for term in terms]
