"""Every IRI leads to its document: 303, five formats that agree, fields that caches need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.messages import text
from publisher.rdf.context_loading import LoadContext
from publisher.rdf.media_types import GRAPHS, HTML, MediaType
from publisher.system.http_client import Client, Exchange, Visit, without_fragment
from publisher.verify import graphs
from publisher.verify.graphs import Triples
from publisher.verify.links import hrefs
from publisher.verify.report import check_answered, check_no_302, violation, warning
from publisher.verify.site import VerifiedSite

UNOFFERED = "image/png"


@dataclass(frozen=True)
class LookupResult:
    """What looking up one subject gave: findings, and the own addresses its documents lead to."""

    findings: tuple[Finding, ...]
    links: frozenset[str] = field(default_factory=frozenset)


def look_up(
    client: Client, site: VerifiedSite, subject: str, may_be_document: bool, load: LoadContext
) -> LookupResult:
    """Return what is wrong with the documents of a subject.

    Args:
        client: Knows where the site answers for the IRI.
        site: Decides which links are its own.
        subject: An IRI of the site.
        may_be_document: Whether it may answer 200 itself; a hash IRI always may
            (Cool URIs for the Semantic Web, sections 4.1 and 4.2).
        load: Reads JSON-LD contexts.
    """
    visits = {m: client.visit(subject, fields={"Accept": m.name}) for m in (HTML, *GRAPHS)}
    findings = _check_303(visits, subject, may_be_document or "#" in subject)
    answered: dict[MediaType, Exchange] = {}
    for media_type, visit in visits.items():
        problems = _check_formats(client, visit, media_type, subject)
        findings += problems
        if not problems:
            answered[media_type] = visit.last
    parsed, syntax = _parsed(answered, subject, load)
    findings += syntax + _check_same_triples(parsed, subject) + _check_subject(parsed, subject)
    findings += check_vary(visits.values(), subject)
    for last in answered.values():
        findings += check_revalidation(client, last, subject) + check_head(client, last)
    findings += _check_406(client, subject)
    return LookupResult(tuple(findings), _links(site, answered, parsed))


def _check_303(
    visits: Mapping[MediaType, Visit], subject: str, may_be_document: bool
) -> list[Finding]:
    """Return violations for a thing that answers itself, and for a redirect that is no 303."""
    for visit in visits.values():
        first = visit.exchanges[0]
        if refused := check_no_302(visit, subject):
            return refused
        if first.successful and not may_be_document:
            message = text(
                "{subject} answers 200 itself, as if it were a document. "
                "Redirect with 303 to the document about it.",
                subject=subject,
            )
            return [violation("dereference:303", message, subject)]
        if first.status in (301, 307, 308) and not may_be_document and len(visit.exchanges) == 2:
            message = text(
                "{subject} redirects with {status}: that says the document is the thing. Use 303.",
                subject=subject,
                status=first.status,
            )
            return [violation("dereference:303", message, subject)]
    return []


def _check_formats(
    client: Client, visit: Visit, media_type: MediaType, subject: str
) -> list[Finding]:
    """Return a violation when a format is not answered with 200 and its media type."""
    problems = check_answered(visit, client.limits, subject)
    if problems or visit.last.media_type == media_type.name:
        return problems
    message = text(
        "{subject} is sent as '{media_type}' when {expected} is requested.",
        subject=subject,
        media_type=visit.last.media_type or "-",
        expected=media_type.name,
    )
    return [violation("dereference:media-type", message, subject)]


def _parsed(
    answered: Mapping[MediaType, Exchange], subject: str, load: LoadContext
) -> tuple[dict[MediaType, Triples], list[Finding]]:
    """Return the triples of each RDF format, and a violation for each that cannot be read."""
    parsed, findings = {}, []
    for media_type in GRAPHS:
        last = answered.get(media_type)
        if last is None:
            continue
        try:
            parsed[media_type] = graphs.parse(last.body, media_type.name, last.url, load)
        except SourceSyntax as error:
            message = replace(violation("dereference:syntax", error.what, subject), path=last.url)
            findings.append(message)
    return parsed, findings


def _check_same_triples(parsed: Mapping[MediaType, Triples], subject: str) -> list[Finding]:
    """Return a violation for each format that holds other triples than the first."""
    forms = {media_type: graphs.canonical(triples) for media_type, triples in parsed.items()}
    first = next(iter(forms), None)
    return [
        violation(
            "dereference:formats-differ",
            text(
                "{subject}: {one} and {other} differ in {count} triples.",
                subject=subject,
                one=first.label if first else "",
                other=media_type.label,
                count=len(form ^ forms[first]),
            ),
            subject,
        )
        for media_type, form in forms.items()
        if first and form != forms[first]
    ]


def _check_subject(parsed: Mapping[MediaType, Triples], subject: str) -> list[Finding]:
    """Return a violation when no triple of the document is about the subject."""
    for media_type, triples in parsed.items():
        if subject not in set(graphs.iris(triples)):
            message = text(
                "The document of {subject} ({label}) says nothing about it.",
                subject=subject,
                label=media_type.label,
            )
            return [violation("dereference:subject", message, subject)]
    return []


def _check_406(client: Client, subject: str) -> list[Finding]:
    """Return a warning when a format that is not offered is not refused with 406."""
    last = client.visit(subject, fields={"Accept": UNOFFERED}).last
    if last.status == 406 or last.media_type == UNOFFERED:
        return []
    message = text(
        "{subject} answers {status} when only {media_type} is accepted. Answer 406 and list "
        "what there is.",
        subject=subject,
        status=last.status,
        media_type=UNOFFERED,
    )
    return [warning("dereference:406", message, subject)]


def _links(
    site: VerifiedSite, answered: Mapping[MediaType, Exchange], parsed: Mapping[MediaType, Triples]
) -> frozenset[str]:
    """Return the addresses of the site that the page links to and the triples name."""
    page = answered.get(HTML)
    addresses = set(hrefs(page)) if page else set()
    for triples in parsed.values():
        addresses.update(graphs.iris(triples))
    return frozenset(without_fragment(site.locate(link)) for link in addresses if site.holds(link))


def dead_links(client: Client, links: list[str]) -> list[Finding]:
    """Return a violation for each address of the site that does not answer HEAD."""
    findings = []
    for link in links:
        visit = client.visit(link, "HEAD")
        if not visit.successful:
            message = text(
                "A document links to {link}, which answers {status}.",
                link=link,
                status=visit.last.status or "-",
            )
            findings.append(violation("dereference:dead-link", message, link))
    return findings


# What caches rely on: Vary, ETag with 304, HEAD equal to GET (RFC 9110, RFC 9111).

COMPARED = ("content-type", "etag", "content-length", "vary", "link")


def check_vary(visits: Iterable[Visit], about: str) -> list[Finding]:
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


def check_revalidation(client: Client, last: Exchange, about: str) -> list[Finding]:
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


def check_head(client: Client, last: Exchange) -> list[Finding]:
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
