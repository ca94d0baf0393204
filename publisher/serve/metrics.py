"""Counters as Prometheus reads them, and the log of queries."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import os
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from prometheus_client import (
    CollectorRegistry,
    Gauge,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from publisher.config import Config
from publisher.errors import (
    ClientBusy,
    ClientDisconnected,
    EngineBusy,
    EngineFailed,
    NotAcceptable,
    PublisherError,
    QueryLimitExceeded,
    QueryRefused,
)
from publisher.query.engine import Answer, Operation
from publisher.system.supervised import failures

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


_BOUNDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, float("inf"))
_ROUTES = ("catalog", "dataset", "def", "doc", "dump", "id", "query", "sparql", "static")


def route_of(path: str) -> str:
    """Return the route that a path is counted under.

    >>> [route_of(path) for path in ("/doc/lake/siljan.ttl", "/catalog.rdf", "/nowhere", "/")]
    ['doc', 'catalog', 'other', 'other']
    """
    route = path[1:].partition("/")[0].partition(".")[0]
    return route if route in _ROUTES else "other"


class _Requests(Collector):
    """Requests by place and class of status, counted without a lock.

    A lock on the way of every answer makes threads queue up behind anyone who holds it when the
    interpreter changes threads; ``itertools.count`` goes on in one step.
    """

    def __init__(self) -> None:
        self._counts = {
            (route, status): itertools.count() for route in (*_ROUTES, "other") for status in "2345"
        }

    def count(self, route: str, status: str) -> None:
        """Count one request."""
        count = self._counts.get((route, status[0]))
        if count is not None:
            next(count)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Return the counts as Prometheus wants them."""
        family = CounterMetricFamily(
            "publisher_http_requests", "Requests.", labels=["place", "status"]
        )
        for (route, status), count in self._counts.items():
            family.add_metric([route, f"{status}xx"], _number_of(count))
        yield family


class _MemoryHits(Collector):
    """Queries that were answered from a memory, counted without a lock as requests are."""

    def __init__(self) -> None:
        self._count = itertools.count()
        self.add = self._count.__next__

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Return the count as Prometheus wants it."""
        family = CounterMetricFamily(
            "publisher_query_memory_hits", "Queries that were answered from a memory of answers."
        )
        family.add_metric([], _number_of(self._count))
        yield family


class _Queries(Collector):
    """Queries by how they ended, with their seconds and the bytes of their results.

    One lock, once a query: the library's own counters and histogram take five one after the other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._endings: Counter[str] = Counter()
        self._within = [0] * len(_BOUNDS)
        self._seconds, self._bytes = 0.0, 0

    def count(self, ending: str, seconds: float, length_bytes: int) -> None:
        """Count one query."""
        place = bisect_left(_BOUNDS, seconds)
        with self._lock:
            self._endings[ending] += 1
            self._within[place] += 1
            self._seconds += seconds
            self._bytes += length_bytes

    def collect(self) -> Iterator[Metric]:
        """Return the counts as Prometheus wants them."""
        with self._lock:
            endings, within = dict(self._endings), list(accumulate(self._within))
            seconds, length = self._seconds, self._bytes
        family = CounterMetricFamily("publisher_queries", "Queries.", labels=["ending"])
        for ending, number in endings.items():
            family.add_metric([ending], number)
        yield family
        yield CounterMetricFamily("publisher_query_result_bytes", "Bytes of results.", value=length)
        names = [*map(str, _BOUNDS[:-1]), "+Inf"]
        buckets = list(zip(names, within, strict=True))
        yield HistogramMetricFamily(
            "publisher_query_seconds",
            "Time from a query to its answer.",
            buckets=buckets,
            sum_value=seconds,
        )


def _number_of(count: itertools.count[int]) -> int:
    """Return what a count would give next, read from its name, "count(7)", without counting."""
    return int(repr(count).partition("(")[2].rstrip(")"))


class _Failures(Collector):
    """How often parts of this process failed and were started again."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Return the counts as Prometheus wants them."""
        family = CounterMetricFamily(
            "publisher_part_failures", "Failures of parts that were started again.", labels=["part"]
        )
        for part, number in sorted(failures().items()):
            family.add_metric([part], number)
        yield family


class Metrics:
    """What is counted in this process, over all releases it serves."""

    def __init__(self) -> None:
        """Begin at nought."""
        # They would double the length of the page.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry, pid=os.getpid)
        self._requests = _Requests()
        self._registry.register(self._requests)
        self._memory_hits = _MemoryHits()
        self.memory_hit = self._memory_hits.add
        self._registry.register(self._memory_hits)
        self._registry.register(_Failures())
        self._queries = _Queries()
        self.query = self._queries.count
        self._registry.register(self._queries)
        self._working = Gauge(
            "publisher_queries_working", "Queries at work.", registry=self._registry
        )
        self._instead = Gauge(
            "publisher_release_instead",
            "1 while a release is served instead of the current one, which cannot be.",
            registry=self._registry,
        )
        self._waiting = Gauge(
            "publisher_queries_waiting", "Queries that wait.", registry=self._registry
        )

    def follow(self, counts: Callable[[], tuple[int, int]]) -> None:
        """Take the numbers of queries at work and waiting from here on from a function."""
        self._working.set_function(lambda: counts()[0])
        self._waiting.set_function(lambda: counts()[1])

    def follow_releases(self, is_instead: Callable[[], int]) -> None:
        """Take from a function whether a release is served instead of the current one."""
        self._instead.set_function(is_instead)

    def request(self, route: str, status: str) -> None:
        """Count an answered request."""
        self._requests.count(route, status)

    def counting(self, environ: WSGIEnvironment, start_response: StartResponse) -> StartResponse:
        """Return the start of an answer that counts the request, whatever answers it."""
        route = route_of(environ["PATH_INFO"])

        def start(status, fields, exc_info=None):  # type: ignore[no-untyped-def]
            self._requests.count(route, status)
            return (
                start_response(status, fields, exc_info)
                if exc_info
                else start_response(status, fields)
            )

        return start

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


# One line of JSON a query: its outcome and how long it took, and, if a
# setting asks for it, who asked.

_log = logging.getLogger("publisher.queries")
_LONGEST_TEXT = 4000
_as_json = json.JSONEncoder(ensure_ascii=False).encode


class _QueryLine(dict[str, Any]):
    """A line of the log, which is written by the one who shows it."""

    def __str__(self) -> str:
        """Return it as JSON."""
        return _as_json(self | {"milliseconds": round(self["milliseconds"], 1)})


class _QueryRecord(logging.LogRecord):
    """A record of a line, which does not say where in the program it was made.

    To look for that, as ``Logger.log`` does, takes as long as all the rest of writing a line down.
    """

    def __init__(self, level: int, line: _QueryLine) -> None:
        """Begin now."""
        common = _RECORDS[level].__dict__
        self.__dict__ = {**common, "msg": line, "created": time.time()}


_RECORDS = {
    level: logging.LogRecord(_log.name, level, __file__, 0, "", None, None)
    for level in (logging.INFO, logging.WARNING)
}
_OUTCOMES: tuple[tuple[type[PublisherError], str], ...] = (
    (QueryRefused, "refused"),
    (QueryLimitExceeded, "limit"),
    (ClientBusy, "client busy"),
    (ClientDisconnected, "client left"),
    (EngineBusy, "busy"),
    (EngineFailed, "failed"),
    (NotAcceptable, "not acceptable"),
)


@dataclass(frozen=True)
class QueryLog:
    """Where queries are written down and counted."""

    config: Config
    metrics: Metrics

    def answered(
        self,
        operation: Operation,
        answer: Answer,
        client: str,
        began: float,
        taken: float | None = None,
    ) -> None:
        """Write down a query that was answered.

        Args:
            operation: The query.
            answer: The answer.
            client: Who asked.
            began: When (``time.perf_counter``).
            taken: Seconds until it was answered; None: until now.
        """
        seconds = time.perf_counter() - began if taken is None else taken
        self._write(operation, "answered", client, seconds, len(answer.body))

    def failed(
        self, operation: Operation, error: PublisherError, client: str, began: float
    ) -> None:
        """Write down a query that was not."""
        ending = next((word for kind, word in _OUTCOMES if isinstance(error, kind)), "failed")
        if isinstance(error, QueryLimitExceeded):
            ending = error.limit
        self._write(operation, ending, client, time.perf_counter() - began, 0)

    def _write(
        self, operation: Operation, ending: str, client: str, seconds: float, length: int
    ) -> None:
        self.metrics.query(ending, seconds, length)
        is_slow = seconds >= self.config.slow_query_seconds
        if self.config.query_log == "off" and not is_slow:
            return
        level = logging.WARNING if is_slow else logging.INFO
        if not _log.isEnabledFor(level):
            return
        line = {
            "event": "slow query" if is_slow else "query",
            "ending": ending,
            "milliseconds": seconds * 1000,
            "bytes": length,
            # The same query can be found again without its text, which may name people.
            "query": hashlib.sha256(operation.query.encode()).hexdigest()[:16],
        }
        if self.config.query_log == "addresses":
            line["client"] = client
        if is_slow:
            line["text"] = operation.query[:_LONGEST_TEXT]
        _log.handle(_QueryRecord(level, _QueryLine(line)))
