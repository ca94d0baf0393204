"""A list of datasets, as CSV or a workbook → rows whose columns are known.

Rows that begin with ``#`` are explanations. What cannot be understood is reported with its cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from publisher.edit.catalogue.list_columns import BY_KEY, ListColumn, ListPart
from publisher.edit.catalogue.list_headings import (
    Heading,
    read_heading,
    similar_heading,
    unit_of_size,
)
from publisher.edit.sheets.reading import Cell, RawSheet, SheetFile, read_file
from publisher.edit.sheets.reports import CellPosition, ImportReport
from publisher.edit.values import shorten_input
from publisher.errors import SheetRefused
from publisher.messages import Text, text
from publisher.rdf.text import fold
from publisher.system.http_client import is_web

ReadSheets = Callable[[Path, ImportReport], SheetFile]
# A title alone is no list, and an explanation of the columns names one.
_FEWEST_COLUMNS = 2
_NAMING = frozenset(("title", "dataset", "id"))
_MOST_LINES_ABOVE = 10
_SEVERAL = re.compile(r"\s*[;|\n]\s*")
# What stands in a cell of which there is nothing to say.
_NOTHING = frozenset(("", "-", "–", "—", "n/a", "null", "ej tillämpligt", "not applicable"))
YES = frozenset(("ja", "yes", "true", "sant", "x", "1", "hvd"))
_NO = frozenset(("nej", "no", "nein", "ei", "nei", "false", "falskt", "falsch", "0"))
# Columns in which "no" says that there is none.
_OR_NO = ("hvd", "service")
_SIDES = 4
# Numbers of files whose columns are named after a service or a format, behind all others.
_FIRST_OF_TERMS = 1_000
# A column beside the category, which says yes or no.
MARK = replace(BY_KEY["hvd"], key="hvd-mark", is_several=False)
_OF_FILES = {c.key for c in BY_KEY.values() if c.part in (ListPart.FILE, ListPart.SERVICE)}


@dataclass(frozen=True)
class ListCell:
    """A cell that is not empty, and where it is."""

    text: str
    position: CellPosition


@dataclass
class ListRow:
    """A row of a list.

    Attributes:
        number: Of the row in its sheet.
        sheet: Title of the sheet; empty in a CSV file.
        cells: Column, language and number of the file → cell.
        report: What is wrong is added to it.
        errors: How many errors it has.
    """

    number: int
    sheet: str
    cells: Mapping[tuple[str, str, int], ListCell]
    report: ImportReport
    errors: int = 0
    _columns: Mapping[str, int] = field(default_factory=dict, repr=False)
    _reported: set[tuple[CellPosition, str]] = field(default_factory=set, repr=False)

    def cell(self, key: str, number: int = 1) -> ListCell | None:
        """Return the cell of a column that has no language."""
        return self.cells.get((key, "", number))

    def written(self, key: str, number: int = 1) -> str:
        """Return what is in a column that has no language; empty for nothing."""
        found = self.cell(key, number)
        return found.text if found is not None else ""

    def texts(self, key: str, language: str, number: int = 1) -> dict[str, ListCell]:
        """Return language → text of a column; what has no language is in the one given."""
        return {
            tag or language: cell
            for (name, tag, nth), cell in self.cells.items()
            if name == key and nth == number
        }

    def values(self, key: str, number: int = 1) -> Iterator[ListCell]:
        """Yield the values of a column: one, or several where it may hold them."""
        found = self.cell(key, number)
        if found is not None:
            yield from parts_of(BY_KEY[key], found)

    def numbers(self) -> list[int]:
        """Return the numbers of the files and services that the row has."""
        return sorted({n for key, _, n in self.cells if key in _OF_FILES})

    def refuse(self, message: Text, position: CellPosition | None = None, key: str = "") -> None:
        """Report an error at a cell; else at the column, else at the row."""
        cell = position or CellPosition(self.sheet, self.number, self._columns.get(key, 0))
        self.errors += 1
        # The licence of a row is read for each of its files.
        if (cell, str(message)) not in self._reported:
            self._reported.add((cell, str(message)))
            self.report.add(message, cell)

    def warn(self, message: Text, position: CellPosition) -> None:
        """Report what somebody should know, and what prevents nothing."""
        if (position, str(message)) not in self._reported:
            self._reported.add((position, str(message)))
            self.report.warn(message, position)


def parts_of(column: ListColumn, cell: ListCell) -> Iterator[ListCell]:
    """Yield the values in a cell."""
    parts = _SEVERAL.split(cell.text) if column.is_several else [cell.text]
    for part in parts:
        if part.strip():
            yield ListCell(part.strip(), cell.position)


@dataclass(frozen=True)
class ListTables:
    """The rows of a list: of datasets, and of their files where these have a table of their own.

    Attributes:
        datasets: A row a dataset, series or service.
        files: A row a file.
    """

    datasets: Sequence[ListRow]
    files: Sequence[ListRow]


def read_tables(
    file: Path, file_list: Path | None, report: ImportReport, read_sheets: ReadSheets = read_file
) -> ListTables:
    """Return the rows of a list; report what is not understood of it.

    Args:
        file: The list.
        file_list: A second one, of files; None when there is none.
        report: What is not understood is added to it.
        read_sheets: Reads the sheets of either.

    Raises:
        SheetRefused: A file cannot be read, or no column of it is known.
    """
    datasets: list[ListRow] = []
    files: list[ListRow] = []
    for path in (file, *([file_list] if file_list is not None else [])):
        read = read_sheets(path, report)
        known: list[tuple[RawSheet, str, dict[int, Heading]]] = []
        for sheet in map(_from_headings, read.sheets):
            # Sheets of explanations and of lists to choose from have no heading that is known.
            title = "" if read.is_csv else sheet.title
            headings = _headings(sheet, title, report)
            if headings is not None:
                known.append((sheet, title, headings))
        is_alone = path == file and all(_has(headings, "dataset") for _, _, headings in known)
        for number, (sheet, title, written) in enumerate(known):
            headings = _of_datasets(written) if is_alone and number == 0 else written
            rows = _rows(sheet, title, headings, report)
            is_of_files = path == file_list or _has(headings, "dataset")
            (files if is_of_files else datasets).extend(rows)
        if not known:
            raise SheetRefused(
                "No column of this list is known: it needs at least one for the title.",
                where=path.name,
                remedy="Name the columns like Titel, Beskrivning, Licens, Länk (or Title,"
                " Description, Licence, Link); 'publisher import --template list.xlsx' writes all"
                " of them. Nothing was written.",
            )
    return ListTables(datasets, files)


def _has(headings: Mapping[int, Heading], key: str) -> bool:
    return any(heading.column.key == key for heading in headings.values())


def _of_datasets(headings: Mapping[int, Heading]) -> dict[int, Heading]:
    """Return the headings of a list in which "Dataset" names the dataset of the row itself.

    In a list beside which no other describes datasets, it is the title, or the id beside one.
    """
    key = "id" if _has(headings, "title") else "title"
    column = BY_KEY[key]
    if key == "id" and _has(headings, "id"):
        return {n: h for n, h in headings.items() if h.column.key != "dataset"}
    return {
        n: replace(h, column=column) if h.column.key == "dataset" else h
        for n, h in headings.items()
    }


def _from_headings(sheet: RawSheet) -> RawSheet:
    """Return a sheet without what stands above its headings: a title, a date, empty lines."""
    if _are_headings(sheet.headers.values()):
        return sheet
    for number in sorted(sheet.rows)[:_MOST_LINES_ABOVE]:
        written = {column: cell.text.strip() for column, cell in sheet.rows[number].items()}
        heads = {column: text for column, text in written.items() if text}
        if _are_headings(heads.values()):
            below = {n: row for n, row in sheet.rows.items() if n > number}
            return replace(sheet, headers=heads, rows=below)
    return sheet


def _are_headings(written: Iterable[str]) -> bool:
    """Tell whether a row is that of a list: it names the title, and something else."""
    keys = {heading.column.key for heading in map(read_heading, written) if heading is not None}
    return len(keys) >= _FEWEST_COLUMNS and bool(keys & _NAMING)


def _headings(sheet: RawSheet, title: str, report: ImportReport) -> dict[int, Heading] | None:
    """Return column → what its heading says; None for a sheet that is no list."""
    found = {number: _read(sheet, number) for number in sheet.headers}
    if not _are_headings(sheet.headers.values()):
        return None
    headings: dict[int, Heading] = {}
    for number, heading in found.items():
        position = CellPosition(title, 1, number)
        if heading is None:
            filled = sum(number in row for row in sheet.rows.values())
            report.warn(_unknown_heading(sheet.headers[number], filled), position)
            continue
        if first := _same_heading(sheet, headings, number, heading):
            if _names_next_file(sheet, first, number, heading):
                heading = _next_file(headings, heading)
            else:
                message = text(
                    "The column '{name}' means the same as column {column}. Give one of them a"
                    " language or a number, such as Title en or Link 2.",
                    name=shorten_input(sheet.headers[number]),
                    column=CellPosition("", 0, first).cell,
                )
                report.add(message, position)
                continue
        headings[number] = heading
    return headings


def _read(sheet: RawSheet, number: int) -> Heading | None:
    """Return what the heading of a column says, as far as its cells agree with it."""
    heading = read_heading(sheet.headers[number])
    if heading is None:
        return None
    cells = [row[number].text.strip() for row in sheet.rows.values() if number in row]
    cells = [cell for cell in cells if fold(cell) not in _NOTHING]
    if heading.term:  # 'WMS' is the heading of addresses, or else of something not known here
        is_of_addresses = cells and all(map(is_web, cells))
        return replace(heading, number=_FIRST_OF_TERMS + number) if is_of_addresses else None
    if heading.column.key == "hvd" and cells and {fold(c) for c in cells} <= YES | _NO:
        return replace(heading, column=MARK)
    return heading


def _same_heading(
    sheet: RawSheet, headings: Mapping[int, Heading], number: int, heading: Heading
) -> int:
    """Return the column before that means the same; 0 for none, or where both may be said."""
    if heading.column.is_several or heading.column == MARK:
        return 0
    return next((n for n, other in headings.items() if other == heading), 0)


def _names_next_file(sheet: RawSheet, first: int, number: int, heading: Heading) -> bool:
    return heading.column.key in _OF_FILES and sheet.headers[first] == sheet.headers[number]


def _next_file(headings: Mapping[int, Heading], heading: Heading) -> Heading:
    """Return a heading of the next file: columns named alike are of one file after the other."""
    same = [
        h.number for h in headings.values() if replace(h, number=1) == replace(heading, number=1)
    ]
    return replace(heading, number=max(same) + 1)


def _unknown_heading(name: str, filled: int) -> Text:
    if similar := similar_heading(name):
        return text(
            "The column '{name}' is not known, and left out with {count} values. Is it"
            " '{similar}'?",
            name=shorten_input(name),
            count=filled,
            similar=similar,
        )
    return text(
        "The column '{name}' is not known, and left out with {count} values.",
        name=shorten_input(name),
        count=filled,
    )


def _rows(
    sheet: RawSheet, title: str, headings: Mapping[int, Heading], report: ImportReport
) -> Iterator[ListRow]:
    first = min(sheet.headers, default=1)
    columns = {heading.column.key: number for number, heading in reversed(list(headings.items()))}
    broken = {row for row, _ in sheet.broken}
    for number, cells in sheet.rows.items():
        if cells.get(first, Cell("")).text.lstrip().startswith("#"):
            continue
        found: dict[tuple[str, str, int], ListCell] = {}
        for column, heading in headings.items():
            written = cells[column].text.strip() if column in cells else ""
            if heading.column.key == "size" and written:
                written = f"{written} {unit_of_size(sheet.headers[column])}".strip()
            is_no = heading.column.key in _OR_NO and fold(written) in _NO
            if fold(written) not in _NOTHING and not is_no:
                _put(found, heading, ListCell(written, CellPosition(title, number, column)))
        if found:
            # What could not be read at all was reported when it was read.
            yield ListRow(number, title, found, report, int(number in broken), columns)


def _put(found: dict[tuple[str, str, int], ListCell], heading: Heading, cell: ListCell) -> None:
    """Put a cell where its heading belongs; beside what is there already, where there may be more.

    The sides of a box become one cell, in the order west, south, east, north.
    """
    column = heading.column
    key = (column.key, heading.language, heading.number)
    before = found.get(key)
    if heading.side:
        sides = before.text.split() if before is not None else ["-"] * _SIDES
        sides[heading.side - 1] = cell.text.replace(" ", "")
        cell = ListCell(" ".join(sides), before.position if before is not None else cell.position)
    elif before is not None and column.is_several:
        cell = ListCell(f"{before.text};{cell.text}", before.position)
    found[key] = cell
    if heading.term:
        kind = "service" if column.part is ListPart.SERVICE else "format"
        found[kind, "", heading.number] = ListCell(heading.term, cell.position)
