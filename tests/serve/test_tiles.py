"""Tiles beneath maps: on the pages of whoever sets an address for them, and nowhere else."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.export import caddy, nginx
from publisher.serve.export.rules import site_variants
from publisher.serve.site import Site, open_site

HTML = {"Accept": "text/html"}
FALUN = "/doc/municipality/falun?lang=sv"
PLAIN = "img-src 'self' data:;"
TILED = "img-src 'self' data: https://tiles.example.org:8443;"


@pytest.fixture(scope="module")
def tiled_site(municipal_site: Site, municipalities: Release) -> Iterator[Site]:
    """Return a site over the municipalities whose maps have tiles."""
    settings = dataclasses.replace(
        municipal_site.config,
        tile_url="https://tiles.example.org:8443/{z}/{x}/{y}.png",
        tile_credit="© Ruta & Karta https://tiles.example.org/terms",
    )
    opened = open_site(settings, municipalities)
    yield opened
    opened.engine.close()


@pytest.fixture
def tiled(tiled_site: Site) -> FlaskClient:
    """Return a client of it."""
    return create_flask(tiled_site).test_client()


@pytest.mark.slow
def test_a_map_has_tiles_and_says_who_made_them(tiled: FlaskClient) -> None:
    """In the same drawing, without a script; the credit is text, and its address a link."""
    page = tiled.get(FALUN, headers=HTML).text
    hrefs = re.findall(r'<img src="([^"]+)" alt="" fetchpriority="low"/>', page)
    assert hrefs
    assert all(re.fullmatch(r"https://tiles.example.org:8443/\d+/\d+/\d+.png", h) for h in hrefs)
    assert (
        'Kartrutor: <a href="https://tiles.example.org/terms" rel="noopener">© Ruta &amp; Karta</a>'
        in page
    )


def test_a_page_may_load_pictures_from_where_the_tiles_are(tiled: FlaskClient) -> None:
    """Of that origin, and nothing but pictures."""
    policy = tiled.get(FALUN, headers=HTML).headers["Content-Security-Policy"]
    assert TILED in policy
    assert policy.count("https://") == 1


@pytest.mark.slow
def test_a_page_of_the_past_has_tiles_too(tiled: FlaskClient, municipalities: Release) -> None:
    """The setting is the operator's of today, whatever release is shown."""
    answer = tiled.get(f"/release/{municipalities.id}{FALUN}", headers=HTML)
    assert "<foreignObject " in answer.text
    assert TILED in answer.headers["Content-Security-Policy"]


@pytest.mark.slow
def test_a_page_with_tiles_has_an_entity_tag_of_its_own(
    tiled: FlaskClient, kommuner: FlaskClient
) -> None:
    """A browser that kept the page without them asks, and gets this one."""
    plain = kommuner.get(FALUN, headers=HTML).headers["ETag"]
    answer = tiled.get(FALUN, headers=HTML | {"If-None-Match": plain})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != plain


def test_a_site_without_the_setting_asks_nobody_for_tiles(kommuner: FlaskClient) -> None:
    """The drawing is what it was before there were tiles, byte for byte."""
    answer = kommuner.get(FALUN, headers=HTML)
    assert PLAIN in answer.headers["Content-Security-Policy"]
    assert '<figure class="map" data-title="Karta: Falun"' in answer.text
    assert "data-tiles" not in answer.text
    assert (
        '>\n<svg viewBox="0 0 360 460" role="group"'
        ' aria-labelledby="map-title" aria-describedby="map-about">\n'
        '<title id="map-title">Karta: Falun</title>\n'
        '<desc id="map-about">Andra platser på kartan: Älvdalen; Ängelholm.</desc>\n'
        '<a class="area" href="/id/municipality/alvdalen?lang=sv" aria-label="Älvdalen">'
        '<title>Älvdalen</title><path transform="scale(0.25)" d="M561 356l150-297-141-3z"/></a>'
    ) in answer.text
    assert "<foreignObject" not in answer.text
    assert "Kartrutor" not in answer.text


@pytest.mark.parametrize("server", [nginx, caddy], ids=["nginx", "caddy"])
def test_servers_of_an_export_allow_the_tiles_too(
    server: object, tiled_site: Site, municipal_site: Site, tmp_path: Path
) -> None:
    """Its pages have them, since they are those of the site."""
    configuration = server.configuration  # type: ignore[attr-defined]
    written = [configuration(s, site_variants(s), tmp_path) for s in (tiled_site, municipal_site)]
    assert [TILED in text for text in written] == [True, False]
    assert [PLAIN in text for text in written] == [False, True]
