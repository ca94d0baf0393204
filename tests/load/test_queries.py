from __future__ import annotations

from pathlib import Path

import pytest

from publisher.errors import SourceSyntax
from publisher.load.sources import read_sources

BASE = "https://data.example.org/"


def put(world: Path, name: str, text: str) -> None:
    """Write a named query."""
    (world / "data" / "queries" / name).write_text(text)


def test_named_queries_are_read_by_name(world: Path) -> None:
    """They travel with the release whose data they ask."""
    put(world, "all.rq", "SELECT * { ?s ?p ?o }")
    queries = read_sources(world, BASE).queries
    assert sorted(queries) == ["all.rq", "waters-called.rq"]
    assert queries["all.rq"] == "SELECT * { ?s ?p ?o }"


def test_what_a_named_query_says_is_not_read_here(world: Path) -> None:
    """Whether it is a query is a check: reading evaluates nothing."""
    put(world, "broken.rq", "SELECT * {\n ?s ?p }\n")
    assert "broken.rq" in read_sources(world, BASE).queries


def test_a_name_that_cannot_stand_in_an_address_is_refused(world: Path) -> None:
    """A blank or a capital letter in an address is a trap."""
    put(world, "My query.rq", "ASK {}")
    with pytest.raises(SourceSyntax, match="becomes an address"):
        read_sources(world, BASE)
