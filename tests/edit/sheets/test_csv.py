"""CSV files: the site's own tables, tables with metadata of others, and headings alone."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from tests.edit.filled import call, turtle

NAME = "http://www.w3.org/2004/02/skos/core#prefLabel"
BASE = "https://data.example.org/"


def write(folder: Path, text: str, encoding: str = "utf-8") -> None:
    (folder / "lakes.csv").write_text(text, encoding=encoding, newline="")


def changes(folder: Path, before: dict[str, str]) -> set[str]:
    after = turtle(folder)
    lines = (set(after[n].splitlines()) - set(before.get(n, "").splitlines()) for n in after)
    return {line for found in lines for line in found}


@pytest.mark.slow
def test_a_table_of_the_site_comes_back_without_a_change(pond: Path, tmp_path: Path) -> None:
    """/table/lake.csv with its metadata (CSVW), saved and sent back."""
    before = turtle(pond)
    release = build(approve(read_sources(pond, BASE)), tmp_path / "releases")
    for name in ("lake", "depth", "document", "statement"):
        for file in (f"{name}.csv", f"{name}.csv-metadata.json"):
            (pond / file).write_bytes((release.folder / "tables" / file).read_bytes())
        result = call("import", f"{name}.csv")
        assert (result.exit_code, result.stdout) == (0, ""), result.output
        assert "inget skiljer sig från källorna" in result.stderr
    assert turtle(pond) == before


@pytest.mark.slow
def test_a_cell_changed_in_a_table_of_the_site_is_changed(pond: Path, tmp_path: Path) -> None:
    """Several values share a cell there; the metadata say what stands between them."""
    before = turtle(pond)
    release = build(approve(read_sources(pond, BASE)), tmp_path / "releases")
    for file in ("lake.csv", "lake.csv-metadata.json"):
        (pond / file).write_bytes((release.folder / "tables" / file).read_bytes())
    table = (pond / "lake.csv").read_text(encoding="utf-8")
    assert "=Runnsjön|Lilla Runn" in table
    (pond / "lake.csv").write_text(table.replace("|Lilla Runn", "|Runnen"), encoding="utf-8")
    assert call("import", "lake.csv").exit_code == 0
    assert changes(pond, before) == {'        "Runnen"@sv ;'}


@pytest.mark.slow
def test_metadata_of_others_say_what_their_columns_mean(pond: Path) -> None:
    """A region's own list, described by propertyUrl, lang and separator (CSVW)."""
    before = turtle(pond)
    write(pond, "nr;namn;name;alias\r\n;Amungen;Lake Amungen;Amung/Amungssjön\r\n")
    described = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": "lakes.csv",
        "dialect": {"delimiter": ";"},
        "tableSchema": {
            "aboutUrl": "{+id}",
            "columns": [
                {"name": "id"},
                {
                    "name": "a",
                    "propertyUrl": NAME,
                    "lang": "sv",
                },
                {
                    "name": "b",
                    "propertyUrl": NAME,
                    "lang": "en",
                },
                {
                    "name": "c",
                    "propertyUrl": "http://www.w3.org/2004/02/skos/core#altLabel",
                    "lang": "sv",
                    "separator": "/",
                },
                {
                    "name": "type",
                    "virtual": True,
                    "propertyUrl": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
                    "valueUrl": f"{BASE}def/water#Lake",
                },
            ],
        },
    }
    (pond / "lakes.csv-metadata.json").write_text(json.dumps(described), encoding="utf-8")
    result = call("import", "lakes.csv")
    assert result.exit_code == 0, result.output
    assert changes(pond, before) == {
        "<https://data.example.org/id/lake/amungen>",
        "    skos:altLabel",
        '        "Amung"@sv ,',
        '        "Amungssjön"@sv ;',
        '        "Amungen"@sv ,',
        '        "Lake Amungen"@en ;',
    }


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_headings_of_the_workbook_are_enough(pond: Path, mark: str, encoding: str) -> None:
    """Swedish Excel writes semicolons, and a byte order mark in front."""
    before = turtle(pond)
    rows = [("id", "Namn (sv)", "Namn (en)", "Slag"), ("", "Amungen", "Lake Amungen", "deep")]
    write(pond, "\n".join(mark.join(row) for row in rows), encoding)
    result = call("import", "lakes.csv")
    assert result.exit_code == 0, result.output
    assert '    water:kind "deep" ;' in (pond / "data/lakes/pond.ttl").read_text("utf-8")
    assert "<https://data.example.org/id/lake/amungen>" in changes(pond, before)


@pytest.mark.slow
def test_things_that_a_csv_file_leaves_out_stay(pond: Path) -> None:
    """A list of one lake is no wish to drain the others."""
    before = turtle(pond)
    write(pond, "id,Slag\nid/lake/runn,shallow\n")
    assert call("import", "lakes.csv").exit_code == 0
    assert changes(pond, before) == {'    water:kind "shallow" ;'}


@pytest.mark.slow
def test_findings_of_a_csv_file_come_as_a_list(pond: Path) -> None:
    """There is no cell to colour in it."""
    write(pond, "id,Slag,Öar\nid/lake/runn,depp,50\n")
    result = call("import", "lakes.csv")
    assert result.exit_code == 1
    assert "lakes B2: fel: ”depp” finns inte i listan. Menade du ”deep”?" in result.stderr
    book = openpyxl.load_workbook(pond / "lakes.findings.xlsx")
    assert [c.value for c in book["Att rätta"][2]][:3] == ["fel", "lakes", "B2"]


@pytest.mark.parametrize(
    ("text", "encoding", "sentence"),
    [
        ("", "utf-8", "Filen är tom."),
        ("  \n", "utf-8", "Filen är tom, för stor eller ingen CSV-fil."),
        ("id,Slag\nid/lake/runn,sjö", "cp1252", "Filen är inte UTF-8"),
        ('id,Slag\nid/lake/runn,"deep', "utf-8", "är inte CSV"),
        ("Kostnad,Konto\n1,2\n", "utf-8", "Rubrikerna visar inte vad raderna handlar om."),
    ],
)
def test_a_file_that_cannot_be_read_is_told_what_to_do(
    pond: Path, text: str, encoding: str, sentence: str
) -> None:
    """In the editor's words."""
    before = turtle(pond)
    write(pond, text, encoding)
    result = call("import", "lakes.csv")
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert turtle(pond) == before


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ("{", "Metadata går inte att läsa"),
        ('{"tableSchema": {"columns": [1]}}', "Metadata går inte att läsa"),
        (
            '{"tableSchema": {"columns": []}}',
            "Metadata anger ingen klass som det finns formulär för",
        ),
        (
            '{"tableSchema": {"columns": [{"virtual": true, "propertyUrl": "rdf:type",'
            ' "valueUrl": "https://data.example.org/def/water#Lake"}]}}',
            "Metadata saknar en kolumn med adresser.",
        ),
    ],
)
def test_metadata_that_do_not_tell_enough_are_named(
    pond: Path, metadata: str, sentence: str
) -> None:
    """The file with the mistake, and what belongs in it."""
    write(pond, "id,Slag\nid/lake/runn,deep\n")
    (pond / "lakes.csv-metadata.json").write_text(metadata, encoding="utf-8")
    result = call("import", "lakes.csv")
    assert result.exit_code == 1
    assert sentence in result.stderr
