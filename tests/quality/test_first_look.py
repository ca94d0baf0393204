"""All lines are looked at once, and files in which nothing stands out are not read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.load.sources import Sources, read_sources
from publisher.quality.file_rules import check_characters, check_files, has_element_name
from publisher.quality.first_look import suspicious_files
from publisher.quality.literals import check_literals
from publisher.quality.places import check_geometries_in_file
from publisher.quality.vocabularies import Vocabularies, check_terms

BASE = "https://mines.example.org/"
PREFIXES = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX m: <https://mines.example.org/def/mine#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX vann: <http://purl.org/vocab/vann/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
ONTOLOGY = """
<def/mine> a <http://www.w3.org/2002/07/owl#Ontology> ;
    vann:preferredNamespaceUri "https://mines.example.org/def/mine#" .
m:Mine a rdfs:Class . m:depth a <http://www.w3.org/1999/02/22-rdf-syntax-ns#Property> .
"""
FAULTS = {
    "term": '<id/a> dcterms:titel "A"@en .',
    "class": "<id/a> a m:Mien .",
    "datatype": '<id/a> m:depth "5"^^xsd:intger .',
    "object": "<id/a> dcterms:relation m:dept .",
    "number": '<id/a> m:depth "deep"^^xsd:integer .',
    "escaped": '<id/a> m:depth "5\\n"^^xsd:integer .',
    "character": '<id/a> rdfs:label "A\\u0001"@en .',
    "noncharacter": '<id/a> rdfs:label "A\\uFFFE"@en .',
    "property": "<id/a> <https://mines.example.org/def/mine#5> 1 .",
    "geometry": '<id/a> geo:asWKT "POINT(1)"^^geo:wktLiteral .',
    "blank": '<id/a> dcterms:relation [ m:depth "x"^^xsd:integer ] .',
}


def sources_with(folder: Path, fault: str) -> Sources:
    files = {
        "ontology/mine.ttl": ONTOLOGY,
        "data/mines/sound.ttl": '<id/b> a m:Mine ; m:depth 5 ; rdfs:label "B\\"b"@en .',
        "data/mines/faulty.ttl": f"<id/a> a m:Mine ; m:depth 1 . {fault} <id/c> m:depth 2 .",
        "shapes/shapes.ttl": "<shapes#s> a <http://www.w3.org/ns/shacl#NodeShape> .",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PREFIXES + text, encoding="utf-8")
    return read_sources(folder, BASE)


@pytest.mark.parametrize("kind", FAULTS)
def test_what_a_look_at_every_triple_finds_is_found(tmp_path: Path, kind: str) -> None:
    sources = sources_with(tmp_path, FAULTS[kind])
    one_by_one = [*check_terms(sources), *check_literals(sources), *check_characters(sources)]
    for file in sources.files:
        one_by_one += check_geometries_in_file(file, file.triples)
    found = list(check_files(sources))
    assert found
    assert sorted(map(repr, found)) == sorted(map(repr, one_by_one))


def test_only_files_that_say_of_what_stands_out_are_read_again(tmp_path: Path) -> None:
    for kind, expected in (("number", ["data/mines/faulty.ttl"]), ("", [])):
        folder = tmp_path / (kind or "sound")
        sources = sources_with(folder, FAULTS.get(kind, ""))
        found = suspicious_files(sources, Vocabularies(sources), has_element_name)
        assert [file.name for file in found] == expected
