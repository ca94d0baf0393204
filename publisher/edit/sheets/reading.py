"""A file that should be a workbook → its sheets as they stand; else a sentence with the cure."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from publisher.edit.sheets.cells import LONGEST
from publisher.edit.sheets.grids import (
    DATE_CELL,
    NUMBER_CELL,
    TRUTH_CELL,
    Cell,
    CellPosition,
    RawSheet,
    cell_finding,
)
from publisher.edit.sheets.layout import OWN_SHEETS
from publisher.edit.sheets.reports import ImportReport
from publisher.edit.sheets.workbook_parts import (
    BROKEN,
    MOST_COLUMNS,
    MOST_LINES,
    SheetSurvey,
    WorkbookParts,
    inspect_workbook,
)
from publisher.edit.values import quote_input
from publisher.errors import SheetRefused
from publisher.messages import text

# The compound file that a workbook with a password is, and every .xls (MS-CFB, section 2.2).
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_MACROS = "xl/vbaProject.bin"
# LibreOffice writes a truth like this.
_TRUTHS = {"=TRUE()": "true", "=FALSE()": "false"}
# A workbook is marked as a whole up to this size; what is larger gets a list of its findings.
_LARGEST_MARKED_MB, _MOST_MARKED, _MOST_MADE = 100, 500_000, 1_000_000
_COPIED = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


@dataclass(frozen=True)
class Workbook:
    """A workbook that is open for reading.

    Attributes:
        book: Its sheets, as openpyxl reads them one line after the other.
        parts: What it consists of.
    """

    book: Any = field(repr=False)
    parts: WorkbookParts = field(repr=False)

    @property
    def sheetnames(self) -> list[str]:
        """Return the titles of its sheets."""
        return list(self.book.sheetnames)

    def rows(self, title: str) -> Iterator[tuple[Any, ...]]:
        """Yield the cells of each line up to the last in which something stands."""
        survey = self.parts.surveys.get(title)
        if survey is None or not survey.last_line:
            return
        sheet = self.book[title]
        sheet.reset_dimensions()  # what a file says of its size may be anything
        yield from sheet.iter_rows(max_row=survey.last_line, max_col=survey.last_column)


@contextmanager
def open_for_reading(file: Path) -> Iterator[Workbook]:
    """Open a workbook for reading, a line at a time, and close it.

    Raises:
        SheetRefused: It is missing, unreadable, locked, too large, no workbook, or has macros.
    """
    _refuse_other_files(file)
    with TemporaryFile() as smaller:
        try:
            with zipfile.ZipFile(file) as archive:
                parts = inspect_workbook(file, archive, smaller)
            with _without_warnings():
                book = openpyxl.load_workbook(smaller, read_only=True, keep_links=False)
        except (InvalidFileException, *BROKEN) as error:
            raise _damaged_error(file) from error
        try:
            yield Workbook(book, parts)
        finally:
            book.close()


def open_for_marking(file: Path) -> Any:
    """Return a workbook to be changed and saved, with all that is in it.

    Takes some fifty times the memory of the file: only for one that ``can_be_marked``.

    Raises:
        SheetRefused: It cannot be read.
    """
    try:
        with _without_warnings():
            return openpyxl.load_workbook(file)
    except (InvalidFileException, *BROKEN) as error:
        raise _damaged_error(file) from error


def can_be_marked(file: Path, parts: WorkbookParts) -> bool:
    """Tell whether a workbook is small enough to be held as a whole, and what is in it harmless."""
    if parts.size > _LARGEST_MARKED_MB * 1_000_000 or parts.cells > _MOST_MARKED:
        return False
    surveys = parts.surveys.values()
    if any(survey.merged_count > len(survey.merged) for survey in surveys):
        return False
    if any(stray.text.strip() for survey in surveys for stray in survey.strays):
        return False
    # The library makes a cell of every place up to the last, and of each merged one.
    made = sum(survey.bottom * survey.right for survey in surveys)
    made += sum(_area(ref) for survey in surveys for ref in survey.merged)
    return made <= _MOST_MADE and not _has_large_pictures(file, parts)


def _area(ref: str) -> int:
    """Return how many cells an area has."""
    try:
        left, top, right, bottom = range_boundaries(ref)
        return int((right - left + 1) * (bottom - top + 1))
    except (TypeError, ValueError):
        return _MOST_MADE + 1


def _has_large_pictures(file: Path, parts: WorkbookParts) -> bool:
    """Tell whether pictures would be unpacked: those of three formats are copied as they are."""
    media = [name for name in parts.names if "/media/" in name]
    with zipfile.ZipFile(file) as archive:
        for name in media:
            with archive.open(name) as stream:
                if not stream.read(8).startswith(_COPIED):
                    return True
    return False


@contextmanager
def _without_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl does not read and we do not need
        yield


def _damaged_error(file: Path) -> SheetRefused:
    return SheetRefused(
        "The file is not a workbook that can be read, or it is damaged.",
        where=file.name,
        remedy="Open it in Excel or LibreOffice and save it as .xlsx (Excel workbook)."
        " Nothing was changed.",
    )


def _refuse_other_files(file: Path) -> None:
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
    try:
        with zipfile.ZipFile(file) as parts:
            names = parts.namelist()
    except BROKEN as error:
        raise _damaged_error(file) from error
    if _MACROS in names:
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


def read_grids(workbook: Workbook, report: ImportReport) -> list[RawSheet]:
    """Return the sheets of a workbook that are not ours; report what cannot be read in them.

    Raises:
        SheetRefused: It is damaged.
    """
    grids: list[RawSheet] = []
    for sheet in workbook.book.worksheets:
        if sheet.title.casefold() in OWN_SHEETS:
            continue
        survey = workbook.parts.surveys.get(sheet.title, SheetSurvey())
        broken = set(_merged(sheet.title, survey, report))
        _report_strays(sheet.title, survey, report)
        try:
            with _without_warnings():
                grids.append(_grid(sheet.title, workbook.rows(sheet.title), report, broken))
        except BROKEN as error:
            raise _damaged_error(Path(report.file)) from error
    return grids


def _merged(title: str, survey: SheetSurvey, report: ImportReport) -> Iterator[tuple[int, int]]:
    """Report merged cells; yield where each area begins."""
    each = None
    for ref in survey.merged:
        try:
            column, line, _right, _bottom = range_boundaries(ref)
        except (TypeError, ValueError):
            continue
        message = text(
            "The cells {cells} are merged into one. Split them, and write in each cell what"
            " belongs to its line.",
            cells=ref,
        )
        each = cell_finding(message, CellPosition(title, line, column))
        report.add(each)
        yield line, column
    if each is not None and survey.merged_count > len(survey.merged):
        report.add_uncounted(each, survey.merged_count - len(survey.merged))


def _report_strays(title: str, survey: SheetSurvey, report: ImportReport) -> None:
    """Report what stands far outside of the table: a slip of the hand, and easily overlooked."""
    each = None
    for stray in survey.strays:
        if not stray.text.strip():
            continue
        position = CellPosition(title, stray.line, stray.column)
        message = text(
            "'{text}' is far outside the table: the first {lines} rows and"
            " {columns} columns are read. Empty the cell {cell}.",
            text=quote_input(stray.text),
            cell=position.cell,
            lines=MOST_LINES,
            columns=MOST_COLUMNS,
        )
        each = cell_finding(message, position)
        report.add(each)
    if each is not None and survey.stray_count > len(survey.strays):
        report.add_uncounted(each, survey.stray_count - len(survey.strays))


def _grid(
    title: str, rows: Iterable[tuple[Any, ...]], report: ImportReport, broken: set[tuple[int, int]]
) -> RawSheet:
    head: dict[int, str] = {}
    lines: dict[int, dict[int, Cell]] = {}
    for row in rows:
        found: dict[int, Cell] = {}
        number = 0
        for cell in row:
            if cell is EMPTY_CELL:
                continue
            value = cell.value
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            number = cell.row
            read = _cell(cell, CellPosition(title, number, cell.column), report)
            if read is None:
                broken.add((number, cell.column))
            else:
                found[cell.column] = read
        if number == 1:
            head = {column: cell.text for column, cell in found.items()}
        elif number:
            lines[number] = found
    return RawSheet(title, head, lines, broken)


def _cell(cell: Any, position: CellPosition, report: ImportReport) -> Cell | None:
    """Return a cell; None for one that cannot be read, which is reported."""
    value = cell.value
    if cell.data_type == "f":
        truth = _TRUTHS.get(str(value).upper())
        if truth is None:
            message = text("This is a formula. Write the value itself instead.")
            report.add(cell_finding(message, position))
        return Cell(truth, TRUTH_CELL) if truth is not None else None
    if cell.data_type == "e":
        message = text("This is the error {value}. Write the value that belongs here.", value=value)
        report.add(cell_finding(message, position))
        return None
    if isinstance(value, bool):
        return Cell(str(value).lower(), TRUTH_CELL)
    if isinstance(value, int | float):
        return Cell(_number(value), NUMBER_CELL)
    if isinstance(value, datetime | date):
        return Cell(_date(value, str(cell.number_format)), DATE_CELL)
    if isinstance(value, time):
        return Cell(value.isoformat(), DATE_CELL)
    written = str(value)
    if len(written) > LONGEST:
        message = text(
            "The text has {count} characters; a cell holds at most {most}. Shorten it.",
            count=len(written),
            most=LONGEST,
        )
        report.add(cell_finding(message, position))
        return None
    return Cell(written)


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
