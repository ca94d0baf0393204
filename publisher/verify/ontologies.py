"""An ontology as FOOPS! fetches it, and the metadata it may carry in several vocabularies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import DCTERMS, FOAF, OWL, PROV, RDF, RDFS, VANN, Graph, Namespace, URIRef
from rdflib.term import Node

from publisher.errors import SourceSyntax
from publisher.verify import graphs
from publisher.verify.client import Client
from publisher.verify.exchanges import Exchange
from publisher.verify.graphs import LoadContext

BIBO = Namespace("http://purl.org/ontology/bibo/")
DC = Namespace("http://purl.org/dc/elements/1.1/")
PAV = Namespace("http://purl.org/pav/")
SCHEMAS = (Namespace("https://schema.org/"), Namespace("http://schema.org/"))
# The order that FOOPS! asks in; it gives up when the first is refused with an error.
ASKED = ("application/rdf+xml", "text/turtle", "text/n3", "application/ld+json")
TERM_TYPES = (OWL.Class, RDFS.Class, OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property)


def schema(name: str) -> tuple[URIRef, ...]:
    """Return a term of schema.org in both its namespaces."""
    return tuple(schema[name] for schema in SCHEMAS)


METADATA: Mapping[str, tuple[URIRef, ...]] = {
    "title": (DCTERMS.title, DC.title, RDFS.label, *schema("name")),
    "description": (DCTERMS.description, DC.description, RDFS.comment, *schema("description")),
    "license": (DCTERMS.license, DCTERMS.rights, DC.rights, *schema("license")),
    "version IRI": (OWL.versionIRI,),
    "author": (
        DCTERMS.creator,
        DC.creator,
        PAV.authoredBy,
        FOAF.maker,
        *schema("creator"),
        *schema("author"),
    ),
    "namespace URI": (VANN.preferredNamespaceUri,),
    "namespace prefix": (VANN.preferredNamespacePrefix,),
    "version": (OWL.versionInfo, *schema("version")),
    "created": (DCTERMS.created, PAV.createdOn, PROV.generatedAtTime, *schema("dateCreated")),
    "citation": (DCTERMS.bibliographicCitation, *schema("citation")),
    "doi": (BIBO.doi,),
    "publisher": (DCTERMS.publisher, DC.publisher, *schema("publisher")),
    "logo": (FOAF.logo, *schema("logo")),
    "status": (BIBO.status, URIRef("https://w3id.org/mod#status")),
    "source": (DCTERMS.source, DC.source, PROV.hadPrimarySource),
    "issued": (DCTERMS.issued, *schema("datePublished")),
}


@dataclass(frozen=True)
class Ontology:
    """An ontology as it was fetched: its IRI, its graph, and the exchanges."""

    iri: str
    graph: Graph
    rdf: Exchange
    html: Exchange

    @property
    def node(self) -> URIRef:
        """Return the declared ontology, the requested IRI when none is declared."""
        declared = sorted(map(str, self.graph.subjects(RDF.type, OWL.Ontology)))
        near = [d for d in declared if d.rstrip("/#") == self.iri.rstrip("/#")]
        return URIRef((near or declared or [self.iri])[0])

    def has(self, name: str) -> bool:
        """Tell whether the ontology has a piece of metadata; a DOI also counts as an identifier."""
        if any((self.node, predicate, None) in self.graph for predicate in METADATA[name]):
            return True
        identifiers = [str(o) for o in self.graph.objects(self.node, DCTERMS.identifier)]
        return name == "doi" and any("doi." in value for value in identifiers)

    def terms(self) -> set[Node]:
        """Return the classes and properties of the ontology's own namespace."""
        found = {s for kind in TERM_TYPES for s in self.graph.subjects(RDF.type, kind)}
        stem = str(self.node).rstrip("/#")
        return {term for term in found if str(term).startswith(stem)}


def fetch(client: Client, iri: str, load: LoadContext) -> Ontology:
    """Return an ontology as FOOPS! gets it; an empty graph when no format can be read."""
    html = client.visit(iri, fields={"Accept": "text/html"}).last
    graph, rdf = Graph(), html
    for media_type in ASKED:
        rdf = client.visit(iri, fields={"Accept": media_type}).last
        if not rdf.successful:
            break
        try:
            triples = graphs.parse(rdf.body, rdf.media_type, rdf.url, load)
            graph = graphs.to_rdflib(triples)
            break
        except SourceSyntax:
            continue
    return Ontology(iri, graph, rdf, html)
