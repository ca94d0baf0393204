"""Findings of the check → the cells in which they are mended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from publisher.findings import Finding
from publisher.writing.changes import Change
from publisher.writing.sheets.grids import Place, Placed
from publisher.writing.sheets.lines import Line
from publisher.writing.statements import SUBJECT


def place_findings(
    findings: Iterable[Finding], lines: Sequence[Line], changes: Iterable[Change]
) -> list[Placed]:
    """Return each finding with the cell it is about; without a place when none is."""
    of_thing = {line.thing: line for line in lines}
    # A statement made on the way is mended on the line of what it is about.
    for change in changes:
        if change.path == SUBJECT and change.new is not None and change.new.value in of_thing:
            of_thing.setdefault(change.thing, of_thing[change.new.value])
    return [
        Placed(finding, _place(finding, of_thing.get(finding.focus_node))) for finding in findings
    ]


def _place(finding: Finding, line: Line | None) -> Place:
    if line is None:
        return Place("")
    groups = [
        group
        for group in line.sheet.columns.values()
        if group.field is not None and group.field.path == finding.path
    ]
    written = [g for g in groups if line.sheet.cells(line.number, g.name)]
    return line.place((written or groups)[0].name) if groups else line.place()
