"""An engine somewhere else that lies, drips or never ends harms neither site nor reader."""

from __future__ import annotations

import http.client
import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from publisher.release.model import Release
from tests.adversary.bad_engine import MODES, BadEngine, bad_engine
from tests.adversary.served import Server, serving
from tests.engines import oxigraph

pytestmark = pytest.mark.slow

TIMEOUT_SECONDS = 1.0
# What a busy machine may add to the time limit.
MORE_SECONDS = 12.0
MOST_MB = 200
RESULT_MB = 8
_numbers = itertools.count()


@dataclass
class Site:
    """A server and its engine."""

    server: Server
    engine: BadEngine
    release: str

    def get(self, path: str, accept: str = "*/*") -> tuple[int, bytes, float]:
        """Return status, body and seconds of an answer; 0 when there was none."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Accept": accept})
            response = connection.getresponse()
            return response.status, response.read(), time.monotonic() - began
        except (OSError, http.client.HTTPException):
            return 0, b"", time.monotonic() - began
        finally:
            connection.close()

    def query(self, query: str, accept: str) -> tuple[int, bytes, float]:
        """Return the answer to a query that nobody asked before."""
        text = f"{query} # {next(_numbers)}"
        return self.get(f"/sparql?query={quote(text)}", accept)

    def is_answered(self, query: str, accept: str) -> bool:
        """Tell whether a query is answered, at the latest when the engine is no longer spared."""
        for _ in range(100):
            if self.query(query, accept)[0] == 200:
                return True
            time.sleep(0.3)
        return False

    def until_ready(self) -> None:
        """Wait until the site says that it can answer again."""
        for _ in range(300):
            if self.get("/readyz")[0] == 200:
                return
            time.sleep(0.1)
        raise AssertionError("the site never came back")

    def log(self) -> str:
        """Return all that the server has written."""
        return self.server.log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def site(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a server in front of an engine that can be told to misbehave."""
    folder = tmp_path_factory.mktemp("engine")
    with ExitStack() as opened:
        honest = opened.enter_context(oxigraph(folder))
        honest.push(release)
        engine = opened.enter_context(bad_engine(honest.query))
        options = ["--engine", engine.url, "--query-timeout-seconds", str(TIMEOUT_SECONDS)]
        environment = os.environ | {"PUBLISHER_QUERY_RESULT_MB": str(RESULT_MB)}
        at = tmp_path_factory.mktemp("served")
        server = opened.enter_context(
            serving(release.folder.parent, at, *options, environment=environment)
        )
        yield Site(server, engine, release.id)


SELECT, CONSTRUCT = "SELECT ?s { ?s ?p ?o } LIMIT 3", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3"
ASKED = (
    (SELECT, "application/sparql-results+json"),
    (SELECT, "application/sparql-results+xml"),
    (SELECT, "text/csv"),
    (SELECT, "text/html"),
    ("ASK { ?s ?p ?o }", "application/sparql-results+json"),
    (CONSTRUCT, "application/n-triples"),
    (CONSTRUCT, "text/turtle"),
    ("DESCRIBE ?s { ?s a ?c }", "application/ld+json"),
)


def ask_all(site: Site) -> list[tuple[int, bytes, float]]:
    """Ask everything at one time, and for a document, and return the answers."""
    answers: list[tuple[int, bytes, float]] = []

    def ask(query: str, accept: str) -> None:
        answers.append(site.query(query, accept))

    def look_up() -> None:
        answers.append(site.get(f"/doc/lake/v%C3%A4nern.ttl?{next(_numbers)}"))

    threads = [threading.Thread(target=ask, args=pair) for pair in ASKED]
    threads.append(threading.Thread(target=look_up))
    for thread in threads:
        thread.start()
    health = [site.get("/healthz") for _ in range(3)]
    for thread in threads:
        thread.join(90)
    assert [status for status, _, _ in health] == [200] * 3
    assert len(answers) == len(threads)
    return answers


# One of each kind; behind each, the site leaves the engine alone for some seconds.
OFTEN = (
    "no HTTP",
    "JSON that breaks off",
    "deep triples, escaped",
    "deep N-Triples",
    "a gzip bomb",
    "a redirect inwards",
    "a million variables",
    "a result of a gigabyte",
    "a dripping chunk size",
    "endless trailers",
)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in OFTEN else pytest.mark.exhaustive) for name in MODES],
)
def test_an_engine_that_lies_costs_an_error_and_no_more(site: Site, name: str) -> None:
    """In bounded time and memory, in a sentence; and it is forgotten when it is honest again."""
    before, written = site.server.memory_mb(), len(site.log())
    processes = site.server.web_processes()
    site.engine.mode = MODES[name]
    try:
        answers = ask_all(site)
    finally:
        site.engine.mode = None
    site.until_ready()
    assert all(site.is_answered(query, accept) for query, accept in ASKED)
    statuses = sorted(status for status, _, _ in answers)
    assert set(statuses) <= {200, 422, 502, 503, 504}
    assert max(seconds for _, _, seconds in answers) < TIMEOUT_SECONDS + MORE_SECONDS
    assert all(body for status, body, _ in answers if status != 200)
    assert site.log()[written:].partition("Traceback")[2] == ""
    site.server.until_only(processes)
    assert site.server.memory_mb() - before < MOST_MB
    assert site.engine.followed == []


@pytest.mark.parametrize("name", ["no HTTP", "a page", "says nothing", "very deep triples"])
def test_readiness_tells_of_an_engine_that_does_not_work(site: Site, name: str) -> None:
    """And of its return."""
    site.engine.mode = MODES[name]
    try:
        assert site.get("/readyz")[0] == 503
        assert site.get("/healthz")[0] == 200
    finally:
        site.engine.mode = None
    site.until_ready()
    assert site.get("/readyz")[1] == f"{site.release}\n".encode()


def test_an_engine_that_hangs_leaves_threads_for_those_who_watch(site: Site) -> None:
    """Many ask for readiness at one time; whether the process is alive is answered meanwhile."""
    site.engine.mode = MODES["says nothing"]
    try:
        threads = [threading.Thread(target=site.get, args=["/readyz"]) for _ in range(30)]
        for thread in threads:
            thread.start()
        status, _, seconds = site.get("/healthz")
        assert status == 200
        assert seconds < MORE_SECONDS
        for thread in threads:
            thread.join(60)
    finally:
        site.engine.mode = None
    site.until_ready()


@pytest.mark.parametrize(
    "term",
    [
        b'{"type":"literal","value":"x"}',
        b'{"type":"uri","value":"e:x"}',
        b'{"type":"bnode","value":"b"}',
        b'{"type":"literal","value":"%b"}' % (b"9" * 5000),
    ],
    ids=["literal", "IRI", "blank node", "number"],
)
def test_terms_of_another_kind_are_an_error_of_the_engine(site: Site, term: bytes) -> None:
    """Well-formed and wrong: what renders them fails in a sentence."""
    written = len(site.log())
    site.engine.term = term
    try:
        paths = ("/doc/lake/v%C3%A4nern?", "/search?q=a&", "/table/?", "/catalogue.ttl?")
        statuses = {site.get(f"{path}{next(_numbers)}", "text/html")[0] for path in paths}
    finally:
        site.engine.term = b""
    site.until_ready()
    assert statuses <= {200, 301, 404, 502, 504}
    assert site.log()[written:].partition("Traceback")[2] == ""


def descriptors(server: Server) -> int:
    """Return how many files and sockets the web processes have open."""
    return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in server.web_processes())


def test_no_connection_is_held_when_an_engine_was_bad(site: Site) -> None:
    """Each exchange ends at its deadline, whatever it was in the middle of."""
    before = descriptors(site.server)
    for name in ("endless fields", "a dripping chunk size", "go on, without end"):
        site.engine.mode = MODES[name]
        ask_all(site)
    site.engine.mode = None
    site.until_ready()
    for _ in range(200):
        if descriptors(site.server) <= before + 4:  # connections are kept for what comes
            return
        time.sleep(0.1)
    raise AssertionError(f"{descriptors(site.server)} descriptors instead of {before}")
