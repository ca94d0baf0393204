"""Queries that are answered in the event loop: as by the views, and whatever happens meanwhile."""

from __future__ import annotations

import dataclasses
import gc
import gzip
import http.client
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from publisher.quality.approval import ApprovedSources
from publisher.query.embedded import EmbeddedEngine
from publisher.query.queue import QueuedRequest
from publisher.query.worker_messages import Outcome
from publisher.release.build import build
from publisher.release.second_engine import SecondEngine
from publisher.serve.site import Site, open_site
from tests.in_process import CountingApplication, serving_site
from tests.query.test_worker_pool import alive

DEFAULT_BUILDS = True

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
ACCEPT = {"Accept": "application/sparql-results+json"}
NAMED = "https://data.example.org/id/lake/siljan"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
SECONDS = 20.0
Fields = dict[str, str]
Exchange = tuple[int, Fields, bytes]


def exchange(
    port: int, method: str, path: str, body: bytes | None = None, fields: Fields | None = None
) -> Exchange:
    """Return status, fields without the date, and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request(method, path, body, fields or {})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        found.pop("date")
        return response.status, found, response.read()
    finally:
        connection.close()


def asked(query: str, **parameters: str) -> str:
    """Return the path that asks a query."""
    return "/sparql?" + urlencode({"query": query} | parameters)


def until(claim: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + SECONDS
    while not claim():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


Both = tuple[int, CountingApplication, int]


@pytest.fixture(scope="module")
def both(site: Site) -> Iterator[Both]:
    """Serve one site by both ways; return the port and application of the direct one, and a port.

    Each has its own memory of responses, and they share the engine and its memory of answers.
    """
    with (
        serving_site(site) as (direct, application),
        serving_site(site, direct_queries=False) as (
            by_threads,
            _,
        ),
    ):
        yield direct, application, by_threads


POINT = f"SELECT ?p ?o {{ <{NAMED}> ?p ?o }} ORDER BY ?p ?o"
GRAPH = f"CONSTRUCT {{ <{NAMED}> ?p ?o }} {{ <{NAMED}> ?p ?o }}"
FORM_FIELDS = {"Content-Type": FORM}
WIDE = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 300"
REQUESTS: dict[str, tuple[str, str, bytes | None, Fields]] = {
    "get": ("GET", asked(POINT), None, ACCEPT),
    "get without fields": ("GET", asked("ASK {}"), None, {}),
    "get csv": ("GET", asked(POINT, format="csv"), None, {}),
    "get tsv": ("GET", asked(POINT), None, {"Accept": "text/tab-separated-values"}),
    "get another name": ("GET", asked(POINT), None, {"Accept": "application/json"}),
    "get xml": ("GET", asked(POINT), None, {"Accept": "application/xml"}),
    "get gzip": ("GET", asked(POINT), None, ACCEPT | {"Accept-Encoding": "gzip"}),
    "get gzip of little": ("GET", asked("ASK {}"), None, {"Accept-Encoding": "gzip, br"}),
    "get no gzip": ("GET", asked(POINT), None, ACCEPT | {"Accept-Encoding": "gzip;q=0"}),
    "get any coding": ("GET", asked(POINT), None, ACCEPT | {"Accept-Encoding": "*"}),
    "graph": ("GET", asked(GRAPH), None, {"Accept": "text/turtle"}),
    "graph as N3": ("GET", asked(GRAPH), None, {"Accept": "text/n3"}),
    "describe": (
        "POST",
        "/sparql",
        urlencode({"query": f"DESCRIBE <{NAMED}>"}).encode(),
        FORM_FIELDS,
    ),
    "form": ("POST", "/sparql", urlencode({"query": POINT}).encode(), FORM_FIELDS | ACCEPT),
    "form gzip": (
        *("POST", "/sparql", gzip.compress(urlencode({"query": POINT}).encode())),
        FORM_FIELDS | {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"},
    ),
    "form in parts": (
        *("POST", "/sparql"),
        b'--b\r\nContent-Disposition: form-data; name="query"\r\n\r\nASK {}\r\n--b--\r\n',
        {"Content-Type": "multipart/form-data; boundary=b"},
    ),
    "slash": ("POST", "/sparql/", urlencode({"query": POINT}).encode(), FORM_FIELDS),
    "direct": ("POST", "/sparql", POINT.encode(), {"Content-Type": f"{DIRECT}; charset=UTF-8"}),
    "common prefixes": (
        *("GET", asked(f"SELECT ?o {{ <{NAMED}> skos:prefLabel ?o }}", prefixes="common")),
        *(None, ACCEPT),
    ),
    "another graph": ("GET", asked(POINT) + "&default-graph-uri=urn:none", None, ACCEPT),
    "range": ("GET", asked(POINT), None, ACCEPT | {"Range": "bytes=0-3"}),
    "long answer": ("GET", asked(WIDE), None, ACCEPT),
    "long answer, gzip": ("GET", asked(WIDE + "1"), None, ACCEPT | {"Accept-Encoding": "gzip"}),
    "long answer by post": ("POST", "/sparql", WIDE.encode(), {"Content-Type": DIRECT}),
    "named": ("GET", "/query/waters-called?name=Siljan", None, ACCEPT),
    "named csv": ("GET", "/query/waters-called.csv?name=Siljan", None, {}),
    "named with format": ("GET", "/query/waters-called?name=Siljan&format=xml", None, {}),
    "named, missing": ("GET", "/query/waters-called.json", None, {"Accept-Language": "en"}),
    "named, not there": ("GET", "/query/nothing.json", None, {}),
    "head": ("HEAD", asked(POINT), None, ACCEPT),
    "known": ("GET", asked(POINT), None, ACCEPT | {"If-None-Match": "*"}),
    "condition": ("GET", asked(POINT), None, ACCEPT | {"If-Match": '"other"'}),
    "dated": ("GET", asked(POINT), None, ACCEPT | {"Accept-Datetime": "Fri, 02 Jan 2026"}),
    "page": ("GET", asked(POINT), None, {"Accept": "text/html"}),
    "description": ("GET", "/sparql", None, {"Accept": "text/turtle"}),
    "wrong": ("GET", asked("SELECT * {"), None, {"Accept-Language": "en"}),
    "wrong by post": ("POST", "/sparql", b"query=SELECT", FORM_FIELDS),
    "unbound": ("POST", "/sparql", b"SELECT ?x { ?y e:p ?z }", {"Content-Type": DIRECT}),
    "update": ("POST", "/sparql", b"update=CLEAR+ALL", FORM_FIELDS),
    "service": ("GET", asked("ASK { SERVICE <urn:x> {} }"), None, {}),
    "no query": ("POST", "/sparql", b"", FORM_FIELDS),
    "two queries": ("GET", "/sparql?query=ASK{}&query=ASK{}", None, {}),
    "another type": ("POST", "/sparql", b"ASK {}", {"Content-Type": "text/plain"}),
    "another coding": ("POST", "/sparql", b"x", FORM_FIELDS | {"Content-Encoding": "br"}),
    "not UTF-8": ("GET", "/sparql?query=ASK%7B%7D%23%FF", None, {}),
    "not acceptable": ("GET", asked(POINT), None, {"Accept": "image/png"}),
    "not acceptable by post": (
        "POST",
        "/sparql",
        GRAPH.encode(),
        {"Content-Type": DIRECT, "Accept": "text/csv"},
    ),
    "not carried": (
        "GET",
        asked("SELECT ('\\u0001' AS ?x) {}"),
        None,
        {"Accept": "application/sparql-results+xml"},
    ),
    "too long a query": ("GET", asked("ASK { FILTER('" + "x" * 9000 + "' = '') }"), None, ACCEPT),
    "too much time": ("GET", asked(ENDLESS, timeout="0.3"), None, {"Accept-Language": "en"}),
    "long accept": ("GET", asked("ASK {}"), None, {"Accept": "text/csv" + ", a/b" * 200}),
    "long address": ("GET", asked("ASK {}", other="x" * 9000), None, {"Accept": "text/csv"}),
    "no time": ("GET", asked("ASK {}", timeout="soon"), None, {}),
    "put": ("PUT", "/sparql", b"ASK {}", {"Content-Type": DIRECT}),
}
BY_THREADS = {
    *("head", "known", "condition", "dated", "page", "description", "wrong", "wrong by post"),
    *("update", "service", "no query", "two queries", "another type", "another coding", "range"),
    *("form gzip", "long accept", "long address", "not UTF-8", "no time", "put"),
    *("named, missing", "named, not there", "too long a query"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_both_ways_answer_alike(both: Both, name: str) -> None:
    """Status, every field, and the body: to the letter, the first time and again."""
    direct, _, by_threads = both
    method, path, body, fields = REQUESTS[name]
    first = exchange(direct, method, path, body, fields)
    assert first == exchange(by_threads, method, path, body, fields)
    for _ in range(2):  # from the memory of answers, and then from that of responses
        assert exchange(direct, method, path, body, fields) == first


@pytest.mark.parametrize("name", sorted(REQUESTS.keys() - BY_THREADS - {"wrong", "unbound"}))
def test_what_is_ordinary_is_taken_by_the_loop(both: Both, name: str) -> None:
    """Else the way would be there, and nobody would go it."""
    direct, application, _ = both
    method, path, body, fields = REQUESTS[name]
    before = len(application.in_the_loop)
    sent = path if body is not None else f"{path}&unknown={name}".replace(" ", "+")
    exchange(direct, method, sent, body, fields)
    until(lambda: len(application.in_the_loop) == before + 1)


@pytest.mark.slow
def test_an_answer_of_ordinary_length_needs_no_thread(both: Both) -> None:
    """By GET, by form, directly, and by the name of a query."""
    direct, application, _ = both
    application.by_threads.clear()
    for number in range(5):
        text = f"SELECT ?p{number} ?o {{ <{NAMED}> ?p{number} ?o }}"
        assert exchange(direct, "GET", asked(text), None, ACCEPT)[0] == 200
        form = urlencode({"query": text + " LIMIT 9"}).encode()
        assert exchange(direct, "POST", "/sparql", form, FORM_FIELDS | ACCEPT)[0] == 200
        assert (
            exchange(direct, "POST", "/sparql", text.encode(), {"Content-Type": DIRECT})[0] == 200
        )
        assert (
            exchange(direct, "GET", f"/query/waters-called?name={number}", None, ACCEPT)[0] == 200
        )
    assert application.by_threads == []
    until(lambda: application.leases == 0)


def test_requests_on_one_connection_are_answered_in_order(both: Both) -> None:
    """Pipelined, by both methods; some are known, some are new (RFC 9112, section 9.3.2)."""
    port = both[0]
    sent, wanted = b"", []
    for number in range(40):
        text = f"SELECT ({number % 7} AS ?n) {{}}"
        if number % 3 == 0:
            body = text.encode()
            head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {DIRECT}\r\n"
            sent += f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        else:
            sent += f"GET {asked(text)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        wanted.append(str(number % 7))
    sent += b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as wire:
        wire.sendall(sent)
        received = b"".join(iter(lambda: wire.recv(1 << 16), b""))
    bodies = [part.partition(b"\r\n\r\n")[2] for part in received.split(b"HTTP/1.1 200 OK")[1:]]
    found = [json.loads(body)["results"]["bindings"][0]["n"]["value"] for body in bodies[:-1]]
    assert found == wanted
    assert bodies[-1] == b"ok\n"


# What happens meanwhile: over a site of its own with one worker.


@contextmanager
def own_site(site: Site, **settings: Any) -> Iterator[tuple[int, CountingApplication]]:
    """Serve the release with other settings, and an engine of its own."""
    opened = open_site(dataclasses.replace(site.config, **settings), site.release)
    try:
        with serving_site(opened) as served:
            yield served
    finally:
        opened.engine.close()


class Asking:
    """A query that is asked by a thread of its own."""

    def __init__(self, port: int, query: str, **fields: str) -> None:
        """Begin to ask."""
        self.found: list[Exchange] = []
        path = asked(query)
        self._thread = threading.Thread(
            target=lambda: self.found.append(exchange(port, "GET", path, None, ACCEPT | fields))
        )
        self._thread.start()

    def status(self) -> int:
        """Return the status of the answer, when it is there."""
        self._thread.join(SECONDS)
        return self.found[0][0]


def counts(application: CountingApplication) -> tuple[int, int]:
    """Return how many queries are at work and wait."""
    return application.site.endpoint.queue.counts()


def workers(application: CountingApplication) -> list[int]:
    """Return the process ids of the workers."""
    engine = application.site.engine
    assert isinstance(engine, EmbeddedEngine)
    return engine.workers().pids()


@pytest.mark.slow
def test_a_query_that_many_ask_is_evaluated_once(site: Site) -> None:
    """Also when they indent it differently; and each is answered."""
    with own_site(site, query_timeout_seconds=10.0, sparq_triples=0) as (port, application):
        exchange(port, "GET", asked("ASK {}"))
        busy = Asking(port, ENDLESS + " #busy")
        until(lambda: counts(application) == (1, 0))
        engine = application.site.engine
        crowd = [Asking(port, "SELECT ?s\n" + " " * n + "{ ?s a ?c }") for n in range(12)]
        until(lambda: len(application.in_the_loop) == 14)
        assert counts(application) == (1, 1)
        assert isinstance(engine, EmbeddedEngine)
        os.kill(workers(application)[0], signal.SIGKILL)
        assert busy.status() == 502
        assert [each.status() for each in crowd] == [200] * 12
        assert len({each.found[0][2] for each in crowd}) == 1
        until(lambda: counts(application) == (0, 0))
        assert application.leases == 0


@pytest.mark.slow
def test_a_query_whose_worker_ends_under_sparq_is_put_to_oxigraph(
    site: Site, approved: ApprovedSources, tmp_path: Path
) -> None:
    """Once: what becomes of it there is its answer, here the limit of time."""
    pytest.importorskip("sparq", reason="the extra 'sparq' is not installed")
    files = SecondEngine(most_triples=10_000, questions=0)
    with_sparq = dataclasses.replace(site, release=build(approved, tmp_path, second_engine=files))
    with own_site(with_sparq, query_timeout_seconds=3.0) as (port, application):
        exchange(port, "GET", asked("ASK {}"))
        busy = Asking(port, ENDLESS + " #ended")
        until(lambda: counts(application) == (1, 0))
        os.kill(workers(application)[0], signal.SIGKILL)
        assert busy.status() == 504
        until(lambda: counts(application) == (0, 0))
        assert application.leases == 0


@pytest.mark.slow
def test_a_client_beyond_its_share_is_told(site: Site) -> None:
    """429, as by threads; those of its queries that it may have are answered."""
    settings = {"query_client_share": 2, "query_timeout_seconds": 1.5}
    with own_site(site, **settings) as (port, application):
        first = Asking(port, ENDLESS + " LIMIT 1")
        until(lambda: counts(application) == (1, 0))
        second = Asking(port, ENDLESS + " LIMIT 2")
        until(lambda: counts(application) == (1, 1))
        status, fields, body = exchange(
            port, "GET", asked("ASK {}"), None, {"Accept-Language": "en"}
        )
        assert (status, fields["retry-after"]) == (429, "5")
        assert "2 requests" in json.loads(body)["detail"]
        assert (first.status(), second.status()) == (504, 504)
        assert exchange(port, "GET", asked("ASK {}"))[0] == 200


@pytest.mark.slow
def test_a_full_queue_sends_the_newest_away(site: Site) -> None:
    """503 at once: better told than kept waiting for nothing."""
    settings = {"query_queue": 1, "query_timeout_seconds": 1.5}
    with own_site(site, **settings) as (port, application):
        first = Asking(port, ENDLESS + " LIMIT 1")
        until(lambda: counts(application) == (1, 0))
        second = Asking(port, ENDLESS + " LIMIT 2")
        until(lambda: counts(application) == (1, 1))
        assert exchange(port, "GET", asked("ASK {}"))[0] == 503
        assert counts(application) == (1, 1)
        assert (first.status(), second.status()) == (504, 504)


@pytest.mark.slow
def test_a_wait_that_is_too_long_ends(site: Site) -> None:
    """The place is not lost."""
    settings = {"query_wait_seconds": 0.3, "query_timeout_seconds": 1.5}
    with own_site(site, **settings) as (port, application):
        busy = Asking(port, ENDLESS)
        until(lambda: counts(application) == (1, 0))
        assert exchange(port, "GET", asked("ASK {}"))[0] == 503
        assert busy.status() == 504
        until(lambda: counts(application) == (0, 0))
        assert exchange(port, "GET", asked("ASK {}"))[0] == 200


@pytest.mark.slow
def test_who_leaves_while_waiting_is_dropped(site: Site) -> None:
    """Nobody reads the answer, so nothing is evaluated; whoever asks the same asks for itself."""
    with own_site(site, query_timeout_seconds=3.0) as (port, application):
        busy = Asking(port, ENDLESS)
        until(lambda: counts(application) == (1, 0))
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.sendall(f"GET {asked('ASK {}')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            until(lambda: counts(application) == (1, 1))
        until(lambda: counts(application) == (1, 0))
        assert busy.status() == 504
        assert exchange(port, "GET", asked("ASK {}"))[0] == 200
        until(lambda: application.leases == 0)


@pytest.mark.slow
def test_a_worker_that_answers_nonsense_is_replaced(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One answer is lost; the next comes from another process."""
    with own_site(site) as (port, application):
        assert exchange(port, "GET", asked("ASK {}"))[0] == 200
        before = workers(application)

        def read(head: bytes, body: bytes) -> Outcome:
            raise json.JSONDecodeError("no JSON", "x", 0)

        with monkeypatch.context() as patch:
            patch.setattr(Outcome, "read", read)
            assert exchange(port, "GET", asked("ASK { ?s ?p ?o }"))[0] == 502
        assert exchange(port, "GET", asked("ASK { ?s ?p ?o }"))[0] == 200
        assert workers(application) != before


@pytest.mark.slow
def test_idle_workers_that_died_cost_nothing(site: Site) -> None:
    """They are watched by the loop, and found before a query is given to them."""
    with own_site(site) as (port, application):
        for number in range(4):
            assert exchange(port, "GET", asked(f"ASK {{}} LIMIT {number}"))[0] == 200
            pid = workers(application)[0]
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: not alive(pid))  # type: ignore[misc]
        assert exchange(port, "GET", asked("ASK {}"))[0] == 200


@pytest.mark.slow
def test_threads_and_the_loop_ask_the_same_workers_in_turn(site: Site) -> None:
    """A page is made by a thread; its query goes to the worker that the loop watches."""
    with own_site(site) as (port, application):
        for number in range(6):
            text = f"SELECT ?p{number} {{ <{NAMED}> ?p{number} ?o }}"
            assert exchange(port, "GET", asked(text), None, ACCEPT)[0] == 200
            page = exchange(port, "GET", asked(f"{text} LIMIT 3"), None, {"Accept": "text/html"})
            assert page[0] == 200
        assert len(workers(application)) == 1


@pytest.mark.slow
def test_a_result_past_its_limit_is_told_and_never_cut(site: Site) -> None:
    """422, with the name of the setting."""
    with own_site(site, query_result_mb=1) as (port, _):
        text = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
        status, _, body = exchange(port, "GET", asked(text), None, ACCEPT)
        assert (status, json.loads(body)["limit"]) == (422, "query_result_mb")


@pytest.mark.slow
def test_an_answer_of_megabytes_comes_whole(site: Site) -> None:
    """In parts from the worker, and in parts to a client that reads slowly."""
    with own_site(site, query_timeout_seconds=10.0) as (port, _):
        text = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
        status, fields, body = exchange(
            port, "POST", "/sparql", text.encode(), {"Content-Type": DIRECT}
        )
        assert status == 200
        assert len(body) == int(fields["content-length"]) > 1 << 20
        assert len(json.loads(body)["results"]["bindings"]) == 20000


@pytest.mark.slow
def test_what_the_loop_answered_is_counted_and_written_down(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Requests by place, queries by ending, and those from a memory."""
    with own_site(site) as (port, _), caplog.at_level("INFO", "publisher.queries"):
        for _ in range(3):
            exchange(port, "GET", asked("ASK { ?counted a ?c }"), None, ACCEPT)
        exchange(port, "GET", asked("ASK { wrong }"))
        text = exchange(port, "GET", "/metrics")[2].decode()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(lines['publisher_http_requests_total{place="sparql",status="2xx"}']) == 3
    assert float(lines['publisher_http_requests_total{place="sparql",status="4xx"}']) == 1
    assert float(lines['publisher_queries_total{ending="answered"}']) == 2
    assert float(lines['publisher_queries_total{ending="refused"}']) == 1
    assert float(lines["publisher_query_memory_hits_total"]) == 2
    written = [json.loads(r.getMessage()) for r in caplog.records if r.name == "publisher.queries"]
    assert [line["ending"] for line in written] == ["answered", "answered", "refused"]


def test_an_answer_leaves_nothing_to_look_for(both: Both) -> None:
    """Objects that have each other stay until Python looks for them: memory for nothing."""
    port, _, _ = both
    for number in range(2):
        assert exchange(port, "GET", asked(f"ASK {{}} LIMIT {number + 90}"), None, ACCEPT)[0] == 200
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        path = asked("ASK {} LIMIT 99")
        assert exchange(port, "GET", path, None, ACCEPT)[0] == 200
        gc.collect()
        assert not [found for found in gc.garbage if isinstance(found, QueuedRequest)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


@pytest.mark.slow
def test_a_flood_of_answers_leaves_documents_their_turn(site: Site) -> None:
    """Whoever pipelines thousands of queries that are known does not keep the loop."""
    with own_site(site) as (port, _):
        one = f"GET {asked('ASK {}')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as wire:
            sending = threading.Thread(target=wire.sendall, args=[one * 3000])
            sending.start()
            assert (
                exchange(port, "GET", "/doc/lake/siljan", None, {"Accept": "text/turtle"})[0] == 200
            )
            received = b""
            while received.count(b"HTTP/1.1 200 OK") < 3000:
                part = wire.recv(1 << 16)
                assert part
                received += part
            sending.join()


@pytest.mark.slow
def test_a_release_is_held_until_its_last_query_has_ended(site: Site) -> None:
    """The one who asked is answered from the release that was current then."""
    with own_site(site, query_timeout_seconds=1.0) as (port, application):
        busy = Asking(port, ENDLESS)
        until(lambda: counts(application) == (1, 0))
        assert application.leases == 1
        assert busy.status() == 504
        until(lambda: application.leases == 0)


def test_a_worker_that_another_loop_asked_before_is_heard(site: Site) -> None:
    """Two servers over one site, one after the other: the second hears the workers, too."""
    opened = open_site(dataclasses.replace(site.config, query_timeout_seconds=10.0), site.release)
    try:
        for number in range(2):
            with serving_site(opened) as (port, _):
                path = asked(f"SELECT ?loop{number} {{ ?loop{number} a ?c }}")
                assert exchange(port, "GET", path, None, ACCEPT)[0] == 200
    finally:
        opened.engine.close()
