"""When something was: a day, a month, a year, or from one to another."""

from __future__ import annotations

from dataclasses import dataclass

from babel.dates import format_date
from pyoxigraph import Literal

from publisher.render.facts.telling import DATES, ENDS, STARTS
from publisher.render.facts.told import Said, first_literal
from publisher.render.values import in_words, locale_of, read_date


@dataclass(frozen=True)
class When:
    """A time in the reader's form.

    Attributes:
        words: As readers write it.
        machine: As HTML's ``time`` wants it; of a stretch of time its beginning.
        key: What times are sorted by.
        years: Since the year 0, with fractions: where it stands on an axis.
        short: As it stands on an axis.
    """

    words: str
    machine: str
    key: str
    years: float
    short: str


def when(said: Said, language: str) -> When | None:
    """Return when a thing was; None when nobody dates it."""
    start, end = first_literal(said, STARTS), first_literal(said, ENDS)
    found = [date_of(term, language) for term in (start, end) if term is not None]
    known = [one for one in found if one is not None]
    if not known:
        return None
    first = known[0]
    if start is None:
        return When(f"– {first.words}", first.machine, first.key, first.years, first.short)
    if len(known) < 2 or known[1].words == first.words:
        return first
    joint = "–" if known[0].words.isdigit() and known[1].words.isdigit() else " – "
    words = joint.join(one.words for one in known)
    return When(words, first.machine, f"{first.key} {known[1].key}", first.years, first.short)


def date_of(literal: Literal, language: str) -> When | None:
    """Return a date; None for a literal that is none."""
    if literal.datatype.value not in DATES:
        return None
    day = read_date(literal.value)
    if day is None:
        return None
    start = day.replace(month=1, day=1)
    years = day.year + (day - start).days / 366
    is_year = len(literal.value) == 4
    short = str(day.year) if is_year else format_date(day, "MMM y", locale=locale_of(language))
    text = literal.value[:10]
    return When(in_words(literal, language), text, text, years, short)
