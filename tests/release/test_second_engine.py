"""A release with the files of sparq: the same bytes each time, checked, compared, or left out."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from publisher.config import Config
from publisher.errors import ReleaseError
from publisher.messages import in_language
from publisher.quality.approval import ApprovedSources
from publisher.query.comparison import compare_engines, make_questions, read_rows
from publisher.query.engine import Operation
from publisher.query.sparq_files import as_lines
from publisher.release import second_engine
from publisher.release.build import build
from publisher.release.manifest import read_manifest
from publisher.release.model import SPARQ, SPARQ_MANIFEST, Release
from publisher.release.open import open_release
from publisher.release.second_engine import (
    SecondEngine,
    find_second_engine,
    second_engine_notices,
    write_second_engine,
)
from publisher.release.stored_graphs import seal_store
from publisher.serve.engines import open_engine

DEFAULT_BUILDS = True

pytest.importorskip("sparq", reason="the extra 'sparq' is not installed")
QUESTIONS = SecondEngine(most_triples=10_000, questions=3)


@pytest.fixture(scope="module")
def with_sparq(approved: ApprovedSources, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the tiny world with sparq's files."""
    return build(approved, tmp_path_factory.mktemp("sparq"), second_engine=QUESTIONS)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return the folder of a release in the making: its store alone."""
    made = Store(str(tmp_path / "store"))
    made.extend(quads())
    made.flush()
    del made
    seal_store(tmp_path)
    return tmp_path


def quads() -> Iterator[Quad]:
    """Yield things of one class, in a graph."""
    a, p = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), NamedNode("urn:öl:p")
    for number in range(30):
        thing, graph = NamedNode(f"urn:öl:{number}"), NamedNode("urn:öl:g")
        yield Quad(thing, a, NamedNode("urn:öl:Öl"), graph)
        yield Quad(thing, p, Literal(number), graph)


def digests(folder: Path) -> dict[str, bytes]:
    """Return name → bytes of every file."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_the_files_are_the_same_each_time(
    with_sparq: Release, approved: ApprovedSources, tmp_path: Path
) -> None:
    """A second build gives them again, byte by byte."""
    again = build(approved, tmp_path, second_engine=dataclasses.replace(QUESTIONS, questions=0))
    assert digests(again.folder / SPARQ) == digests(with_sparq.folder / SPARQ)


def test_the_manifest_is_that_of_a_release_without(with_sparq: Release, release: Release) -> None:
    """The same sources give the same release, whatever is installed where it is built."""
    assert read_manifest(with_sparq.folder) == read_manifest(release.folder)
    assert not (release.folder / SPARQ_MANIFEST).exists()


@pytest.mark.slow
def test_every_question_is_answered_alike(with_sparq: Release) -> None:
    """All that can be asked of the tiny world's shapes and data, not a sample."""
    count = sum(1 for _ in make_questions(Store.read_only(str(with_sparq.store))))
    different = compare_engines(
        with_sparq.store,
        with_sparq.folder / SPARQ,
        union=True,
        union_stored=with_sparq.union_stored,
        most=count,
        seconds=300,
    )
    assert count > 100
    assert different == []


@pytest.mark.slow
def test_a_server_asks_both_engines(config: Config, with_sparq: Release) -> None:
    """The workers map sparq's files, and nothing is written beside them."""
    before = digests(with_sparq.folder)
    engine = open_engine(config, with_sparq, frozenset())
    try:
        answer = engine.answer(Operation("SELECT DISTINCT ?p { ?s ?p ?o } ORDER BY ?p"))
        pid = engine._workers.pids()[0]  # type: ignore[attr-defined]
        assert "perm0.bin" in Path(f"/proc/{pid}/maps").read_text()
    finally:
        engine.close()
    assert read_rows(answer.body)
    assert digests(with_sparq.folder) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "changed",
    [{"sparq_triples": 0}, {"default_graph": "own"}],
)
def test_files_that_do_not_fit_are_not_used(
    config: Config, with_sparq: Release, changed: dict[str, object]
) -> None:
    """The setting, and another default graph, leave everything to Oxigraph."""
    engine = open_engine(dataclasses.replace(config, **changed), with_sparq, frozenset())  # type: ignore[arg-type]
    try:
        engine.answer(Operation("ASK {}"))
        pid = engine._workers.pids()[0]  # type: ignore[attr-defined]
        assert "perm0.bin" not in Path(f"/proc/{pid}/maps").read_text()
    finally:
        engine.close()


def test_files_of_another_version_are_not_used(
    with_sparq: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sparq says of no version that it reads the files of another."""
    assert find_second_engine(with_sparq.folder, union=True)
    monkeypatch.setattr(second_engine, "sparq_version", lambda: "9.9.9")
    assert find_second_engine(with_sparq.folder, union=True) == ""


@pytest.mark.slow
def test_a_damaged_file_is_found(approved: ApprovedSources, tmp_path: Path) -> None:
    """Every byte of a release agrees with a list, also what the manifest does not name."""
    made = build(approved, tmp_path, second_engine=dataclasses.replace(QUESTIONS, questions=0))
    path = made.folder / SPARQ / "perm0.bin"
    path.write_bytes(bytes(len(path.read_bytes())))
    with pytest.raises(ReleaseError, match=r"perm0\.bin"):
        open_release(made.folder)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (SecondEngine(most_triples=0), ""),
        (SecondEngine(most_triples=59), "60 triples"),
    ],
)
def test_large_releases_and_those_that_want_none_get_none(
    store: Path, plan: SecondEngine, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A line in the log tells the reason, unless somebody chose it."""
    with caplog.at_level(logging.INFO, "publisher"):
        write_second_engine(store, as_lines(quads()), 60, plan)
    assert said in caplog.text
    assert not (store / SPARQ_MANIFEST).exists()


def test_without_the_library_there_are_none(
    store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is an extra."""
    monkeypatch.setattr(second_engine, "sparq_version", lambda: "")
    with caplog.at_level(logging.INFO, "publisher"):
        write_second_engine(store, as_lines(quads()), 60, QUESTIONS)
    assert "not installed" in caplog.text
    assert not (store / SPARQ).exists()


@pytest.mark.slow
def test_files_that_answer_otherwise_are_left_out(store: Path) -> None:
    """Here they were made of other data; the command says which query showed it."""
    others = [Quad(q.subject, q.predicate, NamedNode("urn:öl:Öl"), q.graph_name) for q in quads()]
    write_second_engine(store, as_lines(others), 60, QUESTIONS)
    (notice,) = second_engine_notices(store)
    assert "SELECT" in in_language(notice, "en")
    assert "lämnas utanför" in in_language(notice, "sv")
    assert not (store / SPARQ).exists()
    assert find_second_engine(store, union=True) == ""
    assert json.loads((store / SPARQ_MANIFEST).read_text())["files"] == {}


@pytest.mark.slow
def test_files_that_cannot_be_written_are_left_out(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build is not refused for what only makes it faster."""
    monkeypatch.setattr(
        "publisher.query.sparq_files.module_command", lambda *_: ["/bin/sh", "-c", "exit 3"]
    )
    write_second_engine(store, as_lines(quads()), 60, QUESTIONS)
    (notice,) = second_engine_notices(store)
    assert "exit code 3" in in_language(notice, "en")


@pytest.mark.slow
def test_a_triple_of_two_graphs_is_no_difference(store: Path) -> None:
    """The store has their union as its default graph, with each triple once (section 13.1)."""
    shared = [*quads(), *(in_another_graph(q) for q in quads())]
    Store(str(store / "store")).extend(shared)
    seal_store(store, as_lines(shared))
    write_second_engine(store, as_lines(shared), 120, QUESTIONS)
    assert second_engine_notices(store) == []
    assert find_second_engine(store, union=True)


def in_another_graph(quad: Quad) -> Quad:
    """Return a quad in another graph."""
    return Quad(quad.subject, quad.predicate, quad.object, NamedNode("urn:öl:h"))
