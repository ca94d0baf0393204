"""What lies beneath a map: simplified areas of the data, or tiles of the web."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import asinh, ceil, floor, log2, pi, radians, tan

from publisher.render.maps.gazetteer import Gazetteer
from publisher.render.maps.geometry import (
    BoundingBox,
    LineString,
    Outline,
    Position,
    bounding_box,
    make_projection,
    simplify_outlines,
)

WIDTH = 360.0
_HEIGHTS = (200.0, 460.0)
_MARGIN = 14.0
# A map without tiles may come as close as it likes, but nothing is divided by nought.
_SMALLEST_WIDTH = 1e-6
# Paths are written in quarters of a unit, whole numbers: finer than a screen shows.
GRID = 4
# A point stays when its triangle covers more, in square units; and at most so many stay in all.
_SMALLEST_AREA = 1.2
_MOST_POINTS = 1500
# A map that moves shows more: a point stays for a sixteenth of the area. The page carries them all.
_SMALLEST_LIVE_AREA = _SMALLEST_AREA / 16
_MOST_LIVE_POINTS = 2000
_MOST_CACHED = 64


@dataclass(frozen=True)
class Basemap:
    """A view laid flat.

    Attributes:
        height: Of the map, in its units.
        project: Degrees → units of the map.
        outlines: IRI → the areas and lines that can be seen, in units of the map.
        paths: The same as SVG writes them.
        tiles: What lies beneath them, if tiles do.
        whole: IRI → the areas and lines as they are, in degrees.
    """

    height: float
    project: Callable[[Position], Position]
    outlines: Mapping[str, Outline]
    paths: Mapping[str, str]
    tiles: tuple[Tile, ...] = ()
    whole: Mapping[str, Outline] = field(default_factory=dict, repr=False)

    def live_outlines(self, names: Iterable[str]) -> dict[str, Outline]:
        """Return areas and lines for a map that moves, in degrees, with the points that matter."""
        shown = [name for name in names if name in self.whole]
        degrees: dict[Position, Position] = {}
        moved = []
        for name in shown:
            moved.append(self.whole[name].moved(self.project))
            positions = zip(moved[-1].positions(), self.whole[name].positions(), strict=True)
            degrees.update(positions)
        simplified = simplify_outlines(moved, _SMALLEST_LIVE_AREA, _MOST_LIVE_POINTS)
        return {
            name: outline.moved(degrees.__getitem__)
            for name, outline in zip(shown, simplified, strict=True)
        }

    def shows(self, position: Position) -> bool:
        """Tell whether a position, in units of the map, lies on it."""
        return bounding_box([position]).meets(BoundingBox(0, 0, WIDTH, self.height))


class BasemapCache:
    """The basemaps of one release; the most recently used are cached."""

    def __init__(self, gazetteer: Gazetteer, source: TileSource | None = None) -> None:
        """Keep where the located things are, and who has the tiles beneath them, if anybody."""
        self._gazetteer = gazetteer
        self.source = source
        # A method must not be cached for the life of the program, so the cache is the object's.
        self._make_cached = lru_cache(maxsize=_MOST_CACHED)(self._make)

    def sheet(self, view: Iterable[str], shown: Iterable[str]) -> Basemap:
        """Return a view laid flat.

        Args:
            view: Located things that the map reaches around.
            shown: Located things that it shows; of these points are not on the sheet.
        """
        outlines = self._gazetteer.outlines
        areas = [name for name in view if outlines[name].rings or outlines[name].lines]
        reached = bounding_box(p for n in areas for p in outlines[n].positions()) if areas else None
        beyond = [
            name
            for name in view
            if name not in areas
            and not (reached and all(_contains(reached, p) for p in outlines[name].positions()))
        ]
        drawn = (n for n in dict.fromkeys(shown) if outlines[n].rings or outlines[n].lines)
        return self._make_cached(tuple([*areas, *beyond]), tuple(drawn))

    def _make(self, view: tuple[str, ...], shown: tuple[str, ...]) -> Basemap:
        outlines = self._gazetteer.outlines
        reach = bounding_box(p for name in view for p in outlines[name].positions())
        flat = web_mercator if self.source else make_projection(reach)
        box = bounding_box(flat(p) for name in view for p in outlines[name].positions())
        least_box = _SMALLEST_WIDTH
        if self.source:
            least_box = SMALLEST_WIDTH if box.width or box.height else SINGLE_POINT_WIDTH
        least, most = _HEIGHTS
        room = WIDTH - 2 * _MARGIN
        scale = min(
            room / max(box.width, least_box), (most - 2 * _MARGIN) / max(box.height, least_box)
        )
        height = min(most, max(least, round(box.height * scale + 2 * _MARGIN)))
        left = WIDTH / 2 - (box.left + box.width / 2) * scale
        top = height / 2 - (box.top + box.height / 2) * scale

        def project(position: Position) -> Position:
            x, y = flat(position)
            return x * scale + left, y * scale + top

        seen = [_clip(outlines[name].moved(project), height) for name in shown]
        placed = {
            name: part
            for name, part in zip(
                shown, simplify_outlines(seen, _SMALLEST_AREA, _MOST_POINTS), strict=True
            )
            if part.rings or part.lines
        }
        paths = {name: path_of(placed[name]) for name in placed}
        tiles = (
            cover_with_tiles(self.source, scale, left, top, WIDTH, height) if self.source else ()
        )
        whole = {name: outlines[name] for name in placed}
        return Basemap(height, project, placed, paths, tiles, whole)


def _contains(box: BoundingBox, position: Position) -> bool:
    return bounding_box([position]).meets(box)


def _clip(outline: Outline, height: float) -> Outline:
    """Return an outline without the parts that lie outside the map."""
    page = BoundingBox(0, 0, WIDTH, height)
    return Outline(
        tuple(p for p in outline.points if bounding_box([p]).meets(page)),
        tuple(line for line in outline.lines if bounding_box(line).meets(page)),
        tuple(ring for ring in outline.rings if bounding_box(ring).meets(page)),
    )


def path_of(outline: Outline) -> str:
    """Return the lines and rings of an outline as one path, in whole quarters of a unit.

    >>> path_of(Outline(rings=(((0.0, 0.0), (1.0, 0.0), (1.0, 2.0)),)))
    'M0 0l4 0 0 8z'
    """
    rings = "".join(steps + "z" for steps in map(_path_steps, outline.rings) if steps)
    return rings + "".join(map(_path_steps, outline.lines))


def _path_steps(line: LineString) -> str:
    whole = [(round(x * GRID), round(y * GRID)) for x, y in line]
    steps = [
        (x - left, y - top) for (left, top), (x, y) in pairwise(whole) if (x, y) != (left, top)
    ]
    if not steps:
        return ""
    relative = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
    return f"M{whole[0][0]} {whole[0][1]}l{relative}"


# Tiles of the web beneath a map: which of them, and where each one is.
#
# All tile servers cut the world alike: at zoom ``z`` it is a square of 2^z by 2^z tiles in the web
# Mercator projection (EPSG:3857), counted from the north-west.

# A map is at most 27 rem wide, 1.2 points a unit, and a tile is made for 256 points.
_LARGEST_TILE = 256 / 1.2
# So many tiles of one map are asked for; with more of them each is drawn larger instead.
_MOST_TILES = 16
_LAST_ZOOM = 19
# Where the world is as high as wide; what lies beyond is on no tile.
_NORTHERNMOST = 85.0511287798066
# Neighbours overlap by so much of a unit, or their edges would shine through between them.
_TILE_OVERLAP = 0.3
# The least part of the world that a map shows: of one point its town, else a few hundred metres.
SINGLE_POINT_WIDTH, SMALLEST_WIDTH = 2.0**-12, 2.0**-16


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
        for placeholder, number in numbers.items():
            address = address.replace(placeholder, str(number))
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


def cover_with_tiles(
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
    zoom = min(_LAST_ZOOM, max(0, ceil(log2(scale / _LARGEST_TILE))))
    while True:
        count: int = 2**zoom
        size = scale / count
        columns = _visible_tiles(left, width, size, count)
        rows = _visible_tiles(top, height, size, count)
        if len(columns) * len(rows) <= _MOST_TILES or zoom == 0:
            break
        zoom -= 1
    return tuple(
        Tile(
            source.of(zoom, x, y),
            round(left + x * size, 1),
            round(top + y * size, 1),
            round(size + _TILE_OVERLAP, 1),
        )
        for y in rows
        for x in columns
    )


def _visible_tiles(start: float, length: float, size: float, count: int) -> range:
    """Return the numbers of the tiles that cover a length, in a row that starts somewhere."""
    return range(max(0, floor(-start / size)), min(count, ceil((length - start) / size)))
