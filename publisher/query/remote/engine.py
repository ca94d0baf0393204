"""A release in a remote SPARQL server, asked over HTTP.

The gate, the queue and the limits of text stand before it as before the embedded engine.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from publisher.errors import (
    EngineFailed,
    NotAcceptable,
    PartFailed,
    PublisherError,
    QueryRefused,
)
from publisher.query.describe import Describer
from publisher.query.embedded import EmbeddedEngine
from publisher.query.engine import (
    BOOLEANS,
    GRAPHS,
    LABELS,
    MOST_COUNTED,
    SOLUTIONS,
    Answer,
    Description,
    Operation,
    QueryLimits,
    Solution,
    Term,
)
from publisher.query.own_graphs import own_graphs_asked
from publisher.query.remote import results
from publisher.query.remote.connection import (
    JSON,
    N_TRIPLES,
    ConnectionPool,
    EngineAddress,
    IncompleteResponse,
    QueryRequest,
    engine_error,
    result_limit_error,
)
from publisher.query.remote.results import CompleteSolution, ResultLimits
from publisher.query.remote.rewriting import AS_WRITTEN, GraphNames, rewrite
from publisher.query.tokens import PROLOGUE, Token, declared_prefixes, tokenize
from publisher.query.worker_messages import WorkerConfig
from publisher.query.worker_pool import WorkerPool
from publisher.rdf.namespaces import iri
from publisher.rdf.source_forms import SourceForms

_PROBE_SECONDS = 2.0
_PROBE_BYTES = 1 << 20
_PROBE = "SELECT ?s { ?s ?p ?o } LIMIT 1"
_VARIABLE = re.compile(r"[?$](\w+)")
_OFFERED = {"solutions": SOLUTIONS, "boolean": BOOLEANS, "graph": GRAPHS}
_TRIPLES_QUERY = "CONSTRUCT { ?s ?p ?o } WHERE { VALUES ?s { %s } ?s ?p ?o }"


@dataclass(frozen=True)
class FetchSizes:
    """How much is requested at a time.

    Attributes:
        connections: Kept to the engine, at most.
        incoming_links: Shown with a thing that a query describes.
    """

    connections: int
    incoming_links: int


class RemoteEngine:
    """An engine that somebody else runs."""

    def __init__(
        self,
        address: EngineAddress,
        names: GraphNames,
        limits: QueryLimits,
        sizes: FetchSizes,
        forms: SourceForms | None = None,
        prefixes: Mapping[str, str] | None = None,
        own_graphs: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Start what parses queries; nothing is asked yet.

        Args:
            address: Of the engine.
            names: Of the release in it.
            limits: What one query may use.
            sizes: How much is requested at a time.
            forms: The literals as the sources have them.
            prefixes: Of the release, which the cure of a wrong query names.
            own_graphs: Name and file of each graph in which the endpoint describes itself.
        """
        self._forms = forms or SourceForms()
        self._names, self._limits, self._sizes = names, limits, sizes
        self._connection = ConnectionPool(address, limits, sizes.connections)
        self._reader = QueryParser(limits, prefixes or {})
        self._own_names = {name for name, _ in own_graphs}
        own = WorkerConfig(str(self._reader.store), limits, own_graphs=own_graphs)
        self._own_reader = EmbeddedEngine(own, 1, at_once=False)
        self._probing = threading.Lock()
        self._trouble: PublisherError | None = None

    def answer(self, operation: Operation) -> Answer:
        """Return the engine's answer; see ``Engine.answer``.

        The engine does not hold the graphs of the endpoint itself: what asks them alone is answered
        here, and what wants them beside the data is refused.
        """
        is_own, beside = own_graphs_asked(operation, self._own_names)
        if is_own:
            return self._own_reader.answer(operation)
        if beside:
            raise QueryRefused(
                "The graph {graph} describes the endpoint, and is not in the engine of the data.",
                remedy="Ask it alone, with FROM or default-graph-uri.",
                graph=min(beside),
            )
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
        except IncompleteResponse as error:
            raise engine_error(str(error)) from error

    def _bounds(self, operation: Operation) -> ResultLimits:
        """Return the bounds of all that is done for an operation."""
        seconds = min(operation.seconds or self._limits.seconds, self._limits.seconds)
        return ResultLimits.of(seconds, self._limits.result_bytes)

    def _evaluate(self, operation: Operation, form: QueryForm, media_type: str) -> Answer:
        bounds = self._bounds(operation)
        requested = N_TRIPLES if form.kind == "graph" else JSON
        body = self._send(operation, requested, bounds, form.variables)
        if form.kind == "solutions":
            return results.convert_solutions(body, media_type, form.variables, bounds)
        if form.kind == "boolean":
            return results.convert_boolean(body, media_type)
        return results.convert_graph(body, media_type, _prefixes(operation), bounds)

    def _send(
        self,
        operation: Operation,
        media_type: str,
        bounds: ResultLimits,
        variables: Sequence[str] = (),
        *,
        is_own: bool = False,
    ) -> bytes:
        fields = rewrite(operation, self._names, variables).fields()
        request = QueryRequest(fields, media_type, bounds.left(), is_own)
        body = self._connection.send(request)
        return body.replace(AS_WRITTEN.encode(), b"") if self._names.guarded else body

    def _describe(self, operation: Operation, media_type: str) -> Answer:
        """Return what the documents of the things say, whatever the engine would say of them."""
        bounds = self._bounds(operation)
        things = self._described(operation, bounds)
        prefixes = _prefixes(operation)
        if rewrite(operation, self._names).default_graphs != self._default_graphs():
            query = _TRIPLES_QUERY % " ".join(str(thing) for thing in things)
            described = Operation(
                query,
                default_graphs=operation.default_graphs,
                named_graphs=operation.named_graphs,
            )
            return results.convert_graph(
                self._send(described, N_TRIPLES, bounds), media_type, prefixes, bounds
            )
        fetched = Neighbours(self._asking(bounds), self._names, self._forms)
        fetched.fetch(things)
        found: dict[Triple, None] = {}
        for thing in things:
            description = fetched.look_up((thing.value,), 1, self._sizes.incoming_links)
            if description is not None:
                found |= dict.fromkeys(description.triples())
        return results.serialise_graph(list(found), media_type, prefixes, bounds)

    def _default_graphs(self) -> tuple[str, ...]:
        return rewrite(Operation("ASK {}"), self._names).default_graphs

    def _described(self, operation: Operation, bounds: ResultLimits) -> list[NamedNode]:
        """Return the things that DESCRIBE means, each once."""
        terms, query = described_terms(operation)
        things: dict[NamedNode, None] = {}
        if query:
            operation_sent = Operation(**vars(operation) | {"query": query})
            form = self._reader.read(operation_sent)
            body = self._send(operation_sent, JSON, bounds, form.variables)
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

    def _rows(self, body: bytes, variables: Sequence[str], bounds: ResultLimits) -> list[Solution]:
        original: Callable[[Term], Term] = self._names.original
        rows = results.read_solutions(body, variables, bounds)
        return [
            CompleteSolution({name: original(term) for name, term in row.items()}) for row in rows
        ]

    def _own(self, query: str, bounds: ResultLimits) -> list[Solution]:
        body = self._send(Operation(query), JSON, bounds, is_own=True)
        return self._rows(body, _variables(query), bounds)

    def _asking(self, bounds: ResultLimits) -> Callable[[str], list[Solution]]:
        """Return what answers queries until the bounds are reached by all of them together."""
        count = 0

        def ask(query: str) -> list[Solution]:
            nonlocal count
            found = self._own(query, bounds)
            count += len(found)
            if count > bounds.rows:
                raise result_limit_error(bounds.result_bytes)
            return found

        return ask

    def rows(self, query: str) -> list[Solution]:
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
        return Neighbours(asking, self._names, self._forms).describe(subjects, page, page_size)

    def trouble(self) -> PublisherError | None:
        """Return why the engine cannot answer just now; None when it can.

        One asks at a time; who comes meanwhile is told what was found last, so that an engine that
        hangs does not take the threads of monitoring.
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
            self._own(_PROBE, ResultLimits.of(_PROBE_SECONDS, _PROBE_BYTES))
        except PublisherError as error:
            return error
        return None

    def close(self) -> None:
        """End what parses queries, and close the connections."""
        self._own_reader.close()
        self._reader.close()
        self._connection.close()


def _prefixes(operation: Operation) -> dict[str, str]:
    return {**dict(operation.prefixes), **declared_prefixes(operation.query)}


def _variables(query: str) -> list[str]:
    """Return the variables of one of the program's own queries, shown or not."""
    return list(dict.fromkeys(_VARIABLE.findall(query)))


# What a document needs of an engine, fetched by queries into a store of its own.
#
# There the look-ups of the embedded engine read it, so that a document is the same from both.

_BATCH = 100
_SUBJECT = NamedNode(iri("rdf:subject"))
_OWN_QUERY = "SELECT ?s ?p ?o ?g { VALUES ?s { %s } GRAPH ?g { ?s ?p ?o } }"
# One hub may be pointed at by everything; past the bound, links are not counted anywhere.
_INCOMING_QUERY = "SELECT ?s ?p ?o ?g { VALUES ?o { %s } GRAPH ?g { ?s ?p ?o } } LIMIT %d"
_LABELS_QUERY = "SELECT ?s ?p ?o { VALUES ?s { %s } VALUES ?p { %s } ?s ?p ?o }"
Select = Callable[[str], list[Solution]]
Node = NamedNode | BlankNode


class Neighbours:
    """The neighbourhood of some things, as far as it was fetched."""

    def __init__(self, ask: Select, names: GraphNames, forms: SourceForms) -> None:
        """Begin with nothing; ``ask`` answers queries."""
        self._ask, self._names, self._forms = ask, names, forms
        self._store = Store()
        self._known: set[Node] = set()
        self._labelled: set[str] = set()

    def describe(self, subjects: Sequence[str], page: int, page_size: int) -> Description | None:
        """Return what is known of some things; see ``Engine.describe``."""
        self.fetch([NamedNode(subject) for subject in subjects])
        return self.look_up(subjects, page, page_size)

    def fetch(self, subjects: Sequence[NamedNode]) -> None:
        """Fetch what is said of some things, and what points to them."""
        self._fetch_own(subjects)
        pointing: list[Node] = []
        for part in _batches(subjects):
            query = _INCOMING_QUERY % (self._terms(part), MOST_COUNTED * len(part))
            for quad in self._quads(self._ask(query)):
                self._store.add(quad)
                if quad.predicate == _SUBJECT and isinstance(quad.subject, NamedNode | BlankNode):
                    pointing.append(quad.subject)
        self._fetch_own(pointing)

    def _fetch_own(self, subjects: Iterable[Node]) -> None:
        """Fetch the triples of things, and of the blank nodes below them."""
        pending = [node for node in dict.fromkeys(subjects) if node not in self._known]
        while pending:
            self._known.update(pending)
            below: dict[Node, None] = {}
            for part in _batches(pending):
                for quad in self._quads(self._ask(_OWN_QUERY % self._terms(part))):
                    self._store.add(quad)
                    if isinstance(quad.object, BlankNode):
                        below[quad.object] = None
            pending = [node for node in below if node not in self._known]

    def look_up(self, subjects: Sequence[str], page: int, page_size: int) -> Description | None:
        """Return what was fetched of some things, with labels of what they are linked to."""
        found = Describer(self._store, self._forms).describe(subjects, page, page_size)
        if found is None:
            return None
        linked = {n for t in found.own for n in (t.predicate, t.object)}
        linked |= {n for t in found.incoming for n in (t.predicate, t.subject)}
        unlabelled = {
            n for n in linked if isinstance(n, NamedNode) and n.value not in self._labelled
        }
        self._labelled |= {node.value for node in unlabelled}
        predicates = " ".join(f"<{name}>" for name in LABELS)
        for part in _batches(sorted(unlabelled, key=str)):
            for row in self._ask(_LABELS_QUERY % (self._terms(part), predicates)):
                self._store.add(_quad(row["s"], row["p"], row["o"]))
        complete = Describer(self._store, self._forms)
        return complete.describe(subjects, page, page_size) if unlabelled else found

    def _terms(self, nodes: Iterable[Node]) -> str:
        named = (self._names.named(n) if isinstance(n, BlankNode) else n for n in nodes)
        return " ".join(str(node) for node in named)

    def _quads(self, rows: Iterable[Solution]) -> Iterator[Quad]:
        for row in rows:
            yield _quad(row["s"], row["p"], row["o"], row["g"])


def _quad(*terms: Term) -> Quad:
    """Return a quad of what an engine sent.

    Raises:
        EngineFailed: It cannot be one: a literal is where none may be.
    """
    try:
        return Quad(*terms)  # type: ignore[arg-type]
    except TypeError as error:
        raise engine_error(f"its solutions are no triples: {error}") from error


def _batches(nodes: Sequence[Node]) -> Iterator[Sequence[Node]]:
    return (nodes[start : start + _BATCH] for start in range(0, len(nodes), _BATCH))


# Is it a query, and of which form? A local parser says, before anything is sent.
#
# An engine may understand more than SPARQL 1.1 (pragmas, functions that read its files); what
# passes this parser uses none of it. A mistake gets the same message from every engine.

_PROCESSES = 2
_SECONDS = 5.0


@dataclass(frozen=True)
class QueryForm:
    """What kind of query it is.

    Attributes:
        kind: ``solutions``, ``boolean`` or ``graph``.
        variables: Those of the solutions, in order.
        describes: Whether it is DESCRIBE.
    """

    kind: str
    variables: tuple[str, ...]
    describes: bool


class QueryParser:
    """Processes that parse queries; they have no data and evaluate nothing."""

    def __init__(self, limits: QueryLimits, prefixes: Mapping[str, str]) -> None:
        """Start the processes; the cure of a wrong query names the prefixes."""
        self._folder = TemporaryDirectory(prefix="publisher-")
        self.store = Path(self._folder.name) / "store"
        Store(str(self.store)).flush()
        self._workers = WorkerPool(
            WorkerConfig(
                str(self.store),
                replace(limits, seconds=_SECONDS),
                reads_only=True,
                prefixes=tuple(prefixes.items()),
            ),
            _PROCESSES,
        )

    def read(self, operation: Operation) -> QueryForm:
        """Return the form of a query.

        Raises:
            QueryRefused: It is none; line and column say where it stops being one.
        """
        parsed = replace(operation, default_graphs=(), named_graphs=(), seconds=0.0)
        try:
            kind, *variables = json.loads(self._workers.answer(parsed).body)
        except ValueError as error:
            raise EngineFailed(
                "The process that evaluated the query broke down; it is being replaced.",
                remedy="Send the query again.",
            ) from error
        return QueryForm(kind, tuple(variables), kind == "graph" and _is_describe(operation.query))

    def trouble(self) -> PartFailed | None:
        """Return why no query can be parsed just now; None when it can."""
        return self._workers.trouble()

    def close(self) -> None:
        """End the processes."""
        try:
            self._workers.close()
        finally:
            self._folder.cleanup()


def _is_describe(query: str) -> bool:
    words = (token.text.upper() for token in tokenize(query) if token.kind == "word")
    return next((word for word in words if word not in PROLOGUE), "") == "DESCRIBE"


def described_terms(operation: Operation) -> tuple[list[Token], str]:
    """Return the terms that DESCRIBE names, and a query for them; the query may be empty.

    >>> terms, query = described_terms(Operation("DESCRIBE ?s <e:a> { ?s ?p ?o } LIMIT 1"))
    >>> [term.text for term in terms], query
    (['?s', '<e:a>'], 'SELECT ?s { ?s ?p ?o } LIMIT 1')
    """
    found = list(tokenize(operation.query))
    position = next(n for n, token in enumerate(found) if token.text.upper() == "DESCRIBE")
    end = position + 1
    while end < len(found) and found[end].kind in ("iri", "name", "variable", "mark"):
        if found[end].text == "{":
            break
        end += 1
    terms = found[position + 1 : end]
    if not any(token.text == "{" for token in found[end:]):
        return terms, ""
    shown = [term.text for term in terms if term.kind == "variable"] or ["*"]
    start = operation.query[: found[position].start]
    return terms, f"{start}SELECT {' '.join(shown)} {operation.query[found[end].start :]}"
