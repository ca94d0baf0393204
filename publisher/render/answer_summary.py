"""An answer to a query in few rows: what each column holds, and a table of two columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from publisher.render.answer_layout import GREATEST, LEAST, MEAN, SUM, SUMMARY, AnswerLayout
from publisher.render.answer_terms import (
    DATES,
    NUMBERS,
    AnswerTerms,
    Binding,
    Row,
    Term,
    all_of,
    has_places,
    number_of,
    place_of,
    term_key,
)

_MOST_ROWS, _MOST_ACROSS = 200, 30
# Stands for no value; no term is written so.
_NOTHING = ""

_FIGURES: Mapping[str, Callable[[Sequence[Decimal]], Decimal]] = {
    SUM: lambda numbers: sum(numbers, Decimal(0)),
    MEAN: lambda numbers: sum(numbers, Decimal(0)) / len(numbers),
    LEAST: min,
    GREATEST: max,
}


@dataclass(frozen=True)
class ColumnProfile:
    """What a column holds.

    Attributes:
        name: Of the variable.
        filled: How many rows have a value.
        different: How many values there are.
        least: Of numbers or dates; empty for others.
        greatest: Likewise.
        mean: Of numbers.
    """

    name: str
    filled: str
    different: str
    least: str = ""
    greatest: str = ""
    mean: str = ""


def column_profiles(
    columns: Sequence[str], rows: Sequence[Row], writer: AnswerTerms
) -> list[ColumnProfile]:
    """Return what each column of an answer holds, for a reader."""
    return [_profile(name, [row[name] for row in rows if name in row], writer) for name in columns]


def _profile(name: str, terms: Sequence[Term], writer: AnswerTerms) -> ColumnProfile:
    different = {term_key(term) for term in terms}
    filled = (writer.number(len(terms)), writer.number(len(different)))
    rows = [{name: term} for term in terms]
    if all_of(rows, name, NUMBERS):
        numbers = [number_of(term) for term in terms]
        ends = (writer.number(min(numbers)), writer.number(max(numbers)))
        return ColumnProfile(name, *filled, *ends, writer.number(_FIGURES[MEAN](numbers)))
    if all_of(rows, name, DATES):
        ordered = sorted(terms, key=place_of)
        return ColumnProfile(name, *filled, writer.axis(ordered[0]), writer.axis(ordered[-1]))
    return ColumnProfile(name, *filled)


@dataclass(frozen=True)
class PivotLine:
    """A row of a summary; ``name`` is None for rows without a value."""

    name: Binding | None
    cells: Sequence[str]
    all: str


@dataclass(frozen=True)
class Pivot:
    """A summary for a reader.

    Attributes:
        rows: Variable with a row for each value.
        across: Variable with a column for each value; empty for none.
        figure: What the fields hold: ``sum`` and so on; empty for how many rows there are.
        of: Variable whose numbers these are.
        columns: The values above the columns; None for rows without one.
        lines: The rows.
        last: The row of all.
        is_cut: Whether there are more rows or columns than are shown.
    """

    rows: str
    across: str
    figure: str
    of: str
    columns: Sequence[Binding | None]
    lines: Sequence[PivotLine]
    last: PivotLine
    is_cut: bool


@dataclass(frozen=True)
class PivotDraft:
    """A summary as terms and numbers, before anything has a name.

    Attributes:
        layout: What stands where.
        down: The values of the rows, by their keys, in order.
        over: The values of the columns, likewise; empty without columns.
        figures: Key of the row, key of the column → the figure; an empty tuple's place is "all".
        is_cut: Whether some were left out.
    """

    layout: AnswerLayout
    down: Mapping[str, Term | None]
    over: Mapping[str, Term | None]
    figures: Mapping[tuple[str | None, str | None], Decimal] = field(repr=False)
    is_cut: bool

    @property
    def terms(self) -> Sequence[Term]:
        """Return what needs a name."""
        return [term for term in (*self.down.values(), *self.over.values()) if term is not None]

    def drawn(self, writer: AnswerTerms) -> Pivot:
        """Return the summary for a reader."""

        def line(key: str | None, term: Term | None) -> PivotLine:
            cells = [self._written((key, over), writer) for over in self.over]
            name = None if term is None else writer.binding(term)
            return PivotLine(name, cells, self._written((key, None), writer))

        figure, _, of = self.layout.figure.partition(":")
        return Pivot(
            self.layout.rows,
            self.layout.across,
            figure,
            of,
            [None if term is None else writer.binding(term) for term in self.over.values()],
            [line(key, term) for key, term in self.down.items()],
            line(None, None),
            self.is_cut,
        )

    def _written(self, place: tuple[str | None, str | None], writer: AnswerTerms) -> str:
        figure = self.figures.get(place)
        return "" if figure is None else writer.number(figure)


def draft_pivot(
    columns: Sequence[str], rows: Sequence[Row], layout: AnswerLayout
) -> PivotDraft | None:
    """Return the summary that was chosen, else counts of the first column whose values come again.

    None where each value of every column is another one.
    """
    chosen = _completed(columns, rows, layout)
    if chosen is None:
        return None
    figure, _, of = chosen.figure.partition(":")
    groups: dict[tuple[str | None, str | None], list[Decimal]] = defaultdict(list)
    for row in rows:
        if of and of not in row:
            continue
        number = number_of(row[of]) if of else Decimal(1)
        key = _key(row, chosen.rows)
        over = _key(row, chosen.across) if chosen.across else None
        for place in {(key, over), (key, None), (None, over), (None, None)}:
            groups[place].append(number)
    reckon = _FIGURES[figure or SUM]
    down, over_all = _values(chosen.rows, rows), _values(chosen.across, rows)
    shown, over_shown = _first(down, _MOST_ROWS), _first(over_all, _MOST_ACROSS)
    is_cut = len(shown) < len(down) or len(over_shown) < len(over_all)
    figures = {place: reckon(numbers) for place, numbers in groups.items()}
    return PivotDraft(chosen, shown, over_shown, figures, is_cut)


def _completed(
    columns: Sequence[str], rows: Sequence[Row], layout: AnswerLayout
) -> AnswerLayout | None:
    """Return a choice that can be followed."""
    if layout.view == SUMMARY and layout.rows in columns:
        figure, _, of = layout.figure.partition(":")
        is_known = figure in _FIGURES and all_of(rows, of, NUMBERS)
        across = layout.across if layout.across in columns and layout.across != layout.rows else ""
        return AnswerLayout(
            rows=layout.rows, across=across, figure=layout.figure if is_known else ""
        )
    for name in columns:
        values = [row[name] for row in rows if name in row]
        if 1 < len({term_key(term) for term in values}) < len(values):
            return AnswerLayout(rows=name)
    return None


def _key(row: Row, name: str) -> str:
    return term_key(row[name]) if name in row else _NOTHING


def _values(name: str, rows: Sequence[Row]) -> dict[str, Term | None]:
    """Return key → value of a column: by their own order, else the most frequent first."""
    if not name:
        return {}
    terms: dict[str, Term | None] = {}
    for row in rows:
        terms.setdefault(_key(row, name), row.get(name))
    if has_places(rows, name):
        order = sorted(terms, key=lambda key: place_of(terms[key] or {"value": "0"}))
    else:
        counted = Counter(_key(row, name) for row in rows)
        order = sorted(terms, key=lambda key: (-counted[key], key))
    order.sort(key=lambda key: key == _NOTHING)  # rows without a value come last
    return {key: terms[key] for key in order}


def _first(values: Mapping[str, Term | None], most: int) -> dict[str, Term | None]:
    return dict(list(values.items())[:most])
