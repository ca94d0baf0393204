"""Terms ↔ what stands in cells, and when two cells say the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from pyoxigraph import Literal, NamedNode

from publisher.edit.fields import ANY, NUMBER, TRUTH, Choice, Field, Form
from publisher.edit.inventory import Inventory
from publisher.edit.sheets.layout import SOURCE_KEY, ColumnGroup, SheetLayout, group_terms
from publisher.edit.sheets.reports import MOST_REPORTED
from publisher.edit.statements import OBJECT, PREDICATE, SOURCE, STATEMENT, SUBJECT
from publisher.edit.values import PickList, clean_text, read_boolean, read_value, write_value
from publisher.errors import ValueRefused
from publisher.messages import Text
from publisher.rdf.subjects import Term

# Limit of the format (Excel specifications and limits).
LONGEST = 32_767
# What XML 1.0 has no way to write (section 2.2).
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TAGGED = re.compile(r"(?P<text>.*)@(?P<language>[a-z]{2,3}(-[a-z0-9]+)*)", re.DOTALL)
_DIGEST = 12


class CellCodec:
    """The pick-lists of a workbook, in one language; things that are added in it among them."""

    def __init__(
        self,
        inventory: Inventory,
        sheets: Iterable[SheetLayout],
        language: str,
        new: Mapping[str, Mapping[str, Text]] | None = None,
    ) -> None:
        """Prepare the lists.

        Args:
            inventory: What there is.
            sheets: The sheets.
            language: Of the names that are shown.
            new: Class → IRI → names of the things that the workbook adds.
        """
        self.inventory, self.language = inventory, language
        self._base_iri = inventory.sources.base_iri
        self._new = new or {}
        self.forms = {sheet.form.class_iri: sheet.form for sheet in sheets}
        self._lists: dict[tuple[str, str], PickList] = {}
        self._of_things = {t: form for form in self.forms.values() for t in form.things}
        # The form with most classes says most of a thing.
        for form in sorted(self.forms.values(), key=lambda form: len(form.types)):
            self._of_things |= dict.fromkeys(self._new.get(form.class_iri, ()), form)

    def form_of(self, thing: str) -> Form | None:
        """Return the form of a thing, new ones included."""
        return self._of_things.get(thing)

    def list_for(self, form: Form, group: ColumnGroup) -> PickList:
        """Return the pick-list of a group of columns; an empty one where values are free."""
        key = (form.class_iri, group.key)
        if key not in self._lists:
            self._lists[key] = self._bounded(self._list(form, group))
        return self._lists[key]

    def _bounded(self, choices: PickList) -> PickList:
        """Return a list that suggests names for the findings that are kept, and no more."""
        choices.suggestions_left = MOST_REPORTED
        return choices

    def _list(self, form: Form, group: ColumnGroup) -> PickList:
        if group.key == SOURCE_KEY:
            return PickList(self._sources(), self._base_iri)
        if form.class_iri == STATEMENT and group.key == PREDICATE:
            return PickList(self._properties(), self._base_iri)
        if form.class_iri == STATEMENT and group.key == SUBJECT:
            return PickList(self._things(), self._base_iri)
        return self.of_field(group.field) if group.field is not None else PickList((), "")

    def of_field(self, field: Field) -> PickList:
        """Return the pick-list of a field."""
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
        fields = [f for form in self.forms.values() for f in form.fields if f.path == SOURCE]
        found = {choice.iri: choice for field in fields for choice in field.choices}
        for name in {name for field in fields for name in field.classes}:
            for thing, names in self._new.get(name, {}).items():
                found[thing] = Choice(NamedNode(thing), names)
        return list(found.values())

    def _properties(self) -> list[Choice]:
        fields = {f.path: f for form in self.forms.values() for f in form.fields}
        return [Choice(NamedNode(path), field.names) for path, field in fields.items()]

    def _things(self) -> list[Choice]:
        known = set(self.forms) - {STATEMENT}
        things = {t for name in known for t in self.forms[name].things}
        found = [Choice(NamedNode(t), self.inventory.names(t)) for t in sorted(things)]
        new = (pair for name in known for pair in self._new.get(name, {}).items())
        return [*found, *(Choice(NamedNode(thing), names) for thing, names in new)]

    def written(self, form: Form, group: ColumnGroup, thing: str, term: Term) -> str:
        """Return what stands in a cell for a value of a thing."""
        if group.field is None:
            return ""
        if form.class_iri == STATEMENT and group.key == OBJECT:
            return self._written_object(thing, term)
        if form.class_iri == STATEMENT and group.key == PREDICATE:
            subject = next(iter(self.inventory.properties.nodes(thing, SUBJECT)), "")
            return self._paths(subject).name(term, self.language)
        choices = self.list_for(form, group)
        return _writable(write_value(term, group.field, self.language, choices))

    def _written_object(self, statement: str, term: Term) -> str:
        if isinstance(term, Literal):
            text = f"{term.value}@{term.language}" if term.language else term.value
            return _writable(text)
        field = self._field_said(statement)
        choices = self.of_field(field) if field is not None else PickList((), self._base_iri)
        return choices.name(term, self.language)

    def _field_said(self, statement: str) -> Field | None:
        """Return the field that an existing statement speaks of."""
        subjects = self.inventory.properties
        subject = next(iter(subjects.nodes(statement, SUBJECT)), "")
        path = next(iter(subjects.nodes(statement, PREDICATE)), "")
        return self._field(subject, path)

    def _field(self, subject: str, path: str) -> Field | None:
        form = self.form_of(subject)
        return form.field(path) if form is not None else None

    def read(self, form: Form, group: ColumnGroup, written: str) -> Term:
        """Return the value that a cell stands for.

        Raises:
            ValueRefused: It stands for none.
        """
        choices = self.list_for(form, group)
        if group.key == SOURCE_KEY:
            return choices.read(clean_text(written))
        assert group.field is not None
        return read_value(written, group.field, group.language, choices)

    def read_path(self, subject: str, written: str) -> str:
        """Return the property that a statement on a thing speaks of.

        Raises:
            ValueRefused: The things of that form have no such property.
        """
        return self._paths(subject).read(clean_text(written)).value

    def _paths(self, subject: str) -> PickList:
        """Return the properties of the things of a form, by their names there."""
        form = self.form_of(subject)
        key = (STATEMENT, form.class_iri if form is not None else "")
        if key not in self._lists:
            fields = form.fields if form is not None else ()
            mine = [Choice(NamedNode(f.path), f.names) for f in fields if not f.is_inverse]
            found = PickList(mine or self._properties(), self._base_iri)
            self._lists[key] = self._bounded(found)
        return self._lists[key]

    def read_object(self, subject: str, path: str, written: str) -> Term:
        """Return the value that a statement says a thing has.

        Raises:
            ValueRefused: It is none of that property.
        """
        field = self._field(subject, path)
        text = clean_text(written)
        tagged = _TAGGED.fullmatch(text)
        if tagged and (field is None or field.languages):
            return Literal(tagged["text"].strip(), language=tagged["language"])
        if field is None:
            return Literal(text)
        language = field.languages[0] if field.languages else ""
        if field.kind == ANY:
            raise ValueRefused("A statement on a statement is not written here.")
        return read_value(text, field, language, self.of_field(field))


def cell_values(
    names: CellCodec, sheet: SheetLayout, group: ColumnGroup, thing: str
) -> list[tuple[str, Term]]:
    """Return the cell texts of a thing in a group of columns, with their terms."""
    terms = group_terms(names.inventory, thing, group)
    found = [(names.written(sheet.form, group, thing, term), term) for term in terms]
    return sorted(found, key=lambda pair: (comparison_key(pair[0], group.field), str(pair[1])))


def _writable(text: str) -> str:
    text = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:_DIGEST]
    return f"{text[: LONGEST - 40]}… ({digest})"


def comparison_key(written: str, field: Field | None) -> str:
    """Return a key that is equal for cells with the same meaning.

    >>> comparison_key(" Åre  ", None)
    'Åre'
    """
    text = clean_text(written)
    if field is not None and field.kind == NUMBER:
        try:
            return str(Decimal(text.replace(",", ".")).normalize())
        except InvalidOperation:
            return text
    return read_boolean(text) if field is not None and field.kind == TRUTH else text


def group_digest(cells: Iterable[str]) -> str:
    """Return a short digest of the cells of a group, whatever their order."""
    texts: Sequence[str] = sorted(cells)
    return hashlib.sha256("\x1f".join(texts).encode("utf-8")).hexdigest()[:_DIGEST]
