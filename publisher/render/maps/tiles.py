"""Tiles of the web beneath a map: which of them, and where each one stands.

All tile servers cut the world alike: at zoom ``z`` it is a square of 2^z by 2^z tiles in the web
Mercator projection (EPSG:3857), counted from the north-west.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asinh, ceil, floor, log2, pi, radians, tan

from publisher.render.maps.outlines import Position

# A map is at most 27 rem wide, 1.2 points a unit, and a tile is made for 256 points.
_LARGEST = 256 / 1.2
# So many tiles of one map are asked for; with more of them each is drawn larger instead.
_MOST = 16
_LAST_ZOOM = 19
# Where the world is as high as wide; what lies beyond is on no tile.
_NORTHERNMOST = 85.0511287798066
# Neighbours overlap by so much of a unit, or their edges would shine through between them.
_SEAM = 0.3
# The least part of the world that a map shows: of one point its town, else a few hundred metres.
LONE, CLOSEST = 2.0**-12, 2.0**-16


@dataclass(frozen=True)
class TileSource:
    """Who has tiles.

    Attributes:
        address: Template of their addresses, with {z}, {x}, {y}.
        credit: Who made them.
        link: Where more is said of that; empty for nowhere.
    """

    address: str
    credit: str
    link: str = ""

    def of(self, zoom: int, x: int, y: int) -> str:
        """Return the address of a tile.

        >>> TileSource("/tiles/{z}/{x}/{y}.png", "").of(6, 34, 18)
        '/tiles/6/34/18.png'
        """
        numbers = {"{z}": zoom, "{x}": x, "{y}": y}
        address = self.address
        for place, number in numbers.items():
            address = address.replace(place, str(number))
        return address


@dataclass(frozen=True)
class Tile:
    """A tile on a map; left, top and size in units of the map."""

    href: str
    left: float
    top: float
    size: float


def web_mercator(position: Position) -> Position:
    """Return where a position in degrees is on the square world, of width 1, from the north-west.

    >>> [round(part, 6) for part in web_mercator((15.635, 60.606))]
    [0.543431, 0.287002]
    """
    north = radians(max(-_NORTHERNMOST, min(position[1], _NORTHERNMOST)))
    return position[0] / 360 + 0.5, (1 - asinh(tan(north)) / pi) / 2


def lay(
    source: TileSource, scale: float, left: float, top: float, width: float, height: float
) -> tuple[Tile, ...]:
    """Return the tiles that cover a map, row by row.

    Args:
        source: Who has them.
        scale: How many units of the map the world is wide.
        left: Where the western edge of the world is on the map.
        top: Where its northern edge is.
        width: Of the map, in its units.
        height: Likewise.
    """
    zoom = min(_LAST_ZOOM, max(0, ceil(log2(scale / _LARGEST))))
    while True:
        count: int = 2**zoom
        size = scale / count
        columns = _seen(left, width, size, count)
        rows = _seen(top, height, size, count)
        if len(columns) * len(rows) <= _MOST or zoom == 0:
            break
        zoom -= 1
    return tuple(
        Tile(
            source.of(zoom, x, y),
            round(left + x * size, 1),
            round(top + y * size, 1),
            round(size + _SEAM, 1),
        )
        for y in rows
        for x in columns
    )


def _seen(start: float, length: float, size: float, count: int) -> range:
    """Return the numbers of the tiles that cover a length, in a row that starts somewhere."""
    return range(max(0, floor(-start / size)), min(count, ceil((length - start) / size)))
