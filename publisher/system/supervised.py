"""A thread that must live as long as its process: no error ends it, and it says its state.

As a supervisor of services does it (systemd.service(5), ``Restart=``): what fails is logged, tried
again after a pause that grows to a bound, and seen from outside while it does not work.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from publisher.errors import PartFailed, PublisherError
from publisher.messages import SOURCE_LANGUAGE, in_language

# The pause when not even telling of an error works, for want of memory.
_LAST_RESORT_SECONDS = 1.0
# The same error is logged again after so long, with the number of times it was left out.
_LOG_AGAIN_SECONDS = 600.0
_MOST_KINDS = 100
_LONGEST_REASON = 300
_FILE_PATH = re.compile(r"\S*/\S*")
_failures: Counter[str] = Counter()


@dataclass(frozen=True)
class Schedule:
    """When a part works, and when it counts as not working.

    Attributes:
        every_seconds: Pause between two rounds; None: until it is woken.
        first_pause_seconds: Pause after a failure; twice as long after each further one in a row.
        longest_pause_seconds: Bound of that pause.
        patience_seconds: A part that has failed for so long counts as not working.
        hangs_seconds: A part that is at one round for so long counts as not working.
    """

    every_seconds: float | None = None
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 30.0
    patience_seconds: float = 10.0
    hangs_seconds: float = 600.0


def failures() -> Mapping[str, int]:
    """Return how often each part of this process failed and was started again, by its name."""
    return dict(_failures)


def short_reason(error: BaseException) -> str:
    r"""Return an error as one short line that may be shown: without paths of files.

    >>> short_reason(PermissionError(13, "Permission denied", "/secret/place"))
    'Permission denied'
    >>> short_reason(KeyError("files"))
    "KeyError: 'files'"
    >>> short_reason(RuntimeError("Cannot open /secret/place: no room\nTraceback:"))
    'RuntimeError: Cannot open … no room'
    """
    if isinstance(error, PublisherError):
        text = in_language(error.what, SOURCE_LANGUAGE)
    elif isinstance(error, OSError) and error.strerror:
        text = error.strerror
    else:
        text = f"{type(error).__name__}: {error}".removesuffix(": ")
    first = (text.splitlines() or [""])[0]
    return _FILE_PATH.sub("…", first)[:_LONGEST_REASON].rstrip(" .:")


class Supervised:
    """One part of a program: work that is done round by round, in a thread of its own."""

    def __init__(
        self,
        name: str,
        work: Callable[[], bool],
        pace: Schedule = Schedule(),
        *,
        expected: tuple[type[Exception], ...] = (),
        log: logging.Logger | None = None,
    ) -> None:
        """Do nothing yet; ``start`` begins.

        Args:
            name: Of the part, as logs, metrics and readiness show it.
            work: Does one round, and returns whether the next one is due at once.
            pace: When it works, and when it counts as not working.
            expected: Errors that are logged in a line, without a traceback.
            log: Where failures are logged.
        """
        self.name = name
        self._work, self._pace, self._expected = work, pace, expected
        self._failures = _FailureLog(log or logging.getLogger("publisher"), name)
        self._end, self._wake = threading.Event(), threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pause_seconds = pace.first_pause_seconds
        self._failing_since: float | None = None
        self._busy_since: float | None = None
        self._reason = ""
        self.last_success: float | None = None

    @property
    def is_alive(self) -> bool:
        """Tell whether the thread is there."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_ending(self) -> bool:
        """Tell whether it was closed."""
        return self._end.is_set()

    def start(self) -> None:
        """Start the thread unless it is there; what keeps it from starting is logged, not raised.

        Who needs the part calls this again: a machine that has no thread to give now may have one
        later.
        """
        if self.is_alive:
            return
        with self._starting:
            if self.is_alive or self.is_ending:
                return
            thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            try:
                thread.start()
            except (RuntimeError, MemoryError, OSError) as error:  # "can't start new thread"
                self._fail(error)
            else:
                self._thread = thread

    def wake(self) -> None:
        """Let the next round begin now, unless it waits after a failure."""
        self._wake.set()

    def close(self, seconds: float | None = None) -> None:
        """End after the round that is under way; wait for that, or at most so long."""
        with self._starting:
            self._end.set()
        self._wake.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(seconds)

    def run_once(self) -> bool:
        """Do one round in the calling thread; tell whether it ended without an error."""
        self._round()
        return self._failing_since is None

    def trouble(self) -> PartFailed | None:
        """Return why the part does not work; None when it does. A thread that ended is started."""
        if self.is_ending:
            return None
        self.start()
        if not self.is_alive:
            return PartFailed(
                "A part of the server does not run: {part} ({reason}).",
                remedy="It is started again by itself. If this lasts, look into the log.",
                part=self.name,
                reason=self._reason,
            )
        return self._failing() or self._hanging()

    def _failing(self) -> PartFailed | None:
        since = self._failing_since
        if since is None or time.monotonic() - since < self._pace.patience_seconds:
            return None
        return PartFailed(
            "A part of the server has failed for {seconds} seconds: {part} ({reason}).",
            remedy="It is tried again by itself. If this lasts, look into the log.",
            part=self.name,
            reason=self._reason,
            seconds=round(time.monotonic() - since),
        )

    def _hanging(self) -> PartFailed | None:
        since = self._busy_since
        if since is None or time.monotonic() - since < self._pace.hangs_seconds:
            return None
        return PartFailed(
            "A part of the server has not come to an end for {seconds} seconds: {part}.",
            remedy="If this lasts, restart the server.",
            part=self.name,
            seconds=round(time.monotonic() - since),
        )

    def _run(self) -> None:
        while not self._end.is_set():
            try:
                self._wait(self._round())
            except BaseException:  # noqa: BLE001 - the thread must live even without memory to log
                time.sleep(_LAST_RESORT_SECONDS)

    def _round(self) -> float | None:
        """Do one round, and return how long to wait before the next one; None: until woken."""
        self._busy_since = time.monotonic()
        try:
            is_due = self._work()
        except BaseException as error:  # noqa: BLE001 - whatever it is: it is logged and tried again
            return self._fail(error)
        finally:
            self._busy_since = None
        self._succeed()
        return 0.0 if is_due else self._pace.every_seconds

    def _wait(self, seconds: float | None) -> None:
        if self._failing_since is not None:
            self._end.wait(seconds)
        elif seconds != 0.0:
            self._wake.wait(seconds)
            self._wake.clear()

    def _fail(self, error: BaseException) -> float:
        """Note a failure, tell of it, and return the pause that follows."""
        self._reason = short_reason(error)
        if self._failing_since is None:
            self._failing_since = time.monotonic()
        _failures[self.name] += 1
        pause = self._pause_seconds
        self._pause_seconds = min(2 * pause, self._pace.longest_pause_seconds)
        self._failures.failure(error, pause, is_expected=isinstance(error, self._expected))
        return pause

    def _succeed(self) -> None:
        self.last_success = time.monotonic()
        if self._failing_since is None:
            return
        self._failing_since, self._pause_seconds = None, self._pace.first_pause_seconds
        self._failures.success()


class _FailureLog:
    """What was logged about a part, so that the same is not logged thousands of times."""

    def __init__(self, log: logging.Logger, name: str) -> None:
        self._log, self._name = log, name
        self._kinds: dict[tuple[str, str], tuple[float, int]] = {}
        self._is_logged = False

    def failure(self, error: BaseException, pause: float, *, is_expected: bool) -> None:
        """Log a failure, unless the same one was logged a short while ago."""
        kind, now = (type(error).__name__, _raised_at(error)), time.monotonic()
        logged_at, left_out = self._kinds.get(kind, (None, 0))
        if logged_at is not None and now - logged_at < _LOG_AGAIN_SECONDS:
            self._kinds[kind] = (logged_at, left_out + 1)
            return
        if len(self._kinds) >= _MOST_KINDS:
            self._kinds.clear()
        self._kinds[kind] = (now, 0)
        self._is_logged = True
        self._log.error(
            "Failed: %s (%s); next try in %g s.%s",
            self._name,
            error if is_expected else type(error).__name__,
            pause,
            f" The same happened {left_out} more times since it was told." if left_out else "",
            exc_info=None if is_expected else error,
        )

    def success(self) -> None:
        """Log that it works again, if it was logged that it did not."""
        if self._is_logged:
            self._is_logged = False
            self._log.warning("It works again: %s.", self._name)


def _raised_at(error: BaseException) -> str:
    """Return file and line that raised an error."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    return f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"
