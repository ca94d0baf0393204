"""The DCAT-AP-SE view, fetched as dataportal.se fetches it."""

from __future__ import annotations

from rdflib import DCTERMS, RDF, BNode, Graph, URIRef

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.messages import text
from publisher.rdf.media_types import RDF_XML
from publisher.verify import graphs
from publisher.verify.client import Client
from publisher.verify.feed import Feed, counted, next_page, syntax
from publisher.verify.verdicts import redirects_302, unanswered, violation


def as_dataportal(client: Client, url: str, eu: Feed) -> tuple[Feed, list[Finding]]:
    """Return the DCAT-AP-SE feed, and what dataportal.se or its guide objects to.

    One complete RDF/XML document, no paging, no blank nodes but a ``dcterms:Location``.
    """
    visit = client.visit(url)
    findings = redirects_302(visit, url)
    problems = unanswered(visit, client.limits, url)
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
    return feed, findings + counted(feed) + _blank_nodes(feed) + _complete(feed, eu)


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


def _complete(feed: Feed, eu: Feed) -> list[Finding]:
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
