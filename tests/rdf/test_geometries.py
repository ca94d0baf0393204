"""Geometries in every usual notation and reference system → longitude and latitude."""

from __future__ import annotations

import pytest

from publisher.rdf.geometries import (
    GeometryUnreadable,
    parse_geometry,
    point_text,
    positions,
    read_geometry,
)

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
# Lantmäteriet's control points for SWEREF 99 TM: northing, easting, longitude, latitude.
CONTROL = [
    (6097106.672, 356083.438, 12.75, 55.0),
    (6095048.642, 452024.069, 14.25, 55.0),
    (6319636.937, 363331.554, 12.75, 57.0),
    (6326392.707, 773251.054, 19.5, 57.0),
    (6546096.724, 284626.066, 11.25, 59.0),
]
LEMAN = [6.15, 46.21]


@pytest.mark.parametrize(("north", "east", "longitude", "latitude"), CONTROL)
@pytest.mark.parametrize(
    "written",
    [
        f"<{EPSG}3006> POINT({{north}} {{east}})",
        "<urn:ogc:def:crs:EPSG::3006> POINT({north} {east})",
        # In the other order of axes, which many write.
        f"<{EPSG}3006> POINT({{east}} {{north}})",
        "SRID=3006;POINT({east} {north})",
        f'<gml:Point srsName="{EPSG}3006"><gml:pos>{{north}} {{east}}</gml:pos></gml:Point>',
        '<Point srsName="EPSG:3006"><coordinates>{east},{north}</coordinates></Point>',
    ],
)
def test_sweref_99_tm_is_placed_as_lantmateriet_has_it(
    written: str, north: float, east: float, longitude: float, latitude: float
) -> None:
    """Whatever notation and order of axes: a metre is a hundred-thousandth of a degree."""
    found = parse_geometry(written.format(north=north, east=east))
    assert found["coordinates"] == pytest.approx([longitude, latitude], abs=1e-5)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        # A zone of SWEREF 99, RT 90, ETRS89 in degrees, UTM, the Swiss grid, web maps.
        (f"<{EPSG}3011> POINT(6579000 153000)", [18.05, 59.33]),
        (f"<{EPSG}3021> POINT(6717000 1500000)", [15.8, 60.57]),
        (f"<{EPSG}4258> POINT(46.21 6.15)", LEMAN),
        (f"<{EPSG}4326> POINT(46.21 6.15)", LEMAN),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(6.15 46.21)", LEMAN),
        (f"<{EPSG}2056> POINT(2500570 1118560)", [6.15, 46.21]),
        (f"<{EPSG}3857> POINT(684615 5814500)", [6.15, 46.21]),
        ("<http://www.opengis.net/gml/srs/epsg.xml#4326> POINT(46.21 6.15)", LEMAN),
        ('{"type":"Feature","geometry":{"type":"Point","coordinates":[6.15,46.21]}}', LEMAN),
        ("<kml:Point><kml:coordinates>6.15,46.21</kml:coordinates></kml:Point>", LEMAN),
        ("geo:46.21,6.15;u=30", LEMAN),
        (point_text("46,21", " 6.15 "), LEMAN),
    ],
)
def test_each_reference_system_and_notation_is_placed(written: str, place: list[float]) -> None:
    """To a kilometre: that they are not exchanged, moved or dropped."""
    found = parse_geometry(written)
    assert found["type"] == "Point"
    assert found["coordinates"] == pytest.approx(place, abs=0.05)


@pytest.mark.parametrize(
    ("written", "kind", "count"),
    [
        ("GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(3 4, 5 6), POLYGON EMPTY)", None, 3),
        ("GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT Z (1 2 3)))", None, 1),
        ("TIN(((0 0, 1 0, 1 1, 0 0)), ((1 1, 2 1, 2 2, 1 1)))", "MultiPolygon", 8),
        ("multilinestringZM((1 2 3 4, 5 6 7 8))", "MultiLineString", 2),
        (
            "<gml:MultiSurface srsDimension='3'><gml:surfaceMember><gml:Polygon><gml:exterior>"
            "<gml:LinearRing><gml:posList>0 0 9 1 0 9 1 1 9 0 0 9</gml:posList></gml:LinearRing>"
            "</gml:exterior></gml:Polygon></gml:surfaceMember></gml:MultiSurface>",
            "Polygon",
            4,
        ),
        (
            "<gml:Envelope><gml:lowerCorner>1 2</gml:lowerCorner>"
            "<gml:upperCorner>3 4</gml:upperCorner></gml:Envelope>",
            "Polygon",
            5,
        ),
        (
            "<Placemark><name>A</name><Style/><MultiGeometry><Point><coordinates>1,2"
            "</coordinates></Point><Point><coordinates>3,4</coordinates></Point></MultiGeometry>"
            "</Placemark>",
            "MultiPoint",
            2,
        ),
        (
            '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":'
            '"LineString","coordinates":[[1,2],[3,4]]}}]}',
            "LineString",
            2,
        ),
    ],
)
def test_lines_areas_and_collections_are_read_whole(
    written: str, kind: str | None, count: int
) -> None:
    """No part is lost but the empty ones."""
    found = parse_geometry(written)
    assert found["type"] == (kind or "GeometryCollection")
    assert len(list(positions(found))) == count


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("Stortorget", "is no kind of geometry"),
        ("POINT(12)", "no geometry in WKT"),
        ("POINT(1 2) POINT(3 4)", "no geometry in WKT"),
        ("POINT(1 2", "no geometry in WKT"),
        ("POINT(lat long)", "no geometry in WKT"),
        ("CIRCULARSTRING(0 0, 1 1, 2 0)", "'CIRCULARSTRING' is no kind of geometry"),
        ("<gml:Arc><gml:posList>0 0 1 1 2 0</gml:posList></gml:Arc>", "'Arc' is no kind"),
        ("<gml:Point><gml:pos>1</gml:pos></gml:Point>", "no geometry in GML"),
        ("<gml:Point><gml:pos>a b</gml:pos></gml:Point>", "no geometry in GML"),
        ("<gml:Point>", "no geometry in GML"),
        ("{", "no geometry in GeoJSON"),
        ('{"type":"Point","coordinates":["1","2"]}', "no geometry in GeoJSON"),
        ('{"type":"Topology"}', "no geometry in GeoJSON"),
        ("geo:here", "no geometry in URI"),
        ("POINT(533000 6719000)", "outside the globe"),
        (f"<{EPSG}999999> POINT(1 2)", "reference system EPSG:999999 is not known"),
        ("<https://example.org/crs> POINT(1 2)", "https://example.org/crs is not known"),
        ('<!DOCTYPE x [<!ENTITY a "a">]><Point><pos>1 2</pos></Point>', "no geometry in GML"),
        ('<?xml version="1.0"?><!DOCTYPE x><Point><pos>1 2</pos></Point>', "no geometry in GML"),
        (f"{'GEOMETRYCOLLECTION(' * 500}POINT(1 2){')' * 500}", "no geometry in WKT"),
        ("[" * 100_000, "no geometry in WKT"),
    ],
)
def test_what_cannot_be_placed_has_a_reason(written: str, reason: str) -> None:
    """A sentence in each language, whatever is thrown at it; and no map shows a wrong place."""
    with pytest.raises(GeometryUnreadable) as error:
        parse_geometry(written)
    assert error.value.reason is not None
    assert reason in error.value.reason["en"]
    assert error.value.reason["sv"] != error.value.reason["en"]
    assert read_geometry(written) is None


@pytest.mark.parametrize("written", ["POINT EMPTY", "MULTIPOLYGON Z EMPTY", "<gml:MultiPoint/>"])
def test_what_is_empty_is_no_fault(written: str) -> None:
    """It says that there is no place."""
    with pytest.raises(GeometryUnreadable) as error:
        parse_geometry(written)
    assert error.value.reason is None
