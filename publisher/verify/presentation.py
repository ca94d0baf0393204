"""A report for people: plain text for a terminal, one HTML page that needs nothing else."""

from __future__ import annotations

from html import escape

from publisher.findings import Finding, Severity, in_order
from publisher.messages import Text, in_language, text, translate
from publisher.verify.report import ReportTable, VerificationReport, report_cell_text

WIDEST = 60

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
    """Return the report as plain text: tables, findings by gravity, the verdict last."""
    parts = [_text_table(table, language) for table in report.tables]
    parts += [_text_finding(finding, language) for finding in in_order(report.findings)]
    return "\n".join([*parts, in_language(verdict(report), language)]) + "\n"


def _text_finding(finding: Finding, language: str) -> str:
    """Return a finding as a paragraph: gravity and rule, what to do, where."""
    severity = in_language(_severity(finding.severity), language)
    place = " ".join(part for part in (finding.focus_node, finding.path, finding.value) if part)
    return f"{severity} [{finding.rule}]\n  {in_language(finding.message, language)}\n  {place}\n"


def _text_table(table: ReportTable, language: str) -> str:
    """Return a table in columns; the last one is as long as it is."""
    rows = [[in_language(column, language) for column in table.columns]]
    rows += [[report_cell_text(cell, language) for cell in row] for row in table.rows]
    widths = [min(WIDEST, max(len(row[i]) for row in rows)) for i in range(len(table.columns))]
    widths[-1] = 0
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
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
