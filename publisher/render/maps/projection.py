"""From degrees on the globe to a flat map: a transverse Mercator projection.

It is that of SWEREF 99 TM and of every UTM zone: true in shape everywhere, and true in size near
its central meridian (15° E for the middle of Sweden). The sphere stands for the ellipsoid; the
difference, at most 0.3 percent, is less than a pixel of a map as small as these.
"""

from __future__ import annotations

from collections.abc import Callable
from math import atan2, atanh, cos, radians, sin, tan

from publisher.render.maps.outlines import Box, Position

# Zones of six degrees, as UTM and SWEREF 99 TM count them.
_ZONE = 6.0
# Far from its central meridian the projection tears; a map of half the world is a plain grid.
_WIDEST = 40.0
# What lies a quarter of the globe away would be infinitely far.
_EDGE = 1 - 1e-9


def central_meridian(longitude: float) -> float:
    """Return the central meridian of the UTM zone of a longitude, in degrees.

    >>> [central_meridian(longitude) for longitude in (11.9, 14.6, 17.9, 18.1, -0.5)]
    [9.0, 15.0, 15.0, 21.0, -3.0]
    """
    return longitude // _ZONE * _ZONE + _ZONE / 2


def projection(view: Box) -> Callable[[Position], Position]:
    """Return what puts a position in degrees on a flat map, y downwards, in radii of the globe.

    Args:
        view: What the map shows, in degrees; ``top`` is the least latitude.
    """
    middle = (view.top + view.bottom) / 2
    if view.width > _WIDEST:
        narrowing = cos(radians(middle))
        return lambda p: (radians(p[0]) * narrowing, -radians(p[1]))
    meridian = central_meridian((view.left + view.right) / 2)

    def transverse_mercator(position: Position) -> Position:
        # Snyder, Map Projections: A Working Manual (USGS 1395), equations 8-1 to 8-3.
        east, north = radians(position[0] - meridian), radians(position[1])
        across = sin(east) * cos(north)
        return atanh(max(-_EDGE, min(across, _EDGE))), -atan2(tan(north), cos(east))

    return transverse_mercator
