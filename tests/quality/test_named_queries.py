from __future__ import annotations

from pathlib import Path

import pytest

from publisher.findings import Severity
from publisher.load.sources import read_sources
from publisher.quality.approval import check
from publisher.quality.queries import check_named_queries

pytestmark = pytest.mark.slow

BASE = "https://data.example.org/"


def put(world: Path, name: str, text: str) -> None:
    """Write a named query."""
    (world / "data" / "queries" / name).write_text(text, encoding="utf-8")


def test_named_queries_of_every_form_pass(world: Path) -> None:
    """With parameters, which are variables to the engine."""
    put(world, "a.rq", "# en: All.\nSELECT ?s (COUNT(*) AS ?n) { ?s ?p $given } GROUP BY ?s")
    put(world, "b.rq", "ASK { ?s ?p ?o }")
    put(world, "c.rq", "CONSTRUCT WHERE { ?s ?p ?o }")
    put(world, "d.rq", "DESCRIBE <https://data.example.org/id/lake/siljan>")
    assert list(check_named_queries(read_sources(world, BASE))) == []


@pytest.mark.parametrize(
    ("query", "line", "expected"),
    [
        ("SELECT * {\n ?s ?p }\n", 2, "Line 2, column 8: this cannot stand here."),
        ("", 1, "no query begins"),
        ("SELECT * { ?s nope:p ?o }", 1, "'nope:' is not declared"),
        ("SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o }", 0, "neither grouped nor aggregated"),
    ],
)
def test_a_named_query_that_is_none_is_found_with_its_place(
    world: Path, query: str, line: int, expected: str
) -> None:
    """Nothing wrong gets out: its address would answer with an error."""
    put(world, "broken.rq", query)
    (found,) = (f for f in check(read_sources(world, BASE)) if f.severity is Severity.VIOLATION)
    assert (found.file, found.line) == ("data/queries/broken.rq", line)
    assert expected in found.message["en"]
