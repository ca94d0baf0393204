"""The first sheet of a workbook: how to fill it in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.styles import Alignment, Font

from publisher.messages import translate
from publisher.writing.sheets.layout import SheetLayout

_LINES = (
    "Correct a value where it stands. One value a cell: a further value goes into the next column"
    " with the same heading and a number; you may put in more such columns.",
    "Something new gets a line of its own; leave its address empty. Texts are written in Swedish"
    " and in English, each in its column.",
    "Dates are written 2015-03-28, 2015-03 or 2015, as exactly as the source tells.",
    "Choose from the list where there is one. What is missing in a list gets a line on its own"
    " sheet first; then its name can be written.",
    "Every fact has a source. Choose it in 'Source of what is new', or in the source column of the"
    " line. A new source gets a line on the sheet of sources.",
    "A part, such as a count or an event, stands on its own sheet and names what it belongs to.",
    "Lines may be sorted and filtered. Taking a line away takes nothing away from the data: what"
    " has ended gets an event and a new status.",
    "Then: publisher sheet import, with the name of this file. Nothing is written before"
    " everything is right; what is to be mended is marked in a copy of the workbook.",
)


def write_guide(sheet: Any, sheets: Sequence[SheetLayout], language: str) -> None:
    """Write how the workbook is filled in, and what each sheet holds."""
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 100
    rows = [(translate("How to fill in this workbook", language), "")]
    rows += [("", translate(line, language)) for line in _LINES]
    rows.append((translate("The sheets", language), ""))
    for each in sheets:
        count = translate("{count} lines", language, count=len(each.form.things))
        rows.append((each.titles[language], count))
    for number, (first, second) in enumerate(rows, start=1):
        for column, text in enumerate((first, second), start=1):
            cell = sheet.cell(number, column, text or None)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        if not second:
            sheet.cell(number, 1).font = Font(bold=True, size=13)
