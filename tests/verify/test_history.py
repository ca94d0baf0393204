"""What a portal would add, renew and delete since the last harvest."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.errors import SourceSyntax
from publisher.findings import Severity
from publisher.messages import in_language
from publisher.verify.history import read_digests, write_digests
from publisher.verify.options import VerifyOptions
from publisher.verify.report import ReportCell, VerificationReport
from publisher.verify.verification import verify
from tests.verify import faults
from tests.verify.faults import Fault
from tests.verify.site import Site

pytestmark = pytest.mark.slow

BRIDGES = "https://w3id.org/tiny/dataset/bridges"
TERMS = "https://w3id.org/tiny/dataset/terms"


def english(cell: ReportCell) -> str:
    """Return a cell in English."""
    return cell if isinstance(cell, str) else in_language(cell, "en")


def states(report: VerificationReport) -> dict[str, str]:
    """Return dataset → what a portal would do."""
    (table,) = [t for t in report.tables if t.title["en"] == "What a portal would do"]
    return {english(row[0]): english(row[1]) for row in table.rows}


@pytest.fixture
def remembering(options: VerifyOptions, tmp_path: Path) -> VerifyOptions:
    """Return options with a state file that is not there yet."""
    return replace(options, state=tmp_path / "state.json", parts=frozenset({"harvest"}))


def test_the_first_harvest_is_remembered_and_compared_with_nothing(
    site: Site, remembering: VerifyOptions
) -> None:
    """There is nothing to delete yet."""
    report = verify(site.url, remembering)

    assert "What a portal would do" not in [table.title["en"] for table in report.tables]
    assert remembering.state is not None
    assert set(json.loads(remembering.state.read_text())[f"{site.address}/catalog"]) == {
        BRIDGES,
        TERMS,
    }


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (lambda site: None, {BRIDGES: "unchanged", TERMS: "unchanged"}),
        (
            faults.described('"All the bridges of', '"Some bridges of'),
            {BRIDGES: "changed", TERMS: "unchanged"},
        ),
        (
            faults.described('"Everything as csv."', '"All as csv."'),
            {BRIDGES: "changed", TERMS: "unchanged"},
        ),
        (
            faults.described("dataset/terms> a dcat:Dataset", "dataset/terms> a <urn:x>"),
            {BRIDGES: "unchanged", TERMS: "removed: the portal deletes it"},
        ),
        (
            faults.described("tiny/dataset/terms>", "tiny/dataset/words>"),
            {
                BRIDGES: "unchanged",
                TERMS: "removed: the portal deletes it",
                "https://w3id.org/tiny/dataset/words": "added",
            },
        ),
    ],
)
def test_the_next_harvest_tells_what_a_portal_would_do(
    fault: Fault, expected: dict[str, str], site: Site, remembering: VerifyOptions
) -> None:
    """Portals compare a digest of each dataset, and delete what is not there."""
    verify(site.url, remembering)
    fault(site)

    assert states(verify(site.url, remembering)) == expected


def test_a_dataset_that_vanished_is_a_warning_that_names_it(
    site: Site, remembering: VerifyOptions
) -> None:
    """It may be meant; nobody else can tell."""
    verify(site.url, remembering)
    faults.described("dataset/terms> a dcat:Dataset", "dataset/terms> a <urn:x>")(site)

    findings = verify(site.url, remembering).findings

    (vanished,) = [f for f in findings if f.rule == "history:removed"]
    assert vanished.focus_node == TERMS
    assert vanished.severity is Severity.WARNING


def test_a_catalogue_that_cannot_be_read_is_not_taken_for_an_empty_one(
    site: Site, remembering: VerifyOptions
) -> None:
    """The next good harvest must be compared with the last good one."""
    verify(site.url, remembering)
    good = site.routes["/catalog"]
    faults.status("/catalog", 500)(site)
    verify(site.url, remembering)
    site.routes["/catalog"] = good

    assert states(verify(site.url, remembering)) == {BRIDGES: "unchanged", TERMS: "unchanged"}


def test_a_state_file_of_another_program_is_refused(site: Site, remembering: VerifyOptions) -> None:
    """A misspelt path must not overwrite something else."""
    assert remembering.state is not None
    remembering.state.write_text("[]")

    with pytest.raises(SourceSyntax, match=r"state\.json"):
        verify(site.url, remembering)
    assert remembering.state.read_text() == "[]"


def test_one_file_remembers_several_catalogues(tmp_path: Path) -> None:
    """What is noted of one leaves what is known of another as it is."""
    path = tmp_path / "state.json"
    write_digests(path, "https://a.example/catalog", {BRIDGES: "1"})
    write_digests(path, "https://b.example/catalog", {TERMS: "2"})

    assert read_digests(path, "https://a.example/catalog") == {BRIDGES: "1"}
    assert read_digests(path, "https://b.example/catalog") == {TERMS: "2"}
