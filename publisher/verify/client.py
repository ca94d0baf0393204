"""HTTP as a cautious client speaks it: every exchange ends, is bounded, and is kept."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import requests
import urllib3

from publisher.system.user_agent import user_agent
from publisher.verify.exchanges import Exchange, Fault, Limits, Visit
from publisher.verify.spelling import document, joined, whole_number

FOLLOWED = (301, 302, 303, 307, 308)
REPEATABLE = ("GET", "HEAD", "OPTIONS")
PATIENCE_SECONDS = 10.0
CHUNK_BYTES = 65536

# What data.europa.eu's link check calls itself (piveau-metrics-url-checker).
EUROPA = "Mozilla/5.0 (European Data Portal) Gecko/20100101 Firefox/40.1"


class Client:
    """Sends requests, never waits longer than its limits, keeps what happened.

    ``locate`` maps an IRI to the address that answers for it; set it once the site is known.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        """Start with no history."""
        self.limits = limits or Limits()
        self.locate: Callable[[str], str] = str
        self.exchanges: list[Exchange] = []
        self._session = _session()

    def exchange(
        self,
        method: str,
        url: str,
        fields: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limits: Limits | None = None,
    ) -> Exchange:
        """Return what came back for one request; redirects are not followed, nothing is raised.

        A server that asks for patience (429 or 503 with ``Retry-After``) is asked once more.
        """
        limits = limits or self.limits
        address = document(self.locate(url))
        answer = self._bounded(method, address, fields or {}, body, limits)
        pause = _pause(answer)
        if pause is not None:
            time.sleep(pause)
            answer = self._bounded(method, address, fields or {}, body, limits)
        return answer

    def visit(
        self,
        url: str,
        method: str = "GET",
        fields: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> Visit:
        """Return the exchanges from a URL through its redirects to the end; nothing is raised."""
        limits = limits or self.limits
        passed: list[Exchange] = []
        address = document(self.locate(url))
        while True:
            passed.append(self.exchange(method, address, fields, limits=limits))
            last = passed[-1]
            target = last.fields.get("location", "")
            if last.fault or last.status not in FOLLOWED or not target:
                return Visit(tuple(passed), last.fault)
            address = document(self.locate(joined(last.url, target)))
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
        limits: Limits,
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


def _pause(answer: Exchange) -> float | None:
    """Return the seconds a busy server asks for, None when it asks for none or too many."""
    wish = whole_number(answer.fields.get("retry-after", ""))
    asks = answer.status in (429, 503) and wish is not None and wish <= PATIENCE_SECONDS
    return wish if asks else None


def _send(session: requests.Session, request: requests.Request, limits: Limits) -> Exchange:
    """Return the answer to one request; a fault of the server or the network is a value.

    A connection kept from an earlier request may be closed just now by the server, which is no
    fault: what is safe to repeat is sent once more (RFC 9110, section 9.2.2).
    """
    answer = _attempt(session, request, limits)
    if answer.fault is Fault.TRUNCATED and not answer.status and request.method in REPEATABLE:
        return _attempt(session, request, limits)
    return answer


def _attempt(session: requests.Session, request: requests.Request, limits: Limits) -> Exchange:
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


def _read(begun: Exchange, response: requests.Response, limits: Limits) -> Exchange:
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
