"""Rows of a table as JSON: for programs that want values with their types, a page at a time.

The form is documented in ``docs/pages.md``. Columns that can have several values always have a
list, so that a program need not ask which it got; what is unknown is null or an empty list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite
from typing import Any

from pyoxigraph import Literal

from publisher.query.engine import Term
from publisher.rdf.geometries import join_geometries, readable
from publisher.release.tables.cells import TableRow
from publisher.release.tables.table import ID, LINK, NUMBER, TEXT, TRUTH, Column, Table
from publisher.render.labels import Labels
from publisher.render.tables.rows import TableRows

GEOMETRY = "geometry"
# Lexical forms of xsd:integer, xsd:decimal and xsd:double that are numbers in JSON too.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def describe_columns(table: Table) -> list[dict[str, Any]]:
    """Return what each column is: its name in the rows, its property, titles and kind."""
    return [
        {
            "name": column.name,
            "property": column.path,
            "titles": dict(column.titles),
            "kind": column.kind,
            "datatype": column.datatype or None,
            "languages": list(column.languages) if column.kind == TEXT else [],
            "several": bool(column.separator),
        }
        for column in table.columns
    ]


def row_objects(table: Table, rows: TableRows) -> list[dict[str, Any]]:
    """Return the rows: the IRI of the thing, a value per column, and its geometry if it has one.

    Texts are an object, language tag → text, with an empty tag for texts without a language. Links
    are an object with ``id`` and ``label``, which is such a text again. Numbers and truth values
    are those of JSON, unless JSON cannot hold the number; all else is a string.
    """
    return [_row_object(table, row, rows.labels) for row in rows.lines]


def _row_object(table: Table, row: TableRow, labels: Labels) -> dict[str, Any]:
    members: dict[str, Any] = {ID: row.iri}
    for column in table.columns:
        terms = row.values.get(column.path, ())
        members[column.name] = (
            _texts(column, terms) if column.kind == TEXT else _values(column, terms, labels)
        )
    if table.chains:
        members[GEOMETRY] = join_geometries(readable(row.geometries))
    return members


def _texts(column: Column, terms: Iterable[Term]) -> dict[str, Any]:
    by_language: dict[str, list[str]] = {}
    for term in terms:
        if isinstance(term, Literal):
            by_language.setdefault(term.language or "", []).append(term.value)
    if column.separator:
        return dict(by_language)
    return {tag: texts[0] for tag, texts in by_language.items()}


def _values(column: Column, terms: Iterable[Term], labels: Labels) -> Any:
    values = [_value(column, term, labels) for term in terms]
    if column.separator:
        return values
    return values[0] if values else None


def _value(column: Column, term: Term, labels: Labels) -> Any:
    written = str(getattr(term, "value", ""))
    if column.kind == LINK:
        names = {name.language or "": name.value for name in labels.get(written, ())}
        return {ID: written, "label": names}
    if column.kind == TRUTH:
        return written in ("true", "1")
    if column.kind == NUMBER:
        return as_number(written)
    return written


def as_number(written: str) -> int | float | str:
    """Return a number as JSON has it; as it is written where JSON has none such, as ``INF``.

    >>> [as_number(each) for each in ("-007", "+.5", "1e400", "NaN")]
    [-7, 0.5, '1e400', 'NaN']
    """
    if not _NUMBER.fullmatch(written):
        return written
    try:
        number = float(written) if set(written) & set(".eE") else int(written)
    except ValueError:  # an integer of thousands of digits
        return written
    return number if isinstance(number, int) or isfinite(number) else written
