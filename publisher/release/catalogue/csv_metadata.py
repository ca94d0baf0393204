"""A CSV file of the folder → what its columns are (CSV on the Web): header, separator, plain types.

The metadata lie where CSVW looks for them ("Metadata Vocabulary for Tabular Data", section 5.2):
beside the file, under its name with ``-metadata.json`` behind.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from publisher.rdf.text import fold, plain_letters

METADATA_SUFFIX = "-metadata.json"
# As much of a file as its types are guessed from.
_MOST_BYTES = 1 << 20
_MOST_COLUMNS = 500
_DELIMITERS = ";,\t|"
_QUOTED = re.compile(r'"[^"]*"')
_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
_NUMBER_WITH_COMMA = {"base": "decimal", "format": {"decimalChar": ","}}
# Kind of value → what every value of such a column looks like; the first that fits is taken.
_KINDS: Sequence[tuple[object, re.Pattern[str]]] = (
    ("boolean", re.compile(r"true|false")),
    # A number that begins with zeros is a code.
    ("integer", re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})")),
    ("decimal", re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]+)?")),
    (_NUMBER_WITH_COMMA, re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})(?:,[0-9]+)?")),
    ("date", re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]")),
    (
        "dateTime",
        re.compile(
            r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9:]+)?"
        ),
    ),
)


def describe_csv(path: Path) -> Mapping[str, object] | None:
    """Return the CSVW metadata of a file; None for one that is no table.

    Types are those of its first megabyte: plain ones, and text where values differ.
    """
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES)
        is_whole = not file.read(1)
    text, encoding = _decoded(content)
    if not is_whole:
        text = text[: text.rfind("\n") + 1]
    lines = text.lstrip("\ufeff")
    head = _QUOTED.sub("", lines.partition("\n")[0])
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(lines), delimiter=delimiter) if any(row)]
    except csv.Error:
        return None
    if len(rows) < 2 or len(rows[0]) > _MOST_COLUMNS or "\0" in lines:
        return None
    dialect: dict[str, object] = {"header": True, "delimiter": delimiter, "encoding": encoding}
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": path.name,
        "dialect": dialect,
        "tableSchema": {"columns": _columns(rows[0], rows[1:])},
    }


def _decoded(content: bytes) -> tuple[str, str]:
    """Return a text and its encoding: UTF-8, or what spreadsheet programs of Europe write."""
    try:
        # The last character may be cut in two.
        return content.decode("utf-8", errors="strict"), "utf-8"
    except UnicodeDecodeError as error:
        if error.start > len(content) - 4 and len(content) == _MOST_BYTES:
            return content[: error.start].decode("utf-8"), "utf-8"
        return content.decode("windows-1252", errors="replace"), "windows-1252"


def _columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[dict[str, object]]:
    columns: list[dict[str, object]] = []
    seen: set[str] = set()
    for number, head in enumerate(heads):
        plain = plain_letters(fold(head)) if not head.isascii() else head
        name = _NAME.sub("_", plain.strip()).strip("_.-") or f"column_{number + 1}"
        while name in seen:
            name = f"{name}_{number + 1}"
        seen.add(name)
        values = [row[number].strip() for row in rows if number < len(row) and row[number].strip()]
        columns.append({"name": name, "titles": head.strip() or name, "datatype": _kind(values)})
    return columns


def _kind(values: Sequence[str]) -> object:
    """Return the datatype that all values of a column have.

    >>> _kind(["1", "2.5"]), _kind(["2026-05-31"]), _kind(["007"]), _kind([])
    ('decimal', 'date', 'string', 'string')
    """
    for kind, pattern in _KINDS:
        if values and all(map(pattern.fullmatch, values)):
            return kind
    return "string"
