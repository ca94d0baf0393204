"""A catalogue of what lies elsewhere says the same in both views, in the form each wants."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from publisher.rdf.subjects import Term
from publisher.release.catalogue.catalogue import CatalogueInput, derive_view
from publisher.release.catalogue.distributions import ApplicationProfile
from publisher.release.catalogue.graph import CatalogueGraph
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


def view(turtle: str, profile: ApplicationProfile) -> CatalogueGraph:
    """Return a view of a catalogue by hand; the site holds the data of one of its datasets."""
    by_hand = tuple(q.triple for q in parse(PREFIXES + turtle, format=RdfFormat.TURTLE))
    files = {"held": {"nt": StoredFile("dumps/held.nt", 1, "0" * 64)}}
    facts = CatalogueInput(BASE, by_hand, CatalogueGraph(), files, {})
    return CatalogueGraph(derive_view(facts, profile))


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


NAMELESS = """
[] a dcat:Catalog ; dcterms:title "Kaikki"@fi ; dcterms:publisher [ a dcterms:Agent ] ;
    dcat:catalog [ a dcat:Catalog ; dcterms:title "Kartat"@fi ; dcterms:publisher <kartat> ] ;
    dcat:dataset [ a dcat:Dataset ; dcterms:title "Sillat & tiet"@fi ; dcterms:modified 2030 ] ,
        [ a dcat:Dataset ; dcterms:title "Sillat & tiet"@fi ] .
"""


def test_entries_without_a_name_get_one_of_their_title() -> None:
    """It is the same after each change; two of one title are told apart."""
    graph = view(NAMELESS, ApplicationProfile.EU)
    held = {BASE + "dataset/held", BASE + "dataset/roads"}
    names = {name.value for name in graph.instances("dcat:Dataset")} - held
    catalogues = sorted(name.value for name in graph.instances("dcat:Catalog"))

    assert names == {BASE + "dataset/sillat-tiet", BASE + "dataset/sillat-tiet-2"}
    # This folder has a catalogue of its own; the site's services belong to it alone.
    assert catalogues == [f"{BASE}catalog{end}" for end in ("", "-kaikki", "-kartat")]
    assert all(not graph.nodes(NamedNode(name), "dcat:service") for name in catalogues[1:])


def test_the_same_parts_have_the_same_names_in_another_order() -> None:
    """A label of a file is no name: names are made of content, so releases agree."""
    triples = [q.triple for q in parse(PREFIXES + PARTS, format=RdfFormat.TURTLE)]
    again = [
        Triple(*(BlankNode(f"z{t.value}") if isinstance(t, BlankNode) else t for t in triple))
        for triple in reversed(triples)
    ]
    names = [
        CatalogueGraph(derive_view(CatalogueInput(BASE, tuple(ts), CatalogueGraph(), {}, {}), p))
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


@pytest.mark.parametrize("profile", ApplicationProfile)
def test_every_entry_has_an_identifier(profile: ApplicationProfile) -> None:
    """Its author's, else its IRI: udata leaves out what has none."""
    turtle = (
        '<dataset/roads> a dcat:Dataset ; dcterms:identifier "R 7" .'
        " <https://other.example/s?x=1> a dcat:DataService ."
    )
    graph = view(turtle, profile)

    def identifiers(name: str) -> list[Term]:
        return graph.objects(NamedNode(name), "dcterms:identifier")

    assert identifiers(f"{BASE}dataset/roads") == [Literal("R 7")]
    for name in (f"{BASE}dataset/held", "https://other.example/s?x=1", f"{BASE}service/sparql"):
        assert identifiers(name) == [Literal(name)]


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


@pytest.mark.parametrize("profile", ApplicationProfile)
@pytest.mark.parametrize(
    "written",
    [
        "https://creativecommons.org/licenses/by/4.0/deed.de",
        "http://www.creativecommons.org/licenses/by/4.0",
        "http://creativecommons.org/licenses/by/4.0/",
    ],
)
def test_a_licence_has_the_name_that_portals_know(
    written: str, profile: ApplicationProfile
) -> None:
    """Whatever spelling a browser's address bar has; what is no such licence stays as it is."""
    turtle = f"<file> a dcat:Distribution ; dcterms:license <{written}> , <https://own.example/> ."
    found = {str(term.value) for term in view(turtle, profile).objects(FILE, "dcterms:license")}

    assert found == {"http://creativecommons.org/licenses/by/4.0/", "https://own.example/"}


def test_a_licence_of_the_eu_list_is_one_that_dataportal_se_knows() -> None:
    """The Swedish list has Creative Commons' names alone."""
    cc0 = "http://publications.europa.eu/resource/authority/licence/CC0"
    turtle = f"<file> a dcat:Distribution ; dcterms:license <{cc0}> ."
    swedish = view(turtle, ApplicationProfile.SE).objects(FILE, "dcterms:license")
    european = view(turtle, ApplicationProfile.EU).objects(FILE, "dcterms:license")

    assert swedish == [NamedNode("http://creativecommons.org/publicdomain/zero/1.0/")]
    assert european == [NamedNode(cc0)]


WHO = NamedNode(BASE + "who")


@pytest.mark.parametrize("profile", ApplicationProfile)
def test_agents_and_contacts_get_the_class_and_name_that_a_feed_needs(
    profile: ApplicationProfile,
) -> None:
    """A name with another property counts; mail and telephone become what can be clicked."""
    turtle = """
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    <dataset/roads> a dcat:Dataset ; dcterms:publisher <who> ; dcat:contactPoint <desk> .
    <who> a <http://www.w3.org/ns/org#Organization> ; skos:prefLabel "Wegeamt"@de .
    <desk> vcard:hasEmail "wege@example.net" ; vcard:hasTelephone "030 / 12 34" ;
        <http://xmlns.com/foaf/0.1/name> "Auskunft" .
    """
    found, desk = view(turtle, profile), NamedNode(BASE + "desk")
    (telephone,) = found.nodes(desk, "vcard:hasTelephone")

    assert found.objects(WHO, "foaf:name") == [Literal("Wegeamt", language="de")]
    assert NamedNode("http://xmlns.com/foaf/0.1/Agent") in found.objects(WHO, "rdf:type")
    assert [t.value for t in found.objects(desk, "vcard:hasEmail")] == ["mailto:wege@example.net"]
    assert found.objects(desk, "vcard:fn") == [Literal("Auskunft")]
    assert [t.value for t in found.objects(telephone, "vcard:hasValue")] == ["tel:0301234"]


@pytest.mark.parametrize("profile", ApplicationProfile)
def test_a_series_is_said_by_its_members_too(profile: ApplicationProfile) -> None:
    """DCAT-AP asks the member; what the series says of its order stays."""
    turtle = """
    <years> a dcat:DatasetSeries ; dcat:seriesMember <dataset/roads> ; dcat:last <dataset/held> .
    <dataset/roads> a dcat:Dataset . <dataset/held> dcat:prev <dataset/roads> .
    """
    found = view(turtle, profile)
    roads, held = (NamedNode(f"{BASE}dataset/{name}") for name in ("roads", "held"))

    for member in (roads, held):
        assert found.objects(member, "dcat:inSeries") == [NamedNode(BASE + "years")]
    assert found.objects(roads, "dcat:next") == [held]
    assert found.objects(NamedNode(BASE + "years"), "dcat:last") == [held]


@pytest.mark.parametrize("profile", ApplicationProfile)
def test_a_place_that_is_but_a_box_is_a_location_without_a_name(
    profile: ApplicationProfile,
) -> None:
    """Also where nobody said its class."""
    turtle = '<dataset/roads> a dcat:Dataset ; dcterms:spatial [ dcat:bbox "POINT(1 2)" ] .'
    found = view(turtle, profile)
    (place,) = found.objects(NamedNode(BASE + "dataset/roads"), "dcterms:spatial")

    assert isinstance(place, BlankNode)
    assert [t.value.rpartition("/")[2] for t in found.objects(place, "rdf:type")] == ["Location"]


@pytest.mark.parametrize("profile", ApplicationProfile)
def test_no_dataset_is_its_own_page(profile: ApplicationProfile) -> None:
    """Nor a service; a page somewhere else stays, and what has no page here has none."""
    turtle = """
    <dataset/roads> a dcat:Dataset , <http://xmlns.com/foaf/0.1/Document> ;
        dcat:landingPage <dataset/roads> , <https://www.example.net/roads> .
    <https://other.example/x> a dcat:Dataset ; dcat:landingPage <https://other.example/x> .
    """
    found, roads = view(turtle, profile), NamedNode(BASE + "dataset/roads")

    assert found.objects(roads, "dcat:landingPage") == [
        NamedNode(BASE + "dataset/roads.html"),
        NamedNode("https://www.example.net/roads"),
    ]
    assert [t.value.rpartition("#")[2] for t in found.objects(roads, "rdf:type")] == ["Dataset"]
    assert found.objects(NamedNode("https://other.example/x"), "dcat:landingPage") == []


def test_the_endpoint_says_to_hold_no_more_than_it_does() -> None:
    """Where some data lie elsewhere, and where all do."""
    some = view("<dataset/roads> a dcat:Dataset .", ApplicationProfile.EU)
    by_hand = tuple(
        q.triple
        for q in parse(
            PREFIXES.replace("<dataset/held> a dcat:Dataset .", ""), format=RdfFormat.TURTLE
        )
    )
    none = CatalogueGraph(
        derive_view(CatalogueInput(BASE, by_hand, CatalogueGraph(), {}, {}), ApplicationProfile.EU)
    )
    said = [
        " ".join(
            str(t.value)
            for t in found.objects(NamedNode(BASE + "service/sparql"), "dcterms:description")
        )
        for found in (some, none)
    ]

    assert "that this site holds" in said[0]
    assert "over the descriptions in the catalogue" in said[1]
    assert none.objects(NamedNode(BASE + "service/sparql"), "dcat:servesDataset") == []
