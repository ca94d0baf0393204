"""Granian with an application that does nothing but return files: what the server alone can do.

``documents.py`` starts it with ``python tests/benchmarks/bare.py FOLDER PORT``.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import HTTPModes, Interfaces, RuntimeModes

from publisher.config import Config
from publisher.serve.server import BACKPRESSURE, blocking_threads

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@lru_cache
def _read(path: str) -> tuple[list[tuple[str, str]], list[bytes]]:
    body = Path(sys.argv[1] + path).read_bytes()
    return [("Content-Length", str(len(body)))], [body]


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer with a file, whatever the client would like to have."""
    path = environ["PATH_INFO"]
    fields, body = _read(path if path != "/" else "/nginx.conf")
    start_response("200 OK", fields)
    return body


if __name__ == "__main__":
    Granian(
        "bare:application",
        address="127.0.0.1",
        port=int(sys.argv[2]),
        interface=Interfaces.WSGI,
        blocking_threads=blocking_threads(Config()),
        backpressure=BACKPRESSURE,
        http=HTTPModes.http1,
        websockets=False,
        runtime_mode=RuntimeModes.mt,
    ).serve()
