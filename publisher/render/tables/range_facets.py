"""What ranges of numbers and years are called, to choose between."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from publisher.messages import translate
from publisher.rdf.namespaces import iri
from publisher.release.tables.table import DATE, Column
from publisher.render.values import format_literal

_WHOLE = frozenset(iri(f"xsd:{name}") for name in ("integer", "int", "long", "nonNegativeInteger"))


def range_ends(column: Column) -> list[tuple[str, str]]:
    """Return the ends of each range of a column, the first below its first edge.

    >>> range_ends(Column("height", "https://e.org/height", {}, "number", edges=("2", "5")))
    [('', '2'), ('2', '5'), ('5', '')]
    """
    return list(zip(("", *column.edges), (*column.edges, ""), strict=True))


def range_words(column: Column, ends: tuple[str, str], language: str) -> str:
    """Return what a range is called.

    >>> height = Column("height", "https://e.org/height", {}, "number")
    >>> range_words(height, ("", "2.5"), "en"), range_words(height, ("2.5", "5"), "en")
    ('below 2.5', '2.5 to below 5')
    """
    first, last = ends
    if column.kind == DATE:
        return _of_dates(first, last, language)
    if first and last and column.datatype in _WHOLE and _is_whole(first, last):
        last = str(int(float(last)) - 1)
        numbers = [_number(first, language), _number(last, language)]
        return numbers[0] if first == last else "–".join(numbers)
    first, last = _number(first, language), _number(last, language)
    if first and last:
        return translate("{first} to below {last}", language, first=first, last=last)
    if first:
        return translate("{value} or more", language, value=first)
    return translate("below {value}", language, value=last)


def _of_dates(first: str, last: str, language: str) -> str:
    years = first.isdecimal() and last.isdecimal()
    if years:
        final = f"{int(last) - 1:04}"
        return first if first == final else f"{first}–{final}"
    if first and last:
        return translate("{first} to before {last}", language, first=first, last=last)
    if first:
        return translate("{day} or later", language, day=first)
    return translate("before {day}", language, day=last)


def _is_whole(*written: str) -> bool:
    return all(float(number).is_integer() for number in written)


def _number(written: str, language: str) -> str:
    decimal = NamedNode(iri("xsd:decimal"))
    return format_literal(Literal(written, datatype=decimal), language) if written else ""
