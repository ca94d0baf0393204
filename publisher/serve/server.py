"""Granian, set up for this site."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings

from publisher.config import Config
from publisher.engine_address import is_remote
from publisher.errors import SettingError
from publisher.query.sandbox import die_with_parent
from publisher.release.open import open_current
from publisher.serve.heap import return_large_blocks
from publisher.serve.logs import log_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Requests in flight per web process; more wait in the socket's queue.
BACKPRESSURE = 512
# Threads that are left to documents when every place of the query queue is taken.
_THREADS_FOR_DOCUMENTS = 8
# A worker is a process of its own, so the settings travel in its environment.
_CONFIG_VARIABLE = "PUBLISHER_SERVED_CONFIG"


def load() -> WSGIApplication:
    """Return the application; called by Granian inside each web process."""
    from publisher.serve.live import Live

    return_large_blocks()
    die_with_parent()  # a process that outlived a killed server would hold the port
    config = Config(**json.loads(os.environ[_CONFIG_VARIABLE]))
    if is_remote(config.engine):
        from publisher.serve.waiting import Waiting

        return Waiting(lambda: Live(config))
    return Live(config)


def blocking_threads(config: Config) -> int:
    """Return how many threads a web process has: waiting queries never take them all."""
    return config.query_workers + config.query_queue + _THREADS_FOR_DOCUMENTS


def _try_port(host: str, port: int) -> None:
    """Let an address pass that nobody listens at.

    Granian's sockets share a port (SO_REUSEPORT): a second server would start without a word, and
    every other visitor would see the wrong site.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise SettingError(
            "Nothing can be served at host {host}, port {port}: {reason}.",
            remedy="Choose another --port, or end what listens there.",
            host=host,
            port=port,
            reason=error.strerror or str(error),
        ) from error


def serve(config: Config) -> None:
    """Serve the current release until interrupted.

    Raises:
        ReleaseError: There is no release, or it is damaged.
        SettingError: Nothing can listen at the address and port.
    """
    open_current(Path(config.releases))
    _try_port(config.host, config.port)
    os.environ[_CONFIG_VARIABLE] = json.dumps(asdict(config))
    Granian(
        "publisher.serve.server:load",
        factory=True,
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=blocking_threads(config),
        backpressure=BACKPRESSURE,
        http=HTTPModes.http1,  # asking each connection for HTTP/2 costs a fifth of the rate
        websockets=False,
        runtime_mode=RuntimeModes.mt,
        http1_settings=HTTP1Settings(header_read_timeout=30_000),
        respawn_failed_workers=True,
        log_dictconfig=log_settings(),
    ).serve()
