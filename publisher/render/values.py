"""Values in the reader's words, and as the viewers of their shapes show them (DASH)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from pyoxigraph import Literal

from publisher.languages import LANGUAGES, language_name, letter_order, locale_of
from publisher.messages import translate
from publisher.rdf.namespaces import HYPERLINK, IMAGE, LANG_STRING, LITERAL, URI, iri
from publisher.rdf.source_forms import INTEGERS
from publisher.render.labels import foreign_language
from publisher.render.page_model import PropertyValues, Value

# A text longer than this is cut on pages: a boundary of a municipality would fill many screens.
LONGEST = 300
# Texts for people, and texts written in lines (queries), are shown further.
LONGEST_LEGIBLE = 4000
_ADDRESS_LIKE = re.compile(r"[\w-]+(\.[\w-]+)+/")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\w)")


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


# Numbers that are codes (``0180``), or that somebody wrote with a sign, stay as they are.
_CODE = re.compile(r"\+|-?0[0-9]")


def _number(value: str, language: str) -> str:
    if _CODE.match(value):
        return value
    # Zeros at the end say how exact a measure is.
    form = "#,##0." + "0" * len(value.partition(".")[2])
    return format_decimal(
        Decimal(value),
        format=form.removesuffix("."),
        locale=locale_of(language),
        decimal_quantization=False,
    )


def _truth(value: str, language: str) -> str:
    return translate("yes" if value in ("true", "1") else "no", language)


_POINT = re.compile(r"\s*POINT\s*\(\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s*\)\s*", re.IGNORECASE)


def _point(lexical: str, _language: str) -> str:
    """Return a point in WGS 84 as map services take it: latitude first."""
    match = _POINT.fullmatch(lexical)
    return f"{match[2]}, {match[1]}" if match else lexical


def _clock(lexical: str, _language: str) -> str:
    return lexical.removesuffix(":00") if lexical.count(":") == 2 else lexical


_FORMATS: Mapping[str, Callable[[str, str], str]] = {
    iri("xsd:time"): _clock,
    iri("geo:wktLiteral"): _point,
    iri("xsd:date"): _date,
    iri("xsd:dateTime"): _date_time,
    iri("xsd:gYearMonth"): _month,
    iri("xsd:dateTimeStamp"): _date_time,
    iri("xsd:integer"): _number,
    **{iri(f"xsd:{name}"): _number for name in INTEGERS},
    iri("xsd:decimal"): _number,
    iri("xsd:boolean"): _truth,
}


def format_literal(literal: Literal, language: str) -> str:
    r"""Return a literal as written in a language; unchanged when it is ill-typed.

    >>> from pyoxigraph import NamedNode
    >>> format_literal(Literal("2022-10-19", datatype=NamedNode(iri("xsd:date"))), "sv")
    '19 oktober 2022'
    >>> [
    ...     format_literal(Literal(value, datatype=NamedNode(iri(f"xsd:{name}"))), "sv")
    ...     for value, name in (("1234.50", "decimal"), ("12345", "long"), ("0180", "integer"))
    ... ]
    ['1\xa0234,50', '12\xa0345', '0180']
    >>> point = NamedNode(iri("geo:wktLiteral"))
    >>> format_literal(Literal("POINT (13.43 59.68)", datatype=point), "sv")
    '59.68, 13.43'
    """
    write = _FORMATS.get(literal.datatype.value)
    if write is None:
        return literal.value
    try:
        return write(literal.value, language)
    except (ValueError, InvalidOperation):
        return literal.value


def shorten_text(text: str, *, legible: bool) -> tuple[str, int]:
    """Return a text, cut when it is too long for a page, and its whole length if it was cut.

    Args:
        text: To be shown.
        legible: Whether it is written for people to read (it has a language tag).

    >>> shorten_text("POLYGON((" + "16.1 60.2, " * 100, legible=False)[1]
    1109
    """
    longest = LONGEST_LEGIBLE if legible or "\n" in text else LONGEST
    if len(text) <= longest:
        return text, 0
    return text[: longest * 2 // 3].rstrip(" .,;") + "…", len(text)


def format_bytes(length: int, language: str) -> str:
    """Return a length in bytes as readers write it, in units of a thousand.

    >>> [format_bytes(length, "sv") for length in (12, 1234, 56_789, 2_500_000)]
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
    ends = (end for end in _SENTENCE_END.finditer(text) if text[end.end()].isupper())
    return text[: next((end.start() for end in ends), len(text))]


def sentence_case(text: str) -> str:
    """Return a name as it is at the beginning of a line; a prefixed name stays as it is.

    >>> [sentence_case(name) for name in ("påstående", "skos:note", "RDF-data", "www.w3.org/ns")]
    ['Påstående', 'skos:note', 'RDF-data', 'www.w3.org/ns']
    """
    first = text.partition(" ")[0].rstrip(":")
    is_address = ":" in first or _ADDRESS_LIKE.match(first) is not None
    return text if is_address else text[:1].upper() + text[1:]


def sort_key(text: str, language: str = LANGUAGES[0]) -> str:
    """Return what a text is sorted by for readers of a language; case does not count.

    >>> sorted(["Örebro", "Åre", "Ärla", "Zinkgruvan", "falun"], key=sort_key)
    ['falun', 'Zinkgruvan', 'Åre', 'Ärla', 'Örebro']
    """
    return text.casefold().translate(letter_order(language))


_DIGITS = re.compile(r"(\d+)")


def natural_key(text: str, language: str = LANGUAGES[0]) -> tuple[tuple[str, int], ...]:
    """Return what a text is sorted by where numbers in it count as numbers.

    >>> sorted(["Karta 10", "Karta 9", "karta"], key=natural_key)
    ['karta', 'Karta 9', 'Karta 10']
    """
    parts = _DIGITS.split(sort_key(text, language))
    return tuple(
        ("", int(part)) if part.isdecimal() and number % 2 else (part, -1)
        for number, part in enumerate(parts)
    )


# Values as the viewers of their shapes show them (DASH), else as their kind suggests.

_WEB = ("https://", "http://")
_ADDRESS = iri("xsd:anyURI")
# The policy of pages lets a browser load pictures of this site and those within the page itself.
_OWN_PICTURE = re.compile(r"/[^?#]*\.(png|jpe?g|gif|svg|webp)(?=[?#]|$)", re.IGNORECASE)
_PICTURE_WITHIN = re.compile(r"data:image/(png|jpeg|gif|svg\+xml|webp);base64,[A-Za-z0-9+/=]+")


def view_iri(name: str, link: Value, viewer: str) -> Value:
    """Return a link as a viewer shows it.

    A picture of another site stays a link: the page could not show it, and its host would be told
    of the reader.

    Args:
        name: The IRI.
        link: To it, by its name.
        viewer: Of the shape; empty for none.
    """
    if viewer == URI:
        return Value(name, link.href)
    if viewer == IMAGE and _OWN_PICTURE.match(link.href):
        return replace(link, picture=link.href)
    return link


def view_literal(literal: Literal, href: str, viewer: str, language: str) -> Value:
    """Return a literal as a viewer shows it.

    Args:
        literal: To be shown.
        href: Where it leads, taken for an address; empty for an address that is not safe.
        viewer: Of the shape; empty for none.
        language: Of the page.
    """
    is_address = literal.datatype.value == _ADDRESS or viewer in (HYPERLINK, IMAGE)
    if is_address and literal.value.startswith(_WEB):
        return view_iri(literal.value, Value(literal.value, href), viewer)
    if viewer == IMAGE and _PICTURE_WITHIN.fullmatch(literal.value):
        return Value("", picture=literal.value)
    words = literal.value if viewer == LITERAL else format_literal(literal, language)
    text, cut = shorten_text(words, legible=bool(literal.language))
    spoken = language_name(literal.language or "", language) if viewer == LANG_STRING else ""
    return Value(text, "", foreign_language(literal, language), cut, spoken=spoken)


def sort_values(values: Iterable[Value], language: str) -> tuple[Value, ...]:
    """Return values by their texts, for readers of a language."""
    return tuple(sorted(values, key=lambda value: (sort_key(value.text, language), value.href)))


def value_order(value: Value, language: str) -> tuple[str, str, str]:
    """Return what a value is sorted by: the same order in every build."""
    nested = " ".join(line_text(line, language) for line in value.nested)
    return sort_key(value.text, language), value.href, nested


def line_text(line: PropertyValues, language: str) -> str:
    """Return the whole text of a line, to sort it by."""
    values = (value for fact in line.facts for value in fact.values)
    texts = (part for value in values for part in value_order(value, language))
    return " ".join([line.iri, *texts])
