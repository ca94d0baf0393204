"""Figures of a topic at several times: a table, and a chart where it says more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pyoxigraph import Literal, NamedNode

from publisher.messages import translate
from publisher.rdf.namespaces import iri
from publisher.render.facts.chart import Chart, Mark, chart
from publisher.render.facts.dates import When, when
from publisher.render.facts.telling import LEAST, MOST, NUMBERS, SAID_BY
from publisher.render.facts.told import Said, Told, first_literal
from publisher.render.labels import best, foreign
from publisher.render.parts import Value
from publisher.render.values import in_words
from publisher.render.views import Views

# So many dated figures make a development.
_ENOUGH = 2
_UNITS = (iri("schema:unitText"), iri("schema:unitCode"))
_NO_QUALIFIERS = {iri("rdf:type"), iri("dcterms:source"), SAID_BY, *_UNITS}


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

    when: When | None
    number: Value
    amount: float
    qualifiers: tuple[Value, ...]
    unit: Value
    sources: tuple[Value, ...]


@dataclass(frozen=True)
class Figures:
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
    def has_qualifiers(self) -> bool:
        """Tell whether any figure is qualified."""
        return any(figure.qualifiers for figure in self.figures)

    @property
    def has_units(self) -> bool:
        """Tell whether any figure says of what it is."""
        return any(figure.unit.text for figure in self.figures)


def figures(told: Told, views: Views, called: Mapping[str, Value]) -> tuple[Figures, ...]:
    """Return the figures of each property that leads to enough dated ones."""
    found: list[Figures] = []
    for path in sorted(told.linked, key=lambda path: called[path].text if path in called else ""):
        read = [_figure(name, told.things.get(name, {}), views) for name in told.linked[path]]
        known = sorted(filter(None, read), key=_order)
        dated = [figure for figure in known if figure.when is not None]
        # A thing without a number would be lost from the page.
        if path in called and len(dated) >= _ENOUGH and len(known) == len(read):
            number = len(found) + 1
            drawn = chart(_marks(dated))
            found.append(Figures(path, called[path], f"figures-{number}", tuple(known), drawn))
    return tuple(found)


def _figure(name: str, said: Said, views: Views) -> Figure | None:
    number = first_literal(said, NUMBERS)
    try:
        amount = float(Decimal(number.value)) if number is not None else -1.0
    except InvalidOperation:
        return None
    if number is None or not 0 <= amount < float("inf"):
        return None
    units = [term for path in _UNITS for term in said.get(path, ()) if isinstance(term, Literal)]
    unit = best(units, views.language)
    return Figure(
        when(said, views.language),
        Value(in_words(number, views.language), views.link_to(name).href),
        amount,
        _qualifiers(said, views),
        Value(unit.value, "", foreign(unit, views.language)) if unit else Value(""),
        tuple(views.link_to(source) for source in views.sources_of_fact(name)),
    )


def _qualifiers(said: Said, views: Views) -> tuple[Value, ...]:
    """Return what must be known to read a number; a bare bound says that it is one."""
    found = tuple(
        views.link_to(value.value)
        for path, values in said.items()
        if path not in _NO_QUALIFIERS
        for value in values
        if isinstance(value, NamedNode)
    )
    if found or NUMBERS[0] in said or NUMBERS[1] in said:
        return found
    bounds = ((LEAST, "at least"), (MOST, "at most"))
    return tuple(Value(translate(text, views.language)) for path, text in bounds if path in said)


def _order(figure: Figure) -> tuple[bool, str, float, str]:
    key = figure.when.key if figure.when else ""
    return (figure.when is None, key, figure.amount, figure.number.href)


def _marks(dated: list[Figure]) -> list[Mark]:
    """Return what the chart shows; of what the figures are, only where they differ."""
    differ = len({figure.unit.text for figure in dated}) > 1
    return [
        Mark(
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
