"""Typed values in the reader's words: dates, numbers, texts of a bearable length."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from pyoxigraph import Literal

from publisher.messages import translate
from publisher.rdf.namespaces import iri

# A text longer than this is cut on pages: a boundary of a municipality would fill many screens.
LONGEST = 300
# Texts for people, and texts written in lines (queries), are shown further.
LONGEST_LEGIBLE = 4000
# Swedish sorts å, ä and ö after z, in this order; Unicode does not.
_SWEDISH_ORDER = str.maketrans({"å": "{", "ä": "|", "ö": "}"})
# In English, dates and numbers as Europe writes them.
_LOCALES = {"en": "en_GB", "sv": "sv_SE"}
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÅÄÖ])")


def locale_of(language: str) -> str:
    """Return the locale in which a language's dates and numbers are written."""
    return _LOCALES.get(language, language)


def read_date(value: str) -> date | None:
    """Return the first day of a date, a month or a year (XSD 1.1); None for anything else.

    >>> [str(read_date(value)) for value in ("2014-03", "2014", "2014-03-09T10:00:00Z", "soon")]
    ['2014-03-01', '2014-01-01', '2014-03-09', 'None']
    """
    try:
        return date.fromisoformat(f"{value[:10]}-01-01"[:10])
    except ValueError:
        return None


def _date(value: str, language: str) -> str:
    return format_date(date.fromisoformat(value[:10]), "long", locale=locale_of(language))


def _date_time(value: str, language: str) -> str:
    return format_datetime(datetime.fromisoformat(value), "long", locale=locale_of(language))


def _month(value: str, language: str) -> str:
    return format_date(date.fromisoformat(f"{value[:7]}-01"), "MMMM y", locale=locale_of(language))


def _number(value: str, language: str) -> str:
    return format_decimal(Decimal(value), locale=locale_of(language), decimal_quantization=False)


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


def shortened(text: str, *, legible: bool) -> tuple[str, int]:
    """Return a text, cut when it is too long for a page, and its whole length if it was cut.

    Args:
        text: To be shown.
        legible: Whether it is written for people to read (it has a language tag).

    >>> shortened("POLYGON((" + "16.1 60.2, " * 100, legible=False)[1]
    1109
    """
    longest = LONGEST_LEGIBLE if legible or "\n" in text else LONGEST
    if len(text) <= longest:
        return text, 0
    return text[: longest * 2 // 3].rstrip(" .,;") + "…", len(text)


def bytes_in_words(length: int, language: str) -> str:
    """Return a length in bytes as readers write it, in units of a thousand.

    >>> [bytes_in_words(length, "sv") for length in (12, 1234, 56_789, 2_500_000)]
    ['12 B', '1,2 kB', '57 kB', '2,5 MB']
    """
    size, unit = float(length), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    form = "0.#" if size < 10 and unit != "B" else "0"
    return f"{format_decimal(size, format=form, locale=locale_of(language))} {unit}"


def first_sentence(text: str) -> str:
    """Return the first sentence of a text.

    >>> first_sentence("Siljan är en sjö. Den ligger i Dalarna.")
    'Siljan är en sjö.'
    """
    return _SENTENCE_END.split(text, maxsplit=1)[0]


def sentence_case(text: str) -> str:
    """Return a name as it stands at the beginning of a line; a prefixed name stays as it is.

    >>> [sentence_case(name) for name in ("påstående", "skos:note", "RDF-data")]
    ['Påstående', 'skos:note', 'RDF-data']
    """
    first = text.partition(" ")[0].rstrip(":")
    return text if ":" in first else text[:1].upper() + text[1:]


def sort_key(text: str) -> str:
    """Return what a text is sorted by: case does not count, and å, ä, ö follow z.

    >>> sorted(["Örebro", "Åre", "Ärla", "Zinkgruvan", "falun"], key=sort_key)
    ['falun', 'Zinkgruvan', 'Åre', 'Ärla', 'Örebro']
    """
    return text.casefold().translate(_SWEDISH_ORDER)
