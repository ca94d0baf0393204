"""Marks of a scorer: what was measured, the points got, and why; as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from publisher.messages import Text, text

Cell: TypeAlias = str | Text


@dataclass(frozen=True)
class Table:
    """A table of a report; a cell is a word of the data or a text in every language."""

    title: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Mark:
    """The points that something got by one metric.

    Attributes:
        group: Dimension or principle, as the scorer names it.
        metric: As the scorer names it.
        got: Points.
        possible: Points there were to get; 0 when it cannot be measured from outside.
        why: What was found, or what is missing.
    """

    group: str
    metric: str
    got: float
    possible: float
    why: Text


def mark(group: str, metric: str, points: float, passed: bool, good: Text, missing: Text) -> Mark:
    """Return all points with the good news, or none with what is missing."""
    return Mark(group, metric, points if passed else 0, points, good if passed else missing)


def totals(marks: Iterable[Mark]) -> tuple[float, float]:
    """Return the points got and the points possible."""
    kept = list(marks)
    return sum(m.got for m in kept), sum(m.possible for m in kept)


def number(value: float) -> str:
    """Return a number without decimals that say nothing.

    >>> number(30.0), number(0.5)
    ('30', '0.5')
    """
    return f"{value:g}"


def table(title: Text, marks: Sequence[Mark]) -> Table:
    """Return the marks as a table of dimension, metric, points got, points possible, why."""
    columns = (
        text("Dimension"),
        text("Metric"),
        text("Points"),
        text("Possible"),
        text("Why"),
    )
    rows = tuple((m.group, m.metric, number(m.got), number(m.possible), m.why) for m in marks)
    return Table(title, columns, rows)
