"""Boundaries with fewer points, so that neighbours still meet.

Visvalingam's method (Visvalingam and Whyatt 1993): the point that changes the shape least goes
first. It runs over all boundaries of a map at once, and a point goes from all that share it or
from none; where three boundaries meet it stays. So no gap opens between two areas.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Iterable

from publisher.render.maps.outlines import Line, Outline, Position


def simplified(outlines: Iterable[Outline], least: float, most: int) -> tuple[Outline, ...]:
    """Return outlines with the points that matter.

    Args:
        outlines: All that stand on one map.
        least: A point stays when the triangle with its neighbours is larger, in square map units.
        most: So many points of rings and lines stay in all; the smallest triangles go first.
    """
    kept = tuple(outlines)
    beside = _beside(kept)
    gone = _drop(beside, least, most)
    return tuple(
        Outline(
            outline.points,
            tuple(_left(line, gone) for line in outline.lines),
            tuple(ring for ring in (_left(r, gone) for r in outline.rings) if len(ring) > 2),
        )
        for outline in kept
    )


def _left(line: Line, gone: set[Position]) -> Line:
    return tuple(position for position in line if position not in gone)


def _beside(outlines: Iterable[Outline]) -> dict[Position, set[Position]]:
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


def _drop(beside: dict[Position, set[Position]], least: float, most: int) -> set[Position]:
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
