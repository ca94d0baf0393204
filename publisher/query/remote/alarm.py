"""Ends an exchange at its time, whatever part of it the other side spins out.

A time limit of a socket counts from the last byte, so that a byte a second holds a thread for
hours: in a status line, in header fields, in a chunk's size, in trailers. Here the socket is shut
down at the deadline, and whoever reads from it comes to its end.
"""

from __future__ import annotations

import heapq
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Alarm:
    """Shuts sockets down at their deadlines, all in one thread."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._due: list[tuple[float, int]] = []
        self._sockets: dict[int, socket.socket] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def shutting_down(self, wire: socket.socket, deadline: float) -> Iterator[None]:
        """Shut a socket down at a time of the monotonic clock, unless the block has ended."""
        number = next(self._numbers)
        with self._changed:
            self._sockets[number] = wire
            heapq.heappush(self._due, (deadline, number))
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True, name="deadlines")
                self._thread.start()
            if self._due[0][1] == number:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._sockets.pop(number, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                left = self._due[0][0] - time.monotonic() if self._due else None
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                _, number = heapq.heappop(self._due)
                wire = self._sockets.pop(number, None)
                if wire is not None:
                    with suppress(OSError):  # it is closed already
                        # The plain method: that of an encrypted socket would go on in the clear.
                        socket.socket.shutdown(wire, socket.SHUT_RDWR)


ALARM = Alarm()
