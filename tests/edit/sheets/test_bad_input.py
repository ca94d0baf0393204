"""Every wrong step on the way: a sentence with the place and the cure, and sources untouched."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.edit.filled import DEPTHS, FILE, LAKES, RUNN, SILJAN, SOURCES, STATEMENTS, Filled, call

pytestmark = pytest.mark.slow

DEPTH = "id/depth/runn-2015"


def merged(book: Filled) -> None:
    book.sheet(LAKES).merge_cells("B2:B3")


def misspelt_sheet(book: Filled) -> None:
    book.sheet(LAKES).title = "Sjöar"


def foreign_sheet(book: Filled) -> None:
    book.book.create_sheet("Budget").append(["Kostnad", 100])


def misspelt_heading(book: Filled) -> None:
    book.sheet(LAKES).cell(1, book.column(LAKES, "Beskrivning (sv)")).value = "Beskrivnin (sv)"


def foreign_heading(book: Filled) -> None:
    sheet = book.sheet(LAKES)
    sheet.cell(1, sheet.max_column + 1).value = "Ansvarig handläggare"


def lost_head(book: Filled) -> None:
    book.sheet(LAKES).delete_rows(1)


def lost_addresses(book: Filled) -> None:
    book.sheet(LAKES).delete_cols(1)


def lost_column(book: Filled) -> None:
    book.sheet(LAKES).delete_cols(book.column(LAKES, "Andra namn (sv) 2"), 2)


def copied_line(book: Filled) -> None:
    sheet = book.sheet(LAKES)
    for column in range(1, sheet.max_column + 1):
        sheet.cell(5, column).value = sheet.cell(2, column).value


def another_s_address(book: Filled) -> None:
    book.sheet(LAKES).cell(2, 1).value = "id/source/map"


def no_address(book: Filled) -> None:
    book.sheet(LAKES).cell(5, 1).value = "Nya sjön"


def formula(book: Filled) -> None:
    book.write(DEPTHS, DEPTH, Meter="=30+2.5")


def error(book: Filled) -> None:
    cell = book.cell(DEPTHS, DEPTH, "Meter")
    cell.value, cell.data_type = "#REF!", "e"


def unclear_date(book: Filled) -> None:
    book.write(DEPTHS, DEPTH, Tid="03/04/2015")


def about_a_number(book: Filled) -> None:
    book.write(DEPTHS, DEPTH, Meter="omkring 32")


def misspelt_choice(book: Filled) -> None:
    book.write(DEPTHS, DEPTH, Källa="Boken om sjöer")


def two_in_a_cell(book: Filled) -> None:
    book.write(DEPTHS, DEPTH, Källa="Kartan; Boken om sjöar")


def no_whole_address(book: Filled) -> None:
    book.write(LAKES, RUNN, Sida="www.example.org")


def half_a_statement(book: Filled) -> None:
    book.add(STATEMENTS, Om="Runn", Källa="Kartan")


def unknown_property(book: Filled) -> None:
    book.add(STATEMENTS, Om="Runn", Egenskap="Ö", Värde=3, Källa="Kartan")


def missing_name(book: Filled) -> None:
    book.add(LAKES, Namn_sv="Amungen")


def part_of_nothing(book: Filled) -> None:
    book.add(DEPTHS, Benämning_sv="7 m", Benämning_en="7 m", Meter=7, Källa="Kartan")


@pytest.mark.parametrize(
    ("wrong", "place", "sentence"),
    [
        (merged, "Sjö B2", "Cellerna B2:B3 är sammanfogade. Dela dem"),
        (
            misspelt_sheet,
            "Sjöar A1",
            "Inget blad heter ”Sjöar”. Ge det sitt namn tillbaka",
        ),
        (foreign_sheet, "Budget A1", "Inget blad heter ”Budget”."),
        (misspelt_heading, "Sjö", "Menade du ”Beskrivning (sv)”? Rätta den"),
        (foreign_heading, "Sjö", "Rubriken ”Ansvarig handläggare” finns inte på bladet."),
        (lost_head, "Sjö 1", "Hämta rubrikraden (Adress här; Namn (sv); Namn (en) …)"),
        (lost_addresses, "Sjö 1", "Kolumnen med adresser saknas. Hämta den från en ny export"),
        (lost_column, "Sjö D1", "Kolumnen ”Andra namn (sv) 2” saknas. Lägg tillbaka den"),
        (copied_line, "Sjö A5", "Adressen står också på rad 2 i ”Sjö”. Töm den för något nytt"),
        (another_s_address, "Sjö A2", "id/source/map är redan något annat. Töm cellen"),
        (no_address, "Sjö A5", "”Nya sjön” är ingen adress hos oss."),
        (formula, "Djup E2", "Här står en formel. Skriv själva värdet i stället."),
        (error, "Djup E2", "Här står felet #REF!. Skriv värdet som hör hit."),
        (unclear_date, "Djup F2", "Skriv det som 2015-03-28, 2015-03 eller 2015."),
        (about_a_number, "Djup E2", "”omkring 32” är inget tal som passar här."),
        (misspelt_choice, "Djup G2", "finns inte i listan. Menade du ”Boken om sjöar”"),
        (two_in_a_cell, "Djup G2", "Skriv ett värde per cell: nästa i kolumnen ”Källa 2”."),
        (no_whole_address, "Sjö", "Skriv hela adressen, från http:// eller https://"),
        (
            half_a_statement,
            "Belagd uppgift",
            "behöver det den handlar om, en egenskap",
        ),
        (unknown_property, "Belagd uppgift", "”Ö” finns inte i listan."),
        (missing_name, "Sjö", "Fyll i ”Namn” en gång på varje språk: svenska, engelska."),
        (part_of_nothing, "Djup D3", "Fyll i ”Gäller”."),
    ],
)
def test_a_wrong_step_gets_its_place_and_its_cure(
    book: Filled, wrong: Callable[[Filled], None], place: str, sentence: str
) -> None:
    """In the editor's language, before anything is published."""
    wrong(book)
    result = book.imported()
    lines = [line for line in result.stderr.splitlines() if line.startswith(f"{place}")]
    assert result.exit_code == 1, result.output
    assert any(sentence in line for line in lines), result.stderr
    assert book.changed() == {}


def test_a_number_as_text_is_read_with_a_word_about_it(book: Filled) -> None:
    """Pasted from a web page: the number is clear, its type is not."""
    book.write(DEPTHS, DEPTH, Meter="33,5")
    result = book.imported()
    assert result.exit_code == 0
    assert "Djup E2: varning: Talet är skrivet som text; det lästes som 33.5." in result.stderr
    assert "water:metres 33.5" in (book.file.parent / "data/lakes/pond.ttl").read_text("utf-8")


def test_a_date_as_text_is_read_with_a_word_about_it(book: Filled) -> None:
    """Where only a day belongs, a day that a workbook knows as one is expected."""
    book.write(LAKES, RUNN, Ändrad="2026-02-03")
    result = book.imported()
    assert result.exit_code == 0, result.output
    assert "varning: Datumet är skrivet som text; det lästes som 2026-02-03." in result.stderr


@pytest.mark.parametrize(
    ("number_format", "read"),
    [("yyyy-mm-dd", "2016-03-01"), ("mmm-yy", "2016-03"), ("yyyy", "2016")],
)
def test_a_date_cell_is_as_exact_as_it_looks(book: Filled, number_format: str, read: str) -> None:
    """Workbooks make 1 March of 'March 2015' and hide the day."""
    cell = book.cell(DEPTHS, DEPTH, "Tid")
    cell.value = datetime.datetime.fromisoformat("2016-03-01T00:00:00")
    cell.number_format = number_format
    assert book.imported().exit_code == 0
    ((_gone, come),) = book.changed().values()
    assert [line.split('"')[1] for line in come] == [read]


def test_text_beside_the_table_is_told_and_not_read(book: Filled) -> None:
    """A note in the margin is no mistake, and no data."""
    sheet = book.sheet(LAKES)
    sheet.cell(2, sheet.max_column + 2).value = "fråga Anna"
    result = book.imported()
    assert result.exit_code == 0
    assert "Kolumnen saknar rubrik, så ”fråga Anna” har inte lästs." in result.stderr
    assert book.changed() == {}


def no_workbook(file: Path) -> None:
    file.write_text("hej", encoding="utf-8")


def empty(file: Path) -> None:
    file.write_bytes(b"")


def locked(file: Path) -> None:
    stream = "EncryptedPackage".encode("utf-16-le")
    file.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + stream)


def macros(file: Path) -> None:
    with zipfile.ZipFile(file, "a") as parts:
        parts.writestr("xl/vbaProject.bin", b"x")


def other_zip(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("content.xml", "<x/>")


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-2000])


def damaged(file: Path) -> None:
    with zipfile.ZipFile(file) as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    kept["xl/workbook.xml"] = kept["xl/workbook.xml"][:300]
    with zipfile.ZipFile(file, "w") as parts:
        for name, content in kept.items():
            parts.writestr(name, content)


def missing(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (no_workbook, "Filen är ingen arbetsbok."),
        (empty, "Filen är tom."),
        (locked, "Arbetsboken är låst med lösenord."),
        (macros, "Arbetsboken har makron, som inte läses här."),
        (other_zip, "Filen är ingen arbetsbok som går att läsa"),
        (cut_off, "Filen är ingen arbetsbok"),
        (damaged, "Filen är ingen arbetsbok som går att läsa"),
        (missing, "Filen kan inte läsas"),
    ],
)
def test_a_file_that_is_no_workbook_is_told_what_to_do(
    book: Filled, spoil: Callable[[Path], None], sentence: str
) -> None:
    """A traceback tells an editor nothing."""
    book.save()
    spoil(book.file)
    result = call("import", FILE)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.output
    assert len(result.stderr.splitlines()) >= 2, "a cure follows"
    assert book.changed() == {}


def test_a_workbook_of_another_site_is_refused(book: Filled) -> None:
    """Two folders, two workbooks of the same name."""
    book.book["publisher"]["C1"].value = "https://other.example.org/"
    result = book.imported()
    assert result.exit_code == 1
    assert "Arbetsboken hör till en annan webbplats: https://other.example.org/" in result.stderr


def test_an_export_does_not_write_over_a_workbook(book: Filled) -> None:
    """What was filled in is not lost by a second export."""
    before = book.file.read_bytes()
    result = call("export", FILE)
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert book.file.read_bytes() == before
    assert call("export", FILE, "--force").exit_code == 0
    assert call("export", "x.csv").exit_code == 2


def test_findings_are_marked_in_a_copy_with_a_list_in_front(book: Filled) -> None:
    """The editor works through the list and finds the cell by a link."""
    book.write(DEPTHS, DEPTH, Meter="omkring 32")
    book.imported()
    original = book.file.read_bytes()
    marked = openpyxl.load_workbook(book.file.with_name("pond.findings.xlsx"))
    assert marked.sheetnames[0] == "Att rätta"
    rows = list(marked["Att rätta"].iter_rows(values_only=True))
    assert rows[0] == ("Allvar", "Blad", "Cell", "Att göra")
    assert rows[1][:3] == ("fel", DEPTHS, "E2")
    assert marked["Att rätta"]["C2"].hyperlink.location == "'Djup'!E2"
    cell = marked[DEPTHS]["E2"]
    assert "”omkring 32” är inget tal som passar här." in cell.comment.text
    assert cell.fill.fgColor.rgb == "FFF4B6B6"
    assert cell.value == "omkring 32"
    assert book.file.read_bytes() == original


def test_the_marked_copy_can_be_mended_and_imported(book: Filled) -> None:
    """The editor goes on where the marks are; old marks go away when new ones come."""
    book.write(DEPTHS, DEPTH, Meter="omkring 32", Tid="igår")
    book.imported()
    copy = book.file.with_name("pond.findings.xlsx")
    marked = openpyxl.load_workbook(copy)
    marked[DEPTHS]["E2"].value = 33
    marked.save(copy)
    assert call("import", copy.name).exit_code == 1
    again = openpyxl.load_workbook(copy)
    assert again.sheetnames.count("Att rätta") == 1
    assert again[DEPTHS]["E2"].comment is None
    assert again[DEPTHS]["F2"].comment is not None
    again[DEPTHS]["F2"].value = "2016"
    again.save(copy)
    assert call("import", copy.name).exit_code == 0
    text = (book.file.parent / "data/lakes/pond.ttl").read_text("utf-8")
    assert "water:metres 33.0" in text


def test_a_thing_added_twice_by_its_name_can_be_chosen_by_address(book: Filled) -> None:
    """Two sources of one name: the list shows what tells them apart."""
    for _ in range(2):
        book.add(SOURCES, Benämning_sv="Arkivet", Benämning_en="The archive")
    book.write(DEPTHS, DEPTH, Källa="Arkivet")
    result = book.imported()
    assert result.exit_code == 1
    assert "Arkivet [id/source/arkivet]; Arkivet [id/source/arkivet-2]" in result.stderr
    book.write(DEPTHS, DEPTH, Källa="Arkivet [id/source/arkivet-2]")
    book.write(LAKES, SILJAN, Öar=1, Källa__till__det__nya="Arkivet [id/source/arkivet]")
    assert book.imported().exit_code == 0


def test_a_marked_copy_that_was_worked_in_is_not_written_over(book: Filled) -> None:
    """Importing the old workbook once more by mistake costs no work."""
    book.write(DEPTHS, DEPTH, Meter="omkring 32")
    book.imported()
    copy = book.file.with_name("pond.findings.xlsx")
    marked = openpyxl.load_workbook(copy)
    marked[LAKES]["B2"].value = "mycket arbete"
    marked.save(copy)
    worked = copy.read_bytes()
    result = call("import", FILE)
    assert "det som är fel är märkt i pond-2.findings.xlsx." in result.stderr
    assert copy.read_bytes() == worked


def test_the_workbook_itself_is_marked_when_asked(book: Filled) -> None:
    """For those who like one file."""
    book.write(DEPTHS, DEPTH, Meter="omkring 32")
    assert book.imported("--mark-original").exit_code == 1
    assert openpyxl.load_workbook(book.file)[DEPTHS]["E2"].comment is not None
    assert not book.file.with_name("pond.findings.xlsx").exists()
