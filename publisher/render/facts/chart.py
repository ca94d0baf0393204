"""A small chart of figures in time: a stem for each, from nought, at its place on the axis.

The figures come from different sources that count differently, so no line joins them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 360, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 336, 46, 150
# About as wide as a letter is drawn; labels nearer than their width stand on different lines.
_LETTER = 6.4
_LINE = 14
_LINES = 2


@dataclass(frozen=True)
class Mark:
    """A figure to be drawn.

    Attributes:
        years: When, in years since the year 0.
        day: The same in few letters.
        amount: How many.
        number: The same as readers write it.
        qualifier: What must be known to read it.
        unit: Of what, where the figures differ in it.
    """

    years: float
    day: str
    amount: float
    number: str
    qualifier: str
    unit: str


@dataclass(frozen=True)
class Stem:
    """A figure where it stands; lengths are in units of the chart.

    Attributes:
        x: Place on the axis.
        y: Height of its point.
        labels: What stands above the point, the lowest first, with heights of base lines.
        day: What stands below the axis.
        day_y: Height of its base line.
        anchor: How the words stand to ``x``.
    """

    x: float
    y: float
    labels: tuple[tuple[str, float], ...]
    day: str
    day_y: float
    anchor: str


@dataclass(frozen=True)
class Chart:
    """A chart: its stems, and the heights of its lines with what they mean."""

    stems: tuple[Stem, ...]
    lines: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = _RIGHT
    base: int = _BOTTOM


def chart(marks: Sequence[Mark]) -> Chart:
    """Return figures drawn, in the order of their time."""
    ordered = sorted(marks, key=lambda mark: (mark.years, mark.amount, mark.number))
    step = _step(max(mark.amount for mark in ordered))
    steps = max(1, ceil(max(mark.amount for mark in ordered) / step))
    heights = [(n * step, _height(n, steps)) for n in range(steps + 1)]
    first, last = ordered[0].years, ordered[-1].years
    ends: list[float] = [-1000.0] * _LINES
    stems = []
    for mark in ordered:
        share = (mark.years - first) / (last - first) if last > first else 0.5
        x = round(_LEFT + 24 + share * (_RIGHT - _LEFT - 48), 1)
        y = round(_height(mark.amount / step, steps), 1)
        line = _free(x - len(mark.day) * _LETTER / 2, ends)
        ends[line] = x + len(mark.day) * _LETTER / 2 + 4
        above = [text for text in (mark.number, mark.qualifier, mark.unit) if text]
        labels = tuple((text, round(y - 9 - n * 12, 1)) for n, text in enumerate(above))
        stems.append(Stem(x, y, labels, mark.day, _BOTTOM + 16 + line * _LINE, _anchor(x, above)))
    return Chart(tuple(stems), tuple((y, f"{amount:g}") for amount, y in heights))


def _free(start: float, ends: Sequence[float]) -> int:
    """Return the first line on which a label may begin there, else the one with most room."""
    fits = [n for n, end in enumerate(ends) if end <= start]
    return fits[0] if fits else min(range(len(ends)), key=lambda n: ends[n])


def _anchor(x: float, texts: Sequence[str]) -> str:
    half = max(map(len, texts)) * _LETTER / 2
    return "start" if x - half < 2 else "end" if x + half > WIDTH - 2 else "middle"


def _height(units: float, steps: int) -> float:
    return _BOTTOM - units * (_BOTTOM - _TOP) / steps


def _step(greatest: float) -> float:
    """Return the distance of the lines: at most five, at round numbers.

    >>> [_step(amount) for amount in (4, 44, 150, 400, 0)]
    [1.0, 10.0, 50.0, 100.0, 1.0]
    """
    if greatest <= 0:
        return 1.0
    power = 10.0 ** floor(log10(greatest))
    fitting = (power * part for part in (0.1, 0.2, 0.5, 1.0, 2.0))
    return max(1.0, next(step for step in fitting if greatest / step <= 5))
