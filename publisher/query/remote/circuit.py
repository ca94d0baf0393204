"""An engine that has failed again and again is left alone for a while, and asked once before all.

Without that, every visitor would wait the whole time limit for an engine that hangs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from publisher.errors import EngineFailed

FAILURES = 5
PAUSE_SECONDS = 3.0


class CircuitBreaker:
    """Counts failures in a row; past the limit it lets one try through a pause."""

    def __init__(
        self,
        failures: int = FAILURES,
        pause_seconds: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin closed: everything passes."""
        self._most, self._pause, self._clock = failures, pause_seconds, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._next_try = 0.0

    def admit(self) -> None:
        """Let a request pass, or refuse it.

        Raises:
            EngineFailed: The engine has failed too often just now.
        """
        with self._lock:
            if self._failures < self._most:
                return
            now = self._clock()
            if now >= self._next_try:
                self._next_try = now + self._pause  # this one tries; the others wait for it
                return
        raise EngineFailed(
            "The query engine does not answer; it is tried again every {seconds} seconds.",
            remedy="Try again in a few seconds.",
            seconds=f"{self._pause:g}",
        )

    def succeeded(self) -> None:
        """Begin to count again: the engine answers."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Count a failure."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._next_try = self._clock() + self._pause
