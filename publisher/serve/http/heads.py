"""The head of a request → what it asks for and how its body is framed, or why it is refused.

Clients send the same heads again and again: one that came twice is known by its bytes and not read
a third time. Nor are header fields that came twice, whatever address they came with: queries differ
in their addresses and their bodies, but each client sends the same fields with all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

import httptools

from publisher.messages import SOURCE_LANGUAGE, Text
from publisher.serve.http.limits import CHOICE_BYTES, MOST_PARAMETERS
from publisher.serve.response_cache import CacheableRequest
from publisher.system.cache import BoundedCache

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# More fields than any client sends: each takes many times its letters in memory.
MOST_FIELDS = 512
_CACHE_BYTES = 8 << 20
_LONGEST_CACHED_BYTES = 2048
_MOST_SEEN = 4096
# One of so many parts of the memory is for fields.
_FIELDS_PART = 8
_LONGEST_HOST = 255
_ASCII = bytes(range(0x80)).decode("ascii")
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rb"(%b) (\S+) HTTP/([0-9])\.([0-9])" % _TOKEN)
# The parser would pass it, whatever the fields: a path and a query, without a fragment.
_ORDINARY_LINE = re.compile(rb"(?:GET|HEAD|POST) /[!-\"$-~]* HTTP/1\.1")
# RFC 3986, section 3.2.2, with the port of RFC 9110, section 4.2; no user information.
_HOST = re.compile(
    rb"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|\[v[0-9A-Fa-f]+\.[0-9A-Za-z._~!$&'()*+,;=:-]+\]"
    rb"|(?:[0-9A-Za-z._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::[0-9]*)?"
)
# White space at the end of a field, which the parser takes for a part of it (RFC 9112, section 5).
_TRAILING_SPACE = re.compile(rb"(?<=[!-~\x80-\xff])[ \t]+(?=\r\n)")
# They are about this connection, not about the request (RFC 9110, section 7.6.1).
_HOP_BY_HOP = frozenset(
    b"connection expect keep-alive proxy-connection te trailer transfer-encoding upgrade".split()
)
_DIGITS = re.compile(rb"[0-9]{1,18}")
_ABSOLUTE = re.compile(rb"https?://([^/?]*)(/[^?]*)?(\?.*)?", re.IGNORECASE)
_CHUNKED, _CONTINUE = b"chunked", b"100-continue"
RawFields = list[tuple[bytes, bytes]]


class RequestRefused(Exception):
    """A request that is answered with an error by the server itself, which then hangs up."""

    def __init__(self, status: HTTPStatus, reason: str | Text, limit: str = "") -> None:
        """Say why, in a sentence for anyone who wrote the client; ``limit`` names a setting.

        What is too large may be a person's own long query: there the sentence is a ``Text``.
        """
        super().__init__(reason if isinstance(reason, str) else reason[SOURCE_LANGUAGE])
        self.status = status
        self.reason = reason
        self.limit = limit


@dataclass(slots=True)
class RequestHead:
    """The parsed head of a request; several requests may share one.

    Attributes:
        environ: The request as WSGI has it (PEP 3333), but for what the connection knows.
        cacheable: The request, if an answer from the cache may serve it; else None.
        body_bytes: Length of the body; None when it comes in chunks.
        keeps_open: Whether the client wants to use the connection again.
        expects_continue: Whether the client waits for 100 before it sends the body.
        minor: Minor version of HTTP/1 that the client speaks: 0 or 1.
    """

    environ: WSGIEnvironment
    cacheable: CacheableRequest | None
    body_bytes: int | None
    keeps_open: bool
    expects_continue: bool
    minor: int

    @property
    def has_body(self) -> bool:
        """Tell whether a body follows."""
        return self.body_bytes != 0


class _FieldCollector:
    """Takes the fields of a head from the parser."""

    def __init__(self) -> None:
        self.fields: RawFields = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field."""
        if len(self.fields) >= MOST_FIELDS:
            raise RequestRefused(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"A request may have {MOST_FIELDS} header fields.",
            )
        self.fields.append((name.lower(), value))


class _FieldsRead(NamedTuple):
    """What the header fields of a request say.

    Attributes:
        environ: As WSGI has them.
        body_bytes: Length of the body; None when it comes in chunks.
        keeps_open: Whether the client wants to use the connection again.
        expects_continue: Whether the client waits for 100 before it sends the body.
        minor: Minor version of HTTP/1 that the client speaks.
    """

    environ: WSGIEnvironment
    body_bytes: int | None
    keeps_open: bool
    expects_continue: bool
    minor: int


def read_head(head: bytes) -> RequestHead:
    """Return the request that a whole head asks for.

    Args:
        head: From the request line to the empty line, both with CRLF.

    Raises:
        RequestRefused: It breaks a rule of RFC 9112, or asks for what this server does not do.
    """
    line, _, rest = head.partition(b"\r\n")
    method, target, minor = _request_line(line)
    return _request(method, target, _fields_of(method, target, minor, rest))


def _fields_of(method: bytes, target: bytes, minor: int, rest: bytes) -> _FieldsRead:
    """Return what the fields of a head say, all of which is read by the parser."""
    fields = _read_fields(b"%b %b HTTP/1.%d\r\n%b" % (method, target, minor, rest))
    _check_host(fields, minor)
    length = _body_length(fields, minor)
    expects = _expects_continue(fields, minor) and length != 0
    options = _tokens(fields, b"connection")
    keeps = b"close" not in options and (minor == 1 or b"keep-alive" in options)
    environ = field_environ(fields)
    environ["SERVER_PROTOCOL"] = f"HTTP/1.{minor}"
    return _FieldsRead(environ, length, keeps, expects, minor)


def _request(method: bytes, target: bytes, fields: _FieldsRead) -> RequestHead:
    """Return the request that a line and fields make."""
    path, query = _split_target(method, target)
    if query.count(b"&") >= MOST_PARAMETERS:
        raise RequestRefused(
            HTTPStatus.REQUEST_URI_TOO_LONG,
            f"An address may have {MOST_PARAMETERS} parameters.",
        )
    own, length, keeps, expects, minor = fields
    # Bytes, the path unescaped, one letter each; ``REQUEST_URI`` has the path as it was sent: an
    # escaped slash is no slash.
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": method.decode("ascii"),
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "REQUEST_URI": (path + b"?" + query if query else path).decode("latin-1"),
        **own,
    }
    cacheable = CacheableRequest.of(environ) if length == 0 else None
    return RequestHead(environ, cacheable, length, keeps, expects, minor)


def _request_line(line: bytes) -> tuple[bytes, bytes, int]:
    """Return method, target and minor version of HTTP/1 (RFC 9112, section 3).

    A minor version that is not known yet is answered as 1.1 (RFC 9110, section 6.2).
    """
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise RequestRefused(HTTPStatus.BAD_REQUEST, "The request line is not that of HTTP/1.1.")
    method, target, major, minor = match.groups()
    if major != b"1":
        raise RequestRefused(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "This server speaks HTTP/1.1.")
    if not target.isascii():  # some clients send the letters as they are (RFC 3987, section 3.1)
        target = quote_from_bytes(target, _ASCII).encode("ascii")
    return method, target, min(int(minor), 1)


def _read_fields(head: bytes) -> RawFields:
    collector = _FieldCollector()
    try:
        if b" \r\n" in head or b"\t\r\n" in head:
            head = _TRAILING_SPACE.sub(b"", head)
        httptools.HttpRequestParser(collector).feed_data(head)
    except httptools.HttpParserUpgrade:
        pass  # the head is whole; another protocol is not spoken here (RFC 9110, section 7.8)
    except httptools.HttpParserInvalidMethodError as error:
        raise RequestRefused(
            HTTPStatus.NOT_IMPLEMENTED, "This method is not known here."
        ) from error
    except httptools.HttpParserCallbackError as error:
        if isinstance(error.__context__, RequestRefused):
            raise error.__context__ from None
        raise
    except httptools.HttpParserError as error:
        reason = str(error.args[0]) if error.args else "this is no HTTP/1.1"
        raise RequestRefused(
            HTTPStatus.BAD_REQUEST, f"The request cannot be read: {reason}."
        ) from error
    return collector.fields


def _check_host(fields: RawFields, minor: int) -> None:
    """Refuse a request without one valid Host field (RFC 9112, section 3.2)."""
    hosts = [value for name, value in fields if name == b"host"]
    if len(hosts) > 1 or (minor == 1 and not hosts):
        raise RequestRefused(HTTPStatus.BAD_REQUEST, "A request has one Host field.")
    if hosts and not _is_host(hosts[0]):
        raise RequestRefused(HTTPStatus.BAD_REQUEST, "The Host field names no host.")


def _is_host(written: bytes) -> bool:
    """Tell whether something names a host, with or without a port."""
    return (_is_known_host if len(written) <= _LONGEST_HOST else _looks_like_host)(written)


def _looks_like_host(written: bytes) -> bool:
    match = _HOST.fullmatch(written)
    if match is None or match["ipv6"] is None:
        return match is not None
    try:
        IPv6Address(match["ipv6"].decode("ascii"))
    except ValueError:
        return False
    return True


_is_known_host = lru_cache(maxsize=256)(_looks_like_host)


def _split_target(method: bytes, target: bytes) -> tuple[bytes, bytes]:
    """Return path and query of a request target (RFC 9112, section 3.2)."""
    if method == b"CONNECT":
        raise RequestRefused(HTTPStatus.NOT_IMPLEMENTED, "This server is no tunnel.")
    if b"#" in target:
        raise RequestRefused(
            HTTPStatus.BAD_REQUEST, "An address that is asked for has no fragment."
        )
    if target.startswith(b"/"):
        path, _, query = target.partition(b"?")
        return path, query
    if target == b"*" and method == b"OPTIONS":
        return b"*", b""
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None or not _is_host(absolute[1]):
        raise RequestRefused(HTTPStatus.BAD_REQUEST, "The request line names no address of a site.")
    return absolute[2] or b"/", (absolute[3] or b"?")[1:]


def _body_length(fields: RawFields, minor: int) -> int | None:
    """Return the length of the body, None when it comes in chunks (RFC 9112, section 6)."""
    lengths = [value for name, value in fields if name == b"content-length"]
    codings = _tokens(fields, b"transfer-encoding")
    if codings:
        if lengths or minor == 0 or codings[-1] != _CHUNKED or codings.count(_CHUNKED) > 1:
            raise RequestRefused(HTTPStatus.BAD_REQUEST, "It is not clear where the body ends.")
        if codings != [_CHUNKED]:
            raise RequestRefused(
                HTTPStatus.NOT_IMPLEMENTED, "Of transfer codings, chunked is understood here."
            )
        return None
    if any(name == b"transfer-encoding" for name, _ in fields):
        raise RequestRefused(HTTPStatus.BAD_REQUEST, "The Transfer-Encoding field is empty.")
    if not lengths:
        return 0
    if len(lengths) > 1 or _DIGITS.fullmatch(lengths[0]) is None:
        raise RequestRefused(HTTPStatus.BAD_REQUEST, "The Content-Length field is not one number.")
    return int(lengths[0])


def _expects_continue(fields: RawFields, minor: int) -> bool:
    """Tell whether a client waits for 100 (RFC 9110, section 10.1.1)."""
    expected = _tokens(fields, b"expect")
    if minor == 0 or not expected:
        return False
    if expected != [_CONTINUE]:
        raise RequestRefused(
            HTTPStatus.EXPECTATION_FAILED, "Only 100-continue can be expected here."
        )
    return True


def _tokens(fields: RawFields, name: bytes) -> list[bytes]:
    """Return the members of a list in small letters (RFC 9110, section 5.6.1)."""
    values = b",".join([value for field_name, value in fields if field_name == name])
    if not values:
        return []
    return [member.strip(b" \t").lower() for member in values.split(b",") if member.strip(b" \t")]


def field_environ(fields: RawFields) -> WSGIEnvironment:
    """Return header fields as WSGI has them: one letter for each byte (PEP 3333).

    Host is left out: anyone who sends it must not choose where a redirect leads. So are fields that
    are about the connection.

    Args:
        fields: With names in small letters. Several of one name become one with commas (RFC 9110,
            section 5.2). Names with an underscore are left out: they would pass for those with a
            hyphen, which a proxy in front may set. Of fields by which an answer is chosen, the
            members are kept that begin them, up to a length.
    """
    values: dict[bytes, list[bytes]] = {}
    for name, value in fields:
        if b"_" not in name and name != b"host" and name not in _HOP_BY_HOP:
            values.setdefault(name, []).append(value)
    environ: WSGIEnvironment = {}
    for name, lines in values.items():
        written = lines[0] if len(lines) == 1 else b",".join(lines)
        if len(written) > CHOICE_BYTES and name.startswith(b"accept"):
            written = written[:CHOICE_BYTES].rpartition(b",")[0]
        environ[_CGI_NAMES.get(name) or _cgi_name(name)] = written.decode("latin-1")
    return environ


def _cgi_name(name: bytes) -> str:
    """Return the WSGI name of a header field.

    >>> _cgi_name(b"if-none-match"), _cgi_name(b"content-type")
    ('HTTP_IF_NONE_MATCH', 'CONTENT_TYPE')
    """
    bare = name.decode("latin-1").upper().replace("-", "_")
    return bare if bare in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{bare}"


_CGI_NAMES = {
    name: _cgi_name(name)
    for name in (
        *(b"accept", b"accept-encoding", b"accept-language", b"content-length", b"content-type"),
        *(b"if-none-match", b"if-modified-since", b"user-agent", b"origin", b"referer"),
    )
}


class RequestHeadCache:
    """Heads that came before, and the fields of heads, in a bounded part of memory.

    Either is kept when it comes the second time: most queries in addresses never do, and keeping
    one costs as much as reading it.
    """

    def __init__(self, most_bytes: int = _CACHE_BYTES) -> None:
        """Begin with none."""
        self._known: BoundedCache[bytes, RequestHead] = BoundedCache(most_bytes)
        self._fields: BoundedCache[bytes, _FieldsRead] = BoundedCache(most_bytes // _FIELDS_PART)
        self._seen: dict[int, None] = {}
        self.known = self._known.get

    def __len__(self) -> int:
        """Return how many are known."""
        return len(self._known)

    def read(self, head: bytes) -> RequestHead:
        """Return the request that a whole head asks for; see ``read_head``.

        Raises:
            RequestRefused: As ``read_head`` does.
        """
        request = self._known.get(head)
        if request is not None:
            return request
        request = self._read(head)
        if len(head) <= _LONGEST_CACHED_BYTES and self._came_before(head):
            return self._known.put(head, request)
        return request

    def _read(self, head: bytes) -> RequestHead:
        line, _, rest = head.partition(b"\r\n")
        if len(rest) > _LONGEST_CACHED_BYTES or _ORDINARY_LINE.fullmatch(line) is None:
            return read_head(head)
        method, target, _ = line.split(b" ")
        fields = self._fields.get(rest)
        if fields is None:
            fields = _fields_of(method, target, 1, rest)
            if self._came_before(rest):
                self._fields.put(rest, fields)
        return _request(method, target, fields)

    def _came_before(self, head: bytes) -> bool:
        """Tell whether bytes came before, among the last ones; only the event loop asks."""
        number = hash(head)
        if self._seen.pop(number, 0) is None:
            return True
        self._seen[number] = None
        if len(self._seen) > _MOST_SEEN:
            del self._seen[next(iter(self._seen))]
        return False
