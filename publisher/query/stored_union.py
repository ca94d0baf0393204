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

from pyoxigraph import DefaultGraph, Quad, QuerySolutions, Store

from publisher.query.worker_messages import WorkerConfig

_SHARED = """SELECT ?s { GRAPH ?a { ?s ?p ?o } GRAPH ?b { ?s ?p ?o } FILTER(STR(?a) < STR(?b)) }
    LIMIT 1"""


def with_union(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield each quad, and its triple in the default graph."""
    for quad in quads:
        yield quad
        if not isinstance(quad.graph_name, DefaultGraph):
            yield Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())


@contextmanager
def each_triple_once(config: WorkerConfig) -> Iterator[WorkerConfig]:
    """Yield what workers are told so that they find no triple of the default graph twice.

    Where graphs share triples that is another store, which is gone again afterwards.

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
        made = Store(folder)
        made.bulk_extend(with_union(store))
        made.flush()
        del made
        yield replace(config, store=folder, union=False)


def _has_shared_triples(store: Store) -> bool:
    """Tell whether a triple is in more than one graph."""
    found = store.query(_SHARED)
    assert isinstance(found, QuerySolutions)
    return next(found, None) is not None
