"""What a verification found: exchanges, findings, tables; as values and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.findings import Finding, Severity, count
from publisher.messages import in_language
from publisher.verify.exchanges import Exchange
from publisher.verify.marks import Cell, Table


@dataclass(frozen=True)
class Report:
    """The outcome of a verification.

    Attributes:
        address: Where the site is.
        base: What its IRIs begin with.
        exchanges: Every request and its answer, bodies left out.
        findings: In the order an operator works through them.
        tables: Scores, checks and changes.
    """

    address: str
    base: str
    exchanges: Sequence[Exchange]
    findings: Sequence[Finding]
    tables: Sequence[Table]

    @property
    def failed(self) -> bool:
        """Tell whether something mandatory failed."""
        return any(finding.severity.blocks for finding in self.findings)

    @property
    def counts(self) -> Counter[Severity]:
        """Return how many findings there are of each severity."""
        return count(self.findings)

    @property
    def seconds(self) -> float:
        """Return the time spent waiting for the site."""
        return sum(exchange.seconds for exchange in self.exchanges)


def words(cell: Cell, language: str) -> str:
    """Return a cell of a table in a language."""
    return cell if isinstance(cell, str) else in_language(cell, language)


def to_json(report: Report, language: str) -> str:
    """Return the report as a JSON document, for other programs; keys are stable."""
    document = {
        "address": report.address,
        "base": report.base,
        "failed": report.failed,
        "counts": {severity.value: report.counts[severity] for severity in Severity},
        "findings": [_finding(finding, language) for finding in report.findings],
        "tables": [_table(table, language) for table in report.tables],
        "exchanges": [_exchange(exchange) for exchange in report.exchanges],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _finding(finding: Finding, language: str) -> dict[str, str]:
    """Return a finding as JSON has it."""
    return {
        "severity": finding.severity.value,
        "rule": finding.rule,
        "message": in_language(finding.message, language),
        "focusNode": finding.focus_node,
        "path": finding.path,
        "value": finding.value,
    }


def _table(table: Table, language: str) -> dict[str, object]:
    """Return a table as JSON has it."""
    return {
        "title": in_language(table.title, language),
        "columns": [in_language(column, language) for column in table.columns],
        "rows": [[words(cell, language) for cell in row] for row in table.rows],
    }


def _exchange(exchange: Exchange) -> dict[str, object]:
    """Return an exchange as JSON has it."""
    return {
        "method": exchange.method,
        "url": exchange.url,
        "status": exchange.status,
        "mediaType": exchange.media_type,
        "seconds": round(exchange.seconds, 4),
        "fault": exchange.fault.value if exchange.fault else None,
    }
