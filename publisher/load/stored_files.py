"""Files of any RDF format → their quads, sorted on disk: memory holds a part, however many.

For a look at files of others (``publisher preview``), which may be large.
"""

from __future__ import annotations

import re
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, RdfFormat, parse, serialize

from publisher.load.parse import FALLBACK, stream_files
from publisher.rdf.guards import DEFAULT_READ_LIMITS, ReadLimits
from publisher.rdf.sorted_files import Quads, Sorter, merge_lines, read_lines, write_lines
from publisher.system.files import make_temporary_folder, storage_errors

# So many quads at a time go from the parser to the file.
_AT_ONCE = 10_000
# Scheme and host of a subject (RFC 3986, section 3).
_ORIGIN = re.compile(rb"<(https?://[^/?#>]+)")


@dataclass(frozen=True)
class StoredFiles:
    """The quads of some files, deleted with the last reference to it.

    Attributes:
        quads: Sorted N-Quads, each once, in the graph that its file puts it into.
        triples: The same without their graphs, each once; the same file where there are none.
        graphs: IRI of a graph → how many quads it has; empty for the default graph.
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
    def has_default_graph(self) -> bool:
        """Tell whether anything is in no graph by name."""
        return "" in self.graphs


def store_files(
    paths: Sequence[Path], base_iri: str = "", limits: ReadLimits = DEFAULT_READ_LIMITS
) -> StoredFiles:
    """Return the quads of files in any RDF format, sorted where the system keeps temporary files.

    Args:
        paths: Files in any syntax that ``recognise`` knows, also packed.
        base_iri: Where their things are named; empty: where most of them are.
        limits: What reading each of them may take.

    Raises:
        SourceError: A file is missing, empty, of another kind, not what its extension says, or
            takes more than that (``ReadLimitExceeded``).
        StorageError: There is no room, or no right to write.
    """
    folder, delete = make_temporary_folder()
    try:
        with storage_errors():
            stored = _store(paths, base_iri, limits, folder)
    except BaseException:
        delete()
        raise
    weakref.finalize(stored, delete)
    return stored


def _store(paths: Sequence[Path], base_iri: str, limits: ReadLimits, folder: Path) -> StoredFiles:
    prefixes: dict[str, str] = {}
    has_graphs = False
    with Sorter(folder / "read") as sorter:
        quads = stream_files(paths, base_iri, limits, prefixes)
        while batch := list(islice(quads, _AT_ONCE)):
            has_graphs = has_graphs or any(map(_is_in_graph, batch))
            sorter.extend(_lines(batch, RdfFormat.N_QUADS))
    stored = _written(folder / "quads.nq", merge_lines(sorter.runs))
    for run in sorter.runs:
        run.unlink(missing_ok=True)
    triples, graphs = stored, Counter({"": stored.count})
    if has_graphs:
        graphs.clear()
        triples = _written(folder / "triples.nq", _without_graphs(stored, graphs))
    return StoredFiles(
        stored,
        triples,
        dict(graphs),
        prefixes,
        base_iri or _most_common_origin(stored.path),
        max(path.stat().st_mtime for path in paths),
    )


def _is_in_graph(quad: Quad) -> bool:
    return not isinstance(quad.graph_name, DefaultGraph)


def _lines(quads: Iterable[Quad], rdf_format: RdfFormat) -> list[bytes]:
    is_quads = rdf_format == RdfFormat.N_QUADS
    written = serialize(quads if is_quads else (q.triple for q in quads), format=rdf_format)
    return (written or b"").splitlines(keepends=True)


def _written(path: Path, lines: Iterable[bytes]) -> Quads:
    """Return the lines as a file, and how many they are."""
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for line in lines:
            count += 1
            yield line

    write_lines(path, counted())
    return Quads(path, count)


def _without_graphs(quads: Quads, graphs: Counter[str]) -> Iterator[bytes]:
    """Yield each triple once; those of several graphs stand together. The graphs are counted."""
    last = b""
    found = iter(parse(path=str(quads.path), format=RdfFormat.N_QUADS))
    while batch := list(islice(found, _AT_ONCE)):
        graphs.update(
            quad.graph_name.value if not isinstance(quad.graph_name, DefaultGraph) else ""
            for quad in batch
        )
        for line in _lines(batch, RdfFormat.N_TRIPLES):
            if line != last:
                last = line
                yield line


def _most_common_origin(path: Path) -> str:
    """Return scheme and host of most subjects, with the slash."""
    origins: Counter[bytes] = Counter()
    last = b""
    for line in read_lines(path):
        subject = line.partition(b" ")[0]
        if subject != last:
            last = subject
            if found := _ORIGIN.match(subject):
                origins[found[1]] += 1
    usual = origins.most_common(1)
    return f"{usual[0][0].decode()}/" if usual else FALLBACK
