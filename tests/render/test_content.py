"""The pages of the real content: small, whole, and the same every time."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from publisher.config import Config
from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.site import open_site

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BASE = "https://w3id.org/nms-kluster/"
SLUGS = sorted(
    path.stem
    for path in (ROOT / "data" / "clusters").glob("*.ttl")
    if "cluster:ClusterInitiative ;" in path.read_text(encoding="utf-8")
)
LONGEST_BYTES = 60_000
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def reader(config: Config, clusters_release: Release) -> Iterator[FlaskClient]:
    """Return a client of the site of the real content."""
    releases = str(clusters_release.folder.parent)
    settings = dataclasses.replace(config, base_iri=BASE, releases=releases)
    site = open_site(settings, clusters_release)
    yield create_flask(site).test_client()
    site.engine.close()


def test_there_are_fourteen() -> None:
    """The tests below look at each."""
    assert len(SLUGS) == 14


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("slug", SLUGS)
def test_the_page_of_an_initiative_is_small_and_its_pictures_are_whole(
    reader: FlaskClient, slug: str, language: str
) -> None:
    """Below 60 kB uncompressed, its map and chart in it; each picture is well-formed XML."""
    response = reader.get(f"/doc/cluster/{slug}.html?lang={language}")
    assert response.status_code == 200
    assert len(response.data) < LONGEST_BYTES
    pictures = re.findall(r"<svg viewBox.*?</svg>", response.text.partition("<main")[2], re.DOTALL)
    for picture in pictures:
        assert ElementTree.fromstring(picture).find("title") is not None
    ids = re.findall(r'\bid="([^"]+)"', response.text)
    assert len(ids) == len(set(ids))


def test_the_home_page_shows_each_initiative_on_its_map(reader: FlaskClient) -> None:
    """Each has a seat in a town, or works in a whole area; the list beside the map names it."""
    page = reader.get("/?lang=sv", headers=PAGE).text
    caption = page.partition("<figcaption>")[2].partition("</figcaption>")[0]
    assert {slug for slug in SLUGS if f"/id/cluster/{slug}?" in caption} == set(SLUGS)


def test_the_figures_of_a_chart_stand_in_its_table(reader: FlaskClient) -> None:
    """Whoever cannot see the chart reads the table, qualifiers and all."""
    page = reader.get("/doc/cluster/paper-province.html?lang=sv").text
    chart = page.partition('<svg class="chart"')[2].partition("</svg>")[0]
    table = page.partition('<h2 id="figures-1">')[2].partition("</table>")[0].partition("<table")[2]
    drawn = re.findall(r'class="(?:number|qualifier)"[^>]*>([^<]+)<', chart)
    assert drawn == ["116", "exakt", "120", "nästan"]
    assert all(f">{text}<" in table for text in drawn)
