"""nginx as a control of the corpus: the same few addresses, from files, and queries behind it."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pyoxigraph import QueryResultsFormat, QueryTriples, Store

from tests.servers import free_ports, nginx, program

_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"


class _Queries(BaseHTTPRequestHandler):
    """A small SPARQL endpoint over an empty store; nginx has read and checked the request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer a query in the address."""
        self._answer(urlsplit(self.path).query, "form")

    def do_POST(self) -> None:
        """Answer a query in the body."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        try:
            self._answer(body.decode(), {_FORM: "form", _DIRECT: "direct"}.get(kind, ""))
        except UnicodeDecodeError:
            self._send(400, b"")

    do_HEAD = do_GET

    def do_OPTIONS(self) -> None:
        """Name no methods."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._send(405, b"")

    do_FOO = do_QUERY = do_OPTIONS

    def _answer(self, text: str, kind: str) -> None:
        if not kind:
            self._send(415, b"")
            return
        query = "".join(parse_qs(text).get("query", [])) if kind == "form" else text
        try:
            found = Store().query(query)
            assert not isinstance(found, QueryTriples)
            self._send(200, found.serialize(format=QueryResultsFormat.JSON) or b"")
        except (SyntaxError, OSError, ValueError, AssertionError):
            self._send(400, b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/sparql-results+json")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    """A server that lets all cases in at once."""

    request_queue_size = 1024


_HTTP = """
    keepalive_requests 100000; client_header_timeout 3s; client_body_timeout 3s;
    client_max_body_size 256k; large_client_header_buffers 8 32k; default_type text/html; gzip off;
    upstream queries {{ server 127.0.0.1:{behind}; }}
    server {{
        listen 127.0.0.1:{port}; root {root}; index index.html;
        location = /id/lake/siljan {{ return 303 /doc/lake/siljan; }}
        location = /sparql {{ proxy_pass http://queries; proxy_set_header Connection ""; }}
    }}
"""


def nginx_version() -> str:
    """Return the version of nginx; skip without it."""
    told = subprocess.run([program("nginx"), "-v"], capture_output=True, text=True, check=True)
    return told.stderr.rpartition("/")[2].strip()


@contextmanager
def control(folder: Path) -> Iterator[int]:
    """Run nginx in front of files and a small endpoint; its port."""
    root = folder / "root"
    for name in ("index.html", "doc/lake/siljan", "healthz", "robots.txt"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("ok\n" if name == "healthz" else f"{name}\n" * 20, encoding="utf-8")
    behind = _Server(("127.0.0.1", 0), _Queries)
    thread = threading.Thread(target=behind.serve_forever, daemon=True)
    thread.start()
    (port,) = free_ports(1)
    try:
        with nginx(_HTTP.format(behind=behind.server_port, port=port, root=root), port, folder):
            yield port
    finally:
        behind.shutdown()
        behind.server_close()
