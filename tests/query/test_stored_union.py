"""A triple of several graphs is one triple of their union, whichever engine is asked.

RDF 1.1 Concepts, section 3: a graph is a set. SPARQL 1.1 Query, section 13.1 and 13.2.1: the
default graph is the merge of the graphs that make it up.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse
from rdflib import Dataset

from publisher.query.describe import Describer
from publisher.query.embedded import InProcessEngine
from publisher.query.engine import SOLUTIONS, Operation
from publisher.query.evaluator import Evaluator
from publisher.query.own_graphs import MOST_MERGED_TRIPLES
from publisher.query.sparq import SparqEvaluator
from publisher.query.store_loading import load_store
from publisher.query.stored_union import add_union, merge_graphs
from publisher.query.worker_messages import WorkerConfig
from tests.query.engine_pair import LIMITS, graph_of

DEFAULT_BUILDS = True

P, A, B, C = "urn:p:", "urn:g:a", "urn:g:b", "urn:g:c"
# Of a few things much is said in two graphs, something in three, something in one; blank nodes too.
LINES = tuple(
    f"{subject} <{P}{number % 3}> {value} <{graph}> .\n".encode()
    for number in range(24)
    for graph in (A, B, C)
    if number % {A: 2, B: 3, C: 4}[graph] == 0
    for subject, value in (
        (f"<urn:s:{number % 5}>", f'"{number} <x> y"@en'),
        (f"<urn:s:{number}>", f"<urn:s:{(number + 6) % 24}>"),
        (f"_:b{number % 4}", f"<urn:s:{number % 2}>"),
        (f"<urn:s:{number % 7}>", f"_:b{number % 4}"),
    )
)
WHOLE = (
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s",
    "SELECT ?s ?o { ?s <urn:p:0> ?o }",
    "SELECT ?p { <urn:s:0> ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s <urn:p:0> ?x . ?x ?q ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?x . FILTER(isBlank(?x)) ?x ?q ?o }",
    "SELECT ?s (SUM(STRLEN(STR(?o))) AS ?n) { ?s ?p ?o FILTER(!isBlank(?o)) } GROUP BY ?s",
    "SELECT ?s ?x { ?s <urn:p:1>/<urn:p:1> ?x }",
    "SELECT ?s ?o { ?s ?p ?o OPTIONAL { ?o <urn:p:2> ?x } } ORDER BY ?s ?o LIMIT 500",
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?g (COUNT(*) AS ?n) { ?s ?p ?o GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    f"SELECT ?s ?o {{ GRAPH <{B}> {{ ?s <urn:p:0> ?o }} ?s <urn:p:0> ?o }}",
    f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o FILTER NOT EXISTS {{ GRAPH <{A}> {{ ?s ?p ?o }} }} }}",
    "ASK { ?s ?p 'nothing' }",
)
COUNT, COUNT_NAMED = (
    "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}",
    "SELECT (COUNT(*) AS ?n) {} {{ GRAPH ?g {{ ?s ?p ?o }} }}",
)
# A query with room for the clauses, graphs of the default graph, named graphs.
MERGED: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (COUNT, (A, B), ()),
    ("SELECT ?s ?o {} {{ ?s <urn:p:0> ?o }}", (A, B, A), ()),
    (COUNT_NAMED, (A, B), (C,)),
    ("SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o GRAPH ?g {{ ?s ?p ?o }} }}", (A, C), (C,)),
    (COUNT, (A,), ()),
    (COUNT_NAMED, (A, B), ()),
    (COUNT, (A, "urn:g:nothing"), ()),
    ("PREFIX g: <urn:g:> SELECT ?s {} {{ ?s ?p ?o }}", (B, C), (A,)),
)


def in_memory() -> Store:
    """Return the graphs alone."""
    store = Store()
    store.extend(quads())
    return store


def quads() -> list[Quad]:
    """Return what the lines say."""
    return list(parse(b"".join(LINES), format=RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store that has the union as its default graph."""
    store = tmp_path_factory.mktemp("stored") / "store"
    load_store(store, LINES)
    add_union(store, iter(LINES))
    return store


@pytest.fixture(scope="module")
def evaluator(folder: Path) -> Evaluator:
    """Return Oxigraph over it, as a worker has it."""
    return Evaluator(Store.read_only(str(folder)), WorkerConfig("", LIMITS, union_stored=True))


@pytest.fixture(scope="module")
def oracle() -> Dataset:
    """Return the same in rdflib, which merges graphs as sets."""
    dataset = Dataset(default_union=True)
    dataset.parse(data=b"".join(LINES).decode(), format="nquads")
    return dataset


def rows_of(body: bytes) -> Counter[str]:
    """Return solutions as a multiset; blank nodes are all alike."""
    content = json.loads(body)
    if "boolean" in content:
        return Counter([str(content["boolean"])])
    return Counter(
        json.dumps(
            {n: "" if t["type"] == "bnode" else t["value"] for n, t in row.items()}, sort_keys=True
        )
        for row in content["results"]["bindings"]
    )


def asked(evaluator: Evaluator, query: str, **more: tuple[str, ...]) -> Counter[str]:
    """Return the solutions of a query."""
    outcome = evaluator.evaluate(Operation(query, SOLUTIONS[0], SOLUTIONS[0], "", **more))  # type: ignore[arg-type]
    assert outcome.answer is not None, outcome
    return rows_of(outcome.answer.body)


@pytest.mark.parametrize("query", WHOLE)
def test_the_union_has_each_triple_once(evaluator: Evaluator, oracle: Dataset, query: str) -> None:
    """As rdflib counts, which merges as sets, and as sparq does; graphs keep what they have."""
    found = asked(evaluator, query)
    assert found == rows_of(oracle.query(query).serialize(format="json") or b"")
    sparq = SparqEvaluator(Store(), WorkerConfig("", LIMITS), graph_of(quads(), union=True))
    assert found == asked(sparq, query)


@pytest.mark.parametrize(("query", "defaults", "named"), MERGED)
def test_graphs_that_are_named_are_merged_too(
    evaluator: Evaluator, query: str, defaults: tuple[str, ...], named: tuple[str, ...]
) -> None:
    """Whether the query names them or the request; beside a store in memory as the truth."""
    truth = Store()
    for quad in quads():
        if quad.graph_name.value in defaults:
            truth.add(Quad(quad.subject, quad.predicate, quad.object))
        if quad.graph_name.value in named:
            truth.add(quad)
    bare = query.format("")
    expected = asked(Evaluator(truth, WorkerConfig("", LIMITS, union=False)), bare)
    clauses = [f"FROM <{name}>" for name in defaults] + [f"FROM NAMED <{name}>" for name in named]
    assert asked(evaluator, query.format(" ".join(clauses))) == expected
    assert asked(evaluator, bare, default_graphs=defaults, named_graphs=named) == expected


def test_whoever_wants_no_union_gets_the_graphs_alone(folder: Path) -> None:
    """The setting ``default_graph = "own"``: the stored union is no graph of the sources."""
    own = Evaluator(
        Store.read_only(str(folder)), WorkerConfig("", LIMITS, union=False, union_stored=True)
    )
    assert not sum(asked(own, "SELECT ?s { ?s ?p ?o }").values())
    everything = asked(own, "SELECT ?s { GRAPH ?g { ?s ?p ?o } }")
    assert sum(everything.values()) == len(set(quads()))


def test_things_are_described_as_without_it(folder: Path, tmp_path: Path) -> None:
    """Their graphs, their links, and each fact once in each graph."""
    load_store(tmp_path / "plain", LINES)
    plain = Describer(Store.read_only(str(tmp_path / "plain")))
    stored = Describer(Store.read_only(str(folder)), union_stored=True)
    for number in range(24):
        name = f"urn:s:{number}"
        one, other = plain.describe([name], 1, 9), stored.describe([name], 1, 9)
        assert (one is None) == (other is None)
        if one is None or other is None:
            continue
        assert Counter(one.own) == Counter(other.own)
        assert (one.incoming, one.incoming_total) == (other.incoming, other.incoming_total)
        assert set(one.graphs) == set(other.graphs)
        assert {g: set(t) for g, t in one.by_graph.items()} == {
            g: set(t) for g, t in other.by_graph.items()
        }


def test_pages_count_as_the_endpoint_does(folder: Path) -> None:
    """The program's own queries see the same default graph."""
    engine = InProcessEngine(folder, union_stored=True)
    (row,) = engine.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert row["n"].value == str(len({quad.triple for quad in quads()}))


def test_too_much_is_not_copied(monkeypatch: pytest.MonkeyPatch, evaluator: Evaluator) -> None:
    """Then the engine merges itself: an answer that counts twice, as the documentation says."""
    store = in_memory()
    names = (A, B)
    assert merge_graphs(store, names, (), MOST_MERGED_TRIPLES) is not None
    count = sum(1 for q in store if q.graph_name in (NamedNode(A), NamedNode(B)))
    assert merge_graphs(store, names, (), count) is not None
    assert merge_graphs(store, names, (), count - 1) is None
    assert merge_graphs(store, (A, A), (B,), MOST_MERGED_TRIPLES) is None
    monkeypatch.setattr("publisher.query.evaluator.MOST_MERGED_TRIPLES", 3)
    (counted,) = asked(evaluator, COUNT.format(f"FROM <{A}> FROM <{B}>"))
    assert json.loads(counted) == {"n": str(count)}


@pytest.mark.parametrize(
    "query", ["SELECT * FROM <a b> FROM <urn:x> { ?s ?p ?o }", "SELECT * FROM FROM { ?s ?p ?o }"]
)
def test_a_wrong_clause_is_explained_as_ever(evaluator: Evaluator, query: str) -> None:
    """Merging comes after the parser's word."""
    plain = Evaluator(in_memory(), WorkerConfig("", LIMITS))
    ask = Operation(query, SOLUTIONS[0], SOLUTIONS[0], "")
    assert evaluator.evaluate(ask) == plain.evaluate(ask)
    assert plain.evaluate(ask).reason
