"""What a page tells search engines about its thing, in schema.org's words."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from publisher.addresses import Addresses
from publisher.query.engine import Description
from publisher.rdf.namespaces import PREFIXES
from publisher.render.datasets import schema_org_json

BASE, THING, PAGE = "https://e.org/", "https://e.org/id/x", "https://e.org/doc/x"


def told(turtle: str, language: str = "en") -> dict[str, object]:
    """Return what is told of a thing of which some Turtle speaks."""
    prefixes = "".join(f"PREFIX {name}: <{start}>\n" for name, start in PREFIXES.items())
    quads = parse(f"{prefixes}<{THING}> {turtle}", format=RdfFormat.TURTLE)
    triples = tuple(quad.triple for quad in quads)
    description = Description((THING,), triples, {}, (), 0, 1, 1, ())
    written = schema_org_json(description, THING, language, Addresses(BASE, BASE), PAGE)
    assert "</" not in written
    found = json.loads(written) if written else {}
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("foaf:Person", "Person"),
        ("org:Organization", "Organization"),
        ("skos:Concept", "DefinedTerm"),
        ("skos:ConceptScheme", "DefinedTermSet"),
        ("<http://schema.org/Museum>", "Museum"),
        ("schema:Event", "Event"),
        ("<https://e.org/def#Lake>", "Thing"),
        ("foaf:Person , schema:Person", "Person"),
    ],
)
def test_a_class_is_said_by_the_nearest_of_schema_org(kind: str, expected: str) -> None:
    """And as it is, where it is not one of schema.org's."""
    found = told(f'a {kind} ; rdfs:label "x" .')
    assert found["@type"] == expected
    assert ("additionalType" in found) == ("schema" not in kind or "foaf" in kind)


def test_a_name_comes_in_the_readers_language_and_the_rest_as_it_is_known() -> None:
    """Nothing empty is told."""
    turtle = (
        'a skos:Concept ; skos:prefLabel "sjö"@sv , "lake"@en ; skos:definition "A.</script>"@en'
        ' ; skos:altLabel "tarn"@en ; skos:notation "L1" ; skos:inScheme <urn:s> ;'
        ' owl:sameAs <urn:y> ; foaf:homepage <https://x.example/> ; dcterms:modified "2026" .'
    )
    found = told(turtle)
    assert (found["name"], told(turtle, "sv")["name"]) == ("lake", "sjö")
    assert found["description"] == "A.</script>"
    assert (found["termCode"], found["inDefinedTermSet"]) == ("L1", "urn:s")
    assert (found["sameAs"], found["url"]) == ("urn:y", "https://x.example/")
    assert (found["@id"], found["mainEntityOfPage"]) == (THING, PAGE)
    assert all(value not in ("", [], {}, None) for value in found.values())


@pytest.mark.parametrize(
    "where",
    [
        "wgs:lat 60.5 ; wgs:long 14.5",
        'geo:hasGeometry [ geo:asWKT "POINT(14.5 60.5)"^^geo:wktLiteral ]',
        'geo:asWKT "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> Point (14.5 60.5)"',
    ],
)
def test_a_point_makes_a_place(where: str) -> None:
    """Latitude comes second in WKT."""
    found = told(f'rdfs:label "x" ; {where} .')
    assert found["@type"] == "Place"
    place = {"@type": "GeoCoordinates", "latitude": 60.5, "longitude": 14.5}
    assert found["geo"] == place


@pytest.mark.parametrize(
    "where",
    [
        'geo:asWKT "POLYGON((1 1, 2 2, 1 2, 1 1))"',
        'geo:asWKT "<http://www.opengis.net/def/crs/EPSG/0/999999> POINT(500000 6700000)"',
        'wgs:lat "north" ; wgs:long 1',
        "wgs:lat 100 ; wgs:long 1",
    ],
)
def test_what_is_no_point_in_degrees_makes_none(where: str) -> None:
    """Nothing is claimed that the data do not say."""
    assert "geo" not in told(f'rdfs:label "x" ; {where} .')


def test_a_thing_without_a_name_is_not_told() -> None:
    """A search engine has no use for it."""
    assert told("a foaf:Person .") == {}
    assert told("rdfs:seeAlso <urn:x> .") == {}


def test_the_page_of_a_thing_holds_it(client: FlaskClient) -> None:
    """In the head, like a data set's."""
    page = client.get("/doc/lake/siljan", headers={"Accept": "text/html"}).text
    script = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    found = json.loads(script)
    assert found["@id"] == "https://data.example.org/id/lake/siljan"
    assert found["name"] == "Siljan"
