"""A WSGI application, run in threads: what uvicorn calls (ASGI 3.0, its HTTP and lifespan parts).

a2wsgi does this too, but wakes the thread of the sockets three times for an answer where once will
do, and decodes paths that are not UTF-8 into something else.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from publisher.serve.http.heads import Answering, Heads, path_info, variable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# So much of a body is taken from the application before a thread is given back.
_CHUNK_BYTES = 128 << 10
_NAMES = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


class Application(Answering, Protocol):
    """A WSGI application with answers that are ready."""

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, /
    ) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""

    def close(self) -> None:
        """Let go of what it holds."""


@dataclass(frozen=True)
class _Begun:
    """An answer that has begun: what of its body is there, and what is still to come, if any."""

    status: int
    fields: list[tuple[bytes, bytes]]
    body: bytes
    rest: Iterator[bytes] | None
    close: Callable[[], None]


class Threads:
    """The ASGI application."""

    def __init__(self, application: Application, threads: int, longest_body_bytes: int) -> None:
        """Run an application in at most so many threads; of longer bodies it gets the beginning."""
        self.heads = Heads(application)
        self._application = application
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._longest_body_bytes = longest_body_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request, or end with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = await self._body(receive)
        if body is not None:
            begun = await self._run(_begin, self._application, environ_of(scope, body))
            try:
                await self._send(begun, receive, send)
            finally:
                if begun.rest is not None:
                    self._pool.submit(begun.close)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._application.close()
        self._pool.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _body(self, receive: Receive) -> bytes | None:
        """Return the body of a request, or more of it than may be; None when the client left."""
        body = b""
        while len(body) <= self._longest_body_bytes:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        return body

    async def _run(self, work: Callable[..., Any], *given: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)

    async def _send(self, begun: _Begun, receive: Receive, send: Send) -> None:
        """Send an answer, as far as the client is there to take it."""
        await send({"type": "http.response.start", "status": begun.status, "headers": begun.fields})
        if begun.rest is None:
            await send({"type": "http.response.body", "body": begun.body})
            return
        left = asyncio.ensure_future(receive())  # a body was read, so it can only be the end
        try:
            chunk = begun.body
            while chunk and not left.done():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                chunk = await self._run(_take, begun.rest)
            await send({"type": "http.response.body", "body": b""})
        finally:
            left.cancel()


def environ_of(scope: Message, body: bytes) -> WSGIEnvironment:
    """Return a request as WSGI has it (PEP 3333).

    Fields with an underscore are left out: they would pass for those with a hyphen, which a proxy
    in front may set.
    """
    host, port = scope["server"] or ("", 0)
    client, _ = scope["client"] or ("", 0)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path_info(scope["raw_path"]),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" in name:
            continue
        key, text = _NAMES.get(name) or variable(name), value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ


def _begin(application: Application, environ: WSGIEnvironment) -> _Begun:
    """Ask the application, and take the beginning of the body; close it when that is all."""
    started: list[Any] = []

    def start(status: str, fields: list[tuple[str, str]], _exc_info: object = None) -> Any:
        started[:] = [status, fields]

    chunks = application(environ, start)
    close = getattr(chunks, "close", lambda: None)
    rest = iter(chunks)
    try:
        body = _take(rest)
    except BaseException:
        close()
        raise
    is_whole = len(body) < _CHUNK_BYTES
    if is_whole:
        close()
    status, fields = started
    return _Begun(
        int(status[:3]),
        [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in fields],
        body,
        None if is_whole else rest,
        close,
    )


def _take(chunks: Iterator[bytes]) -> bytes:
    """Return the next part of a body, long enough to be worth a thread; empty at the end."""
    taken: list[bytes] = []
    length = 0
    for chunk in chunks:
        taken.append(chunk)
        length += len(chunk)
        if length >= _CHUNK_BYTES:
            break
    return taken[0] if len(taken) == 1 else b"".join(taken)
