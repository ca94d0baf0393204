"""A second world, of Swedish municipalities: what is said of any data is not said of one alone."""

from __future__ import annotations

from pathlib import Path

BASE = "https://kommuner.example.org/"
_HEAD = f"""
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX k: <{BASE}def/k#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX vann: <http://purl.org/vocab/vann/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
_ONTOLOGY = f"""
<{BASE}def/k>
    a owl:Ontology ;
    vann:preferredNamespacePrefix "k" ;
    vann:preferredNamespaceUri "{BASE}def/k#" .
k:Municipality a owl:Class ; rdfs:label "municipality"@en , "kommun"@sv .
k:County a owl:Class ; rdfs:label "county"@en , "län"@sv .
k:county a owl:ObjectProperty ; rdfs:label "county"@en , "län"@sv .
k:letters a owl:DatatypeProperty ; rdfs:label "letters"@en , "bokstäver"@sv .
k:coastal a owl:DatatypeProperty ; rdfs:label "by the sea"@en , "vid havet"@sv .
"""
_SHAPES = f"""
PREFIX s: <{BASE}shapes#>
s:Municipality a sh:NodeShape ; sh:targetClass k:Municipality ; sh:property
    [ sh:path skos:prefLabel ; sh:order 1 ; sh:name "Namn"@sv , "Name"@en ] ,
    [ sh:path k:county ; sh:order 3 ; sh:name "Län"@sv , "County"@en ] ,
    [ sh:path dcterms:identifier ; sh:order 2 ; sh:name "Kod"@sv , "Code"@en ] ,
    [ sh:path k:letters ; sh:order 4 ; sh:name "Bokstäver"@sv , "Letters"@en ] ,
    [ sh:path k:coastal ; sh:order 5 ; sh:name "Vid havet"@sv , "By the sea"@en ] ,
    [ sh:path skos:altLabel ; sh:order 6 ; sh:name "Andra namn"@sv , "Other names"@en ] ,
    [ sh:path dcterms:description ; sh:order 7 ; sh:name "Om"@sv , "About"@en ] ,
    [ sh:path dcterms:modified ; sh:order 8 ; sh:name "Ändrad"@sv , "Changed"@en ] ,
    [ sh:path skos:note ; sh:order 9 ; sh:name "Anmärkning"@sv , "Note"@en ] .
s:County a sh:NodeShape ; sh:targetClass k:County ; sh:property
    [ sh:path skos:prefLabel ; sh:order 1 ] .
s:Nothing a sh:NodeShape ; sh:targetClass skos:Collection .
"""
_COUNTIES = {
    "dalarna": ("Dalarnas län", "Dalarna County"),
    "gavleborg": ("Gävleborgs län", "Gävleborg County"),
    "jamtland": ("Jämtlands län", "Jämtland County"),
    "orebro": ("Örebro län", "Örebro County"),
    "skane": ("Skåne län", "Skåne County"),
}
# Name, code, county, whether it lies by the sea, geometry.
_MUNICIPALITIES = (
    ("falun", "Falun", "2080", "dalarna", False, "POINT(15.63 60.61)"),
    ("mora", "Mora", "2062", "dalarna", False, ""),
    ("are", "Åre", "2321", "jamtland", False, ""),
    ("angelholm", "Ängelholm", "1292", "skane", True, "POINT(12.86 56.24)"),
    ("orebro", "Örebro", "1880", "orebro", False, ""),
    ("alvdalen", "Älvdalen", "2039", "dalarna", False, "POLYGON((13 61, 13 62, 14 62, 13 61))"),
    ("gavle", "Gävle", "2180", "gavleborg", True, ""),
)


def _data() -> str:
    written = [
        f'<{BASE}id/county/{slug}> a k:County ; skos:prefLabel "{sv}"@sv , "{en}"@en .'
        for slug, (sv, en) in _COUNTIES.items()
    ]
    for slug, name, code, county, coastal, wkt in _MUNICIPALITIES:
        thing = f"<{BASE}id/municipality/{slug}>"
        written.append(
            f'{thing} a k:Municipality ; skos:prefLabel "{name}"@sv , "{name}"@en ;'
            f' dcterms:identifier "{code}" ; k:county <{BASE}id/county/{county}> ;'
            f" k:letters {len(name)} ; k:coastal {str(coastal).lower()} ;"
            f' dcterms:modified "2026-01-02"^^xsd:date .'
        )
        if wkt:
            written.append(f'{thing} geo:hasGeometry [ geo:asWKT "{wkt}"^^geo:wktLiteral ] .')
    written.append(
        f'<{BASE}id/municipality/falun> skos:altLabel "Fahlun | gammalt"@sv , "Falu kommun"@sv ;'
        ' skos:note "=1+1", "Line one\\nline \\"two\\", <b>bold</b>" ;'
        ' dcterms:description "Koppar & <gruva>."@sv , "Copper."@en .'
    )
    return "\n".join(written)


def write_municipalities(folder: Path) -> Path:
    """Write the sources of the world into a folder; return the folder."""
    for name, text in {
        "ontology/k.ttl": _ONTOLOGY,
        "shapes/k.ttl": _SHAPES,
        "data/kommuner/kommuner.ttl": _data(),
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_HEAD + text, encoding="utf-8")
    return folder
