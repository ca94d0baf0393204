"""From degrees to a flat map."""

from __future__ import annotations

import pytest

from publisher.render.maps.geometry import BoundingBox, make_projection

SWEDEN = BoundingBox(11.8, 58.8, 17.6, 62.3)
RADIUS = 6_371_000


def test_a_map_of_the_middle_of_sweden_has_the_central_meridian_of_sweref_99_tm() -> None:
    """On it nothing is displaced sideways."""
    flat = make_projection(SWEDEN)
    assert flat((15.0, 60.0))[0] == pytest.approx(0)
    assert flat((14.0, 60.0))[0] < 0 < flat((16.0, 60.0))[0]


def test_towns_lie_where_sweref_99_tm_has_them() -> None:
    """From Karlstad to Gävle it is 202 028 m east and 145 198 m north (EPSG:3006, by PROJ)."""
    flat = make_projection(SWEDEN)
    karlstad, gavle = flat((13.50357, 59.3793)), flat((17.14174, 60.67452))
    east, south = gavle[0] - karlstad[0], gavle[1] - karlstad[1]
    assert east * RADIUS == pytest.approx(202_028, rel=0.005)
    assert -south * RADIUS == pytest.approx(145_198, rel=0.005)


def test_a_map_of_the_world_is_a_plain_grid() -> None:
    """Far from its central meridian a transverse Mercator map tears."""
    flat = make_projection(BoundingBox(-180, -60, 180, 60))
    assert flat((90.0, 0.0)) == pytest.approx((1.5707963, 0))
    assert flat((-90.0, 60.0))[1] == pytest.approx(-1.0471976)


def test_what_lies_a_quarter_of_the_globe_away_is_far_and_not_infinite() -> None:
    """A thing elsewhere must not break the map of a town."""
    assert abs(make_projection(SWEDEN)((105.0, 0.0))[0]) < 20
