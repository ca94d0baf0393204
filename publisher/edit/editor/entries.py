"""The inputs of a form: rows of values with the statements about them.

Sources → entries → inputs of a page → what was typed → entries again. Names of inputs say where
they belong: ``f3.0.v`` is the value of the first row of the fourth field, ``f3.0.s0.f5.0.v`` a
value of the first statement about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode, RdfFormat

from publisher.edit.fields import ADDRESS, ANY, LINK, PLAIN, TEXT, Field, Form
from publisher.edit.inventory import Inventory, last_part
from publisher.edit.statements import OBJECT, PREDICATE, SOURCE, SUBJECT, StatementIndex
from publisher.edit.statements import STATEMENT as STATEMENT_CLASS
from publisher.edit.values import PickList, clean_text, read_value
from publisher.errors import ReadLimitExceeded, ValueRefused
from publisher.messages import Text
from publisher.rdf.namespaces import iri
from publisher.rdf.reading import read_quads as read_rdf
from publisher.rdf.subjects import Term, pick_name
from publisher.render.values import sort_key

VALUE, LANGUAGE, OLD, DROP, STATEMENT = "v", "l", "o", "d", "i"
_ROW = re.compile(r"(\d+)\.")
_STATEMENT = re.compile(r"s(\d+)\.")
_NO_CHOICES = PickList((), "")


@dataclass(frozen=True)
class ValueInput:
    """One value of a field.

    Attributes:
        name: What the names of its inputs begin with.
        old: The value when the form was made; None in a new row.
        value: Its text now: the IRI of a thing that is known, else the text as typed.
        language: Language tag of a text.
        is_dropped: Whether it is to be taken away.
        statements: The statements about it.
    """

    name: str
    old: Term | None = None
    value: str = ""
    language: str = ""
    is_dropped: bool = False
    statements: tuple[StatementInput, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether it says nothing."""
        return self.is_dropped or not self.value

    @property
    def is_unchanged(self) -> bool:
        """Tell whether the value is the one it was."""
        if self.old is None:
            return self.is_empty
        return not self.is_dropped and input_text(self.old) == (self.value, self.language)

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
            return Literal(clean_text(self.value), language=self.language)
        if of.kind == LINK and not len(choices):
            return read_value(self.value, replace(of, kind=ADDRESS), "", _NO_CHOICES)
        return read_value(self.value, of, self.language, choices)


@dataclass(frozen=True)
class StatementInput:
    """The inputs of a statement about a value: its sources.

    Attributes:
        name: What the names of its inputs begin with.
        iri: IRI of the statement; empty for a new one.
        entries: Its sources, notes and so on.
    """

    name: str
    iri: str
    entries: tuple[FieldInput, ...] = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is said in it."""
        return all(row.is_empty for entry in self.entries for row in entry.rows)


@dataclass(frozen=True)
class FieldInput:
    """A field and its rows."""

    field: Field
    rows: tuple[ValueInput, ...]


def input_text(term: Term) -> tuple[str, str]:
    """Return the text of a value in an input, and its language."""
    text = term.value.replace("\r\n", "\n").strip()
    return text, (term.language or "") if isinstance(term, Literal) else ""


def value_inputs(each: Field, name: str, values: Sequence[Term]) -> tuple[ValueInput, ...]:
    """Return a row for each value, and the empty ones that a form begins with."""
    filled = [ValueInput("", value, *input_text(value)) for value in values]
    if each.kind == TEXT:
        order = {tag: n for n, tag in enumerate(each.languages)}
        filled.sort(key=lambda row: order.get(row.language, len(order)))
        if each.is_unique_language:
            filled = list(_with_each_language(each, filled))
    if not filled and not each.is_part:
        filled = [empty_input(each)]
    return tuple(replace(row, name=f"{name}{n}.") for n, row in enumerate(filled))


def empty_input(each: Field) -> ValueInput:
    """Return an empty row."""
    return ValueInput(
        "", language=each.languages[0] if each.kind == TEXT and each.languages else ""
    )


def _with_each_language(each: Field, filled: list[ValueInput]) -> Iterator[ValueInput]:
    for tag in each.languages:
        yield from [row for row in filled if row.language == tag] or [ValueInput("", language=tag)]
    yield from [row for row in filled if row.language not in each.languages]


class FormData:
    """The inputs of a form that was sent, by name."""

    def __init__(self, pairs: Iterable[tuple[str, str]], choices: FieldChoices) -> None:
        """Keep them, and what the names of things mean."""
        self._values: Mapping[str, str] = dict(pairs)
        self._choices = choices

    def entries(
        self, form: Form, statement_form: Form | None, prefix: str = ""
    ) -> tuple[FieldInput, ...]:
        """Return what was typed into the fields of a form.

        Args:
            form: Whose fields.
            statement_form: The form of statements, where its fields may have them.
            prefix: What the names of its inputs begin with.
        """
        return tuple(
            FieldInput(each, tuple(self._rows(each, f"{prefix}f{number}.", statement_form)))
            for number, each in enumerate(form.fields)
        )

    def _numbers(self, start: str, pattern: re.Pattern[str]) -> list[int]:
        rest = (name[len(start) :] for name in self._values if name.startswith(start))
        return sorted({int(match[1]) for part in rest if (match := pattern.match(part))})

    def _rows(self, each: Field, start: str, statement_form: Form | None) -> Iterator[ValueInput]:
        for number in self._numbers(start, _ROW):
            name = f"{start}{number}."
            value = clean_text(self._values.get(name + VALUE, ""))
            yield ValueInput(
                name,
                read_hidden_term(self._values.get(name + OLD, "")),
                self._choices.resolve(each, value) or value,
                self._values.get(name + LANGUAGE, ""),
                DROP in self._values.get(name + DROP, ""),
                tuple(self._statements(name, statement_form)) if statement_form is not None else (),
            )

    def _statements(self, start: str, form: Form) -> Iterator[StatementInput]:
        for number in self._numbers(start, _STATEMENT):
            name = f"{start}s{number}."
            known = self._values.get(name + STATEMENT, "")
            yield StatementInput(name, known, self.entries(form, None, name))


def input_pairs(entries: Iterable[FieldInput]) -> Iterator[tuple[str, str]]:
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
            for statement in row.statements:
                yield statement.name + STATEMENT, statement.iri
                yield from input_pairs(statement.entries)


def name_prefixes(
    entries: Iterable[FieldInput], prefix: str = ""
) -> Iterator[tuple[str, FieldInput]]:
    """Yield what the names of the inputs of each field begin with, those of statements too."""
    for number, entry in enumerate(entries):
        start = f"{prefix}f{number}."
        yield start, entry
        for row in entry.rows:
            for statement in row.statements:
                yield from name_prefixes(statement.entries, statement.name)


def read_hidden_term(written: str) -> Term | None:
    """Return the term of a hidden input (N-Triples); None when it holds none."""
    if not written:
        return None
    try:
        line = f"<urn:s> <urn:p> {written} .".encode()
        quads = read_rdf(line, RdfFormat.N_TRIPLES, "urn:s", "")
    except (SyntaxError, ReadLimitExceeded):
        return None
    term = quads[0].object if len(quads) == 1 else None
    return term if isinstance(term, NamedNode | Literal) else None


# The statements about facts (``rdf:Statement``), which editors see as the sources of a value.

_STATEMENT_PARTS = (SUBJECT, PREDICATE, OBJECT)


class StatementForms:
    """The statements of some sources, as forms show them beside their values."""

    def __init__(self, inventory: Inventory, forms: Iterable[Form]) -> None:
        """Look the statements up; without a shape for them, nothing has any."""
        self._inventory = inventory
        listed = tuple(forms)
        self.index = StatementIndex(inventory, listed)
        self._forms = listed
        of_statements = next((form for form in listed if form.class_iri == STATEMENT_CLASS), None)
        self.form: Form | None = of_statements and replace(
            of_statements,
            fields=tuple(f for f in of_statements.fields if f.path not in _STATEMENT_PARTS),
        )

    def is_sourced(self, form: Form, each: Field) -> bool:
        """Tell whether values of a field may have statements one by one.

        They are where the sources do so, and for all facts of a class that has such facts; texts
        of our own, parts, and what points to the thing are not.
        """
        if self.form is None or each.is_part or each.is_inverse:
            return False
        if self._names_its_source(each):
            return False
        if each.kind == TEXT:
            return any(self.is_usual(form, each, tag) for tag in each.languages)
        return self.index.want(form.types)

    def _names_its_source(self, each: Field) -> bool:
        """Tell whether what a field links to must name its own source (a site, a programme)."""
        linked = [form for form in self._forms if form.class_iri in each.classes]
        return bool(linked) and all(
            any(field.path == SOURCE and field.least for field in form.fields) for form in linked
        )

    def is_usual(self, form: Form, each: Field, language: str = "") -> bool:
        """Tell whether the values of a field of this class have statements in the sources."""
        value = Literal("", language=language) if language else Literal("")
        return self.index.are_wanted(form.types, each.path, value)

    def fill(self, form: Form, thing: str) -> tuple[FieldInput, ...]:
        """Return the entries of a thing as the sources have them; empty ones for a new thing."""
        return tuple(
            self._entry(form, number, each, thing) for number, each in enumerate(form.fields)
        )

    def _entry(self, form: Form, number: int, each: Field, thing: str) -> FieldInput:
        values = self._inventory.values(thing, each.path, each.is_inverse) if thing else ()
        rows = value_inputs(each, f"f{number}.", values)
        return FieldInput(each, tuple(self.with_statements(form, each, row, thing) for row in rows))

    def with_statements(
        self, form: Form, each: Field, row: ValueInput, thing: str = ""
    ) -> ValueInput:
        """Return a row with the statements about it, or with an empty one to fill in."""
        if not self.is_sourced(form, each):
            return row
        texts = self.index.of_fact(thing, each.path, row.old) if row.old is not None else ()
        if not texts and each.kind == TEXT and not self.is_usual(form, each, row.language):
            return row
        statements = [
            StatementInput(
                name := f"{row.name}s{number}.", statement, self._statement_fields(statement, name)
            )
            for number, statement in enumerate(texts or ("",))
        ]
        return replace(row, statements=tuple(statements))

    def _statement_fields(self, statement: str, name: str) -> tuple[FieldInput, ...]:
        assert self.form is not None
        return tuple(
            FieldInput(
                each,
                value_inputs(
                    each,
                    f"{name}f{number}.",
                    self._inventory.values(statement, each.path) if statement else (),
                ),
            )
            for number, each in enumerate(self.form.fields)
        )

    def about(self, thing: str) -> tuple[str, ...]:
        """Return the statements about a thing, sorted."""
        return self._inventory.subjects(SUBJECT, thing)

    def triples(self, thing: str) -> list[tuple[str, Term]]:
        """Return property and value of everything that is said of a thing."""
        subjects = self._inventory.properties
        return [
            (path, value) for path in subjects.of(thing) for value in subjects.values(thing, path)
        ]


def statement_type(thing: str, path: str, value: Term) -> list[tuple[str, Term]]:
    """Return property and value of what makes a statement of a fact."""
    return [
        (iri("rdf:type"), NamedNode(STATEMENT_CLASS)),
        (SUBJECT, NamedNode(thing)),
        (PREDICATE, NamedNode(path)),
        (OBJECT, value),
    ]


# Pick-lists of the forms, with what has been added and not saved.

# A longer list is searched while typing, a shorter one is opened.
LONGEST_SELECT = 40


@dataclass(frozen=True)
class NewThing:
    """A new thing that is not saved.

    Attributes:
        iri: Its address to be.
        types: Its classes.
        names: What it is called, by language.
    """

    iri: str
    types: tuple[str, ...]
    names: Text


class FieldChoices:
    """What may be chosen in each field."""

    def __init__(self, inventory: Inventory, pending: Iterable[NewThing]) -> None:
        """Keep what there is, and what is on its way."""
        self._inventory = inventory
        self._pending = {new.iri: new for new in pending}
        self._found: dict[tuple[object, ...], PickList] = {}

    def of(self, each: Field) -> PickList:
        """Return the pick-list of a field; empty when values are written freely."""
        is_listed = each.is_closed or not each.classes
        mark = (each.classes, each.pattern, each.path if is_listed else "")
        if mark not in self._found:
            fits = re.compile(each.pattern) if each.pattern else None
            new = {
                name: pending.names
                for name, pending in self._pending.items()
                if set(pending.types) & set(each.classes) and (fits is None or fits.search(name))
            }
            self._found[mark] = PickList.of(each, self._inventory.sources.base_iri, new)
        return self._found[mark]

    def options(self, each: Field, language: str) -> Mapping[str, str]:
        """Return value → name of what may be chosen in a field, sorted by name."""
        picked = self.of(each)
        terms: list[Term] = [choice.term for choice in each.choices]
        listed = {term.value for term in terms}
        terms += [NamedNode(name) for name in self._pending if name not in listed]
        named = {
            term.value: picked.name(term, language) for term in terms if self._is_in(picked, term)
        }
        return dict(sorted(named.items(), key=lambda row: sort_key(row[1])))

    def _is_in(self, picked: PickList, term: Term) -> bool:
        try:
            picked.read(term.value)
        except ValueRefused:
            return False
        return True

    def known(self, thing: str, language: str) -> str:
        """Return what a thing is called; empty when nobody says."""
        pending = self._pending.get(thing)
        names = pending.names if pending is not None else self._inventory.names(thing)
        return pick_name(names, language)

    def name(self, thing: str, language: str) -> str:
        """Return what a thing is called; the last part of its address when nobody says."""
        return self.known(thing, language) or last_part(thing) or thing

    def resolve(self, each: Field, typed: str) -> str:
        """Return the IRI or text of the choice that is meant; empty when nothing is called so."""
        picked = self.of(each)
        if each.kind not in (LINK, ANY, PLAIN) or not typed or not len(picked):
            return ""
        try:
            return picked.read(typed).value
        except ValueRefused:
            return ""

    def shown(self, each: Field, value: str, language: str) -> str:
        """Return the text of the input of a field for the value of a choice."""
        picked = self.of(each)
        if each.kind not in (LINK, ANY) or self.resolve(each, value) != value or not value:
            return value
        return picked.name(NamedNode(value), language)

    def is_long(self, each: Field) -> bool:
        """Tell whether a list is too long to be opened."""
        return len(self.of(each)) > LONGEST_SELECT
