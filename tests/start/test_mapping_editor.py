"""The mapping is changed in the browser, and the site beside it follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from werkzeug.test import Client

from publisher.edit.init import StartOptions
from publisher.start.mapping import read_mappings
from publisher.start.mapping_editor import MappingEditor, SaveAnswers, mapping_app, options_of
from publisher.start.raw_tables import tables_of
from publisher.start.table_guess import guess_tables

TABLE = (
    "Nr;Namn;Byggår;Ägare\n1;Norra <kvarnen>;1850;19811228-9874\n"
    "2;Södra kvarnen;ca 1900;19811228-9874\n3;Övre kvarnen;1911;19811228-9874\n"
)
FIRST = StartOptions({}, {}, "", "LocalAuthority", "", "", "GOVE", date(2026, 1, 1))


@pytest.fixture
def editor(tmp_path: Path) -> MappingEditor:
    """Return the editor of a small table."""
    guesses = guess_tables(tables_of(TABLE.encode(), "kvarnar.csv"))
    answers = SaveAnswers("Kvarnar", "", "", "", "CC0")
    return MappingEditor(
        guesses, lambda said: options_of(said, FIRST, "sv"), answers, tmp_path / "kvarnar"
    )


@pytest.fixture
def browser(editor: MappingEditor) -> Client:
    """Return a client of its pages."""
    return Client(mapping_app(editor, "sv"))


def test_each_column_is_a_line_in_plain_words_in_both_languages(browser: Client) -> None:
    swedish = browser.get("/sv/").get_data(as_text=True)
    assert "<strong>Byggår</strong> (1 med ”ca” eller liknande) → ett årtal" in swedish
    assert "personnummer" in swedish
    assert "a year" in browser.get("/en/").get_data(as_text=True)
    before_the_fold = swedish.partition("<details>")[0]
    for word in ("RDF", "SHACL", "SKOS", "ontolog", "IRI", "xsd"):
        assert word not in before_the_fold


@pytest.mark.slow
def test_what_a_table_holds_never_becomes_markup(browser: Client) -> None:
    for page in ("/sv/", "/site/", "/site/doc/kvarnar/1"):
        assert "<kvarnen>" not in browser.get(page).get_data(as_text=True)


@pytest.mark.slow
def test_a_choice_changes_the_line_and_the_preview(browser: Client) -> None:
    assert "Byggår" in browser.get("/site/doc/kvarnar/1").get_data(as_text=True)
    sent = browser.post("/sv/choose", data={"table": "0", "column": "2", "kind": "omitted"})
    assert sent.status_code == 303
    assert "utelämnat" in browser.get("/sv/").get_data(as_text=True)
    assert "Byggår" not in browser.get("/site/doc/kvarnar/1").get_data(as_text=True)


@pytest.mark.parametrize(
    "form", [{}, {"table": "9", "column": "0", "kind": "text"}, {"table": "0", "column": "0"}]
)
def test_a_choice_that_is_none_is_refused(browser: Client, form: dict[str, str]) -> None:
    assert browser.post("/sv/choose", data=form).status_code == 404


def test_saving_writes_the_folder_and_says_what_is_next(
    browser: Client, editor: MappingEditor
) -> None:
    browser.post("/sv/choose", data={"table": "0", "column": "3", "kind": "omitted"})
    said = {"name": "Kvarnar", "body": "Dalby kommun", "contact": "x", "licence": "CC-BY"}
    wrong = browser.post("/sv/save", data=said)
    assert wrong.status_code == 409
    assert editor.saved is None
    done = browser.post("/sv/save", data={**said, "contact": "kvarn@dalby.example"})
    assert done.status_code == 200
    assert "publisher run" in done.get_data(as_text=True)
    assert editor.saved is not None
    (mapping,) = read_mappings(editor.saved)
    assert mapping.base_iri == "https://data.dalby.example/kvarnar/"
    assert "19811228" not in (editor.saved / "data" / "kvarnar" / "kvarnar.ttl").read_text("utf-8")
    assert "licenses/by/4.0" in (editor.saved / "data" / "catalogue.ttl").read_text("utf-8")


def test_what_cannot_be_read_is_written_anew_before_it_is_saved(tmp_path: Path) -> None:
    """Or it is left as it is; the rows around are not held up."""
    table = "Nr;Namn;Djup (m)\n" + "".join(f"{n};Tjärn {n};{n},5\n" for n in range(1, 25))
    table = table.replace("7;Tjärn 7;7,5", "7;Tjärn 7;djup").replace("\n9;", "\n8;")
    first = replace(FIRST, names={"fi": "Lammet"})
    editor = MappingEditor(
        guess_tables(tables_of(table.encode(), "tjärnar.csv")),
        lambda said: options_of(said, first, "sv"),
        SaveAnswers("Lammet", "", "", "", "CC0"),
        tmp_path / "x",
    )
    browser = Client(mapping_app(editor, "sv"))
    browser.post("/sv/choose", data={"table": "0", "column": "0", "kind": "identifier"})
    said = {"name": "Lammet", "body": "Dalby kommun", "contact": "a@dalby.example"}
    asked = browser.post("/sv/save", data=said)
    page = asked.get_data(as_text=True)
    assert asked.status_code == 200
    assert 'name="0 8 Djup (m)" value="djup"' in page
    assert "samma Nr som rad 9" in page
    assert editor.saved is None
    half = browser.post("/sv/cells", data={"0 8 Djup (m)": "7,5", "correct": "yes", "9 1 x": "y"})
    assert "djup" not in half.get_data(as_text=True)
    done = browser.post("/sv/cells", data={"0 10 Nr": "9", "correct": "yes"})
    assert "publisher run" in done.get_data(as_text=True)
    data = (tmp_path / "x" / "data" / "lammet" / "tjarnar.ttl").read_text("utf-8")
    assert data.count(" a lammet:Tjarnar") == 24
    assert '"Lammet"@fi' in (tmp_path / "x" / "data" / "catalogue.ttl").read_text("utf-8")


def test_pages_are_guarded_like_those_of_the_editor(browser: Client) -> None:
    policy = browser.get("/sv/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert browser.get("/sv/static").status_code == 404
    with browser.get("/static/mapping.css") as style:
        assert style.status_code == 200
