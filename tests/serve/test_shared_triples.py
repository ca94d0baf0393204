"""Releases and previews whose graphs share triples: whatever is asked counts each of these once."""

from __future__ import annotations

import dataclasses
import json
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest
import requests
from pyoxigraph import QueryResultsFormat, RdfFormat, Store, parse

from publisher.config import Config
from publisher.load.stored_files import store_files
from publisher.quality.approval import approve
from publisher.query.engine import SOLUTIONS, Operation
from publisher.release import preview as previews
from publisher.release.build import build
from publisher.release.copies.contents import make_store
from publisher.release.manifest import read_sealed, write_sealed
from publisher.release.model import STORE, STORE_MANIFEST, Release
from publisher.release.open import open_current, open_release
from publisher.release.second_engine import WITHOUT_SECOND_ENGINE, SecondEngine
from publisher.serve.engines import open_engine
from tests.folders import Folder, build_folder, run_publisher
from tests.previews import preview_site

BASE = "https://mölnar.example/"
YEARS = ("2024", "2025", "2026")
# A mill stands in each year that it ran; of the names of its owners nothing changes.
QUADS = "".join(
    f"<{BASE}id/mill/{number}> <{BASE}def/own#{said}> {value} <{BASE}graph/{year}> .\n"
    for year in YEARS
    for number in range(30)
    if number % (int(year) - 2022) == 0
    for said, value in (
        ("name", f'"Mill {number}"@en'),
        ("next", f"<{BASE}id/mill/{(number + 12) % 30}>"),
        ("wheels", f'"{number % 3}"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    )
)
ALONE = "".join(
    f'<{BASE}id/mill/{number}> <{BASE}def/own#name> "Mill {number}"@en .\n' for number in range(30)
)
QUERIES = (
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT (SUM(1) AS ?n) { ?s ?p ?o }",
    f"SELECT (SUM(?w) AS ?n) {{ ?s <{BASE}def/own#wheels> ?w }}",
    f"SELECT (COUNT(?x) AS ?n) {{ ?s <{BASE}def/own#next> ?x }}",
    f"SELECT ?s ?x {{ ?s <{BASE}def/own#next> ?x FILTER EXISTS {{ ?x ?p ?s }} }}",
    f"SELECT ?name {{ <{BASE}id/mill/12> <{BASE}def/own#name> ?name }}",
    f"SELECT ?g (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s <{BASE}def/own#name> ?o }} }} GROUP BY ?g",
    f"SELECT (AVG(?w) AS ?n) FROM <{BASE}graph/2024> FROM <{BASE}graph/2025> "
    f"{{ ?s <{BASE}def/own#wheels> ?w }}",
)


def folder_of(work: Path, quads: str) -> Folder:
    """Return a folder with one data set, built without the second engine."""
    return build_folder(work, BASE, {"data/mills/mills.nq": quads})


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Return a release whose graphs share triples."""
    return folder_of(tmp_path_factory.mktemp("shared"), QUADS)


def truth(release: Release) -> Store:
    """Return what a release holds: its graphs, and their merge as the default graph."""
    found = Store()
    for quad in Store.read_only(str(release.store)):
        triple = f"{quad.triple} .\n".encode()
        found.extend(parse(triple, format=RdfFormat.N_TRIPLES))
        found.add(quad)
    return found


def expected(store: Store, query: str) -> Counter[str]:
    """Return the solutions over a default graph that is a set; FROM is merged by hand."""
    if "FROM" in query:
        merged = Store()
        for quad in store:
            if getattr(quad.graph_name, "value", "")[-4:] in ("2024", "2025"):
                merged.extend(parse(f"{quad.triple} .\n".encode(), format=RdfFormat.N_TRIPLES))
        store = merged
        query = f"{query.partition('FROM')[0]} {query[query.index('{') :]}"
    return rows_of(store.query(query).serialize(format=QueryResultsFormat.JSON) or b"")


def rows_of(body: bytes) -> Counter[str]:
    """Return solutions as a multiset."""
    found = json.loads(body)["results"]["bindings"]
    return Counter(
        json.dumps({name: term["value"] for name, term in row.items()}, sort_keys=True)
        for row in found
    )


@pytest.mark.slow
@pytest.mark.parametrize("most_triples", [0, 100_000])
def test_every_way_to_ask_counts_a_shared_triple_once(
    shared: Folder, tmp_path: Path, most_triples: int
) -> None:
    """With the second engine and without, over a socket, by GET and by POST."""
    if most_triples:
        pytest.importorskip("sparq", reason="the extra 'sparq' is not installed")
    plan = SecondEngine(most_triples=most_triples)
    release = build(approve(shared.sources), tmp_path / "releases", second_engine=plan)
    store = truth(release)
    with run_publisher(tmp_path, "serve", "--releases", str(tmp_path / "releases")) as site:
        for query in QUERIES:
            address, accept = f"{site.address}sparql", {"Accept": SOLUTIONS[0]}
            got = requests.get(address, {"query": query}, headers=accept, timeout=30)
            again = {"query": f"{query} # once more"}
            posted = requests.post(address, again, headers=accept, timeout=30)
            assert rows_of(got.content) == expected(store, query), query
            assert rows_of(posted.content) == expected(store, query), query
        answer = requests.get(
            f"{site.address}sparql",
            {"query": f"DESCRIBE <{BASE}id/mill/12>"},
            headers={"Accept": "application/n-triples"},
            timeout=30,
        )
        document = site.socket.get("/doc/mill/12.nt").text
        lines = set(answer.text.splitlines())
        assert lines == {line for line in document.splitlines() if "/doc/" not in line} & lines
        assert len(lines) >= 3


def test_only_where_graphs_share_triples_the_union_is_stored(
    shared: Folder, tmp_path: Path
) -> None:
    """Others need no room for it; the manifest counts the triples of the graphs alone."""
    assert shared.release.union_stored
    alone = folder_of(tmp_path, ALONE).release
    assert not alone.union_stored
    assert all(quad.graph_name.value for quad in Store.read_only(str(alone.store)))
    for release in (shared.release, alone):
        named = Counter(
            getattr(quad.graph_name, "value", "") for quad in Store.read_only(str(release.store))
        )
        del named[""]
        assert named == release.graphs


def test_a_release_of_an_older_version_is_asked_as_before(
    shared: Folder, tmp_path: Path, config: Config
) -> None:
    """Its store has no union, and the list of its files says nothing of one."""
    folder = tmp_path / "older"
    shutil.copytree(shared.release.folder, folder)
    content = read_sealed(folder / STORE_MANIFEST)
    del content["union"]
    write_sealed(folder / STORE_MANIFEST, content)
    release = open_release(folder)
    assert not release.union_stored
    settings = dataclasses.replace(config, base_iri=BASE, releases=str(tmp_path))
    engine = open_engine(settings, release, frozenset())
    try:
        answer = engine.answer(Operation(QUERIES[0], SOLUTIONS[0], "", ""))
    finally:
        engine.close()
    assert rows_of(answer.body) == expected(truth(release), QUERIES[0])


def test_a_copy_of_a_release_gets_the_union_as_well(shared: Folder, tmp_path: Path) -> None:
    """Whoever pulls a release makes its store from its files."""
    folder = tmp_path / "copy"
    shutil.copytree(shared.release.folder, folder)
    shutil.rmtree(folder / STORE)
    (folder / STORE_MANIFEST).unlink()
    make_store(folder, shared.release.files)
    made = open_release(folder)
    assert made.union_stored
    one, other = (set(map(str, Store.read_only(str(r.store)))) for r in (made, shared.release))
    assert one == other


def test_a_preview_has_it_too(tmp_path: Path) -> None:
    """Of files in which all is in named graphs."""
    file = tmp_path / "mills.nq"
    file.write_text(QUADS, encoding="utf-8")
    with preview_site(file, tmp_path / "releases", BASE) as site:
        assert site.release.union_stored
        store = truth(site.release)
        for query in QUERIES:
            answer = site.engine.answer(Operation(query, SOLUTIONS[0], "", ""))
            assert rows_of(answer.body) == expected(store, query), query


def test_a_preview_of_much_has_it_when_it_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is served before that; the release that follows has the union."""
    monkeypatch.setattr(previews, "SEARCHED_AT_ONCE", 10)
    file = tmp_path / "mills.nq"
    file.write_text(QUADS, encoding="utf-8")
    stored, folder = store_files([file], BASE), tmp_path / "releases"
    first = previews.build_preview(stored, folder, union=True)
    assert not first.union_stored
    with previews.completing_beside(stored, first, union=True, second_engine=WITHOUT_SECOND_ENGINE):
        while open_current(folder).id == first.id:
            time.sleep(0.01)
    assert open_current(folder).union_stored
