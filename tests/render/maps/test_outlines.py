"""Geometries as points, lines and rings."""

from __future__ import annotations

import pytest

from publisher.render.maps.geometry import (
    BoundingBox,
    Outline,
    bounding_box,
    interior_position,
    read_outline,
    ring_area,
)


@pytest.mark.parametrize(
    ("wkt", "expected"),
    [
        ("POINT(15.6 60.6)", Outline(points=((15.6, 60.6),))),
        ("MULTIPOINT((1 2), (3 4))", Outline(points=((1, 2), (3, 4)))),
        ("LINESTRING(1 2, 3 4, 3 4)", Outline(lines=(((1, 2), (3, 4)),))),
        ("POLYGON((0 0, 2 0, 2 2, 0 0))", Outline(rings=(((0, 0), (2, 0), (2, 2)),))),
        (
            "<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(60.6 15.6)",
            Outline(points=((15.6, 60.6),)),
        ),
    ],
)
def test_each_kind_of_geometry_is_drawn(wkt: str, expected: Outline) -> None:
    """OGC 06-103r4, section 7; a ring does not repeat its first position."""
    assert read_outline([wkt]) == expected


def test_a_hole_is_a_ring_too() -> None:
    """The stylesheet fills by the even-odd rule, so a lake in a county stays water."""
    hole = "POLYGON((0 0, 9 0, 9 9, 0 0), (4 3, 5 3, 5 4, 4 3))"
    assert len(read_outline([hole]).rings) == 2


@pytest.mark.parametrize(
    "wkt", ["", "POINT", "POINT(1)", "POLYGON((0 0, 1 1, 0 0))", "POINT(200 9)"]
)
def test_what_cannot_be_drawn_is_left_out(wkt: str) -> None:
    """A page without a map is better than no page, and a metre is no degree."""
    assert read_outline([wkt]) == Outline()


def test_geometries_of_one_thing_are_drawn_together() -> None:
    """A county may have a boundary and a seat."""
    found = read_outline(["POINT(1 1)", "POLYGON((0 0, 2 0, 2 2, 0 0))"])
    assert (len(found.points), len(found.rings)) == (1, 1)


def test_a_name_stands_inside_a_bent_area() -> None:
    """The middle of the box of a horseshoe is not in it; its widest part has room for a name."""
    horseshoe = ((0.0, 0.0), (9.0, 0.0), (9.0, 8.0), (6.0, 8.0), (6.0, 2.0), (0.0, 2.0))
    assert bounding_box(horseshoe) == BoundingBox(0, 0, 9, 8)
    assert interior_position(horseshoe) == (4.5, 1.0)


def test_the_area_of_a_ring_has_a_sign_for_its_direction() -> None:
    """The shoelace formula."""
    assert ring_area(((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))) == 4
    assert ring_area(((0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0))) == -4
