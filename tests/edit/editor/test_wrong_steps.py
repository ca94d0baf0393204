"""Every wrong step gets an answer that helps, and nothing that was typed is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.edit.editor.app import LARGEST_FORM
from publisher.edit.editor.session import EditSession
from tests.edit.editor.conftest import BASE, CLUSTERS
from tests.edit.editor.forms import Page, saved

pytestmark = pytest.mark.slow

SILJAN = f"{BASE}id/lake/siljan"
COMPARE = f"{CLUSTERS}id/cluster/compare"
COUNT = f"{CLUSTERS}id/count/compare-2015"
NAME = "Namn – Svenska"


def lakes(world: Path) -> str:
    return (world / "data/lakes/lakes.ttl").read_text(encoding="utf-8")


def test_an_empty_duty_is_told_in_the_words_of_the_shape(editor: FlaskClient, world: Path) -> None:
    """The message stands at the field, in the reader's language, and the file stays."""
    before = lakes(world)
    page = Page(editor, SILJAN)
    page.type("Namn – Engelska", "")
    page.go("review")

    assert "check=1" in page.address
    said = "Fyll i ”Namn” en gång på varje språk: svenska, engelska."
    assert page.text.count(said) == 2  # on top, and below
    assert page.value("Namn – Engelska") == ""
    assert lakes(world) == before


def test_the_same_in_english(editor: FlaskClient) -> None:
    """Both languages of the shapes are used."""
    page = Page(editor, SILJAN, "en")
    page.type("Name – English", "")

    assert "Fill in “Name” once in each language: Swedish, English." in page.go("check").text


def test_a_date_that_is_none_stays_in_its_input(staff: FlaskClient) -> None:
    """The hint says how a date is written."""
    page = Page(staff, COUNT)
    page.type("Tid", "våren 2015")
    page.go("review")

    assert "”våren 2015” är inget datum" in page.text
    assert page.value("Tid") == "våren 2015"


def test_a_source_that_is_unknown_is_told_with_the_nearest(staff: FlaskClient) -> None:
    """A slip of the pen is found in the list; what is not can be added beside it."""
    page = Page(staff, COUNT)
    page.type("Källa", "NWT: Compare efter krissen")
    page.go("review")

    assert "Menade du" in page.text
    assert "NWT: Compare efter krisen" in page.text
    assert page.value("Källa") == "NWT: Compare efter krissen"
    assert page.button("new:", "foaf/0.1/Document")


def test_a_name_that_another_has_is_told(staff: FlaskClient) -> None:
    """Two things with one name cannot be told apart."""
    staff.post("/sv/new", data={"class": f"{CLUSTERS}def/cluster#ClusterInitiative"})
    page = Page(staff, "new-1")
    page.type(NAME, "Compare")
    page.type("Namn – Engelska", "Compare")

    assert "Ge de två olika namn, eller slå ihop dem" in page.go("check").text
    assert f"{CLUSTERS}id/cluster/compare-2" not in staff.get("/sv/").text


@pytest.mark.parametrize("typed", ["a/b", "Å", "två ord", "Stor", "-a", "../x", "a#b", "<b>"])
def test_an_address_with_what_does_not_belong_there_is_told(
    editor: FlaskClient, typed: str
) -> None:
    """A slash would make two parts of it."""
    editor.post("/sv/new", data={"class": f"{BASE}def/water#Lake"})
    page = Page(editor, "new-1")
    page.type(NAME, "Runn")
    page.type("Adressens slut", typed)
    page.go("check")

    assert "Skriv adressens slut med små bokstäver a–z, siffror och bindestreck" in page.text
    assert page.value("Adressens slut") == typed


def test_an_address_that_is_taken_is_told(editor: FlaskClient) -> None:
    """Nothing is written over another thing."""
    editor.post("/sv/new", data={"class": f"{BASE}def/water#Lake"})
    page = Page(editor, "new-1")
    page.type(NAME, "Runn")
    page.type("Adressens slut", "siljan")

    assert f"Något annat har redan adressen {SILJAN}." in page.go("check").text


def test_a_text_beyond_measure_is_told_and_kept(editor: FlaskClient, world: Path) -> None:
    """A whole report pasted into a name."""
    before = lakes(world)
    page = Page(editor, SILJAN)
    page.type(NAME, "x" * 30_000)
    page.go("review")

    assert "Texten har 30000 tecken. Korta den till högst 20000." in page.text
    assert len(page.value(NAME)) == 30_000
    assert saved(editor).headers["Location"] == "/sv/review"
    assert lakes(world) == before


def test_a_form_beyond_measure_is_refused_with_the_way_back(editor: FlaskClient) -> None:
    """The browser still has what was typed."""
    answer = editor.post("/sv/thing?key=" + SILJAN, data={"f0.0.v": "x" * (LARGEST_FORM + 1)})

    assert answer.status_code == 413
    assert "Gå tillbaka med webbläsarens knapp: det du skrev står kvar." in answer.text


def test_markup_is_text_on_every_page(editor: FlaskClient, world: Path) -> None:
    """In the form, the review, the preview, and in the file as it was typed."""
    page = Page(editor, SILJAN)
    page.type(NAME, '<script>alert("1")</script>')
    page.go("check")
    key = "?key=" + SILJAN
    for address in (page.address, "/sv/review", f"/sv/look{key}", "/site/doc/lake/siljan", "/sv/"):
        text = editor.get(address).text
        assert "<script>alert" not in text
    assert page.value(NAME) == '<script>alert("1")</script>'
    assert saved(editor).status_code == 200
    assert r'"<script>alert(\"1\")</script>"@sv' in lakes(world)


def test_two_windows_do_not_write_over_each_other(editor: FlaskClient, desk: EditSession) -> None:
    """The second is shown both, and what it typed is still in its form."""
    one, two = Page(editor, SILJAN), Page(editor, SILJAN)
    one.type(NAME, "Siljan ett")
    one.press("check")
    two.type(NAME, "Siljan två")
    answer = two.press("review")

    assert answer.status_code == 409
    assert "Posten har ändrats i ett annat fönster" in answer.text
    assert "där: Siljan ett, Siljan; här: Siljan två, Siljan" in answer.text
    two.read(answer.text)
    assert two.value(NAME) == "Siljan två"
    assert two.press("review").headers["Location"] == "/sv/review"
    assert "Siljan två" in editor.get("/sv/review").text


def changed_on_disk(world: Path, old: str, new: str) -> None:
    path = world / "data/lakes/lakes.ttl"
    path.write_text(lakes(world).replace(old, new), encoding="utf-8")
    os.utime(path, ns=(1, 1))


def test_another_fact_that_changed_on_the_disk_stays(editor: FlaskClient, world: Path) -> None:
    """Both changes are in the file afterwards."""
    page = Page(editor, SILJAN)
    page.type(NAME, "Siljans sjö")
    page.press("check")
    changed_on_disk(world, '"Vänern"@en', '"Lake Vänern"@en')
    assert saved(editor).status_code == 200

    assert '"Lake Vänern"@en' in lakes(world)
    assert '"Siljans sjö"@sv' in lakes(world)


@pytest.mark.parametrize(
    ("keep", "name"), [("mine", '"Siljan här"@sv'), ("theirs", '"Siljan där"@sv')]
)
def test_the_same_fact_that_changed_on_the_disk_is_shown_and_chosen(
    editor: FlaskClient, world: Path, keep: str, name: str
) -> None:
    """Neither is lost without a word."""
    page = Page(editor, SILJAN)
    page.type(NAME, "Siljan här")
    page.press("check")
    changed_on_disk(world, '"Siljan"@sv', '"Siljan där"@sv')
    review = editor.get("/sv/review").text
    assert "Någon annan har ändrat samma sak i filerna" in review
    assert "du utgick från Siljan och skrev Siljan här" in review
    assert saved(editor).headers["Location"] == "/sv/review"
    editor.post("/sv/settle", data={"keep": keep})
    saved(editor)

    assert name in lakes(world)


def test_a_file_that_breaks_on_the_disk_is_told_and_the_forms_stay(
    editor: FlaskClient, world: Path
) -> None:
    """A colleague saves half a file; the editor goes on with what it has read."""
    page = Page(editor, SILJAN)
    page.type(NAME, "Siljans sjö")
    page.press("check")
    path = world / "data/rivers/rivers.ttl"
    path.write_text(path.read_text(encoding="utf-8") + "<", encoding="utf-8")
    text = editor.get("/sv/review").text

    assert "Filerna på disken går inte att läsa just nu." in text
    assert "data/rivers/rivers.ttl" in text
    assert "Siljans sjö" in text


def test_a_file_that_cannot_be_written_is_told_and_the_draft_stays(
    editor: FlaskClient, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is read-only, or a disk that is full."""
    page = Page(editor, SILJAN)
    page.type(NAME, "Siljans sjö")
    page.press("check")
    before = lakes(world)

    def refuse(path: Path, target: Path) -> Path:
        raise PermissionError(13, os.strerror(13), str(target))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", refuse)
        answer = saved(editor)
    assert answer.status_code == 409
    assert "Inget sparades" in answer.text
    assert "Det du skrev finns kvar." in answer.text
    assert lakes(world) == before
    assert saved(editor).status_code == 200


def test_what_breaks_another_file_is_found_before_saving(
    staff: FlaskClient, clusters: Path
) -> None:
    """The whole check runs, and nothing is written when it finds something new."""
    before = (clusters / "data/clusters/sources.ttl").read_bytes()
    page = Page(staff, COUNT)
    page.type("Källa", "Compare: femtonårsjubileet")  # the only use of the other source remains
    page.press("check")
    source = Page(staff, f"{CLUSTERS}id/source/nwt-compare-krisen")
    source.press("remove")
    answer = saved(staff)

    assert answer.status_code == 422
    assert "Rätta länken, eller lägg till det som den pekar på" in answer.text
    assert (clusters / "data/clusters/sources.ttl").read_bytes() == before


def test_a_thing_that_is_not_there_has_a_page_that_says_so(editor: FlaskClient) -> None:
    """An old bookmark."""
    answer = editor.get(f"/sv/thing?key={BASE}id/lake/none")

    assert answer.status_code == 404
    assert "Det finns ingen sådan sida här." in answer.text


def test_a_text_that_names_the_old_number_can_follow(staff: FlaskClient, clusters: Path) -> None:
    """The note says 105 after the count became 110; the label is made, and says 110 by itself."""
    file = clusters / "data/clusters/compare.ttl"
    notes = 'skos:note "Med styrelsen är de 105."@sv , "With the board they are 105."@en ;'
    text = file.read_text("utf-8").replace("schema:value 105 ;", f"schema:value 105 ;\n    {notes}")
    file.write_text(text, "utf-8")
    page = Page(staff, COUNT)
    page.type("Antal", "110")
    page.press("review")
    review = staff.get("/sv/review").text
    assert "<del>Med styrelsen är de 105.</del> → <ins>Med styrelsen är de 110.</ins>" in review
    assert ">110 medlemmar (2015)</a>" in review
    staff.post("/sv/echo", data={"key": COUNT})

    assert Page(staff, COUNT).value("Anmärkning – Svenska") == "Med styrelsen är de 110."
    assert Page(staff, COUNT).value("Anmärkning – Engelska") == "With the board they are 110."


def test_dropping_the_changes_leaves_the_files_as_they_are(
    editor: FlaskClient, world: Path
) -> None:
    """A way back from everything."""
    before = lakes(world)
    page = Page(editor, SILJAN)
    page.type(NAME, "Fel")
    page.press("check")
    editor.post("/sv/forget")

    assert Page(editor, SILJAN).value(NAME) == "Siljan"
    assert "inget har ändrats" in editor.get("/sv/review").text
    assert lakes(world) == before


def test_while_typing_the_answer_names_the_input(staff: FlaskClient) -> None:
    """What the script of the page shows, and the revision that its next answer must name."""
    page = Page(staff, COUNT)
    page.type("Antal", "0")
    answer = staff.post(page.address.replace("thing", "live"), data=page.inputs)
    said = answer.json

    assert said["count"] == 1
    assert said["revision"] == 1
    assert list(said["errors"].values()) == [["Skriv antalet som ett heltal från 1."]]
    assert staff.post(page.address.replace("thing", "live"), data=page.inputs).status_code == 409


def test_a_new_value_with_the_old_source_is_asked_about(staff: FlaskClient) -> None:
    """The source of the old value need not say the new one; the person at the form knows."""
    page = Page(staff, COMPARE)
    page.type("Grundat", "2002")
    page.press("review")
    asked = "värdet är nytt, men inte källan (Compare: femtonårsjubileet)."
    assert asked in staff.get("/sv/review").text
    page = Page(staff, COMPARE)
    page.type("Grundat: Källa", "DigitalWell: Värmlands styrkor")
    page.press("review")

    assert asked not in staff.get("/sv/review").text


def test_what_names_its_own_source_is_asked_for_no_other(staff: FlaskClient) -> None:
    """A site has a source of its own; a legal entity has none, so the statement has."""
    page = Page(staff, COMPARE)

    assert "Juridisk person: Källa" in page.labels
    assert "Plats: Källa" not in page.labels
