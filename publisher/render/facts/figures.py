"""Figures of a topic at several times: a table, and a chart where it says more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import ceil, floor, log10

from pyoxigraph import Literal, NamedNode

from publisher.messages import translate
from publisher.rdf.namespaces import iri
from publisher.render.facts.related import Properties, RelatedFacts, first_literal
from publisher.render.facts.timeline import DateRange, read_date_range
from publisher.render.labels import best_label, foreign_language
from publisher.render.neighbours import ATTRIBUTED_TO, LEAST, MOST, NUMBER_PROPERTIES
from publisher.render.page_model import Value
from publisher.render.values import format_literal
from publisher.render.views import Views

# So many dated figures make a development.
_LEAST_FIGURES = 2
_UNITS = (iri("schema:unitText"), iri("schema:unitCode"))
_NO_QUALIFIERS = {iri("rdf:type"), iri("dcterms:source"), ATTRIBUTED_TO, *_UNITS}


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes:
        when: Its time; None when nobody dates it.
        number: As readers write it, leading to its page.
        amount: The same, to be drawn.
        qualifiers: What must be known to read it: about, almost, more than.
        unit: Of what.
        sources: Who says so.
    """

    when: DateRange | None
    number: Value
    amount: float
    qualifiers: tuple[Value, ...]
    unit: Value
    sources: tuple[Value, ...]


@dataclass(frozen=True)
class FigureSeries:
    """The figures that one property of a topic leads to.

    Attributes:
        path: IRI of the property.
        name: What it is called.
        anchor: What the ids of its parts begin with.
        figures: The dated ones in order, then the others.
        chart: Of the dated ones.
    """

    path: str
    name: Value
    anchor: str
    figures: tuple[Figure, ...]
    chart: Chart

    @property
    def newest(self) -> Figure | None:
        """Return the newest dated figure; None where none is dated."""
        dated = [figure for figure in self.figures if figure.when is not None]
        return dated[-1] if dated else None

    @property
    def has_qualifiers(self) -> bool:
        """Tell whether any figure is qualified."""
        return any(figure.qualifiers for figure in self.figures)

    @property
    def has_units(self) -> bool:
        """Tell whether any figure says of what it is."""
        return any(figure.unit.text for figure in self.figures)


def collect_figures(
    related: RelatedFacts, views: Views, called: Mapping[str, Value]
) -> tuple[FigureSeries, ...]:
    """Return the figures of each property that leads to enough dated ones."""
    collected: list[FigureSeries] = []
    for path in sorted(
        related.linked, key=lambda path: called[path].text if path in called else ""
    ):
        read = [_figure(name, related.things.get(name, {}), views) for name in related.linked[path]]
        known = sorted(filter(None, read), key=_order)
        dated = [figure for figure in known if figure.when is not None]
        # A thing without a number would be lost from the page.
        if path in called and len(dated) >= _LEAST_FIGURES and len(known) == len(read):
            number = len(collected) + 1
            drawn = draw_chart(_data_points(dated))
            collected.append(
                FigureSeries(path, called[path], f"figures-{number}", tuple(known), drawn)
            )
    return tuple(collected)


def _figure(name: str, properties: Properties, views: Views) -> Figure | None:
    number = first_literal(properties, NUMBER_PROPERTIES)
    try:
        amount = float(Decimal(number.value)) if number is not None else -1.0
    except InvalidOperation:
        return None
    if number is None or not 0 <= amount < float("inf"):
        return None
    units = [
        term for path in _UNITS for term in properties.get(path, ()) if isinstance(term, Literal)
    ]
    unit = best_label(units, views.language)
    return Figure(
        read_date_range(properties, views.language),
        Value(format_literal(number, views.language), views.link_to(name).href),
        amount,
        _qualifiers(properties, views),
        Value(unit.value, "", foreign_language(unit, views.language)) if unit else Value(""),
        tuple(views.link_to(source) for source in views.sources_of_fact(name)),
    )


def _qualifiers(properties: Properties, views: Views) -> tuple[Value, ...]:
    """Return what must be known to read a number; a bare bound says that it is one."""
    qualifiers = tuple(
        views.link_to(value.value)
        for path, values in properties.items()
        if path not in _NO_QUALIFIERS
        for value in values
        if isinstance(value, NamedNode)
    )
    if qualifiers or NUMBER_PROPERTIES[0] in properties or NUMBER_PROPERTIES[1] in properties:
        return qualifiers
    bounds = ((LEAST, "at least"), (MOST, "at most"))
    return tuple(
        Value(translate(word, views.language)) for path, word in bounds if path in properties
    )


def _order(figure: Figure) -> tuple[bool, str, float, str]:
    key = figure.when.key if figure.when else ""
    return (figure.when is None, key, figure.amount, figure.number.href)


def _data_points(dated: list[Figure]) -> list[DataPoint]:
    """Return what the chart shows; of what the figures are, only where they differ."""
    differ = len({figure.unit.text for figure in dated}) > 1
    return [
        DataPoint(
            figure.when.years,
            figure.when.short,
            figure.amount,
            figure.number.text,
            ", ".join(value.text for value in figure.qualifiers),
            figure.unit.text if differ else "",
        )
        for figure in dated
        if figure.when is not None
    ]


# A small chart of figures in time: a stem for each, from nought, at its place on the axis.
#
# The figures come from different sources that count differently, so no line joins them.

WIDTH, HEIGHT = 360, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 336, 46, 150
# About as wide as a letter is drawn; labels nearer than their width stand on different lines.
_LETTER = 6.4
_LINE = 14
_LINES = 2


@dataclass(frozen=True)
class DataPoint:
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
    """A figure where it is; lengths are in units of the chart.

    Attributes:
        x: Place on the axis.
        y: Height of its point.
        labels: What is above the point, the lowest first, with heights of base lines.
        day: What is below the axis.
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


def draw_chart(points: Sequence[DataPoint]) -> Chart:
    """Return figures drawn, in the order of their time."""
    ordered = sorted(points, key=lambda point: (point.years, point.amount, point.number))
    step = _grid_step(max(point.amount for point in ordered))
    steps = max(1, ceil(max(point.amount for point in ordered) / step))
    heights = [(n * step, _height(n, steps)) for n in range(steps + 1)]
    first, last = ordered[0].years, ordered[-1].years
    ends: list[float] = [-1000.0] * _LINES
    stems = []
    for point in ordered:
        share = (point.years - first) / (last - first) if last > first else 0.5
        x = round(_LEFT + 24 + share * (_RIGHT - _LEFT - 48), 1)
        y = round(_height(point.amount / step, steps), 1)
        line = _free_line(x - len(point.day) * _LETTER / 2, ends)
        ends[line] = x + len(point.day) * _LETTER / 2 + 4
        above = [text for text in (point.number, point.qualifier, point.unit) if text]
        labels = tuple((text, round(y - 9 - n * 12, 1)) for n, text in enumerate(above))
        stems.append(Stem(x, y, labels, point.day, _BOTTOM + 16 + line * _LINE, _anchor(x, above)))
    return Chart(tuple(stems), tuple((y, f"{amount:g}") for amount, y in heights))


def _free_line(start: float, ends: Sequence[float]) -> int:
    """Return the first line on which a label may begin there, else the one with most room."""
    fits = [n for n, end in enumerate(ends) if end <= start]
    return fits[0] if fits else min(range(len(ends)), key=lambda n: ends[n])


def _anchor(x: float, texts: Sequence[str]) -> str:
    half = max(map(len, texts)) * _LETTER / 2
    return "start" if x - half < 2 else "end" if x + half > WIDTH - 2 else "middle"


def _height(units: float, steps: int) -> float:
    return _BOTTOM - units * (_BOTTOM - _TOP) / steps


def _grid_step(greatest: float) -> float:
    """Return the distance of the lines: at most five, at round numbers.

    >>> [_grid_step(amount) for amount in (4, 44, 150, 400, 0)]
    [1.0, 10.0, 50.0, 100.0, 1.0]
    """
    if greatest <= 0:
        return 1.0
    power = 10.0 ** floor(log10(greatest))
    fitting = (power * part for part in (0.1, 0.2, 0.5, 1.0, 2.0))
    return max(1.0, next(step for step in fitting if greatest / step <= 5))
