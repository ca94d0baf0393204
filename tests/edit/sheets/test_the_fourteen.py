"""What region staff do with the real content, in a workbook: correct, retire, add a fifteenth."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.edit.filled import Filled, call, export

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
INITIATIVES, COUNTS, EVENTS, SOURCES = "Klusterinitiativ", "Medlemsantal", "Ändring", "Källa"
COMPARE = "id/cluster/compare"


@pytest.fixture
def fourteen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Filled:
    """Return a workbook of the fourteen, in a copy of their folder."""
    for name in ("ontology", "data", "shapes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tests.edit.filled.FILE", "fourteen.xlsx")
    return export(tmp_path)


def test_the_fourteen_come_back_without_a_change(fourteen: Filled) -> None:
    """268 statements, 84 sources, 23 claims: every byte stays."""
    result = fourteen.imported()
    assert result.exit_code == 0, result.output
    assert "inget skiljer sig från källorna" in result.stderr
    assert fourteen.changed() == {}


def test_a_member_count_is_corrected(fourteen: Filled) -> None:
    """The first correction in ten minutes: its label is made of it, and stands in no cell."""
    fourteen.write(COUNTS, "id/count/compare-2015", Antal=110)
    assert fourteen.imported().exit_code == 0
    assert fourteen.changed() == {
        "data/clusters/compare.ttl": (
            {"    schema:value 105 ;"},
            {"    schema:value 110 ;"},
        )
    }


def test_an_initiative_is_retired_with_its_event_and_its_source(fourteen: Filled) -> None:
    """A status alone is not enough: the check asks for the event, and for who says so."""
    fourteen.write(INITIATIVES, COMPARE, Status="avvecklat")
    refused = fourteen.imported()
    assert refused.exit_code == 1
    assert "Lägg till händelsen som ledde till denna status" in refused.stderr
    assert "Välj källan till det som är nytt här: Status." in refused.stderr
    assert fourteen.changed() == {}

    fourteen.write(INITIATIVES, COMPARE, Källa__till__det__nya="Exempel: avvecklingen")
    fourteen.add(
        SOURCES,
        Benämning_sv="Exempel: avvecklingen",
        Benämning_en="Example: the winding-up",
        Adress="https://www.example.org/avveckling",
    )
    fourteen.add(
        EVENTS,
        Benämning_sv="Verksamheten avvecklas",
        Benämning_en="The activities are wound up",
        Beskrivning_sv="Stiftelsen avvecklade verksamheten.",
        Beskrivning_en="The foundation wound up the activities.",
        Typ="avveckling",
        Före="Compare",
        Ändrade="Compare",
        Tid="2026-10",
        Källa="Exempel: avvecklingen",
    )
    result = fourteen.imported()
    assert result.exit_code == 0, result.output
    changed = fourteen.changed()
    assert changed.keys() == {"data/clusters/compare.ttl", "data/clusters/sources.ttl"}
    gone, come = changed["data/clusters/compare.ttl"]
    base = "<https://w3id.org/nms-kluster/id"
    assert f"    cluster:status {base}/concept/status/seen-active> ;" in gone
    assert f"    cluster:status {base}/concept/status/wound-up> ;" in come
    assert f"    org:changedBy {base}/event/compare-verksamheten-avvecklas> ;" in come
    assert f"    dcterms:source {base}/source/exempel-avvecklingen> ;" in come


@pytest.mark.exhaustive
def test_a_fifteenth_is_added_in_a_file_of_its_own(fourteen: Filled) -> None:
    """With its count, its source, and a statement for every fact."""
    source = "Exempel: ett femtonde initiativ"
    fourteen.add(
        SOURCES,
        Benämning_sv=source,
        Benämning_en="Example: a fifteenth initiative",
        Adress="https://www.example.org/femtonde",
    )
    fourteen.add(
        INITIATIVES,
        Namn_sv="Skog & Fiber Gävleborg",
        Namn_en="Skog & Fiber Gävleborg",
        Beskrivning_sv="Ett påhittat initiativ för skogsnäringen, bara för provet.",
        Beskrivning_en="An invented initiative for the forest industry, for the test alone.",
        Kompetensområde="industriell it",
        Verksamhetsområde="Gävleborgs län",
        Typ="klusterinitiativ",
        Status="belagt verksamt",
        Grundat=2019,
        Källa__till__det__nya=source,
    )
    fourteen.add(
        COUNTS,
        Gäller="Skog & Fiber Gävleborg",
        Antal=40,
        Noggrannhet="exakt",
        Enhet_sv="medlemmar",
        Enhet_en="members",
        Tid="2024",
        Källa=source,
    )
    result = fourteen.imported()
    assert result.exit_code == 0, result.output
    changed = fourteen.changed()
    own = "data/clusters/skog-fiber-gavleborg.ttl"
    assert changed.keys() == {own, "data/clusters/sources.ttl"}
    _gone, come = changed[own]
    statements = [line for line in come if line.startswith("<https") and "/id/statement/" in line]
    assert len(statements) == 6
    assert '    schema:foundingDate "2019"^^xsd:gYear ;' in come
    assert "    schema:value 40 ;" in come
    again = call("import", "fourteen.xlsx")  # the count has no name in its row
    assert "inget skiljer sig från källorna" in again.stderr
