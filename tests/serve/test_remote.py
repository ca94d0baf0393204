from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest
from werkzeug.test import Client

from publisher.query.remote import circuit
from publisher.release.model import Release
from publisher.serve import reload
from publisher.serve.reload import ReloadingApp, RetryingApp
from tests.chain import A_LAKE, BASE, Chain
from tests.engines import Remote, oxigraph

pytestmark = pytest.mark.slow

LAKES = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}dataset/lakes> {{ ?lake a ?class }} }}"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"


class Site:
    """A copy of the site, and the engine behind it, which may be ended and started."""

    def __init__(self, chain: Chain, folder: Path, opened: ExitStack) -> None:
        """Start the engine and load the first release."""
        self.chain, self._folder, self._opened = chain, folder, opened
        self._engine = ExitStack()
        self.server = self._engine.enter_context(oxigraph(folder))
        self.first = chain.build()
        self.server.push(self.first)

    def kill(self) -> None:
        """End the engine, without a word."""
        self.server.process.kill()
        self.server.process.wait()

    def revive(self) -> None:
        """Start the engine again, at the same address, with what it held."""
        port = int(self.server.query.split(":")[2].partition("/")[0])
        self.server = self._engine.enter_context(oxigraph(self._folder, port))

    def serve(self, **settings: object) -> Client:
        """Return a client of a copy that asks the engine."""
        config = self.server.config(self.chain.config(**settings))
        application = RetryingApp(lambda: ReloadingApp(config))
        self._opened.callback(application.close)
        return Client(application)

    def end(self) -> None:
        """End the engine."""
        self._engine.close()


@pytest.fixture
def site(chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Return a site whose copies look around often."""
    monkeypatch.setattr(reload, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(reload, "TRY_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(circuit, "PAUSE_SECONDS", 0.2)
    folder = tmp_path / "engine"
    folder.mkdir()
    with ExitStack() as opened:
        made = Site(chain, folder, opened)
        opened.callback(made.end)
        yield made
        # A copy ends after its last answer, and those that nobody closed end here.
        gc.collect()


def until(claim: Callable[[], bool]) -> None:
    """Wait until a claim is true; give up after a long time."""
    for _ in range(600):
        if claim():
            return
        time.sleep(0.05)
    raise AssertionError("it never came true")


def ready(client: Client) -> tuple[int, str]:
    """Return status and text of the answer about readiness."""
    answer = client.get("/readyz")
    return answer.status_code, answer.text


def ask(client: Client, query: str = LAKES, accept: str = "text/csv") -> tuple[int, str]:
    """Return status and text of the answer to a query."""
    answer = client.get(f"/sparql?query={quote(query)}", headers={"Accept": accept})
    return answer.status_code, answer.text


def test_a_killed_engine_is_told_of_and_its_return_is_noticed(site: Site) -> None:
    """502 with a problem document; what was rendered once goes on answering."""
    client = site.serve()
    known = client.get("/doc/lake/siljan.ttl").data
    assert ready(client) == (200, f"{site.first.id}\n")
    site.kill()
    status, problem = ask(client, "SELECT ?s { ?s ?p 1 }")
    assert status == 502
    assert '"status": 502' in problem
    assert site.server.query not in problem
    assert ready(client)[0] == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/doc/lake/siljan.ttl").data == known
    with client.get("/dump/lakes.nt") as answer:  # a file stays open until it is closed
        assert answer.status_code == 200
    assert client.get("/doc/lake/v%C3%A4nern.ttl").status_code == 502
    site.revive()
    until(lambda: ready(client)[0] == 200)
    assert ask(client) == (200, "n\r\n2\r\n")
    assert client.get("/doc/lake/v%C3%A4nern.ttl").status_code == 200


def test_an_engine_that_hangs_costs_its_time_limit_and_no_more(site: Site) -> None:
    """504 to the client; then it is left alone until it answers."""
    client = site.serve(query_timeout_seconds=0.5)
    assert ask(client)[0] == 200
    os.kill(site.server.process.pid, signal.SIGSTOP)
    try:
        assert ask(client, "SELECT ?s { ?s ?p 2 }")[0] == 504
        status, text = ready(client)
        assert status == 503
        assert "stopped after 2 seconds" in text
    finally:
        os.kill(site.server.process.pid, signal.SIGCONT)
    until(lambda: ready(client)[0] == 200)
    assert ask(client, "SELECT ?s { ?s ?p 3 }")[0] == 200


def test_a_query_without_end_is_stopped_and_others_are_answered(site: Site) -> None:
    """The time limit of this program, whether the engine has one or not."""
    client = site.serve(query_timeout_seconds=0.5)
    assert ask(client, ENDLESS)[0] == 504
    assert ask(client)[0] == 200


def test_a_push_is_followed_and_going_back_too(site: Site) -> None:
    """The engine says which release is current; its copies change over together."""
    clients = [site.serve(), site.serve()]
    second = site.chain.add(A_LAKE)
    assert [ready(client)[1] for client in clients] == [f"{site.first.id}\n"] * 2
    site.server.push(second)
    until(lambda: all(ready(client)[1] == f"{second.id}\n" for client in clients))
    assert [ask(client)[1] for client in clients] == ["n\r\n3\r\n"] * 2
    site.server.push(site.first)
    until(lambda: all(ready(client)[1] == f"{site.first.id}\n" for client in clients))
    assert ask(clients[0])[1] == "n\r\n2\r\n"


def test_nobody_sees_half_of_a_release(site: Site) -> None:
    """While one is loaded triple by triple, answers are those of the one before, then its own."""
    client = site.serve(query_cache_mb=1)
    second = site.chain.add(A_LAKE)
    seen: set[str] = set()
    end = threading.Event()

    def read() -> None:
        number = 0
        while not end.is_set():
            number += 1
            seen.add(ask(client, f"{LAKES} # {number}")[1])

    reader = threading.Thread(target=read)
    reader.start()
    site.server.push(second, at_once=2)
    until(lambda: "n\r\n3\r\n" in seen)
    end.set()
    reader.join()
    assert seen == {"n\r\n2\r\n", "n\r\n3\r\n"}


def test_a_server_waits_for_its_engine(site: Site) -> None:
    """A copy that starts first is alive, not ready, and says why."""
    site.kill()
    client = site.serve()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/doc/lake/siljan")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
    site.revive()
    until(lambda: ready(client)[0] == 200)
    assert client.get("/doc/lake/siljan.ttl").status_code == 200


def test_an_engine_without_a_release_of_the_site_says_how_to_load_one(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """The address may be right and the engine empty."""
    engine = site.server.engine()
    engine.writer.clear(f"{BASE}release/")
    client = site.serve()
    assert ready(client)[0] == 503
    assert "publisher push" in caplog.text
    site.server.push(site.first)
    until(lambda: ready(client)[0] == 200)


def test_releases_of_the_past_answer_from_their_folders(site: Site) -> None:
    """No engine keeps them for ever."""
    second: Release = site.chain.add(A_LAKE)
    site.server.push(second)
    client = site.serve()
    site.kill()
    there = client.get(f"/release/{site.first.id}/doc/lake/siljan.ttl")
    assert there.status_code == 200


def test_other_graphs_of_the_engine_are_not_seen(site: Site) -> None:
    """Somebody else's data in the same engine stays theirs."""
    other: Remote = site.server
    stranger = "<http://e/s> <http://e/p> 'secret'"
    writer = other.engine(by_updates=True).writer
    writer._update(f"INSERT DATA {{ {stranger} . GRAPH <http://e/g> {{ {stranger} }} }}")  # type: ignore[attr-defined]
    client = site.serve()
    for pattern in (
        "?s ?p 'secret'",
        "GRAPH ?g { ?s ?p 'secret' }",
        "GRAPH <http://e/g> { ?s ?p 'secret' }",
    ):
        assert ask(client, f"ASK {{ {pattern} }}") == (200, "false")
        assert ask(client, f"ASK FROM <http://e/g> FROM NAMED <http://e/g> {{ {pattern} }}") == (
            200,
            "false",
        )
