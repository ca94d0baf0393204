"""A SPARQL endpoint that lies: in front of an honest one, and told how to misbehave."""

from __future__ import annotations

import gzip
import itertools
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

JSON = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"
_OK = b"HTTP/1.1 200 OK\r\n"
_TRIPLE = (
    b'{"type":"triple","value":{"subject":{"type":"uri","value":"e:a"},'
    b'"predicate":{"type":"uri","value":"e:b"},"object":'
)
_HEAD = b'{"head":{"vars":["s"]},"results":{"bindings":['
_DRIP_SECONDS = 0.2

# Takes the media type that was asked for, and yields what is sent; b"" waits a moment.
Mode = Callable[[str], Iterator[bytes]]


def whole(
    media_type: str, body: bytes, *fields: bytes, status: bytes = b"200 OK", length: int = -1
) -> bytes:
    """Return a response; its length may be a lie."""
    count = len(body) if length < 0 else length
    lines = [b"HTTP/1.1 " + status, b"Content-Type: " + media_type.encode()]
    return b"\r\n".join([*lines, b"Content-Length: %d" % count, *fields, b"", b""]) + body


def _head(media_type: str, *fields: bytes) -> bytes:
    return b"\r\n".join([_OK.strip(), b"Content-Type: " + media_type.encode(), *fields, b"", b""])


def _of(body: bytes, *fields: bytes, status: bytes = b"200 OK", media_type: str = "") -> Mode:
    """Return a mode that sends one body as what was asked for."""
    return lambda asked: iter([whole(media_type or asked, body, *fields, status=status)])


def _plain(*parts: bytes) -> Mode:
    return lambda asked: iter(parts)


def _endless(begin: Callable[[str], bytes], again: bytes) -> Mode:
    return lambda asked: itertools.chain([begin(asked)], itertools.repeat(again))


def _dripping(sent: Callable[[str], bytes]) -> Mode:
    def drip(asked: str) -> Iterator[bytes]:
        for byte in sent(asked):
            yield bytes([byte])
            yield b""

    return drip


def _solutions(cell: bytes) -> bytes:
    return _HEAD + b'{"s":' + cell + b"}]}}"


def _deep(levels: int) -> bytes:
    return _solutions(_TRIPLE * levels + b'{"type":"uri","value":"e:c"}' + b"}}" * levels)


def _variables(count: int) -> bytes:
    names = b",".join(b'"v%d"' % n for n in range(count))
    return b'{"head":{"vars":[' + names + b']},"results":{"bindings":[' + b"{}," * 9999 + b"{}]}}"


_ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (n + 1, b"&%c;" % n * 10) for n in range(97, 117))
    + b']><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>&u;</head></sparql>'
)
_CHUNKED = b"Transfer-Encoding: chunked"
_NUMBER = b'{"type":"literal","datatype":"http://www.w3.org/2001/XMLSchema#integer","value":"%s"}'

MODES: dict[str, Mode] = {
    "no HTTP": _plain(b"\x16\x03\x01\x00\xff what is this?\n" * 20),
    "status line only": _plain(_OK),
    "a status that is none": _plain(b"HTTP/1.1 " + b"9" * 6000 + b" x\r\n\r\n"),
    "a very long status line": _endless(lambda asked: b"HTTP/1.1 200 ", b"x" * 8192),
    "a page": _of(b"<html>Log in</html>", media_type="text/html"),
    "another media type": _of(_HEAD + b"]}}", media_type="application/x-other"),
    "JSON that breaks off": _of(_HEAD + b'{"s":{"type":"li'),
    "JSON broken in the middle": _of(_HEAD + b'{"s":{"type"},{]}}'),
    "other JSON": _of(b'{"head":[],"oops":[1,2,{"results":7}]}'),
    "JSON of lists": _of(b"[" * 2000 + b"]" * 2000),
    "deep JSON": _of(b'{"head":{"vars":["s"]},"x":' + b"[" * 2000 + b"]" * 2000 + b"}"),
    "deep triples": _of(_deep(2000)),
    "very deep triples": _of(_deep(60_000)),
    "deep triples, escaped": _of(_deep(60_000).replace(b'"triple"', b'"\\u0074riple"')),
    "deep N-Triples": _of(b"<e:a> <e:b> " + b"<<( <e:a> <e:b> " * 60_000 + b"<e:c> .\n"),
    "rows before their head": _of(
        b'{"results":{"bindings":[' + b"{}," * 500_000 + b'{}]},"head":{"vars":["s"]}}'
    ),
    "XML of entities": _of(_ENTITIES, media_type="application/sparql-results+xml"),
    "deep XML": _of(b"<a>" * 50_000, media_type="application/sparql-results+xml"),
    "a length too long": lambda asked: iter([whole(asked, _HEAD + b"]}}", length=9999)]),
    "a length too short": lambda asked: iter([whole(asked, _HEAD + b"]}}", length=9)]),
    "a length that is none": _of(_HEAD + b"]}}", b"Content-Length: -5"),
    "a very long length": _plain(_OK + b"Content-Length: " + b"9" * 6000 + b"\r\n\r\n{}"),
    "endless chunks": _endless(
        lambda asked: _head(asked, _CHUNKED) + b"5\r\n%b\r\n" % _HEAD[:5], b"1\r\n \r\n" * 500
    ),
    "an endless chunk size": _endless(lambda asked: _head(asked, _CHUNKED) + b"5;", b"x" * 8192),
    "endless trailers": _endless(
        lambda asked: _head(asked, _CHUNKED) + b"0\r\n", b"A: b\r\n" * 1000
    ),
    "a wrong chunk size": lambda asked: iter([_head(asked, _CHUNKED) + b"-5\r\n{}\r\n0\r\n\r\n"]),
    "endless fields": _endless(lambda asked: _OK, b"A: b\r\n" * 1000),
    "an endless field": _endless(lambda asked: _OK + b"A: ", b"x" * 8192),
    "go on, without end": _endless(lambda asked: b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "a dripping status": _dripping(lambda asked: _OK * 100),
    "dripping fields": _dripping(lambda asked: _OK + b"A: b\r\n" * 1000),
    "a dripping body": _dripping(lambda asked: whole(asked, _HEAD + b"]}}")),
    "a dripping body without length": _dripping(
        lambda asked: _head(asked, b"Connection: close") + _HEAD + b" " * 9999
    ),
    "a dripping chunk size": _dripping(lambda asked: _head(asked, _CHUNKED) + b"0000000000" * 1000),
    "dripping trailers": _dripping(
        lambda asked: _head(asked, _CHUNKED) + b"0\r\n" + b"A: b\r\n" * 999
    ),
    "says nothing": lambda asked: itertools.repeat(b""),
    "closes at once": _plain(),
    "a gzip bomb": _of(gzip.compress(b" " * (64 << 20)), b"Content-Encoding: gzip"),
    "packed many times": _of(b"x", b"Content-Encoding: gzip, br, gzip, deflate, gzip, gzip"),
    "a redirect to itself": _of(b"", b"Location: /query", status=b"307 Temporary Redirect"),
    "a redirect to a file": _of(b"", b"Location: file:///etc/passwd", status=b"302 Found"),
    "a redirect inwards": _of(
        b"", b"Location: http://169.254.169.254/latest", status=b"301 Moved Permanently"
    ),
    "an endless result": _endless(
        lambda asked: _head(asked, b"Connection: close") + _HEAD,
        b'{"s":{"type":"uri","value":"e:a"}},' * 1000,
    ),
    "a result of a gigabyte": _endless(
        lambda asked: _head(asked, b"Content-Length: 1073741824") + _HEAD, b" " * 65536
    ),
    "a number of a million digits": _of(_solutions(_NUMBER % (b"9" * 1_000_000))),
    "who are you": _of(b"", b"WWW-Authenticate: \xff\xfe", status=b"401 Unauthorized"),
    "later, at no time": _of(b"", b"Retry-After: \xff\x01soon", status=b"503 Service Unavailable"),
    "too many, for ever": _of(b"", b"Retry-After: 9e999", status=b"429 Too Many Requests"),
    "zero bytes": _of(_HEAD + b"\x00" * 1000 + b"]}}"),
    "invalid UTF-8": _of(_solutions(b'{"type":"literal","value":"\xff\xfe\xc0\x80"}')),
    "a reason in many colours": _of(b"\x1b[2J\x00" * 500, status=b"500 \x1b[31mNo"),
    "a million variables": _of(_variables(1_000_000)),
    "a variable twice": _of(b'{"head":{"vars":["s","s"]},"results":{"bindings":[]}}'),
    "other variables": _of(b'{"head":{"vars":["else"]},"results":{"bindings":[]}}'),
}


@dataclass
class BadEngine:
    """An endpoint in front of another.

    Attributes:
        port: Where it listens.
        behind: Address of the honest endpoint.
        mode: How it misbehaves; None: it passes on what the honest one says.
        term: Bound to every variable of every query, in JSON; empty: it is not so stupid.
        followed: Requests for anything but the endpoint's path.
    """

    port: int
    behind: str
    mode: Mode | None = None
    term: bytes = b""
    followed: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/query"

    def _answer(self, wire: socket.socket, end: threading.Event) -> None:
        request = _request(wire)
        if not request.startswith(b"POST /query "):
            self.followed.append(request[:100])
        if self.term:
            wire.sendall(whole(JSON, _bound(request, self.term)))
            return
        if self.mode is None:
            self._pass_on(wire, request)
            return
        for part in self.mode(_wanted(request)):
            if end.is_set():
                return
            if part:
                wire.sendall(part)
            elif _has_gone(wire):
                return

    def _pass_on(self, wire: socket.socket, request: bytes) -> None:
        parts = urlsplit(self.behind)
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection")]
        with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=30) as other:
            other.sendall(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
            while part := other.recv(65536):
                wire.sendall(part)

    def serve(self, wire: socket.socket, end: threading.Event) -> None:
        """Answer one request of a connection, somehow, and close it."""
        with wire, suppress(OSError, ValueError):
            wire.settimeout(60)
            self._answer(wire, end)


def _bound(request: bytes, term: bytes) -> bytes:
    """Return solutions in which each variable that a query shows is bound to one term."""
    query = parse_qs(request.partition(b"\r\n\r\n")[2].decode())["query"][0]
    shown = re.findall(r"[?$](\w+)", query.partition("{")[0]) or re.findall(r"[?$](\w+)", query)
    names = [b'"%b"' % name.encode() for name in dict.fromkeys(shown)]
    row = b",".join(name + b":" + term for name in names)
    head = b'{"head":{"vars":[' + b",".join(names) + b"]},"
    return head + b'"results":{"bindings":[{' + row + b"}]}}"


def _has_gone(wire: socket.socket) -> bool:
    """Wait a moment, and tell whether the other side has closed."""
    time.sleep(_DRIP_SECONDS)
    try:
        return not wire.recv(1, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False


def _request(wire: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        part = wire.recv(65536)
        if not part:
            raise ConnectionError
        read += part
    head = read.partition(b"\r\n\r\n")[0].lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
    while len(read) < len(head) + 4 + length:
        read += wire.recv(65536)
    return read


def _wanted(request: bytes) -> str:
    return N_TRIPLES if b"n-triples" in request.partition(b"\r\n\r\n")[0] else JSON


@contextmanager
def bad_engine(behind: str) -> Iterator[BadEngine]:
    """Run an endpoint in front of another while the block runs; at first it is honest."""
    end = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listening:
        engine = BadEngine(int(listening.getsockname()[1]), behind)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    wire, _ = listening.accept()
                    threading.Thread(target=engine.serve, args=[wire, end], daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield engine
        finally:
            end.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)
