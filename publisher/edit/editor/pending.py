"""What has been typed and not saved, and what it makes of the sources: one value, read by pages."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import NamedNode, Triple

from publisher.edit.changes import (
    Change,
    Plan,
    add_value,
    plan_changes,
    remove_value,
    replace_value,
)
from publisher.edit.editor.entries import (
    FieldChoices,
    FieldInput,
    FormData,
    NewThing,
    StatementForms,
    StatementInput,
    ValueInput,
    input_pairs,
    statement_type,
)
from publisher.edit.editor.snapshot import SourceSnapshot, label_path
from publisher.edit.fields import Field, Form
from publisher.edit.inventory import file_for_new_thing
from publisher.edit.statements import OBJECT
from publisher.errors import ChangeRefused, ValueRefused
from publisher.messages import LANGUAGES, Text, text
from publisher.rdf.subjects import Term

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


# What has been typed and not saved: one draft a thing.


@dataclass(frozen=True)
class DraftOwner:
    """The thing that a new thing is added to.

    Attributes:
        key: Of its draft, or its IRI.
        path: IRI of the property between the two.
        is_inverse: Whether the new thing points to the owner, and not the owner to it.
        input: Name of the input in which the owner names the new thing; empty: it is a part.
        is_beside: Whether it is written into the owner's file, and its address names the owner.
    """

    key: str
    path: str
    is_inverse: bool = False
    input: str = ""
    is_beside: bool = True

    @property
    def has_part(self) -> bool:
        """Tell whether the new thing is a part of the owner."""
        return not self.is_inverse and not self.input


@dataclass(frozen=True)
class Draft:
    """A thing as somebody wants it to be.

    Attributes:
        key: IRI of a thing that there is; ``new-1`` and so on for one that there is not yet.
        class_iri: Class of its form.
        iri: Its address; of a new thing as it will be.
        pairs: Name and value of every input.
        owner: What it was added to, if it is new and was added to something.
        slug: Last part of the address of a new thing, if somebody typed one.
        revision: How often it was changed: what another window shows may be older.
        is_removed: Whether the thing is to be taken away.
        is_kept: Whether somebody has typed anything, so that it counts.
    """

    key: str
    class_iri: str
    iri: str
    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    owner: DraftOwner | None = None
    slug: str = ""
    revision: int = 0
    is_removed: bool = False
    is_kept: bool = False

    @property
    def is_new(self) -> bool:
        """Tell whether the thing does not exist yet."""
        return self.key != self.iri


@dataclass(frozen=True)
class InputProblem:
    """Something typed that can be no value at all.

    Attributes:
        name: What the names of its inputs begin with; empty: the thing as a whole.
        message: What to do, by language.
    """

    name: str
    message: Text


@dataclass(frozen=True)
class EditClash:
    """A value that somebody else changed while it was being changed here.

    Attributes:
        key: Of the draft.
        change: What cannot be done, since the old value is gone.
    """

    key: str
    change: Change


@dataclass(frozen=True)
class PendingChanges:
    """The drafts over the sources, and what they make of them: a pure value.

    Pages and routes only read it; the session makes another one when something changes. What it
    says is worked out when it is first needed.

    Attributes:
        snapshot: The sources.
        drafts: Key → draft, in the order in which they were begun.
        also: A draft that counts too, although it may not be kept as it is here.
    """

    snapshot: SourceSnapshot
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    also: Draft | None = None

    def with_draft(self, draft: Draft) -> PendingChanges:
        """Return the same with one more draft that counts."""
        return dataclasses.replace(self, also=draft)

    # The drafts, one by one.

    @property
    def kept(self) -> list[Draft]:
        """Return the drafts that count: those that somebody has typed into."""
        return [draft for draft in self.drafts.values() if draft.is_kept]

    @property
    def new(self) -> list[Draft]:
        """Return the drafts of new things, of those that count."""
        return [draft for draft in self.kept if draft.is_new]

    def open(self, key: str) -> Draft | None:
        """Return the draft of a thing, or a fresh one; None when there is no such thing."""
        if key in self.drafts:
            return self.drafts[key]
        form = self.snapshot.form_of(key)
        if form is None:
            return None
        entries = self.snapshot.statements.fill(form, key)
        return Draft(key, form.class_iri, key, tuple(input_pairs(entries)))

    def form(self, draft: Draft) -> Form:
        """Return the form of a draft."""
        form = self.snapshot.form(draft.class_iri)
        assert form is not None
        return form

    def address(self, key: str) -> str:
        """Return the address of a thing or of a draft."""
        return self.drafts[key].iri if key in self.drafts else key

    def owner_of(self, draft: Draft) -> str | None:
        """Return the key of what a thing belongs to; None when it stands for itself."""
        if draft.owner is not None:
            return draft.owner.key
        owners = self.snapshot.owners(draft.iri)
        return owners[0][0] if owners else None

    def label(self, draft: Draft) -> dict[str, str]:
        """Return what a draft calls its thing, by language."""
        form = self.form(draft)
        path, nothing = label_path(form), FieldChoices(self.snapshot.inventory, ())
        entries = FormData(draft.pairs, nothing).entries(form, None)
        rows = (row for entry in entries if entry.field.key == path for row in entry.rows)
        texts = {row.language: row.value for row in rows if not row.is_empty}
        # A name that the shapes make is none of the inputs.
        return texts if path else dict(self.snapshot.inventory.names(draft.iri))

    def name(self, draft: Draft, language: str) -> str:
        """Return what the thing of a draft is called; empty while it has no name."""
        names = self._made_label(draft) or self.label(draft)
        return names.get(language) or next(iter(names.values()), "")

    def _made_label(self, draft: Draft) -> dict[str, str]:
        """Return the name that the shapes make of a thing as the draft has it."""
        inventory, builder = self.snapshot.inventory, self._builders.get(draft.key)
        if label_path(self.form(draft)) or not inventory.made or builder is None:
            return {}

        def values(thing: str, path: str) -> list[Term]:
            about = [c for c in builder.changes if (c.thing, c.path) == (thing, path)]
            gone = [change.old for change in about if change.old is not None]
            come = [change.new for change in about if change.new is not None]
            remaining = [v for v in inventory.properties.values(thing, path) if v not in gone]
            return [*remaining, *come]

        return inventory.made_names(draft.iri, self.form(draft).types, values)

    @cached_property
    def choices(self) -> FieldChoices:
        """Return the pick-lists, new things among them."""
        new = (NewThing(each.iri, self.form(each).types, self.label(each)) for each in self.new)
        return FieldChoices(self.snapshot.inventory, new)

    def entries(self, draft: Draft) -> tuple[FieldInput, ...]:
        """Return what is in the form of a draft."""
        form = self.form(draft)
        return FormData(draft.pairs, self.choices).entries(form, self.snapshot.statements.form)

    def file(self, draft: Draft) -> str:
        """Return the file that a thing is, or will be, written in."""
        inventory = self.snapshot.inventory
        if not draft.is_new:
            return inventory.defining_files.get(draft.iri, "")
        if draft.owner is not None and draft.owner.is_beside:
            above = self.open(draft.owner.key)
            if above is not None:
                return self.file(above)
        return file_for_new_thing(inventory, self.form(draft), draft.iri)

    # What all of them change.

    @cached_property
    def _builders(self) -> Mapping[str, ChangeBuilder]:
        drafts = {draft.key: draft for draft in self.kept}
        if self.also is not None:
            drafts[self.also.key] = self.also
        return {key: self._changes_of(draft) for key, draft in drafts.items()}

    def _changes_of(self, draft: Draft) -> ChangeBuilder:
        """Return what a draft changes, and what of it can be no value."""
        snapshot = self.snapshot
        file = "" if draft.is_removed else self.file(draft)
        builder = ChangeBuilder(snapshot.statements, self.choices, draft.iri, file)
        if draft.is_removed:
            builder.remove(snapshot.owners(draft.iri))
            return builder
        if draft.is_new:
            builder.create(self.form(draft))
            if draft.owner is not None and draft.owner.has_part:
                builder.link_from(self.address(draft.owner.key), draft.owner.path)
            builder.problems += self._wrong_address(draft)
        builder.compose(self.entries(draft))
        return builder

    def _wrong_address(self, draft: Draft) -> Iterator[InputProblem]:
        others = [other.iri for other in self.new if other.key != draft.key]
        if draft.slug and not _SLUG.fullmatch(draft.slug):
            message = text(
                "Write the end of the address with lower-case letters a–z, digits and hyphens,"
                " such as {example}.",
                example=draft.iri.rpartition("/")[2],
            )
        elif draft.iri in self.snapshot.inventory.defining_files or draft.iri in others:
            message = text(
                "Something else has the address {address} already."
                " Choose another end, or open that entry.",
                address=draft.iri,
            )
        else:
            return
        yield InputProblem("slug", message)

    @property
    def changed(self) -> list[str]:
        """Return the keys of the drafts that change something."""
        builders = self._builders.items()
        return [key for key, builder in builders if builder.changes or builder.problems]

    def problems(self, key: str) -> Sequence[InputProblem]:
        """Return what was typed into a draft and can be no value."""
        builder = self._builders.get(key)
        return builder.problems if builder is not None else ()

    @property
    def has_problems(self) -> bool:
        """Tell whether something was typed that can be no value."""
        return any(builder.problems for builder in self._builders.values())

    @cached_property
    def clashes(self) -> tuple[EditClash, ...]:
        """Return the changes whose old value is not there any more."""
        properties = self.snapshot.inventory.properties
        return tuple(
            EditClash(key, change)
            for key, builder in self._builders.items()
            for change in builder.changes
            if change.old is not None
            and change.old not in properties.of(change.thing).get(change.path, ())
        )

    @cached_property
    def _planned(self) -> Plan | ChangeRefused:
        lost = [clash.change for clash in self.clashes]
        builders = self._builders.values()
        changes = [c for builder in builders for c in builder.changes if c not in lost]
        # Without the value that is gone, the new one can still be looked at and checked.
        changes += [dataclasses.replace(c, old=None) for c in lost if c.new is not None]
        try:
            return plan_changes(self.snapshot.sources, changes)
        except ChangeRefused as error:
            return error

    @property
    def plan(self) -> Plan | None:
        """Return what would be written; None when the files cannot be changed so."""
        return self._planned if isinstance(self._planned, Plan) else None

    @property
    def refused(self) -> ChangeRefused | None:
        """Return why there is no plan."""
        return self._planned if isinstance(self._planned, ChangeRefused) else None

    def things(self) -> set[str]:
        """Return the IRIs of everything that the changes touch, from either end."""
        changes = [change for builder in self._builders.values() for change in builder.changes]
        ends = (end for change in changes for end in (change.old, change.new))
        iris = {end.value for end in ends if isinstance(end, NamedNode)}
        return iris | {change.thing for change in changes}

    def triples(self, draft: Draft) -> list[Triple]:
        """Return the triples of a draft's thing, and of what changes with it, as they would be."""
        if self.plan is None:
            return []
        builder = self._builders.get(draft.key)
        changes = builder.changes if builder is not None else ()
        about = {NamedNode(draft.iri)}
        about |= {NamedNode(change.thing) for change in changes if change.new is not None}
        triples = (t for file in self.plan.after.files for t in file.triples)
        return [triple for triple in triples if triple.subject in about]


# Entries → changes of triples: a value and who says so change together.

LONGEST = 20_000


class ChangeBuilder:
    """Makes changes of one thing, and notes what cannot become one."""

    def __init__(
        self, statements: StatementForms, choices: FieldChoices, thing: str, file: str = ""
    ) -> None:
        """Begin with no change.

        Args:
            statements: Of the sources.
            choices: What may be chosen.
            thing: IRI of the thing.
            file: Where it is, or will be; statements about it go there too.
        """
        self._statements, self._choices = statements, choices
        self._thing, self._file = thing, file
        self.changes: list[Change] = []
        self.problems: list[InputProblem] = []
        self._minted: set[str] = set()

    def create(self, form: Form) -> None:
        """Add the changes that create the thing: its classes, and its list."""
        for subject, path, value in form.first_facts(self._thing):
            file = self._file if subject == self._thing else ""
            self.changes.append(add_value(subject, path, value, file))

    def link_from(self, owner: str, path: str) -> None:
        """Add the change that makes the thing a part of another one."""
        self.changes.append(add_value(owner, path, NamedNode(self._thing), self._file))

    def remove(self, owners: Iterable[tuple[str, str]]) -> None:
        """Add the changes that remove the thing, with the statements about it and links to it.

        Args:
            owners: Subject and property of what links to it.
        """
        for thing in (self._thing, *self._statements.about(self._thing)):
            self._remove_triples(thing)
        for owner, path in owners:
            self.changes.append(remove_value(owner, path, NamedNode(self._thing)))

    def _remove_triples(self, thing: str) -> None:
        self.changes += [
            remove_value(thing, path, value) for path, value in self._statements.triples(thing)
        ]

    def compose(self, entries: Iterable[FieldInput]) -> None:
        """Add the changes that the entries ask for."""
        for entry in entries:
            for row in entry.rows:
                new = self._new_term(entry.field, row)
                self.changes += _value_change(self._thing, entry.field, row.old, new, self._file)
                for statement in row.statements:
                    self._change_statement(entry.field, row, new, statement)

    def _new_term(self, each: Field, row: ValueInput) -> Term | None:
        """Return the value that a row asks for; the old one when it can be none."""
        if len(row.value) > LONGEST:
            self.problems.append(
                InputProblem(
                    row.name,
                    text(
                        "The text has {length} characters. Shorten it to {most}.",
                        length=len(row.value),
                        most=LONGEST,
                    ),
                )
            )
            return row.old
        try:
            return row.new(each, self._choices.of(each))
        except ValueRefused as error:
            self.problems.append(InputProblem(row.name, _error_texts(error)))
            return row.old

    def _change_statement(
        self, each: Field, row: ValueInput, new: Term | None, inputs: StatementInput
    ) -> None:
        """Add the changes of one statement about a value."""
        moved = row.old is not None and new is not None and row.old != new
        named_after = each.is_repeated and isinstance(new, NamedNode)
        if inputs.iri and (new is None or (moved and named_after)):
            # Where there are several links, the address of a statement tells which it is about.
            self._remove_triples(inputs.iri)
            if new is not None:
                self._add_statement(each, new, inputs, is_copy=True)
        elif inputs.iri:
            if moved and row.old is not None and new is not None:
                self.changes.append(replace_value(inputs.iri, OBJECT, row.old, new))
            self._edit_statement(inputs.iri, inputs)
        elif new is not None and not inputs.is_empty:
            self._add_statement(each, new, inputs)

    def _add_statement(
        self, each: Field, value: Term, inputs: StatementInput, *, is_copy: bool = False
    ) -> None:
        """Add a new statement; a copy takes over what another one said."""
        address = self._statements.index.address
        statement = address(self._thing, each.path, value, self._minted)
        self._minted.add(statement)
        for path, term in statement_type(self._thing, each.path, value):
            self.changes.append(add_value(statement, path, term, self._file))
        for entry in inputs.entries:
            for row in entry.rows:
                new_value = self._new_term(entry.field, row)
                if new_value is not None and (is_copy or row.old is None):
                    self.changes.append(
                        add_value(statement, entry.field.path, new_value, self._file)
                    )

    def _edit_statement(self, statement: str, inputs: StatementInput) -> None:
        for entry in inputs.entries:
            for row in entry.rows:
                new = self._new_term(entry.field, row)
                self.changes += _value_change(statement, entry.field, row.old, new)


def _value_change(
    thing: str, each: Field, old: Term | None, new: Term | None, file: str = ""
) -> Iterator[Change]:
    if old == new:
        return
    if not each.is_inverse:
        if old is not None and new is not None:
            yield replace_value(thing, each.path, old, new)
        elif new is not None:
            yield add_value(thing, each.path, new, file)
        elif old is not None:
            yield remove_value(thing, each.path, old)
        return
    if old is not None:
        yield remove_value(old.value, each.path, NamedNode(thing))
    if new is not None:
        yield add_value(new.value, each.path, NamedNode(thing))


def _error_texts(error: ValueRefused) -> Text:
    """Return the message and the cure of an error, by language."""
    return {tag: f"{error.what[tag]} {error.remedy.get(tag, '')}".strip() for tag in LANGUAGES}
