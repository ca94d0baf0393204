"""Counters of one web process, as Prometheus reads them. No label grows with what clients send."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.process_collector import ProcessCollector

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_BOUNDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, float("inf"))
_PLACES = ("catalog", "dataset", "def", "doc", "dump", "id", "query", "sparql", "static")


class Metrics:
    """What is counted in this process, over all releases it serves."""

    def __init__(self) -> None:
        """Begin at nought."""
        # They would double the length of the page.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry, pid=os.getpid)
        requests = self._counter("publisher_http_requests", "Requests.", ["place", "status"])
        self._requests = {
            (place, status): requests.labels(place, f"{status}xx")
            for place in (*_PLACES, "other")
            for status in "2345"
        }
        self._queries = self._counter("publisher_queries", "Queries.", ["ending"])
        self._bytes = self._counter("publisher_query_result_bytes", "Bytes of results.", [])
        self._seconds = Histogram(
            "publisher_query_seconds",
            "Time from a query to its answer.",
            buckets=_BOUNDS,
            registry=self._registry,
        )
        self._working = Gauge(
            "publisher_queries_working", "Queries at work.", registry=self._registry
        )
        self._waiting = Gauge(
            "publisher_queries_waiting", "Queries that wait.", registry=self._registry
        )

    def _counter(self, name: str, about: str, labels: list[str]) -> Counter:
        return Counter(name, about, labels, registry=self._registry)

    def follow(self, counts: Callable[[], tuple[int, int]]) -> None:
        """Take the numbers of queries at work and waiting from here on from a function."""
        self._working.set_function(lambda: counts()[0])
        self._waiting.set_function(lambda: counts()[1])

    def query(self, ending: str, seconds: float, length_bytes: int) -> None:
        """Count a query; ``ending`` is one of a few words."""
        self._queries.labels(ending).inc()
        self._seconds.observe(seconds)
        self._bytes.inc(length_bytes)

    def request(self, path: str, status: str) -> None:
        """Count an answered request."""
        place = path[1:].partition("/")[0].partition(".")[0]
        known = self._requests.get((place, status[0])) or self._requests.get(("other", status[0]))
        if known is not None:
            known.inc()

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


def counted(application: WSGIApplication, metrics: Metrics) -> WSGIApplication:
    """Return the application with every request counted, those answered from memory too."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]

        def start(status, fields, exc_info=None):  # type: ignore[no-untyped-def]
            metrics.request(path, status)
            return (
                start_response(status, fields, exc_info)
                if exc_info
                else start_response(status, fields)
            )

        return application(environ, start)

    return call
