"""Mistakes → marks in a copy of the workbook, and a list on its first sheet."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from publisher.edit.sheets.grids import CellFinding, CellPosition
from publisher.edit.sheets.layout import FINDINGS, VIOLATION_FILL, WARNING_FILL
from publisher.errors import SourceError
from publisher.findings import Severity
from publisher.messages import in_language, translate

_FILLS = {
    Severity.VIOLATION: PatternFill("solid", fgColor=VIOLATION_FILL),
    Severity.WARNING: PatternFill("solid", fgColor=WARNING_FILL),
    Severity.INFO: PatternFill("solid", fgColor=WARNING_FILL),
}
_NAMES = {Severity.VIOLATION: "violation", Severity.WARNING: "warning", Severity.INFO: "note"}
_MARKED = ".findings.xlsx"
_AUTHOR = "publisher check"
_LONGEST_COMMENT = 4_000
_WIDTHS = (14, 26, 10, 90)


def findings_file(file: Path) -> Path:
    """Return where the marked copy of a workbook is written.

    A copy that is newer than the workbook may have been worked in: it is left as it is. A marked
    copy that is imported keeps its marks up to date itself.

    >>> findings_file(Path("a/clusters.xlsx")).name
    'clusters.findings.xlsx'
    """
    if file.name.endswith(_MARKED):
        return file
    number, found = 1, file.with_name(f"{file.stem}{_MARKED}")
    while found.exists() and found.stat().st_mtime_ns > file.stat().st_mtime_ns:
        number += 1
        found = file.with_name(f"{file.stem}-{number}{_MARKED}")
    return found


def mark_workbook(book: Any, findings: Sequence[CellFinding], language: str, file: Path) -> None:
    """Write a workbook with its findings: coloured cells, comments, and a list in front.

    Marks of an earlier time go away.

    Raises:
        SourceError: It cannot be written.
    """
    ordered = in_order(findings)
    _unmark(book)
    by_place = groupby(sorted(ordered, key=_location), key=_location)
    for _place, group in by_place:
        _mark_cell(book, list(group), language)
    _write_list(book, ordered, language)
    save_workbook(book, file)


def write_findings_file(findings: Sequence[CellFinding], language: str, file: Path) -> None:
    """Write the list of findings alone: a CSV file has no room for them.

    Raises:
        SourceError: It cannot be written.
    """
    book = Workbook()
    book.active.title = "-"
    _write_list(book, in_order(findings), language)
    del book["-"]
    save_workbook(book, file)


def in_order(findings: Iterable[CellFinding]) -> list[CellFinding]:
    """Return findings as an editor works through them: the grave ones first, sheet by sheet."""
    gravity = list(Severity)
    return sorted(
        findings, key=lambda each: (gravity.index(each.finding.severity), *_location(each))
    )


def _location(each: CellFinding) -> tuple[str, int, int]:
    return (each.position.sheet, each.position.line, each.position.column)


def _unmark(book: Any) -> None:
    for title in list(book.sheetnames):
        if title in FINDINGS.values() and len(book.sheetnames) > 1:
            del book[title]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == _AUTHOR:
                    cell.comment = None
                    cell.fill = PatternFill()


def _mark_cell(book: Any, group: Sequence[CellFinding], language: str) -> None:
    position = group[0].position
    if position.sheet not in book.sheetnames or not position.line:
        return
    sheet = book[position.sheet]
    cell = sheet.cell(position.line, position.column or 1)
    if type(cell).__name__ == "MergedCell":
        return
    properties = dict.fromkeys(in_language(each.finding.message, language) for each in group)
    old = cell.comment.text if cell.comment is not None and position.line == 1 else ""
    text = "\n\n".join([*properties, *([old] if old else [])])
    gravest = min((each.finding.severity for each in group), key=list(Severity).index)
    cell.comment = Comment(text[:_LONGEST_COMMENT], _AUTHOR, height=140, width=340)
    cell.fill = _FILLS[gravest]


def _write_list(book: Any, findings: Sequence[CellFinding], language: str) -> None:
    sheet = book.create_sheet(in_language(FINDINGS, language), 0)
    head = [translate(word, language) for word in ("Gravity", "Sheet", "Cell", "What to do")]
    sheet.append(head)
    for row, each in enumerate(findings, start=2):
        position = each.position
        gravity = translate(_NAMES[each.finding.severity], language)
        message = in_language(each.finding.message, language)
        if not position.sheet and each.finding.file:
            message = f"{message} ({each.finding.file}, {each.finding.line})"
        sheet.append([gravity, position.sheet, position.cell, message])
        sheet.cell(row, 1).fill = _FILLS[each.finding.severity]
        if position.sheet in book.sheetnames and position.line:
            link = sheet.cell(row, 3)
            title = position.sheet.replace("'", "''")
            target = CellPosition(position.sheet, position.line, position.column or 1).cell
            link.hyperlink = Hyperlink(ref="", location=f"'{title}'!{target}")
            link.style = "Hyperlink"
    for number, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.cell(1, number).font = Font(bold=True)
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cell.value, str):
                cell.data_type = "s"
    sheet.freeze_panes = "A2"
    book.active = 0
    for each in book.worksheets:
        each.sheet_view.tabSelected = each is sheet


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
