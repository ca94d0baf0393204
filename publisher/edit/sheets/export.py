"""Sources → a workbook that editors fill in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from pyoxigraph import Literal

from publisher.edit.fields import TEXT
from publisher.edit.sheets.cells import CellCodec
from publisher.edit.sheets.layout import (
    ADDRESS_KEY,
    LISTS,
    READ_ME,
    RECORD_SHEET,
    SOURCE_KEY,
    ColumnGroup,
    ComparisonBasis,
    ExportRecord,
    SheetLayout,
    group_digest,
)
from publisher.edit.values import (
    KINDS,
    TEXT_FORMAT,
    comparison_key,
    exact_number,
    short_address,
)
from publisher.errors import SourceError
from publisher.messages import LANGUAGES, in_language, translate
from publisher.rdf.subjects import Term, pick_name

_HEAD = PatternFill("solid", fgColor="FFE3ECF5")
_REQUIRED = PatternFill("solid", fgColor="FFCFE0F1")
_MUTED = Font(color="FF666666")
_UNDER = Border(bottom=Side(style="thin"))
# Lines below the last one that have drop-downs too.
_SPARE_LINES = 500
_LONGEST_NOTE = 2_000


def export_workbook(basis: ComparisonBasis, file: Path, language: str) -> None:
    """Write the things of all forms into a new workbook.

    Args:
        basis: What the sources say, and the sheets.
        file: Where to; it must not be there yet.
        language: Of what is to be read in it; headings are in every language.

    Raises:
        SourceError: It cannot be written.
    """
    book = Workbook()
    guide = book.active
    guide.title = in_language(READ_ME, language)
    _write_guide(guide, basis.layouts, language)
    codec = CellCodec(basis, language)
    lists = _ListSheet(language)
    digests: dict[tuple[str, str, str], str] = {}
    for layout in basis.layouts:
        sheet = book.create_sheet(layout.titles[language])
        digests |= _SheetWriter(sheet, layout, codec, lists).write()
    lists.write(book)
    _write_record(book, ExportRecord(basis.inventory.sources.base_iri, language, digests))
    save_workbook(book, file)


class _ListSheet:
    """The pick-lists of the drop-downs, each once, in a sheet of their own."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._columns: dict[tuple[str, ...], int] = {}

    def formula(self, choices: Sequence[str]) -> str:
        """Return the cells of a list, as a drop-down names them."""
        number = self._columns.setdefault(tuple(choices), len(self._columns) + 1)
        letter = get_column_letter(number)
        title = in_language(LISTS, self._language).replace("'", "''")
        return f"'{title}'!${letter}$1:${letter}${len(choices)}"

    def write(self, book: Workbook) -> None:
        sheet = book.create_sheet(in_language(LISTS, self._language))
        sheet.sheet_state = "hidden"
        for choices, column in self._columns.items():
            for row, choice in enumerate(choices, start=1):
                _write(sheet.cell(row, column), choice)


class _SheetWriter:
    """One sheet, written from left to right and from the head down."""

    def __init__(
        self, sheet: Any, layout: SheetLayout, codec: CellCodec, lists: _ListSheet
    ) -> None:
        self._sheet, self._layout, self._codec = sheet, layout, codec
        self._language, self._lists = codec.language, lists
        self._base_iri = codec.inventory.sources.base_iri

    def write(self) -> dict[tuple[str, str, str], str]:
        """Write the sheet; return what is to be remembered of it."""
        things = self._layout.form.things
        last = len(things) + 1 + _SPARE_LINES
        for number, (group, nth) in enumerate(self._layout.columns(), start=1):
            self._head(number, group, nth)
            self._drop_down(number, group, last)
        digests: dict[tuple[str, str, str], str] = {}
        for row, thing in enumerate(things, start=2):
            digests |= self._row(row, thing)
        columns = len(self._layout.columns())
        self._sheet.freeze_panes = "C2"
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{max(2, len(things) + 1)}"
        _fit_sheet(self._sheet)
        return digests

    def _head(self, number: int, group: ColumnGroup, nth: int) -> None:
        cell = self._sheet.cell(1, number)
        _write(cell, group.heading(nth))
        cell.font = Font(bold=True)
        cell.border = _UNDER
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        is_needed = group.field is not None and group.field.least > 0 and nth == 1
        cell.fill = _REQUIRED if is_needed else _HEAD
        if nth == 1 and (note := self._note(group)):
            cell.comment = Comment(note[:_LONGEST_NOTE], "publisher", height=160, width=340)
        letter = get_column_letter(number)
        dimension = self._sheet.column_dimensions[letter]
        kind = KINDS[group.field.kind if group.field is not None else TEXT]
        if kind.cell_format:
            dimension.number_format = kind.cell_format
        dimension.alignment = Alignment(wrap_text=True, vertical="top")

    def _note(self, group: ColumnGroup) -> str:
        if group.key == ADDRESS_KEY:
            return translate(
                "Leave it empty in a new line: the address is made from the name."
                " Do not change an address.",
                self._language,
            )
        if group.key == SOURCE_KEY:
            return translate(
                "Who says what you have added or corrected in this line. Choose the source here;"
                " a new source gets a line on the sheet of sources first.",
                self._language,
            )
        assert group.field is not None
        texts = [pick_name(group.field.description, tag) for tag in self._order()]
        if group.field.least > 0:
            texts.append(translate("Must be filled in.", self._language))
        return "\n".join(dict.fromkeys(text for text in texts if text))

    def _order(self) -> list[str]:
        return sorted(LANGUAGES, key=lambda tag: tag != self._language)

    def _drop_down(self, number: int, group: ColumnGroup, last: int) -> None:
        field = group.field
        options = KINDS[field.kind].options(self._language) if field is not None else []
        if options:
            formula = f'"{",".join(options)}"'
        else:
            choices = self._codec.choices(self._layout.form, group).names(self._language)
            if not choices:
                return
            formula = self._lists.formula(choices)
        is_closed = field is not None and field.is_closed
        rule = DataValidation("list", formula1=formula, allow_blank=True)
        rule.errorStyle = "stop" if is_closed else "warning"
        rule.error = translate("This is not in the list.", self._language)
        rule.showErrorMessage = True
        letter = get_column_letter(number)
        rule.add(f"{letter}2:{letter}{last}")
        self._sheet.add_data_validation(rule)

    def _row(self, row: int, thing: str) -> dict[tuple[str, str, str], str]:
        address = short_address(thing, self._base_iri)
        name = self._layout.form.class_iri
        digests = {(name, address, ""): ""}
        number = 0
        for group in self._layout.groups:
            found = self._codec.values(self._layout, group, thing)
            if group.key == ADDRESS_KEY:
                _write(self._sheet.cell(row, 1), address)
                self._sheet.cell(row, 1).font = _MUTED
            for nth, (text, term) in enumerate(found[: group.count], start=1):
                _write_term(self._sheet.cell(row, number + nth), text, term)
            number += group.count
            if found:
                texts = (comparison_key(text, group.field) for text, _term in found)
                digests[name, address, group.name] = group_digest(texts)
        return digests


def _write_record(book: Workbook, record: ExportRecord) -> None:
    """Write the record into a sheet that workbooks do not show."""
    sheet = book.create_sheet(RECORD_SHEET)
    sheet.sheet_state = "veryHidden"
    for row in record.rows():
        sheet.append(row)
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        if cell.value is not None:
            cell.data_type = "s"  # also what begins with =


def _write_term(cell: Any, text: str, term: Term) -> None:
    """Write a value as the number it is; else as text."""
    if isinstance(term, Literal):
        number = exact_number(term)
        datatype = term.datatype.value.rpartition("#")[2]
        if number is not None and datatype in ("integer", "decimal", "int", "long", "double"):
            cell.value = number
            cell.number_format = "General"
            cell.alignment = Alignment(vertical="top")
            return
    _write(cell, text)


def _write(cell: Any, text: str) -> None:
    """Write a text that stays one, whatever it begins with."""
    cell.value = text
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text[:1] in "=+-@":
        cell.quotePrefix = True


# Widths and heights of a sheet, so that its values can be read without dragging borders.

_NARROWEST, _WIDEST = 14, 52
_MOST_LINES = 6
_POINTS_A_LINE = 15.0
# The arrow of the filter is in the header.
_ARROW = 4


def _fit_sheet(sheet: Any) -> None:
    """Set the width of each column and the height of each row by their texts.

    Long texts are wrapped; the tallest lines show their beginning.
    """
    widths: dict[int, int] = {}
    for cell in sheet[1]:
        longest = max(len(line) for line in str(cell.value or "").split("\n"))
        widths[cell.column] = min(max(longest + _ARROW, _NARROWEST), _WIDEST)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            length = len(str(cell.value or ""))
            widths[cell.column] = min(max(widths[cell.column], length + 2), _WIDEST)
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row in sheet.iter_rows():
        lines = max(_lines(str(cell.value or ""), widths[cell.column]) for cell in row)
        sheet.row_dimensions[row[0].row].height = _POINTS_A_LINE * min(lines, _MOST_LINES)


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column of so many letters.

    >>> _lines("x" * 41, 20)
    3
    """
    return sum(1 + (len(line) - 1) // width if line else 1 for line in text.split("\n"))


# The first sheet of a workbook: how to fill it in.

_LINES = (
    "Correct a value in its cell. One value per cell: a further value"
    " goes into the next column with the same heading and a number; you"
    " may insert more such columns.",
    "Something new gets a line of its own; leave its address empty. Texts are written in Swedish"
    " and in English, each in its column.",
    "Dates are written 2015-03-28, 2015-03 or 2015, as exactly as the source tells.",
    "Choose from the list where there is one. What is missing in a list gets a line on its own"
    " sheet first; then its name can be written.",
    "Every fact has a source. Choose it in 'Source of what is new', or in the source column of the"
    " line. A new source gets a line on the sheet of sources.",
    "A part, such as a count or an event, has its own sheet and names what it belongs to.",
    "Lines may be sorted and filtered. Taking a line away takes nothing away from the data: what"
    " has ended gets an event and a new status.",
    "Then: publisher sheet import, with the name of this file. Nothing is written before"
    " everything is right; what is to be corrected is marked in a copy of the workbook.",
)


def _write_guide(sheet: Any, sheets: Sequence[SheetLayout], language: str) -> None:
    """Write how the workbook is filled in, and what each sheet holds."""
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 100
    rows = [(translate("How to fill in this workbook", language), "")]
    rows += [("", translate(line, language)) for line in _LINES]
    rows.append((translate("The sheets", language), ""))
    for each in sheets:
        count = translate("{count} {count:line|lines}", language, count=len(each.form.things))
        rows.append((each.titles[language], count))
    for number, (first, second) in enumerate(rows, start=1):
        for column, line in enumerate((first, second), start=1):
            cell = sheet.cell(number, column, line or None)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        if not second:
            sheet.cell(number, 1).font = Font(bold=True, size=13)


# A workbook → a file, in one step: a half-written workbook is never seen.


def save_workbook(book: Any, file: Path) -> None:
    """Write a workbook atomically.

    Raises:
        SourceError: It cannot be written.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        book.save(temporary)
        temporary.replace(file)
    except OSError as error:
        raise SourceError(
            "The workbook cannot be written: {reason}.",
            where=str(file),
            remedy="Close it where it is open, make room on the disk, or name another folder.",
            reason=error.strerror,
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
