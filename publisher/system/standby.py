"""Processes that are started before there is work for them, so that nobody waits for their start.

Each is given work once: what a task has limited, read or left behind, the next one does not meet.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from typing import Protocol, TypeVar, cast


class StartedProcess(Protocol):
    """A process that waits for its first task."""

    def is_gone(self) -> bool:
        """Tell whether it has died."""

    def abandon(self) -> None:
        """End it and let go of everything; it may be dead already."""


_Process = TypeVar("_Process", bound=StartedProcess)


class Standby:
    """Started processes of several kinds, as many of each as were taken of late.

    The thread that fills it must live as long: the kernel may end a process with its starter.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._starts: dict[Hashable, Callable[[], StartedProcess]] = {}
        self._idle: dict[Hashable, list[StartedProcess]] = {}
        self._taken: Counter[Hashable] = Counter()
        self._is_closed = False

    def close(self) -> None:
        """End every process that nobody has taken."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, {}
        _end(idle)

    def prepare(self, kind: Hashable, start: Callable[[], _Process]) -> None:
        """Start a process of a kind, unless one is there.

        Args:
            kind: Processes of one kind are alike: any does what another does.
            start: Starts one.
        """
        with self._lock:
            self._start_up_to(1, kind, start)

    def take(self, kind: Hashable, start: Callable[[], _Process]) -> _Process:
        """Return a process that is alive, which is the caller's from now on; else start one.

        Raises:
            OSError: None can be started.
        """
        with self._lock:
            self._starts[kind] = start
            self._taken[kind] += 1
            idle = self._idle.get(kind, [])
            while idle:
                process = cast(_Process, idle.pop())
                if not process.is_gone():
                    return process
                process.abandon()
        return start()

    def fill(self) -> None:
        """Start as many of each kind as were taken since the last time, and end the others.

        Where nothing was, since the work ended before, all stays as it is. A process that cannot
        be started now is started by who takes one, and tells of it.
        """
        with self._lock:
            wanted, self._taken = self._taken, Counter()
            if not wanted:
                return
            unwanted = {kind: self._idle.pop(kind) for kind in [*self._idle] if kind not in wanted}
            for kind, count in wanted.items():
                self._start_up_to(count, kind, self._starts[kind])
            self._starts = {kind: self._starts[kind] for kind in wanted}
        _end(unwanted)

    def _start_up_to(self, count: int, kind: Hashable, start: Callable[[], StartedProcess]) -> None:
        idle = self._idle.setdefault(kind, [])
        with suppress(OSError):
            while len(idle) < count and not self._is_closed:
                idle.append(start())


def _end(processes: dict[Hashable, list[StartedProcess]]) -> None:
    for some in processes.values():
        for process in some:
            with suppress(OSError):
                process.abandon()


_CURRENT: ContextVar[Standby | None] = ContextVar("standby", default=None)


@contextmanager
def standing_by() -> Iterator[Standby]:
    """Yield what holds started processes for the work of the block; at its end they are ended."""
    standby = Standby()
    token = _CURRENT.set(standby)
    try:
        yield standby
    finally:
        _CURRENT.reset(token)
        standby.close()


def taker(kind: Hashable, start: Callable[[], _Process]) -> Callable[[], _Process]:
    """Return what gives a process of a kind to any thread: one that stands by, else a new one.

    Args:
        kind: Processes of one kind are alike: any does what another does.
        start: Starts one, and raises ``OSError`` when it cannot.
    """
    standby = _CURRENT.get()
    return start if standby is None else partial(standby.take, kind, start)
