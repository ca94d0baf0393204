"""The catalogue as bytes: on this site, in pages, the same each time."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple
from rdflib import DCAT, DCTERMS, RDF, RDFS, Graph, Namespace, URIRef

from publisher.addresses import Addresses
from publisher.rdf.media_types import GRAPHS, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, MediaType
from publisher.release.catalogue.catalogue import CatalogueInput, derive_view
from publisher.release.catalogue.distributions import ApplicationProfile
from publisher.release.catalogue.graph import CatalogueGraph
from publisher.release.model import Release, StoredFile
from publisher.render.catalogue import CatalogueViews
from publisher.render.documents import localise_urls

BASE = "https://data.example.org/"
SITE = "http://127.0.0.1:8000/copy/"
CATALOGUE = URIRef(BASE + "catalog")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
VOID = Namespace("http://rdfs.org/ns/void#")
SLOW_FIXTURES = {"many"}
NAMES = {TURTLE: "turtle", JSON_LD: "json-ld", RDF_XML: "xml", N_TRIPLES: "nt"}


@pytest.fixture
def feeds(catalogued: Release) -> CatalogueViews:
    """Return the feeds of the tiny world, served elsewhere than at its base."""
    return CatalogueViews(catalogued, Addresses(BASE, SITE), page_size=100)


def read(content: bytes, media_type: MediaType) -> Graph:
    return Graph().parse(data=content, format=NAMES[media_type])


def test_downloads_are_on_the_site_that_serves_the_catalogue(feeds: CatalogueViews) -> None:
    """A copy on a laptop must not send a portal elsewhere."""
    graph = read(feeds.catalogue(feeds.page(1), TURTLE), TURTLE)
    addresses = {
        str(address)
        for predicate in (DCAT.accessURL, DCAT.downloadURL, DCAT.endpointURL)
        for address in graph.objects(None, predicate)
    }

    assert SITE + "dump/lakes.ttl" in addresses
    assert SITE + "sparql" in addresses
    assert all(address.startswith(SITE) for address in addresses)


def test_things_keep_their_canonical_names(feeds: CatalogueViews) -> None:
    """A dataset's IRI is its identity at the portal; another one is another dataset."""
    graph = read(feeds.catalogue(feeds.page(1), TURTLE), TURTLE)

    assert set(graph.subjects(RDF.type, DCAT.Dataset)) == {
        URIRef(BASE + "dataset/lakes"),
        URIRef(BASE + "dataset/rivers"),
    }


def test_on_the_canonical_site_the_release_is_served_as_it_lies_there(
    catalogued: Release,
) -> None:
    """Canonical addresses are where the canonical site answers."""
    feeds = CatalogueViews(catalogued, Addresses(BASE, BASE), page_size=100)
    stored = Graph().parse(catalogued.folder / "catalogue" / "dcat-ap.nt")

    assert set(read(feeds.catalogue(feeds.page(1), N_TRIPLES), N_TRIPLES)) == set(stored)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own JSON-LD
@pytest.mark.parametrize("media_type", GRAPHS, ids=lambda m: m.label)
def test_every_format_says_the_same(feeds: CatalogueViews, media_type: MediaType) -> None:
    """Portals differ in what they read best."""
    page = feeds.page(1)

    assert set(read(feeds.catalogue(page, media_type), media_type)) == set(
        read(feeds.catalogue(page, N_TRIPLES), N_TRIPLES)
    )


@pytest.mark.parametrize("media_type", GRAPHS, ids=lambda m: m.label)
def test_the_same_release_gives_the_same_bytes(catalogued: Release, media_type: MediaType) -> None:
    """Nothing in a feed comes from the clock or from the order of a set."""
    first, second = (
        CatalogueViews(catalogued, Addresses(BASE, SITE), page_size=100) for _ in range(2)
    )

    assert first.catalogue(first.page(1), media_type) == second.catalogue(
        second.page(1), media_type
    )
    assert first.swedish() == second.swedish()


def test_sizes_keep_their_datatype(feeds: CatalogueViews) -> None:
    """The store would make ``xsd:integer`` of it, a violation of DCAT-AP."""
    graph = read(feeds.catalogue(feeds.page(1), RDF_XML), RDF_XML)
    kinds = {getattr(size, "datatype", None) for size in graph.objects(None, DCAT.byteSize)}

    assert kinds == {URIRef("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")}


def test_dumps_in_void_are_on_the_site(feeds: CatalogueViews) -> None:
    """They are what the catalogue offers for download."""
    graph = read(feeds.stored("void.nt", TURTLE), TURTLE)

    assert URIRef(SITE + "dump/lakes.nq.gz") in set(graph.objects(None, VOID.dataDump))


def test_a_small_catalogue_has_no_pages(feeds: CatalogueViews) -> None:
    """dataportal.se reads one document."""
    assert "hydra" not in feeds.catalogue(feeds.page(1), TURTLE).decode()


def test_what_is_not_there_has_no_holding(feeds: CatalogueViews) -> None:
    """Only datasets of the catalogue have files that a page links to."""
    lakes = feeds.holding(BASE + "dataset/lakes")

    assert feeds.holding(BASE + "id/lake/siljan") is None
    assert lakes is not None
    assert (SITE + "dump/lakes.ttl", "text/turtle") in lakes.files
    assert lakes.licenses == ("http://creativecommons.org/publicdomain/zero/1.0/",)


def large_catalogue(catalogued: Release, folder: Path, datasets: int) -> Release:
    """Return a release whose catalogue lists many datasets, each with a file."""

    def iri(name: str) -> NamedNode:
        return NamedNode(name)

    dcat, dcterms = str(DCAT), str(DCTERMS)
    kind = iri(str(RDF.type))
    catalogue = iri(str(CATALOGUE))
    triples = [Triple(catalogue, kind, iri(dcat + "Catalog"))]
    files = {}
    for number in range(1, datasets + 1):
        name = f"d{number:04}"
        dataset = iri(f"{BASE}dataset/{name}")
        triples += [
            Triple(catalogue, iri(dcat + "dataset"), dataset),
            Triple(dataset, kind, iri(dcat + "Dataset")),
            Triple(dataset, iri(dcterms + "title"), Literal(f"Dataset {number}", language="en")),
            Triple(dataset, iri(dcterms + "description"), Literal(f"No. {number}", language="en")),
            Triple(dataset, iri(dcterms + "relation"), iri(f"{BASE}dataset/d0001")),
        ]
        files[name] = {"ttl": StoredFile(f"dumps/{name}.ttl", number, "00" * 32)}
    facts = CatalogueInput(BASE, tuple(triples), CatalogueGraph(), files, {})
    (folder / "catalogue").mkdir()
    for view in ApplicationProfile:
        lines = (f"{triple} .\n" for triple in derive_view(facts, view))
        path = folder / "catalogue" / f"{view.value}.nt"
        path.write_text("".join(lines), encoding="utf-8")
    return dataclasses.replace(catalogued, folder=folder)


@pytest.fixture(scope="module")
def many(catalogued: Release, tmp_path_factory: pytest.TempPathFactory) -> CatalogueViews:
    """Return the feeds of a catalogue of 2,500 datasets, 400 a page."""
    release = large_catalogue(catalogued, tmp_path_factory.mktemp("many"), 2500)
    return CatalogueViews(release, Addresses(BASE, SITE), page_size=400)


def test_a_large_catalogue_is_read_whole_by_following_its_pages(many: CatalogueViews) -> None:
    """Seven pages; no dataset is lost and none is there twice."""
    found: list[str] = []
    number = 1
    while number:
        graph = read(many.catalogue(many.page(number), N_TRIPLES), N_TRIPLES)
        found += map(str, graph.subjects(RDF.type, DCAT.Dataset))
        following = next(graph.objects(None, HYDRA.next), None)
        number = int(str(following).rpartition("=")[2]) if following else 0

    assert sorted(found) == [f"{BASE}dataset/d{n:04}" for n in range(1, 2501)]


def test_a_page_stands_in_both_vocabularies_of_hydra(many: CatalogueViews) -> None:
    """CKAN follows ``next`` of a partial view, data.europa.eu ``nextPage`` of a paged one."""
    graph = read(many.catalogue(many.page(2), TURTLE), TURTLE)
    here = URIRef(SITE + "catalog.ttl?page=2")

    assert {HYDRA.PagedCollection, HYDRA.PartialCollectionView} == set(
        graph.objects(here, RDF.type)
    )
    for name, place in {
        "next": "catalog.ttl?page=3",
        "nextPage": "catalog.ttl?page=3",
        "previous": "catalog.ttl",
        "previousPage": "catalog.ttl",
        "first": "catalog.ttl",
        "firstPage": "catalog.ttl",
        "last": "catalog.ttl?page=7",
        "lastPage": "catalog.ttl?page=7",
    }.items():
        assert list(graph.objects(here, HYDRA[name])) == [URIRef(SITE + place)]
    assert [int(str(n)) for n in graph.objects(here, HYDRA.totalItems)] == [2500]


def test_the_last_page_leads_nowhere(many: CatalogueViews) -> None:
    """A harvester that does not remember where it was must still stop."""
    graph = read(many.catalogue(many.page(7), TURTLE), TURTLE)

    assert (None, HYDRA.next, None) not in graph
    assert (None, HYDRA.nextPage, None) not in graph


def test_a_page_is_complete_in_itself(many: CatalogueViews) -> None:
    """Each page is parsed alone: what it mentions of the catalogue is described in it."""
    graph = read(many.catalogue(many.page(3), TURTLE), TURTLE)

    assert (CATALOGUE, RDF.type, DCAT.Catalog) in graph
    assert len(set(graph.objects(CATALOGUE, DCAT.dataset))) == 400
    for predicate in (DCAT.distribution, DCAT.accessService, DCAT.servesDataset, DCAT.mediaType):
        for node in graph.objects(None, predicate):
            assert (node, RDF.type, None) in graph


def test_a_dataset_of_another_page_is_no_phantom(many: CatalogueViews) -> None:
    """CKAN makes a dataset of everything that is typed as one."""
    graph = read(many.catalogue(many.page(3), TURTLE), TURTLE)

    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == 400
    assert (None, DCTERMS.relation, URIRef(BASE + "dataset/d0001")) in graph


def test_the_swedish_view_is_one_document_whatever_its_size(many: CatalogueViews) -> None:
    """dataportal.se follows no pages and deletes what it does not see."""
    graph = read(many.swedish(), RDF_XML)

    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == 2500
    assert (None, RDF.type, HYDRA.PagedCollection) not in graph


@pytest.mark.parametrize(("number", "exists"), [(0, False), (1, True), (7, True), (8, False)])
def test_only_pages_with_datasets_exist(many: CatalogueViews, number: int, exists: bool) -> None:
    """An empty page with status 200 looks like a catalogue whose datasets are gone."""
    assert many.page(number).exists is exists


@pytest.mark.parametrize(
    ("address", "is_of_site"),
    [
        ("dump/lakes.ttl", True),
        ("dataset/lakes", True),
        ("sparql", True),
        ("tables/depths.csv", False),
        ("id/lake/1", False),
    ],
)
def test_only_what_the_site_answers_itself_is_on_the_site(address: str, is_of_site: bool) -> None:
    """What the sources say of files and things of their own is said in documents as in dumps."""
    place = NamedNode(BASE + address)
    said = [
        Triple(NamedNode("urn:x"), NamedNode(str(DCAT.downloadURL)), place),
        Triple(place, NamedNode(str(RDF.type)), NamedNode(str(RDFS.Resource))),
    ]
    here = NamedNode((SITE if is_of_site else BASE) + address)
    first, second = localise_urls(said, Addresses(BASE, SITE))
    assert (first.object, second.subject) == (here, here)
