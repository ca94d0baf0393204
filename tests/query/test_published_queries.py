"""The named queries of the real data."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store

from publisher.query.admission import check_query
from publisher.query.engine import QueryLimits
from publisher.query.named import NamedQuery, read_named_queries

DEFAULT_BUILDS = True

ROOT = Path(__file__).parents[2]
QUERIES = read_named_queries(ROOT / "data" / "queries")


@pytest.fixture(scope="module")
def published() -> Store:
    """Return the ontology and the data in one graph."""
    store = Store()
    for folder in ("ontology", "data"):
        for path in sorted((ROOT / folder).rglob("*.ttl")):
            if "examples" not in path.parts:
                store.bulk_load(path=str(path), format=RdfFormat.TURTLE)
    return store


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_each_query_gives_rows_with_its_examples(query: NamedQuery, published: Store) -> None:
    """An example that answers nothing teaches nothing."""
    text = query.example()
    check_query(text, QueryLimits(1, 1, 1))
    rows = published.query(text)
    assert isinstance(rows, QuerySolutions)
    assert next(rows, None) is not None


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_each_query_and_parameter_is_explained_in_both_languages(query: NamedQuery) -> None:
    """The page of queries is there in Swedish and in English."""
    assert set(query.about) == {"sv", "en"}
    for parameter in query.parameters.values():
        assert set(parameter.about) == {"sv", "en"}
        assert parameter.example


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_each_query_has_an_order(query: NamedQuery) -> None:
    """Tables that are compared from day to day must not be shuffled."""
    assert "ORDER BY" in query.body()


@pytest.mark.parametrize(
    ("county", "names"),
    [
        (
            17,
            [
                "Compare",
                "Glava Energy Center",
                "IUC Stål & Verkstad",
                "Paper Province",
                "Visit Värmland",
            ],
        ),
        (
            20,
            [
                "Byggdialog Dalarna",
                "Dala Sports Academy",
                "FindIT",
                "High Voltage Valley",
                "ITSdalarna",
                "Triple Steelix",
                "Visit Dalarna",
            ],
        ),
        (21, ["Fiber Optic Valley", "FindIT", "Future Position X", "Triple Steelix"]),
    ],
)
def test_a_county_has_those_that_serve_it_and_those_that_sit_in_it(
    county: int, names: list[str], published: Store
) -> None:
    """Read off the sources by hand: a town or municipality of a site lies in its county."""
    asked = {"county": str(county)}
    rows = published.query(QUERIES["clusters-in-a-county"].fill(asked))
    assert isinstance(rows, QuerySolutions)

    assert [row["name"].value for row in rows] == names
