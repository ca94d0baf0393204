"""A release on line, with a count of the requests it still answers: it ends after the last one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class DrainingApp:
    """A WSGI application that drains: running requests finish, new ones are refused."""

    def __init__(self, application: WSGIApplication, end: Callable[[], None]) -> None:
        """Let requests in; ``end`` is called once, when it is closed and the last one has left."""
        self._application = application
        self._end = end
        self._inside = 0
        self._is_closed = False
        self._lock = threading.Lock()

    def acquire(self) -> bool:
        """Count a request in; False when it is closed, and the next one must be asked."""
        with self._lock:
            if self._is_closed:
                return False
            self._inside += 1
            return True

    def release(self, run: Callable[[Callable[[], None]], None] | None = None) -> None:
        """Count a request out; ``run`` calls what must then be called, if not this thread."""
        with self._lock:
            self._inside -= 1
            is_last = self._is_closed and self._inside == 0
        if is_last and run is not None:
            run(self._end)
        elif is_last:
            self._end()

    def close(self) -> None:
        """Let nobody in any more."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            is_empty = self._inside == 0
        if is_empty:
            self._end()

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request that was counted in; it leaves when its last byte has been taken."""
        try:
            chunks = self._application(environ, start_response)
        except BaseException:
            self.release()
            raise
        if isinstance(chunks, list):
            self.release()
            return chunks
        return _LeasedBody(chunks, self.release)


class _LeasedBody:
    """The chunks of a body; closing it ends the lease."""

    def __init__(self, chunks: Iterable[bytes], leave: Callable[[], None]) -> None:
        self._chunks = chunks
        self._iterator = iter(chunks)
        self._leave: Callable[[], None] | None = leave

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._iterator)

    def __del__(self) -> None:
        """Count the request out even when a server forgot to close what it was given."""
        self.close()

    def close(self) -> None:
        """Count the request out, once, whatever its outcome (PEP 3333)."""
        leave, self._leave = self._leave, None
        if leave is None:
            return
        try:
            close = getattr(self._chunks, "close", None)
            if close is not None:
                close()
        finally:
            leave()
