"""What is wrong with a draft, shown at the input to correct, and mentions left unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from publisher.edit.editor.entries import FieldInput, ValueInput
from publisher.edit.editor.pending import PendingChanges
from publisher.edit.editor.session import Draft, FieldChoices, InputProblem, SourceSnapshot
from publisher.edit.fields import TEXT, Field
from publisher.edit.statements import SOURCE
from publisher.errors import ValueRefused
from publisher.findings import Finding, Severity, in_order
from publisher.load.sources import Sources
from publisher.messages import Text
from publisher.quality.approval import check
from publisher.quality.file_rules import check_characters, check_definitions, check_terms
from publisher.quality.hygiene import check_hygiene
from publisher.rdf.namespaces import iri

if TYPE_CHECKING:
    from publisher.quality.validation import NodeValidator


_QUICK: Sequence[Callable[[Sources], Iterable[Finding]]] = (
    check_terms,
    check_characters,
    check_definitions,
    check_hygiene,
)
_NOT_PROPERTIES = (iri("rdf:"), iri("sh:"))


def check_drafts(work: PendingChanges, validator: NodeValidator) -> list[Finding]:
    """Return what is wrong with everything that the drafts touch, and with nothing else.

    Raises:
        SourceSyntax: A shape or a rule cannot be used.
    """
    if work.plan is None:
        return []
    things = work.things()
    after = work.plan.after
    found = [f for step in _QUICK for f in step(after) if f.focus_node in things]
    found += validator.findings(after, sorted(things))
    return in_order(found)


def new_violations(work: PendingChanges) -> list[Finding]:
    """Return the violations that the sources would have, and do not have now.

    Raises:
        SourceSyntax: A shape or a rule cannot be used.
    """
    assert work.plan is not None
    after = [f for f in check(work.plan.after) if f.severity.blocks]
    if not after:
        return []
    before = {_finding_key(f) for f in check(work.plan.before)}
    return [finding for finding in after if _finding_key(finding) not in before]


def _finding_key(finding: Finding) -> tuple[object, ...]:
    """Return what makes a finding the same one, wherever its line has moved."""
    return (finding.severity, finding.rule, finding.focus_node, finding.path, finding.value)


def finding_paths(finding: Finding, snapshot: SourceSnapshot) -> Iterator[str]:
    """Yield the properties that a finding is about, also when its path has several."""
    if finding.path:
        yield finding.path
        return
    shapes = snapshot.inventory.shapes
    waiting = [node for node in shapes.nodes(finding.rule, iri("sh:path"))]
    while waiting:
        node = waiting.pop(0)
        if node.startswith(("http://", "https://")):
            if not node.startswith(_NOT_PROPERTIES):
                yield node
            continue
        waiting += [value for path in shapes.of(node) for value in shapes.nodes(node, path)]


def is_grave(finding: Finding) -> bool:
    """Tell whether a finding keeps the sources from being published."""
    return finding.severity is Severity.VIOLATION


# What is wrong with a draft, told at the input where it can be mended.


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


def form_errors(
    draft: Draft,
    entries: Iterable[FieldInput],
    findings: Iterable[Finding],
    problems: Iterable[InputProblem],
    snapshot: SourceSnapshot,
) -> FormErrors:
    """Return the findings and problems of a draft, by input."""
    found = FormErrors()
    starts, statements = _input_names(entries)
    for problem in problems:
        found.rows.setdefault(problem.name, []).append(problem.message)
    for finding in findings:
        if finding.focus_node == draft.iri:
            path = next((p for p in finding_paths(finding, snapshot) if p in starts), "")
            messages = (
                found.fields.setdefault(starts[path], InputMessages()) if path else found.general
            )
            messages.add(finding)
        elif finding.focus_node in statements:
            found.fields.setdefault(statements[finding.focus_node], InputMessages()).add(finding)
    return found


def _input_names(entries: Iterable[FieldInput]) -> tuple[dict[str, str], dict[str, str]]:
    """Return path → beginning of a field's names, and statement → the same of its field."""
    starts: dict[str, str] = {}
    statements: dict[str, str] = {}
    for number, entry in enumerate(entries):
        if not entry.field.is_inverse:
            starts[entry.field.path] = f"f{number}."
        for row in entry.rows:
            for proof in row.proofs:
                if proof.statement:
                    statements[proof.statement] = f"f{number}."
    return starts, statements


# What was left alone although it belongs to what was changed.
#
# A text that still tells the old value ("105 members" after 105 became 110), and a source that was
# cited for it.


@dataclass(frozen=True)
class StaleMention:
    """A text that was left alone and names a value that was changed.

    Attributes:
        input: Name of the input it stands in.
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
            proposal = row.value
            for old, new in replaced:
                whole = rf"(?<![\w.,-]){re.escape(old)}(?![\w-]|[.,]\d)"
                proposal = re.sub(whole, new.replace("\\", r"\\"), proposal)
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
            for proof in row.proofs:
                cited = [r for e in proof.entries if e.field.path == SOURCE for r in e.rows]
                if cited and proof.statement and all(source.is_unchanged for source in cited):
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


def apply_proposals(draft: Draft, found: Iterable[StaleMention]) -> tuple[tuple[str, str], ...]:
    """Return the inputs of a draft with the proposals in them."""
    pairs = dict(draft.pairs)
    for echo in found:
        pairs[echo.input] = echo.proposal
    return tuple(pairs.items())
