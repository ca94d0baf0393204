"""The thin layer in front of Flask: what was rendered once is answered from memory.

(path, query string, the few negotiating fields) → a ready answer: header list and bytes, or 304.
Flask makes what is not there yet, and marks in the environment what may be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.http import parse_accept_header

from publisher.serialise import gzipped
from publisher.serve.memory import NOT_MODIFIED, Answer, Fields, Key, Memory
from publisher.serve.metrics import place_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEEP = "publisher.keep"
_NEGOTIATING = (
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_ACCEPT_ENCODING",
)
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
_REMEMBERED = ("GET", "HEAD")
# What lies below has parts of its own (RFC 9110, section 14); elsewhere Range is passed over.
_IN_PARTS = "/dump/"
# What a 304 repeats (RFC 9110, section 15.4.5).
_REPEATED = {
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


def _key_of(environ: WSGIEnvironment) -> Key:
    return tuple([environ.get(name, "") for name in _NEGOTIATING])


@dataclass(frozen=True)
class Asked:
    """A request that an answer from memory may serve.

    Attributes:
        environ: The request (PEP 3333).
        key: Below which its answer is remembered.
        place: On the site, for counting.
    """

    environ: WSGIEnvironment
    key: Key
    place: str

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> Asked | None:
        """Return what a request asks for; None when no answer from memory may serve it."""
        if not _is_remembered(environ):
            return None
        return cls(environ, _key_of(environ), place_of(environ["PATH_INFO"]))


def _send(answer: Answer, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Send an answer, or tell the client that it has it already."""
    if answer.is_known(environ):
        start_response(NOT_MODIFIED, answer.not_modified)
        return []
    start_response(answer.status, answer.fields)
    return [answer.body] if environ["REQUEST_METHOD"] == "GET" else []


class Ready:
    """A WSGI application in front of another, with a memory of its answers."""

    def __init__(self, application: WSGIApplication, most_bytes: int) -> None:
        """Keep at most ``most_bytes`` of answers."""
        self._application = application
        self._memory = Memory(most_bytes)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the application answer and remember."""
        found = self.from_memory(environ, start_response)
        if found is not None:
            return found
        if not _is_remembered(environ):
            return self._application(environ, start_response)
        made = self._make(environ, _key_of(environ))
        if not isinstance(made, Answer):
            return made(start_response)
        return _send(made, environ, start_response)

    def from_memory(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> list[bytes] | None:
        """Answer from memory; None when the application must answer."""
        if not _is_remembered(environ):
            return None
        answer = self._memory.get(_key_of(environ))
        return None if answer is None else _send(answer, environ, start_response)

    def find(self, asked: Asked) -> Answer | None:
        """Return the answer that is ready, if there is one."""
        return self._memory.get(asked.key)

    def _make(
        self, environ: WSGIEnvironment, key: Key
    ) -> Answer | Callable[[StartResponse], Iterable[bytes]]:
        """Return the application's answer, kept when it may be; else how to pass it on."""
        started: list[tuple[str, Fields]] = []

        def start(
            status: str, fields: Fields, _exc_info: object = None
        ) -> Callable[[bytes], object]:
            started[:] = [(status, fields)]
            return lambda _written: None

        # Asked as GET, so that a HEAD fills the memory too; the body is left out on the way out.
        marks: list[bool] = []
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        chunks = self._application(_as_get(environ, is_head) | {KEEP: marks}, start)
        status, fields = started[0]
        names = {name.lower(): value for name, value in fields}
        if not names.get("etag") or not marks:

            def pass_on(start_response: StartResponse) -> Iterable[bytes]:
                start_response(status, fields)
                if is_head:
                    _close(chunks)
                    return []
                return chunks

            return pass_on
        body = b"".join(chunks)
        _close(chunks)
        return self._memory.keep(key, _answer(status, fields, names, body, environ))


def _is_remembered(environ: WSGIEnvironment) -> bool:
    """Tell whether the answer to a request may be in the memory; parts of files never are."""
    if "HTTP_RANGE" in environ and environ["REQUEST_METHOD"] == "GET":
        return _IN_PARTS not in environ["PATH_INFO"]
    return environ["REQUEST_METHOD"] in _REMEMBERED


def _as_get(environ: WSGIEnvironment, is_head: bool) -> dict[str, object]:
    """Return a request as GET; a range means nothing in HEAD (RFC 9110, section 14.2)."""
    asked = dict(environ, REQUEST_METHOD="GET")
    if is_head:
        asked.pop("HTTP_RANGE", None)
    return asked


def _close(chunks: Iterable[bytes]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()


def _answer(
    status: str, fields: Fields, names: dict[str, str], body: bytes, environ: WSGIEnvironment
) -> Answer:
    """Return an answer, compressed when the client takes that and it is worth it.

    What can be had in parts is left as it is, so that the parts are of the same bytes.
    """
    fields = [(name, value) for name, value in fields if name.lower() != "content-length"]
    compressible = (
        names.get("content-type", "").startswith(_COMPRESSIBLE) and "accept-ranges" not in names
    )
    etag = names["etag"]
    if compressible and len(body) >= _WORTH_COMPRESSING:
        fields = _set(
            fields, "Vary", ", ".join(filter(None, [names.get("vary"), "Accept-Encoding"]))
        )
        if _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            body = gzipped(body)
            # Another representation, another strong tag (RFC 9110, section 8.8.3.3).
            etag = f'{etag[:-1]}-gzip"'
            fields = [*_set(fields, "ETag", etag), ("Content-Encoding", "gzip")]
    fields = [*fields, ("Content-Length", str(len(body)))]
    return Answer(
        status,
        fields,
        body,
        etag,
        names.get("last-modified", ""),
        [(name, value) for name, value in fields if name.lower() in _REPEATED],
    )


def _set(fields: Fields, name: str, value: str) -> Fields:
    return [(n, v) for n, v in fields if n.lower() != name.lower()] + [(name, value)]


def _takes_gzip(accept_encoding: str) -> bool:
    """Tell whether a client takes gzip (RFC 9110, section 12.5.3)."""
    return parse_accept_header(accept_encoding).quality("gzip") > 0
