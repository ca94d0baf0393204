"""Distributions as they are described, against what is behind their addresses."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from rdflib import DCAT, DCTERMS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from publisher.errors import SourceSyntax
from publisher.findings import Finding, Severity
from publisher.messages import LANGUAGES, Text, text, translate
from publisher.rdf.context_loading import LoadContext, json_document
from publisher.rdf.media_types import BY_NAME
from publisher.system.http_client import Client, Exchange, ExchangeLimits, Visit, parse_digits
from publisher.verify import graphs
from publisher.verify.affected import node_name
from publisher.verify.graphs import Triples
from publisher.verify.report import check_answered, check_no_302, violation, warning
from publisher.verify.site import VerifiedSite

SPDX = Namespace("http://spdx.org/rdf/terms#")
IANA = "www.iana.org/assignments/media-types/"
# Where metadata of a table lie (Metadata Vocabulary for Tabular Data, section 5.2).
_METADATA_SUFFIX = "-metadata.json"
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
ALGORITHMS = ("sha1", "sha224", "sha256", "sha384", "sha512", "md5")


@dataclass(frozen=True)
class Distribution:
    """A distribution as the catalogue describes it; empty or None where it says nothing."""

    iri: str
    dataset: str
    access: tuple[str, ...]
    downloads: tuple[str, ...]
    media_type: str
    packed_as: str
    length_bytes: int | None
    algorithm: str
    checksum: str


def _media_type(graph: Graph, node: Node, predicate: URIRef) -> str:
    """Return the media type that an IANA address stands for, empty when there is none."""
    return str(graph.value(node, predicate) or "").partition(IANA)[2].lower()


def _format(graph: Graph, node: Node) -> str:
    """Return the media type that DCAT-AP-SE keeps as a literal in ``dcterms:format``."""
    value = graph.value(node, DCTERMS["format"])
    return str(value).lower() if isinstance(value, Literal) else ""


def feed_distributions(graph: Graph) -> Iterator[Distribution]:
    """Yield every distribution of every dataset of a feed, in the order of their IRIs."""
    pairs = {
        (str(s), node_name(o))
        for s, o in graph.subject_objects(DCAT.distribution)
        if isinstance(o, URIRef | BNode)
    }
    nodes = {node_name(o): o for o in graph.objects(None, DCAT.distribution)}
    for dataset, iri in sorted(pairs):
        node = nodes[iri]
        checksum = graph.value(node, SPDX.checksum)
        algorithm = str(graph.value(checksum, SPDX.algorithm) or "") if checksum else ""
        value = str(graph.value(checksum, SPDX.checksumValue) or "") if checksum else ""
        yield Distribution(
            iri,
            dataset,
            tuple(sorted(str(o) for o in graph.objects(node, DCAT.accessURL))),
            tuple(sorted(str(o) for o in graph.objects(node, DCAT.downloadURL))),
            _media_type(graph, node, DCAT.mediaType) or _format(graph, node),
            _media_type(graph, node, DCAT.compressFormat),
            parse_digits(str(graph.value(node, DCAT.byteSize) or "")),
            algorithm.rpartition("_")[2].lower(),
            value.lower(),
        )


@dataclass(frozen=True)
class DownloadResult:
    """What an address of a distribution gave.

    Attributes:
        dataset: Whose distribution it is.
        last: The exchange that ended the visit, its body left out.
        length_bytes: Of the body.
        findings: What is wrong with it.
        count: How many triples it holds; None when it is no RDF, or broken.
        triples: The triples themselves.
    """

    dataset: str
    last: Exchange
    length_bytes: int
    findings: tuple[Finding, ...]
    count: int | None = None
    triples: Triples | None = None


def check(
    client: Client,
    site: VerifiedSite,
    graph: Graph,
    load: LoadContext,
    progress: Callable[[str], None],
) -> Iterator[DownloadResult]:
    """Yield what each access and download address of a feed gives.

    One at a time, so that a caller need not keep the triples of all of them. An address that
    is in many distributions is asked for once. Only what the site answers for is fetched;
    see ``check_elsewhere`` for the rest.
    """
    by_download: dict[str, list[Distribution]] = defaultdict(list)
    by_access: dict[str, list[Distribution]] = defaultdict(list)
    for distribution in feed_distributions(graph):
        for url in filter(site.holds, distribution.downloads):
            by_download[url].append(distribution)
        for url in filter(site.holds, distribution.access):
            if url not in distribution.downloads:
                by_access[url].append(distribution)
    for url, sharing in by_download.items():
        progress(url)
        visit = client.visit(url)
        for number, distribution in enumerate(sharing):
            yield _download(client, site, distribution, visit, url, None if number else load)
    for url, sharing in by_access.items():
        visit = client.visit(url, "HEAD")
        problems = tuple(check_answered(visit, client.limits, url))
        for distribution in sharing:
            yield DownloadResult(distribution.dataset, visit.last, 0, problems)


def check_elsewhere(
    graph: Graph, visits: Mapping[str, Visit], limits: ExchangeLimits
) -> Iterator[DownloadResult]:
    """Yield what the addresses of a feed of others answered to HEAD.

    Files elsewhere are not fetched whole. What does not answer is a warning: the portal shows the
    dataset all the same, and its visitors find nothing.

    Args:
        graph: The feed.
        visits: Address → what came of asking for it.
        limits: Of the requests.
    """
    for distribution in feed_distributions(graph):
        for url in dict.fromkeys((*distribution.downloads, *distribution.access)):
            visit = visits.get(url)
            if visit is None:
                continue
            findings = [
                replace(f, severity=Severity.WARNING, focus_node=distribution.iri)
                for f in check_answered(visit, limits, url)
            ]
            if not findings and url in distribution.downloads:
                findings = [
                    replace(f, severity=Severity.WARNING)
                    for f in _check_head(distribution, visit.last, url)
                ]
            length = parse_digits(visit.last.fields.get("content-length", "")) or 0
            yield DownloadResult(
                distribution.dataset, replace(visit.last, body=b""), length, tuple(findings)
            )


def _check_head(distribution: Distribution, last: Exchange, url: str) -> list[Finding]:
    """Return what the fields of an answer contradict."""
    findings = [f for f in _check_media_type(distribution, last, url) if f.severity.blocks]
    sent = parse_digits(last.fields.get("content-length", ""))
    declared = distribution.length_bytes
    if None not in (sent, declared) and sent != declared and "content-encoding" not in last.fields:
        message = text(
            "{url} is declared with {declared} bytes and has {length}.",
            url=url,
            declared=declared,
            length=sent,
        )
        findings.append(violation("distribution:size", message, distribution.iri))
    return findings


def _download(
    client: Client,
    site: VerifiedSite,
    distribution: Distribution,
    visit: Visit,
    url: str,
    load: LoadContext | None,
) -> DownloadResult:
    """Return what is wrong with one download, and its triples when it is RDF.

    Without ``load`` its content is not read: it was, for another distribution.
    """
    findings = check_no_302(visit, url) + check_answered(visit, client.limits, url)
    triples: Triples | None = None
    if visit.successful:
        typed = _check_media_type(distribution, visit.last, url)
        findings += typed + _check_length_and_checksum(distribution, visit.last, url)
        if load is not None and not any(finding.severity.blocks for finding in typed):
            try:
                triples = _content(distribution, visit.last, url, load)
                findings += _check_triple_count(site, triples, url)
                findings += _advise_on_csv(client, distribution, visit.last, url)
            except SourceSyntax as error:
                findings.append(violation("distribution:syntax", error.what, url))
    return DownloadResult(
        distribution.dataset,
        replace(visit.last, body=b""),
        len(visit.last.body),
        tuple(findings),
        None if triples is None else len(triples),
        triples,
    )


def _content(
    distribution: Distribution, last: Exchange, url: str, load: LoadContext
) -> Triples | None:
    """Return the triples of a download, None when it is no RDF; raise when it cannot be read."""
    media_type = distribution.media_type or last.media_type
    body = graphs.ungzip(last.body, url)
    known = BY_NAME.get(media_type)
    if known is not None and known.rdf_format is not None:
        return graphs.triples(body, media_type, last.url, load)
    graphs.check(body, media_type, url)
    return None


def _advise_on_csv(
    client: Client, distribution: Distribution, last: Exchange, url: str
) -> list[Finding]:
    """Return a warning for a table that only those can read who guess how it is written."""
    if (distribution.media_type or last.media_type) != "text/csv":
        return []
    charset = _CHARSET.search(last.fields.get("content-type", ""))
    form = graphs.csv_form(graphs.ungzip(last.body, url), charset[1] if charset else "")
    findings = []
    metadata = f"{url}{_METADATA_SUFFIX}"
    if form.separator != "," and _dialect(client, metadata) != form.separator:
        name = graphs.SEPARATORS[form.separator]
        message: Text = {
            language: translate(
                "Its values are separated by a {separator} instead of a comma (RFC 4180), and"
                " nothing beside it says so. Publish CSVW metadata with the dialect, at {address},"
                " or write commas.",
                language,
                separator=translate(name, language),
                address=metadata,
            )
            for language in LANGUAGES
        }
        findings.append(warning("distribution:separator", message, distribution.iri))
    if not form.is_utf8 and charset is None:
        message = text(
            "It is not in UTF-8, and the server names no charset, so å, ä and ö are lost. Save it"
            " as UTF-8, or send: Content-Type: text/csv; charset=windows-1252."
        )
        findings.append(warning("distribution:charset", message, distribution.iri))
    return findings


def _dialect(client: Client, address: str) -> str:
    """Return the separator that CSVW metadata at an address name; empty where there are none."""
    visit = client.visit(address)
    if not visit.successful:
        return ""
    try:
        document = json_document(visit.last.body, address)
    except SourceSyntax:
        return ""
    dialect = document.get("dialect") if isinstance(document, dict) else None
    return str(dialect.get("delimiter", "")) if isinstance(dialect, dict) else ""


def _check_media_type(distribution: Distribution, last: Exchange, url: str) -> list[Finding]:
    """Return a violation when a download has another media type than declared."""
    declared = {distribution.media_type, distribution.packed_as} - {""}
    if not any("/" in name for name in declared):
        message = text("{url}: say its media type with dcat:mediaType.", url=url)
        return [warning("distribution:no-media-type", message, distribution.iri)]
    if last.media_type in declared:
        return []
    message = text(
        "{url} is declared as {declared} and comes as '{media_type}'.",
        url=url,
        declared=", ".join(sorted(declared)),
        media_type=last.media_type or "-",
    )
    return [violation("distribution:media-type", message, distribution.iri)]


def _check_length_and_checksum(
    distribution: Distribution, last: Exchange, url: str
) -> list[Finding]:
    """Return a violation for a size and for a checksum that are not as declared."""
    findings = []
    length = distribution.length_bytes
    if length is not None and length != len(last.body):
        message = text(
            "{url} is declared with {declared} bytes and has {length}.",
            url=url,
            declared=length,
            length=len(last.body),
        )
        findings.append(violation("distribution:size", message, distribution.iri))
    if not distribution.checksum:
        return findings
    if distribution.algorithm not in ALGORITHMS:
        message = text(
            "{url}: the checksum algorithm '{algorithm}' is not known.",
            url=url,
            algorithm=distribution.algorithm,
        )
        return [*findings, warning("distribution:algorithm", message, distribution.iri)]
    digest = hashlib.new(distribution.algorithm, last.body, usedforsecurity=False).hexdigest()
    if digest != distribution.checksum:
        message = text(
            "{url} does not have the declared checksum ({algorithm}).",
            url=url,
            algorithm=distribution.algorithm,
        )
        findings.append(violation("distribution:checksum", message, distribution.iri))
    return findings


def _check_triple_count(site: VerifiedSite, triples: Triples | None, url: str) -> list[Finding]:
    """Return a violation when a dump has another number of triples than VoID says."""
    declared = site.triples_of(url)
    if triples is None or not declared or len(triples) in declared:
        return []
    message = text(
        "VoID says that {url} has {declared} triples; it has {count}.",
        url=url,
        declared=" / ".join(map(str, sorted(declared))),
        count=len(triples),
    )
    return [violation("distribution:triples", message, url)]
