"""What DCAT-AP takes is said in the form of DCAT-AP-SE too, or left out of its view and told."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from publisher.findings import Severity
from publisher.profiles.view_forms import Loss, european_form, swedish_form
from publisher.rdf.namespaces import iri
from publisher.release.catalogue.catalogue import CatalogueInput, derive_view
from publisher.release.catalogue.distributions import ApplicationProfile
from publisher.release.catalogue.graph import CatalogueGraph
from publisher.verify import graphs
from publisher.verify.profiles import built_in_profile, validate

BASE = "http://avoin.kunta.example/"
PREFIXES = """
PREFIX adms: <http://www.w3.org/ns/adms#>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcatap: <http://data.europa.eu/r5r/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX locn: <http://www.w3.org/ns/locn#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX spdx: <http://spdx.org/rdf/terms#>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
BASE <http://avoin.kunta.example/>
"""
# What both profiles take; a case says one thing more of one of its things.
WHOLE = """
<catalog> a dcat:Catalog ; dcterms:title "Allt"@sv ; dcterms:description "Allt"@sv ;
    dcterms:publisher <stad> ; dcterms:license <http://creativecommons.org/publicdomain/zero/1.0/> ;
    dcat:dataset <ds/broar> .
<ds/broar> a dcat:Dataset ; dcterms:title "Broar"@sv ; dcterms:description "Alla broar"@sv ;
    dcterms:publisher <stad> ; dcat:contactPoint <fraga> ; dcat:distribution <ds/broar/fil> .
<ds/broar/fil> a dcat:Distribution ; dcat:accessURL <https://filer.example/broar> .
<stad> a foaf:Agent ; foaf:name "Staden"@sv ;
    dcterms:type <http://purl.org/adms/publishertype/LocalAuthority> .
<fraga> a vcard:Kind ; vcard:fn "Fråga"@sv ; vcard:hasEmail <mailto:fraga@kunta.example> .
"""
LAW = "http://data.europa.eu/eli/dir/2007/2/oj"
DATASET, FILE = f"{BASE}ds/broar", f"{BASE}ds/broar/fil"


def triples(turtle: str) -> list[Triple]:
    return [q.triple for q in parse(PREFIXES + WHOLE + turtle, format=RdfFormat.TURTLE)]


def views(turtle: str) -> tuple[list[Triple], list[Triple]]:
    """Return both views that a build makes."""
    facts = CatalogueInput(BASE, tuple(triples(turtle)), CatalogueGraph(), {}, {})
    european, swedish = (derive_view(facts, profile) for profile in ApplicationProfile)
    return european, swedish


def faults(view: list[Triple], profile: str) -> list[str]:
    found = validate(graphs.to_rdflib(view), built_in_profile(profile))
    return [f"{f.focus_node} {f.message['en']}" for f in found if f.severity is Severity.VIOLATION]


def values(view: list[Triple], thing: str, path: str) -> list[str]:
    wanted = (NamedNode(thing), NamedNode(iri(path)))
    return sorted(t.object.value for t in view if (t.subject, t.predicate) == wanted)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ('<ds/broar> adms:identifier [ a adms:Identifier ; skos:notation "B 1" ] .', []),
        ("<ds/broar> adms:identifier <https://doi.example/10.1/b> .", []),
        ('<ds/broar> adms:identifier "B 2" .', []),
        ("<ds/broar/fil> dcterms:rights <https://villkor.example/> .", []),
        ('<ds/broar/fil> dcterms:rights [ a dcterms:RightsStatement ; rdfs:label "Fri"@sv ] .', []),
        ('<catalog> dcterms:rights "Fritt"@sv .', []),
        ('<ds/broar> dcterms:provenance [ rdfs:label "Mätt från båt"@sv ] .', []),
        ("<ds/broar> dcterms:temporal <https://tid.example/2019> .", []),
        ("<fraga> vcard:hasTelephone <tel:+46-10-12> .", []),
        ("<fraga> vcard:hasTelephone [ a vcard:Home ; vcard:hasValue <tel:+4610> ] .", []),
        ("<ds/broar> dcat:contactPoint [ a vcard:Group , foaf:Person ; vcard:fn \"P\" ;"
         " vcard:hasEmail [ vcard:hasValue <mailto:p@kunta.example> ] ] .", ["rdf:type"] * 2),
        ("<ds/broar> dcat:contactPoint <stad> . <stad> a vcard:Organization ; vcard:fn \"S\" ;"
         " vcard:hasEmail <mailto:s@kunta.example> .", []),
        (f"<ds/broar> dcatap:applicableLegislation <{LAW}> .", ["dcatap:applicableLegislation"]),
        ("<ds/broar> dcterms:creator <stad> , [ a foaf:Agent ; foaf:name \"X\" ;"
         " dcterms:type <http://purl.org/adms/publishertype/Company> ] .",
         ["dcterms:creator"]),
        ('<ds/broar> dcterms:issued "2020-05"^^xsd:gYearMonth .', ["dcterms:issued"]),
        ("<ds/broar> dcat:theme <http://eurovoc.europa.eu/4636> .", ["dcat:theme"]),
        ("<ds/broar> dcterms:subject <http://eurovoc.europa.eu/4636> .", ["dcterms:subject"]),
        ("<ds/broar> dcterms:accessRights [ a dcterms:RightsStatement ] .",
         ["dcterms:accessRights"]),
        ("<ds/broar/fil> dcat:accessURL <https://filer.example/2> .", ["dcat:accessURL"]),
        ("<ds/broar/fil> dcterms:format <http://publications.europa.eu/resource/authority/"
         "file-type/GRID_ASCII> ; dcat:mediaType"
         " <http://www.iana.org/assignments/media-types/text/plain> .", []),
        ("<ds/broar/fil> dcterms:format <http://publications.europa.eu/resource/authority/"
         "file-type/GRID_ASCII> .", ["dcterms:format"]),
        ("<ds/broar/fil> spdx:checksum [ a spdx:Checksum ; spdx:checksumValue"
         ' "ab"^^xsd:hexBinary ; spdx:algorithm spdx:checksumAlgorithm_sha256 ] .',
         ["spdx:checksum"]),
        ("<ds/broar> prov:qualifiedAttribution [ a prov:Attribution ; prov:agent <stad> ] .",
         ["prov:qualifiedAttribution"]),
        ('<ds/broar> dcterms:spatial [ a dcterms:Location ; locn:geometry "{}"'
         "^^<https://www.iana.org/assignments/media-types/application/vnd.geo+json> ] .",
         ["locn:geometry"]),
        ("<ds/broar> dcterms:language <http://publications.europa.eu/resource/authority/language/"
         "SMI_X> .", ["dcterms:language"]),
    ],
)  # fmt: skip
def test_what_dcat_ap_takes_breaks_no_view(said: str, lost: list[str]) -> None:
    """It has the form of each view; what Sweden has no form for is told."""
    european, swedish = views(said)

    assert faults(european, "dcat-ap") == []
    assert faults(swedish, "dcat-ap-se") == []
    told = swedish_form(triples(said)).left_out
    assert sorted(each.rule.path for each in told) == sorted(lost)
    assert {each.loss for each in told} <= set(Loss)


def test_an_identifier_is_a_thing_here_and_a_text_there() -> None:
    european, swedish = views('<ds/broar> adms:identifier [ skos:notation "B 1" ] , "B 2" .')

    assert values(swedish, DATASET, "adms:identifier") == ["B 1", "B 2"]
    things = values(european, DATASET, "adms:identifier")
    assert {n for t in things for n in values(european, t, "skos:notation")} == {"B 1", "B 2"}


def test_conditions_keep_their_words() -> None:
    """In Sweden they are of one class more."""
    european, swedish = views('<ds/broar/fil> dcterms:rights "Ange källan"@sv .')

    for view, kinds in ((european, 1), (swedish, 2)):
        (rights,) = values(view, FILE, "dcterms:rights")
        assert values(view, rights, "rdfs:label") == ["Ange källan"]
        assert len(values(view, rights, "rdf:type")) == kinds


def test_an_organisation_that_is_its_own_contact_is_two_things_in_sweden() -> None:
    said = (
        '<ds/broar> dcat:contactPoint <stad> . <stad> a vcard:Organization ; vcard:fn "S" ;'
        " vcard:hasEmail <mailto:s@kunta.example> ."
    )
    european, swedish = views(said)

    assert f"{BASE}stad" in values(european, DATASET, "dcat:contactPoint")
    assert values(swedish, DATASET, "dcterms:publisher") == [f"{BASE}stad"]
    assert f"{BASE}stad-contact" in values(swedish, DATASET, "dcat:contactPoint")
    assert values(swedish, f"{BASE}stad-contact", "vcard:hasEmail") == ["mailto:s@kunta.example"]
    assert values(swedish, f"{BASE}stad", "vcard:hasEmail") == []


def test_the_finest_of_several_resolutions_is_kept() -> None:
    said = '<ds/broar> dcat:spatialResolutionInMeters "9.0"^^xsd:decimal , "10.0"^^xsd:decimal .'
    view = swedish_form(triples(said))

    # DCAT-AP takes one only, so nothing is taken from its author.
    assert len(values(list(view.triples), DATASET, "dcat:spatialResolutionInMeters")) == 2
    assert view.left_out == ()


def test_what_both_refuse_is_left_to_its_author() -> None:
    """A theme as a text is a slip, not another form."""
    view = swedish_form(triples('<ds/broar> dcat:theme "Trafik" .'))

    assert values(list(view.triples), DATASET, "dcat:theme") == ["Trafik"]
    assert view.left_out == ()


def test_nothing_is_left_of_what_only_led_from_what_was_left_out() -> None:
    _, swedish = views(
        "<ds/broar/fil> spdx:checksum <ds/broar/fil/sum> . <ds/broar/fil/sum> a spdx:Checksum ;"
        ' spdx:checksumValue "ab"^^xsd:hexBinary ; spdx:algorithm spdx:checksumAlgorithm_sha512 .'
    )

    assert not any("sum" in str(triple) for triple in swedish)


def test_what_has_one_form_stays_as_it_is() -> None:
    """Twice the same gives the same."""
    once = european_form(triples('<ds/broar> adms:identifier "B 2" .'))
    assert european_form(once) == once
    swedish = swedish_form(triples("<ds/broar> dcterms:temporal <https://tid.example/> .")).triples
    assert swedish_form(swedish).triples == swedish
    assert Literal("Broar", language="sv") in {t.object for t in swedish}


def test_what_is_named_elsewhere_has_the_class_that_the_eu_asks_for() -> None:
    said = (
        "<ds/broar/fil> adms:status <http://publications.europa.eu/resource/authority/"
        "distribution-status/DEVELOP> ; dcat:compressFormat"
        " <http://www.iana.org/assignments/media-types/application/gzip> ."
        " <ds/broar> dcterms:temporal <https://tid.example/2019> ;"
        ' dcterms:provenance [ rdfs:label "Mätt"@sv ] .'
    )
    assert faults(views(said)[0], "dcat-ap-full") == []


@pytest.mark.parametrize(
    "area",
    [
        r'dcat:bbox "{\"type\":\"Point\",\"coordinates\":[25.0,60.5]}"',
        'dcat:bbox "POINT(25 60.5)"',
        "locn:geometry \"<Point srsName='urn:ogc:def:crs:EPSG::4326'><pos>60.5 25</pos></Point>\"",
    ],
)
def test_a_box_in_any_notation_is_on_the_maps_of_portals(area: str) -> None:
    """They draw WKT, and pass over the rest."""
    said = f"<ds/broar> dcterms:spatial [ a dcterms:Location ; {area} ] ."
    for view in views(said):
        (box,) = [t.object for t in view if t.predicate.value == iri("dcat:bbox")]
        assert isinstance(box, Literal)
        assert box.datatype.value == iri("geo:wktLiteral")
        assert box.value.startswith("POLYGON((25 60.5, 25 60.5")


@pytest.mark.parametrize("size", ["120", '"120.0"^^xsd:decimal', '"+120"^^xsd:long'])
def test_a_size_is_a_whole_number_however_it_is_typed(size: str) -> None:
    """A bare number of Turtle is an integer, and DCAT 2 wanted a decimal."""
    for view in views(f"<ds/broar/fil> dcat:byteSize {size} ."):
        (found,) = [t.object for t in view if t.predicate.value == iri("dcat:byteSize")]
        assert found == Literal("120", datatype=NamedNode(iri("xsd:nonNegativeInteger")))
