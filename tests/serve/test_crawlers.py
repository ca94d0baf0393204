"""robots.txt and the sitemap."""

from __future__ import annotations

from itertools import islice
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from publisher.addresses import Addresses
from publisher.serve.catalogue import sitemap, sitemap_index

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ADDRESSES = Addresses("https://data.example.org/", "http://localhost/")


def locations(content: bytes) -> list[str]:
    tree = ElementTree.fromstring(content)
    return [str(node.text) for node in tree.iter(f"{NAMESPACE}loc")]


def test_every_page_may_be_read_and_no_query_is_asked(portal: FlaskClient) -> None:
    """A crawler that follows links with queries would run them all (RFC 9309)."""
    robots = RobotFileParser()
    robots.parse(portal.get("/robots.txt").get_data(as_text=True).splitlines())

    assert robots.can_fetch("Googlebot", "http://localhost/dataset/lakes")
    assert robots.can_fetch("Googlebot", "http://localhost/sparql")
    assert not robots.can_fetch("Googlebot", "http://localhost/sparql?query=ASK%7B%7D")
    assert robots.site_maps() == ["http://localhost/sitemap.xml"]


def test_the_sitemap_lists_addresses_of_this_site(portal: FlaskClient) -> None:
    """A sitemap speaks for its own host alone; letters outside ASCII are escaped."""
    found = locations(portal.get("/sitemap.xml").get_data())

    assert "http://localhost/" in found
    assert "http://localhost/dataset/lakes" in found
    assert "http://localhost/doc/lake/v%C3%A4nern" in found
    assert all(place.startswith("http://localhost/") for place in found)


@pytest.mark.slow
def test_every_address_of_the_sitemap_answers(portal: FlaskClient) -> None:
    """200 with a page, without a redirect."""
    for place in locations(portal.get("/sitemap.xml").get_data()):
        path = place.removeprefix("http://localhost")
        answer = portal.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.mimetype) == (200, "text/html"), path


def test_the_sitemap_says_when_a_document_changed(portal: FlaskClient) -> None:
    """A date of the data, not of the request."""
    text = portal.get("/sitemap.xml").get_data(as_text=True)

    assert (
        "<url><loc>http://localhost/doc/lake/siljan</loc><lastmod>2026-01-02</lastmod></url>"
        in text
    )


def test_what_is_special_in_xml_is_escaped() -> None:
    """An ampersand is a letter of addresses."""
    assert b"<loc>http://localhost/doc/a&amp;b</loc>" in sitemap([("doc/a&b", "")], ADDRESSES)


def test_more_documents_than_one_file_may_list_get_an_index() -> None:
    """sitemaps.org allows 50,000 a file."""
    assert locations(sitemap_index(2, ADDRESSES)) == [
        "http://localhost/sitemap/1.xml",
        "http://localhost/sitemap/2.xml",
    ]


def test_the_parts_of_a_sitemap_are_those_that_exist(portal: FlaskClient) -> None:
    """The index leads to no empty file."""
    first = locations(portal.get("/sitemap/1.xml").get_data())

    assert list(islice(first, 2)) == ["http://localhost/", "http://localhost/catalog"]
    assert portal.get("/sitemap/0.xml").status_code == 404
    assert portal.get("/sitemap/2.xml").status_code == 404


def test_the_sitemap_lists_the_tables(portal: FlaskClient) -> None:
    """They are pages that people look for."""
    found = locations(portal.get("/sitemap.xml").get_data())

    assert "http://localhost/table/" in found
    assert "http://localhost/table/lake" in found
