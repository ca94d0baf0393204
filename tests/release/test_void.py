"""VoID: what is counted in a dataset."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import DCTERMS, RDF, VOID, Graph, URIRef

from publisher.release.catalogue.void import Counts, count_graph
from publisher.release.model import Release

BASE = "https://data.example.org/"
LAKES = URIRef(BASE + "dataset/lakes")
WORLD = """
PREFIX id: <https://data.example.org/id/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
id:siljan a foaf:Agent ; skos:prefLabel "Siljan"@sv, "Siljan"@en ; skos:broader id:dalarna ;
    skos:exactMatch <http://other.example/1>, <http://other.example/2> ;
    foaf:page <https://third.example/x>, <mailto:somebody@third.example> .
id:dalarna a foaf:Agent ; skos:prefLabel "Siljan"@sv .
<http://other.example/1> skos:exactMatch <http://third.example/1> .
"""


@pytest.fixture
def counts() -> Counts:
    """Return the counts of two agents with links to other hosts."""
    quads = parse(WORLD, format=RdfFormat.TURTLE)
    return count_graph(sorted(f"{quad.triple} .\n".encode() for quad in quads), BASE)


def test_triples_subjects_and_objects_are_counted(counts: Counts) -> None:
    """Eleven triples; a label that two things share is one object."""
    assert counts.triples == 11
    assert counts.subjects == 3
    assert counts.objects == 9


def test_entities_are_the_publisher_s_own_things(counts: Counts) -> None:
    """What is said of the things of others does not make them ours."""
    assert counts.entities == 2


def test_classes_and_properties_are_counted(counts: Counts) -> None:
    """VoID, section 4.6: partitions by class and by property."""
    assert dict(counts.classes) == {"http://xmlns.com/foaf/0.1/Agent": 2}
    assert counts.properties["http://www.w3.org/2004/02/skos/core#prefLabel"] == 3


def test_links_are_counted_by_host_and_only_from_own_things(counts: Counts) -> None:
    """A linkset leads from this dataset to another on the web (VoID, section 5)."""
    assert dict(counts.links) == {
        ("http://other.example/", "http://www.w3.org/2004/02/skos/core#exactMatch"): 2,
        ("https://third.example/", "http://xmlns.com/foaf/0.1/page"): 1,
    }


@pytest.fixture(scope="module")
def void(catalogued: Release) -> Graph:
    """Return the VoID description of the tiny world."""
    return Graph().parse(catalogued.folder / "void.nt")


def number(graph: Graph, subject: URIRef, predicate: URIRef) -> int:
    return int(str(graph.value(subject, predicate)))


def test_a_dataset_has_as_many_triples_as_its_dump_has_lines(
    void: Graph, catalogued: Release
) -> None:
    """N-Triples is a triple a line."""
    lines = (catalogued.folder / "dumps" / "lakes.nt").read_bytes().count(b"\n")

    assert number(void, LAKES, VOID.triples) == lines == 16


def test_a_dataset_counts_its_things(void: Graph) -> None:
    """Two lakes, a county and its geometry."""
    assert number(void, LAKES, VOID.entities) == 4
    assert number(void, LAKES, VOID.classes) == 3
    assert number(void, LAKES, VOID.distinctSubjects) == 4


def test_the_partitions_add_up(void: Graph) -> None:
    """Every triple has one property."""
    parts = void.objects(LAKES, VOID.propertyPartition)
    triples = [int(str(void.value(part, VOID.triples))) for part in parts]

    assert sum(triples) == 16


def test_a_linkset_leads_to_another_host(void: Graph) -> None:
    """The county is the same as a place of GeoNames."""
    linksets = set(void.subjects(RDF.type, VOID.Linkset))
    targets = {(str(void.value(s, VOID.objectsTarget))) for s in linksets}

    assert targets == {"https://sws.geonames.org/"}


def test_every_dump_of_the_graph_is_named(void: Graph) -> None:
    """Plain and compressed, in five formats."""
    dumps = {str(dump).rpartition("/")[2] for dump in void.objects(LAKES, VOID.dataDump)}

    assert dumps == {
        f"lakes.{extension}{packed}"
        for extension in ("ttl", "jsonld", "rdf", "nt", "nq")
        for packed in ("", ".gz")
    }


def test_void_says_the_licence_of_the_catalogue(void: Graph) -> None:
    """The same facts, told once."""
    assert list(void.objects(LAKES, DCTERMS.license)) == [
        URIRef("http://creativecommons.org/publicdomain/zero/1.0/")
    ]
