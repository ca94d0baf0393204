"""The beginning of a file that the site itself holds, and what its columns are (CSV on the Web)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from publisher.addresses import Addresses
from publisher.messages import translate
from publisher.rdf.media_types import CSV, GEOJSON
from publisher.release.catalogue.csv_metadata import METADATA_SUFFIX
from publisher.release.model import DUMPS, Release, StoredFile
from publisher.release.tables.table import TABLES
from publisher.render.values import LONGEST, shorten_text

# Larger files are fetched, not looked into.
LARGEST_BYTES = 2 << 20
_MOST_ROWS = 10
_MOST_COLUMNS = 12
_SEPARATORS = ",;\t|"
_SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
# Datatype (CSVW, 5.11) → in words.
_KINDS = {
    "anyURI": "address",
    "boolean": "yes or no",
    "date": "date",
    "dateTime": "date and time",
    "decimal": "number",
    "double": "number",
    "gYear": "year",
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "time": "time of day",
}
# Folder in addresses → folder in a release.
_FOLDERS = {"dump": DUMPS, "table": TABLES}


@dataclass(frozen=True)
class FilePreview:
    """The first rows of a file.

    Attributes:
        columns: Heads of the columns.
        rows: At most ten.
        more_columns: How many columns are left out.
        total: Number of rows or features of the whole file.
        is_map: Whether the rows are features of GeoJSON.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more_columns: int
    total: int
    is_map: bool = False


@dataclass(frozen=True)
class ColumnDescription:
    """A column of a table, as its metadata describe it.

    Attributes:
        title: Its heading.
        name: What programs call it.
        kind: What its values are, in words; the name of the datatype where there are none.
        decimal_mark: Of its numbers, where it is no full stop.
        text: What it is about, where somebody says so.
    """

    title: str
    name: str
    kind: str
    decimal_mark: str = ""
    text: str = ""


@dataclass(frozen=True)
class TableDescription:
    """What the metadata of a table say (Metadata Vocabulary for Tabular Data).

    Attributes:
        columns: In order.
        separator: Between values.
        separator_name: The same in words.
        encoding: Of the file.
        has_header: Whether the first row holds the headings.
        metadata: Address of the metadata on this site.
    """

    columns: tuple[ColumnDescription, ...]
    separator: str
    separator_name: str
    encoding: str
    has_header: bool
    metadata: str


def stored_file(address: str, release: Release, addresses: Addresses) -> StoredFile | None:
    """Return the file of the release that an address of this site gives; None for all others."""
    if not addresses.holds(address):
        return None
    path = address.removeprefix(addresses.base_iri)
    folder, _, rest = path.partition("/")
    return release.files.get(f"{_FOLDERS.get(folder, folder)}/{rest}")


def read_description(release: Release, file: StoredFile, language: str) -> TableDescription | None:
    """Return what the metadata beside a table say; None where there are none.

    Args:
        release: The release.
        file: The table in it.
        language: Of titles, where they are in several.
    """
    name = f"{file.name}{METADATA_SUFFIX}"
    if name not in release.files:
        return None
    try:
        document: Any = json.loads((release.folder / name).read_bytes())
        dialect = document.get("dialect") or {}
        columns = [c for c in document["tableSchema"]["columns"] if not c.get("virtual")]
        separator = str(dialect.get("delimiter", ","))
        return TableDescription(
            tuple(_column(column, language) for column in columns),
            separator,
            translate(_SEPARATOR_NAMES[separator], language)
            if separator in _SEPARATOR_NAMES
            else separator,
            str(dialect.get("encoding", "utf-8")),
            dialect.get("header", True) is not False,
            name.replace(f"{DUMPS}/", "dump/", 1),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None  # somebody's own metadata may say more than this reads, or less


def _column(column: Mapping[str, Any], language: str) -> ColumnDescription:
    kind: Any = column.get("datatype", "string")
    mark = ""
    if isinstance(kind, dict):
        form = kind.get("format")
        mark = str(form.get("decimalChar", "")) if isinstance(form, dict) else ""
        kind = kind.get("base", "string")
    name = str(column.get("name", ""))
    texts = [column.get(key) for key in ("dc:description", "dcterms:description", "rdfs:comment")]
    return ColumnDescription(
        _in_language(column.get("titles"), language) or name,
        name,
        translate(_KINDS[kind], language) if kind in _KINDS else str(kind),
        "" if mark == "." else mark,
        next(filter(None, (_in_language(text, language) for text in texts)), ""),
    )


def _in_language(value: Any, language: str) -> str:
    """Return a text of metadata in a language: a text, several, or some a language (CSVW, 5.1)."""
    if isinstance(value, dict):
        value = value.get("@value") or value.get(language) or next(iter(value.values()), "")
    if isinstance(value, list):
        spoken = [v for v in value if isinstance(v, dict) and v.get("@language") == language]
        return _in_language((spoken or value or [""])[0], language)
    return str(value) if isinstance(value, str) else ""


def read_preview(
    release: Release, file: StoredFile, described: TableDescription | None = None
) -> FilePreview | None:
    """Return the beginning of a file of a release; None for one that is large or another kind.

    Args:
        release: The release.
        file: The file in it.
        described: What its metadata say; without them separator and encoding are guessed.
    """
    extension = file.name.rpartition(".")[2].lower()
    if file.length > LARGEST_BYTES or extension not in (CSV.extension, GEOJSON.extension, "tsv"):
        return None
    content = (release.folder / file.name).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if extension == GEOJSON.extension:
        return preview_features(text)
    return preview_table(text, described.separator if described else "")


def preview_table(text: str, separator: str = "") -> FilePreview | None:
    r"""Return the first rows of a table; its separator is the one that its head has most of.

    >>> preview_table("id;name\n1;Siljan\n").rows
    (('1', 'Siljan'),)
    """
    head = text.partition("\n")[0]
    if len(separator) != 1:
        separator = max(_SEPARATORS, key=head.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
    except csv.Error:
        return None
    return _preview(rows[0], rows[1:]) if len(rows) > 1 else None


def preview_features(text: str) -> FilePreview | None:
    """Return the properties of the first features (RFC 7946, section 3.2)."""
    try:
        collection: Any = json.loads(text)
        properties = [f.get("properties") or {} for f in collection["features"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    columns = list(dict.fromkeys(name for row in properties[:_MOST_ROWS] for name in row))
    rows = [[_cell(row, name) for name in columns] for row in properties]
    return _preview(columns, rows, is_map=True) if columns else None


def _cell(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _preview(columns: list[str], rows: list[list[str]], *, is_map: bool = False) -> FilePreview:
    shown = rows[:_MOST_ROWS]
    return FilePreview(
        columns=tuple(columns[:_MOST_COLUMNS]),
        rows=tuple(tuple(_short(row, len(columns))) for row in shown),
        more_columns=max(0, len(columns) - _MOST_COLUMNS),
        total=len(rows),
        is_map=is_map,
    )


def _short(row: list[str], width: int) -> Iterable[str]:
    for cell in [*row, *[""] * (width - len(row))][: min(width, _MOST_COLUMNS)]:
        yield shorten_text(cell, legible=len(cell) <= LONGEST)[0]
