"""Boundaries with fewer points."""

from __future__ import annotations

from math import cos, pi, sin

from publisher.render.maps.geometry import Outline, simplify_outlines

# Two squares that share the line from (10, 0) to (10, 10), which bends a little on its way.
SHARED = ((10.0, 3.0), (10.2, 5.0), (10.0, 7.0))
WEST = Outline(rings=(((0.0, 0.0), (10.0, 0.0), *SHARED, (10.0, 10.0), (0.0, 10.0)),))
EAST = Outline(rings=(((10.0, 0.0), (20.0, 0.0), (20.0, 10.0), (10.0, 10.0), *SHARED[::-1]),))


def test_a_point_that_changes_little_goes() -> None:
    """It would cost bytes and show nothing."""
    (west,) = simplify_outlines([WEST], 1.0, 100)
    assert west.rings == (((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)),)


def test_neighbours_keep_the_same_line_between_them() -> None:
    """Else a gap would open, or one lie over the other."""
    west, east = simplify_outlines([WEST, EAST], 0.1, 100)
    between = {point for point in west.rings[0] if point[0] >= 10}
    assert between == {(10.0, 0.0), (10.0, 3.0), (10.2, 5.0), (10.0, 7.0), (10.0, 10.0)}
    assert between == {point for point in east.rings[0] if point[0] <= 10.2}


def test_where_three_boundaries_meet_the_point_stays() -> None:
    """A corner of one neighbour lies on the straight side of another."""
    north = Outline(rings=(((0.0, 0.0), (20.0, 0.0), (10.0, -9.0)),))
    (_, _, above) = simplify_outlines([WEST, EAST, north], 50.0, 100)
    assert above.rings == (((0.0, 0.0), (20.0, 0.0), (10.0, -9.0)),)
    assert (10.0, 0.0) in simplify_outlines([WEST, EAST], 50.0, 100)[0].rings[0]


def test_a_map_has_at_most_so_many_points() -> None:
    """A boundary in metres must not make a page of megabytes; a ring is never less than three."""
    circle = tuple((100 * cos(n * pi / 500), 100 * sin(n * pi / 500)) for n in range(1000))
    assert len(simplify_outlines([Outline(rings=(circle,))], 0.0, 60)[0].rings[0]) == 60
    assert len(simplify_outlines([Outline(rings=(circle,))], 1e9, 0)[0].rings[0]) == 3


def test_lines_keep_their_ends() -> None:
    """A river begins and ends where it does."""
    river = Outline(lines=(((0.0, 0.0), (1.0, 0.1), (2.0, 0.0)),))
    assert simplify_outlines([river], 1.0, 100)[0].lines == (((0.0, 0.0), (2.0, 0.0)),)


def test_the_order_of_the_areas_does_not_matter() -> None:
    """The same data gives the same bytes."""
    west, east = simplify_outlines([WEST, EAST], 0.3, 100)
    assert simplify_outlines([EAST, WEST], 0.3, 100) == (east, west)
