"""The 24 criteria of FOOPS! for an ontology, as far as they can be read from outside.

Each criterion gives the share of its tests that pass; FIND2 asks registries and is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from rdflib import (
    DCTERMS,
    FOAF,
    OWL,
    PROV,
    RDF,
    RDFS,
    SKOS,
    VANN,
    Graph,
    Literal,
    Namespace,
    URIRef,
)
from rdflib.term import Node

from publisher.errors import SourceSyntax
from publisher.messages import Text, text
from publisher.rdf.context_loading import LoadContext
from publisher.system.http_client import Client, Exchange, is_web
from publisher.verify import graphs
from publisher.verify.report import MetricScore

# An ontology as FOOPS! fetches it, and the metadata it may carry in several vocabularies.

BIBO = Namespace("http://purl.org/ontology/bibo/")
DC = Namespace("http://purl.org/dc/elements/1.1/")
PAV = Namespace("http://purl.org/pav/")
SCHEMAS = (Namespace("https://schema.org/"), Namespace("http://schema.org/"))
# The order that FOOPS! asks in; it gives up when the first is refused with an error.
ACCEPTED_TYPES = ("application/rdf+xml", "text/turtle", "text/n3", "application/ld+json")
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
        terms = {s for kind in TERM_TYPES for s in self.graph.subjects(RDF.type, kind)}
        stem = str(self.node).rstrip("/#")
        return {term for term in terms if str(term).startswith(stem)}


def fetch(client: Client, iri: str, load: LoadContext) -> Ontology:
    """Return an ontology as FOOPS! gets it; an empty graph when no format can be read."""
    html = client.visit(iri, fields={"Accept": "text/html"}).last
    graph, rdf = Graph(), html
    for media_type in ACCEPTED_TYPES:
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


# The 24 criteria of FOOPS! for an ontology, as far as they can be read from outside.

PERSISTENT = (
    "w3id.org",
    "doi.org",
    "linked.data.gov.au",
    "dbpedia.org",
    "perma.cc",
    "data.europa.eu",
    "www.w3.org",
)
GENERAL = (
    str(DC),
    str(DCTERMS),
    str(VANN),
    str(PROV),
    str(BIBO),
    str(PAV),
    str(FOAF),
    str(RDFS),
    str(OWL),
    *map(str, SCHEMAS),
)
LABELS = (RDFS.label, SKOS.prefLabel)
DEFINITIONS = (RDFS.comment, SKOS.definition)


def _share(group: str, name: str, tests: Mapping[str, bool]) -> MetricScore:
    """Return the share of tests passed, and what is missing."""
    missing = [test for test, passed in tests.items() if not passed]
    got = round((len(tests) - len(missing)) / len(tests), 3)
    why: Text = (
        text("All there.")
        if not missing
        else text("Missing: {missing}.", missing=", ".join(missing))
    )
    return MetricScore(group, name, got, 1, why)


def _metadata(group: str, name: str, ontology: Ontology, items: Iterable[str]) -> MetricScore:
    """Return the share of metadata that is there."""
    return _share(group, name, {item: ontology.has(item) for item in items})


def _persistent(iri: str) -> bool:
    """Tell whether an IRI is of a service for persistent addresses."""
    return any(name in iri for name in PERSISTENT) or ("purl." in iri and ".org" in iri)


def _answers(client: Client, iri: str) -> bool:
    """Tell whether an IRI answers 200 after redirects."""
    return (
        bool(iri)
        and client.visit(iri, fields={"Accept": "text/html, */*;q=0.2"}).last.status == 200
    )


def _first_value(ontology: Ontology, name: str) -> str:
    """Return the first value of a piece of metadata."""
    values = (ontology.graph.value(ontology.node, predicate) for predicate in METADATA[name])
    return next((str(value) for value in values if value is not None), "")


def _has_literal(ontology: Ontology, predicates: Collection[URIRef]) -> dict[str, bool]:
    """Return for each term whether it has a literal for one of the predicates."""
    described = {
        str(term): any(
            isinstance(o, Literal) for p in predicates for o in ontology.graph.objects(term, p)
        )
        for term in sorted(ontology.terms(), key=str)
    }
    return described or {"classes and properties": False}


def _reuses(ontology: Ontology) -> bool:
    """Tell whether the ontology imports another or builds on terms of another namespace."""
    if (ontology.node, OWL.imports, None) in ontology.graph:
        return True
    own = str(ontology.node).rstrip("/#")
    built_in = (own, str(OWL), str(RDF), str(RDFS), "http://www.w3.org/2001/XMLSchema#")
    built_on = (
        o
        for predicate in (
            RDFS.subClassOf,
            RDFS.subPropertyOf,
            RDFS.domain,
            RDFS.range,
            OWL.equivalentClass,
            OWL.equivalentProperty,
        )
        for o in ontology.graph.objects(None, predicate)
    )
    return any(isinstance(o, URIRef) and not str(o).startswith(built_in) for o in built_on)


def _findable(client: Client, ontology: Ontology) -> list[MetricScore]:
    """Return the criteria of F1 to F4."""
    version = _first_value(ontology, "version IRI")
    catalogued = any(
        (ontology.node, p, None) in ontology.graph for p in schema("includedInDataCatalog")
    )
    registry = text("Not measured: register the prefix at prefix.cc or LOV.")
    return [
        _share("F1", "PURL1", {"persistent IRI": _persistent(ontology.iri)}),
        _share("F1", "URI1", {"IRI that answers in RDF": len(ontology.graph) > 0}),
        _share(
            "F1",
            "URI2",
            {
                "owl:Ontology with the IRI asked for": (ontology.node, RDF.type, OWL.Ontology)
                in ontology.graph
                and str(ontology.node).rstrip("/#") == ontology.iri.rstrip("/#")
            },
        ),
        _share(
            "F1",
            "VER1",
            {
                "owl:versionIRI": bool(version),
                "owl:versionIRI other than the IRI": version not in ("", str(ontology.node)),
            },
        ),
        _share("F1", "VER2", {"version IRI that answers 200": _answers(client, version)}),
        _metadata(
            "F2",
            "OM1",
            ontology,
            ("title", "description", "license", "version IRI", "author", "namespace URI"),
        ),
        _metadata("F3", "FIND1", ontology, ("namespace prefix",)),
        MetricScore("F4", "FIND2", 0, 0, registry),
        _share("F4", "FIND3", {"schema:includedInDataCatalog": catalogued}),
        _share("A2", "FIND_3_BIS", {"schema:includedInDataCatalog": catalogued}),
    ]


def _accessible(ontology: Ontology) -> list[MetricScore]:
    """Return the criteria of A1, I1 and I2."""
    html = ontology.html.successful and ontology.html.media_type == "text/html"
    rdf = len(ontology.graph) > 0
    used = {str(p) for p in ontology.graph.predicates(ontology.node)}
    general = any(p.startswith(GENERAL) for p in used)
    web = is_web(ontology.iri)
    return [
        _share("A1", "CN1", {"HTML": html, "RDF": rdf}),
        _share("R1", "DOC1", {"HTML documentation": html}),
        _share("I1", "RDF1", {"RDF": rdf}),
        _share("A1.1", "HTTP1", {"http IRI": web}),
        _share("I2", "VOC1", {"metadata in known vocabularies": general}),
        _share("I2", "VOC2", {"terms of other vocabularies": _reuses(ontology)}),
    ]


def _licence(client: Client, ontology: Ontology, outside: bool) -> MetricScore:
    """Return whether the licence answers; others' servers are asked only if wanted."""
    licence = _first_value(ontology, "license")
    if licence and not outside and client.locate(licence) == licence:
        return MetricScore("R1.1", "OM4_2", 0, 0, text("Not measured: check the links out too."))
    return _share("R1.1", "OM4_2", {"licence that answers 200": _answers(client, licence)})


def _reusable(client: Client, ontology: Ontology, outside: bool) -> list[MetricScore]:
    """Return the criteria of R1."""
    return [
        _metadata("R1", "OM2", ontology, ("namespace prefix", "version", "created", "citation")),
        _metadata(
            "R1", "OM3", ontology, ("doi", "publisher", "logo", "status", "source", "issued")
        ),
        _metadata("R1.1", "OM4_1", ontology, ("license",)),
        _licence(client, ontology, outside),
        _metadata("R1.2", "OM5_1", ontology, ("created", "author")),
        _metadata("R1.2", "OM5_2", ontology, ("issued", "publisher")),
        _share("R1", "VOC3", _has_literal(ontology, LABELS)),
        _share("R1", "VOC4", _has_literal(ontology, DEFINITIONS)),
    ]


def score(client: Client, iri: str, load: LoadContext, outside: bool) -> list[MetricScore]:
    """Return the 24 criteria for an ontology, one point each; ``outside`` asks others' servers."""
    ontology = fetch(client, iri, load)
    return [
        *_findable(client, ontology),
        *_accessible(ontology),
        *_reusable(client, ontology, outside),
    ]
