"""The web processes of a site: uvicorn, set up for it."""

from __future__ import annotations

import json
import logging
import os
import socket
from dataclasses import asdict
from pathlib import Path

import uvicorn
from uvicorn.supervisors import Multiprocess

from publisher.config import Config
from publisher.engine_address import is_remote
from publisher.errors import SettingError
from publisher.query.sandbox import allow_descriptors, die_with_parent
from publisher.release.open import open_current
from publisher.serve.heap import return_large_blocks
from publisher.serve.http.logs import log_settings
from publisher.serve.http.threads import Threads
from publisher.serve.http.wsgi import Application

# Threads that are left to documents when every place of the query queue is taken.
_THREADS_FOR_DOCUMENTS = 8
# Who waits to be let in; the machine may have a lower limit (net.core.somaxconn).
_BACKLOG = 1024
# A process that has not answered its parent for so long hangs, and is replaced.
_HANGS_SECONDS = 60
# So long an ending server waits for answers that are under way.
_FAREWELL_SECONDS = 10
# A worker is a process of its own, so the settings travel in its environment.
_CONFIG_VARIABLE = "PUBLISHER_SERVED_CONFIG"
_log = logging.getLogger("publisher")


def load() -> Threads:
    """Return the application; called by uvicorn inside each web process."""
    return_large_blocks()
    die_with_parent()  # a process that outlived a killed server would hold the port
    allow_descriptors()
    from publisher.serve.app import longest_body_bytes

    config = Config(**json.loads(os.environ[_CONFIG_VARIABLE]))
    return Threads(_application(config), thread_count(config), longest_body_bytes(config))


def _application(config: Config) -> Application:
    from publisher.serve.live import Live

    if is_remote(config.engine):
        from publisher.serve.waiting import Waiting

        return Waiting(lambda: Live(config))
    return Live(config)


def thread_count(config: Config) -> int:
    """Return how many threads a web process has: waiting queries never take them all."""
    return config.query_workers + config.query_queue + _THREADS_FOR_DOCUMENTS


def _listen(host: str, port: int) -> socket.socket:
    """Return the socket that all web processes take connections from.

    Raises:
        SettingError: Nothing can listen at the address and port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise SettingError(
            "Nothing can be served at host {host}, port {port}: {reason}.",
            remedy="Choose another --port, or end what listens there.",
            host=host,
            port=port,
            reason=os.strerror(error.errno) if error.errno else str(error),
        ) from error


def serve(config: Config) -> None:
    """Serve the current release until interrupted.

    Raises:
        ReleaseError: There is no release, or it is damaged.
        SettingError: Nothing can listen at the address and port.
    """
    open_current(Path(config.releases))
    listening = _listen(config.host, config.port)
    os.environ[_CONFIG_VARIABLE] = json.dumps(asdict(config))
    settings = uvicorn.Config(
        "publisher.serve.http.server:load",
        factory=True,
        http="publisher.serve.http.connection:Connection",
        interface="asgi3",
        lifespan="on",
        loop="uvloop",
        ws="none",
        workers=config.workers,
        backlog=_BACKLOG,
        access_log=False,
        proxy_headers=False,  # clients.py knows whom to believe
        server_header=False,
        timeout_graceful_shutdown=_FAREWELL_SECONDS,
        timeout_worker_healthcheck=_HANGS_SECONDS,
        log_config=log_settings(),
    )
    _log.info("Serving %s; Ctrl+C ends it.", config.site_url)
    Multiprocess(settings, [listening]).run()
