from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import pytest

from publisher.errors import NotApproved, SourceErrors, SourceSyntax
from publisher.load.sources import Sources, read_sources
from publisher.quality.approval import CHECKS, ApprovedSources, approve, check, finding_of

BASE = "https://data.example.org/"


def break_river(world: Path) -> None:
    """Take the mouth of the river away, which a rule forbids."""
    path = world / "data" / "rivers" / "rivers.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("    water:flowsInto")] + ".\n", encoding="utf-8")


@pytest.mark.slow
def test_the_tiny_world_is_approved_without_a_finding(sources: Sources) -> None:
    """Everything below stands on it."""
    assert check(sources) == []
    assert approve(sources).findings == ()


@pytest.mark.slow
def test_a_violation_stops_approval_and_carries_every_finding(world: Path) -> None:
    """Warnings are shown with it: an editor mends them in one go."""
    break_river(world)
    path = world / "data" / "lakes" / "lakes.ttl"
    path.write_text(path.read_text(encoding="utf-8") + "\n\n", encoding="utf-8")
    with pytest.raises(NotApproved) as refused:
        approve(read_sources(world, BASE))
    assert [(f.rule, f.file) for f in refused.value.findings] == [
        ("river-without-mouth", "data/rivers/rivers.ttl"),
        ("layout", "data/lakes/lakes.ttl"),
    ]
    assert "nothing was published" in refused.value.in_language("en")


@pytest.mark.slow
def test_a_finding_is_located_where_its_thing_is_defined(world: Path) -> None:
    """A second file may mention it; the first is where it is mended."""
    break_river(world)
    (world / "data" / "lakes" / "a.ttl").write_text(
        f'<{BASE}id/river/klaralven>\n    <http://purl.org/dc/terms/identifier> "1" ;\n.\n',
        encoding="utf-8",
    )
    (found,) = (f for f in check(read_sources(world, BASE)) if f.severity.blocks)
    assert (found.file, found.line) == ("data/rivers/rivers.ttl", 5)


@pytest.mark.slow
def test_a_warning_does_not_stop_approval(world: Path) -> None:
    """It is published, and stands in the report."""
    path = world / "data" / "lakes" / "lakes.ttl"
    path.write_text(path.read_text(encoding="utf-8") + "\n\n", encoding="utf-8")
    approved = approve(read_sources(world, BASE))
    assert [found.rule for found in approved.findings] == ["layout"]


def test_approved_sources_cannot_be_made_by_hand(sources: Sources) -> None:
    """What was not checked cannot be published by mistake."""
    with pytest.raises(TypeError):
        ApprovedSources(sources, ())  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="approve"):
        ApprovedSources(sources, (), object())


def test_approval_cannot_be_lent_to_other_sources(approved: ApprovedSources, world: Path) -> None:
    """Neither by a copy with another value, nor by changing it in place."""
    others = read_sources(world, BASE)
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(approved, sources=others)  # type: ignore[call-arg]
    with pytest.raises(dataclasses.FrozenInstanceError):
        approved.sources = others  # type: ignore[misc]
    assert copy.copy(approved).sources is approved.sources


BY_PROCESSES = [["hygiene", "queries"], ["shapes"]]


@pytest.mark.slow
def test_each_step_is_announced(sources: Sources) -> None:
    """Whoever waits sees what is at work."""
    steps: list[str] = []
    check(sources, steps.append)
    # Three at a time: what is seen in files, and what two other processes find.
    for together in (*BY_PROCESSES, [name for name, _ in CHECKS]):
        assert [step for step in steps if step in together] == together


def test_a_source_that_cannot_be_read_becomes_a_finding(world: Path) -> None:
    """So that every form of the report can show it."""
    (world / "data" / "lakes" / "lakes.ttl").write_text("a b", encoding="utf-8")
    with pytest.raises(SourceSyntax) as error:
        read_sources(world, BASE)
    found = finding_of(error.value)
    assert (found.file, found.line, found.rule) == ("data/lakes/lakes.ttl", 1, "sources")
    assert found.message["en"].startswith("Line 1, column 1: ")
    assert found.message["sv"].startswith("Rad 1, kolumn 1: ")
    assert found.severity.blocks


def test_each_of_several_broken_sources_becomes_a_finding(world: Path) -> None:
    """A report with a line for each."""
    for name in ("lakes/lakes", "rivers/rivers"):
        (world / "data" / f"{name}.ttl").write_text("a b", encoding="utf-8")
    with pytest.raises(SourceErrors) as errors:
        read_sources(world, BASE)
    files = [finding_of(error).file for error in errors.value.each()]
    assert files == ["data/lakes/lakes.ttl", "data/rivers/rivers.ttl"]
