"""What is wrong with a draft, told at the input where it can be mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from publisher.findings import Finding
from publisher.messages import Text
from publisher.writing.editor.checks import is_grave, paths_of
from publisher.writing.editor.drafts import Draft, Problem
from publisher.writing.editor.entries import Entry
from publisher.writing.editor.scene import Scene


@dataclass
class Said:
    """What is said at one place."""

    errors: list[Text] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Add a finding, unless it says what is said already."""
        said = self.errors if is_grave(finding) else self.warnings
        if finding.message not in said:
            said.append(finding.message)


@dataclass
class Remarks:
    """Findings and problems of one draft, by place.

    Attributes:
        general: Of the thing as a whole.
        fields: By what the names of the inputs of a field begin with.
        rows: By what those of a row begin with.
    """

    general: Said = field(default_factory=Said)
    fields: dict[str, Said] = field(default_factory=dict)
    rows: dict[str, list[Text]] = field(default_factory=dict)

    def of_field(self, start: str) -> Said:
        """Return what is said of a field as a whole."""
        return self.fields.get(start, Said())

    def of_row(self, name: str) -> list[Text]:
        """Return what is said of one value."""
        return self.rows.get(name, [])

    @property
    def count(self) -> int:
        """Return how many errors there are."""
        inside = sum(len(said.errors) for said in self.fields.values())
        return len(self.general.errors) + inside + sum(map(len, self.rows.values()))


def remarks_on(
    draft: Draft,
    entries: Iterable[Entry],
    findings: Iterable[Finding],
    problems: Iterable[Problem],
    scene: Scene,
) -> Remarks:
    """Return what there is to say of a draft, at its places."""
    found = Remarks()
    starts, statements = _places(entries)
    for problem in problems:
        found.rows.setdefault(problem.name, []).append(problem.message)
    for finding in findings:
        if finding.focus_node == draft.iri:
            path = next((p for p in paths_of(finding, scene) if p in starts), "")
            place = found.fields.setdefault(starts[path], Said()) if path else found.general
            place.add(finding)
        elif finding.focus_node in statements:
            found.fields.setdefault(statements[finding.focus_node], Said()).add(finding)
    return found


def _places(entries: Iterable[Entry]) -> tuple[dict[str, str], dict[str, str]]:
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
