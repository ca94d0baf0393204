"""What is wrong with a draft, shown at the input to correct."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from publisher.edit.editor.entries import FieldInput
from publisher.edit.editor.pending import Draft, PendingChanges
from publisher.edit.field_messages import field_keys, one_each
from publisher.findings import Finding, Severity, in_order
from publisher.load.sources import Sources
from publisher.messages import Text
from publisher.quality.catalogue import check_catalogue
from publisher.quality.definitions import check_definitions
from publisher.quality.file_rules import check_characters
from publisher.quality.hygiene import check_hygiene
from publisher.quality.literals import check_literals
from publisher.quality.vocabularies import check_terms

_QUICK: Sequence[Callable[[Sources], Iterable[Finding]]] = (
    check_terms,
    check_literals,
    check_characters,
    check_catalogue,
    check_definitions,
    check_hygiene,
)


def check_drafts(pending: PendingChanges) -> list[Finding]:
    """Return what is wrong with everything that the drafts touch, and with nothing else.

    Raises:
        SourceSyntax: A shape or a rule cannot be used.
    """
    if pending.plan is None:
        return []
    things, after = pending.things(), pending.plan.after
    findings = [f for step in _QUICK for f in step(after) if f.focus_node in things]
    findings += pending.snapshot.validator.findings(after, sorted(things))
    findings = one_each(in_order(after.rule_settings.at_levels(findings)))
    forms = {draft.iri: pending.form(draft) for draft in pending.kept}
    messages = pending.snapshot.messages
    return [messages.reworded(each, forms.get(each.focus_node)) for each in findings]


def is_grave(finding: Finding) -> bool:
    """Tell whether a finding keeps the sources from being published."""
    return finding.severity is Severity.VIOLATION


# What is wrong with a draft, shown at the input where it can be corrected.


@dataclass
class InputMessages:
    """Errors and warnings at one input."""

    errors: list[Text] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Add a finding, unless it says what is said already."""
        messages = self.errors if is_grave(finding) else self.warnings
        if finding.message not in messages:
            messages.append(finding.message)


@dataclass
class FormErrors:
    """Findings and problems of one draft, by input.

    Attributes:
        general: Of the thing as a whole.
        fields: By what the names of the inputs of a field begin with.
        rows: By what those of a row begin with.
    """

    general: InputMessages = field(default_factory=InputMessages)
    fields: dict[str, InputMessages] = field(default_factory=dict)
    rows: dict[str, list[Text]] = field(default_factory=dict)

    def of_field(self, start: str) -> InputMessages:
        """Return what is said of a field as a whole."""
        return self.fields.get(start, InputMessages())

    def of_row(self, name: str) -> list[Text]:
        """Return what is said of one value."""
        return self.rows.get(name, [])

    @property
    def count(self) -> int:
        """Return how many errors there are."""
        inside = sum(len(messages.errors) for messages in self.fields.values())
        return len(self.general.errors) + inside + sum(map(len, self.rows.values()))


def form_errors(pending: PendingChanges, draft: Draft) -> FormErrors:
    """Return what is wrong with a draft, by input."""
    errors = FormErrors()
    starts, filled, statements = _input_names(pending.entries(draft))
    for problem in pending.problems(draft.key):
        errors.rows.setdefault(problem.name, []).append(problem.message)
    for finding in check_drafts(pending):
        if finding.focus_node == draft.iri:
            about = set(field_keys(finding, pending.snapshot.inventory.shapes))
            # Of alternatives, the one that is filled in is the one to correct.
            keys = sorted((key for key in starts if key in about), key=lambda k: k not in filled)
            messages = (
                errors.fields.setdefault(starts[keys[0]], InputMessages())
                if keys
                else errors.general
            )
            messages.add(finding)
        elif finding.focus_node in statements:
            errors.fields.setdefault(statements[finding.focus_node], InputMessages()).add(finding)
    return errors


def _input_names(
    entries: Iterable[FieldInput],
) -> tuple[dict[str, str], set[str], dict[str, str]]:
    """Return key → beginning of a field's names, what is filled in, and statement → beginning."""
    starts: dict[str, str] = {}
    filled: set[str] = set()
    statements: dict[str, str] = {}
    for number, entry in enumerate(entries):
        starts[entry.field.key] = f"f{number}."
        for row in entry.rows:
            if not row.is_empty:
                filled.add(entry.field.key)
            for statement in row.statements:
                if statement.iri:
                    statements[statement.iri] = f"f{number}."
    return starts, filled, statements
