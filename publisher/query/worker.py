"""What runs inside a worker process: one store, one query at a time. Its input is a socket.

It imports little, so that a worker is there soon.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import socket
import sys
import threading
from dataclasses import replace

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from publisher.query import sandbox
from publisher.query.channel import Channel, Gone
from publisher.query.engine import Answer, Operation
from publisher.query.locate import locate
from publisher.query.look_ups import LookUps
from publisher.query.tokens import declared_prefixes, tokens
from publisher.query.workplace import Ending, Outcome, Workplace, read_operation

# Deep nesting takes about 2 KB of stack a byte of query; 64 KB of query fit into this.
STACK_BYTES = 128 << 20
_WITH_PREFIXES = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML)
FAILED = 70  # EX_SOFTWARE: an error that nobody expected, named on the error output
# The web process ends a query at its limit; should it be gone, the kernel does, so much later.
_GRACE_SECONDS = 1.0
# A process that has kept more than this part of a query's memory is replaced: it would fail the
# next query for what this one left behind.
_WORN = 0.25


# Documents, and the start of other workers, go before evaluation.
_NICENESS = 5


class _TooLong(Exception):
    """The result went past its limit."""


class _Bounded(io.BytesIO):
    """Bytes up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, content: object) -> int:
        written = super().write(content)  # type: ignore[arg-type]
        if self.tell() > self.limit:
            raise _TooLong
        return written


def _words(query: str) -> set[str]:
    """Return which of the words that matter here stand in a query as keywords."""
    folded = query.upper()
    if "FROM" not in folded and "DESCRIBE" not in folded:
        return set()
    return {token.text.upper() for token in tokens(query) if token.kind == "word"}


def _form_of(results: QueryTriples | QuerySolutions | QueryBoolean) -> Outcome:
    """Return the kind of result of a query, and its variables, as a JSON array."""
    form = {QueryTriples: "graph", QuerySolutions: "solutions"}.get(type(results), "boolean")
    variables = results.variables if isinstance(results, QuerySolutions) else []
    body = json.dumps([form, *(variable.value for variable in variables)]).encode()
    return Outcome(Ending.ANSWERED, Answer("application/json", body))


class Evaluator:
    """One store, and what evaluating over it may use."""

    def __init__(self, store: Store, workplace: Workplace) -> None:
        """Keep both."""
        self._store = store
        self._workplace = workplace
        self._look_ups = LookUps(store)

    def evaluate(self, operation: Operation) -> Outcome:
        """Return what became of a query. Only ever ``query``, never ``update``."""
        try:
            return self._evaluate(operation)
        except _TooLong:
            return Outcome(Ending.TOO_LONG)
        except MemoryError:
            return Outcome(Ending.NO_MEMORY, worn=True)
        except SyntaxError as error:
            prefixes = dict(operation.prefixes)
            return Outcome(Ending.REFUSED, reason=locate(operation.query, str(error), prefixes))
        except (ValueError, RuntimeError) as error:
            return Outcome(Ending.REFUSED, reason=str(error))
        except OSError as error:
            return Outcome(Ending.FAILED, reason=str(error), worn=True)

    def _evaluate(self, operation: Operation) -> Outcome:
        words = _words(operation.query)
        is_restricted = bool(operation.default_graphs or operation.named_graphs) or "FROM" in words
        defaults: list[NamedNode | BlankNode | DefaultGraph] = [
            NamedNode(graph) for graph in operation.default_graphs
        ]
        named: list[NamedNode | BlankNode] = [NamedNode(graph) for graph in operation.named_graphs]
        results = self._store.query(
            operation.query,
            base_iri=operation.base_iri or None,
            prefixes=dict(operation.prefixes) or None,
            use_default_graph_as_union=self._workplace.union and not is_restricted,
            # Both or none: one alone would leave the other to the query or the store, where the
            # protocol (section 2.1.4) wants the request's dataset and nothing else.
            default_graph=defaults if defaults or named else None,
            named_graphs=named if defaults or named else None,
        )
        if self._workplace.reads_only:
            return _form_of(results)
        if isinstance(results, QueryTriples):
            described = "DESCRIBE" in words and not is_restricted
            return self._graph(results, operation, described)
        if isinstance(results, QuerySolutions):
            return self._table(results, operation.solutions_type, "solutions")
        return self._table(results, operation.boolean_type, "boolean")

    def _table(self, results: QuerySolutions | QueryBoolean, media_type: str, form: str) -> Outcome:
        if not media_type:
            return Outcome(Ending.NOT_ACCEPTABLE, reason=form)
        body = _Bounded(self._workplace.limits.result_bytes)
        results.serialize(body, format=QueryResultsFormat.from_media_type(media_type))
        return Outcome(Ending.ANSWERED, Answer(media_type, body.getvalue()))

    def _graph(self, results: QueryTriples, operation: Operation, described: bool) -> Outcome:
        media_type = operation.graph_type
        if not media_type:
            return Outcome(Ending.NOT_ACCEPTABLE, reason="graph")
        body = _Bounded(self._workplace.limits.result_bytes)
        form = RdfFormat.from_media_type(media_type)
        prefixes = dict(operation.prefixes) | declared_prefixes(operation.query)
        if described:
            serialize(self._described(results), body, format=form, prefixes=prefixes)
        elif prefixes and form in _WITH_PREFIXES:
            serialize(results, body, format=form, prefixes=prefixes)
        else:
            results.serialize(body, format=form)
        return Outcome(Ending.ANSWERED, Answer(media_type, body.getvalue()))

    def _described(self, results: QueryTriples) -> list[Triple]:
        """Return what the documents of the described things say, whatever the engine would say."""
        names = {t.subject.value: None for t in results if isinstance(t.subject, NamedNode)}
        found: dict[Triple, None] = {}
        for name in names:
            description = self._look_ups.describe((name,), 1, self._workplace.incoming_links)
            if description is not None:
                found |= dict.fromkeys(description.triples())
        return list(found)


def _enter(workplace: Workplace) -> tuple[Evaluator, int]:
    """Return the evaluator and an open file with this process's size; close every door behind."""
    sandbox.allow_descriptors()  # the engine keeps each of its files open only if it may
    evaluator = Evaluator(Store.read_only(workplace.store), workplace)
    size = os.open("/proc/self/statm", os.O_RDONLY)
    sandbox.limit_memory(workplace.limits.memory_bytes)
    sandbox.forbid_growth()
    if not workplace.network:
        sandbox.forbid_processes()
        sandbox.forbid_descriptors()
    sandbox.forbid_system_calls(workplace.network)
    evaluator.evaluate(Operation("SELECT * { GRAPH ?g { ?s ?p ?o } } LIMIT 10"))
    return evaluator, size


def _used(size: int) -> int:
    return int(os.pread(size, 64, 0).split()[0]) * resource.getpagesize()


def _work(channel: Channel) -> None:
    """Answer queries until this process is ended."""
    workplace = Workplace.read(channel.receive()[0])
    evaluator, size = _enter(workplace)
    os.nice(_NICENESS)
    at_start = _used(size)
    enough = at_start + workplace.limits.memory_bytes * _WORN
    channel.send(b"ready")
    while True:
        operation = read_operation(channel.receive()[0])
        seconds = operation.seconds or workplace.limits.seconds
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS)
        outcome = evaluator.evaluate(operation)
        worn = outcome.worn or _used(size) > enough
        body = outcome.answer.body if outcome.answer else b""
        channel.send(replace(outcome, worn=worn).head(), body)
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    """Work on a thread with a large stack until the web process is gone.

    The engine's results must stay on the thread that made them, so that thread does everything.
    """
    sandbox.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; the web process ends this one
    channel = Channel(socket.socket(fileno=os.dup(0)))
    ends: list[bool] = []

    def work() -> None:
        try:
            _work(channel)
        except Gone:
            ends.append(True)

    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    sys.stderr.flush()
    # The store's own threads would keep a normal exit waiting.
    os._exit(0 if ends else FAILED)


if __name__ == "__main__":
    main()
