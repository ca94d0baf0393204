"""A report for people: plain text for a terminal, one HTML page that needs nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice

from publisher.findings import Finding, Severity, in_order
from publisher.messages import Text, in_language, text, translate
from publisher.verify.report import (
    ReportCell,
    ReportTable,
    VerificationReport,
    report_cell_text,
)

WIDEST = 60
# Examples of each rule; rows of a table that is printed whole, else of its beginning; tables of one
# kind, such as one for each dataset.
EXAMPLES, MOST_ROWS, SHOWN_ROWS, MOST_ALIKE = 3, 30, 5, 5

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; margin-bottom: 2rem; width: 100% }
th, td { border-bottom: 1px solid #767676; padding: .3rem .6rem; text-align: left;
  vertical-align: top; overflow-wrap: anywhere }
caption { font-weight: bold; padding: .5rem 0; text-align: left }
.violation { color: #a4002c } .warning { color: #734b00 }
"""


def _severity(severity: Severity) -> Text:
    """Return the word for a severity."""
    return {
        Severity.VIOLATION: text("violation"),
        Severity.WARNING: text("warning"),
        Severity.INFO: text("note"),
    }[severity]


def verdict(report: VerificationReport) -> Text:
    """Return the outcome in one sentence."""
    counts = report.counts
    values = {
        "address": report.address,
        "violations": counts[Severity.VIOLATION],
        "warnings": counts[Severity.WARNING],
        "exchanges": len(report.exchanges),
        "seconds": f"{report.seconds:.1f}",
    }
    if report.failed:
        return text(
            "{address} fails: {violations} violations, {warnings} warnings in {exchanges} "
            "exchanges ({seconds} s).",
            **values,
        )
    return text(
        "{address} passes: no violations, {warnings} warnings in {exchanges} exchanges "
        "({seconds} s).",
        **values,
    )


def to_text(report: VerificationReport, language: str) -> str:
    """Return the report as plain text: tables, findings by rule, profiles, the verdict last."""
    parts = [_text_table(table, language) for table in _without_details(report.tables)]
    parts += [_text_group(group, report, language) for group in grouped(report)]
    parts += [_text_table(table, language) for table in profile_tables(report)]
    return "\n".join([*parts, in_language(verdict(report), language)]) + "\n"


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one rule, of one severity, with the same sentence."""

    findings: tuple[Finding, ...]
    datasets: int

    @property
    def first(self) -> Finding:
        """Return the first one."""
        return self.findings[0]


def grouped(report: VerificationReport) -> list[FindingGroup]:
    """Return the findings by rule, the gravest and then the most frequent first."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in in_order(report.findings):
        sentence = getattr(finding.message, "key", "") or in_language(finding.message, "en")
        groups.setdefault((finding.severity.value, finding.rule, sentence), []).append(finding)
    made = [
        FindingGroup(tuple(of_rule), _datasets_of(of_rule, report)) for of_rule in groups.values()
    ]
    gravity = list(Severity)
    return sorted(
        made, key=lambda g: (gravity.index(g.first.severity), -g.datasets, -len(g.findings))
    )


def _datasets_of(findings: Sequence[Finding], report: VerificationReport) -> int:
    known = (report.affected.get(finding.focus_node) for finding in findings)
    return len({about.iri for about in known if about})


def _text_group(group: FindingGroup, report: VerificationReport, language: str) -> str:
    """Return the findings of a rule: gravity and rule, how many, what to do, three examples."""
    severity = in_language(_severity(group.first.severity), language)
    number = len(group.findings)
    lines = [f"{severity} [{group.first.rule}]"]
    if number > 1:
        counted = translate("{count} {count:time|times}", language, count=number)
        if group.datasets:
            counted = translate(
                "{count} {count:time|times}; datasets: {datasets}",
                language,
                count=number,
                datasets=group.datasets,
            )
        lines[0] += f"  {counted}"
    shared = {in_language(finding.message, language) for finding in group.findings}
    lines += [f"  {one}" for one in shared if len(shared) == 1]
    for finding in _examples(group, report):
        if len(shared) > 1:
            lines.append(f"  {in_language(finding.message, language)}")
        lines += [f"  {line}" for line in _places(finding, report, language)]
    left = number - min(number, EXAMPLES)
    if left:
        more = translate("and {count} more; --format json has all.", language, count=left)
        lines.append(f"  {more}")
    return "\n".join(lines) + "\n"


def _examples(group: FindingGroup, report: VerificationReport) -> list[Finding]:
    """Return some findings, of different datasets where there are."""
    by_dataset: dict[str, Finding] = {}
    for finding in group.findings:
        about = report.affected.get(finding.focus_node)
        by_dataset.setdefault(about.iri if about else finding.focus_node, finding)
    examples = list(by_dataset.values())[:EXAMPLES]
    rest = (finding for finding in group.findings if finding not in examples)
    return [*examples, *islice(rest, EXAMPLES - len(examples))]


def _places(finding: Finding, report: VerificationReport, language: str) -> list[str]:
    """Return where a finding is: the dataset and whom to ask; else node, property and value."""
    about = report.affected.get(finding.focus_node)
    if about is None:
        parts = (finding.focus_node, finding.path, finding.value)
        parts_text = " ".join(part for part in parts if part and not part.startswith("_:"))
        return [parts_text] if parts_text else []
    title = about.title(language)
    whole = f"- {title} <{about.iri}>" if title != about.iri else f"- {about.iri}"
    if about.contact:
        contact = translate("contact: {contact}", language, contact=about.contact)
        whole = f"{whole}, {contact}"
    is_part = finding.focus_node != about.iri and not finding.focus_node.startswith("_:")
    tail = f"{finding.focus_node if is_part else ''} {finding.value}".strip()
    return [whole, *([f"    {tail}"] if tail else [])]


def profile_tables(report: VerificationReport) -> list[ReportTable]:
    """Return what each profile found, as a table."""
    columns = (
        text("Profile"),
        text("Violations"),
        text("Warnings"),
        text("Notes"),
        text("Decides"),
    )
    rows: list[tuple[ReportCell, ...]] = []
    for profile in report.profiles:
        numbers = [str(profile.counts[severity]) for severity in Severity]
        rows.append((profile.option, *numbers, text("yes") if profile.decides else text("no")))
    return [ReportTable(text("Profiles"), columns, tuple(rows))] if rows else []


def _without_details(tables: Sequence[ReportTable]) -> list[ReportTable]:
    """Return the tables but for those of which there is one for each of many datasets."""
    kinds = Counter(getattr(table.title, "key", "") for table in tables)
    return [table for table in tables if kinds[getattr(table.title, "key", "")] <= MOST_ALIKE]


def _text_table(table: ReportTable, language: str) -> str:
    """Return a table in columns; the last one is as long as it is, a long one is cut."""
    rows = [[in_language(column, language) for column in table.columns]]
    shown = table.rows if len(table.rows) <= MOST_ROWS else table.rows[:SHOWN_ROWS]
    rows += [[report_cell_text(cell, language) for cell in row] for row in shown]
    widths = [min(WIDEST, max(len(row[i]) for row in rows)) for i in range(len(table.columns))]
    widths[-1] = 0
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    left = len(table.rows) - len(shown)
    if left:
        lines.append(translate("and {count} more; --format json has all.", language, count=left))
    return "\n".join([in_language(table.title, language), *(f"  {line}" for line in lines), ""])


def to_html(report: VerificationReport, language: str) -> str:
    """Return the report as one HTML page; everything from the site is escaped."""
    title = translate("Verification of {address}", language, address=report.address)
    findings = in_order(report.findings)
    parts = [
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
        f"<h1>{escape(title)}</h1>\n<p>{escape(in_language(verdict(report), language))}</p>",
        _html_findings(findings, language) if findings else "",
        *(_html_table(table, language) for table in report.tables),
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _html_findings(findings: list[Finding], language: str) -> str:
    """Return the findings as an HTML table."""
    rows = "\n".join(
        f'<tr class="{finding.severity.value}">'
        f"<td>{escape(in_language(_severity(finding.severity), language))}</td>"
        f"<td>{escape(in_language(finding.message, language))}</td>"
        f"<td>{escape(finding.focus_node)}</td><td>{escape(finding.rule)}</td></tr>"
        for finding in findings
    )
    heads = (text("Severity"), text("What to do"), text("Where"), text("Rule"))
    return _html(translate("Findings", language), [in_language(h, language) for h in heads], rows)


def _html_table(table: ReportTable, language: str) -> str:
    """Return one table as HTML."""
    rows = "\n".join(
        "<tr>"
        + "".join(f"<td>{escape(report_cell_text(cell, language))}</td>" for cell in row)
        + "</tr>"
        for row in table.rows
    )
    heads = [in_language(column, language) for column in table.columns]
    return _html(in_language(table.title, language), heads, rows)


def _html(caption: str, heads: list[str], rows: str) -> str:
    """Return an HTML table of ready rows."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    return (
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>"
    )
