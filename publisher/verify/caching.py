"""What caches rely on: Vary, ETag with 304, HEAD equal to GET (RFC 9110, RFC 9111)."""

from __future__ import annotations

from collections.abc import Iterable

from publisher.findings import Finding
from publisher.messages import text
from publisher.verify.client import Client
from publisher.verify.exchanges import Exchange, Visit
from publisher.verify.verdicts import violation, warning

COMPARED = ("content-type", "etag", "content-length", "vary", "link")


def varies(visits: Iterable[Visit], about: str) -> list[Finding]:
    """Return a violation for each address that answers by ``Accept`` and does not say so.

    Without ``Vary: Accept`` a cache gives one client's format to all (RFC 9110, section 12.5.5).
    """
    answers: dict[str, list[Exchange]] = {}
    for visit in visits:
        for exchange in visit.exchanges:
            answers.setdefault(exchange.url, []).append(exchange)
    findings = []
    for url, given in answers.items():
        outcomes = {(e.status, e.media_type, e.fields.get("location", "")) for e in given}
        if len(outcomes) > 1 and not all(e.varies_by("Accept") for e in given if not e.fault):
            message = text(
                "{url} answers by Accept without saying so. Send 'Vary: Accept', or caches mix "
                "the formats up.",
                url=url,
            )
            findings.append(violation("caching:vary", message, about))
    return findings


def revalidates(client: Client, last: Exchange, about: str) -> list[Finding]:
    """Return a warning when a representation has no ETag, or its ETag does not give 304."""
    tag = last.fields.get("etag")
    if tag is None:
        message = text("{url} has no ETag. Send one, so that caches can ask again.", url=last.url)
        return [warning("caching:etag", message, about)]
    fields = {"Accept": last.media_type, "If-None-Match": tag}
    again = client.exchange("GET", last.url, fields)
    if again.status == 304 and not again.body:
        return []
    message = text(
        "{url} answers {status} to If-None-Match with its own ETag; it must answer 304.",
        url=last.url,
        status=again.status,
    )
    return [warning("caching:304", message, about)]


def same_head(client: Client, last: Exchange) -> list[Finding]:
    """Return a violation when HEAD does not answer as GET did (RFC 9110, section 9.3.2)."""
    head = client.exchange("HEAD", last.url, {"Accept": last.media_type})
    if head.status != last.status:
        message = text(
            "{url} answers HEAD with {head} and GET with {get}.",
            url=last.url,
            head=head.status or "-",
            get=last.status,
        )
        return [violation("caching:head", message, last.url)]
    for name in COMPARED:
        # HEAD may leave out what is only known after making the body.
        if name in head.fields and head.fields[name] != last.fields.get(name):
            message = text(
                "{url} answers HEAD with another '{name}' than GET.", url=last.url, name=name
            )
            return [violation("caching:head", message, last.url)]
    return []
