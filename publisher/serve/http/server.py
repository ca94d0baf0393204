"""From a folder of releases to a site: the socket, and the processes that answer on it."""

from __future__ import annotations

import logging
import logging.config
import os
import socket
from pathlib import Path

from publisher.config import Config
from publisher.errors import SettingError
from publisher.release.open import require_current
from publisher.serve.http.processes import WebProcesses
from publisher.serve.http.web import BACKLOG, log_settings
from publisher.system.portable import bound_unsent

# What the system keeps for a client that does not read: two to four pages.
_MOST_UNSENT_BYTES = 128 << 10
_log = logging.getLogger("publisher")


def _listen(host: str, port: int) -> socket.socket:
    """Return the socket that all web processes take connections from.

    Raises:
        SettingError: Nothing can listen at the address and port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise SettingError(
            "Nothing can be served at host {host}, port {port}: {reason}.",
            remedy="Choose another --port, or end what listens there.",
            host=host,
            port=port,
            reason=os.strerror(error.errno) if error.errno else str(error),
        ) from error
    bound_unsent(listening, _MOST_UNSENT_BYTES)
    return listening


def serve(config: Config) -> None:
    """Serve the current release until interrupted.

    Raises:
        ReleaseError: There is no release, or the folder cannot be read.
        SettingError: Nothing can listen at the address and port.
    """
    require_current(Path(config.releases))
    with _listen(config.host, config.port) as listening:
        logging.config.dictConfig(log_settings())
        _log.info("Serving %s; Ctrl+C ends it.", config.site_url)
        WebProcesses(config, listening).run()
