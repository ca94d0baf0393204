"""Ready-made queries."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from publisher.render.usage_examples import csv_address, names_query

PREFIXES = {"water": "https://data.example.org/def/water#"}


@pytest.mark.parametrize(
    "name",
    ["https://data.example.org/def/water#Lake", "https://else.example/xy#a"],
)
def test_an_example_is_a_query(name: str) -> None:
    """It is the first one that a reader sends."""
    Store().query(names_query(name, PREFIXES, "sv"))


def test_an_example_without_a_class_is_a_query() -> None:
    """Data need not have an ontology."""
    Store().query(names_query("", PREFIXES, "en"))


def test_an_example_uses_the_publishers_prefix() -> None:
    """So that a reader can go on writing."""
    query = names_query("https://data.example.org/def/water#Lake", PREFIXES, "sv")
    assert "PREFIX water: <https://data.example.org/def/water#>" in query
    assert "a water:Lake" in query


def test_a_table_keeps_the_language_of_the_endpoint() -> None:
    """The address may have parameters already."""
    assert csv_address("/sparql?lang=en", "ASK {}") == (
        "/sparql?lang=en&query=ASK+%7B%7D&format=text%2Fcsv"
    )
