"""The HTTP server in the process of a test, in front of a site: both ways to an answer."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvloop

from publisher.serve.app import CachingApplication
from publisher.serve.direct_queries import Lease
from publisher.serve.http.limits import ServerLimits, server_limits
from publisher.serve.http.web import serve_connections
from publisher.serve.http.wsgi import Application, ApplicationThreads
from publisher.serve.loop_request import LoopRequest
from publisher.serve.response_cache import CacheableRequest
from publisher.serve.site import Site

WAYS = ("in the loop", "in a thread")
_THREADS = 20
_END_SECONDS = 20


@dataclass
class CountingApplication:
    """The application of a site, which notes what was answered in threads, and what in the loop.

    Attributes:
        site: Whose application it is.
        direct_queries: Whether queries are answered in the event loop.
        by_threads: Paths of requests that threads were given.
        in_the_loop: Paths of requests that the loop took.
        leases: How many releases are held by requests on their way.
    """

    site: Site
    direct_queries: bool = True
    by_threads: list[str] = field(default_factory=list)
    in_the_loop: list[str] = field(default_factory=list)
    leases: int = 0

    def __post_init__(self) -> None:
        """Make the application."""
        self.application = CachingApplication(self.site, direct_queries=self.direct_queries)
        self.at_once: Callable[[CacheableRequest], tuple[bytes, bytes] | None]
        self.at_once = self.application.at_once

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any], /) -> Iterable[bytes]:
        """Answer in a thread."""
        self.by_threads.append(environ["PATH_INFO"])
        return self.application(environ, start)

    def in_loop(self, request: LoopRequest) -> bool:
        """Answer in the loop."""

        def end() -> None:
            self.leases -= 1

        def answer(environ: dict[str, Any], start: Callable[..., Any], /) -> Iterable[bytes]:
            end()
            return self(environ, start)

        self.leases += 1
        is_taken = self.application.in_loop(request, Lease(answer, end))
        if is_taken:
            self.in_the_loop.append(request.environ["PATH_INFO"])
        else:
            end()
        return is_taken

    def close(self) -> None:
        """Let the site be closed by whoever opened it."""


@contextmanager
def serving(application: Application, limits: ServerLimits) -> Iterator[int]:
    """Serve an application as a web process does, while the block runs; yield the port."""
    ends: list[Callable[[], object]] = []

    async def run(listening: socket.socket) -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        ends.append(lambda: loop.call_soon_threadsafe(end.set))
        threads = ApplicationThreads(application, _THREADS, ("127.0.0.1", 80))
        await serve_connections(threads, limits, listening, end)

    def serve(listening: socket.socket) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(listening))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        thread = threading.Thread(target=serve, args=[listening])
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            ends[0]()
            thread.join(_END_SECONDS)
            assert not thread.is_alive()


@contextmanager
def serving_site(site: Site, *, direct_queries: bool = True) -> Iterator[tuple[int, Any]]:
    """Serve a site while the block runs; yield the port and the application."""
    application = CountingApplication(site, direct_queries)
    with serving(application, server_limits(site.config)) as port:
        yield port, application
