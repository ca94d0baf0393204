"""A scene as paths and spots, in units of a small map that grows with the page."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from publisher.render.maps.gazetteer import Gazetteer
from publisher.render.maps.letters import Lettering, Letters
from publisher.render.maps.outlines import Box, Line, Outline, Position, around, extent, inside
from publisher.render.maps.projection import projection
from publisher.render.maps.scenes import Scene
from publisher.render.maps.simplify import simplified

WIDTH = 360.0
_HEIGHTS = (200.0, 460.0)
_MARGIN = 14.0
# Paths are written in quarters of a unit, whole numbers: finer than a screen shows.
GRID = 4
# A point stays when its triangle covers more, in square units; and at most so many stay in all.
_LEAST = 1.2
_MOST = 1500
# An area smaller than this, in square units, is drawn as a spot.
_SMALL = 60.0


@dataclass(frozen=True)
class Area:
    """An area or a line on a map: its path, and its IRI when it is more than ground."""

    path: str
    place: str = ""
    letters: Letters | None = None


@dataclass(frozen=True)
class Spot:
    """A point on a map."""

    x: float
    y: float
    place: str
    letters: Letters | None


@dataclass(frozen=True)
class Drawing:
    """A map without words but names: what stands on it, and its size."""

    width: float
    height: float
    ground: tuple[Area, ...]
    areas: tuple[Area, ...]
    spots: tuple[Spot, ...]


def draw(scene: Scene, gazetteer: Gazetteer, named: Callable[[str], str]) -> Drawing:
    """Return a scene drawn; ``named`` gives the name that stands at a place."""
    placed, height = _fitted(scene, gazetteer)
    leading = scene.leading() & placed.keys()
    points = {
        name: _point(placed[name])
        for name in placed
        if name in leading and not placed[name].lines and _size(placed[name]) < _SMALL
    }
    over = [name for name in placed if name in leading and name not in points]
    over.sort(key=lambda name: (-_size(placed[name]), name))
    letters = _letters(
        scene, placed, points, Lettering(WIDTH, height, list(points.values())), named
    )
    return Drawing(
        WIDTH,
        height,
        tuple(
            Area(_path(placed[name])) for name in scene.ground if name in placed.keys() - leading
        ),
        tuple(Area(_path(placed[name]), name, letters.get(name)) for name in over),
        tuple(Spot(*_rounded(points[n]), n, letters.get(n)) for n in sorted(points)),
    )


def _letters(
    scene: Scene,
    placed: Mapping[str, Outline],
    points: Mapping[str, Position],
    lettering: Lettering,
    named: Callable[[str], str],
) -> dict[str, Letters]:
    """Return place → its name on the map, as far as there is room; what matters most goes first."""

    def rank(name: str) -> tuple[int, bool, float, str]:
        matters = 0 if name in scene.marked else 1 if scene.there(name) else 2
        return matters, name not in points, -_size(placed[name]), name

    found: dict[str, Letters] = {}
    leading = scene.leading() & placed.keys()
    for name in sorted(leading, key=rank):
        text = named(name)
        if text in (letters.text for letters in found.values()):
            continue  # a town and what is named after it
        if name == scene.topic and name in scene.view and scene.linked:
            continue  # its parts cover it, and the page is called so
        if name in points:
            letters = lettering.beside(text, points[name])
        else:
            letters = _within(lettering, text, placed[name])
        if letters is not None:
            found[name] = letters
    return found


def _shown(scene: Scene, gazetteer: Gazetteer) -> list[str]:
    names = [*scene.ground, *sorted(scene.leading())]
    return [name for name in dict.fromkeys(names) if name in gazetteer.outlines]


def _point(outline: Outline) -> Position:
    """Return where the spot of a small outline is: its first point, or inside its largest ring."""
    return outline.points[0] if outline.points else inside(_largest(outline))


def _largest(outline: Outline) -> Line:
    return max(outline.rings, key=lambda ring: (abs(extent(ring)), ring))


def _size(outline: Outline) -> float:
    return max((abs(extent(ring)) for ring in outline.rings), default=0.0)


def _fitted(scene: Scene, gazetteer: Gazetteer) -> tuple[dict[str, Outline], float]:
    """Return what can be seen, in units of the map and simplified, and the height of the map."""
    view = [gazetteer.outlines[name] for name in scene.view]
    flat = projection(around(p for outline in view for p in outline.positions()))
    box = around(flat(p) for outline in view for p in outline.positions())
    least, most = _HEIGHTS
    room = WIDTH - 2 * _MARGIN
    scale = min(room / max(box.width, 1e-6), (most - 2 * _MARGIN) / max(box.height, 1e-6))
    height = min(most, max(least, round(box.height * scale + 2 * _MARGIN)))
    left = WIDTH / 2 - (box.left + box.width / 2) * scale
    top = height / 2 - (box.top + box.height / 2) * scale

    def place(position: Position) -> Position:
        x, y = flat(position)
        return x * scale + left, y * scale + top

    shown = _shown(scene, gazetteer)
    seen = [_seen(gazetteer.outlines[name].moved(place), height) for name in shown]
    placed = zip(shown, simplified(seen, _LEAST, _MOST), strict=True)
    return {name: found for name, found in placed if next(found.positions(), None)}, height


def _seen(outline: Outline, height: float) -> Outline:
    """Return an outline without the parts that lie outside the map."""
    page = Box(0, 0, WIDTH, height)
    return Outline(
        tuple(p for p in outline.points if around([p]).meets(page)),
        tuple(line for line in outline.lines if around(line).meets(page)),
        tuple(ring for ring in outline.rings if around(ring).meets(page)),
    )


def _within(lettering: Lettering, name: str, outline: Outline) -> Letters | None:
    if not outline.rings:
        return None
    ring = _largest(outline)
    return lettering.within(name, inside(ring), around(ring).width)


def _rounded(position: Position) -> tuple[float, float]:
    return round(position[0], 1), round(position[1], 1)


def _path(outline: Outline) -> str:
    """Return the lines and rings of an outline as one path, in whole quarters of a unit.

    >>> _path(Outline(rings=(((0.0, 0.0), (1.0, 0.0), (1.0, 2.0)),)))
    'M0 0l4 0 0 8z'
    """
    rings = "".join(steps + "z" for steps in map(_steps, outline.rings) if steps)
    return rings + "".join(map(_steps, outline.lines))


def _steps(line: Line) -> str:
    whole = [(round(x * GRID), round(y * GRID)) for x, y in line]
    steps = [
        (x - left, y - top)
        for (left, top), (x, y) in itertools.pairwise(whole)
        if (x, y) != (left, top)
    ]
    if not steps:
        return ""
    relative = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
    return f"M{whole[0][0]} {whole[0][1]}l{relative}"
