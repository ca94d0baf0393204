"""Processes that evaluate queries, and that can be stopped and replaced."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import CancelledError
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from publisher.errors import EngineBusy, EngineFailed, NotAcceptable, QueryLimit, QueryRefused
from publisher.query.engine import BOOLEANS, GRAPHS, SOLUTIONS, Answer, Limits, Operation
from publisher.query.gate import refuse_dangerous
from publisher.query.worker import Outcome, evaluate, open_store

_OFFERED = {"solutions": SOLUTIONS, "boolean": BOOLEANS, "graph": GRAPHS}
# A queue this many times as long as there are workers, then "come back later".
_QUEUE_FACTOR = 8


def places(count: int) -> int:
    """Return how many queries may be at work or waiting at one time, for so many workers."""
    return count * (1 + _QUEUE_FACTOR)


class Workers:
    """A pool of processes over one store."""

    def __init__(self, store: Path, limits: Limits, count: int) -> None:
        """Prepare the pool; its processes start with the first query or ``warm``."""
        self._limits = limits
        self._slots = threading.BoundedSemaphore(places(count))
        self._pool = ProcessPool(
            max_workers=count,
            context=multiprocessing.get_context("spawn"),
            initializer=open_store,
            initargs=(str(store), limits),
        )

    def close(self) -> None:
        """Stop every process."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def answer(self, operation: Operation) -> Answer:
        """Return the answer of a worker; see ``Engine.answer``."""
        refuse_dangerous(operation.query, self._limits.query_bytes)
        if not self._slots.acquire(blocking=False):
            raise EngineBusy(
                "All query workers are at work and the queue is full.",
                remedy="Send the query again in a few seconds.",
            )
        try:
            future = self._pool.schedule(evaluate, args=[operation], timeout=self._limits.seconds)
            outcome = future.result()
        except TimeoutError as error:
            raise QueryLimit(
                "The query was stopped after {seconds} seconds.",
                limit="query_timeout_seconds",
                remedy="Ask for less: add patterns or LIMIT, or take the dump.",
                seconds=f"{self._limits.seconds:g}",
            ) from error
        except ProcessExpired as error:
            raise QueryLimit(
                "The query used more memory than the {megabytes} MB that one query may use.",
                limit="query_memory_mb",
                remedy="Ask for less: add patterns or LIMIT, or take the dump.",
                megabytes=self._limits.memory_bytes >> 20,
            ) from error
        except (CancelledError, RuntimeError) as error:
            raise EngineFailed(
                "The query engine is being replaced.", remedy="Send the query again."
            ) from error
        finally:
            self._slots.release()
        return self._read(outcome)

    def _read(self, outcome: Outcome) -> Answer:
        if outcome.answer is not None:
            return outcome.answer
        if outcome.not_acceptable:
            raise NotAcceptable("", _OFFERED[outcome.not_acceptable])
        if outcome.too_long:
            raise QueryLimit(
                "The result is longer than {megabytes} MB.",
                limit="query_result_mb",
                remedy="Ask for less: add patterns or LIMIT, or take the dump.",
                megabytes=self._limits.result_bytes >> 20,
            )
        raise QueryRefused(
            "The query cannot be evaluated: {reason}.",
            remedy="Mend the query at the place that is named.",
            reason=outcome.refused.rstrip("."),
            line=outcome.line,
            column=outcome.column,
        )
