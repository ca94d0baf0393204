"""HTTP as a cautious client speaks it: every exchange ends, is bounded, and is kept."""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from publisher.system.user_agent import user_agent

FOLLOWED = (301, 302, 303, 307, 308)
REPEATABLE = ("GET", "HEAD", "OPTIONS")
LONGEST_RETRY_SECONDS = 10.0
CHUNK_BYTES = 65536

# What data.europa.eu's link check calls itself (piveau-metrics-url-checker).
EUROPA = "Mozilla/5.0 (European Data Portal) Gecko/20100101 Firefox/40.1"


class Client:
    """Sends requests, never waits longer than its limits, keeps what happened.

    ``locate`` maps an IRI to the address that answers for it; set it once the site is known.
    """

    def __init__(self, limits: ExchangeLimits | None = None) -> None:
        """Start with no history."""
        self.limits = limits or ExchangeLimits()
        self.locate: Callable[[str], str] = str
        self.exchanges: list[Exchange] = []
        self._session = _session()

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
        address = without_fragment(self.locate(url))
        answer = self._bounded(method, address, fields or {}, body, limits)
        pause = _retry_after(answer)
        if pause is not None:
            time.sleep(pause)
            answer = self._bounded(method, address, fields or {}, body, limits)
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
        while True:
            passed.append(self.exchange(method, address, fields, limits=limits))
            last = passed[-1]
            target = last.fields.get("location", "")
            if last.fault or last.status not in FOLLOWED or not target:
                return Visit(tuple(passed), last.fault)
            address = without_fragment(self.locate(resolve_reference(last.url, target)))
            if address in {exchange.url for exchange in passed}:
                return Visit(tuple(passed), Fault.LOOP)
            if len(passed) > limits.redirects:
                return Visit(tuple(passed), Fault.HOPS)

    def _bounded(
        self,
        method: str,
        url: str,
        fields: Mapping[str, str],
        body: bytes | None,
        limits: ExchangeLimits,
    ) -> Exchange:
        """Return the answer, or the fault ``SLOW`` when the total time is over.

        The request runs in a thread of its own: a server that sends a byte now and then keeps
        every time limit of a socket from being reached.
        """
        started = time.monotonic()
        answers: queue.SimpleQueue[Exchange] = queue.SimpleQueue()
        session, request = self._session, requests.Request(method, url, dict(fields), data=body)
        threading.Thread(
            target=lambda: answers.put(_send(session, request, limits)), daemon=True
        ).start()
        try:
            answer = answers.get(timeout=limits.total_seconds)
        except queue.Empty:
            # The old session still belongs to the thread that waits.
            self._session = _session()
            answer = Exchange(method, url, fault=Fault.SLOW)
        answer = replace(answer, seconds=time.monotonic() - started)
        self.exchanges.append(replace(answer, body=b""))
        return answer


def _session() -> requests.Session:
    """Return a session that sends no field it was not told to, and knows no password."""
    session = requests.Session()
    session.trust_env = False
    session.headers.clear()
    session.headers.update({"User-Agent": user_agent(), "Accept-Encoding": "identity"})
    return session


def _retry_after(answer: Exchange) -> float | None:
    """Return the seconds of Retry-After; None when there are none, or too many."""
    seconds = parse_digits(answer.fields.get("retry-after", ""))
    asks = answer.status in (429, 503) and seconds is not None and seconds <= LONGEST_RETRY_SECONDS
    return seconds if asks else None


def _send(session: requests.Session, request: requests.Request, limits: ExchangeLimits) -> Exchange:
    """Return the answer to one request; a fault of the server or the network is a value.

    A connection kept from an earlier request may be closed just now by the server, which is no
    fault: what is safe to repeat is sent once more (RFC 9110, section 9.2.2).
    """
    answer = _attempt(session, request, limits)
    if answer.fault is Fault.TRUNCATED and not answer.status and request.method in REPEATABLE:
        return _attempt(session, request, limits)
    return answer


def _attempt(
    session: requests.Session, request: requests.Request, limits: ExchangeLimits
) -> Exchange:
    """Return the answer to a request that is sent once."""
    method, url = str(request.method), str(request.url)
    try:
        with session.send(
            session.prepare_request(request),
            stream=True,
            allow_redirects=False,
            # Asked for here, since a session that trusts its surroundings sends passwords too.
            proxies=requests.utils.get_environ_proxies(url),
            timeout=(limits.connect_seconds, limits.read_seconds),
        ) as response:
            fields = {name.lower(): value for name, value in response.headers.items()}
            begun = Exchange(method, url, response.status_code, fields)
            return _read(begun, response, limits)
    except requests.Timeout as error:
        return Exchange(method, url, fault=Fault.SLOW, detail=str(error))
    except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
        broken = "Connection aborted" in str(error)
        fault = Fault.TRUNCATED if broken else Fault.UNREACHABLE
        return Exchange(method, url, fault=fault, detail=str(error))


def _read(begun: Exchange, response: requests.Response, limits: ExchangeLimits) -> Exchange:
    """Return the exchange with its body, or with the fault that ended the reading."""
    body = bytearray()
    try:
        for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
            body += chunk
            if len(body) > limits.length_bytes:
                return replace(begun, body=bytes(body), fault=Fault.ENDLESS)
    except urllib3.exceptions.ReadTimeoutError as error:
        return replace(begun, body=bytes(body), fault=Fault.SLOW, detail=str(error))
    except urllib3.exceptions.HTTPError as error:
        return replace(begun, body=bytes(body), fault=Fault.TRUNCATED, detail=str(error))
    return replace(begun, body=bytes(body))


# What happens over HTTP, as values: limits, one exchange, a visit through redirects, faults.


class Fault(Enum):
    """Why an exchange gave no complete answer."""

    SLOW = "slow"
    UNREACHABLE = "unreachable"
    TRUNCATED = "truncated"
    ENDLESS = "endless"
    LOOP = "redirect-loop"
    HOPS = "too-many-redirects"


@dataclass(frozen=True)
class ExchangeLimits:
    """What one exchange may take: seconds, bytes of the body, redirects of a visit."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 60.0
    length_bytes: int = 256 * 2**20
    redirects: int = 5


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
    """Tell whether an IRI is an address of HTTP."""
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
