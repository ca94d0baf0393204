"""Quads with canonical names for blank nodes, and their digest (RDFC-1.0)."""

from __future__ import annotations

import hashlib
import heapq
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

from publisher.errors import ReleaseError
from publisher.load.sources import Sources
from publisher.rdf.sorted_files import Quads, by_graph, read_lines

# A million ordinary blank nodes take ten seconds; ten that all point at each other take for ever.
SECONDS = 60.0
MEMORY_BYTES = 4 << 30


def canonical_lines(source: Path) -> Iterator[bytes]:
    """Yield quads with canonical names for blank nodes (RDFC-1.0), sorted, as N-Quads.

    Only quads with blank nodes decide their names, so only these are canonicalised: in a process of
    its own, because a poisoned graph would hold this one for good (RDFC-1.0, section 7.1). All
    others stay as they are, and are never in memory together.

    Args:
        source: Sorted N-Quads, each once.

    Raises:
        ReleaseError: It takes too much time or memory.
    """
    nameless = [line for line in read_lines(source) if _has_blank_node(line)]
    named = (line for line in read_lines(source) if not _has_blank_node(line))
    return heapq.merge(named, _canonicalised(b"".join(nameless)) if nameless else ())


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


def canonical_graphs(sources: Sources) -> tuple[dict[str, Quads], str]:
    """Return graph IRI → its canonical quads, and the SHA-256 of all of them as N-Quads.

    Their files are gone with the sources.
    """
    digest = hashlib.sha256()

    def digested() -> Iterator[bytes]:
        for line in canonical_lines(sources.sorted_sources.quads):
            digest.update(line)
            yield line

    graphs = by_graph(digested(), Path(mkdtemp(dir=sources.sorted_sources.folder)) / "graphs")
    return graphs, digest.hexdigest()
