"""Read: a workbook or a CSV file → its sheets as they were written, whatever they mean.

What cannot be read at all is refused with the cure; single cells that cannot are reported.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from publisher.edit.sheets.cell_links import CellLinks, Position
from publisher.edit.sheets.cells import LONGEST
from publisher.edit.sheets.layout import OWN_SHEETS, RECORD_SHEET, ExportRecord
from publisher.edit.sheets.reports import CellPosition, ImportReport
from publisher.edit.sheets.workbook_parts import (
    BROKEN,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_LINES,
    SheetSurvey,
    WorkbookParts,
    inspect_workbook,
)
from publisher.edit.values import shorten_input
from publisher.errors import SheetRefused
from publisher.messages import text
from publisher.rdf.namespaces import iri
from publisher.rdf.reading import read_json

# The compound file that a workbook with a password is, and every .xls (MS-CFB, section 2.2).
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_MACROS = "xl/vbaProject.bin"
# What a workbook of the binary format .xlsb has instead of xl/workbook.xml (MS-XLSB, 2.1.7.61).
BINARY_BOOK = "xl/workbook.bin"
# LibreOffice writes a truth like this.
_TRUTHS = {"=TRUE()": "true", "=FALSE()": "false"}
# A workbook is marked as a whole up to this size; what is larger gets a list of its findings.
_LARGEST_MARKED_MB, _MOST_MARKED, _MOST_MADE = 100, 500_000, 1_000_000
_COPIED = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


class CellType(Enum):
    """The type of a cell, where it matters."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TRUTH = "truth"
    UNTYPED = "untyped"  # as all are in a CSV file


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty.

    Attributes:
        text: Its value, as text.
        type: Of the value in the workbook.
    """

    text: str
    type: CellType = CellType.TEXT


@dataclass(frozen=True)
class RawSheet:
    """A sheet as it was written: headers and rows.

    Attributes:
        title: Its name.
        headers: Column → header.
        rows: Number of the row → column → cell; empty rows are left out.
        broken: Row and column of cells that cannot be read: what belongs to them is left alone.
    """

    title: str
    headers: Mapping[int, str]
    rows: Mapping[int, Mapping[int, Cell]] = field(repr=False)
    broken: Set[tuple[int, int]] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class SheetFile:
    """A file of sheets, as it was written.

    Attributes:
        sheets: Its sheets.
        record: Of its export, if it was exported.
        is_csv: Whether it is a CSV file: its sheet has no name that says what it is for.
        metadata: What its columns mean (CSVW), if a file beside it says so.
        is_markable: Whether it can be held as a whole to be marked.
    """

    sheets: Sequence[RawSheet]
    record: ExportRecord | None = None
    is_csv: bool = False
    metadata: TableMetadata | None = None
    is_markable: bool = True


def read_file(file: Path, report: ImportReport) -> SheetFile:
    """Return the sheets of a workbook or a CSV file; report the cells that cannot be read.

    Raises:
        SheetRefused: It cannot be read.
    """
    _read_beginning(file)
    if is_csv(file):
        metadata = _read_metadata(file)
        text = _csv_text(file)
        delimiter = metadata.delimiter if metadata is not None else _delimiter(text)
        return SheetFile([_csv_sheet(file, text, delimiter)], is_csv=True, metadata=metadata)
    with _open_for_reading(file) as (book, parts):
        record = None
        if RECORD_SHEET in book.sheetnames:
            rows = _rows(book, parts, RECORD_SHEET)
            record = ExportRecord.of_rows(tuple(cell.value for cell in row) for row in rows)
        sheets = [
            _read_sheet(file, book, parts, title, report)
            for title in book.sheetnames
            if title.casefold() not in OWN_SHEETS
        ]
        return SheetFile(sheets, record, is_markable=_can_be_marked(file, parts))


def read_csv_text(file: Path, text: str, delimiter: str) -> SheetFile:
    """Return the sheet of a CSV file whose encoding and delimiter are known.

    Raises:
        SheetRefused: It is no CSV, or too large.
    """
    return SheetFile([_csv_sheet(file, text, delimiter)], is_csv=True)


def sheet_of_rows(title: str, rows: Iterable[Sequence[str]]) -> RawSheet:
    """Return rows of texts as a sheet; what is empty is left out."""
    filled = {
        number: {n: cell for n, cell in enumerate(row, start=1) if cell and not cell.isspace()}
        for number, row in enumerate(rows, start=1)
    }
    headers = filled.pop(1, {})
    below = {
        number: {n: Cell(cell, CellType.UNTYPED) for n, cell in row.items()}
        for number, row in filled.items()
        if row
    }
    return RawSheet(title, headers, below)


def is_csv(file: Path) -> bool:
    """Tell whether a file is read as CSV."""
    return file.suffix.lower() in (".csv", ".tsv")


# Workbooks.


def _rows(book: Any, parts: WorkbookParts, title: str) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each row up to the last that has any."""
    survey = parts.surveys.get(title)
    if survey is None or not survey.last_line:
        return
    sheet = book[title]
    sheet.reset_dimensions()  # what a file says of its size may be anything
    yield from sheet.iter_rows(max_row=survey.last_line, max_col=survey.last_column)


@contextmanager
def _open_for_reading(file: Path, results: bool = False) -> Iterator[tuple[Any, WorkbookParts]]:
    """Open a workbook for reading, a row at a time, and close it.

    Args:
        file: The workbook.
        results: Whether cells with a formula have what it last resulted in.

    Raises:
        SheetRefused: It is unreadable, locked, too large, no workbook, or has macros.
    """
    _refuse_other_files(file)
    with TemporaryFile() as smaller:
        try:
            with zipfile.ZipFile(file) as archive:
                parts = inspect_workbook(file, archive, smaller)
            with _without_warnings():
                book = openpyxl.load_workbook(
                    smaller, read_only=True, keep_links=False, data_only=results
                )
        except (InvalidFileException, *BROKEN) as error:
            raise _damaged_error(file) from error
        try:
            yield book, parts
        finally:
            book.close()


@dataclass(frozen=True)
class ShownSheet:
    """A sheet as it is shown.

    Attributes:
        title: Its name.
        rows: Values, from the first row and column on.
        links: Addresses behind the cells.
        is_hidden: Whether nobody sees it who opens the workbook; then it has no rows.
    """

    title: str
    rows: Sequence[Sequence[Any]] = field(repr=False)
    links: CellLinks = field(default_factory=CellLinks, repr=False)
    is_hidden: bool = False


def read_cells(file: Path) -> list[ShownSheet]:
    """Return the values of every sheet that is shown; formulas as their results.

    Hidden ones come without rows.

    Percentages come as texts with their sign, times and days as such. What is merged over several
    lines stands in each of them.

    Raises:
        SheetRefused: It cannot be read.
    """
    _read_beginning(file)
    found = []
    with _open_for_reading(file, results=True) as (book, parts), _without_warnings():
        try:
            for title in book.sheetnames:
                if getattr(book[title], "sheet_state", "visible") != "visible":
                    found.append(ShownSheet(title, (), is_hidden=True))
                else:
                    rows = [[_result(cell) for cell in row] for row in _rows(book, parts, title)]
                    survey = parts.surveys.get(title, SheetSurvey())
                    links = _all_links(rows, survey)
                    _fill_down(rows, survey.merged if rows else (), links)
                    found.append(ShownSheet(title, rows, links))
        except BROKEN as error:
            raise _damaged_error(file) from error
    return found


def _all_links(rows: Sequence[Sequence[Any]], survey: SheetSurvey) -> CellLinks:
    """Return the addresses behind the cells of a sheet, also those that formulas make."""

    def shown(at: Position) -> str:
        line, column = at
        row = rows[line - 1] if 0 < line <= len(rows) else ()
        value = row[column - 1] if column <= len(row) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _number(value)
        return "" if value is None else str(value)

    for at, formula in survey.link_formulas.items():
        survey.links.add_formula(at, formula, shown)
    return survey.links


def _fill_down(rows: Sequence[list[Any]], merged: Iterable[str], links: CellLinks) -> None:
    """Write the value of cells that are merged over several lines in each of these."""
    for ref in merged:
        try:
            column, first, _right, last = range_boundaries(ref)
        except (TypeError, ValueError):
            continue
        above = rows[first - 1] if first <= len(rows) else []
        if column > len(above):
            continue
        for row in rows[first:last]:
            row += [None] * (column - len(row))
            row[column - 1] = above[column - 1]
        links.fill_down((column, first, last))


def _result(cell: Any) -> Any:
    """Return the value of a cell as its format shows what it is."""
    value = cell.value
    number_format = str(getattr(cell, "number_format", "") or "")
    if isinstance(value, datetime | date) and not isinstance(value, time):
        return _date(value, number_format)
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in number_format:
        return f"{_number(float(format(value * 100, '.12g')))} %"
    return value


def open_for_marking(file: Path) -> Any:
    """Return a workbook to be changed and saved, with all that is in it.

    Takes some fifty times the memory of the file: only for one that ``is_markable``.

    Raises:
        SheetRefused: It cannot be read.
    """
    try:
        with _without_warnings():
            return openpyxl.load_workbook(file)
    except (InvalidFileException, *BROKEN) as error:
        raise _damaged_error(file) from error


def _can_be_marked(file: Path, parts: WorkbookParts) -> bool:
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


def compound_error(content: bytes, name: str) -> SheetRefused:
    """Return what is said of a compound file: a workbook with a password, or an old one.

    A locked one has its package in a stream of that name (MS-OFFCRYPTO, section 2.3.4.4).
    """
    if "EncryptedPackage".encode("utf-16-le") in content:
        return SheetRefused(
            "The workbook is locked with a password.",
            where=name,
            remedy="Take the password away (File, Info, Protect Workbook), and save it again."
            " Nothing was changed.",
        )
    return SheetRefused(
        "The workbook is in the old format .xls.",
        where=name,
        remedy="Open it in Excel or LibreOffice and save it as .xlsx (Excel workbook)."
        " Nothing was changed.",
    )


def binary_error(name: str) -> SheetRefused:
    """Return what is said of a workbook in the binary format."""
    return SheetRefused(
        "The workbook is in the binary format .xlsb.",
        where=name,
        remedy="Open it in Excel or LibreOffice and save it as .xlsx (Excel workbook)."
        " Nothing was changed.",
    )


def _refuse_other_files(file: Path) -> None:
    beginning = _read_beginning(file)
    if beginning.startswith(_COMPOUND):
        raise compound_error(read_bytes(file, _MOST_BYTES), file.name)
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
    if BINARY_BOOK in names:
        raise binary_error(file.name)
    if _MACROS in names:
        raise SheetRefused(
            "The workbook has macros, which are not read here.",
            where=file.name,
            remedy="Save it as .xlsx (Excel workbook without macros). Nothing was changed.",
        )


def _read_beginning(file: Path) -> bytes:
    """Return the first bytes of a file.

    Raises:
        SheetRefused: It is missing, empty, or cannot be read.
    """
    found = read_bytes(file, len(_COMPOUND))
    if not found:
        raise SheetRefused(
            "The file is empty.",
            where=file.name,
            remedy="Save the workbook again. Nothing was changed.",
        )
    return found


def _read_sheet(
    file: Path, book: Any, parts: WorkbookParts, title: str, report: ImportReport
) -> RawSheet:
    survey = parts.surveys.get(title, SheetSurvey())
    broken = set(_report_merged(title, survey, report))
    _report_strays(title, survey, report)
    headers: dict[int, str] = {}
    rows: dict[int, dict[int, Cell]] = {}
    try:
        with _without_warnings():
            for row in _rows(book, parts, title):
                number, cells = _read_row(title, row, report, broken)
                if number == 1:
                    headers = {column: cell.text for column, cell in cells.items()}
                elif number:
                    rows[number] = cells
    except BROKEN as error:
        raise _damaged_error(file) from error
    return RawSheet(title, headers, rows, broken)


def _report_merged(
    title: str, survey: SheetSurvey, report: ImportReport
) -> Iterator[tuple[int, int]]:
    """Report merged cells; yield where each area begins."""
    found = None
    for ref in survey.merged:
        try:
            column, row, _right, _bottom = range_boundaries(ref)
        except (TypeError, ValueError):
            continue
        message = text(
            "The cells {cells} are merged into one. Split them, and write in each cell what"
            " belongs to its line.",
            cells=ref,
        )
        found = report.add(message, CellPosition(title, row, column))
        yield row, column
    if found is not None:
        report.add_more(found, survey.merged_count - len(survey.merged))


def _report_strays(title: str, survey: SheetSurvey, report: ImportReport) -> None:
    """Report what is far outside of the table: a slip of the hand, and easily overlooked."""
    found = None
    for stray in survey.strays:
        if not stray.text.strip():
            continue
        position = CellPosition(title, stray.line, stray.column)
        message = text(
            "'{text}' is far outside the table: the first {lines} rows and"
            " {columns} columns are read. Empty the cell {cell}.",
            text=shorten_input(stray.text),
            cell=position.cell,
            lines=MOST_LINES,
            columns=MOST_COLUMNS,
        )
        found = report.add(message, position)
    if found is not None:
        report.add_more(found, survey.stray_count - len(survey.strays))


def _read_row(
    title: str, row: Iterable[Any], report: ImportReport, broken: set[tuple[int, int]]
) -> tuple[int, dict[int, Cell]]:
    """Return the number of a row, 0 when it is empty, and its cells; note those that are broken."""
    found: dict[int, Cell] = {}
    number = 0
    for cell in row:
        if cell is EMPTY_CELL:
            continue
        value = cell.value
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        number = cell.row
        read = _read_cell(cell, CellPosition(title, number, cell.column), report)
        if read is None:
            broken.add((number, cell.column))
        else:
            found[cell.column] = read
    return number, found


def _read_cell(cell: Any, position: CellPosition, report: ImportReport) -> Cell | None:
    """Return a cell; None for one that cannot be read, which is reported."""
    value = cell.value
    if cell.data_type == "f":
        truth = _TRUTHS.get(str(value).upper())
        if truth is None:
            report.add(text("This is a formula. Write the value itself instead."), position)
        return Cell(truth, CellType.TRUTH) if truth is not None else None
    if cell.data_type == "e":
        message = text("This is the error {value}. Write the value that belongs here.", value=value)
        report.add(message, position)
        return None
    if isinstance(value, bool):
        return Cell(str(value).lower(), CellType.TRUTH)
    if isinstance(value, int | float):
        return Cell(_number(value), CellType.NUMBER)
    if isinstance(value, datetime | date):
        return Cell(_date(value, str(cell.number_format)), CellType.DATE)
    if isinstance(value, time):
        return Cell(value.isoformat(), CellType.DATE)
    written = str(value)
    if len(written) > LONGEST:
        message = text(
            "The text has {count} characters; a cell holds at most {most}. Shorten it.",
            count=len(written),
            most=LONGEST,
        )
        report.add(message, position)
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


# CSV files, with or without what their columns mean (CSVW).
#
# The tables of the site (``/table/lake.csv``) come with such metadata; so do files of others. Found
# where section 5.2 of "Metadata Vocabulary for Tabular Data" has it: ``FILE-metadata.json`` beside.

# As much of the headers as is searched for what separates them.
_BEGINNING = 100_000
_DELIMITERS = ",;\t"
_MOST_BYTES = 50_000_000
# Lines of the format that people's programs have (Excel), and those that one row may take.
_MOST_ROWS, _MOST_LINES_A_ROW = 1_048_576, 10_000
_LONGEST_LINE = 5_000_000


@dataclass(frozen=True)
class TableMetadata:
    """CSVW metadata: columns from left to right, and the class of the things."""

    columns: Sequence[Mapping[str, Any]] = field(repr=False)
    class_iri: str
    delimiter: str


def read_bytes(file: Path, most: int) -> bytes:
    """Return the first bytes of a file.

    Args:
        file: Where it is.
        most: How many bytes at most.

    Raises:
        SheetRefused: It is missing or cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return stream.read(most)
    except OSError as error:
        raise SheetRefused(
            "The file cannot be read: {reason}.",
            where=str(file),
            remedy="Check its name, close it where it is open, and give yourself the right to"
            " read it. Nothing was changed.",
            reason=error.strerror,
        ) from error


def _csv_text(file: Path) -> str:
    content = read_bytes(file, _MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise SheetRefused(
            "The file is larger than {most} MB.",
            where=file.name,
            remedy="Divide it into several files, and import one after the other."
            " Nothing was changed.",
            most=_MOST_BYTES // 1_000_000,
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetRefused(
            "The file is not UTF-8, so å, ä and ö cannot be read with certainty.",
            where=file.name,
            remedy="Save it as 'CSV UTF-8' (Excel), or choose UTF-8 (LibreOffice)."
            " Nothing was changed.",
        ) from error
    if not text.strip() or "\0" in text:
        raise SheetRefused(
            "The file is empty, too large, or no CSV file.",
            where=file.name,
            remedy="Save the table as CSV UTF-8. Nothing was changed.",
        )
    return text


def _delimiter(text: str) -> str:
    """Return the most frequent delimiter of the headers: Swedish Excel writes semicolons."""
    head = text[:_BEGINNING].partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _read_metadata(file: Path) -> TableMetadata | None:
    for path in (file.with_name(f"{file.name}-metadata.json"), file.parent / "csv-metadata.json"):
        if not path.is_file():
            continue
        try:
            found: Any = read_json(path.read_bytes(), path.name)
            schema = found["tableSchema"]
            columns = [dict(column) for column in schema["columns"]]
            delimiter = str(found.get("dialect", {}).get("delimiter", ","))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SheetRefused(
                "The metadata cannot be read: {reason}.",
                where=path.name,
                remedy="Fix them (CSV on the Web: tableSchema with columns), or remove"
                " the file: then only the headings are used. Nothing was changed.",
                reason=f"{type(error).__name__} {error}",
            ) from error
        types = [
            str(column.get("valueUrl", ""))
            for column in columns
            if column.get("propertyUrl") in (iri("rdf:type"), "rdf:type")
        ]
        return TableMetadata(columns, types[0] if types else "", delimiter)
    return None


def _csv_sheet(file: Path, text: str, delimiter: str) -> RawSheet:
    headers: dict[int, str] = {}
    rows: dict[int, dict[int, Cell]] = {}
    count = 0
    for number, row in enumerate(_csv_rows(file, text, delimiter), start=1):
        found = {n: c for n, c in enumerate(row, start=1) if c and not c.isspace()}
        if not found:
            continue
        count += len(found)
        last = max(found)
        if last > MOST_COLUMNS or len(rows) >= MOST_LINES or count > MOST_CELLS:
            raise _too_large(file, CellPosition("", number, last))
        if number == 1:
            headers = found
        else:
            rows[number] = {n: Cell(c, CellType.UNTYPED) for n, c in found.items()}
    return RawSheet(file.stem, headers, rows)


def _too_large(file: Path, position: CellPosition) -> SheetRefused:
    return SheetRefused(
        "The table continues beyond what is read: {cell}. At most"
        " {columns} columns, {lines} rows and {cells} cells are read.",
        where=file.name,
        remedy="Empty what is there by mistake, or divide the file. Nothing was changed.",
        cell=position.cell,
        columns=MOST_COLUMNS,
        lines=MOST_LINES,
        cells=MOST_CELLS,
    )


class _BoundedLines:
    """The lines of a text, as many as one row may take.

    Attributes:
        first: Line on which the row begins that is read, from 1.
    """

    def __init__(self, file: Path, text: str) -> None:
        self.first = 1
        self._file, self._lines, self._number = file, io.StringIO(text, newline=None), 0

    def __iter__(self) -> Iterator[str]:
        """Yield the lines.

        Raises:
            SheetRefused: A line or a row is longer than any that people write.
        """
        for line in self._lines:
            self._number += 1
            if len(line) > _LONGEST_LINE:
                raise SheetRefused(
                    "Line {line} has more than {most} characters.",
                    where=self._file.name,
                    remedy="Empty what is there by mistake, or divide the file. Nothing was"
                    " changed.",
                    line=self._number,
                    most=_LONGEST_LINE,
                )
            if self._number - self.first >= _MOST_LINES_A_ROW:
                raise _csv_error(self._file, self.first, "the row has no end")
            yield line

    def end_row(self) -> None:
        """Let the next row begin with the next line."""
        self.first = self._number + 1


def _csv_error(file: Path, line: int, reason: str) -> SheetRefused:
    return SheetRefused(
        "Line {line} is not CSV: {reason}.",
        where=file.name,
        remedy="Look for a quotation mark that is missing or too many. Nothing was changed.",
        line=line,
        reason=reason,
    )


def _csv_rows(file: Path, text: str, delimiter: str) -> Iterator[list[str]]:
    lines = _BoundedLines(file, text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, start=1):
            if number > _MOST_ROWS:
                raise _too_large(file, CellPosition("", number, 1))
            lines.end_row()
            yield row
    except csv.Error as error:
        raise _csv_error(file, lines.first, str(error)) from error
