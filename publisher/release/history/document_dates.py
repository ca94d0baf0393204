"""When each document last changed: its graph is compared with the release before."""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from publisher import __version__
from publisher.addresses import Addresses
from publisher.load.files import CATALOGUE
from publisher.load.sources import Sources
from publisher.rdf.namespaces import LABELS, iri
from publisher.release.history.difference import (
    EntityChange,
    changed_entities,
    entities,
    sorted_release_files,
    split_statement,
)
from publisher.release.manifest import read_manifest
from publisher.release.model import CATALOGUE_EU, DOCUMENTS, SHAPES, Release

_SUBJECT = iri("rdf:subject")
PAGE_INPUTS = "frame"


def page_inputs_digest(
    sources: Sources, shapes: Iterable[bytes], documents: Mapping[str, Collection[str]]
) -> str:
    """Return a digest of what every document depends on besides the datasets.

    That is the program, prefixes and context, the shapes, and which things share a document.
    """
    rest = sorted(line.decode().removesuffix(" .\n") for line in shapes)
    frame = [
        __version__,
        sorted(sources.prefixes.items()),
        dict(sources.context),
        {path: list(things) for path, things in documents.items()},
        rest,
    ]
    return hashlib.sha256(json.dumps(frame, sort_keys=True).encode()).hexdigest()


def _affected_things(change: EntityChange) -> tuple[set[str], bool]:
    """Return the things whose documents a change shows in, and whether the name has changed."""
    lines = [split_statement(line) for line in change.lines()]
    changed = [split_statement(line) for line in (*change.before, *change.after)]
    is_relabelled = any(predicate in LABELS for predicate, _, _ in lines)
    names = {name for _, name, _ in lines}
    # A statement is in the document of what it is about.
    names |= {name for predicate, name, _ in changed if predicate == _SUBJECT or is_relabelled}
    return names | {change.iri}, is_relabelled


def _labelled_in(paths: Iterable[Path], relabelled: Collection[str]) -> Iterator[str]:
    """Yield the things whose documents show a label of one of some things."""
    for entity, lines in entities(paths):
        parts = [split_statement(line) for line in lines]
        shown = [name for p, name, _ in parts if p in relabelled or name in relabelled]
        if shown or any(predicate in relabelled for predicate, _, _ in parts):
            yield entity
            yield from shown
            yield from (name for predicate, name, _ in parts if predicate == _SUBJECT)


def changed_things(previous: Release, staging: Path) -> set[str]:
    """Return the things whose documents a new release shows otherwise; some of them are words."""
    touched: set[str] = set()
    relabelled: set[str] = set()
    for change in changed_entities(previous.folder, staging):
        names, is_relabelled = _affected_things(change)
        touched |= names
        if is_relabelled:
            relabelled.add(change.iri)
    if relabelled:
        touched.update(_labelled_in(sorted_release_files(staging, catalogue=True), relabelled))
        touched.update(_labelled_in([staging / SHAPES], relabelled))
    return touched


def document_dates(
    listed: Iterable[tuple[str, str]],
    staging: Path,
    previous: Release | None,
    published: datetime,
    frame: str,
    documents: Mapping[str, Collection[str]],
    base_iri: str,
) -> Iterator[tuple[str, str]]:
    """Yield the path of each document and since when it is as it is.

    Args:
        listed: Path of each document and the date it has when nothing is known of it.
        staging: Folder of the release in the making; dumps, catalogue and shapes are there.
        previous: The release before.
        published: The instant of the release.
        frame: From ``page_inputs_digest``.
        documents: Document path → its things, where there are several.
        base_iri: Base of the names.
    """
    if previous is None:
        yield from listed
        return
    now = published.isoformat()
    known = SortedRows(previous.folder / DOCUMENTS)
    if read_manifest(previous.folder).frame != frame:
        yield from ((path, now) for path, _ in listed)
        return
    addresses = Addresses(base_iri, base_iri)
    wholes = {thing: path for path, things in documents.items() for thing in things}
    paths = {
        wholes.get(thing) or addresses.document_of(thing).removeprefix(base_iri)
        for thing in changed_things(previous, staging)
        if addresses.holds(thing)
    }
    if (previous.folder / CATALOGUE_EU).read_bytes() != (staging / CATALOGUE_EU).read_bytes():
        paths.add(CATALOGUE)
    paths.add("")  # the home page tells what is new everywhere
    yield from ((path, _document_date(path, paths, known, now)) for path, _ in listed)


def _document_date(path: str, changed: Collection[str], known: SortedRows, now: str) -> str:
    row = None if path in changed else known.find(path)
    return row[1] if row else now


# Rows in a file, sorted by their first cell and found by bisection: memory does not grow.


def write_rows(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write rows of cells, which come sorted by their first cell; no cell has a tab in it."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(cells) + "\n" for cells in rows)


def read_rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of a file in its order; none when there is no file."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")


class SortedRows:
    """The rows of a file that never changes; the kernel keeps what is used of it in memory."""

    def __init__(self, path: Path) -> None:
        """Map the file; one that is missing or empty has no rows."""
        self._content: mmap.mmap | bytes = b""
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as file:
                self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __bool__(self) -> bool:
        """Tell whether there is any row."""
        return bool(self._content)

    def find(self, key: str) -> list[str] | None:
        """Return the row whose first cell is the key; None when there is none.

        UTF-8 sorts as the characters do, so bytes are compared.
        """
        key_bytes, content = key.encode(), self._content
        low, high = 0, len(content)
        while low < high:
            start = content.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = content.find(b"\n", start)
            line = content[start:end]
            cell = line.partition(b"\t")[0]
            if cell == key_bytes:
                return line.decode().split("\t")
            if cell < key_bytes:
                low = end + 1
            else:
                high = start
        return None


# When a document of a release came to be as it is.


class LastModified:
    """The dates of a release's documents, looked up one at a time."""

    def __init__(self, release: Release) -> None:
        """Open the list of documents."""
        self._published = release.published
        self._rows = SortedRows(release.folder / DOCUMENTS)

    def __bool__(self) -> bool:
        """Tell whether the documents of the release are listed."""
        return bool(self._rows)

    def has(self, path: str) -> bool:
        """Tell whether there is a document, by its path below the base."""
        return self._rows.find(path) is not None

    def instant(self, path: str) -> datetime:
        """Return since when a document is as it is; for what is not listed, the release's own."""
        row = self._rows.find(path)
        if row is None or not row[1]:
            return self._published
        try:
            instant = datetime.fromisoformat(row[1])
            instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return self._published
        return min(instant, self._published)
