"""What stands in a form: rows of values with the statements that prove them.

Sources → entries → inputs of a page → what was typed → entries again. Names of inputs say where
they belong: ``f3.0.v`` is the value of the first row of the fourth field, ``f3.0.s0.f5.0.v`` a
value of the first statement about it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode, RdfFormat

from publisher.errors import ReadLimit
from publisher.rdf.reading import read as read_rdf
from publisher.rdf.subjects import Term
from publisher.writing.choosing import PickList
from publisher.writing.fields import ADDRESS, ANY, LINK, TEXT, Field, Form
from publisher.writing.values import read_value, tidy

VALUE, LANGUAGE, OLD, DROP, STATEMENT = "v", "l", "o", "d", "i"
_ROW = re.compile(r"(\d+)\.")
_PROOF = re.compile(r"s(\d+)\.")
_NO_CHOICES = PickList((), "")

# Field and what was typed → IRI, when the field is a link and something is called so.
Resolve = Callable[[Field, str], str]


@dataclass(frozen=True)
class Row:
    """One value of a field.

    Attributes:
        name: What the names of its inputs begin with.
        old: The value when the form was made; None in a new row.
        value: What stands in it now: the IRI of a thing that is known, else the text as typed.
        language: Language tag of a text.
        is_dropped: Whether it is to be taken away.
        proofs: The statements about it.
    """

    name: str
    old: Term | None = None
    value: str = ""
    language: str = ""
    is_dropped: bool = False
    proofs: tuple[Proof, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether it says nothing."""
        return self.is_dropped or not self.value

    @property
    def is_unchanged(self) -> bool:
        """Tell whether the value is the one it was."""
        if self.old is None:
            return self.is_empty
        return not self.is_dropped and shown(self.old) == (self.value, self.language)

    def new(self, of: Field, choices: PickList) -> Term | None:
        """Return the value it asks for; None when it is empty.

        Raises:
            ValueRefused: It is no value of the field.
        """
        if self.is_empty:
            return None
        if self.is_unchanged:
            return self.old
        if of.kind == ANY and self.value.startswith(("http://", "https://")):
            return read_value(self.value, replace(of, kind=ADDRESS), "", _NO_CHOICES)
        if of.kind == ANY and self.language:
            return Literal(tidy(self.value), language=self.language)
        if of.kind == LINK and not len(choices):
            return read_value(self.value, replace(of, kind=ADDRESS), "", _NO_CHOICES)
        return read_value(self.value, of, self.language, choices)


@dataclass(frozen=True)
class Proof:
    """A statement about a value: who says so.

    Attributes:
        name: What the names of its inputs begin with.
        statement: IRI of the statement; empty for a new one.
        entries: Its sources, notes and so on.
    """

    name: str
    statement: str
    entries: tuple[Entry, ...] = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is said in it."""
        return all(row.is_empty for entry in self.entries for row in entry.rows)


@dataclass(frozen=True)
class Entry:
    """A field and its rows."""

    field: Field
    rows: tuple[Row, ...]


def shown(term: Term) -> tuple[str, str]:
    """Return a value as it stands in an input, and its language."""
    text = term.value.replace("\r\n", "\n").strip()
    return text, (term.language or "") if isinstance(term, Literal) else ""


def rows_of(each: Field, name: str, values: Sequence[Term]) -> tuple[Row, ...]:
    """Return a row for each value, and the empty ones that a form begins with."""
    filled = [Row("", value, *shown(value)) for value in values]
    if each.kind == TEXT:
        order = {tag: n for n, tag in enumerate(each.languages)}
        filled.sort(key=lambda row: order.get(row.language, len(order)))
        if each.is_unique_language:
            filled = list(_with_each_language(each, filled))
    if not filled and not each.is_part:
        filled = [blank(each)]
    return tuple(replace(row, name=f"{name}{n}.") for n, row in enumerate(filled))


def blank(each: Field) -> Row:
    """Return an empty row."""
    return Row("", language=each.languages[0] if each.kind == TEXT and each.languages else "")


def _with_each_language(each: Field, filled: list[Row]) -> Iterator[Row]:
    for tag in each.languages:
        yield from [row for row in filled if row.language == tag] or [Row("", language=tag)]
    yield from [row for row in filled if row.language not in each.languages]


class Typed:
    """The inputs of a form that was sent, by name."""

    def __init__(self, pairs: Iterable[tuple[str, str]], resolve: Resolve) -> None:
        """Keep them; ``resolve`` finds what the names of things mean."""
        self._values: Mapping[str, str] = dict(pairs)
        self._resolve = resolve

    def entries(self, form: Form, proof: Form | None, prefix: str = "") -> tuple[Entry, ...]:
        """Return what was typed into the fields of a form.

        Args:
            form: Whose fields.
            proof: The form of statements, where its fields may have them.
            prefix: What the names of its inputs begin with.
        """
        return tuple(
            Entry(each, tuple(self._rows(each, f"{prefix}f{number}.", proof)))
            for number, each in enumerate(form.fields)
        )

    def _numbers(self, start: str, pattern: re.Pattern[str]) -> list[int]:
        rest = (name[len(start) :] for name in self._values if name.startswith(start))
        return sorted({int(found[1]) for part in rest if (found := pattern.match(part))})

    def _rows(self, each: Field, start: str, proof: Form | None) -> Iterator[Row]:
        for number in self._numbers(start, _ROW):
            name = f"{start}{number}."
            value = tidy(self._values.get(name + VALUE, ""))
            yield Row(
                name,
                read(self._values.get(name + OLD, "")),
                self._resolve(each, value) or value,
                self._values.get(name + LANGUAGE, ""),
                DROP in self._values.get(name + DROP, ""),
                tuple(self._proofs(name, proof)) if proof is not None else (),
            )

    def _proofs(self, start: str, proof: Form) -> Iterator[Proof]:
        for number in self._numbers(start, _PROOF):
            name = f"{start}s{number}."
            statement = self._values.get(name + STATEMENT, "")
            yield Proof(name, statement, self.entries(proof, None, name))


def pairs_of(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """Yield name and value of each input of a form, as a browser would send it."""
    for entry in entries:
        for row in entry.rows:
            yield row.name + VALUE, row.value
            if row.language:
                yield row.name + LANGUAGE, row.language
            if row.old is not None:
                yield row.name + OLD, str(row.old)
            if row.is_dropped:
                yield row.name + DROP, DROP
            for proof in row.proofs:
                yield proof.name + STATEMENT, proof.statement
                yield from pairs_of(proof.entries)


def with_starts(entries: Iterable[Entry], prefix: str = "") -> Iterator[tuple[str, Entry]]:
    """Yield what the names of the inputs of each field begin with, those of statements too."""
    for number, entry in enumerate(entries):
        start = f"{prefix}f{number}."
        yield start, entry
        for row in entry.rows:
            for proof in row.proofs:
                yield from with_starts(proof.entries, proof.name)


def read(written: str) -> Term | None:
    """Return the term of a hidden input (N-Triples); None when it holds none."""
    if not written:
        return None
    try:
        line = f"<urn:s> <urn:p> {written} .".encode()
        quads = read_rdf(line, RdfFormat.N_TRIPLES, "urn:s", "")
    except (SyntaxError, ReadLimit):
        return None
    found = quads[0].object if len(quads) == 1 else None
    return found if isinstance(found, NamedNode | Literal) else None
