"""What people reported of their own folders, each with the right value; and cases unlike them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from publisher.edit.init import StartOptions, start_folder
from publisher.findings import Finding
from publisher.load.sources import read_sources
from publisher.load.stored_files import store_files
from publisher.quality.approval import check
from publisher.release.preview import build_preview

pytestmark = pytest.mark.slow

REPORTS = Path(__file__).parents[2].parent / "shared" / "field" / "data"
BASE = "https://daten.example.org/"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of another publisher."""
    folder = tmp_path_factory.mktemp("field") / "folder"
    start = StartOptions(
        names={"en": "Bathing places"},
        things={"en": "Bathing place"},
        publisher="Wasser",
        kind_of_publisher="local",
        contact="wasser@daten.example.org",
        base_iri=BASE,
        theme="environment",
        day=date(2026, 1, 1),
    )
    start_folder(start, folder)
    return folder


@pytest.fixture
def found_in(started: Path, tmp_path: Path) -> Callable[[dict[str, str]], list[Finding]]:
    """Return a function that checks the folder with more files.

    That the example is still there is no finding about them.
    """

    def found(files: dict[str, str]) -> list[Finding]:
        folder = Path(shutil.copytree(started, tmp_path / "folder"))
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        findings = check(read_sources(folder, BASE))
        return [finding for finding in findings if finding.rule != "placeholders"]

    return found


def report(name: str, **places: str) -> dict[str, str]:
    """Return the files of a report, where they belong in a folder."""
    if not (REPORTS / name).is_dir():
        pytest.skip("the reports are not in this workplace")
    return {
        place: (REPORTS / name / f"{file}.ttl").read_text("utf-8") for file, place in places.items()
    }


Check = Callable[[dict[str, str]], list[Finding]]


@pytest.mark.parametrize("name", ["closed-vocabularies", "prefix-names"])
def test_terms_and_prefixes_that_are_right_are_no_findings(found_in: Check, name: str) -> None:
    """Ten terms of six vocabularies; a prefix that the W3C and schema.org write themselves."""
    assert found_in(report(name, data="data/more/data.ttl")) == []


def test_modules_of_an_ontology_may_overlap(found_in: Check) -> None:
    """As W3C's SOSA and SSN do."""
    assert found_in(report("modules", a="ontology/a.ttl", b="ontology/b.ttl")) == []


def test_a_mapping_set_is_a_dataset(found_in: Check) -> None:
    """At most a warning."""
    (found,) = found_in(report("mapping-dataset", data="data/mappings/data.ttl"))
    assert (found.rule, found.severity.value) == ("dataset-base", "warning")


def test_patterns_of_xpath_and_own_severities_are_allowed(found_in: Check) -> None:
    """SHACL, sections 2.1.4 and 4.4.3."""
    assert found_in(report("shacl-pattern", data="data/c/data.ttl", shapes="shapes/c.ttl")) == []


def test_messages_are_filled_in(found_in: Check) -> None:
    """SHACL, section 5.3.2."""
    (found,) = found_in(report("shacl-messages", data="data/c/data.ttl", shapes="shapes/c.ttl"))
    assert found.message["en"] == "https://daten.example.org/id/c/1 has two names in en: lake"


def test_a_prefix_may_be_called_as_the_scheme_of_its_namespace(tmp_path: Path) -> None:
    """In JSON-LD it would stand for itself; IRIs of the scheme are written as they are."""
    text = """
PREFIX tag: <tag:>
PREFIX a: <b:>
PREFIX b: <a:>
PREFIX lake: <https://daten.example.org/def/lake#>
<https://daten.example.org/id/lake/1> lake:seeAlso tag:example.org , a:c .
"""
    (tmp_path / "data.ttl").write_text(text, encoding="utf-8")
    release = build_preview(store_files([tmp_path / "data.ttl"]), tmp_path / "r", union=True)
    assert "tag" not in release.context
    assert release.context["lake"] == "https://daten.example.org/def/lake#"


def test_the_report_of_such_a_prefix_is_served(tmp_path: Path) -> None:
    """``publisher preview data.ttl``."""
    (name,) = report("prefix-is-scheme", data=str(tmp_path / "data.ttl")).items()
    Path(name[0]).write_text(name[1], encoding="utf-8")
    release = build_preview(store_files([Path(name[0])]), tmp_path / "r", union=True)
    assert not {"urn", "mailto"} & set(release.context)


def test_official_profiles_can_be_used(found_in: Check) -> None:
    """As they are published: one is ill-formed in two places, one misspells a term."""
    profiles = REPORTS.parents[1] / "portals" / "profiles" / "dcat-ap-3.0.1"
    if not profiles.is_dir():
        pytest.skip("the profiles are not in this workplace")
    found = found_in({"shapes/ap.ttl": (profiles / "dcat-ap-SHACL.ttl").read_text("utf-8")})
    of_the_profile = [f for f in found if f.file == "shapes/ap.ttl"]
    assert {f.rule for f in of_the_profile} == {"shape-references"}
    assert not any(f.severity.blocks for f in of_the_profile)


def test_only_ill_typed_literals_are_warnings(
    found_in: Check, capfd: pytest.CaptureFixture[str]
) -> None:
    """And no library has anything to say on the terminal."""
    found = found_in(report("literals", data="data/lit/data.ttl"))
    assert [(f.rule, f.severity.value, f.line) for f in found] == [
        ("literals", "warning", 27),
        ("literals", "warning", 28),
    ]
    assert capfd.readouterr() == ("", "")


def test_a_geometry_that_is_on_no_map_is_a_note_with_its_line(found_in: Check) -> None:
    """Nothing is left out of a map in silence; an empty geometry is no fault."""
    text = (
        "PREFIX geo: <http://www.opengis.net/ont/geosparql#>\n"
        "PREFIX schema: <https://schema.org/>\n"
        f'<{BASE}id/well/a> geo:asWKT "CIRCULARSTRING(0 0, 1 1, 2 0)"^^geo:wktLiteral .\n'
        f'<{BASE}id/well/b> geo:asWKT "POINT EMPTY"^^geo:wktLiteral .\n'
        f'<{BASE}id/well/c> schema:latitude "north" ; schema:longitude 6.1 .\n'
        f'<{BASE}id/well/d> geo:asGML "<gml:Point><gml:pos>6 46</gml:pos></gml:Point>" .\n'
    )
    found = found_in({"data/wells/more.ttl": text})
    assert [(f.line, f.rule, f.severity.value) for f in found if f.rule == "geometries"] == [
        (3, "geometries", "info"),
        (5, "geometries", "info"),
    ]
