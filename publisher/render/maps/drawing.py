"""A scene as paths and spots, in units of a small map that grows with the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from publisher.render.maps.gazetteer import Gazetteer
from publisher.render.maps.letters import Lettering, Letters
from publisher.render.maps.outlines import Line, Outline, Position, around, extent, inside
from publisher.render.maps.scenes import Scene
from publisher.render.maps.sheets import WIDTH, Sheets
from publisher.render.maps.tiles import Tile

# An area smaller than this, in square units, is drawn as a spot.
_SMALL = 60.0
_TRIES = 4


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
    tiles: tuple[Tile, ...] = ()


def draw(
    scene: Scene, gazetteer: Gazetteer, sheets: Sheets, named: Callable[[str], str]
) -> Drawing:
    """Return a scene drawn; ``named`` gives the name that stands at a place."""
    shown = _shown(scene, gazetteer)
    sheet = sheets.sheet(scene.view, shown)
    moved = {n: gazetteer.outlines[n].moved(sheet.place) for n in shown if n not in sheet.outlines}
    spots = {n: found for n, found in moved.items() if any(map(sheet.shows, found.points))}
    placed = {**sheet.outlines, **spots}
    leading = scene.leading() & placed.keys()
    points = {
        name: _point(placed[name])
        for name in leading
        if not placed[name].lines and _size(placed[name]) < _SMALL
    }
    over = sorted(leading - points.keys(), key=lambda name: (-_size(placed[name]), name))
    letters = _letters(scene, placed, points, sheet.height, named)
    ground = [name for name in scene.ground if name in sheet.paths.keys() - leading]
    return Drawing(
        WIDTH,
        sheet.height,
        tuple(Area(sheet.paths[name]) for name in ground),
        tuple(Area(sheet.paths[name], name, letters.get(name)) for name in over),
        tuple(Spot(*_rounded(points[n]), n, letters.get(n)) for n in sorted(points)),
        sheet.tiles,
    )


def _letters(
    scene: Scene,
    placed: Mapping[str, Outline],
    points: Mapping[str, Position],
    height: float,
    named: Callable[[str], str],
) -> dict[str, Letters]:
    """Return place → its name on the map, as far as there is room; what matters most goes first.

    Spots whose names found no room go first in another try; the try with most names stays.
    """

    def rank(name: str) -> tuple[int, bool, float, str]:
        matters = 0 if name in scene.marked else 1 if scene.there(name) else 2
        return matters, name not in points, -_size(placed[name]), name

    leading = scene.leading() & placed.keys()
    order = sorted(
        # The parts of a topic cover it, and the page is called so.
        (n for n in leading if not (n == scene.topic and n in scene.view and scene.linked)),
        key=rank,
    )
    best: dict[str, Letters] = {}
    for _ in range(_TRIES):
        lettering = Lettering(WIDTH, height, [points[name] for name in sorted(points)])
        found = _placed(order, placed, points, lettering, named)
        if len(found) > len(best):
            best = found
        without = [name for name in order if name in points and name not in found]
        if not without:
            break
        order = [*without, *(name for name in order if name not in without)]
    return best


def _placed(
    order: Iterable[str],
    placed: Mapping[str, Outline],
    points: Mapping[str, Position],
    lettering: Lettering,
    named: Callable[[str], str],
) -> dict[str, Letters]:
    """Return the names that find room, one after the other."""
    found: dict[str, Letters] = {}
    for name in order:
        text = named(name)
        if text in (letters.text for letters in found.values()):
            continue  # a town and what is named after it
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


def _within(lettering: Lettering, name: str, outline: Outline) -> Letters | None:
    if not outline.rings:
        return None
    ring = _largest(outline)
    return lettering.within(name, inside(ring), around(ring).width)


def _rounded(position: Position) -> tuple[float, float]:
    return round(position[0], 1), round(position[1], 1)
