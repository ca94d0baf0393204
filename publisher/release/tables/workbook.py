"""A table as an Excel workbook: types, links, a header that stays, a sheet per language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pyoxigraph import Literal
from xlsxwriter import Workbook

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
from publisher.release.tables.sheet_rows import (
    MOST_LINKS,
    SheetRows,
    column_letters,
    link_attributes,
    text_cell,
    text_element,
    value_cell,
)
from publisher.release.tables.table import DATE, LINK, NUMBER, TRUTH, Table

# Limits of the format (Excel specifications and limits).
MOST_ROWS = 1_048_575
_LONGEST_TEXT = 32_767
_LONGEST_LINK = 2_079
_MOST_DIGITS = 15
# Of ten; what is larger or nearer to nothing is another number there.
_MOST_POWERS = 300
_FIRST_YEAR = 1900
_WIDTHS = (12, 60)
_CACHED_LINKS, _CACHED_NAMES = 10_000, 20_000
# Fixed, so that the same table gives the same bytes.
_CREATED = datetime.fromisoformat("2000-01-01T00:00:00")
_STAMP, _ATTRIBUTES = (1980, 1, 31, 0, 0, 0), 0o100600 << 16
_DAY = iri("xsd:date")
# What the frame has in place of rows: a row with a link and a day, whose styles all rows take.
_SAMPLE = re.compile(rb'<row r="2">.*?</row>')
_STYLE = re.compile(rb'<c r="[A-Z]+2"( s="\d+")')
_LINKS = re.compile(rb"<hyperlinks>.*?</hyperlinks>")
_TARGET = re.compile(rb"<Relationship .*?/>")
_DIMENSION = re.compile(rb'(<dimension ref="[A-Z]+1:[A-Z]+)\d+')
_SHEET = re.compile(r"xl/worksheets/(_rels/)?sheet(\d+)\.xml(?:\.rels)?")


class WorkbookFile:
    """A table as a workbook while it is written: all its sheets at the same time."""

    def __init__(self, table: Table, names: NameOf, file: Path | BinaryIO) -> None:
        """Begin a file; ``names`` are those of what is linked."""
        self._file = file
        columns = enumerate(file_columns(table))
        # Names of links are what their cells show.
        self._fields = [(place, of) for place, of in columns if not of.is_name]
        self._letters = [column_letters(number) for number in range(len(self._fields))]
        self._frame = _Frame(table, [of for _, of in self._fields])
        link, day = self._frame.styles()
        self._link_style, self._day_style = link, day
        self._rows, self._has_days = 0, False
        # Read once for all sheets and lines.
        self._link = lru_cache(maxsize=_CACHED_LINKS)(_link_to)
        self._opened = ExitStack()
        self._sheets = [
            _Worksheet(SheetRows(self._opened), language, names)
            for language in self._frame.languages
        ]

    def add(self, line: FileRow) -> None:
        """Write a line into each sheet."""
        self._rows += 1
        row = str(self._rows + 1)
        # What shows the name of something, or says that it is cut, differs between the sheets.
        cells: list[str | None] = []
        for letters, (place, of) in zip(self._letters, self._fields, strict=True):
            text = line.texts[place]
            cells.append(self._cell(letters + row, line.row, of, text) if text else "")
        for sheet in self._sheets:
            sheet.rows.add_row(self._rows + 1, "".join(self._of_sheet(sheet, cells, line, row)))

    def _of_sheet(
        self, sheet: _Worksheet, cells: Sequence[str | None], line: FileRow, row: str
    ) -> Iterable[str]:
        """Yield the cells of a line for one sheet."""
        for number, cell in enumerate(cells):
            if cell is not None:
                yield cell
                continue
            place, of = self._fields[number]
            written, at = line.texts[place], self._letters[number] + row
            is_link = of.column is not None and of.column.kind == LINK
            if of.column is None:
                yield self._link_cell(sheet, at, written[0], text_element(written[0]))
            elif is_link and len(written) == 1:
                yield self._link_cell(sheet, at, written[0], sheet.called_element(written[0]))
            else:
                text = "; ".join(map(sheet.called, written) if is_link else written)
                yield text_cell(at, text_element(_shortened(text, sheet.language)))

    def _link_cell(self, sheet: _Worksheet, place: str, address: str, content: str) -> str:
        link = self._link(address) if sheet.rows.links < MOST_LINKS else None
        if link is None:
            return text_cell(place, content)
        sheet.rows.add_link(place, link)
        return text_cell(place, content, self._link_style)

    def _cell(self, place: str, line: TableRow, of: FileColumn, texts: Sequence[str]) -> str | None:
        """Return a cell that is the same in all sheets; None for one that is not."""
        if of.column is None or of.column.kind == LINK:
            return None
        if len(texts) == 1:
            value = _cell_value(of.column.kind, line.values[of.column.path][0], texts[0])
            if value is not None:
                self._has_days = self._has_days or isinstance(value, date)
                return value_cell(place, value, self._day_style)
        text = "; ".join(texts)
        if not text:
            return ""
        return text_cell(place, text_element(text)) if _fits(text) else None

    def close(self) -> None:
        """Write the file."""
        with self._opened:
            sheets = [sheet.rows for sheet in self._sheets]
            self._frame.write(self._file, sheets, self._rows, has_days=self._has_days)


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
    """One worksheet: its rows, and names of linked things in one language."""

    def __init__(self, rows: SheetRows, language: str, names: NameOf) -> None:
        self.rows, self.language, self._names = rows, language, names
        self._other_languages = ("", *(tag for tag in LANGUAGES if tag != language))
        # What is linked to by many comes back.
        self.called_element = lru_cache(maxsize=_CACHED_NAMES)(self._called_element)

    def called(self, name: str) -> str:
        """Return what something is called here; its IRI when it has no name."""
        label = self._names(name, self.language)
        others = self._other_languages
        return label or next((n for tag in others if (n := self._names(name, tag))), name)

    def _called_element(self, name: str) -> str:
        return text_element(_shortened(self.called(name), self.language))


class _Frame:
    """All of a workbook but its rows: made by the library, from a table without any."""

    def __init__(self, table: Table, fields: Sequence[FileColumn]) -> None:
        """Keep what the columns are."""
        self._table, self._fields = table, fields
        self.languages = written_languages(table.titles)

    def _made(self, rows: int, *, has_days: bool) -> ZipFile:
        """Return a workbook with a sample in place of so many rows."""
        options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        file = BytesIO()
        book = Workbook(file, options)
        title = pick_name(self._table.titles, LANGUAGES[0])
        book.set_properties({"title": title, "created": _CREATED})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        for language in self.languages:
            sheet = book.add_worksheet(BY_TAG[language].name)
            for number, of in enumerate(self._fields):
                title = _title(of, language)
                width = min(max(len(title) + 2, _WIDTHS[0]), _WIDTHS[1])
                is_wide = of.column is None or of.column.kind == LINK or of.language is not None
                sheet.set_column(number, number, 36 if is_wide else width)
                sheet.write_string(0, number, title, head)
            sheet.write_url(1, 0, "https://example.org/")
            if has_days:
                sheet.write_datetime(1, 1, _CREATED, day)
            sheet.freeze_panes(1, min(2, len(self._fields)))
            sheet.autofilter(0, 0, max(rows, 1), len(self._fields) - 1)
        book.close()
        return ZipFile(file)

    def styles(self) -> tuple[str, str]:
        """Return the attributes of cells with links, and of those with days."""
        has_days = any(of.column is not None and of.column.kind == DATE for of in self._fields)
        with self._made(1, has_days=has_days) as frame:
            sample = _SAMPLE.search(frame.read("xl/worksheets/sheet1.xml"))
        attributes = [style.decode() for style in _STYLE.findall(sample[0] if sample else b"")]
        return (attributes[0], attributes[1]) if has_days else (attributes[0], "")

    def write(
        self, file: Path | BinaryIO, sheets: Sequence[SheetRows], rows: int, *, has_days: bool
    ) -> None:
        """Write the workbook with the rows of its sheets."""
        with self._made(rows, has_days=has_days) as frame, ZipFile(file, "w", ZIP_DEFLATED) as book:
            for name in frame.namelist():
                entry = ZipInfo(name, _STAMP)
                entry.compress_type, entry.external_attr = ZIP_DEFLATED, _ATTRIBUTES
                content, part = frame.read(name), _SHEET.fullmatch(name)
                # Says whether a short entry holds it.
                entry.file_size = len(content) + (sheets[int(part[2]) - 1].length if part else 0)
                with book.open(entry, "w") as stream:
                    if part is None:
                        stream.write(content)
                    elif part[1]:
                        _write_targets(content, sheets[int(part[2]) - 1], stream)
                    else:
                        _write_sheet(content, sheets[int(part[2]) - 1], rows, stream)


def _write_sheet(frame: bytes, sheet: SheetRows, rows: int, stream: IO[bytes]) -> None:
    """Write a sheet: the frame, with rows and links in place of the sample."""
    sample, links = _SAMPLE.search(frame), _LINKS.search(frame)
    assert sample is not None
    assert links is not None
    stream.write(_DIMENSION.sub(rb"\g<1>%d" % (rows + 1), frame[: sample.start()]))
    sheet.copy_rows(stream)
    stream.write(frame[sample.end() : links.start()])
    if sheet.links:
        stream.write(b"<hyperlinks>")
        sheet.copy_links(stream)
        stream.write(b"</hyperlinks>")
    stream.write(frame[links.end() :])


def _write_targets(frame: bytes, sheet: SheetRows, stream: IO[bytes]) -> None:
    sample = _TARGET.search(frame)
    assert sample is not None
    stream.write(frame[: sample.start()])
    sheet.copy_targets(stream)
    stream.write(frame[sample.end() :])


def _title(of: FileColumn, language: str) -> str:
    if of.column is None:
        return translate("Address", language)
    title = pick_name(of.column.titles, language)
    title = title[:1].upper() + title[1:]
    return f"{title} ({of.language})" if of.language else title


def _fits(text: str) -> bool:
    """Tell whether a cell holds a text; characters beyond the 65,536 first count twice."""
    return 2 * len(text) <= _LONGEST_TEXT or len(text.encode("utf-16-le")) <= 2 * _LONGEST_TEXT


def _shortened(text: str, language: str) -> str:
    """Return a text as long as a cell holds, with a note where it was longer."""
    if _fits(text):
        return text
    note = translate(
        "… ({count} characters; the CSV file has the whole text)", language, count=len(text)
    )
    kept = text.encode("utf-16-le")[: 2 * (_LONGEST_TEXT - len(note))]
    return kept.decode("utf-16-le", "ignore") + note


def _link_to(address: str) -> tuple[str, str] | None:
    """Return the attributes of a link; None for an address that the format has no links to."""
    is_web = address.startswith(("https://", "http://"))
    is_short = len(address.encode("utf-16-le")) <= 2 * _LONGEST_LINK
    return link_attributes(address) if is_web and is_short else None


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
