"""A catalogue of what lies elsewhere as a portal: its list, and a page for everything in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from publisher.config import Config
from publisher.serve.app import create_flask
from publisher.serve.site import open_site
from tests.folders import build_folder
from tests.regions import ODD, REGION, odd, region

pytestmark = pytest.mark.slow
COUNT = 44


def _serve(work: Path, base: str, turtle: str) -> Iterator[FlaskClient]:
    own = f'<{base}id/place/x> <http://www.w3.org/2000/01/rdf-schema#label> "X"@en .'
    folder = build_folder(work, base, {"data/sets.ttl": turtle, "data/own/own.ttl": own})
    config = Config(base_iri=base, site_url="http://localhost/", catalogue_page_size=10)
    config = config.with_site()
    site = open_site(config, folder.release)
    yield create_flask(site).test_client()
    site.engine.close()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Return a client of a region's site."""
    yield from _serve(tmp_path_factory.mktemp("region"), REGION, region(COUNT))


@pytest.fixture(scope="module")
def gemeinde(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Return a client of a site with other languages and odd names."""
    yield from _serve(tmp_path_factory.mktemp("odd"), ODD, odd())


def page(client: FlaskClient, path: str) -> str:
    """Return a page."""
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, path
    return answer.text


def total(text: str) -> int:
    """Return how many datasets a page says to be found."""
    found = re.search(r'id="datasets">[^<]*<span class="count">\((\d+)\)', text)
    assert found
    return int(found[1])


def facets(text: str) -> list[tuple[str, str, int]]:
    """Return address, label and number of every value to choose."""
    pattern = r'<li><a href="([^"]*)" rel="nofollow"( aria-current="true")?><span[^>]*>([^<]*)'
    pattern += r'</span>.*?<span class="count">(\d+)'
    found = re.findall(pattern, text)
    return [(unescape(href), label, int(n)) for href, chosen, label, n in found if not chosen]


@pytest.mark.parametrize("start", ["/catalog", "/catalog?format=WMS_SRVC", "/catalog?q=group3"])
def test_a_value_gives_as_many_datasets_as_it_says(portal: FlaskClient, start: str) -> None:
    """Whatever was chosen before, of other kinds."""
    whole = page(portal, f"{start}{'&' if '?' in start else '?'}lang=en")
    offered = facets(whole)
    assert {label for _, label, _ in offered} >= {"The region", "Environment", "Annual"}

    for href, label, number in offered:
        if "format=" not in href or "format=" not in start:
            assert total(page(portal, href)) == number, label


def test_the_home_page_of_a_catalogue_is_its_list(portal: FlaskClient) -> None:
    """All datasets and series, in the reader's language, without a script."""
    swedish, english = (page(portal, f"/?lang={tag}") for tag in ("sv", "en"))

    assert total(swedish) == total(english) == COUNT + 5
    assert {"Miljö", "Regionen"} <= {label for _, label, _ in facets(swedish)}
    assert "Särskilt värdefulla data" in swedish
    assert "Mätning 0" in swedish
    assert 'action="/catalog"' in swedish


def test_each_dataset_stands_on_one_page_of_the_list(portal: FlaskClient) -> None:
    """By name, where 9 comes before 10; the page after the last one is not there."""
    path, found = "/catalog?lang=en", []
    while path:
        text = page(portal, path)
        found += re.findall(r'<h3><a href="/dataset/(\w+)', text)
        following = re.search(r'rel="next" href="([^"]*)"', text)
        path = unescape(following[1]) if following else ""

    assert found == [f"s{n}" for n in range(5)] + [f"d{n}" for n in range(COUNT)]
    for wrong in ("99", "0", "-1", "x"):
        answer = portal.get(f"/catalog?page={wrong}", headers={"Accept": "text/html"})
        assert answer.status_code == 404


def test_words_find_datasets_by_title_text_keyword_and_publisher(portal: FlaskClient) -> None:
    """Beginnings of words are enough, in every language; all of them must be there."""
    assert total(page(portal, "/catalog?q=roads+measur")) == COUNT
    assert total(page(portal, "/catalog?q=länsbuss&lang=en")) == len(range(0, COUNT, 3))
    assert total(page(portal, "/catalog?q=nonsense")) == 0
    first = re.search(r'<h3><a href="/dataset/(\w+)', page(portal, "/catalog?q=7&lang=en"))
    assert first
    assert first[1] == "d7"


def test_what_is_no_facet_and_no_value_does_no_harm(portal: FlaskClient) -> None:
    """A value that nothing has gives nothing; other parameters are left aside."""
    assert total(page(portal, "/catalog?theme=NONE")) == 0
    assert total(page(portal, "/catalog?colour=red&theme=")) == COUNT + 5
    assert portal.get(f"/catalog?q={'x' * 300}").status_code in (200, 400, 414)
    hostile = page(portal, "/catalog?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in hostile


def structured(text: str) -> dict[str, Any]:
    """Return what a page says in schema.org's words."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert found
    node: dict[str, Any] = json.loads(found[1])
    return node


def values(node: object) -> Iterator[object]:
    """Yield every value in a JSON document."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield child
        yield from values(child)


def test_a_dataset_shows_files_service_contact_place_and_mark(portal: FlaskClient) -> None:
    """Everything that a reader came for, with its real addresses."""
    text = unescape(page(portal, "/dataset/d10?lang=sv"))

    assert 'href="https://files.region.example/d10.csv"' in text
    assert "1 kB" in text
    assert "CC0 1.0" in text
    assert "https://maps.region.example/d10/wms?service=WMS&request=GetCapabilities" in text
    assert "I QGIS" in text
    assert "EPSG:3006 (SWEREF 99 TM)" in text
    assert 'href="mailto:data@region.example"' in text
    assert 'href="tel:+46-10-123"' in text
    assert "Särskilt värdefulla data" in text
    assert "Latitud 59 till 61,1" in text
    assert '<figure class="map' in text


def test_a_series_is_shown_from_both_ends(portal: FlaskClient) -> None:
    """The dataset names its series and its neighbours; the series lists its members."""
    member, series = page(portal, "/dataset/d40?lang=en"), page(portal, "/dataset/s0?lang=en")

    assert 'href="/dataset/s0?lang=en"' in member
    assert 'Before it: <a href="/dataset/d20?lang=en"' in member
    members = series.partition('<ol class="members">')[2]
    assert re.findall(r'<a href="/dataset/(d\w+)', members) == ["d20", "d40"]
    assert 'After it: <a href="/dataset/d40' in page(portal, "/dataset/d20?lang=en")


@pytest.mark.parametrize("path", ["/dataset/d0", "/dataset/s0", "/service/wms-0", "/catalog"])
def test_schema_org_has_no_empty_values_and_services_no_content(
    portal: FlaskClient, path: str
) -> None:
    """A WMS has an address; only a file has content."""
    node = structured(page(portal, path))

    assert not [value for value in values(node) if value in ("", [], {}, None)]
    contents = {d.get("contentUrl") for d in node.get("distribution", ())}
    assert not any("maps.region" in (address or "") for address in contents)
    if path == "/dataset/d0":
        assert "https://files.region.example/d0.csv" in contents
        assert node["spatialCoverage"][0]["geo"]["box"] == "59.0 12.1 61.1 14.5"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/service/wms-0", "GetCapabilities"),
        ("/doc/organisation/buses", "County buses"),
    ],
)
def test_services_and_agents_have_pages(portal: FlaskClient, path: str, shown: str) -> None:
    """Their addresses lead to what is said of them, not to the whole catalogue."""
    assert shown in page(portal, f"{path}?lang=en")


def test_every_blank_place_is_whole_on_its_page_of_the_feed(portal: FlaskClient) -> None:
    """What is led to is described, however the feed is cut."""
    extents = 0
    for number in range(1, 6):
        triples = list(
            parse(portal.get(f"/catalog.nt?page={number}").data, format=RdfFormat.N_TRIPLES)
        )
        subjects = {str(t.subject) for t in triples}
        places = {str(t.object) for t in triples if str(t.predicate).endswith("spatial>")}
        assert places <= subjects
        extents += len(places)
    assert extents == COUNT


@pytest.mark.parametrize("path", ["/id/b%C3%A4ume", "/dateien/b%C3%A4ume.csv"])
def test_a_dataset_shows_its_files_wherever_they_are_named(
    gemeinde: FlaskClient, path: str
) -> None:
    """Below another path, on another host, or not at all."""
    answer = gemeinde.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    text = answer.text

    assert len(re.findall(r'<li id="[^"]*" class="file">', text)) == 3
    assert 'href="https://files.example/b.csv"' in text
    assert "GeoPackage" in text
    assert "mueller@gemeinde.example" in text
    assert '<figure class="map' in text


def test_a_page_that_is_named_as_a_page_answers_as_one(gemeinde: FlaskClient) -> None:
    """The dataset is not its own page: what leads to it is typed so, and gives the page."""
    graph = gemeinde.get("/catalog.nt").text
    there = "http://localhost/doc/b%C3%A4ume.html"
    (landing,) = re.findall(r"landingPage> <([^>]*)>", graph)

    assert landing.endswith("doc/bäume.html")
    answer = gemeinde.get("/doc/b%C3%A4ume.html")
    assert answer.headers["Content-Location"] == there
    assert "Jeder Baum." in answer.text


def test_a_service_that_is_only_named_by_its_file_is_explained(gemeinde: FlaskClient) -> None:
    """By the standard that it follows; a name with a question mark is as good as another."""
    text = unescape(page(gemeinde, "/q?set=7"))

    assert "https://api.example/v1/collections" in text
    assert "ogrinfo -so OAPIF:https://api.example/v1/" in text


def test_the_rows_say_what_the_list_says(portal: FlaskClient) -> None:
    """For browsers that must narrow the list down alone: nobody reads parameters of a file."""
    answer = portal.get("/catalog/datasets.json?lang=en")
    rows = answer.get_json()["datasets"]
    whole = page(portal, "/catalog?lang=en")

    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Language"] == "en"
    assert len(rows) == total(whole)
    first = "".join(row["html"] for row in rows[: answer.get_json()["size"]])
    assert re.findall(r"<h3>.*?</h3>", first) == re.findall(
        r"<h3>.*?</h3>", whole.partition('class="datasets-found"')[2].partition("</ol>")[0]
    )
    for href, label, number in facets(whole):
        ((name, value),) = [p for p in parse_qsl(href.partition("?")[2]) if p[0] != "lang"]
        assert sum(value in row["values"].get(name, ()) for row in rows) == number, label
    assert 'data-asked=""' in whole
    assert 'data-asked="?theme=ENVI"' in page(portal, "/catalog?lang=en&theme=ENVI")
