"""Answers that are given with a release are those that a visitor would get."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, Store

from publisher.config import Config
from publisher.query import prepared
from publisher.query.engine import GRAPHS, SOLUTIONS, Operation
from publisher.query.named import read_named_queries
from publisher.query.prepared import (
    PREPARING,
    PreparedAnswers,
    as_json,
    from_json,
    prepare_answers,
)
from publisher.query.worker_messages import WorkerConfig
from publisher.release.model import QUERIES, Release
from publisher.release.second_engine import read_release_answers
from publisher.serve.app import create_flask
from publisher.serve.site import open_site

DEFAULT_BUILDS = True

ENDPOINT = "https://kirjasto.test/sparql"
TABLE = "SELECT ?s { ?s a <urn:kirja> } ORDER BY ?s"
ASK, GRAPH = "ASK { ?s a <urn:kirja> }", "CONSTRUCT WHERE { ?s a <urn:kirja> }"
CHANGING = [
    "SELECT (NOW() AS ?n) {}",
    "SELECT (RAND() AS ?n) {}",
    "SELECT (STRUUID() AS ?n) {}",
    "SELECT (BNODE() AS ?n) {}",
    "SELECT ?s { ?s a <kirja> }",
    "SELECT ?s { ?s a",
    "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store of two graphs."""
    folder = tmp_path_factory.mktemp("prepared") / "store"
    made = Store(str(folder))
    a, book = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), NamedNode("urn:kirja")
    for thing, graph in (("urn:1", "urn:g"), ("urn:ö", "urn:h")):
        made.add(Quad(NamedNode(thing), a, book, NamedNode(graph)))
    made.flush()
    return folder


def config_of(store: Path) -> WorkerConfig:
    """Return what a worker over a store is told."""
    return WorkerConfig(str(store), PREPARING)


@pytest.fixture(scope="module")
def answers(store: Path) -> PreparedAnswers:
    """Return the answers to queries of each form, and to none that changes or is wrong."""
    return prepare_answers(config_of(store), [TABLE, ASK, GRAPH, *CHANGING], ENDPOINT)


@pytest.mark.slow
def test_what_changes_or_is_wrong_is_not_prepared(answers: PreparedAnswers) -> None:
    """Time, chance, new blank nodes, relative IRIs, mistakes and updates are left to the engine."""
    assert answers.bodies.keys() == {TABLE, ASK, GRAPH}


def test_each_form_has_its_formats(answers: PreparedAnswers) -> None:
    """JSON, XML, CSV and TSV for tables and booleans, six for graphs."""
    formats = {query: set(bodies) for query, bodies in answers.bodies.items()}
    assert formats == {TABLE: set(SOLUTIONS), ASK: set(SOLUTIONS), GRAPH: set(GRAPHS)}
    assert answers.bodies[TABLE]["text/csv"].decode().split() == ["s", "urn:1", "urn:ö"]


def test_an_answer_is_found_by_query_and_format(answers: PreparedAnswers) -> None:
    """The rest of the operation must be what it was prepared for."""
    found = answers.find(Operation(TABLE, "text/csv", "text/csv", ""))
    assert found is not None
    assert found.media_type == "text/csv"
    assert answers.find(Operation(GRAPH, graph_type="text/turtle")) is not None
    for other in (
        Operation(TABLE + " "),
        Operation(TABLE, ""),
        Operation(TABLE, default_graphs=("urn:g",)),
        Operation(TABLE, prefixes=(("e", "urn:e"),)),
        Operation(ASK, "text/csv", SOLUTIONS[0]),
    ):
        assert answers.find(other) is None


@pytest.mark.slow
def test_the_file_is_bounded(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is answered when it is asked."""
    monkeypatch.setattr(prepared, "MOST_BYTES_TOGETHER", 10)
    assert prepare_answers(config_of(store), [TABLE], ENDPOINT).bodies == {}


def test_answers_are_kept_byte_for_byte(answers: PreparedAnswers) -> None:
    """What is read is what was written."""
    assert from_json(json.loads(json.dumps(as_json(answers)))) == answers


@pytest.mark.slow
def test_a_named_query_is_served_as_if_it_were_asked_now(config: Config, release: Release) -> None:
    """Every format below the same address has the same bytes and the same entity tag."""
    (query,) = read_named_queries(release.folder / QUERIES).values()
    values = "&".join(f"{name}={p.example}" for name, p in query.parameters.items())
    assert query.example() in read_release_answers(release.folder).bodies
    with_answers = open_site(config, release)
    plain = dataclasses.replace(with_answers.endpoint, prepared=PreparedAnswers())
    without = dataclasses.replace(with_answers, endpoint=plain)
    try:
        for form in ("json", "xml", "csv", "tsv"):
            one, other = (
                create_flask(site).test_client().get(f"/query/{query.name}.{form}?{values}")
                for site in (with_answers, without)
            )
            assert one.status_code == other.status_code == 200
            assert (one.data, one.headers["ETag"]) == (other.data, other.headers["ETag"])
    finally:
        with_answers.engine.close()
