import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld
from rdflib import RDF, Graph, Literal

ROOT = Path(__file__).resolve().parents[2]
CONTEXT: dict[str, Any] = json.loads(
    (ROOT / "ontology" / "context.jsonld").read_text(encoding="utf-8")
)["@context"]
PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "bibo": "http://purl.org/ontology/bibo/",
    "cluster": "https://w3id.org/nms-kluster/def/cluster#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "locn": "http://www.w3.org/ns/locn#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rov": "http://www.w3.org/ns/regorg#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "wgs": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
KEYWORDS = {"id": "@id", "type": "@type"}
TERMS: dict[str, str | dict[str, str]] = {
    name: definition
    for name, definition in CONTEXT.items()
    if not name.startswith("@") and name not in PREFIXES and name not in KEYWORDS
}
SOURCES = sorted(path for folder in ("ontology", "data") for path in (ROOT / folder).rglob("*.ttl"))


def iri_of(name: str) -> str:
    """Return the IRI that a term of the context stands for, written out."""
    definition = TERMS[name]
    curie = definition if isinstance(definition, str) else definition["@id"]
    prefix, _, local_name = curie.partition(":")
    return PREFIXES[prefix] + local_name


def type_of(name: str) -> str:
    """Return the type that the context gives to the values of a term, if any."""
    definition = TERMS[name]
    return "" if isinstance(definition, str) else definition.get("@type", "")


NAMES = {iri_of(name): name for name in TERMS}


def in_known_namespace(iri: str) -> bool:
    return iri.startswith(tuple(PREFIXES.values()))


def vocabulary_of(graph: Graph) -> Iterator[str]:
    """Yield the properties and classes that a graph uses, except rdf:type."""
    yield from (str(predicate) for predicate in set(graph.predicates()) - {RDF.type})
    yield from (str(value) for value in set(graph.objects(None, RDF.type)))


def as_json(graph: Graph) -> dict[str, Any]:
    """Return a graph as JSON-LD that is compacted with the context."""
    triples = graph.serialize(format="nt")
    document: dict[str, Any] = jsonld.compact(
        jsonld.from_rdf(triples, {"format": "application/n-quads"}), CONTEXT, {"graph": True}
    )
    return document


@pytest.fixture(scope="module")
def graphs() -> dict[Path, Graph]:
    return {path: Graph().parse(path, format="turtle") for path in SOURCES}


def test_the_prefixes_of_the_context_are_those_of_the_project() -> None:
    """One prefix for two namespaces would make examples wrong without looking wrong."""
    in_context = {name: CONTEXT.get(name) for name in CONTEXT if name in PREFIXES}

    assert in_context == PREFIXES
    assert {name: CONTEXT.get(name) for name in KEYWORDS} == KEYWORDS


def test_every_term_is_written_with_a_known_prefix() -> None:
    """A prefix that is not there turns a term into an IRI of an unknown scheme."""
    curies = [
        definition if isinstance(definition, str) else definition["@id"]
        for definition in TERMS.values()
    ]

    assert [curie for curie in curies if curie.partition(":")[0] not in PREFIXES] == []


def test_no_two_terms_stand_for_one_iri() -> None:
    """Compaction would have to choose, and two programs may choose differently."""
    assert [iri for iri, n in Counter(iri_of(name) for name in TERMS).items() if n > 1] == []


@pytest.mark.parametrize("name", sorted(TERMS))
def test_a_term_leads_to_its_iri_and_back(name: str) -> None:
    """A JSON-LD reader and a JSON-LD writer must mean the same by a name."""
    written = {"@context": CONTEXT, name: "https://example.org/value"}

    (expanded,) = jsonld.expand(written)
    compacted = jsonld.compact(expanded, CONTEXT)

    assert list(expanded) == [iri_of(name)]
    assert list(compacted) == ["@context", name]


@pytest.mark.slow
def test_every_property_and_class_in_use_has_a_term(graphs: dict[Path, Graph]) -> None:
    """What has no name of its own appears in JSON as a bare address."""
    missing = {
        (path.name, iri)
        for path, graph in graphs.items()
        for iri in vocabulary_of(graph)
        if in_known_namespace(iri) and iri not in NAMES
    }

    assert missing == set()


def test_a_term_that_promises_addresses_is_never_used_with_text(
    graphs: dict[Path, Graph],
) -> None:
    """Typed as an address, a text would come out as a link that leads nowhere."""
    promises = {iri_of(name) for name in TERMS if type_of(name) == "@id"}
    broken = {
        (path.name, str(predicate), str(value))
        for path, graph in graphs.items()
        for _, predicate, value in graph
        if str(predicate) in promises and isinstance(value, Literal)
    }

    assert broken == set()


def test_a_term_that_promises_a_datatype_is_never_used_with_another(
    graphs: dict[Path, Graph],
) -> None:
    """A year typed as a day is a wrong date."""
    promises = {
        iri_of(name): PREFIXES[type_of(name).partition(":")[0]] + type_of(name).partition(":")[2]
        for name in TERMS
        if type_of(name) not in {"", "@id"}
    }
    broken = {
        (path.name, str(predicate), str(value))
        for path, graph in graphs.items()
        for _, predicate, value in graph
        if str(predicate) in promises
        and (not isinstance(value, Literal) or str(value.datatype) != promises[str(predicate)])
    }

    assert broken == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_lost_on_the_way_to_json_and_back(path: Path, graphs: dict[Path, Graph]) -> None:
    """A developer who only speaks JSON must get all that is in the Turtle."""
    document = as_json(graphs[path])
    triples = jsonld.to_rdf(document, {"format": "application/n-quads"})

    assert set(Graph().parse(data=triples, format="nt")) == set(graphs[path])


def test_an_initiative_reads_as_plain_json(graphs: dict[Path, Graph]) -> None:
    """The short names are the point of the context."""
    document = as_json(graphs[ROOT / "ontology" / "examples" / "ClusterInitiative.ttl"])
    (initiative,) = [node for node in document["@graph"] if "competenceArea" in node]

    assert sorted(initiative["type"]) == ["ClusterInitiative", "OrganizationalCollaboration"]
    assert initiative["id"] == "https://w3id.org/nms-kluster/id/cluster/example"
    assert initiative["competenceArea"].endswith("/competence-area/renewable-energy")
    assert initiative["lastSeenActive"] == {"type": "xsd:gYearMonth", "@value": "2024-05"}
    assert {name["@language"] for name in initiative["prefLabel"]} == {"en", "sv"}
