"""What people write in a field → a term of the data, or an error that says what to write."""

from __future__ import annotations

import difflib
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from publisher.edit.fields import (
    ADDRESS,
    ANY,
    DATE,
    LINK,
    NUMBER,
    PLAIN,
    TEXT,
    TRUTH,
    Choice,
    Field,
)
from publisher.errors import ValueRefused
from publisher.messages import Alternatives, QuotedNames, Text, text, translate
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term, pick_name

_STRING = iri("xsd:string")
TEXT_FORMAT = "@"
_BOOLEAN_WORDS = {
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
_MAIL = re.compile(r"[^\s@<>:]+@[^\s@<>]+")
# One of the web has a host: http:/name, https:name and https:// are slips of the pen.
_ADDRESS = re.compile(
    r"(?!https?:(?!//[^\s/?#]))[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE
)


def clean_text(written: str) -> str:
    """Return a text in the form that is stored: NFC, LF line ends, trimmed."""
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
    kind, text = KINDS[field.kind], clean_text(written)
    if kind.is_chosen and len(choices):
        # What is chosen from is an offer where the field neither is closed nor links to things.
        is_free = field.kind == LINK and not (field.is_closed or field.classes)
        if is_free and _ADDRESS.fullmatch(text) and text.startswith(("http://", "https://")):
            return NamedNode(text)
        return choices.read(text)
    return kind.read(text, field, language)


def write_value(term: Term, field: Field, language: str, choices: PickList) -> str:
    """Return what a field shows for a term, in the editor's language."""
    if isinstance(term, Literal) and not len(choices):
        return KINDS[field.kind].write(term, language)
    return choices.name(term, language)


def comparison_key(written: str, field: Field | None) -> str:
    """Return a key that is equal for texts with the same meaning in a field.

    >>> comparison_key(" Åre  ", None)
    'Åre'
    """
    text = clean_text(written)
    return text if field is None else KINDS[field.kind].key(text)


class ValueKind:
    """How values of one kind are written, in a form, in a cell, or as ``field=value``.

    A new kind of field, or type of column, is a class here with a row in ``KINDS``, a constant in
    ``fields``, and a case of ``forms.kind_of`` that chooses it.

    Attributes:
        is_chosen: Whether values come from the pick-list, where the field has one.
        cell_format: Format of its cells in a workbook (ECMA-376, part 1, section 18.8.30).
    """

    is_chosen = False
    # A workbook would make a day of "2000-01" as soon as somebody types it.
    cell_format = TEXT_FORMAT

    def read(self, text: str, field: Field, language: str) -> Term:
        """Return the value that a text stands for.

        Raises:
            ValueRefused: It stands for none; the error says what would.
        """
        raise NotImplementedError

    def write(self, value: Literal, language: str) -> str:
        """Return a value as people write it."""
        return value.value

    def key(self, text: str) -> str:
        """Return a key that is equal for texts with the same meaning."""
        return text

    def options(self, language: str) -> list[str]:
        """Return everything that may be written, where that is the same in every field."""
        return []

    def untyped(self, value: Literal, field: Field) -> Text | None:
        """Return a warning about a value typed as text where a workbook has a type of its own."""
        return None


class _LinkKind(ValueKind):
    is_chosen = True

    def read(self, text: str, field: Field, language: str) -> Term:
        raise ValueRefused(
            "'{written}' is not in the list.",
            remedy="The list is empty: add what is to be chosen first.",
            written=shorten_input(text),
        )


class _AddressKind(ValueKind):
    def read(self, text: str, field: Field, language: str) -> Term:
        if _ADDRESS.fullmatch(text):
            return NamedNode(text)
        if field.pattern.startswith("^mailto:") and _MAIL.fullmatch(text):
            return NamedNode(f"mailto:{text}")
        raise ValueRefused(
            "'{written}' is not an address.",
            remedy="Write the whole address, from http:// or https://, without spaces.",
            written=shorten_input(text),
        )


class _TextKind(ValueKind):
    def read(self, text: str, field: Field, language: str) -> Term:
        return Literal(text, language=language)


class _PlainKind(ValueKind):
    is_chosen = True

    def read(self, text: str, field: Field, language: str) -> Term:
        datatype = field.datatypes[0] if field.datatypes else _STRING
        return Literal(text, datatype=NamedNode(datatype))


class _AnyKind(_PlainKind):
    is_chosen = False


class _NumberKind(ValueKind):
    cell_format = ""

    def read(self, text: str, field: Field, language: str) -> Term:
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
            remedy="Write the number alone, in digits, without 'about' and the like.",
            written=shorten_input(text),
        )

    def key(self, text: str) -> str:
        try:
            return str(Decimal(text.replace(",", ".")).normalize())
        except InvalidOperation:
            return text

    def untyped(self, value: Literal, field: Field) -> Text | None:
        return text("The number is written as text; it was read as {value}.", value=value.value)


def _without_zeros(number: str) -> str:
    """Return a whole number without the fraction that a table puts behind it.

    >>> _without_zeros("105.0")
    '105'
    """
    return number.partition(".")[0] if re.fullmatch(r"[+-]?\d+[.]0+", number) else number


class _DateKind(ValueKind):
    def read(self, text: str, field: Field, language: str) -> Term:
        allowed = field.datatypes or tuple(iri(name) for _form, name in _FORMS)
        for form, name in _FORMS:
            if form.fullmatch(text) and iri(name) in allowed and _exists(text, name):
                return Literal(text, datatype=NamedNode(iri(name)))
        examples = {"xsd:dateTime": "2015-03-28T09:00:00", "xsd:date": "2015-03-28"}
        examples |= {"xsd:gYearMonth": "2015-03", "xsd:gYear": "2015"}
        raise ValueRefused(
            "'{written}' is not a date that can be read with certainty.",
            remedy="Write it as {examples}.",
            written=shorten_input(text),
            examples=Alternatives(t for name, t in examples.items() if iri(name) in allowed),
        )

    def untyped(self, value: Literal, field: Field) -> Text | None:
        # A month or a year has no type in a workbook.
        if field.datatypes != (iri("xsd:date"),):
            return None
        return text("The date is written as text; it was read as {value}.", value=value.value)


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


class _TruthKind(ValueKind):
    cell_format = ""

    def read(self, text: str, field: Field, language: str) -> Term:
        if (truth := _BOOLEAN_WORDS.get(text.casefold())) is not None:
            return Literal(truth, datatype=NamedNode(iri("xsd:boolean")))
        raise ValueRefused(
            "'{written}' is neither yes nor no.",
            remedy="Write ja or nej.",
            written=shorten_input(text),
        )

    def write(self, value: Literal, language: str) -> str:
        truth = _BOOLEAN_WORDS.get(value.value)
        return translate("yes" if truth == "true" else "no", language) if truth else value.value

    def key(self, text: str) -> str:
        return _BOOLEAN_WORDS.get(text.casefold(), text)

    def options(self, language: str) -> list[str]:
        return [translate(word, language) for word in ("yes", "no")]


KINDS: Mapping[str, ValueKind] = {
    LINK: _LinkKind(),
    ADDRESS: _AddressKind(),
    TEXT: _TextKind(),
    NUMBER: _NumberKind(),
    DATE: _DateKind(),
    TRUTH: _TruthKind(),
    PLAIN: _PlainKind(),
    ANY: _AnyKind(),
}


def texts_in_language(values: Iterable[Term], language: str) -> tuple[Term, ...]:
    """Return the texts among values that are in a language; all values when it is empty."""
    if not language:
        return tuple(values)
    return tuple(v for v in values if isinstance(v, Literal) and v.language == language)


def exact_number(literal: Literal) -> int | float | None:
    """Return the number of a literal if a table can hold it without a loss; else None."""
    if len(literal.value) > _LONGEST_NUMBER:
        return None
    if _WHOLE.fullmatch(literal.value):
        number = int(literal.value)
        return number if str(number) == literal.value and abs(number) < _EXACT else None
    if _FRACTION.fullmatch(literal.value) and repr(float(literal.value)) == literal.value:
        return float(literal.value)
    return None


# Names that people write ↔ things they mean: pick-lists, and suggestions when nothing fits.

_BRACKETED = re.compile(r".*\[(?P<address>[^\[\]]+)\]", re.DOTALL)
# How similar a name must be to be suggested.
_LEAST_SIMILARITY = 0.5
# Comparing takes ten microseconds a name: among more, only with neighbours in the alphabet.
_MOST_COMPARED, _NEIGHBOURS = 2_000, 100
_LONGEST_COMPARED, _LONGEST_SHOWN, _MOST_SHOWN = 200, 60, 5


def short_address(address: str, base_iri: str) -> str:
    """Return an IRI below the base without it.

    >>> short_address("https://e.org/id/lake/siljan", "https://e.org/")
    'id/lake/siljan'
    """
    return address.removeprefix(base_iri)


def full_address(address: str, base_iri: str) -> str:
    """Return the IRI that a short address stands for.

    >>> full_address("id/lake/siljan", "https://e.org/")
    'https://e.org/id/lake/siljan'
    """
    return address if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address) else base_iri + address


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def shorten_input(written: str) -> str:
    """Return typed text as a message shows it: the first 60 characters."""
    return written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}…"


def _choice_names(choice: Choice) -> list[str]:
    """Return the names of a choice: its labels, or the text of a literal without any."""
    is_plain = isinstance(choice.term, Literal) and not choice.names
    return [choice.term.value] if is_plain else list(choice.names.values())


class PickList:
    """The choices of a field, each under a name that no other choice of it has.

    Attributes:
        suggestions_left: How many times the nearest names are looked for; None: every time.
    """

    suggestions_left: int | None = None

    def __init__(self, choices: Iterable[Choice], base_iri: str) -> None:
        """Index the choices by their names, in every language, and by address."""
        self._base_iri = base_iri
        self._choices: dict[str, Choice] = {choice.iri: choice for choice in choices}
        self._named: dict[str, set[str]] = defaultdict(set)
        for choice in self._choices.values():
            for name in _choice_names(choice):
                self._named[_key(name)].add(choice.iri)

    @classmethod
    def of(cls, field: Field, base_iri: str, new: Mapping[str, Text] | None = None) -> PickList:
        """Return the pick-list of a field.

        Args:
            field: The field.
            base_iri: What addresses are short for.
            new: IRI → names of things that are added in the same go.
        """
        more = [Choice(NamedNode(iri), names) for iri, names in (new or {}).items()]
        return cls((*field.choices, *more), base_iri)

    def __len__(self) -> int:
        """Return how many choices there are."""
        return len(self._choices)

    def names(self, language: str) -> list[str]:
        """Return what may be chosen, in a language, sorted."""
        names = (self.name(choice.term, language) for choice in self._choices.values())
        return sorted(names, key=_key)

    def name(self, term: Term, language: str) -> str:
        """Return the name of a choice that means no other; of what is no choice its address."""
        choice = self._choices.get(term.value)
        name = pick_name(choice.names, language) if choice is not None else ""
        if not name:
            return (
                term.value
                if isinstance(term, Literal)
                else short_address(term.value, self._base_iri)
            )
        if len(self._named[_key(name)]) == 1:
            return name
        return f"{name} [{short_address(term.value, self._base_iri)}]"

    def read(self, written: str) -> Term:
        """Return the choice that a name or an address stands for.

        Raises:
            ValueRefused: None does, or several do; the nearest ones are suggested.
        """
        choices = self._named.get(_key(written), set())
        if len(choices) == 1:
            return self._choices[next(iter(choices))].term
        bracketed = _BRACKETED.fullmatch(written.strip())
        address = bracketed["address"] if bracketed else written.strip()
        for spelling in (address, full_address(address, self._base_iri)):
            if spelling in self._choices:
                return self._choices[spelling].term
        if choices:
            raise ValueRefused(
                "'{written}' is the name of several: {choices}.",
                remedy="Write the one you mean, with what is in brackets.",
                written=shorten_input(written),
                choices="; ".join(
                    f"{shorten_input(written)} [{short_address(iri, self._base_iri)}]"
                    for iri in sorted(choices)[:_MOST_SHOWN]
                )
                + ("; …" if len(choices) > _MOST_SHOWN else ""),
            )
        raise self._unknown(written)

    def _unknown(self, written: str) -> ValueRefused:
        nearest = self.nearest(written)
        if nearest:
            return ValueRefused(
                "'{written}' is not in the list.",
                remedy="Did you mean {nearest}? Choose from the list, or add it first.",
                written=shorten_input(written),
                nearest=QuotedNames(nearest),
            )
        return ValueRefused(
            "'{written}' is not in the list.",
            remedy="Choose from the list, or add it first.",
            written=shorten_input(written),
        )

    def nearest(self, written: str) -> list[str]:
        """Return the names most like a text, at most three, the most similar first."""
        folded = _key(written)
        if len(folded) > _LONGEST_COMPARED or self.suggestions_left == 0:
            return []
        if self.suggestions_left is not None:
            self.suggestions_left -= 1
        keys: Sequence[str] = self._alphabet
        if len(keys) > _MOST_COMPARED:
            middle = bisect_left(keys, folded)
            keys = keys[max(0, middle - _NEIGHBOURS) : middle + _NEIGHBOURS]
        nearest = difflib.get_close_matches(folded, keys, n=3, cutoff=_LEAST_SIMILARITY)
        return [self._spelled[key] for key in nearest]

    @cached_property
    def _spelled(self) -> dict[str, str]:
        """Return name as it is compared → name as it is written."""
        return {_key(n): n for c in self._choices.values() for n in _choice_names(c)}

    @cached_property
    def _alphabet(self) -> Sequence[str]:
        """Return the names as they are compared; sorted when there are many."""
        return sorted(self._spelled) if len(self._spelled) > _MOST_COMPARED else list(self._spelled)
