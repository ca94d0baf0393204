"""Charts of an answer to a query: of the columns that a person chose, else of those that fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from publisher.render.answer_layout import BARS, CHART, LINE, AnswerLayout
from publisher.render.answer_terms import (
    DATES,
    NUMBERS,
    AnswerTerms,
    Binding,
    Row,
    Term,
    all_of,
    has_places,
    place_of,
    term_key,
)

# So many bars and points a chart has at most, and an answer so many charts.
_MOST_BARS, _MOST_POINTS, _MOST_CHARTS = 40, 400, 3


@dataclass(frozen=True)
class Bar:
    """A bar of a chart; its start and length are in hundredths of the width."""

    name: Binding
    number: str
    start: float
    length: float


@dataclass(frozen=True)
class AnswerChart:
    """A chart of an answer: bars with their names, or a line.

    Attributes:
        column: Name of the variable that is shown.
        counted: Whether the numbers are how many rows have a value.
        bars: From the top; empty where a line is drawn.
        points: Of the line, as SVG writes them, in a box of 600 by 200.
        ends: The first and the last place on the axis of the line.
        range: The least and the greatest number of the line.
        is_cut: Whether there is more than is drawn.
    """

    column: str
    counted: bool = False
    bars: Sequence[Bar] = ()
    points: str = ""
    ends: tuple[str, str] = ("", "")
    range: tuple[str, str] = ("", "")
    is_cut: bool = False


@dataclass(frozen=True)
class ChartDraft:
    """A chart of an answer as terms and numbers, before anything has a name.

    Attributes:
        column: Name of the variable that is shown.
        pairs: What is beside each number, and the number; a line has them in order.
        kind: ``bars`` or ``line``.
        is_counted: Whether the numbers are how many rows have a value.
        is_cut: Whether some were left out.
        places: Where the points of a line are on its axis.
    """

    column: str
    pairs: Sequence[tuple[Term, float]]
    kind: str = BARS
    is_counted: bool = False
    is_cut: bool = False
    places: Sequence[float] = field(default=(), repr=False)

    @property
    def terms(self) -> Sequence[Term]:
        """Return what needs a name."""
        pairs = (self.pairs[0], self.pairs[-1]) if self.kind == LINE else self.pairs
        return [term for term, _ in pairs]

    def drawn(self, writer: AnswerTerms) -> AnswerChart:
        """Return the chart for a reader."""
        numbers = [number for _, number in self.pairs]
        if self.kind == LINE:
            first, last = self.pairs[0][0], self.pairs[-1][0]
            return AnswerChart(
                self.column,
                self.is_counted,
                points=_points(self.places, numbers),
                ends=(writer.axis(first), writer.axis(last)),
                range=(writer.number(min(numbers)), writer.number(max(numbers))),
                is_cut=self.is_cut,
            )
        least, most = min(0.0, *numbers), max(0.0, *numbers)
        span = (most - least) or 1.0
        bars = [
            Bar(
                writer.binding(term),
                writer.number(number),
                round(100 * (min(0.0, number) - least) / span, 2),
                round(100 * abs(number) / span, 2),
            )
            for term, number in self.pairs
        ]
        return AnswerChart(self.column, self.is_counted, bars, is_cut=self.is_cut)


def draft_charts(
    columns: Sequence[str], rows: Sequence[Row], layout: AnswerLayout | None = None
) -> list[ChartDraft]:
    """Return the charts of an answer: the one that was chosen, else those that it can have."""
    if layout is not None and layout.view == CHART and layout.axis in columns:
        return _chosen(layout, rows)
    return _fitting(columns, rows)


def _chosen(layout: AnswerLayout, rows: Sequence[Row]) -> list[ChartDraft]:
    """Return the chart of the chosen columns; none where they hold nothing to draw."""
    if layout.value and not all_of(rows, layout.value, NUMBERS):
        return []
    is_line = layout.chart == LINE
    if layout.value:
        draft = (_line if is_line else _bars)(layout.axis, layout.value, rows)
    else:
        draft = _counted(layout.axis, rows, is_line=is_line)
    return [draft] if draft.pairs else []


def _fitting(columns: Sequence[str], rows: Sequence[Row]) -> list[ChartDraft]:
    """Return the charts that an answer can have: of its numbers, else of how often values come.

    Numbers over dates, or over other numbers that are all different, make a line; numbers beside
    anything else make bars.
    """
    if len(rows) < 2:
        return []
    measured = [name for name in columns if all_of(rows, name, NUMBERS)]
    others = [name for name in columns if name not in measured]
    dated = [name for name in others if all_of(rows, name, DATES)]
    axis = (dated or ([] if others else measured[:1]))[:1]
    if axis and len({row[axis[0]]["value"] for row in rows if axis[0] in row}) < len(rows):
        axis = []  # several numbers at one place are no line
    if measured and axis:
        return [
            _line(axis[0], name, rows) for name in measured[:_MOST_CHARTS] if name not in axis
        ] or _counts(columns, rows)
    if measured and others:
        return [_bars(others[0], name, rows) for name in measured[:_MOST_CHARTS]]
    return _counts(others or columns, rows)


def _pairs(beside: str, name: str, rows: Sequence[Row]) -> list[tuple[Term, float]]:
    return [
        (row[beside], float(row[name]["value"])) for row in rows if beside in row and name in row
    ]


def _bars(beside: str, name: str, rows: Sequence[Row]) -> ChartDraft:
    pairs = _pairs(beside, name, rows)
    return ChartDraft(name, pairs[:_MOST_BARS], is_cut=len(pairs) > _MOST_BARS)


def _line(axis: str, name: str, rows: Sequence[Row]) -> ChartDraft:
    return _joined(name, _pairs(axis, name, rows), is_ordered=has_places(rows, axis))


def _joined(
    name: str, pairs: list[tuple[Term, float]], *, is_ordered: bool, is_counted: bool = False
) -> ChartDraft:
    """Return a line: at the places of what is ordered, else one step after the other."""
    if is_ordered:
        pairs = sorted(pairs, key=lambda pair: place_of(pair[0]))
    shown = pairs[:_MOST_POINTS]
    places = [place_of(term) if is_ordered else float(step) for step, (term, _) in enumerate(shown)]
    return ChartDraft(name, shown, LINE, is_counted, len(pairs) > _MOST_POINTS, places)


def _counts(columns: Sequence[str], rows: Sequence[Row]) -> list[ChartDraft]:
    """Return a chart for each column whose values come again: how many rows have them."""
    drafts = []
    for name in columns:
        terms = [row[name] for row in rows if name in row]
        if 1 < len({term_key(term) for term in terms}) < len(terms):
            drafts.append(_counted(name, rows, is_line=False))
    return drafts[:_MOST_CHARTS]


def _counted(name: str, rows: Sequence[Row], *, is_line: bool) -> ChartDraft:
    """Return a chart of how many rows have each value of a column."""
    terms = [row[name] for row in rows if name in row]
    by_key = {term_key(term): term for term in terms}
    counted = Counter(map(term_key, terms))
    if is_line:
        pairs = [(by_key[key], float(count)) for key, count in counted.items()]
        return _joined(name, pairs, is_ordered=has_places(rows, name), is_counted=True)
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [(by_key[key], float(count)) for key, count in ordered[:_MOST_BARS]]
    return ChartDraft(name, shown, BARS, True, len(ordered) > _MOST_BARS)


_WIDTH, _HEIGHT, _MARGIN = 600.0, 200.0, 6.0


def _points(places: Sequence[float], numbers: Sequence[float]) -> str:
    across, up = (places[-1] - places[0]) or 1.0, (max(numbers) - min(0.0, *numbers)) or 1.0
    least = min(0.0, *numbers)
    return " ".join(
        f"{_MARGIN + (place - places[0]) / across * (_WIDTH - 2 * _MARGIN):.1f},"
        f"{_HEIGHT - _MARGIN - (number - least) / up * (_HEIGHT - 2 * _MARGIN):.1f}"
        for place, number in zip(places, numbers, strict=True)
    )
