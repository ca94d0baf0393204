"""Workbooks and tables of strangers, made to cost more than they hold."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>Adress här</t></is></c></row>'
# What the sentence of a refusal begins with, in English.
DAMAGED = "The file is not a workbook that can be read, or it is damaged."


def worksheet(data: str, before: str = "", after: str = "") -> str:
    """Return a sheet with some data."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<worksheet xmlns="{MAIN}">'
        f"<sheetData>{HEAD}{data}</sheetData>{after}</worksheet>"
    )


def base(file: Path) -> None:
    """Write a workbook with one sheet for lakes."""
    book = openpyxl.Workbook()
    book.active.title = "Sjö"
    book.active["A1"] = "Adress här"
    book.save(file)


def put(file: Path, parts: Mapping[str, str | bytes | Iterable[str]], **more: int) -> None:
    """Write the workbook with some parts in the place of its own."""
    base(file)
    with zipfile.ZipFile(file) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    method = more.get("method", zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(file, "w", method, compresslevel=1) as archive:
        for name, content in kept.items():
            if name not in parts:
                archive.writestr(name, content)
        for name, part in parts.items():
            with archive.open(name, "w") as stream:
                for piece in [part] if isinstance(part, str | bytes) else part:
                    stream.write(piece.encode() if isinstance(piece, str) else piece)


def cell(address: str, text: str = "x") -> str:
    """Return a line with one cell that holds a text."""
    line = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{line}"><c r="{address}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def repeated(piece: str, count: int) -> Iterator[str]:
    """Yield a sheet that holds a piece very often, a thousand at a time."""
    begin, end = worksheet("\0").split("\0")
    yield begin
    for _ in range(count // 1_000):
        yield piece * 1_000
    yield end


def formatted(count: int) -> Iterator[str]:
    """Yield a sheet with many lines that have a format and nothing else."""
    begin, end = worksheet("\0").split("\0")
    yield begin
    for number in range(2, count + 2):
        yield f'<row r="{number}" s="0" customFormat="1"><c r="A{number}" s="0"/></row>'
    yield end


def stray_row(file: Path) -> None:
    put(file, {SHEET: worksheet(cell("XFD1000", "vilse"))})


def stray_corner(file: Path) -> None:
    put(file, {SHEET: worksheet(cell("XFD1048576", "vilse"))})


def stray_line(file: Path) -> None:
    put(file, {SHEET: worksheet(cell("A1048576", "vilse"))})


def stray_heading(file: Path) -> None:
    row = HEAD.replace("</row>", '<c r="XFD1" t="inlineStr"><is><t>vilse</t></is></c></row>')
    put(file, {SHEET: worksheet("").replace(HEAD, row)})


def blank_corner(file: Path) -> None:
    put(file, {SHEET: worksheet(cell("XFD1048576", " "))})


def lying_dimension(file: Path) -> None:
    said = '<dimension ref="A1:XFD1048576"/><sheetData>'
    put(file, {SHEET: worksheet("").replace("<sheetData>", said)})


def formatted_lines(file: Path) -> None:
    put(file, {SHEET: formatted(300_000)})


def formatted_columns(file: Path) -> None:
    columns = '<cols><col min="1" max="16384" style="0" width="20"/></cols><sheetData>'
    put(file, {SHEET: worksheet("").replace("<sheetData>", columns)})


def wide_lines(file: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="XFD{n}" s="0"/></row>' for n in range(2, 50_000))
    put(file, {SHEET: worksheet(rows + cell("A50001", " "))})


def merged_columns(file: Path) -> None:
    area = '<mergeCells count="1"><mergeCell ref="B1:XFD1048576"/></mergeCells>'
    put(file, {SHEET: worksheet("", after=area)})


def very_many_merged(file: Path) -> None:
    areas = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(2, 200_000))
    put(file, {SHEET: worksheet("", after=f"<mergeCells>{areas}</mergeCells>")})


def unpacks_to_gigabytes(file: Path) -> None:
    put(file, {SHEET: repeated(" " * 1_000, 700_000)})


def unpacks_to_blanks(file: Path) -> None:
    put(file, {SHEET: repeated(" " * 500, 400_000)})


def one_long_line(file: Path) -> None:
    put(file, {SHEET: worksheet(f'<row r="2">{"<c><v>1</v></c>" * 200_000}</row>')})


def long_text(file: Path) -> None:
    put(file, {SHEET: worksheet(cell("B2", "x" * 40_000_000))})


def longer_than_a_cell(file: Path) -> None:
    put(file, {SHEET: worksheet(cell("B2", "x" * 40_000))})


def long_attribute(file: Path) -> None:
    put(file, {SHEET: worksheet(f'<row r="2" x="{"x" * 40_000_000}"/>')})


def deep(file: Path) -> None:
    put(file, {SHEET: worksheet("<a>" * 100_000 + "</a>" * 100_000)})


def deep_styles(file: Path) -> None:
    body = "<extLst>" * 50_000 + "</extLst>" * 50_000
    put(file, {"xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{body}</styleSheet>'})


def large_styles(file: Path) -> None:
    body = "".join(f'<numFmt numFmtId="{n}" formatCode="0"/>' for n in range(400_000))
    put(
        file,
        {"xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{body}</numFmts></styleSheet>'},
    )


def entities(file: Path) -> None:
    lol = '<!ENTITY a0 "lol">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    put(file, {SHEET: worksheet(cell("A2", "&a9;"), before=f"<!DOCTYPE r [{lol}]>")})


def outside_entity(file: Path) -> None:
    begin = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    put(file, {SHEET: worksheet(cell("A2", "&a;"), before=begin)})


def lines_out_of_order(file: Path) -> None:
    put(file, {SHEET: worksheet(cell("A9") + cell("A2"))})


def very_many_sheets(file: Path) -> None:
    base(file)
    with zipfile.ZipFile(file) as archive:
        book = archive.read("xl/workbook.xml").decode()
    begin, tag, end = book.partition("<sheets>")
    more = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(2, 50_000))
    spaced = begin.replace(
        "<workbook ",
        '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" ',
        1,
    )
    put(file, {"xl/workbook.xml": spaced + tag + more + end})


def very_many_parts(file: Path) -> None:
    put(file, {f"xl/worksheets/x{n}.xml": "<x/>" for n in range(6_000)})


def other_packing(file: Path) -> None:
    put(file, {SHEET: worksheet("")}, method=zipfile.ZIP_LZMA)


def damaged_bytes(file: Path) -> None:
    put(file, {SHEET: repeated(cell("B2"), 2_000)})
    content = bytearray(file.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 40] = b"\xff" * 40
    file.write_bytes(content)


def wrong_numbers(file: Path) -> None:
    row = f'<row r="2"><c r="A2"><v>{"9" * 10_000}</v></c><c r="B2" t="s"><v>77</v></c></row>'
    put(file, {SHEET: worksheet(row)})


# Workbook → what is said of it; None: it is imported.
WORKBOOKS: Mapping[Callable[[Path], None], str | None] = {
    stray_row: "Empty the cell XFD1000.",
    stray_corner: "Empty the cell XFD1048576.",
    stray_line: "Empty the cell A1048576.",
    stray_heading: "Empty the cell XFD1.",
    blank_corner: None,
    lying_dimension: None,
    formatted_lines: None,
    formatted_columns: None,
    wide_lines: None,
    merged_columns: "The cells B1:XFD1048576 are merged into one.",
    very_many_merged: "… and 199,898 more like this.",
    unpacks_to_gigabytes: "MB large unpacked; at most 600 MB are read.",
    unpacks_to_blanks: "",
    one_long_line: DAMAGED,
    long_text: "The text of a cell is longer than a workbook can hold: B2.",
    longer_than_a_cell: "The text has 40000 characters; a cell holds at most 32767.",
    long_attribute: "The text of a cell is longer than a workbook can hold",
    deep: DAMAGED,
    deep_styles: DAMAGED,
    large_styles: DAMAGED,
    entities: DAMAGED,
    outside_entity: DAMAGED,
    lines_out_of_order: DAMAGED,
    very_many_sheets: DAMAGED,
    very_many_parts: DAMAGED,
    other_packing: DAMAGED,
    damaged_bytes: "",
    wrong_numbers: DAMAGED,
}


def very_wide(file: Path) -> None:
    file.write_text("id,Slag\n" + "a," * 1_000_000 + "a\n", encoding="utf-8")


def wide_heading(file: Path) -> None:
    file.write_text("id," + "Slag," * 1_000_000 + "\n", encoding="utf-8")


def wide_below(file: Path) -> None:
    rows = 'id,Slag\nid/lake/runn,"deep\nand dark"\nid/lake/runn,' + "a," * 3_000_000 + "\n"
    file.write_text(rows, encoding="utf-8")


def unclosed_later(file: Path) -> None:
    rows = 'id,Slag\n\nid/lake/runn,"deep\nand dark"\nid/lake/runn,"deep\n' + "a,b\n" * 100
    file.write_text(rows, encoding="utf-8")


def huge_cell(file: Path) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write("id,Slag\nid/lake/runn,")
        for _ in range(100):
            stream.write("x" * 1_000_000)


def large_cell(file: Path) -> None:
    file.write_text("id,Slag\nid/lake/runn," + "x" * 10_000_000, encoding="utf-8")


def nothing_bytes(file: Path) -> None:
    file.write_bytes(b"id,Slag\n" + b"\0" * 1_000_000)


def unclosed(file: Path) -> None:
    file.write_text('id,Slag\nid/lake/runn,"' + "deep\n" * 1_000_000, encoding="utf-8")


def endless_row(file: Path) -> None:
    file.write_text("id,Slag\n" + '"a\n",' * 1_000_000, encoding="utf-8")


def empty_lines(file: Path) -> None:
    file.write_text("id,Slag\n" + "\n" * 5_000_000, encoding="utf-8")


def one_line_of_tabs(file: Path) -> None:
    file.write_text("\t" * 10_000_000, encoding="utf-8")


# Table → what is said of it.
TABLES: Mapping[Callable[[Path], None], str] = {
    very_wide: "The table continues beyond what is read",
    wide_heading: "Line 1 has more than 5000000 characters.",
    wide_below: "Line 4 has more than 5000000 characters.",
    huge_cell: "The file is larger than 50 MB.",
    large_cell: "Line 2 has more than 5000000 characters.",
    nothing_bytes: "The file is empty, too large, or no CSV file.",
    unclosed: "Line 2 is not CSV: the row has no end. Look for a quotation mark",
    unclosed_later: "Line 5 is not CSV: unexpected end of data",
    endless_row: "Line 2 is not CSV: the row has no end. Look for a quotation mark",
    empty_lines: "The table continues beyond what is read: A1048577.",
    one_line_of_tabs: "The file is empty, too large, or no CSV file.",
}
