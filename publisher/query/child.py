"""The web process's view of one worker process: start it, ask it, end it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess

from publisher.query.channel import Channel, Gone
from publisher.query.engine import Operation
from publisher.query.workplace import Ending, Outcome, Workplace, write_operation
from publisher.system.python import command_of, environment

_START_SECONDS = 60.0
_REAP_SECONDS = 10.0
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
            StartFailed: It does not start, or ends at once.
        """
        ours, theirs = socket.socketpair()
        errors, error_input = os.pipe()
        os.set_blocking(errors, False)
        os.set_blocking(error_input, False)  # who fills it must not wait for a reader
        try:
            self._process = subprocess.Popen(
                command_of("publisher.query.worker"),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=error_input,
                env=environment(**_ENVIRONMENT),
            )
        except OSError as error:
            ours.close()
            os.close(errors)
            raise StartFailed(str(error)) from error
        finally:
            theirs.close()
            os.close(error_input)
        self._channel = Channel(ours)
        self._errors = errors
        self.pid = self._process.pid
        self._wait_until_ready(workplace)

    def _wait_until_ready(self, workplace: Workplace) -> None:
        try:
            self._channel.send(workplace.written())
            self._channel.receive(_START_SECONDS)
        except (Gone, TimeoutError):
            reason = self._death()
        else:
            return
        self.end()
        raise StartFailed(reason)

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
        try:
            self._channel.send(write_operation(operation))
            return Outcome.read(*self._channel.receive(seconds))
        except TimeoutError:
            return Outcome(Ending.NO_TIME)
        except Gone:
            return self._read_death()

    def _read_death(self) -> Outcome:
        reason = self._death()
        if self._process.returncode == -signal.SIGALRM:
            return Outcome(Ending.NO_TIME)
        no_memory = any(sign in reason.encode() for sign in _NO_MEMORY)
        return Outcome(Ending.NO_MEMORY if no_memory else Ending.CRASHED, reason=reason)

    def _death(self) -> str:
        """Return how the process died, and its last words."""
        try:
            code = self._process.wait(_REAP_SECONDS)
        except subprocess.TimeoutExpired:
            return "it hangs"
        try:
            words = os.read(self._errors, _ERROR_BYTES).decode(errors="replace")
        except BlockingIOError:
            words = ""
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"{how}: {words.strip()}" if words.strip() else how

    def end(self) -> None:
        """End the process and let go of everything; it may be dead already."""
        self._process.kill()
        self._process.wait()
        self._channel.close()
        if self._errors >= 0:
            os.close(self._errors)
            self._errors = -1
