"""What people change, as triples taken away and added; and what that makes of the files.

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

from pyoxigraph import NamedNode, Triple

from publisher.errors import ChangeRefused, SourceError
from publisher.load.files import CONTEXT, RULES, Role, SourcePath, source_of
from publisher.load.parse import FOLDER as QUERIES
from publisher.load.parse import SourceFile, parse_text
from publisher.load.sources import Sources
from publisher.quality.file_rules import has_own_layout
from publisher.rdf import media_types
from publisher.rdf.subjects import Term
from publisher.rdf.turtle import write
from publisher.writing.files import FileChange, write_all


@dataclass(frozen=True)
class Change:
    """A triple of a thing taken away, added, or replaced.

    Attributes:
        thing: IRI of the subject.
        path: IRI of the property.
        old: The value taken away; None when one is only added.
        new: The value added; None when one is only taken away.
        file: Where it is written (``data/lakes/vänern.ttl``, new or not); empty: where the thing
            stands already, or where another change of the same plan puts it.
    """

    thing: str
    path: str
    old: Term | None = None
    new: Term | None = None
    file: str = ""


def added(thing: str, path: str, value: Term, file: str = "") -> Change:
    """Return the change that adds a value."""
    return Change(thing, path, new=value, file=file)


def removed(thing: str, path: str, value: Term) -> Change:
    """Return the change that takes a value away."""
    return Change(thing, path, old=value)


def replaced(thing: str, path: str, old: Term, new: Term) -> Change:
    """Return the change that puts a value in the place of another."""
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
        return "".join(_difference(each) for each in self.files)

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
    drafts = _Drafts(sources)
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


class _Drafts:
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
        found: dict[str, dict[str, int]] = {}
        for file in self._sources.of_role(Role.DATA, Role.CATALOGUE, Role.ONTOLOGY, Role.SHAPES):
            for triple in file.triples:
                if isinstance(triple.subject, NamedNode):
                    counts = found.setdefault(triple.subject.value, {})
                    counts[file.name] = counts.get(file.name, 0) + 1
        return {s: sorted(counts, key=lambda n: -counts[n]) for s, counts in found.items()}

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
        homes = self._homes.get(thing) or [self._settled.get(thing, "")]
        if not homes[0]:
            raise ChangeRefused(
                "No file describes this thing, and none is named for it.",
                where=thing,
                remedy="Correct its address, or add it as a new thing. Nothing was written.",
            )
        return homes[0]

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
            yield FileChange(name, path, before, write(triples, prefixes) if triples else None)


def _sources_after(sources: Sources, files: Sequence[FileChange]) -> Sources:
    """Return the sources with the changed files as they would be read."""
    read = {file.name: file for file in sources.files}
    rules, queries = dict(sources.rules), dict(sources.queries)
    for change in files:
        folder = change.name.rpartition("/")[0]
        if folder in (RULES, QUERIES):
            kept = rules if folder == RULES else queries
            kept[change.path.name] = change.after or ""
        if media_types.of_file(change.name) is None or change.path.name == CONTEXT:
            continue
        if change.after is None:
            del read[change.name]
            continue
        old = read.get(change.name)
        source = old.source if old is not None else source_of(change.path, sources.folder)
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


def _difference(change: FileChange) -> str:
    lines = difflib.unified_diff(
        (change.before or "").splitlines(keepends=True),
        (change.after or "").splitlines(keepends=True),
        f"a/{change.name}" if change.before is not None else "/dev/null",
        f"b/{change.name}" if change.after is not None else "/dev/null",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
