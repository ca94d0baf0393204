"""Rows of a table as the answer to a question, for the page of the search."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from pyoxigraph import NamedNode

from publisher.errors import QueryError
from publisher.messages import translate
from publisher.query.engine import Engine
from publisher.rdf.namespaces import iri
from publisher.rdf.text import words
from publisher.release.tables.table import DATE, NUMBER, Column, Table
from publisher.render.frame import PageLanguage
from publisher.render.home import is_building_block
from publisher.render.labels import fetch_in_chunks, fetch_labels
from publisher.render.tables.pages import FacetValue, TablePages, TableView, default_columns
from publisher.render.tables.questions import (
    Reading,
    TableWords,
    make_table_words,
    read_question,
)
from publisher.render.values import sentence_case

# So many rows are shown; the table has the others.
_ROWS, _COLUMNS, _GROUPS = 10, 5, 10
# Of more numbers or dates that fit, the first and the last are said.
_MOST_SAID = 4
# Of more tables a question is not read.
_MOST_TABLES = 60
_OTHER_NAMES = """
SELECT ?thing ?name WHERE {{
    VALUES ?thing {{ {things} }} ?thing {paths} ?name . FILTER(isLiteral(?name))
}}
"""
_KINDS = f"""
SELECT DISTINCT ?kind WHERE {{{{
    VALUES ?thing {{{{ {{things}} }}}} ?thing a|<{iri("dcterms:type")}> ?kind . FILTER(isIRI(?kind))
}}}}
"""
_PATHS = "|".join(
    f"<{iri(name)}>"
    for name in ("skos:altLabel", "skos:hiddenLabel", "skos:notation", "schema:alternateName")
)


# Whether a column has dates, whether the last come first → what is said.
_ORDERS = {
    (True, True): "{column}: the latest first",
    (True, False): "{column}: the earliest first",
    (False, True): "{column}: the highest first",
    (False, False): "{column}: the lowest first",
}


@dataclass(frozen=True)
class TableAnswer:
    """What answers a question.

    Attributes:
        title: Of the table.
        conditions: What was understood: a line for each filter, order and grouping.
        total: How many rows there are.
        href: Address of them in the table.
        grid: Heads and rows of the first of them.
        groups: Values with numbers of rows, where rows are counted by a column.
    """

    title: str
    conditions: tuple[str, ...]
    total: int
    href: str
    grid: Mapping[str, Any] = field(repr=False)
    groups: tuple[FacetValue, ...] = ()


class TableAnswers:
    """Reads questions as ones about the tables of one release."""

    def __init__(self, tables: TablePages, engine: Engine, main: str) -> None:
        """Keep what rows come from; ``main`` is the class that the site is about."""
        self._tables, self._engine, self._main = tables, engine, main
        self._known: Sequence[TableWords] | None = None

    def find(self, text: str, reader: PageLanguage) -> TableAnswer | None:
        """Return the rows that a question asks for; None where it is read as none of a table."""
        if len(words(text)) < 2:
            return None
        try:
            reading = read_question(text, self._vocabularies(reader), self._main)
            return self._answer(reading, reader) if reading is not None else None
        except QueryError:
            return None  # the search is the answer, as for a question that is not read

    def _vocabularies(self, reader: PageLanguage) -> Sequence[TableWords]:
        """Return what tables are called, made once."""
        if self._known is None:
            listed = self._tables.tables.values()
            usual = (table for table in listed if not is_building_block(table.class_iri))
            self._known = [self._vocabulary(t, reader) for t in islice(usual, _MOST_TABLES)]
        return self._known

    def _vocabulary(self, table: Table, reader: PageLanguage) -> TableWords:
        with self._tables.lines(table, reader.language) as lines:

            def values_of(column: Column) -> Iterable[str]:
                return (value.value for value in lines.values(column))

            return make_table_words(table, values_of, self._names, self._kinds)

    def _kinds(self, things: Sequence[str]) -> list[str]:
        """Return what the classes and types of things are called, in every language."""
        kinds: dict[str, None] = {}
        for part in fetch_in_chunks(things):
            written = " ".join(str(NamedNode(thing)) for thing in part)
            rows = self._engine.rows(_KINDS.format(things=written))
            kinds.update(dict.fromkeys(row["kind"].value for row in rows))
        labels = fetch_labels(self._engine, kinds)
        return [name.value for names in labels.values() for name in names]

    def _names(self, things: Sequence[str]) -> dict[str, list[str]]:
        """Return thing → what it is called, in every language; other names and codes too."""
        labels = fetch_labels(self._engine, things)
        names = {thing: [n.value for n in labels.get(thing, ())] for thing in things}
        for part in fetch_in_chunks(things):
            written = " ".join(str(NamedNode(thing)) for thing in part)
            query = _OTHER_NAMES.format(things=written, paths=_PATHS)
            for row in self._engine.rows(query):
                names[row["thing"].value].append(row["name"].value)
        return names

    def _answer(self, reading: Reading, reader: PageLanguage) -> TableAnswer | None:
        table = reading.table
        view = TableView(table, reading.selection, self._columns(reading), reader)
        grid = self._tables.grid(view, _ROWS)
        conditions = tuple(self._conditions(reading, reader))
        if grid is None or (not grid["total"] and len(conditions) > 1):
            return None
        groups = self._tables.counted(view, reading.by) if reading.by else ()
        ordered = sorted(groups, key=lambda value: value.count * (1 if reading.fewest else -1))
        return TableAnswer(
            sentence_case(self._tables.title(table, reader)),
            conditions,
            grid["total"],
            self._tables.here(replace(view, shown=())),
            grid,
            tuple(ordered[:_GROUPS]),
        )

    def _columns(self, reading: Reading) -> tuple[str, ...]:
        """Return the columns that are shown: those in question, then the usual ones."""
        table = reading.table
        first = [table.label.name] if table.label else []
        chosen = [*reading.columns, *(reading.selection.filters or {})]
        usual = [c.name for c in default_columns(table)]
        return tuple(dict.fromkeys([*first, *chosen, *usual]))[:_COLUMNS]

    def _conditions(self, reading: Reading, reader: PageLanguage) -> Iterator[str]:
        """Yield what was understood, in words."""
        selection = reading.selection
        for name, values in (selection.filters or {}).items():
            if ends := _ends(reading.table.column(name), values):
                yield self._said("{column}: {values}", reading.table, name, ends, reader, " – ")
                continue
            yield self._said("{column}: {values}", reading.table, name, values, reader)
        for name, values in (selection.excluded or {}).items():
            yield self._said("{column}: not {values}", reading.table, name, values, reader)
        for name in selection.missing:
            yield self._said("without a value: {column}", reading.table, name, (), reader)
        column = reading.table.column(selection.sort)
        if column is not None:
            order = _ORDERS[column.kind == DATE, selection.descending]
            yield self._said(order, reading.table, column.name, (), reader)
        if reading.by:
            yield self._said("counted by: {column}", reading.table, reading.by, (), reader)

    def _said(
        self,
        message: str,
        table: Table,
        name: str,
        values: Iterable[str],
        reader: PageLanguage,
        between: str = ", ",
    ) -> str:
        column = table.column(name)
        assert column is not None, "a reading names columns of its table"
        title = sentence_case(self._tables.column_title(column, reader))
        shown = dict.fromkeys(self._tables.value_texts(column, values, reader))
        return translate(message, reader.language, column=title, values=between.join(shown))


def _ends(column: Column | None, values: Collection[str]) -> tuple[str, ...]:
    """Return the first and the last of many numbers or dates; of a few, or of others, none."""
    if column is None or column.kind not in (NUMBER, DATE) or len(values) <= _MOST_SAID:
        return ()
    ordered = sorted(values, key=float) if column.kind == NUMBER else sorted(values)
    return ordered[0], ordered[-1]
