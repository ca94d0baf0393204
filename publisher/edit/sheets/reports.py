"""What is wrong in an import: every step adds to one report, and nothing returns findings beside.

A report keeps the first hundred of each kind of mistake, and how many there are: a workbook in
which every row has the same mistake must not fill memory and screen with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from babel.numbers import format_decimal

from publisher.errors import PublisherError
from publisher.findings import Finding, Severity
from publisher.messages import LANGUAGES, Message, Text, in_language, translate

# Of each kind of mistake.
MOST_REPORTED = 100
_RULE = "sheet"


@dataclass(frozen=True)
class CellPosition:
    """A position: sheet, row and column (from 1; 0 for none)."""

    sheet: str = ""
    row: int = 0
    column: int = 0

    @property
    def cell(self) -> str:
        """Return the cell as people name it.

        >>> CellPosition("Sjö", 7, 28).cell
        'AB7'
        """
        # A CSV file may have more columns than a workbook, for which openpyxl has letters.
        letters, rest = "", self.column
        while rest:
            rest, letter = divmod(rest - 1, 26)
            letters = chr(ord("A") + letter) + letters
        return f"{letters}{self.row or ''}"


@dataclass(frozen=True)
class CellFinding:
    """A finding with the position in the workbook to correct."""

    finding: Finding
    position: CellPosition

    @property
    def kind(self) -> FindingKind:
        """Return what makes a mistake of the same kind: its sheet, its rule, and its message."""
        found = self.finding
        key = found.message.key if isinstance(found.message, Message) else ""
        return (self.position.sheet, found.severity, found.rule, found.path, key)

    @property
    def location(self) -> tuple[str, int, int]:
        """Return what findings are sorted by: sheet, row and column."""
        return (self.position.sheet, self.position.row, self.position.column)


FindingKind = tuple[str, Severity, str, str, str]


@dataclass
class ImportReport:
    """Findings of an import, bounded.

    Attributes:
        file: Name of the file that is imported.
    """

    file: str = ""
    _reported: dict[FindingKind, list[CellFinding]] = field(default_factory=dict, repr=False)
    _counts: Counter[FindingKind] = field(default_factory=Counter, repr=False)

    def add(
        self, message: Text, position: CellPosition, severity: Severity = Severity.VIOLATION
    ) -> CellFinding:
        """Add what is wrong at a position, and return it; only a violation prevents writing."""
        found = CellFinding(Finding(severity, message, _RULE), position)
        self.add_finding(found)
        return found

    def warn(self, message: Text, position: CellPosition) -> None:
        """Add what an editor should know, and what prevents nothing."""
        self.add(message, position, Severity.WARNING)

    def add_finding(self, each: CellFinding) -> None:
        """Add a finding: kept when it is among the first hundred of its kind, else counted."""
        reported = self._reported.setdefault(each.kind, [])
        if len(reported) < MOST_REPORTED:
            reported.append(each)
        self._counts[each.kind] += 1

    def add_more(self, like: CellFinding, count: int) -> None:
        """Add findings of which only the number is known, of the kind of one that was added."""
        self._counts[like.kind] += count

    def include(self, other: ImportReport) -> None:
        """Add what another report holds, such as that of an attempt."""
        for kind, reported in other._reported.items():
            for each in reported:
                self.add_finding(each)
            self._counts[kind] += other._counts[kind] - len(reported)

    def __iter__(self) -> Iterator[CellFinding]:
        """Yield what is kept; the last of a kind says how many more there are."""
        for kind, reported in self._reported.items():
            rest = self._counts[kind] - len(reported)
            yield from reported[:-1] if rest else reported
            if rest:
                yield _and_more(reported[-1], rest)

    def __len__(self) -> int:
        """Return how many findings there are, those that are only counted among them."""
        return self._counts.total()

    @property
    def violations(self) -> int:
        """Return how many things are to be fixed first."""
        return sum(count for kind, count in self._counts.items() if kind[1].blocks)

    @property
    def is_blocking(self) -> bool:
        """Tell whether something prevents writing."""
        return self.violations > 0


def _and_more(each: CellFinding, rest: int) -> CellFinding:
    message = {
        tag: in_language(each.finding.message, tag)
        + " "
        + translate("… and {count} more like this.", tag, count=format_decimal(rest, locale=tag))
        for tag in dict.fromkeys((*each.finding.message, *LANGUAGES))
    }
    return replace(each, finding=replace(each.finding, message=message))


def in_order(findings: Iterable[CellFinding]) -> list[CellFinding]:
    """Return findings as an editor works through them: by gravity, then sheet by sheet."""
    gravity = list(Severity)
    return sorted(findings, key=lambda each: (gravity.index(each.finding.severity), *each.location))


def with_remedy(error: PublisherError) -> Text:
    """Return what an error says, with its cure, as one sentence after the other."""
    message = {
        tag: f"{what} {error.remedy.get(tag, '')}".strip() for tag, what in error.what.items()
    }
    return Message(message, error.what.key if isinstance(error.what, Message) else "")
