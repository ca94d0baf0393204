"""What the build says of a catalogue that is not ready for a portal."""

from __future__ import annotations

from pyoxigraph import RdfFormat, parse

from publisher.release.catalogue.notices import catalogue_notices, release_notices
from publisher.release.model import Release

BASE = "https://data.example.org/"
PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
BASE <https://data.example.org/>
"""


def said(turtle: str, *datasets: str) -> list[str]:
    """Return the notices on a catalogue, in English."""
    quads = parse(PREFIXES + turtle, format=RdfFormat.TURTLE)
    return [n["en"] for n in catalogue_notices((quad.triple for quad in quads), datasets, BASE)]


def test_a_contact_address_that_belongs_to_nobody_is_named() -> None:
    """RFC 2606: mail to example.org reaches nobody, and the portal shows it."""
    turtle = "<d> dcat:contactPoint <c> . <c> vcard:hasEmail <mailto:a@mail.example.org> ."

    assert said(turtle) == [
        "The contact address a@mail.example.org is a placeholder. Change it in "
        "data/catalogue.ttl before you register the feed with a portal."
    ]


def test_a_real_contact_address_is_nothing_to_speak_of() -> None:
    """Only the placeholder is to be changed."""
    turtle = "<d> dcat:contactPoint <c> . <c> vcard:hasEmail <mailto:a@regiondalarna.se> ."

    assert said(turtle) == []


def test_a_dataset_that_the_catalogue_forgets_is_named() -> None:
    """It has dumps, and no portal would ever see it."""
    found = said("<catalog> dcat:dataset <dataset/lakes> .", "lakes", "rivers")

    assert len(found) == 1
    assert found[0].startswith("The dataset rivers is not in the catalogue.")


def test_a_theme_that_nobody_describes_is_named(catalogued: Release) -> None:
    """data.europa.eu counts a theme without a label as an error."""
    found = [notice["en"] for notice in release_notices(catalogued)]

    assert [line.split(" ")[0] for line in found if "no label" in line] == [
        "http://publications.europa.eu/resource/authority/data-theme/NEWS"
    ]


def test_a_place_without_extent_is_named() -> None:
    """Portals draw a map."""
    found = said("<d> dcterms:spatial <http://places.example/1> .")

    assert found == [
        "The place http://places.example/1 has no extent. Give a place in the data that has a "
        "geometry the property schema:sameAs http://places.example/1."
    ]


def test_notices_come_in_both_languages(catalogued: Release) -> None:
    """Staff read them."""
    assert all({"sv", "en"} <= set(notice) for notice in release_notices(catalogued))
    assert all(notice["sv"] != notice["en"] for notice in release_notices(catalogued))
