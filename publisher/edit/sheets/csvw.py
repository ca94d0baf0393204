"""A CSV file, with or without what its columns mean (CSVW), → a sheet that is understood.

The tables of the site (``/table/lake.csv``) come with such metadata; so do files of others. Found
where section 5.2 of "Metadata Vocabulary for Tabular Data" has it: ``FILE-metadata.json`` beside.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publisher.edit.sheets.grids import Cell, CellFinding, CellPosition, RawSheet
from publisher.edit.sheets.layout import ADDRESS_KEY, ColumnGroup, SheetLayout
from publisher.edit.sheets.matching import MatchedSheet, cells_without_heading, match_columns
from publisher.edit.sheets.reports import ImportReport
from publisher.edit.sheets.workbook_parts import MOST_CELLS, MOST_COLUMNS, MOST_LINES
from publisher.errors import SheetRefused
from publisher.rdf.namespaces import iri
from publisher.rdf.reading import read_json
from publisher.release.tables.table import ID

# Headings, as much of them as is looked at for what stands between them.
_BEGINNING = 100_000
_DELIMITERS = ",;\t"
_FROM_CSV = "csv"
_MOST_BYTES = 50_000_000
# Lines of the format that people's programs have (Excel), and those that one row may take.
_MOST_ROWS, _MOST_LINES_A_ROW = 1_048_576, 10_000
_LONGEST_LINE = 5_000_000


@dataclass(frozen=True)
class _CsvMetadata:
    """CSVW metadata: columns from left to right, and the class of the things."""

    columns: Sequence[Mapping[str, Any]] = field(repr=False)
    class_iri: str
    delimiter: str


def read_csv(file: Path, layouts: Sequence[SheetLayout], report: ImportReport) -> MatchedSheet:
    """Return a CSV file as a sheet; report what is not understood in it.

    Raises:
        SheetRefused: It cannot be read, or nobody knows what it is about.
    """
    text = _text(file)
    meaning = _read_metadata(file)
    delimiter = meaning.delimiter if meaning is not None else _delimiter(text)
    grid = _grid(file, text, delimiter)
    if meaning is None:
        return _by_headings(file, grid, layouts, report)
    layout = next((each for each in layouts if each.form.class_iri == meaning.class_iri), None)
    if layout is None:
        raise SheetRefused(
            "The metadata do not name a class that there are forms for: '{class_iri}'.",
            where=file.name,
            remedy="Let a virtual column with the property rdf:type have one of these as its"
            " valueUrl: {classes}. Nothing was changed.",
            class_iri=meaning.class_iri,
            classes=", ".join(each.form.class_iri for each in layouts),
        )
    return _by_metadata(file, grid, layout, meaning)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SheetRefused(
            "The file cannot be read: {reason}.",
            where=str(file),
            remedy="Check its name, close it where it is open, and give yourself the right to"
            " read it. Nothing was changed.",
            reason=error.strerror,
        ) from error
    if len(content) > _MOST_BYTES:
        raise SheetRefused(
            "The file is larger than {most} MB.",
            where=file.name,
            remedy="Divide it into several files, and import one after the other."
            " Nothing was changed.",
            most=_MOST_BYTES // 1_000_000,
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetRefused(
            "The file is not UTF-8, so å, ä and ö cannot be read with certainty.",
            where=file.name,
            remedy="Save it as 'CSV UTF-8' (Excel), or choose UTF-8 (LibreOffice)."
            " Nothing was changed.",
        ) from error
    if not text.strip() or "\0" in text:
        raise SheetRefused(
            "The file is empty, too large, or no CSV file.",
            where=file.name,
            remedy="Save the table as CSV UTF-8. Nothing was changed.",
        )
    return text


def _delimiter(text: str) -> str:
    """Return what stands most often between the headings: Swedish Excel writes semicolons."""
    head = text[:_BEGINNING].partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _read_metadata(file: Path) -> _CsvMetadata | None:
    for path in (file.with_name(f"{file.name}-metadata.json"), file.parent / "csv-metadata.json"):
        if not path.is_file():
            continue
        try:
            found: Any = read_json(path.read_bytes(), path.name)
            schema = found["tableSchema"]
            columns = [dict(column) for column in schema["columns"]]
            delimiter = str(found.get("dialect", {}).get("delimiter", ","))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SheetRefused(
                "The metadata cannot be read: {reason}.",
                where=path.name,
                remedy="Fix them (CSV on the Web: tableSchema with columns), or remove"
                " the file: then only the headings are used. Nothing was changed.",
                reason=f"{type(error).__name__} {error}",
            ) from error
        types = [
            str(column.get("valueUrl", ""))
            for column in columns
            if column.get("propertyUrl") in (iri("rdf:type"), "rdf:type")
        ]
        return _CsvMetadata(columns, types[0] if types else "", delimiter)
    return None


def _grid(file: Path, text: str, delimiter: str) -> RawSheet:
    head: dict[int, str] = {}
    lines: dict[int, dict[int, Cell]] = {}
    count = 0
    for number, row in enumerate(_rows(file, text, delimiter), start=1):
        found = {n: c for n, c in enumerate(row, start=1) if c and not c.isspace()}
        if not found:
            continue
        count += len(found)
        last = max(found)
        if last > MOST_COLUMNS or len(lines) >= MOST_LINES or count > MOST_CELLS:
            raise _too_large(file, CellPosition("", number, last))
        if number == 1:
            head = found
        else:
            lines[number] = {n: Cell(c, _FROM_CSV) for n, c in found.items()}
    return RawSheet(file.stem, head, lines)


def _too_large(file: Path, position: CellPosition) -> SheetRefused:
    return SheetRefused(
        "The table continues beyond what is read: {cell}. At most"
        " {columns} columns, {lines} rows and {cells} cells are read.",
        where=file.name,
        remedy="Empty what is there by mistake, or divide the file. Nothing was changed.",
        cell=position.cell,
        columns=MOST_COLUMNS,
        lines=MOST_LINES,
        cells=MOST_CELLS,
    )


class _BoundedLines:
    """The lines of a text, as many as one row may take.

    Attributes:
        first: Line on which the row begins that is read, from 1.
    """

    def __init__(self, file: Path, text: str) -> None:
        self.first = 1
        self._file, self._lines, self._number = file, io.StringIO(text, newline=None), 0

    def __iter__(self) -> Iterator[str]:
        """Yield the lines.

        Raises:
            SheetRefused: A line or a row is longer than any that people write.
        """
        for line in self._lines:
            self._number += 1
            if len(line) > _LONGEST_LINE:
                raise SheetRefused(
                    "Line {line} has more than {most} characters.",
                    where=self._file.name,
                    remedy="Empty what is there by mistake, or divide the file. Nothing was"
                    " changed.",
                    line=self._number,
                    most=_LONGEST_LINE,
                )
            if self._number - self.first >= _MOST_LINES_A_ROW:
                raise _csv_error(self._file, self.first, "the row has no end")
            yield line

    def end_row(self) -> None:
        """Let the next row begin with the next line."""
        self.first = self._number + 1


def _csv_error(file: Path, line: int, reason: str) -> SheetRefused:
    return SheetRefused(
        "Line {line} is not CSV: {reason}.",
        where=file.name,
        remedy="Look for a quotation mark that is missing or too many. Nothing was changed.",
        line=line,
        reason=reason,
    )


def _rows(file: Path, text: str, delimiter: str) -> Iterator[list[str]]:
    lines = _BoundedLines(file, text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, start=1):
            if number > _MOST_ROWS:
                raise _too_large(file, CellPosition("", number, 1))
            lines.end_row()
            yield row
    except csv.Error as error:
        raise _csv_error(file, lines.first, str(error)) from error


def _by_headings(
    file: Path, grid: RawSheet, layouts: Sequence[SheetLayout], report: ImportReport
) -> MatchedSheet:
    """Return the sheet for the form that knows most of the headings."""
    tried = [match_columns(grid, layout) for layout in layouts]
    fitting = [(each, wrong) for each, wrong in tried if each is not None]
    fitting.sort(key=lambda pair: (-len(pair[0].columns), len(pair[1])))
    if not fitting or (len(fitting) > 1 and _rank(fitting[0]) == _rank(fitting[1])):
        raise SheetRefused(
            "The headings do not tell what the lines are about.",
            where=file.name,
            remedy="Use the headings of a sheet of 'publisher sheet export', the address among"
            " them (or 'id'), or put CSVW metadata beside it, {name}. Nothing was changed.",
            name=f"{file.name}-metadata.json",
        )
    sheet, wrong = fitting[0]
    report.extend(wrong)
    report.extend(cells_without_heading(sheet))
    return sheet


def _rank(pair: tuple[MatchedSheet, list[CellFinding]]) -> tuple[int, int]:
    return len(pair[0].columns), len(pair[1])


def _by_metadata(
    file: Path, grid: RawSheet, layout: SheetLayout, meaning: _CsvMetadata
) -> MatchedSheet:
    real = [column for column in meaning.columns if not column.get("virtual")]
    columns: dict[int, ColumnGroup] = {}
    separators: dict[int, str] = {}
    for number, column in enumerate(real, start=1):
        group = _group(layout, column)
        if group is not None and number in grid.head:
            columns[number] = group
            if column.get("separator"):
                separators[number] = str(column["separator"])
    if not any(group.key == ADDRESS_KEY for group in columns.values()):
        raise SheetRefused(
            "The metadata have no column of addresses.",
            where=file.name,
            remedy="Name the column with the addresses of the things 'id'. Nothing was changed.",
        )
    if len(columns) < 2:
        raise SheetRefused(
            "No column has a property that there is a field for.",
            where=file.name,
            remedy="Give the columns the propertyUrl of fields of {name}. Nothing was changed.",
            name=layout.form.class_iri,
        )
    return MatchedSheet(grid, layout, columns, separators)


def _group(layout: SheetLayout, column: Mapping[str, Any]) -> ColumnGroup | None:
    """Return the group that a described column belongs to; none for what is not read."""
    if column.get("name") == ID:
        return layout.group(ADDRESS_KEY)
    path = column.get("propertyUrl")
    if path is None or column.get("suppressOutput"):
        return None
    language = str(column.get("lang", ""))
    for group in layout.groups:
        if group.field is not None and group.field.path == path and group.language == language:
            return None if group.field.is_inverse else group
    return None
