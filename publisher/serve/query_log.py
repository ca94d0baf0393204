"""One line of JSON a query: what came of it and how long it took, not who asked, unless wished."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from dataclasses import dataclass

from publisher.config import Config
from publisher.errors import (
    ClientBusy,
    ClientLeft,
    EngineBusy,
    EngineFailed,
    NotAcceptable,
    PublisherError,
    QueryLimit,
    QueryRefused,
)
from publisher.query.engine import Answer, Operation
from publisher.serve.metrics import Metrics

_log = logging.getLogger("publisher.queries")
_LONGEST_TEXT = 4000
_ENDINGS: tuple[tuple[type[PublisherError], str], ...] = (
    (QueryRefused, "refused"),
    (QueryLimit, "limit"),
    (ClientBusy, "client busy"),
    (ClientLeft, "client left"),
    (EngineBusy, "busy"),
    (EngineFailed, "failed"),
    (NotAcceptable, "not acceptable"),
)


@dataclass(frozen=True)
class QueryLog:
    """Where queries are written down and counted."""

    config: Config
    metrics: Metrics

    def answered(self, operation: Operation, answer: Answer, client: str, began: float) -> None:
        """Write down a query that was answered; ``began`` is of ``time.perf_counter``."""
        self._write(operation, "answered", client, began, len(answer.body))

    def failed(
        self, operation: Operation, error: PublisherError, client: str, began: float
    ) -> None:
        """Write down a query that was not."""
        ending = next((word for kind, word in _ENDINGS if isinstance(error, kind)), "failed")
        if isinstance(error, QueryLimit):
            ending = error.limit
        self._write(operation, ending, client, began, 0)

    def _write(
        self, operation: Operation, ending: str, client: str, began: float, length: int
    ) -> None:
        seconds = time.perf_counter() - began
        self.metrics.query(ending, seconds, length)
        is_slow = seconds >= self.config.slow_query_seconds
        if self.config.query_log == "off" and not is_slow:
            return
        line: dict[str, object] = {
            "event": "slow query" if is_slow else "query",
            "ending": ending,
            "milliseconds": round(seconds * 1000, 1),
            "bytes": length,
            # The same query can be found again without its text, which may name people.
            "query": hashlib.sha256(operation.query.encode()).hexdigest()[:16],
        }
        if self.config.query_log == "addresses":
            line["client"] = client
        if is_slow:
            line["text"] = operation.query[:_LONGEST_TEXT]
        level = logging.WARNING if is_slow else logging.INFO
        _log.log(level, "%s", json.dumps(line, ensure_ascii=False))
