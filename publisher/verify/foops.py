"""The 24 criteria of FOOPS! for an ontology, as far as they can be read from outside.

Each criterion gives the share of its tests that pass; FIND2 asks registries and is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from rdflib import DCTERMS, FOAF, OWL, PROV, RDF, RDFS, SKOS, VANN, Literal, URIRef

from publisher.messages import Text, text
from publisher.verify.client import Client
from publisher.verify.graphs import LoadContext
from publisher.verify.marks import Mark
from publisher.verify.ontologies import BIBO, DC, METADATA, PAV, SCHEMAS, Ontology, fetch, schema
from publisher.verify.spelling import is_web

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


def _share(group: str, name: str, tests: Mapping[str, bool]) -> Mark:
    """Return the share of tests passed, and what is missing."""
    missing = [test for test, passed in tests.items() if not passed]
    got = round((len(tests) - len(missing)) / len(tests), 3)
    why: Text = (
        text("All there.")
        if not missing
        else text("Missing: {missing}.", missing=", ".join(missing))
    )
    return Mark(group, name, got, 1, why)


def _metadata(group: str, name: str, ontology: Ontology, wanted: Iterable[str]) -> Mark:
    """Return the share of metadata that is there."""
    return _share(group, name, {item: ontology.has(item) for item in wanted})


def _persistent(iri: str) -> bool:
    """Tell whether an IRI is of a service for persistent addresses."""
    return any(name in iri for name in PERSISTENT) or ("purl." in iri and ".org" in iri)


def _answers(client: Client, iri: str) -> bool:
    """Tell whether an IRI answers 200 after redirects."""
    return (
        bool(iri)
        and client.visit(iri, fields={"Accept": "text/html, */*;q=0.2"}).last.status == 200
    )


def _value(ontology: Ontology, name: str) -> str:
    """Return the first value of a piece of metadata."""
    values = (ontology.graph.value(ontology.node, predicate) for predicate in METADATA[name])
    return next((str(value) for value in values if value is not None), "")


def _described(ontology: Ontology, predicates: Collection[URIRef]) -> dict[str, bool]:
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


def _findable(client: Client, ontology: Ontology) -> list[Mark]:
    """Return the criteria of F1 to F4."""
    version = _value(ontology, "version IRI")
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
        Mark("F4", "FIND2", 0, 0, registry),
        _share("F4", "FIND3", {"schema:includedInDataCatalog": catalogued}),
        _share("A2", "FIND_3_BIS", {"schema:includedInDataCatalog": catalogued}),
    ]


def _accessible(ontology: Ontology) -> list[Mark]:
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


def _licence(client: Client, ontology: Ontology, outside: bool) -> Mark:
    """Return whether the licence answers; others' servers are asked only if wanted."""
    licence = _value(ontology, "license")
    if licence and not outside and client.locate(licence) == licence:
        return Mark("R1.1", "OM4_2", 0, 0, text("Not measured: check the links out too."))
    return _share("R1.1", "OM4_2", {"licence that answers 200": _answers(client, licence)})


def _reusable(client: Client, ontology: Ontology, outside: bool) -> list[Mark]:
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
        _share("R1", "VOC3", _described(ontology, LABELS)),
        _share("R1", "VOC4", _described(ontology, DEFINITIONS)),
    ]


def score(client: Client, iri: str, load: LoadContext, outside: bool) -> list[Mark]:
    """Return the 24 criteria for an ontology, one point each; ``outside`` asks others' servers."""
    ontology = fetch(client, iri, load)
    return [
        *_findable(client, ontology),
        *_accessible(ontology),
        *_reusable(client, ontology, outside),
    ]
