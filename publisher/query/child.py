"""The web process's view of one worker process: start it, ask it, end it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress

from publisher.query.channel import Channel, Gone
from publisher.query.engine import Operation
from publisher.query.workplace import Ending, Outcome, Workplace, write_operation
from publisher.system.processes import command_of, environment

_START_SECONDS = 60.0
# So long a process that is ended, or ends by itself, may take for it.
_REAP_SECONDS = _DEATH_SECONDS = 10.0
_ERROR_BYTES = 16 << 10
# What the engine, its store and Python say when there is no memory to be had.
_NO_MEMORY = (b"memory allocation", b"bad_alloc", b"MemoryError", b"can't start new thread")
# Few arenas, so that freed memory is found again.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}


class StartFailed(Exception):
    """A worker process did not come to the point of taking queries."""


class Child:
    """One worker process."""

    def __init__(self, workplace: Workplace) -> None:
        """Start the process and wait until it takes queries.

        The thread that calls this must live on: the kernel ends the process with it.

        Raises:
            StartFailed: It does not start, or ends at once; nothing is left of it.
        """
        self._opened = ExitStack()  # what is open is closed on every way out
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._start()
            self._wait_until_ready(workplace)
        except OSError as error:  # no descriptor, process or memory to be had just now
            self.abandon()
            raise StartFailed(f"A query worker does not start: {error}") from error
        except BaseException:
            self.abandon()
            raise

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._opened.callback(ours.close)
        with theirs:
            errors, error_input = os.pipe()
            self._opened.callback(os.close, errors)
            try:
                os.set_blocking(errors, False)
                os.set_blocking(error_input, False)  # who fills it must not wait for a reader
                self._process = subprocess.Popen(
                    command_of("publisher.query.worker"),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=error_input,
                    env=environment(**_ENVIRONMENT),
                )
            finally:
                os.close(error_input)
        self._errors, self.pid = errors, self._process.pid
        self._channel = Channel(ours)

    def _wait_until_ready(self, workplace: Workplace) -> None:
        try:
            self._channel.send(workplace.written(), seconds=_START_SECONDS)
            self._channel.receive(_START_SECONDS)
        except (Gone, TimeoutError) as error:
            raise StartFailed(f"A query worker does not start: {self._death()}") from error

    def is_gone(self) -> bool:
        """Tell whether the process has died while it had nothing to do."""
        # An idle worker sends nothing, so whatever there is to read is the end.
        return self._channel.has_news()

    def ask(self, operation: Operation, seconds: float) -> Outcome:
        """Return what became of a query; the process is of no use when it had no time or crashed.

        Args:
            operation: The query.
            seconds: Wall-clock limit, sending the answer included.
        """
        deadline = time.monotonic() + seconds
        try:
            self._channel.send(write_operation(operation), seconds=seconds)
            return Outcome.read(*self._channel.receive(max(0.001, deadline - time.monotonic())))
        except TimeoutError:
            return Outcome(Ending.NO_TIME)
        except Gone:
            self._channel.close()  # one that is still there ends with it
            return self._read_death()
        except (ValueError, TypeError, MemoryError) as error:  # it sent what is no outcome
            return Outcome(Ending.CRASHED, reason=f"{type(error).__name__}: {error}")

    def _read_death(self) -> Outcome:
        reason = self._death()
        if self._process is not None and self._process.returncode == -signal.SIGALRM:
            return Outcome(Ending.NO_TIME)
        no_memory = any(sign in reason.encode() for sign in _NO_MEMORY)
        return Outcome(Ending.NO_MEMORY if no_memory else Ending.CRASHED, reason=reason)

    def _death(self) -> str:
        """Return how the process died, and its last words."""
        assert self._process is not None
        try:
            code = self._process.wait(_DEATH_SECONDS)
        except subprocess.TimeoutExpired:
            return "it hangs"
        try:
            words = os.read(self._errors, _ERROR_BYTES).decode(errors="replace")
        except OSError:  # there are none, or they cannot be read
            words = ""
        how = _named(-code) if code < 0 else f"exit code {code}"
        return f"{how}: {words.strip()}" if words.strip() else how

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
        if self._process is None:
            return
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):  # the kernel still holds it; it is reaped later
            self._process.wait(_REAP_SECONDS)


def _named(number: int) -> str:
    """Return the name of a signal, or its number.

    >>> _named(9), _named(35)
    ('SIGKILL', 'signal 35')
    """
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
