"""Maps on pages: of any data, well-formed, and said again in a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from publisher.render.maps.maps import Maps
from publisher.render.maps.svg import Map
from publisher.render.page_model import Value

if TYPE_CHECKING:
    from tests.render.conftest import Pond

    Dig = Callable[[str], Pond]

BASE = "https://data.example.org/"
ID = BASE + "id/"
REGION = """
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX locn: <http://www.w3.org/ns/locn#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX schema: <https://schema.org/>
:north skos:prefLabel "North"@en ;
    geo:hasGeometry [ geo:asWKT "POLYGON((13 60, 17 60, 17 62, 13 62, 13 60))" ] .
:south skos:prefLabel "South"@en ;
    geo:hasGeometry [ geo:asWKT "POLYGON((13 58, 17 58, 17 60, 13 60, 13 58))" ] .
:inner skos:prefLabel "Inner"@en ; schema:containedInPlace :north ;
    geo:hasGeometry [ geo:asWKT "POLYGON((13 60, 15 60, 15 62, 13 62, 13 60))" ] .
:outer skos:prefLabel "Outer"@en ; schema:containedInPlace :north ;
    geo:hasGeometry [ geo:asWKT "POLYGON((15 60, 17 60, 17 62, 15 62, 15 60))" ] .
:town skos:prefLabel "Town"@en ; schema:containedInPlace :inner ;
    geo:hasGeometry [ geo:asWKT "POINT(14 61)" ] .
:mill a water:Firm ; skos:prefLabel "Mill"@en ; org:hasSite :mill-site ; schema:areaServed :south .
:mill-site locn:location :town .
:yard a water:Firm ; skos:prefLabel "Yard"@en ; org:hasSite :yard-site .
:yard-site locn:location :town .
:guide a water:Firm ; skos:prefLabel "Guide"@en ; schema:areaServed :south .
"""
FIRMS = [ID + name for name in ("mill", "yard", "guide")]


def _link(name: str) -> Value:
    return Value(name.removeprefix(ID), "/" + name.removeprefix(BASE))


def _drawn(pond: Dig, name: str) -> Map:
    found = pond(REGION)
    description = found.describe(ID + name)
    maps = Maps(found.engine, FIRMS)
    drawn = maps.of_document(ID + name, description, "en", _link, {})
    assert drawn is not None
    return drawn


def _listed(drawn: Map) -> dict[str, list[tuple[str, list[str]]]]:
    return {
        listing.heading: [(e.name.text, [v.text for v in e.values]) for e in listing.entries]
        for listing in drawn.listings
    }


def test_a_thing_is_shown_at_its_seat_and_in_its_area(pond: Dig) -> None:
    """The seat is found through the site and the place of that."""
    drawn = _drawn(pond, "mill")
    assert [(s.css, s.link.text) for s in drawn.sights] == [
        ("area chosen", "South"),
        ("spot chosen", "Town"),
    ]
    assert len(drawn.ground) == 1


def test_a_place_shows_who_is_there_and_what_lies_within_it(pond: Dig) -> None:
    """Those in a town are in its county too."""
    assert _listed(_drawn(pond, "north")) == {
        "Who is here": [("Town", ["Mill", "Yard"])],
        "Within it": [("Inner", []), ("Outer", [])],
    }


def test_a_part_is_shown_within_its_whole(pond: Dig) -> None:
    """The map is of the outermost area; the part itself is marked, and leads nowhere."""
    drawn = _drawn(pond, "inner")
    assert [(s.css, s.link.text, s.link.href) for s in drawn.sights] == [
        ("area chosen", "Inner", ""),
        ("area", "Outer", "/id/outer"),
        ("spot peopled", "Town: Mill, Yard", "/id/town"),
    ]


def test_the_overview_shows_seats_and_those_without_one_in_their_area(pond: Dig) -> None:
    """A thing of a whole county has no town to stand in."""
    drawn = Maps(pond(REGION).engine, FIRMS).of_home("en", lambda name: "/" + name)
    assert drawn is not None
    assert _listed(drawn) == {
        "Who is here": [("Town", ["Mill", "Yard"])],
        "For a whole area": [("South", ["Guide"])],
        "Other places on the map": [("North", [])],
    }


@pytest.mark.parametrize("name", ["mill", "guide", "north", "inner", "town"])
def test_the_list_says_what_the_map_shows(pond: Dig, name: str) -> None:
    """WCAG 2.2, 1.1.1: who cannot see the map reads the list, and misses no link."""
    drawn = _drawn(pond, name)
    values = [
        value
        for listing in drawn.listings
        for entry in listing.entries
        for value in (entry.name, *entry.values)
    ]
    led = {sight.link.href for sight in drawn.sights if sight.link.href}
    assert led <= {value.href for value in values}
    assert all(value.text in drawn.about for value in values)


def test_a_line_is_drawn_and_not_filled(pond: Dig) -> None:
    """A river is no lake; the stylesheet knows it by its class."""
    river = """:river skos:prefLabel "River"@en ;
        geo:hasGeometry [ geo:asWKT "LINESTRING(13 58, 14 59, 13.5 60, 14 61)" ] ."""
    found = pond(REGION + river)
    maps = Maps(found.engine, FIRMS)
    drawn = maps.of_document(ID + "river", found.describe(ID + "river"), "en", _link, {})
    assert drawn is not None
    (line,) = [sight for sight in drawn.sights if sight.link.text == "River"]
    assert line.css == "area line chosen"
    assert not line.path.endswith("z")


def test_a_thing_without_a_place_has_no_map(pond: Dig) -> None:
    """An empty frame helps nobody."""
    found = pond(REGION + ':idea skos:prefLabel "Idea"@en .')
    description = found.describe(ID + "idea")
    assert Maps(found.engine, FIRMS).of_document(ID + "idea", description, "en", _link, {}) is None
    assert Maps(pond(":a skos:prefLabel 'A'@en .").engine, [ID + "a"]).of_home("en", str) is None


def _svg(page: str) -> ElementTree.Element:
    found = re.search(r"<svg viewBox=.*?</svg>", page.partition("<main")[2], re.DOTALL)
    assert found is not None
    return ElementTree.fromstring(found[0])


@pytest.mark.slow
@pytest.mark.parametrize("path", ["", "doc/municipality/falun", "doc/municipality/alvdalen"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_map_of_other_data_is_well_formed(
    kommuner: FlaskClient, path: str, language: str
) -> None:
    """Points and areas of a dataset that the program has never seen, without a word of set-up."""
    page = kommuner.get(f"/{path}?lang={language}", headers={"Accept": "text/html"}).text
    svg = _svg(page)
    assert svg.find("title") is not None
    hrefs = {link.get("href") for link in svg.iter("a")}
    caption = page.partition("<figcaption>")[2].partition("</figcaption>")[0]
    assert hrefs
    assert hrefs <= set(re.findall(r'href="([^"]*)"', caption))


def test_a_county_shows_the_municipalities_that_name_it(kommuner: FlaskClient) -> None:
    """By whatever property, since data says it in its own words."""
    page = kommuner.get("/doc/county/dalarna?lang=sv", headers={"Accept": "text/html"}).text
    named = [link.get("aria-label") for link in _svg(page).iter("a")]
    assert sorted(filter(None, named)) == ["Falun", "Älvdalen"]


def test_a_map_needs_no_style_that_the_policy_refuses(kommuner: FlaskClient) -> None:
    """Content-Security-Policy: style-src 'self'; colours come from classes, light and dark."""
    page = kommuner.get("/doc/municipality/falun", headers={"Accept": "text/html"}).text
    assert not re.search(r"<[^>]+\sstyle=", page)
    assert "<style" not in page
    assert not any("fill" in element.attrib for element in _svg(page).iter())


def test_the_same_release_draws_the_same_map(pond: Dig) -> None:
    """A page's entity tag is a digest of its bytes."""
    assert _drawn(pond, "north") == _drawn(pond, "north")
