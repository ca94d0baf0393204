"""The publisher's own pages: Markdown in a folder becomes safe pages, linked from every foot."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.config import Config
from publisher.release.model import Release
from publisher.render.own_pages import read_own_pages
from publisher.serve.app import create_flask
from publisher.serve.site import open_site

HTML = {"Accept": "text/html"}
ABOUT = """# Om oss

Vi **mäter** vatten. <script>alert(1)</script> [fel](javascript:alert(1)) [rätt](https://example.org/)
"""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of pages."""
    folder = tmp_path_factory.mktemp("pages")
    for name, text in {
        "om.sv.md": ABOUT,
        "om.en.md": "# About us\n\nWe measure water.\n",
        "tillganglighet.sv.md": "# Tillgänglighet\n",
        "utan-sprak.md": "Bara text.",
        "Fel namn.md": "# Nej",
        "anteckning.txt": "nej",
        "logo.svg": LOGO,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def own(config: Config, release: Release, folder: Path) -> Iterator[FlaskClient]:
    """Return a client of the tiny world with pages of its publisher's own."""
    settings = dataclasses.replace(config, pages=str(folder), logo="logo.svg", colour="#0b5268")
    site = open_site(settings, release)
    yield create_flask(site).test_client()
    site.engine.close()


def test_files_are_pages_by_name_and_language(folder: Path) -> None:
    pages = read_own_pages(folder).pages

    assert {name: sorted(found) for name, found in pages.items()} == {
        "om": ["en", "sv"],
        "tillganglighet": ["sv"],
        "utan-sprak": [""],
    }
    assert pages["utan-sprak"][""].title == "utan-sprak"


@pytest.mark.parametrize("colour", ["red; } body { display: none", "#fff", "url(x)", ""])
def test_only_a_colour_is_a_colour(folder: Path, colour: str) -> None:
    """It stands in a style sheet."""
    assert read_own_pages(folder, colour=colour).colour == ""


@pytest.mark.parametrize("logo", ["../secret.svg", "/etc/passwd", "om.sv.md", "saknas.svg", ""])
def test_a_logo_is_a_picture_of_the_folder(folder: Path, logo: str) -> None:
    assert read_own_pages(folder, logo=logo).logo is None


def test_a_folder_that_is_not_there_has_no_pages(tmp_path: Path) -> None:
    assert read_own_pages(tmp_path / "none").pages == {}


@pytest.mark.slow
def test_a_page_is_safe_and_in_the_reader_s_language(own: FlaskClient) -> None:
    """What is HTML in the text is text on the page, and a script is no link."""
    swedish = own.get("/page/om?lang=sv", headers=HTML)
    english = own.get("/page/om?lang=en", headers=HTML)

    assert "<h1>Om oss</h1>" in swedish.text
    assert "<strong>mäter</strong>" in swedish.text
    assert "&lt;script&gt;" in swedish.text
    assert 'href="javascript:' not in swedish.text
    assert '<a href="https://example.org/">rätt</a>' in swedish.text
    assert "We measure water." in english.text
    assert "script-src 'self'" in swedish.headers["Content-Security-Policy"]


@pytest.mark.slow
def test_every_page_has_logo_colour_and_links_to_the_pages(own: FlaskClient) -> None:
    """A page that is in one language alone says which."""
    home = own.get("/?lang=en", headers=HTML).text

    assert '<img class="logo" src="/page/logo"' in home
    assert '<link rel="stylesheet" href="/page/colour.css">' in home
    assert ">About us</a>" in home
    assert '<a href="/page/tillganglighet?lang=en" lang="sv">Tillgänglighet</a>' in home
    assert own.get("/page/logo").data.decode() == LOGO
    assert own.get("/page/colour.css").text == ":root { --body: #0b5268; }\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nej", "om.sv", "..%2fom", "Fel%20namn"])
def test_what_is_no_page_is_not_found(own: FlaskClient, name: str) -> None:
    assert own.get(f"/page/{name}", headers=HTML).status_code == 404
