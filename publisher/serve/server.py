"""Granian, set up for this site."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces, RuntimeModes
from granian.http import HTTP1Settings

from publisher.config import Config
from publisher.query.workers import places
from publisher.release.open import open_current

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

    return Live(Config(**json.loads(os.environ[_CONFIG_VARIABLE])))


def blocking_threads(query_workers: int) -> int:
    """Return how many threads a web process has: waiting queries never take them all."""
    return places(query_workers) + _THREADS_FOR_DOCUMENTS


def serve(config: Config) -> None:
    """Serve the current release until interrupted.

    Raises:
        ReleaseError: There is no release, or it is damaged.
    """
    open_current(Path(config.releases))
    os.environ[_CONFIG_VARIABLE] = json.dumps(asdict(config))
    Granian(
        "publisher.serve.server:load",
        factory=True,
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.workers,
        blocking_threads=blocking_threads(config.query_workers),
        backpressure=BACKPRESSURE,
        websockets=False,
        runtime_mode=RuntimeModes.mt,
        http1_settings=HTTP1Settings(header_read_timeout=30_000),
        respawn_failed_workers=True,
    ).serve()
