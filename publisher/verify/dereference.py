"""Every IRI leads to its document: 303, five formats that agree, fields that caches need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.messages import text
from publisher.rdf.media_types import DOCUMENTS, GRAPHS, HTML, MediaType
from publisher.verify import caching, graphs
from publisher.verify.client import Client
from publisher.verify.exchanges import Exchange, Visit
from publisher.verify.graphs import LoadContext, Triples
from publisher.verify.hyperlinks import hrefs
from publisher.verify.site import Site
from publisher.verify.spelling import document
from publisher.verify.verdicts import redirects_302, unanswered, violation, warning

UNOFFERED = "image/png"


@dataclass(frozen=True)
class Looked:
    """What looking up one subject gave: findings, and the own addresses its documents lead to."""

    findings: tuple[Finding, ...]
    links: frozenset[str] = field(default_factory=frozenset)


def look_up(
    client: Client, site: Site, subject: str, may_be_document: bool, load: LoadContext
) -> Looked:
    """Return what is wrong with the documents of a subject.

    Args:
        client: Knows where the site answers for the IRI.
        site: Decides which links are its own.
        subject: An IRI of the site.
        may_be_document: Whether it may answer 200 itself; a hash IRI always may
            (Cool URIs for the Semantic Web, sections 4.1 and 4.2).
        load: Reads JSON-LD contexts.
    """
    visits = {m: client.visit(subject, fields={"Accept": m.name}) for m in DOCUMENTS}
    findings = _redirected(visits, subject, may_be_document or "#" in subject)
    answered: dict[MediaType, Exchange] = {}
    for media_type, visit in visits.items():
        problems = _offered(client, visit, media_type, subject)
        findings += problems
        if not problems:
            answered[media_type] = visit.last
    parsed, syntax = _parsed(answered, subject, load)
    findings += syntax + _agree(parsed, subject) + _about(parsed, subject)
    findings += caching.varies(visits.values(), subject)
    for last in answered.values():
        findings += caching.revalidates(client, last, subject) + caching.same_head(client, last)
    findings += _refuses(client, subject)
    return Looked(tuple(findings), _links(site, answered, parsed))


def _redirected(
    visits: Mapping[MediaType, Visit], subject: str, may_be_document: bool
) -> list[Finding]:
    """Return violations for a thing that answers itself, and for a redirect that is no 303."""
    for visit in visits.values():
        first = visit.exchanges[0]
        if refused := redirects_302(visit, subject):
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


def _offered(client: Client, visit: Visit, media_type: MediaType, subject: str) -> list[Finding]:
    """Return a violation when a format is not answered with 200 and its media type."""
    problems = unanswered(visit, client.limits, subject)
    if problems or visit.last.media_type == media_type.name:
        return problems
    message = text(
        "{subject} comes as '{media_type}' when {expected} is asked for.",
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


def _agree(parsed: Mapping[MediaType, Triples], subject: str) -> list[Finding]:
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


def _about(parsed: Mapping[MediaType, Triples], subject: str) -> list[Finding]:
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


def _refuses(client: Client, subject: str) -> list[Finding]:
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
    site: Site, answered: Mapping[MediaType, Exchange], parsed: Mapping[MediaType, Triples]
) -> frozenset[str]:
    """Return the addresses of the site that the page links to and the triples name."""
    page = answered.get(HTML)
    found = set(hrefs(page)) if page else set()
    for triples in parsed.values():
        found.update(graphs.iris(triples))
    return frozenset(document(site.locate(link)) for link in found if site.holds(link))


def dead(client: Client, links: list[str]) -> list[Finding]:
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
