"""Another publisher's data: every page of it is there, and nothing of ours is on them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from publisher.release.model import Release

pytestmark = pytest.mark.slow

OURS = re.compile(r"klust|cluster|mellansverige", re.IGNORECASE)


def pages(client: FlaskClient) -> list[str]:
    """Return the paths of all pages that the sitemap names, and of those that it leaves out."""
    tree = ElementTree.fromstring(client.get("/sitemap.xml").get_data())
    found = [str(node.text) for node in tree.iter() if node.tag.endswith("loc")]
    listed = [place.removeprefix("http://localhost") for place in found]
    return [*listed, "/def/k", "/shapes", "/sparql", "/query", "/release", "/search?q=falun"]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_page_of_another_publishers_data_is_there(
    kommuner: FlaskClient, municipalities: Release, language: str
) -> None:
    """The program was not touched; no word of our own content is in it."""
    fields = {"Accept": "text/html", "Accept-Language": language}
    answers = {path: kommuner.get(path, headers=fields) for path in pages(kommuner)}

    assert len(answers) > len(municipalities.documents)
    assert {path: a.status_code for path, a in answers.items() if a.status_code != 200} == {}
    assert [p for p, a in answers.items() if OURS.search(re.sub("<[^>]*>", "", a.text))] == []
    assert [p for p, a in answers.items() if len(re.findall("<h1[ >]", a.text)) != 1] == []


def test_a_page_of_another_publishers_data_has_everything_that_ours_have(
    kommuner: FlaskClient,
) -> None:
    """Facts below the shapes' names, the query, the picture, the files, the map."""
    page = kommuner.get("/doc/municipality/falun?lang=en", headers={"Accept": "text/html"}).text

    for part in ("County", "Letters", "Other names", "The query behind this page", "<svg viewBox"):
        assert part in page
    assert "/picture/en/doc/municipality/falun.png" in page
    assert kommuner.get("/picture/en/doc/municipality/falun.png").status_code == 200
    assert '<figure class="map' in page


def test_the_home_page_of_another_publishers_data_leads_to_it(kommuner: FlaskClient) -> None:
    """Its things, the tables, what changed, and how to take it away."""
    page = kommuner.get("/?lang=en", headers={"Accept": "text/html"}).text

    for part in ("Falun", "Åre", "Latest changes", "Use the data", "/sparql"):
        assert part in page
