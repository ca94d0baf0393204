"""Rows of worksheets, byte for byte as the library writes them that makes the frame."""

from __future__ import annotations

import random
import re
from contextlib import ExitStack
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

from xlsxwriter import Workbook

from publisher.release.tables.sheet_rows import (
    SheetRows,
    column_letters,
    link_attributes,
    text_cell,
    text_element,
    value_cell,
)

# Pieces that a cell or XML reads in another way, and some that they do not.
_PIECES = (
    *(chr(code) for code in range(0x20)),
    *" \u00a0\u2003\u2028\x7f\x85\ufffe\uffff\ufdd0\U0001fffe",
    *"&<>\"'_=@+-%#",
    *("_x000D_", "_x41_", "_xABCD", "_x005F_", "&amp;", "<t>", "]]>", "<r>", "</r>"),
    *("ord", "Ångström", "Ελλάδα", "العربية", "日本", "e\u0301", "👩\u200d🚀", "\ud7ff"),
)
_LINK_PIECES = (
    *'%"<>[]^`{}#?&=+;,:@!$()*|~',
    *("%20", "%", "%zz", "%2F", "a", "/", "å", "日", "#x", "👩", "'"),
)
_ROW = re.compile(r"<row [^>]*?r=\"(\d+)\"[^>]*>(.*?)</row>", re.DOTALL)
_STYLES = re.compile(r'(<c r="[A-Z]+\d+") s="\d+"')


def _texts(chance: random.Random, pieces: tuple[str, ...], count: int) -> list[str]:
    return ["".join(chance.choices(pieces, k=chance.randint(1, 6))) for _ in range(count)]


def _sheet(write, part: str = "xl/worksheets/sheet1.xml") -> str:
    """Return a part of a workbook that the library writes row by row."""
    file = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_urls": False,
        "strings_to_formulas": False,
        "max_url_length": 2079,
    }
    book = Workbook(file, options)
    write(book, book.add_worksheet())
    book.close()
    with ZipFile(file) as made:
        return made.read(part).decode()


def _cells(sheet: str) -> list[str]:
    return [row[1] for row in _ROW.findall(_STYLES.sub(r"\1", sheet))]


def test_texts_are_written_as_the_library_writes_them():
    # What is shaped like rich text is left to the library's own test of it: it takes markup there.
    texts = [t for t in _texts(random.Random(1), _PIECES, 1200) if not t.startswith("<r>")]

    def write(book, sheet):
        for number, text in enumerate(texts):
            assert sheet.write_string(number, 0, text) == 0

    expected = _cells(_sheet(write))
    assert len(expected) == len(texts) > 1100
    for number, (text, cell) in enumerate(zip(texts, expected, strict=True), 1):
        assert text_cell(f"A{number}", text_element(text)) == cell, ascii(text)


def test_numbers_days_and_truth_values_are_written_as_the_library_writes_them():
    chance = random.Random(2)
    numbers = [0.0, -0.0, 0.1, 1 / 3, 1e15, 1e16, 123456789012345.0, 1e-300, 1e300, -2.5]
    numbers += [chance.uniform(-1, 1) * 10 ** chance.randint(-300, 300) for _ in range(200)]
    first = date(1900, 1, 1)
    days = [first + timedelta(number) for number in (0, 57, 58, 59, 60, 61, 365, 2_958_463)]
    days += [first + timedelta(chance.randrange(2_958_464)) for _ in range(200)]
    values: list[bool | date | float] = [True, False, *numbers, *days]

    def write(book, sheet):
        style = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, value in enumerate(values):
            if isinstance(value, bool):
                sheet.write_boolean(number, 0, value)
            elif isinstance(value, date):
                sheet.write_datetime(number, 0, value, style)
            else:
                sheet.write_number(number, 0, value)

    expected = _cells(_sheet(write))
    assert len(expected) == len(values)
    for number, (value, cell) in enumerate(zip(values, expected, strict=True), 1):
        assert value_cell(f"A{number}", value, "") == cell, value


def test_links_are_written_as_the_library_writes_them():
    ends = _texts(random.Random(3), _LINK_PIECES, 400)
    addresses = [f"https://example.org/{end}" for end in ends]

    def write(book, sheet):
        for number, address in enumerate(addresses):
            assert sheet.write_url(number, 0, address) == 0

    sheet = _sheet(write)
    targets = _sheet(write, "xl/worksheets/_rels/sheet1.xml.rels")
    with ExitStack() as opened:
        rows = SheetRows(opened)
        for number, address in enumerate(addresses, 1):
            rows.add_link(f"A{number}", link_attributes(address))
        written_links, written_targets = BytesIO(), BytesIO()
        rows.copy_links(written_links)
        rows.copy_targets(written_targets)
    expected_links = re.findall(r"<hyperlink .*?/>", sheet)
    expected_targets = re.findall(r"<Relationship .*?/>", targets)
    assert len(expected_links) == len(expected_targets) == len(addresses)
    assert re.findall(r"<hyperlink .*?/>", written_links.getvalue().decode()) == expected_links
    assert (
        re.findall(r"<Relationship .*?/>", written_targets.getvalue().decode()) == expected_targets
    )


def test_columns_are_named_as_the_library_names_them():
    columns = (0, 1, 25, 26, 27, 700, 701, 702, 703, 16_383)

    def write(book, sheet):
        for column in columns:
            sheet.write_number(0, column, 1)

    places = re.findall(r'<c r="([A-Z]+)1"', _sheet(write))
    assert places == [column_letters(column) for column in columns]
