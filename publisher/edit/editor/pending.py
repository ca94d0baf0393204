"""All drafts together → what would be written, and what keeps it from being written."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode, Triple

from publisher.edit.changes import (
    Change,
    Plan,
    add_value,
    plan_changes,
    remove_value,
    replace_value,
)
from publisher.edit.editor.entries import (
    FieldInput,
    StatementForms,
    StatementInput,
    ValueInput,
    input_text,
    name_prefixes,
    statement_type,
)
from publisher.edit.editor.session import Draft, EditSession, FieldChoices, InputProblem
from publisher.edit.fields import Field
from publisher.edit.inventory import file_for_new_thing
from publisher.edit.statements import OBJECT
from publisher.errors import ChangeRefused, ValueRefused
from publisher.messages import LANGUAGES, Text, text
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
    """What the drafts make of the sources.

    Attributes:
        plan: What would be written; None when the files cannot be changed so.
        changes: Key of a draft → its changes.
        problems: Key of a draft → what was typed and can be no value.
        clashes: What somebody else changed meanwhile.
        refused: Why there is no plan.
    """

    plan: Plan | None
    changes: Mapping[str, list[Change]] = field(repr=False)
    problems: Mapping[str, list[InputProblem]] = field(repr=False)
    clashes: tuple[EditClash, ...] = ()
    refused: ChangeRefused | None = None

    @property
    def drafts(self) -> list[str]:
        """Return the keys of the drafts that change something."""
        return [key for key, changes in self.changes.items() if changes or self.problems[key]]

    def things(self) -> set[str]:
        """Return the IRIs of everything that the changes touch, from either end."""
        found: set[str] = set()
        for changes in self.changes.values():
            for change in changes:
                found.add(change.thing)
                ends = (change.old, change.new)
                found |= {end.value for end in ends if isinstance(end, NamedNode)}
        return found


def pending_changes(session: EditSession, also: Draft | None = None) -> PendingChanges:
    """Return the changes of all kept drafts of a session, and what is wrong with them.

    Args:
        session: Sources and drafts.
        also: A draft that counts too, although nobody has typed into it.
    """
    drafts = {draft.key: draft for draft in session.kept_drafts}
    if also is not None:
        drafts[also.key] = also
    changes: dict[str, list[Change]] = {}
    problems: dict[str, list[InputProblem]] = {}
    for key, draft in drafts.items():
        changes[key], problems[key] = draft_changes(session, draft)
    clashes = tuple(_find_clashes(session, changes))
    lost = [clash.change for clash in clashes]
    wanted = [c for found in changes.values() for c in found if c not in lost]
    # Without the value that is gone, the new one can still be looked at and checked.
    wanted += [dataclasses.replace(change, old=None) for change in lost if change.new is not None]
    try:
        return PendingChanges(
            plan_changes(session.snapshot.sources, wanted), changes, problems, clashes
        )
    except ChangeRefused as error:
        return PendingChanges(None, changes, problems, clashes, error)


def draft_changes(session: EditSession, draft: Draft) -> tuple[list[Change], list[InputProblem]]:
    """Return what a draft changes, and what of it can be no value."""
    snapshot = session.snapshot
    if draft.is_removed:
        return removal_changes(snapshot.proofs, draft.iri, snapshot.owners(draft.iri)), []
    form, file = session.form(draft), draft_file(session, draft)
    builder = ChangeBuilder(snapshot.proofs, session.choices(), draft.iri, file)
    if draft.is_new:
        builder.changes += creation_changes(draft.iri, form.types, file)
        builder.problems += _wrong_address(session, draft)
        if draft.owner is not None and draft.owner.has_part:
            owner = session.address(draft.owner.key)
            new = NamedNode(draft.iri)
            builder.changes.append(add_value(owner, draft.owner.path, new, file))
    builder.compose(session.entries(draft))
    return builder.changes, builder.problems


def draft_file(session: EditSession, draft: Draft) -> str:
    """Return the file that a thing is, or will be, written in."""
    snapshot = session.snapshot
    if not draft.is_new:
        return snapshot.inventory.defining_files.get(draft.iri, "")
    if draft.owner is not None and draft.owner.is_beside:
        above = session.drafts.get(draft.owner.key) or session.open(draft.owner.key)
        if above is not None:
            return draft_file(session, above)
    return file_for_new_thing(snapshot.inventory, session.form(draft), draft.iri)


def _wrong_address(session: EditSession, draft: Draft) -> list[InputProblem]:
    if draft.slug and not _SLUG.fullmatch(draft.slug):
        return [
            InputProblem(
                "slug",
                text(
                    "Write the end of the address with lower-case letters a–z, digits and hyphens,"
                    " such as {example}.",
                    example=draft.iri.rpartition("/")[2],
                ),
            )
        ]
    others = [other for other in session.pending() if other.key != draft.key]
    if draft.iri in session.snapshot.inventory.defining_files or draft.iri in [
        other.iri for other in others
    ]:
        return [
            InputProblem(
                "slug",
                text(
                    "Something else has the address {address} already."
                    " Choose another end, or open that entry.",
                    address=draft.iri,
                ),
            )
        ]
    return []


def _find_clashes(session: EditSession, changes: Mapping[str, list[Change]]) -> list[EditClash]:
    """Return the changes whose old value is not there any more."""
    subjects = session.snapshot.inventory.properties
    return [
        EditClash(key, change)
        for key, found in changes.items()
        for change in found
        if change.old is not None
        and change.old not in subjects.of(change.thing).get(change.path, ())
    ]


def draft_triples(work: PendingChanges, key: str, session: EditSession) -> list[Triple]:
    """Return the triples of a draft's thing, and of what changes with it."""
    assert work.plan is not None
    draft = session.drafts.get(key) or session.open(key)
    assert draft is not None
    about = {NamedNode(draft.iri)} | {
        NamedNode(change.thing) for change in work.changes.get(key, ()) if change.new is not None
    }
    triples = (t for file in work.plan.after.files for t in file.triples)
    return [triple for triple in triples if triple.subject in about]


# Entries → changes of triples: a value and who says so change together.

LONGEST = 20_000


class ChangeBuilder:
    """Makes changes of one thing, and notes what cannot become one."""

    def __init__(
        self, proofs: StatementForms, choices: FieldChoices, thing: str, file: str = ""
    ) -> None:
        """Begin with no change.

        Args:
            proofs: Of the sources.
            choices: What may be chosen.
            thing: IRI of the thing.
            file: Where it stands, or will; statements about it go there too.
        """
        self._proofs, self._choices = proofs, choices
        self._thing, self._file = thing, file
        self.changes: list[Change] = []
        self.problems: list[InputProblem] = []
        self._minted: set[str] = set()

    def compose(self, entries: Iterable[FieldInput]) -> None:
        """Add the changes that the entries ask for."""
        for entry in entries:
            for row in entry.rows:
                new = self._wanted(entry.field, row)
                self.changes += _value_change(self._thing, entry.field, row.old, new, self._file)
                for proof in row.proofs:
                    self._prove(entry.field, row, new, proof)

    def _wanted(self, each: Field, row: ValueInput) -> Term | None:
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

    def _prove(self, each: Field, row: ValueInput, new: Term | None, proof: StatementInput) -> None:
        """Add the changes of one statement about a value."""
        moved = row.old is not None and new is not None and row.old != new
        named_after = each.is_repeated and isinstance(new, NamedNode)
        if proof.statement and (new is None or (moved and named_after)):
            # Where there are several links, the address of a statement tells which it is about.
            self.changes += _removed_value(self._proofs, proof.statement)
            if new is not None:
                self._state(each, new, proof, is_copy=True)
        elif proof.statement:
            if moved and row.old is not None and new is not None:
                self.changes.append(replace_value(proof.statement, OBJECT, row.old, new))
            self._describe(proof.statement, proof)
        elif new is not None and not proof.is_empty:
            self._state(each, new, proof)

    def _state(
        self, each: Field, value: Term, proof: StatementInput, *, is_copy: bool = False
    ) -> None:
        """Add a new statement; a copy takes over what another one said."""
        address = self._proofs.statements.address
        statement = address(self._thing, each.path, value, self._minted)
        self._minted.add(statement)
        for path, term in statement_type(self._thing, each.path, value):
            self.changes.append(add_value(statement, path, term, self._file))
        for entry in proof.entries:
            for row in entry.rows:
                wanted = self._wanted(entry.field, row)
                if wanted is not None and (is_copy or row.old is None):
                    self.changes.append(add_value(statement, entry.field.path, wanted, self._file))

    def _describe(self, statement: str, proof: StatementInput) -> None:
        for entry in proof.entries:
            for row in entry.rows:
                new = self._wanted(entry.field, row)
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


def _removed_value(proofs: StatementForms, thing: str) -> Iterator[Change]:
    return (remove_value(thing, path, value) for path, value in proofs.triples(thing))


def removal_changes(
    proofs: StatementForms, thing: str, owners: Iterable[tuple[str, str]]
) -> list[Change]:
    """Return the changes that take a thing away, with the statements about it and the links to it.

    Args:
        proofs: Of the sources.
        thing: Its IRI.
        owners: Subject and property of what links to it.
    """
    gone = [*_removed_value(proofs, thing)]
    for statement in proofs.about(thing):
        gone += _removed_value(proofs, statement)
    return gone + [remove_value(owner, path, NamedNode(thing)) for owner, path in owners]


def creation_changes(thing: str, types: Iterable[str], file: str) -> list[Change]:
    """Return the changes that create a new thing: its classes and links to it."""
    return [add_value(thing, iri("rdf:type"), NamedNode(name), file) for name in types]


def _error_texts(error: ValueRefused) -> Text:
    """Return the message and the cure of an error, by language."""
    return {tag: f"{error.what[tag]} {error.remedy.get(tag, '')}".strip() for tag in LANGUAGES}


# Two people changed one value: which of the two is to count.


def resolve_conflicts(session: EditSession, clashes: Iterable[EditClash], *, mine: bool) -> None:
    """Let the drafts begin from what is in the files now.

    Args:
        session: Sources and drafts.
        clashes: What was changed on both sides.
        mine: Whether what was typed replaces what is in the files, or gives way to it.
    """
    for clash in clashes:
        draft = session.drafts.get(clash.key)
        if draft is None:
            continue
        pairs = dict(draft.pairs)
        now = _current_value(session, clash, pairs)
        for _start, entry in name_prefixes(session.entries(draft)):
            for row in entry.rows:
                if entry.field.path != clash.change.path or row.old != clash.change.old:
                    continue
                pairs[f"{row.name}o"] = "" if now is None else str(now)
                if not mine:
                    pairs[f"{row.name}v"] = "" if now is None else input_text(now)[0]
                    pairs.pop(f"{row.name}d", None)
        session.put(replace(draft, pairs=tuple(pairs.items())))


def _current_value(session: EditSession, clash: EditClash, pairs: dict[str, str]) -> Term | None:
    """Return the value that replaced the old one in the sources; None without one."""
    change, known = clash.change, set(pairs.values())
    values = session.snapshot.inventory.properties.values(change.thing, change.path)
    found = [v for v in values if str(v) not in known and _language(v) == _language(change.old)]
    return found[0] if len(found) == 1 else None


def _language(term: Term | None) -> str:
    return (term.language or "") if isinstance(term, Literal) else ""
