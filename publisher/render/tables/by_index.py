"""Which things of a table fit a choice, looked up in the index that the release has of it.

A value of a column is met as the engine meets it: links and texts as they are written, numbers and
truth by what they mean. Words are met anywhere in a text, as before there was an index, without
regard to case; and, as in the search of the site, other marks than those of å, ä and ö do not count
either ("ide" finds "idé").
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from publisher.query.engine import Term
from publisher.rdf.text import fold
from publisher.release.tables.index import (
    SORTED_LETTERS,
    lookup_text,
    rank_column,
    searched_columns,
)
from publisher.release.tables.table import NUMBER, Column, Table
from publisher.render.tables.by_sparql import filter_term
from publisher.render.tables.selection import Selection

Value = str | int | float

_WITH_WORDS = """
SELECT cells.thing FROM folded CROSS JOIN cells ON cells.text = folded.id
WHERE instr(folded.text, ?) AND cells.column IN ({columns})
"""
_WITH_VALUE = """
SELECT thing FROM cells WHERE column = ? AND text IN (
    SELECT id FROM texts WHERE substr(text, 1, {beginning}) IN ({marks}) AND text IN ({marks})
)
"""
_WITHOUT_VALUE = """
SELECT id FROM main.things WHERE id NOT IN (SELECT thing FROM cells WHERE column = ?)
"""
_FILLED = "SELECT COUNT(DISTINCT cells.thing) FROM cells {fitting} WHERE cells.column = ?"
_IN_RANGE = """
SELECT cells.thing FROM cells JOIN texts ON texts.id = cells.text
WHERE cells.column = ? AND {conditions}
"""
_IN_RANGES = """
SELECT {range} AS range, COUNT(DISTINCT cells.thing)
FROM cells {fitting} JOIN texts ON texts.id = cells.text WHERE cells.column = ? GROUP BY range
"""
# Where no thing has two values: each value is compared once, however many things have it.
_IN_RANGES_ONCE = """
SELECT {range} AS range, SUM(found.number) FROM (
    SELECT cells.text, COUNT(*) AS number FROM cells {fitting}
    WHERE cells.column = ? GROUP BY cells.text
) AS found JOIN texts ON texts.id = found.text GROUP BY range
"""
_COUNTS = """
SELECT texts.text, found.number FROM (
    SELECT cells.text, COUNT(*) AS number FROM cells {fitting}
    WHERE cells.column = ? GROUP BY cells.text
) AS found JOIN texts ON texts.id = found.text ORDER BY found.number DESC, texts.text
"""


class IndexRowSelector:
    """Finds the things of a selection in the release's index; one for each page."""

    def __init__(self, index: sqlite3.Connection, table: Table, language: str) -> None:
        """Keep the open file."""
        self._index, self._table, self._language = index, table, language
        self._tables_of_filters: dict[tuple[object, ...], str] = {}

    def count(self, selection: Selection) -> int:
        """Return how many things fit."""
        count = f"SELECT COUNT(*) FROM {self._fitting(selection)}"  # nosec B608 # a name of ours
        row = self._index.execute(count).fetchone()
        return int(row[0])

    def counts(
        self, selection: Selection, columns: Sequence[Column]
    ) -> Iterator[tuple[str, Term, int]]:
        """Yield column's path, value and number of things that fit and have it."""
        query = _COUNTS.format(fitting=self._joined(selection))
        for column in columns:
            for text, number in self._index.execute(query, (self._number(column),)):
                value = filter_term(column, text)
                assert value is not None, "what was written is a term"
                yield column.path, value, number

    def filled(self, selection: Selection, columns: Sequence[Column]) -> Iterator[tuple[str, int]]:
        """Yield column's path and the number of things that fit and have a value in it."""
        query = _FILLED.format(fitting=self._joined(selection))
        for column in columns:
            yield (
                column.path,
                int(self._index.execute(query, (self._number(column),)).fetchone()[0]),
            )

    def in_ranges(self, selection: Selection, column: Column) -> Iterator[tuple[int, int]]:
        """Yield the number of a range and of the things that fit and have a value in it."""
        compared, ends = _compared(column), [_end(column, edge) for edge in column.edges]
        of_range = " + ".join(f"({compared} >= ?)" for _ in ends)
        counting = _IN_RANGES if column.separator else _IN_RANGES_ONCE
        query = counting.format(range=of_range, fitting=self._joined(selection))
        yield from self._index.execute(query, (*ends, self._number(column)))

    def _joined(self, selection: Selection) -> str:
        """Return what keeps the cells of the things that fit."""
        if selection.is_whole:
            return ""
        return f"JOIN {self._fitting(selection)} AS t ON t.id = thing"

    def things(self, selection: Selection, limit: int, offset: int) -> list[str]:
        """Return the IRIs of at most so many things, in the choice's order."""
        label = self._table.label
        column = self._table.column(selection.sort) or label
        keys = []
        if column is not None:
            first = f"things.{rank_column(self._table, column, self._language)}"
            # What has no value comes last, whichever the direction.
            keys = [f"{first} IS NULL", f"{first} {'DESC' if selection.descending else 'ASC'}"]
        if label is not None and label is not column:
            keys.append(f"things.{rank_column(self._table, label, self._language)}")
        query = (
            f"SELECT things.iri FROM {self._fitting(selection)} AS fitting"  # nosec B608 # names of ours
            " CROSS JOIN main.things ON things.id = fitting.id"
            f" ORDER BY {', '.join([*keys, 'things.id'])} LIMIT ? OFFSET ?"
        )
        return [row[0] for row in self._index.execute(query, (limit, offset))]

    def _fitting(self, selection: Selection) -> str:
        """Return the name of a table whose ``id`` are the numbers of the things that fit."""
        filters = {n: v for n, v in (selection.filters or {}).items() if self._table.column(n)}
        missing = [c for n in selection.missing if (c := self._table.column(n)) is not None]
        excluded = {n: v for n, v in (selection.excluded or {}).items() if self._table.column(n)}
        given = {n: e for n, e in (selection.ranges or {}).items() if self._table.column(n)}
        if not (selection.words or filters or missing or excluded or given):
            return "main.things"
        left_out, ranges = tuple(sorted(excluded.items())), tuple(sorted(given.items()))
        key = (selection.words, selection.missing, left_out, ranges, *sorted(filters.items()))
        if key not in self._tables_of_filters:
            parts = [self._with_values(name, values) for name, values in filters.items()]
            parts += [(_WITHOUT_VALUE, [self._number(column)]) for column in missing]
            parts += [self._without_values(name, values) for name, values in left_out]
            parts += [self._in_range(name, ends) for name, ends in ranges]
            if selection.words and parts:
                # The longest work is shared with what is counted without one of the filters.
                fitting = self._fitting(Selection(selection.words))
                parts.append((f"SELECT id FROM {fitting}", []))  # nosec B608 # a name of ours
            elif selection.words:
                parts = [self._with_words(selection.words)]
            self._tables_of_filters[key] = self._choose(parts)
        return self._tables_of_filters[key]

    def _choose(self, parts: Sequence[tuple[str, list[Value]]]) -> str:
        """Keep the numbers that all of some queries give; return the name of their table."""
        name = f"temp.chosen_{len(self._tables_of_filters)}"
        self._index.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY)")
        query = " INTERSECT ".join(part for part, _ in parts)
        values = [value for _, parameters in parts for value in parameters]
        self._index.execute(f"INSERT OR IGNORE INTO {name} {query}", values)
        return name

    def _with_words(self, words: str) -> tuple[str, list[Value]]:
        columns = ", ".join(map(str, searched_columns(self._table)))
        return _WITH_WORDS.format(columns=columns), [fold(words)]

    def _with_values(self, name: str, values: Sequence[str]) -> tuple[str, list[Value]]:
        column = self._table.column(name)
        assert column is not None
        texts = [lookup_text(column, value) for value in values]
        query = _WITH_VALUE.format(beginning=SORTED_LETTERS, marks=", ".join("?" * len(texts)))
        return query, [self._number(column), *(text[:SORTED_LETTERS] for text in texts), *texts]

    def _without_values(self, name: str, values: Sequence[str]) -> tuple[str, list[Value]]:
        query, parameters = self._with_values(name, values)
        return f"SELECT id FROM main.things WHERE id NOT IN ({query})", parameters  # nosec B608 # a query of ours

    def _in_range(self, name: str, ends: tuple[str, str]) -> tuple[str, list[Value]]:
        column = self._table.column(name)
        assert column is not None
        given = [
            (sign, _end(column, end)) for sign, end in zip((">=", "<"), ends, strict=True) if end
        ]
        conditions = " AND ".join(f"{_compared(column)} {sign} ?" for sign, _ in given) or "1"
        values = [end for _, end in given]
        return _IN_RANGE.format(conditions=conditions), [self._number(column), *values]

    def _number(self, column: Column) -> int:
        return self._table.columns.index(column)


def _compared(column: Column) -> str:
    """Return what of a value is compared: dates as they are written, numbers as numbers."""
    return "CAST(texts.text AS REAL)" if column.kind == NUMBER else "texts.text"


def _end(column: Column, written: str) -> Value:
    return float(written) if column.kind == NUMBER else written
