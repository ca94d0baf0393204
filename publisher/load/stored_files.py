"""Files of any RDF format → their quads, sorted on disk: memory holds a part, however many.

For a look at files of others (``publisher preview``), which may be large.
"""

from __future__ import annotations

import re
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, RdfFormat, parse, serialize

from publisher.errors import SourceError
from publisher.load.files import SourcePath
from publisher.load.parse import FALLBACK, named_sources, nothing_in, stream_source
from publisher.rdf.guards import DEFAULT_READ_LIMITS, ReadLimits
from publisher.rdf.reading import stream_quads
from publisher.rdf.recognise import ONE_GRAPH, is_open, syntax_by_name
from publisher.rdf.sorted_files import (
    Quads,
    Sorter,
    merge_lines,
    read_lines,
    read_parts,
    write_lines,
)
from publisher.system.files import make_temporary_folder, storage_errors
from publisher.system.processes import map_on_all_cores

# So many quads at a time go from the parser to the file.
_AT_ONCE = 10_000
_BY_LINE = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
_PIECE_BYTES = 16 << 20
_END = b" .\n"
# Scheme and host of a subject (RFC 3986, section 3).
_ORIGIN = re.compile(rb"<(https?://[^/?#>]+)")


@dataclass(frozen=True)
class StoredFiles:
    """The quads of some files, deleted with the last reference to it.

    Attributes:
        quads: Sorted N-Quads, each once, in the graph that its file puts it into.
        triples: The same without their graphs, each once; the same file where there are none.
        graphs: IRI of a graph, or ``_:`` and the label of one without a name → how many quads it
            has; empty for the default graph.
        prefixes: Prefix → namespace, as the files declare them.
        base_iri: Where most of what they describe is named.
        changed: When the newest file was changed, in seconds since 1970.
    """

    quads: Quads
    triples: Quads
    graphs: Mapping[str, int]
    prefixes: Mapping[str, str] = field(repr=False)
    base_iri: str
    changed: float

    @property
    def named_graphs(self) -> Mapping[str, int]:
        """Return the graphs that have an IRI, and how many quads each has."""
        return {n: count for n, count in self.graphs.items() if n and not n.startswith("_:")}

    @property
    def has_default_graph(self) -> bool:
        """Tell whether anything is in no graph by name."""
        return "" in self.graphs


def store_files(
    paths: Sequence[Path],
    base_iri: str = "",
    limits: ReadLimits = DEFAULT_READ_LIMITS,
    take: Callable[[Path], None] = lambda run: None,
    *,
    allow_empty: bool = False,
) -> StoredFiles:
    """Return the quads of files in any RDF format, sorted where the system keeps temporary files.

    Args:
        paths: Files in any syntax that ``recognise`` knows, also packed.
        base_iri: Where their things are named; empty: where most of them are.
        limits: What reading each of them may take.
        take: Called with files of N-Quads that together hold all, as soon as each is written. They
            may be gone when it has returned.
        allow_empty: Whether there may be no triple in any of them.

    Raises:
        SourceError: A file is missing, of another kind, not what its extension says, or takes more
            than that (``ReadLimitExceeded``); or none of them holds a triple.
        StorageError: There is no room, or no right to write.
    """
    folder, delete = make_temporary_folder()
    try:
        with storage_errors():
            stored = _store(paths, base_iri, limits, folder, take, allow_empty=allow_empty)
    except BaseException:
        delete()
        raise
    weakref.finalize(stored, delete)
    return stored


def _store(
    paths: Sequence[Path],
    base_iri: str,
    limits: ReadLimits,
    folder: Path,
    take: Callable[[Path], None],
    *,
    allow_empty: bool,
) -> StoredFiles:
    prefixes: dict[str, str] = {}
    runs: list[Path] = []
    has_graphs = has_default = False
    sources = list(named_sources(paths, limits))
    for number, source in enumerate(sources):
        start = folder / f"read-{number}"
        read = _read_pieces(source, start, limits)
        if read is None:
            found = stream_source(source, base_iri, limits, prefixes, allow_empty=True)
            read = _sorted_runs(found, start, _may_have_graphs(source), take)
        else:
            for run in read.runs:  # all cores were at work until now
                take(run)
        runs += read.runs
        has_graphs = has_graphs or read.has_graphs
        has_default = has_default or read.has_default
    stored = _written(folder / "quads.nq", merge_lines(runs))
    if sources and not stored.count and not allow_empty:
        raise nothing_in(sources[0])
    for run in runs:
        with suppress(OSError):  # Windows keeps what is open; the folder goes later
            run.unlink(missing_ok=True)
    triples, graphs = stored, Counter({"": stored.count})
    if has_graphs:
        graphs.clear()
        triples = _written(folder / "triples.nq", _without_graphs(stored, graphs, has_default))
    return StoredFiles(
        stored,
        triples,
        dict(graphs),
        prefixes,
        base_iri or _most_common_origin(stored.path),
        max(path.stat().st_mtime for path in paths),
    )


@dataclass(frozen=True)
class _SortedRuns:
    """Sorted files of quads, whether any is in a graph by name, and any in the default graph."""

    runs: list[Path]
    has_graphs: bool
    has_default: bool


def _sorted_runs(
    quads: Iterator[Quad],
    start: Path,
    may_have_graphs: bool,
    take: Callable[[Path], None] = lambda run: None,
) -> _SortedRuns:
    has_graphs = has_default = False
    with Sorter(start, take) as sorter:
        while batch := list(islice(quads, _AT_ONCE)):
            in_graphs = sum(map(_is_in_graph, batch)) if may_have_graphs else 0
            has_graphs = has_graphs or in_graphs > 0
            has_default = has_default or in_graphs < len(batch)
            sorter.extend(_lines(batch))
    return _SortedRuns(sorter.runs, has_graphs, has_default)


def _may_have_graphs(source: SourcePath) -> bool:
    return syntax_by_name(source.name) not in ONE_GRAPH or is_open(source.name)


def _is_in_graph(quad: Quad) -> bool:
    return not isinstance(quad.graph_name, DefaultGraph)


def _lines(quads: Iterable[Quad]) -> list[bytes]:
    return (serialize(quads, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


# Large files that have a triple on each line are read in pieces, on all cores.


@dataclass(frozen=True)
class _Piece:
    """A part of a file, from one place to another, and where its sorted quads go."""

    source: SourcePath
    start: int
    end: int
    target: Path
    limits: ReadLimits


def _read_pieces(source: SourcePath, target: Path, limits: ReadLimits) -> _SortedRuns | None:
    """Return the sorted quads of a file; None where it has to be read as a whole.

    That is so for small ones, for those with blank nodes, whose names hold for the whole file, and
    where anything is wrong, since only then the line is known.
    """
    size = source.path.stat().st_size
    is_cut = syntax_by_name(source.name) in _BY_LINE and not is_open(source.name)
    if not is_cut or source.is_packed or not _PIECE_BYTES < size <= limits.file_bytes:
        return None
    with source.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        if content.find(b"_:") >= 0:
            return None
        ends = [0]
        while ends[-1] < size:
            ends.append(content.find(b"\n", min(ends[-1] + _PIECE_BYTES, size - 1)) + 1 or size)
    pieces = [
        _Piece(source, start, end, target.with_name(f"{target.name}-{number}"), limits)
        for number, (start, end) in enumerate(pairwise(ends))
    ]
    try:
        read = list(map_on_all_cores(_read_piece, pieces))
    except (SyntaxError, SourceError):
        return None
    runs = [run for piece in read for run in piece.runs]
    if not runs:
        return None
    has_graphs = any(piece.has_graphs for piece in read)
    return _SortedRuns(runs, has_graphs, any(piece.has_default for piece in read))


def _read_piece(piece: _Piece) -> _SortedRuns:
    with piece.source.path.open("rb") as file:
        file.seek(piece.start)
        content = file.read(piece.end - piece.start)
    rdf_format = syntax_by_name(piece.source.name)
    assert rdf_format is not None
    quads = stream_quads(content, rdf_format, FALLBACK, piece.source.name, limits=piece.limits)
    return _sorted_runs(quads, piece.target, _may_have_graphs(piece.source))


def _written(path: Path, parts: Iterable[bytes]) -> Quads:
    """Return lines, one or several at a time, as a file, and how many they are."""
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for part in parts:
            count += part.count(b"\n")
            yield part

    write_lines(path, counted())
    return Quads(path, count)


def _without_graphs(quads: Quads, graphs: Counter[str], has_default: bool) -> Iterator[bytes]:
    """Yield each triple once; those of several graphs stand together. The graphs are counted.

    Many lines come at a time where a graph has them all, which is so in most files.

    Args:
        quads: Sorted, of which some are in graphs by name.
        graphs: Where the counts go.
        has_default: Whether any may be in the default graph.
    """
    last = b""
    counts: Counter[bytes] = Counter()
    for block in read_parts(quads.path):
        if not has_default and (graph := _only_graph(block)):
            counts[graph] += block.count(b"\n")
            block = block.replace(b" " + graph + _END, _END)
            if last and block.startswith(last):
                block = block[len(last) :]
            yield block
            last = block[block.rfind(b"\n", 0, -1) + 1 :] or last
            continue
        for line in block.splitlines(keepends=True):
            graph = _graph_of(line)
            counts[graph] += 1
            triple = line[: -len(graph) - 4] + _END if graph else line
            if triple != last:
                last = triple
                yield triple
    for graph, count in counts.items():
        name = graph[1:-1] if graph.startswith(b"<") else graph
        graphs[name.decode()] += count


def _only_graph(block: bytes) -> bytes:
    """Return the graph that all of some quads are in; empty when they are in several.

    Each is in a graph by name: a triple may end with an object as a quad ends with its graph.
    """
    graph = _graph_of(block[: block.find(b"\n") + 1])
    is_only = block.count(b" " + graph + _END) == block.count(b"\n")
    return graph if is_only else b""


def _graph_of(line: bytes) -> bytes:
    """Return the graph of a line of N-Quads as it is there; empty for the default graph."""
    rest = line.split(b" ", 2)[2]
    if rest.startswith(b"<<("):  # a triple as a term, in RDF 1.2
        (quad,) = parse(line, format=RdfFormat.N_QUADS)
        return b"" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name).encode()
    # Behind the text of a literal, as in any other term, is no space.
    parts = rest[rest.rindex(b'"') :].split(b" ") if rest.startswith(b'"') else rest.split(b" ")
    return parts[1] if len(parts) > 2 else b""


def _most_common_origin(path: Path) -> str:
    """Return scheme and host of most subjects, with the slash."""
    origins: Counter[bytes] = Counter()
    last = b"\n"
    for line in read_lines(path):
        if not line.startswith(last):
            last = line[: line.index(b" ") + 1]
            if found := _ORIGIN.match(last):
                origins[found[1]] += 1
    usual = origins.most_common(1)
    return f"{usual[0][0].decode()}/" if usual else FALLBACK
