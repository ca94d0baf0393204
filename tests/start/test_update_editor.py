"""Next year's table in the browser: the difference, questions, and then the writing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from publisher.cli import main
from publisher.load.sources import read_sources
from publisher.start.mapping import read_mappings
from publisher.start.raw_tables import tables_of
from publisher.start.update_editor import UpdateEditor, update_app

BEFORE = """Nr;Namn;Byggår;Längd m
B1;Norra bron;1911;12,5
B2;Södra bron;1932;40
B3;Västra bron;1977;8
B4;Östra bron;1985;19
"""
AFTER = """Nr;Namn;Byggår;Längd i meter;Belyst
B1;Norra bron;1911;12,5;ja
B2;Södra bron;1933;40;nej
B3;Västra bron;1977;8;ja
B5;<Nya> bron;snart;31;ja
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that was made of a table."""
    file, folder = tmp_path / "broar.csv", tmp_path / "broar"
    file.write_text(BEFORE, "utf-8")
    said = ["--publisher", "Dalby kommun", "--contact", "bro@dalby.example"]
    made = CliRunner().invoke(main, ["start", str(file), "--into", str(folder), "--yes", *said])
    assert made.exit_code == 0, made.output
    return folder


def opened(folder: Path, written: str) -> tuple[UpdateEditor, Client]:
    """Return the editor of a next table, and a client of its pages."""
    mappings = read_mappings(folder)
    sources = read_sources(folder, mappings[0].base_iri)
    editor = UpdateEditor(sources, mappings, tables_of(written.encode(), "broar-2027.csv")[0])
    return editor, Client(update_app(editor, "sv"))


def test_the_difference_is_shown_asked_about_and_then_written(folder: Path) -> None:
    editor, browser = opened(folder, AFTER)
    data = folder / "data/broar/broar.ttl"
    before = data.read_text("utf-8")
    page = browser.get("/sv/").get_data(as_text=True)
    assert "1 ändrade, 1 nya, 1 borta" in page
    assert "Kolumnen Längd m heter nu Längd i meter" in page
    assert "Belyst → ja eller nej" in page
    assert "”snart” är inte ett årtal" in page
    assert "<del>1932</del> → <ins>1933</ins>" in page
    assert "<Nya>" not in page
    assert not any(word in page for word in ("RDF", "SHACL", "IRI", "ontolog"))

    said = {"same": "Längd m", "takes_in": "yes", "removes": "yes", "0 5 Byggår": "2027"}
    assert "snart" not in browser.post("/en/", data=said).get_data(as_text=True)
    assert data.read_text("utf-8") == before
    done = browser.post("/sv/", data={**said, "write": "yes"})
    assert "data/broar/broar.ttl" in done.get_data(as_text=True)
    after = data.read_text("utf-8")
    assert "1933" in after
    assert "2027" in after
    assert "Östra bron" not in after
    (mapping,) = read_mappings(folder)
    assert [c.heading for c in mapping.columns][3:] == ["Längd i meter", "Belyst"]
    assert editor.written


def test_a_choice_with_which_no_mapping_fits_is_taken_back(folder: Path) -> None:
    editor, browser = opened(folder, AFTER.replace("Nr;", "Nummer;", 1))
    assert "Nr" in editor.choices.same
    refused = browser.post("/sv/", data={"takes_in": "yes"})
    assert refused.status_code == 409
    assert "Nr" in editor.choices.same
    assert browser.get("/sv/").status_code == 200


def test_a_table_in_which_nothing_differs_has_nothing_to_write(folder: Path) -> None:
    _editor, browser = opened(folder, BEFORE)
    page = browser.get("/en/").get_data(as_text=True)
    assert "Nothing differs" in page
    assert 'name="write"' not in page
