"""The one HTTP client: whatever another server does, each exchange ends, and takes what it may.

A time limit of a socket is none for the whole: a server that sends a byte now and then never meets
it, and it can do so in the status line, in fields, between chunks and after the last one. So each
request runs in a thread of its own, and anyone who waits for it waits as long as was agreed.

Not for queries to a SPARQL engine (``query/remote/connection.py``): a site sends thousands, so
they share bounded connections and one thread for all deadlines.
"""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from http.client import HTTPException
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import get_auth_from_url

from publisher.system.user_agent import user_agent

CHUNK_BYTES = 1 << 16
# Chunks that are read ahead of the reader.
_CHUNKS_AHEAD = 16
REDIRECT_STATUSES = (301, 302, 303, 307, 308)
# What may be sent twice without harm, and is never more than a question (RFC 9110, 9.2).
REPEATABLE_METHODS = ("GET", "HEAD", "OPTIONS")
LONGEST_RETRY_SECONDS = 10.0
_BODILESS_STATUSES = (204, 304)
NETWORK_ERRORS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    HTTPException,
    OSError,
    ValueError,
)


class _AddressAuth(AuthBase):
    """Sends the password that is in an address, and none that is in ``.netrc``."""

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        user, password = get_auth_from_url(r.url or "")
        return HTTPBasicAuth(user, password)(r) if user or password else r


class ClientSession(requests.Session):
    """Kept connections; nothing is sent that was not asked for, no redirect is followed."""

    def __init__(self) -> None:
        """Connect to nothing yet; proxies and authorities of certificates are the machine's."""
        super().__init__()
        self.headers.clear()
        # Bytes are counted, compared with digests, and asked for in parts: no compression.
        self.headers.update({"User-Agent": user_agent(), "Accept-Encoding": "identity"})
        self.auth = _AddressAuth()

    def get_redirect_target(self, _resp: requests.Response) -> str | None:
        """Return None; else requests reads the whole body of a redirect, however long it is."""
        return None


class Fault(Enum):
    """Why an exchange gave no complete answer."""

    SLOW = "slow"
    UNREACHABLE = "unreachable"
    TRUNCATED = "truncated"
    ENDLESS = "endless"
    LOOP = "redirect-loop"
    HOPS = "too-many-redirects"
    ELSEWHERE = "redirect-to-another-host"


class ExchangeError(Exception):
    """An exchange ended early: the fault, and its reason in the words of the library."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        """Name the fault."""
        super().__init__(fault.value, detail)
        self.fault, self.detail = fault, detail


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
class ExchangeLimits:
    """What one exchange may take.

    Attributes:
        connect_seconds: Until it is connected.
        read_seconds: Between two bytes, and before a rate is demanded.
        total_seconds: For all of it.
        length_bytes: Of the body.
        redirects: Followed by a visit.
        least_bytes_per_second: Rate after the first ``read_seconds``; 0 demands none.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 60.0
    length_bytes: int = 256 * 2**20
    redirects: int = 5
    least_bytes_per_second: int = 0


@dataclass(frozen=True)
class HttpRequest:
    """What is sent."""

    method: str
    url: str
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class ResponseHead:
    """Status and fields of a response; names of fields in lower case."""

    status: int
    fields: Mapping[str, str]


class StreamedResponse:
    """One request, sent by a thread; iterating yields its body as it comes, coding not undone."""

    def __init__(
        self,
        session: ClientSession,
        request: HttpRequest,
        limits: ExchangeLimits,
        deadline: Deadline | None = None,
    ) -> None:
        """Send a request.

        Args:
            session: Used by this exchange alone until ``end`` is called.
            request: What is sent.
            limits: ``length_bytes`` and ``redirects`` are left to the reader.
            deadline: Of several exchanges together; None: the total of the limits.
        """
        self.url = request.url
        self.received = 0
        self._limits = limits
        self._deadline = deadline or Deadline(limits.total_seconds)
        self._began = time.monotonic()
        self._is_over = threading.Event()
        self._is_whole = False
        self._response: requests.Response | None = None
        self._arrived: queue.Queue[ResponseHead | bytes | ExchangeError | None] = queue.Queue(
            _CHUNKS_AHEAD
        )
        threading.Thread(target=self._run, args=(session, request), daemon=True).start()

    @property
    def seconds(self) -> float:
        """Return the seconds since the request."""
        return time.monotonic() - self._began

    def _run(self, session: ClientSession, request: HttpRequest) -> None:
        try:
            with self._opened(session, request) as response:
                self._response = response
                fields = {name.lower(): value for name, value in response.headers.items()}
                self._pass_on(ResponseHead(response.status_code, fields))
                # Otherwise urllib3 throws away the last bytes that came before a cut.
                response.raw.enforce_content_length = False
                length = 0
                while not self._is_over.is_set():
                    chunk = response.raw.read1(CHUNK_BYTES, decode_content=False)
                    if not chunk:
                        self._pass_on(_cut_error(request.method, response, length))
                        return
                    length += len(chunk)
                    self._pass_on(chunk)
        except NETWORK_ERRORS as error:
            self._pass_on(ExchangeError(_fault_of(error, self._response is not None), str(error)))

    def _opened(self, session: ClientSession, request: HttpRequest) -> requests.Response:
        """Return a response whose body is still to be read.

        A connection kept from an earlier request may be closed just now by the server, which is no
        fault: what is safe to repeat is sent once more (RFC 9110, section 9.2.2).
        """
        try:
            return self._send(session, request)
        except requests.ConnectionError as error:
            if request.method not in REPEATABLE_METHODS or not _was_aborted(error):
                raise
            return self._send(session, request)

    def _send(self, session: ClientSession, request: HttpRequest) -> requests.Response:
        return session.request(
            request.method,
            request.url,
            headers=dict(request.fields),
            data=request.body,
            stream=True,
            allow_redirects=False,
            timeout=(self._limits.connect_seconds, self._limits.read_seconds),
        )

    def _pass_on(self, item: ResponseHead | bytes | ExchangeError | None) -> None:
        while not self._is_over.is_set():
            with suppress(queue.Full):
                self._arrived.put(item, timeout=0.5)
                return

    def _next(self) -> ResponseHead | bytes | None:
        """Return what comes next; None at the end of the body."""
        patience = self._deadline.remaining()
        rate = self._limits.least_bytes_per_second
        if rate:
            due = self._limits.read_seconds + self.received / rate - self.seconds
            patience = min(patience, max(0.0, due))
        try:
            item = self._arrived.get(timeout=patience) if patience else self._arrived.get_nowait()
        except queue.Empty:
            raise ExchangeError(Fault.SLOW) from None
        if isinstance(item, ExchangeError):
            raise item
        return item

    def head(self) -> ResponseHead:
        """Return status and fields, which come first.

        Raises:
            ExchangeError: They do not come.
        """
        item = self._next()
        assert isinstance(item, ResponseHead)
        return item

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body as it comes; what came before a cut is yielded too.

        Raises:
            ExchangeError: It comes too slowly, or the connection broke.
        """
        while (item := self._next()) is not None:
            assert isinstance(item, bytes)
            self.received += len(item)
            yield item
        self._is_whole = True

    def end(self) -> bool:
        """Stop reading; tell whether the session can go on with another request."""
        self._is_over.set()
        if not self._is_whole and self._response is not None:
            # It may wait for the next byte, and will never give the connection back.
            with suppress(*NETWORK_ERRORS, RuntimeError, NotImplementedError):
                self._response.raw.shutdown()
        return self._is_whole


def _was_aborted(error: Exception) -> bool:
    """Tell whether a connection was there, and broke."""
    return bool(error.args) and isinstance(error.args[0], urllib3.exceptions.ProtocolError)


def _fault_of(error: Exception, has_begun: bool) -> Fault:
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return Fault.SLOW
    return Fault.TRUNCATED if has_begun or _was_aborted(error) else Fault.UNREACHABLE


def _cut_error(method: str, response: requests.Response, length: int) -> ExchangeError | None:
    """Return the error of a body that is shorter than its Content-Length; None when it is whole."""
    promised = parse_digits(response.headers.get("Content-Length", ""))
    is_bodiless = method == "HEAD" or response.status_code in _BODILESS_STATUSES
    if promised is None or is_bodiless or "Transfer-Encoding" in response.headers:
        return None
    if length >= promised:
        return None
    return ExchangeError(Fault.TRUNCATED, f"{length} of {promised} bytes came")


class Redirects:
    """The redirects of one request: only so many, and never in a circle."""

    def __init__(
        self,
        url: str,
        most: int,
        *,
        same_host: bool = False,
        locate: Callable[[str], str] = str,
    ) -> None:
        """Begin at an address.

        Args:
            url: The address; attribute ``url`` is where the redirects have led.
            most: Redirects that are followed.
            same_host: Follow only another path of the same host, or the same host with TLS. Who
                gave the address trusts that host and no other, and a redirect could lead into a
                network that only this machine reaches.
            locate: Maps an address to the one that answers for it.
        """
        self.url = url
        self._most, self._same_host, self._locate = most, same_host, locate
        self._passed = [url]

    def follow(self, head: ResponseHead) -> bool:
        """Tell whether a response leads on; ``url`` is where to then.

        Raises:
            ExchangeError: It must not be followed; the detail is where it leads.
        """
        target = head.fields.get("location", "")
        if head.status not in REDIRECT_STATUSES or not target:
            return False
        target_url = without_fragment(self._locate(resolve_reference(self.url, target)))
        if self._same_host and not _leads_to_same_host(self.url, target_url):
            raise ExchangeError(Fault.ELSEWHERE, target_url)
        # A page that sets a cookie and leads back to where it was asked for is no circle.
        if target_url in self._passed and "set-cookie" not in head.fields:
            raise ExchangeError(Fault.LOOP, target_url)
        if len(self._passed) > self._most:
            raise ExchangeError(Fault.HOPS, target_url)
        self._passed.append(target_url)
        self.url = target_url
        return True


def _leads_to_same_host(url: str, target_url: str) -> bool:
    try:
        begun, target = _origin_of(url), _origin_of(target_url)
    except ValueError:
        return False
    return begun == target or (begun[0] == "http" and target == ("https", begun[1], 443))


def _origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address.

    Raises:
        ValueError: It is none of HTTP.
    """
    parts = urlsplit(url)
    ports = {"http": 80, "https": 443}
    if parts.scheme not in ports or not parts.hostname:
        raise ValueError(url)
    return parts.scheme, parts.hostname, parts.port or ports[parts.scheme]


def retry_after_seconds(fields: Mapping[str, str]) -> float | None:
    """Return the seconds of Retry-After (RFC 9110, 10.2.3); None when it names none.

    >>> retry_after_seconds({"retry-after": "3"}), retry_after_seconds({"retry-after": "soon"})
    (3.0, None)
    """
    seconds = parse_digits(fields.get("retry-after", ""))
    return None if seconds is None else float(seconds)


@dataclass(frozen=True)
class Exchange:
    """One request and what came back.

    Attributes:
        method: Of the request.
        url: Where it was sent.
        status: Of the answer; 0 when there was none.
        fields: Header fields of the answer, names in lower case.
        body: As sent, content coding not undone.
        seconds: From the request to the last byte.
        fault: Why the answer is not complete; None when it is.
        detail: The fault in the words of the library.
    """

    method: str
    url: str
    status: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    seconds: float = 0.0
    fault: Fault | None = None
    detail: str = ""

    @property
    def successful(self) -> bool:
        """Tell whether a complete answer with a status 200 to 299 came."""
        return self.fault is None and 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """Return the media type up to the first ``;``, as CKAN reads it."""
        return self.fields.get("content-type", "").partition(";")[0].strip().lower()

    def varies_by(self, name: str) -> bool:
        """Tell whether ``Vary`` names a request field (RFC 9110, section 12.5.5)."""
        names = {part.strip().lower() for part in self.fields.get("vary", "").split(",")}
        return name.lower() in names or "*" in names


@dataclass(frozen=True)
class Visit:
    """A request with the redirects it led through; ``fault`` also knows loops."""

    exchanges: tuple[Exchange, ...]
    fault: Fault | None

    @property
    def last(self) -> Exchange:
        """Return the exchange that ended the visit."""
        return self.exchanges[-1]

    @property
    def successful(self) -> bool:
        """Tell whether the visit ended in a complete answer with a status 200 to 299."""
        return self.fault is None and self.last.successful


class Client:
    """Sends requests, never waits longer than its limits, keeps what happened.

    ``locate`` maps an IRI to the address that answers for it; set it once the site is known.
    """

    def __init__(self, limits: ExchangeLimits | None = None) -> None:
        """Start with no history."""
        self.limits = limits or ExchangeLimits()
        self.locate: Callable[[str], str] = str
        self.exchanges: list[Exchange] = []
        self._session = ClientSession()

    def exchange(
        self,
        method: str,
        url: str,
        fields: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: ExchangeLimits | None = None,
    ) -> Exchange:
        """Return what came back for one request; redirects are not followed, nothing is raised.

        A server that asks for patience (429 or 503 with ``Retry-After``) is asked once more.
        """
        limits = limits or self.limits
        request = HttpRequest(method, without_fragment(self.locate(url)), fields or {}, body)
        answer = self._send(request, limits)
        pause = retry_after_seconds(answer.fields)
        if answer.status in (429, 503) and pause is not None and pause <= LONGEST_RETRY_SECONDS:
            time.sleep(pause)
            answer = self._send(request, limits)
        return answer

    def visit(
        self,
        url: str,
        method: str = "GET",
        fields: Mapping[str, str] | None = None,
        limits: ExchangeLimits | None = None,
    ) -> Visit:
        """Return the exchanges from a URL through its redirects to the end; nothing is raised."""
        limits = limits or self.limits
        passed: list[Exchange] = []
        address = without_fragment(self.locate(url))
        redirects = Redirects(address, limits.redirects, locate=self.locate)
        while True:
            last = self.exchange(method, redirects.url, fields, limits=limits)
            passed.append(last)
            try:
                if last.fault or not redirects.follow(ResponseHead(last.status, last.fields)):
                    return Visit(tuple(passed), last.fault)
            except ExchangeError as error:
                return Visit(tuple(passed), error.fault)

    def _send(self, request: HttpRequest, limits: ExchangeLimits) -> Exchange:
        """Return the answer to one request; a fault of the server or the network is a value."""
        answer = Exchange(request.method, request.url)
        response = StreamedResponse(self._session, request, limits)
        body = bytearray()
        try:
            head = response.head()
            answer = replace(answer, status=head.status, fields=head.fields)
            for chunk in response:
                body += chunk
                if len(body) > limits.length_bytes:
                    raise ExchangeError(Fault.ENDLESS)
        except ExchangeError as error:
            answer = replace(answer, fault=error.fault, detail=error.detail)
        finally:
            if not response.end():
                # The thread may go on reading; its session is its own from now on.
                self._session = ClientSession()
        answer = replace(answer, body=bytes(body), seconds=response.seconds)
        self.exchanges.append(replace(answer, body=b""))
        return answer


# Addresses and numbers as a site spells them: whatever it writes, nothing here raises.

# No length, count or pause needs more; int() refuses thousands of digits.
DIGITS = 18
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def resolve_reference(base: str, reference: str) -> str:
    """Return a reference resolved against an address (RFC 3986, section 5), else itself.

    >>> resolve_reference("http://x/a/b", "../c"), resolve_reference("http://x/", "http://[")
    ('http://x/c', 'http://[')
    """
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def without_fragment(iri: str) -> str:
    """Return an IRI without its fragment.

    >>> without_fragment("https://e.org/def#Bridge")
    'https://e.org/def'
    """
    return iri.partition("#")[0]


def is_absolute(iri: str) -> bool:
    """Tell whether an IRI has a scheme."""
    return _SCHEME.match(iri) is not None


def is_web(iri: str) -> bool:
    """Tell whether an IRI is an address of HTTP or HTTPS."""
    return iri.lower().startswith(("http://", "https://"))


def address_host(iri: str) -> str:
    """Return the host of an address; empty when it has none.

    >>> address_host("http://example.org:80/a"), address_host("http://[")
    ('example.org:80', '')
    """
    try:
        return urlsplit(iri).netloc
    except ValueError:
        return ""


def parse_digits(written: str) -> int | None:
    """Return the number written in ASCII digits; None for anything else.

    >>> parse_digits("12"), parse_digits("-1"), parse_digits("\u00b2")
    (12, None, None)
    """
    return int(written) if written.isdecimal() and len(written) <= DIGITS else None
