"""What region staff do: correct a count, retire an initiative, add a fifteenth, add a claim."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.load.sources import read_sources
from publisher.quality.approval import check
from tests.edit.editor.conftest import CLUSTERS, REPOSITORY
from tests.edit.editor.forms import Page, saved

pytestmark = pytest.mark.slow

COMPARE = f"{CLUSTERS}id/cluster/compare"
COUNT = f"{CLUSTERS}id/count/compare-2015"
CONCEPT = f"{CLUSTERS}id/concept/"


def difference(folder: Path) -> list[str]:
    """Return the lines that differ from the repository's data, without their context."""
    command = ["diff", "-r", "-U0", str(REPOSITORY / "data"), str(folder / "data")]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return [
        line for line in lines.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]


def violations(folder: Path) -> list[str]:
    return [f.message["en"] for f in check(read_sources(folder, CLUSTERS)) if f.severity.blocks]


def test_a_member_count_is_corrected_and_nothing_else(staff: FlaskClient, clusters: Path) -> None:
    """From the list: Compare, the count, its number, review, save; six presses."""
    compare = Page(staff, COMPARE)
    count = compare.go(f"edit:{COUNT}")
    count.fill(Antal="110")
    assert count.press("review").headers["Location"] == "/sv/review"
    assert saved(staff).status_code == 200

    assert difference(clusters) == ["-    schema:value 105 ;", "+    schema:value 110 ;"]


def test_a_value_and_its_source_change_together(staff: FlaskClient, clusters: Path) -> None:
    """Nobody has to know that the source stands in a statement of its own."""
    compare = Page(staff, COMPARE)
    compare.type("Grundat", "2002")
    compare.type("Grundat: Källa", "DigitalWell: Värmlands styrkor")
    compare.press("review")
    assert saved(staff).status_code == 200

    source = "<https://w3id.org/nms-kluster/id/source/"
    assert difference(clusters) == [
        '-    schema:foundingDate "2000-01"^^xsd:gYearMonth ;',
        '+    schema:foundingDate "2002"^^xsd:gYear ;',
        f"-    dcterms:source {source}compare-15-ar> ;",
        '-    rdf:object "2000-01"^^xsd:gYearMonth ;',
        f"+    dcterms:source {source}digitalwell-regional-strengths> ;",
        '+    rdf:object "2002"^^xsd:gYear ;',
    ]


def test_retiring_an_initiative_asks_for_the_event_and_takes_it(
    staff: FlaskClient, clusters: Path
) -> None:
    """The shape says what is missing, and the form has the button beside it."""
    compare = Page(staff, COMPARE)
    compare.type("Status", f"{CONCEPT}status/wound-up")
    compare.go("review")
    assert "Lägg till händelsen som ledde till denna status" in compare.text

    part = next(
        line
        for line in compare.text.split('"')
        if line.startswith("part:") and "ChangeEvent" in line
    )
    event = compare.go(part)
    assert event.value("Före") == "Compare"
    event.type("Benämning – Svenska", "Compare avvecklas")
    event.type("Benämning – Engelska", "Compare is wound up")
    event.type("Beskrivning – Svenska", "Stiftelsen avvecklas, enligt källan.")
    event.type("Beskrivning – Engelska", "The foundation is wound up, according to the source.")
    event.type("Typ", f"{CONCEPT}event-kind/wound-up")
    event.type("Tid", "2026-03")
    event.type("Källa", "NWT: Compare efter krisen")
    assert event.press("review").headers["Location"] == "/sv/review"
    answer = saved(staff)

    assert answer.status_code == 200, answer.text
    assert violations(clusters) == []
    written = (clusters / "data/clusters/compare.ttl").read_text(encoding="utf-8")
    assert f"    org:changedBy <{CLUSTERS}id/event/compare-avvecklas> ;" in written
    assert f"    org:originalOrganization <{COMPARE}> ;" in written
    assert '    dcterms:date "2026-03"^^xsd:gYearMonth ;' in written


def test_a_fifteenth_initiative_comes_with_a_source_of_its_own(
    staff: FlaskClient, clusters: Path
) -> None:
    """New things that refer to each other are saved together, so that no check stands between."""
    start = staff.post("/sv/new", data={"class": f"{CLUSTERS}def/cluster#ClusterInitiative"})
    new = Page(staff, "new-1")
    assert start.headers["Location"] == "/sv/thing?key=new-1"
    new.type("Namn – Svenska", "Provinitiativet")
    new.type("Namn – Engelska", "Provinitiativet")
    new.type("Namn – Svenska: Källa", "En sida som inte finns i listan")
    new.go("check")
    assert "”En sida som inte finns i listan” finns inte i listan" in new.text.replace("'", "”")
    button = next(
        line for line in new.text.split('"') if line.startswith("new:") and ".s0." in line
    )
    source = new.go(button)
    assert source.value("Benämning – Svenska") == "En sida som inte finns i listan"
    source.type("Benämning – Svenska", "Provet: om oss")
    source.type("Benämning – Engelska", "The test: about us")
    source.type("Adress", "https://www.example.org/om-oss")
    again = source.go("done")
    assert again.value("Namn – Svenska: Källa") == "Provet: om oss"
    again.type(
        "Beskrivning – Svenska", "Ett initiativ som finns i detta prov och ingen annanstans."
    )
    again.type("Beskrivning – Engelska", "An initiative that exists in this test and nowhere else.")
    for label, concept in (
        ("Kompetensområde", "competence-area/digital-services"),
        ("Status", "status/seen-active"),
    ):
        again.type(label, CONCEPT + concept)
        again.type(f"{label}: Källa", "Provet: om oss")
    answer = again.press("review")
    assert answer.headers["Location"] == "/sv/review"
    answer = saved(staff)

    assert answer.status_code == 200, answer.text
    assert violations(clusters) == []
    assert (clusters / "data/clusters/provinitiativet.ttl").is_file()
    sources = (clusters / "data/clusters/sources.ttl").read_text(encoding="utf-8")
    assert f"<{CLUSTERS}id/source/provet-om-oss>\n    a foaf:Document ;" in sources


def test_a_claim_about_an_initiative_goes_into_its_file(staff: FlaskClient, clusters: Path) -> None:
    """What somebody says of a thing is kept beside the thing."""
    compare = Page(staff, COMPARE)
    claim = compare.go(compare.button("about:"))
    assert claim.value("Handlar om") == "Compare"
    claim.type("Benämning – Svenska", "Ett påstående i ett prov (Compare)")
    claim.type("Benämning – Engelska", "A claim in a test (Compare)")
    claim.type("Beskrivning – Svenska", "Text som bara finns i detta prov.")
    claim.type("Beskrivning – Engelska", "Text that exists in this test alone.")
    claim.type("Källa", "NWT: Compare efter krisen")
    claim.go("review")
    claim.type("Vem som säger det", "Region Dalarna")
    assert claim.press("review").headers["Location"] == "/sv/review"
    answer = saved(staff)

    assert answer.status_code == 200, answer.text
    written = (clusters / "data/clusters/compare.ttl").read_text(encoding="utf-8")
    assert f"<{CLUSTERS}id/claim/compare-ett-pastaende-i-ett-prov-compare>" in written


@pytest.mark.exhaustive
def test_a_part_that_is_taken_away_leaves_no_link_behind(
    staff: FlaskClient, clusters: Path
) -> None:
    """The link from the initiative goes with it."""
    Page(staff, COUNT).press("remove")
    answer = saved(staff)

    assert answer.status_code == 200, answer.text
    assert violations(clusters) == []
    assert "compare-2015" not in (clusters / "data/clusters/compare.ttl").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_thing_of_the_fourteen_has_a_form_that_changes_nothing(
    staff: FlaskClient, language: str
) -> None:
    """Opening a form and sending it back as it is must not be a change."""
    for name in (
        "cluster/compare",
        "organisation/region-dalarna",
        "county/17",
        "source/compare-15-ar",
    ):
        page = Page(staff, f"{CLUSTERS}id/{name}", language)
        assert page.press("review").headers["Location"] == f"/{language}/review"
    review = staff.get("/en/review").text
    assert "There is nothing to save: nothing has been changed." in review
