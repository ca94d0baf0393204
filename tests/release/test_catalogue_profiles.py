"""The catalogue of this repository against the official profiles, file by file.

They lie beside the repository and not in it: their licence is their publishers'.
"""

from __future__ import annotations

from pathlib import Path

import pyshacl
import pytest
from rdflib import DCTERMS, RDF, SH, Dataset, Graph, Literal, URIRef

from publisher.addresses import Addresses
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.rdf.media_types import TURTLE
from publisher.release.build import build
from publisher.release.model import Release
from publisher.render.catalogue import CatalogueViews

REPOSITORY = Path(__file__).parents[2]
PROFILES = REPOSITORY.parent / "shared" / "portals" / "profiles"
EU = PROFILES / "dcat-ap-3.0.1"
SE = PROFILES / "dcat-ap-se-3.0.1" / "dcat-ap-se-3.0.1.derived.shacl.ttl"
ORG_CLASSIFICATION = "https://www.w3.org/ns/org#classification"
ACTIVITY = "https://www.w3.org/ns/activitystreams#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
SLOW_FIXTURES = {"published"}

pytestmark = pytest.mark.skipif(
    not PROFILES.is_dir(), reason=f"the official profiles are not at {PROFILES}"
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of this repository's content."""
    sources = read_sources(REPOSITORY, "https://w3id.org/nms-kluster/")
    return build(approve(sources), tmp_path_factory.mktemp("releases"))


def results(data: Graph, *files: Path) -> list[tuple[str, str, str]]:
    """Return severity, path and focus node of each result of the shapes in some files."""
    shapes = Graph()
    for file in files:
        shapes.parse(file)
    # Some official property shapes lack their path and would stop the validator.
    for triple in list(shapes.triples((None, SH.property, None))):
        if shapes.value(triple[2], SH.path) is None:
            shapes.remove(triple)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph)
    top = [
        result
        for whole in report.subjects(RDF.type, SH.ValidationReport)
        for result in report.objects(whole, SH.result)
    ]
    return [
        (
            str(report.value(result, SH.resultSeverity)).rpartition("#")[2],
            str(report.value(result, SH.resultPath)),
            str(report.value(result, SH.focusNode)),
        )
        for result in top
    ]


@pytest.fixture(scope="module")
def eu(published: Release) -> Graph:
    """Return the EU view."""
    return Graph().parse(published.folder / "catalogue" / "dcat-ap.nt")


@pytest.mark.parametrize(
    "names",
    [
        ("shapes.ttl",),
        ("range.ttl",),
        ("shapes_recommended.ttl",),
        ("deprecateduris.ttl",),
        ("dcat-ap-SHACL.ttl",),
        ("ranges.ttl",),
        ("shapes.ttl", "range.ttl", "shapes_recommended.ttl", "deprecateduris.ttl"),
    ],
    ids="+".join,
)
def test_the_eu_view_satisfies_dcat_ap(eu: Graph, names: tuple[str, ...]) -> None:
    """Neither violations nor warnings; the last row is the profile "Full" of the EU's validator."""
    assert results(eu, *(EU / name for name in names)) == []


def test_the_eu_view_satisfies_dcat_ap_as_a_dataset_too(eu: Graph) -> None:
    """A validator that has read DCAT knows that a catalogue is a dataset."""
    axiom = Graph() + eu
    dcat = "http://www.w3.org/ns/dcat#"
    subclass = URIRef("http://www.w3.org/2000/01/rdf-schema#subClassOf")
    axiom.add((URIRef(dcat + "Catalog"), subclass, URIRef(dcat + "Dataset")))

    assert results(axiom, EU / "shapes.ttl", EU / "shapes_recommended.ttl") == []


def test_only_the_publisher_is_outside_the_controlled_vocabularies(eu: Graph) -> None:
    """A Swedish region has no place in the EU's list of its own bodies; that is documented."""
    found = results(eu, EU / "mdr-vocabularies.shape.ttl")

    assert {(severity, path) for severity, path, _ in found} == {
        ("Warning", str(DCTERMS.publisher))
    }


def test_the_swedish_view_satisfies_dcat_ap_se(published: Release) -> None:
    """No error; the warnings ask for what nobody has given, or what would not be true."""
    view = Graph().parse(published.folder / "catalogue" / "dcat-ap-se.nt")

    assert sorted((severity, path) for severity, path, _ in results(view, SE)) == [
        ("Warning", VCARD + "hasAddress"),
        ("Warning", VCARD + "hasTelephone"),
        ("Warning", ORG_CLASSIFICATION),
    ]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_page_of_a_paged_catalogue_satisfies_dcat_ap(published: Release, number: int) -> None:
    """A portal judges a page by itself: nothing it mentions may be described on another one."""
    base = published.base_iri
    feeds = CatalogueViews(published, Addresses(base, base), page_size=1)
    content = feeds.catalogue(feeds.page(number), TURTLE)
    names = ("shapes.ttl", "range.ttl", "shapes_recommended.ttl")

    page = Graph().parse(data=content, format="turtle")

    assert results(page, *(EU / name for name in names)) == []
    assert results(page, EU / "ranges.ttl") == []


@pytest.fixture(scope="module")
def feed(published: Release) -> Dataset:
    """Return the feed of the catalogue: a graph an activity, and what the activities are."""
    dataset = Dataset()
    for page in sorted((published.folder / "feed" / "catalogue").glob("*.nq")):
        dataset.parse(page, format="nquads")
    return dataset


@pytest.mark.parametrize(
    "files",
    [
        ("dcat-ap-feeds/shape.main.ttl",),
        ("dcat-ap-feeds/shape.gh-pages.ttl",),
        ("dcat-ap-feeds/shape.main.ttl", "dcat-ap-3.0.1/shapes.ttl", "dcat-ap-3.0.1/range.ttl"),
    ],
    ids="+".join,
)
def test_the_feed_of_the_catalogue_satisfies_dcat_ap_feeds(
    feed: Dataset, files: tuple[str, ...]
) -> None:
    """As written, as published (with DCAT-AP 3.0.0), and with the DCAT-AP that is in force."""
    whole = Graph()
    for subject, predicate, term, _ in feed.quads():
        whole.add((subject, predicate, term))

    assert len(set(whole.subjects(RDF.type, URIRef(ACTIVITY + "Create")))) > 60
    assert results(whole, *(PROFILES / file for file in files)) == []


def test_each_activity_of_the_feed_satisfies_the_shapes_by_itself(feed: Dataset) -> None:
    """A portal reads them one by one."""
    for activity in feed.default_graph.subjects(RDF.type, URIRef(ACTIVITY + "Create")):
        alone = Graph() + feed.graph(activity)
        for triple in feed.default_graph.triples((activity, None, None)):
            alone.add(triple)
        assert results(alone, PROFILES / "dcat-ap-feeds" / "shape.main.ttl") == []


def test_every_dataset_has_the_identifier_that_dataportal_compares(eu: Graph) -> None:
    """A bare UUID; anything else makes two datasets of one when it comes by two routes."""
    dcat = URIRef("http://www.w3.org/ns/dcat#Dataset")
    identifiers = [eu.value(d, DCTERMS.identifier) for d in eu.subjects(RDF.type, dcat)]

    assert len(identifiers) == 3
    assert all(isinstance(i, Literal) and len(i) == 36 for i in identifiers)
