"""A table is found in a file whatever its encoding, separator and what stands around it."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from publisher.errors import SheetRefused
from publisher.start.raw_tables import RawTable, read_tables, tables_of


def table(content: str | bytes, name: str = "tabell.csv") -> RawTable:
    """Return the only table of some bytes."""
    raw = content if isinstance(content, bytes) else content.encode()
    (found,) = tables_of(raw, name)
    return found


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850", "mac_roman"],
)
def test_letters_survive_every_encoding_of_a_clerk(encoding: str) -> None:
    content = "Namn;Höjd\nÅkerbärsvägen;3\nÖrjans källa;4\n".encode(encoding)
    found = table(content)
    assert found.headings == ("Namn", "Höjd")
    assert found.column(0) == ["Åkerbärsvägen", "Örjans källa"]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_what_makes_rows_of_one_width(mark: str) -> None:
    rows = [["a", "b", "c"], ["1", "x, y; z", "2"], ["3", "y", "4"]]
    content = "\n".join(mark.join(f'"{cell}"' for cell in row) for row in rows)
    assert table(content).headings == ("a", "b", "c")
    assert len(table(content).rows) == 2


def test_titles_above_and_sums_below_are_left_out_and_told() -> None:
    found = table(
        "Rapport 2025;;\nUtskriven 2025-01-01;;\n;;\nNamn;Antal;Kr\nA;1;2\nB;3;4\n"
        "Summa;4;6\n;;\nKälla: ekonomisystemet, kontakta ekonomi vid frågor;;\n"
    )
    assert found.headings == ("Namn", "Antal", "Kr")
    assert found.column(0) == ["A", "B"]
    assert found.header == 4
    assert "Rapport 2025" in found.notes[0]["sv"]
    assert "Summa" in found.notes[1]["sv"]


def test_rows_keep_the_number_that_a_spreadsheet_shows() -> None:
    found = table("Titel;;\n\nNamn;Antal;Kr\nA;1;2\n;;\nB;3;4\n")
    assert [row.number for row in found.rows] == [4, 6]


def test_headings_over_two_rows_are_one() -> None:
    found = table("Namn;Adress;;Kontakt;\n;Gata;Postnr;E-post;Antal\nA;B 1;68530;a@b.example;3\n")
    assert found.headings == (
        *("Namn", "Adress Gata", "Adress Postnr", "Kontakt E-post", "Kontakt Antal"),
    )


def test_units_below_headings_belong_to_them() -> None:
    found = table("Brunn;pH;Järn;Bly\n;;mg/l;(µg/l)\nA;7,1;<0,02;3\nB;6,9;0,15;2\n")
    assert found.headings == ("Brunn", "pH", "Järn (mg/l)", "Bly (µg/l)")
    assert len(found.rows) == 2
    assert len(table("Vara;Antal;Enhet\nKabel;12;m\nRör;3;st\n").rows) == 2


def test_a_quote_that_nobody_closed_takes_no_other_row() -> None:
    content = 'Namn;Plats;Antal\nEk;"Storg;3\nAlm;Lillg;4\nTall;"Park";5\nGran;Torg;6\n'
    assert table(content).column(1) == ['"Storg', "Lillg", "Park", "Torg"]
    assert table('a;b;c\n1;"Ek;3\n2;Alm;4\n').column(1) == ['"Ek', "Alm"]
    assert table('a;b;c\n1;"x\ny; z";3\n').column(1) == ["x\ny; z"]


def test_rows_of_json_are_found_in_an_answer_and_their_objects_divided() -> None:
    rows = '[{"id": 1, "n": {"sv": "Ek", "en": "Oak"}, "at": {"x": 2}}, {"id": 2, "at": null}]'
    found = table(f'{{"success": true, "result": {{"total": 2, "records": {rows}}}}}', "a.json")
    assert found.headings == ("id", "n (sv)", "n (en)", "at x")
    assert [row.cells for row in found.rows] == [("1", "Ek", "Oak", "2"), ("2", "", "", "")]


@pytest.mark.parametrize("content", [b"SQLite format 3\0..", b"<html><table><tr><td>1</table>"])
def test_what_is_no_table_is_called_by_its_name(content: bytes) -> None:
    with pytest.raises(SheetRefused) as refused:
        table(content, "export.xls")
    assert refused.value.remedy
    assert "There is no table" not in str(refused.value)


def test_years_below_a_merged_heading_are_headings() -> None:
    """Also where the same words stand below two of them."""
    (table,) = tables_of(b"Club;Grant;;Pays;\n;2023;2024;Jan;Feb\nA;10;11;1;2\nB;8;9;3;4\n", "x")
    assert table.headings == ("Club", "Grant 2023", "Grant 2024", "Pays Jan", "Pays Feb")
    (table,) = tables_of(b"Hall;2024;;2023;\n;jan;feb;jan;feb\nA;1;2;3;4\nB;5;6;7;8\n", "x")
    assert table.headings[1:] == ("2024 jan", "2024 feb", "2023 jan", "2023 feb")


def test_headings_that_come_twice_are_numbered() -> None:
    assert table("Telefon;Telefon;telefon\n1;2;3\n").headings == (
        *("Telefon", "Telefon 2", "telefon 3"),
    )


def test_columns_without_a_heading_or_a_value_are_left_out() -> None:
    assert table("A;;B;\n1;;2;\n3;;4;\n").headings == ("A", "B")
    assert table("A;;B\n1;x;2\n").headings == ("A", "Kolumn 2", "B")


def test_a_quoted_cell_may_have_lines_and_quotation_marks() -> None:
    found = table('Namn;Text\nA;"Rad ett\r\nrad ""två"""\nB;C\n')
    assert found.column(1) == ['Rad ett\nrad "två"', "C"]


def test_spaces_that_nobody_sees_are_gone() -> None:
    assert table("Namn;Kr\n\u00a0A\u200b b ;1\u00a0200\n").rows[0].cells == ("A b", "1 200")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\0\0\1", b";;;\n;;;\n"])
def test_what_has_no_table_is_refused_with_a_cure(content: bytes) -> None:
    with pytest.raises(SheetRefused) as refused:
        tables_of(content, "tom.csv")
    assert refused.value.remedy


def test_a_workbook_gives_a_table_for_each_sheet_with_typed_cells(tmp_path: Path) -> None:
    path = tmp_path / "bok.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        first, second = book.add_worksheet("Verk"), book.add_worksheet("Rum")
        book.add_worksheet("Tomt")
        hidden = book.add_worksheet("Dolt")
        hidden.write_row(0, 0, ["x", "y"])
        hidden.hide()
        percent = book.add_format({"num_format": "0%"})
        first.write_row(0, 0, ["Namn", "Andel", "Summa"])
        first.write_row(1, 0, ["A", 0.25], percent)
        first.write_formula(1, 2, "=1+1", None, 2)
        second.write_row(0, 0, ["Rum", "Yta"])
        second.write_row(1, 0, ["Sal", 12.5])
    verk, rum = read_tables(path)
    assert (verk.name, rum.name) == ("Verk", "Rum")
    assert verk.rows[0].cells == ("A", "25 %", "2")
    assert rum.rows[0].cells == ("Sal", "12.5")


def test_what_is_merged_over_lines_stands_in_each_and_remarks_are_no_table(tmp_path: Path) -> None:
    path = tmp_path / "bok.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, remarks = book.add_worksheet("Pass"), book.add_worksheet("Läs mig")
        sheet.merge_range(0, 0, 0, 2, "Simhallens pass")
        sheet.write_row(1, 0, ["Dag", "Pass", "Platser"])
        sheet.merge_range(2, 0, 3, 0, "måndag")
        for line, (course, places) in enumerate([("Crawl", 12), ("Vattengympa", 20)], 2):
            sheet.write_row(line, 1, [course, places])
        sheet.write_row(4, 0, ["tisdag", "Crawl", 10])
        remarks.write(0, 0, "Passen bokas i receptionen.")
    (found,) = read_tables(path)
    assert found.name == "bok"
    assert found.headings == ("Dag", "Pass", "Platser")
    assert found.column(0) == ["måndag", "måndag", "tisdag"]
    assert any("Läs mig" in note["sv"] for note in found.notes)


def test_hidden_sheets_are_named_also_beside_a_single_table(tmp_path: Path) -> None:
    path = tmp_path / "bok.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        shown, hidden, deeper = (book.add_worksheet(name) for name in ("Hallar", "Löner", "Koder"))
        for sheet in (shown, hidden, deeper):
            sheet.write_row(0, 0, ["Namn", "Antal"])
            sheet.write_row(1, 0, ["A", 1])
        hidden.hide()
        deeper.very_hidden()
    (found,) = read_tables(path)
    assert found.name == "bok"
    assert found.column(0) == ["A"]
    assert ["Löner" in note["sv"] and "Koder" in note["sv"] for note in found.notes] == [True]


def _package(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, b"\0")
    return written.getvalue()


_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", _COMPOUND + "Workbook".encode("utf-16-le"), ".xls."),
        ("a.xlsx", _COMPOUND + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("a.xlsb", _package("[Content_Types].xml", "xl/workbook.bin"), ".xlsb"),
        ("b.xlsx", _package("[Content_Types].xml", "xl/workbook.bin"), ".xlsb"),
    ],
)
def test_workbooks_in_other_forms_are_refused_by_their_name(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SheetRefused) as refused:
        read_tables(path)
    assert said in str(refused.value)
    assert refused.value.remedy


def ods(rows: str) -> bytes:
    """Return a spreadsheet of LibreOffice with some rows."""
    head = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<o:d xmlns:o="{head}office:1.0" xmlns:t="{head}table:1.0" xmlns:x="{head}text:1.0">'
        f'<t:table t:name="Blad1">{rows}</t:table></o:d>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("content.xml", content)
    return written.getvalue()


def test_a_sheet_of_libreoffice_is_read_with_its_types() -> None:
    def cell(kind: str, value: str, shown: str) -> str:
        name = {"float": "value", "date": "date-value", "percentage": "value"}[kind]
        typed = f'o:value-type="{kind}" o:{name}="{value}"'
        return f"<t:table-cell {typed}><x:p>{shown}</x:p></t:table-cell>"

    def word(shown: str) -> str:
        return f'<t:table-cell o:value-type="string"><x:p>{shown}</x:p></t:table-cell>'

    empty = '<t:table-cell t:number-columns-repeated="1000"/>'
    found = table(
        ods(
            f"<t:table-row>{word('Namn')}{word('Antal')}{word('Dag')}{word('Del')}{empty}"
            "</t:table-row>"
            f"<t:table-row>{word('A')}{cell('float', '1200.5', '1 200,5')}"
            f"{cell('date', '2025-05-01', '1 maj')}{cell('percentage', '0.07', '7 %')}"
            "</t:table-row>"
            '<t:table-row t:number-rows-repeated="1048000"><t:table-cell/></t:table-row>'
        ),
        "blad.ods",
    )
    assert found.headings == ("Namn", "Antal", "Dag", "Del")
    assert found.rows[0].cells == ("A", "1200.5", "2025-05-01", "7 %")


def test_what_is_merged_over_rows_in_libreoffice_stands_in_each() -> None:
    def words(*shown: str) -> str:
        return "".join(f"<t:table-cell><x:p>{each}</x:p></t:table-cell>" for each in shown)

    merged = '<t:table-cell t:number-rows-spanned="2"><x:p>norr</x:p></t:table-cell>'
    found = table(
        ods(
            f"<t:table-row>{words('Del', 'Spår', 'Km')}</t:table-row>"
            f"<t:table-row>{merged}{words('Myren', '5')}</t:table-row>"
            f"<t:table-row><t:covered-table-cell/>{words('Åsen', '7')}</t:table-row>"
            f"<t:table-row>{words('syd', 'Sjön', '8')}</t:table-row>"
        ),
        "blad.ods",
    )
    assert found.column(0) == ["norr", "norr", "syd"]


def test_entities_in_a_sheet_are_refused() -> None:
    """A few lines of them unpack to gigabytes."""
    content = ods("").replace(b"", b"")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        words = archive.read("content.xml")
    evil = io.BytesIO()
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("content.xml", b'<!DOCTYPE d [<!ENTITY a "b">]>' + words)
    with pytest.raises(SheetRefused):
        tables_of(evil.getvalue(), "blad.ods")


_CELL = '<t:table-cell t:number-columns-repeated="{}"><x:p>a</x:p></t:table-cell>'
_ROW = '<t:table-row t:number-rows-repeated="{}">{}</t:table-row>'
_FEATURE = '{{"type":"Feature","properties":{{"k{}":1}},"geometry":null}}'


def _archive(content: bytes, flags: int, method: int) -> bytes:
    """Return an archive that says of its file that it is locked, or packed in another way."""
    written, at = bytearray(content), content.find(b"PK\1\2")
    written[at + 8 : at + 12] = bytes([flags, 0, method, 0])
    written[6:10] = bytes([flags, 0, method, 0])
    return bytes(written)


HOSTILE = {
    "a long row above many short ones": (
        "t.csv",
        lambda: b"a;" * 1999 + b"a\n" + b"b\n" * 100_000,
    ),
    "more separators than cells are read": ("t.csv", lambda: b"," * 50_000_001),
    "a wide row that comes again and again": (
        "t.ods",
        lambda: ods(_ROW.format(1_048_000, _CELL.format(2000))),
    ),
    "a wide row above one that comes again": (
        "t.ods",
        lambda: ods(_ROW.format(1, _CELL.format(2000)) + _ROW.format(100_000, _CELL.format(1))),
    ),
    "a row of three that comes a million times": (
        "t.ods",
        lambda: ods(_ROW.format(1_048_000, _CELL.format(3))),
    ),
    "a locked archive": ("t.ods", lambda: _archive(ods(""), 1, 0)),
    "an archive packed in another way": ("t.ods", lambda: _archive(ods(""), 0, 99)),
    "a property of its own in each feature": (
        "t.geojson",
        lambda: f'{{"features":[{",".join(map(_FEATURE.format, range(60_000)))}]}}'.encode(),
    ),
    "half a letter": (
        "t.json",
        lambda: b'[{"a": "\\ud83e", "b\\udc00": 1}, {"a": "b"}]',
    ),
}


@pytest.mark.parametrize(("name", "make"), HOSTILE.values(), ids=HOSTILE)
def test_what_would_grow_beyond_measure_or_cannot_be_read_costs_a_sentence(
    name: str, make: Callable[[], bytes]
) -> None:
    """Rows are filled up to one width: time and memory follow the cells that there are."""
    with pytest.raises(SheetRefused) as refused:
        tables_of(make(), name)
    assert refused.value.where == name
    assert refused.value.remedy


def test_geojson_is_a_table_with_a_geometry() -> None:
    found = table(
        '{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:'
        'EPSG::3006"}},"features":[{"type":"Feature","id":7,"properties":{"namn":"A","tags":["x",'
        '"y"]},"geometry":{"type":"Point","coordinates":[674032,6580822]}}]}',
        "platser.geojson",
    )
    assert found.headings == ("id", "namn", "tags", "geometri")
    assert found.rows[0].cells == ("7", "A", "x; y", "SRID=3006;POINT (674032 6580822)")


def test_parquet_is_read_where_its_library_is(tmp_path: Path) -> None:
    """Types become texts as a clerk writes them; bytes are left out, which is told."""
    pyarrow = pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {
        "Buoy": ["B-1", "B-2"],
        "Depth": [4.5, None],
        "Lit": [True, False],
        "Laid": [date(2024, 5, 1), None],
        "Colours": [["red", "white"], []],
        "Photo": [b"\x89PNG", None],
    }
    file = tmp_path / "buoys.parquet"
    parquet.write_table(pyarrow.table(columns), file)
    (table,) = read_tables(file)
    assert table.headings == ("Buoy", "Depth", "Lit", "Laid", "Colours")
    assert [row.cells for row in table.rows] == [
        ("B-1", "4.5", "true", "2024-05-01", "red; white"),
        ("B-2", "", "false", "", ""),
    ]
    assert "Photo" in table.notes[0]["en"]


def test_parquet_without_its_library_is_answered_with_the_cure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SheetRefused, match="Nothing here reads Parquet") as refused:
        tables_of(b"PAR1....PAR1", "buoys.parquet")
    assert "'.[parquet]'" in refused.value.in_language("en")
