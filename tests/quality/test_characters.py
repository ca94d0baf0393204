from __future__ import annotations

from pathlib import Path

import pytest

from publisher.load.sources import read_sources
from publisher.quality.file_rules import check_characters

BASE = "https://data.example.org/"


def said_of(world: Path, line: str) -> list[str]:
    """Return what is found of one more line about a lake."""
    path = world / "data" / "lakes" / "lakes.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n<{BASE}id/lake/siljan>\n    {line} ;\n.\n", encoding="utf-8")
    return [found.message["en"] for found in check_characters(read_sources(world, BASE))]


@pytest.mark.parametrize(
    ("character", "name"),
    [("\x0b", "U+000B"), ("\x00", "U+0000"), ("\\uFFFE", "U+FFFE")],
)
def test_a_character_that_xml_cannot_carry_is_named(world: Path, character: str, name: str) -> None:
    """Word processors leave them in what is pasted; the RDF/XML of the thing would be broken."""
    (said,) = said_of(world, f'skos:note "a{character}b"@en')
    assert f"The text holds the character {name}" in said


@pytest.mark.parametrize("text", ["a\\tb\\nc", "a\\r\\nb", "åäö", "<&>", "\x85", "🙂"])
def test_everything_else_is_carried(world: Path, text: str) -> None:
    """Whatever people write."""
    assert said_of(world, f'skos:note "{text}"@en') == []


@pytest.mark.parametrize(
    "name", ["https://e.org/1", "https://e.org/", "urn:x:1", "https://e.org/%20"]
)
def test_a_property_that_xml_cannot_name_is_told_of(world: Path, name: str) -> None:
    """RDF/XML Syntax, section 5.1: properties are element names."""
    (said,) = said_of(world, f"<{name}> 1, 2")
    assert f"RDF/XML cannot name the property <{name}>" in said


@pytest.mark.parametrize(
    "name",
    ["https://e.org/a", "https://e.org/#é", "https://e.org/1a", "urn:x:y", "https://e.org/_1"],
)
def test_a_property_that_ends_with_a_word_is_a_good_one(world: Path, name: str) -> None:
    """What the serialiser can split into a namespace and a name."""
    assert said_of(world, f"<{name}> 1") == []


def test_only_in_the_catalogue_it_stops_a_release(world: Path) -> None:
    """Portals fetch the catalogue as RDF/XML; a dataset has other files."""
    for name in ("data/lakes/lakes.ttl", "data/catalogue.ttl"):
        with (world / name).open("a", encoding="utf-8") as file:
            file.write('<https://data.example.org/x> <https://e.org/1> "\\u0001" .\n')
    found = list(check_characters(read_sources(world, BASE)))
    assert [(f.rule, f.severity.blocks) for f in found] == [
        ("catalogue-xml", True),
        ("catalogue-xml", True),
        ("characters", False),
        ("property-names", False),
    ]
