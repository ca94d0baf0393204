from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from publisher.rdf.namespaces import iri
from publisher.render.answers import draft_charts
from tests.municipalities import BASE as KOMMUNER


def literal(value: object, kind: str = "string") -> dict[str, Any]:
    """Return a literal as SPARQL JSON has it."""
    return {"type": "literal", "value": str(value), "datatype": iri(f"xsd:{kind}")}


def named(name: str) -> dict[str, Any]:
    """Return a link as SPARQL JSON has it."""
    return {"type": "uri", "value": f"https://mills.example.org/{name}"}


def test_numbers_beside_names_make_bars() -> None:
    rows = [{"mill": named(n), "wheels": literal(k, "integer")} for n, k in (("a", 3), ("b", -1))]
    (chart,) = draft_charts(["mill", "wheels"], rows)
    assert (chart.kind, chart.column, [n for _, n in chart.pairs]) == ("bars", "wheels", [3, -1])


def test_numbers_over_years_make_a_line_in_their_order() -> None:
    years = (1890, 1750, 1801)
    rows = [{"year": literal(y, "gYear"), "flour": literal(y / 2, "decimal")} for y in years]
    (chart,) = draft_charts(["year", "flour"], rows)
    assert chart.kind == "line"
    assert [n for _, n in chart.pairs] == [875, 900.5, 945]


def test_two_columns_of_numbers_make_a_line_unless_places_come_again() -> None:
    rows = [{"x": literal(x, "integer"), "y": literal(x * x, "integer")} for x in (3, 1, 2)]
    assert [c.kind for c in draft_charts(["x", "y"], rows)] == ["line"]
    again = [*rows, {"x": literal(1, "integer"), "y": literal(7, "integer")}]
    assert [c.kind for c in draft_charts(["x", "y"], again)] == ["counts"]


def test_values_that_come_again_are_counted() -> None:
    """A column in which each value is another one says nothing by counts."""
    rows = [{"mill": named(str(n)), "kind": literal(k)} for n, k in enumerate("wwwst")]
    (chart,) = draft_charts(["mill", "kind"], rows)
    assert (chart.kind, chart.column) == ("counts", "kind")
    assert [(t["value"], n) for t, n in chart.pairs] == [("w", 3), ("s", 1), ("t", 1)]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"n": literal(1, "integer")}],
        [{"a": named("a")}, {"a": named("b")}],
        [{"n": literal("INF", "double"), "a": named("a")}, {"n": literal("NaN", "double")}],
    ],
)
def test_what_cannot_be_drawn_is_not(rows: list[dict[str, Any]]) -> None:
    assert not draft_charts(["n", "a"], rows)


def page(client: FlaskClient, query: str, language: str = "sv") -> str:
    """Return the page of an answer."""
    response = client.post(
        f"/sparql?lang={language}",
        data={"query": query, "prefixes": "common"},
        headers={"Accept": "text/html"},
    )
    return response.text


def test_an_answer_has_names_for_iris(kommuner: FlaskClient) -> None:
    """The whole IRI is said by the title of the link."""
    found = page(kommuner, "SELECT ?thing { ?thing skos:prefLabel ?name } LIMIT 5")
    start = found.index("<table")
    assert f'title="{KOMMUNER}' in found[start:]
    cells = found[start : found.index("</table>")]
    assert f">{KOMMUNER}" not in cells


def test_one_answer_has_a_table_and_is_there_as_it_came(kommuner: FlaskClient) -> None:
    found = page(kommuner, "SELECT ?class (COUNT(*) AS ?n) { ?s a ?class } GROUP BY ?class")
    assert found.count("<table") >= 1
    assert "Som det kom" in found
    assert "Diagram" in found
    assert "Länk till frågan i den här utgåvan" in found


def test_an_error_says_its_place_to_the_editor(kommuner: FlaskClient) -> None:
    found = page(kommuner, "SELECT *\n{ ?s zzz:p ?o }", "en")
    assert 'data-line="2" data-column="6"' in found
    assert "the prefix &#39;zzz:&#39; is not declared" in found


def test_the_words_of_the_editor_are_the_readers(kommuner: FlaskClient) -> None:
    """Its messages come with the page, in the page's language."""
    found = page(kommuner, "", "sv")
    start = found.index('data-words="') + len('data-words="')
    words = json.loads(found[start : found.index('"', start)].replace("&#34;", '"'))
    assert words["complete"] == "Ge förslag"
    assert "{line}" in words["wrong"]
