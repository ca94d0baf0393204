"""A client's query on its way: the gate, the memory of answers, a turn, the engine."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

from publisher.query.engine import Answer, Engine, Limits, Operation
from publisher.query.gate import refuse_dangerous
from publisher.query.turns import Turns


class Memory:
    """Answers of one release by operation, bounded by bytes; the oldest goes first."""

    def __init__(self, most_bytes: int) -> None:
        """Keep at most so much."""
        self._most_bytes = most_bytes
        self._answers: OrderedDict[Operation, Answer] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, operation: Operation) -> Answer | None:
        """Return the answer to the same operation, if it is remembered."""
        with self._lock:
            answer = self._answers.get(operation)
            if answer is not None:
                self._answers.move_to_end(operation)
        return answer

    def keep(self, operation: Operation, answer: Answer) -> None:
        """Remember an answer; one that would take a quarter of the memory is not."""
        length = len(operation.query) + len(answer.body)
        if length * 4 > self._most_bytes:
            return
        with self._lock:
            if operation in self._answers:
                return
            self._answers[operation] = answer
            self._bytes += length
            while self._bytes > self._most_bytes:
                oldest, gone = self._answers.popitem(last=False)
                self._bytes -= len(oldest.query) + len(gone.body)


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
    limits: Limits
    turns: Turns
    memory: Memory
    services: frozenset[str] = frozenset()

    def remembered(self, operation: Operation) -> Answer | None:
        """Return an answer that was given before; the wish for less time changes no answer."""
        return self.memory.get(replace(operation, seconds=0.0))

    def answer(self, operation: Operation, client: str) -> Answer:
        """Return the answer to a client's query.

        Args:
            operation: The query.
            client: Whose share of the workers it takes from.

        Raises:
            QueryError: As ``Engine.answer`` says.
            NotAcceptable: The result has no media type that the client accepts.
            ClientBusy: The client has its share of the workers already.
        """
        known = self.remembered(operation)
        if known is not None:
            return known
        refuse_dangerous(operation.query, self.limits, self.services)
        with self.turns.turn(client):
            answer = self.engine.answer(operation)
        self.memory.keep(replace(operation, seconds=0.0), answer)
        return answer
