"""The way to a SPARQL server and back: requests, credentials, time limits, one careful retry.

An answer is taken in to its end before any of it goes on. The web server in front ends a broken
stream as if it were whole, so what is cut must be noticed before the first byte leaves.

An engine is not trusted to be one: whatever it sends, an exchange ends at its deadline and takes no
more memory than a result may have; redirects are not followed and nothing is unpacked.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import math
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, EmptyPoolError, ProtocolError, ReadTimeoutError

from publisher.errors import (
    EngineBusy,
    EngineFailed,
    PublisherError,
    QueryLimitExceeded,
    QueryRefused,
)
from publisher.messages import printable
from publisher.query.engine import QueryLimits
from publisher.query.remote.circuit import CircuitBreaker
from publisher.system.user_agent import user_agent

_CONNECT_SECONDS = 5.0
_READ_BYTES = 1 << 16
_FORM_TYPE = "application/x-www-form-urlencoded"
# What all exchanges together may hold of answers that are still on their way.
_ARRIVING_RESULTS = 4


class _TimedConnection(HTTPConnection):
    """A connection whose head has to arrive in time as a whole."""

    wire: socket.socket | None = None

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]
        """Return a response whose body is still to be read."""
        self.wire = self.sock
        with ExitStack() as opened:
            if self.wire is not None and self.timeout is not None:
                deadline = time.monotonic() + self.timeout
                opened.enter_context(SOCKET_DEADLINES.shutting_down(self.wire, deadline))
            return super().getresponse()


class _TimedTlsConnection(_TimedConnection, HTTPSConnection):
    """The same over TLS."""


class _ArrivingBytes:
    """Counts what is on its way, and refuses what would be too much at one time."""

    def __init__(self, most: int) -> None:
        self._most, self._taken = most, 0
        self._lock = threading.Lock()

    def take(self, count: int) -> None:
        """Make room for so many bytes more.

        Raises:
            EngineBusy: There is none.
        """
        with self._lock:
            self._taken += count
            if self._taken <= self._most or count <= 0:
                return
            self._taken -= count
        raise EngineBusy(
            "The query engine has too much to do.", remedy="Send the query again in a few seconds."
        )


class ConnectionPool:
    """A bounded number of open connections to one engine."""

    def __init__(self, address: EngineAddress, limits: QueryLimits, most: int) -> None:
        """Connect to nothing yet."""
        self._address, self._limits = address, limits
        parts = urlsplit(address.url)
        self._path = parts._replace(scheme="", netloc="").geturl() or "/"
        self._pool = urllib3.connection_from_url(address.url, maxsize=most, block=True)
        self._pool.ConnectionCls = (
            _TimedTlsConnection if parts.scheme == "https" else _TimedConnection
        )
        self._arriving = _ArrivingBytes(_ARRIVING_RESULTS * limits.result_bytes)
        self._circuit = CircuitBreaker()

    def send(self, request: QueryRequest) -> bytes:
        """Return the whole body of an answer of the wanted media type.

        Raises:
            QueryRefused: The engine does not take the query.
            QueryLimitExceeded: It was stopped at a limit, ours or the engine's.
            EngineBusy: All connections are in use.
            EngineFailed: The engine cannot be reached, breaks off, or answers something else.
        """
        self._circuit.admit()
        deadline = time.monotonic() + request.seconds
        try:
            body = self._send(request, deadline)
        except IncompleteResponse as error:
            self._circuit.failed()
            raise engine_error(str(error)) from error
        except PublisherError:
            self._circuit.succeeded()  # it answers, if with a refusal
            raise
        except Exception as error:  # what it sends may break a reader anywhere
            raise self._failure(error, request, deadline) from error
        self._circuit.succeeded()
        return body

    def _failure(self, error: Exception, request: QueryRequest, deadline: float) -> PublisherError:
        if isinstance(error, EmptyPoolError):
            return EngineBusy(
                "All connections to the query engine are in use.",
                remedy="Send the query again in a few seconds.",
            )
        is_late = time.monotonic() >= deadline or isinstance(error, ReadTimeoutError | TimeoutError)
        if is_late and not isinstance(error, ConnectTimeoutError):
            if request.is_own:
                self._circuit.failed()
            return time_limit_error(request.seconds)
        self._circuit.failed()
        return engine_error(f"{type(error).__name__}: {error}")

    def _send(self, request: QueryRequest, deadline: float) -> bytes:
        """Send a request, and once more when a kept connection turns out to be dead.

        A query changes nothing, so that it may be sent again; one that took its time may not.
        """
        try:
            return self._exchange(request, deadline)
        except (ProtocolError, ConnectionError):
            if time.monotonic() > deadline - request.seconds / 2:
                raise
            return self._exchange(request, deadline)

    def _exchange(self, request: QueryRequest, deadline: float) -> bytes:
        left = max(0.001, deadline - time.monotonic())
        fields = list(request.fields)
        if self._address.timeout is not None:
            name, units = self._address.timeout
            fields.append((name, str(max(1, round(left * units)))))
        response = self._pool.urlopen(
            "POST",
            self._path,
            body=urlencode(fields).encode(),
            headers={
                "Accept": request.media_type,
                "Content-Type": _FORM_TYPE,
                "User-Agent": user_agent(),
                **self._address.authorization,
            },
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
            timeout=urllib3.Timeout(connect=min(_CONNECT_SECONDS, left), read=left),
            pool_timeout=math.ceil(left),
        )
        is_whole = False
        try:
            body = self._read(response, deadline)
            is_whole = True
        finally:
            if not is_whole:
                response.close()  # what is left of it must not be read as the next answer
            response.release_conn()
        check_response(response.status, response.headers, body, request)
        return body

    def _read(self, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        """Return a body that arrived in time; one that was cut at the deadline is none."""
        connection = response.connection
        body = bytearray()
        with ExitStack() as opened:
            opened.callback(lambda: self._arriving.take(-len(body)))
            if isinstance(connection, _TimedConnection) and connection.wire is not None:
                opened.enter_context(SOCKET_DEADLINES.shutting_down(connection.wire, deadline))
            while part := response.read1(_READ_BYTES):
                if len(body) + len(part) > self._limits.result_bytes:
                    raise result_limit_error(self._limits.result_bytes)
                self._arriving.take(len(part))
                body += part
                if time.monotonic() >= deadline:
                    raise TimeoutError
        if time.monotonic() >= deadline:
            raise TimeoutError
        return bytes(body)

    def close(self) -> None:
        """Close every connection that nobody uses."""
        self._pool.close()


# Where an engine is, and one request to it.

FormFields = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class EngineAddress:
    """Where an engine is, and what it wants to know of a request.

    Attributes:
        url: Of its query endpoint.
        authorization: Header field with credentials, if there are any; never shown.
        timeout: Name of the parameter that takes the time limit, and units a second; or none.
    """

    url: str
    authorization: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: tuple[str, int] | None = None


@dataclass(frozen=True)
class QueryRequest:
    """One request.

    Attributes:
        fields: Of the form.
        media_type: Wanted.
        seconds: Longest time for all of it.
        is_own: Whether this program asks, and not a client whose query may be at fault.
    """

    fields: FormFields
    media_type: str
    seconds: float
    is_own: bool = False


# Who we are to an engine, from the environment alone: settings are shown and handed on.

USER, PASSWORD = "PUBLISHER_ENGINE_USER", "PUBLISHER_ENGINE_PASSWORD"
TOKEN = "PUBLISHER_ENGINE_TOKEN"


def user_and_password() -> tuple[str, str] | None:
    """Return both; None when there is no user."""
    user = os.environ.get(USER, "")
    return (user, os.environ.get(PASSWORD, "")) if user else None


def authorization() -> dict[str, str]:
    """Return the header field that authenticates to the engine; empty without credentials."""
    token = os.environ.get(TOKEN, "")
    if token:
        return {"Authorization": f"Bearer {token}"}
    known = user_and_password()
    return urllib3.make_headers(basic_auth=":".join(known)) if known else {}


# How an exchange with an engine ended: well, at a limit, refused, or broken.
#
# Engines tell their limits in many ways: by a status, by a header field beside an answer that is
# cut, or in the middle of the answer. Each is an error here; none is passed on as an answer.

N_TRIPLES = "application/n-triples"
JSON = "application/sparql-results+json"
_REDUCE_RESULT = "Ask for less: add patterns or LIMIT, or take the dump."
# What each media type may be called in an answer.
_MEDIA_TYPE_NAMES = {
    JSON: (JSON, "application/json"),
    N_TRIPLES: (N_TRIPLES, "text/plain"),
}
_LONGEST_SHOWN = 300
# Header fields by which Virtuoso says that an answer is not all there is.
_STOPPED_FIELD, _CUT_FIELD = "X-SQL-State", "X-SPARQL-MaxRows"
_log = logging.getLogger("publisher.query")


class IncompleteResponse(Exception):
    """The engine answered something that is no answer."""


def time_limit_error(seconds: float) -> QueryLimitExceeded:
    """Return the error of a query that took too long."""
    return QueryLimitExceeded(
        "The query was stopped after {seconds} seconds.",
        limit="query_timeout_seconds",
        remedy=_REDUCE_RESULT,
        seconds=f"{round(seconds, 1):g}",
    )


def result_limit_error(limit_bytes: int) -> QueryLimitExceeded:
    """Return the error of a result that is too large."""
    return QueryLimitExceeded(
        "The result is longer than {megabytes} MB.",
        limit="query_result_mb",
        remedy=_REDUCE_RESULT,
        megabytes=limit_bytes >> 20,
    )


def engine_error(reason: str) -> EngineFailed:
    """Return the error for an engine that failed; details go to the log alone."""
    _log.error("The query engine failed: %s", printable(reason))
    return EngineFailed(
        "The query engine cannot be reached, or does not answer as it should.",
        remedy="Try again in a few seconds.",
    )


def check_response(
    status: int, fields: Mapping[str, str], body: bytes, request: QueryRequest
) -> None:
    """Let an answer pass that is whole and of the media type wanted.

    Raises:
        PublisherError: The engine refuses, or stopped at a limit.
        IncompleteResponse: It answered something else.
    """
    if status != HTTPStatus.OK:
        raise _refusal_error(status, body, request)
    if _STOPPED_FIELD in fields:
        raise time_limit_error(request.seconds)
    if _CUT_FIELD in fields:
        raise QueryLimitExceeded(
            "The engine gives at most {rows} rows.",
            limit="query_result_mb",
            remedy=_REDUCE_RESULT,
            rows=fields[_CUT_FIELD][:20],
        )
    coding = fields.get("Content-Encoding", "identity").strip().lower()
    if coding != "identity":
        # Nobody asked for it (RFC 9110, 12.5.3), and a little of it can unpack to very much.
        raise IncompleteResponse(f"its answer is packed as {coding[:20]!r}")
    media_type = fields.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPE_NAMES[request.media_type]:
        raise IncompleteResponse(f"it sent {media_type[:100]!r} instead of {request.media_type}")
    if not _is_whole(request.media_type, body):
        raise IncompleteResponse(f"its answer breaks off: {body[-_LONGEST_SHOWN:]!r}")


def _is_whole(media_type: str, body: bytes) -> bool:
    """Look at both ends: each media type has an end that a cut answer lacks."""
    start, end = body[:_LONGEST_SHOWN].lstrip(), body[-_LONGEST_SHOWN:].rstrip()
    if media_type == JSON:
        return start.startswith(b"{") and b'"head"' in start and end.endswith(b"}")
    last = end.rpartition(b"\n")[2]
    return not last or last.endswith(b".") or last.startswith(b"#")


def _refusal_error(
    status: int, body: bytes, request: QueryRequest
) -> PublisherError | IncompleteResponse:
    reason = printable(body[: _LONGEST_SHOWN * 4].decode(errors="replace"))
    if status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT):
        return time_limit_error(request.seconds)
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        return EngineBusy(
            "The query engine has too much to do.", remedy="Send the query again in a few seconds."
        )
    is_refused = status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_IMPLEMENTED,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )
    if is_refused and not request.is_own:
        # The gate has parsed the query: it is right, and this engine cannot evaluate it.
        return QueryRefused(
            "The engine behind this endpoint does not evaluate the query: {reason}.",
            remedy="Write it in another way.",
            reason=reason.rstrip(".") or str(status),
        )
    if is_refused or status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return engine_error(f"status {status}: {reason}")  # at this query alone, as far as is known
    return IncompleteResponse(f"status {status}: {reason}")


# Ends an exchange at its time, whatever part of it the other side spins out.
#
# A time limit of a socket counts from the last byte, so that a byte a second holds a thread for
# hours: in a status line, in header fields, in a chunk's size, in trailers. Here the socket is shut
# down at the deadline, and anyone who reads from it comes to its end.


class SocketDeadlines:
    """Shuts sockets down at their deadlines, all in one thread."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._due: list[tuple[float, int]] = []
        self._sockets: dict[int, socket.socket] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def shutting_down(self, wire: socket.socket, deadline: float) -> Iterator[None]:
        """Shut a socket down at a time of the monotonic clock, unless the block has ended."""
        number = next(self._numbers)
        with self._changed:
            self._sockets[number] = wire
            heapq.heappush(self._due, (deadline, number))
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True, name="deadlines")
                self._thread.start()
            if self._due[0][1] == number:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._sockets.pop(number, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                left = self._due[0][0] - time.monotonic() if self._due else None
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                _, number = heapq.heappop(self._due)
                wire = self._sockets.pop(number, None)
                if wire is not None:
                    with suppress(OSError):  # it is closed already
                        # The plain method: that of an encrypted socket would go on in the clear.
                        socket.socket.shutdown(wire, socket.SHUT_RDWR)


SOCKET_DEADLINES = SocketDeadlines()
