"""HTTP from a server that may be sick or hostile: whatever it does, the reading ends.

A time limit of a socket is none for the whole: a server that sends a byte now and then never meets
it, and it can do so in the status line, in fields, between chunks and after the last one. So each
request runs in a thread of its own, and whoever waits for it waits as long as was agreed.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from publisher.errors import ReleaseError
from publisher.release.copies.staging import FetchInterrupted
from publisher.system.user_agent import user_agent

CHUNK_BYTES = 1 << 16
# Chunks that are read ahead of the writer.
_CHUNKS_AHEAD = 16
_CONNECT_SECONDS = 10
# Between two bytes, and before a rate is demanded.
SLOW_START_SECONDS = 30.0
LEAST_BYTES_PER_SECOND = 32 << 10
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_LONGEST_SHOWN = 200
_RESUME_CURE = (
    "Nothing was changed. What was received is kept, and the next call continues from there."
)
_NETWORK_ERRORS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    HTTPException,
    OSError,
    ValueError,
)


class Deadline:
    """When something must have come."""

    def __init__(self, seconds: float) -> None:
        """Begin now."""
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds that are left, at least 0."""
        return max(0.0, self._end - time.monotonic())


@dataclass(frozen=True)
class ResponseHead:
    """Status and fields of a response; names of fields in lower case."""

    status: int
    fields: Mapping[str, str]


class NoRedirectSession(requests.Session):
    """A session that never follows a redirect by itself, nor reads what comes with it."""

    def __init__(self) -> None:
        """Connect to nothing yet."""
        super().__init__()
        # Bytes are compared with digests, and parts of them are asked for: no compression.
        self.headers.update({"User-Agent": user_agent(), "Accept-Encoding": "identity"})

    def get_redirect_target(self, _resp: requests.Response) -> str | None:
        """Return None; else requests reads the whole body of a redirect, however long it is."""
        return None


class StreamedResponse:
    """One request, sent by a thread; iterating yields its body as it comes."""

    def __init__(
        self,
        session: NoRedirectSession,
        address: str,
        fields: Mapping[str, str] | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        """Send a GET. ``deadline`` ends it whatever its rate is."""
        self.address = address
        self._deadline = deadline
        self._began = time.monotonic()
        self._received = 0
        self._is_over = threading.Event()
        self._is_whole = False
        self._response: requests.Response | None = None
        self._arrived: queue.Queue[ResponseHead | bytes | Exception | None] = queue.Queue(
            _CHUNKS_AHEAD
        )
        arguments = (session, dict(fields or {}))
        threading.Thread(target=self._run, args=arguments, daemon=True).start()

    def _run(self, session: NoRedirectSession, fields: dict[str, str]) -> None:
        try:
            with session.get(
                self.address,
                headers=fields,
                stream=True,
                allow_redirects=False,
                timeout=(_CONNECT_SECONDS, SLOW_START_SECONDS),
            ) as response:
                self._response = response
                received = {name.lower(): value for name, value in response.headers.items()}
                self._pass_on(ResponseHead(response.status_code, received))
                # Otherwise urllib3 throws away the last bytes that came before a cut.
                response.raw.enforce_content_length = False
                while not self._is_over.is_set():
                    chunk = response.raw.read1(CHUNK_BYTES, decode_content=False)
                    self._pass_on(chunk or None)
                    if not chunk:
                        return
        except _NETWORK_ERRORS as error:
            self._pass_on(error)

    def _pass_on(self, item: ResponseHead | bytes | Exception | None) -> None:
        while not self._is_over.is_set():
            with suppress(queue.Full):
                self._arrived.put(item, timeout=0.5)
                return

    def _next(self) -> ResponseHead | bytes | None:
        """Return what comes next; None at the end of the body.

        Raises:
            FetchInterrupted: It comes too slowly, or the connection broke.
        """
        due = self._began + SLOW_START_SECONDS + self._received / LEAST_BYTES_PER_SECOND
        patience = max(0.0, due - time.monotonic())
        if self._deadline is not None:
            patience = min(patience, self._deadline.remaining())
        try:
            item = self._arrived.get(timeout=patience) if patience else self._arrived.get_nowait()
        except queue.Empty:
            raise self._too_slow() from None
        if isinstance(item, Exception):
            raise unreachable_error(self.address, item) from item
        return item

    def head(self) -> ResponseHead:
        """Return status and fields, which come first.

        Raises:
            FetchInterrupted: They do not come.
        """
        item = self._next()
        assert isinstance(item, ResponseHead)
        return item

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body as it comes.

        Raises:
            FetchInterrupted: It comes too slowly, or the connection broke.
        """
        while (item := self._next()) is not None:
            assert isinstance(item, bytes)
            self._received += len(item)
            yield item
        self._is_whole = True

    def end(self) -> bool:
        """Stop reading; tell whether the session can go on with another request."""
        self._is_over.set()
        if not self._is_whole and self._response is not None:
            # It may wait for the next byte, and will never give the connection back.
            with suppress(*_NETWORK_ERRORS, RuntimeError, NotImplementedError):
                self._response.raw.shutdown()
        return self._is_whole

    def _too_slow(self) -> FetchInterrupted:
        return FetchInterrupted(
            "The other copy sends too slowly: {have} bytes in {seconds} seconds.",
            where=self.address,
            remedy=_RESUME_CURE,
            have=self._received,
            seconds=round(time.monotonic() - self._began),
        )


def unreachable_error(address: str, error: Exception) -> FetchInterrupted:
    """Return the error for a server that does not answer, or stopped answering."""
    return FetchInterrupted(
        "The other copy cannot be reached, or was cut off: {reason}.",
        where=address,
        remedy=_RESUME_CURE,
        reason=printable(str(error)),
    )


def truncated_error(address: str, have: int, length: int) -> FetchInterrupted:
    """Return what is raised when a file ended too early."""
    return FetchInterrupted(
        "The other copy was cut off after {have} of {length} bytes.",
        where=address,
        remedy=_RESUME_CURE,
        have=have,
        length=length,
    )


def printable(strange: str) -> str:
    """Return what a stranger wrote, so that a terminal can show it: printable, and not long.

    >>> printable(f"a{chr(27)}[2Jb")
    'a?[2Jb'
    """
    cut_off = strange if len(strange) <= _LONGEST_SHOWN else f"{strange[:_LONGEST_SHOWN]}…"
    return "".join(letter if letter.isprintable() else "?" for letter in cut_off)


class Redirects:
    """The redirects of one request: a few, and none to somebody else."""

    def __init__(self, address: str) -> None:
        """Begin at an address."""
        self.address = address
        self._count = 0

    def follow(self, head: ResponseHead) -> bool:
        """Tell whether a response leads on; ``address`` is where to then.

        Only another path of the same host is followed, or the same host with TLS: who gave the
        address trusts that host and no other, and a redirect could lead into a network that only
        this machine reaches.

        Raises:
            ReleaseError: It leads to another host, or never ends.
        """
        if head.status not in _REDIRECTS or not head.fields.get("location"):
            return False
        here = self.address
        try:
            there = urljoin(here, head.fields["location"])
            is_there = _host_of(there) == _host_of(here)
            gets_tls = _host_of(here)[0] == "http" and _host_of(there) == (
                "https",
                _host_of(here)[1],
                443,
            )
        except ValueError:
            there, is_there, gets_tls = head.fields["location"], False, False
        self._count += 1
        if self._count > _MOST_REDIRECTS or not (is_there or gets_tls):
            raise ReleaseError(
                "The other copy sends this program on to {there}.",
                where=here,
                remedy="If that is the copy you mean, give its address. Nothing was changed.",
                there=printable(there),
            )
        self.address = there
        return True


def _host_of(address: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address.

    Raises:
        ValueError: It is none of HTTP.
    """
    parts = urlsplit(address)
    ports = {"http": 80, "https": 443}
    if parts.scheme not in ports or not parts.hostname:
        raise ValueError(address)
    return parts.scheme, parts.hostname, parts.port or ports[parts.scheme]
