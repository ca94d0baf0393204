"""The places of a table, however many, for the map of its page and of the home page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.config import Config
from publisher.serve.app import create_flask
from publisher.serve.export.pages import export_requests
from publisher.serve.site import Site, open_site
from tests.chain import build_once
from tests.groves import BASE, POINTS, write_groves

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def groves(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site of 450 groves."""
    folder = write_groves(tmp_path_factory.mktemp("groves") / "site")
    release = build_once(folder, folder / "releases", made, BASE)
    config = Config(base_iri=BASE, site_url="http://localhost/", query_workers=1).with_site()
    opened = open_site(config, release)
    yield opened
    opened.engine.close()


@pytest.fixture
def visit(groves: Site) -> FlaskClient:
    """Return a client of the site."""
    return create_flask(groves).test_client()


def page(client: FlaskClient, path: str) -> str:
    """Return a page in English."""
    found = client.get(path, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert found.status_code == 200
    return found.text


def places(client: FlaskClient, query: str = "") -> list[list[object]]:
    """Return the places of the table."""
    found = client.get(f"/table/grove.places.json{query}")
    assert found.status_code == 200
    assert found.mimetype == "application/json"
    listed: list[list[object]] = json.loads(found.data)["places"]
    return listed


def test_every_thing_with_a_place_is_there_once(visit: FlaskClient) -> None:
    """Points, a line and an area; what has no place is left out."""
    found = places(visit)
    assert len(found) == POINTS + 2
    kinds = {name: set(outline) for outline, name, _ in found}  # type: ignore[arg-type, call-overload]
    assert (kinds["Grove 000"], kinds["Avenue"], kinds["Wood"]) == ({"p"}, {"l"}, {"r"})
    assert [{"p": [-330000, 5590000]}, "Grove 000", "/doc/grove/g-000"] in found


def test_filters_and_words_choose_places_as_they_choose_rows(visit: FlaskClient) -> None:
    (value,) = re.findall(r'href="[^"]*kindOfTree=([^"&]*ash)"', page(visit, "/table/grove"))[:1]
    assert len(places(visit, f"?kindOfTree={value}")) == POINTS // 3
    assert [row[1] for row in places(visit, "?q=avenue")] == ["Avenue"]
    assert places(visit, "?q=nowhere") == []


def test_a_table_page_draws_few_places_and_names_the_address_of_many(visit: FlaskClient) -> None:
    many, few = page(visit, "/table/grove"), page(visit, "/table/grove?q=wood")
    assert 'data-places="/table/grove.places.json?lang=en"' in many
    scripted, _, without_script = many.partition("<main")[2].partition("<noscript>")
    assert "<svg viewBox" not in scripted
    drawn = without_script.partition("</noscript>")[0]
    assert "<svg viewBox" in drawn
    assert drawn.count('<circle class="reach"') <= 50, "those of the rows on the page"
    assert "data-places" not in few
    assert "<svg viewBox" in few.partition("<main")[2]


def test_the_home_page_of_many_things_has_a_map_and_the_first_cards(visit: FlaskClient) -> None:
    text = page(visit, "/")
    assert 'data-places="/table/grove.places.json?lang=en"' in text
    assert text.count('<li class="card">') == 24
    assert "Avenue" in text  # the first by name
    assert "All 450, to filter and count" in text


def test_a_table_without_places_has_none(site: Site, client: FlaskClient) -> None:
    """Lakes of which nobody has said where they are."""
    without = [slug for slug, table in site.pages.tables.tables.items() if not table.chains]
    assert without
    for slug in without:
        assert client.get(f"/table/{slug}.places.json").status_code == 404
        assert "data-places" not in page(client, f"/table/{slug}")


def test_the_site_as_files_has_them_too(groves: Site) -> None:
    names = {each.file for each in export_requests(groves, ())}
    assert "table/grove.places.json" in names
    assert sum(name.endswith(".places.json") for name in names) == 1
