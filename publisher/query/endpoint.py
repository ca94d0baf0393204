"""A client's query on its way: the gate, the memory of answers, a turn, the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from publisher.query.admission import check_query
from publisher.query.engine import Answer, Engine, Operation, QueryLimits
from publisher.query.normal_form import normal_form
from publisher.query.prepared import PreparedAnswers
from publisher.query.queue import FairQueue, never_disconnected
from publisher.system.cache import BoundedCache, memory_of

# What can change an answer: all else but a shorter time limit, on one line, and the query without
# blanks and comments.
AnswerKey = str


# An answer besides its body: the instance, with its attributes and the names of media types.
_ANSWER_BYTES = 512


class AnswerCache(BoundedCache[AnswerKey, Answer]):
    """Answers of one release by what can change them, bounded by the bytes that both take."""

    def __init__(self, most_bytes: int) -> None:
        """Begin empty."""
        super().__init__(most_bytes, lambda answer: memory_of(answer.body) + _ANSWER_BYTES)


def _settings(operation: Operation) -> str:
    """Return what can change an answer besides the query."""
    settings = (
        operation.solutions_type,
        operation.boolean_type,
        operation.graph_type,
        operation.default_graphs,
        operation.named_graphs,
        operation.base_iri,
        operation.prefixes,
    )
    # The graphs are a stranger's choice; all else is one of a few.
    is_kept = not (operation.default_graphs or operation.named_graphs)
    return (_written if is_kept else repr)(settings)


_written = lru_cache(maxsize=64)(repr)


class CheckedQuery(NamedTuple):
    """A query that may be asked.

    Attributes:
        operation: The query.
        key: Below which its answer is kept.
        remembered: The answer, if it was given before.
    """

    operation: Operation
    key: AnswerKey
    remembered: Answer | None


@dataclass(frozen=True)
class Endpoint:
    """What answers clients' queries over one release.

    Attributes:
        engine: Evaluates.
        limits: What one query may be and use.
        queue: Whose query is next.
        cache: Answers given before.
        services: IRIs of endpoints that ``SERVICE`` may ask.
        count_hit: Called for each answer that was given before.
        prepared: Answers that were given when the release was made.
    """

    engine: Engine
    limits: QueryLimits
    queue: FairQueue
    cache: AnswerCache
    services: frozenset[str] = frozenset()
    count_hit: Callable[[], object] = bool
    prepared: PreparedAnswers = field(default_factory=PreparedAnswers)

    def check(self, operation: Operation) -> CheckedQuery:
        """Return a query that may be asked, with its answer if that is known.

        Raises:
            QueryRefused: It may not; see ``check_query``.
        """
        normal = normal_form(operation.query)
        key = f"{_settings(operation)}\n{normal.text}"
        known = self.prepared.find(operation) or self.cache.get(key)
        if known is None:
            graphs = len(operation.default_graphs) + len(operation.named_graphs)
            check_query(operation.query, self.limits, self.services, graphs, normal)
        else:
            self.count_hit()
        return CheckedQuery(operation, key, known)

    def keep(self, query: CheckedQuery, answer: Answer) -> None:
        """Keep the answer to a query."""
        self.cache.put(query.key, answer)

    def answer(
        self, operation: Operation, client: str, has_left: Callable[[], bool] = never_disconnected
    ) -> Answer:
        """Return the answer to a client's query.

        Args:
            operation: The query.
            client: Whose share of the queue it takes from.
            has_left: Returns whether the client has disconnected.

        Raises:
            QueryError: As ``Engine.answer`` says.
            NotAcceptable: The result has no media type that the client accepts.
            ClientBusy: The client has its share of the queue already.
            ClientDisconnected: Nobody waits for the answer any more.
        """
        query = self.check(operation)
        if query.remembered is not None:
            return query.remembered
        with self.queue.slot(client, has_left):
            answer = self.engine.answer(operation)
        self.keep(query, answer)
        return answer
