"""FAIR Signposting, level 1 and 2 (signposting.org/FAIR), and the catalogue of interfaces."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HTML = {"Accept": "text/html"}
LAKES = "https://data.example.org/dataset/lakes"
LICENCE = "http://creativecommons.org/publicdomain/zero/1.0/"


def links(answer: TestResponse) -> list[tuple[str, str, str]]:
    """Return relation, target and media type of each link in the header."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?', answer.headers["Link"])
    return [(relation, target, kind) for target, relation, kind in found]


def targets(answer: TestResponse, relation: str) -> list[str]:
    return [target for name, target, _ in links(answer) if name == relation]


@pytest.mark.slow
def test_a_landing_page_has_the_links_of_level_1(portal: FlaskClient) -> None:
    """One ``cite-as``, typed metadata, two types, the licence, the files."""
    page = portal.get("/dataset/lakes", headers=HTML)

    assert targets(page, "cite-as") == [LAKES]
    assert targets(page, "license") == [LICENCE]
    assert sorted(targets(page, "type")) == [
        "https://schema.org/AboutPage",
        "https://schema.org/Dataset",
    ]
    assert ("describedby", "http://localhost/dataset/lakes.ttl", "text/turtle") in links(page)
    assert {
        "http://localhost/dump/lakes.jsonld",
        "http://localhost/dump/lakes.nt",
        "http://localhost/dump/lakes.rdf",
        "http://localhost/dump/lakes.ttl",
    } <= set(targets(page, "item"))


@pytest.mark.parametrize("path", ["/dump/lakes.ttl", "/dump/lakes.nt.gz"])
def test_a_file_leads_back_to_the_landing_page(portal: FlaskClient, path: str) -> None:
    """Who was given a file finds what it is part of."""
    assert targets(portal.head(path, buffered=True), "collection") == [
        "http://localhost/dataset/lakes"
    ]


@pytest.mark.parametrize("extension", ["ttl", "jsonld", "rdf", "nt"])
def test_metadata_lead_back_to_the_landing_page(portal: FlaskClient, extension: str) -> None:
    """Exactly one ``describes``."""
    answer = portal.head(f"/dataset/lakes.{extension}")

    assert targets(answer, "describes") == ["http://localhost/dataset/lakes"]


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/dataset/lakes", "/doc/lake/siljan", "/def/water", "/catalog"])
def test_the_linkset_has_every_link_of_the_page(portal: FlaskClient, path: str) -> None:
    """Level 2: all links with absolute addresses, found from the page."""
    page = portal.get(path, headers=HTML)
    place = next(
        target
        for relation, target, kind in links(page)
        if relation == "linkset" and kind == "application/linkset+json"
    )
    answer = portal.get(place.removeprefix("http://localhost"))
    sets = json.loads(answer.get_data())["linkset"]
    own = next(one for one in sets if one["anchor"] == f"http://localhost{path}")

    assert answer.content_type == "application/linkset+json"
    for relation in ("cite-as", "describedby", "type", "license", "item"):
        assert [link["href"] for link in own.get(relation, [])] == targets(page, relation)


def test_the_linkset_leads_back_from_files_and_metadata(portal: FlaskClient) -> None:
    """It holds the links of the landing page, of its metadata and of its files."""
    sets = json.loads(portal.get("/linkset/dataset/lakes.json").get_data())["linkset"]
    by_anchor = {one["anchor"]: one for one in sets}
    page = [{"href": "http://localhost/dataset/lakes", "type": "text/html"}]

    assert by_anchor["http://localhost/dump/lakes.ttl"]["collection"] == page
    assert by_anchor["http://localhost/dataset/lakes.ttl"]["describes"] == page


def test_the_linkset_comes_as_text_too(portal: FlaskClient) -> None:
    """RFC 9264, section 4.1: the form of a Link field, with anchors."""
    answer = portal.get("/linkset/dataset/lakes.txt")
    lines = answer.get_data(as_text=True).splitlines()

    assert answer.content_type == "application/linkset"
    assert lines[0] == f'<{LAKES}>; rel="cite-as"; anchor="http://localhost/dataset/lakes",'


def test_a_thing_is_cited_by_its_own_iri(portal: FlaskClient) -> None:
    """The page is about the lake; the lake's IRI leads to the page."""
    page = portal.get("/doc/lake/siljan", headers=HTML)

    assert targets(page, "cite-as") == ["https://data.example.org/id/lake/siljan"]


def test_what_does_not_exist_has_no_linkset(portal: FlaskClient) -> None:
    """404, as the document itself."""
    assert portal.get("/linkset/dataset/seas.json").status_code == 404


@pytest.mark.slow
def test_the_interfaces_are_listed(portal: FlaskClient) -> None:
    """RFC 9727: a linkset whose items are the interfaces."""
    answer = portal.get("/.well-known/api-catalog")
    sets = json.loads(answer.get_data())["linkset"]

    assert answer.mimetype == "application/linkset+json"
    assert [item["href"] for item in sets[0]["item"]] == [
        "http://localhost/sparql",
        "http://localhost/catalog",
        "http://localhost/void",
        "http://localhost/mcp",
    ]
    for one in sets:
        for relation, found in one.items():
            for link in found if relation != "anchor" else ():
                path = link["href"].removeprefix("http://localhost")
                assert portal.head(path).status_code == 200


def test_the_home_page_leads_to_the_interfaces(portal: FlaskClient) -> None:
    """A machine that knows only the name of the site finds everything from there."""
    page = portal.get("/", headers=HTML)

    assert targets(page, "api-catalog") == ["http://localhost/.well-known/api-catalog"]
    assert "http://localhost/catalog.rdf" in targets(page, "describedby")
    assert "http://localhost/void.ttl" in targets(page, "describedby")
