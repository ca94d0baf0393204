"""The union of all graphs as a graph of its own, in which each triple is once.

Over its union of graphs Oxigraph finds a triple once for each graph that it is in; but a graph
is a set of triples (SPARQL 1.1 Query, section 13.1; RDF 1.1 Concepts, section 3). So where graphs
share triples, the union is kept as the default graph of the store, beside the graphs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from publisher.query.store_loading import load_store

_END = b" .\n"
_LINES_AT_ONCE = 10_000


def with_union(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each line of N-Quads, and its triple in the default graph."""
    for line in lines:
        yield line
        triple = _triple_of(line)
        if triple is not line:
            yield triple


def shares_triples(lines: Iterable[bytes]) -> bool:
    """Tell whether a triple is in several graphs.

    Args:
        lines: Sorted N-Quads, each once.
    """
    last = b""
    for line in lines:
        triple = _triple_of(line)
        if triple == last:
            return True
        last = triple
    return False


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


def merge_graphs(
    store: Store, defaults: Sequence[str], named: Sequence[str], most: int
) -> Store | None:
    """Return the merge of some graphs as the default graph of a store in memory, each triple once.

    None where there is nothing to merge, or too much.

    Args:
        store: Where the graphs are.
        defaults: Names of those that are merged.
        named: Names of those that are copied as they are.
        most: How many triples are copied at most.

    Raises:
        ValueError: A name is no IRI.
    """
    if len({*defaults}) < 2:
        return None
    made, left = Store(), most
    for names, is_merged in ((defaults, True), (named, False)):
        for name in dict.fromkeys(names):
            graph = NamedNode(name)
            target = DefaultGraph() if is_merged else graph
            quads = store.quads_for_pattern(None, None, None, graph)
            found = [
                Quad(quad.subject, quad.predicate, quad.object, target)
                for quad in islice(quads, left + 1)
            ]
            left -= len(found)
            if left < 0:
                return None
            made.extend(found)
    return made


def add_union(store: Path, lines: Iterable[bytes]) -> None:
    """Add to a store the union of its graphs, as its default graph.

    Args:
        store: Its folder; nobody has it open.
        lines: N-Quads that it was made of.

    Raises:
        OSError: The folder cannot be written; ``filename`` says which.
    """
    triples = map(_triple_of, lines)
    parts = iter(lambda: b"".join(islice(triples, _LINES_AT_ONCE)), b"")
    load_store(store, parts)
