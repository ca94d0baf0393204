"""Tables that look like a published specification, and data that are said to follow it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from publisher.cli import main
from publisher.edit.init import StartOptions
from publisher.messages import LANGUAGES, in_language
from publisher.start import kinds
from publisher.start.folder import draft_folder
from publisher.start.mapping import as_csvw, read_csvw
from publisher.start.mapping_editor import MappingEditor, SaveAnswers, mapping_app, options_of
from publisher.start.raw_tables import tables_of
from publisher.start.specifications import (
    fit_of,
    following,
    specifications,
    with_stated_kinds,
)
from publisher.start.table_guess import TableGuess, guess_tables

HEADINGS = "Source;ID;Name;Latitude;Longitude;Visit-URL;wikidata"
ROWS = "".join(
    f"2084;p{n};{{thing}} {n};60,1{n};16,2{n};https://dalby.example/{n};\n" for n in range(1, 7)
)
STOPS = "stop_id,stop_code,stop_name,stop_lat,stop_lon,platform_code,stop_timezone\n" + "".join(
    f"74{n},K{n},Kajen {n},63.8{n},20.2{n},{'AB'[n % 2]},Europe/Stockholm\n" for n in range(1, 8)
)
START = StartOptions(
    {"sv": "Platser"},
    {"sv": "Plats"},
    "Dalby kommun",
    "LocalAuthority",
    "data@dalby.example",
    "https://data.dalby.example/platser/",
    "GOVE",
    date(2026, 1, 1),
    licence="http://creativecommons.org/publicdomain/zero/1.0/",
)


def guess_of(written: str, name: str) -> TableGuess:
    """Return what a table is taken for."""
    return with_stated_kinds(guess_tables(tables_of(written.encode(), name))[0])


def test_each_column_has_a_kind_that_exists_and_each_specification_a_title() -> None:
    for each in specifications():
        assert set(each.titles) >= set(LANGUAGES)
        assert each.iri.startswith("https://")
        assert {column.kind for column in each.columns} <= {"", *kinds.KINDS}
        assert sum(column.is_required for column in each.columns) >= 1


@pytest.mark.parametrize(
    ("name", "thing", "expected"),
    [
        ("wc-dalby.csv", "Torget", "public-toilets"),
        ("platser.csv", "Offentlig toalett", "public-toilets"),
        ("lekplatser.csv", "Lekplats", ""),
    ],
)
def test_headings_that_many_have_decide_only_with_the_subject(
    name: str, thing: str, expected: str
) -> None:
    fit = fit_of(tables_of((HEADINGS + "\n" + ROWS.format(thing=thing)).encode(), name)[0])
    assert (fit.specification.name if fit else "") == expected
    assert not fit or (fit.missing, len(fit.columns)) == (("email",), 7)


def test_what_is_stated_is_surer_where_the_cells_allow_it() -> None:
    guess = guess_of(STOPS, "stops.txt")
    found = {column.heading: column for column in guess.columns}
    assert (found["stop_id"].kind, found["stop_name"].kind) == (kinds.IDENTIFIER, kinds.NAME)
    assert found["platform_code"].kind == kinds.CODE
    assert kinds.LIST in found["platform_code"].alternatives
    assert "GTFS" in in_language(found["platform_code"].reason, "sv")
    empty = guess_of(HEADINGS + "\n" + ROWS.format(thing="Toalett"), "a.csv")
    assert (empty.columns[-1].kind, empty.language) == (kinds.WIKIDATA, "sv")
    wrong = guess_of(STOPS.replace("63.8", "okänt "), "stops.txt")
    assert wrong.columns[3].kind != kinds.LATITUDE


def test_the_stated_identifier_and_name_replace_those_that_were_guessed() -> None:
    headings = [column.heading for column in specifications()[-1].columns]
    rows = [
        ";".join(
            {"nom_amenageur": f"Ville {n}", "nom_station": f"Gare {n}"}.get(heading)
            or (f"FR{n}E" if heading.startswith("id_") else "")
            for heading in headings
        )
        for n in range(1, 6)
    ]
    guess = guess_of("\n".join([";".join(headings), *rows]) + "\n", "bornes.csv")
    named = {column.kind: column.heading for column in guess.columns}
    assert (named[kinds.IDENTIFIER], named[kinds.NAME]) == ("id_pdc_itinerance", "nom_station")
    assert [guess.columns[index].heading for index in guess.key] == ["id_pdc_itinerance"]
    assert sum(column.kind == kinds.NAME for column in guess.columns) == 1


def test_data_follow_a_specification_only_when_somebody_says_so(tmp_path: Path) -> None:
    guess = guess_of(STOPS, "stops.txt")
    silent = draft_folder(START, [guess])
    assert "gtfs" not in silent.texts["data/catalogue.ttl"]
    assert "vocab.gtfs.org" not in "".join(silent.texts.values())
    said = draft_folder(START, [following(guess, "gtfs-stops")])
    catalogue = said.texts["data/catalogue.ttl"]
    assert "dcterms:conformsTo <https://gtfs.org/schedule/>" in catalogue
    assert "<https://gtfs.org/schedule/>\n    a dcterms:Standard" in catalogue
    (mapping,) = said.mappings
    assert [c.path for c in mapping.columns][1] == "http://vocab.gtfs.org/terms#code"
    kept = tmp_path / "stops.json"
    kept.write_text(as_csvw(mapping, "stops.txt"), "utf-8")
    assert read_csvw(kept).specification == "https://gtfs.org/schedule/"


def test_the_browser_offers_it_in_plain_words_and_takes_it_back(tmp_path: Path) -> None:
    guess = guess_of(HEADINGS + "\n" + ROWS.format(thing="Toalett"), "dalby.csv")
    first = replace(START, names={}, things={})
    editor = MappingEditor(
        [guess],
        lambda a: options_of(a, first, "sv"),
        SaveAnswers("Wc", "", "", "", "CC0"),
        tmp_path,
    )
    browser = Client(mapping_app(editor, "sv"))
    page = browser.get("/sv/").get_data(as_text=True)
    assert "ser ut som Offentliga toaletter, en publicerad specifikation: 7 av 10" in page
    assert "saknas: email." in page
    chosen = {"table": "0", "specification": "public-toilets"}
    assert browser.post("/sv/follow", data=chosen).status_code == 303
    assert editor.guesses[0].specification == "public-toilets"
    assert "Public toilets.</strong>" in browser.get("/en/").get_data(as_text=True)
    browser.post("/sv/follow", data={"table": "0", "specification": ""})
    assert editor.guesses[0].specification == ""
    for wrong in ({"table": "0", "specification": "irve-static"}, {"table": "7"}):
        assert browser.post("/sv/follow", data=wrong).status_code == 404


def test_the_command_names_it_and_refuses_one_that_no_table_looks_like(tmp_path: Path) -> None:
    file = tmp_path / "stops.txt"
    file.write_text(STOPS, "utf-8")
    told = [
        "start",
        str(file),
        "--lang",
        "en",
        "--dry-run",
        "--publisher",
        "K",
        "--contact",
        "a@b.example",
    ]
    shown = CliRunner().invoke(main, told)
    assert "--follows=gtfs-stops" in shown.output
    refused = CliRunner().invoke(main, [*told, "--follows", "irve-static"])
    assert refused.exit_code != 0
    assert "No table looks like" in refused.output
