"""What is wrong in an import: the first hundred of each kind of mistake, and how many there are.

A workbook in which every line has the same mistake must not fill memory and screen with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from babel.numbers import format_decimal

from publisher.edit.sheets.grids import CellFinding
from publisher.findings import Severity
from publisher.messages import LANGUAGES, Message, in_language, translate

# Of each kind of mistake.
MOST_REPORTED = 100
Kind = tuple[str, Severity, str, str, str]


def kind_of(each: CellFinding) -> Kind:
    """Return what makes a mistake of the same kind: its sheet, its rule, and what is said of it."""
    finding = each.finding
    text = finding.message.key if isinstance(finding.message, Message) else ""
    return (each.position.sheet, finding.severity, finding.rule, finding.path, text)


@dataclass
class ImportReport:
    """Findings of an import, bounded.

    Attributes:
        file: Name of the file that is imported.
    """

    file: str = ""
    _reported: dict[Kind, list[CellFinding]] = field(default_factory=dict, repr=False)
    _counts: Counter[Kind] = field(default_factory=Counter, repr=False)

    def add(self, each: CellFinding) -> None:
        """Add a finding: kept when it is among the first hundred of its kind, else counted."""
        kind = kind_of(each)
        reported = self._reported.setdefault(kind, [])
        if len(reported) < MOST_REPORTED:
            reported.append(each)
        self._counts[kind] += 1

    def extend(self, many: Iterable[CellFinding]) -> None:
        """Add findings."""
        for each in many:
            self.add(each)

    def add_uncounted(self, like: CellFinding, count: int) -> None:
        """Add findings of which only the number is known, of the kind of one that was added."""
        self._counts[kind_of(like)] += count

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
    def is_blocking(self) -> bool:
        """Tell whether something stands in the way of writing."""
        return self.violations > 0

    @property
    def violations(self) -> int:
        """Return how many things are to be mended first."""
        return sum(count for kind, count in self._counts.items() if kind[1].blocks)


def _and_more(each: CellFinding, rest: int) -> CellFinding:
    message = {
        tag: in_language(each.finding.message, tag)
        + " "
        + translate("… and {count} more like this.", tag, count=format_decimal(rest, locale=tag))
        for tag in dict.fromkeys((*each.finding.message, *LANGUAGES))
    }
    return replace(each, finding=replace(each.finding, message=message))
