"""A table in German becomes a site in German."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from publisher.cli import main

_TABLE = """Nr;Bezeichnung;Länge (m);Breitengrad;Längengrad;Sanierung nötig
B-1;Obere Brücke;32,5;59,38;13,50;ja
B-2;Neue Brücke;110;59,40;13,52;nein
B-3;Steg am Ufer;7,25;59,41;13,49;ja
"""


def test_german_headings_and_answers_are_understood(tmp_path: Path) -> None:
    """Nouns keep their capitals within sentences, as everywhere in German."""
    file, folder = tmp_path / "bruecken.csv", tmp_path / "site"
    file.write_text(_TABLE, encoding="utf-8")
    who = ("--name", "de=Brücken", "--publisher", "Amt", "--contact", "amt@example.org")
    base = ("--base-iri", "https://daten.example.org/", "--licence", "cc0", "--lang", "de")
    run = CliRunner().invoke(
        main, ["start", str(file), "--into", str(folder), "--yes", *who, *base]
    )
    assert run.exit_code == 0, run.output
    assert "Sanierung nötig → ja oder nein" in run.output
    data = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.ttl"))
    assert '"POINT (13.52 59.4)"' in data
    assert "Offene Daten über Brücken," in data
    assert "Vokabular für Brücken" in data


def test_a_wrong_answer_gets_an_example_in_german(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_german_headings_and_answers_are_understood(tmp_path)
    monkeypatch.chdir(tmp_path / "site")
    following = tmp_path / "danach.csv"
    following.write_text(_TABLE.replace("13,52;nein", "13,52;vielleicht"), encoding="utf-8")
    run = CliRunner().invoke(main, ["start", str(following), "--yes", "--lang", "de"])
    assert run.exit_code == 1
    assert "Zeile 3, Spalte Sanierung nötig" in run.output
    assert "Schreiben Sie zum Beispiel ja, nein." in run.output
