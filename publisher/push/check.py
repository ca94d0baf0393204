"""Is what an engine holds what was sent? Counts and digests, asked of the engine itself."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse_query_results,
)

from publisher.errors import QueryError
from publisher.push.engine import GraphWriter, TripleDigest, normalise_triples, unguard_triple
from publisher.query.remote.connection import JSON, N_TRIPLES, ConnectionPool, QueryRequest
from publisher.query.remote.rewriting import AS_WRITTEN, GraphNames
from publisher.rdf.reading import read_quads_by_line

SECONDS = 600.0
# More triples than this are asked for in parts, since engines bound what one answer holds.
_BATCH = 100_000
# Limits that nobody chose are below this (Virtuoso: 10,000 rows).
_LEAST_CUT = 20_000
_PROBE_GRAPH = NamedNode(f"{AS_WRITTEN}probe")


class Checker:
    """Finds out which graphs an engine has."""

    def __init__(self, connection: ConnectionPool, writer: GraphWriter) -> None:
        """Ask by queries, and read by whatever writes if that can read."""
        self._connection, self._writer = connection, writer

    def count(self, graph: str) -> int:
        """Return how many triples a graph has.

        Raises:
            QueryError: The engine does not answer.
        """
        query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        body = self._connection.send(
            QueryRequest(_fields(query, graph), JSON, SECONDS, is_own=True)
        )
        solutions: Any = parse_query_results(body, format=QueryResultsFormat.JSON)
        return int(next(iter(solutions))["n"].value)

    def cut(self) -> int:
        """Return after how many rows the engine silently cuts a graph that is asked for; or 0.

        The rows come from the query itself; an engine that refuses so many is honest.
        """
        names = "abcde"
        cells = {name: " ".join(map(str, range(10))) for name in names} | {"a": "0 1"}
        values = " ".join(f"VALUES ?{name} {{ {cells[name]} }}" for name in names)
        number = ", ".join(f"STR(?{name})" for name in names)
        pattern = f'{values} BIND(IRI(CONCAT("{AS_WRITTEN}", {number})) AS ?s)'
        query = f"CONSTRUCT {{ ?s <{AS_WRITTEN}> 1 }} WHERE {{ {pattern} }}"
        fields = _fields(query, f"{AS_WRITTEN}nothing")
        try:
            body = self._connection.send(QueryRequest(fields, N_TRIPLES, SECONDS, is_own=True))
        except QueryError:
            return 0
        count = sum(1 for _ in _quads(body))
        return 0 if count == _LEAST_CUT else count

    def sum(self, graph: str, expected: int) -> TripleDigest:
        """Return count and digest of a graph, from its triples read back.

        Raises:
            QueryError: The engine does not answer.
            PushFailed: The graph cannot be read.
        """
        digest = TripleDigest()
        for triple in normalise_triples(
            unguard_triple(triple) for triple in self.read(graph, expected)
        ):
            digest.add(triple)
        return digest

    def read(self, graph: str, expected: int) -> Iterator[Triple]:
        """Return the triples of a graph as the engine writes them."""
        triples = self._writer.read(graph)
        return self._describe_graph(graph, expected) if triples is None else triples

    def _describe_graph(self, graph: str, expected: int) -> Iterator[Triple]:
        """Return the triples of a graph by queries, by the first digits of subjects' digests."""
        digits, parts = 0, 1
        while parts * _BATCH < expected:
            digits, parts = digits + 1, parts * 16
        for number in range(parts):
            prefix = f"{number:0{digits}x}" if digits else ""
            only = f'FILTER(STRSTARTS(LCASE(MD5(STR(?s))), "{prefix}"))' if digits else ""
            query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o . {only} }}"
            fields = _fields(query, graph)
            body = self._connection.send(QueryRequest(fields, N_TRIPLES, SECONDS, is_own=True))
            yield from (quad.triple for quad in _quads(body))


def _quads(body: bytes) -> Iterator[Quad]:
    """Return what an engine sent as N-Triples."""
    return read_quads_by_line(io.BytesIO(body), RdfFormat.N_TRIPLES, "")


def _fields(query: str, graph: str) -> list[tuple[str, str]]:
    return [("query", query), ("default-graph-uri", graph), ("named-graph-uri", graph)]


def changed_datatypes(
    writer: GraphWriter,
    checker: Checker,
    names: GraphNames,
    samples: Mapping[str, Sequence[Literal]],
) -> frozenset[str]:
    """Return the datatypes of which an engine changes a literal.

    A few literals of each are written and read back. Guarded ones must come back as they were; that
    is left to the digest of the whole.
    """
    graph = f"{names.root}#probe"
    sent = {
        Triple(NamedNode(f"{AS_WRITTEN}{position}"), _PROBE_GRAPH, literal): datatype
        for position, (datatype, literal) in enumerate(
            (datatype, literal) for datatype, literals in samples.items() for literal in literals
        )
    }
    if not sent:
        return frozenset()
    writer.replace(graph, sent)
    returned = set(normalise_triples(checker.read(graph, len(sent))))
    writer.clear(graph)
    return frozenset(datatype for triple, datatype in sent.items() if triple not in returned)
