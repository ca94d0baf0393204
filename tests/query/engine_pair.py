"""Both embedded engines over the same quads, in this process, as a worker has them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from pyoxigraph import Quad, RdfFormat, Store, parse

from publisher.query.counts import ReleaseCounts
from publisher.query.engine import Operation, QueryLimits
from publisher.query.evaluator import Evaluator
from publisher.query.sparq import RoutingEvaluator, SparqEvaluator
from publisher.query.sparq_files import as_lines
from publisher.query.stored_union import with_union
from publisher.query.worker_messages import Outcome, WorkerConfig

LIMITS = QueryLimits(seconds=5.0, memory_bytes=1 << 28, result_bytes=1 << 22)


def graph_of(quads: Iterable[Quad], *, union: bool) -> Any:
    """Return sparq's graph of some quads, the union of all as its default graph if that is so."""
    sparq = pytest.importorskip("sparq", reason="the extra 'sparq' is not installed")
    lines = as_lines(quads)
    found = b"".join(with_union(lines) if union else lines)
    return sparq.Graph.load(found.decode(), "nquads")


class Pair:
    """Two engines over the same quads, and the evaluator that chooses between them."""

    def __init__(
        self, quads: Iterable[Quad], *, union: bool = True, counts: ReleaseCounts | None = None
    ) -> None:
        """Load both."""
        found = list(quads)
        self.store = Store()
        # As sparq's files have it: over its own union Oxigraph finds a triple once for each graph.
        lines = as_lines(found)
        written = b"".join(with_union(lines) if union else lines)
        self.store.extend(parse(written, format=RdfFormat.N_QUADS))
        config = WorkerConfig("", LIMITS, union=False)
        self.oxigraph = Evaluator(self.store, config)
        self.sparq = SparqEvaluator(self.store, config, graph_of(found, union=union))
        self.both = RoutingEvaluator(self.store, config, self.sparq, counts)


def body_of(outcome: Outcome) -> bytes:
    """Return the answer, or fail with the reason why there is none."""
    assert outcome.answer is not None, (outcome.status, outcome.reason)
    return outcome.answer.body


def values_of(outcome: Outcome, name: str = "n") -> list[str | None]:
    """Return the lexical forms of a variable, solution by solution."""
    rows = json.loads(body_of(outcome))["results"]["bindings"]
    return [row[name]["value"] if name in row else None for row in rows]


def ask(evaluator: Evaluator, query: str, **more: Any) -> Outcome:
    """Return what becomes of a query."""
    return evaluator.evaluate(Operation(query, **more))
