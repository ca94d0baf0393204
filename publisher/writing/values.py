"""What people write in a field → a term of the data, with a cure for what is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime

from pyoxigraph import Literal, NamedNode

from publisher.errors import ValueRefused
from publisher.messages import translate
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term
from publisher.writing.choosing import PickList, shown
from publisher.writing.fields import ADDRESS, ANY, DATE, LINK, NUMBER, PLAIN, TEXT, TRUTH, Field

_STRING = iri("xsd:string")
_TRUTHS = {
    **dict.fromkeys(("true", "ja", "sant", "yes", "1"), "true"),
    **dict.fromkeys(("false", "nej", "falskt", "no", "0"), "false"),
}
_FORMS = (
    (re.compile(r"\d{4}"), "xsd:gYear"),
    (re.compile(r"\d{4}-(0[1-9]|1[0-2])"), "xsd:gYearMonth"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "xsd:date"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?"), "xsd:dateTime"),
)
_WHOLE = re.compile(r"[+-]?\d+")
_FRACTION = re.compile(r"[+-]?(\d+([.]\d*)?|[.]\d+)")
_REAL = re.compile(r"[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d+)?")
_SPACES = re.compile(r"(?<=\d)[\s\u00a0\u202f\u2009](?=\d{3}\b)")
_FRACTIONS, _REALS = ("xsd:decimal",), ("xsd:double", "xsd:float")
# Workbooks keep numbers in fifteen digits.
_EXACT = 10**15
_LONGEST_NUMBER = 400
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


def tidy(written: str) -> str:
    """Return a text as it is kept: composed letters, plain line ends, nothing blank around it."""
    plain = written.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", plain).strip()


def read_value(written: str, field: Field, language: str, choices: PickList) -> Term:
    """Return the term that a text in a field stands for.

    Args:
        written: What somebody wrote; not blank.
        field: The field.
        language: Of a text (``sv``); of no matter to other kinds.
        choices: The pick-list of the field.

    Raises:
        ValueRefused: It is no value of the field; the error says what is.
    """
    text = tidy(written)
    if field.kind == TEXT:
        return Literal(text, language=language)
    if len(choices) and (field.kind in (LINK, PLAIN)):
        return choices.read(text)
    return _READERS[field.kind](text, field)


def _read_link(text: str, field: Field) -> Term:
    raise ValueRefused(
        "'{written}' is not in the list.",
        remedy="The list is empty: add what is to be chosen first.",
        written=shown(text),
    )


def _read_address(text: str, field: Field) -> Term:
    if _ADDRESS.fullmatch(text):
        return NamedNode(text)
    raise ValueRefused(
        "'{written}' is not an address.",
        remedy="Write the whole address, from http:// or https://, without spaces.",
        written=shown(text),
    )


def _read_date(text: str, field: Field) -> Term:
    allowed = field.datatypes or tuple(iri(name) for _form, name in _FORMS)
    for form, name in _FORMS:
        if form.fullmatch(text) and iri(name) in allowed and _exists(text, name):
            return Literal(text, datatype=NamedNode(iri(name)))
    examples = {"xsd:dateTime": "2015-03-28T09:00:00", "xsd:date": "2015-03-28"}
    examples |= {"xsd:gYearMonth": "2015-03", "xsd:gYear": "2015"}
    raise ValueRefused(
        "'{written}' is not a date that can be read with certainty.",
        remedy="Write it as {examples}.",
        written=shown(text),
        examples=", ".join(said for name, said in examples.items() if iri(name) in allowed),
    )


def _exists(text: str, name: str) -> bool:
    """Tell whether a day is in the calendar."""
    try:
        if name == "xsd:date":
            date.fromisoformat(text)
        elif name == "xsd:dateTime":
            datetime.fromisoformat(text)
    except ValueError:
        return False
    return text[:4] != "0000"


def _read_number(text: str, field: Field) -> Term:
    plain = _SPACES.sub("", text)
    for datatype in field.datatypes or (iri("xsd:integer"), iri("xsd:decimal")):
        if datatype in map(iri, _REALS):
            number, form = plain.replace(",", "."), _REAL
        elif datatype in map(iri, _FRACTIONS):
            number, form = plain.replace(",", "."), _FRACTION
        else:
            number, form = _without_zeros(plain), _WHOLE
        if form.fullmatch(number):
            if form is _FRACTION and "." not in number:
                number += ".0"
            return Literal(number, datatype=NamedNode(datatype))
    raise ValueRefused(
        "'{written}' is not a number that belongs here.",
        remedy="Write the number alone, in digits; 'about' and the like have a field of their own.",
        written=shown(text),
    )


def _without_zeros(number: str) -> str:
    """Return a whole number without the fraction that a table puts behind it.

    >>> _without_zeros("105.0")
    '105'
    """
    return number.partition(".")[0] if re.fullmatch(r"[+-]?\d+[.]0+", number) else number


def _read_truth(text: str, field: Field) -> Term:
    if (truth := _TRUTHS.get(text.casefold())) is not None:
        return Literal(truth, datatype=NamedNode(iri("xsd:boolean")))
    raise ValueRefused(
        "'{written}' is neither yes nor no.", remedy="Write ja or nej.", written=shown(text)
    )


def _read_plain(text: str, field: Field) -> Term:
    datatype = field.datatypes[0] if field.datatypes else _STRING
    return Literal(text, datatype=NamedNode(datatype))


_READERS: dict[str, Callable[[str, Field], Term]] = {
    LINK: _read_link,
    ADDRESS: _read_address,
    DATE: _read_date,
    NUMBER: _read_number,
    TRUTH: _read_truth,
    PLAIN: _read_plain,
    ANY: _read_plain,
}


def truth_names(language: str) -> dict[str, str]:
    """Return lexical form of a boolean → how people say it."""
    return {"true": translate("yes", language), "false": translate("no", language)}


def truth_of(written: str) -> str:
    """Return the lexical form of a boolean that is written in some way; else the text itself.

    >>> truth_of("Ja"), truth_of("TRUE"), truth_of("kanske")
    ('true', 'true', 'kanske')
    """
    return _TRUTHS.get(written.strip().casefold(), written)


def write_value(term: Term, field: Field, language: str, choices: PickList) -> str:
    """Return what stands in a field for a term, in the editor's language."""
    if isinstance(term, Literal):
        if field.kind == TRUTH and term.value in _TRUTHS:
            return truth_names(language)[_TRUTHS[term.value]]
        return choices.name(term, language) if len(choices) else term.value
    return choices.name(term, language)


def values_in(values: Iterable[Term], language: str) -> tuple[Term, ...]:
    """Return the texts among values that are in a language; all values when it is empty."""
    if not language:
        return tuple(values)
    return tuple(v for v in values if isinstance(v, Literal) and v.language == language)


def number_of(literal: Literal) -> int | float | None:
    """Return the number of a literal if a table can hold it without a loss; else None."""
    if len(literal.value) > _LONGEST_NUMBER:
        return None
    if _WHOLE.fullmatch(literal.value):
        number = int(literal.value)
        return number if str(number) == literal.value and abs(number) < _EXACT else None
    if _FRACTION.fullmatch(literal.value) and repr(float(literal.value)) == literal.value:
        return float(literal.value)
    return None
