"""ReleaseCounts that were made with a release are those that an engine would count."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from publisher.query import counts as counts_module
from publisher.query.comparison import read_rows, same_answer
from publisher.query.counts import (
    ReleaseCounts,
    count_query,
    make_counts,
    read_counts,
    write_counts,
)
from publisher.query.engine import SOLUTIONS, Operation
from publisher.query.evaluator import Evaluator
from publisher.query.sparq import RoutingEvaluator
from publisher.query.worker_messages import Status, WorkerConfig
from tests.query.engine_pair import LIMITS, ask, body_of

DEFAULT_BUILDS = True

INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
PROLOGUE = "PREFIX v: <https://vägar.test/#> PREFIX x: <https://vägar.test/x/> "
DATA = """
PREFIX v: <https://vägar.test/#> PREFIX x: <https://vägar.test/x/>
x:g { x:1 a v:Väg, v:Bro ; v:bredd 7, 2.5 ; v:namn "E4"@sv ; v:del [ v:bredd 1 ] .
      x:2 a v:Väg ; v:bredd 7 ; v:namn "E4" ; v:i x:ort\\~1 . }
x:h { x:2 a v:Väg . x:3 a v:Bro ; v:namn 'a"b' ; v:i <https://vägar.test/x/ort~1> . }
"""
COUNTED = [
    "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(?s) AS ?n) WHERE { ?s a ?c . } GROUP BY ?c ORDER BY DESC(?n) ?c LIMIT 1",
    "SELECT (COUNT(DISTINCT ?s) AS ?n) ?c { ?s a ?c } GROUP BY ?c",
    "SELECT (COUNT($s) AS $n) { $s a ?c } GROUP BY $c",
    "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?n ?p OFFSET 1",
    "SELECT ?b (COUNT(?b) AS ?n) { ?s v:bredd ?b } GROUP BY ?b",
    "SELECT ?b (COUNT(*) AS ?n) { ?s v:namn ?b } GROUP BY ?b",
    "SELECT ?b (COUNT(*) AS ?n) { ?s v:saknas ?b } GROUP BY ?b",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT (COUNT(?s) AS ?n) { ?s v:bredd ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s a v:Bro }",
    "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s <https://vägar.test/#namn> v:Ö }",
    "SELECT (COUNT(*) AS ?n) { ?s v:i <https://vägar.test/x/ort~1> } ORDER BY ?n LIMIT 3",
]
NOT_COUNTED = [
    "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c FILTER(?c != v:Bro) } GROUP BY ?c",
    "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c ; v:bredd ?b } GROUP BY ?c",
    "SELECT ?s (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?s",
    "SELECT ?p (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s v:bredd ?o }",
    "SELECT (COUNT(*) AS ?n) { x:1 a ?c }",
    "SELECT (COUNT(*) AS ?n) { ?s v:bredd 7 }",
    "SELECT (COUNT(*) AS ?n) { ?s v:i x:ort\\~1 }",
    "SELECT (COUNT(*) AS ?n) { ?s v:del/v:bredd ?b }",
    "SELECT ?d (COUNT(*) AS ?n) { ?s v:del ?d } GROUP BY ?d",
    "SELECT ?c (COUNT(*) AS ?n) { ?c a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(*) AS ?n) FROM x:h { ?s a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(*) AS ?n) { GRAPH x:h { ?s a ?c } } GROUP BY ?c",
    "SELECT ?c (COUNT(*) + 1 AS ?n) { ?s a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c HAVING(COUNT(*) > 1)",
    "SELECT ?c (COUNT(*) AS ?n) (COUNT(?s) AS ?m) { ?s a ?c } GROUP BY ?c",
    "SELECT (COUNT(?other) AS ?n) { ?s a ?c }",
    "ASK { ?s a v:COUNT }",
]


def store_of(data: str) -> Store:
    """Return a store whose default graph is the union, each triple once."""
    found = Store()
    found.extend(parse(data.encode(), RdfFormat.TRIG))
    return found


@pytest.fixture(scope="module")
def store() -> Store:
    """Return roads and bridges in two graphs, which share a triple."""
    return store_of(DATA)


@pytest.fixture(scope="module")
def live(store: Store) -> Evaluator:
    """Return what counts anew, over a graph that has each triple once."""
    once = Store()
    once.extend(Quad(quad.subject, quad.predicate, quad.object) for quad in store)
    return Evaluator(once, WorkerConfig("", LIMITS, union=False))


@pytest.fixture(scope="module")
def counted(store: Store) -> RoutingEvaluator:
    """Return what answers from counts."""
    return RoutingEvaluator(store, WorkerConfig("", LIMITS), None, make_counts(store))


@pytest.mark.parametrize("query", COUNTED)
def test_a_count_is_the_one_that_an_engine_finds(
    live: Evaluator, counted: RoutingEvaluator, store: Store, query: str
) -> None:
    """Every variable, order and slice as if it had been counted."""
    assert count_query(Operation(PROLOGUE + query), make_counts(store)) is not None
    one, other = (ask(each, PROLOGUE + query) for each in (live, counted))
    is_ordered = "ORDER BY" in query
    assert same_answer(read_rows(body_of(one)), read_rows(body_of(other)), is_ordered=is_ordered)


@pytest.mark.parametrize("query", NOT_COUNTED)
def test_any_other_query_is_counted_anew(store: Store, query: str) -> None:
    """What is filtered, joined or grouped otherwise is no count of the release."""
    assert count_query(Operation(PROLOGUE + query), make_counts(store)) is None


@pytest.mark.parametrize("media_type", SOLUTIONS)
def test_an_answer_from_counts_has_the_same_bytes(
    live: Evaluator, counted: RoutingEvaluator, media_type: str
) -> None:
    """Where the order is fixed, nobody can tell it from one that was counted."""
    query = PROLOGUE + "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY ?c"
    one, other = (body_of(ask(each, query, solutions_type=media_type)) for each in (live, counted))
    assert one == other


def test_a_mistake_is_explained_where_it_stands(counted: RoutingEvaluator) -> None:
    """The query that is evaluated in its place is never shown."""
    outcome = ask(counted, "SELECT (COUNT(*) AS ?n)\n{ ?s ?p ?o } LIMIT LIMIT")
    assert outcome.status is Status.REFUSED
    assert " 2:" in outcome.reason
    named = ask(counted, "SELECT (COUNT(*) AS ?n) { ?s a ?c } ORDER BY ?c", default_graphs=("e:g",))
    assert read_rows(body_of(named)) == [{"n": ("literal", "0", INTEGER, "")}]


def test_counts_are_written_and_read(tmp_path: Path, store: Store) -> None:
    """The same counts give the same bytes; a file of another form is refused."""
    made = make_counts(store)
    write_counts(tmp_path / "one", made)
    write_counts(tmp_path / "two", make_counts(store))
    assert read_counts(tmp_path / "one") == made
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    (tmp_path / "one").write_text('{"others": 1}')
    with pytest.raises(ValueError, match="others"):
        read_counts(tmp_path / "one")


def test_many_values_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is bounded, whatever the data: the number of triples is known all the same."""
    monkeypatch.setattr(counts_module, "MOST_VALUES", 3)
    store = Store()
    p = NamedNode("e:p")
    store.extend(Quad(NamedNode(f"e:{n}"), p, NamedNode(f"e:v{n}")) for n in range(4))
    assert make_counts(store) == ReleaseCounts(4, {"e:p": 4}, {})
    assert (
        count_query(
            Operation("SELECT (COUNT(*) AS ?n) {?s <e:p> <e:v1>}"), ReleaseCounts(4, {"e:p": 4}, {})
        )
        is None
    )
