"""A third world, of libraries: seats, areas and a hierarchy of places by properties of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

BASE = "https://bibliotek.example.fi/data/"
_HEAD = f"""
PREFIX b: <{BASE}def/b#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX id: <{BASE}id/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX vann: <http://purl.org/vocab/vann/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
_ONTOLOGY = f"""
<{BASE}def/b> a owl:Ontology ; dcterms:modified "2026-05-04"^^xsd:date ;
    vann:preferredNamespacePrefix "b" ; vann:preferredNamespaceUri "{BASE}def/b#" .
b:Library a owl:Class ; rdfs:label "library"@en , "bibliotek"@sv .
b:Place a owl:Class ; rdfs:label "place"@en , "plats"@sv .
b:subject a owl:ObjectProperty ; rdfs:label "subject"@en , "ämne"@sv .
b:drivesTo a owl:ObjectProperty ; rdfs:subPropertyOf schema:areaServed ;
    rdfs:label "drives to"@en , "kör till"@sv .
b:liesIn a owl:ObjectProperty ; rdfs:subPropertyOf schema:containedInPlace ;
    rdfs:label "lies in"@en , "ligger i"@sv .
b:house a owl:ObjectProperty ; rdfs:subPropertyOf org:hasSite ;
    rdfs:label "house"@en , "hus"@sv .
b:standsIn a owl:ObjectProperty ; rdfs:subPropertyOf schema:location ;
    rdfs:label "stands in"@en , "står i"@sv .
<{BASE}subjects> a skos:ConceptScheme ; skos:prefLabel "Subjects"@en , "Ämnen"@sv .
<{BASE}trades> a skos:ConceptScheme ; skos:prefLabel "Trades"@en , "Yrken"@sv .
"""
_SHAPES = f"""
PREFIX s: <{BASE}shapes#>
s:Library a sh:NodeShape ; sh:targetClass b:Library ; sh:property
    [ sh:path skos:prefLabel ; sh:order 1 ; sh:name "Namn"@sv , "Name"@en ] ,
    [ sh:path b:subject ; sh:order 2 ; sh:name "Ämne"@sv , "Subject"@en ] ,
    [ sh:path b:house ; sh:order 3 ; sh:name "Hus"@sv , "House"@en ] ,
    [ sh:path b:drivesTo ; sh:order 4 ; sh:name "Kör till"@sv , "Drives to"@en ] ,
    [ sh:path dcterms:description ; sh:order 5 ; sh:name "Om"@sv , "About"@en ] .
s:Place a sh:NodeShape ; sh:targetClass b:Place ; sh:property
    [ sh:path skos:prefLabel ; sh:order 1 ; sh:name "Namn"@sv , "Name"@en ] .
"""
# Name in Swedish and English, what it lies in.
_PLACES = (
    ("finland", "Finland", "Finland", ""),
    ("nyland", "Nyland", "Uusimaa", "finland"),
    ("österbotten", "Österbotten", "Ostrobothnia", "finland"),
    ("åland", "Åland", "Åland Islands", "finland"),
    ("esbo", "Esbo", "Espoo", "nyland"),
    ("hangö", "Hangö", "Hanko", "nyland"),
    ("vasa", "Vasa", "Vaasa", "österbotten"),
    ("mariehamn", "Mariehamn", "Mariehamn", "åland"),
)
# Scheme, name in Swedish and English, definition in Swedish.
_CONCEPTS = (
    ("subjects", "havsforskning", "marine research", "Kunskap om havet och dess djur."),
    ("subjects", "släktforskning", "genealogy", "Att följa en familj bakåt i tiden."),
    ("subjects", "musik", "music", "Noter och inspelningar."),
    ("trades", "musik", "music", "Yrken i orkestrar."),
    ("subjects", "barnböcker", "children's books", "Böcker för den som är liten."),
)
# Name, seat, where its bus drives, subject, text in Swedish.
LIBRARIES = (
    ("Sandbiblioteket", "hangö", "", "havsforskning", "Ett bibliotek om havet."),
    ("Tallboken", "esbo", "", "barnböcker", "Med egen sagostund."),
    ("Bokbussen Måsen", "", "nyland", "barnböcker", "En buss med hyllor."),
    ("Noten", "vasa", "", "musik", "Lånar ut instrument."),
    ("Anorna", "mariehamn", "österbotten", "släktforskning", "Kyrkböcker och kartor."),
    ("Fyren", "", "mariehamn", "havsforskning", "Ett fartyg med böcker."),
)


def _places() -> Iterable[str]:
    for name, swedish, english, whole in _PLACES:
        within = f" ; b:liesIn id:{whole}" if whole else ""
        yield f'id:{name} a b:Place ; skos:prefLabel "{swedish}"@sv , "{english}"@en{within} .'


def _concepts() -> Iterable[str]:
    for scheme, swedish, english, definition in _CONCEPTS:
        yield (
            f"<{BASE}id/{scheme}/{swedish}> a skos:Concept ; skos:inScheme <{BASE}{scheme}> ;"
            f' skos:prefLabel "{swedish}"@sv , "{english}"@en ; skos:definition "{definition}"@sv .'
        )


def _libraries() -> Iterable[str]:
    for number, (name, seat, area, subject, text) in enumerate(LIBRARIES, start=1):
        house = f" ; b:house id:hus-{number}" if seat else ""
        drives = f" ; b:drivesTo id:{area}" if area else ""
        yield (
            f'id:b{number} a b:Library ; skos:prefLabel "{name}"@sv , "{name}"@en ;'
            f' dcterms:description "{text}"@sv ; b:subject <{BASE}id/subjects/{subject}>'
            f"{house}{drives} ."
        )
        if seat:
            yield (
                f'id:hus-{number} a org:Site ; rdfs:label "Huset {number}"@sv ;'
                f" b:standsIn id:{seat} ."
            )


def write_libraries(folder: Path) -> Path:
    """Write the world's sources into a folder, and return it."""
    files = {
        "ontology/b.ttl": _ONTOLOGY,
        "shapes/b.ttl": _SHAPES,
        "data/libraries/all.ttl": "\n".join([*_places(), *_concepts(), *_libraries()]),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_HEAD + text, encoding="utf-8")
    return folder
