"""Large data cut into parts, each with all that queries need of it: see ``split_queries``."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import parent_process
from pathlib import Path

from publisher.quality.split_queries import (
    DataNeeds,
    NotSplit,
    QuadTest,
    SplitQuery,
    Starts,
    owner,
    split_query,
)
from publisher.rdf.sorted_files import blocks_of_subjects, read_lines
from publisher.system import portable
from publisher.system.files import with_path

# What every part holds for one query is at most so much.
_MOST_COMMON_BYTES = 8 << 20
# What is said of so many subjects is written at once.
_WAITING_SUBJECTS = 20_000


@dataclass(frozen=True)
class CuttingTask:
    """What is to be cut.

    Attributes:
        queries: Name → text.
        quads: Sorted N-Quads, each in a graph.
        folder: A new folder for the parts.
        count: How many parts are made.
        seconds: What reading the queries may take.
    """

    queries: Mapping[str, str]
    quads: Path
    folder: Path
    count: int
    seconds: float


@dataclass(frozen=True)
class DataPart:
    """A part, as two files of N-Quads.

    Attributes:
        named: Quads without blank nodes.
        nameless: Quads with some, whose names are the same in all parts.
    """

    named: Path
    nameless: Path

    @property
    def paths(self) -> tuple[Path, Path]:
        """Return both files."""
        return self.named, self.nameless

    @property
    def size(self) -> int:
        """Return its size in bytes."""
        return sum(path.stat().st_size for path in self.paths)

    def move_into(self, other: DataPart) -> None:
        """Append it to another; it is gone then."""
        for path, target in zip(self.paths, other.paths, strict=True):
            with path.open("rb") as source, target.open("ab") as stream:
                shutil.copyfileobj(source, stream)
            path.unlink()

    def delete(self) -> None:
        """Make room."""
        for path in self.paths:
            path.unlink()


@dataclass(frozen=True)
class DataParts:
    """The data in parts.

    Attributes:
        queries: Name → query that can be asked of each part.
        files: The parts.
    """

    queries: Mapping[str, SplitQuery]
    files: tuple[DataPart, ...]


def cut_for_queries(task: CuttingTask) -> list[DataParts]:
    """Cut data into parts for queries; those that cannot be asked by parts are left out.

    Queries are asked of the same parts where each finds little there that is of no use to it.

    Raises:
        OSError: The parts cannot be written.
    """
    is_apart = parent_process() is not None
    portable.set_alarm(task.seconds if is_apart else 0)
    split = dict(_split_queries(task.queries))
    portable.set_alarm(0)
    groups: dict[str, dict[str, SplitQuery]] = {}
    for name, query in split.items():
        groups.setdefault(_group_of(name, query.needs), {})[name] = query
    with with_path(task.folder), ExitStack() as stack:
        task.folder.mkdir()
        cuttings = [
            stack.enter_context(_Cutting(queries, task.folder / str(number), task.count))
            for number, queries in enumerate(groups.values())
        ]
        for subject, lines in blocks_of_subjects(read_lines(task.quads) if cuttings else ()):
            quads = [_read(line) for line in lines]
            for cutting in cuttings:
                cutting.take(subject, quads)
    return [DataParts(cutting.kept(), cutting.parts) for cutting in cuttings]


def _split_queries(queries: Mapping[str, str]) -> Iterator[tuple[str, SplitQuery]]:
    for name, text in queries.items():
        try:
            yield name, split_query(text)
        except NotSplit:
            continue


def _group_of(name: str, needs: DataNeeds) -> str:
    """Return which queries share parts: one group for each of the names returned."""
    if needs.takes_any_link:
        return name  # it finds every link of what others need
    if needs.takes_all or not needs.is_of_subjects:
        return "linked"
    return "subjects"  # what looks at each quad does so soon where there are few


def _read(line: bytes) -> _ReadQuad:
    """Return a quad with its predicate and its object."""
    _, predicate, rest = line.split(b" ", 2)
    return line, predicate, rest[: rest.rindex(b" <")]  # what is in front of the graph


_ReadQuad = tuple[bytes, bytes, bytes]
# How subject and object of a quad may begin, for one of these; all quads, or none.
_Ends = tuple[tuple[Starts, Starts], ...]
_ALL: _Ends = ((None, None),)
# The same for stars, by their numbers.
_NumberedEnds = tuple[tuple[int, _Ends], ...]


@dataclass(frozen=True)
class _OfPredicate:
    """What is done with the quads of one property."""

    by_subject: _Ends
    by_object: _Ends
    links: _NumberedEnds
    members: _NumberedEnds
    everywhere: tuple[tuple[str, _Ends], ...]

    @cached_property
    def is_of_subject(self) -> bool:
        """Tell whether they go to no other part than that of their subject."""
        return not (self.by_object or self.links or self.members or self.everywhere)


class _Uses(dict[bytes, _OfPredicate | None]):
    """Property → what is done with its quads; None for nothing."""

    def __init__(self, make: Callable[[bytes], _OfPredicate | None]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, predicate: bytes) -> _OfPredicate | None:
        return self.setdefault(predicate, self._make(predicate))


def _fits(ends: _Ends, subject: bytes, value: bytes) -> bool:
    if ends is _ALL:
        return True
    for subjects, values in ends:
        if subjects is None or subject.startswith(subjects):  # noqa: SIM102  # each quad asks this
            if values is None or value.startswith(values):
                return True
    return False


def _ends(tests: Iterable[QuadTest], predicate: bytes) -> _Ends:
    found = {ends for test in tests for ends in test.of_predicate(predicate)}
    return _ALL if (None, None) in found else tuple(sorted(found, key=repr))


class _Cutting:
    """Takes quads and writes each into the parts that need it.

    Leaving its ``with`` block writes what is left.
    """

    def __init__(self, queries: Mapping[str, SplitQuery], folder: Path, count: int) -> None:
        """Make the files of so many parts in a new folder."""
        folder.mkdir()
        self.parts = tuple(
            DataPart(folder / f"{number:04}.named", folder / f"{number:04}.nameless")
            for number in range(count)
        )
        self._queries, self._count = queries, count
        needs = {name: query.needs for name, query in queries.items()}
        self._by_subject = {test for each in needs.values() for test in each.by_subject}
        self._by_object = {test for each in needs.values() for test in each.by_object}
        stars: dict[QuadTest, set[QuadTest]] = {}
        for star in {star for each in needs.values() for star in each.stars}:
            stars.setdefault(star.link, set()).add(star.member)
        self._stars = list(stars.items())
        self._everywhere = {name: each.everywhere for name, each in needs.items()}
        self._common: dict[str, list[bytes]] = {name: [] for name in needs}
        self._common_bytes = dict.fromkeys(needs, 0)
        self._uses = _Uses(self._use_of)
        self._waiting: list[list[bytes]] = [[] for _ in range(count)]
        self._taken = 0
        self._given_up: set[str] = set()

    def __enter__(self) -> _Cutting:
        """Return itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Write what every part holds, and what is left."""
        for line in {line for lines in self._common.values() for line in lines}:
            self._give(line, range(self._count))
        self._write()

    def kept(self) -> Mapping[str, SplitQuery]:
        """Return the queries that do not need too much of every part."""
        return {n: query for n, query in self._queries.items() if n not in self._given_up}

    def take(self, subject: bytes, quads: Iterable[_ReadQuad]) -> None:
        """Take all quads of a subject."""
        own, count, uses = owner(subject, self._count), self._count, self._uses
        of_own = self._waiting[own]
        members: list[tuple[bytes, bytes, _NumberedEnds, set[int]]] = []
        linked: dict[int, set[int]] = {}
        for line, predicate, value in quads:
            use = uses[predicate]
            if use is None:
                continue
            is_own = use.by_subject is _ALL or _fits(use.by_subject, subject, value)
            if is_own:
                of_own.append(line)
            if use.is_of_subject:
                continue
            parts = {own} if is_own else set()
            if use.by_object and _fits(use.by_object, subject, value):
                self._give(line, {owner(value, count)} - parts)
                parts.add(owner(value, count))
            for number, ends in use.links:
                if _fits(ends, subject, value):
                    linked.setdefault(number, set()).add(owner(value, count))
            if use.members:
                members.append((line, value, use.members, parts))
            if use.everywhere:
                self._give_everywhere(line, subject, value, use.everywhere)
        if linked:
            for line, value, of_stars, parts in members:
                found = [linked[n] for n, e in of_stars if n in linked and _fits(e, subject, value)]
                self._give(line, set().union(*found) - parts)
        self._taken += 1
        if self._taken % _WAITING_SUBJECTS == 0:
            self._write()

    def _use_of(self, predicate: bytes) -> _OfPredicate | None:
        everywhere = ((n, _ends(tests, predicate)) for n, tests in self._everywhere.items())
        use = _OfPredicate(
            _ends(self._by_subject, predicate),
            _ends(self._by_object, predicate),
            _numbered(_ends([link], predicate) for link, _ in self._stars),
            _numbered(_ends(tests, predicate) for _, tests in self._stars),
            tuple((name, ends) for name, ends in everywhere if ends),
        )
        return use if any(vars(use).values()) else None

    def _give(self, line: bytes, parts: Iterable[int]) -> None:
        for part in parts:
            self._waiting[part].append(line)

    def _give_everywhere(
        self, line: bytes, subject: bytes, value: bytes, of_queries: tuple[tuple[str, _Ends], ...]
    ) -> None:
        for name, ends in of_queries:
            if name in self._given_up or not _fits(ends, subject, value):
                continue
            self._common[name].append(line)
            self._common_bytes[name] += len(line)
            if self._common_bytes[name] > _MOST_COMMON_BYTES:
                self._given_up.add(name)
                self._common[name].clear()

    def _write(self) -> None:
        """Write what waits into the files of the parts: without, and with blank nodes."""
        for part, lines in zip(self.parts, self._waiting, strict=True):
            with part.named.open("ab") as named, part.nameless.open("ab") as nameless:
                if b"_:" in (block := b"".join(lines)):  # a text with it does no harm there
                    nameless.writelines(line for line in lines if b"_:" in line)
                    named.writelines(line for line in lines if b"_:" not in line)
                else:
                    named.write(block)
            lines.clear()


def _numbered(all_ends: Iterable[_Ends]) -> _NumberedEnds:
    """Return those that something fits, each with its number."""
    return tuple((number, ends) for number, ends in enumerate(all_ends) if ends)
