"""The tiny world, answered for by the application and by servers of its export."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import Client

from publisher.config import Config
from publisher.serve.export.export import export
from tests.servers import caddy, free_ports, nginx, replaced


@dataclass(frozen=True)
class Answer:
    """What a server sent, named as in the answers of Werkzeug's client."""

    status_code: int
    headers: Headers
    data: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.data.decode()

    def __enter__(self) -> Answer:
        """Return itself: there is nothing to close."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    @property
    def mimetype(self) -> str:
        """Return the media type without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0]


@dataclass(frozen=True)
class Socket:
    """A client of a server on a real socket, which is called like Werkzeug's client."""

    port: int

    def open(
        self,
        path: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        data: bytes = b"",
    ) -> Answer:
        """Return the answer to one request; the path is sent as it is, but for what no path has."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            place = quote(path, safe="/:@!$&'()*+,;=~-._%?")
            connection.request(method, place, data or None, headers or {})
            response = connection.getresponse()
            fields = Headers()
            for name, value in response.getheaders():
                # Lines of one name are one list (RFC 9110, section 5.2).
                before = fields.get(name)
                fields.set(name, f"{before}, {value}" if before else value)
            return Answer(response.status, fields, response.read())
        finally:
            connection.close()

    def get(
        self, path: str, headers: dict[str, str] | None = None, follow_redirects: bool = False
    ) -> Answer:
        """Return the answer to GET."""
        answer = self.open(path, headers=headers)
        if follow_redirects and answer.status_code in (301, 303):
            return self.get(urlsplit(answer.headers["Location"]).path, headers, True)
        return answer

    def head(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """Return the answer to HEAD."""
        return self.open(path, "HEAD", headers)

    def options(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """Return the answer to OPTIONS."""
        return self.open(path, "OPTIONS", headers)


Visitor = Client | Socket


@pytest.fixture(scope="session")
def exported(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the tiny world's export."""
    folder = tmp_path_factory.mktemp("exported") / "site"
    export(config, folder)
    return folder


@contextmanager
def serve_with(name: str, folder: Path, work: Path) -> Iterator[Socket]:
    """Serve an export with nginx or Caddy, as its configuration says but for the port."""
    (port,) = free_ports(1)
    if name == "nginx":
        written = (folder / "nginx.conf").read_text(encoding="utf-8")
        http = replaced(written, ("listen 80;", f"listen 127.0.0.1:{port};"))
        with nginx(http, port, work):
            yield Socket(port)
    else:
        written = (folder / "Caddyfile").read_text(encoding="utf-8")
        site = replaced(written, (":80 {", f":{port} {{"))
        with caddy(site, port, work):
            yield Socket(port)


@pytest.fixture(scope="session")
def by_nginx(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Socket]:
    """Return a client of nginx, which serves the export."""
    with serve_with("nginx", exported, tmp_path_factory.mktemp("nginx")) as client:
        yield client


@pytest.fixture(scope="session")
def by_caddy(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Socket]:
    """Return a client of Caddy, which serves the export."""
    with serve_with("caddy", exported, tmp_path_factory.mktemp("caddy")) as client:
        yield client


@pytest.fixture(params=["application", "nginx", "caddy"])
def anywhere(request: pytest.FixtureRequest, visitor: Client) -> Visitor:
    """Return a client of the application, or of a server of its export."""
    if request.param == "application":
        return visitor
    found: Socket = request.getfixturevalue(f"by_{request.param}")
    return found
