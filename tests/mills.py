"""A folder unlike the others: its base, its languages, its literals, formats and graphs."""

from __future__ import annotations

import gzip
from pathlib import Path

BASE = "https://kvarn.example.net/data/"
XSD = "http://www.w3.org/2001/XMLSchema#"
# Datatype → lexical forms that are right and not the shortest or usual ones, of every XSD datatype
# that RDF has (RDF 1.1 Concepts, section 5.1) and the two durations that SPARQL uses.
LITERALS: dict[str, tuple[str, ...]] = {
    "string": ("  two  spaces ", ""),
    "boolean": ("1", "false"),
    "decimal": ("1.50", "+007.0", "12345678901234567890123456789012345678901.10"),
    "integer": ("01", "+1", "-0", "123456789012345678901234567890"),
    "double": ("1.0E0", "1e3", "INF", "NaN", "0.10"),
    "float": ("1.10", "-INF", "-0"),
    "date": ("2024-05-01+00:00", "2024-05-01", "-0043-03-15", "12024-05-01"),
    "time": ("10:00:00.120", "24:00:00", "10:00:00+00:00"),
    "dateTime": ("2024-05-01T24:00:00Z", "2024-05-01T10:00:00.120", "2024-05-01T10:00:00+02:00"),
    "dateTimeStamp": ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00.50-00:00"),
    "gYear": ("-0044", "2024+00:00"),
    "gYearMonth": ("2024-05+00:00",),
    "gMonth": ("--05+00:00",),
    "gMonthDay": ("--12-24-00:00",),
    "gDay": ("---05+00:00",),
    "duration": ("P12M", "PT36H", "P0Y"),
    "yearMonthDuration": ("P12M",),
    "dayTimeDuration": ("PT36H",),
    "byte": ("-1", "007"),
    "short": ("1",),
    "int": ("+1",),
    "long": ("9007199254740993",),
    "unsignedByte": ("1",),
    "unsignedShort": ("1",),
    "unsignedInt": ("01",),
    "unsignedLong": ("18446744073709551615", "5"),
    "positiveInteger": ("1",),
    "nonNegativeInteger": ("0",),
    "negativeInteger": ("-1",),
    "nonPositiveInteger": ("-0",),
    "hexBinary": ("0fB8",),
    "base64Binary": ("aGVs bG8=",),
    "anyURI": ("HTTPS://e.org/%7Ea",),
    "language": ("de-CH",),
    "normalizedString": ("a  b",),
    "token": ("a b",),
    "NMTOKEN": ("a.b",),
    "Name": ("a:b",),
    "NCName": ("a-b",),
}
# Validators differ on years before the first, after 9999, and on 24:00.
_UNSHAPED = ("date", "time", "dateTime")
_TTL = """\
@prefix m: <https://kvarn.example.net/data/def/mill#> .
@prefix sosa: <http://www.w3.org/ns/sosa/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<id/mill/1> a m:Mill , sosa:Platform ; rdfs:label "Windmühle"@de , "Wiatrak"@pl , "Mill"@en-GB ;
  rdfs:comment "Erste Zeile.\\r\\nZweite Zeile."@de-CH ;
  m:same "1"^^xsd:integer , "01"^^xsd:integer , "1"^^xsd:long ;
  m:sails [ m:length "12.50"^^xsd:decimal ] ;
"""
_OWL = """\
<?xml version="1.0" encoding="ISO-8859-1"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xml:base="{base}def/mill"
  xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:owl="http://www.w3.org/2002/07/owl#">
  <owl:Ontology rdf:about=""><rdfs:label xml:lang="de">M\u00fchlen</rdfs:label></owl:Ontology>
  <owl:Class rdf:ID="Mill"><rdfs:label xml:lang="de">M\u00fchle</rdfs:label>
    <rdfs:subClassOf><owl:Restriction><owl:onProperty rdf:resource="#sails"/>
      <owl:minCardinality rdf:datatype="{xsd}nonNegativeInteger">1</owl:minCardinality>
    </owl:Restriction></rdfs:subClassOf></owl:Class>
</rdf:RDF>
"""
_SHAPES = """\
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX shape: <https://kvarn.example.net/data/shapes#>
PREFIX m: <https://kvarn.example.net/data/def/mill#>
shape:Mill a sh:NodeShape ; sh:targetSubjectsOf m:long .
"""
# What is said of a mill depends on the year: in graphs, and in the default graph.
_TRIG = """\
@prefix m: <https://kvarn.example.net/data/def/mill#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://kvarn.example.net/data/id/mill/2> a m:Mill ; rdfs:label "Młyn"@pl ; m:state "open"@en .
<https://years.example/2024> { <https://kvarn.example.net/data/id/mill/2> m:state "open"@en ;
  m:part _:wheel . _:wheel m:turns 03 . }
<https://years.example/2025> { <https://kvarn.example.net/data/id/mill/2> m:state "closed"@en .
  <https://kvarn.example.net/data/id/mill/2> m:part _:wheel . }
<https://years.example/2025> m:issued "2025-01-01" .
"""
_CATALOGUE = """\
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
<https://kvarn.example.net/data/catalog> a dcat:Catalog ; dcterms:title "Mühlen"@de ;
  dcterms:modified "2024-05-01"^^xsd:date .
"""


def write_mills(folder: Path) -> Path:
    """Write the folder and return it."""
    shapes = _SHAPES + "".join(
        f"shape:Mill sh:property shape:{name} . shape:{name} sh:path m:{name} ;"
        f" sh:datatype xsd:{name} ; sh:minCount 1 .\n"
        for name in LITERALS
        if name not in _UNSHAPED
    )
    quote = str.maketrans({"\\": "\\\\", '"': '\\"'})
    values = "".join(
        f'  m:{name} "{form.translate(quote)}"^^xsd:{name} ;\n'
        for name, forms in LITERALS.items()
        for form in forms
    )
    files: dict[str, bytes] = {
        "ontology/mill.owl": _OWL.format(base=BASE, xsd=XSD).encode("latin-1"),
        "shapes/mill.ttl": shapes.encode(),
        "data/catalogue.ttl": _CATALOGUE.encode(),
        "data/mills/one.ttl.gz": gzip.compress((_TTL + values + ".\n").encode()),
        "data/years/two.trig": _TRIG.encode(),
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
