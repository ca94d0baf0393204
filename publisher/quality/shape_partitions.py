"""What shapes are held against, on disk: cut into parts, each with what it needs of the others."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path

from publisher.load.files import SHAPES
from publisher.load.sources import Sources
from publisher.quality.shape_needs import Needs, Reach
from publisher.rdf.namespaces import iri
from publisher.rdf.paths import PathStep
from publisher.rdf.sorted_files import (
    SortedLines,
    Sorter,
    merge_files,
    merge_lines,
    read_lines,
    without_repetitions,
    write_lines,
)
from publisher.system.files import with_path
from publisher.system.processes import working_beside

# About 20,000 triples: as rdflib graphs, what all cores hold at once.
PARTITION_BYTES = 4 << 20
# Of so much data it takes longer than a process takes to start.
_LARGE_BYTES = 128 << 20
_PARTITION_NODES = 5_000
_CACHED_NODES = 10_000
_TYPE = f" <{iri('rdf:type')}> ".encode()
_SUBCLASS = f"<{iri('rdfs:subClassOf')}>".encode()
END = b" .\n"


@dataclass(frozen=True)
class ValidationFiles:
    """Files in a folder.

    Attributes:
        folder: Where they are.
        shapes_name: Name of the file of the shapes that are validated with.
    """

    folder: Path
    shapes_name: str = "shapes.nt"

    @property
    def triples(self) -> Path:
        """Return the file of what is validated, as sorted N-Triples."""
        return self.folder / "said.nt"

    @property
    def links(self) -> Path:
        """Return the file of links back: object, property, subject, with tabs, sorted."""
        return self.folder / "links.tsv"

    @property
    def shared(self) -> Path:
        """Return the file of what every part needs: which class is below which."""
        return self.folder / "shared.nt"

    @property
    def shapes(self) -> Path:
        """Return the file of the shapes graph, as N-Triples."""
        return self.folder / self.shapes_name

    @property
    def prefixes(self) -> Path:
        """Return the file of the prefixes that queries may leave undeclared."""
        return self.folder / "prefixes.json"


@dataclass(frozen=True)
class Partition:
    """Nodes that are validated together.

    Attributes:
        files: Where the data and the shapes are.
        start: The nodes are the subjects from this byte of the file of the data …
        end: … to this one.
        nodes: Further nodes, which the data does not describe, as N-Triples.
        is_alone: Whether that range is everything that may be looked at; the nodes are the only
            ones to validate then, and none of them means all.
    """

    files: ValidationFiles
    start: int
    end: int
    nodes: tuple[bytes, ...] = ()
    is_alone: bool = False


def write_shapes(sources: Sources, folder: Path) -> ValidationFiles:
    """Write the shapes, what is held against them, and the prefixes; return where they are."""
    files = ValidationFiles(folder)
    read = sources.sorted_sources
    task = _SharingTask(files, (read.quads, read.examples), f"{sources.base_iri}{SHAPES}")
    # Beside much else that is checked in this process, the validator would wait long for it.
    is_large = read.quads.stat().st_size > _LARGE_BYTES
    with working_beside(_share_out, task, is_large=is_large) as wait:
        wait()
    files.prefixes.write_text(json.dumps(dict(sources.prefixes)), encoding="utf-8", newline="\n")
    return files


@dataclass(frozen=True)
class _SharingTask:
    """Sorted N-Quads, and the IRI of the graph whose quads are the shapes."""

    files: ValidationFiles
    quads: tuple[Path, ...]
    graph: str


def _share_out(task: _SharingTask) -> None:
    """Write the shapes into one file, and everything else into the other."""
    files, shapes = task.files, f" <{task.graph}>".encode() + END
    with with_path(files.shapes), files.shapes.open("wb") as of_shapes:

        def validated() -> Iterator[bytes]:
            for line in merge_lines(task.quads):
                if line.endswith(shapes):
                    of_shapes.write(line[: -len(shapes)] + END)
                else:
                    yield line[: line.rindex(b" <")] + END

        write_lines(files.triples, without_repetitions(validated()))


def one_partition(files: ValidationFiles) -> Partition:
    """Return everything as one part."""
    return Partition(files, 0, files.triples.stat().st_size, is_alone=True)


def cut_into_partitions(
    files: ValidationFiles, needs: Needs, part_bytes: int = PARTITION_BYTES
) -> Iterator[Partition]:
    """Yield the parts, after writing what they need of each other."""
    back = {name.encode() for name in needs.reach.inverse() | needs.objects_of}
    start = position = 0
    with (
        with_path(files.shared),
        Sorter(files.links) as links,
        files.shared.open("wb") as shared,
    ):
        for _, block in groupby(read_lines(files.triples), lambda line: line.partition(b" ")[0]):
            if position - start > part_bytes:
                yield Partition(files, start, position)
                start = position
            for line in block:
                position += len(line)
                subject, predicate, value = line[: -len(END)].split(b" ", 2)
                if predicate[1:-1] in back:
                    links.add(b"\t".join((value, predicate, subject)) + b"\n")
                if predicate == _SUBCLASS:
                    shared.write(line)
    merge_files(links.runs, files.links)
    if position > start:
        yield Partition(files, start, position)
    bare = iter(list(_undescribed_targets(files, needs)))
    while nodes := tuple(islice(bare, _PARTITION_NODES)):
        yield Partition(files, 0, 0, nodes)


def _undescribed_targets(files: ValidationFiles, needs: Needs) -> Iterator[bytes]:
    """Yield the targets that have no triples, in N-Triples."""
    triples = SortedLines(files.triples)
    targets = {f"<{name}>".encode() for name in needs.objects_of}
    links = (line.split(b"\t") for line in read_lines(files.links))
    pointed_at = (value for value, predicate, _ in links if predicate in targets)
    named = sorted(f"<{name}>".encode() for name in needs.nodes)
    for node in without_repetitions(heapq.merge(pointed_at, named)):
        if next(triples.starting(node + b" "), None) is None:
            yield node


class NeedsReader:
    """Looks up in the files what nodes need."""

    def __init__(self, files: ValidationFiles, needs: Needs) -> None:
        """Open the files."""
        self._triples, self._links = SortedLines(files.triples), SortedLines(files.links)
        self._needs = needs
        self._shared = list(read_lines(files.shared)) if files.shared.is_file() else []
        self._own: dict[bytes, list[bytes]] = {}
        # A method must not be cached for the life of the program, so the cache is the object's.
        self._elsewhere = lru_cache(maxsize=_CACHED_NODES)(self._look_up)

    def part(self, part: Partition) -> tuple[set[bytes], Iterable[bytes]]:
        """Return the nodes of a part, and every triple that validating them may look at.

        No nodes stand for all that are there.
        """
        own = list(self._triples.between(part.start, part.end))
        blocks = groupby(own, lambda line: line.partition(b" ")[0])
        self._own = {node: list(lines) for node, lines in blocks}
        nodes = {*part.nodes, *self._own}
        if part.is_alone:
            return set(part.nodes), own
        found = {*self._shared, *own}
        self._visit(nodes, self._needs.reach, found)
        for name in self._needs.objects_of:
            predicate = f"<{name}>".encode()
            for node in nodes:
                # One link makes it a target; it may have a million.
                for subject in islice(self._back(node, predicate), 1):
                    found.add(_triple(subject, predicate, node))
        return nodes, found

    def _look_up(self, node: bytes) -> list[bytes]:
        return list(self._triples.starting(node + b" "))

    def _of(self, node: bytes) -> list[bytes]:
        return self._own.get(node) or self._elsewhere(node)

    def _back(self, node: bytes, predicate: bytes) -> Iterator[bytes]:
        """Yield the subjects that point to a node by a property."""
        start = b"\t".join((node, predicate, b""))
        return (line[len(start) : -1] for line in self._links.starting(start))

    def _visit(self, nodes: Iterable[bytes], reach: Reach, found: set[bytes]) -> None:
        """Add what is needed of some nodes, and of those that their steps lead to."""
        ends = {
            step: self._ends(nodes, step, found)
            for step, then in reach.steps.items()
            if not (reach.is_whole and step.is_plain and then.is_empty)
        }
        if reach.is_whole or reach.is_typed:
            for node in nodes:
                lines = self._of(node)
                found.update(x for x in lines if reach.is_whole or x.startswith(node + _TYPE))
        for step, nodes_there in ends.items():
            if nodes_there:
                self._visit(nodes_there, reach.steps[step], found)

    def _ends(self, nodes: Iterable[bytes], step: PathStep, found: set[bytes]) -> set[bytes]:
        """Return where a step leads from some nodes, and add the triples on the way."""
        predicate = f"<{step.predicate}>".encode()
        reached_by_all: set[bytes] = set()
        pending = set(nodes)
        while pending:
            reached: set[bytes] = set()
            for node in pending:
                for end in self._next(node, predicate, is_inverse=step.is_inverse):
                    ends = (end, node) if step.is_inverse else (node, end)
                    found.add(_triple(ends[0], predicate, ends[1]))
                    reached.add(end)
            pending = reached - reached_by_all if step.is_repeated else set()
            reached_by_all |= reached
        return reached_by_all | set(nodes) if step.is_repeated else reached_by_all

    def _next(self, node: bytes, predicate: bytes, *, is_inverse: bool) -> Iterator[bytes]:
        if is_inverse:
            yield from self._back(node, predicate)
            return
        start = b"%s %s " % (node, predicate)
        for line in self._of(node):
            if line.startswith(start):
                yield line[len(start) : -len(END)]


def _triple(subject: bytes, predicate: bytes, value: bytes) -> bytes:
    return b"%s %s %s .\n" % (subject, predicate, value)
