from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
import requests
from pyoxigraph import Literal, NamedNode, Triple

from publisher.errors import PushFailed
from publisher.push import push as pushing
from publisher.push.check import Checker, changed_datatypes
from publisher.push.engine import GraphStore, Sender
from publisher.push.registry import Retention
from publisher.query.remote.registry import LoadedRelease, read_registry
from publisher.query.remote.rewriting import GraphNames, registry_graph
from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.site import open_site
from tests.chain import A_LAKE, BASE, Chain
from tests.engines import SERVERS, Remote, virtuoso

pytestmark = pytest.mark.slow

LAKES = f"{BASE}dataset/lakes"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(scope="module", params=list(SERVERS))
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Remote]:
    """Return a server of each kind."""
    with SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture
def server(running: Remote) -> Remote:
    """Return a server that holds no release."""
    engine = running.engine()
    registry = registry_graph(BASE)
    for triple in engine.checker.read(registry, 1):
        if triple.predicate.value.endswith("hasPart"):
            engine.writer.clear(triple.object.value)  # type: ignore[union-attr]
    engine.writer.clear(registry)
    return running


def held(server: Remote) -> dict[str, LoadedRelease]:
    """Return what the engine says that it holds."""
    return dict(read_registry(server.engine().connection, BASE))


def current(server: Remote) -> list[str]:
    """Return the ids of the releases that are current in the engine."""
    return [name for name, loaded in held(server).items() if loaded.is_current]


def inside(release: Release, graph: str) -> str:
    """Return the name of a graph in the engine."""
    return GraphNames(BASE, release.id, ()).inside(graph)


def size(server: Remote, graph: str) -> int:
    """Return how many triples a graph has."""
    return server.count(f"GRAPH <{graph}> {{ ?s ?p ?o }}")


@pytest.mark.parametrize("by_updates", [False, True])
def test_a_release_is_loaded_and_made_current(
    server: Remote, chain: Chain, by_updates: bool
) -> None:
    """By the Graph Store Protocol, or by updates where there is none."""
    release = chain.build()
    done = server.push(release, by_updates=by_updates)
    assert done.sent == done.triples == sum(release.graphs.values())
    assert current(server) == [release.id]
    for graph, count in release.graphs.items():
        assert size(server, inside(release, graph)) == count


def test_a_second_release_leaves_the_first_where_it_is(server: Remote, chain: Chain) -> None:
    """Whoever still asks the first one is answered; one triple says which is current."""
    first = chain.build()
    server.push(first)
    second = chain.add(A_LAKE)
    server.push(second)
    assert current(server) == [second.id]
    assert size(server, inside(first, LAKES)) == first.graphs[LAKES]
    assert size(server, inside(second, LAKES)) == first.graphs[LAKES] + 3


def test_going_back_sends_nothing(server: Remote, chain: Chain) -> None:
    """What is still there is switched to."""
    first = chain.build()
    server.push(first)
    second = chain.add(A_LAKE)
    server.push(second)
    assert server.push(first).sent == 0
    assert current(server) == [first.id]
    assert server.push(second).sent == 0


class Cut(Exception):
    """The process ended."""


def test_a_push_that_was_cut_goes_on_where_it_stopped(server: Remote, chain: Chain) -> None:
    """Batches that arrived are not sent again, and nothing was switched."""
    first = chain.build()
    server.push(first)
    second = chain.add(A_LAKE)
    engine = server.engine(at_once=5)
    sent = 0
    add = engine.writer.add

    def failing(graph: str, triples: list[Triple]) -> None:
        nonlocal sent
        if sent >= 20:
            raise Cut
        sent += len(triples)
        add(graph, triples)

    with mock.patch.object(engine.writer, "add", failing), pytest.raises(Cut):
        pushing.push(second, engine, Retention(10, 10))
    assert current(server) == [first.id]
    done = server.push(second, at_once=5)
    assert done.sent == done.triples - sent
    assert current(server) == [second.id]


def test_who_lost_to_another_push_is_told_and_mends_it_by_sending_again(
    server: Remote, chain: Chain
) -> None:
    """Both read the list, then both write it: the later one does not know of the earlier."""
    first = chain.build()
    server.push(first)
    second = chain.add(A_LAKE)
    engine = server.engine()
    replace, registry = engine.writer.replace, registry_graph(BASE)
    before = list(engine.checker.read(registry, 1))

    def overtaken(graph: str, triples: list[Triple]) -> None:
        replace(graph, triples)
        if graph == registry:
            replace(graph, before)

    with (
        mock.patch.object(engine.writer, "replace", overtaken),
        pytest.raises(PushFailed, match="at the same time"),
    ):
        pushing.push(second, engine, Retention(10, 10))
    assert current(server) == [first.id]

    assert server.push(second).sent == 0
    assert current(server) == [second.id]


def test_what_somebody_changed_in_the_engine_is_found_and_loaded_anew(
    server: Remote, chain: Chain
) -> None:
    """The count agrees, and the digest does not."""
    release = chain.build()
    server.push(release)
    engine = server.engine()
    graph = inside(release, LAKES)
    triples = list(engine.checker.read(graph, 1))
    stranger = Triple(NamedNode("http://e/a"), NamedNode("http://e/b"), Literal("stranger"))
    engine.writer.replace(graph, [*triples[1:], stranger])
    engine.writer.clear(registry_graph(BASE))
    done = server.push(release)
    assert done.sent == release.graphs[LAKES]
    assert server.count(f'GRAPH <{graph}> {{ ?s ?p "stranger" }}') == 0


def test_an_engine_that_loses_triples_is_not_switched_to(server: Remote, chain: Chain) -> None:
    """Nothing wrong gets out: the release before stays current."""
    first = chain.build()
    server.push(first)
    second = chain.add(A_LAKE)
    engine = server.engine()
    add = engine.writer.add

    def losing(graph: str, triples: list[Triple]) -> None:
        add(graph, triples[1:])

    with (
        mock.patch.object(engine.writer, "add", losing),
        pytest.raises(PushFailed, match=r"Nothing was switched") as failed,
    ):
        pushing.push(second, engine, Retention(10, 10))
    assert "does not hold the graph" in str(failed.value)
    assert current(server) == [first.id]


def test_old_releases_leave_the_engine_by_the_rule_of_the_folder(
    server: Remote, chain: Chain
) -> None:
    """So many of the newest stay, and those that are young."""
    first = chain.build()
    server.push(first)
    second = chain.replace("2026-01-02", "2026-02-02")
    server.push(second)
    third = chain.replace("2026-02-02", "2026-03-02")
    assert server.push(third, keep=2).pruned == (first.id,)
    assert sorted(held(server)) == sorted([second.id, third.id])
    assert size(server, inside(first, LAKES)) == 0
    assert size(server, inside(second, LAKES)) == second.graphs[LAKES]


def test_datatypes_that_an_engine_changes_are_found(server: Remote) -> None:
    """Some of each are written and read back; a number written in another way is no change."""
    samples = {
        f"{XSD}integer": [Literal("12", datatype=NamedNode(f"{XSD}integer"))],
        f"{XSD}double": [Literal("1500", datatype=NamedNode(f"{XSD}double"))],
        f"{XSD}date": [Literal("2026-01-02", datatype=NamedNode(f"{XSD}date"))],
        f"{XSD}duration": [Literal("P1D", datatype=NamedNode(f"{XSD}duration"))],
    }
    engine = server.engine()
    names = GraphNames(BASE, "probe", ())
    changed = changed_datatypes(engine.writer, engine.checker, names, samples)
    expected = {"oxigraph": set(), "virtuoso": {f"{XSD}duration"}}
    assert changed == expected[server.name]


def test_a_guarded_literal_comes_back_as_it_was_written(server: Remote, chain: Chain) -> None:
    """Virtuoso keeps points with other digits; Oxigraph keeps all."""
    wkt = f'"POINT(14.8 60.9)"^^<{WKT}>'
    release = chain.add(
        f"\n<{BASE}id/lake/orsa>\n    a water:Lake ;\n"
        f"    <http://www.opengis.net/ont/geosparql#asWKT>\n        {wkt} ;\n"
        '    skos:prefLabel\n        "Orsa"@en ,\n        "Orsa"@sv ;\n.\n'
    )
    done = server.push(release)
    assert len(done.guarded) == (1 if server.name == "virtuoso" else 0)
    assert held(server)[release.id].guarded == done.guarded
    query = f"SELECT ?p {{ <{BASE}id/lake/orsa> ?geometry ?p FILTER(DATATYPE(?p) = <{WKT}>) }}"
    opened = open_site(server.config(chain.config()), release)
    try:
        client = create_flask(opened).test_client()
        answer = client.get("/sparql", query_string={"query": query, "format": "tsv"})
        document = client.get("/doc/lake/orsa.nt").text
    finally:
        opened.engine.close()
    assert answer.text == f"?p\n{wkt}\n"
    assert f"<{BASE}id/lake/orsa> <http://www.opengis.net/ont/geosparql#asWKT> {wkt} ." in document


def test_an_engine_that_cuts_answers_silently_is_not_loaded(chain: Chain, tmp_path: Path) -> None:
    """Virtuoso says it of tables, and of graphs not; a cut graph looks like a whole one."""
    folder = tmp_path / "virtuoso"
    folder.mkdir()
    with (
        virtuoso(folder, rows=1000) as server,
        pytest.raises(PushFailed, match=r"cuts answers after 100[01] rows"),
    ):
        server.push(chain.build())


def test_whoever_may_not_write_is_told_how_to_say_who_they_are(
    running: Remote, chain: Chain
) -> None:
    """The engine's refusal, and the variables to set."""
    if not running.environ:
        pytest.skip("this engine lets everybody write")
    writer = GraphStore(running.graph_store, Sender(pauses=()))
    with pytest.raises(PushFailed, match="PUBLISHER_ENGINE_USER"):
        writer.clear("http://e/g")


def test_an_engine_that_is_not_there_is_told_after_some_tries() -> None:
    """The command can be sent again."""
    writer = GraphStore("http://127.0.0.1:9/store", Sender(pauses=(0.01,)))
    with pytest.raises(PushFailed, match="continues where it stopped"):
        writer.clear("http://e/g")


def test_a_token_is_sent_as_a_bearer_token() -> None:
    """RFC 6750, section 2.1; it goes before a user."""
    known = {"PUBLISHER_ENGINE_TOKEN": "t0k", "PUBLISHER_ENGINE_USER": "u"}
    with mock.patch.dict(os.environ, known), mock.patch("requests.Session.send") as send:
        send.return_value = requests.Response()
        send.return_value.status_code = 200
        GraphStore("http://e/", Sender(pauses=())).clear("http://e/g")
    assert send.call_args.args[0].headers["Authorization"] == "Bearer t0k"


def test_a_large_graph_is_read_back_in_parts(
    server: Remote, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Engines bound what one answer holds; by updates there is no other way to read."""
    from publisher.push import check

    monkeypatch.setattr(check, "_BATCH", 10)
    release = chain.build()
    server.push(release, by_updates=True)
    assert current(server) == [release.id]
    assert isinstance(server.engine().checker, Checker)
