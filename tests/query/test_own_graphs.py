"""Graphs of the endpoint itself are asked by name, and found by nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from publisher.errors import QueryRefused
from publisher.query import own_graphs
from publisher.query.engine import SOLUTIONS, Operation, QueryLimits
from publisher.query.evaluator import Evaluator
from publisher.query.remote.connection import EngineAddress
from publisher.query.remote.engine import FetchSizes, RemoteEngine
from publisher.query.remote.rewriting import GraphNames
from publisher.query.worker_messages import Outcome, Status, WorkerConfig

_LIMITS = QueryLimits(seconds=5, memory_bytes=1 << 30, result_bytes=1 << 20)
_OWN, _OTHER, _DATA = "https://kvarn.example/zähler", "https://kvarn.example/svc?x=1", "urn:mills"
_COUNTS = """<urn:part> <urn:class> <urn:Mill> .
<urn:part> <urn:count> "2"^^<http://www.w3.org/2001/XMLSchema#integer> .
<urn:part> <urn:says> "Mühle \\"eins\\"\\n} GRAPH <urn:x> {"@de .
"""


@pytest.fixture
def evaluator(tmp_path: Path) -> Evaluator:
    """Return what evaluates over two mills, with two graphs beside them."""
    store = Store()
    for name in ("one", "two"):
        thing, kind = NamedNode(f"urn:{name}"), NamedNode("urn:Mill")
        store.add(Quad(thing, NamedNode("urn:a"), kind, NamedNode(_DATA)))
    store.add(Quad(NamedNode("urn:Mill"), NamedNode("urn:l"), Literal("mill"), NamedNode(_DATA)))
    (tmp_path / "counts.nt").write_text(_COUNTS, encoding="utf-8")
    (tmp_path / "other.nt").write_text("<urn:s> <urn:is> <urn:Service> .\n", encoding="utf-8")
    own = [(_OWN, str(tmp_path / "counts.nt")), (_OTHER, str(tmp_path / "other.nt"))]
    return Evaluator(store, WorkerConfig("", _LIMITS, own_graphs=own))


def ask(evaluator: Evaluator, query: str, **more: tuple[str, ...]) -> Outcome:
    asked = Operation(query, base_iri="https://kvarn.example/sparql", **more)  # type: ignore[arg-type]
    return evaluator.evaluate(asked)


def rows(evaluator: Evaluator, query: str, **more: tuple[str, ...]) -> list[list[str]]:
    outcome = ask(evaluator, query, **more)
    assert outcome.answer is not None, outcome.reason
    assert outcome.answer.media_type == SOLUTIONS[0]
    found = json.loads(outcome.answer.body)
    names = found["head"]["vars"]
    return sorted(
        [row[n]["value"] if n in row else "" for n in names] for row in found["results"]["bindings"]
    )


def test_what_names_no_such_graph_finds_the_data_alone(evaluator: Evaluator) -> None:
    assert rows(evaluator, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [["3"]]
    assert rows(evaluator, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }") == [[_DATA]]
    assert rows(evaluator, f"SELECT ?s FROM <{_DATA}> {{ ?s <urn:count> ?o }}") == []


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT ?n FROM <{_OWN}> {{ ?part <urn:count> ?n }}",
        "SELECT ?n FROM <zähler> { ?part <urn:count> ?n }",
        "PREFIX k: <https://kvarn.example/> SELECT ?n FROM k:zähler { ?part <urn:count> ?n }",
        "SELECT ?n FROM <z\\u00E4hler> { ?part <urn:count> ?n }",
        f"SELECT ?n FROM NAMED <{_OWN}> {{ GRAPH ?g {{ ?part <urn:count> ?n }} }}",
        f"SELECT ?n FROM <{_OTHER}> FROM <{_OWN}> {{ ?s <urn:is> ?k . ?part <urn:count> ?n }}",
        f"SELECT ?n {{ GRAPH <{_OWN}> {{ ?part <urn:count> ?n }} }}",
        "BASE <https://kvarn.example/a/b> SELECT ?n { GRAPH <../zähler> { ?p <urn:count> ?n } }",
    ],
)
def test_a_graph_is_found_by_whatever_names_it(evaluator: Evaluator, query: str) -> None:
    assert rows(evaluator, query) == [["2"]]


def test_the_protocol_names_a_graph_too(evaluator: Evaluator) -> None:
    query = "SELECT ?n { ?part <urn:count> ?n }"
    assert rows(evaluator, query, default_graphs=(_OWN,)) == [["2"]]
    assert rows(evaluator, query) == []
    # What the request names goes before what the query says.
    named = f"SELECT ?n FROM <{_DATA}> {{ GRAPH ?g {{ ?part <urn:count> ?n }} }}"
    assert rows(evaluator, named, named_graphs=(_OWN,)) == [["2"]]


def test_counts_are_joined_with_the_data(evaluator: Evaluator) -> None:
    query = f"""SELECT ?label ?n (COUNT(?thing) AS ?m) {{
        GRAPH <{_OWN}> {{ ?part <urn:class> ?class ; <urn:count> ?n }}
        ?class <urn:l> ?label . # GRAPH <{_OWN}> {{
        ?thing <urn:a> ?class .
    }} GROUP BY ?label ?n"""
    assert rows(evaluator, query) == [["mill", "2", "2"]]


def test_a_group_means_the_same_wherever_it_stands(evaluator: Evaluator) -> None:
    inside = f"GRAPH <{_OWN}> {{ ?part <urn:class> ?class OPTIONAL {{ ?part <urn:none> ?x }} }}"
    assert rows(evaluator, f"SELECT ?t {{ ?t <urn:a> ?class FILTER EXISTS {{ {inside} }} }}") == [
        ["urn:one"],
        ["urn:two"],
    ]
    assert rows(evaluator, f"SELECT ?t {{ ?t <urn:a> ?class MINUS {{ {inside} }} }}") == []
    assert len(rows(evaluator, f"SELECT * {{ {{ {inside} }} UNION {{ ?class <urn:l> ?l }} }}")) == 2
    nothing = f"GRAPH <{_OWN}> {{ ?part <urn:class> <urn:Nothing> }}"
    assert rows(evaluator, f"SELECT ?t {{ ?t <urn:a> ?c OPTIONAL {{ {nothing} }} }}") != []
    assert rows(evaluator, f"SELECT ?t {{ ?t <urn:a> ?c . {nothing} }}") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (
            f"SELECT ?l ?n FROM <{_OWN}> FROM <{_DATA}>"
            " { ?x <urn:class>/<urn:l> ?l ; <urn:count> ?n }",
            [["mill", "2"]],
        ),
        (f"SELECT (COUNT(*) AS ?n) FROM <{_DATA}> FROM <{_OTHER}> {{ ?s ?p ?o }}", [["4"]]),
        (
            f"SELECT DISTINCT ?g FROM <{_DATA}> FROM NAMED <{_OWN}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            [[_OWN]],
        ),
        (
            f"SELECT DISTINCT ?g FROM NAMED <{_DATA}> FROM NAMED <{_OTHER}> FROM <{_OWN}>"
            " { GRAPH ?g { ?s ?p ?o } ?x <urn:count> ?n }",
            [[_OTHER], [_DATA]],
        ),
        (f"SELECT ?s FROM <urn:none> FROM <{_OTHER}> {{ ?s ?p ?o }}", [["urn:s"]]),
    ],
)
def test_graphs_of_both_kinds_make_one_dataset(
    evaluator: Evaluator, query: str, found: list[list[str]]
) -> None:
    """Merged in the default graph, or side by side among the named ones (section 13.2)."""
    assert rows(evaluator, query) == found


def test_the_protocol_merges_graphs_of_both_kinds(evaluator: Evaluator) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert rows(evaluator, query, default_graphs=(_OWN, _DATA)) == [["6"]]


def test_a_dataset_that_is_too_large_to_be_copied_is_refused_with_a_reason(
    evaluator: Evaluator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_graphs, "MOST_MERGED_TRIPLES", 3)
    query = f"SELECT (COUNT(*) AS ?n) FROM <{_OWN}> FROM <{_DATA}> {{ ?s ?p ?o }}"
    assert rows(evaluator, query) == [["6"]]
    monkeypatch.setattr(own_graphs, "MOST_MERGED_TRIPLES", 2)
    outcome = ask(evaluator, query)
    assert outcome.status is Status.REFUSED
    assert _OWN in outcome.reason


def test_texts_of_a_graph_stay_texts(evaluator: Evaluator) -> None:
    """What looks like SPARQL in a literal is not read as such when it is joined."""
    query = f"SELECT ?text ?t {{ GRAPH <{_OWN}> {{ ?p <urn:says> ?text }} ?t <urn:l> ?l }}"
    assert rows(evaluator, query) == [['Mühle "eins"\n} GRAPH <urn:x> {', "urn:Mill"]]


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ GRAPH <{_OWN}> {{ GRAPH <{_DATA}> {{ ?s ?p ?o }} }} }}",
        f"SELECT * {{ GRAPH <{_OWN}> {{ ?s ?p ?o BIND(BNODE() AS ?b) }} }}",
    ],
)
def test_what_cannot_be_joined_is_refused_with_a_reason(evaluator: Evaluator, query: str) -> None:
    outcome = ask(evaluator, query)
    assert outcome.status is Status.REFUSED
    assert _OWN in outcome.reason


@pytest.mark.parametrize("end", ["", "}", "} }", "?s }", "?s ?p ?o . FILTER( } }"])
def test_a_mistake_is_explained_where_it_was_made(evaluator: Evaluator, end: str) -> None:
    query = f"SELECT * {{\n GRAPH <{_OWN}> {{ ?s {end}"
    outcome = ask(evaluator, query)
    plain = Evaluator(Store(), WorkerConfig("", _LIMITS))
    assert outcome.status is Status.REFUSED
    assert outcome.reason == ask(plain, query).reason


def test_over_a_remote_engine_they_are_asked_alone(tmp_path: Path) -> None:
    """It does not hold them: nothing is sent there."""
    (tmp_path / "counts.nt").write_text(_COUNTS, encoding="utf-8")
    engine = RemoteEngine(
        EngineAddress("http://127.0.0.1:9/"),
        GraphNames("https://kvarn.example/", "r", (_DATA,)),
        _LIMITS,
        FetchSizes(1, 10),
        own_graphs=[(_OWN, str(tmp_path / "counts.nt"))],
    )
    try:
        answer = engine.answer(Operation(f"SELECT ?n FROM <{_OWN}> {{ ?part <urn:count> ?n }}"))
        assert json.loads(answer.body)["results"]["bindings"][0]["n"]["value"] == "2"
        with pytest.raises(QueryRefused):
            engine.answer(Operation(f"ASK {{ GRAPH <{_OWN}> {{ ?s ?p ?o }} ?a ?b ?c }}"))
    finally:
        engine.close()
