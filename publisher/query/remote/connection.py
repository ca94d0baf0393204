"""The way to a SPARQL server and back: kept connections, time limits, one careful retry.

An answer is taken in to its end before any of it goes on. The web server in front ends a broken
stream as if it were whole, so what is cut must be noticed before the first byte leaves.

An engine is not trusted to be one: whatever it sends, an exchange ends at its deadline and takes no
more memory than a result may have; redirects are not followed and nothing is unpacked.
"""

from __future__ import annotations

import math
import socket
import threading
import time
from contextlib import ExitStack
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, EmptyPoolError, ProtocolError, ReadTimeoutError

from publisher.errors import EngineBusy, PublisherError
from publisher.query.engine import Limits
from publisher.query.remote import endings
from publisher.query.remote.alarm import ALARM
from publisher.query.remote.circuit import Circuit
from publisher.query.remote.requests import Address, Request
from publisher.system.user_agent import user_agent

_CONNECT_SECONDS = 5.0
_PART = 1 << 16
_FORM = "application/x-www-form-urlencoded"
# What all exchanges together may hold of answers that are still on their way.
_ARRIVING_RESULTS = 4


class _Plain(HTTPConnection):
    """A connection whose head has to arrive in time as a whole."""

    wire: socket.socket | None = None

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]
        """Return a response whose body is still to be read."""
        self.wire = self.sock
        with ExitStack() as opened:
            if self.wire is not None and self.timeout is not None:
                deadline = time.monotonic() + self.timeout
                opened.enter_context(ALARM.shutting_down(self.wire, deadline))
            return super().getresponse()


class _Encrypted(_Plain, HTTPSConnection):
    """The same over TLS."""


class _Arriving:
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


class Connection:
    """Kept connections to one engine, at most so many."""

    def __init__(self, address: Address, limits: Limits, most: int) -> None:
        """Connect to nothing yet."""
        self._address, self._limits = address, limits
        parts = urlsplit(address.url)
        self._path = parts._replace(scheme="", netloc="").geturl() or "/"
        self._pool = urllib3.connection_from_url(address.url, maxsize=most, block=True)
        self._pool.ConnectionCls = _Encrypted if parts.scheme == "https" else _Plain
        self._arriving = _Arriving(_ARRIVING_RESULTS * limits.result_bytes)
        self._circuit = Circuit()

    def ask(self, request: Request) -> bytes:
        """Return the whole body of an answer of the wanted media type.

        Raises:
            QueryRefused: The engine does not take the query.
            QueryLimit: It was stopped at a limit, ours or the engine's.
            EngineBusy: All connections are in use.
            EngineFailed: The engine cannot be reached, breaks off, or answers something else.
        """
        self._circuit.admit()
        deadline = time.monotonic() + request.seconds
        try:
            body = self._send(request, deadline)
        except endings.Broken as error:
            self._circuit.failed()
            raise endings.failed(str(error)) from error
        except PublisherError:
            self._circuit.succeeded()  # it answers, if with a refusal
            raise
        except Exception as error:  # what it sends may break a reader anywhere
            raise self._failure(error, request, deadline) from error
        self._circuit.succeeded()
        return body

    def _failure(self, error: Exception, request: Request, deadline: float) -> PublisherError:
        if isinstance(error, EmptyPoolError):
            return EngineBusy(
                "All connections to the query engine are in use.",
                remedy="Send the query again in a few seconds.",
            )
        is_late = time.monotonic() >= deadline or isinstance(error, ReadTimeoutError | TimeoutError)
        if is_late and not isinstance(error, ConnectTimeoutError):
            if request.is_own:
                self._circuit.failed()
            return endings.no_time(request.seconds)
        self._circuit.failed()
        return endings.failed(f"{type(error).__name__}: {error}")

    def _send(self, request: Request, deadline: float) -> bytes:
        """Send a request, and once more when a kept connection turns out to be dead.

        A query changes nothing, so that it may be sent again; one that took its time may not.
        """
        try:
            return self._exchange(request, deadline)
        except (ProtocolError, ConnectionError):
            if time.monotonic() > deadline - request.seconds / 2:
                raise
            return self._exchange(request, deadline)

    def _exchange(self, request: Request, deadline: float) -> bytes:
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
                "Content-Type": _FORM,
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
        endings.check(response.status, response.headers, body, request)
        return body

    def _read(self, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        """Return a body that arrived in time; one that was cut at the deadline is none."""
        connection = response.connection
        body = bytearray()
        with ExitStack() as opened:
            opened.callback(lambda: self._arriving.take(-len(body)))
            if isinstance(connection, _Plain) and connection.wire is not None:
                opened.enter_context(ALARM.shutting_down(connection.wire, deadline))
            while part := response.read1(_PART):
                if len(body) + len(part) > self._limits.result_bytes:
                    raise endings.too_long(self._limits.result_bytes)
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
