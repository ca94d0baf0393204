from __future__ import annotations

from pathlib import Path

from publisher.load.sources import read_sources
from publisher.quality.file_rules import check_base, check_definitions

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
    assert all(f.severity.blocks for f in found)


def test_the_same_definition_twice_contradicts_nothing(world: Path) -> None:
    """A file copied into a second dataset says the same."""
    text = (world / "data" / "lakes" / "lakes.ttl").read_text(encoding="utf-8")
    (world / "data" / "rivers" / "lakes.ttl").write_text(text, encoding="utf-8")
    assert list(check_definitions(read_sources(world, BASE))) == []


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


def test_http_instead_of_https_is_another_base(world: Path) -> None:
    """One letter, and the site answers for nothing."""
    assert len(list(check_base(read_sources(world, "http://data.example.org/")))) == 2
