"""What portals would make of a feed, as ``verify --as`` tells it and as their parsers do it.

Where a Python is named by ``PUBLISHER_TEST_HARVESTERS`` in whose environment ckanext-dcat and udata
are (``.ci/run`` makes one), their own parsers read the feed, and the statements must be theirs.
"""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from publisher.rdf.media_types import TURTLE
from publisher.verify import graphs, viewers
from publisher.verify.harvest import Feed

PYTHON = os.environ.get("PUBLISHER_TEST_HARVESTERS", "")
with_parsers = pytest.mark.skipif(
    not PYTHON,
    reason="PUBLISHER_TEST_HARVESTERS names no Python with ckanext-dcat and udata (.ci/run)",
)
BASE = "https://kart.example.no/"
ADDRESS = f"{BASE}feed.ttl"
# Each dataset but the first lacks or has what some portal stumbles over.
FEED = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcatap: <http://data.europa.eu/r5r/>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX : <https://kart.example.no/>

:katalog a dcat:Catalog ; dct:title "Katalog"@nb ;
    dcat:dataset :good , :unidentified , :twin1 , :twin2 , :marked , :late , _:unnamed .
:good a dcat:Dataset ; dct:title "Vegar"@nn ; dct:identifier "good" ; dct:publisher :kommune ;
    dcat:keyword "veg"@nn ; dcat:theme :labelled , :bare ;
    dct:spatial [ a dct:Location ; dcat:bbox "POLYGON((0 0,1 0,1 1,0 1,0 0))"^^geo:wktLiteral ] ;
    dcat:contactPoint [ a vcard:Kind ; vcard:fn "Kart" ; vcard:hasEmail <mailto:kart@kommune.no> ] ;
    dcat:distribution :good-csv , :good-nowhere .
:labelled skos:prefLabel "Transport"@nb .
:good-csv a dcat:Distribution ; dct:title "CSV" ; dcat:accessURL <https://fil.example.no/veg.csv> ;
    dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> .
:good-nowhere a dcat:Distribution ; dct:title "Borte" .
:unidentified a dcat:Dataset ; dct:title "Uten"@nb ; dct:spatial :place ; dct:publisher :kommune ;
    dcat:contactPoint :one , :two .
:one a vcard:Kind ; vcard:fn "En" ; vcard:hasEmail <mailto:en@kommune.no> .
:two a vcard:Kind ; vcard:fn "To" ; vcard:hasEmail <mailto:to@kommune.no> .
:place a dct:Location ; dcat:centroid "POINT(0 0)"^^geo:wktLiteral .
:twin1 a dcat:Dataset ; dct:title "Tvilling"@nb , "Twin"@en ; dct:identifier "twin" .
:twin2 a dcat:Dataset ; dct:title "Tvilling to"@nb ; dct:identifier "twin" .
:marked a dcat:Dataset ; dct:title "Høyverdi"@nb ; dct:identifier "marked" ;
    dcatap:hvdCategory <http://data.europa.eu/bna/c_ac64a52d> .
:late a dcat:Dataset ; dct:title "Sent"@nb ; dct:identifier "late" ;
    dct:modified "2999-01-01"^^xsd:date ; dcat:distribution :late-api .
:late-api a dcat:Distribution ; dct:title "API" ; dcat:accessURL <https://api.example.no/v1> ;
    dcat:accessService :service .
:service a dcat:DataService ; dct:title "Tjeneste"@nb ; dct:identifier "service" ;
    dcat:endpointURL <https://api.example.no/v1> .
:series a dcat:DatasetSeries ; dct:title "Serie"@nb ; dct:identifier "series" .
:unlisted a dcat:Dataset ; dct:title "Uoppført"@nb ; dct:identifier "unlisted" .
_:unnamed a dcat:Dataset ; dct:title "Navnløs"@nb .
:kommune a foaf:Agent ; foaf:name "Kommune"@nb .
"""


@cache
def feed(address: str = ADDRESS) -> Feed:
    """Return the feed."""
    triples = graphs.parse(FEED.encode(), TURTLE.name, BASE)
    return Feed(address, triples, graphs.to_rdflib(triples), 1)


def said(viewer: str, effect: str, words: str) -> set[str]:
    """Return the things of which a portal's viewer says something."""
    (found,) = [
        e
        for e in viewers.effects(feed(), viewer)
        if e.effect["en"] == effect and words in e.what["en"]
    ]
    return {"unnamed" if n.startswith("_:") else n.removeprefix(BASE) for n in found.nodes}


@pytest.mark.parametrize(
    ("viewer", "effect", "words", "things"),
    [
        ("ckan", "deletes", "when their title changes", {"unnamed"}),
        ("ckan", "shows", "no catalogue lists", {"unlisted"}),
        ("ckan", "loses", "series", {"series"}),
        ("ckan", "loses", "every contact but one", {"unidentified"}),
        ("ckan", "loses", "every title", {"twin1"}),
        ("ckan", "loses", "resource that leads nowhere", {"good-nowhere"}),
        ("udata", "refuses", "without dcterms:identifier", {"unidentified", "unnamed"}),
        ("udata", "refuses", "the same identifier", {"twin1", "twin2"}),
        ("udata", "loses", "without an access", {"good-nowhere"}),
        ("udata", "loses", "services that a distribution names", {"service"}),
        ("udata", "loses", "themes without", {"bare"}),
        ("udata", "loses", "high-value", {"marked"}),
        ("udata", "loses", "the area", {"unidentified"}),
        ("udata", "loses", "in the future", {"late"}),
        (
            "dataportal",
            "loses",
            "no UUID",
            {"good", "twin1", "twin2", "marked", "late", "unlisted"},
        ),
        ("dataportal", "loses", "the organisation", {"kommune"}),
        ("dataportal", "deletes", "without an IRI", {"unnamed"}),
        ("europa", "deletes", "without an IRI", {"unnamed"}),
        ("europa", "loses", "file type", {"good-nowhere", "late-api"}),
    ],
)
def test_a_portal_is_told_with_the_things_it_concerns(
    viewer: str, effect: str, words: str, things: set[str]
) -> None:
    """Each statement names its source, in both languages of the program."""
    assert said(viewer, effect, words) == things
    for found in viewers.effects(feed(), viewer):
        assert found.source
        assert found.what["sv"] != found.what["en"]


def test_what_concerns_nothing_is_not_said() -> None:
    """A feed without data services must not be told what becomes of them."""
    one = FEED[: FEED.index(":katalog")] + ':x a dcat:Dataset ; dct:title "x"@nb .'
    triples = graphs.parse(one.encode(), TURTLE.name, BASE)
    alone = Feed(ADDRESS, triples, graphs.to_rdflib(triples), 1)

    assert [e.effect["en"] for e in viewers.effects(alone, "ckan")] == ["shows"]


def test_udata_must_know_the_format_of_a_feed_from_its_address() -> None:
    """Else its media type must be one of RDF."""
    said_of = viewers.effects(feed(f"{BASE}katalog"), "udata")

    assert any(e.of_feed and "no extension" in e.what["en"] for e in said_of)
    assert not any(e.of_feed for e in viewers.effects(feed(), "udata"))


def read_by(script: Path, *arguments: str) -> list[dict[str, Any]]:
    """Return what a portal's parser keeps of the feed."""
    command = [PYTHON, "-W", "ignore", str(script), *arguments]
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    kept: list[dict[str, Any]] = json.loads(run.stdout)
    return kept


@pytest.fixture(scope="module")
def by_udata(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return the items that udata's parser makes of the feed."""
    folder = tmp_path_factory.mktemp("udata")
    (folder / "feed.ttl").write_text(FEED, encoding="utf-8")
    asked = {"pages": {ADDRESS: str(folder / "feed.ttl")}, "first": ADDRESS, "types": {}}
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    return read_by(Path(__file__).with_name("udata_harvest.py"), str(folder / "asked.json"))


@pytest.fixture(scope="module")
def by_ckan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return address → dataset that CKAN's parser makes of the feed."""
    folder = tmp_path_factory.mktemp("ckan")
    (folder / "feed.ttl").write_text(FEED, encoding="utf-8")
    (folder / "pages.json").write_text(json.dumps({ADDRESS: str(folder / "feed.ttl")}))
    script = Path(__file__).parents[1] / "render" / "ckan_harvest.py"
    found = read_by(script, str(folder / "pages.json"), ADDRESS, TURTLE.name)
    return {
        next(e["value"] for e in d["extras"] if e["key"] == "uri").removeprefix(BASE): d
        for d in found
    }


@with_parsers
@pytest.mark.slow
def test_udata_keeps_and_refuses_what_is_said(by_udata: list[dict[str, Any]]) -> None:
    """By its own parser: no identifier, no dataset; the second of two twins fails."""
    kept = {item["title"] for item in by_udata if item["status"] == "done"}
    reasons = [item["reason"] for item in by_udata if item["status"] == "skipped"]

    assert {"Uten", "Navnløs"} & kept == set()
    refused = said("udata", "refuses", "without dcterms:identifier")
    assert reasons == ["missing identifier"] * len(refused)
    assert len({"Tvilling", "Twin", "Tvilling to"} & kept) == 1
    assert {"Vegar", "Høyverdi", "Sent", "Serie", "Uoppført"} <= kept
    assert "Tjeneste" not in kept


@with_parsers
@pytest.mark.slow
def test_udata_loses_what_is_said(by_udata: list[dict[str, Any]]) -> None:
    """Files without an address, themes without a label, the mark of high-value data."""
    items = {item["title"]: item for item in by_udata}

    assert items["Vegar"]["files"] == ["https://fil.example.no/veg.csv"]
    assert items["Vegar"]["tags"] == ["transport", "veg"]
    assert items["Vegar"]["contacts"][0] == "kart@kommune.no"
    assert items["Vegar"]["has_area"]
    assert items["Høyverdi"]["tags"] == []
    assert items["Sent"]["modified"] is None


@with_parsers
@pytest.mark.slow
def test_ckan_keeps_and_loses_what_is_said(by_ckan: dict[str, dict[str, Any]]) -> None:
    """By its own parser: every dataset, no series and no service, one contact, one title."""
    names = {name or "unnamed" for name in by_ckan}
    contacts = [
        e["value"] for e in by_ckan["unidentified"]["extras"] if e["key"] == "contact_email"
    ]

    assert names == {
        *("good", "unidentified", "twin1", "twin2", "marked", "late", "unlisted", "unnamed")
    }
    assert len(contacts) == 1
    assert by_ckan["twin1"]["title"] in ("Tvilling", "Twin")
    urls = sorted(str(r["url"]) for r in by_ckan["good"]["resources"])
    assert urls == ["", "https://fil.example.no/veg.csv"]
