"""What runs inside a worker process: one store, one query at a time.

It imports little, so that a worker is there soon.
"""

from __future__ import annotations

import ctypes
import io
import resource
import signal
import sys
import threading
from dataclasses import dataclass

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
)

from publisher.query.engine import Answer, Limits, Operation

# Deep nesting takes about 2 KB of stack a byte of query; 64 KB of query fit into this.
STACK_BYTES = 128 << 20
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, Linux


@dataclass(frozen=True)
class Outcome:
    """What became of a query, in a form that crosses a process boundary.

    Attributes:
        answer: The answer, when there is one.
        refused: Why the engine did not take the query.
        line: Line of the error, from 1.
        column: Column of the error, from 1.
        not_acceptable: "solutions", "boolean" or "graph", when the client accepts no form of it.
        too_long: Whether the result went past its limit.
    """

    answer: Answer | None = None
    refused: str = ""
    line: int | None = None
    column: int | None = None
    not_acceptable: str = ""
    too_long: bool = False


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


class _Worker:
    """The one store and the limits of this process."""

    store: Store
    limits: Limits


def open_store(path: str, limits: Limits) -> None:
    """Prepare this process: die with the parent, keep to the memory limit, open the store."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    _Worker.store = Store.read_only(path)
    _Worker.limits = limits
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    threading.stack_size(STACK_BYTES)


def evaluate(operation: Operation) -> Outcome:
    """Return what became of the query, evaluated on a thread with a large stack.

    pyoxigraph's results must stay on the thread that made them, so it serialises there too.
    """
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(_evaluate(operation)))
    thread.start()
    thread.join()
    return outcomes[0]


def _evaluate(operation: Operation) -> Outcome:
    try:
        results = _Worker.store.query(
            operation.query,
            base_iri=operation.base_iri or None,
            use_default_graph_as_union=not (operation.default_graphs or operation.named_graphs),
            default_graph=[NamedNode(graph) for graph in operation.default_graphs] or None,
            named_graphs=[NamedNode(graph) for graph in operation.named_graphs] or None,
        )
        return _serialise(results, operation)
    except _TooLong:
        return Outcome(too_long=True)
    except SyntaxError as error:
        return Outcome(refused=str(error.msg), line=error.lineno, column=error.offset)
    except (ValueError, RuntimeError, OSError) as error:
        return Outcome(refused=str(error))


def _serialise(
    results: QuerySolutions | QueryBoolean | QueryTriples, operation: Operation
) -> Outcome:
    body = _Bounded(_Worker.limits.result_bytes)
    if isinstance(results, QueryTriples):
        media_type, form = operation.graph_type, "graph"
    elif isinstance(results, QuerySolutions):
        media_type, form = operation.solutions_type, "solutions"
    else:
        media_type, form = operation.boolean_type, "boolean"
    if not media_type:
        return Outcome(not_acceptable=form)
    if isinstance(results, QueryTriples):
        results.serialize(body, format=RdfFormat.from_media_type(media_type))
    else:
        results.serialize(body, format=QueryResultsFormat.from_media_type(media_type))
    return Outcome(Answer(media_type, body.getvalue()))
