"""Read: a file of a clerk → a table of texts, whatever its encoding, separator and layout."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from xml.parsers import expat

from publisher.edit.sheets.cell_links import (
    LONGEST_FORMULA,
    MOST_LINKS,
    CellLinks,
    Position,
    is_link_formula,
)
from publisher.edit.sheets.reading import (
    BINARY_BOOK,
    SheetFile,
    ShownSheet,
    binary_error,
    compound_error,
    read_bytes,
    read_cells,
    read_csv_text,
    read_file,
    sheet_of_rows,
)
from publisher.edit.sheets.reports import ImportReport
from publisher.errors import SheetRefused
from publisher.messages import Text, text
from publisher.start import cell_values as cells
from publisher.start.cell_values import clean, wkt_of_geojson
from publisher.start.link_columns import add_addresses

MOST_BYTES = 200_000_000
MOST_ROWS, MOST_COLUMNS = 1_048_576, 2_000
# Of a table: those of its file, and the empty ones with which its rows become equally long. A row
# of many cells above many rows of few is a file of a few kilobytes.
MOST_CELLS, MOST_EMPTY_CELLS = 50_000_000, 20_000_000
_SAMPLE = 200
_DELIMITERS = ";\t,|"
# In the order in which they are tried; the old code pages only where they make letters of words.
_OLD_ENCODINGS = ("cp1252", "mac_roman", "cp850")
_LETTERS = re.compile(r"(?<=[a-zA-Z])[åäöéüøæ]|[åäöÅÄÖÉÜØÆ](?=[a-zA-Z])")


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        number: Where it is in the file, from 1; for CSV the row, not the line.
        cells: Its texts, as many as the table has columns.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class RawTable:
    """A table as it was read.

    Attributes:
        name: Of the file, without its extension; with that of the sheet, where there are several.
        file: Name of the file.
        headings: From left to right, each different from the others.
        rows: In their order; empty ones are left out.
        encoding: Of the bytes; empty for workbooks.
        delimiter: Between cells; empty for workbooks.
        header: Number of the row with the headings; 0: it has none.
        notes: What was left out or made of it, for people.
        address: Where it was fetched; empty for a file.
    """

    name: str
    file: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)
    encoding: str = ""
    delimiter: str = ""
    header: int = 1
    notes: tuple[Text, ...] = ()
    address: str = ""

    @cached_property
    def views(self) -> dict[int, Any]:
        """Return what has been found out about columns, by index: each is looked at once."""
        return {}

    def column(self, index: int) -> list[str]:
        """Return the cells of a column."""
        return [row.cells[index] for row in self.rows]


def read_tables(file: Path) -> list[RawTable]:
    """Return the tables of a file: one, or one for each sheet of a workbook.

    Raises:
        SheetRefused: It cannot be read, or has no table.
    """
    suffix = file.suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        return _of_sheets(file, read_cells(file))
    return tables_of(read_bytes(file, MOST_BYTES + 1), file.name)


def tables_of(content: bytes, name: str) -> list[RawTable]:
    """Return the tables of the bytes of a file; its name says what they are, where they do not.

    Raises:
        SheetRefused: They cannot be read, or have no table.
    """
    file = Path(name)
    if len(content) > MOST_BYTES:
        raise SheetRefused(
            "The file is larger than {most} MB.",
            where=name,
            remedy="Divide it into several files, and import one after the other."
            " Nothing was changed.",
            most=MOST_BYTES // 1_000_000,
        )
    if content.startswith(b"PAR1"):
        return [_of_parquet(content, file)]
    if content.startswith(b"PK"):
        return _of_sheets(file, _ods_sheets(content, name))
    if content.startswith(bytes.fromhex("d0cf11e0a1b11ae1")):
        raise compound_error(content, name)
    if content.startswith(b"SQLite format 3"):
        raise SheetRefused(
            "The file is a GeoPackage or another database.",
            where=name,
            remedy="Save the layer as GeoJSON: in QGIS, right-click it, Export, Save Features As."
            " Nothing was changed.",
        )
    words, encoding = decode(content)
    if re.match(r"\s*<(!doctype|html|table|\?xml|[\w-]+[ >])", words, re.IGNORECASE):
        raise SheetRefused(
            "The file is a page or XML, not a table, whatever its name says.",
            where=name,
            remedy="Open it in Excel or LibreOffice and save it as .xlsx (Excel workbook)."
            " Nothing was changed.",
        )
    if words.lstrip()[:1] in "{[" and words.strip():
        return [_of_geojson(words, file)]
    if "\0" in words:
        raise _no_table(name)
    if max(map(words.count, _DELIMITERS)) > MOST_CELLS:
        raise _too_many_cells(name)
    delimiter, rows = split_rows(words)
    return [arrange(file.stem, name, rows, encoding=encoding, delimiter=delimiter)]


def _of_parquet(content: bytes, file: Path) -> RawTable:
    """Return the table of a Parquet file; its columns keep the names that they have.

    Raises:
        SheetRefused: It cannot be read, or nothing here reads Parquet.
    """
    try:
        # 40 MB for a format of few clerks: who has it installs it besides.
        from pyarrow import ArrowException, BufferReader, parquet
    except ImportError as error:
        raise SheetRefused(
            "Nothing here reads Parquet.",
            where=file.name,
            remedy="Install the extra 'parquet' (pip install '.[parquet]'), or save the table as"
            " CSV. Nothing was changed.",
        ) from error
    try:
        source = parquet.ParquetFile(BufferReader(content))
        # A value that comes again and again is in the file once.
        said = source.metadata
        _refuse_size(said.num_rows, said.num_columns, said.num_rows * said.num_columns, file.name)
        read = source.read()
        names, columns = read.column_names, [column.to_pylist() for column in read.columns]
    except (ArrowException, OSError, ValueError) as error:
        raise SheetRefused(
            "The file cannot be read: {reason}.",
            where=file.name,
            remedy="Fetch it again, or save the table as CSV. Nothing was changed.",
            reason=str(error).partition("\n")[0],
        ) from error
    known = [n for n, column in enumerate(columns) if not any(isinstance(v, bytes) for v in column)]
    left_out = [names[n] for n in range(len(names)) if n not in known]
    rows = zip(*(map(_parquet_text, columns[n]) for n in known), strict=True)
    table = arrange(file.stem, file.name, [[names[n] for n in known], *map(list, rows)])
    if left_out:
        note = text("Columns of bytes, left out: {names}", names=", ".join(left_out))
        table = replace(table, notes=(*table.notes, note))
    return table


def _parquet_text(value: object) -> str:
    """Return a value of Parquet as a text; those of a list as a clerk separates them."""
    if isinstance(value, list | tuple):
        return "; ".join(map(_parquet_text, value))
    return written(value)


def _no_table(name: str) -> SheetRefused:
    return SheetRefused(
        "There is no table in the file.",
        where=name,
        remedy="Save it as CSV, .xlsx or .ods with the headings in one row and a thing in each of"
        " the others.",
    )


def _too_many_cells(name: str) -> SheetRefused:
    return SheetRefused(
        "The table would have more than {most} million cells, most of them perhaps empty.",
        where=name,
        remedy="Remove what stands far to the right of the table or far below it, or divide the"
        " file into several. Nothing was changed.",
        most=MOST_CELLS // 1_000_000,
    )


def _refuse_size(rows: int, columns: int, filled: int, name: str) -> None:
    """Refuse a table that takes too much memory.

    Args:
        rows: How many it has.
        columns: How many each of them gets.
        filled: How many cells the file has in them.
        name: Of the file.

    Raises:
        SheetRefused: There are too many cells, or too many that are not in the file.
    """
    cells_in_all = rows * columns
    if cells_in_all > MOST_CELLS or cells_in_all - filled > MOST_EMPTY_CELLS:
        raise _too_many_cells(name)


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of some bytes, and its encoding.

    >>> decode("Åre".encode("cp1252")), decode("Åre".encode("utf-8-sig"))
    (('Åre', 'cp1252'), ('Åre', 'utf-8-sig'))
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), "utf-16"
    zeros = [content[:2000][parity::2].count(0) for parity in (0, 1)]
    if max(zeros) > 100 * (1 + min(zeros)) or (max(zeros) > 4 and len(content) < 400):
        encoding = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"  # without its mark
        return content.decode(encoding, "replace"), encoding
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        return content.decode(encoding), encoding
    except UnicodeDecodeError:
        pass
    found = {}
    for encoding in _OLD_ENCODINGS:
        words = content.decode(encoding, "replace")
        found[encoding] = (len(_LETTERS.findall(words[:1_000_000])) - words.count("\ufffd"), words)
    best = max(_OLD_ENCODINGS, key=lambda name: found[name][0])
    if best == "cp1252" and "\ufffd" in found[best][1]:
        return content.decode("latin-1"), "latin-1"
    return found[best][1], best


def split_rows(words: str) -> tuple[str, list[list[str]]]:
    r"""Return what separates the cells of a text, and its rows.

    >>> split_rows("sep=;\na;b\n1;2,5\n")
    (';', [['a', 'b'], ['1', '2,5']])
    """
    if named := re.match(r"\s*sep=(.)\r?\n", words):
        return named[1], _parse(words[named.end() :], named[1])
    head = "\n".join(words[:200_000].splitlines()[:_SAMPLE])
    best = max(_DELIMITERS, key=lambda mark: _regularity(_parse(head, mark)))
    rows = _parse(words, best)
    return best, _with_quotes_closed(rows, words, best)


def _with_quotes_closed(rows: list[list[str]], words: str, delimiter: str) -> list[list[str]]:
    """Return the rows; read anew where a quote that nobody closed drew others into one cell."""
    width = max(map(len, rows[:_SAMPLE]), default=0)
    drawn_in = (
        line.count(delimiter) == width - 1
        for row in rows
        for cell in row
        if "\n" in cell
        for line in cell.split("\n")[1:-1] or cell.split("\n")[1:]
    )
    if width < 2 or not any(drawn_in):
        return rows
    plain = [_unquoted(row) for row in _parse(words, delimiter, csv.QUOTE_NONE)]
    # Whole texts over several lines would fall apart.
    return plain if all(len(row) in (0, width) for row in plain) else rows


def _unquoted(row: Sequence[str]) -> list[str]:
    """Return a row that was read without regard to quotes, without those around its cells."""
    inner = (re.sub(r'^"(.*)"$', r"\1", cell, flags=re.DOTALL) for cell in row)
    return [cell.replace('""', '"') for cell in inner]


def _parse(
    words: str, delimiter: str, quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
) -> list[list[str]]:
    csv.field_size_limit(10_000_000)
    lines = io.StringIO(words, newline="")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True, quoting=quoting):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                break
    except csv.Error:  # a text beyond the limit: the rows before it still say what they are
        pass
    return rows


def _regularity(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """Return how well a separator fits: the share of rows of the usual width, and that width."""
    counts = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    wide = {width: n for width, n in counts.items() if width > 1}
    if not wide:
        return 0.0, 0
    width = max(wide, key=lambda w: (wide[w], w))
    share = wide[width] / sum(counts.values())
    return (1.0 if share > 0.8 else share), width


# Where the table begins and ends, and what its columns are called.

_SUM = re.compile(
    r"(summa|totalt?|total|sum|delsumma|summa totalt|summe|gesamt|gesamtsumme|zwischensumme"
    r"|insgesamt|yhteensä|i alt|samlet|sum total|grand total|sub-?total|total général|ensemble"
    r"|totaal|samtals)[:.]?",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"(summa|totalt?|sum|total|källa|source|anm\.?|anmärkning|not|fotnot|medel|medelvärde"
    r"|genomsnitt|delsumma|uppdaterad|utskriven|utskrift|rapport|antal rader|summe|gesamt"
    r"|gesamtsumme|insgesamt|quelle|stand|hinweis|anmerkung|durchschnitt|yhteensä|lähde|huom"
    r"|päivitetty|i alt|samlet|kilde|merknad|opdateret|oppdatert|grand total|notes?|remarque"
    r"|mise à jour|moyenne|average)\b[:. ]*",
    re.IGNORECASE,
)


def arrange(
    name: str,
    file: str,
    written: Iterable[Sequence[str]],
    *,
    encoding: str = "",
    delimiter: str = "",
    links: CellLinks | None = None,
) -> RawTable:
    """Return a table of rows: without titles above, sums below and empty rows between.

    Args:
        name: Of the table.
        file: Its name.
        written: The rows, from the first of the file on.
        encoding: Of a text.
        delimiter: Of a text.
        links: Addresses behind the cells.

    Raises:
        SheetRefused: There is no row.
    """
    links = links or CellLinks()
    rows = [(n, [clean_cell(cell) for cell in row]) for n, row in enumerate(written, 1)]
    linked = {line for line, _column in links.addresses}
    rows = [(n, row) for n, row in rows if any(row) or n in linked]
    if not rows:
        raise _no_table(file)
    width = min(max(_last_filled(row) for _n, row in rows), MOST_COLUMNS)
    _refuse_size(len(rows), width, sum(min(len(row), width) for _n, row in rows), file)
    rows = [(n, (row + [""] * width)[:width]) for n, row in rows]
    first = _first_row(rows, width)
    notes: list[Text] = []
    if first:
        notes.append(text("Above the headings, left out: {words}", words=_shown(rows[:first])))
    headings, body, header = _headings(rows[first:], notes, links)
    body, footer = _without_footer(body, width)
    if footer:
        notes.append(text("Below the table, left out: {words}", words=_shown(footer)))
    notes += add_addresses(headings, body, links)
    kept = tuple(Row(n, tuple(row)) for n, row in body)
    said = tuple(notes)
    table = RawTable(name, file, tuple(headings), kept, encoding, delimiter, header, said)
    return _without_nothing(table)


def clean_cell(cell: str) -> str:
    """Return a cell as it is kept: texts over several lines keep their lines."""
    if "\n" not in cell and "\r" not in cell:
        return clean(cell)
    lines = (clean(line) for line in cell.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(lines).strip()


def _last_filled(row: Sequence[str]) -> int:
    return max((n for n, cell in enumerate(row, 1) if cell), default=0)


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell)


def _shown(rows: Iterable[tuple[int, Sequence[str]]]) -> str:
    return "; ".join(", ".join(cell for cell in row if cell)[:80] for _n, row in list(rows)[:3])


def _first_row(rows: Sequence[tuple[int, Sequence[str]]], width: int) -> int:
    """Return the index of the first row of the table: what is above has one or two cells."""
    if width < 3:
        # A title above two columns stands alone.
        sparse = [_filled(row) < width for _n, row in rows[:3]]
        return 1 if width == 2 and len(rows) > 2 and sparse == [True, False, False] else 0
    usual = Counter(_filled(row) for _n, row in rows[1:_SAMPLE]).most_common(1)
    most = usual[0][0] if usual else width
    for index, (_n, row) in enumerate(rows[:30]):
        if _filled(row) >= max(2, min(most, width) * 0.6):
            return index
    return 0


def _looks_like_value(cell: str) -> bool:
    style = cells.Style(decimal=",")
    return bool(
        cells.read_number(cell, style)
        or cells.read_number(cell, cells.Style())
        or cells.read_date(cell, style)
        or cells.read_email(cell, style)
        or re.match(r"https?://", cell)
        or _is_truth(cell)
    )


_TRUTHS = frozenset(("ja", "nej", "nein", "nei", "yes", "no", "true", "false", "kyllä", "ei"))


def _is_truth(cell: str) -> bool:
    return cell.casefold() in _TRUTHS


def _has_truth(rows: Iterable[Sequence[str]], index: int) -> bool:
    return any(_is_truth(row[index]) for row in rows)


def _is_header(rows: Sequence[tuple[int, Sequence[str]]]) -> bool:
    """Tell whether the first row has headings: words, where the rows below have values."""
    first = rows[0][1]
    filled = [cell for cell in first if cell]
    if any(len(cell) > 120 for cell in filled):
        return False
    below = [row for _n, row in rows[1:_SAMPLE]]
    values = [
        cell
        for n, cell in enumerate(first)
        # "No" is a number too, unless there are yes and no below.
        if _looks_like_value(cell) and not (_is_truth(cell) and not _has_truth(below, n))
    ]
    years = [cell for cell in filled if _is_year(cell)]
    if len(years) == len(values):  # a column for each year is a heading too
        values = []
    if values:
        return len(values) < len(filled) / 4
    if not below:
        return True
    typed = sum(1 for n in range(len(first)) if any(_looks_like_value(row[n]) for row in below))
    if typed or len(set(map(str.casefold, filled))) < len(filled):
        return True
    # Texts above texts: a heading does not come again below.
    return not any(cell and cell in {row[n] for row in below} for n, cell in enumerate(first))


def _is_above_links(rows: Sequence[tuple[int, Sequence[str]]], links: CellLinks) -> bool:
    """Tell whether the first row has words where the rows below have links, whatever they show."""
    number, first = rows[0]
    columns = {column for line, column in links.addresses if line > number}
    linked_first = {column for line, column in links.addresses if line == number}
    filled = {n for n, cell in enumerate(first, 1) if cell}
    return bool(columns & filled - linked_first) and not any(map(_looks_like_value, first))


def _headings(
    rows: Sequence[tuple[int, Sequence[str]]], notes: list[Text], links: CellLinks
) -> tuple[list[str], list[tuple[int, list[str]]], int]:
    """Return the headings, the rows below, and the number of the row of the headings."""
    body = [(n, list(row)) for n, row in rows]
    width = len(body[0][1])
    if not _is_header(rows) and not _is_above_links(rows, links):
        notes.append(text("The table has no headings; the columns got numbers."))
        return [f"Kolumn {n}" for n in range(1, width + 1)], body, 0
    number, first = body.pop(0)
    if body and _is_second_heading(first, body):
        first = _joined(first, body[0][1])
        number = body.pop(0)[0]
        notes.append(text("Two rows of headings were read as one."))
    elif len(body) > 1 and _is_row_of_units(body):
        units = body[0][1]
        first = [
            f"{own} ({unit})" if own and unit else own or unit for own, unit in _pairs(first, units)
        ]
        number = body.pop(0)[0]
        notes.append(text("Two rows of headings were read as one."))
    named = [" ".join(cell.split()) or f"Kolumn {n}" for n, cell in enumerate(first, 1)]
    seen: Counter[str] = Counter()
    found = []
    for heading in named:
        seen[heading.casefold()] += 1
        count = seen[heading.casefold()]
        found.append(heading if count == 1 else f"{heading} {count}")
    return found, body, number


def _is_second_heading(first: Sequence[str], body: Sequence[tuple[int, Sequence[str]]]) -> bool:
    """Tell whether the headings go on in the next row: what is above was merged over several."""
    gaps = [n for n, cell in enumerate(first) if not cell]
    second = body[0][1]
    inner = [n for n in gaps if n and second[n]]
    filled = [cell for cell in second if cell]
    # Below a heading that was merged over several, each has its year: that is a heading too.
    values = [cell for cell in filled if _looks_like_value(cell) and not _is_year(cell)]
    has_years = any(map(_is_year, filled))
    if not inner or values or (has_years and all(cell for cell in second)):
        return False
    below = [row for _n, row in body[1:_SAMPLE]]
    typed = any(_looks_like_value(cell) for row in below for cell in row if cell)
    joined = [cell for cell in _joined(first, second) if cell]
    return typed and len({cell.casefold() for cell in joined}) == len(joined)


def _pairs(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((own, unit.strip("()[] ")) for own, unit in zip(first, second, strict=True))


def _is_row_of_units(body: Sequence[tuple[int, Sequence[str]]]) -> bool:
    """Tell whether the row below the headings says in what the columns of numbers are measured."""
    units = {n: cell.strip("()[] ") for n, cell in enumerate(body[0][1]) if cell}
    below = [row for _n, row in body[1:_SAMPLE]]
    known = sum(map(cells.is_unit, units.values()))
    if not known or known < len(units) * 0.6 or any(map(_is_number, units.values())):
        return False
    return all(
        sum(_is_number(row[n]) for row in below if row[n]) * 2 >= sum(1 for row in below if row[n])
        for n in units
    )


def _is_number(cell: str) -> bool:
    return cells.split_number(cell) is not None


def _is_year(cell: str) -> bool:
    return re.fullmatch(r"(19|20)\d\d", cell) is not None


def _joined(first: Sequence[str], second: Sequence[str]) -> list[str]:
    found, above = [], ""
    for upper, lower in zip(first, second, strict=True):
        above = upper or above
        own = upper if not lower or lower == upper else f"{above} {lower}" if above else lower
        found.append(own)
    return found


def _without_footer(
    body: list[tuple[int, list[str]]], width: int
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, list[str]]]]:
    """Return the rows of things, and those below that are sums and remarks."""
    end = len(body)
    while end > 1:
        row = body[end - 1][1]
        filled = [cell for cell in row if cell]
        usual = Counter(_filled(r) for _n, r in body[: max(1, end - 3)]).most_common(1)[0][0]
        first = filled[0] if filled else ""
        is_sum = bool(_FOOTER.match(first)) and len(filled) < max(2, usual)
        is_sum = is_sum or bool(_SUM.fullmatch(first))
        is_remark = width >= 3 and len(filled) == 1 and usual >= 3 and bool(row[0])
        is_remark = is_remark and (len(first) > 25 or first.startswith(("*", "(", "1)")))
        if not (is_sum or is_remark):
            break
        end -= 1
    return body[:end], body[end:]


def _without_nothing(table: RawTable) -> RawTable:
    """Return a table without columns that have neither a heading nor a value."""
    filled = [
        n
        for n, heading in enumerate(table.headings)
        if not re.fullmatch(r"Kolumn \d+", heading) or any(row.cells[n] for row in table.rows)
    ]
    if len(filled) == len(table.headings):
        return table
    rows = tuple(replace(row, cells=tuple(row.cells[n] for n in filled)) for row in table.rows)
    return replace(table, headings=tuple(table.headings[n] for n in filled), rows=rows)


# Workbooks, of Excel and of LibreOffice.


def _of_sheets(file: Path, sheets: Iterable[ShownSheet]) -> list[RawTable]:
    sheets = list(sheets)
    read = [
        (sheet.title, _of_sheet(file, sheet))
        for sheet in sheets
        if any(any(map(_shows, row)) for row in sheet.rows)
    ]
    # A sheet of remarks beside a table: nothing stands beside anything in it.
    remarks = [title for title, table in read if len(table.headings) == 1]
    if len(remarks) == len(read):
        remarks = []
    found = [table for title, table in read if title not in remarks]
    if not found:
        raise _no_table(file.name)
    if remarks:
        note = text("Sheets without a table, left out: {names}", names=", ".join(remarks))
        found[0] = replace(found[0], notes=(*found[0].notes, note))
    if hidden := [sheet.title for sheet in sheets if sheet.is_hidden]:
        note = text("Hidden sheets, not read: {names}", names=", ".join(hidden))
        found[0] = replace(found[0], notes=(*found[0].notes, note))
    return [replace(found[0], name=file.stem)] if len(found) == 1 else found


def _of_sheet(file: Path, sheet: ShownSheet) -> RawTable:
    rows = [[written(cell) for cell in row] for row in sheet.rows]
    return arrange(sheet.title, file.name, rows, links=sheet.links)


def _shows(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def written(cell: object) -> str:
    """Return the value of a cell of a workbook as a text.

    >>> written(105.0), written(True), written(datetime(2025, 3, 1)), written(None)
    ('105', 'true', '2025-03-01', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        return format(cell, ".15g") if abs(cell) < 1e15 and abs(cell) > 1e-4 else format(cell, "f")
    if isinstance(cell, datetime):
        is_day = cell.time() == time()
        return cell.date().isoformat() if is_day else cell.isoformat(timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


_ODS_REPEATED = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 number-columns-repeated"
_LARGEST_PART = 400_000_000
# Rows that are alike, one below the other: things are not, but a formula may reach to the end.
_MOST_EQUAL_ROWS = 10_000
_MOST_MERGED_LINKS = 1_000
# What an archive raises that is damaged, locked (RuntimeError) or packed in another way.
_BROKEN = (KeyError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_HREF = "http://www.w3.org/1999/xlink href"


class _OdsReader:
    """Reads the sheets of an OpenDocument spreadsheet as a stream (ODF 1.3, part 3, section 9)."""

    def __init__(self, file: str) -> None:
        self.sheets: list[ShownSheet] = []
        self._rows: list[list[str]] = []
        self._links, self._address = CellLinks(), ""
        # Column of the row that is read → what makes the link in it; of all rows, by place.
        self._row_links: dict[int, str] = {}
        self._formulas: dict[Position, str] = {}
        self._merged_links: list[tuple[int, int, int]] = []
        self._file, self._cells = file, 0
        self._row: list[str] = []
        self._attributes: dict[str, str] = {}
        self._words: list[str] = []
        self._paragraphs, self._row_repeats, self._notes = 0, 1, 0
        # Column → what is merged over several rows there, and how many of them are left.
        self._merged: dict[int, tuple[str, int]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TABLE} table":
            self._rows, self._links, self._merged = [], CellLinks(), {}
            self._formulas, self._merged_links = {}, []
            title = attributes.get(f"{_TABLE} name", "")
            self.sheets.append(ShownSheet(title, self._rows, self._links))
        elif name == f"{_TABLE} table-row":
            self._row, self._row_links = [], {}
            self._row_repeats = int(attributes.get(f"{_TABLE} number-rows-repeated", "1"))
        elif name in (f"{_TABLE} table-cell", f"{_TABLE} covered-table-cell"):
            self._attributes, self._words, self._paragraphs = attributes, [], 0
            self._address = ""
        elif name == f"{_TEXT} a" and not self._notes:
            self._address = self._address or attributes.get(_HREF, "")
        elif name == f"{_OFFICE} annotation":
            self._notes += 1
        elif name == f"{_TEXT} p" and not self._notes:
            if self._paragraphs:
                self._words.append("\n")
            self._paragraphs += 1
        elif name == f"{_TEXT} s":
            self._words.append(" ")

    def words(self, found: str) -> None:
        if self._paragraphs and not self._notes:
            self._words.append(found)

    def end(self, name: str) -> None:
        if name == f"{_OFFICE} annotation":
            self._notes -= 1
        elif name in (f"{_TABLE} table-cell", f"{_TABLE} covered-table-cell"):
            repeats = int(self._attributes.get(_ODS_REPEATED, "1"))
            cell = self._cell() or self._from_above(name)
            spanned = int(self._attributes.get(f"{_TABLE} number-rows-spanned", "1"))
            if spanned > 1:
                self._merged[len(self._row)] = (cell, spanned - 1)
            # Empty cells are repeated to the end of the sheet.
            repeats = min(repeats, MOST_COLUMNS - len(self._row)) if cell or repeats < 64 else 0
            self._note_link(spanned)
            self._row += [cell] * max(0, repeats)
        elif name == f"{_TABLE} table":
            self._resolve_links()
        elif name == f"{_TABLE} table-row" and self.sheets:
            repeats = self._row_repeats if any(self._row) else min(self._row_repeats, 1)
            rows = self._rows
            repeats = min(repeats, max(0, MOST_ROWS - len(rows)))
            self._cells += len(self._row) * repeats
            if repeats > _MOST_EQUAL_ROWS or self._cells > MOST_CELLS:
                raise _too_many_cells(self._file)
            self._place_links(repeats)
            rows += [self._row] * repeats

    def _note_link(self, spanned: int) -> None:
        """Keep what makes the link of a cell: a formula, or the address that is in the text."""
        formula = self._attributes.get(f"{_TABLE} formula", "")[:LONGEST_FORMULA]
        if not self._address and not is_link_formula(formula):
            return
        column, line = len(self._row) + 1, len(self._rows) + 1
        self._row_links[column] = self._address or formula
        if spanned > 1 and len(self._merged_links) < _MOST_MERGED_LINKS:
            self._merged_links.append((column, line, line + spanned - 1))

    def _place_links(self, repeats: int) -> None:
        """Keep the links of a row, for each of the rows that are like it."""
        for line in range(len(self._rows) + 1, len(self._rows) + 1 + repeats):
            for column, link in self._row_links.items():
                if len(self._links.addresses) + len(self._formulas) >= MOST_LINKS:
                    return
                place = self._formulas if is_link_formula(link) else self._links.addresses
                place[line, column] = link

    def _resolve_links(self) -> None:
        """Find the addresses that formulas make of texts and of cells of the sheet."""

        def shown(at: Position) -> str:
            row = self._rows[at[0] - 1] if 0 < at[0] <= len(self._rows) else []
            return row[at[1] - 1] if at[1] <= len(row) else ""

        for at, formula in self._formulas.items():
            self._links.add_formula(at, formula, shown)
        for column, first, last in self._merged_links:
            self._links.fill_down((column, first, min(last, len(self._rows))))

    def _from_above(self, name: str) -> str:
        """Return what a covered cell shows: what is merged over it from a row above."""
        cell, left = self._merged.get(len(self._row), ("", 0))
        if name != f"{_TABLE} covered-table-cell" or not left:
            return ""
        self._merged[len(self._row)] = (cell, left - 1)
        return cell

    def _cell(self) -> str:
        kind = self._attributes.get(f"{_OFFICE} value-type", "")
        if kind in ("float", "currency"):
            return written(float(self._attributes.get(f"{_OFFICE} value", "nan")))
        if kind == "percentage":
            number = float(self._attributes.get(f"{_OFFICE} value", "nan")) * 100
            return f"{written(float(format(number, '.12g')))} %"
        if kind == "date":
            return self._attributes.get(f"{_OFFICE} date-value", "").removesuffix("T00:00:00")
        if kind == "boolean":
            return self._attributes.get(f"{_OFFICE} boolean-value", "")
        if kind == "time":
            found = re.fullmatch(
                r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S",
                self._attributes.get(f"{_OFFICE} time-value", ""),
            )
            return ":".join(part.zfill(2) for part in found.groups()) if found else ""
        return "".join(self._words)


def _refuse_entity(*_about: object) -> None:
    raise ValueError("entities are not read")


def _ods_sheets(content: bytes, name: str) -> Iterator[ShownSheet]:
    reader = _OdsReader(name)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.words
    parser.EntityDeclHandler = _refuse_entity
    parser.buffer_text = True
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if BINARY_BOOK in archive.namelist():
                raise binary_error(name)
            if archive.getinfo("content.xml").file_size > _LARGEST_PART:
                raise ValueError("the part is too large")
            with archive.open("content.xml") as stream:
                while chunk := stream.read(1 << 16):
                    parser.Parse(chunk)
            parser.Parse(b"", True)
    except (*_BROKEN, expat.ExpatError) as error:
        raise SheetRefused(
            "The file is not a workbook that can be read, or it is damaged.",
            where=name,
            remedy="Open it in Excel or LibreOffice and save it as .xlsx (Excel workbook)."
            " Nothing was changed.",
        ) from error
    yield from reader.sheets


def read_list_sheets(file: Path, report: ImportReport) -> SheetFile:
    """Return the sheets of a list that somebody keeps by hand, in whatever form it was saved.

    Sheets that are exported from here are UTF-8 (``publisher.edit.sheets``); of a list kept
    elsewhere the encoding and the separator are told from what is in it.

    Args:
        file: CSV or text in any encoding that ``decode`` knows, or a workbook (.xlsx, .ods).
        report: Cells that cannot be read are added to it.

    Raises:
        SheetRefused: It cannot be read.
    """
    content = read_bytes(file, MOST_BYTES + 1)
    suffix = file.suffix.lower()
    if content.startswith(b"PK") and suffix == ".ods":
        shown = _ods_sheets(content, file.name)
        sheets = [sheet_of_rows(sheet.title, sheet.rows) for sheet in shown]
        return SheetFile(sheets)
    is_text = suffix in (".csv", ".tsv", ".tab", ".txt") and len(content) <= MOST_BYTES
    if not is_text or content.startswith(b"PK"):
        return read_file(file, report)
    words, _encoding = decode(content)
    if not words.strip() or "\0" in words:
        raise _no_table(file.name)
    return read_csv_text(file, words, split_rows(words)[0])


# GeoJSON (RFC 7946, and the older form with a coordinate system).

GEOMETRY = "geometri"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _of_geojson(words: str, file: Path) -> RawTable:
    try:
        found = json.loads(words)
        if _SURROGATE.search(words):  # half a letter can be written nowhere
            json.dumps(found, ensure_ascii=False).encode()
        if isinstance(found, dict) and "features" not in found and found.get("type") != "Feature":
            found = _rows_within(found)
        if isinstance(found, list):  # rows as objects, as many interfaces give them
            nested = {k for each in found for k, v in each.items() if isinstance(v, dict)}
            features = [{"properties": _flat(each, nested)} for each in found]
        else:
            features = found.get("features", [found])
        epsg = _geojson_system(found)
        records = [_record(feature, epsg) for feature in features]
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as error:
        raise SheetRefused(
            "The file is not GeoJSON that can be read.",
            where=file.name,
            remedy="Save it as a FeatureCollection (RFC 7946), or as CSV.",
        ) from error
    headings = list(dict.fromkeys(key for record in records for key in record))
    if not headings:
        raise _no_table(file.name)
    if len(headings) > MOST_COLUMNS:
        raise _too_many_cells(file.name)
    _refuse_size(len(records), len(headings), sum(map(len, records)), file.name)
    rows = tuple(
        Row(n, tuple(record.get(heading, "") for heading in headings))
        for n, record in enumerate(records, 1)
        if any(record.values())
    )
    return RawTable(file.stem, file.name, tuple(headings), rows, "utf-8", "", 0)


_DEEPEST = 4


def _rows_within(found: Any, depth: int = 0) -> Any:
    """Return the rows of an answer that has them in a member: result.records, value, data."""
    if depth >= _DEEPEST or not isinstance(found, dict):
        return found
    lists = [v for v in found.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
    if lists:
        return max(lists, key=len)
    inner = [v for v in found.values() if isinstance(v, dict)]
    deeper = (_rows_within(each, depth + 1) for each in inner)
    return next((rows for rows in deeper if isinstance(rows, list)), found)


def _flat(row: Any, nested: Container[str] = ()) -> dict[str, Any]:
    """Return a row with the members of objects in it as its own: ``address street``.

    GeoJSON stays a value; what is in one language each has that behind: ``name (sv)``.

    Args:
        row: An object of JSON.
        nested: Names of members that are objects in other rows: without one, they are nothing.
    """
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if key in nested and not value:
            continue
        if not isinstance(value, dict) or not value or "coordinates" in value:
            flat[key] = value
            continue
        for name, inner in _flat(value).items():
            is_language = re.fullmatch(r"[a-z]{2}", name) and isinstance(inner, str)
            flat[f"{key} ({name})" if is_language else f"{key} {name}"] = inner
    return flat


def _geojson_system(found: Any) -> str:
    """Return the EPSG code that the older form names, as WKT has it in front."""
    name = "" if isinstance(found, list) else str(found.get("crs", {}).get("properties", {}))
    code = re.search(r"EPSG:+(\d{4,5})", name)
    return f"SRID={code[1]};" if code and code[1] not in ("4326", "4258") else ""


def _record(feature: Any, system: str) -> dict[str, str]:
    record: dict[str, str] = {}
    if feature.get("id") is not None and "id" not in (feature.get("properties") or {}):
        record["id"] = str(feature["id"])
    for key, value in (feature.get("properties") or {}).items():
        if isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
            record[str(key)] = "; ".join(written(v) for v in value)
        elif isinstance(value, dict | list):
            record[str(key)] = json.dumps(value, ensure_ascii=False)
        else:
            record[str(key)] = clean_cell(written(value))
    if feature.get("geometry"):
        record[GEOMETRY] = system + wkt_of_geojson(feature["geometry"])
    return record
