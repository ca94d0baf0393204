"""A thing's values → the cells of one line of a table, and CSV (RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
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
    found = [FileColumn(ID)]
    for column in table.columns:
        if column.kind == TEXT:
            found += [FileColumn(_texts_in(column, tag), column, tag) for tag in column.languages]
        else:
            found.append(FileColumn(column.name, column))
        if column.kind == LINK:
            found += [
                FileColumn(_texts_in(column, tag or "name"), column, tag, is_name=True)
                for tag in column.languages
            ]
    return found


def _texts_in(column: Column, tag: str) -> str:
    return f"{column.name}{JOINT}{tag.replace('-', JOINT)}" if tag else column.name


def cell_texts(row: TableRow, of: FileColumn, names: NameOf) -> list[str]:
    """Return the values of a thing in one column of a file."""
    if of.column is None:
        return [row.iri]
    terms = row.values.get(of.column.path, ())
    if of.is_name:
        found = (names(term.value, of.language or "") for term in terms)
        return [name for name in found if name]
    if of.language is not None:
        tag = of.language
        return [t.value for t in terms if isinstance(t, Literal) and (t.language or "") == tag]
    return [term.value for term in terms]


def cell_text(row: TableRow, of: FileColumn, names: NameOf) -> str:
    """Return the same as one text, with the column's separator between several."""
    return (of.column.separator if of.column else "").join(cell_texts(row, of, names))


def write_csv(table: Table, rows: Iterable[TableRow], names: NameOf, stream: TextIO) -> None:
    """Write a table as CSV: a header, CR LF at the end of each line."""
    writer = csv.writer(stream)
    header = file_columns(table)
    writer.writerow([of.name for of in header])
    writer.writerows([cell_text(row, of, names) for of in header] for row in rows)
