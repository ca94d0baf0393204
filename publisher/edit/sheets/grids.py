"""What stands in a workbook or a CSV file, before anybody knows what it means."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from publisher.findings import Finding, Severity
from publisher.messages import Text

RULE = "sheet"
# What a cell was typed as, where it matters.
TEXT_CELL, NUMBER_CELL, DATE_CELL, TRUTH_CELL = "text", "number", "date", "truth"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty.

    Attributes:
        text: What stands in it, as text.
        kind: What it was typed as: ``text``, ``number``, ``date`` or ``truth``.
    """

    text: str
    kind: str = TEXT_CELL


@dataclass(frozen=True)
class RawSheet:
    """A sheet as it was read: a head and lines.

    Attributes:
        title: Its name.
        head: Column → heading.
        lines: Number of the line → column → cell; empty lines are left out.
        broken: Line and column of cells that cannot be read: what belongs to them is left alone.
    """

    title: str
    head: Mapping[int, str]
    lines: Mapping[int, Mapping[int, Cell]] = field(repr=False)
    broken: Set[tuple[int, int]] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class CellPosition:
    """A position: sheet, row and column (from 1; 0 for none)."""

    sheet: str
    line: int = 0
    column: int = 0

    @property
    def cell(self) -> str:
        """Return the cell as people name it.

        >>> CellPosition("Sjö", 7, 28).cell
        'AB7'
        """
        letters, rest = "", self.column
        while rest:
            rest, letter = divmod(rest - 1, 26)
            letters = chr(ord("A") + letter) + letters
        return f"{letters}{self.line}" if letters and self.line else letters or str(self.line or "")


@dataclass(frozen=True)
class CellFinding:
    """A finding with the position in the workbook to correct."""

    finding: Finding
    position: CellPosition


def cell_finding(
    message: Text, position: CellPosition, severity: Severity = Severity.VIOLATION
) -> CellFinding:
    """Return a finding of an import at a position."""
    return CellFinding(Finding(severity, message, RULE), position)
