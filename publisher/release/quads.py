"""Quads on disk: sorted N-Quads, read anew each time, so that memory never holds them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from publisher.sorting import read_lines
from publisher.system.storage import naming

_BUFFER_BYTES = 1 << 20


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
    waiting: dict[bytes, bytearray] = defaultdict(bytearray)
    counts: dict[bytes, int] = defaultdict(int)
    numbers: dict[bytes, int] = {}

    def write(graph: bytes) -> None:
        number = numbers.setdefault(graph, len(numbers))
        path = folder / f"{number}.nq"
        with naming(path), path.open("ab") as file:
            file.write(waiting.pop(graph))

    for line in lines:
        graph = line[line.rindex(b" <") + 2 : -4]
        waiting[graph] += line
        counts[graph] += 1
        if len(waiting[graph]) > _BUFFER_BYTES:
            write(graph)
    for graph in list(waiting):
        write(graph)
    return {
        graph.decode(): Quads(folder / f"{numbers[graph]}.nq", counts[graph])
        for graph in sorted(numbers)
    }
