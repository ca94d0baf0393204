"""Processes that evaluate queries, and that are stopped and replaced.

Each has a connection of its own, so that one killed at any moment harms no other. Pools that share
a queue and its lock among processes (pebble's, ``concurrent.futures``) do not survive that.
"""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from publisher.errors import (
    EngineBusy,
    EngineFailed,
    NotAcceptable,
    NotCarried,
    PartFailed,
    QueryLimitExceeded,
)
from publisher.query.engine import (
    BOOLEANS,
    GRAPHS,
    SOLUTIONS,
    XML,
    Answer,
    Operation,
    carrying,
)
from publisher.query.syntax_errors import diagnose
from publisher.query.worker_messages import (
    ConnectionClosed,
    MessageSocket,
    Outcome,
    Status,
    WorkerConfig,
    write_operation,
)
from publisher.rdf.versions import RDF_1_2
from publisher.system import portable
from publisher.system.processes import child_environment, module_command
from publisher.system.supervised import Schedule, Supervised

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_OFFERED = {"solutions": SOLUTIONS, "boolean": BOOLEANS, "graph": GRAPHS}
_REDUCE_RESULT = "Ask for less: add patterns or LIMIT, or take the dump."
# A new process is there in a fifth of a second, on a machine that is at its limit somewhat later.
_START_SECONDS = 15.0
# Of a start that failed; what was missing, descriptors or memory, may soon be there again.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0
# Failing for so long, the workers count as not working.
UNAVAILABLE_AFTER_SECONDS = 10.0
# Longer than a start and the end of a process that hangs may take together.
_HANGS_SECONDS = 120.0
POOL_PART = "query workers"
# What keeps a process from being started as long as this one runs.
_LASTING = frozenset((errno.EMFILE, errno.EACCES, errno.EPERM, errno.ENOENT))
_log = logging.getLogger("publisher.query")


class WorkerPool:
    """A number of worker processes over one store."""

    def __init__(
        self,
        config: WorkerConfig,
        count: int,
        start_seconds: float = _START_SECONDS,
        start: Callable[[], StartedWorker] | None = None,
        *,
        is_of_command: bool = False,
    ) -> None:
        """Begin to start so many; the first query waits for one of them.

        Args:
            config: What each is told.
            count: How many.
            start_seconds: Longest wait of a query for one that is being started.
            start: Starts one, or returns one that was started before.
            is_of_command: A server has more room later, when others have gone; a command does not,
                and tells at once what no waiting cures.
        """
        self._start = start or StartedWorker
        self._is_of_command = is_of_command
        self._refusal: OSError | None = None
        self.config = config
        self.start_seconds = start_seconds + _loading_seconds(config)
        self._lock = threading.RLock()  # entered in a step of the interpreter, as no condition is
        self._changed = threading.Condition(self._lock)
        self._children: set[WorkerProcess] = set()
        self._idle: list[WorkerProcess] = []
        self._lost: list[WorkerProcess] = []
        self._waiting: list[Callable[[], None]] = []
        self._missing = count
        self._handshake_seconds = _FIRST_HANDSHAKE_SECONDS
        self._is_closed = False
        # The kernel ends a worker together with the thread that started it, so one thread, which
        # lives as long as the workers may, starts them all.
        self._keeper = Supervised(
            POOL_PART,
            self._maintain,
            Schedule(
                first_pause_seconds=FIRST_PAUSE_SECONDS,
                longest_pause_seconds=LONGEST_PAUSE_SECONDS,
                patience_seconds=UNAVAILABLE_AFTER_SECONDS,
                hangs_seconds=_HANGS_SECONDS + _loading_seconds(config),
            ),
            expected=(StartFailed,),
            log=_log,
        )
        self._keeper.start()

    def close(self) -> None:
        """End every process."""
        with self._changed:
            self._is_closed = True
            self._wake_all()
            self._changed.notify_all()
        self._keeper.close(_HANGS_SECONDS)
        self._end_all()

    def trouble(self) -> PartFailed | None:
        """Return why no worker can be started just now; None when all is well."""
        return self._keeper.trouble()

    def pids(self) -> list[int]:
        """Return the process ids of the workers that are alive, as far as is known."""
        with self._changed:
            return sorted(worker.pid for worker in self._children)

    def answer(self, operation: Operation) -> Answer:
        """Return the answer of a worker; see ``Engine.answer``."""
        worker = self._take()
        outcome = Outcome(Status.CRASHED)
        try:
            outcome = worker.evaluate(operation, self.time_limit(operation))
        finally:
            self.put_back(worker, outcome)
        return self.answer_of(outcome, operation)

    def time_limit(self, operation: Operation) -> float:
        """Return how many seconds an evaluation may take: no more than the limit allows."""
        limit = self.config.limits.seconds
        return min(operation.seconds or limit, limit)

    def answer_of(self, outcome: Outcome, operation: Operation) -> Answer:
        """Return the answer that came of an evaluation.

        Raises:
            PublisherError: There is none; see ``Engine.answer``.
        """
        if outcome.answer is not None:
            return outcome.answer
        raise _error(outcome, operation, self.config, self.time_limit(operation))

    def _take(self) -> WorkerProcess:
        """Return an idle worker that is alive, waiting for one if need be.

        Raises:
            OSError: None can be started, and none will be, in a command.
        """
        deadline = time.monotonic() + self.start_seconds
        self._keeper.start()
        with self._changed:
            while True:
                worker = self._take_idle()
                if worker is not None:
                    return worker
                if self._refusal is not None:
                    raise self._refusal
                if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                    raise not_started()

    def take_at_once(
        self, or_wake: Callable[[], None], loop: AbstractEventLoop
    ) -> WorkerProcess | None:
        """Return an idle worker, to be put back; None when there is none.

        Args:
            or_wake: Called once when there may be one, perhaps in another thread, which must not
                be kept.
            loop: Who asks: one that watches a worker learns of its death without looking.

        Raises:
            EngineFailed: The pool is closed.
        """
        with self._lock:
            worker = self._take_idle(loop)
            if worker is None:
                self._waiting.append(or_wake)
        if worker is None or self._missing:  # otherwise there is nothing for it to do
            self._keeper.start()
        return worker

    def _take_idle(self, loop: AbstractEventLoop | None = None) -> WorkerProcess | None:
        while self._idle:
            worker = self._idle.pop()
            is_watched = loop is not None and worker.watched_by is loop
            if is_watched or not worker.is_gone():
                return worker
            self.bury(worker)
        if self._is_closed:
            raise EngineFailed(
                "The query engine is being replaced.", remedy="Send the query again."
            )
        return None

    def _wake_all(self) -> None:
        """Wake those who wait without a thread that there may be a worker."""
        waiting, self._waiting = self._waiting, []
        for wake in waiting:
            wake()

    def put_back(self, worker: WorkerProcess, outcome: Outcome) -> None:
        """Give a worker back, to be asked again or to be replaced, by what came of its query."""
        if outcome.status in (Status.CRASHED, Status.FAILED):
            _log.error("A query ended the worker %s (%s).", worker.pid, outcome.reason)
        with self._lock:
            if outcome.is_end_of_worker:
                self._discard(worker)
            else:
                self._idle.append(worker)
                self._wake_all()
            self._changed.notify()

    def bury(self, worker: WorkerProcess) -> None:
        """Replace a worker that died while it had nothing to do."""
        _log.warning("The idle query worker %s has died; it is replaced.", worker.pid)
        with self._lock:
            self._discard(worker)

    def _discard(self, worker: WorkerProcess) -> None:
        self._children.discard(worker)
        self._lost.append(worker)
        self._missing += 1
        self._keeper.wake()

    def _maintain(self) -> bool:
        """Bury what is lost and start one that is missing; tell whether more are missing."""
        with self._changed:
            lost, self._lost = self._lost, []
            is_wanted = self._missing > 0 and not self._is_closed
        self._reap(lost)
        if not is_wanted:
            return False
        worker = self._start_worker()
        if self._is_closed:
            worker.abandon()
            return False
        with self._changed:
            self._missing -= 1
            self._children.add(worker)
            self._idle.append(worker)
            self._wake_all()
            self._changed.notify_all()
            return self._missing > 0

    def _start_worker(self) -> WorkerProcess:
        """Return a new worker; one that does not answer soon is given up for another.

        On a machine so crowded that all are late, each is waited for longer than the one before.
        """
        try:
            worker = WorkerProcess(self.config, self._handshake_seconds, self._start)
        except StartFailed as error:
            number = getattr(error.__cause__, "errno", None)
            if self._is_of_command and number in _LASTING:
                with self._changed:
                    self._refusal = OSError(number, os.strerror(number))
                    self._changed.notify_all()
            self._handshake_seconds = min(2 * self._handshake_seconds, _HANDSHAKE_SECONDS)
            raise
        self._handshake_seconds = _FIRST_HANDSHAKE_SECONDS
        return worker

    def _reap(self, lost: list[WorkerProcess]) -> None:
        """End processes; those that cannot be ended just now stay lost, and are tried again."""
        refused: OSError | None = None
        for worker in lost:
            try:
                worker.end()
            except OSError as error:
                refused = error
                with self._changed:
                    self._lost.append(worker)
        if refused is not None:
            raise refused

    def _end_all(self) -> None:
        with self._changed:
            children = [*self._children, *self._lost]
            self._children, self._idle, self._lost = set(), [], []
        for worker in children:
            worker.abandon()


def not_started() -> EngineBusy:
    """Return the error of a query for which no worker was there in time."""
    return EngineBusy(
        "No query worker could be started in time.",
        remedy="Send the query again in a few seconds.",
    )


def _error(
    outcome: Outcome, operation: Operation, config: WorkerConfig, seconds: float
) -> Exception:
    """Return the error that tells a client what became of the query."""
    limits = config.limits
    match outcome.status:
        case Status.NOT_ACCEPTABLE:
            return NotAcceptable("", _OFFERED[outcome.reason])
        case Status.NOT_CARRIED:
            # Only terms of RDF 1.2 are what JSON-LD cannot carry.
            version = "" if outcome.reason in XML else RDF_1_2
            return NotCarried(outcome.reason, carrying(outcome.reason, version), version)
        case Status.REFUSED:
            known = dict(operation.prefixes)
            return diagnose(operation.query, outcome.reason, known, dict(config.prefixes))
        case Status.NO_TIME:
            return QueryLimitExceeded(
                "The query was stopped after {seconds} seconds.",
                limit="query_timeout_seconds",
                remedy=_REDUCE_RESULT,
                seconds=f"{seconds:g}",
            )
        case Status.NO_MEMORY:
            return QueryLimitExceeded(
                "The query used more memory than the {megabytes} MB that one query may use.",
                limit="query_memory_mb",
                remedy=_REDUCE_RESULT,
                megabytes=limits.memory_bytes >> 20,
            )
        case Status.TOO_LONG:
            return QueryLimitExceeded(
                "The result is longer than {megabytes} MB.",
                limit="query_result_mb",
                remedy=_REDUCE_RESULT,
                megabytes=limits.result_bytes >> 20,
            )
    return EngineFailed(
        "The process that evaluated the query broke down; it is being replaced.",
        remedy="Write the query in another way; it would break down again.",
    )


# The web process's view of one worker process: start it, ask it, end it.

_HANDSHAKE_SECONDS, _FIRST_HANDSHAKE_SECONDS = 60.0, 10.0
# A file that a worker holds in memory is read at fifty times this, on a machine that does nothing
# else.
_LEAST_BYTES_A_SECOND = 1 << 20
# So long a process that is ended, or ends by itself, may take for it.
_REAP_SECONDS = _DEATH_SECONDS = 10.0
_ERROR_BYTES = 16 << 10
# What the engine, its store and Python say when there is no memory to be had.
_NO_MEMORY = (b"memory allocation", b"bad_alloc", b"MemoryError", b"can't start new thread")
# Few arenas, so that freed memory is found again.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}


def _loading_seconds(config: WorkerConfig) -> float:
    """Return how long a worker may take to read what it holds in memory."""
    is_file = os.path.isfile(config.store)
    return os.path.getsize(config.store) / _LEAST_BYTES_A_SECOND if is_file else 0.0


class StartFailed(Exception):
    """A worker process did not come to the point of taking queries."""


class StartedWorker:
    """A worker process that has not been told yet what it works on."""

    def __init__(self) -> None:
        """Start the process; nothing is waited for.

        The thread that calls this must live on: the kernel ends the process with it.

        Raises:
            OSError: There is no descriptor, process or memory to be had just now.
        """
        with ExitStack() as opened:  # what is open is closed on every way out
            self.errors, error_input = os.pipe()
            opened.callback(os.close, self.errors)
            try:
                portable.let_not_block(self.errors)
                portable.let_not_block(error_input)  # who fills it must not wait for a reader
                self.process, ours = portable.start_with_socket(
                    module_command("publisher.query.worker"),
                    child_environment(**_ENVIRONMENT),
                    error_input,
                )
                opened.callback(ours.close)
            finally:
                os.close(error_input)
            try:
                self.channel = MessageSocket(ours)
            except BaseException:
                with suppress(OSError):
                    self._kill()
                raise
            self._opened = opened.pop_all()

    def is_gone(self) -> bool:
        """Tell whether the process has died while it had nothing to do."""
        # An idle worker sends nothing, so whatever there is to read is the end.
        return self.channel.is_readable()

    def end(self) -> None:
        """End the process and let go of everything; it may be dead already.

        Raises:
            OSError: It cannot be ended just now; nothing was let go of, so try again.
        """
        self._kill()
        self._opened.close()

    def abandon(self) -> None:
        """Let go of everything; a process that cannot be ended ends itself, alone as it is."""
        with suppress(OSError), self._opened:
            self._kill()

    def _kill(self) -> None:
        self.process.kill()
        with suppress(subprocess.TimeoutExpired):  # the kernel still holds it; it is reaped later
            self.process.wait(_REAP_SECONDS)


class WorkerProcess:
    """One worker process."""

    def __init__(
        self,
        config: WorkerConfig,
        handshake_seconds: float = _HANDSHAKE_SECONDS,
        start: Callable[[], StartedWorker] = StartedWorker,
    ) -> None:
        """Start the process and wait until it takes queries.

        The thread that calls this must live on: the kernel ends the process with it.

        Args:
            config: What it is told.
            handshake_seconds: How long it may take for that, beside what it holds in memory.
            start: Starts it, or returns one that was started before.

        Raises:
            StartFailed: It does not start, or ends at once; nothing is left of it.
        """
        # What an event loop that watches the socket calls; see ``LoopEvaluation``.
        self.listener: Callable[[], None] | None = None
        self.watched_by: AbstractEventLoop | None = None
        try:
            self._started = start()
        except OSError as error:  # no descriptor, process or memory to be had just now
            raise StartFailed(f"A query worker does not start: {error}") from error
        self.pid, self.channel = self._started.process.pid, self._started.channel
        try:
            self._wait_until_ready(config, handshake_seconds)
        except OSError as error:
            self.abandon()
            raise StartFailed(f"A query worker does not start: {error}") from error
        except BaseException:
            self.abandon()
            raise

    def _wait_until_ready(self, config: WorkerConfig, seconds: float) -> None:
        try:
            self.channel.send(config.written(), seconds=seconds)
            self.channel.receive(seconds + _loading_seconds(config))
        except TimeoutError as error:
            raise StartFailed("A query worker does not start: it hangs") from error
        except ConnectionClosed as error:
            raise StartFailed(f"A query worker does not start: {self._death()}") from error

    def is_gone(self) -> bool:
        """Tell whether the process has died while it had nothing to do."""
        return self._started.is_gone()

    def evaluate(self, operation: Operation, seconds: float) -> Outcome:
        """Return what became of a query; the process is of no use when it had no time or crashed.

        Args:
            operation: The query.
            seconds: Wall-clock limit, sending the answer included.
        """
        deadline = time.monotonic() + seconds
        try:
            self.channel.send(*write_operation(operation), seconds=seconds)
            return Outcome.read(*self.channel.receive(max(0.001, deadline - time.monotonic())))
        except TimeoutError:
            return Outcome(Status.NO_TIME)
        except ConnectionClosed:
            return self.read_death()
        except (ValueError, TypeError, MemoryError) as error:  # it sent what is no outcome
            return Outcome(Status.CRASHED, reason=f"{type(error).__name__}: {error}")

    def read_death(self) -> Outcome:
        """Return what became of the query of a process that ended; it may wait for the end."""
        self.channel.close()  # one that is still there ends with it
        reason = self._death()
        if portable.is_alarm(self._started.process.returncode):
            return Outcome(Status.NO_TIME)
        no_memory = any(sign in reason.encode() for sign in _NO_MEMORY)
        return Outcome(Status.NO_MEMORY if no_memory else Status.CRASHED, reason=reason)

    def _death(self) -> str:
        """Return how the process died, and its last words."""
        try:
            code = self._started.process.wait(_DEATH_SECONDS)
        except subprocess.TimeoutExpired:
            return "it hangs"
        try:
            words = os.read(self._started.errors, _ERROR_BYTES).decode(errors="replace")
        except OSError:  # there are none, or they cannot be read
            words = ""
        how = portable.exit_reason(code)
        return f"{how}: {words.strip()}" if words.strip() else how

    def end(self) -> None:
        """End the process and let go of everything; it may be dead already.

        Raises:
            OSError: It cannot be ended just now; nothing was let go of, so try again.
        """
        self._started.end()

    def abandon(self) -> None:
        """Let go of everything; a process that cannot be ended ends itself, alone as it is."""
        self._started.abandon()
