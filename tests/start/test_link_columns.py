"""An address behind the text of a cell is kept: as the value, or in a column beside it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter

from publisher.edit.sheets.cell_links import formula_address, is_web_address
from publisher.start.raw_tables import RawTable, read_tables, tables_of

SITE = "https://badhus.example/"


def workbook(folder: Path, rows: list[list[object]], links: Mapping[str, tuple[str, str]]) -> Path:
    """Return a workbook with rows, and with links: place → address and text."""
    path = folder / "bok.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Blad")
        for line, row in enumerate(rows):
            sheet.write_row(line, 0, row)
        for place, (address, shown) in links.items():
            sheet.write_url(place, address, string=shown)
    return path


def one(path: Path) -> RawTable:
    (found,) = read_tables(path)
    return found


def said(table: RawTable) -> str:
    return " ".join(note["en"] for note in table.notes)


def test_the_address_is_the_value_where_every_text_only_says_that_there_is_a_link(
    tmp_path: Path,
) -> None:
    rows: list[list[object]] = [["Bad", "Djup", "Webbplats"], ["A", 1], ["B", 2], ["C", 3]]
    links = {
        "C2": (f"{SITE}a", "Webbplats"),
        "C3": (f"{SITE}b#tider", "Läs mer »"),
        "C4": ("http://www.badhus.example/c", "www.badhus.example/c"),
    }
    found = one(workbook(tmp_path, rows, links))
    assert found.headings == ("Bad", "Djup", "Webbplats")
    assert found.column(2) == [f"{SITE}a", f"{SITE}b#tider", "http://www.badhus.example/c"]
    assert "'Webbplats'" in said(found)


def test_a_text_that_says_something_stays_and_its_address_stands_beside(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Skola", "Typ", "Ort"], ["", "", "Ed"], ["", "", "Å"], ["C", "F"]]
    links = {
        "A2": (f"{SITE}1", "Ekskolan"),
        "B2": (f"{SITE}typ", "F"),
        "A3": (f"{SITE}2", "Almskolan"),
        "B3": (f"{SITE}typ", "F"),
    }
    found = one(workbook(tmp_path, rows, links))
    assert found.headings == ("Skola", "Typ", "Ort", "Skola URL", "Typ URL")
    assert found.rows[0].cells == ("Ekskolan", "F", "Ed", f"{SITE}1", f"{SITE}typ")
    assert found.rows[2].cells == ("C", "F", "", "", "")
    assert "'Skola URL'" in said(found)


def test_a_mail_address_is_without_its_scheme_and_one_that_is_shown_is_there_once(
    tmp_path: Path,
) -> None:
    rows: list[list[object]] = [["Namn", "Chef", "Mejl"], ["A", "", ""], ["B", "", ""]]
    links = {
        "B2": ("mailto:ek@bad.example?subject=Hej", "Siv Ek"),
        "B3": ("mailto:al@bad.example", "Bo Al"),
        "C2": ("mailto:info@bad.example", "info@bad.example"),
    }
    found = one(workbook(tmp_path, rows, links))
    assert found.headings == ("Namn", "Chef", "Mejl", "Chef e-mail")
    assert found.column(3) == ["ek@bad.example", "al@bad.example"]
    assert found.column(2) == ["info@bad.example", ""]


def test_formulas_make_addresses_of_texts_and_cells_and_what_they_cannot_is_named(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bok.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nr", "Namn", "Karta", "Film"])
        for line, name in enumerate(["Ek", "Al"], 2):
            sheet.write_row(line - 1, 0, [line * 10, name])
            formula = f'=HYPERLINK("https://karta.example/?q="&A{line},"Visa")'
            sheet.write_formula(line - 1, 2, formula, None, "Visa")
        sheet.write_formula(1, 3, '=HYPERLINK(LOWER("HTTPS://X.EXAMPLE"),"Se")', None, "Se")
    found = one(path)
    assert found.column(2) == ["https://karta.example/?q=20", "https://karta.example/?q=30"]
    assert "D2" in said(found)


def test_a_formula_that_cells_share_is_another_in_each(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["Nr", "Se"], ["x", "Mer"], ["y", "Mer"]], {})
    shared = (
        '<c r="B2" t="str"><f t="shared" ref="B2:B3" si="0">HYPERLINK("https://a.example/"&amp;A2'
        ',"Mer")</f><v>Mer</v></c>',
        '<c r="B3" t="str"><f t="shared" si="0"/><v>Mer</v></c>',
    )
    changed = tmp_path / "delad.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for part in old.namelist():
            words = old.read(part).decode()
            if part.endswith("sheet1.xml"):
                for place, cell in zip(("B2", "B3"), shared, strict=True):
                    begin = words.index(f'<c r="{place}"')
                    end = words.index("</c>", begin) + len("</c>")
                    words = words[:begin] + cell + words[end:]
            new.writestr(part, words)
    assert one(changed).column(1) == ["https://a.example/x", "https://a.example/y"]


def test_links_outside_the_table_and_into_one_computer_are_named(tmp_path: Path) -> None:
    rows: list[list[object]] = [["", "", ""], ["Namn", "Plan", "Antal"], ["A", "", 1], ["B", "", 2]]
    links = {
        "A1": (f"{SITE}om", "Om listan"),
        "B3": ("external:c:\\planer\\a.pdf", "Plan A"),
        "B4": ("internal:Blad!A1", "Upp"),
    }
    found = one(workbook(tmp_path, rows, links))
    assert found.headings == ("Namn", "Plan", "Antal")
    assert f"{SITE}om" in said(found)
    assert "a.pdf" in said(found)


def test_a_link_on_merged_cells_belongs_to_each_of_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "bok.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Förening", "Pass", "Antal"])
        sheet.merge_range(1, 0, 2, 0, "")
        sheet.write_url(1, 0, f"{SITE}klubb", string="Klubben")
        sheet.write_row(1, 1, ["Crawl", 3])
        sheet.write_row(2, 1, ["Dans", 4])
    found = one(path)
    assert [row.cells[3] for row in found.rows] == [f"{SITE}klubb"] * 2


def ods(rows: str) -> bytes:
    head = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<o:d xmlns:o="{head}office:1.0" xmlns:t="{head}table:1.0" xmlns:x="{head}text:1.0"'
        f' xmlns:l="http://www.w3.org/1999/xlink"><t:table t:name="B">{rows}</t:table></o:d>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("content.xml", content)
    return written.getvalue()


def test_links_of_libreoffice_are_kept_as_those_of_excel() -> None:
    def row(*cells: str) -> str:
        made = "".join(f"<t:table-cell{each}</x:p></t:table-cell>" for each in cells)
        return f"<t:table-row>{made}</t:table-row>"

    def link(address: str, shown: str) -> str:
        return f'><x:p><x:a l:href="{address}">{shown}</x:a>'

    formula = " t:formula='of:=HYPERLINK(&quot;https://k.example/&quot;&amp;[.A{}];&quot;Se&quot;)'"
    content = ods(
        row("><x:p>Nr", "><x:p>Namn", "><x:p>Karta", "><x:p>Länk")
        + row("><x:p>7", link(f"{SITE}ek", "Ek"), f"{formula.format(2)}><x:p>Se", "><x:p>")
        + row("><x:p>8", link(f"{SITE}al", "Al"), f"{formula.format(3)}><x:p>Se", "><x:p>x")
    )
    (found,) = tables_of(content, "blad.ods")
    assert found.headings == ("Nr", "Namn", "Karta", "Länk", "Namn URL")
    assert found.rows[1].cells == ("8", "Al", "https://k.example/8", "x", f"{SITE}al")


def test_words_above_links_are_headings_though_each_link_shows_them_again(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Klubb", "Ort", "Hemsida"], ["A", "Ed"], ["B", "Å"], ["C", "Ed"]]
    links = {f"C{n}": (f"{SITE}{n}", "Hemsida") for n in (2, 3, 4)}
    found = one(workbook(tmp_path, rows, links))
    assert found.headings == ("Klubb", "Ort", "Hemsida")
    assert found.column(2) == [f"{SITE}2", f"{SITE}3", f"{SITE}4"]
    rows = [["A", "Ed", ""], ["B", "Å", ""]]
    links = {"C1": (f"{SITE}1", "Hemsida"), "C2": (f"{SITE}2", "Hemsida")}
    assert one(workbook(tmp_path, rows, links)).headings[0] == "Kolumn 1"


def test_a_link_without_a_text_is_a_value(tmp_path: Path) -> None:
    """A picture or an empty cell may have one."""
    path = tmp_path / "bok.xlsx"
    rows: list[list[object]] = [["Namn", "Antal", "Bild"], ["A", 1, "x"], ["B", 2, "x"]]
    workbook(tmp_path, rows, {"C2": (f"{SITE}a.png", " "), "C3": (f"{SITE}b.png", " ")})
    assert one(path).column(2) == [f"{SITE}a.png", f"{SITE}b.png"]


@pytest.mark.parametrize(
    ("formula", "address"),
    [
        ('HYPERLINK("https://a.example/?a=""b""")', 'https://a.example/?a="b"'),
        ('hyperlink($B$2 & "/om" ; "Se")', "https://b.example/om"),
        ('HYPERLINK(Blad2!B2,"Se")', None),
        ('HYPERLINK("https://a.example/"&ROW(),"Se")', None),
        ('HYPERLINK("https://a.example/', None),
        ("HYPERLINK()", ""),
    ],
)
def test_an_address_is_only_what_a_formula_says_for_certain(
    formula: str, address: str | None
) -> None:
    assert formula_address(formula, {(2, 2): "https://b.example"}.__getitem__) == address


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "bilder/a.png", "\\\\server\\a", "data:,x"]
)
def test_what_leads_to_nothing_on_the_web_is_no_address(address: str) -> None:
    assert not is_web_address(address)
