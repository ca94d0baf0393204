"""The located things of a release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.render.maps import gazetteer
from publisher.render.maps.gazetteer import Gazetteer, fetch_gazetteer

if TYPE_CHECKING:
    from tests.render.conftest import Pond

    Dig = Callable[[str], Pond]

ID = "https://data.example.org/id/"
PREFIXES = """
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX locn: <http://www.w3.org/ns/locn#>
PREFIX schema: <https://schema.org/>
PREFIX wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#>
"""
PLACES = """
:sweden skos:prefLabel "Sverige"@sv .
:dalarna geo:hasGeometry :outline ; schema:containedInPlace :sweden .
:outline geo:asWKT "POLYGON((13 60, 16 60, 16 62, 13 60))"^^geo:wktLiteral ; dcterms:source :scb .
:mora geo:hasGeometry [ geo:asWKT "POLYGON((14 60.5, 15 60.5, 15 61, 14 60.5))" ] ;
    dcterms:isPartOf :dalarna .
:town wgs:lat 60.6 ; wgs:long 14.9 . :mora geo:sfContains :town .
:church locn:geometry "POINT(14.8 60.6)"^^geo:wktLiteral .
:other geo:hasGeometry [ geo:asWKT "POLYGON((10 60, 11 60, 11 62, 10 60))" ] .
:scb skos:prefLabel "SCB"@sv .
"""


def _read(pond: Dig) -> Gazetteer:
    return fetch_gazetteer(pond(PREFIXES + PLACES).engine)


def test_things_are_located_in_each_usual_way(pond: Dig) -> None:
    """GeoSPARQL 1.1, the Location Core Vocabulary, and the old WGS 84 vocabulary."""
    found = _read(pond)
    assert [name.removeprefix(ID) for name in found.outlines] == [
        "church",
        "dalarna",
        "mora",
        "other",
        "town",
    ]
    assert found.outlines[ID + "town"].points == ((14.9, 60.6),)


def test_a_geometry_is_not_a_place_of_its_own(pond: Dig) -> None:
    """It belongs to what it is the geometry of."""
    assert _read(pond).owners == {ID + "outline": ID + "dalarna"} | {
        blank: owner for blank, owner in _read(pond).owners.items() if "/" not in blank
    }


def test_wholes_are_followed_to_the_last(pond: Dig) -> None:
    """Said by the part or by the whole, and with or without a place on a map."""
    found = _read(pond)
    assert [n.removeprefix(ID) for n in found.containing(ID + "town")] == [
        "mora",
        "dalarna",
        "sweden",
    ]
    assert [n.removeprefix(ID) for n in found.below(ID + "dalarna")] == ["mora", "town"]


def test_the_ground_are_the_areas_within_no_other(pond: Dig) -> None:
    """Points are no ground."""
    assert [n.removeprefix(ID) for n in _read(pond).outermost] == ["dalarna", "other"]


def test_the_sources_of_a_geometry_are_known(pond: Dig) -> None:
    """A map tells who says where things are."""
    assert _read(pond).sources[ID + "dalarna"] == (ID + "scb",)


def test_a_circle_of_wholes_ends(pond: Dig) -> None:
    """Wrong data must not stop a site."""
    circle = ":a wgs:lat 1 ; wgs:long 1 ; dcterms:isPartOf :b . :b dcterms:isPartOf :a ."
    assert fetch_gazetteer(pond(PREFIXES + circle).engine).containing(ID + "a") == [ID + "b"]


def test_too_many_located_things_make_no_overview(
    pond: Dig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A map of a million points is all ink, and reading them would cost memory."""
    monkeypatch.setattr(gazetteer, "MOST", 4)
    assert _read(pond) == Gazetteer()


REPORTED = Path(__file__).parents[4] / "shared" / "field" / "data" / "geometries" / "data.ttl"


def test_every_reported_way_of_saying_where_a_thing_is_is_drawn(pond: Dig) -> None:
    """Twelve ways, one place; the empty one is nowhere."""
    if not REPORTED.is_file():
        pytest.skip("the reports are not in this workplace")
    found = fetch_gazetteer(pond(REPORTED.read_text("utf-8")).engine)
    there = {name.rpartition("/")[2]: outline for name, outline in found.outlines.items()}
    assert sorted(there) == sorted(
        [
            "centroid",
            "coll",
            "crs84",
            "default",
            "epsg3006",
            "epsg4258",
            "epsg4326",
            "geojson",
            "gml",
            "schema",
            "z",
        ]
    )
    for name, outline in there.items():
        ((longitude, latitude),) = outline.points
        assert (longitude, latitude) == pytest.approx((15.6, 60.6), abs=0.01), name


def test_a_centroid_counts_only_where_there_is_nothing_else(pond: Dig) -> None:
    """The middle of an area is a worse answer than its boundary; numbers may have a comma."""
    found = fetch_gazetteer(
        pond(
            PREFIXES
            + """
            :field geo:hasGeometry [ geo:asWKT "POLYGON((1 1, 2 1, 2 2, 1 1))" ] ;
                geo:hasCentroid [ geo:asWKT "POINT(1.7 1.3)" ] .
            :well <http://schema.org/geo> [
                <http://schema.org/latitude> "46,2" ; <http://schema.org/longitude> "6,1"
            ] .
            :spring schema:latitude 46.2 ; schema:longitude 6.1 .
            """
        ).engine
    )
    assert found.outlines[ID + "field"].points == ()
    assert len(found.outlines[ID + "field"].rings) == 1
    assert found.outlines[ID + "well"].points == ((6.1, 46.2),)
    assert found.outlines[ID + "spring"].points == ((6.1, 46.2),)
