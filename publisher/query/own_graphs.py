"""Graphs in which the endpoint describes itself: VoID, its service, the named queries.

They stand beside the data. Neither the union of all graphs nor ``GRAPH ?g`` holds them, so that no
count and no search of the data finds them; who names one has asked for it:

- A dataset of these graphs alone (``FROM``, ``default-graph-uri``) is evaluated over them.
- A dataset that merges them with graphs of the data, or has both among its named graphs for
  ``GRAPH ?g``, is copied into memory and evaluated there, as long as it is not too large.
- ``GRAPH <name> { … }`` becomes ``VALUES`` with the solutions of the group: the graph does not
  depend on what is around it, and a join with its solutions is what the clause means
  (SPARQL 1.1 Query, sections 8.3, 10.2 and 18.2.2.3). So data and counts can be joined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
)

from publisher.query.engine import Operation
from publisher.query.tokens import IriReader, behind_bracket, declared_prefixes, tokenize

_TERMS = ("iri", "name")
# Copying takes some 4 microseconds a triple, and 400 bytes.
MOST_MERGED_TRIPLES = 100_000
# Whatever stands for IRIs of graphs needs one of these, or is in the request.
_NAMING = ("FROM", "GRAPH")


class NotOwnAlone(ValueError):
    """A query wants what these graphs cannot give."""


@dataclass(frozen=True)
class PlacedOperation:
    """A query, and what it is evaluated over.

    Attributes:
        operation: As it is evaluated.
        is_own: Whether over these graphs, instead of the data.
        merged: Graphs of both kinds that it is evaluated over together; empty for none.
    """

    operation: Operation
    is_own: bool = False
    merged: tuple[str, ...] = ()


class OwnGraphs:
    """The graphs of one release, read when the first query names one."""

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        """Map the files: in a worker that is confined nothing can be opened later.

        Args:
            files: Name of a graph, and path of an N-Triples file of it; there may be several.

        Raises:
            OSError: A file cannot be opened.
        """
        self._files: dict[str, list[mmap | bytes]] = defaultdict(list)
        for name, path in files:
            self._files[name].append(_map(Path(path)))
        self._store: Store | None = None

    def store(self) -> Store:
        """Return the graphs; the first call reads them."""
        if self._store is None:
            store = Store()
            for name, contents in self._files.items():
                for content in contents:
                    store.extend(_quads(content, NamedNode(name)))
            self._store = store
        return self._store

    def place(self, operation: Operation) -> PlacedOperation | None:
        """Return where a query that names one of the graphs is evaluated; None for all others.

        Raises:
            NotOwnAlone: It asks for what these graphs cannot give.
            SyntaxError: What it asks of one is no SPARQL.
            ValueError: What it asks of one cannot be evaluated.
        """
        in_request = {*operation.default_graphs, *operation.named_graphs}
        folded = operation.query.upper()
        if not self._files or not (in_request or any(word in folded for word in _NAMING)):
            return None
        reader = _reader(operation)
        default, named = dataset_of(operation, reader)
        own = {name for name in (*default, *named) if name in self._files}
        if own and own == {*default, *named}:
            return PlacedOperation(operation, is_own=True)
        if own.intersection(default) or (own and _asks_any_graph(reader)):
            return PlacedOperation(operation, merged=tuple(dict.fromkeys((*default, *named))))
        allowed = own if default or named else set(self._files)
        text = self._with_values(operation.query, reader, allowed)
        if text is None:
            return None
        return PlacedOperation(replace(operation, query=text))

    def merged(self, names: Collection[str], data: Store) -> Store:
        """Return a store with some of these graphs and some of the data.

        Args:
            names: Of the graphs; one that there is not is empty.
            data: Where the graphs of the data are.

        Raises:
            NotOwnAlone: There are too many triples of the data.
        """
        store, left = Store(), MOST_MERGED_TRIPLES
        for name in names:
            graph = NamedNode(name)
            if name in self._files:
                store.extend(self.store().quads_for_pattern(None, None, None, graph))
                continue
            found = list(islice(data.quads_for_pattern(None, None, None, graph), left + 1))
            left -= len(found)
            if left < 0:
                own = min(set(names) & self._files.keys())
                raise NotOwnAlone(
                    f"The graph <{own}> describes the endpoint, and is merged with graphs of up to"
                    f" {MOST_MERGED_TRIPLES} triples; these have more. Ask it with GRAPH <{own}>"
                    " {…} beside the data, without FROM; or name it alone."
                )
            store.extend(found)
        return store

    def _with_values(self, query: str, reader: IriReader, allowed: set[str]) -> str | None:
        """Return a query with VALUES in the place of each group of one of the graphs."""
        parts: list[str] = []
        end = position = 0
        found = reader.found
        while position < len(found) - 2:
            token, following = found[position], found[position + 1]
            is_clause = token.text.upper() == "GRAPH" and following.kind in _TERMS
            graph = reader.iri(position + 1) if is_clause else ""
            if graph not in allowed or found[position + 2].text != "{":
                position += 1
                continue
            behind = behind_bracket(found, position + 2)
            stop = found[behind - 1].start + 1
            inner = found[position + 3 : behind - 1]
            if any(each.text.upper() in ("GRAPH", "SERVICE") for each in inner):
                raise NotOwnAlone(f"Nothing but triples can be asked of the graph <{graph}>.")
            group = query[found[position + 2].start : stop]
            parts += [query[end : token.start], self._values(reader, graph, group)]
            end, position = stop, behind
        return "".join([*parts, query[end:]]) if parts else None

    def _values(self, reader: IriReader, graph: str, group: str) -> str:
        """Return the solutions of a group over one graph as VALUES."""
        solutions = self.store().query(
            f"SELECT * {group}",
            base_iri=reader.base() or None,
            prefixes=dict(reader.prefixes) or None,
            default_graph=NamedNode(graph),
        )
        assert isinstance(solutions, QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        rows = []
        for solution in solutions:
            terms = [solution[name] for name in names]
            if any(isinstance(term, BlankNode) for term in terms):
                raise NotOwnAlone(f"A blank node was made in a group of the graph <{graph}>.")
            rows.append(f"({' '.join('UNDEF' if t is None else str(t) for t in terms)})")
        return f" VALUES ({' '.join(f'?{name}' for name in names)}) {{ {' '.join(rows)} }} "


def own_graphs_asked(operation: Operation, names: Collection[str]) -> tuple[bool, set[str]]:
    """Return whether a dataset is of own graphs alone, and which of them stand beside the data.

    Args:
        operation: The query.
        names: Names of the own graphs.
    """
    reader = _reader(operation)
    dataset = {name for part in dataset_of(operation, reader) for name in part}
    groups = {
        reader.iri(position + 1)
        for position, token in enumerate(reader.found[:-1])
        if token.text.upper() == "GRAPH" and reader.found[position + 1].kind in _TERMS
    }
    is_alone = bool(dataset) and dataset <= set(names)
    return is_alone, set() if is_alone else {*dataset, *groups}.intersection(names)


def _asks_any_graph(reader: IriReader) -> bool:
    """Tell whether a query has ``GRAPH`` with a variable."""
    pairs = zip(reader.found, reader.found[1:], strict=False)
    return any(t.text.upper() == "GRAPH" and name.kind == "variable" for t, name in pairs)


def _map(path: Path) -> mmap | bytes:
    """Return the content of a file, which is read when it is needed."""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ) if path.stat().st_size else b""


def _quads(file: mmap | bytes, graph: NamedNode) -> Iterator[Quad]:
    for quad in parse(bytes(file), format=RdfFormat.N_TRIPLES):
        assert isinstance(quad.graph_name, DefaultGraph)
        yield Quad(quad.subject, quad.predicate, quad.object, graph)


def _reader(operation: Operation) -> IriReader:
    prefixes = {**dict(operation.prefixes), **declared_prefixes(operation.query)}
    return IriReader(list(tokenize(operation.query)), prefixes, operation.base_iri)


def dataset_of(
    operation: Operation, reader: IriReader | None = None
) -> tuple[Sequence[str], Sequence[str]]:
    """Return the graphs of the dataset, default and named; the protocol goes before the query."""
    if operation.default_graphs or operation.named_graphs:
        return operation.default_graphs, operation.named_graphs
    reader = reader or _reader(operation)
    clauses: tuple[list[str], list[str]] = ([], [])
    for position, token in enumerate(reader.found[:-2]):
        if token.kind == "word" and token.text.upper() == "FROM":
            is_named = reader.found[position + 1].text.upper() == "NAMED"
            clauses[is_named].append(reader.iri(position + 1 + is_named))
    return clauses
