"""F-UJI's metrics (version 0.8) for a dataset, 26 points, as far as seen from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import DCAT, DCTERMS, PROV, Graph, URIRef

from publisher.errors import SourceSyntax
from publisher.messages import text
from publisher.rdf.context_loading import LoadContext, json_document
from publisher.system.http_client import Client, Exchange, is_absolute, is_web
from publisher.verify import graphs
from publisher.verify.links import json_ld_scripts, links_of
from publisher.verify.mqa import ACCESS_RIGHTS
from publisher.verify.report import MetricScore, score_metric

CORE = ("creator", "name", "identifier", "datePublished", "publisher", "description", "keywords")
RELATIONS = ("isBasedOn", "isPartOf", "hasPart", "includedInDataCatalog", "sameAs", "citation")
PERSISTENT = (
    "https://w3id.org/",
    "https://purl.org/",
    "http://purl.org/",
    "https://doi.org/",
    "https://identifiers.org/",
    "http://hdl.handle.net/",
    "https://hdl.handle.net/",
)


def _findable(seen: DatasetMetadata) -> list[MetricScore]:
    """Return the marks of F1 to F4."""
    absent = [name for name in CORE if not seen.has(name)]
    persistent = seen.iri.startswith(PERSISTENT) and seen.redirects
    web = is_absolute(seen.iri)
    return [
        score_metric(
            "F1",
            "F1-01MD",
            1,
            web,
            text("The identifier is an IRI."),
            text("Name the dataset by an IRI."),
        ),
        score_metric(
            "F1",
            "F1-02MD",
            1,
            persistent,
            text("The identifier is persistent and resolves."),
            text(
                "Use an identifier of a persistent service, such as https://w3id.org/, that "
                "redirects to the landing page."
            ),
        ),
        score_metric(
            "F2",
            "F2-01M",
            2,
            not absent,
            text("The core metadata are there."),
            text("Add to the JSON-LD of the page: {missing}.", missing=", ".join(absent)),
        ),
        score_metric(
            "F3",
            "F3-01M",
            1,
            bool(seen.urls("contentUrl")),
            text("The metadata lead to the data."),
            text("Add distribution with contentUrl to the JSON-LD of the page."),
        ),
        score_metric(
            "F4",
            "F4-01M",
            2,
            bool(seen.embedded),
            text("The page carries schema.org JSON-LD."),
            text("Put a schema.org Dataset into the page as JSON-LD, its context in the page."),
        ),
    ]


def _accessible(client: Client, seen: DatasetMetadata) -> list[MetricScore]:
    """Return the marks of A1."""
    rights = [str(o) for o in seen.linked.objects(URIRef(seen.iri), DCTERMS.accessRights)]
    level = (
        seen.has("isAccessibleForFree")
        or seen.has("conditionsOfAccess")
        or any(value.startswith(ACCESS_RIGHTS) for value in rights)
    )
    data = seen.urls("contentUrl")
    reachable = bool(data) and all(client.visit(url, "HEAD").successful for url in data)
    standard = all(is_web(url) for url in [seen.iri, *data])
    return [
        score_metric(
            "A1",
            "A1-01M",
            1,
            level,
            text("The access level is stated."),
            text("Say who may use it: dct:accessRights of the EU list, or isAccessibleForFree."),
        ),
        score_metric(
            "A1",
            "A1-02MD",
            2,
            seen.page.successful and reachable,
            text("Metadata and data can be fetched."),
            text("Let the page and every contentUrl answer 200."),
        ),
        score_metric(
            "A1.1",
            "A1.1-01MD",
            2,
            standard,
            text("They are fetched by HTTP."),
            text("Offer page and data by http or https."),
        ),
        score_metric(
            "A1.2",
            "A1.2-01MD",
            2,
            standard,
            text("HTTP can ask who one is."),
            text("Offer page and data by http or https."),
        ),
    ]


def _interoperable(seen: DatasetMetadata) -> list[MetricScore]:
    """Return the marks of I1 to I3."""
    rdf = bool(seen.embedded) or len(seen.linked) > 0
    known = (str(DCAT), str(DCTERMS), str(PROV), "https://schema.org/", "http://schema.org/")
    used = {str(p) for p in seen.linked.predicates()}
    namespaces = bool(seen.embedded) or any(p.startswith(known) for p in used)
    related = any(seen.has(name) for name in RELATIONS)
    return [
        score_metric(
            "I1",
            "I1-01M",
            2,
            rdf,
            text("The metadata are RDF."),
            text("Offer the metadata as RDF."),
        ),
        score_metric(
            "I2",
            "I2-01M",
            2,
            namespaces,
            text("Known vocabularies are used."),
            text("Use DCAT, Dublin Core or schema.org."),
        ),
        score_metric(
            "I3",
            "I3-01M",
            2,
            related,
            text("Related things are linked."),
            text("Link what it is part of or based on: isPartOf, isBasedOn."),
        ),
    ]


def _reusable(seen: DatasetMetadata) -> list[MetricScore]:
    """Return the marks of R1."""
    formats = {str(name) for name in seen.urls("encodingFormat")}
    measured = bool(seen.urls("contentSize")) and bool(formats)
    dated = any(seen.has(name) for name in ("dateCreated", "datePublished", "dateModified"))
    return [
        score_metric(
            "R1",
            "R1-01M",
            2,
            measured,
            text("Type and size of the data are stated."),
            text("Add contentSize and encodingFormat to each distribution."),
        ),
        score_metric(
            "R1.1",
            "R1.1-01M",
            1,
            seen.has("license"),
            text("The licence is stated."),
            text("Add license to the JSON-LD of the page."),
        ),
        score_metric(
            "R1.2",
            "R1.2-01M",
            1,
            dated,
            text("The provenance is stated."),
            text("Add datePublished and dateModified to the JSON-LD of the page."),
        ),
        score_metric(
            "R1.3",
            "R1.3-01M",
            1,
            bool(seen.embedded) or len(seen.linked) > 0,
            text("A community standard is followed."),
            text("Follow DCAT or schema.org."),
        ),
        score_metric(
            "R1.3",
            "R1.3-02D",
            1,
            bool(formats & set(OPEN_FORMATS)),
            text("The data come in an open format."),
            text("Offer the data in an open format, such as CSV or Turtle."),
        ),
    ]


def score(client: Client, seen: DatasetMetadata) -> list[MetricScore]:
    """Return the 17 metrics of a dataset, 26 points together."""
    return [
        *_findable(seen),
        *_accessible(client, seen),
        *_interoperable(seen),
        *_reusable(seen),
    ]


# What a machine learns about a dataset from its landing page and from what the page links to.

OPEN_FORMATS = (
    "text/csv",
    "text/turtle",
    "application/ld+json",
    "application/rdf+xml",
    "application/n-triples",
    "application/json",
    "application/geo+json",
)


@dataclass(frozen=True)
class DatasetMetadata:
    """What a machine learns about a dataset from its landing page and from the catalogue.

    Attributes:
        iri: Of the dataset.
        page: The landing page.
        embedded: The schema.org ``Dataset`` in the page; empty when there is none.
        linked: The graph behind ``describedby`` or content negotiation.
        redirects: Whether the IRI redirects to the page.
    """

    iri: str
    page: Exchange
    embedded: Mapping[str, object]
    linked: Graph
    redirects: bool

    def has(self, name: str) -> bool:
        """Tell whether the page says something under a name of schema.org."""
        return self.embedded.get(name) not in (None, "", [], {})

    def urls(self, name: str) -> list[str]:
        """Return the addresses of the page's data under a name of schema.org."""
        addresses = []
        for value in _list(self.embedded.get("distribution")):
            if isinstance(value, Mapping) and value.get(name):
                addresses.append(str(value[name]))
        return addresses


def _list(value: object) -> list[object]:
    """Return a value as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _nodes(document: object) -> Iterator[Mapping[str, object]]:
    """Yield the objects at the top of JSON-LD, those of ``@graph`` included."""
    for node in _list(document):
        if isinstance(node, dict):
            yield node
            yield from _nodes(node.get("@graph"))


def schema_dataset(page: Exchange) -> Mapping[str, object]:
    """Return the schema.org ``Dataset`` that a page carries, empty when there is none.

    Only a context in the page is read: scorers do not fetch another one.
    """
    for script in json_ld_scripts(page):
        try:
            document = json_document(script.encode())
        except SourceSyntax:
            continue
        for node in _nodes(document):
            kinds = {str(kind).rpartition("/")[2] for kind in _list(node.get("@type"))}
            if "Dataset" in kinds:
                return node
    return {}


def fetch(client: Client, iri: str, load: LoadContext) -> DatasetMetadata:
    """Return what can be learned about a dataset, as F-UJI asks for it."""
    visit = client.visit(iri, fields={"Accept": "text/html, */*"})
    page = visit.last
    # An IRI of another base reaches this copy of the site by a redirect.
    redirects = len(visit.exchanges) > 1 or client.locate(iri) != iri
    linked = Graph()
    described = [link for link in links_of(page) if link.relation in ("describedby", "alternate")]
    rdf = [link.target for link in described if link.media_type in OPEN_FORMATS]
    for address in [*rdf, iri]:
        fields = {"Accept": "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8"}
        last = client.visit(address, fields=fields).last
        try:
            triples = graphs.parse(last.body, last.media_type, last.url, load)
            linked = graphs.to_rdflib(triples)
            break
        except SourceSyntax:
            continue
    return DatasetMetadata(iri, page, schema_dataset(page), linked, redirects)
