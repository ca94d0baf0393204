from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys

import pytest
import requests
from flask.testing import FlaskClient

from publisher.serve.offered_addresses import ADDRESSES
from tests import npm
from tests.municipalities import BASE as KOMMUNER


def examples(page: str) -> dict[str, str]:
    """Return name → code of the examples on the page for developers."""
    found = re.findall(
        r'<section class="term measure-wide" id="([a-z-]+)">.*?<pre[^>]*>(.*?)</pre>',
        page,
        re.DOTALL,
    )
    return {name: html.unescape(code) for name, code in found if name != "problems"}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_page_for_developers_speaks_of_this_site(kommuner: FlaskClient, language: str) -> None:
    """Its own table, thing and class, in six tools; and every address."""
    page = kommuner.get(f"/docs?lang={language}").text
    found = examples(page)
    assert set(found) == {
        *("curl", "python", "r", "power-query", "qgis", "curl-query", "javascript")
    }
    assert "/doc/municipality/" in found["curl"]
    assert f"{KOMMUNER}id/municipality/" not in found["curl"], "where this copy is"
    assert "/table/municipality.json" in found["python"]
    assert "/table/municipality.csv" in found["power-query"]
    assert "/table/municipality.geojson" in found["qgis"]
    assert "a k:Municipality" in found["javascript"]
    assert [
        row.path for row in ADDRESSES if f"<code>{html.escape(row.path)}</code>" not in page
    ] == []


@pytest.fixture(scope="module")
def copied(served: str) -> dict[str, str]:
    """Return the examples of a real server, as somebody copies them."""
    page = requests.get(f"{served}docs?lang=en", timeout=30).text
    return examples(page)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["curl", "curl-query"])
def test_what_curl_is_told_works(copied: dict[str, str], name: str) -> None:
    """Each line of it."""
    if not shutil.which("curl") or not shutil.which("sh"):
        pytest.skip("there is no curl")
    run = subprocess.run(
        ["sh", "-c", f"set -e\n{copied[name]}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "problem" not in run.stdout
    assert "Siljan" in run.stdout


@pytest.mark.slow
def test_the_program_in_python_works(copied: dict[str, str]) -> None:
    run = subprocess.run(
        [sys.executable, "-c", copied["python"]],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "Siljan" in run.stdout.splitlines()


@pytest.mark.slow
def test_the_program_in_javascript_works(copied: dict[str, str]) -> None:
    node = npm.node()
    if not node:
        pytest.skip("there is no Node.js")
    run = subprocess.run(
        [*node, "--input-type=module", "-e", copied["javascript"]],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "Siljan" in run.stdout.splitlines()


def test_a_thing_is_had_as_plain_json(kommuner: FlaskClient) -> None:
    """By its address; what accepts JSON still gets JSON-LD."""
    response = kommuner.get("/doc/municipality/falun.json")
    thing = response.get_json()["thing"]
    assert (response.mimetype, response.status_code) == ("application/json", 200)
    assert thing["id"] == f"{KOMMUNER}id/municipality/falun"
    assert [each["label"]["sv"] for each in thing["type"]] == ["kommun"]
    assert thing["letters"] == [5]
    assert thing["coastal"] == [False]
    assert thing["identifier"] == ["2080"]
    assert thing["description"] == [
        {"text": "Copper.", "language": "en"},
        {"text": "Koppar & <gruva>.", "language": "sv"},
    ]
    county = {"en": "Dalarna County", "sv": "Dalarnas län"}
    assert thing["county"] == [{"id": f"{KOMMUNER}id/county/dalarna", "label": county}]
    (geometry,) = thing["hasGeometry"]
    assert geometry == {"asWKT": ["POINT(15.63 60.61)"]}
    accepted = kommuner.get("/doc/municipality/falun", headers={"Accept": "application/json"})
    assert "@context" in json.loads(accepted.data)


def test_plain_json_of_what_is_not_there_is_a_problem(kommuner: FlaskClient) -> None:
    response = kommuner.get("/doc/municipality/nowhere.json")
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_the_terms_of_an_ontology_are_the_others_of_its_document(kommuner: FlaskClient) -> None:
    found = kommuner.get("/def/k.json").get_json()
    assert found["thing"]["id"] == f"{KOMMUNER}def/k"
    assert f"{KOMMUNER}def/k#letters" in [each["id"] for each in found["others"]]


def test_the_rows_without_a_value_are_a_choice(kommuner: FlaskClient) -> None:
    """On the page, in files and in JSON."""
    page = kommuner.get("/table/municipality?lang=en").text
    assert "Rows without a value" in page
    assert 'href="/table/municipality?missing=note&amp;lang=en"' in page
    found = kommuner.get("/table/municipality.json?missing=note").get_json()
    assert found["count"] == 6
    assert all(row["note"] == [] for row in found["rows"])
    lines = kommuner.get(
        "/table/municipality.csv?missing=note&county=" + KOMMUNER + "id/county/skane"
    )
    assert "Ängelholm" in lines.text
    assert "Gävle" not in lines.text
    assert kommuner.get("/table/municipality.json?missing=nothing").get_json()["count"] == 7
