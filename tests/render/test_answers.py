from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from publisher.rdf.namespaces import iri
from publisher.render.answer_charts import draft_charts
from publisher.render.answer_layout import AnswerLayout
from publisher.render.answer_summary import draft_pivot
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
    assert [(c.kind, c.is_counted) for c in draft_charts(["x", "y"], again)] == [("bars", True)]


def test_values_that_come_again_are_counted() -> None:
    """A column in which each value is another one says nothing by counts."""
    rows = [{"mill": named(str(n)), "kind": literal(k)} for n, k in enumerate("wwwst")]
    (chart,) = draft_charts(["mill", "kind"], rows)
    assert (chart.kind, chart.is_counted, chart.column) == ("bars", True, "kind")
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


FLOUR = [
    {"mill": named(mill), "kind": literal(kind), "sacks": literal(sacks, "decimal")}
    for mill, kind, sacks in (("a", "water", "0.1"), ("b", "wind", "0.2"), ("c", "water", "0.2"))
]


def figures(found: list[dict[str, Any]], **chosen: str) -> dict[tuple[str, str], str]:
    """Return what stands in the fields of a chosen summary; "" is for all."""
    pivot = draft_pivot(["mill", "kind", "sacks"], found, AnswerLayout(view="summary", **chosen))
    assert pivot is not None

    def name(key: str | None) -> str:
        return json.loads(key)["value"] if key else "none" if key == "" else ""

    return {(name(row), name(over)): str(n) for (row, over), n in pivot.figures.items()}


def test_a_summary_reckons_in_decimals_and_counts_what_has_no_value() -> None:
    """A tenth and two tenths are three tenths."""
    found = figures(FLOUR, rows="kind", figure="sum:sacks")
    assert found == {("water", ""): "0.3", ("wind", ""): "0.2", ("", ""): "0.5"}
    found = figures([*FLOUR, {"mill": named("d")}], rows="kind", across="sacks")
    assert found["none", "none"] == "1"
    assert found["", ""] == "4"
    assert figures(FLOUR, rows="kind", figure="greatest:sacks")["", ""] == "0.2"
    assert figures(FLOUR, rows="kind", figure="mean:kind")["", ""] == "3"  # no numbers: rows


def test_what_nobody_can_choose_is_as_if_nothing_was_chosen() -> None:
    """Addresses are written by hand too."""
    odd = AnswerLayout(view="summary", rows="nothing", across="x", figure="sum:")
    pivot = draft_pivot(["mill", "kind"], FLOUR, odd)
    assert pivot is not None
    assert pivot.layout == AnswerLayout(rows="kind")
    odd = AnswerLayout(view="chart", axis="nothing")
    assert [c.column for c in draft_charts(["mill", "sacks"], FLOUR, odd)] == ["sacks"]
    odd = AnswerLayout(view="chart", axis="mill", value="kind")
    assert draft_charts(["mill", "kind"], FLOUR, odd) == []


def test_the_chosen_columns_are_drawn() -> None:
    """How many rows a year has, as a line in the order of the years."""
    rows = [{"year": literal(y, "gYear"), "mill": named(str(n))} for n, y in enumerate("3123")]
    rows = [{**row, "year": literal(f"200{row['year']['value']}", "gYear")} for row in rows]
    chosen = AnswerLayout(view="chart", axis="year", chart="line")
    (chart,) = draft_charts(["year", "mill"], rows, chosen)
    assert [(t["value"], n) for t, n in chart.pairs] == [("2001", 1), ("2002", 1), ("2003", 2)]
    chosen = AnswerLayout(view="chart", axis="mill", value="sacks", chart="line")
    (chart,) = draft_charts(["mill", "sacks"], FLOUR, chosen)
    assert list(chart.places) == [0, 1, 2]  # names have no places of their own


def page(client: FlaskClient, query: str, language: str = "sv", **chosen: str) -> str:
    """Return the page of an answer."""
    response = client.post(
        f"/sparql?lang={language}",
        data={"query": query, "prefixes": "common", **chosen},
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


def test_a_page_shows_the_summary_and_chart_that_were_chosen(kommuner: FlaskClient) -> None:
    """Open, with what was chosen still chosen; the link to share brings the same."""
    query = "SELECT ?thing ?class { ?thing a ?class }"
    chosen = {"view": "summary", "rows": "class"}
    found = page(kommuner, query, **chosen)
    assert '<details name="view" id="summary-view" open>' in found
    assert '<option value="class" selected>' in found
    assert "antal rader, per class" in found
    assert "view=summary&amp;rows=class" in found
    found = page(kommuner, query, "de", view="chart", axis="class")
    assert '<details name="view" id="chart-view" open>' in found
    assert "Zeilen nach class" in found


def test_a_number_too_long_for_a_machine_is_no_number(kommuner: FlaskClient) -> None:
    """Its column is shown and counted as texts are."""
    value = "9" * 400
    query = f'SELECT * {{ VALUES (?a ?n) {{ (1 "{value}"^^xsd:integer) (2 "INF"^^xsd:double) }} }}'
    assert value in page(kommuner, query)
