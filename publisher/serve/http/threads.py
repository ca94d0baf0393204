"""A WSGI application, run in threads.

Simple requests come straight from their connection. All others come by way of uvicorn (ASGI 3.0,
its HTTP and lifespan parts), which gathers their bodies. a2wsgi does the latter too, but wakes the
thread of the sockets three times for an answer where once will do, and decodes paths that are not
UTF-8 into something else.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Any

from publisher.serve.http.heads import Heads, environ_of
from publisher.serve.http.wsgi import Application, Begun, begin, broken, take

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Encoded = list[tuple[bytes, bytes]]
Send = Callable[[Message], Awaitable[None]]

_log = logging.getLogger("publisher")


class Threads:
    """The application as connections and uvicorn call it."""

    def __init__(self, application: Application, threads: int, longest_body_bytes: int) -> None:
        """Run an application in at most so many threads; of longer bodies it gets the beginning."""
        self.heads = Heads()
        self.at_once = application.at_once
        self._application = application
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._longest_body_bytes = longest_body_bytes
        self._has_ended = False
        self._date: tuple[Encoded, bytes] = ([], b"\r\n")

    def date(self, fields: Encoded) -> bytes:
        """Return the end of a head: the date of now, which uvicorn renews each second."""
        if fields is not self._date[0]:
            self._date = fields, b"".join(b"%b: %b\r\n" % field for field in fields) + b"\r\n"
        return self._date[1]

    def ask(
        self,
        environ: WSGIEnvironment,
        server: tuple[str, int | None] | None,
        client: tuple[str, int] | None,
        begun: Callable[[Begun], None],
    ) -> None:
        """Have a request without a body answered, and call a function in this loop with that."""
        loop = asyncio.get_running_loop()

        def tell(asked: Future[Begun]) -> None:
            if not (asked.cancelled() or loop.is_closed()):
                loop.call_soon_threadsafe(begun, _outcome(asked))

        whole = {**environ, **_of_connection(server, client, b"")}
        self._pool.submit(begin, self._application, whole).add_done_callback(tell)

    async def more(self, begun: Begun) -> bytes:
        """Return the next part of an answer's body; empty at the end."""
        assert begun.rest is not None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, take, begun.rest)

    def leave(self, begun: Begun) -> None:
        """Let go of the rest of an answer; at the end of the process that is nobody's work."""
        if begun.rest is not None and not self._has_ended:
            self._pool.submit(begun.close)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request that came by way of uvicorn, or end with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = await self._body(receive)
        if body is None:
            return
        environ = environ_of(
            scope["method"], scope["raw_path"], scope["query_string"], scope["headers"]
        )
        environ |= _of_connection(scope["server"], scope["client"], body)
        loop = asyncio.get_running_loop()
        begun = await loop.run_in_executor(self._pool, begin, self._application, environ)
        try:
            await self._send(begun, receive, send)
        finally:
            self.leave(begun)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._has_ended = True
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

    async def _send(self, begun: Begun, receive: Receive, send: Send) -> None:
        """Send an answer, as far as the client is there to take it."""
        fields = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in begun.fields]
        status = int(begun.status[:3])
        await send({"type": "http.response.start", "status": status, "headers": fields})
        chunk = begun.body
        if begun.rest is not None:
            left = asyncio.ensure_future(receive())  # a body was read, so it can only be the end
            try:
                while chunk and not left.done():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                    chunk = await self.more(begun)
            finally:
                left.cancel()
        await send({"type": "http.response.body", "body": chunk})


def _of_connection(
    server: tuple[str, int | None] | None, client: tuple[str, int] | None, body: bytes
) -> WSGIEnvironment:
    """Return what WSGI wants to know besides the request itself (PEP 3333)."""
    host, port = server or ("", 0)
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _outcome(asked: Future[Begun]) -> Begun:
    """Return an answer, whatever became of it."""
    error = asked.exception()
    if error is None:
        return asked.result()
    _log.error("A request could not be answered.", exc_info=error)
    return broken()
