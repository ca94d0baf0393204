"""A table as an Excel workbook: types, links, a header that stays, a sheet per language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from pyoxigraph import Literal
from xlsxwriter import Workbook
from xlsxwriter.url import Url

from publisher.languages import BY_TAG, written_languages
from publisher.messages import LANGUAGES, translate
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import pick_name
from publisher.release.tables.cells import (
    FileColumn,
    FileRow,
    NameOf,
    TableRow,
    file_columns,
    file_rows,
)
from publisher.release.tables.table import DATE, LINK, NUMBER, TRUTH, Table

# Limits of the format (Excel specifications and limits).
MOST_ROWS = 1_048_575
_LONGEST_TEXT = 32_767
_MOST_LINKS = 65_530
_LONGEST_LINK = 2_079
_MOST_DIGITS = 15
# Of ten; what is larger or nearer to nothing is another number there.
_MOST_POWERS = 300
_FIRST_YEAR = 1900
_WIDTHS = (12, 60)
_CACHED_LINKS = 10_000
# Fixed, so that the same table gives the same bytes.
_CREATED = datetime.fromisoformat("2000-01-01T00:00:00")
_DAY = iri("xsd:date")


class WorkbookFile:
    """A table as a workbook while it is written: all its sheets at the same time."""

    def __init__(self, table: Table, names: NameOf, file: Path | BinaryIO) -> None:
        """Begin a file; ``names`` are those of what is linked."""
        options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        self._book = Workbook(str(file) if isinstance(file, Path) else file, options)
        title = pick_name(table.titles, LANGUAGES[0])
        self._book.set_properties({"title": title, "created": _CREATED})
        languages = written_languages(table.titles)
        # Read once for all sheets and lines.
        links = lru_cache(maxsize=_CACHED_LINKS)(_link_to)
        self._sheets = [
            _Worksheet(self._book, table, language, names, links) for language in languages
        ]

    def add(self, line: FileRow) -> None:
        """Write a line into each sheet."""
        for sheet in self._sheets:
            sheet.add(line)

    def close(self) -> None:
        """Write the file."""
        for sheet in self._sheets:
            sheet.close()
        self._book.close()


def write_workbook(
    table: Table, rows: Iterable[TableRow], names: NameOf, file: Path | BinaryIO
) -> None:
    """Write a table as a workbook.

    Args:
        table: The table.
        rows: Its lines.
        names: Of what is linked.
        file: Where to.
    """
    with closing(WorkbookFile(table, names, file)) as book:
        for line in file_rows(table, rows, names):
            book.add(line)


class _Worksheet:
    """One worksheet: column heads and names of linked things in one language."""

    def __init__(
        self,
        book: Workbook,
        table: Table,
        language: str,
        names: NameOf,
        links: Callable[[str], Url | None],
    ) -> None:
        self._sheet = book.add_worksheet(BY_TAG[language].name)
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._link = book.get_default_url_format()
        self._date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._language, self._names, self._links = language, names, links
        self._other_languages = ("", *(tag for tag in LANGUAGES if tag != language))
        columns = enumerate(file_columns(table))
        # Names of links are what their cells show.
        self._fields = [(place, of) for place, of in columns if not of.is_name]
        self._links_left = _MOST_LINKS
        self._rows = 0
        for number, (_, of) in enumerate(self._fields):
            title = self._title(of)
            width = min(max(len(title) + 2, _WIDTHS[0]), _WIDTHS[1])
            is_wide = of.column is None or of.column.kind == LINK or of.language is not None
            self._sheet.set_column(number, number, 36 if is_wide else width)
            self._sheet.write_string(0, number, title, self._head)

    def add(self, line: FileRow) -> None:
        self._rows += 1
        for number, (place, of) in enumerate(self._fields):
            if found := line.texts[place]:
                self._write(number, line.row, of, found)

    def close(self) -> None:
        self._sheet.freeze_panes(1, min(2, len(self._fields)))
        self._sheet.autofilter(0, 0, max(self._rows, 1), len(self._fields) - 1)

    def _title(self, of: FileColumn) -> str:
        if of.column is None:
            return translate("Address", self._language)
        title = pick_name(of.column.titles, self._language)
        title = title[:1].upper() + title[1:]
        return f"{title} ({of.language})" if of.language else title

    def _write(self, number: int, line: TableRow, of: FileColumn, found: Sequence[str]) -> None:
        row = self._rows
        if of.column is None:
            self._write_link(row, number, line.iri, line.iri)
        elif len(found) > 1:
            is_link = of.column.kind == LINK
            self._write_text(row, number, "; ".join(map(self._called, found) if is_link else found))
        elif of.column.kind == LINK:
            self._write_link(row, number, found[0], self._called(found[0]))
        else:
            value = _cell_value(of.column.kind, line.values[of.column.path][0], found[0])
            if isinstance(value, bool):
                self._sheet.write_boolean(row, number, value)
            elif isinstance(value, date):
                self._sheet.write_datetime(row, number, value, self._date)
            elif value is not None:
                self._sheet.write_number(row, number, value)
            else:
                self._write_text(row, number, found[0])

    def _called(self, name: str) -> str:
        found = self._names(name, self._language)
        others = self._other_languages
        return found or next((n for tag in others if (n := self._names(name, tag))), name)

    def _write_link(self, row: int, number: int, address: str, text: str) -> None:
        link = self._links(address) if self._links_left and len(text) <= _LONGEST_LINK else None
        if link is not None:
            self._links_left -= 1
            link.text = text
            self._sheet.write_url(row, number, link, self._link)
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


def _link_to(address: str) -> Url | None:
    """Return a link; None for an address that the format has no links to."""
    is_web = address.startswith(("https://", "http://"))
    is_short = len(address.encode("utf-16-le")) <= 2 * _LONGEST_LINK
    return Url(address) if is_web and is_short else None


def _cell_value(kind: str, term: Any, text: str) -> bool | date | float | None:
    """Return a value as the format can hold it; None for what it can only hold as text."""
    if kind not in (TRUTH, DATE, NUMBER):
        return None
    try:
        if kind == TRUTH:
            return text in ("true", "1")
        if kind == DATE and isinstance(term, Literal) and term.datatype.value == _DAY:
            day = date.fromisoformat(text)
            return day if day.year >= _FIRST_YEAR else None
        if kind == NUMBER:
            number = Decimal(text)
            is_small = len(number.as_tuple().digits) <= _MOST_DIGITS
            if number.is_finite() and is_small and abs(number.adjusted()) <= _MOST_POWERS:
                return float(number)
    except (ValueError, InvalidOperation):
        return None
    return None
