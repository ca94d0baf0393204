"""The parent of the web processes: it replaces those that end or are stuck.

A stuck process is one whose event loop has not gone round for a while. Whether it will again cannot
be known, so another one is started beside it; when that one serves and the first is still silent,
the first is killed. Both take connections from one socket, so nobody is turned away meanwhile.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import socket
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait

from publisher.config import Config
from publisher.serve.http.web import SHUTDOWN_SECONDS, main
from publisher.system.portable import exit_reason, read_pipe
from publisher.system.processes import forbid_imports_from_working_folder

# A loop that has been silent for so long may be stuck.
_SILENT_SECONDS = 1.5
# After a false alarm it is waited longer, up to this.
_LONGEST_SILENT_SECONDS = 16.0
# A process that does not begin to serve is replaced, too.
_START_SECONDS = 120.0
# A process that ends so soon after its start will do so again: pauses between starts grow.
_EARLY_EXIT_SECONDS = 10.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 30.0
# A process that had served and was killed is started again soon, however often that happens.
_LONGEST_PAUSE_AFTER_SERVING_SECONDS = 2.0
_ROUND_SECONDS = 0.25
_MOST_HEARTBEATS = 4096
# A process of its own from the start: nothing of the parent's threads and locks is copied.
_SPAWN = multiprocessing.get_context("spawn")
_log = logging.getLogger("publisher")


class WebProcess:
    """One web process, seen by its parent."""

    def __init__(self, config: Config, listening: socket.socket) -> None:
        """Start it.

        Raises:
            OSError: The machine has no room for another process.
        """
        self.began = self.heard = time.monotonic()
        self.serves = False
        self._beats, theirs = _SPAWN.Pipe(duplex=False)
        self._process = _SPAWN.Process(target=main, args=(config, listening, theirs))
        try:
            with forbid_imports_from_working_folder():
                self._process.start()
        except OSError:
            self._beats.close()
            raise
        finally:
            theirs.close()
        self.pid = self._process.pid

    @property
    def signs(self) -> tuple[int, Connection]:
        """Return what can be waited for: that it ends, and that it says something."""
        return self._process.sentinel, self._beats

    def listen(self, now: float) -> bool:
        """Take what it has to say; False when it has ended."""
        if self._process.exitcode is not None:
            return False
        if self._beats.poll():
            if not read_pipe(self._beats, _MOST_HEARTBEATS):
                return False
            self.heard, self.serves = now, True
        return True

    def is_silent(self, now: float, seconds: float) -> bool:
        """Tell whether it should have been heard of."""
        return now - self.heard > (seconds if self.serves else _START_SECONDS)

    def end(self) -> None:
        """Ask it to end after what it is at; it is not waited for."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def reap(self, seconds: float) -> int | None:
        """Return how it ended; None when it has not within so long."""
        self._process.join(seconds)
        code = self._process.exitcode
        if code is not None:
            self._beats.close()
            self._process.close()
        return code


@dataclass
class _ProcessSlot:
    """The slot of one web process: the process in it, and its successor.

    Attributes:
        process: Who has it; None between two.
        spare: Who is ready to take it, while the process is silent.
        starts_at: When the next one is started.
        pause: Before the start after that, in seconds.
        silent_seconds: How long it may be silent.
    """

    process: WebProcess | None = None
    spare: WebProcess | None = None
    starts_at: float = 0.0
    pause: float = 0.0
    silent_seconds: float = _SILENT_SECONDS


@dataclass
class WebProcesses:
    """As many web processes as the settings say, whatever happens to them."""

    config: Config
    listening: socket.socket
    _slots: list[_ProcessSlot] = field(default_factory=list)
    _leaving: list[WebProcess] = field(default_factory=list)
    _is_ending: bool = False

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        self._slots = [_ProcessSlot() for _ in range(self.config.workers)]
        while not self._is_ending:
            now = time.monotonic()
            for slot in self._slots:
                self._look_after(slot, now)
            self._reap_leaving()
            self._wait()
        self._finish()

    def _end(self, *_: object) -> None:
        self._is_ending = True

    def _wait(self) -> None:
        """Wait until a process says something, ends, or is due to have been heard of."""
        at_work = [p for slot in self._slots for p in (slot.process, slot.spare) if p]
        signs = [sign for process in at_work for sign in process.signs]
        if signs:
            wait(signs, _ROUND_SECONDS)
        else:
            time.sleep(_ROUND_SECONDS)
        if self._is_ending:
            return
        now = time.monotonic()
        for slot in self._slots:
            for process in (slot.process, slot.spare):
                if process and not process.listen(now):
                    self._has_ended(slot, process, now)

    def _look_after(self, slot: _ProcessSlot, now: float) -> None:
        """Start, watch or replace the process of a place."""
        if slot.process is None:
            if now >= slot.starts_at:
                slot.process = self._start(slot, now)
            return
        is_silent = slot.process.is_silent(now, slot.silent_seconds)
        if slot.spare is None:
            if is_silent:
                _log.warning(
                    "Web process %d has been silent for %.1f s; another one is started.",
                    slot.process.pid,
                    now - slot.process.heard,
                )
                slot.spare = self._start(slot, now)
        elif not is_silent:
            _log.info("Web process %d goes on.", slot.process.pid)
            self._let_go(slot.spare)
            slot.spare = None
            slot.silent_seconds = min(2 * slot.silent_seconds, _LONGEST_SILENT_SECONDS)
        elif slot.spare.serves:
            _log.error("Web process %d is stuck, and is replaced.", slot.process.pid)
            slot.process.kill()
            self._leaving.append(slot.process)
            slot.process, slot.spare = slot.spare, None

    def _start(self, slot: _ProcessSlot, now: float) -> WebProcess | None:
        try:
            return WebProcess(self.config, self.listening)
        except OSError as error:
            _log.error("A web process cannot be started: %s.", error.strerror or error)
            self._put_off(slot, now)
            return None

    def _put_off(
        self, slot: _ProcessSlot, now: float, longest: float = _LONGEST_PAUSE_SECONDS
    ) -> None:
        slot.pause = min(max(2 * slot.pause, _FIRST_PAUSE_SECONDS), longest)
        slot.starts_at = now + slot.pause

    def _has_ended(self, slot: _ProcessSlot, process: WebProcess, now: float) -> None:
        """Start another one: at once, or after a pause when the last ones did not live long."""
        code = process.reap(_ROUND_SECONDS)
        if code is None:  # its pipe is closed, but it lives
            process.kill()
            self._leaving.append(process)
        _log.error("Web process %d ended (%s); it is replaced.", process.pid, _exit_reason(code))
        if process is slot.spare:
            slot.spare = None
            self._put_off(slot, now)
            return
        slot.process, slot.spare = slot.spare, None
        if now - process.began >= _EARLY_EXIT_SECONDS and process.serves:
            slot.pause, slot.silent_seconds = 0.0, _SILENT_SECONDS
        elif not process.serves:
            self._put_off(slot, now)
        elif slot.pause:
            self._put_off(slot, now, _LONGEST_PAUSE_AFTER_SERVING_SECONDS)
        else:
            slot.pause = _FIRST_PAUSE_SECONDS / 2  # the first time costs nothing

    def _let_go(self, process: WebProcess) -> None:
        process.end()
        self._leaving.append(process)

    def _reap_leaving(self) -> None:
        self._leaving = [process for process in self._leaving if process.reap(0) is None]

    def _finish(self) -> None:
        """End all processes after what they are at."""
        left = [p for slot in self._slots for p in (slot.process, slot.spare) if p]
        for process in left:
            process.end()
        deadline = time.monotonic() + SHUTDOWN_SECONDS + 2.0
        for process in [*left, *self._leaving]:
            if process.reap(max(0.0, deadline - time.monotonic())) is None:
                process.kill()
                process.reap(SHUTDOWN_SECONDS)


def _exit_reason(code: int | None) -> str:
    return "its pipe broke" if code is None else exit_reason(code)
