"""An answer to a query → what a page shows of it: a table, a map, charts, the answer as it came.

What is linked has its name in the reader's language; charts are made where the answer has something
to count or to measure. Everything is there without a script.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from pyoxigraph import Literal, NamedNode

from publisher.query.engine import GRAPHS, SOLUTIONS, Answer, Engine
from publisher.rdf.namespaces import iri, shorten
from publisher.release.model import Release
from publisher.render.labels import (
    Labels,
    best_label,
    fetch_labels,
    foreign_language,
    standard_terms,
)
from publisher.render.maps.geometry import Outline, read_outline
from publisher.render.maps.maps import Maps
from publisher.render.maps.svg import Map
from publisher.render.page_model import Value
from publisher.render.values import format_literal

_ROWS_SHOWN = 500
_LONGEST_GRAPH = 100_000
_LONGEST_RAW = 20_000
# A longer answer would keep the web process busy; it is offered for download alone.
_LARGEST_BODY = 4 << 20
# So many bars and points a chart has at most, and an answer so many charts.
_MOST_BARS, _MOST_POINTS, _MOST_CHARTS = 40, 400, 3
_MOST_PLACES = 200
_STRING = iri("xsd:string")
_NUMBERS = frozenset(
    iri(f"xsd:{name}")
    for name in (
        *("integer", "decimal", "double", "float", "int", "long", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "unsignedInt", "unsignedLong"),
    )
)
_DATES = frozenset(iri(f"xsd:{name}") for name in ("date", "dateTime", "gYear", "gYearMonth"))
_GEOMETRIES = frozenset(
    iri(f"geo:{name}") for name in ("wktLiteral", "gmlLiteral", "geoJSONLiteral")
)

Term = Mapping[str, Any]
Row = Mapping[str, Term]
Href = Callable[[str], str]


@dataclass(frozen=True)
class Binding:
    """One value of a solution; ``iri`` is the whole IRI where the text is a name of it."""

    text: str
    href: str = ""
    language: str = ""
    note: str = ""
    iri: str = ""


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
class AnswerView:
    """An answer as a page shows it.

    Attributes:
        boolean: Of ASK; None for other answers.
        columns: Names of the variables.
        rows: Solutions that are shown; a cell is None where a variable is not bound.
        total: Number of all solutions.
        graph: Turtle.
        is_cut: Whether there is more than is shown.
        map: Where the things of the answer are.
        charts: Of its numbers, else of how often a value comes.
        raw: The answer as it came, or its beginning.
    """

    boolean: bool | None = None
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Binding | None]] = field(default=(), repr=False)
    total: int = 0
    graph: str = field(default="", repr=False)
    is_cut: bool = False
    map: Map | None = None
    charts: Sequence[AnswerChart] = ()
    raw: str = field(default="", repr=False)


class AnswerReader:
    """Makes the answers about one release legible."""

    def __init__(self, engine: Engine, maps: Maps, release: Release) -> None:
        """Keep what knows names and places."""
        self._engine, self._maps = engine, maps
        self._prefixes = release.prefixes

    def read(self, answer: Answer, language: str, href: Href) -> AnswerView:
        """Return what a page shows of an answer.

        Args:
            answer: JSON of solutions or a boolean, or a graph.
            language: Of the page.
            href: IRI → where the page links for it; empty for nowhere.
        """
        if answer.media_type in GRAPHS:
            text = answer.body[:_LONGEST_GRAPH].decode("utf-8", "ignore")
            return AnswerView(graph=text, is_cut=len(answer.body) > _LONGEST_GRAPH)
        if answer.media_type != SOLUTIONS[0] or len(answer.body) > _LARGEST_BODY:
            return AnswerView(is_cut=True)
        try:
            content = json.loads(answer.body)
            if "boolean" in content:
                return AnswerView(boolean=content["boolean"])
            columns, rows = content["head"]["vars"], content["results"]["bindings"]
            return self._solutions(columns, rows, language, href)
        except RecursionError:  # triples within triples, hundreds of them
            return AnswerView(is_cut=True)

    def _solutions(
        self, columns: Sequence[str], rows: Sequence[Row], language: str, href: Href
    ) -> AnswerView:
        drafts = draft_charts(columns, rows)
        shown = rows[:_ROWS_SHOWN]
        drawn = [term for draft in drafts for term in draft.terms]
        names = {
            str(term["value"])
            for term in (*(term for row in shown for term in row.values()), *drawn)
            if term["type"] == "uri"
        }
        writer = _AnswerTerms(fetch_labels(self._engine, names), self._prefixes, language, href)
        raw = "\n".join(json.dumps(row, ensure_ascii=False) for row in shown)
        return AnswerView(
            columns=columns,
            rows=[
                [writer.binding(row[name]) if name in row else None for name in columns]
                for row in shown
            ],
            total=len(rows),
            is_cut=len(rows) > _ROWS_SHOWN,
            map=self._map(shown, names, writer),
            charts=[draft.drawn(writer) for draft in drafts],
            raw=raw if len(raw) <= _LONGEST_RAW else raw[:_LONGEST_RAW] + "…",
        )

    def _map(self, rows: Sequence[Row], names: set[str], writer: _AnswerTerms) -> Map | None:
        """Return the map of an answer: of the geometries in it, else of the things it names."""
        outlines: dict[str, Outline] = {}
        called: dict[str, Value] = {}
        for number, row in enumerate(rows[:_MOST_PLACES], start=1):
            written = [str(t["value"]) for t in row.values() if t.get("datatype") in _GEOMETRIES]
            outline = read_outline(written)
            if not any(outline.positions()):
                continue
            name, value = _named_row(row, number, writer)
            outlines.setdefault(name, outline)
            called.setdefault(name, value)

        def link(name: str) -> Value:
            return called.get(name) or writer.value(name)

        return self._maps.of_answer(outlines, names, writer.language, link)


def _named_row(row: Row, number: int, writer: _AnswerTerms) -> tuple[str, Value]:
    """Return what stands for a row on the map, and how it is called: by a text, if it has one."""
    thing = next((str(t["value"]) for t in row.values() if t["type"] == "uri"), "")
    texts = [
        str(term["value"])
        for term in row.values()
        if term["type"] == "literal" and term.get("datatype", _STRING) == _STRING
    ]
    if thing and not texts:
        return thing, writer.value(thing)
    text = texts[0] if texts else str(number)
    return thing or f"_:row{number}", Value(text, writer.value(thing).href if thing else "")


class _AnswerTerms:
    """Writes the terms of an answer for a reader."""

    def __init__(
        self, labels: Labels, prefixes: Mapping[str, str], language: str, href: Href
    ) -> None:
        self._labels, self._prefixes = labels, prefixes
        self.language, self._href = language, href

    def binding(self, term: Term) -> Binding:
        """Return a term as a cell shows it."""
        if term["type"] == "triple":
            parts = (term["value"][name] for name in ("subject", "predicate", "object"))
            return Binding(f"<<( {' '.join(self.binding(part).text for part in parts)} )>>")
        value = str(term["value"])
        if term["type"] == "uri":
            named = self.value(value)
            return Binding(named.text, named.href, named.language, iri=value)
        datatype = str(term.get("datatype", _STRING))
        note = shorten(datatype, self._prefixes) if datatype != _STRING else ""
        return Binding(value, language=str(term.get("xml:lang", "")), note=note)

    def value(self, name: str) -> Value:
        """Return an IRI by its name, else as short as prefixes make it."""
        known = self._labels.get(name) or standard_terms().get(name, ())
        label = best_label(known, self.language)
        if label is None:
            return Value(shorten(name, self._prefixes), self._href(name))
        return Value(label.value, self._href(name), foreign_language(label, self.language))

    def number(self, number: float) -> str:
        """Return a number as readers of the language write it."""
        whole = number == int(number)
        kind = NamedNode(iri("xsd:integer" if whole else "xsd:decimal"))
        text = str(int(number)) if whole else f"{number:.6f}".rstrip("0")
        return format_literal(Literal(text, datatype=kind), self.language)

    def axis(self, term: Term) -> str:
        """Return a date or number at the end of an axis."""
        kind = NamedNode(str(term.get("datatype", _STRING)))
        if kind.value in _NUMBERS:
            return str(term["value"])  # a year among them is no amount
        return format_literal(Literal(str(term["value"]), datatype=kind), self.language)


# What there is to draw, before anything has a name.


@dataclass(frozen=True)
class ChartDraft:
    """A chart of an answer as terms and numbers.

    Attributes:
        column: Name of the variable that is shown.
        pairs: What is beside each number, and the number; a line has them in order.
        kind: ``bars``, ``line`` or ``counts``.
        is_cut: Whether some were left out.
    """

    column: str
    pairs: Sequence[tuple[Term, float]]
    kind: str
    is_cut: bool = False

    @property
    def terms(self) -> Sequence[Term]:
        """Return what needs a name."""
        return () if self.kind == "line" else [term for term, _ in self.pairs]

    def drawn(self, writer: _AnswerTerms) -> AnswerChart:
        """Return the chart for a reader."""
        numbers = [number for _, number in self.pairs]
        if self.kind == "line":
            first, last = self.pairs[0][0], self.pairs[-1][0]
            return AnswerChart(
                self.column,
                points=_points(self.pairs),
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
        return AnswerChart(self.column, self.kind == "counts", bars, is_cut=self.is_cut)


def draft_charts(columns: Sequence[str], rows: Sequence[Row]) -> list[ChartDraft]:
    """Return the charts that an answer can have: of its numbers, else of how often values come.

    Numbers over dates, or over other numbers that are all different, make a line; numbers beside
    anything else make bars.
    """
    if len(rows) < 2:
        return []
    measured = [name for name in columns if _all_of(rows, name, _NUMBERS)]
    others = [name for name in columns if name not in measured]
    dated = [name for name in others if _all_of(rows, name, _DATES)]
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


def _all_of(rows: Sequence[Row], name: str, datatypes: frozenset[str]) -> bool:
    found = [row[name] for row in rows if name in row]
    return bool(found) and all(
        term.get("datatype") in datatypes and (datatypes is _DATES or _is_number(term))
        for term in found
    )


def _is_number(term: Term) -> bool:
    try:
        return Decimal(str(term["value"])).is_finite()
    except InvalidOperation:
        return False


def _bars(beside: str, name: str, rows: Sequence[Row]) -> ChartDraft:
    pairs = [
        (row[beside], float(row[name]["value"])) for row in rows if beside in row and name in row
    ]
    return ChartDraft(name, pairs[:_MOST_BARS], "bars", len(pairs) > _MOST_BARS)


def _line(axis: str, name: str, rows: Sequence[Row]) -> ChartDraft:
    pairs = [(row[axis], float(row[name]["value"])) for row in rows if axis in row and name in row]
    ordered = sorted(pairs, key=lambda pair: _place(pair[0]))
    return ChartDraft(name, ordered[:_MOST_POINTS], "line", len(ordered) > _MOST_POINTS)


def _counts(columns: Sequence[str], rows: Sequence[Row]) -> list[ChartDraft]:
    """Return a chart for each column whose values come again: how many rows have them."""
    drafts = []
    for name in columns:
        found = [row[name] for row in rows if name in row]
        by_text = {json.dumps(term, sort_keys=True): term for term in found}
        if not 1 < len(by_text) < len(found):
            continue
        counted = Counter(json.dumps(term, sort_keys=True) for term in found)
        ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        pairs = [(by_text[text], float(count)) for text, count in ordered[:_MOST_BARS]]
        drafts.append(ChartDraft(name, pairs, "counts", len(ordered) > _MOST_BARS))
    return drafts[:_MOST_CHARTS]


def _place(term: Term) -> float:
    """Return the place of a number or date on an axis; dates in days, near enough to draw."""
    text = str(term["value"])
    if term.get("datatype") in _NUMBERS:
        return float(text)
    parts = text.lstrip("-").partition("T")[0].rstrip("Z").split("-")
    numbers = [float(part[:4]) for part in parts[:3] if part[:4].isdecimal()]
    year, month, day = (*numbers, 1.0, 1.0, 1.0)[:3] if numbers else (0.0, 1.0, 1.0)
    return (-1 if text.startswith("-") else 1) * year * 365.25 + (month - 1) * 30.44 + day


_WIDTH, _HEIGHT, _MARGIN = 600.0, 200.0, 6.0


def _points(pairs: Sequence[tuple[Term, float]]) -> str:
    places = [_place(term) for term, _ in pairs]
    numbers = [number for _, number in pairs]
    across, up = (places[-1] - places[0]) or 1.0, (max(numbers) - min(0.0, *numbers)) or 1.0
    least = min(0.0, *numbers)
    return " ".join(
        f"{_MARGIN + (position - places[0]) / across * (_WIDTH - 2 * _MARGIN):.1f},"
        f"{_HEIGHT - _MARGIN - (number - least) / up * (_HEIGHT - 2 * _MARGIN):.1f}"
        for position, number in zip(places, numbers, strict=True)
    )
