"""A catalogue of what lies elsewhere says the same in both views, in the form each wants."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from publisher.release.catalogue.catalogue import CatalogueInput, derive_view
from publisher.release.catalogue.distributions import ApplicationProfile
from publisher.release.catalogue.graph import MutableGraph, Term
from publisher.release.model import StoredFile

BASE = "https://daten.example.net/"
PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcatap: <http://data.europa.eu/r5r/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
BASE <https://daten.example.net/>
<catalog> a dcat:Catalog ; dcat:dataset <dataset/roads> , <dataset/held> .
<dataset/held> a dcat:Dataset .
"""


def view(turtle: str, profile: ApplicationProfile) -> MutableGraph:
    """Return a view of a catalogue by hand; the site holds the data of one of its datasets."""
    by_hand = tuple(q.triple for q in parse(PREFIXES + turtle, format=RdfFormat.TURTLE))
    files = {"held": {"nt": StoredFile("dumps/held.nt", 1, "0" * 64)}}
    facts = CatalogueInput(BASE, by_hand, MutableGraph(), files, {})
    return MutableGraph(derive_view(facts, profile))


FILE = NamedNode(BASE + "file")
CSV = "http://publications.europa.eu/resource/authority/file-type/CSV"
WFS = "http://publications.europa.eu/resource/authority/file-type/WFS_SRVC"


@pytest.mark.parametrize(
    ("written", "file_type", "media_type"),
    [
        (f"dcterms:format <{CSV}>", CSV, "text/csv"),
        ('dcterms:format "text/csv"', CSV, "text/csv"),
        ('dcterms:format "csv"', CSV, "text/csv"),
        ("dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv>", CSV, "text/csv"),
        ('dcat:mediaType "text/csv; charset=utf-8"', CSV, "text/csv"),
        (f"dcterms:format <{WFS}>", WFS, "application/vnd.ogc.wfs_xml"),
    ],
)
def test_a_format_has_the_form_of_each_profile(
    written: str, file_type: str, media_type: str
) -> None:
    """However it was written: as a file type, a media type, or IANA's address of one."""
    turtle = f"<dataset/roads> dcat:distribution <file> . <file> a dcat:Distribution ; {written} ."
    european = view(turtle, ApplicationProfile.EU).objects(FILE, "dcterms:format")
    swedish = view(turtle, ApplicationProfile.SE).objects(FILE, "dcterms:format")

    assert (european, swedish) == ([NamedNode(file_type)], [Literal(media_type)])


def test_a_format_that_nobody_knows_stays_as_it_was_written() -> None:
    """What is not understood is not lost; the rules of the profile object to it."""
    turtle = '<file> a dcat:Distribution ; dcterms:format "a shoebox" .'

    for profile in ApplicationProfile:
        assert view(turtle, profile).objects(FILE, "dcterms:format") == [Literal("a shoebox")]


PARTS = """
<dataset/roads> a dcat:Dataset ;
    dcat:contactPoint [ a vcard:Organization ; vcard:fn "Roads" ;
        vcard:hasTelephone [ a vcard:Voice ; vcard:hasValue <tel:+46-10> ] ] ;
    dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://files.example.net/a.csv> ] ,
        [ a dcat:Distribution ; dcat:accessURL <https://files.example.net/b.csv> ] ;
    dcterms:spatial [ a dcterms:Location ; dcat:bbox "POINT(1 2)" ] .
"""


@pytest.mark.parametrize("profile", ApplicationProfile)
def test_parts_without_a_name_get_one_and_keep_what_they_say(profile: ApplicationProfile) -> None:
    """Portals follow names; only a box on a map must be without one."""
    graph = view(PARTS, profile)
    roads = NamedNode(BASE + "dataset/roads")
    (contact,) = graph.nodes(roads, "dcat:contactPoint")
    (telephone,) = graph.nodes(contact, "vcard:hasTelephone")
    files: list[Term] = [
        url
        for name in graph.nodes(roads, "dcat:distribution")
        for url in graph.objects(name, "dcat:accessURL")
    ]

    assert contact.value.startswith(f"{roads.value}#contactPoint-")
    assert graph.objects(telephone, "vcard:hasValue") == [NamedNode("tel:+46-10")]
    assert files == [NamedNode(f"https://files.example.net/{name}.csv") for name in "ab"] or files[
        ::-1
    ] == [NamedNode(f"https://files.example.net/{name}.csv") for name in "ab"]
    assert any(isinstance(t, BlankNode) for t in graph.objects(roads, "dcterms:spatial"))


def test_the_same_parts_have_the_same_names_in_another_order() -> None:
    """A label of a file is no name: names are made of content, so releases agree."""
    triples = [q.triple for q in parse(PREFIXES + PARTS, format=RdfFormat.TURTLE)]
    again = [
        Triple(*(BlankNode(f"z{t.value}") if isinstance(t, BlankNode) else t for t in triple))
        for triple in reversed(triples)
    ]
    names = [
        MutableGraph(derive_view(CatalogueInput(BASE, tuple(ts), MutableGraph(), {}, {}), p))
        for ts in (triples, again)
        for p in (ApplicationProfile.EU,)
    ]

    first, second = ({str(t) for t in graph.triples() if "_:" not in str(t)} for graph in names)
    assert first == second


@pytest.mark.parametrize("profile", ApplicationProfile)
def test_a_service_serves_only_what_the_site_holds(profile: ApplicationProfile) -> None:
    """The data of the other dataset lie with somebody else."""
    turtle = "<dataset/roads> a dcat:Dataset ; dcterms:license <https://strange.example.net/> ."
    graph = view(turtle, profile)
    services = graph.instances("dcat:DataService")

    assert len(services) == 2
    for service in services:
        assert graph.objects(service, "dcat:servesDataset") == [NamedNode(BASE + "dataset/held")]
        assert graph.objects(service, "dcterms:license") == []


def test_what_is_named_elsewhere_is_typed() -> None:
    """The validator of data.europa.eu reads what is posted and nothing else."""
    category = "http://data.europa.eu/bna/c_b79e35eb"
    law = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
    graph = view(
        f"<dataset/roads> a dcat:Dataset ; dcatap:hvdCategory <{category}> ;"
        f" dcatap:applicableLegislation <{law}> ; dcterms:conformsTo <https://s.example.net/> .",
        ApplicationProfile.EU,
    )

    assert graph.objects(NamedNode(category), "skos:inScheme") == [
        NamedNode("http://data.europa.eu/bna/asd487ae75")
    ]
    assert graph.objects(NamedNode(law), "rdf:type") == [
        NamedNode("http://data.europa.eu/eli/ontology#LegalResource")
    ]
    assert graph.objects(NamedNode("https://s.example.net/"), "rdf:type") == [
        NamedNode("http://purl.org/dc/terms/Standard")
    ]
