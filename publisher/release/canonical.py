"""Quads with canonical names for blank nodes, and their digest (RDFC-1.0)."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from tempfile import mkdtemp

from publisher.errors import ReleaseError
from publisher.load.sources import Sources
from publisher.rdf.sorted_files import (
    Quads,
    Sorter,
    by_graph,
    merge_lines,
    merge_streams,
    read_lines,
    write_lines,
)

# A million ordinary blank nodes take ten seconds; ten that all point at each other take for ever.
SECONDS = 60.0
MEMORY_BYTES = 4 << 30
_BLOCK_BYTES, _LINES = 1 << 20, 10_000


def canonical_lines(source: Path) -> Iterator[bytes]:
    """Return quads with canonical names for blank nodes (RDFC-1.0), sorted, as N-Quads.

    Only quads with blank nodes decide their names, so only these are canonicalised: in a process of
    its own, because a poisoned graph would hold this one for good (RDFC-1.0, section 7.1). All
    others stay as they are, and are never in memory together.

    Args:
        source: Sorted N-Quads, each once.

    Raises:
        ReleaseError: It takes too much time or memory.
    """
    nameless = [line for block in _blocks(source) for line in block if _has_blank_node(line)]
    if not nameless:
        return read_lines(source)
    canonical = BytesIO(b"".join(_canonicalised(b"".join(nameless))))
    return merge_streams([_Named(source), canonical])


def _blocks(source: Path) -> Iterator[list[bytes]]:
    """Yield the lines of a file in parts, but for those parts that have no blank node."""
    with source.open("rb") as file:
        while lines := file.readlines(_BLOCK_BYTES):
            if _may_have_blank_node(lines):
                yield lines


def _may_have_blank_node(lines: Sequence[bytes]) -> bool:
    block = b"".join(lines)
    return b" _:" in block or b"\n_:" in block or block.startswith(b"_:")


class _Named:
    """The lines of a file that have no blank node, read in parts."""

    def __init__(self, source: Path) -> None:
        self._blocks = self._read(source)

    def readlines(self, size: int, /) -> list[bytes]:
        return next(self._blocks, [])

    def _read(self, source: Path) -> Iterator[list[bytes]]:
        with source.open("rb") as file:
            while lines := file.readlines(_BLOCK_BYTES):
                if _may_have_blank_node(lines):
                    lines = [line for line in lines if not _has_blank_node(line)]
                if lines:
                    yield lines


def _has_blank_node(line: bytes) -> bool:
    return line.startswith(b"_:") or line.split(b" ", 2)[2].startswith(b"_:")


def _canonicalised(written: bytes) -> list[bytes]:
    program = str(Path(__file__).with_name("canonicalise.py"))
    command = [sys.executable, "-P", program, str(MEMORY_BYTES)]
    try:
        done = subprocess.run(
            command, input=written, capture_output=True, timeout=SECONDS, check=True
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise ReleaseError(
            "The blank nodes of the sources cannot be told apart within {seconds} seconds"
            " and {memory} MB.",
            remedy="Give them IRIs: a few blank nodes that all point at each other are enough to"
            " take for ever. Nothing was published.",
            seconds=f"{SECONDS:g}",
            memory=MEMORY_BYTES >> 20,
        ) from error
    return sorted(set(done.stdout.splitlines(keepends=True)))


@dataclass(frozen=True)
class CanonicalGraphs:
    """The canonical quads of some sources; their files are gone with the sources.

    Attributes:
        graphs: IRI of the graph of a dataset, of the catalogue, of the shapes → what is said in it,
            and in the graphs that the dataset has by other names.
        in_graphs: Of datasets that have any, the same with each quad in its own graph.
        named: IRI of such a graph → graphs of the datasets it belongs to.
        digest: SHA-256 of all quads, each in its own graph, as N-Quads.
    """

    graphs: Mapping[str, Quads]
    in_graphs: Mapping[str, Quads]
    named: Mapping[str, tuple[str, ...]]
    digest: str

    def stored(self) -> dict[str, Quads]:
        """Return the graphs of the site, each quad of them in its own graph."""
        return {**self.graphs, **self.in_graphs}

    def counts(self) -> dict[str, int]:
        """Return IRI of a graph → number of quads that stand in it by its own name."""
        counts = {n: quads.count for n, quads in self.graphs.items() if n not in self.in_graphs}
        among: Counter[str] = Counter()
        for quads in self.in_graphs.values():
            among.update(line[line.rindex(b" <") + 2 : -4].decode() for line in quads.lines())
        return dict(sorted((counts | among).items()))


def canonical_graphs(sources: Sources) -> CanonicalGraphs:
    """Return the quads of the sources with canonical names for blank nodes (RDFC-1.0)."""
    sorted_sources = sources.sorted_sources
    digest = hashlib.sha256()

    def digested() -> Iterator[bytes]:
        lines = canonical_lines(sorted_sources.in_graphs)
        while block := list(islice(lines, _LINES)):
            digest.update(b"".join(block))
            yield from block

    folder = Path(mkdtemp(dir=sorted_sources.folder))
    graphs = by_graph(digested(), folder / "graphs")
    named = sorted_sources.named_graphs
    of_site = {name: quads for name, quads in graphs.items() if name not in named}
    in_graphs: dict[str, Quads] = {}
    for number, home in enumerate(sorted({home for homes in named.values() for home in homes})):
        parts = [graphs[home]] if home in graphs else []
        parts += [graphs[name] for name, homes in named.items() if home in homes]
        in_graphs[home] = _together(parts, folder / f"in-graphs-{number}", "")
        of_site[home] = _together(parts, folder / f"as-one-{number}", home)
    return CanonicalGraphs(dict(sorted(of_site.items())), in_graphs, named, digest.hexdigest())


def _together(parts: Sequence[Quads], path: Path, graph: str) -> Quads:
    """Return the quads of several graphs in one file, in a graph unless its name is empty."""
    end = f" <{graph}> .\n".encode()
    with Sorter(path) as sorter:
        for line in chain.from_iterable(part.lines() for part in parts):
            sorter.add(line[: line.rindex(b" <")] + end if graph else line)
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for line in merge_lines(sorter.runs):
            count += 1
            yield line

    write_lines(path, counted())
    for run in sorter.runs:
        run.unlink()
    return Quads(path, count)
