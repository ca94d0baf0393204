"""Findings about a site: short ways to make them, and the faults of HTTP in words."""

from __future__ import annotations

from publisher.findings import Finding, Severity
from publisher.messages import Text, text
from publisher.verify.exchanges import Fault, Limits, Visit


def violation(rule: str, message: Text, about: str, path: str = "") -> Finding:
    """Return a finding that makes the verification fail."""
    return Finding(Severity.VIOLATION, message, rule, focus_node=about, path=path)


def warning(rule: str, message: Text, about: str, path: str = "") -> Finding:
    """Return a finding about what portals or clients would miss."""
    return Finding(Severity.WARNING, message, rule, focus_node=about, path=path)


def note(rule: str, message: Text, about: str) -> Finding:
    """Return a finding that only informs."""
    return Finding(Severity.INFO, message, rule, focus_node=about)


def _fault(fault: Fault, visit: Visit, limits: Limits) -> Text:
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
    return text(
        "{url} cannot be reached: {detail}", url=url, detail=visit.last.detail or visit.last.status
    )


def unanswered(visit: Visit, limits: Limits, about: str = "") -> list[Finding]:
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


def redirects_302(visit: Visit, about: str) -> list[Finding]:
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
