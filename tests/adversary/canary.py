"""A canary: an honest client that asks beside an attack, and notes how it was answered."""

from __future__ import annotations

import http.client
import itertools
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

_PAUSE_SECONDS = 0.05
_TIMEOUT_SECONDS = 30.0
KINDS = ("health", "warm", "cold", "query")


@dataclass(frozen=True)
class Sample:
    """One request of the canary.

    Attributes:
        kind: What was asked for: one of ``KINDS``.
        status: Of the response; 0 when there was none.
        seconds: From connecting to the last byte.
    """

    kind: str
    status: int
    seconds: float


@dataclass
class Report:
    """What the canary saw, while it still looks or afterwards."""

    samples: list[Sample] = field(default_factory=list)

    @property
    def failed(self) -> list[Sample]:
        """Return the requests that were not answered 200."""
        return [sample for sample in self.samples if sample.status != 200]

    def longest(self, *kinds: str) -> float:
        """Return the seconds of the slowest request of some kinds; of all when none is named."""
        return max((s.seconds for s in self.samples if not kinds or s.kind in kinds), default=0.0)


def on_this_machine(seconds: float) -> float:
    """Return how long something may take that takes so long on a machine with nothing else to do.

    With more work than processors, whoever works waits for the others, too (getloadavg(3)).
    """
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def ask(
    port: int,
    path: str,
    accept: str,
    source: str = "127.0.0.1",
    timeout: float = _TIMEOUT_SECONDS,
) -> int:
    """Return the status of one GET on a new connection, its body read; 0 without a response."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=timeout, source_address=(source, 0)
    )
    try:
        connection.request("GET", path, headers={"Accept": accept})
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _paths(document: str) -> dict[str, Iterator[tuple[str, str]]]:
    """Return kind → addresses with the Accept of each; cold ones never come twice."""
    numbers = itertools.count(time.time_ns())
    query = "SELECT * {{ <https://example.org/{}> ?p ?o }} LIMIT 1"
    return {
        "health": itertools.repeat(("/healthz", "*/*")),
        "warm": itertools.repeat((document, "text/html")),
        "cold": ((f"{document}?x={n}", "text/html") for n in numbers),
        "query": (
            (f"/sparql?query={quote(query.format(n))}", "application/sparql-results+json")
            for n in numbers
        ),
    }


@contextmanager
def canary(
    port: int,
    document: str = "/doc/lake/siljan",
    kinds: Iterable[str] = KINDS,
    source: str = "127.0.0.1",
) -> Iterator[Report]:
    """Ask for something of each kind again and again while the block runs.

    Args:
        port: Of the server on 127.0.0.1.
        document: Path of a page that the site has.
        kinds: What to ask for, of ``KINDS``; a thread for each.
        source: Loopback address to ask from: another one is another client.
    """
    report, end, paths = Report(), threading.Event(), _paths(document)

    def look(kind: str) -> None:
        while not end.wait(_PAUSE_SECONDS):
            path, accept = next(paths[kind])
            began = time.monotonic()
            status = ask(port, path, accept, source)
            report.samples.append(Sample(kind, status, time.monotonic() - began))

    threads = [threading.Thread(target=look, args=(kind,), daemon=True) for kind in kinds]
    for thread in threads:
        thread.start()
    try:
        yield report
    finally:
        end.set()
        for thread in threads:
            thread.join(_TIMEOUT_SECONDS + 1)
