"""Sorted files: lines and quads in order, however many, found again by bisection.

A line is bytes with a line feed at its end. UTF-8 sorts as the characters do: bytes are compared.
"""

from __future__ import annotations

import mmap
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Protocol

from pyoxigraph import Quad, RdfFormat, parse

from publisher.system.files import with_path

_CHUNK_BYTES = 32 << 20
_BUFFER_BYTES = 1 << 18
_BLOCK_BYTES = 1 << 20
# So many files are open at once.
_MOST_RUNS = 128
# Of all files that are merged, so much is in memory at once.
_MERGED_BYTES = 8 << 20


class Sorter:
    """Takes lines in any order and writes them as sorted files, the runs; memory is bounded.

    Leaving its ``with`` block writes the last one.
    """

    def __init__(self, start: Path, take: Callable[[Path], None] = lambda run: None) -> None:
        """Write runs whose names begin with a path; each goes to a function when it is there."""
        self.runs: list[Path] = []
        self._start, self._take = start, take
        self._lines: list[bytes] = []
        self._length = 0

    def __enter__(self) -> Sorter:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is left."""
        self.close()

    def add(self, line: bytes) -> None:
        """Take a line."""
        self._lines.append(line)
        self._length += len(line)
        if self._length > _CHUNK_BYTES:
            self._write()

    def extend(self, lines: Sequence[bytes]) -> None:
        """Take lines, far fewer than memory holds."""
        self._lines += lines
        self._length += sum(map(len, lines))
        if self._length > _CHUNK_BYTES:
            self._write()

    def close(self) -> None:
        """Write what is left; ``runs`` are all then."""
        self._write()

    def _write(self) -> None:
        if self._lines:
            self._lines.sort()
            run = self._start.with_name(f"{self._start.name}.{len(self.runs)}")
            write_lines(run, self._lines)
            self.runs.append(run)
            self._lines, self._length = [], 0
            self._take(run)


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines into a file.

    Raises:
        OSError: It cannot be written; ``filename`` says which.
    """
    with with_path(path), path.open("wb", _BUFFER_BYTES) as file:
        file.writelines(lines)


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, each with its end.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb", _BUFFER_BYTES) as lines:
        yield from lines


def read_parts(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, many at a time.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block + file.readline()


def cut_file(path: Path, folder: Path) -> Iterator[Path]:
    """Yield files with some lines each, which together have those of a file, one after the other.

    Args:
        path: The file.
        folder: Where they are written. Who gets them deletes them.

    Raises:
        OSError: One cannot be read, or written.
    """
    blocks = read_parts(path)
    for number, first in enumerate(blocks):
        part = folder / f"{path.name}-{number}"
        write_lines(part, chain([first], islice(blocks, _CHUNK_BYTES // _BLOCK_BYTES - 1)))
        yield part


def lines_with(path: Path, *parts: bytes) -> Iterator[bytes]:
    """Yield the lines of a file in which any of some bytes stand, which is seldom."""
    any_part = re.compile(b"|".join(map(re.escape, parts)))
    for block in read_parts(path):
        end = 0
        while found := any_part.search(block, end):
            start = block.rfind(b"\n", 0, found.start()) + 1
            end = block.find(b"\n", found.end()) + 1 or len(block)
            yield block[start:end]


def without_repetitions(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield sorted lines, each once."""
    last = None
    for line in lines:
        if line != last:
            yield line
            last = line


def merge_lines(runs: Sequence[Path]) -> Iterator[bytes]:
    """Yield the lines of sorted files in the order of their bytes, each once.

    Very many files are merged in steps, on the disk, and deleted on the way.

    Raises:
        OSError: One cannot be read, or there is no room for a step.
    """
    while len(runs) > _MOST_RUNS:
        together = runs[0].with_name(f"{runs[0].name}+")
        write_lines(together, merge_lines(runs[:_MOST_RUNS]))
        for run in runs[:_MOST_RUNS]:
            run.unlink()
        runs = [*runs[_MOST_RUNS:], together]
    with ExitStack() as stack:
        files = [stack.enter_context(run.open("rb", _BUFFER_BYTES)) for run in runs]
        yield from merge_streams(files)


class LineStream(Protocol):
    """What gives sorted lines, about so many bytes of them at a time, and none at its end."""

    def readlines(self, size: int, /) -> list[bytes]:
        """Return the next lines."""


def merge_streams(files: Sequence[LineStream]) -> Iterator[bytes]:
    """Return the lines of sorted streams in order, each once."""
    return chain.from_iterable(_merged_blocks(files))


def _merged_blocks(files: Sequence[LineStream]) -> Iterator[list[bytes]]:
    """Yield the lines of sorted files in order, each once, many at a time.

    Sorting what is nearly in order is ten times as fast as comparing line by line here.
    """
    size = max(_BUFFER_BYTES // 4, _MERGED_BYTES // max(1, len(files)))
    waiting = [(file, lines) for file in files if (lines := file.readlines(size))]
    last = None
    while waiting:
        # What has not been read of any file does not sort before this.
        end = min(lines[-1] for _, lines in waiting)
        block: list[bytes] = []
        left = []
        for file, lines in waiting:
            count = bisect_right(lines, end)
            block += lines[:count]
            rest = lines[count:] or file.readlines(size)
            if rest:
                left.append((file, rest))
        waiting = left
        block.sort()
        once = list(dict.fromkeys(block))
        # A file may have the same line twice, and the second only now.
        yield once[1:] if once[0] == last else once
        last = end


def merge_files(runs: Sequence[Path], target: Path) -> None:
    """Merge sorted files into one, each line once; the merged files are deleted."""
    write_lines(target, merge_lines(runs))
    for run in runs:
        run.unlink(missing_ok=True)


def blocks_of_subjects(
    lines: Iterable[bytes], mark: bytes = b" "
) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield each subject with its lines, which stand together; the mark is behind a subject."""
    start, block = b"\n", list[bytes]()
    for line in lines:
        if line.startswith(start):
            block.append(line)
            continue
        if block:
            yield start[:-1], block
        start, block = line[: line.index(mark) + 1], [line]
    if block:
        yield start[:-1], block


class SortedLines:
    """The lines of a sorted file that does not change; the kernel keeps what is used in memory."""

    def __init__(self, path: Path) -> None:
        """Map the file; one that is missing or empty has no lines."""
        # What was looked up last, and where the lines behind it begin: most go through in order.
        self._last: tuple[bytes, int] = (b"", 0)
        self._use(b"")
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as file:
                self._use(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def _use(self, content: mmap.mmap | bytes) -> None:
        self._content = content
        self._first_line = content[: content.find(b"\n") + 1]
        self._last_line = content[content.rfind(b"\n", 0, max(0, len(content) - 1)) + 1 :]

    def starting(self, start: bytes) -> Iterator[bytes]:
        """Yield the lines that begin with some bytes."""
        return iter(self.block(start).splitlines(keepends=True))

    def block(self, start: bytes) -> bytes:
        """Return the lines that begin with some bytes, together."""
        content, length = self._content, len(start)
        if start > self._last_line or self._first_line[:length] > start:
            return b""
        before, position = self._last
        here = content[position : position + length]
        # What is asked for in order stands here, or would stand here.
        is_behind = before < start and not start.startswith(before)
        if not (is_behind and (here >= start or position == len(content))):
            position = self._position(start)
        end = position
        while content[end : end + length] == start and end < len(content):
            end = content.find(b"\n", end) + 1
        self._last = (start, end)
        return content[position:end]

    def __iter__(self) -> Iterator[bytes]:
        """Yield every line."""
        return self.between(0, len(self._content))

    def between(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the lines from one place in the file to another."""
        content = self._content
        while start < end:
            stop = content.find(b"\n", start) + 1
            yield content[start:stop]
            start = stop

    def _position(self, start: bytes) -> int:
        """Return where the first line is that does not sort before some bytes."""
        content = self._content
        low, high = 0, len(content)
        while low < high:
            middle = (low + high) // 2
            begin = content.rfind(b"\n", low, middle) + 1 or low
            end = content.find(b"\n", begin) + 1
            if content[begin:end] < start:
                low = end
            else:
                high = begin
        return low


# Quads on disk: sorted N-Quads, read again each time, so that memory never holds them all.

# So many quads are held while they are sorted out.
_GRAPH_BATCH = 10_000


@dataclass(frozen=True)
class Quads:
    """The quads of a file, in its order.

    Attributes:
        path: Sorted N-Quads.
        count: How many they are.
    """

    path: Path
    count: int

    def __iter__(self) -> Iterator[Quad]:
        """Read them."""
        return iter(parse(path=str(self.path), format=RdfFormat.N_QUADS))

    def lines(self) -> Iterator[bytes]:
        """Read them as they are written."""
        return read_lines(self.path)


def by_graph(lines: Iterable[bytes], folder: Path) -> dict[str, Quads]:
    """Return graph IRI → its quads, written into a new folder; sorted by IRI.

    Args:
        lines: Sorted N-Quads, each in a graph.
        folder: For a file a graph.
    """
    folder.mkdir()
    counts: dict[bytes, int] = defaultdict(int)
    numbers: dict[bytes, int] = {}
    rest = iter(lines)
    while batch := list(islice(rest, _GRAPH_BATCH)):
        waiting: dict[bytes, list[bytes]] = defaultdict(list)
        end, of_graph = b"\n\n", list[bytes]()
        for line in batch:
            if not line.endswith(end):
                end = line[line.rindex(b" <") :]
                of_graph = waiting[end]
            of_graph.append(line)
        for end, found in waiting.items():
            graph = end[2:-4]
            counts[graph] += len(found)
            path = folder / f"{numbers.setdefault(graph, len(numbers))}.nq"
            with with_path(path), path.open("ab") as file:
                file.writelines(found)
    return {
        graph.decode(): Quads(folder / f"{numbers[graph]}.nq", counts[graph])
        for graph in sorted(numbers)
    }
