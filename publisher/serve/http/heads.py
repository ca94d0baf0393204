"""The head of a request, byte for byte → what it asks for.

Nearly all requests are of one kind: GET or HEAD, no body, all in one piece. Clients send the same
ones again and again; such a one is known by its bytes, and not read a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import httptools

from publisher.serve.ready import Asked

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_MOST_HEADS = 1024
_LONGEST_HEAD_BYTES = 2048
_METHODS = (b"GET", b"HEAD")
# What comes with a body, or asks for another protocol.
_WANTS_MORE = {b"content-length", b"expect", b"transfer-encoding", b"upgrade"}
_CONNECTION = ("", "keep-alive")


@dataclass(frozen=True)
class Simple:
    """A request that is all there.

    Attributes:
        environ: As WSGI has it (PEP 3333), but for what the connection knows.
        asked: What an answer from memory may serve; None when none may.
    """

    environ: WSGIEnvironment
    asked: Asked | None


class _Parsed:
    """What a parser found: one request, or something else."""

    def __init__(self) -> None:
        self.url = b""
        self.fields: list[tuple[bytes, bytes]] = []
        self.begun = self.ended = 0

    def on_message_begin(self) -> None:
        """Count a request."""
        self.begun += 1

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field."""
        self.fields.append((name.lower(), value))

    def on_message_complete(self) -> None:
        """Count the end of a request."""
        self.ended += 1


def read_head(data: bytes) -> Simple | None:
    """Return the one simple request that some bytes are; None when they are anything else."""
    parsed = _Parsed()
    parser = httptools.HttpRequestParser(parsed)
    try:
        parser.feed_data(data)
        url = httptools.parse_url(parsed.url)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    if (
        (parsed.begun, parsed.ended) != (1, 1)
        or parser.get_method() not in _METHODS
        or parser.get_http_version() != "1.1"
        or not _WANTS_MORE.isdisjoint(name for name, _ in parsed.fields)
    ):
        return None
    method = parser.get_method().decode("ascii")
    environ = environ_of(method, url.path or b"/", url.query or b"", parsed.fields)
    if environ.get("HTTP_CONNECTION", "").lower() not in _CONNECTION:
        return None
    return Simple(environ, Asked.of(environ))


def environ_of(
    method: str, path: bytes, query: bytes, fields: list[tuple[bytes, bytes]]
) -> WSGIEnvironment:
    """Return a request as WSGI has it: bytes, the path unescaped, one letter each (PEP 3333).

    Args:
        method: Of the request.
        path: As it was sent.
        query: As it was sent, without the question mark.
        fields: With names in small letters. Several of one name become one with commas (RFC 9110,
            section 5.2). Names with an underscore are left out: they would pass for those with a
            hyphen, which a proxy in front may set.
    """
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
    }
    for name, value in fields:
        if b"_" in name:
            continue
        variable, text = _variable(name), value.decode("latin-1")
        environ[variable] = f"{environ[variable]},{text}" if variable in environ else text
    return environ


def _variable(name: bytes) -> str:
    """Return what WSGI calls a field of a request.

    >>> _variable(b"if-none-match"), _variable(b"content-type")
    ('HTTP_IF_NONE_MATCH', 'CONTENT_TYPE')
    """
    bare = name.decode("latin-1").upper().replace("-", "_")
    return bare if bare in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{bare}"


class Heads:
    """Simple requests that were read before; not more than a fixed number of them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[bytes, Simple] = {}

    def read(self, data: bytes) -> Simple | None:
        """Return the one simple request that came over the wire; None when it is anything else."""
        known = self._known.get(data)
        if known is not None:
            return known
        if not data.endswith(b"\r\n\r\n"):
            return None
        simple = read_head(data)
        if simple is not None and len(data) <= _LONGEST_HEAD_BYTES:
            if len(self._known) >= _MOST_HEADS:
                del self._known[next(iter(self._known))]
            self._known[data] = simple
        return simple
