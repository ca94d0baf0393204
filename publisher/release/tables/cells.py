"""A thing's values → the cells of one line of a table, and CSV (RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from pyoxigraph import Literal

from publisher.rdf.subjects import Term
from publisher.release.tables.table import ID, JOINT, LINK, TEXT, Column, Table

# IRI, language tag → name; empty when there is none in the language.
NameOf = Callable[[str, str], str]


@dataclass(frozen=True)
class TableRow:
    """A thing of a table.

    Attributes:
        iri: Its IRI.
        values: Property → its values, sorted.
        geometries: As WKT.
    """

    iri: str
    values: Mapping[str, tuple[Term, ...]] = field(repr=False)
    geometries: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class FileColumn:
    """A column of a file: of texts there is one per language, of links one more with names.

    Attributes:
        name: Its header.
        column: What it holds; None for the IRI of the thing.
        language: Of its texts; None where languages play no part.
        is_name: Whether it holds what the linked things are called.
    """

    name: str
    column: Column | None = None
    language: str | None = None
    is_name: bool = False


def file_columns(table: Table) -> list[FileColumn]:
    """Return the columns of a table's files: the IRI first, then the label."""
    listed = [FileColumn(ID)]
    for column in table.columns:
        if column.kind == TEXT:
            listed += [FileColumn(_texts_in(column, tag), column, tag) for tag in column.languages]
        else:
            listed.append(FileColumn(column.name, column))
        if column.kind == LINK:
            listed += [
                FileColumn(_texts_in(column, tag or "name"), column, tag, is_name=True)
                for tag in column.languages
            ]
    return listed


def _texts_in(column: Column, tag: str) -> str:
    return f"{column.name}{JOINT}{tag.replace('-', JOINT)}" if tag else column.name


@dataclass(frozen=True)
class FileRow:
    """A line of a table as its files have it; all of them are written from the same.

    Attributes:
        row: The thing and its values.
        texts: For each of the table's file columns the values, in the order of the columns.
    """

    row: TableRow
    texts: Sequence[Sequence[str]]


def file_rows(table: Table, rows: Iterable[TableRow], names: NameOf) -> Iterator[FileRow]:
    """Yield lines of a table as its files have them; ``names`` are those of what is linked."""
    columns = file_columns(table)
    for row in rows:
        yield FileRow(row, [_texts(row, of, names) for of in columns])


def _texts(row: TableRow, of: FileColumn, names: NameOf) -> Sequence[str]:
    """Return the values of a thing in one column of a file."""
    if of.column is None:
        return [row.iri]
    terms = row.values.get(of.column.path, ())
    if not terms:
        return ()
    if of.is_name:
        named = (names(term.value, of.language or "") for term in terms)
        return [name for name in named if name]
    if of.language is not None:
        tag = of.language
        return [t.value for t in terms if isinstance(t, Literal) and (t.language or "") == tag]
    return [term.value for term in terms]


class CsvFile:
    """A table as CSV while it is written: a header, CR LF at the end of each line."""

    def __init__(self, table: Table, stream: TextIO) -> None:
        """Write the header."""
        columns = file_columns(table)
        self._separators = [of.column.separator if of.column else "" for of in columns]
        self._writer = csv.writer(stream)
        self._writer.writerow([of.name for of in columns])

    def add(self, line: FileRow) -> None:
        """Write a line, with the column's separator between several values."""
        cells = zip(self._separators, line.texts, strict=True)
        self._writer.writerow([separator.join(texts) for separator, texts in cells])


def write_csv(table: Table, rows: Iterable[TableRow], names: NameOf, stream: TextIO) -> None:
    """Write a table as CSV."""
    file = CsvFile(table, stream)
    for line in file_rows(table, rows, names):
        file.add(line)
