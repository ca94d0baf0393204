"""The head of a request, byte for byte → the answer that is ready for it.

Clients send the same heads again and again. One that was read before is found as it came, without
reading it again; one that is new is read once, apart from the connection that it came over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote_to_bytes

import httptools

from publisher.serve.ready import Asked

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_MOST_HEADS = 1024
_LONGEST_HEAD_BYTES = 2048
_METHODS = (b"GET", b"HEAD")
# What an answer from memory depends on.
_LOOKED_AT = {
    b"accept",
    b"accept-encoding",
    b"accept-language",
    b"if-modified-since",
    b"if-none-match",
}
# What wants more than such an answer: a body, a part, the past, another protocol.
_WANTS_MORE = {
    b"accept-datetime",
    b"content-length",
    b"expect",
    b"range",
    b"transfer-encoding",
    b"upgrade",
}
_CONNECTION = (b"", b"keep-alive")


class Answering(Protocol):
    """An application that has answers ready."""

    def at_once(self, asked: Asked) -> tuple[bytes, bytes] | None:
        """Return the head of an answer, but for its date, and its body; None if not ready."""


class _Request:
    """What a parser found: one request, or something else."""

    def __init__(self) -> None:
        self.url = b""
        self.fields: dict[bytes, bytes] = {}
        self.begun = self.ended = 0

    def on_message_begin(self) -> None:
        """Count a request."""
        self.begun += 1

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field; several of one name are one with commas (RFC 9110, section 5.2)."""
        name = name.lower()
        before = self.fields.get(name)
        self.fields[name] = value if before is None else before + b"," + value

    def on_message_complete(self) -> None:
        """Count the end of a request."""
        self.ended += 1


def read_head(data: bytes) -> Asked | None:
    """Return what one whole request asks for; None when it is no such thing, or wants more."""
    request = _Request()
    parser = httptools.HttpRequestParser(request)
    try:
        parser.feed_data(data)
        url = httptools.parse_url(request.url)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    fields = request.fields
    if (
        (request.begun, request.ended) != (1, 1)
        or parser.get_method() not in _METHODS
        or parser.get_http_version() != "1.1"
        or not _WANTS_MORE.isdisjoint(fields)
        or fields.get(b"connection", b"").lower() not in _CONNECTION
    ):
        return None
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": parser.get_method().decode("ascii"),
        "PATH_INFO": path_info(url.path or b"/"),
        "QUERY_STRING": (url.query or b"").decode("latin-1"),
    }
    for name in _LOOKED_AT.intersection(fields):
        environ[variable(name)] = fields[name].decode("latin-1")
    return Asked.of(environ)


def path_info(path: bytes) -> str:
    """Return a path as WSGI has it: bytes, unescaped, one letter each (PEP 3333)."""
    return unquote_to_bytes(path).decode("latin-1")


def variable(name: bytes) -> str:
    """Return what WSGI calls a field of a request.

    >>> variable(b"if-none-match")
    'HTTP_IF_NONE_MATCH'
    """
    return "HTTP_" + name.decode("latin-1").upper().replace("-", "_")


class Heads:
    """Heads that were answered from memory before; not more than a fixed number of them."""

    def __init__(self, application: Answering) -> None:
        """Begin with none."""
        self._application = application
        self._known: dict[bytes, Asked] = {}

    def answer(self, data: bytes) -> tuple[bytes, bytes] | None:
        """Return head and body of the answer to what came over the wire; None if not ready."""
        asked = self._known.get(data)
        if asked is not None:
            return self._application.at_once(asked)
        if len(data) > _LONGEST_HEAD_BYTES or not data.endswith(b"\r\n\r\n"):
            return None
        asked = read_head(data)
        found = None if asked is None else self._application.at_once(asked)
        if asked is not None and found is not None:
            if len(self._known) >= _MOST_HEADS:
                del self._known[next(iter(self._known))]
            self._known[data] = asked
        return found
