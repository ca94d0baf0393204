"""The union of all graphs as a graph of its own, in which each triple is once.

Over its union of graphs Oxigraph finds a triple once for each graph that it is in; but a graph
is a set of triples (SPARQL 1.1 Query, section 13.1; RDF 1.1 Concepts, section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import QuerySolutions, RdfFormat, Store

from publisher.query.store_loading import load_store
from publisher.query.worker_messages import WorkerConfig
from publisher.rdf.sorted_files import read_parts

_SHARED = """SELECT ?s { GRAPH ?a { ?s ?p ?o } GRAPH ?b { ?s ?p ?o } FILTER(STR(?a) < STR(?b)) }
    LIMIT 1"""
_END = b" .\n"


def with_union(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each line of N-Quads, and its triple in the default graph."""
    for line in lines:
        yield line
        triple = _triple_of(line)
        if triple is not line:
            yield triple


def _triple_of(line: bytes) -> bytes:
    r"""Return a line of N-Quads without its graph; the same line when it names none.

    >>> _triple_of(b'_:a <urn:p> "x <y> z"@en <urn:g> .\n')
    b'_:a <urn:p> "x <y> z"@en .\n'
    >>> _triple_of(b"_:a <urn:p> _:b .\n")
    b'_:a <urn:p> _:b .\n'
    """
    # Within a term only texts have spaces, and nothing but texts has quotation marks.
    end_of_text = line.rfind(b'"')
    has_graph = line.count(b" ", max(end_of_text, 0)) == (4 if end_of_text < 0 else 2)
    return line[: line.rindex(b" ", 0, -len(_END))] + _END if has_graph else line


@contextmanager
def each_triple_once(config: WorkerConfig) -> Iterator[WorkerConfig]:
    """Yield what workers are told so that they find no triple of the default graph twice.

    Where graphs share triples that is another store, without names of graphs, which is gone again
    afterwards.

    Args:
        config: What they are told else.

    Raises:
        OSError: The store cannot be opened, or the other one cannot be written.
    """
    store = Store.read_only(config.store)
    if not config.union or not _has_shared_triples(store):
        yield config
        return
    with TemporaryDirectory(dir=Path(config.store).parent, prefix=".union-") as folder:
        stored, made = Path(folder, "stored.nq"), Path(folder, "union")
        store.dump(str(stored), RdfFormat.N_QUADS)
        load_store(made, _triples(stored))
        stored.unlink()
        yield replace(config, store=str(made), union=False)


def _triples(path: Path) -> Iterator[bytes]:
    """Yield the triples of a file of N-Quads, many at a time."""
    for part in read_parts(path):
        yield b"".join(map(_triple_of, part.splitlines(keepends=True)))


def _has_shared_triples(store: Store) -> bool:
    """Tell whether a triple is in more than one graph."""
    found = store.query(_SHARED)
    assert isinstance(found, QuerySolutions)
    return next(found, None) is not None
