"""A table as an Excel workbook: types, links, a header that stays, a sheet per language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, BinaryIO

from pyoxigraph import Literal
from xlsxwriter import Workbook

from publisher.languages import BY_TAG, written_languages
from publisher.messages import LANGUAGES, translate
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import pick_name
from publisher.release.tables.cells import FileColumn, NameOf, TableRow, cell_texts, file_columns
from publisher.release.tables.table import DATE, LINK, NUMBER, TRUTH, Table

# Limits of the format (Excel specifications and limits).
MOST_ROWS = 1_048_575
_LONGEST_TEXT = 32_767
_MOST_LINKS = 65_530
_LONGEST_LINK = 2_079
_MOST_DIGITS = 15
_FIRST_YEAR = 1900
_WIDTHS = (12, 60)
# Fixed, so that the same table gives the same bytes.
_CREATED = datetime.fromisoformat("2000-01-01T00:00:00")
_DAY = iri("xsd:date")


def write_workbook(
    table: Table, rows: Callable[[], Iterable[TableRow]], names: NameOf, file: Path | BinaryIO
) -> None:
    """Write a table as a workbook.

    Args:
        table: The table.
        rows: Gives its lines, once for each sheet.
        names: Of what is linked.
        file: Where to.
    """
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with Workbook(str(file) if isinstance(file, Path) else file, options) as book:
        book.set_properties({"title": pick_name(table.titles, LANGUAGES[0]), "created": _CREATED})
        for language in written_languages(table.titles):
            _Worksheet(book, table, language, names).write(rows())


class _Worksheet:
    """One worksheet: column heads and names of linked things in one language."""

    def __init__(self, book: Workbook, table: Table, language: str, names: NameOf) -> None:
        self._sheet = book.add_worksheet(BY_TAG[language].name)
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._link = book.get_default_url_format()
        self._date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._language, self._names = language, names
        # Names of links are what their cells show.
        self._fields = [of for of in file_columns(table) if not of.is_name]
        self._links_left = _MOST_LINKS
        self._count = table.count

    def write(self, rows: Iterable[TableRow]) -> None:
        for number, of in enumerate(self._fields):
            title = self._title(of)
            width = min(max(len(title) + 2, _WIDTHS[0]), _WIDTHS[1])
            is_wide = of.column is None or of.column.kind == LINK or of.language is not None
            self._sheet.set_column(number, number, 36 if is_wide else width)
            self._sheet.write_string(0, number, title, self._head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for number, of in enumerate(self._fields):
                self._write(last, number, row, of)
        self._sheet.freeze_panes(1, min(2, len(self._fields)))
        self._sheet.autofilter(0, 0, max(last, 1), len(self._fields) - 1)

    def _title(self, of: FileColumn) -> str:
        if of.column is None:
            return translate("Address", self._language)
        title = pick_name(of.column.titles, self._language)
        title = title[:1].upper() + title[1:]
        return f"{title} ({of.language})" if of.language else title

    def _write(self, row: int, number: int, line: TableRow, of: FileColumn) -> None:
        if of.column is None:
            self._write_link(row, number, line.iri, line.iri)
            return
        found = cell_texts(line, of, self._names)
        if len(found) == 1:
            if of.column.kind == LINK:
                self._write_link(row, number, found[0], self._called(found[0]))
                return
            value = _cell_value(of.column.kind, line.values[of.column.path][0], found[0])
            if isinstance(value, bool):
                self._sheet.write_boolean(row, number, value)
            elif isinstance(value, date):
                self._sheet.write_datetime(row, number, value, self._date)
            elif value is not None:
                self._sheet.write_number(row, number, value)
            else:
                self._write_text(row, number, found[0])
        elif found:
            if of.column.kind == LINK:
                found = [self._called(name) for name in found]
            self._write_text(row, number, "; ".join(found))

    def _called(self, name: str) -> str:
        tags = (self._language, "", *(tag for tag in LANGUAGES if tag != self._language))
        return next((n for tag in tags if (n := self._names(name, tag))), name)

    def _write_link(self, row: int, number: int, address: str, text: str) -> None:
        is_safe = address.startswith(("https://", "http://")) and len(address) <= _LONGEST_LINK
        if is_safe and len(text) <= _LONGEST_LINK and self._links_left:
            self._links_left -= 1
            self._sheet.write_url(row, number, address, self._link, text)
        else:
            self._write_text(row, number, text)

    def _write_text(self, row: int, number: int, text: str) -> None:
        if len(text) > _LONGEST_TEXT:
            note = translate(
                "… ({count} characters; the CSV file has the whole text)",
                self._language,
                count=len(text),
            )
            text = text[: _LONGEST_TEXT - len(note)] + note
        self._sheet.write_string(row, number, text)


def _cell_value(kind: str, term: Any, text: str) -> bool | date | float | None:
    """Return a value as the format can hold it; None for what it can only hold as text."""
    try:
        if kind == TRUTH:
            return text in ("true", "1")
        if kind == DATE and isinstance(term, Literal) and term.datatype.value == _DAY:
            day = date.fromisoformat(text)
            return day if day.year >= _FIRST_YEAR else None
        if kind == NUMBER:
            number = Decimal(text)
            if number.is_finite() and len(number.as_tuple().digits) <= _MOST_DIGITS:
                return float(number)
    except (ValueError, InvalidOperation):
        return None
    return None
