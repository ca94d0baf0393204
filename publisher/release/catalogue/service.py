"""The SPARQL endpoint described in its own terms (SPARQL 1.1 Service Description)."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import NamedNode, Triple

from publisher.release.catalogue.draft import Draft, node, typed

_RESULTS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
    "TriG",
    "N-Quads",
)


def describe_service(
    base_iri: str, graphs: Mapping[str, int], *, union: bool = True
) -> list[Triple]:
    """Return the service description.

    Args:
        base_iri: Below which the service is named.
        graphs: Graph IRI → number of triples, of the graphs it queries.
        union: Whether its default graph is the union of all of them.
    """
    draft = Draft()
    service = NamedNode(base_iri + "service/sparql")
    content = NamedNode(service.value + "/content")
    whole = NamedNode(service.value + "/default-graph")
    draft.describe(
        service,
        {
            "rdf:type": [node("sd:Service")],
            "sd:endpoint": [NamedNode(base_iri + "sparql")],
            "sd:supportedLanguage": [node("sd:SPARQL11Query")],
            "sd:resultFormat": [NamedNode("http://www.w3.org/ns/formats/" + r) for r in _RESULTS],
            "sd:feature": [node("sd:UnionDefaultGraph")] if union else [],
            "sd:defaultDataset": [content],
        },
    )
    draft.add(content, "rdf:type", node("sd:Dataset"))
    draft.add(content, "sd:defaultGraph", whole)
    draft.add(whole, "rdf:type", node("sd:Graph"))
    for name, triples in sorted(graphs.items()):
        graph = NamedNode(f"{service.value}/graph/{name.removeprefix(base_iri)}")
        held = NamedNode(f"{graph.value}/content")
        draft.add(content, "sd:namedGraph", graph)
        draft.add(graph, "rdf:type", node("sd:NamedGraph"))
        draft.add(graph, "sd:name", NamedNode(name))
        draft.add(graph, "sd:graph", held)
        draft.add(held, "rdf:type", node("sd:Graph"))
        draft.add(held, "void:triples", typed(str(triples), "xsd:integer"))
    return draft.triples()
