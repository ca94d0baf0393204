"""A WSGI application, run in threads."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING

from publisher.serve.http.heads import Heads
from publisher.serve.http.wsgi import Application, Begun, begin, broken, take
from publisher.serve.ready import CLIENT_LEFT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Whoever watches over the server is answered whatever the others do.
_HEALTH, _HEALTH_THREADS = ("/healthz", "/readyz", "/metrics"), 2
_log = logging.getLogger("publisher")


class Threads:
    """The application as connections call it."""

    def __init__(self, application: Application, threads: int, server: tuple[str, int]) -> None:
        """Run an application in at most so many threads.

        Args:
            application: What answers.
            threads: How many.
            server: Host and port by which the application knows itself; whatever clients call it.
        """
        self.heads = Heads()
        self.at_once = application.at_once
        self._application = application
        self._server = server
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._health_pool = ThreadPoolExecutor(_HEALTH_THREADS, thread_name_prefix="health")
        self._has_ended = False

    def ask(
        self,
        environ: WSGIEnvironment,
        client: str,
        body: BytesIO,
        has_left: Callable[[], bool],
        begun: Callable[[Begun], None],
    ) -> None:
        """Have a request answered, and call a function in this loop with the answer.

        Args:
            environ: What the head says.
            client: Address of the client.
            body: Of the request.
            has_left: Tells whether the client has left; work that only waits can be dropped then.
            begun: Takes the beginning of the answer.
        """
        loop = asyncio.get_running_loop()

        def tell(future: Future[Begun]) -> None:
            if not (future.cancelled() or loop.is_closed()):
                loop.call_soon_threadsafe(begun, _outcome(future))

        whole = {**environ, **self._of_connection(client, body), CLIENT_LEFT: has_left}
        pool = self._health_pool if environ["PATH_INFO"] in _HEALTH else self._pool
        pool.submit(begin, self._application, whole).add_done_callback(tell)

    async def more(self, begun: Begun) -> bytes:
        """Return the next part of an answer's body; empty at the end."""
        assert begun.rest is not None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, take, begun.rest)

    def leave(self, begun: Begun) -> None:
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


def _outcome(future: Future[Begun]) -> Begun:
    """Return an answer, whatever became of it."""
    error = future.exception()
    if error is None:
        return future.result()
    _log.error("A request could not be answered.", exc_info=error)
    return broken()
