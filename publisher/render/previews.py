"""The beginning of a file that the site itself holds: the first rows of a table or a map."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from publisher.addresses import Addresses
from publisher.rdf.media_types import CSV, GEOJSON
from publisher.release.model import DUMPS, Release, StoredFile
from publisher.release.tables.table import TABLES
from publisher.render.values import LONGEST, shorten_text

# Larger files are fetched, not looked into.
LARGEST_BYTES = 2 << 20
_MOST_ROWS = 10
_MOST_COLUMNS = 12
_SEPARATORS = ",;\t|"
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


def stored_file(address: str, release: Release, addresses: Addresses) -> StoredFile | None:
    """Return the file of the release that an address of this site gives; None for all others."""
    if not addresses.holds(address):
        return None
    path = address.removeprefix(addresses.base_iri)
    folder, _, rest = path.partition("/")
    return release.files.get(f"{_FOLDERS.get(folder, folder)}/{rest}")


def read_preview(release: Release, file: StoredFile) -> FilePreview | None:
    """Return the beginning of a file of a release; None for one that is large or another kind."""
    extension = file.name.rpartition(".")[2].lower()
    if file.length > LARGEST_BYTES or extension not in (CSV.extension, GEOJSON.extension, "tsv"):
        return None
    content = (release.folder / file.name).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return preview_features(text) if extension == GEOJSON.extension else preview_table(text)


def preview_table(text: str) -> FilePreview | None:
    r"""Return the first rows of a table; its separator is the one that its head has most of.

    >>> preview_table("id;name\n1;Siljan\n").rows
    (('1', 'Siljan'),)
    """
    head = text.partition("\n")[0]
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
        found = [f.get("properties") or {} for f in collection["features"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    columns = list(dict.fromkeys(name for row in found[:_MOST_ROWS] for name in row))
    rows = [[_cell(row, name) for name in columns] for row in found]
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
