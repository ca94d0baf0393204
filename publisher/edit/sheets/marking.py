"""What an import found → lines for a terminal, marks in a copy of the workbook, and a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from publisher.edit.sheets.export import save_workbook
from publisher.edit.sheets.importing import Import
from publisher.edit.sheets.layout import FINDINGS
from publisher.edit.sheets.reading import is_csv, open_for_marking
from publisher.edit.sheets.reports import CellFinding, CellPosition, in_order
from publisher.findings import Severity
from publisher.messages import in_language, translate

_RED, _YELLOW = (PatternFill("solid", fgColor=colour) for colour in ("FFF4B6B6", "FFFCE8A6"))
_FILLS = {Severity.VIOLATION: _RED, Severity.WARNING: _YELLOW, Severity.INFO: _YELLOW}
_NAMES = {Severity.VIOLATION: "violation", Severity.WARNING: "warning", Severity.INFO: "note"}
_MARKED = ".findings.xlsx"
_AUTHOR = "publisher check"
_LONGEST_COMMENT = 4_000
_WIDTHS = (14, 26, 10, 90)
# Each kind of mistake comes a hundred times at most: this is for workbooks with very many kinds.
_MOST_LINES = 1_000


def report_lines(
    file: Path, found: Import, language: str, mark_original: bool = False
) -> Iterator[str]:
    """Mark the findings of an import, and yield the report, line by line.

    A workbook that is refused gets a marked copy; its own file is left as it is unless asked.

    Raises:
        SourceError: The marked copy cannot be written.
    """
    ordered = in_order(found.report)
    for each in ordered[:_MOST_LINES]:
        name = translate(_NAMES[each.finding.severity], language)
        message = in_language(each.finding.message, language)
        yield f"{_where(file, each)}: {name}: {message}"
    if len(ordered) > _MOST_LINES:
        yield translate("… and {count} more.", language, count=len(ordered) - _MOST_LINES)
    if not found.is_refused:
        return
    count = found.report.violations
    if is_csv(file) or found.is_markable:
        target = file if mark_original and not is_csv(file) else findings_file(file)
        if is_csv(file):
            write_findings_file(ordered, language, target)
        else:
            mark_workbook(open_for_marking(file), ordered, language, target)
        yield translate(
            "To fix first: {count}. Nothing was written into the sources; what is wrong is marked"
            " in {file}.",
            language,
            count=count,
            file=target,
        )
        return
    target = findings_file(file)
    write_findings_file(ordered, language, target)
    yield translate(
        "To fix first: {count}. Nothing was written into the sources."
        " The workbook is too large for a marked copy: what is wrong is"
        " listed in {file}.",
        language,
        count=count,
        file=target,
    )


def _where(file: Path, each: CellFinding) -> str:
    parts = (each.position.sheet or each.finding.file or file.name, each.position.cell)
    return " ".join(part for part in parts if part)


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
    by_cell = groupby(sorted(ordered, key=attrgetter("location")), key=attrgetter("location"))
    for _location, group in by_cell:
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
    if position.sheet not in book.sheetnames or not position.row:
        return
    sheet = book[position.sheet]
    cell = sheet.cell(position.row, position.column or 1)
    if type(cell).__name__ == "MergedCell":
        return
    messages = dict.fromkeys(in_language(each.finding.message, language) for each in group)
    old = cell.comment.text if cell.comment is not None and position.row == 1 else ""
    text = "\n\n".join([*messages, *([old] if old else [])])
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
        if position.sheet in book.sheetnames and position.row:
            link = sheet.cell(row, 3)
            title = position.sheet.replace("'", "''")
            target = CellPosition(position.sheet, position.row, position.column or 1).cell
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
