from __future__ import annotations

from pathlib import Path

import pytest

from publisher.findings import Finding
from publisher.load.sources import read_sources
from publisher.quality.file_rules import check_terms

BASE = "https://data.example.org/"


def change(world: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands once in a file."""
    path = world / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def findings(world: Path) -> list[Finding]:
    """Return what is found of terms and prefixes."""
    return list(check_terms(read_sources(world, BASE)))


def test_the_tiny_world_has_no_misspelt_term(world: Path) -> None:
    """The check must not cry wolf."""
    assert findings(world) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "said"),
    [
        ("shapes/Lake.ttl", "sh:datatype", "sh:dataType", 15, "'datatype'"),
        ("shapes/Lake.ttl", "sh:PropertyShape", "sh:PropertyShap", 14, "'PropertyShape'"),
        ("shapes/Lake.ttl", "sh:severity sh:Violation", "sh:severity sh:Violaton", 25, "Violation"),
        ("data/catalogue.ttl", "dcterms:title", "dcterms:titel", 6, "'title'"),
        ("data/catalogue.ttl", "dcat:Catalog", "dcat:Catalogue", 5, "'Catalog'"),
        ("data/lakes/lakes.ttl", "xsd:date ", "xsd:dat ", 11, "'date'"),
        ("data/rivers/rivers.ttl", "water:flowsInto", "water:flowInto", 12, "'flowsInto'"),
        ("data/rivers/rivers.ttl", "a water:River", "a water:Rivver", 6, "'River'"),
        ("ontology/water.ttl", "a owl:ObjectProperty", "a owl:objectProperty", 37, "Property'"),
    ],
)
def test_a_misspelt_term_is_named_with_its_line_and_the_right_one(
    world: Path, name: str, old: str, new: str, line: int, said: str
) -> None:
    """House style, trap 6: a misspelt shape conforms without a word."""
    change(world, name, old, new)
    (found,) = findings(world)
    assert (found.file, found.line, found.rule) == (name, line, "terms")
    assert said in found.message["en"]
    assert found.severity.blocks


def test_the_prefix_does_not_matter_only_the_iri_does(world: Path) -> None:
    """``dct:`` is as good as ``dcterms:``, and as easily misspelt."""
    path = world / "data" / "catalogue.ttl"
    text = path.read_text(encoding="utf-8").replace("dcterms:", "dct:")
    path.write_text(text, encoding="utf-8")
    assert findings(world) == []
    path.write_text(text.replace("dct:title", "dct:titel"), encoding="utf-8")
    (found,) = findings(world)
    assert "Did you mean 'title'?" in found.message["en"]


def test_a_term_that_resembles_none_is_named_without_a_guess(world: Path) -> None:
    """A wrong guess is worse than none."""
    change(world, "data/rivers/rivers.ttl", "foaf:page", "foaf:zzzzzz")
    (found,) = findings(world)
    assert "Did you mean" not in found.message["en"]
    assert "http://xmlns.com/foaf/0.1/zzzzzz" in found.message["en"]


def test_one_term_misspelt_often_is_one_finding_a_file(world: Path) -> None:
    """Fifty lines about one mistake hide the others."""
    path = world / "data" / "lakes" / "lakes.ttl"
    text = path.read_text(encoding="utf-8").replace("skos:prefLabel", "skos:preflabel")
    path.write_text(text, encoding="utf-8")
    assert [found.message["en"].count("'prefLabel'") for found in findings(world)] == [1]


def test_a_vocabulary_that_nobody_listed_is_not_judged(world: Path) -> None:
    """Anybody may use any vocabulary; only known ones are closed."""
    change(
        world, "data/rivers/rivers.ttl", "foaf:page", "<https://vocabulary.example/terms#anything>"
    )
    assert findings(world) == []


def test_a_prefix_bound_to_another_iri_is_named(world: Path) -> None:
    """Thirteen DCAT examples on the web carry a wrong ``adms:``; nothing fails, all is lost."""
    change(
        world,
        "data/catalogue.ttl",
        "http://www.w3.org/ns/dcat#",
        "https://www.w3.org/ns/dcat#",
    )
    (found,) = findings(world)
    assert (found.file, found.line, found.rule) == ("data/catalogue.ttl", 1, "prefixes")
    assert found.message["en"] == (
        "The prefix dcat: stands for <http://www.w3.org/ns/dcat#>,"
        " not <https://www.w3.org/ns/dcat#>. Write the former."
    )


def test_the_old_address_of_schema_org_is_named(world: Path) -> None:
    """One letter, and no portal finds a thing."""
    change(
        world,
        "data/catalogue.ttl",
        "PREFIX dcat:",
        "PREFIX schema: <http://schema.org/>\nPREFIX dcat:",
    )
    (found,) = findings(world)
    assert "<https://schema.org/>" in found.message["en"]
