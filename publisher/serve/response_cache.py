"""The response cache in front of Flask: what was rendered once is answered from memory.

(path as sent, query string, the few negotiating fields) → a ready answer: header list and bytes, or
304. Flask makes what is not there yet, and marks in the environment what may be kept. What many ask
for at the same time is made once: the others wait for it, a bounded number of them, so that a
process with enough threads always has some that do not wait (``MOST_WAITING``; see
``app.thread_count``).
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from io import BytesIO
from time import monotonic
from typing import TYPE_CHECKING

from flask import request
from werkzeug.http import parse_accept_header, parse_date, parse_range_header

from publisher.messages import text
from publisher.rdf.media_types import with_plain_weights
from publisher.rdf.serialise import gzip_bytes
from publisher.serve.bare_problems import send_problem
from publisher.serve.cors import FIELDS
from publisher.serve.metrics import route_of
from publisher.serve.requested import sent_path, with_path
from publisher.system.cache import BoundedCache, memory_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


CACHEABLE = "publisher.keep"
# The socket layer's word that nobody waits for an answer any more; see ``queue``.
CLIENT_DISCONNECTED = "publisher.client_left"
# Threads of a process that wait for what another one makes; anyone who comes beyond makes its own.
MOST_WAITING = 64
_waiting_slots = threading.BoundedSemaphore(MOST_WAITING)
_LONGEST_WAIT_SECONDS = 20.0
_POLL_SECONDS = 0.25
# What is not kept is made by so many of those who waited at a time, after a wait of so long by all.
_MOST_MAKERS = 4
_MAKER_SECONDS = 2.0
# A part of the memory that is left free when it is filled ahead of requests.
_FULL_SHARE = 0.9
_NEGOTIATING = (
    "QUERY_STRING",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_ACCEPT_ENCODING",
)
# The home page as a browser may ask for it, for a site that nobody has asked yet.
_HOME: CacheKey = ("/", "", "text/html", "", "gzip")
_log = logging.getLogger("publisher")
_WORTH_COMPRESSING = 512
_COMPRESSIBLE = (
    "text/",
    "application/ld+json",
    "application/rdf+xml",
    "application/n-",
    "application/json",
    "application/sparql-results",
    "application/trig",
)
_CACHEABLE_METHODS = ("GET", "HEAD")
_PARTS = "The answer has {length} bytes. Ask for a part of them, or leave Range out."
# What lies below has parts of its own, read from the disk; of all else they are cut here.
_RANGE_PATH = "/dump/"
# One part (RFC 9110, section 14.1.2); whatever else is asked for is answered with the whole.
_PART = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-0*[1-9][0-9]{0,17})", re.IGNORECASE)
_CITED_PATHS = ("/dump/", "/release/", "/sparql", "/query/")
# What a 304 repeats (RFC 9110, section 15.4.5).
_NOT_MODIFIED_FIELDS = {
    "cache-control",
    "content-location",
    "date",
    "etag",
    "expires",
    "last-modified",
    "link",
    "vary",
    "access-control-allow-origin",
    "access-control-expose-headers",
}


def _key_of(environ: WSGIEnvironment) -> CacheKey:
    return (sent_path(environ), *[environ.get(name, "") for name in _NEGOTIATING])


@dataclass(frozen=True)
class CacheableRequest:
    """A request that may be answered from the cache.

    Attributes:
        environ: The request (PEP 3333).
        key: Below which its answer is remembered.
        route: Which part of the site it asks for, as metrics count requests.
    """

    environ: WSGIEnvironment
    key: CacheKey
    route: str

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> CacheableRequest | None:
        """Return what a request asks for; None when no answer from memory may serve it."""
        if not _is_cacheable(environ) or _has_range(environ):
            return None
        return cls(environ, _key_of(environ), route_of(environ["PATH_INFO"]))


def _send(
    answer: CachedResponse, environ: WSGIEnvironment, start_response: StartResponse
) -> list[bytes]:
    """Send an answer, or tell the client that it has it already."""
    if answer.is_known(environ):
        start_response(NOT_MODIFIED, answer.not_modified)
        return []
    is_get = environ["REQUEST_METHOD"] == "GET"
    if answer.status.startswith("200") and asks_for_part(
        environ, answer.etag, answer.last_modified
    ):
        return _send_part(answer, environ, start_response)
    start_response(answer.status, answer.fields if is_get else _without_digest(answer.fields))
    return [answer.body] if is_get else []


def asks_for_part(environ: WSGIEnvironment, etag: str, last_modified: str) -> bool:
    """Tell whether a range is requested that still fits the client's bytes.

    RFC 9110, sections 13.1.5 and 14.2.

    Args:
        environ: The request.
        etag: Of the answer.
        last_modified: The same.
    """
    part = _PART.fullmatch(environ.get("HTTP_RANGE", ""))
    if part is None or environ["REQUEST_METHOD"] != "GET":
        return False
    if part[2] and int(part[2]) < int(part[1]):
        return False
    return environ.get("HTTP_IF_RANGE", etag) in (etag, last_modified)  # exactly


def _send_part(
    answer: CachedResponse, environ: WSGIEnvironment, start_response: StartResponse
) -> list[bytes]:
    """Send a part of an answer (RFC 9110, sections 15.3.7 and 15.5.17)."""
    length = len(answer.body)
    requested = parse_range_header(environ["HTTP_RANGE"])
    part = None if requested is None else requested.range_for_length(length)
    if part is None:
        return send_problem(
            environ,
            start_response,
            "416 REQUESTED RANGE NOT SATISFIABLE",
            text("This part is not there"),
            text(_PARTS, length=length),
            [("Content-Range", f"bytes */{length}")],
        )
    body = answer.body[part[0] : part[1]]
    fields = _set_field(_without_digest(answer.fields), "Content-Length", str(len(body)))
    fields = _set_field(fields, "Accept-Ranges", "bytes")
    fields = [*fields, ("Content-Range", f"bytes {part[0]}-{part[1] - 1}/{length}")]
    start_response("206 PARTIAL CONTENT", fields)
    return [body]


@dataclass(frozen=True)
class _UncachedResponse:
    """A response that is not cached."""

    status: str
    fields: HeaderFields
    chunks: Iterable[bytes]
    is_head: bool

    @property
    def is_busy(self) -> bool:
        """Tell whether it says nothing of what was asked for: another one may get an answer."""
        return self.status.startswith(("429", "5"))

    def send(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass it on, or tell the client that it has it already."""
        names = {name.lower(): value for name, value in self.fields}
        if self.status.startswith("200") and is_known(
            environ, names.get("etag", ""), names.get("last-modified", "")
        ):
            _close(self.chunks)
            start_response(NOT_MODIFIED, _of_unchanged(self.fields))
            return []
        start_response(self.status, self.fields)
        if self.is_head:
            _close(self.chunks)
            return []
        return self.chunks


@dataclass
class _PendingResponse:
    """An answer that is being made, and what comes of it.

    Attributes:
        answer: What was made, if others may have it too.
        is_busy: Whether its maker was sent away, so that another one must try.
        done: Set when the answer is made, or its maker has given up.
    """

    answer: CachedResponse | None = None
    is_busy: bool = True
    done: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float, has_left: Callable[[], bool] | None) -> None:
        """Wait for the end, for so long, and while the client is there."""
        end = monotonic() + seconds
        while not self.done.wait(min(_POLL_SECONDS, max(0.0, end - monotonic()))):
            if monotonic() >= end or (has_left is not None and has_left()):
                return


class ResponseCache:
    """A WSGI application in front of another, with a memory of its answers."""

    def __init__(self, application: WSGIApplication, most_bytes: int) -> None:
        """Keep at most ``most_bytes`` of answers."""
        self._application = application
        self._most_bytes = most_bytes
        self._memory = ResponseStore(most_bytes)
        self._entry = self._memory.entry
        self._lock = threading.Lock()
        self._makings: dict[CacheKey, _PendingResponse] = {}
        self._makers = threading.BoundedSemaphore(_MOST_MAKERS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the application answer and remember."""
        environ = _uncoded(environ)
        answer = self.from_cache(environ, start_response)
        if answer is not None:
            return answer
        if not _is_cacheable(environ):
            return self._application(environ, start_response)
        made = self._make_once(environ, _key_of(environ))
        if isinstance(made, _UncachedResponse):
            return made.send(environ, start_response)
        return _send(made, environ, start_response)

    def from_cache(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> list[bytes] | None:
        """Answer from memory; None when the application must answer."""
        environ = _uncoded(environ)
        if not _is_cacheable(environ):
            return None
        answer = self._memory.get(_key_of(environ))
        return None if answer is None else _send(answer, environ, start_response)

    def find(self, cacheable: CacheableRequest) -> CachedResponse | None:
        """Return the answer that is ready, if there is one."""
        # As ``get`` of the memory, which costs a call more: this is asked for every request.
        entry = self._entry(cacheable.key)
        if entry is None:
            return None
        entry.used = monotonic()
        return entry.value

    def keep(self, environ: WSGIEnvironment, fields: HeaderFields, body: bytes) -> CachedResponse:
        """Keep an answer of 200 that was made elsewhere, as if the application had made it."""
        names = {name.lower(): value for name, value in fields}
        made = _make_cached("200 OK", fields, names, body, environ)
        return self._memory.put(_key_of(environ), made)

    def recent(self) -> list[CacheKey]:
        """Return below what answers are kept, those that were asked for again and last first."""
        return self._memory.recent()

    def warm(self, keys: Iterable[CacheKey], most: int, end: float) -> int:
        """Make answers before they are asked for; return how many there are now.

        Args:
            keys: What will be asked for, the home page first, whatever its place among them.
            most: So many at most, and not more than the memory holds.
            end: When to stop (``time.monotonic``).
        """
        listed = sorted(keys, key=lambda key: key[0] != "/") or [_HOME]
        for key in [*([] if listed[0][0] == "/" else [_HOME]), *listed][:most]:
            if monotonic() >= end or self._memory.size >= self._most_bytes * _FULL_SHARE:
                break
            try:
                _close(self(_request_from_key(key, end), lambda *_: lambda _written: None))
            except Exception:  # noqa: BLE001 – anyone who asks for it sees the same, and is answered
                _log.exception("An answer could not be made ahead: %s", key[0])
        return len(self._memory)

    def _make_once(
        self, environ: WSGIEnvironment, key: CacheKey
    ) -> CachedResponse | _UncachedResponse:
        """Return the application's answer, made by this thread, or by one that began before."""
        end = monotonic() + _LONGEST_WAIT_SECONDS
        has_left = environ.get(CLIENT_DISCONNECTED)
        while True:
            with self._lock:
                making = self._makings.get(key)
                if making is None:
                    mine = self._makings[key] = _PendingResponse()
                    break
            if not _waiting_slots.acquire(blocking=False):
                return self._make(environ, key)
            try:
                making.wait(end - monotonic(), has_left)
            finally:
                _waiting_slots.release()
            if making.answer is not None:
                return making.answer
            if has_left is not None and has_left():
                fields = [("Content-Length", "0"), *FIELDS]
                return _UncachedResponse("503 SERVICE UNAVAILABLE", fields, [], False)
            if not making.is_busy or monotonic() >= end:
                return self._make_own(environ, key)
        return self._make_for_all(environ, key, mine)

    def _make_for_all(
        self, environ: WSGIEnvironment, key: CacheKey, mine: _PendingResponse
    ) -> CachedResponse | _UncachedResponse:
        """Return the application's answer, and let those have it who wait for it."""
        try:
            # The one who made it before may have ended a moment ago.
            made = self._memory.get(key) or self._make(environ, key)
            if isinstance(made, CachedResponse):
                mine.answer = made
            mine.is_busy = isinstance(made, _UncachedResponse) and made.is_busy
            return made
        finally:
            with self._lock:
                del self._makings[key]
            mine.done.set()

    def _make_own(
        self, environ: WSGIEnvironment, key: CacheKey
    ) -> CachedResponse | _UncachedResponse:
        """Return the application's answer when all who waited must make it: a few at a time."""
        has_place = self._makers.acquire(timeout=_MAKER_SECONDS)
        try:
            return self._make(environ, key)
        finally:
            if has_place:
                self._makers.release()

    def _make(self, environ: WSGIEnvironment, key: CacheKey) -> CachedResponse | _UncachedResponse:
        """Return the application's answer, kept when it may be."""
        # Asked as GET, so that a HEAD fills the memory too; the body is left out on the way out.
        marks: list[bool] = []
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        asked = _as_get(environ, is_head) | {CACHEABLE: marks}
        status, fields, chunks = _answer(self._application, asked)
        names = {name.lower(): value for name, value in fields}
        if not names.get("etag") or not marks:
            return _UncachedResponse(status, fields, chunks, is_head)
        body = b"".join(chunks)
        _close(chunks)
        return self._memory.put(key, _make_cached(status, fields, names, body, environ))


def answer_unless_known(
    application: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Return the answer of an application past the cache, or 304 to a client that has it."""
    if environ["REQUEST_METHOD"] not in _CACHEABLE_METHODS:
        return application(environ, start_response)
    return _UncachedResponse(*_answer(application, environ), is_head=False).send(
        environ, start_response
    )


def _answer(
    application: WSGIApplication, environ: WSGIEnvironment
) -> tuple[str, HeaderFields, Iterable[bytes]]:
    """Return status, fields and body of an application's answer (PEP 3333)."""
    started: list[tuple[str, HeaderFields]] = []

    def start(
        status: str, fields: HeaderFields, _exc_info: object = None
    ) -> Callable[[bytes], object]:
        started[:] = [(status, fields)]
        return lambda _written: None

    chunks = application(environ, start)
    return *started[0], chunks


def _request_from_key(key: CacheKey, end: float) -> WSGIEnvironment:
    """Return the request of a key, to be sent again; it counts as left after some time."""
    requested: WSGIEnvironment = {
        name: value
        for name, value in zip(_NEGOTIATING, key[1:], strict=True)
        if value or not name.startswith("HTTP_")
    }
    return with_path(requested, key[0]) | {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        CLIENT_DISCONNECTED: lambda: monotonic() >= end,
    }


def _is_cacheable(environ: WSGIEnvironment) -> bool:
    """Tell whether the answer to a request may be in the memory; parts of files never are."""
    if _has_range(environ):
        return _RANGE_PATH not in environ["PATH_INFO"]
    return environ["REQUEST_METHOD"] in _CACHEABLE_METHODS


def _has_range(environ: WSGIEnvironment) -> bool:
    return "HTTP_RANGE" in environ and environ["REQUEST_METHOD"] == "GET"


def _uncoded(environ: WSGIEnvironment) -> WSGIEnvironment:
    """Return a request as it is answered: parts are of what nobody has compressed."""
    if not _has_range(environ):
        return environ
    return {name: value for name, value in environ.items() if name != "HTTP_ACCEPT_ENCODING"}


def _as_get(environ: WSGIEnvironment, is_head: bool) -> dict[str, object]:
    """Return a request as GET; a range means nothing in HEAD (RFC 9110, section 14.2)."""
    requested = dict(environ, REQUEST_METHOD="GET")
    if is_head:
        requested.pop("HTTP_RANGE", None)
    return requested


def _close(chunks: Iterable[bytes]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()


def _make_cached(
    status: str, fields: HeaderFields, names: dict[str, str], body: bytes, environ: WSGIEnvironment
) -> CachedResponse:
    """Return an answer, compressed when the client takes that and it is worth it.

    What can be had in parts is left as it is, so that the parts are of the same bytes.
    """
    fields = [(name, value) for name, value in fields if name.lower() != "content-length"]
    compressible = (
        is_compressible(names.get("content-type", ""), body) and "accept-ranges" not in names
    )
    etag = names["etag"]
    if compressible:
        fields = _set_field(
            fields, "Vary", ", ".join(filter(None, [names.get("vary"), "Accept-Encoding"]))
        )
        if takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            body = gzip_bytes(body)
            # Another representation, another strong tag (RFC 9110, section 8.8.3.3).
            etag = f'{etag[:-1]}-gzip"'
            fields = [*_set_field(fields, "ETag", etag), ("Content-Encoding", "gzip")]
    if _is_cited(environ):
        fields = [*fields, ("Content-Digest", content_digest(body))]
    fields = [*fields, ("Content-Length", str(len(body)))]
    return CachedResponse(
        status,
        fields,
        body,
        etag,
        names.get("last-modified", ""),
        _of_unchanged(fields),
    )


def _of_unchanged(fields: HeaderFields) -> HeaderFields:
    """Return the fields of a 304, of those that the answer has."""
    return [(name, value) for name, value in fields if name.lower() in _NOT_MODIFIED_FIELDS]


def _is_cited(environ: WSGIEnvironment) -> bool:
    """Tell whether an answer is cited with its digest: of a release, to a query, and a dump."""
    return str(environ["PATH_INFO"]).startswith(_CITED_PATHS)


def content_digest(body: bytes) -> str:
    """Return the value of Content-Digest for a body as it is sent (RFC 9530, section 2).

    >>> content_digest(b"")
    'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    """
    return digest_field(hashlib.sha256(body).digest())


def digest_field(digest: bytes) -> str:
    """Return a SHA-256 as a dictionary of structured fields (RFC 9651)."""
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


def _without_digest(fields: HeaderFields) -> HeaderFields:
    """Return the fields of an answer without content, whose digest would be another one."""
    return [(name, value) for name, value in fields if name != "Content-Digest"]


def _set_field(fields: HeaderFields, name: str, value: str) -> HeaderFields:
    return [(n, v) for n, v in fields if n.lower() != name.lower()] + [(name, value)]


def is_compressible(content_type: str, body: bytes) -> bool:
    """Tell whether an answer is compressed for clients that take it so."""
    return len(body) >= _WORTH_COMPRESSING and content_type.startswith(_COMPRESSIBLE)


def takes_gzip(accept_encoding: str) -> bool:
    """Tell whether a client takes gzip, by either name (RFC 9110, sections 8.4.1.3 and 12.5.3)."""
    named = accept_encoding.lower()
    if "gzip" not in named and "*" not in named:
        return False
    weighted = with_plain_weights(named.replace("x-gzip", "gzip"))
    return parse_accept_header(weighted).quality("gzip") > 0


# Answers that are ready to go, in a memory that is bounded by bytes.

_LONGEST_KEY = 1024
# Forms of what goes over the wire, each with a head, and what each takes besides.
_WIRE_FORMS = 3
_WIRE_FORM_BYTES = 512
NOT_MODIFIED = "304 NOT MODIFIED"

CacheKey = tuple[str, ...]
HeaderFields = list[tuple[str, str]]
ResponseIdentity = tuple[object, ...]


@dataclass(frozen=True)
class RawResponse:
    """Status, head (without Date) and body as they are sent."""

    status: str
    head: bytes
    body: bytes


@dataclass(frozen=True)
class CachedResponse:
    """A complete response with its validators."""

    status: str
    fields: HeaderFields
    body: bytes
    etag: str
    last_modified: str
    not_modified: HeaderFields = field(default_factory=list)

    @property
    def same(self) -> ResponseIdentity:
        """Return what equal answers have in common: the entity tag stands for the body."""
        return (self.status, *self.fields)

    @property
    def size(self) -> int:
        """Return how many bytes of memory the answer takes, or will when it has been sent."""
        head = sum(len(name) + len(value) + len(": \r\n") for name, value in self.fields)
        return memory_of(self) + _WIRE_FORMS * (_WIRE_FORM_BYTES + head)

    def raw_response(self, environ: WSGIEnvironment) -> RawResponse:
        """Return what a client gets that asks so: all of it, its head alone, or that it has it."""
        if self.is_known(environ):
            return self._unchanged
        return self._whole if environ["REQUEST_METHOD"] == "GET" else self._bodiless

    @cached_property
    def _whole(self) -> RawResponse:
        return RawResponse(self.status, head_of(self.status, self.fields), self.body)

    @cached_property
    def _bodiless(self) -> RawResponse:
        return RawResponse(self.status, head_of(self.status, _without_digest(self.fields)), b"")

    @cached_property
    def _unchanged(self) -> RawResponse:
        return RawResponse(NOT_MODIFIED, head_of(NOT_MODIFIED, self.not_modified), b"")

    def is_known(self, environ: WSGIEnvironment) -> bool:
        """Tell whether the client has this answer already."""
        return is_known(environ, self.etag, self.last_modified)


def is_known(environ: WSGIEnvironment, etag: str, last_modified: str) -> bool:
    """Tell whether the client has an answer already (RFC 9110, section 13.2.2).

    Args:
        environ: The request.
        etag: Of the answer; empty for none, which no client has.
        last_modified: The same.
    """
    if "HTTP_IF_NONE_MATCH" not in environ and "HTTP_IF_MODIFIED_SINCE" not in environ:
        return False
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is None:
        return is_same_instant(environ.get("HTTP_IF_MODIFIED_SINCE"), last_modified)
    # Weak comparison (section 8.8.3.2).
    known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    return bool(etag) and ("*" in known or etag.removeprefix("W/") in known)


def head_of(status: str, fields: HeaderFields) -> bytes:
    """Return the head of an answer, without Date and the empty line (RFC 9112, sections 4, 5)."""
    named = ((name.lower(), value) for name, value in fields)
    # Flask gives files and answers of the past a Date; the server gives everything one.
    lines = [f"{name}: {value}" for name, value in named if name != "date"]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, ""]).encode("latin-1")


def is_same_instant(since: str | None, last_modified: str) -> bool:
    """Tell whether If-Modified-Since names the very instant of Last-Modified.

    RFC 9110, section 13.1.3, lets a server honour only exact matches where dates may go back. Here
    they do: an older release may be activated, and a release's date is that of its sources, so that
    what came on line today may be older than a client's copy of something else.
    """
    if since is None or not last_modified:
        return False
    return since == last_modified or instant_of(since) == instant_of(last_modified)


def instant_of(date: str) -> datetime | None:
    """Return the instant of a date in a field (RFC 9110, section 5.6.7); None when it is none."""
    try:
        return parse_date(date)
    except OverflowError:  # a year of eleven digits
        return None


class ResponseStore(BoundedCache[CacheKey, CachedResponse]):
    """Answers below keys, bounded by bytes; keys with equal answers share one.

    Looking up is one access to a dictionary; whatever changes the memory takes the lock.
    """

    def __init__(self, most_bytes: int) -> None:
        """Keep at most ``most_bytes``."""
        super().__init__(
            most_bytes,
            size_of=lambda answer: answer.size,
            identity_of=lambda answer: answer.same,
        )

    def put(self, key: CacheKey, answer: CachedResponse) -> CachedResponse:
        """Remember an answer below a key, and return the one that equal keys share."""
        return answer if sum(map(len, key)) > _LONGEST_KEY else super().put(key, answer)


# How a view marks its response as cacheable.


def mark_cacheable() -> bool:
    """Let the cache keep the response to the current request; tell whether there is a cache."""
    marks = request.environ.get(CACHEABLE)
    if marks is None:
        return False
    marks.append(True)
    return True
