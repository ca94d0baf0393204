"""A web process: it takes connections from the socket that its parent opened."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import logging.config
import os
import signal
import socket
import sys
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit

from publisher.config import Config
from publisher.serve.http.connections import Connections
from publisher.serve.http.limits import ServerLimits, server_limits
from publisher.serve.http.wsgi import Application, ApplicationThreads
from publisher.system import portable
from publisher.system.batching_handler import BatchingHandler, UnblockedHandler
from publisher.system.processes import free_large_blocks_at_once
from publisher.system.sandbox import die_with_parent

# Who waits to be let in; the machine may have a lower limit (net.core.somaxconn).
BACKLOG = 1024
# So long an ending process waits for answers that are under way.
SHUTDOWN_SECONDS = 10.0
# How often the loop reports to the parent that it is not stuck.
HEARTBEAT_SECONDS = 0.25
# How long a thread that makes a page may keep the loop from answering what is ready: a fifth of
# Python's default. While releases change hands, one request in a thousand waits a quarter less.
SWITCH_SECONDS = 0.001
# New objects before Python looks for cycles among them (its default is 700). A site is hundreds of
# thousands of objects: going through them took a tenth of a second for every thousand queries.
_NEW_OBJECTS = 20_000
_PORTS = {"http": 80, "https": 443}
_log = logging.getLogger("publisher")


def _application(config: Config) -> Application:
    from publisher.serve.reload import ReloadingApp, RetryingApp

    return RetryingApp(lambda: ReloadingApp(config))


async def serve_connections(
    threads: ApplicationThreads, limits: ServerLimits, listening: socket.socket, end: asyncio.Event
) -> None:
    """Answer anyone who connects, until an event is set; then end what is under way."""
    loop = asyncio.get_running_loop()
    connections = Connections(threads, limits, loop)
    server = await loop.create_server(connections.connect, sock=listening, backlog=BACKLOG)
    await end.wait()
    server.close()
    await connections.end(SHUTDOWN_SECONDS)
    threads.end()


def _send_heartbeats(loop: asyncio.AbstractEventLoop, parent: Connection) -> None:
    """Send the parent a heartbeat at intervals while the event loop runs."""
    # A full pipe says the same as one more byte in it.
    with contextlib.suppress(BlockingIOError):
        portable.write_pipe(parent, b".")
    loop.call_later(HEARTBEAT_SECONDS, _send_heartbeats, loop, parent)


async def _run(config: Config, listening: socket.socket, parent: Connection) -> None:
    from publisher.serve.app import thread_count

    # Modules stay: a collection that went through all of them would hold up every answer for as
    # long as a page takes. What a release consists of is made afterwards, and can be collected.
    gc.collect()
    gc.freeze()
    site = urlsplit(config.site_url)
    address = (site.hostname or config.host, site.port or _PORTS.get(site.scheme, config.port))
    threads = ApplicationThreads(_application(config), thread_count(config), address)
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    portable.on_termination(loop, end.set)
    _send_heartbeats(loop, parent)
    await serve_connections(threads, server_limits(config), listening, end)


def main(config: Config, listening: socket.socket, parent: Connection) -> None:
    """Serve until the parent says that it is enough.

    Args:
        config: The settings.
        listening: The listening socket.
        parent: The pipe by which the parent learns that all is well.
    """
    # Ctrl+C reaches all processes of a terminal; what to do then is the parent's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.config.dictConfig(log_settings())
    for clause in portable.missing_protection():
        _log.warning("On this system %s.", clause)
    # No line of the log names threads and processes: finding them out takes as long as writing.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    free_large_blocks_at_once()
    gc.set_threshold(_NEW_OBJECTS)
    sys.setswitchinterval(SWITCH_SECONDS)
    die_with_parent()  # a process that outlived a killed server would hold the port
    portable.allow_descriptors()
    portable.let_not_block(parent.fileno())
    listening.setblocking(False)
    with asyncio.Runner(loop_factory=portable.new_event_loop) as runner:
        runner.run(_run(config, listening, parent))
    logging.shutdown()
    os._exit(0)  # threads that wait for something slow must not keep the process


# Where the log goes: words to one stream, queries as bare JSON.


def log_settings() -> dict[str, Any]:
    """Return the settings for ``logging.config.dictConfig``."""
    stream = {"()": UnblockedHandler, "stream": "ext://sys.stdout"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "words": {"format": "[%(levelname)s] %(message)s"},
            "bare": {"format": "%(message)s"},
        },
        "handlers": {
            "words": {**stream, "formatter": "words"},
            "bare": {"()": BatchingHandler, "stream": "ext://sys.stdout", "formatter": "bare"},
        },
        "loggers": {
            "asyncio": {"handlers": ["words"], "level": "WARNING", "propagate": False},
            "publisher": {"handlers": ["words"], "level": "INFO", "propagate": False},
            "publisher.queries": {"handlers": ["bare"], "level": "INFO", "propagate": False},
        },
    }
