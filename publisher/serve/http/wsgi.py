"""A WSGI application (PEP 3333): what it answers in the event loop, and what in threads.

The answer of a thread is taken in parts.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from publisher.serve.cors import FIELDS
from publisher.serve.http.heads import RequestHeadCache
from publisher.serve.loop_request import EVALUATED, EvaluatedQuery, LoopRequest, WsgiAnswer
from publisher.serve.response_cache import CLIENT_DISCONNECTED, head_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from publisher.serve.response_cache import CacheableRequest, HeaderFields


# So much of a body is taken from the application before a thread is given back.
_CHUNK_BYTES = 128 << 10
_CHUNKED = ("Transfer-Encoding", "chunked")


class Application(Protocol):
    """A WSGI application with answers that are ready."""

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, /
    ) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""

    def at_once(self, cacheable: CacheableRequest) -> tuple[bytes, bytes] | None:
        """Return the head of an answer, but for its date, and its body; None if not ready."""

    def in_loop(self, request: LoopRequest) -> bool:
        """Begin to answer a request in the event loop; False when a thread must answer."""

    def close(self) -> None:
        """Let go of what it holds."""


@dataclass(slots=True)
class StartedResponse:
    """An answer that has begun.

    Attributes:
        status: Number and phrase.
        fields: Header fields, with what marks the end of the body.
        head: Status and fields as they are sent, but for the date.
        body: As much of the body as is there.
        rest: What is still to come; None when that is all.
        is_chunked: Whether the length is not known, so that the body goes in chunks.
        must_close: Whether the end of the connection marks the end of the body, as clients of
            HTTP/1.0 know it that know no chunks (RFC 9112, section 6.3).
        close: To be called when the rest is not wanted any more.
    """

    status: str
    fields: HeaderFields
    head: bytes
    body: bytes
    rest: Iterator[bytes] | None = None
    is_chunked: bool = False
    must_close: bool = False
    close: Callable[[], None] = lambda: None


def start_response(application: WsgiAnswer, environ: WSGIEnvironment) -> StartedResponse:
    """Ask the application, and take the beginning of the body; close it when that is all."""
    started: list[Any] = []

    def start(status: str, fields: HeaderFields, _exc_info: object = None) -> Any:
        started[:] = [status, fields]

    chunks = application(environ, start)
    rest = iter(chunks)
    try:
        body = next_chunk(rest)
        status, fields = started
        is_bodiless = _is_bodiless(environ["REQUEST_METHOD"], status)
        is_long = len(body) >= _CHUNK_BYTES and not is_bodiless
        has_end = is_bodiless or any(name.lower() == "content-length" for name, _ in fields)
        knows_chunks = environ.get("SERVER_PROTOCOL") != "HTTP/1.0"
        if not has_end and not is_long:
            fields = [*fields, ("Content-Length", str(len(body)))]
        elif not has_end and knows_chunks:
            fields = [*fields, _CHUNKED]
        head = head_of(status, fields)
    except BaseException:
        _close(chunks)
        raise
    if is_long:
        is_chunked, must_close = not has_end and knows_chunks, not has_end and not knows_chunks
        close = partial(_close, chunks)
        return StartedResponse(status, fields, head, body, rest, is_chunked, must_close, close)
    _close(chunks)
    return StartedResponse(status, fields, head, b"" if is_bodiless else body)


def error_response() -> StartedResponse:
    """Return the answer when there is none."""
    status, fields = "500 INTERNAL SERVER ERROR", [("Content-Length", "0"), *FIELDS]
    return StartedResponse(status, fields, head_of(status, fields), b"")


def next_chunk(chunks: Iterator[bytes]) -> bytes:
    """Return the next part of a body, long enough to be worth a thread; empty at the end."""
    taken: list[bytes] = []
    length = 0
    for chunk in chunks:
        taken.append(chunk)
        length += len(chunk)
        if length >= _CHUNK_BYTES:
            break
    return taken[0] if len(taken) == 1 else b"".join(taken)


def _is_bodiless(method: str, status: str) -> bool:
    """Tell whether an answer has no body, whatever its fields say (RFC 9112, section 6.3)."""
    return method == "HEAD" or status.startswith(("204", "304"))


def _close(chunks: Iterable[bytes]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()


# A WSGI application, run in threads.


@dataclass(slots=True, eq=False)
class _SubmittedRequest:
    """A request and the way back for its answer; see ``LoopRequest``.

    Attributes:
        threads: Which answer what the loop does not.
        environ: What the head says (PEP 3333).
        client: Address of the client.
        content: The body.
        has_left: Returns whether the client has disconnected.
        begun: Takes the beginning of the answer, in the loop.
        loop: Which calls everything here but ``report``.
    """

    threads: ApplicationThreads
    environ: WSGIEnvironment
    client: str
    content: BytesIO
    has_left: Callable[[], bool]
    begun: Callable[[StartedResponse], None]
    loop: asyncio.AbstractEventLoop

    @property
    def body(self) -> bytes:
        """Return the body."""
        return self.content.getvalue()

    def send(self, head: bytes, body: bytes) -> None:
        """Send an answer that the loop has made."""
        self.begun(StartedResponse("", [], head, body))

    def answer_in_thread(self, application: WsgiAnswer, evaluated: EvaluatedQuery | None) -> None:
        """Have a thread answer."""
        self.threads.answer_in_thread(self, application, evaluated)

    def run_in_thread(self, work: Callable[[], None]) -> None:
        """Have a thread do something that may wait."""
        self.threads.run(work)

    def report(self, future: Future[StartedResponse]) -> None:
        """Pass on what a thread has answered."""
        if not (future.cancelled() or self.loop.is_closed()):
            self.loop.call_soon_threadsafe(self.begun, _outcome(future))


# Monitoring is answered whatever the other requests do.
_HEALTH_PATHS, _HEALTH_THREADS = ("/healthz", "/readyz", "/metrics"), 2
_log = logging.getLogger("publisher")


class ApplicationThreads:
    """The application as connections call it."""

    def __init__(self, application: Application, threads: int, server: tuple[str, int]) -> None:
        """Run an application in at most so many threads.

        Args:
            application: What answers.
            threads: How many.
            server: Host and port by which the application knows itself; whatever clients call it.
        """
        self.heads = RequestHeadCache()
        self.at_once = application.at_once
        self._application = application
        self._server = server
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._health_pool = ThreadPoolExecutor(_HEALTH_THREADS, thread_name_prefix="health")
        self._has_ended = False

    def submit(
        self,
        environ: WSGIEnvironment,
        client: str,
        body: BytesIO,
        has_left: Callable[[], bool],
        begun: Callable[[StartedResponse], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Have a request answered, and call a function in its loop with the answer.

        What is answered in the loop may be answered before this returns.

        Args:
            environ: What the head says.
            client: Address of the client.
            body: Of the request.
            has_left: Returns whether the client has disconnected; work that only waits can be
                dropped then.
            begun: Takes the beginning of the answer.
            loop: Which calls this.
        """
        request = _SubmittedRequest(self, environ, client, body, has_left, begun, loop)
        if not self._application.in_loop(request):
            request.answer_in_thread(self._application, None)

    def answer_in_thread(
        self,
        request: _SubmittedRequest,
        application: WsgiAnswer,
        evaluated: EvaluatedQuery | None,
    ) -> None:
        """Have a thread answer a request, and call its function with the answer."""
        environ = request.environ
        own = self._of_connection(request.client, request.content)
        whole = {**environ, **own, CLIENT_DISCONNECTED: request.has_left}
        if evaluated is not None:
            whole[EVALUATED] = evaluated
        pool = self._health_pool if environ["PATH_INFO"] in _HEALTH_PATHS else self._pool
        if not self._has_ended:
            pool.submit(start_response, application, whole).add_done_callback(request.report)

    def run(self, work: Callable[[], None]) -> None:
        """Have a thread do something that may wait."""
        if not self._has_ended:
            self._pool.submit(work)

    async def more(self, begun: StartedResponse) -> bytes:
        """Return the next part of an answer's body; empty at the end."""
        assert begun.rest is not None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, next_chunk, begun.rest)

    def leave(self, begun: StartedResponse) -> None:
        """Let go of the rest of an answer; at the end of the process that is nobody's work."""
        if begun.rest is not None and not self._has_ended:
            self._pool.submit(begun.close)

    def end(self) -> None:
        """Answer nothing more."""
        self._has_ended = True
        self._application.close()
        for pool in (self._pool, self._health_pool):
            pool.shutdown(wait=False, cancel_futures=True)

    def _of_connection(self, client: str, body: BytesIO) -> WSGIEnvironment:
        """Return what WSGI wants to know besides the request itself (PEP 3333)."""
        host, port = self._server
        return {
            "SCRIPT_NAME": "",
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "REMOTE_ADDR": client,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": body,
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }


def _outcome(future: Future[StartedResponse]) -> StartedResponse:
    """Return an answer, whatever its outcome."""
    error = future.exception()
    if error is None:
        return future.result()
    _log.error("A request could not be answered.", exc_info=error)
    return error_response()
