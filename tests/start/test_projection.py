"""Plane coordinates of Sweden become the degrees that Lantmäteriet publishes for them."""

from __future__ import annotations

import pytest

from publisher.start.projection import SYSTEMS, named_system, system_of, to_degrees

# Lantmäteriet's control points for SWEREF 99 TM: latitude, longitude, N, E.
CONTROL_POINTS = (
    (55.0, 12.75, 6097106.672, 356083.438),
    (55.0, 14.25, 6095048.642, 452024.069),
    (57.0, 12.75, 6319636.937, 363331.554),
    (57.0, 19.5, 6326392.707, 773251.054),
    (59.0, 11.25, 6546096.724, 284626.066),
    (59.0, 19.5, 6548757.206, 758410.519),
    (61.0, 12.75, 6764877.311, 378323.440),
    (63.0, 12.0, 6989134.048, 348083.148),
    (65.0, 13.5, 7209293.753, 429270.201),
    (67.0, 24.0, 7459745.672, 891298.142),
    (69.0, 21.0, 7666089.698, 739639.195),
)


@pytest.mark.parametrize("point", CONTROL_POINTS)
def test_the_control_points_hold_to_a_millimetre(
    point: tuple[float, float, float, float],
) -> None:
    latitude, longitude, north, east = point
    found = to_degrees(north, east, 3006)
    assert found == pytest.approx((latitude, longitude), abs=2e-8)


def test_a_point_of_rt90_is_within_a_metre() -> None:
    """Gävle, as published examples of the two systems have it."""
    assert to_degrees(6728429, 1572570, 3021) == pytest.approx((60.66645, 17.13249), abs=1e-5)


def test_systems_of_neighbours_are_placed_east_first_in_the_registry() -> None:
    """The middle of a zone lies on its meridian, and its easting is half a million metres."""
    for epsg in (25832, 25833, 25835, 3067):
        latitude, longitude = to_degrees(6_643_000, 500_000, epsg)
        assert longitude == pytest.approx(SYSTEMS[epsg].meridian)
        assert 59 < latitude < 60
    assert to_degrees(0.0, 0.0, 3857) == pytest.approx((0.0, 0.0))


@pytest.mark.parametrize("epsg", [code for code in SYSTEMS if 3007 <= code <= 3018])
def test_a_zone_has_its_meridian_in_the_middle(epsg: int) -> None:
    latitude, longitude = to_degrees(6_600_000, 150_000, epsg)
    assert longitude == pytest.approx(SYSTEMS[epsg].meridian)
    assert 59 < latitude < 60
    assert named_system(SYSTEMS[epsg].name) == epsg


def test_the_range_of_a_coordinate_says_the_system_where_it_can() -> None:
    assert system_of(6_580_822, 674_032) == 3006
    assert system_of(6_581_036, 1_628_315) == 3021
    assert system_of(6_580_000, 152_000) is None
    assert system_of(59.3, 18.0) is None
