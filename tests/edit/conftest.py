"""The tiny world with every kind of field, parts and statements; and workbooks of it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.edit.filled import Filled, export

# Path → media type and body.
Pages = dict[str, tuple[str, bytes]]
POND = Path(__file__).parent / "pond"


@pytest.fixture
def pond(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the world with more to edit; one stands in it."""
    shutil.copy(POND / "shapes.ttl", world / "shapes" / "Pond.ttl")
    shutil.copy(POND / "terms.ttl", world / "ontology" / "pond.ttl")
    shutil.copy(POND / "data.ttl", world / "data" / "lakes" / "pond.ttl")
    shutil.copy(POND / "unsourced.rq", world / "shapes" / "hygiene" / "unsourced.rq")
    monkeypatch.chdir(world)
    return world


@pytest.fixture
def book(pond: Path) -> Filled:
    """Return a workbook exported from it, to be filled in."""
    return export(pond)


@pytest.fixture
def pages_on_web() -> Iterator[Callable[[Callable[[str], Pages]], str]]:
    """Return what serves pages (made for an address) on a socket, and gives the address."""
    servers: list[ThreadingHTTPServer] = []

    def start(make: Callable[[str], Pages]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                media_type, body = pages.get(self.path, ("", b""))
                self.send_response(200 if media_type else 404)
                self.send_header("Content-Type", media_type or "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        pages = make(address)
        return address

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
