"""Names on a map: where there is room for them, and nowhere over one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from publisher.render.maps.outlines import Box, Position

# Height of letters, and the mean width of one, in units of the map: as the stylesheet sets them.
SIZE = 12.0
_WIDTH = 6.6
_GAP = 8.0


@dataclass(frozen=True)
class Letters:
    """A name on a map.

    Attributes:
        text: What it says.
        x: Where it begins, ends, or has its middle.
        y: Its base line.
        anchor: ``start``, ``middle`` or ``end``.
    """

    text: str
    x: float
    y: float
    anchor: str


def width_of(text: str) -> float:
    """Return about how wide a name is."""
    return len(text) * _WIDTH


def _box(letters: Letters) -> Box:
    width = width_of(letters.text)
    left = letters.x - {"start": 0.0, "middle": width / 2, "end": width}[letters.anchor]
    return Box(left, letters.y - SIZE * 0.8, left + width, letters.y + SIZE * 0.25)


def _round(text: str, spot: Position) -> Iterable[Letters]:
    """Yield where a name may stand beside a spot, the best place first."""
    x, y = spot
    middle = y + SIZE * 0.35
    yield Letters(text, x + _GAP, middle, "start")
    yield Letters(text, x - _GAP, middle, "end")
    yield Letters(text, x, y - _GAP, "middle")
    yield Letters(text, x, y + _GAP + SIZE * 0.7, "middle")


class Lettering:
    """Places names on one map, the most important first."""

    def __init__(self, width: float, height: float, spots: Sequence[Position]) -> None:
        """Keep the map's size, and the spots that no name may cover."""
        self._map = Box(2, 2, width - 2, height - 2)
        self._taken = [Box(x - 5, y - 5, x + 5, y + 5) for x, y in spots]

    def beside(self, text: str, spot: Position) -> Letters | None:
        """Return a name beside a spot; None when there is no room."""
        own = Box(spot[0] - 5, spot[1] - 5, spot[0] + 5, spot[1] + 5)
        return self._first(_round(text, spot), own)

    def within(self, text: str, place: Position, room: float) -> Letters | None:
        """Return a name in the middle of an area that is so wide; None when there is no room."""
        if width_of(text) > room:
            return None
        x, y = place
        return self._first([Letters(text, x, y + shift, "middle") for shift in (4, -10, 18)], None)

    def _first(self, candidates: Iterable[Letters], own: Box | None) -> Letters | None:
        for letters in candidates:
            box = _box(letters)
            fits = (
                box.left >= self._map.left
                and box.right <= self._map.right
                and box.top >= self._map.top
                and box.bottom <= self._map.bottom
            )
            if fits and not any(box.meets(taken) for taken in self._taken if taken != own):
                self._taken.append(box)
                return letters
        return None
