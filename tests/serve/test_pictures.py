"""The addresses of pictures, and what pages say of them."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client

PICTURE = "/picture/sv/doc/lake/siljan.png"


@pytest.mark.slow
def test_a_thing_has_a_picture(client: FlaskClient) -> None:
    """With validators, so that a network asks again for little."""
    answer = client.get(PICTURE)

    assert (answer.status_code, answer.content_type) == (200, "image/png")
    assert answer.data.startswith(b"\x89PNG")
    assert answer.headers["ETag"]
    assert answer.headers["Content-Language"] == "sv"


def test_a_picture_is_drawn_once(visitor: Client) -> None:
    """Then it comes from memory, which ``cache_mb`` bounds."""
    first, second = visitor.get(PICTURE), visitor.get(PICTURE)

    assert first.data == second.data
    assert visitor.get(PICTURE, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_what_does_not_exist_has_no_picture(client: FlaskClient) -> None:
    """Nor has a language that the site does not speak."""
    assert client.get("/picture/sv/doc/lake/nowhere.png").status_code == 404
    assert client.get("/picture/pl/doc/lake/siljan.png").status_code == 404


def test_a_page_names_its_picture_with_a_whole_address(client: FlaskClient) -> None:
    """The Open Graph protocol wants URLs; the picture is in the language of the page."""
    page = client.get("/doc/lake/siljan?lang=en", headers={"Accept": "text/html"}).text
    told = dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)"', page)
    )

    assert told["og:image"] == "http://localhost/picture/en/doc/lake/siljan.png"
    assert told["og:title"] == "Siljan"
    assert told["og:description"] == "A lake in &lt;Dalarna&gt; &amp; its &#34;heart&#34;."
    assert told["og:url"] == "http://localhost/doc/lake/siljan"
    assert told["og:locale"] == "en_GB"
    assert told["twitter:card"] == "summary_large_image"


@pytest.mark.slow
def test_pages_without_a_name_of_their_own_carry_the_picture_of_the_site(
    client: FlaskClient,
) -> None:
    """It exists, too."""
    for path in ("/", "/table/", "/sparql", "/shapes"):
        page = client.get(path, headers={"Accept": "text/html", "Accept-Language": "sv"}).text
        assert 'property="og:image" content="http://localhost/picture/sv/index.png"' in page
    assert client.get("/picture/sv/index.png").status_code == 200


def test_the_icons_of_the_site_exist(client: FlaskClient) -> None:
    """As drawing, as picture for those who read no drawings, and where old programs look."""
    page = client.get("/", headers={"Accept": "text/html"}).text
    icons = re.findall(r'<link rel="icon"[^>]*href="([^"]*)"', page)
    there = client.get("/favicon.ico")

    assert icons == ["/static/icon.svg", "/static/icon.png"]
    assert there.status_code == 301
    starts = (b"<svg", b"\x89PNG", b"\0\0\1\0")
    for place, start in zip((*icons, there.headers["Location"]), starts, strict=True):
        with client.get(place) as answer:
            assert answer.data.startswith(start)
