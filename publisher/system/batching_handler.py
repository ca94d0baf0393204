"""A log that holds nobody up, though nobody may read the pipe that it goes to.

Lines about queries are kept, and written together by a thread of their own; the few others are
written at once, or dropped.

An event loop must not wait for anyone who reads the log (Python's logging cookbook, "Dealing with
handlers that block"). A thread that is woken for each line, as by ``logging.handlers``, would take
as long as writing it; this one is woken ten times a second at most.
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import TextIO

_PAUSE_SECONDS = 0.1
# Lines that wait for a reader; more are dropped, and counted.
_MOST_LINES = 20_000
# A pipe that can be written to takes so much at once (POSIX, PIPE_BUF on Linux).
_PIPE_BYTES = 4096
# So long a line waits for a reader that is busy.
_READER_SECONDS = 0.02
# At the end of a process, so long is waited for the reader.
_END_SECONDS = 2.0


class BatchingHandler(logging.Handler):
    """Writes lines to a stream a tenth of a second later, in one piece with those that follow."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        super().__init__()
        self._stream = stream
        self._lines: deque[logging.LogRecord] = deque()
        self._dropped = 0
        self._wake = threading.Event()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line; it is formatted when it is written, as many together take less time."""
        if len(self._lines) >= _MOST_LINES:
            self._dropped += 1
            return
        self._lines.append(record)
        if not self._wake.is_set():
            self._wake.set()
            self._start()

    def _start(self) -> None:
        """Start the thread unless it is there; without one the next line tries again."""
        if self._thread is not None and self._thread.is_alive():
            return
        thread = threading.Thread(target=self._run, name="log of queries", daemon=True)
        try:
            thread.start()
        except (RuntimeError, MemoryError):  # "can't start new thread"
            self._wake.clear()
        else:
            self._thread = thread

    def _run(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(_PAUSE_SECONDS)
            self._wake.clear()
            self._write()

    def _write(self) -> None:
        """Write what there is; what cannot be written is lost, as with every handler."""
        with self._writing:
            lines = [*self._formatted()]
            dropped, self._dropped = self._dropped, 0
            if dropped:
                lines.append(f"{dropped} lines of the log were dropped: nobody read it.")
            try:
                self._stream.write("".join(f"{line}\n" for line in lines))
                self._stream.flush()
            except (OSError, ValueError):  # a closed pipe, or no room on the disk
                pass

    def _formatted(self) -> Iterator[str]:
        for _ in range(len(self._lines)):
            record = self._lines.popleft()
            try:
                yield self.format(record)
            except Exception:  # noqa: BLE001 - as every handler of logging
                self.handleError(record)

    def flush(self) -> None:
        """Write what there is, or give up when nobody reads it."""
        writing = threading.Thread(target=self._write, daemon=True)
        try:
            writing.start()
            writing.join(_END_SECONDS)
        except (RuntimeError, MemoryError):  # "can't start new thread"
            pass


class UnblockedHandler(logging.StreamHandler[TextIO]):
    """Writes each line at once, and drops it when its reader has stopped reading.

    Who logs may be a thread that must live for ever, such as the one that follows releases.
    """

    _is_unread = False  # the line before was dropped: the next one does not wait either

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        try:
            line = f"{self.format(record)}{self.terminator}".encode(errors="backslashreplace")
        except Exception:  # noqa: BLE001 - as every handler of logging
            self.handleError(record)
            return
        try:
            descriptor = self.stream.fileno()
            for start in range(0, len(line), _PIPE_BYTES):
                patience = 0.0 if self._is_unread else _READER_SECONDS
                self._is_unread = not select.select([], [descriptor], [], patience)[1]
                if self._is_unread:
                    return
                os.write(descriptor, line[start : start + _PIPE_BYTES])
        except BrokenPipeError:  # nobody will read it
            pass
        except (OSError, ValueError):  # a stream without a descriptor, or none that can be asked
            super().emit(record)
