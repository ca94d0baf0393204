"""What columns become, in plain words: a line for each, for terminal and browser."""

from __future__ import annotations

import re

from publisher.edit.inventory import slug
from publisher.messages import in_language, translate
from publisher.start import kinds
from publisher.start.column_guess import Guess
from publisher.start.projection import SYSTEMS
from publisher.start.raw_tables import RawTable
from publisher.start.specifications import Fit
from publisher.start.table_guess import TableGuess

UNSURE = 0.7


def column_lines(guess: TableGuess, language: str) -> list[str]:
    """Return a line for each column of a table, numbered."""
    width = len(str(len(guess.columns)))
    return [
        f"{number:>{width}}. {column.heading}{details(column, language)} → "
        f"{becomes(column, language)}{_doubt(column, language)}"
        for number, column in enumerate(guess.columns, 1)
    ]


def fits(fit: Fit, language: str) -> str:
    """Return how a table fits a specification: how many of its columns, and what it lacks."""
    words = translate(
        "This looks like {name}, a published specification: {count} of {total} columns.",
        language,
        name=fit.specification,
        count=len(fit.columns),
        total=len(fit.specification.columns),
    )
    if fit.missing:
        words += " " + translate(
            "Required columns that are missing: {names}.", language, names=", ".join(fit.missing)
        )
    return words


def default_name(table: RawTable, language: str) -> str:
    """Return what the data of a table are called, until somebody says it.

    Its file's name, with a word in front where it could not be an address.
    """
    stem = " ".join(re.findall(r"[^\W_]+", table.name))
    if not re.search("[a-z]", slug(stem)):
        stem = f"{translate('Table', language)} {stem}".strip()
    return stem[:1].upper() + stem[1:]


def becomes(column: Guess, language: str) -> str:
    """Return what a column becomes."""
    words = in_language(kinds.kind_words(column.kind), language)
    if column.kind in (kinds.NORTHING, kinds.EASTING):
        words += f" ({SYSTEMS[column.style.epsg].name})"
    if column.kind == kinds.NUMBER and column.style.unit:
        words += translate(" in {unit}", language, unit=column.style.unit)
    if column.kind == kinds.LINK:
        words += f" ({column.target})"
    if column.inexact:
        words += translate(", with what is written beside it", language)
    if column.language:
        words += f" ({column.language})"
    return words


def details(column: Guess, language: str) -> str:
    """Return what is behind the heading of a column: how many values, how many inexact."""
    if column.kind in kinds.LISTED:
        return translate(" ({count} {count:value|values})", language, count=column.distinct)
    if column.inexact:
        return translate(" ({count} with 'about' or the like)", language, count=column.inexact)
    return ""


def _doubt(column: Guess, language: str) -> str:
    if column.warning is not None:
        return f" – {in_language(column.warning, language)}"
    if column.confidence < UNSURE:
        return f" – {in_language(column.reason, language)}"
    return ""
