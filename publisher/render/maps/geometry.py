"""Geometries: points, lines and rings; with fewer points, and laid flat."""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from math import atan2, atanh, cos, radians, sin, tan
from typing import Any

from publisher.rdf.geometries import readable, simple_geometries

# Longitude and latitude in degrees, or right and down on a map.
Position = tuple[float, float]
LineString = tuple[Position, ...]


@dataclass(frozen=True)
class Outline:
    """The geometries of one thing as one.

    Attributes:
        points: Where it is but a point.
        lines: Where it is a line.
        rings: The boundaries of its areas and of the holes in them; first and last position differ.
    """

    points: LineString = ()
    lines: tuple[LineString, ...] = ()
    rings: tuple[LineString, ...] = ()

    def positions(self) -> Iterator[Position]:
        """Yield every position."""
        return chain(self.points, *self.lines, *self.rings)

    def moved(self, project: Callable[[Position], Position]) -> Outline:
        """Return the outline with every position put elsewhere."""
        return Outline(
            tuple(map(project, self.points)),
            tuple(tuple(map(project, line)) for line in self.lines),
            tuple(tuple(map(project, ring)) for ring in self.rings),
        )


@dataclass(frozen=True)
class BoundingBox:
    """A rectangle around positions."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Return how wide it is."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Return how high it is."""
        return self.bottom - self.top

    def meets(self, other: BoundingBox) -> bool:
        """Tell whether two rectangles have a part in common, or touch."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )


def bounding_box(positions: Iterable[Position]) -> BoundingBox:
    """Return the smallest rectangle around at least one position."""
    across, down = zip(*positions, strict=True)
    return BoundingBox(min(across), min(down), max(across), max(down))


def read_outline(texts: Iterable[str]) -> Outline:
    """Return the outline that geometries draw together; those nobody can read are left out.

    >>> read_outline(["POINT(15.6 60.6)", "CIRCULARSTRING(1 2, 3 4)"]).points
    ((15.6, 60.6),)
    """
    return outline_of(chain.from_iterable(map(simple_geometries, readable(texts))))


def outline_of(parts: Iterable[Any]) -> Outline:
    """Return the outline that points, lines and polygons of GeoJSON draw together."""
    points: list[Position] = []
    lines: list[LineString] = []
    rings: list[LineString] = []
    for part in parts:
        kind, coordinates = part["type"], part["coordinates"]
        if kind == "Point":
            points += _line([coordinates])
        elif kind == "LineString":
            lines += [line for line in [_line(coordinates)] if len(line) > 1]
        else:
            rings += [ring for ring in map(_ring, coordinates) if len(ring) > 2]
    return Outline(tuple(points), tuple(lines), tuple(rings))


def _line(written: Any) -> LineString:
    """Return a line without positions that follow themselves, or are none."""
    listed = written if isinstance(written, list) else []
    placed = [(float(p[0]), float(p[1])) for p in listed if isinstance(p, list) and len(p) > 1]
    return tuple(p for n, p in enumerate(placed) if n == 0 or placed[n - 1] != p)


def _ring(written: Any) -> LineString:
    line = _line(written)
    return line[:-1] if len(line) > 1 and line[0] == line[-1] else line


def ring_area(ring: LineString) -> float:
    """Return the area of a ring, in the square of the positions' unit; negative on its way back."""
    following = (*ring[1:], *ring[:1])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True)) / 2


def interior_position(ring: LineString) -> Position:
    """Return a position well inside a ring: halfway along the longest of seven cuts across it."""
    box = bounding_box(ring)
    best, longest = (box.left, box.top), -1.0
    for eighth in (4, 3, 5, 2, 6, 1, 7):
        level = box.top + box.height * eighth / 8
        cuts = sorted(_crossings(ring, level))
        for one, other in zip(cuts[::2], cuts[1::2], strict=False):
            if other - one > longest * 1.1:  # the middle is left only for much more room
                best, longest = ((one + other) / 2, level), other - one
    return best


def _crossings(ring: LineString, level: float) -> Iterator[float]:
    for a, b in zip(ring, (*ring[1:], *ring[:1]), strict=True):
        if (a[1] <= level) != (b[1] <= level):
            yield a[0] + (level - a[1]) * (b[0] - a[0]) / (b[1] - a[1])


# Boundaries with fewer points, so that neighbours still meet.
#
# Visvalingam's method (Visvalingam and Whyatt 1993): the point that changes the shape least goes
# first. It runs over all boundaries of a map at once, and a point goes from all that share it or
# from none; where three boundaries meet it stays. So no gap opens between two areas.


def simplify_outlines(outlines: Iterable[Outline], least: float, most: int) -> tuple[Outline, ...]:
    """Return outlines with the points that matter.

    Args:
        outlines: All that stand on one map.
        least: A point stays when the triangle with its neighbours is larger, in square map units.
        most: So many points of rings and lines stay in all; the smallest triangles go first.
    """
    all_outlines = tuple(outlines)
    beside = _adjacent_positions(all_outlines)
    gone = _drop_positions(beside, least, most)
    return tuple(
        Outline(
            outline.points,
            tuple(_points_left(line, gone) for line in outline.lines),
            tuple(ring for ring in (_points_left(r, gone) for r in outline.rings) if len(ring) > 2),
        )
        for outline in all_outlines
    )


def _points_left(line: LineString, gone: set[Position]) -> LineString:
    return tuple(position for position in line if position not in gone)


def _adjacent_positions(outlines: Iterable[Outline]) -> dict[Position, set[Position]]:
    """Return position → the positions next to it on any line or ring."""
    beside: dict[Position, set[Position]] = defaultdict(set)
    for outline in outlines:
        for ring in outline.rings:
            for one, other in zip(ring, (*ring[1:], ring[0]), strict=True):
                beside[one].add(other)
                beside[other].add(one)
        for line in outline.lines:
            for one, other in itertools.pairwise(line):
                beside[one].add(other)
                beside[other].add(one)
    return beside


def _triangle(position: Position, beside: dict[Position, set[Position]]) -> float:
    (ax, ay), (bx, by) = beside[position]
    return (
        abs((ax - position[0]) * (by - position[1]) - (bx - position[0]) * (ay - position[1])) / 2
    )


def _drop_positions(
    beside: dict[Position, set[Position]], least: float, most: int
) -> set[Position]:
    """Take positions away; return those that went."""
    gone: set[Position] = set()
    waiting = [(_triangle(p, beside), p) for p, near in beside.items() if len(near) == 2]
    heapq.heapify(waiting)
    sizes = {position: size for size, position in waiting}
    while waiting and (waiting[0][0] <= least or len(beside) - len(gone) > most):
        size, position = heapq.heappop(waiting)
        if sizes.get(position) != size:
            continue
        one, other = sorted(beside[position])
        del sizes[position]
        if other in beside[one]:  # the last three points of a ring, or of two that share a line
            continue
        gone.add(position)
        for end, far in ((one, other), (other, one)):
            beside[end].remove(position)
            beside[end].add(far)
            if end in sizes:
                # Never less than what went before it (the authors' rule), or detail would vanish.
                sizes[end] = max(size, _triangle(end, beside))
                heapq.heappush(waiting, (sizes[end], end))
    return gone


# From degrees on the globe to a flat map: a transverse Mercator projection.
#
# It is that of SWEREF 99 TM and of every UTM zone: true in shape everywhere, and true in size near
# its central meridian (15° E for the middle of Sweden). The sphere stands for the ellipsoid; the
# difference, at most 0.3 percent, is less than a pixel of a map as small as these.

# Zones of six degrees, as UTM and SWEREF 99 TM count them.
_ZONE = 6.0
# Far from its central meridian the projection tears; a map of half the world is a plain grid.
_WIDEST = 40.0
# What lies a quarter of the globe away would be infinitely far.
_LARGEST_SINE = 1 - 1e-9


def central_meridian(longitude: float) -> float:
    """Return the central meridian of the UTM zone of a longitude, in degrees.

    >>> [central_meridian(longitude) for longitude in (11.9, 14.6, 17.9, 18.1, -0.5)]
    [9.0, 15.0, 15.0, 21.0, -3.0]
    """
    return longitude // _ZONE * _ZONE + _ZONE / 2


def make_projection(view: BoundingBox) -> Callable[[Position], Position]:
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
        return atanh(max(-_LARGEST_SINE, min(across, _LARGEST_SINE))), -atan2(tan(north), cos(east))

    return transverse_mercator
