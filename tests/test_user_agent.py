"""Other servers see one name and version, whatever part of the program asks them."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher import __version__
from publisher.errors import ReleaseError
from publisher.push.engine import Sender, WriteRequest
from publisher.query.engine import QueryLimits
from publisher.query.remote.connection import ConnectionPool, EngineAddress, QueryRequest
from publisher.release.copies.origin import Origin
from publisher.system.http_client import Client
from publisher.system.user_agent import PRODUCT, user_agent
from tests.documents import ROOT, project

JSON = "application/sparql-results+json"


CLIENTS = {
    *(f"requests.{name}" for name in ("Session", "get", "head", "post", "put", "request")),
    *("urllib3.PoolManager", "urllib3.connection_from_url", "urllib3.request"),
    *("urlopen", "urllib.request.urlopen", "http.client.HTTPConnection"),
}


class Heard(BaseHTTPRequestHandler):
    """A server that notes who asks."""

    agents: list[str]

    def answer(self) -> None:
        """Answer every request with a boolean of SPARQL."""
        self.agents.append(self.headers["User-Agent"])
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"head":{},"boolean":true}'
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server, and the names of those who asked it."""
    handler = type("Noted", (Heard,), {"agents": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", handler.agents
    server.shutdown()
    thread.join()
    server.server_close()


def verifies(address: str) -> None:
    """Ask as ``verify`` does."""
    assert Client().visit(address).last.status == 200


def pushes(address: str) -> None:
    """Ask as ``push`` does."""
    Sender().send(WriteRequest("PUT", address)).close()


def pulls(address: str) -> None:
    """Ask as ``releases pull`` does."""
    with pytest.raises(ReleaseError):
        Origin(address).releases()


def queries(address: str) -> None:
    """Ask as a site does that has its engine elsewhere."""
    connection = ConnectionPool(EngineAddress(address), QueryLimits(5, 0, 1 << 20), 1)
    connection.send(QueryRequest([("query", "ASK {}")], JSON, 5.0))
    connection.close()


@pytest.mark.parametrize("ask", [verifies, pushes, pulls, queries])
def test_every_client_gives_the_product_and_its_version(
    ask: Callable[[str], None], heard: tuple[str, list[str]]
) -> None:
    """Whoever runs the other server can tell who asks, and which version to complain about."""
    address, agents = heard
    ask(address)
    assert agents == [f"lodverk/{__version__}"]


@pytest.mark.slow
def test_two_modules_open_connections_and_no_others() -> None:
    """The client, and the connections to an engine; both take the one name."""
    package = ROOT / "publisher"
    found = [path for path in sorted(package.rglob("*.py")) if opens_connections(path)]
    assert [str(path.relative_to(package)) for path in found] == [
        "query/remote/connection.py",
        "system/http_client.py",
    ]
    assert all("user_agent()" in path.read_text(encoding="utf-8") for path in found)


def opens_connections(path: Path) -> bool:
    """Tell whether a module makes a client of HTTP, beside naming its classes and errors."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {
        ast.unparse(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call | ast.ClassDef)
        for part in ([node.func] if isinstance(node, ast.Call) else node.bases)
    }
    return not CLIENTS.isdisjoint(used)


def test_the_distribution_is_called_as_the_product() -> None:
    """The name is no customer's, and the version stands in one place for readers of both."""
    assert project()["name"] == PRODUCT
    assert project()["version"] == __version__ == user_agent().partition("/")[2]
    assert all(address.startswith("https://") for address in project()["urls"].values())
