"""The thin layer in front of Flask: what was rendered once is answered from memory.

(path, query string, the few negotiating fields) → a ready answer: header list and bytes, or 304.
Flask makes what is not there yet, and marks in the environment what may be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.http import parse_date

from publisher.serialise import gzipped

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
_LONGEST_KEY = 1024
_MOST_KEYS = 20_000
_WORTH_COMPRESSING = 512
_COMPRESSIBLE = (
    "text/",
    "application/ld+json",
    "application/rdf+xml",
    "application/n-",
    "application/json",
)
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

Key = tuple[str, ...]
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """An answer that is ready to go."""

    status: str
    fields: Fields
    body: bytes
    etag: str
    last_modified: str
    not_modified: Fields = field(default_factory=list)

    def is_known(self, environ: WSGIEnvironment) -> bool:
        """Tell whether the client has this answer already (RFC 9110, section 13.2.2)."""
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags is not None:
            # Weak comparison (section 8.8.3.2).
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return "*" in known or self.etag in known
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        if since is None or not self.last_modified:
            return False
        if since == self.last_modified:
            return True
        then, changed = parse_date(since), parse_date(self.last_modified)
        return then is not None and changed is not None and changed <= then


class Ready:
    """A WSGI application in front of another, with a memory bounded by bytes."""

    def __init__(self, application: WSGIApplication, most_bytes: int) -> None:
        """Keep at most ``most_bytes`` of bodies."""
        self._application = application
        self._most_bytes = most_bytes
        self._answers: dict[Key, Answer] = {}
        self._bodies: dict[tuple[str, str], Answer] = {}
        self._bytes = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the application answer and remember."""
        method = environ["REQUEST_METHOD"]
        if (method != "GET" and method != "HEAD") or "HTTP_RANGE" in environ:
            return self._application(environ, start_response)
        key = tuple([environ.get(name, "") for name in _NEGOTIATING])
        answer = self._answers.get(key)
        if answer is None:
            made = self._make(environ, key)
            if not isinstance(made, Answer):
                return made(start_response)
            answer = made
        if ("HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ) and (
            answer.is_known(environ)
        ):
            start_response("304 NOT MODIFIED", answer.not_modified)
            return []
        start_response(answer.status, answer.fields)
        return [answer.body] if method == "GET" else []

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
        chunks = self._application(dict(environ, REQUEST_METHOD="GET") | _marks(environ), start)
        status, fields = started[0]
        names = {name.lower(): value for name, value in fields}
        if not names.get("etag") or not environ[KEEP]:
            is_head = environ["REQUEST_METHOD"] == "HEAD"

            def pass_on(start_response: StartResponse) -> Iterable[bytes]:
                start_response(status, fields)
                if is_head:
                    _close(chunks)
                    return []
                return chunks

            return pass_on
        body = b"".join(chunks)
        _close(chunks)
        return self._keep(key, _answer(status, fields, names, body, environ))

    def _keep(self, key: Key, answer: Answer) -> Answer:
        """Remember an answer below the key; many keys share one answer."""
        same = (dict(answer.fields).get("Content-Location", key[0]), answer.etag)
        answer = self._bodies.setdefault(same, answer)
        if sum(map(len, key)) > _LONGEST_KEY or len(answer.body) * 4 > self._most_bytes:
            self._bodies.pop(same, None)
            return answer
        self._bytes += len(answer.body)
        while self._answers and (
            self._bytes > self._most_bytes or len(self._answers) >= _MOST_KEYS
        ):
            oldest = next(iter(self._answers))
            gone = self._answers.pop(oldest)
            self._bytes -= len(gone.body)
            self._bodies.pop(
                (dict(gone.fields).get("Content-Location", oldest[0]), gone.etag), None
            )
        self._answers[key] = answer
        return answer


def _marks(environ: WSGIEnvironment) -> dict[str, object]:
    environ[KEEP] = []
    return {KEEP: environ[KEEP]}


def _close(chunks: Iterable[bytes]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()


def _answer(
    status: str, fields: Fields, names: dict[str, str], body: bytes, environ: WSGIEnvironment
) -> Answer:
    """Return an answer, compressed when the client takes that and it is worth it."""
    fields = [(name, value) for name, value in fields if name.lower() != "content-length"]
    compressible = names.get("content-type", "").startswith(_COMPRESSIBLE)
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
    """Tell whether a client takes gzip: named, and not with ``q=0`` (RFC 9110, section 12.5.3)."""
    for element in accept_encoding.lower().split(","):
        coding, _, parameter = element.strip().partition(";")
        if coding.strip() in ("gzip", "x-gzip"):
            return parameter.replace(" ", "").rstrip("0") not in ("q=", "q=0.")
    return False
