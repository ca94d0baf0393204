"""Values ↔ the texts of cells: pick-lists, and columns whose values depend on other columns.

How a value of one kind is written says ``values.KINDS``. Here is what a workbook adds to it: things
are called by names that no other thing has, those of new rows among them, and what a statement says
is read as the property that it is about.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from publisher.edit.fields import ANY, Choice, Field, Form
from publisher.edit.sheets.layout import SOURCE_KEY, ColumnGroup, ComparisonBasis, SheetLayout
from publisher.edit.sheets.reports import MOST_REPORTED
from publisher.edit.statements import OBJECT, PREDICATE, SOURCE, STATEMENT, SUBJECT
from publisher.edit.values import (
    PickList,
    clean_text,
    comparison_key,
    read_value,
    texts_in_language,
    write_value,
)
from publisher.errors import ValueRefused
from publisher.messages import Text
from publisher.rdf.subjects import Term

# Limit of the format (Excel specifications and limits).
LONGEST = 32_767
# What XML 1.0 has no way to write (section 2.2).
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TAGGED = re.compile(r"(?P<text>.*)@(?P<language>[a-z]{2,3}(-[a-z0-9]+)*)", re.DOTALL)
_DIGEST = 12
# Class → IRI → names of the things that a workbook adds.
NewThings = Mapping[str, Mapping[str, Text]]


class CellCodec:
    """Reads and writes the cells of a workbook in one language, with a pick-list a column."""

    def __init__(self, basis: ComparisonBasis, language: str, new: NewThings | None = None) -> None:
        """Prepare the lists.

        Args:
            basis: What there is, and the sheets.
            language: Of the names that are shown.
            new: What the workbook adds: it can be referred to as well.
        """
        self.inventory, self.language = basis.inventory, language
        self._base_iri = basis.inventory.sources.base_iri
        self._new = new or {}
        self._forms = {layout.form.class_iri: layout.form for layout in basis.layouts}
        self._lists: dict[tuple[str, str], PickList] = {}
        self._form_of = {thing: form for form in self._forms.values() for thing in form.things}
        # The form with most classes says most of a thing.
        for form in sorted(self._forms.values(), key=lambda form: len(form.types)):
            self._form_of |= dict.fromkeys(self._new.get(form.class_iri, ()), form)

    def values(self, layout: SheetLayout, group: ColumnGroup, thing: str) -> list[tuple[str, Term]]:
        """Return the cells of a thing in a group of columns as texts, with their values."""
        if group.field is None:
            return []
        field = group.field
        terms = texts_in_language(
            self.inventory.values(thing, field.path, field.is_inverse), group.language
        )
        found = [(self._write(layout.form, group, thing, term), term) for term in terms]
        return sorted(found, key=lambda pair: (comparison_key(pair[0], field), str(pair[1])))

    def _write(self, form: Form, group: ColumnGroup, thing: str, term: Term) -> str:
        assert group.field is not None
        if form.class_iri == STATEMENT and group.key == OBJECT:
            return self._write_object(thing, term)
        if form.class_iri == STATEMENT and group.key == PREDICATE:
            return self._properties_of(self.stated(thing, SUBJECT)).name(term, self.language)
        choices = self.choices(form, group)
        return _writable(write_value(term, group.field, self.language, choices))

    def _write_object(self, statement: str, term: Term) -> str:
        if isinstance(term, Literal):
            text = f"{term.value}@{term.language}" if term.language else term.value
            return _writable(text)
        field = self._field(self.stated(statement, SUBJECT), self.stated(statement, PREDICATE))
        choices = self._of_field(field) if field is not None else PickList((), self._base_iri)
        return choices.name(term, self.language)

    def stated(self, statement: str, part: str) -> str:
        """Return subject or property of a statement that there is; empty when it has none."""
        return next(iter(self.inventory.properties.nodes(statement, part)), "")

    def read(
        self, form: Form, group: ColumnGroup, written: str, subject: str = "", path: str = ""
    ) -> Term:
        """Return the value that a cell stands for.

        Args:
            form: Of the sheet.
            group: Of the column.
            written: What is in the cell.
            subject: What the row is about, if it is a statement.
            path: The property that it is about, if it is a statement.

        Raises:
            ValueRefused: It stands for none.
        """
        if form.class_iri == STATEMENT and group.key == PREDICATE:
            return self._properties_of(subject).read(clean_text(written))
        if form.class_iri == STATEMENT and group.key == OBJECT:
            return self._read_object(self._field(subject, path), clean_text(written))
        choices = self.choices(form, group)
        if group.field is None:
            return choices.read(clean_text(written))
        return read_value(written, group.field, group.language, choices)

    def _read_object(self, field: Field | None, text: str) -> Term:
        tagged = _TAGGED.fullmatch(text)
        if tagged and (field is None or field.languages):
            return Literal(tagged["text"].strip(), language=tagged["language"])
        if field is None:
            return Literal(text)
        if field.kind == ANY:
            raise ValueRefused("A statement on a statement is not written here.")
        language = field.languages[0] if field.languages else ""
        return read_value(text, field, language, self._of_field(field))

    def _field(self, subject: str, path: str) -> Field | None:
        form = self._form_of.get(subject)
        return form.field(path) if form is not None else None

    # The pick-lists: each is made once, and suggests names as often as findings are kept.

    def choices(self, form: Form, group: ColumnGroup) -> PickList:
        """Return the pick-list of a group of columns; an empty one where values are free."""
        key = (form.class_iri, group.key)
        if key not in self._lists:
            self._lists[key] = self._bounded(self._make_list(form, group))
        return self._lists[key]

    def _bounded(self, choices: PickList) -> PickList:
        choices.suggestions_left = MOST_REPORTED
        return choices

    def _make_list(self, form: Form, group: ColumnGroup) -> PickList:
        if group.key == SOURCE_KEY:
            return PickList(self._sources(), self._base_iri)
        if form.class_iri == STATEMENT and group.key == PREDICATE:
            return PickList(self._properties(), self._base_iri)
        if form.class_iri == STATEMENT and group.key == SUBJECT:
            return PickList(self._things(), self._base_iri)
        return self._of_field(group.field) if group.field is not None else PickList((), "")

    def _of_field(self, field: Field) -> PickList:
        key = (",".join(field.classes), field.key + field.pattern)
        if key not in self._lists:
            new = {
                thing: names
                for name in field.classes
                for thing, names in self._new.get(name, {}).items()
            }
            self._lists[key] = self._bounded(PickList.of(field, self._base_iri, new))
        return self._lists[key]

    def _sources(self) -> list[Choice]:
        fields = [f for form in self._forms.values() for f in form.fields if f.path == SOURCE]
        found = {choice.iri: choice for field in fields for choice in field.choices}
        for name in {name for field in fields for name in field.classes}:
            for thing, names in self._new.get(name, {}).items():
                found[thing] = Choice(NamedNode(thing), names)
        return list(found.values())

    def _properties(self) -> list[Choice]:
        fields = {f.path: f for form in self._forms.values() for f in form.fields}
        return [Choice(NamedNode(path), field.names) for path, field in fields.items()]

    def _things(self) -> list[Choice]:
        known = set(self._forms) - {STATEMENT}
        things = {t for name in known for t in self._forms[name].things}
        found = [Choice(NamedNode(t), self.inventory.names(t)) for t in sorted(things)]
        new = (pair for name in known for pair in self._new.get(name, {}).items())
        return [*found, *(Choice(NamedNode(thing), names) for thing, names in new)]

    def _properties_of(self, subject: str) -> PickList:
        """Return the properties that a statement on a thing may be about, by their names there."""
        form = self._form_of.get(subject)
        key = (STATEMENT, form.class_iri if form is not None else "")
        if key not in self._lists:
            fields = form.fields if form is not None else ()
            own = [Choice(NamedNode(f.path), f.names) for f in fields if not f.is_inverse]
            self._lists[key] = self._bounded(PickList(own or self._properties(), self._base_iri))
        return self._lists[key]


def _writable(text: str) -> str:
    text = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:_DIGEST]
    return f"{text[: LONGEST - 40]}… ({digest})"
