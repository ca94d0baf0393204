from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from publisher.load.sources import read_sources
from publisher.quality.definitions import check_base, check_definitions

BASE = "https://data.example.org/"
SILJAN = "https://data.example.org/id/lake/siljan"
HEAD = "PREFIX water: <https://data.example.org/def/water#>\n\n"


def test_the_tiny_world_defines_each_thing_once(world: Path) -> None:
    """The check must not cry wolf."""
    sources = read_sources(world, BASE)
    assert list(check_definitions(sources)) == []
    assert list(check_base(sources)) == []


def test_two_files_that_define_one_iri_differently_are_both_named(world: Path) -> None:
    """Which of the two is right, only the editor knows."""
    (world / "data" / "lakes" / "more.ttl").write_text(
        f'{HEAD}<{SILJAN}>\n    a water:Lake ;\n    water:flowsInto "x" ;\n.\n', encoding="utf-8"
    )
    found = list(check_definitions(read_sources(world, BASE)))
    assert [(f.file, f.line, f.focus_node) for f in found] == [
        ("data/lakes/lakes.ttl", 6, SILJAN),
        ("data/lakes/more.ttl", 3, SILJAN),
    ]
    assert "is also defined in data/lakes/more.ttl, differently" in found[0].message["en"]
    assert {(f.rule, f.severity.blocks) for f in found} == {("one-definition", False)}


ONTOLOGY = """
PREFIX : <https://data.example.org/def/pond#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (
            ':Pond a owl:Class ; rdfs:label "pond"@en',
            ":Pond a owl:Class ; rdfs:comment 'small'",
            "",
        ),
        (":Pond a owl:Class", ":Pond a rdfs:Class ; rdfs:subClassOf :Water", ""),
        (":depth a owl:DatatypeProperty", ":depth a owl:FunctionalProperty", ""),
        (":title a owl:AnnotationProperty", ":title a owl:DatatypeProperty", ""),
        (":depth a owl:DatatypeProperty", ":depth a owl:ObjectProperty", "nothing can be"),
        (":c a skos:Concept", ":c a skos:ConceptScheme", "skos:Concept and skos:ConceptScheme"),
        (
            ':c a skos:Concept ; skos:prefLabel "göl"@sv , "tarn"@en',
            ':c a skos:Concept ; skos:prefLabel "tjärn"@sv',
            "two preferred names in the language 'sv'",
        ),
        (':c a skos:Concept ; skos:prefLabel "a"@en', ':c skos:prefLabel "b"@en', "two preferred"),
        (
            ":Pond owl:disjointWith :Stream . :p a :Pond",
            ":p a :Stream",
            "nothing can be https://data.example.org/def/pond#Pond",
        ),
        (
            "[] a owl:AllDisjointClasses ; owl:members ( :Pond :Stream :Sea ) . :p a :Sea",
            ":p a :Stream",
            "nothing can be https://data.example.org/def/pond#Sea",
        ),
        (
            ":area a owl:FunctionalProperty . :p a :Pond ; :area 1.50",
            ":p a :Pond ; :area 1.5",
            "",
        ),
        (
            ":area a owl:FunctionalProperty . :p a :Pond ; :area 1.5",
            ":p a :Pond ; :area 2.5",
            "two values of https://data.example.org/def/pond#area",
        ),
    ],
)
def test_modules_may_describe_a_term_together_and_not_against_each_other(
    world: Path, one: str, other: str, reason: str
) -> None:
    """RDF puts descriptions together; W3C's SOSA and SSN declare each other's classes."""
    for name, said in (("one", one), ("other", other)):
        (world / "ontology" / f"{name}.ttl").write_text(f"{ONTOLOGY}{said} .", encoding="utf-8")
    found = list(check_definitions(read_sources(world, BASE)))
    assert [f.file for f in found] == (["ontology/one.ttl", "ontology/other.ttl"] if reason else [])
    for each in found:
        assert each.rule == "contradiction"
        assert each.severity.blocks
        assert reason in each.message["en"]
        assert each.message["sv"] != each.message["en"]


def test_the_same_definition_twice_contradicts_nothing(world: Path) -> None:
    """A file copied into a second dataset says the same."""
    text = (world / "data" / "lakes" / "lakes.ttl").read_text(encoding="utf-8")
    (world / "data" / "rivers" / "lakes.ttl").write_text(text, encoding="utf-8")
    assert list(check_definitions(read_sources(world, BASE))) == []


def test_the_same_in_another_syntax_is_no_second_definition(world: Path) -> None:
    """Also where it has parts without names, which each file calls otherwise."""
    said = f"<{SILJAN}bay> a water:Lake ; water:depth [ water:metres 4 ] , [ water:metres 9 ] .\n"
    turtle = world / "data" / "lakes" / "bay.ttl"
    turtle.write_text(HEAD + said, encoding="utf-8")
    quads = parse(turtle.read_bytes(), format=RdfFormat.TURTLE)
    written = serialize((quad.triple for quad in quads), format=RdfFormat.RDF_XML) or b""
    (world / "data" / "lakes" / "bay.rdf").write_bytes(written)
    assert list(check_definitions(read_sources(world, BASE))) == []
    more = said.replace(" ] .", " ] , [ water:metres 11 ] .")
    turtle.write_text(HEAD + more, encoding="utf-8")
    assert len(list(check_definitions(read_sources(world, BASE)))) == 2


def test_a_second_file_may_add_facts_about_a_thing(world: Path) -> None:
    """Only what says the type of a thing defines it."""
    (world / "data" / "rivers" / "more.ttl").write_text(
        f"{HEAD}<{SILJAN}>\n    water:flowsInto <{BASE}id/river/dalalven> ;\n.\n",
        encoding="utf-8",
    )
    assert list(check_definitions(read_sources(world, BASE))) == []


def test_a_dataset_below_another_base_is_named_with_both(world: Path) -> None:
    """A folder of sources that was moved, or a setting that was not."""
    found = list(check_base(read_sources(world, "https://other.example/")))
    assert [f.file for f in found] == ["data/lakes/lakes.ttl", "data/rivers/rivers.ttl"]
    said = found[0].message["en"]
    assert "<https://other.example/>" in said
    assert "most names begin with <https://data.example.org/>" in said
    assert found[0].severity.blocks


@pytest.mark.parametrize(
    "mapping",
    [
        "<https://e.org/a> <http://www.w3.org/2004/02/skos/core#exactMatch> <https://e.com/a> .",
        "<urn:isbn:9789100000000> <http://www.w3.org/2002/07/owl#sameAs> <https://e.com/book> .",
        "[] a <http://rdfs.org/ns/void#Linkset> .",
    ],
)
def test_a_set_of_mappings_between_things_of_others_is_a_dataset(world: Path, mapping: str) -> None:
    """It has dumps and can be queried; there is no page to lead to, which is said."""
    (world / "data" / "mappings").mkdir()
    (world / "data" / "mappings" / "m.ttl").write_text(mapping, encoding="utf-8")
    found = list(check_base(read_sources(world, BASE)))
    assert [(f.rule, f.file) for f in found] == [("dataset-base", "data/mappings/m.ttl")] * (
        not mapping.startswith("[]")
    )
    assert not any(f.severity.blocks for f in found)
    assert ":///" not in "".join(f.message["en"] for f in found)


def test_http_instead_of_https_is_another_base(world: Path) -> None:
    """One letter, and the site answers for nothing."""
    assert len(list(check_base(read_sources(world, "http://data.example.org/")))) == 2


@pytest.mark.parametrize("other", ["http://data.", "https://www.data.", "http://www.data."])
def test_a_name_that_is_almost_below_the_base_is_mentioned(world: Path, other: str) -> None:
    """It has no page, and nobody sees why."""
    with (world / "data" / "lakes" / "lakes.ttl").open("a", encoding="utf-8") as file:
        file.write(f"\n<{other}example.org/id/lake/x>\n    a water:Lake ;\n.\n" * 2)
    (found,) = check_base(read_sources(world, BASE))
    assert (found.rule, found.file) == ("namespaces", "data/lakes/lakes.ttl")
    assert found.line > 1
