"""The suite of the W3C for SPARQL 1.1 Query, over each engine and over both together."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pyoxigraph import QueryTriples, Store

from publisher.query.engine import Operation
from publisher.query.routing import EngineName, route
from publisher.query.worker_messages import Status
from tests.query import w3c
from tests.query.engine_pair import Pair, ask, body_of

DEFAULT_BUILDS = True

pytestmark = pytest.mark.skipif(
    not Path(w3c.CHECKOUT or "nothing", "sparql", "sparql11").is_dir(),
    reason="PUBLISHER_TEST_W3C names no checkout of github.com/w3c/rdf-tests",
)
OXIGRAPH_FAILS = {
    "aggregates/agg-empty-group-count-graph",
    "aggregates/agg-groupconcat-04",
    "aggregates/agg-groupconcat-06",
    "bindings/graph",
    *(f"cast/cast-{kind}" for kind in ("bool", "decimal", "double", "float", "int", "string")),
    "csv-tsv-res/tsv03",
    "functions/bnode01",
    "negation/graph-minus",
    *(f"property-path/zero_or_{n}_set_{end}" for n in ("more", "one") for end in ("start", "end")),
}


def passes(case: w3c.Case, engine: str) -> bool:
    """Tell whether an engine does as a test of the suite says."""
    pair = Pair(case.data, union=False)
    evaluator = getattr(pair, engine)
    csv = case.result is not None and case.result.suffix == ".csv"
    operation = Operation(case.query, base_iri=case.base, graph_type="application/n-triples")
    if csv:
        operation = dataclasses.replace(operation, solutions_type="text/csv")
    outcome = evaluator.evaluate(operation)
    if case.result is None:
        is_syntax = outcome.status is Status.REFUSED and "not supported" not in outcome.reason
        return is_syntax != ("Positive" in case.kind)
    if outcome.answer is None:
        return False
    return w3c.is_expected(case, outcome.answer.body, outcome.answer.media_type)


@pytest.fixture(scope="module")
def suite() -> list[w3c.Case]:
    """Return all tests of the suite."""
    return list(w3c.cases(w3c.CHECKOUT))


def test_all_338_tests_pass_with_the_two_engines_together(suite: list[w3c.Case]) -> None:
    """Where one engine is wrong by the recommendation, the other one is asked."""
    assert len(suite) == 338
    assert [case.name for case in suite if not passes(case, "both")] == []


def test_sparq_passes_every_test_alone(suite: list[w3c.Case]) -> None:
    """No kind of query is given to an engine that fails a test of the suite for it."""
    assert [case.name for case in suite if not passes(case, "sparq")] == []


def test_oxigraph_fails_what_is_known_and_nothing_else(suite: list[w3c.Case]) -> None:
    """Each of them goes to sparq because of its syntax; ``docs/sparql.md`` names them."""
    failed = {case.name for case in suite if not passes(case, "oxigraph")}
    assert failed == OXIGRAPH_FAILS
    owners = {route(case.query).engine for case in suite if case.name in failed}
    assert owners == {EngineName.SPARQ}


def test_the_suite_is_not_passed_by_any_answer(suite: list[w3c.Case]) -> None:
    """The comparison tells a wrong answer from a right one."""
    case = next(case for case in suite if case.name == "aggregates/agg01")
    wrong = ask(Pair(case.data, union=False).both, "SELECT (COUNT(*) AS ?C) {} GROUP BY ?x")
    assert not w3c.is_expected(case, body_of(wrong), "application/sparql-results+json")
    assert not isinstance(Store().query(case.query), QueryTriples)
