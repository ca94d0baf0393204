"""Widths and heights of a sheet, so that its values can be read without dragging borders."""

from __future__ import annotations

from typing import Any

from openpyxl.utils import get_column_letter

_NARROWEST, _WIDEST = 14, 52
_MOST_LINES = 6
_POINTS_A_LINE = 15.0
# The arrow of the filter stands in the heading.
_ARROW = 4


def fit(sheet: Any) -> None:
    """Set the width of each column and the height of each line by what stands in them.

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
