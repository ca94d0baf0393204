"""What a check found: one value a finding, with place and cure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from publisher.messages import Text


class Severity(Enum):
    """SHACL's severities (SHACL, section 2.1.4); only a violation stops a release."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"

    @property
    def blocks(self) -> bool:
        """Tell whether a finding of this severity stops a release."""
        return self is Severity.VIOLATION


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        severity: How grave it is.
        message: What to do, in every language there is.
        rule: What was broken: the IRI of a shape, or the name of a rule of the program.
        file: Source file, relative to the folder of the sources; empty when none is to blame.
        line: Line in that file, from 1; 0 when unknown.
        focus_node: The node it is about, as an IRI or a blank node label.
        path: The property, as an IRI.
        value: The value node, as N-Triples.
        component: The constraint component that was broken, as an IRI; empty for a rule.
    """

    severity: Severity
    message: Text
    rule: str
    file: str = ""
    line: int = 0
    focus_node: str = ""
    path: str = ""
    value: str = field(default="")
    component: str = field(default="", compare=False)


def count(findings: Iterable[Finding]) -> Counter[Severity]:
    """Return how many findings there are of each severity."""
    return Counter(finding.severity for finding in findings)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings as an editor works through them: by gravity, file, line, then rule.

    The order is the same every time, since the report is part of a release.
    """
    gravity = list(Severity)

    def place(finding: Finding) -> tuple[object, ...]:
        about = (finding.focus_node, finding.path, finding.rule, finding.value)
        values = sorted(finding.message.items())
        return (gravity.index(finding.severity), finding.file, finding.line, *about, values)

    return sorted(findings, key=place)
