"""A client's query on its way: the gate, the memory of answers, a turn, the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from publisher.query.admission import check_query
from publisher.query.engine import Answer, Engine, Operation, QueryLimits
from publisher.query.queue import FairQueue, never_disconnected
from publisher.system.cache import BoundedCache


class AnswerCache(BoundedCache[Operation, Answer]):
    """Answers of one release by operation, bounded by the bytes that both take."""


@dataclass(frozen=True)
class Endpoint:
    """What answers clients' queries over one release.

    Attributes:
        engine: Evaluates.
        limits: What one query may be and use.
        turns: Whose query is next.
        memory: Answers given before.
        services: IRIs of endpoints that ``SERVICE`` may ask.
    """

    engine: Engine
    limits: QueryLimits
    queue: FairQueue
    cache: AnswerCache
    services: frozenset[str] = frozenset()

    def remembered(self, operation: Operation) -> Answer | None:
        """Return an answer that was given before; the wish for less time changes no answer."""
        return self.cache.get(replace(operation, seconds=0.0))

    def answer(
        self, operation: Operation, client: str, has_left: Callable[[], bool] = never_disconnected
    ) -> Answer:
        """Return the answer to a client's query.

        Args:
            operation: The query.
            client: Whose share of the queue it takes from.
            has_left: Tells whether nobody waits for the answer any more.

        Raises:
            QueryError: As ``Engine.answer`` says.
            NotAcceptable: The result has no media type that the client accepts.
            ClientBusy: The client has its share of the queue already.
            ClientDisconnected: Nobody waits for the answer any more.
        """
        known = self.remembered(operation)
        if known is not None:
            return known
        graphs = len(operation.default_graphs) + len(operation.named_graphs)
        check_query(operation.query, self.limits, self.services, graphs)
        with self.queue.slot(client, has_left):
            answer = self.engine.answer(operation)
        self.cache.put(replace(operation, seconds=0.0), answer)
        return answer
