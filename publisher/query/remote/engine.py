"""A release in a SPARQL server somewhere else, asked over HTTP.

The gate, the queue and the limits of text stand before it as before the embedded engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode, QueryResultsFormat, Triple, parse_query_results

from publisher.errors import NotAcceptable, PublisherError
from publisher.query.description import Description
from publisher.query.engine import (
    BOOLEANS,
    GRAPHS,
    SOLUTIONS,
    Answer,
    Limits,
    Operation,
    Row,
    Term,
)
from publisher.query.remote import results
from publisher.query.remote.connection import Connection
from publisher.query.remote.endings import JSON, N_TRIPLES, Broken, failed
from publisher.query.remote.fetching import Fetched
from publisher.query.remote.names import AS_WRITTEN, Names
from publisher.query.remote.reading import Form, Reader, described
from publisher.query.remote.requests import Address, Request
from publisher.query.remote.rewriting import rewrite
from publisher.query.tokens import declared_prefixes

_PROBE_SECONDS = 2.0
_PROBE = "SELECT ?s { ?s ?p ?o } LIMIT 1"
_OFFERED = {"solutions": SOLUTIONS, "boolean": BOOLEANS, "graph": GRAPHS}
_TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { VALUES ?s { %s } ?s ?p ?o }"


@dataclass(frozen=True)
class Sizes:
    """How much is asked for at a time.

    Attributes:
        connections: Kept to the engine, at most.
        incoming_links: Shown with a thing that a query describes.
    """

    connections: int
    incoming_links: int


class RemoteEngine:
    """An engine that somebody else runs."""

    def __init__(self, address: Address, names: Names, limits: Limits, sizes: Sizes) -> None:
        """Start what parses queries; nothing is asked yet."""
        self._names, self._limits, self._sizes = names, limits, sizes
        self._connection = Connection(address, limits, sizes.connections)
        self._reader = Reader(limits)

    def answer(self, operation: Operation) -> Answer:
        """Return the engine's answer; see ``Engine.answer``."""
        form = self._reader.read(operation)
        media_type = {
            "solutions": operation.solutions_type,
            "boolean": operation.boolean_type,
            "graph": operation.graph_type,
        }[form.kind]
        if not media_type:
            raise NotAcceptable("", _OFFERED[form.kind])
        try:
            if form.describes:
                return self._describe(operation, media_type)
            return self._evaluate(operation, form, media_type)
        except Broken as error:
            raise failed(str(error)) from error

    def _seconds(self, operation: Operation) -> float:
        return min(operation.seconds or self._limits.seconds, self._limits.seconds)

    def _evaluate(self, operation: Operation, form: Form, media_type: str) -> Answer:
        asked = {
            "solutions": results.wanted_of_solutions(media_type),
            "boolean": JSON,
            "graph": N_TRIPLES,
        }[form.kind]
        body = self._send(operation, asked, form.variables)
        if form.kind == "solutions":
            return results.as_solutions(body, media_type)
        if form.kind == "boolean":
            return results.as_boolean(body, media_type)
        return results.as_graph(body, media_type, _prefixes(operation))

    def _send(
        self,
        operation: Operation,
        media_type: str,
        variables: Sequence[str] = (),
        *,
        is_own: bool = False,
    ) -> bytes:
        fields = rewrite(operation, self._names, variables).fields()
        request = Request(fields, media_type, self._seconds(operation), is_own)
        body = self._connection.ask(request)
        return body.replace(AS_WRITTEN.encode(), b"") if self._names.guarded else body

    def _describe(self, operation: Operation, media_type: str) -> Answer:
        """Return what the documents of the things say, whatever the engine would say of them."""
        things = self._described(operation)
        prefixes = _prefixes(operation)
        if rewrite(operation, self._names).default_graphs != self._default_graphs():
            query = _TRIPLES % " ".join(str(thing) for thing in things)
            wanted = Operation(
                query,
                default_graphs=operation.default_graphs,
                named_graphs=operation.named_graphs,
            )
            return results.as_graph(self._send(wanted, N_TRIPLES), media_type, prefixes)
        fetched = Fetched(self.rows, self._names)
        fetched.fetch(things)
        found: dict[Triple, None] = {}
        for thing in things:
            description = fetched.look_up((thing.value,), 1, self._sizes.incoming_links)
            if description is not None:
                found |= dict.fromkeys(description.triples())
        answer = results.written_graph(list(found), media_type, prefixes)
        return answer

    def _default_graphs(self) -> tuple[str, ...]:
        return rewrite(Operation("ASK {}"), self._names).default_graphs

    def _described(self, operation: Operation) -> list[NamedNode]:
        """Return the things that DESCRIBE means, each once."""
        terms, query = described(operation)
        things: dict[NamedNode, None] = {}
        if query:
            asked = Operation(**vars(operation) | {"query": query})
            form = self._reader.read(asked)
            body = self._send(asked, JSON, form.variables)
            rows = self._rows(body)
            shown = {t.text[1:] for t in terms if t.kind == "variable"}
            is_all = any(term.text == "*" for term in terms)
            for row in rows:
                for name, term in row.items():
                    if (is_all or name in shown) and isinstance(term, NamedNode):
                        things[term] = None
            if not rows:
                return []
        constants = [term.text for term in terms if term.kind in ("iri", "name")]
        things |= dict.fromkeys(self._constants(operation, constants))
        return list(things)

    def _constants(self, operation: Operation, terms: Sequence[str]) -> list[NamedNode]:
        """Return the IRIs that terms of a query stand for."""
        found = []
        prefixes = {**dict(operation.prefixes), **declared_prefixes(operation.query)}
        for term in terms:
            if term.startswith("<"):
                found.append(NamedNode(term[1:-1]))
            else:
                prefix, _, local = term.partition(":")
                found.append(NamedNode(prefixes[prefix] + local.replace("\\", "")))
        return found

    def _rows(self, body: bytes) -> list[Row]:
        try:
            solutions: Any = parse_query_results(body, format=QueryResultsFormat.JSON)
            names = [variable.value for variable in solutions.variables]
            original: Callable[[Term], Term] = self._names.original
            return [
                {name: original(value) for name in names if (value := row[name]) is not None}
                for row in solutions
            ]
        except (SyntaxError, ValueError, AttributeError) as error:
            raise failed(f"its solutions cannot be read: {error}") from error

    def rows(self, query: str) -> list[Row]:
        """Return the solutions of one of the program's own queries."""
        return self._rows(self._send(Operation(query), JSON, is_own=True))

    def knows(self, subject: str) -> bool:
        """Tell whether anything is said of a thing."""
        try:
            thing = NamedNode(subject)
        except ValueError:  # what was asked for is no IRI, so nothing is said of it
            return False
        return bool(self.rows(f"SELECT ?p {{ {thing} ?p ?o }} LIMIT 1"))

    def describe(self, subjects: Sequence[str], page: int, page_size: int) -> Description | None:
        """Return what is known of some things; see ``Engine.describe``."""
        return Fetched(self.rows, self._names).describe(subjects, page, page_size)

    def trouble(self) -> PublisherError | None:
        """Return why the engine cannot answer just now; None when it can."""
        if (trouble := self._reader.trouble()) is not None:
            return trouble
        fields = rewrite(Operation(_PROBE), self._names).fields()
        try:
            self._connection.ask(Request(fields, JSON, _PROBE_SECONDS, is_own=True))
        except PublisherError as error:
            return error
        return None

    def close(self) -> None:
        """End what parses queries, and close the connections."""
        self._reader.close()
        self._connection.close()


def _prefixes(operation: Operation) -> dict[str, str]:
    return {**dict(operation.prefixes), **declared_prefixes(operation.query)}
