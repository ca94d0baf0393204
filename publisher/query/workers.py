"""Processes that evaluate queries, and that are stopped and replaced.

Each has a connection of its own, so that one killed at any moment harms no other. Pools that share
a queue and its lock among processes (pebble's, ``concurrent.futures``) do not survive that.
"""

from __future__ import annotations

import logging
import threading
import time

from publisher.errors import EngineBusy, EngineFailed, NotAcceptable, PartFailed, QueryLimit
from publisher.query.child import Child, StartFailed
from publisher.query.diagnosis import diagnose
from publisher.query.engine import BOOLEANS, GRAPHS, SOLUTIONS, Answer, Limits, Operation
from publisher.query.workplace import Ending, Outcome, Workplace
from publisher.system.supervised import Pace, Supervised

_OFFERED = {"solutions": SOLUTIONS, "boolean": BOOLEANS, "graph": GRAPHS}
_ASK_FOR_LESS = "Ask for less: add patterns or LIMIT, or take the dump."
# A new process is there in a fifth of a second, on a machine that is at its limit somewhat later.
_START_SECONDS = 15.0
# Of a start that failed; what was missing, descriptors or memory, may soon be there again.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0
# Failing for so long, the workers count as not working.
PATIENCE_SECONDS = 10.0
# Longer than a start and the end of a process that hangs may take together.
_HANGS_SECONDS = 120.0
PART = "query workers"
_log = logging.getLogger("publisher.query")


class Workers:
    """A number of worker processes over one store."""

    def __init__(
        self, workplace: Workplace, count: int, start_seconds: float = _START_SECONDS
    ) -> None:
        """Begin to start so many; the first query waits for one of them.

        Args:
            workplace: What each is told.
            count: How many.
            start_seconds: Longest wait of a query for one that is being started.
        """
        self._workplace = workplace
        self._start_seconds = start_seconds
        self._changed = threading.Condition()
        self._children: set[Child] = set()
        self._idle: list[Child] = []
        self._lost: list[Child] = []
        self._missing = count
        self._is_closed = False
        # The kernel ends a worker together with the thread that started it, so one thread, which
        # lives as long as the workers may, starts them all.
        self._keeper = Supervised(
            PART,
            self._keep,
            Pace(
                first_pause_seconds=FIRST_PAUSE_SECONDS,
                longest_pause_seconds=LONGEST_PAUSE_SECONDS,
                patience_seconds=PATIENCE_SECONDS,
                hangs_seconds=_HANGS_SECONDS,
            ),
            expected=(StartFailed,),
            log=_log,
        )
        self._keeper.start()

    def close(self) -> None:
        """End every process."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._keeper.close(_HANGS_SECONDS)
        self._end_all()

    def trouble(self) -> PartFailed | None:
        """Return why no worker can be started just now; None when all is well."""
        return self._keeper.trouble()

    def pids(self) -> list[int]:
        """Return the process ids of the workers that are alive, as far as is known."""
        with self._changed:
            return sorted(child.pid for child in self._children)

    def answer(self, operation: Operation) -> Answer:
        """Return the answer of a worker; see ``Engine.answer``."""
        limits = self._workplace.limits
        seconds = min(operation.seconds or limits.seconds, limits.seconds)
        child = self._take()
        outcome = Outcome(Ending.CRASHED)
        try:
            outcome = child.ask(operation, seconds)
        finally:
            self._put_back(child, outcome)
        if outcome.answer is not None:
            return outcome.answer
        raise _error(outcome, operation, limits, seconds)

    def _take(self) -> Child:
        """Return an idle worker that is alive, waiting for one if need be."""
        deadline = time.monotonic() + self._start_seconds
        self._keeper.start()
        with self._changed:
            while True:
                while self._idle:
                    child = self._idle.pop()
                    if not child.is_gone():
                        return child
                    _log.warning("The idle query worker %s has died; it is replaced.", child.pid)
                    self._lose(child)
                if self._is_closed:
                    raise EngineFailed(
                        "The query engine is being replaced.", remedy="Send the query again."
                    )
                if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                    raise EngineBusy(
                        "No query worker could be started in time.",
                        remedy="Send the query again in a few seconds.",
                    )

    def _put_back(self, child: Child, outcome: Outcome) -> None:
        is_spent = outcome.worn or outcome.ending in (
            Ending.NO_TIME,
            Ending.NO_MEMORY,
            Ending.CRASHED,
        )
        if outcome.ending in (Ending.CRASHED, Ending.FAILED):
            _log.error("A query ended the worker %s (%s).", child.pid, outcome.reason)
        with self._changed:
            if is_spent:
                self._lose(child)
            else:
                self._idle.append(child)
            self._changed.notify()

    def _lose(self, child: Child) -> None:
        self._children.discard(child)
        self._lost.append(child)
        self._missing += 1
        self._keeper.wake()

    def _keep(self) -> bool:
        """Bury what is lost and start one that is missing; tell whether more are missing."""
        with self._changed:
            lost, self._lost = self._lost, []
            is_wanted = self._missing > 0 and not self._is_closed
        self._bury(lost)
        if not is_wanted:
            return False
        child = Child(self._workplace)
        if self._is_closed:
            child.abandon()
            return False
        with self._changed:
            self._missing -= 1
            self._children.add(child)
            self._idle.append(child)
            self._changed.notify_all()
            return self._missing > 0

    def _bury(self, lost: list[Child]) -> None:
        """End processes; those that cannot be ended just now stay lost, and are tried again."""
        refused: OSError | None = None
        for child in lost:
            try:
                child.end()
            except OSError as error:
                refused = error
                with self._changed:
                    self._lost.append(child)
        if refused is not None:
            raise refused

    def _end_all(self) -> None:
        with self._changed:
            children = [*self._children, *self._lost]
            self._children, self._idle, self._lost = set(), [], []
        for child in children:
            child.abandon()


def _error(outcome: Outcome, operation: Operation, limits: Limits, seconds: float) -> Exception:
    """Return the error that tells a client what became of the query."""
    match outcome.ending:
        case Ending.NOT_ACCEPTABLE:
            return NotAcceptable("", _OFFERED[outcome.reason])
        case Ending.REFUSED:
            return diagnose(operation.query, outcome.reason, dict(operation.prefixes))
        case Ending.NO_TIME:
            return QueryLimit(
                "The query was stopped after {seconds} seconds.",
                limit="query_timeout_seconds",
                remedy=_ASK_FOR_LESS,
                seconds=f"{seconds:g}",
            )
        case Ending.NO_MEMORY:
            return QueryLimit(
                "The query used more memory than the {megabytes} MB that one query may use.",
                limit="query_memory_mb",
                remedy=_ASK_FOR_LESS,
                megabytes=limits.memory_bytes >> 20,
            )
        case Ending.TOO_LONG:
            return QueryLimit(
                "The result is longer than {megabytes} MB.",
                limit="query_result_mb",
                remedy=_ASK_FOR_LESS,
                megabytes=limits.result_bytes >> 20,
            )
    return EngineFailed(
        "The process that evaluated the query broke down; it is being replaced.",
        remedy="Write the query in another way; it would break down again.",
    )
