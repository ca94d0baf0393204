"""A name that repeats a value is reported when it no longer gives that value."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.load.sources import read_sources
from publisher.quality.approval import with_lines
from publisher.quality.repeated_values import check_repeated_values, numbers_in

BASE = "https://lakes.example.org/"
HEAD = f"""PREFIX l: <{BASE}def/l#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
LAKES = """
<id/a> a l:Gauge ; rdfs:label "Nivå 12,5 m (2019)"@sv ; l:level 12.5 ; l:read "2019"^^xsd:gYear .
<id/b> a l:Gauge ; rdfs:label "Nivå 1 105 m (2020)"@sv ; l:level 1105 ; l:read "2020"^^xsd:gYear .
<id/c> a l:Gauge ; rdfs:label "Nivå 7 m (2021)"@sv ; l:level 7 ; l:read "2021"^^xsd:gYear .
<id/d> a l:Gauge ; rdfs:label "Nivå 9 m (odaterad)"@sv ; l:level 9 .
<id/e> a l:Gauge ; rdfs:label "Nivå 6 m (2018)"@sv ; l:level 6 ; l:read "2018"^^xsd:gYear .
"""


def reported(folder: Path, turtle: str) -> list[tuple[str, int, str]]:
    """Return file, line and message of what is reported of some gauges."""
    for name, text in (("ontology/l.ttl", "l:Gauge a rdfs:Class ."), ("data/g/all.ttl", turtle)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"BASE <{BASE}>\n{HEAD}{text}", encoding="utf-8")
    (folder / "shapes").mkdir(parents=True)
    (folder / "shapes" / "none.ttl").write_text(
        f"{HEAD}<{BASE}shapes#x> a rdfs:Resource .", encoding="utf-8"
    )
    sources = read_sources(folder, BASE)
    found = with_lines(check_repeated_values(sources), sources)
    return [(f.file, f.line, f.message["sv"]) for f in found]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("1 105 medlemmar", ["1105"]),
        ("1,105 members", ["1105"]),
        ("3,5 %", ["3.5"]),
        ("2015–2016", ["2015", "2016"]),
        ("ingen", []),
    ],
)
def test_numbers_are_read_as_people_write_them(words: str, numbers: list[str]) -> None:
    assert numbers_in(words) == numbers


def test_names_that_give_their_values_are_right(tmp_path: Path) -> None:
    assert reported(tmp_path, LAKES) == []


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [("l:level 7 ", "l:level 8 ", "7", "8"), ('"2021"^^', '"2022"^^', "2021", "2022")],
)
def test_a_value_that_was_changed_alone_is_reported_with_its_line(
    tmp_path: Path, before: str, after: str, old: str, new: str
) -> None:
    """A number, or the year of a date."""
    (finding,) = reported(tmp_path, LAKES.replace(before, after))
    file, line, message = finding

    assert (file, line) == ("data/g/all.ttl", 8)
    assert f"säger {old}, men värdet är {new}" in message


def test_names_without_numbers_count_as_such(tmp_path: Path) -> None:
    """Three of nine are no habit, also where the six others have no digit in their names."""
    named = "".join(
        f'<id/x{n}> a l:Gauge ; rdfs:label "{"abcdef"[n]}-sjön"@sv ; l:level {n + 40} .\n'
        for n in range(6)
    )
    some = "".join(
        f'<id/{n}> a l:Gauge ; rdfs:label "Nivå {n} m"@sv ; l:level {n if n < 3 else 7} .\n'
        for n in range(4)
    )
    assert reported(tmp_path / "few", some + named) == []
    assert len(reported(tmp_path / "most", some)) == 1


def test_a_number_that_no_name_repeats_is_no_habit(tmp_path: Path) -> None:
    """A lake's number in a register has nothing to do with its name."""
    numbered = "".join(
        f'<id/{n}> a l:Gauge ; rdfs:label "Sjö {n}"@sv ; l:level {n + 40} .\n' for n in range(6)
    )
    assert reported(tmp_path, numbered) == []
