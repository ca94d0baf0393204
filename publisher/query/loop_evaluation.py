"""A query on its way from an event loop to a worker and back: no thread waits for it.

The loop watches the worker's socket (``loop.add_reader``), and stops the worker at the limit of
time. It goes on watching a worker that will be asked again, until somebody else asks it: to begin
and to end takes two system calls. What may wait for a process to end is done in a thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from publisher.errors import EngineFailed, PublisherError
from publisher.query.engine import Answer, Operation
from publisher.query.worker_messages import (
    ConnectionClosed,
    MessageReader,
    Outcome,
    Status,
    pack_message,
    write_operation,
)
from publisher.query.worker_pool import WorkerPool, WorkerProcess, not_started


def call_in_loop(
    loop: asyncio.AbstractEventLoop, call: Callable[..., None], *values: object
) -> None:
    """Have a loop call something soon; called by any thread, its own among them."""
    try:
        is_here = asyncio.get_running_loop() is loop
    except RuntimeError:  # this thread has no loop
        is_here = False
    if is_here:
        loop.call_soon(call, *values)
    elif not loop.is_closed():  # this wakes the loop, which takes two system calls
        loop.call_soon_threadsafe(call, *values)


class LoopEvaluation:
    """One query, evaluated by a worker of a pool."""

    def __init__(
        self,
        pool: WorkerPool,
        operation: Operation,
        loop: asyncio.AbstractEventLoop,
        done: Callable[[LoopEvaluation], None],
    ) -> None:
        """Do nothing yet; ``begin`` does.

        Args:
            pool: Whose workers are asked.
            operation: The query.
            loop: Which calls everything here.
            done: Called once, when ``answer`` or an error is there; perhaps before ``begin``
                returns.
        """
        self.operation = operation
        self._pool, self._loop, self._done = pool, loop, done
        self._seconds = pool.time_limit(operation)
        self._reader = MessageReader(pool.config.limits.result_bytes)
        self._worker: WorkerProcess | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unsent = b""
        self._is_asking = self._waits_to_send = False
        self._outcome: Outcome | None = None
        self._error: PublisherError | None = None
        self._has_ended = False

    @property
    def found(self) -> Answer | None:
        """Return the answer, if that is what came of it."""
        return None if self._outcome is None else self._outcome.answer

    def error(self) -> PublisherError | None:
        """Return why there is no answer; None when there is one."""
        if self.found is not None:
            return None
        try:
            self.answer()
        except PublisherError as error:
            return error
        return None

    def answer(self) -> Answer:
        """Return the answer.

        Raises:
            PublisherError: There is none; see ``Engine.answer``.
        """
        if self._outcome is None:
            assert self._error is not None
            raise self._error
        return self._pool.answer_of(self._outcome, self.operation)

    def begin(self) -> None:
        """Ask an idle worker, or wait for one."""
        self._try()
        if self._worker is None and not self._has_ended:
            self._timer = self._loop.call_later(self._pool.start_seconds, self._fail, not_started())

    def _try(self) -> None:
        """Ask an idle worker, if there is one."""
        if self._worker is not None or self._has_ended:
            return
        try:
            self._worker = self._pool.take_at_once(self._wake, self._loop)
        except EngineFailed as error:
            self._fail(error)
        if self._worker is None:
            return
        self._stop_timer()
        try:
            self._ask(self._worker)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for an end
            self._end(Outcome(Status.CRASHED, reason=f"{type(error).__name__}: {error}"))

    def _wake(self) -> None:
        """Let the loop try again; called by any thread."""
        call_in_loop(self._loop, self._try)

    def _ask(self, worker: WorkerProcess) -> None:
        self._timer = self._loop.call_later(self._seconds, self._end, Outcome(Status.NO_TIME))
        worker.listener = self._read
        self._is_asking = True
        if worker.watched_by is not self._loop:
            worker.watched_by = self._loop
            self._loop.add_reader(worker.channel.socket, _listen, self._loop, worker)
        self._unsent = pack_message(*write_operation(self.operation))
        try:
            sent = worker.channel.send_now(self._unsent)
        except ConnectionClosed:  # it died before, and the loop has not heard of it yet
            self._forget(worker, is_spent=True)
            self._pool.bury(worker)
            self._worker = None
            self.begin()
            return
        if sent < len(self._unsent):
            self._unsent = self._unsent[sent:]
            self._send()

    def _send(self) -> None:
        """Send what is not sent yet, as far as the worker takes it now."""
        worker = self._worker
        assert worker is not None
        if not self._is_asking:
            return
        try:
            self._unsent = self._unsent[worker.channel.send_now(self._unsent) :]
        except ConnectionClosed:
            self._read_death(worker)
            return
        if bool(self._unsent) == self._waits_to_send:
            return
        self._waits_to_send = not self._waits_to_send
        if self._waits_to_send:
            self._loop.add_writer(worker.channel.socket, self._send)
        else:
            self._loop.remove_writer(worker.channel.socket)

    def _read(self) -> None:
        """Take what the worker has sent."""
        worker = self._worker
        assert worker is not None
        if not self._is_asking:
            return
        try:
            message = self._reader.take(worker.channel.receive_now())
            if message is None:
                return
            outcome = Outcome.read(*message)
            worker.channel.put_back(self._reader.surplus)
        except ConnectionClosed:
            self._read_death(worker)
        except (ValueError, TypeError, MemoryError) as error:  # it sent what is no outcome
            self._end(Outcome(Status.CRASHED, reason=f"{type(error).__name__}: {error}"))
        else:
            self._end(outcome)

    def _read_death(self, worker: WorkerProcess) -> None:
        """Have a thread find out how the worker ended."""
        self._forget(worker, is_spent=True)

        def read() -> None:
            try:
                outcome = worker.read_death()
            except BaseException as error:  # noqa: BLE001 - whatever it is, the query has ended
                outcome = Outcome(Status.CRASHED, reason=f"{type(error).__name__}: {error}")
            call_in_loop(self._loop, self._end, outcome)

        try:
            threading.Thread(target=read, name="death of a worker", daemon=True).start()
        except (RuntimeError, MemoryError, OSError) as error:  # no thread to be had
            self._end(Outcome(Status.CRASHED, reason=str(error)))

    def _forget(self, worker: WorkerProcess, *, is_spent: bool) -> None:
        """Wait for nothing of the worker any more; one that will be asked again stays watched."""
        self._stop_timer()
        if not self._is_asking:
            return
        self._is_asking, worker.listener = False, None
        if is_spent:
            _stop_watching(self._loop, worker)
        if self._waits_to_send:
            self._loop.remove_writer(worker.channel.socket)

    def _stop_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _end(self, outcome: Outcome) -> None:
        if self._has_ended:
            return
        self._has_ended = True
        worker = self._worker
        assert worker is not None
        self._forget(worker, is_spent=outcome.is_end_of_worker)
        self._pool.put_back(worker, outcome)
        self._outcome = outcome
        self._done(self)

    def _fail(self, error: PublisherError) -> None:
        """End without having asked a worker."""
        if self._has_ended or self._worker is not None:
            return
        self._has_ended = True
        self._stop_timer()
        self._error = error
        self._done(self)


def _listen(loop: asyncio.AbstractEventLoop, worker: WorkerProcess) -> None:
    """Let the asker take what the worker has sent; nobody in this loop has, or it has died."""
    if worker.watched_by is not loop:
        loop.remove_reader(worker.channel.socket)  # another loop asks it now
    elif worker.listener is not None:
        worker.listener()
    else:
        _stop_watching(loop, worker)


def _stop_watching(loop: asyncio.AbstractEventLoop, worker: WorkerProcess) -> None:
    if worker.watched_by is loop:
        worker.watched_by = None
        loop.remove_reader(worker.channel.socket)
