"""Where a thing is: the points, lines and rings of its geometries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from publisher.release.tables.geojson import geometry

# Longitude and latitude in degrees, or right and down on a map.
Position = tuple[float, float]
Line = tuple[Position, ...]


@dataclass(frozen=True)
class Outline:
    """The geometries of one thing as one.

    Attributes:
        points: Where it is but a point.
        lines: Where it is a line.
        rings: The boundaries of its areas and of the holes in them; first and last position differ.
    """

    points: Line = ()
    lines: tuple[Line, ...] = ()
    rings: tuple[Line, ...] = ()

    def positions(self) -> Iterator[Position]:
        """Yield every position."""
        return chain(self.points, *self.lines, *self.rings)

    def moved(self, place: Callable[[Position], Position]) -> Outline:
        """Return the outline with every position put elsewhere."""
        return Outline(
            tuple(map(place, self.points)),
            tuple(tuple(map(place, line)) for line in self.lines),
            tuple(tuple(map(place, ring)) for ring in self.rings),
        )


@dataclass(frozen=True)
class Box:
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

    def meets(self, other: Box) -> bool:
        """Tell whether two rectangles have a part in common, or touch."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )


def around(positions: Iterable[Position]) -> Box:
    """Return the smallest rectangle around at least one position."""
    across, down = zip(*positions, strict=True)
    return Box(min(across), min(down), max(across), max(down))


def outline(wkts: Iterable[str]) -> Outline:
    """Return the outline that texts in WKT draw together; those nobody can read are left out.

    >>> outline(["POINT(15.6 60.6)", "CIRCULARSTRING(1 2, 3 4)"]).points
    ((15.6, 60.6),)
    """
    points: list[Position] = []
    lines: list[Line] = []
    rings: list[Line] = []
    for found in filter(None, map(geometry, wkts)):
        kind, coordinates = found["type"], found["coordinates"]
        many = coordinates if kind.startswith("Multi") else [coordinates]
        for part in many:
            if kind.endswith("Point"):
                points += _line([part])
            elif kind.endswith("LineString"):
                lines += [line for line in [_line(part)] if len(line) > 1]
            else:
                rings += [ring for ring in map(_ring, part) if len(ring) > 2]
    if not all(abs(x) <= 180 and abs(y) <= 90 for x, y in chain(points, *lines, *rings)):
        return Outline()
    return Outline(tuple(points), tuple(lines), tuple(rings))


def _line(written: Any) -> Line:
    """Return a line without positions that follow themselves, or are none."""
    listed = written if isinstance(written, list) else []
    placed = [(float(p[0]), float(p[1])) for p in listed if isinstance(p, list) and len(p) > 1]
    return tuple(p for n, p in enumerate(placed) if n == 0 or placed[n - 1] != p)


def _ring(written: Any) -> Line:
    line = _line(written)
    return line[:-1] if len(line) > 1 and line[0] == line[-1] else line


def extent(ring: Line) -> float:
    """Return the area of a ring, in the square of the positions' unit; negative on its way back."""
    following = (*ring[1:], *ring[:1])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True)) / 2


def inside(ring: Line) -> Position:
    """Return a position well inside a ring: halfway along the longest of seven cuts across it."""
    box = around(ring)
    best, longest = (box.left, box.top), -1.0
    for eighth in (4, 3, 5, 2, 6, 1, 7):
        level = box.top + box.height * eighth / 8
        cuts = sorted(_crossings(ring, level))
        for one, other in zip(cuts[::2], cuts[1::2], strict=False):
            if other - one > longest * 1.1:  # the middle is left only for much more room
                best, longest = ((one + other) / 2, level), other - one
    return best


def _crossings(ring: Line, level: float) -> Iterator[float]:
    for a, b in zip(ring, (*ring[1:], *ring[:1]), strict=True):
        if (a[1] <= level) != (b[1] <= level):
            yield a[0] + (level - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
