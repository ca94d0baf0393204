"""The catalogue, fetched as CKAN and data.europa.eu fetch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pyoxigraph as ox

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.messages import text
from publisher.rdf.media_types import GRAPHS, RDF_XML
from publisher.verify import graphs
from publisher.verify.client import EUROPA, Client
from publisher.verify.exchanges import Exchange, Visit
from publisher.verify.feed import Feed, counted, next_page, syntax
from publisher.verify.spelling import whole_number
from publisher.verify.verdicts import unanswered, violation, warning

# ckanext-dcat, harvesters/base.py: MAX_FILE_SIZE.
CKAN_LENGTH_BYTES = 50 * 2**20
CKAN = {"User-Agent": "python-requests", "Accept-Encoding": "identity"}
PAGES = 1000


def _parsed(last: Exchange, media_type: str, load: Callable[[str], object]) -> graphs.Triples:
    """Return the triples of a page; what CKAN does not know it reads as RDF/XML."""
    known = {m.name for m in GRAPHS}
    return graphs.parse(
        last.body, media_type if media_type in known else RDF_XML.name, last.url, load
    )


def _head(client: Client, url: str) -> list[Finding]:
    """Return what CKAN objects to in the answer to HEAD; 400 and 405 make it go on with GET."""
    visit = client.visit(url, "HEAD", CKAN)
    if visit.last.status in (400, 405):
        message = text("{url} does not answer HEAD. Answer HEAD as GET, without a body.", url=url)
        return [warning("harvest:head", message, url)]
    length = whole_number(visit.last.fields.get("content-length", ""))
    if length is not None and length > CKAN_LENGTH_BYTES:
        message = text(
            "{url} is larger than the {length} bytes that CKAN reads. Page the catalogue.",
            url=url,
            length=CKAN_LENGTH_BYTES,
        )
        return [violation("harvest:too-large", message, url)]
    return unanswered(visit, client.limits)


def _media_type(visit: Visit, about: str) -> list[Finding]:
    """Return a violation when a catalogue does not come as RDF to a client without ``Accept``."""
    if visit.last.media_type in {m.name for m in GRAPHS}:
        return []
    message = text(
        "{url} comes as '{media_type}' to a client without Accept. Send RDF by default: "
        "{expected}.",
        url=about,
        media_type=visit.last.media_type or "-",
        expected=", ".join(m.name for m in GRAPHS),
    )
    return [violation("harvest:media-type", message, about)]


def as_ckan(client: Client, url: str, load: Callable[[str], object]) -> tuple[Feed, list[Finding]]:
    """Return the feed as CKAN reads it, and what stops or misleads it.

    HEAD first, no ``Accept``, the content type of the first page up to ``;``, 50 MB a page,
    ``hydra:next`` until there is none; the same page twice is a circle (ckanext-dcat #260).
    """
    findings = _head(client, url)
    limits = replace(client.limits, length_bytes=CKAN_LENGTH_BYTES)
    triples: set[ox.Triple] = set()
    seen: list[str] = []
    address: str | None = url
    media_type = ""
    body: bytes | None = None
    while address is not None and len(seen) < PAGES:
        seen.append(client.locate(address))
        visit = client.visit(address, fields=CKAN, limits=limits)
        problems = unanswered(visit, limits, address) or _media_type(visit, address)
        if visit.successful and visit.last.body == body:
            findings.append(_circle(url, address))
            break
        body = visit.last.body
        findings += problems
        media_type = media_type or visit.last.media_type
        if visit.fault or not visit.successful:
            break
        try:
            page = _parsed(visit.last, media_type, load)
            graph = graphs.to_rdflib(page)
        except SourceSyntax as error:
            findings.append(syntax(error, address))
            break
        triples |= page
        address = next_page(graph)
        if address is not None and client.locate(address) in seen:
            findings.append(_circle(url, address))
            break
    feed = Feed(url, frozenset(triples), graphs.to_rdflib(triples), len(seen))
    return feed, findings + counted(feed)


def _circle(url: str, address: str) -> Finding:
    """Return the violation for pages that never end."""
    message = text(
        "The pages of {url} go in a circle at {address}: CKAN would read for ever. "
        "Give the last page no hydra:next.",
        url=url,
        address=address,
    )
    return violation("harvest:page-loop", message, url)


def as_europa(client: Client, feed: Feed, load: Callable[[str], object]) -> list[Finding]:
    """Return where the catalogue is not the same in every RDF format that importers ask for."""
    findings: list[Finding] = []
    if feed.pages != 1 or not feed.triples:
        return findings
    expected = graphs.canonical(feed.triples)
    for media_type in GRAPHS:
        fields = {"Accept": media_type.name, "User-Agent": EUROPA}
        visit = client.visit(feed.address, fields=fields)
        problems = unanswered(visit, client.limits, feed.address)
        if not problems and visit.last.media_type != media_type.name:
            message = text(
                "{url} comes as '{media_type}' when {expected} is asked for.",
                url=feed.address,
                media_type=visit.last.media_type or "-",
                expected=media_type.name,
            )
            problems = [violation("harvest:negotiation", message, feed.address)]
        if not problems:
            problems = _agrees(visit, expected, feed.address, load)
        findings += problems
    return findings


def _agrees(
    visit: Visit, expected: frozenset[str], about: str, load: Callable[[str], object]
) -> list[Finding]:
    """Return a violation when a representation of the catalogue holds other triples."""
    last = visit.last
    try:
        found = graphs.canonical(graphs.parse(last.body, last.media_type, last.url, load))
    except SourceSyntax as error:
        return [syntax(error, about)]
    if found == expected:
        return []
    message = text(
        "{url} as {media_type} differs from the default format in {count} triples.",
        url=about,
        media_type=last.media_type,
        count=len(found ^ expected),
    )
    return [violation("harvest:formats-differ", message, about)]
