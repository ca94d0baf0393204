"""What drafts change, in the editor's words: fact by fact, and what was left as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from publisher.edit.consequences import updated_text
from publisher.edit.editor.entries import FieldChoices, FieldInput, ValueInput
from publisher.edit.editor.pending import Draft, PendingChanges
from publisher.edit.fields import TEXT, Field
from publisher.edit.statements import SOURCE, SUBJECT
from publisher.errors import ValueRefused
from publisher.findings import Finding
from publisher.messages import in_language, translate
from publisher.rdf.subjects import Term
from publisher.render.values import format_literal

_LONGEST = 60


@dataclass(frozen=True)
class FactChange:
    """One fact before and after; one of the two may be empty.

    Attributes:
        label: What the field is called.
        before: In words.
        after: In words.
        language: Language tag of the texts, if they have one.
    """

    label: str
    before: str
    after: str
    language: str = ""


class TermFormatter:
    """Terms in words, in one language."""

    def __init__(self, choices: FieldChoices, language: str) -> None:
        """Keep what things are called."""
        self._choices, self._language = choices, language

    def of(self, term: Term | None) -> str:
        """Return a term in words; empty for none."""
        if term is None:
            return ""
        if isinstance(term, Literal):
            return format_literal(term, self._language)
        return self._choices.known(term.value, self._language) or term.value

    def differences(self, entries: Iterable[FieldInput], label: str = "") -> Iterator[FactChange]:
        """Yield what changes in some entries, and in the statements about their values."""
        for entry in entries:
            own = in_language(entry.field.names, self._language)
            named = f"{label} – {own}" if label else own
            for row in entry.rows:
                yield from self._of_row(entry.field, row, named)
                if not row.is_empty:
                    for statement in row.statements:
                        yield from self.differences(
                            statement.entries, f"{named}: {self.value(row.value)}"
                        )

    def value(self, value: str) -> str:
        """Return the text of an input, in words: the name of a thing, or the text, cut."""
        known = self._choices.known(value, self._language)
        return known or (value if len(value) <= _LONGEST else value[:_LONGEST] + "…")

    def _of_row(self, each: Field, row: ValueInput, label: str) -> Iterator[FactChange]:
        try:
            new = row.new(each, self._choices.of(each))
        except ValueRefused:
            after = translate("'{value}', which is no value here", self._language, value=row.value)
            yield FactChange(label, self.of(row.old), after)
            return
        if new != row.old:
            yield FactChange(label, self.of(row.old), self.of(new), row.language)


# What was left alone although it belongs to what was changed.
#
# A text that still says the old value ("105 members" after 105 became 110), and a source that was
# cited for it.


@dataclass(frozen=True)
class StaleMention:
    """A text that was left alone and names a value that was changed.

    Attributes:
        input: Name of the input that holds it.
        text: As it is.
        proposal: With the new value in the place of the old one.
        field: The field of the text.
    """

    input: str
    text: str
    proposal: str
    field: Field


def find_stale_mentions(
    entries: Sequence[FieldInput], choices: FieldChoices
) -> Iterator[StaleMention]:
    """Yield the texts of a form that name a value which is no longer there."""
    replaced = list(_replaced(entries, choices))
    for entry in entries:
        for row in entry.rows:
            if entry.field.kind != TEXT or not row.is_unchanged or row.is_empty:
                continue
            proposal = updated_text(row.value, replaced)
            if proposal != row.value:
                yield StaleMention(f"{row.name}v", row.value, proposal, entry.field)


def unchanged_sources(
    entries: Sequence[FieldInput], choices: FieldChoices
) -> Iterator[tuple[Field, list[str]]]:
    """Yield each field with a new value whose sources are those of the old one, and the sources."""
    for entry in entries:
        for row in entry.rows:
            new = _new(entry, row, choices)
            if row.old is None or new is None or new == row.old:
                continue
            for statement in row.statements:
                cited = [r for e in statement.entries if e.field.path == SOURCE for r in e.rows]
                if cited and statement.iri and all(source.is_unchanged for source in cited):
                    yield entry.field, [source.value for source in cited if source.value]


def _replaced(entries: Iterable[FieldInput], choices: FieldChoices) -> Iterator[tuple[str, str]]:
    """Yield what numbers and dates were, and what they are now."""
    for entry in entries:
        if entry.field.kind == TEXT:
            continue
        for row in entry.rows:
            new = _new(entry, row, choices)
            if isinstance(row.old, Literal) and isinstance(new, Literal) and row.old != new:
                yield row.old.value, new.value


def _new(entry: FieldInput, row: ValueInput, choices: FieldChoices) -> object:
    try:
        return row.new(entry.field, choices.of(entry.field))
    except ValueRefused:
        return None


# The drafts on the page of the review.


@dataclass(frozen=True)
class DraftDifference:
    """One draft on the page of the difference."""

    draft: Draft
    kind: str
    name: str
    differences: tuple[FactChange, ...]
    stale_mentions: tuple[StaleMention, ...]
    unchanged_sources: tuple[tuple[str, str], ...]
    errors: tuple[str, ...]


def draft_differences(pending: PendingChanges, language: str) -> list[DraftDifference]:
    """Return what each draft changes that changes something."""
    formatter = TermFormatter(pending.choices, language)
    return [
        _difference(pending, pending.drafts[key], formatter, language) for key in pending.changed
    ]


def clash_differences(pending: PendingChanges, language: str) -> list[FactChange]:
    """Return what was changed here and by somebody else."""
    formatter = TermFormatter(pending.choices, language)
    return [
        FactChange(
            pending.choices.name(clash.change.path, language),
            formatter.of(clash.change.old),
            formatter.of(clash.change.new),
        )
        for clash in pending.clashes
    ]


def _difference(
    pending: PendingChanges, draft: Draft, formatter: TermFormatter, language: str
) -> DraftDifference:
    entries = () if draft.is_removed else pending.entries(draft)
    return DraftDifference(
        draft,
        in_language(pending.form(draft).names, language),
        _draft_name(pending, draft, language),
        tuple(formatter.differences(entries)),
        tuple(find_stale_mentions(entries, pending.choices)),
        tuple(
            (in_language(each.names, language), ", ".join(map(formatter.value, sources)))
            for each, sources in unchanged_sources(entries, pending.choices)
        ),
        tuple(in_language(problem.message, language) for problem in pending.problems(draft.key)),
    )


def _draft_name(pending: PendingChanges, draft: Draft, language: str) -> str:
    """Return the name of a draft, or its kind while it has no name."""
    kind = in_language(pending.form(draft).names, language)
    return pending.name(draft, language) or translate("New: {kind}", language, kind=kind)


def subject_of(pending: PendingChanges, finding: Finding, language: str) -> tuple[str, str]:
    """Return key and name of the draft or thing that a finding is about."""
    for draft in pending.kept:
        if draft.iri == finding.focus_node:
            return draft.key, _draft_name(pending, draft, language)
    snapshot, thing = pending.snapshot, finding.focus_node
    for subject in snapshot.inventory.properties.nodes(thing, SUBJECT):
        thing = subject
    name = pending.choices.name(thing, language)
    return (thing, name) if snapshot.form_of(thing) is not None else ("", name)
