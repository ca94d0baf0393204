"""The catalogue, fetched as CKAN, data.europa.eu and dataportal.se fetch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path

import pyoxigraph as ox
from rdflib import DCAT, DCTERMS, RDF, BNode, Graph, Namespace, URIRef

from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.left_open import nobodys_mail, open_places
from publisher.messages import text
from publisher.rdf.media_types import BY_NAME, GRAPHS, RDF_XML
from publisher.system.http_client import (
    Client,
    Exchange,
    Visit,
    parse_digits,
    resolve_reference,
)
from publisher.verify import graphs
from publisher.verify.affected import VCARD
from publisher.verify.feed_source import ACCEPT_RDF, has_catalogue, read_feed_file, read_feed_page
from publisher.verify.links import hrefs
from publisher.verify.options import EUROPA
from publisher.verify.report import (
    check_answered,
    check_no_302,
    is_absent,
    note,
    violation,
    warning,
)

# ckanext-dcat, harvesters/base.py: MAX_FILE_SIZE.
CKAN_LENGTH_BYTES = 50 * 2**20
CKAN = {"User-Agent": "python-requests", "Accept-Encoding": "identity"}
PAGES = 1000
OWN_PAGES = 20


def _parsed(last: Exchange, media_type: str, load: Callable[[str], object]) -> graphs.Triples:
    """Return the triples of a page; what CKAN does not know it reads as RDF/XML."""
    known = {m.name for m in GRAPHS}
    return graphs.parse(
        last.body, media_type if media_type in known else RDF_XML.name, last.url, load
    )


def _head(client: Client, visit: Visit, url: str) -> list[Finding]:
    """Return what CKAN objects to in the answer to HEAD; 400 and 405 make it go on with GET."""
    if visit.last.status in (400, 405):
        message = text("{url} does not answer HEAD. Answer HEAD as GET, without a body.", url=url)
        return [warning("harvest:head", message, url)]
    length = parse_digits(visit.last.fields.get("content-length", ""))
    if length is not None and length > CKAN_LENGTH_BYTES:
        message = text(
            "{url} is larger than the {length} bytes that CKAN reads. Page the catalogue.",
            url=url,
            length=CKAN_LENGTH_BYTES,
        )
        return [violation("harvest:too-large", message, url)]
    return check_answered(visit, client.limits)


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
    head_visit = client.visit(url, "HEAD", CKAN)
    if is_absent(head_visit) and is_absent(client.visit(url, fields=CKAN)):
        message = text(
            "There is no catalogue at {url}. If there is one elsewhere, give its address.", url=url
        )
        return Feed(url), [note("harvest:no-catalogue", message, url)]
    findings = _head(client, head_visit, url)
    limits = replace(client.limits, length_bytes=CKAN_LENGTH_BYTES)
    triples: set[ox.Triple] = set()
    seen: list[str] = []
    address: str | None = url
    media_type = ""
    body: bytes | None = None
    while address is not None and len(seen) < PAGES:
        seen.append(client.locate(address))
        visit = client.visit(address, fields=CKAN, limits=limits)
        problems = check_answered(visit, limits, address) or _media_type(visit, address)
        if visit.successful and visit.last.body == body:
            findings.append(_endless_pages(url, address))
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
            findings.append(_endless_pages(url, address))
            break
    feed = Feed(url, frozenset(triples), graphs.to_rdflib(triples), len(seen))
    return feed, findings + check_dataset_count(feed)


def _endless_pages(url: str, address: str) -> Finding:
    """Return the violation for pages that never end."""
    message = text(
        "The pages of {url} go in a circle at {address}: CKAN would read for ever. "
        "Give the last page no hydra:next.",
        url=url,
        address=address,
    )
    return violation("harvest:page-loop", message, url)


def as_anybody(
    client: Client, url: str, load: Callable[[str], object]
) -> tuple[Feed, list[Finding]]:
    """Return a feed of any make: every page, in whatever syntax it comes.

    What portals would stumble over on the way is advice: only what cannot be read is a violation.
    """
    findings = [
        as_advice(finding) for finding in _head(client, client.visit(url, "HEAD", CKAN), url)
    ]
    triples: set[ox.Triple] = set()
    seen: list[str] = []
    address: str | None = url
    while address is not None and len(seen) < PAGES:
        seen.append(address)
        visit = client.visit(address, fields={"Accept": ACCEPT_RDF})
        findings += check_answered(visit, client.limits, address)
        if not visit.successful:
            break
        try:
            page = _own_blank_nodes(read_feed_page(visit.last, load), len(seen))
            graph = graphs.to_rdflib(page)
        except SourceSyntax as error:
            findings.append(syntax(error, address))
            break
        findings += _unnamed_media_type(visit, address)
        triples |= page
        following = next_page(graph)
        address = resolve_reference(visit.last.url, following) if following else None
        if address in seen:
            findings.append(_endless_pages(url, str(address)))
            break
    feed = Feed(url, frozenset(triples), graphs.to_rdflib(triples), len(seen))
    return feed, findings + [as_advice(finding) for finding in check_dataset_count(feed)]


def as_file(path: Path, address: str, load: Callable[[str], object]) -> tuple[Feed, list[Finding]]:
    """Return the feed in a file."""
    try:
        triples = read_feed_file(path, load)
        feed = Feed(address, triples, graphs.to_rdflib(triples), 1)
    except SourceSyntax as error:
        return Feed(address), [syntax(error, address)]
    if not has_catalogue(feed.graph):
        message = text(
            "{file} is no feed: it holds neither a dcat:Catalog nor a dcat:Dataset. Name the"
            " document that portals harvest. What CKAN answers as JSON, 'publisher import' reads.",
            file=address,
        )
        return Feed(address), [violation("harvest:empty", message, address)]
    return feed, [as_advice(finding) for finding in check_dataset_count(feed)]


# Without these there is nothing to judge.
_NEVER_ADVICE = ("harvest:syntax", "harvest:empty", "harvest:page-loop")


def as_advice(finding: Finding) -> Finding:
    """Return a finding that stops nobody, unless nothing could be read for it."""
    if not finding.severity.blocks or finding.rule in _NEVER_ADVICE:
        return finding
    return replace(finding, severity=Severity.WARNING)


def _own_blank_nodes(triples: graphs.Triples, page: int) -> graphs.Triples:
    """Return triples whose blank nodes are not those of another page with the same labels."""

    def own(term: ox.Triple | ox.NamedNode | ox.BlankNode | ox.Literal) -> object:
        return ox.BlankNode(f"p{page}x{term.value}") if isinstance(term, ox.BlankNode) else term

    return frozenset(ox.Triple(own(t.subject), t.predicate, own(t.object)) for t in triples)  # type: ignore[arg-type]


def _unnamed_media_type(visit: Visit, about: str) -> list[Finding]:
    """Return advice when RDF comes under a name that is none of RDF."""
    known = BY_NAME.get(visit.last.media_type)
    if known is not None and known.rdf_format is not None:
        return []
    message = text(
        "{url} is RDF and comes as '{media_type}'; CKAN would take it for RDF/XML. Send it under"
        " its own name, such as {expected}.",
        url=about,
        media_type=visit.last.media_type or "-",
        expected=", ".join(m.name for m in GRAPHS),
    )
    return [warning("harvest:media-type", message, about)]


def portal_advice(feed: Feed) -> list[Finding]:
    """Return what dataportal.se's guide objects to in a feed that is made for it."""
    findings = [as_advice(finding) for finding in _blank_nodes(feed)]
    if feed.pages > 1:
        message = text("{url} has pages; dataportal.se reads only the first.", url=feed.address)
        findings.append(warning("harvest:paged", message, feed.address))
    return findings


def as_europa(client: Client, feed: Feed, load: Callable[[str], object]) -> list[Finding]:
    """Return where the catalogue is not the same in every RDF format that importers ask for."""
    findings: list[Finding] = []
    if feed.pages != 1 or not feed.triples:
        return findings
    expected = graphs.canonical(feed.triples)
    for media_type in GRAPHS:
        fields = {"Accept": media_type.name, "User-Agent": EUROPA}
        visit = client.visit(feed.address, fields=fields)
        problems = check_answered(visit, client.limits, feed.address)
        if not problems and visit.last.media_type != media_type.name:
            message = text(
                "{url} is sent as '{media_type}' when {expected} is requested.",
                url=feed.address,
                media_type=visit.last.media_type or "-",
                expected=media_type.name,
            )
            problems = [violation("harvest:negotiation", message, feed.address)]
        if not problems:
            problems = _check_same_triples(visit, expected, feed.address, load)
        findings += problems
    return findings


def _check_same_triples(
    visit: Visit, expected: frozenset[str], about: str, load: Callable[[str], object]
) -> list[Finding]:
    """Return a violation when a representation of the catalogue holds other triples."""
    last = visit.last
    try:
        triples = graphs.canonical(graphs.parse(last.body, last.media_type, last.url, load))
    except SourceSyntax as error:
        return [syntax(error, about)]
    if triples == expected:
        return []
    message = text(
        "{url} as {media_type} differs from the default format in {count} triples.",
        url=about,
        media_type=last.media_type,
        count=len(triples ^ expected),
    )
    return [violation("harvest:formats-differ", message, about)]


# The DCAT-AP-SE view, fetched as dataportal.se fetches it.


def as_dataportal(client: Client, url: str, eu: Feed) -> tuple[Feed, list[Finding]]:
    """Return the DCAT-AP-SE feed, and what dataportal.se or its guide objects to.

    One complete RDF/XML document, no paging, no blank nodes but a ``dcterms:Location``.
    """
    visit = client.visit(url)
    if is_absent(visit):
        message = text(
            "There is no view for dataportal.se at {url}; a site outside Sweden needs none.",
            url=url,
        )
        return Feed(url), [note("harvest:no-swedish-view", message, url)]
    findings = check_no_302(visit, url)
    problems = check_answered(visit, client.limits, url)
    last = visit.last
    if problems:
        return Feed(url), findings + problems
    if last.media_type != RDF_XML.name:
        message = text(
            "{url} comes as '{media_type}'; dataportal.se reads {expected}.",
            url=url,
            media_type=last.media_type or "-",
            expected=RDF_XML.name,
        )
        findings.append(violation("harvest:media-type", message, url))
    try:
        triples = graphs.parse(last.body, RDF_XML.name, last.url)
        feed = Feed(url, triples, graphs.to_rdflib(triples), 1)
    except SourceSyntax as error:
        return Feed(url), [*findings, syntax(error, url)]
    return feed, findings + check_dataset_count(feed) + _blank_nodes(feed) + _check_both_views(
        feed, eu
    )


def _blank_nodes(feed: Feed) -> list[Finding]:
    """Return a violation for each blank node that is not a place."""
    blank = {node for node in feed.graph.subjects() if isinstance(node, BNode)}
    places = set(feed.graph.subjects(RDF.type, DCTERMS.Location))
    kinds = sorted({_kind(feed.graph, node) for node in blank - places})
    return [
        violation(
            "harvest:blank-node",
            text(
                "{url} has a blank node of type {kind}, which changes its name at every harvest. "
                "Give it an IRI.",
                url=feed.address,
                kind=kind,
            ),
            feed.address,
        )
        for kind in kinds
    ]


def _kind(graph: Graph, node: BNode) -> str:
    """Return the type of a blank node."""
    kind = graph.value(node, RDF.type)
    return str(kind) if isinstance(kind, URIRef) else "-"


def _check_both_views(feed: Feed, eu: Feed) -> list[Finding]:
    """Return a violation for each dataset that is in only one of the two views."""
    findings = []
    if next_page(feed.graph) is not None:
        message = text("{url} has pages; dataportal.se reads only the first.", url=feed.address)
        findings.append(violation("harvest:paged", message, feed.address))
    if eu.triples:
        for dataset in sorted(set(eu.datasets()) ^ set(feed.datasets())):
            message = text(
                "{dataset} is in only one of {one} and {other}.",
                dataset=dataset,
                one=eu.address,
                other=feed.address,
            )
            findings.append(violation("harvest:views-differ", message, dataset))
    return findings


# What a portal holds after a harvest, and whether its datasets add up.

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")


@dataclass(frozen=True)
class Feed:
    """What a portal has after fetching a catalogue: the address, the triples, the graph."""

    address: str
    triples: graphs.Triples = frozenset()
    graph: Graph = field(default_factory=Graph, repr=False)
    pages: int = 0

    def datasets(self) -> tuple[str, ...]:
        """Return every node typed ``dcat:Dataset``, as CKAN counts them."""
        return tuple(sorted({str(s) for s in self.graph.subjects(RDF.type, DCAT.Dataset)}))

    def described(self) -> graphs.Triples:
        """Return the triples about the catalogues and datasets themselves."""
        named = {str(s) for s in self.graph.subjects(RDF.type, DCAT.Catalog)} | set(self.datasets())
        return frozenset(
            triple
            for triple in self.triples
            if isinstance(triple.subject, ox.NamedNode) and triple.subject.value in named
        )


def next_page(graph: Graph) -> str | None:
    """Return the address of the next page, by either vocabulary of Hydra; None on the last."""
    for kind in (HYDRA.PartialCollectionView, HYDRA.PagedCollection):
        for view in graph.subjects(RDF.type, kind):
            for predicate in (HYDRA.next, HYDRA.nextPage):
                target = graph.value(view, predicate)
                if target is not None:
                    return str(target)
    return None


def syntax(error: SourceSyntax, about: str) -> Finding:
    """Return the violation for a page that no portal can parse."""
    return violation("harvest:syntax", error.what, about)


def check_dataset_count(feed: Feed) -> list[Finding]:
    """Return what is wrong with the number of datasets in a feed."""
    graph, datasets = feed.graph, feed.datasets()
    if not feed.triples:
        return []
    if not datasets:
        message = text("{url} has no dcat:Dataset. A portal would delete all.", url=feed.address)
        return [violation("harvest:empty", message, feed.address)]
    findings = []
    listed = {str(o) for o in graph.objects(None, DCAT.dataset)}
    for phantom in sorted(set(datasets) - listed):
        message = text(
            "{dataset} is typed dcat:Dataset and is in no catalogue: CKAN makes a phantom of it. "
            "List it with dcat:dataset or take the type away.",
            dataset=phantom,
        )
        findings.append(warning("harvest:phantom", message, phantom))
    for total in sorted({str(o) for o in graph.objects(None, HYDRA.totalItems)}):
        if total != str(len(datasets)):
            message = text(
                "hydra:totalItems says {total}, the pages hold {count} datasets.",
                total=total,
                count=len(datasets),
            )
            findings.append(violation("harvest:total", message, feed.address))
    return findings


# The contact of the datasets: the one thing to set before a feed is registered.


def placeholders(feed: Graph) -> list[Finding]:
    """Return a warning for each contact whose mail address belongs to nobody."""
    findings = []
    contacts = set(feed.objects(None, DCAT.contactPoint))
    for contact in sorted(contacts, key=str):
        for address in feed.objects(contact, VCARD.hasEmail):
            if mail := nobodys_mail(str(address)):
                message = text(
                    "The contact address {mail} is a placeholder. Set your own before you "
                    "register the feed with a portal.",
                    mail=mail,
                )
                findings.append(warning("contact:placeholder", message, str(contact)))
    return findings


def open_pages(client: Client, home: str) -> list[Finding]:
    """Return a note for each place left open on a page of the publisher's own.

    Such pages are those of this program that the home page leads to.
    """
    visit = client.visit(home, fields={"Accept": "text/html"})
    pages = {href for href in hrefs(visit.last) if href.startswith(f"{home}page/")}
    findings = []
    for address in sorted(pages)[:OWN_PAGES]:
        page = client.visit(address, fields={"Accept": "text/html"})
        for _, words in open_places(unescape(page.last.body.decode("utf-8", errors="replace"))):
            message = text("Fill in what is left open here: {words}.", words=words)
            findings.append(note("page:placeholder", message, address))
    return findings
