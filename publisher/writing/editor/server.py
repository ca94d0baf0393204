"""The editor's server: on the loopback address, threads in one process, ended with Ctrl-C."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, make_server

from publisher.errors import SettingError
from publisher.writing.editor.gate import Gate

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK = "127.0.0.1"


class EditorServer:
    """A server for one person: what it serves is behind a gate, and nobody else can reach it."""

    def __init__(self, application: WSGIApplication, port: int = 0) -> None:
        """Listen at a port of the loopback address; 0 takes one that is free.

        Raises:
            SettingError: Nothing can listen there.
        """
        self._server = _listen(self._answer, port)
        self.gate = Gate(application, self._server.port)

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return self.gate(environ, start)

    def run(self) -> None:
        """Answer until ``close`` is called or the program is interrupted."""
        self._server.serve_forever()

    def close(self) -> None:
        """Stop answering, and let the port go."""
        self._server.shutdown()
        self._server.server_close()


def _listen(answer: Callable[..., Iterable[bytes]], port: int) -> BaseWSGIServer:
    # Each request would be a line in the terminal, with the secret in it.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        with socket.create_server((LOOPBACK, port)) as listening:
            return make_server(LOOPBACK, port, answer, threaded=True, fd=listening.fileno())
    except (OSError, OverflowError) as error:
        raise SettingError(
            "The editor cannot listen at port {port}.",
            remedy="Choose another --port, or leave it out: a free one is found.",
            port=port,
        ) from error
