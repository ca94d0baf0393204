from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from publisher.errors import SourceSyntax
from publisher.load.sources import read_sources
from publisher.quality.hygiene import check_freshness, latest_day

pytestmark = pytest.mark.slow

BASE = "https://data.example.org/"
TODAY = date(2026, 11, 23)
RULE = """
SELECT ?focusNode ?path ?dated ?message_sv ?message_en WHERE {
    VALUES (?focusNode ?dated) { %s }
    BIND (<https://schema.org/dateModified> AS ?path)
    BIND ("Se efter: {dated}." AS ?message_sv)
    BIND ("Look again: {dated}." AS ?message_en)
}
"""
SILJAN, DELLEN = "<https://data.example.org/id/lake/siljan>", "<https://data.example.org/x>"


def said(world: Path, rows: str, years: int = 3) -> list[tuple[str, str, str]]:
    """Return thing, rule and message of each finding that a rule with these rows gives."""
    folder = world / "shapes" / "freshness"
    folder.mkdir(exist_ok=True)
    (folder / "old.rq").write_text(RULE % rows, encoding="utf-8")
    findings = check_freshness(read_sources(world, BASE), years, TODAY)
    return [(f.focus_node, f.rule, f.message["en"]) for f in findings]


@pytest.mark.parametrize(
    ("dated", "is_old"),
    [
        ('"2023-11-22"', True),
        ('"2023-11-23"', False),
        ('"2023-10"', True),
        ('"2023-11"', False),
        ('"2022"', True),
        ('"2023"', False),
        ('"2023-11-22T10:00:00Z"', True),
    ],
)
def test_a_value_is_old_when_the_last_day_it_can_mean_is(
    world: Path, dated: str, is_old: bool
) -> None:
    """A year alone is not old before its last day is."""
    found = said(world, f"({SILJAN} {dated})")

    assert bool(found) is is_old


def test_the_newest_value_of_a_thing_counts(world: Path) -> None:
    """An old figure beside a new one is history, not neglect."""
    assert said(world, f'({SILJAN} "2009") ({SILJAN} "2025")') == []
    assert said(world, f'({SILJAN} "2009") ({SILJAN} "2015") ({DELLEN} "2026")') == [
        ("https://data.example.org/id/lake/siljan", "old", "Look again: 2015.")
    ]


def test_what_is_no_date_is_not_told_of(world: Path) -> None:
    """The shapes tell of it."""
    assert said(world, f'({SILJAN} "long ago") ({SILJAN} "2015-99")') == []


def test_the_years_are_a_setting(world: Path) -> None:
    """Each publisher knows how fast its facts age."""
    assert said(world, f'({SILJAN} "2020")', years=5) != []
    assert said(world, f'({SILJAN} "2020")', years=6) == []


@pytest.mark.parametrize(
    "rule", ["SELECT ?focusNode WHERE { ?focusNode ?p ?o }", "ASK {}", "nonsense"]
)
def test_a_rule_that_cannot_be_used_is_named(world: Path, rule: str) -> None:
    """Its author reads what is missing."""
    folder = world / "shapes" / "freshness"
    folder.mkdir()
    (folder / "bad.rq").write_text(rule, encoding="utf-8")

    with pytest.raises(SourceSyntax, match=r"shapes/freshness/bad\.rq"):
        list(check_freshness(read_sources(world, BASE), 3, TODAY))


def test_a_month_ends_with_its_last_day() -> None:
    """February too, in a leap year."""
    assert latest_day("2024-02") == date(2024, 2, 29)
    assert latest_day("") is None
