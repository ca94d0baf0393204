"""The round numbers at which the values of a column are divided into ranges.

Each range has about as many values as the others, so that one choice leaves a part of the rows,
however skewed the values are; the numbers between them are as round as their distances allow.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise

# So many ranges, at most, and so many numbers from which they are made; more are thinned out.
RANGES = 5
_MOST_KEPT = 20_000
# What has fewer different values is a list to choose from.
_FEWEST = 13


class NumberSample:
    """Numbers as they come, thinned out evenly when they are many."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept = array("d")
        self._step, self._seen = 1, 0

    def add(self, number: float) -> None:
        """Take a number; what is none, or has no end, is left out."""
        if not math.isfinite(number):
            return
        if self._seen % self._step == 0:
            self._kept.append(number)
            if len(self._kept) > _MOST_KEPT:
                self._kept = self._kept[::2]
                self._step *= 2
        self._seen += 1

    def sorted(self) -> list[float]:
        """Return what was kept, the least first."""
        return sorted(self._kept)


def round_edges(numbers: Sequence[float]) -> tuple[str, ...]:
    """Return the numbers that divide sorted ones into ranges; empty where they are too few.

    >>> round_edges([float(n) for n in range(10, 110)])
    ('30', '50', '70', '90')
    >>> round_edges([2.0**n for n in range(20)])
    ('20', '300', '4000', '70000')
    >>> round_edges([1.0, 2.0, 3.0] * 10)
    ()
    """
    if len(set(numbers)) < _FEWEST or _is_serial(numbers):
        return ()
    cuts = [numbers[len(numbers) * part // RANGES] for part in range(1, RANGES)]
    points = [cut for cut in _different(cuts) if cut > numbers[0]]
    gaps = [after - before for before, after in pairwise([*points, numbers[-1]])]
    edges = []
    for place, point in enumerate(points):
        gap = min((gap for gap in gaps[max(place - 1, 0) : place + 1] if gap), default=1.0)
        # No rounder than the number itself, or it would become none.
        unit = 10.0 ** math.floor(math.log10(min(gap, abs(point) or gap)))
        edges.append(round(point / unit) * unit)
    inside = (edge for edge in _different(edges) if numbers[0] < edge <= numbers[-1])
    return tuple(_written(edge) for edge in inside)


def year_edges(years: Sequence[float]) -> tuple[str, ...]:
    """Return the years that divide sorted ones into ranges: each year, where they are few.

    >>> year_edges([2023, 2023, 2024, 2026]), year_edges([1960 + n / 2 for n in range(100)])
    (('2024', '2026'), ('1970', '1980', '1990', '2000'))
    >>> year_edges([2025, 2025])
    ()
    """
    whole = [float(math.floor(year)) for year in years]
    different = _different(whole)
    if len(different) < _FEWEST:
        return tuple(f"{year:04.0f}" for year in different[1:])
    return tuple(edge for edge in round_edges(whole) if len(edge) == len("1965"))


def _is_serial(numbers: Sequence[float]) -> bool:
    """Tell whether numbers only count the rows: each whole, each once, none left out."""
    whole = all(number.is_integer() for number in numbers[:100])
    return whole and numbers[0] in (0, 1) and numbers[-1] - numbers[0] == len(numbers) - 1


def _different(numbers: Iterable[float]) -> list[float]:
    return sorted(set(numbers))


def _written(number: float) -> str:
    """Return a number in digits, without an exponent.

    >>> _written(0.30000000000000004), _written(2_000_000.0)
    ('0.3', '2000000')
    """
    written = f"{number:.10f}".rstrip("0").rstrip(".")
    return written if written not in ("-0", "") else "0"
