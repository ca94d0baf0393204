"""Findings as text, JSON, annotations of a pull request, or a page that can be mailed."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from publisher.findings import Finding, Severity, count, in_order
from publisher.messages import in_language, translate
from publisher.rdf.namespaces import shorten

_GITHUB = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_NAMES = {
    Severity.VIOLATION: "violation",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}

# From here on warnings and notes of a rule are counted instead of listed, with so many examples.
_MOST_LISTED = 10
_EXAMPLES = 3


def _location(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}" if finding.line else finding.file


def _describe_target(finding: Finding) -> list[str]:
    """Return focus node, path and value, as far as known, in the shortest form."""
    return [shorten(part) for part in (finding.focus_node, finding.path, finding.value) if part]


def summary(findings: Iterable[Finding], language: str) -> str:
    """Return one sentence that counts the findings."""
    counts = count(findings)
    return translate(
        "{violations} {violations:violation|violations}, {warnings} {warnings:warning|warnings},"
        " {notes} {notes:note|notes}.",
        language,
        violations=counts[Severity.VIOLATION],
        warnings=counts[Severity.WARNING],
        notes=counts[Severity.INFO],
    )


def as_text(findings: Sequence[Finding], language: str) -> str:
    """Return the findings for a terminal: by file and thing, with place, gravity and cure.

    Of warnings and notes of which one rule has many, there is a count with a few examples; every
    violation is there.
    """
    common = _common(findings)
    lines = []
    for file, of_file in _by_file([f for f in findings if _kind(f) not in common]):
        lines.append(f"{file or '–'} ({summary(of_file, language).rstrip('.')})")
        for thing, of_thing in groupby(of_file, key=lambda finding: finding.focus_node):
            lines += [f"  {shorten(thing)}"] if thing else []
            for finding in of_thing:
                lines += _text_lines(finding, language)
        lines.append("")
    for (severity, rule), of_rule in common.items():
        name = translate(_NAMES[severity], language)
        lines += [f"{name}: {len(of_rule)} × ({shorten(rule)})", *_examples(of_rule, language), ""]
    return "\n".join([*lines, summary(findings, language)]) + "\n"


def _kind(finding: Finding) -> tuple[Severity, str]:
    return finding.severity, finding.rule


def _common(findings: Iterable[Finding]) -> dict[tuple[Severity, str], list[Finding]]:
    """Return severity and rule → its findings, where there are too many to read."""
    groups: dict[tuple[Severity, str], list[Finding]] = {}
    for finding in in_order(findings):
        groups.setdefault(_kind(finding), []).append(finding)
    return {
        kind: found
        for kind, found in groups.items()
        if len(found) > _MOST_LISTED and not kind[0].blocks
    }


def _examples(findings: Sequence[Finding], language: str) -> Iterator[str]:
    """Yield the commonest messages of a rule, with places, and how many more findings there are."""
    by_message: dict[str, list[Finding]] = {}
    for finding in findings:
        by_message.setdefault(in_language(finding.message, language), []).append(finding)
    # Different messages are different things to do: of each there is one example.
    commonest = sorted(by_message.items(), key=lambda item: -len(item[1]))[:_MOST_LISTED]
    places = _EXAMPLES if len(commonest) == 1 else 1
    for message, found in commonest:
        yield f"  {len(found)} × {message}" if len(by_message) > 1 else f"  {message}"
        for finding in found[:places]:
            yield "    " + " ".join(filter(None, (_location(finding), *_describe_target(finding))))
    shown = sum(min(places, len(found)) for _, found in commonest)
    yield "  " + translate(
        "… and {count} more. All: --format json, or publisher check FILE.",
        language,
        count=len(findings) - shown,
    )


def _text_lines(finding: Finding, language: str) -> list[str]:
    name = translate(_NAMES[finding.severity], language)
    about = [shorten(part) for part in (finding.path, finding.value) if part]
    # A terminal makes the place a link.
    prefix = f"{_location(finding)}: " if finding.file else ""
    head = f"    {prefix}{name}: {in_language(finding.message, language)}"
    return [head, *(f"      {part}" for part in (*about, f"({shorten(finding.rule)})"))]


def _by_file(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """Return file → its findings by line; the file with the gravest finding first."""
    files: dict[str, list[Finding]] = {}
    for finding in in_order(findings):
        files.setdefault(finding.file, []).append(finding)
    return [
        (file, sorted(group, key=lambda finding: (finding.line, finding.focus_node)))
        for file, group in files.items()
    ]


def as_json(findings: Iterable[Finding]) -> Mapping[str, Any]:
    """Return the findings as a value for JSON, messages in every language."""
    return {
        "conforms": not any(finding.severity.blocks for finding in findings),
        "findings": [
            {
                "severity": finding.severity.value,
                "message": dict(finding.message),
                "rule": finding.rule,
                "file": finding.file,
                "line": finding.line,
                "focusNode": finding.focus_node,
                "path": finding.path,
                "value": finding.value,
            }
            for finding in in_order(findings)
        ],
    }


def _escaped(value: str, of_property: bool = False) -> str:
    """Escape as GitHub's workflow commands want it."""
    value = value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return value.replace(":", "%3A").replace(",", "%2C") if of_property else value


def as_github(findings: Iterable[Finding], language: str) -> str:
    """Return the findings as workflow commands, which GitHub shows beside the lines."""
    lines = []
    for finding in in_order(findings):
        message = " · ".join([in_language(finding.message, language), *_describe_target(finding)])
        location = f"file={_escaped(finding.file, True)},line={max(1, finding.line)}"
        lines.append(f"::{_GITHUB[finding.severity]} {location}::{_escaped(message)}")
    return "".join(f"{line}\n" for line in lines)


def as_html(findings: Sequence[Finding], language: str) -> str:
    """Return the findings as one page that needs nothing else, grouped by file."""
    title = translate("Report of the check", language)
    parts = [
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>",
        f"<p>{html.escape(summary(findings, language))}</p>",
    ]
    for file, group in _by_file(findings):
        parts.append(f"<section><h2>{html.escape(file or '–')}</h2><ul>")
        parts += [_html_row(finding, language) for finding in group]
        parts.append("</ul></section>")
    return "\n".join([*parts, "</main></body></html>"]) + "\n"


def _html_row(finding: Finding, language: str) -> str:
    line = translate("line {line}", language, line=finding.line) if finding.line else ""
    about = " · ".join(f"<code>{html.escape(part)}</code>" for part in _describe_target(finding))
    name = translate(_NAMES[finding.severity], language)
    message = html.escape(in_language(finding.message, language))
    return (
        f'<li class="{finding.severity.value}"><strong>{name}</strong> {line}<br>'
        f"{message}<br><small>{about}</small></li>"
    )


_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "li{border-left:.3rem solid;margin:.8rem 0;padding-left:.8rem;list-style:none}"
    ".violation{border-color:#b3261e}.warning{border-color:#8a6100}.info{border-color:#1f5f8b}"
    "code{overflow-wrap:anywhere}"
)
