"""A table → a file that selects and orders its rows: SQLite, beside the table's CSV.

``things`` has a row for each thing, numbered as its IRIs are sorted, and for each order of a column
(in each language that readers have) the thing's place among the least values; ``cells`` says which
thing has which text in which column, blank nodes left out; ``folded`` holds the texts that are
searched for words, folded as the search index folds them. The same table gives the same bytes with
the same SQLite.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from pyoxigraph import Literal

from publisher.languages import letter_order
from publisher.messages import LANGUAGES
from publisher.rdf.subjects import Term
from publisher.rdf.text import fold
from publisher.release.tables.cells import NameOf, TableRow
from publisher.release.tables.table import DATE, LINK, NUMBER, PLAIN, TEXT, TRUTH, Column, Table

INDEX_EXTENSION = "sqlite"
# So many letters of a text are enough to find it soon.
SORTED_LETTERS = 80
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)
# Digits that are compared without rounding.
_MOST_DIGITS = 28
# Å, ä and ö follow z; no other order is made of letters.
_BEGIN_SQL = """
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE things (id INTEGER PRIMARY KEY, iri TEXT NOT NULL {places});
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE folded (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE cells (
    column INTEGER NOT NULL, text INTEGER NOT NULL, thing INTEGER NOT NULL,
    PRIMARY KEY (column, text, thing)
) WITHOUT ROWID;
CREATE TEMP TABLE said (column INTEGER, thing INTEGER, text TEXT);
CREATE TEMP TABLE keys (id INTEGER PRIMARY KEY {places});
CREATE TEMP TABLE ranks (id INTEGER PRIMARY KEY, place INTEGER);
BEGIN;
"""
_END_SQL = """
INSERT INTO texts (text) SELECT DISTINCT text FROM temp.said ORDER BY text;
CREATE UNIQUE INDEX whole ON texts (text);
INSERT INTO cells SELECT DISTINCT said.column, texts.id, said.thing
    FROM temp.said JOIN texts ON texts.text = said.text ORDER BY 1, 2, 3;
DROP INDEX whole;
CREATE INDEX beginnings ON texts (substr(text, 1, {beginning}));
INSERT INTO folded SELECT id, folded(text) FROM texts
    WHERE id IN (SELECT text FROM cells WHERE column IN ({searched})) ORDER BY id;
DROP TABLE temp.said;
"""
_RANK_SQL = """
DELETE FROM temp.ranks;
INSERT INTO temp.ranks
    SELECT id, dense_rank() OVER (ORDER BY {place}) FROM temp.keys WHERE {place} IS NOT NULL;
UPDATE things SET {place} = (SELECT place FROM temp.ranks WHERE ranks.id = things.id);
"""


def rank_column(table: Table, column: Column, language: str) -> str:
    """Return the name in ``things`` of the order of a column, for readers of a language."""
    number, tag = table.columns.index(column), column.spoken(language)
    name = f"place_{number}" + (f"_{column.languages.index(tag)}" if tag is not None else "")
    # Readers of languages that sort alike share an order.
    order = letter_order(column.sorted_in(language))
    same_order = next(other for other in LANGUAGES if letter_order(other) == order)
    return name if same_order == LANGUAGES[0] else f"{name}_{same_order.replace('-', '_').lower()}"


def searched_columns(table: Table) -> list[int]:
    """Return the numbers of the columns in whose texts words are looked for."""
    return [n for n, column in enumerate(table.columns) if column.kind in (TEXT, PLAIN)]


def lookup_text(column: Column, text: str) -> str:
    """Return the text that a value is looked up by: numbers and booleans by value.

    >>> number = Column("n", "https://e.org/n", {}, "number", datatype="https://e.org/d")
    >>> [lookup_text(number, text) for text in ("05", "5.0", "five")]
    ['5', '5', 'five']
    """
    if column.kind == TRUTH and text in ("0", "1"):
        return "true" if text == "1" else "false"
    is_number = column.kind == NUMBER and column.datatype and _NUMBER.fullmatch(text)
    return str(Decimal(text).normalize() + 0) if is_number and len(text) <= _MOST_DIGITS else text


class _Order:
    """What things are sorted by in a column, for readers of a language."""

    def __init__(self, column: Column, language: str) -> None:
        self.column, self.path, self.kind = column, column.path, column.kind
        self.tag = column.spoken(language)
        self.letters = letter_order(column.sorted_in(language))


class RowIndex:
    """The index of one table while it is written."""

    def __init__(self, path: Path, table: Table, names: NameOf) -> None:
        """Begin a file that does not exist; ``names`` are those of what is linked."""
        self._table, self._names = table, names
        orders = ((c, language) for c in table.columns for language in LANGUAGES)
        self._places = {
            rank_column(table, c, language): _Order(c, language) for c, language in orders
        }
        self._index = sqlite3.connect(path, isolation_level=None)
        self._index.create_function("folded", 1, fold, deterministic=True)
        self._index.executescript(_BEGIN_SQL.format(places="".join(f", {p}" for p in self._places)))
        marks = ", ?" * len(self._places)
        self._insert = f"INSERT INTO temp.keys VALUES (?{marks})"  # nosec B608 # question marks
        self._count = 0

    def add(self, row: TableRow) -> None:
        """Note a line; lines come sorted by IRI."""
        self._count += 1
        self._index.execute("INSERT INTO things (id, iri) VALUES (?, ?)", (self._count, row.iri))
        self._index.executemany(
            "INSERT INTO temp.said VALUES (?, ?, ?)",
            (
                (number, self._count, lookup_text(column, term.value))
                for number, column in enumerate(self._table.columns)
                for term in row.values.get(column.path, ())
            ),
        )
        keys = [self._key(row, order) for order in self._places.values()]
        self._index.execute(self._insert, (self._count, *keys))

    def _key(self, row: TableRow, order: _Order) -> str | int | float | None:
        """Return what a thing is sorted by in a column: the least; None when it has nothing."""
        terms = row.values.get(order.path, ())
        if not terms:
            return None
        if order.kind == NUMBER:
            return min(
                (n for term in terms if (n := _number(term.value)) is not None), default=None
            )
        if order.kind == TRUTH:
            return min(lookup_text(order.column, term.value) == "true" for term in terms)
        if order.kind == LINK:
            texts = [self._names(t.value, order.tag or "") or t.value for t in terms]
        elif order.kind == TEXT:
            texts = [t.value for t in terms if _tag(t) == order.tag]
        else:
            texts = [t.value for t in terms]
        # Dates of several datatypes are not comparable; as ISO 8601 writes them they are.
        if order.kind != DATE:
            texts = [text.lower().translate(order.letters) for text in texts]
        return min(texts, default=None)

    def close(self) -> None:
        """Put the rest in its place."""
        numbers = ", ".join(map(str, searched_columns(self._table)))
        with closing(self._index) as index:
            index.executescript(_END_SQL.format(beginning=SORTED_LETTERS, searched=numbers))
            for name in self._places:
                index.executescript(_RANK_SQL.format(place=name))
            index.execute("VACUUM")


def _tag(term: Term) -> str | None:
    return (term.language or "") if isinstance(term, Literal) else None


def _number(text: str) -> int | float | None:
    if not _NUMBER.fullmatch(text):
        return None
    is_short = text.lstrip("+-").isdecimal() and len(text) < 18
    return int(text) if is_short else float(text)
