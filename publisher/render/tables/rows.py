"""What a reader chose of a table → its lines, its counts and its files."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO, StringIO
from itertools import chain

from pyoxigraph import BlankNode, Literal

from publisher.query.engine import Engine
from publisher.query.engine import Term as AnyTerm
from publisher.rdf.media_types import CSV, XLSX, MediaType
from publisher.rdf.source_forms import SourceForms
from publisher.release.tables.cells import TableRow, write_csv
from publisher.release.tables.geojson import write_features
from publisher.release.tables.table import LINK, Column, Table, is_property
from publisher.release.tables.workbook import write_workbook
from publisher.render.labels import Labels, fetch_in_chunks, fetch_labels
from publisher.render.tables.by_index import IndexRowSelector
from publisher.render.tables.by_sparql import SelectionQueries, SparqlRowSelector
from publisher.render.tables.selection import RowSelector, Selection

# Of more rows it is not counted which columns have no value in some.
_MOST_COUNTED = 20_000


@dataclass(frozen=True)
class TableRows:
    """Some rows of a table, and the labels of what they link to."""

    lines: Sequence[TableRow]
    labels: Labels = field(repr=False)

    def name(self, thing: str, language: str) -> str:
        """Return what a linked thing is called in a language; empty when it has no such name."""
        names = self.labels.get(thing, ())
        return next((n.value for n in names if (n.language or "") == language), "")


class TableReader:
    """Reads one table for readers of one language."""

    def __init__(
        self,
        engine: Engine,
        table: Table,
        prefixes: Mapping[str, str],
        language: str,
        index: sqlite3.Connection | None = None,
        forms: SourceForms | None = None,
    ) -> None:
        """Keep what the lines are asked of.

        Args:
            engine: Says what the rows hold; and which there are, when there is no index.
            table: What is read.
            prefixes: Used in the queries.
            language: Of the reader.
            index: The release's index of the table, opened, if it has one.
            forms: The literals as the sources have them.
        """
        self._forms = forms or SourceForms()
        self._engine, self._table = engine, table
        self.queries = SelectionQueries(table, prefixes, language)
        self._selecting: RowSelector = (
            SparqlRowSelector(engine, self.queries)
            if index is None
            else IndexRowSelector(index, table, language)
        )

    def count(self, selection: Selection) -> int:
        """Return how many things fit a choice."""
        return self._table.count if selection.is_whole else self._selecting.count(selection)

    def facets(self, selection: Selection) -> dict[str, list[tuple[AnyTerm, int]]]:
        """Return path of a column → values with their numbers of things, the most first.

        What is chosen in a column does not narrow the counts of the column itself: with another of
        its values chosen too, so many more things fit.
        """
        columns = [column for column in self._table.columns if column.facet]
        filters = selection.filters or {}
        free = [column for column in columns if column.name not in filters]
        requested = [(selection, free)] if free else []
        for column in columns:
            if column.name in filters:
                others = {name: values for name, values in filters.items() if name != column.name}
                requested.append((replace(selection, filters=others), [column]))
        by_path: dict[str, list[tuple[AnyTerm, int]]] = {}
        for narrowed, counted in requested:
            for path, value, count in self._selecting.counts(narrowed, counted):
                by_path.setdefault(path, []).append((value, count))
        return by_path

    def ranges(self, selection: Selection) -> dict[str, dict[int, int]]:
        """Return name of a column → number of a range of its values → how many things are in it.

        The range that is chosen does not narrow the counts of its own column.
        """
        chosen = selection.ranges or {}
        by_column = {}
        for column in self._table.columns:
            if column.edges:
                others = {name: ends for name, ends in chosen.items() if name != column.name}
                free = replace(selection, ranges=others)
                by_column[column.name] = dict(self._selecting.in_ranges(free, column))
        return by_column

    def things(self, selection: Selection, limit: int, offset: int = 0) -> list[str]:
        """Return the IRIs of a choice, in its order."""
        return self._selecting.things(selection, limit, offset)

    def values(self, column: Column) -> Iterator[AnyTerm]:
        """Yield the values of a column, those of most things first."""
        yield from (value for _, value, _ in self._selecting.counts(Selection(), [column]))

    def counted(self, selection: Selection, column: Column) -> list[tuple[AnyTerm, int]]:
        """Return the values of a column with their numbers of things, the most first."""
        return [(value, n) for _, value, n in self._selecting.counts(selection, [column])]

    def missing(self, selection: Selection, total: int) -> list[tuple[Column, int]]:
        """Return each column in which some thing of a choice has no value, and how many have none.

        Of a large table only those that were chosen are counted: the page must not wait.

        Args:
            selection: Which things.
            total: How many they are.
        """
        columns: Sequence[Column] = self._table.columns
        if total > _MOST_COUNTED:
            columns = [column for column in columns if column.name in selection.missing]
        filled = dict(self._selecting.filled(selection, columns))
        counted = ((column, total - filled.get(column.path, 0)) for column in columns)
        return [(column, count) for column, count in counted if count > 0]

    def read(
        self,
        selection: Selection,
        columns: Sequence[Column],
        limit: int,
        offset: int = 0,
        *,
        located: bool = False,
    ) -> TableRows:
        """Return the lines of a choice, in its order.

        Args:
            selection: Which things, in which order.
            columns: What is read of them.
            limit: At most so many.
            offset: How many to leave out.
            located: Whether to read their geometries.
        """
        things = self._selecting.things(selection, limit, offset)
        properties: dict[str, dict[str, set[AnyTerm]]] = defaultdict(lambda: defaultdict(set))
        for part in fetch_in_chunks(things) if columns else ():
            queries = self.queries.statements(part, columns)
            for row in chain.from_iterable(map(self._engine.rows, queries)):
                if not isinstance(row["value"], BlankNode):
                    properties[row["thing"].value][row["property"].value].add(row["value"])
        places = self._geometries(things) if located else {}
        rows = [
            TableRow(
                thing,
                {
                    path: tuple(sorted(self._written(thing, path, values), key=str))
                    for path, values in properties[thing].items()
                },
                places.get(thing, ()),
            )
            for thing in things
        ]
        return TableRows(rows, fetch_labels(self._engine, _linked(rows, columns)))

    def _written(self, thing: str, path: str, values: set[AnyTerm]) -> set[AnyTerm]:
        """Return values as the sources have them, where they are the thing's own."""
        return self._forms.of_values(thing, path, values) if is_property(path) else values

    def _geometries(self, things: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the geometries of things, at the end of the first chain that has any."""
        geometries: dict[str, set[str]] = {}
        for way in self._table.chains:
            missing = [thing for thing in things if thing not in geometries]
            for part in fetch_in_chunks(missing):
                for row in self._engine.rows(self.queries.geometries(part, way)):
                    if isinstance(row["value"], Literal):
                        geometries.setdefault(row["thing"].value, set()).add(row["value"].value)
        return {thing: tuple(sorted(texts)) for thing, texts in geometries.items()}

    def file(self, selection: Selection, media_type: MediaType, limit: int) -> bytes:
        """Return the lines of a choice, at most ``limit``, as a file."""
        is_located = media_type not in (CSV, XLSX)
        rows = self.read(selection, self._table.columns, limit, located=is_located)
        if media_type is XLSX:
            book = BytesIO()
            write_workbook(self._table, rows.lines, rows.name, book)
            return book.getvalue()
        text = StringIO(newline="")
        write = write_csv if media_type is CSV else write_features
        write(self._table, rows.lines, rows.name, text)
        return text.getvalue().encode()


def _linked(rows: Sequence[TableRow], columns: Sequence[Column]) -> Iterator[str]:
    paths = [column.path for column in columns if column.kind == LINK]
    for row in rows:
        for path in paths:
            yield from (term.value for term in row.values.get(path, ()))
