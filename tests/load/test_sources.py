from __future__ import annotations

from pathlib import Path

import pytest

from publisher.errors import SourceError, SourceErrors, SourceSyntax
from publisher.load.files import Role
from publisher.load.sources import Sources, read_sources

BASE = "https://data.example.org/"


def test_each_file_speaks_in_the_graph_of_its_dataset(sources: Sources) -> None:
    """The path gives the graph."""
    graphs = {str(quad.graph_name) for quad in sources.quads(Role.DATA, Role.CATALOGUE)}
    assert graphs == {
        "<https://data.example.org/catalog>",
        "<https://data.example.org/dataset/lakes>",
        "<https://data.example.org/dataset/rivers>",
    }


def test_the_publishers_own_prefix_comes_from_its_ontology(sources: Sources) -> None:
    """``vann:preferredNamespacePrefix`` is written once and used everywhere."""
    assert sources.prefixes["water"] == "https://data.example.org/def/water#"
    assert sources.prefixes["shape"] == "https://data.example.org/shapes#"
    assert sources.prefixes["skos"] == "http://www.w3.org/2004/02/skos/core#"


def test_an_ontology_cannot_rename_a_standard_vocabulary(world: Path) -> None:
    """The table of prefixes stands."""
    water = world / "ontology" / "water.ttl"
    text = water.read_text(encoding="utf-8").replace(
        'NamespacePrefix "water"', 'NamespacePrefix "skos"'
    )
    water.write_text(text, encoding="utf-8")
    assert read_sources(world, BASE).prefixes["skos"] == "http://www.w3.org/2004/02/skos/core#"


def test_without_a_context_the_table_of_prefixes_is_one(world: Path) -> None:
    """A small publisher need not write one."""
    (world / "ontology" / "context.jsonld").unlink()
    assert read_sources(world, BASE).context["skos"] == "http://www.w3.org/2004/02/skos/core#"


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ("{", "This is not a JSON-LD context"),
        ("[]", "This is not a JSON-LD context"),
        ("null", "This is not a JSON-LD context"),
        ("{}", "This is not a JSON-LD context: '@context'"),
        ('{"@context": "https://schema.org/"}', "must be one JSON object"),
        ('{"@context": {"": "https://e.org/"}}', "more of ''"),
        ('{"@context": [{}]}', "must be one JSON object"),
        ('{"@context": {"@import": "https://e.org/"}}', "more of '@import'"),
        ('{"@context": {"@vocab": "https://e.org/"}}', "more of '@vocab'"),
        ('{"@context": {"a": {"@id": "https://e.org/a", "@context": "x:"}}}', "more of 'a'"),
        ('{"@context": {"a": {"@id": 5}}}', "more of 'a'"),
        ('{"@context": {"a": null}}', "more of 'a'"),
        ('{"@context": {"a": 5}}', "more of 'a'"),
        ('{"@context": {"a": "b"}}', "more of 'a'"),
        ('{"@context": {"a": "b:x", "b": "a:y"}}', "more of"),
        ('{"@context": {"a": "a:x"}}', "more of"),
    ],
)
def test_a_context_that_cannot_be_used_is_named(world: Path, context: str, expected: str) -> None:
    """A context is local, written out, and the same for every reader."""
    (world / "ontology" / "context.jsonld").write_text(context, encoding="utf-8")
    with pytest.raises(SourceSyntax) as error:
        read_sources(world, BASE)
    said = error.value.in_language("en")
    assert said.startswith("ontology/context.jsonld: ")
    assert expected in said


@pytest.mark.parametrize("name", ["ontology/context.jsonld", "shapes/hygiene/new.rq"])
def test_every_file_is_read_as_utf_8(world: Path, name: str) -> None:
    """Rules and the context are sources too."""
    (world / name).write_bytes("# sjö".encode("latin-1"))
    with pytest.raises(SourceSyntax, match=f"{name}: The file is not UTF-8"):
        read_sources(world, BASE)


@pytest.mark.parametrize("name", ["ontology/context.jsonld", "shapes/hygiene/new.rq"])
def test_a_link_that_leads_nowhere_is_named(world: Path, name: str) -> None:
    """What is there and cannot be read must not count as absent."""
    (world / name).unlink(missing_ok=True)
    (world / name).symlink_to("gone")
    with pytest.raises(SourceError, match=f"{name}: The file cannot be read"):
        read_sources(world, BASE)


def test_one_broken_file_is_an_error_of_its_own_kind(world: Path) -> None:
    """A program can tell what is wrong."""
    (world / "data" / "lakes" / "lakes.ttl").write_text("lake", encoding="utf-8")
    with pytest.raises(SourceSyntax) as error:
        read_sources(world, BASE)
    assert error.value.each() == (error.value,)


def test_several_broken_files_are_told_of_in_one_go(world: Path) -> None:
    """An editor mends them all before trying again."""
    (world / "data" / "lakes" / "lakes.ttl").write_text("lake", encoding="utf-8")
    (world / "data" / "rivers" / "rivers.ttl").write_bytes(b"\xff")
    (world / "shapes" / "Lake.ttl").write_text("lake", encoding="utf-8")
    (world / "ontology" / "context.jsonld").write_text("{", encoding="utf-8")
    (world / "shapes" / "hygiene" / "a.rq").write_bytes(b"\xff")
    with pytest.raises(SourceErrors) as broken:
        read_sources(world, BASE)
    assert sorted(error.where for error in broken.value.each()) == [
        "data/lakes/lakes.ttl",
        "data/rivers/rivers.ttl",
        "ontology/context.jsonld",
        "shapes/Lake.ttl",
        "shapes/hygiene/a.rq",
    ]
    said = broken.value.in_language("en")
    assert "data/rivers/rivers.ttl: The file is not UTF-8" in said
    assert said.endswith("5 sources cannot be read.")
