"""The catalogue that is derived from the tiny world's catalogue by hand and its files."""

from __future__ import annotations

import hashlib

import pytest
from rdflib import DCAT, DCTERMS, FOAF, RDF, BNode, Graph, Literal, Namespace, URIRef

from publisher.release.catalogue.catalogue import CatalogueInput, derive_view
from publisher.release.catalogue.distributions import ApplicationProfile
from publisher.release.catalogue.graph import CatalogueGraph
from publisher.release.model import Release

BASE = "https://data.example.org/"
LAKES = URIRef(BASE + "dataset/lakes")
RIVERS = URIRef(BASE + "dataset/rivers")
CATALOGUE = URIRef(BASE + "catalog")
GEONAMES = URIRef("https://sws.geonames.org/2699767/")
FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"
SPDX = Namespace("http://spdx.org/rdf/terms#")
FORMATS = {
    "ttl": ("text/turtle", "RDF_TURTLE"),
    "jsonld": ("application/ld+json", "JSON_LD"),
    "rdf": ("application/rdf+xml", "RDF_XML"),
    "nt": ("application/n-triples", "RDF_N_TRIPLES"),
}


@pytest.fixture(scope="module")
def eu(catalogued: Release) -> Graph:
    """Return the EU view."""
    return Graph().parse(catalogued.folder / "catalogue" / "dcat-ap.nt")


@pytest.fixture(scope="module")
def swedish(catalogued: Release) -> Graph:
    """Return the DCAT-AP-SE view."""
    return Graph().parse(catalogued.folder / "catalogue" / "dcat-ap-se.nt")


def distribution(extension: str) -> URIRef:
    return URIRef(f"{LAKES}/distribution/{extension}")


@pytest.mark.slow
def test_every_dataset_comes_in_the_formats_that_portals_know(eu: Graph) -> None:
    """Portals name Turtle, JSON-LD, RDF/XML and N-Triples; N-Quads and archives stay unlisted."""
    listed = {node for node in eu.objects(LAKES, DCAT.distribution) if "-" not in str(node)}

    assert listed == {distribution(extension) for extension in FORMATS}


@pytest.mark.parametrize("extension", FORMATS)
def test_a_distribution_is_as_long_as_its_file_and_has_its_digest(
    eu: Graph, catalogued: Release, extension: str
) -> None:
    """A portal that downloads the file compares both."""
    content = (catalogued.folder / "dumps" / f"lakes.{extension}").read_bytes()
    node = distribution(extension)
    checksum = eu.value(node, SPDX.checksum)

    size = eu.value(node, DCAT.byteSize)
    assert size is not None
    assert size.n3() == (f'"{len(content)}"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>')
    assert str(eu.value(checksum, SPDX.checksumValue)) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("extension", "known"), FORMATS.items())
def test_the_views_name_a_format_each_in_its_profile_s_way(
    eu: Graph, swedish: Graph, extension: str, known: tuple[str, str]
) -> None:
    """DCAT-AP wants a term of the EU's list, DCAT-AP-SE the media type as a literal."""
    media_type, file_type = known
    node = distribution(extension)

    assert eu.value(node, DCTERMS["format"]) == URIRef(FILE_TYPES + file_type)
    assert swedish.value(node, DCTERMS["format"]) == Literal(media_type)


def test_a_distribution_has_one_access_address_and_one_download(eu: Graph) -> None:
    """DCAT-AP-SE allows exactly one ``dcat:accessURL``; both must be fetchable."""
    node = distribution("ttl")

    assert list(eu.objects(node, DCAT.accessURL)) == [LAKES]
    assert list(eu.objects(node, DCAT.downloadURL)) == [URIRef(BASE + "dump/lakes.ttl")]


@pytest.mark.parametrize(
    "predicate", [DCTERMS.issued, DCTERMS.modified, DCTERMS.license, DCTERMS.language]
)
def test_a_distribution_takes_over_what_holds_for_the_dataset(eu: Graph, predicate: URIRef) -> None:
    """MQA looks for dates and licence on the distribution first."""
    taken = list(eu.objects(distribution("ttl"), predicate))

    assert taken
    assert taken == list(eu.objects(LAKES, predicate))


def test_the_swedish_view_has_one_blank_node_a_dataset_with_a_place(swedish: Graph) -> None:
    """It is the extent, the one place where DCAT-AP-SE asks for a blank node."""
    blank = {node for node in swedish.all_nodes() if isinstance(node, BNode)}

    assert len(blank) == 1
    assert set(swedish.objects(LAKES, DCTERMS.spatial)) == {GEONAMES, *blank}


def test_the_eu_view_has_no_blank_node(eu: Graph) -> None:
    """data.europa.eu compares digests of datasets, and a blank node changes at each harvest."""
    assert not any(isinstance(node, BNode) for node in eu.all_nodes())


def test_the_views_describe_the_same_datasets_distributions_and_services(
    eu: Graph, swedish: Graph
) -> None:
    """They are two views of the same IRIs; the catalogue's own files are for the EU alone."""
    for kind in (DCAT.Catalog, DCAT.Dataset, DCAT.DataService):
        assert set(eu.subjects(RDF.type, kind)) == set(swedish.subjects(RDF.type, kind))
    own = set(eu.objects(CATALOGUE, DCAT.distribution))
    assert set(eu.subjects(RDF.type, DCAT.Distribution)) - own == set(
        swedish.subjects(RDF.type, DCAT.Distribution)
    )


def test_the_swedish_view_leaves_out_what_its_engine_refuses(swedish: Graph) -> None:
    """Another checksum than SHA-1, a node as identifier, a contact of the catalogue are errors."""
    text = swedish.serialize(format="nt")

    assert "spdx" not in text
    assert "http://www.w3.org/ns/adms#identifier" not in text
    assert (CATALOGUE, DCAT.contactPoint, None) not in swedish


def test_a_named_place_gets_the_extent_of_the_place_in_the_data(eu: Graph) -> None:
    """Neither portal looks the place up, so name, box and middle stand in the feed."""
    assert (GEONAMES, RDF.type, DCTERMS.Location) in eu
    assert str(eu.value(GEONAMES, DCAT.centroid)) == "POINT(14.25 61.0)"
    assert str(eu.value(GEONAMES, DCAT.bbox)) == (
        "POLYGON((12.0 60.0, 16.5 60.0, 16.5 62.0, 12.0 62.0, 12.0 60.0))"
    )


def test_a_service_has_the_licence_that_asks_most(eu: Graph) -> None:
    """A query can mix datasets; who keeps to the strictest licence keeps to all."""
    licence = URIRef("http://creativecommons.org/licenses/by/4.0/")

    for name in ("sparql", "documents"):
        service = URIRef(f"{BASE}service/{name}")
        assert list(eu.objects(service, DCTERMS.license)) == [licence]
        assert set(eu.objects(service, DCAT.servesDataset)) == {LAKES, RIVERS}


def test_the_catalogue_is_as_new_as_its_newest_dataset(eu: Graph) -> None:
    """A harvester asks the catalogue first whether anything changed."""
    assert [str(date) for date in eu.objects(CATALOGUE, DCTERMS.modified)] == ["2026-01-02"]


def test_the_catalogue_covers_the_time_of_all_its_datasets(eu: Graph) -> None:
    """Who knows that a catalogue is a dataset judges it as one (DCAT 3, section 6.3)."""
    period = eu.value(CATALOGUE, DCTERMS.temporal)

    assert str(eu.value(period, DCAT.startDate)) == "1999"
    assert str(eu.value(period, DCAT.endDate)) == "2026-01-02"


def test_terms_of_others_are_described_as_far_as_they_are_used(eu: Graph) -> None:
    """A theme without a label is a violation at data.europa.eu; unused themes are noise."""
    themes = "http://publications.europa.eu/resource/authority/data-theme/"
    labels = {label.n3() for label in eu.objects(URIRef(themes + "ENVI"))}

    assert {'"Environment"@en', '"Miljö"@sv'} <= labels
    assert (URIRef(themes + "TRAN"), None, None) not in eu


def test_what_is_said_by_hand_stands(eu: Graph) -> None:
    """Titles, contacts and publishers are a person's; only a page is told from what it is about."""
    by_hand = Graph().parse(f"{__file__.rpartition('/')[0]}/catalogue.ttl")

    assert set(by_hand) - set(eu) == {(LAKES, DCAT.landingPage, LAKES)}


def test_without_a_catalogue_by_hand_nothing_is_made_up(release: Release) -> None:
    """A catalogue without publisher and datasets is no use to a portal."""
    triples = Graph().parse(release.folder / "catalogue" / "dcat-ap.nt")

    assert set(triples.subjects(RDF.type, DCAT.Dataset)) == set()
    assert (
        derive_view(CatalogueInput(BASE, (), CatalogueGraph(), {}, {}), ApplicationProfile.EU) == []
    )


def test_a_dataset_is_not_its_own_page(eu: Graph, swedish: Graph) -> None:
    """What was written so leads to the page, which is a thing of its own in both views."""
    page = URIRef(f"{LAKES}.html")
    for view in (eu, swedish):
        assert list(view.objects(LAKES, DCAT.landingPage)) == [page]
        assert (page, RDF.type, FOAF.Document) in view
        assert (LAKES, RDF.type, FOAF.Document) not in view
