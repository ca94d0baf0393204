"""What an import says, what it said the last time, and what people made of it → changed files.

For each thing and property three states are compared: as imported before, as it is now, as the
source says now. Who alone has changed it decides; where both have, the change by hand stays. What
was imported is kept as digests in ``data/catalogue/.imported``.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import BlankNode, Triple

from publisher.edit.catalogue.notes import ImportNotes, NoteKind
from publisher.edit.catalogue.placement import FOLDER
from publisher.edit.changes import FileChange
from publisher.errors import SourceMissing
from publisher.load.files import source_path
from publisher.load.parse import SourceFile, author_style, parse_text, read_text
from publisher.messages import text
from publisher.quality.file_rules import has_own_layout
from publisher.rdf.namespaces import PREFIXES, shorten
from publisher.rdf.reading import read_json
from publisher.rdf.turtle import AuthorStyle, write_turtle

RECORD_FILE = f"{FOLDER}/.imported"
_DIGITS = 16
_Groups = dict[tuple[str, str], set[Triple]]  # thing and property → triples
# File → "thing property" → digest of its values, of one source.
_Digests = dict[str, dict[str, str]]
_CHANGED_BY_HAND = text("it was changed here by hand, and stays; --overwrite takes the other.")
_SAYS_OTHERWISE = text("the source says something else now.")
_NO_LONGER = text("the source no longer says it.")
_OWN_LAYOUT = text(
    "the file has comments or nodes without a name, which would be lost; change it by hand, or"
    " with --overwrite."
)


@dataclass(frozen=True)
class MergeResult:
    """What an import makes of a folder; nothing is written yet.

    Attributes:
        changes: The files that change, the record among them.
        created: Names of new files.
        changed: Names of files that change.
        removed: Names of files that go away.
        left: Names of files of which the source says nothing any more, and which stay.
    """

    changes: tuple[FileChange, ...] = field(repr=False)
    created: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True)
class MergePolicy:
    """What a person lets an import do.

    Attributes:
        overwrite: Take what the source says, also where somebody changed it by hand.
        allow_removal: Remove datasets of which the source says nothing any more.
    """

    overwrite: bool = False
    allow_removal: bool = False


def merge(
    folder: Path,
    base_iri: str,
    source: str,
    files: Mapping[str, Iterable[Triple]],
    notes: ImportNotes,
    policy: MergePolicy,
) -> MergeResult:
    """Return what an import makes of a folder.

    Args:
        folder: Of the sources.
        base_iri: Relative IRIs in its files are resolved against it.
        source: Name of what is imported: each source is compared with what it said before.
        files: Name of a file → what the source says there now.
        notes: What is kept or lost is added to it.
        policy: What a person allows.

    Raises:
        SourceError: A file of the folder cannot be read.
    """
    text_before, record = _read_record(folder)
    before = record.get(source, {})
    merging = _FileMerging(folder, base_iri, notes, policy)
    after: _Digests = {}
    left = []
    for name in sorted({*before, *files}):
        if name not in files and not policy.allow_removal:
            after[name] = before[name]
            left.append(name)
            continue
        groups = _grouped(files.get(name, ()))
        if groups:
            after[name] = {_key(key): _digest(group) for key, group in groups.items()}
        merging.add(name, groups, before.get(name, {}))
    record[source] = after
    changes = list(merging.changes)
    written = json.dumps(record, ensure_ascii=False, indent=0, sort_keys=True) + "\n"
    if written != text_before and (files or before):
        changes.append(FileChange(RECORD_FILE, folder / RECORD_FILE, text_before, written))
    return MergeResult(
        tuple(changes),
        tuple(c.name for c in merging.changes if c.before is None),
        tuple(c.name for c in merging.changes if c.before is not None and c.after is not None),
        tuple(c.name for c in merging.changes if c.after is None),
        tuple(left),
    )


class _FileMerging:
    """The changed files, one after the other."""

    def __init__(
        self, folder: Path, base_iri: str, notes: ImportNotes, policy: MergePolicy
    ) -> None:
        self.changes: list[FileChange] = []
        self._folder, self._base_iri = folder, base_iri
        self._notes, self._policy = notes, policy

    def add(self, name: str, imported: _Groups, before: Mapping[str, str]) -> None:
        """Merge what the source says into one file."""
        path = self._folder / name
        file = _read_file(path, self._folder, self._base_iri)
        current = _grouped(file.triples if file is not None else ())
        merged: set[Triple] = set()
        for key in {**current, **imported}:
            merged |= self._group(
                key, current.get(key, set()), imported.get(key, set()), before.get(_key(key), "")
            )
        now = {triple for group in current.values() for triple in group}
        if merged == now:
            return
        if file is not None and has_own_layout(file) and not self._policy.overwrite:
            self._notes.add(NoteKind.KEPT, name, name, "", "", _OWN_LAYOUT)
            return
        style = author_style(file) if file is not None else AuthorStyle()
        text_now = file.text if file is not None else None
        after = write_turtle(merged, PREFIXES, style) if merged else None
        self.changes.append(FileChange(name, path, text_now, after))

    def _group(
        self, key: tuple[str, str], current: set[Triple], imported: set[Triple], before: str
    ) -> set[Triple]:
        """Return the values of one property of one thing, and note what is kept or lost."""
        now, new = _digest(current), _digest(imported)
        if now == new or new == before:
            return current
        thing, path = key
        old_values, new_values = _values(current), _values(imported)
        if now != before and not self._policy.overwrite:
            self._notes.add(
                NoteKind.KEPT, thing, shorten(path), old_values, new_values, _CHANGED_BY_HAND
            )
            return current
        if current:
            kind = NoteKind.CHANGED if imported else NoteKind.DROPPED
            reason = _SAYS_OTHERWISE if imported else _NO_LONGER
            self._notes.add(kind, thing, shorten(path), old_values, new_values, reason)
        return imported


def _read_file(path: Path, folder: Path, base_iri: str) -> SourceFile | None:
    if not path.is_file():
        return None
    source = source_path(path, folder)
    try:
        return parse_text(source, read_text(path, source.name), base_iri)
    except SourceMissing:
        return None


def _grouped(triples: Iterable[Triple]) -> _Groups:
    found: _Groups = defaultdict(set)
    for triple in triples:
        found[str(triple.subject).strip("<>"), triple.predicate.value].add(triple)
    return dict(found)


def _key(key: tuple[str, str]) -> str:
    return " ".join(key)


def _digest(group: Iterable[Triple]) -> str:
    """Return a digest of values; empty for none."""
    # Labels of blank nodes differ from reading to reading.
    values = sorted(
        "_:" if isinstance(triple.object, BlankNode) else str(triple.object) for triple in group
    )
    if not values:
        return ""
    return hashlib.sha256("\n".join(values).encode()).hexdigest()[:_DIGITS]


def _values(group: Iterable[Triple]) -> str:
    return " | ".join(sorted(getattr(t.object, "value", str(t.object)) for t in group))


def _read_record(folder: Path) -> tuple[str | None, dict[str, _Digests]]:
    """Return the record of former imports as it is written, and what it says."""
    path = folder / RECORD_FILE
    if not path.is_file():
        return None, {}
    written = read_text(path, RECORD_FILE)
    try:
        found = read_json(written.encode(), RECORD_FILE)
    except ValueError:
        found = None
    # Somebody has changed it: then everything counts as changed by hand.
    return written, found if isinstance(found, dict) else {}
