"""What a verification found: exchanges, findings, tables; as values and as JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from publisher.findings import Finding, Severity, count
from publisher.messages import Text, in_language, text
from publisher.system.http_client import Exchange, ExchangeLimits, Fault, Visit
from publisher.verify.affected import AffectedDataset


@dataclass(frozen=True)
class VerificationReport:
    """The outcome of a verification.

    Attributes:
        address: Where the site is.
        base: What its IRIs begin with.
        exchanges: Every request and its answer, bodies left out.
        findings: In the order an operator works through them.
        tables: Scores, checks and changes.
        kind: What was judged: ``site`` or ``feed``.
        profiles: What each profile found; those that decide are among the findings.
        others: Findings of profiles that do not decide.
        affected: Focus node of a finding → the dataset that it is about.
    """

    address: str
    base: str
    exchanges: Sequence[Exchange]
    findings: Sequence[Finding]
    tables: Sequence[ReportTable]
    kind: str = "site"
    profiles: Sequence[ProfileResult] = ()
    others: Sequence[Finding] = ()
    affected: Mapping[str, AffectedDataset] = field(default_factory=dict)

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


@dataclass(frozen=True)
class ProfileResult:
    """The result of one profile for a feed.

    Attributes:
        option: What it is asked for by; of a profile that was given, its name.
        name: For people.
        decides: Whether its violations make the verification fail.
        counts: Findings by severity.
    """

    option: str
    name: str
    decides: bool
    counts: Counter[Severity]


def report_cell_text(cell: ReportCell, language: str) -> str:
    """Return a cell of a table in a language."""
    return cell if isinstance(cell, str) else in_language(cell, language)


def to_json(report: VerificationReport, language: str) -> str:
    """Return the report as a JSON document, for other programs; keys are stable.

    ``docs/verify.md`` describes them.
    """
    document = {
        "address": report.address,
        "kind": report.kind,
        "base": report.base,
        "failed": report.failed,
        "counts": _counts(report.counts),
        "profiles": [
            {
                "option": profile.option,
                "name": profile.name,
                "decides": profile.decides,
                "counts": _counts(profile.counts),
            }
            for profile in report.profiles
        ],
        "findings": [_finding(finding, report, language) for finding in report.findings],
        "otherFindings": [_finding(finding, report, language) for finding in report.others],
        "tables": [_table(table, language) for table in report.tables],
        "exchanges": [_exchange(exchange) for exchange in report.exchanges],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _counts(counts: Counter[Severity]) -> dict[str, int]:
    return {severity.value: counts[severity] for severity in Severity}


def _finding(finding: Finding, report: VerificationReport, language: str) -> dict[str, str]:
    """Return a finding as JSON has it."""
    about = report.affected.get(finding.focus_node)
    return {
        "severity": finding.severity.value,
        "rule": finding.rule,
        "message": in_language(finding.message, language),
        "focusNode": finding.focus_node,
        "path": finding.path,
        "value": finding.value,
        "dataset": about.iri if about else "",
        "title": about.title(language) if about else "",
        "contact": about.contact if about else "",
    }


def _table(table: ReportTable, language: str) -> dict[str, object]:
    """Return a table as JSON has it."""
    return {
        "title": in_language(table.title, language),
        "columns": [in_language(column, language) for column in table.columns],
        "rows": [[report_cell_text(cell, language) for cell in row] for row in table.rows],
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


# Findings about a site: short ways to make them, and the faults of HTTP in words.


def violation(rule: str, message: Text, about: str) -> Finding:
    """Return a finding that makes the verification fail."""
    return Finding(Severity.VIOLATION, message, rule, focus_node=about)


def warning(rule: str, message: Text, about: str, path: str = "") -> Finding:
    """Return a finding about what portals or clients would miss."""
    return Finding(Severity.WARNING, message, rule, focus_node=about, path=path)


def note(rule: str, message: Text, about: str) -> Finding:
    """Return a finding that only informs."""
    return Finding(Severity.INFO, message, rule, focus_node=about)


def _fault(fault: Fault, visit: Visit, limits: ExchangeLimits) -> Text:
    """Return the sentence about a fault."""
    url = visit.last.url
    if fault is Fault.SLOW:
        return text(
            "{url} gave no complete answer within {seconds} seconds. Make it answer sooner.",
            url=url,
            seconds=min(limits.total_seconds, limits.read_seconds),
        )
    if fault is Fault.ENDLESS:
        return text(
            "{url} sent more than {length} bytes, and reading was stopped.",
            url=url,
            length=limits.length_bytes,
        )
    if fault is Fault.TRUNCATED:
        return text(
            "{url} broke off before the end of its answer: fewer bytes came than announced.",
            url=url,
        )
    if fault is Fault.LOOP:
        return text("{url} redirects in a circle. Let it lead to a document.", url=url)
    if fault is Fault.HOPS:
        return text(
            "{url} comes after more than {hops} redirects. Lead there at once.",
            url=url,
            hops=limits.redirects,
        )
    detail = reason_of(visit.last.detail) or visit.last.status
    return text("{url} cannot be reached: {reason}", url=url, reason=str(detail))


# The libraries tell the cause last, within the names of their own classes.
_CAUSE = re.compile(r"Caused by \w+\(['\"]?(?:.*?: )?(.+?)['\"]?\)+$")
_BY_SYSTEM = re.compile(r"\[Errno -?\d+\] ([^\[\]]+)$")


def reason_of(detail: str) -> str:
    r"""Return why a connection failed, without the words of the libraries around it.

    >>> reason_of("Pool(host='x'): retries (Caused by NewError(\"Con(host='x'): No route\"))")
    'No route'
    >>> reason_of("Failed to establish a new connection: [Errno 111] Connection refused")
    'Connection refused'
    """
    cause = _CAUSE.search(detail)
    said = cause[1] if cause else detail
    by_system = _BY_SYSTEM.search(said)
    return by_system[1] if by_system else said


def check_answered(visit: Visit, limits: ExchangeLimits, about: str = "") -> list[Finding]:
    """Return one violation when a visit did not end in a status 200 to 299, else nothing."""
    about = about or visit.exchanges[0].url
    if visit.fault:
        return [violation(f"http:{visit.fault.value}", _fault(visit.fault, visit, limits), about)]
    if not visit.last.successful:
        message = text(
            "{url} answers {method} with status {status}; it must answer 200.",
            url=visit.last.url,
            method=visit.last.method,
            status=visit.last.status,
        )
        return [violation("http:status", message, about)]
    return []


def is_absent(visit: Visit) -> bool:
    """Tell whether there is nothing at an address (RFC 9110, sections 15.5.5 and 15.5.11)."""
    return visit.fault is None and len(visit.exchanges) == 1 and visit.last.status in (404, 410)


def check_no_302(visit: Visit, about: str) -> list[Finding]:
    """Return one violation for each 302: dataportal.se follows 301, 303, 307 and 308 only."""
    return [
        violation(
            "http:302",
            text(
                "{url} redirects with status 302, which dataportal.se does not follow. "
                "Use 301, 303, 307 or 308.",
                url=exchange.url,
            ),
            about,
        )
        for exchange in visit.exchanges
        if exchange.status == 302
    ]


# Marks of a scorer: what was measured, the points got, and why; as tables.

ReportCell: TypeAlias = str | Text


@dataclass(frozen=True)
class ReportTable:
    """A table of a report; a cell is a word of the data or a text in every language."""

    title: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[ReportCell, ...], ...]


@dataclass(frozen=True)
class MetricScore:
    """The points that something got by one metric.

    Attributes:
        group: Dimension or principle, as the scorer names it.
        metric: As the scorer names it.
        got: Points.
        possible: Points there were to get; 0 when it cannot be measured from outside.
        why: What was found, or what is missing.
    """

    group: str
    metric: str
    got: float
    possible: float
    why: Text


def score_metric(
    group: str, metric: str, points: float, passed: bool, good: Text, missing: Text
) -> MetricScore:
    """Return all points with the good news, or none with what is missing."""
    return MetricScore(group, metric, points if passed else 0, points, good if passed else missing)


def total_points(scores: Iterable[MetricScore]) -> tuple[float, float]:
    """Return the points got and the points possible."""
    all_scores = list(scores)
    return sum(m.got for m in all_scores), sum(m.possible for m in all_scores)


def format_points(value: float) -> str:
    """Return a number without decimals that say nothing.

    >>> format_points(30.0), format_points(0.5)
    ('30', '0.5')
    """
    return f"{value:g}"


def score_table(title: Text, scores: Sequence[MetricScore]) -> ReportTable:
    """Return the marks as a table of dimension, metric, points got, points possible, why."""
    columns = (
        text("Dimension"),
        text("Metric"),
        text("Points"),
        text("Possible"),
        text("Why"),
    )
    rows = tuple(
        (m.group, m.metric, format_points(m.got), format_points(m.possible), m.why) for m in scores
    )
    return ReportTable(title, columns, rows)
