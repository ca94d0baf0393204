"""Lists that are chosen from grow: by command, in the form, and on a sheet of the workbook."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from publisher.cli import main
from publisher.edit.editor.app import create_flask
from publisher.edit.editor.pages import EditorFrame, EditorPages
from publisher.edit.editor.session import EditSession
from publisher.edit.forms import CONCEPT, read_forms
from publisher.edit.inventory import Inventory
from publisher.load.sources import PUBLISHED, read_sources
from publisher.quality.approval import check
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Subjects
from tests.edit.editor.forms import Page, saved

BASE = "https://loans.example.org/"
TOOLS = """No,Tool,Condition,Shelf
T-1,Drill,good,north
T-2,Saw,worn,north
T-3,Ladder,good,south
T-4,Plane,good,south
T-5,Spade,worn,north
T-6,Rake,good,south
"""
SAID = (
    *("--yes", "--publisher", "Library of things", "--contact", "ask@loans.example.org"),
    *("--base-iri", BASE, "--name", "en=Tools", "--thing", "en=Tool"),
)


def called(*arguments: str) -> Result:
    """Return what a command said, in English."""
    result = CliRunner().invoke(main, [*arguments, "--lang", "en"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two lists."""
    place = tmp_path_factory.mktemp("loans")
    (place / "tools.csv").write_text(TOOLS, "utf-8")
    result = called("start", str(place / "tools.csv"), "--into", str(place / "site"), *SAID)
    assert result.exit_code == 0, result.output
    return place / "site"


@pytest.fixture
def loans(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of it, and stand in it."""
    copy = Path(shutil.copytree(made, tmp_path / "site"))
    monkeypatch.chdir(copy)
    return copy


def said(folder: Path) -> Subjects:
    """Return what the folder says, which passes the check."""
    sources = read_sources(folder, BASE)
    assert check(sources) == []
    return Subjects(sources.quads(*PUBLISHED))


def assert_is_listed(folder: Path, concept: str, name: str, scheme: str = "condition") -> None:
    """Assert that a concept is in its list, from either end."""
    known, listed = said(folder), f"{BASE}id/concept/{scheme}"
    assert known.nodes(concept, iri("rdf:type")) == (CONCEPT,)
    assert [v.value for v in known.values(concept, iri("skos:prefLabel"))] == [name]
    assert known.nodes(concept, iri("skos:inScheme")) == (listed,)
    assert concept in known.nodes(listed, iri("skos:hasTopConcept"))
    assert name in (folder / "ontology" / "concepts" / f"{scheme}.ttl").read_text("utf-8")


def test_each_list_that_is_chosen_from_has_a_form(loans: Path) -> None:
    """It comes after the forms of the data, and is for the concepts of the list alone."""
    forms = read_forms(Inventory(read_sources(loans, BASE)))
    lists = {form.names["en"]: form for form in forms if form.scheme}
    assert set(lists) == {"Condition", "Shelf"}
    assert len(lists["Shelf"].things) == 2
    assert forms[-2].scheme
    assert not forms[0].scheme


def test_a_concept_is_added_in_one_line(loans: Path) -> None:
    done = called("new", "concept", "under repair", "--list", "condition")
    assert done.exit_code == 0, done.output
    assert_is_listed(loans, f"{BASE}id/concept/condition/under-repair", "under repair")
    twice = called("new", "concept", "Under Repair", "--list", "Condition")
    assert "There is one called 'Under Repair' already." in twice.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "To which list is it added?"),
        (("--list", "colour"), "There is no list called 'colour'."),
    ],
)
def test_a_list_that_is_not_there_is_answered_with_those_there_are(
    loans: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = called("new", "concept", "x", *arguments)
    assert done.exit_code != 0
    assert message in done.output
    assert "condition, shelf" in done.output


def test_the_form_offers_a_new_one_beside_the_list(loans: Path) -> None:
    """And what is typed there is chosen where somebody came from."""
    desk = EditSession(loans, BASE)
    frame = EditorFrame(lambda language: "")
    client = create_flask(EditorPages(desk, frame), "en").test_client()
    page = Page(client, f"{BASE}id/tool/t-2", "en")
    assert "New: Condition" in page.text
    page.go(page.button("new:", "concept/shelf"))
    page.fill(**{"Name – English": "west"})
    page.press("done")
    assert saved(client, "en").status_code == 200
    concept = f"{BASE}id/concept/shelf/west"
    assert_is_listed(loans, concept, "west", "shelf")
    assert concept in said(loans).nodes(f"{BASE}id/tool/t-2", f"{BASE}def/tools#shelf")


def test_a_list_has_a_sheet_and_what_is_new_there_can_be_chosen_at_once(loans: Path) -> None:
    assert called("sheet", "export", "tools.xlsx").exit_code == 0
    book = load_workbook("tools.xlsx")
    assert "Condition" in book.sheetnames
    listed, tools = book["Condition"], book["Tool"]
    name, condition = (
        next(n for n, cell in enumerate(sheet[1], 1) if word in str(cell.value))
        for sheet, word in ((listed, "Name"), (tools, "Condition"))
    )
    listed.cell(listed.max_row + 1, name, "lost")
    tools.cell(2, condition, "lost")
    book.save("tools.xlsx")
    done = called("sheet", "import", "tools.xlsx")
    assert done.exit_code == 0, done.output
    concept = f"{BASE}id/concept/condition/lost"
    assert_is_listed(loans, concept, "lost")
    assert said(loans).subjects(f"{BASE}def/tools#condition", concept)
