"""The parts of a workbook as they are written, looked at before a library builds objects of them.

A workbook is a ZIP archive of XML (ECMA-376, part 2): a few kilobytes may unpack to gigabytes, one
cell may stand at the end of a million empty lines, and a part may be nested without end. Each part
is read once as a stream; what is kept of it is the part up to the last line in which something
is. Time and memory follow the cells that exist.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, TypeVar
from xml.parsers import expat

from publisher.edit.sheets.cell_links import (
    LONGEST_FORMULA,
    MOST_LINKS,
    CellLinks,
    is_link_formula,
    linked_cells,
    shifted,
)
from publisher.edit.sheets.reports import CellPosition
from publisher.errors import SheetRefused

# What a sheet may have: more is refused or pointed out, never read.
MOST_LINES, MOST_COLUMNS = 200_000, 2_000
MOST_CELLS = 3_000_000
# Limits of the format (Excel specifications and limits).
_LAST_LINE, _LAST_COLUMN = 1_048_576, 16_384
_MOST_STRINGS = 2_000_000
_MOST_SHEETS = 200
_MOST_PARTS = 5_000
# Elements of parts of which a tree is built (styles, names, relations), and of the shared strings.
_MOST_IN_TREES, _MOST_IN_STRINGS = 200_000, 5_000_000
# All elements, empty cells among them; some thirty seconds on a slow machine.
_MOST_ELEMENTS = 30_000_000
_DEEPEST = 64
_LARGEST_MB, _LARGEST_USED_MB, _LARGEST_TREES_MB = 600, 200, 20
# Excel holds 32,767 characters a cell, of which each takes at most ten bytes.
_LONGEST = 1_000_000
_CHUNK = 1 << 16
_MOST_STRAYS = 1_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_TREES = ("workbook", "styleSheet", "Types", "Relationships")
# The library looks for the size of a sheet through all of it, when it does not stand in front.
_SIZE = b'<dimension xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ref="A1"/>'
_SHEET, _STRINGS = "worksheet", "sst"
# What puts something into a cell (ECMA-376, part 1, section 18.3.1.4).
_CONTENT = frozenset(("v", "f", "is"))
_SHOWN = 100
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# What reading such a file can end with, the library's own surprises among them.
BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
)


@dataclass
class StrayCell:
    """A cell outside of the area that is read.

    Attributes:
        line: Its line.
        column: Its column.
        kind: Type of the cell (ECMA-376, part 1, section 18.18.11): ``s`` for a shared string.
        text: What is in it; the number of a shared string.
    """

    line: int
    column: int
    kind: str
    text: str = ""


@dataclass
class SheetSurvey:
    """What a sheet has, by its markup alone.

    Attributes:
        last_line: Last line of those read that are not empty.
        last_column: Last column of those read that are not empty.
        cells: Number of cells that are not empty.
        bottom: Line of the last cell, empty ones included.
        right: Column furthest to the right with a cell, empty ones included.
        merged: Areas of merged cells, the first thousand.
        merged_count: Number of such areas.
        strays: Cells outside of what is read, the first thousand.
        stray_count: Number of such cells.
        begin: Bytes up to the first element below the root.
        end: Bytes up to the end of the last line.
        closing: What closes the part after these.
        hyperlinks: Attributes of the elements of links.
        link_formulas: Line and column → a formula that makes a link.
        links: Addresses behind cells, without those that formulas make.
    """

    last_line: int = 0
    last_column: int = 0
    cells: int = 0
    bottom: int = 0
    right: int = 0
    merged: list[str] = field(default_factory=list)
    merged_count: int = 0
    strays: list[StrayCell] = field(default_factory=list)
    stray_count: int = 0
    begin: int = 0
    end: int = 0
    closing: str = ""
    hyperlinks: list[dict[str, str]] = field(default_factory=list)
    link_formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    links: CellLinks = field(default_factory=CellLinks)


class _StopReading(Exception):
    """Nothing more of a part is looked at."""


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    """Return the number of a column.

    >>> _column("A"), _column("XFD")
    (1, 16384)
    """
    if not 0 < len(letters) <= 3 or not letters.isascii() or not letters.isupper():
        raise ValueError(letters)
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


class _PartReader:
    """Reads a part from begin to end as a stream, and refuses what no program writes."""

    def __init__(self, name: str) -> None:
        self.name, self.root, self.elements, self.depth = name, "", 0, 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.finish
        self.parser.StartDoctypeDeclHandler = self._doctype

    def read(self, stream: IO[bytes]) -> None:
        """Read the part.

        Raises:
            ValueError: It has what no part of a workbook has.
            ExpatError: It is not well-formed.
        """
        known, quiet = 0, 0
        try:
            while chunk := stream.read(_CHUNK):
                if self.elements == 0 and chunk[:2] in _UTF_16:
                    raise ValueError(self.name)
                self.parser.Parse(chunk, False)
                # A text or a tag without end would fill the memory of anyone who keeps it.
                quiet = quiet + 1 if self.elements == known else 0
                known = self.elements
                if quiet * _CHUNK > _LONGEST:
                    self.endless()
            self.parser.Parse(b"", True)
        except _StopReading:
            return

    def endless(self) -> None:
        """Refuse a text that has no end."""
        raise ValueError(self.name)

    def _doctype(self, *_of: object) -> None:
        # ECMA-376, part 2, section 8.2.5: no part has one. Entities begin there.
        raise ValueError(self.name)

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """See an element begin."""
        self.depth += 1
        self.elements += 1
        if self.depth > _DEEPEST or self.elements > _MOST_ELEMENTS:
            raise ValueError(self.name)
        if self.depth == 1:
            self.root = name.rpartition(":")[2]
            self.see_root(name)
        else:
            self.see(name.rpartition(":")[2], attributes)

    def finish(self, name: str) -> None:
        """See an element end."""
        self.depth -= 1

    def see_root(self, name: str) -> None:
        """See the root."""

    def see(self, name: str, attributes: dict[str, str]) -> None:
        """See an element below the root begin."""


_P = TypeVar("_P", bound="_PartReader")


class _RootReader(_PartReader):
    """Reads what a part is, and no more."""

    def see_root(self, name: str) -> None:
        raise _StopReading


class _TreeReader(_PartReader):
    """Reads a part of which a tree is built: styles, names, relations."""

    def see(self, name: str, attributes: dict[str, str]) -> None:
        if self.elements > _MOST_IN_TREES:
            raise ValueError(self.name)


class _ElementReader(_TreeReader):
    """Reads a part, and keeps the attributes of the elements of one name."""

    def __init__(self, name: str, element: str) -> None:
        super().__init__(name)
        self.found: list[dict[str, str]] = []
        self._element = element

    def see(self, name: str, attributes: dict[str, str]) -> None:
        super().see(name, attributes)
        if name == self._element:
            self.found.append(attributes)


class _StringReader(_PartReader):
    """Reads the shared strings, and keeps those that are wanted."""

    def __init__(self, name: str, numbers: Collection[int]) -> None:
        super().__init__(name)
        self.texts: dict[int, str] = {}
        self._numbers, self._number, self._is_text = numbers, -1, False
        if numbers:
            self.parser.CharacterDataHandler = self._text

    def see(self, name: str, attributes: dict[str, str]) -> None:
        self._is_text = name == "t"
        self._number += name == "si"
        if self._number >= _MOST_STRINGS or self.elements > _MOST_IN_STRINGS:
            raise ValueError(self.name)

    def _text(self, text: str) -> None:
        if self._is_text and self._number in self._numbers:
            self.texts[self._number] = (self.texts.get(self._number, "") + text)[:_SHOWN]


class _SheetReader(_PartReader):
    """Reads a sheet: which cells hold something, and where the last of them is."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.survey = SheetSurvey()
        self._line, self._column, self._kind = 0, 0, ""
        self._is_filled, self._is_used, self._stray = True, False, False
        self._data = ""
        # The formula that is being read, and those that several cells share, with their origin.
        self._formula: list[str] | None = None
        self._group = ""
        self._shared: dict[str, tuple[tuple[int, int], str]] = {}

    def see_root(self, name: str) -> None:
        self._closing = f"</{name}>"

    def see(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._cell(attributes)
        elif name in _CONTENT:
            if not self._is_filled and self._line:
                self._fill(name)
            if name == "f" and not self._stray:
                self._begin_formula(attributes.get("si", ""))
        elif name == "hyperlink":
            if len(self.survey.hyperlinks) < MOST_LINKS:
                self.survey.hyperlinks.append(attributes)
        elif name == "row":
            self._row(attributes)
        elif name == "mergeCell":
            self.survey.merged_count += 1
            if len(self.survey.merged) < _MOST_STRAYS:
                self.survey.merged.append(attributes.get("ref", ""))

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """See an element begin; the one with the lines is closed by its own name."""
        super().begin(name, attributes)
        if self.depth == 2 and not self.survey.begin:
            self.survey.begin = self.parser.CurrentByteIndex
        if self.depth == 2 and name.endswith("sheetData"):
            self._data = name
            self._set_end()

    def finish(self, name: str) -> None:
        """See an element end."""
        self.depth -= 1
        if self._formula is not None:
            self._finish_formula()
        if name == self._data and self.depth == 1:
            self._cut()
        elif self._stray and name.endswith("c"):
            self._stray = False
            self.parser.CharacterDataHandler = None

    def _begin_formula(self, group: str) -> None:
        self._formula, self._group = [], group
        self.parser.CharacterDataHandler = self._formula.append

    def _finish_formula(self) -> None:
        """Keep a formula that makes a link: its address is nowhere else."""
        self.parser.CharacterDataHandler = None
        formula, self._formula = "".join(self._formula or ()), None
        at = (self._line, self._column)
        if not formula and self._group in self._shared:
            origin, first = self._shared[self._group]
            formula = shifted(first, origin, at)
        if not is_link_formula(formula[:100]) or len(self.survey.link_formulas) >= MOST_LINKS:
            return
        if self._group:
            self._shared.setdefault(self._group, (at, formula[:LONGEST_FORMULA]))
        self.survey.link_formulas[at] = formula[:LONGEST_FORMULA]

    def _row(self, attributes: Mapping[str, str]) -> None:
        self._cut()
        line = int(attributes.get("r", self._line + 1))
        if not self._line < line <= _LAST_LINE:
            raise ValueError(self.name)  # the library would leave the line out without a word
        self._line, self._column = line, 0

    def _cut(self) -> None:
        """Note where a line ends that are not empty."""
        if self._is_used:
            self._is_used = False
            self.survey.last_line = self._line
            self._set_end()

    def _set_end(self) -> None:
        index = self.parser.CurrentByteIndex
        opening = len(f"<{self._data}") if not self.survey.last_line else 0
        self.survey.end = index + opening
        self.survey.closing = f"{'>' if opening else ''}</{self._data}>{self._closing}"

    def _cell(self, attributes: Mapping[str, str]) -> None:
        where = attributes.get("r", "")
        if where:
            letters = where.rstrip("0123456789")
            column = _column(letters)
            if where[len(letters) :] != str(self._line):
                raise ValueError(self.name)
        else:
            column = self._column + 1
        if not self._column < column <= _LAST_COLUMN:
            raise ValueError(self.name)
        self._column, self._kind, self._is_filled = column, attributes.get("t", ""), False
        self.survey.bottom = self._line
        if column > self.survey.right:
            self.survey.right = column

    def _fill(self, name: str) -> None:
        """See the first element that puts something into a cell."""
        self._is_filled = True
        survey = self.survey
        survey.cells += 1
        if survey.cells > MOST_CELLS:
            raise _StopReading  # it is refused
        if self._line <= MOST_LINES and self._column <= MOST_COLUMNS:
            self._is_used = True
            survey.last_column = max(survey.last_column, self._column)
            return
        survey.stray_count += 1
        if len(survey.strays) < _MOST_STRAYS:
            # A formula says something even when nothing comes out of it.
            survey.strays.append(
                StrayCell(self._line, self._column, self._kind, "=" if name == "f" else "")
            )
            self._stray = True
            self.parser.CharacterDataHandler = self._text

    def _text(self, text: str) -> None:
        stray = self.survey.strays[-1]
        stray.text = (stray.text + text)[:_SHOWN]

    def endless(self) -> None:
        """Refuse a cell with a text that has no end."""
        raise SheetRefused(
            "The text of a cell is longer than a workbook can hold: {cell}.",
            remedy="Shorten it to 32,767 characters at most. Nothing was changed.",
            cell=CellPosition("", self._line, self._column).cell,
        )


@dataclass(frozen=True)
class WorkbookParts:
    """What a workbook consists of, looked at.

    Attributes:
        surveys: Title of a sheet → what it has.
        cells: Number of cells that are not empty.
        size: Bytes of all parts.
        used: Bytes of those that are read.
        names: Names of all parts.
    """

    surveys: Mapping[str, SheetSurvey]
    cells: int
    size: int
    used: int
    names: tuple[str, ...]


def inspect_workbook(file: Path, archive: zipfile.ZipFile, target: IO[bytes]) -> WorkbookParts:
    """Look at the parts of a workbook, and write those that are read as a workbook of their own.

    Args:
        file: Its name, for the sentences.
        archive: The workbook.
        target: Where the smaller workbook is written: sheets end with the last line in which
            something is, and pictures, charts and comments are left out.

    Raises:
        SheetRefused: It is larger than what is read.
        Exception: One of ``BROKEN``: it is no workbook, or damaged.
    """
    _refuse_large(file, archive)
    roots = {
        part.filename: _read(archive, _RootReader(part.filename)).root for part in _parts(archive)
    }
    trees = [name for name, root in roots.items() if root in _TREES]
    for name in trees:
        _read(archive, _TreeReader(name))
    sheets = [name for name, root in roots.items() if root == _SHEET]
    surveys = {name: _read(archive, _SheetReader(name)).survey for name in sheets}
    _refuse_cells(file, surveys.values())
    string_numbers = _stray_strings(surveys.values())
    for name in (name for name, root in roots.items() if root == _STRINGS):
        strings = _StringReader(name, string_numbers)
        _read(archive, strings)
        _fill_stray_cells(surveys.values(), strings.texts)
        trees.append(name)
    used = sum(archive.getinfo(name).file_size for name in trees)
    used += sum(survey.end for survey in surveys.values())
    sizes = sum(archive.getinfo(n).file_size for n in trees if roots[n] != _STRINGS)
    _refuse_size(file, sizes, _LARGEST_TREES_MB)
    _refuse_size(file, used, _LARGEST_USED_MB)
    titles = _titles(archive, roots)
    for name, survey in surveys.items():
        _resolve_links(archive, name, survey)
    with zipfile.ZipFile(target, "w") as smaller:
        for name in trees:
            _copy(archive, smaller, name, archive.getinfo(name).file_size)
        for name, survey in surveys.items():
            _copy(archive, smaller, name, survey.end, survey.closing, survey.begin, _SIZE)
    return WorkbookParts(
        {titles[name]: survey for name, survey in surveys.items() if name in titles},
        sum(survey.cells for survey in surveys.values()),
        sum(part.file_size for part in archive.infolist()),
        used,
        tuple(archive.namelist()),
    )


def _parts(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            yield part


def _read(archive: zipfile.ZipFile, part: _P) -> _P:
    with archive.open(part.name) as stream:
        part.read(stream)
    return part


def _copy(
    source: zipfile.ZipFile,
    target: zipfile.ZipFile,
    name: str,
    size: int,
    closing: str = "",
    begin: int = 0,
    added: bytes = b"",
) -> None:
    """Write the beginning of a part into another archive, what closes it, and one thing more.

    Args:
        source: The workbook.
        target: The smaller workbook.
        name: The part.
        size: How much of it is kept, in bytes.
        closing: What is written behind.
        begin: Where something is put in, in bytes.
        added: What is put in.
    """
    with source.open(name) as stream, target.open(name, "w") as into:
        into.write(stream.read(begin) + added)
        size -= begin
        while size > 0 and (chunk := stream.read(min(size, _CHUNK))):
            into.write(chunk)
            size -= len(chunk)
        into.write(closing.encode())


def _refuse_large(file: Path, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    # ECMA-376, part 2, annex B: parts are stored or deflated, and never encrypted.
    if any(part.compress_type not in _METHODS or part.flag_bits & 1 for part in parts):
        raise ValueError(file.name)
    names = {part.filename for part in parts}
    if len(names) < len(parts) or len(parts) > _MOST_PARTS:
        raise ValueError(file.name)
    _refuse_size(file, sum(part.file_size for part in parts), _LARGEST_MB)


def _refuse_size(file: Path, size: int, most_mb: int) -> None:
    if size > most_mb * 1_000_000:
        raise SheetRefused(
            "The workbook is {size} MB large unpacked; at most {most} MB are read.",
            where=file.name,
            remedy="Remove what is not needed: pictures, empty rows with formats.",
            size=round(size / 1_000_000),
            most=most_mb,
        )


def _refuse_cells(file: Path, surveys: Collection[SheetSurvey]) -> None:
    count = sum(survey.cells for survey in surveys)
    if count > MOST_CELLS or len(surveys) > _MOST_SHEETS:
        raise SheetRefused(
            "The workbook has {count} cells or more on {sheets} sheets; at most {most} cells on"
            " {most_sheets} sheets are read.",
            where=file.name,
            remedy="Divide it into several workbooks, and import one after the other."
            " Nothing was changed.",
            count=count,
            sheets=len(surveys),
            most=MOST_CELLS,
            most_sheets=_MOST_SHEETS,
        )


def _stray_strings(surveys: Iterable[SheetSurvey]) -> frozenset[int]:
    """Return the numbers of the shared strings that stand in stray cells."""
    strays = (stray for survey in surveys for stray in survey.strays)
    return frozenset(
        int(stray.text) for stray in strays if stray.kind == "s" and stray.text.strip().isdecimal()
    )


def _fill_stray_cells(surveys: Iterable[SheetSurvey], texts: Mapping[int, str]) -> None:
    """Put the shared strings into stray cells."""
    for stray in (stray for survey in surveys for stray in survey.strays):
        if stray.kind == "s" and stray.text.strip().isdecimal():
            stray.text, stray.kind = texts.get(int(stray.text), ""), "str"


def _elements(archive: zipfile.ZipFile, name: str, element: str) -> list[dict[str, str]]:
    """Return the attributes of the elements of a name in a part, in their order."""
    part = _ElementReader(name, element)
    with archive.open(name) as stream:
        part.read(stream)
    return part.found


def _resolve_links(archive: zipfile.ZipFile, name: str, survey: SheetSurvey) -> None:
    """Find the addresses of the links of a sheet (ECMA-376, part 2, section 6.5)."""
    folder, _, own = name.rpartition("/")
    relations = f"{folder}/_rels/{own}.rels"
    if not survey.hyperlinks or relations not in archive.namelist():
        return
    targets = {
        each.get("Id", ""): each.get("Target", "")
        for each in _elements(archive, relations, "Relationship")
    }
    last = (survey.last_line, survey.last_column)
    survey.links = linked_cells(survey.hyperlinks, targets, last)
    survey.hyperlinks = []


def _titles(archive: zipfile.ZipFile, roots: Mapping[str, str]) -> dict[str, str]:
    """Return name of a part → title of the sheet that it is (ECMA-376, part 1, 18.2.19)."""
    found: dict[str, str] = {}
    for book in (name for name, root in roots.items() if root == "workbook"):
        folder, _, name = book.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if relations not in roots:
            continue
        targets = {
            each.get("Id", ""): posixpath.normpath(
                posixpath.join("/" + folder, each.get("Target", ""))
            ).lstrip("/")
            for each in _elements(archive, relations, "Relationship")
        }
        for sheet in _elements(archive, book, "sheet"):
            # The relation has its own namespace (18.2.19), whose prefix each program chooses.
            key = next((v for k, v in sheet.items() if k.endswith(":id")), "")
            title, part = sheet.get("name", ""), targets.get(key, "")
            if part in found or title in found.values() or len(found) > _MOST_SHEETS:
                raise ValueError(book)
            found[part] = title
    return found
