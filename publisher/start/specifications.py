"""Published specifications of tables, and which of them a table seems to follow.

``specifications.csv`` lists them, ``specification_columns.csv`` their columns, a row each: what the
specification calls it, what it says of its values and whether it asks for it, its property where
the specification names one, and where and when that was read. Columns that could not be read are
not there: what is missing is found among those that were.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from publisher.messages import Text, in_language, text
from publisher.rdf.text import fold
from publisher.start import kinds
from publisher.start.column_guess import Guess
from publisher.start.raw_tables import RawTable
from publisher.start.table_guess import TableGuess
from publisher.start.text_language import text_language

# What belongs to a table that follows one: a share of what is asked for, and so many columns, more
# where nothing but the headings tells what the table is about.
_ENOUGH, _FEWEST, _FEWEST_WITHOUT_SUBJECT = 2 / 3, 3, 4
# Of so many rows, this share says what the table is about, where its name does not.
_ROWS, _SHARE = 200, 1 / 3
_STATED = 0.95


@dataclass(frozen=True)
class SpecifiedColumn:
    """What a specification says of a column.

    Attributes:
        heading: What it is called.
        kind: One of ``kinds``; empty where none fits what is said.
        is_required: Whether every table must have it.
        term: IRI of its property; empty where the specification names none.
    """

    heading: str
    kind: str
    is_required: bool
    term: str


@dataclass(frozen=True)
class Specification:
    """A published specification of a table.

    Attributes:
        name: In options and forms.
        iri: What data that follow it point to.
        titles: What it is called, by language.
        subject: Pattern of words that tables about its subject have; empty: its headings say it.
        language: What texts are in where it is used; empty: any.
        columns: Those that were read.
    """

    name: str
    iri: str
    titles: Text
    subject: str
    language: str
    columns: tuple[SpecifiedColumn, ...]

    def in_language(self, language: str) -> str:
        """Return what it is called in a language: a value of messages."""
        return in_language(self.titles, language)


@dataclass(frozen=True)
class Fit:
    """How a table fits a specification.

    Attributes:
        specification: The specification.
        columns: Index of a column of the table → what is said of it.
        missing: Headings of what is required and is not there.
    """

    specification: Specification
    columns: Mapping[int, SpecifiedColumn]
    missing: tuple[str, ...]


@cache
def specifications() -> tuple[Specification, ...]:
    """Return every specification.

    >>> specifications()[0].titles["sv"]
    'Offentliga toaletter'
    """
    columns: dict[str, list[SpecifiedColumn]] = {}
    for row in _rows("specification_columns.csv"):
        is_required = row["requirement"] == "required"
        found = SpecifiedColumn(row["heading"], row["kind"], is_required, row["term"])
        columns.setdefault(row["specification"], []).append(found)
    return tuple(
        Specification(
            row["specification"],
            row["iri"],
            {key.removeprefix("title_"): row[key] for key in row if key.startswith("title_")},
            row["subject"],
            row["language"],
            tuple(columns[row["specification"]]),
        )
        for row in _rows("specifications.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    content = (files("publisher.start") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(content.splitlines()))


def by_name(name: str) -> Specification | None:
    """Return the specification of a name; None for none."""
    return next((each for each in specifications() if each.name == name), None)


def fit_of(table: RawTable) -> Fit | None:
    """Return the specification that a table seems to follow; None for none."""
    fits = [fit for each in specifications() if _is_near(fit := fit_with(table, each), table)]
    return max(fits, key=lambda fit: len(fit.columns), default=None)


def fit_with(table: RawTable, specification: Specification) -> Fit:
    """Return what of a specification a table has, much or little."""
    places = {_plain(heading): index for index, heading in enumerate(table.headings)}
    found = {
        places[_plain(column.heading)]: column
        for column in specification.columns
        if _plain(column.heading) in places
    }
    required = [column for column in specification.columns if column.is_required]
    missing = [column.heading for column in required if column not in found.values()]
    return Fit(specification, dict(sorted(found.items())), tuple(missing))


def _is_near(fit: Fit, table: RawTable) -> bool:
    subject = fit.specification.subject
    required = sum(column.is_required for column in fit.specification.columns)
    is_enough = required - len(fit.missing) >= _ENOUGH * required
    fewest = _FEWEST if subject else _FEWEST_WITHOUT_SUBJECT
    return is_enough and len(fit.columns) >= fewest and _is_about(table, subject)


def _plain(heading: str) -> str:
    """Return a heading without what tables write differently.

    >>> _plain(" Visit-URL "), _plain("visit_url")
    ('visiturl', 'visiturl')
    """
    return re.sub(r"[\W_]+", "", fold(heading))


def _is_about(table: RawTable, subject: str) -> bool:
    if not subject or re.search(subject, re.sub(r"[\W_]+", " ", fold(table.name))):
        return True
    rows = table.rows[:_ROWS]
    about = sum(any(re.search(subject, fold(cell)) for cell in row.cells) for row in rows)
    return about > _SHARE * len(rows)


def with_stated_kinds(guess: TableGuess) -> TableGuess:
    """Return a guess in which columns are what the specification says, where their cells allow it.

    Whether the data are said to follow it remains to be chosen.
    """
    fit = fit_of(guess.table)
    if fit is None:
        return guess
    guess = _spoken(guess, fit.specification)
    reason = text("The specification {name} says so.", name=fit.specification)
    for index, stated in fit.columns.items():
        if _allows(guess.columns[index], stated.kind, len(guess.table.rows)):
            guess = _as_stated(guess, index, stated.kind, reason)
    return guess


def _spoken(guess: TableGuess, specification: Specification) -> TableGuess:
    """Return a guess in the language of its texts: stated headings are in no language."""
    told = [
        c
        for index, g in enumerate(guess.columns)
        if g.kind in kinds.TEXTS
        for c in guess.table.column(index)[:_ROWS]
    ]
    spoken = text_language(told) or specification.language or guess.language
    columns = tuple(
        replace(column, language=spoken) if column.language == guess.language else column
        for column in guess.columns
    )
    return replace(guess, language=spoken, columns=columns)


def _allows(column: Guess, kind: str, rows: int) -> bool:
    """Tell whether the cells of a column can be what is said of it."""
    if kind == column.kind:
        return True
    if kind == kinds.IDENTIFIER:
        return column.kind not in kinds.POINTS and column.distinct == column.filled == rows
    if kind == kinds.NAME:
        return column.kind in (kinds.TEXT, kinds.DESCRIPTION, kinds.LIST, kinds.CODE)
    # A position takes two columns, which are guessed together.
    if {kind, column.kind} & kinds.POINTS or kind not in kinds.KINDS:
        return False
    return kind in column.alternatives or column.kind == kinds.EMPTY


def _as_stated(guess: TableGuess, index: int, kind: str, reason: Text) -> TableGuess:
    before = guess.columns[index]
    others = (before.kind, *before.alternatives)
    changed = replace(
        before,
        kind=kind,
        confidence=max(before.confidence, _STATED),
        reason=reason,
        alternatives=tuple(dict.fromkeys(k for k in others if k != kind)),
        separator=before.separator if kind in (kinds.LIST, before.kind) else "",
        language=_language(before, kind, guess.language),
    )
    columns = list(guess.columns)
    if kind in (kinds.IDENTIFIER, kinds.NAME) and before.kind != kind:  # there is one of each
        for place, column in enumerate(columns):
            if column.kind == kind:
                columns[place] = replace(column, kind=kinds.TEXT, language="")
    columns[index] = changed
    key = (index,) if kind == kinds.IDENTIFIER else guess.key
    return replace(guess, columns=tuple(columns), key=key)


def _language(before: Guess, kind: str, spoken: str) -> str:
    if kind == before.kind:
        return before.language
    return (before.language or spoken) if kind in kinds.TEXTS else ""


def following(guess: TableGuess, name: str) -> TableGuess:
    """Return a guess whose data are said to follow a specification; empty: none."""
    return replace(guess, specification=name)
