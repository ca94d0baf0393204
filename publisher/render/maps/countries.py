"""The countries of the world, beneath maps of data that have no boundaries of their own.

From Natural Earth (public domain), Europe at 1:50 million to a hundredth of a degree, the rest at
1:110 million to a tenth; by way of the package world-atlas 2.0.2. ``countries.json.gz`` holds
English name → rings, each as longitude, latitude, longitude, latitude and so on.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from publisher.render.maps.geometry import (
    BoundingBox,
    LineString,
    Outline,
    Position,
    bounding_box,
)

# The IRI scheme of nothing: keys that no place can have.
PREFIX = "_:country "
_MOST_CACHED = 64


@cache
def _countries() -> Mapping[str, tuple[tuple[BoundingBox, LineString], ...]]:
    content = (files("publisher.render.maps") / "countries.json.gz").read_bytes()
    countries = {}
    for name, rings in json.loads(gzip.decompress(content)).items():
        lines = [tuple(zip(ring[::2], ring[1::2], strict=True)) for ring in rings]
        countries[name] = tuple((bounding_box(line), line) for line in lines)
    return countries


@lru_cache(maxsize=_MOST_CACHED)
def countries_within(box: BoundingBox) -> Mapping[str, Outline]:
    """Return the parts of countries that lie in a box in degrees, by keys of their own.

    ``top`` of the box is its least latitude.
    """
    countries = {}
    for name, rings in _countries().items():
        clipped = (clip_ring(ring, box) for reach, ring in rings if reach.meets(box))
        parts = tuple(ring for ring in clipped if len(ring) > 2)
        if parts:
            countries[PREFIX + name] = Outline(rings=parts)
    return countries


def clip_ring(ring: LineString, box: BoundingBox) -> LineString:
    """Return the part of a ring inside a box (Sutherland and Hodgman 1974); perhaps none.

    >>> clip_ring(((0, 0), (4, 0), (4, 4), (0, 4)), BoundingBox(2, 2, 6, 6))
    ((2.0, 2.0), (4.0, 2.0), (4, 4), (2.0, 4.0))
    """
    edges: tuple[tuple[int, float, Callable[[float, float], bool]], ...] = (
        (0, box.left, float.__ge__),
        (0, box.right, float.__le__),
        (1, box.top, float.__ge__),
        (1, box.bottom, float.__le__),
    )
    for axis, limit, is_inside in edges:
        ring = tuple(_cut(ring, axis, float(limit), is_inside))
    return ring


def _cut(
    ring: LineString, axis: int, limit: float, is_inside: Callable[[float, float], bool]
) -> Iterator[Position]:
    for number, here in enumerate(ring):
        before = ring[number - 1]
        was, now = (is_inside(float(p[axis]), limit) for p in (before, here))
        if was != now:
            share = (limit - before[axis]) / (here[axis] - before[axis])
            other = before[1 - axis] + share * (here[1 - axis] - before[1 - axis])
            yield (limit, other) if axis == 0 else (other, limit)
        if now:
            yield here
