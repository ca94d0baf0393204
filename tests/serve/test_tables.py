from __future__ import annotations

import csv
import io
import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from publisher.rdf import media_types
from publisher.release.model import Release
from publisher.release.tables.table import read_tables
from publisher.render.tables.selection import Selection
from publisher.serve.site import Site

EVERY_ENGINE = True

TABLE = "/table/municipality"
COUNTY = "https://kommuner.example.org/id/county/"
HTML = {"Accept": "text/html"}


def names(response: TestResponse) -> list[str]:
    """Return the names in the first column of a page."""
    found = re.findall(r'<th scope="row"><a [^>]*>(?:<span[^>]*>)?([^<]*)', response.text)
    return [unescape(name) for name in found]


def lines(response: TestResponse) -> list[list[str]]:
    """Return the lines of a CSV answer, without its header."""
    return list(csv.reader(io.StringIO(response.data.decode(), newline="")))[1:]


def ids(response: TestResponse) -> list[str]:
    """Return the last parts of the IRIs in a CSV answer."""
    return [line[0].rpartition("/")[2] for line in lines(response)]


def counts(response: TestResponse) -> dict[str, str]:
    """Return value → count of every facet of a page but the one of rows without a value."""
    shown = re.sub(
        r'<details class="facet missing".*?</details>', "", response.text, flags=re.DOTALL
    )
    found = re.findall(
        r'<li><a [^>]*rel="nofollow"[^>]*><span[^>]*>([^<]*)</span>.*?class="count">(\d+)<', shown
    )
    return {unescape(value): count for value, count in found}


def test_the_tables_are_listed_with_their_sizes(kommuner: FlaskClient) -> None:
    """Somebody who does not know what is here begins there."""
    page = kommuner.get("/table/?lang=sv")

    assert page.status_code == 200
    assert names(page) == ["Kommun", "Län"]
    assert re.findall(r'<td class="number">(\d+)</td>', page.text) == ["7", "5"]


def test_a_page_is_sorted_by_name_as_swedes_sort(kommuner: FlaskClient) -> None:
    """Å, ä and ö come after z, in this order; three rows a page here."""
    pages = [kommuner.get(f"{TABLE}?page={n}", headers=HTML) for n in (1, 2, 3)]

    assert [names(page) for page in pages] == [
        ["Falun", "Gävle", "Mora"],
        ["Åre", "Älvdalen", "Ängelholm"],
        ["Örebro"],
    ]


@pytest.mark.parametrize("page", ["0", "4", "-1", "x", "1.0", "٣", "9" * 400])
def test_a_page_that_is_not_there_is_not_found(kommuner: FlaskClient, page: str) -> None:
    """The last page is the third."""
    assert kommuner.get(TABLE, query_string={"page": page}, headers=HTML).status_code == 404


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("label", "falun gavle mora are alvdalen angelholm orebro"),
        ("-label", "orebro angelholm alvdalen are mora gavle falun"),
        ("letters", "are mora falun gavle orebro alvdalen angelholm"),
        ("-letters", "angelholm alvdalen orebro falun gavle mora are"),
        ("identifier", "angelholm orebro alvdalen mora falun gavle are"),
        ("county", "falun mora alvdalen gavle are angelholm orebro"),
        ("coastal", "falun mora are alvdalen orebro gavle angelholm"),
        ("altLabel", "falun gavle mora are alvdalen angelholm orebro"),
        ("nothing", "falun gavle mora are alvdalen angelholm orebro"),
    ],
)
def test_a_column_sorts(municipal_site: Site, sort: str, order: str) -> None:
    """Numbers as numbers, links by their names; equals by name; what has no value comes last."""
    pages = municipal_site.pages.tables
    table = pages.tables["municipality"]
    column = sort.removeprefix("-")
    choice = Selection(sort=column, descending=sort.startswith("-"))
    with pages.lines(table, "sv") as lines:
        found = lines.read(choice, (), 100)

    assert [line.iri.rpartition("/")[2] for line in found.lines] == order.split()


def test_the_sorted_column_says_so(kommuner: FlaskClient) -> None:
    """WAI-ARIA 1.2, aria-sort; its link asks for the other direction."""
    page = kommuner.get(f"{TABLE}?sort=letters&lang=en", headers=HTML).text

    assert re.findall(r'<th scope="col" aria-sort="(\w+)"><a href="([^"]*)"', page) == [
        ("ascending", f"{TABLE}?sort=-letters&amp;lang=en")
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"county": COUNTY + "dalarna"}, "alvdalen falun mora"),
        ({"county": [COUNTY + "skane", COUNTY + "orebro"]}, "angelholm orebro"),
        ({"coastal": "true"}, "angelholm gavle"),
        ({"coastal": "false", "county": COUNTY + "dalarna"}, "alvdalen falun mora"),
        ({"coastal": "true", "county": COUNTY + "dalarna"}, ""),
        ({"letters": "5"}, "falun gavle"),
        ({"identifier": "2080"}, "falun"),
        ({"label": "Åre"}, "are"),
        ({"q": "ÄLV"}, "alvdalen"),
        ({"q": "koppar"}, "falun"),
        ({"q": "line two"}, ""),
        ({"q": 'two", <b>'}, "falun"),
        ({"modified": "2026-01-02", "q": "mora"}, "mora"),
    ],
)
def test_filters_choose_rows(
    kommuner: FlaskClient, query: dict[str, str | list[str]], found: str
) -> None:
    """Values of one column are alternatives, columns add up; words may stand in any text."""
    answer = kommuner.get(f"{TABLE}.csv", query_string=query)

    assert answer.status_code == 200
    assert sorted(ids(answer)) == found.split()


@pytest.mark.parametrize(
    "text",
    [
        '" . } DROP ALL #',
        "') || true || ('",
        "\\",
        "}",
        "\x00",
        "\n",
        "<script>",
        "%",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    ],
)
@pytest.mark.parametrize("name", ["q", "label", "county", "letters", "coastal", "sort", "column"])
def test_hostile_values_are_values(kommuner: FlaskClient, name: str, text: str) -> None:
    """Terms enter a query as terms: nothing breaks out, nothing breaks."""
    for place in (TABLE, f"{TABLE}.csv", f"{TABLE}.csv-metadata.json"):
        answer = kommuner.get(place, query_string={name: text}, headers=HTML, buffered=True)
        # All seven rows are more than a file made on demand may have here.
        assert answer.status_code in (200, 422)
        assert "<script>" not in answer.text.replace("<script src", "") or "csv" in place


@pytest.mark.parametrize("query", [{"q": "x" * 201}, {"letters": [str(n) for n in range(101)]}])
def test_a_selection_that_is_too_long_is_refused(
    kommuner: FlaskClient, query: dict[str, object]
) -> None:
    """Bounds are told, not applied in silence."""
    answer = kommuner.get(TABLE, query_string=query)

    assert answer.status_code == 400
    assert "200" in answer.text


def test_facets_count_the_rows_that_fit(kommuner: FlaskClient) -> None:
    """Links and truth have few values; letters and codes have not and are no facets."""
    assert counts(kommuner.get(f"{TABLE}?lang=sv", headers=HTML)) == {
        "Dalarnas län": "3",
        "Gävleborgs län": "1",
        "Jämtlands län": "1",
        "Skåne län": "1",
        "Örebro län": "1",
        "nej": "5",
        "ja": "2",
    }


def test_a_facet_s_own_choice_does_not_narrow_it(kommuner: FlaskClient) -> None:
    """The other counties stay to be chosen; the other facets count what is left."""
    page = kommuner.get(f"{TABLE}?lang=sv&county={COUNTY}dalarna", headers=HTML)
    found = counts(page)

    assert (found["Dalarnas län"], found["Örebro län"]) == ("3", "1")
    assert found["nej"] == "3"
    assert "ja" not in found
    assert page.text.count('aria-current="true"') == 1


def test_a_page_offers_the_same_rows_as_files(kommuner: FlaskClient) -> None:
    """Datasette's habit: each page has its twins, in the head, on the page and in Link."""
    page = kommuner.get(f"{TABLE}?coastal=true&lang=en", headers=HTML)

    assert f'href="{TABLE}.csv?coastal=true" type="text/csv"' in page.text
    assert (
        f'<http://localhost{TABLE}.csv?coastal=true>; rel="alternate"; type="text/csv"'
        in (page.headers["Link"])
    )


def test_a_page_shows_the_query_behind_it(kommuner: FlaskClient) -> None:
    """Whoever wants more learns from it, and it answers."""
    page = kommuner.get(f"{TABLE}?coastal=true&lang=en", headers=HTML)
    query = unescape(re.findall(r"<pre[^>]*>(.*?)</pre>", page.text, re.DOTALL)[0])
    answer = kommuner.get("/sparql", query_string={"query": query, "format": "csv"})

    assert "k:coastal ?value1" in query
    assert answer.status_code == 200
    assert {line[0].rpartition("/")[2] for line in lines(answer)} == {"angelholm", "gavle"}


def test_chosen_columns_are_shown_and_kept(kommuner: FlaskClient) -> None:
    """Sorting and paging keep what the reader chose."""
    page = kommuner.get(f"{TABLE}?column=label&column=note&lang=en", headers=HTML).text

    assert len(re.findall(r'<th scope="col"', page)) == 2
    assert f'{TABLE}?column=label&amp;column=note&amp;page=2&amp;lang=en"' in page


def test_the_switch_of_languages_keeps_the_page(kommuner: FlaskClient) -> None:
    """A reader who changes language stays where she is."""
    page = kommuner.get(f"{TABLE}?sort=letters&page=2&lang=en", headers=HTML).text

    assert f'href="{TABLE}?sort=letters&amp;page=2&amp;lang=sv" hreflang="sv"' in page


def test_a_page_works_without_scripts_and_for_screen_readers(kommuner: FlaskClient) -> None:
    """A form that is sent with GET, a caption, scopes (WCAG 1.3.1)."""
    page = kommuner.get(f"{TABLE}?lang=sv", headers=HTML).text

    assert f'<form class="filter" action="{TABLE}" method="get"' in page
    assert '<caption class="unseen">Kommun.' in page
    assert page.count('<th scope="row">') == 3
    assert '<html lang="sv">' in page


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html", "text/html"),
        ("text/csv", "text/csv"),
        ("application/geo+json", "application/geo+json"),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        ("*/*", "text/html"),
    ],
)
def test_a_table_is_negotiated(kommuner: FlaskClient, accept: str, media_type: str) -> None:
    """RFC 9110, section 12.5.1."""
    answer = kommuner.get(TABLE, headers={"Accept": accept}, buffered=True)

    assert answer.mimetype == media_type
    assert "Accept" in answer.headers["Vary"]


def test_a_table_without_places_does_not_offer_geojson(kommuner: FlaskClient) -> None:
    """What is not there is not on offer."""
    assert (
        kommuner.get("/table/county", headers={"Accept": "application/geo+json"}).status_code == 406
    )
    assert kommuner.get("/table/county.geojson").status_code == 404


def test_a_table_is_had_as_json_by_its_name(kommuner: FlaskClient) -> None:
    """As at the address that ends so; a page and a file come to those who prefer them."""
    for accept in ("application/json", "application/json, text/plain, */*"):
        reply = kommuner.get(TABLE, headers={"Accept": accept})
        assert reply.mimetype == "application/json"
        assert "Accept" in reply.vary
        assert reply.json == kommuner.get(f"{TABLE}.json").json
    for accept, expected in (("*/*", "text/html"), ("text/csv, application/json", "text/csv")):
        with kommuner.get(TABLE, headers={"Accept": accept}) as reply:
            assert reply.mimetype == expected


@pytest.mark.parametrize(
    "path", ["/table/nothing", "/table/county.pdf", "/table/county.", "/table/a/b"]
)
def test_what_is_no_table_is_not_found(kommuner: FlaskClient, path: str) -> None:
    """Not an empty table."""
    assert kommuner.get(path).status_code == (200 if path.endswith(".") else 404)


def test_the_whole_file_is_the_release_s(kommuner: FlaskClient, municipalities: Release) -> None:
    """The digest in the catalogue is that of what is downloaded; ranges are answered."""
    answer = kommuner.get(f"{TABLE}.csv", buffered=True)
    part = kommuner.get(f"{TABLE}.csv", headers={"Range": "bytes=0-1"}, buffered=True)

    assert answer.data == (municipalities.folder / "tables" / "municipality.csv").read_bytes()
    assert (part.status_code, part.data) == (206, b"id")
    assert (
        f'<http://localhost{TABLE}.csv-metadata.json>; rel="describedby"'
        in (answer.headers["Link"])
    )


@pytest.mark.parametrize("extension", ["csv", "geojson"])
def test_a_file_made_on_demand_is_made_as_the_whole_one(
    municipal_site: Site, municipalities: Release, extension: str
) -> None:
    """The engine and the sources say the same, in the same form."""
    table = read_tables(municipalities.folder)["municipality"]
    with municipal_site.pages.tables.lines(table, "sv") as lines:
        made = lines.file(Selection(), media_types.BY_EXTENSION[extension], 100).decode()
    whole = (municipalities.folder / "tables" / f"municipality.{extension}").read_text("utf-8")

    if extension == "geojson":
        by_id = {f["id"]: f for f in json.loads(made)["features"]}
        assert by_id == {f["id"]: f for f in json.loads(whole)["features"]}
    else:
        assert sorted(csv.reader(io.StringIO(made))) == sorted(csv.reader(io.StringIO(whole)))


def test_filtered_rows_come_as_a_workbook(kommuner: FlaskClient) -> None:
    """The same filter, the same form."""
    answer = kommuner.get(f"{TABLE}.xlsx?coastal=true&sort=-label")
    sheet = load_workbook(io.BytesIO(answer.data))["Svenska"]

    assert [cell.value for cell in sheet["C"]] == ["Namn (sv)", "Ängelholm", "Gävle"]


def test_too_many_rows_for_a_file_on_demand_are_an_error_that_says_so(
    kommuner: FlaskClient,
) -> None:
    """Nothing is cut off in silence: the answer names the limit and the whole file."""
    answer = kommuner.get(f"{TABLE}.csv?coastal=false", headers={"Accept-Language": "en"})

    assert answer.status_code == 422
    assert answer.get_json()["limit"] == "table_rows"
    assert "5 rows" in answer.get_json()["detail"]
    assert "http://localhost/table/municipality.csv" in answer.get_json()["detail"]


def test_a_page_announces_the_limit_of_files(kommuner: FlaskClient) -> None:
    """Before somebody follows a link in vain."""
    page = kommuner.get(f"{TABLE}?coastal=false&lang=en", headers=HTML).text

    assert "at most 4 rows" in page
    assert f'href="{TABLE}.csv?coastal' not in page


def test_the_metadata_of_a_selection_names_the_selection(kommuner: FlaskClient) -> None:
    """Metadata describes one file (tabular data model, section 5.3)."""
    answer = kommuner.get(f"{TABLE}.csv?coastal=true")
    place = re.findall(r'<http://localhost([^>]*)>; rel="describedby"', answer.headers["Link"])[0]
    metadata = kommuner.get(place)

    assert metadata.mimetype == "application/csvm+json"
    assert json.loads(metadata.data)["url"] == "municipality.csv?coastal=true"


def test_another_world_has_its_own_tables(client: FlaskClient) -> None:
    """Lakes: nothing here is made for one set of data."""
    page = client.get("/table/lake?lang=sv", headers=HTML)

    assert names(page) == ["Siljan", "Vänern"]
    assert ids(client.get("/table/lake.csv?q=SILJ")) == ["siljan"]


def test_rows_come_as_json_with_types_page_by_page(kommuner: FlaskClient) -> None:
    """A program follows 'next' to the end, and needs no parser for cells."""
    address, rows, pages = f"{TABLE}.json?size=3&sort=-label", [], []
    while address:
        response = kommuner.get(address.replace("http://localhost", ""))
        assert response.content_type == "application/json"
        pages.append(response.json)
        rows += response.json["rows"]
        address = response.json["next"]
    with kommuner.get(f"{TABLE}.csv") as stored:
        whole = ids(stored)

    assert sorted(row["id"].rpartition("/")[2] for row in rows) == sorted(whole)
    assert rows[0]["id"].endswith("/orebro")
    assert [(page["page"], len(page["rows"])) for page in pages] == [(1, 3), (2, 3), (3, 1)]
    assert {page["count"] for page in pages} == {7}
    assert pages[1]["previous"] == pages[0]["first"]
    assert pages[2]["next"] is None
    for column in pages[0]["columns"]:
        for row in rows:
            value = row[column["name"]]
            if column["kind"] == "text":
                assert isinstance(value, dict)
            elif column["several"]:
                assert isinstance(value, list)
            elif column["kind"] == "number":
                assert value is None or isinstance(value, int | float)
    links = [column["name"] for column in pages[0]["columns"] if column["kind"] == "link"]
    assert any(row[name] for row in rows for name in links)


def test_json_rows_say_what_was_asked_wrongly(kommuner: FlaskClient) -> None:
    """The error names the limit; a page that is not there is none."""
    refused = kommuner.get(f"{TABLE}.json?size=5000", headers={"Accept-Language": "en"})
    assert refused.status_code == 400
    assert "1 to 1000 rows" in refused.get_data(as_text=True)
    assert kommuner.get(f"{TABLE}.json?page=99").status_code == 404
    assert kommuner.get(f"{TABLE}.json?q=nothing-has-this").json["rows"] == []


def test_a_range_of_numbers_is_kept_in_files_and_on_the_page(kommuner: FlaskClient) -> None:
    """From a number on, below another; a comma as people write it; anything else is refused."""
    sizes = {row["id"]: row["letters"] for row in kommuner.get(f"{TABLE}.json").json["rows"]}
    expected = [iri for iri, size in sizes.items() if size is not None and 5 <= size < 7.5]
    assert 0 < len(expected) < len(sizes)

    query = "from.letters=5&below.letters=7,5"
    found = kommuner.get(f"{TABLE}.csv?{query}")
    assert sorted(line[0] for line in lines(found)) == sorted(expected)
    page = kommuner.get(f"{TABLE}?{query}&lang=sv")
    assert "5 till under 7,5" in page.text
    assert 'name="below.letters" value="7.5"' in page.text
    assert kommuner.get(f"{TABLE}.json?{query}").json["count"] == len(expected)
    assert kommuner.get(f"{TABLE}?from.letters=many").status_code == 400
    assert kommuner.get(f"{TABLE}?from.county=5").status_code == 200
