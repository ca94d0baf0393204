"""The page of a form: fields, inputs, what belongs to it and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal

from publisher.edit.editor.checks import FormErrors, form_errors
from publisher.edit.editor.entries import (
    FieldChoices,
    FieldInput,
    StatementInput,
    ValueInput,
    input_text,
    name_prefixes,
)
from publisher.edit.editor.pages import EditorPages
from publisher.edit.editor.pending import Draft, PendingChanges
from publisher.edit.editor.review import FactChange, TermFormatter
from publisher.edit.fields import ANY, LINK, TEXT, TRUTH, Field, Form
from publisher.edit.forms import CONCEPT
from publisher.edit.inventory import iri_prefix
from publisher.messages import Text, in_language, translate
from publisher.rdf.namespaces import iri
from publisher.render.values import sentence_case

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class PartView:
    """A part of a thing, as the form of the thing lists it."""

    key: str
    name: str
    is_new: bool
    is_removed: bool


def form_page(
    editor: EditorPages,
    draft: Draft,
    language: str,
    *,
    checks: bool = False,
    others: Iterable[FactChange] = (),
) -> bytes:
    """Return the page of a form.

    Args:
        editor: Session and pages.
        draft: What is shown in it.
        language: Of the page.
        checks: Whether to tell what is wrong.
        others: What another window keeps that is different.
    """
    pending = editor.pending.with_draft(draft) if draft.is_kept else editor.pending
    form, snapshot = pending.form(draft), pending.snapshot
    errors = form_errors(pending, draft) if checks else FormErrors()
    views = FormViews(pending.choices, errors, language)
    fields = [
        views.field(entry, f"f{number}.")
        for number, entry in enumerate(pending.entries(draft))
        if not snapshot.is_of_owner(form, entry.field)
    ]
    near = _Neighbours(pending, draft, language)
    return editor.render(
        "thing.html",
        pending.name(draft, language) or translate("New entry", language),
        pending,
        draft=draft,
        form=form,
        kind=in_language(form.names, language),
        groups=group_fields(fields, language),
        lists=views.lists,
        remarks=errors,
        checked=checks,
        links_to_errors=list(_links_to_errors(fields, errors)),
        parts=near.parts,
        new_forms=near.new_forms,
        above=near.owner(),
        additions=near.additions(),
        pointing=near.linking_things(),
        start=iri_prefix(snapshot.inventory, form),
        others=list(others),
    )


def comparison_page(editor: EditorPages, newer: Draft, typed: Pairs, language: str) -> bytes:
    """Return a form's page with the inputs just sent beside those of another window."""
    pending, here = editor.pending, replace(newer, pairs=tuple(typed))
    formatter = TermFormatter(pending.choices, language)
    entries_now = dict(name_prefixes(pending.entries(newer)))
    others = [
        differing
        for start, entry in name_prefixes(pending.entries(here))
        if start in entries_now
        for differing in _differing_values(entry, entries_now[start], formatter, language)
    ]
    return form_page(editor, here, language, others=others)


def _differing_values(
    older: FieldInput, newer: FieldInput, formatter: TermFormatter, language: str
) -> Iterator[FactChange]:
    """Yield the values that differ between two states of a field."""
    ours, theirs = (
        [row.value for row in entry.rows if not row.is_empty] for entry in (older, newer)
    )
    if ours != theirs:
        shown = [", ".join(map(formatter.value, values)) for values in (theirs, ours)]
        yield FactChange(sentence_case(in_language(older.field.names, language)), *shown)


def _links_to_errors(fields: list[FieldView], errors: FormErrors) -> Iterator[tuple[str, str, str]]:
    """Yield id, name of the field and message of each error, in the order of the form."""
    for view in fields:
        for message in view.errors:
            target = view.rows[0].id if view.rows and not view.field.is_part else view.id
            yield target, view.label, message
        for row in view.rows:
            for message in row.errors:
                yield row.id, view.label, message
            for statement in row.statements:
                yield from _links_to_errors([*statement.sources, *statement.rest], errors)


@dataclass(frozen=True)
class _Neighbours:
    """What the page of a form shows of other things, drafts among them, in one language."""

    pending: PendingChanges
    draft: Draft
    language: str

    def owner(self) -> tuple[str, str] | None:
        """Return key and name of what the thing belongs to."""
        key = self.pending.owner_of(self.draft)
        return (key, self._name(key)) if key else None

    def parts(self, each: Field) -> list[PartView]:
        """Return the parts that a field links to, those to be added and removed too."""
        pending, draft = self.pending, self.draft
        inventory = pending.snapshot.inventory
        known = inventory.values(draft.iri, each.path) if not draft.is_new else ()
        removed = {key for key, other in pending.drafts.items() if other.is_removed}
        parts = [
            PartView(term.value, self._name(term.value), False, term.value in removed)
            for term in known
        ]
        for new in pending.new:
            of = new.owner
            if of is not None and of.has_part and (of.key, of.path) == (draft.key, each.path):
                parts.append(PartView(new.key, self._name(new.key), True, False))
        return parts

    def new_forms(self, each: Field) -> list[tuple[str, str]]:
        """Return class and name of what can be added for a field."""
        forms = [form for form in self.pending.snapshot.forms if _may_grow(each, form)]
        return [(form.class_iri, in_language(form.names, self.language)) for form in forms]

    def additions(self) -> list[tuple[str, str, str]]:
        """Return class, property and name of what can be said of a thing from outside."""
        form = self.pending.form(self.draft)
        linked = {name for each in form.fields for name in each.classes}
        return [
            (other.class_iri, each.path, in_language(other.names, self.language))
            for other, each in self.pending.snapshot.additions(form)
            if other.class_iri not in linked
        ]

    def linking_things(self) -> list[tuple[str, str, str]]:
        """Return key, name and kind of what links to the thing, owners and parts left out."""
        pending, snapshot, draft = self.pending, self.pending.snapshot, self.draft
        hidden = {owner for owner, _ in snapshot.owners(draft.iri)}
        for each in pending.form(draft).fields:
            if each.is_part:
                hidden |= set(snapshot.inventory.properties.nodes(draft.iri, each.path))
        things = dict.fromkeys(t for t, _ in snapshot.links.get(draft.iri, ()) if t not in hidden)
        rows = [
            (thing, pending.choices.name(thing, self.language), self._kind(form))
            for thing in things
            if (form := snapshot.form_of(thing)) is not None
        ]
        return rows + [
            (new.key, self._name(new.key), self._kind(pending.form(new)))
            for new in pending.new
            if new.owner is not None and new.owner.is_inverse and new.owner.key == draft.key
        ]

    def _name(self, key: str) -> str:
        """Return what a thing or a draft is called."""
        draft = self.pending.open(key)
        named = self.pending.name(draft, self.language) if draft is not None else ""
        return named or translate("New entry", self.language)

    def _kind(self, form: Form) -> str:
        return in_language(form.names, self.language)


def _may_grow(each: Field, form: Form) -> bool:
    """Tell whether a new thing of a form can be what a field names."""
    if form.scheme:
        listed = {choice.iri for choice in each.choices}
        return CONCEPT in each.classes and not listed.isdisjoint(form.things)
    return not each.is_closed and form.class_iri in each.classes


# What the page of a form shows: fields, their inputs, what is wrong with them.

# A text longer than this gets a box of several lines.
_LONG_TEXT = 70
_LONG_PATHS = frozenset(
    iri(name)
    for name in (
        "dcterms:description",
        "skos:definition",
        "skos:note",
        "skos:editorialNote",
        "dcterms:bibliographicCitation",
        "rdfs:comment",
    )
)
_SOURCE = iri("dcterms:source")


@dataclass(frozen=True)
class ValueView:
    """One value, as inputs.

    Attributes:
        name: What the names of its inputs begin with.
        kind: ``select``, ``search``, ``area`` or ``line``.
        value: Text of the input.
        old: Hidden: the value when the form was made.
        language: Language tag of a text.
        languages: Tags to choose from; empty when it is settled.
        options: Value → name, for a select.
        is_dropped: Whether it is marked to be taken away.
        may_drop: Whether that can be asked for.
        errors: What is wrong with it.
        statements: The statements about it.
    """

    name: str
    kind: str
    value: str
    old: str
    language: str
    languages: tuple[str, ...]
    options: Mapping[str, str] = field(repr=False)
    is_dropped: bool
    may_drop: bool
    errors: tuple[str, ...]
    statements: tuple[StatementView, ...]

    @property
    def id(self) -> str:
        """Return what the input is called in the document."""
        return self.name.replace(".", "-") + "v"


@dataclass(frozen=True)
class StatementView:
    """A statement about a value: its sources, then its other properties."""

    name: str
    iri: str
    sources: tuple[FieldView, ...]
    rest: tuple[FieldView, ...]
    is_open: bool


@dataclass(frozen=True)
class FieldView:
    """One field.

    Attributes:
        field: The field itself.
        start: What the names of its inputs begin with.
        label: What it is called.
        hint: What belongs in it.
        rows: Its values.
        list_id: Id of the list that is searched; empty: none.
        errors: What is wrong with it as a whole.
        warnings: What could be better.
        is_filled: Whether it says anything.
    """

    field: Field
    start: str
    label: str
    hint: str
    rows: tuple[ValueView, ...]
    list_id: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    is_filled: bool

    @property
    def id(self) -> str:
        """Return what the field is called in the document."""
        return self.start.replace(".", "-")

    @property
    def is_required(self) -> bool:
        """Tell whether it must be filled in."""
        return self.field.least > 0

    @property
    def may_grow(self) -> bool:
        """Tell whether it may have further values."""
        return self.field.is_repeated and not self.field.is_part


@dataclass(frozen=True)
class GroupView:
    """Fields below one heading, those with a value or a duty first."""

    heading: str
    fields: tuple[FieldView, ...]
    further: tuple[FieldView, ...]


class FormViews:
    """Makes views of the entries of one form, in one language."""

    def __init__(self, choices: FieldChoices, remarks: FormErrors, language: str) -> None:
        """Keep what may be chosen, and what is wrong."""
        self._choices, self._remarks, self._language = choices, remarks, language
        self.lists: dict[str, Sequence[str]] = {}

    def field(self, entry: FieldInput, start: str) -> FieldView:
        """Return the view of a field and its values."""
        each = entry.field
        messages = self._remarks.of_field(start)
        return FieldView(
            each,
            start,
            sentence_case(in_language(each.names, self._language)),
            in_language(each.description, self._language),
            tuple(self._row(each, row) for row in entry.rows),
            self._list(each),
            self._in_language(messages.errors),
            self._in_language(messages.warnings),
            any(not row.is_empty for row in entry.rows),
        )

    def _in_language(self, messages: Iterable[Text]) -> tuple[str, ...]:
        return tuple(in_language(text, self._language) for text in messages)

    def _list(self, each: Field) -> str:
        if not self._is_searched(each):
            return ""
        names = tuple(self._choices.options(each, self._language).values())
        for known, listed in self.lists.items():
            if listed == names:
                return known
        self.lists[name := f"list-{len(self.lists)}"] = names
        return name

    def _is_searched(self, each: Field) -> bool:
        if each.kind not in (LINK, ANY) or each.is_part:
            return False
        return self._choices.is_long(each) or (each.kind == LINK and not each.is_closed)

    def _row(self, each: Field, row: ValueInput) -> ValueView:
        return ValueView(
            name=row.name,
            kind=self._kind(each, row),
            value=self._choices.shown(each, row.value, self._language)
            if self._is_searched(each)
            else row.value,
            old="" if row.old is None else str(row.old),
            language=row.language,
            languages=each.languages
            if (each.kind == TEXT and not each.is_unique_language)
            or (each.kind == ANY and isinstance(row.old, Literal) and row.old.language)
            else (),
            options=self._options(each, row),
            is_dropped=row.is_dropped,
            may_drop=row.old is not None,
            errors=self._in_language(self._remarks.of_row(row.name)),
            statements=tuple(self._statement(statement) for statement in row.statements),
        )

    def _kind(self, each: Field, row: ValueInput) -> str:
        if self._is_searched(each):
            return "search"
        if each.kind == TRUTH or len(self._choices.of(each)):
            return "select"
        value = input_text(row.old)[0] if row.old is not None else row.value
        is_long = each.path in _LONG_PATHS or len(value) > _LONG_TEXT or "\n" in value
        return "area" if is_long and each.kind in (TEXT, ANY) else "line"

    def _options(self, each: Field, row: ValueInput) -> Mapping[str, str]:
        if self._is_searched(each):
            return {}
        if each.kind == TRUTH:
            return {"true": "true", "false": "false"}
        if not len(self._choices.of(each)):
            return {}
        options = dict(self._choices.options(each, self._language))
        if row.value and row.value not in options:
            options[row.value] = self._choices.name(row.value, self._language)
        return options

    def _statement(self, statement: StatementInput) -> StatementView:
        views = [
            self.field(entry, f"{statement.name}f{number}.")
            for number, entry in enumerate(statement.entries)
        ]
        rest = tuple(view for view in views if view.field.path != _SOURCE)
        return StatementView(
            statement.name,
            statement.iri,
            tuple(view for view in views if view.field.path == _SOURCE),
            rest,
            any(view.errors for view in rest),
        )


def group_fields(views: Iterable[FieldView], language: str) -> list[GroupView]:
    """Return the fields by group, in the order of the shapes."""
    groups: dict[str, list[FieldView]] = {}
    for view in views:
        groups.setdefault(in_language(view.field.group, language), []).append(view)
    return [
        GroupView(
            heading,
            tuple(view for view in listed if _is_first(view)),
            tuple(view for view in listed if not _is_first(view)),
        )
        for heading, listed in groups.items()
    ]


def _is_first(view: FieldView) -> bool:
    """Tell whether a field is shown at once: the others wait behind a heading."""
    return view.is_filled or view.is_required or bool(view.errors) or view.field.is_part
