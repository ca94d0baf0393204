"""A file that should be a workbook → its sheets as they stand; else a sentence with the cure."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from publisher.errors import SheetRefused
from publisher.messages import text
from publisher.writing.sheets.book import OWN
from publisher.writing.sheets.grids import (
    DATE_CELL,
    NUMBER_CELL,
    TRUTH_CELL,
    Cell,
    Grid,
    Place,
    Placed,
    placed,
)

# The compound file that a workbook with a password is, and every .xls (MS-CFB, section 2.2).
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_MACROS = "xl/vbaProject.bin"
# LibreOffice writes a truth like this.
_TRUTHS = {"=TRUE()": "true", "=FALSE()": "false"}
_LARGEST_MB = 100
_MOST_LINES = 100_000


def open_workbook(file: Path) -> Any:
    """Return a workbook.

    Raises:
        SheetRefused: It is missing, unreadable, locked, no workbook, or has macros.
    """
    _refuse_what_is_none(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl does not read and we do not need
            return openpyxl.load_workbook(file)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise SheetRefused(
            "The file is not a workbook that can be read, or it is damaged.",
            where=file.name,
            remedy="Open it in Excel or LibreOffice and save it as .xlsx (Excel workbook)."
            " Nothing was changed.",
        ) from error


def _refuse_what_is_none(file: Path) -> None:
    beginning = read_beginning(file)
    if beginning.startswith(_COMPOUND):
        raise SheetRefused(
            "The workbook is locked with a password, or in the old format .xls.",
            where=file.name,
            remedy="Take the password away, and save it as .xlsx (Excel workbook)."
            " Nothing was changed.",
        )
    if not zipfile.is_zipfile(file):
        raise SheetRefused(
            "The file is not a workbook.",
            where=file.name,
            remedy="Save it as .xlsx (Excel workbook), or as CSV with the extension .csv."
            " Nothing was changed.",
        )
    with zipfile.ZipFile(file) as parts:
        size_mb = sum(part.file_size for part in parts.infolist()) / 1_000_000
        if size_mb > _LARGEST_MB:
            raise SheetRefused(
                "The workbook is {size} MB large unpacked; at most {most} MB are read.",
                where=file.name,
                remedy="Take away what is not needed: pictures, empty lines with formats.",
                size=round(size_mb),
                most=_LARGEST_MB,
            )
        if _MACROS in parts.namelist():
            raise SheetRefused(
                "The workbook has macros, which are not read here.",
                where=file.name,
                remedy="Save it as .xlsx (Excel workbook without macros). Nothing was changed.",
            )


def read_beginning(file: Path) -> bytes:
    """Return the first bytes of a file.

    Raises:
        SheetRefused: It is missing, empty, or cannot be read.
    """
    try:
        with file.open("rb") as stream:
            found = stream.read(len(_COMPOUND))
    except OSError as error:
        raise SheetRefused(
            "The file cannot be read: {reason}.",
            where=str(file),
            remedy="Check its name, close it where it is open, and give yourself the right to"
            " read it. Nothing was changed.",
            reason=error.strerror,
        ) from error
    if not found:
        raise SheetRefused(
            "The file is empty.",
            where=file.name,
            remedy="Save the workbook again. Nothing was changed.",
        )
    return found


def read_grids(book: Any) -> tuple[list[Grid], list[Placed]]:
    """Return the sheets of a workbook that are not ours, and what cannot be read in them."""
    grids: list[Grid] = []
    found: list[Placed] = []
    for sheet in book.worksheets:
        if sheet.title.casefold() in OWN:
            continue
        found += _merged(sheet)
        grids.append(_grid(sheet, found))
    return grids, found


def _merged(sheet: Any) -> Iterator[Placed]:
    for area in sheet.merged_cells.ranges:
        message = text(
            "The cells {cells} are merged into one. Split them, and write in each cell what"
            " belongs to its line.",
            cells=area.coord,
        )
        yield placed(message, Place(sheet.title, area.min_row, area.min_col))


def _grid(sheet: Any, found: list[Placed]) -> Grid:
    head: dict[int, str] = {}
    lines: dict[int, dict[int, Cell]] = {}
    if sheet.max_row > _MOST_LINES:
        message = text(
            "The sheet has {count} lines; at most {most} are read. Take away the empty ones.",
            count=sheet.max_row,
            most=_MOST_LINES,
        )
        found.append(placed(message, Place(sheet.title, _MOST_LINES, 1)))
    for row in sheet.iter_rows(max_row=min(sheet.max_row, _MOST_LINES)):
        for cell in row:
            if cell.value is None or (isinstance(cell.value, str) and not cell.value.strip()):
                continue
            read = _cell(cell, found)
            if cell.row == 1:
                head[cell.column] = read.text
            else:
                lines.setdefault(cell.row, {})[cell.column] = read
    return Grid(sheet.title, head, lines)


def _cell(cell: Any, found: list[Placed]) -> Cell:
    value = cell.value
    place = Place(cell.parent.title, cell.row, cell.column)
    if cell.data_type == "f" and str(value).upper() in _TRUTHS:
        return Cell(_TRUTHS[str(value).upper()], TRUTH_CELL)
    if cell.data_type == "f":
        message = text("Here stands a formula. Write the value itself instead of it.")
        found.append(placed(message, place))
        return Cell("")
    if cell.data_type == "e":
        message = text(
            "Here stands the error {value}. Write the value that belongs here.", value=value
        )
        found.append(placed(message, place))
        return Cell("")
    if isinstance(value, bool):
        return Cell(str(value).lower(), TRUTH_CELL)
    if isinstance(value, int | float):
        return Cell(_number(value), NUMBER_CELL)
    if isinstance(value, datetime | date):
        return Cell(_date(value, str(cell.number_format)), DATE_CELL)
    if isinstance(value, time):
        return Cell(value.isoformat(), DATE_CELL)
    return Cell(str(value))


def _number(value: float) -> str:
    """Return a number as people write it: a table keeps 105 as 105.0.

    >>> [_number(105.0), _number(60.5), _number(7)]
    ['105', '60.5', '7']
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def _date(value: date, number_format: str) -> str:
    """Return a date as exactly as its cell shows it.

    >>> _date(date(2015, 3, 1), "mmm-yy"), _date(date(2015, 1, 1), "yyyy")
    ('2015-03', '2015')
    """
    shown = number_format.split(";")[0].casefold()
    # Letters in quotation marks and brackets are words and locales, not parts of the date.
    plain = "".join(part for n, part in enumerate(shown.split('"')) if n % 2 == 0)
    plain = plain.partition("]")[2] if plain.startswith("[") else plain
    if isinstance(value, datetime) and value.time() != time():
        return value.isoformat(timespec="seconds")
    day = value.strftime("%Y-%m-%d")
    if "y" not in plain and "å" not in plain:
        return day
    if "d" in plain:
        return day
    return day[:7] if "m" in plain else day[:4]
