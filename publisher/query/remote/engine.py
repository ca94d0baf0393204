"""A release in a SPARQL server somewhere else, asked over HTTP.

The gate, the queue and the limits of text stand before it as before the embedded engine.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from publisher.errors import NotAcceptable, PublisherError
from publisher.query.description import Description
from publisher.query.engine import BOOLEANS, GRAPHS, SOLUTIONS, Answer, Limits, Operation, Row, Term
from publisher.query.remote import results
from publisher.query.remote.connection import Connection
from publisher.query.remote.endings import JSON, N_TRIPLES, Broken, failed, too_long
from publisher.query.remote.fetching import Fetched
from publisher.query.remote.names import AS_WRITTEN, Names
from publisher.query.remote.reading import Form, Reader, described
from publisher.query.remote.requests import Address, Request
from publisher.query.remote.results import Bounds, Solution
from publisher.query.remote.rewriting import rewrite
from publisher.query.tokens import declared_prefixes

_PROBE_SECONDS = 2.0
_PROBE_BYTES = 1 << 20
_PROBE = "SELECT ?s { ?s ?p ?o } LIMIT 1"
_VARIABLE = re.compile(r"[?$](\w+)")
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
        self._probing = threading.Lock()
        self._trouble: PublisherError | None = None

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

    def _bounds(self, operation: Operation) -> Bounds:
        """Return the bounds of all that is done for an operation."""
        seconds = min(operation.seconds or self._limits.seconds, self._limits.seconds)
        return Bounds.of(seconds, self._limits.result_bytes)

    def _evaluate(self, operation: Operation, form: Form, media_type: str) -> Answer:
        bounds = self._bounds(operation)
        asked = N_TRIPLES if form.kind == "graph" else JSON
        body = self._send(operation, asked, bounds, form.variables)
        if form.kind == "solutions":
            return results.as_solutions(body, media_type, form.variables, bounds)
        if form.kind == "boolean":
            return results.as_boolean(body, media_type)
        return results.as_graph(body, media_type, _prefixes(operation), bounds)

    def _send(
        self,
        operation: Operation,
        media_type: str,
        bounds: Bounds,
        variables: Sequence[str] = (),
        *,
        is_own: bool = False,
    ) -> bytes:
        fields = rewrite(operation, self._names, variables).fields()
        request = Request(fields, media_type, bounds.left(), is_own)
        body = self._connection.ask(request)
        return body.replace(AS_WRITTEN.encode(), b"") if self._names.guarded else body

    def _describe(self, operation: Operation, media_type: str) -> Answer:
        """Return what the documents of the things say, whatever the engine would say of them."""
        bounds = self._bounds(operation)
        things = self._described(operation, bounds)
        prefixes = _prefixes(operation)
        if rewrite(operation, self._names).default_graphs != self._default_graphs():
            query = _TRIPLES % " ".join(str(thing) for thing in things)
            wanted = Operation(
                query,
                default_graphs=operation.default_graphs,
                named_graphs=operation.named_graphs,
            )
            return results.as_graph(
                self._send(wanted, N_TRIPLES, bounds), media_type, prefixes, bounds
            )
        fetched = Fetched(self._asking(bounds), self._names)
        fetched.fetch(things)
        found: dict[Triple, None] = {}
        for thing in things:
            description = fetched.look_up((thing.value,), 1, self._sizes.incoming_links)
            if description is not None:
                found |= dict.fromkeys(description.triples())
        return results.written_graph(list(found), media_type, prefixes, bounds)

    def _default_graphs(self) -> tuple[str, ...]:
        return rewrite(Operation("ASK {}"), self._names).default_graphs

    def _described(self, operation: Operation, bounds: Bounds) -> list[NamedNode]:
        """Return the things that DESCRIBE means, each once."""
        terms, query = described(operation)
        things: dict[NamedNode, None] = {}
        if query:
            asked = Operation(**vars(operation) | {"query": query})
            form = self._reader.read(asked)
            body = self._send(asked, JSON, bounds, form.variables)
            rows = self._rows(body, form.variables, bounds)
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

    def _rows(self, body: bytes, variables: Sequence[str], bounds: Bounds) -> list[Row]:
        original: Callable[[Term], Term] = self._names.original
        rows = results.own_rows(body, variables, bounds)
        return [Solution({name: original(term) for name, term in row.items()}) for row in rows]

    def _own(self, query: str, bounds: Bounds) -> list[Row]:
        body = self._send(Operation(query), JSON, bounds, is_own=True)
        return self._rows(body, _variables(query), bounds)

    def _asking(self, bounds: Bounds) -> Callable[[str], list[Row]]:
        """Return what answers queries until the bounds are reached by all of them together."""
        count = 0

        def ask(query: str) -> list[Row]:
            nonlocal count
            found = self._own(query, bounds)
            count += len(found)
            if count > bounds.rows:
                raise too_long(bounds.result_bytes)
            return found

        return ask

    def rows(self, query: str) -> list[Row]:
        """Return the solutions of one of the program's own queries."""
        return self._own(query, self._bounds(Operation(query)))

    def knows(self, subject: str) -> bool:
        """Tell whether anything is said of a thing."""
        try:
            thing = NamedNode(subject)
        except ValueError:  # what was asked for is no IRI, so nothing is said of it
            return False
        return bool(self.rows(f"SELECT ?p {{ {thing} ?p ?o }} LIMIT 1"))

    def describe(self, subjects: Sequence[str], page: int, page_size: int) -> Description | None:
        """Return what is known of some things; see ``Engine.describe``."""
        asking = self._asking(self._bounds(Operation("")))
        return Fetched(asking, self._names).describe(subjects, page, page_size)

    def trouble(self) -> PublisherError | None:
        """Return why the engine cannot answer just now; None when it can.

        One asks at a time; who comes meanwhile is told what was found last, so that an engine that
        hangs does not take the threads of those who watch over the server.
        """
        if (trouble := self._reader.trouble()) is not None:
            return trouble
        if not self._probing.acquire(blocking=False):
            return self._trouble
        try:
            self._trouble = self._probe()
        finally:
            self._probing.release()
        return self._trouble

    def _probe(self) -> PublisherError | None:
        try:
            self._own(_PROBE, Bounds.of(_PROBE_SECONDS, _PROBE_BYTES))
        except PublisherError as error:
            return error
        return None

    def close(self) -> None:
        """End what parses queries, and close the connections."""
        self._reader.close()
        self._connection.close()


def _prefixes(operation: Operation) -> dict[str, str]:
    return {**dict(operation.prefixes), **declared_prefixes(operation.query)}


def _variables(query: str) -> list[str]:
    """Return the variables of one of the program's own queries, shown or not."""
    return list(dict.fromkeys(_VARIABLE.findall(query)))
