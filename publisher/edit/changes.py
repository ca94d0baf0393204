"""What people change, as triples; and the files that are written for it, all or none.

changes = [replaced(count, value, Literal("105"…), Literal("110"…))]
plan = plan_changes(sources, changes)    # refuses what no file can hold
plan.difference()                        # a dry run: what would change, as a unified diff
check(plan.after)                        # the sources as they would be; nothing is written yet
plan.write()                             # all files or none
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from publisher.errors import ChangeRefused, SourceError
from publisher.load.files import CONTEXT, RULES, Role, SourcePath, source_path
from publisher.load.parse import QUERIES_FOLDER as QUERIES
from publisher.load.parse import SourceFile, author_style, parse_text
from publisher.load.sources import Sources
from publisher.quality.file_rules import has_own_layout
from publisher.rdf import media_types
from publisher.rdf.subjects import Term
from publisher.rdf.turtle import AuthorStyle, write_turtle
from publisher.system.files import (
    locked_folder,
    replace_file,
    stage_file,
    storage_errors,
    sync_folder,
)


@dataclass(frozen=True)
class Change:
    """A triple of a thing taken away, added, or replaced.

    Attributes:
        thing: IRI of the subject.
        path: IRI of the property.
        old: The value taken away; None when one is only added.
        new: The value added; None when one is only taken away.
        file: Where it is written (``data/lakes/vänern.ttl``, new or not); empty: where the thing
            is already, or where another change of the same plan puts it.
    """

    thing: str
    path: str
    old: Term | None = None
    new: Term | None = None
    file: str = ""


def add_value(thing: str, path: str, value: Term, file: str = "") -> Change:
    """Return the change that adds a value."""
    return Change(thing, path, new=value, file=file)


def remove_value(thing: str, path: str, value: Term) -> Change:
    """Return the change that takes a value away."""
    return Change(thing, path, old=value)


def replace_value(thing: str, path: str, old: Term, new: Term) -> Change:
    """Return the change that replaces one value with another."""
    return Change(thing, path, old, new)


@dataclass(frozen=True)
class Plan:
    """What a set of changes makes of the files; nothing is written yet.

    Attributes:
        before: The sources as they were read.
        after: The sources as they would be: what is to be checked before anything is written.
        files: The files that change, sorted by name.
    """

    before: Sources
    after: Sources
    files: tuple[FileChange, ...] = field(repr=False)

    def difference(self) -> str:
        """Return the difference of the files as a unified diff; empty when nothing changes."""
        return difference(self.files)

    def write(self) -> list[str]:
        """Write all files or none; return the names of those written.

        Raises:
            ChangeRefused: A file is no longer what it was when it was read.
            SourceError: A file cannot be written.
        """
        return write_all(self.before.folder, self.files)


def plan_changes(sources: Sources, changes: Iterable[Change]) -> Plan:
    """Return what the changes make of the files.

    A file in which nothing changes keeps its bytes; the others come in the layout of the sources.

    Raises:
        ChangeRefused: A value to be taken away is not there, a thing has no file, or the file has
            comments or blank nodes, which rewriting would lose.
    """
    drafts = _EditedFiles(sources)
    listed = list(changes)
    for change in listed:
        drafts.settle(change)
    for change in listed:
        drafts.apply(change)
    return plan_files(sources, drafts.files())


def plan_files(sources: Sources, files: Iterable[FileChange]) -> Plan:
    """Return what files changed as a whole make of the sources.

    Raises:
        ChangeRefused: A file would not be read again.
    """
    changed = tuple(files)
    return Plan(sources, _sources_after(sources, changed), changed)


class _EditedFiles:
    """The triples of each file as the changes leave them."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._files = {file.name: file for file in sources.files}
        self._before: dict[str, frozenset[Triple]] = {}
        self._drafts: dict[str, set[Triple]] = {}
        self._settled: dict[str, str] = {}

    @cached_property
    def _homes(self) -> Mapping[str, Sequence[str]]:
        """Return subject → files that speak of it, the one that says most first."""
        homes: dict[str, dict[str, int]] = {}
        for file in self._sources.of_role(Role.DATA, Role.CATALOGUE, Role.ONTOLOGY, Role.SHAPES):
            for triple in file.triples:
                if isinstance(triple.subject, NamedNode):
                    counts = homes.setdefault(triple.subject.value, {})
                    counts[file.name] = counts.get(file.name, 0) + 1
        return {s: sorted(counts, key=lambda n: -counts[n]) for s, counts in homes.items()}

    def settle(self, change: Change) -> None:
        """Note where a thing is put that no file speaks of."""
        if change.file:
            self._settled.setdefault(change.thing, change.file)

    def apply(self, change: Change) -> None:
        thing, path = NamedNode(change.thing), NamedNode(change.path)
        if change.old is not None:
            self._remove(change.thing, Triple(thing, path, change.old))
        if change.new is not None:
            self._draft(change.file or self._home(change.thing)).add(
                Triple(thing, path, change.new)
            )

    def _remove(self, thing: str, triple: Triple) -> None:
        names = (*self._homes.get(thing, ()), *self._drafts)
        holding = [name for name in dict.fromkeys(names) if triple in self._draft(name)]
        if not holding:
            raise ChangeRefused(
                "{value} is no longer a value of {path} here.",
                where=thing,
                remedy="Somebody changed it in the meantime: read the sources again, and repeat"
                " the change. Nothing was written.",
                value=str(triple.object),
                path=triple.predicate.value,
            )
        for name in holding:
            self._draft(name).discard(triple)

    def _home(self, thing: str) -> str:
        defining_files = self._homes.get(thing) or [self._settled.get(thing, "")]
        if not defining_files[0]:
            raise ChangeRefused(
                "No file describes this thing, and none is named for it.",
                where=thing,
                remedy="Correct its address, or add it as a new thing. Nothing was written.",
            )
        return defining_files[0]

    def _draft(self, name: str) -> set[Triple]:
        if name not in self._drafts:
            file = self._files.get(name)
            self._before[name] = frozenset(file.triples if file is not None else ())
            self._drafts[name] = set(self._before[name])
        return self._drafts[name]

    def files(self) -> Iterable[FileChange]:
        """Yield each file that says something else now."""
        prefixes = dict(self._sources.prefixes)
        for name, triples in sorted(self._drafts.items()):
            file = self._files.get(name)
            if triples == self._before[name]:
                continue
            if file is not None and has_own_layout(file):
                raise ChangeRefused(
                    "The file has comments or nodes without a name, which would be lost.",
                    where=name,
                    remedy="Change it by hand in a text editor. Nothing was written.",
                )
            path = self._sources.folder / name
            before = file.text if file is not None else None
            author = author_style(file) if file is not None else AuthorStyle()
            after = write_turtle(triples, prefixes, author) if triples else None
            yield FileChange(name, path, before, after)


def _sources_after(sources: Sources, files: Sequence[FileChange]) -> Sources:
    """Return the sources with the changed files as they would be read."""
    read = {file.name: file for file in sources.files}
    rules, queries = dict(sources.rules), dict(sources.queries)
    for change in files:
        folder = change.name.rpartition("/")[0]
        if folder in (RULES, QUERIES):
            texts = rules if folder == RULES else queries
            texts[change.path.name] = change.after or ""
        if media_types.media_type_of_file(change.name) is None or change.path.name == CONTEXT:
            continue
        if change.after is None:
            del read[change.name]
            continue
        old = read.get(change.name)
        source = old.source if old is not None else source_path(change.path, sources.folder)
        read[change.name] = _parsed(source, change.after, sources)
    left = sources.with_files([read[name] for name in sorted(read)])
    return replace(left, rules=rules, queries=queries)


def _parsed(source: SourcePath, text: str, sources: Sources) -> SourceFile:
    try:
        return parse_text(source, text, sources.base_iri, sources.bounds.files)
    except SourceError as error:
        raise ChangeRefused(
            "What would be written cannot be read again: {reason}",
            where=source.name,
            remedy="Nothing was written.",
            reason=str(error),
        ) from error


def difference(changes: Iterable[FileChange]) -> str:
    """Return the difference of files as a unified diff; empty when nothing changes."""
    return "".join(map(_difference, changes))


def _difference(change: FileChange) -> str:
    lines = difflib.unified_diff(
        (change.before or "").splitlines(keepends=True),
        (change.after or "").splitlines(keepends=True),
        f"a/{change.name}" if change.before is not None else "/dev/null",
        f"b/{change.name}" if change.after is not None else "/dev/null",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


# Several files written as one: all of them or none, and none that somebody else changed.

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class FileChange:
    """A file before and after.

    Attributes:
        name: Relative to the folder of the sources, with forward slashes.
        path: Where it is.
        before: Its text when it was read; None for a new file.
        after: Its text to be; None when the file goes away.
    """

    name: str
    path: Path
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)


def write_all(folder: Path, changes: Sequence[FileChange]) -> list[str]:
    """Write all files or none; return the names of those written.

    Each is written beside, brought to the disk, and put in place by one rename. Writers wait for
    each other. When the last step fails halfway, files already in place get their old text back.

    Raises:
        ChangeRefused: A file is not what it was when it was read.
        SourceError: A file cannot be written.
        StorageError: The folder cannot be locked.
    """
    with storage_errors(folder), locked_folder(folder):
        for change in changes:
            _refuse_if_changed(change)
        staged: list[tuple[FileChange, Path | None]] = []
        try:
            for change in changes:
                staged.append((change, _stage(change)))
            _rename_into_place(staged)
        except OSError as error:
            raise SourceError(
                "The file cannot be written: {reason}.",
                where=str(error.filename or folder),
                remedy="Give yourself the right to write it, or make room on the disk."
                " Nothing was written.",
                reason=error.strerror,
            ) from error
        finally:
            for _change, temporary in staged:
                if temporary is not None:
                    temporary.unlink(missing_ok=True)
    return [change.name for change in changes]


def _refuse_if_changed(change: FileChange) -> None:
    on_disk = _read(change)
    expected = None if change.before is None else change.before.encode("utf-8")
    if on_disk is not None and on_disk.startswith(_BYTE_ORDER_MARK):
        on_disk = on_disk.removeprefix(_BYTE_ORDER_MARK)
    if on_disk != expected:
        raise ChangeRefused(
            "There is a file of this name already."
            if change.before is None
            else "The file was changed while you were editing.",
            where=change.name,
            remedy="Read the sources again, and repeat the change. Nothing was written.",
        )


def _read(change: FileChange) -> bytes | None:
    try:
        return change.path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(
            "The file cannot be read: {reason}.",
            where=change.name,
            remedy="Give yourself the right to read it. Nothing was written.",
            reason=error.strerror,
        ) from error


def _stage(change: FileChange) -> Path | None:
    """Write the new text beside the file, and return where; None when the file goes away."""
    if change.after is None:
        return None
    target = change.path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    return stage_file(target, change.after)


def _rename_into_place(staged: Sequence[tuple[FileChange, Path | None]]) -> None:
    done: list[FileChange] = []
    try:
        for change, temporary in staged:
            target = change.path.resolve()
            if temporary is None:
                target.unlink()
            else:
                temporary.replace(target)
            done.append(change)
        for folder in {change.path.resolve().parent for change in done}:
            sync_folder(folder)
    except OSError:
        for change in done:
            _restore(change)
        raise


def _restore(change: FileChange) -> None:
    target = change.path.resolve()
    if change.before is None:
        target.unlink(missing_ok=True)
    else:
        # On a full disk the new text stays whole, rather than half of the old one.
        replace_file(target, change.before)
