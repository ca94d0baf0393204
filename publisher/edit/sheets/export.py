"""Sources → a workbook that editors fill in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from pyoxigraph import Literal

from publisher.edit.fields import NUMBER, TRUTH
from publisher.edit.sheets.cells import CellCodec, cell_values, comparison_key, group_digest
from publisher.edit.sheets.layout import (
    ADDRESS_KEY,
    LISTS,
    READ_ME,
    SOURCE_KEY,
    ColumnGroup,
    ExportRecord,
    SheetLayout,
    fit_sheet,
    write_export_record,
    write_guide,
)
from publisher.edit.sheets.marking import save_workbook
from publisher.edit.values import boolean_names, exact_number, short_address
from publisher.messages import LANGUAGES, in_language, translate
from publisher.rdf.subjects import Term, pick_name

_HEAD = PatternFill("solid", fgColor="FFE3ECF5")
_REQUIRED = PatternFill("solid", fgColor="FFCFE0F1")
_MUTED = Font(color="FF666666")
_UNDER = Border(bottom=Side(style="thin"))
_AS_TEXT = "@"
# Lines below the last one that have drop-downs too.
_SPARE_LINES = 500
_LONGEST_NOTE = 2_000


def export_workbook(
    names: CellCodec, sheets: Sequence[SheetLayout], file: Path, language: str
) -> None:
    """Write the things of some forms into a new workbook.

    Args:
        names: The pick-lists.
        sheets: The sheets.
        file: Where to; it must not be there yet.
        language: Of what is to be read in it; headings are in every language.

    Raises:
        SourceError: It cannot be written.
    """
    book = Workbook()
    guide = book.active
    guide.title = in_language(READ_ME, language)
    write_guide(guide, sheets, language)
    lists = _ListSheet(language)
    digests: dict[tuple[str, str, str], str] = {}
    for layout in sheets:
        sheet = book.create_sheet(layout.titles[language])
        digests |= _SheetWriter(sheet, layout, names, language, lists).write()
    lists.write(book)
    write_export_record(book, ExportRecord(names.inventory.sources.base_iri, language, digests))
    save_workbook(book, file)


class _ListSheet:
    """The pick-lists of the drop-downs, each once, in a sheet of their own."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._columns: dict[tuple[str, ...], int] = {}

    def formula(self, choices: Sequence[str]) -> str:
        """Return where a list stands, as a drop-down names it."""
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
        self, sheet: Any, layout: SheetLayout, names: CellCodec, language: str, lists: _ListSheet
    ) -> None:
        self._sheet, self._layout, self._names = sheet, layout, names
        self._language, self._lists = language, lists
        self._base_iri = names.inventory.sources.base_iri

    def write(self) -> dict[tuple[str, str, str], str]:
        """Write the sheet; return what is to be remembered of it."""
        things = self._layout.form.things
        last = len(things) + 1 + _SPARE_LINES
        for number, (group, nth) in enumerate(self._layout.columns(), start=1):
            self._head(number, group, nth)
            self._drop_down(number, group, last)
        digests: dict[tuple[str, str, str], str] = {}
        for row, thing in enumerate(things, start=2):
            digests |= self._line(row, thing)
        columns = len(self._layout.columns())
        self._sheet.freeze_panes = "C2"
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{max(2, len(things) + 1)}"
        fit_sheet(self._sheet)
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
        kind = group.field.kind if group.field is not None else group.key
        dimension = self._sheet.column_dimensions[letter]
        # A workbook would make a day of "2000-01" as soon as somebody types it.
        if kind not in (NUMBER, TRUTH):
            dimension.number_format = _AS_TEXT
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
        if field is not None and field.kind == TRUTH:
            formula = f'"{",".join(boolean_names(self._language).values())}"'
        else:
            choices = self._names.list_for(self._layout.form, group).names(self._language)
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

    def _line(self, row: int, thing: str) -> dict[tuple[str, str, str], str]:
        address = short_address(thing, self._base_iri)
        name = self._layout.form.class_iri
        digests = {(name, address, ""): ""}
        number = 0
        for group in self._layout.groups:
            found = cell_values(self._names, self._layout, group, thing)
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
    cell.number_format = _AS_TEXT
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text[:1] in "=+-@":
        cell.quotePrefix = True
