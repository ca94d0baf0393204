"""Typed values in the reader's words: dates and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from pyoxigraph import Literal

from publisher.messages import translate
from publisher.namespaces import iri


def _date(value: str, language: str) -> str:
    return format_date(date.fromisoformat(value[:10]), "long", locale=language)


def _date_time(value: str, language: str) -> str:
    return format_datetime(datetime.fromisoformat(value), "long", locale=language)


def _month(value: str, language: str) -> str:
    return format_date(date.fromisoformat(f"{value[:7]}-01"), "MMMM y", locale=language)


def _number(value: str, language: str) -> str:
    return format_decimal(Decimal(value), locale=language, decimal_quantization=False)


def _truth(value: str, language: str) -> str:
    return translate("yes" if value in ("true", "1") else "no", language)


_FORMATS: Mapping[str, Callable[[str, str], str]] = {
    iri("xsd:date"): _date,
    iri("xsd:dateTime"): _date_time,
    iri("xsd:gYearMonth"): _month,
    iri("xsd:integer"): _number,
    iri("xsd:decimal"): _number,
    iri("xsd:boolean"): _truth,
}


def in_words(literal: Literal, language: str) -> str:
    """Return a literal as readers of a language write it; as it stands when it is ill-typed.

    >>> from pyoxigraph import NamedNode
    >>> in_words(Literal("2022-10-19", datatype=NamedNode(iri("xsd:date"))), "sv")
    '19 oktober 2022'
    """
    write = _FORMATS.get(literal.datatype.value)
    if write is None:
        return literal.value
    try:
        return write(literal.value, language)
    except (ValueError, InvalidOperation):
        return literal.value
