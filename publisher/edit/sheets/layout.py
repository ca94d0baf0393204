"""A workbook's layout: its sheets, columns, widths, guide, and a hidden record of the export.

One sheet a form, one line a thing, one value a cell: a further value stands in the next column
with the same heading and a number; texts have a column per language. A part (a count, an event)
names what it belongs to on its own sheet, so every triple stands in one place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from publisher.edit.fields import LINK, TEXT, Field, Form
from publisher.edit.forms import read_forms
from publisher.edit.inventory import Inventory
from publisher.edit.statements import StatementIndex
from publisher.edit.values import texts_in_language
from publisher.load.sources import Sources
from publisher.messages import LANGUAGES, text, translate
from publisher.rdf.subjects import Term, pick_name
from publisher.release.tables.columns import local_name

# A field's key is an IRI, so these are none.
ADDRESS_KEY, SOURCE_KEY = "address", "source"
_LONGEST_TITLE = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class ColumnGroup:
    """Columns that hold the values of one field in one language.

    Attributes:
        key: Key of the field, ``address``, or ``source`` of what is new in the line.
        headings: Language → heading, without a number.
        field: The field; None for the address.
        language: Of its texts; empty where languages play no part.
        count: Number of columns.
    """

    key: str
    headings: Mapping[str, str]
    field: Field | None = None
    language: str = ""
    count: int = 1

    @property
    def name(self) -> str:
        """Return what tells it from the other groups of its sheet."""
        return f"{self.key}@{self.language}" if self.language else self.key

    def heading(self, number: int = 1) -> str:
        """Return what stands above its nth column: every language on a line of its own."""
        found = dict.fromkeys(_numbered(self.headings[tag], number) for tag in LANGUAGES)
        return "\n".join(found)


def _numbered(heading: str, number: int) -> str:
    return heading if number == 1 else f"{heading} {number}"


@dataclass(frozen=True)
class SheetLayout:
    """A sheet: a form with its columns.

    Attributes:
        form: The form.
        titles: Language → name of the sheet.
        groups: Its columns, the address first.
    """

    form: Form
    titles: Mapping[str, str]
    groups: tuple[ColumnGroup, ...] = field(repr=False)

    def group(self, name: str) -> ColumnGroup | None:
        """Return the group of a name, if there is one."""
        return next((group for group in self.groups if group.name == name), None)

    def columns(self) -> list[tuple[ColumnGroup, int]]:
        """Return group and number of every column, from left to right."""
        return [(group, n) for group in self.groups for n in range(1, group.count + 1)]


@dataclass(frozen=True)
class ComparisonBasis:
    """What sheets are made from, and compared with.

    Attributes:
        inventory: What the sources say.
        statements: Who says what.
        layouts: The sheets there may be.
    """

    inventory: Inventory
    statements: StatementIndex
    layouts: tuple[SheetLayout, ...]


def make_basis(sources: Sources) -> ComparisonBasis:
    """Return what sheets are made from, for some sources."""
    inventory = Inventory(sources)
    forms = read_forms(inventory)
    statements = StatementIndex(inventory, forms)
    return ComparisonBasis(inventory, statements, tuple(layouts(inventory, forms, statements)))


def layouts(
    inventory: Inventory, forms: Iterable[Form], statements: StatementIndex
) -> list[SheetLayout]:
    """Return the sheets of a workbook, those with most fields first."""
    ordered = sorted(forms, key=lambda form: (-len(form.fields), form.class_iri))
    parts = {(each.path) for form in ordered for each in form.fields if each.is_part}
    titles = {tag: _titles(ordered, tag) for tag in LANGUAGES}
    return [
        SheetLayout(
            form,
            {tag: titles[tag][number] for tag in LANGUAGES},
            tuple(_groups(inventory, form, parts, statements.want(form.types))),
        )
        for number, form in enumerate(ordered)
    ]


def _titles(forms: Sequence[Form], language: str) -> list[str]:
    found: list[str] = []
    for form in forms:
        wanted = _FORBIDDEN.sub(" ", pick_name(form.names, language)).strip(" '")
        title, number = wanted[:_LONGEST_TITLE].strip(), 1
        while title.casefold() in {each.casefold() for each in found}:
            number += 1
            title = f"{wanted[: _LONGEST_TITLE - 3].strip()} {number}"
        found.append(title)
    return found


def _groups(
    inventory: Inventory, form: Form, parts: set[str], has_sources: bool
) -> Iterable[ColumnGroup]:
    yield ColumnGroup(ADDRESS_KEY, {tag: translate("Address here", tag) for tag in LANGUAGES})
    # What a part belongs to is told once, on the sheet of the part.
    shown = [f for f in form.fields if not f.is_part and (not f.is_inverse or f.path in parts)]
    names = {tag: Counter(pick_name(f.names, tag).casefold() for f in shown) for tag in LANGUAGES}
    for each in shown:
        headings = {tag: _heading(each, tag, names[tag]) for tag in LANGUAGES}
        for language in each.languages if each.kind == TEXT else ("",):
            used = (
                len(
                    texts_in_language(inventory.values(thing, each.path, each.is_inverse), language)
                )
                for thing in form.things
            )
            count = max(used, default=0)
            yield ColumnGroup(
                each.key,
                {tag: f"{h} ({language})" if language else h for tag, h in headings.items()},
                each,
                language,
                max(1, count + _has_spare(each, count)),
            )
    if has_sources:
        yield ColumnGroup(
            SOURCE_KEY, {tag: translate("Source of what is new", tag) for tag in LANGUAGES}, count=2
        )


def _has_spare(each: Field, used: int) -> bool:
    """Tell whether a field gets a column more than is used: where a further value is likely."""
    is_chosen = each.kind == LINK and not each.is_inverse and used > 0
    return each.is_repeated and (used > 1 or is_chosen)


def _heading(each: Field, language: str, names: Counter[str]) -> str:
    name = " ".join(pick_name(each.names, language).split())
    name = name[:1].upper() + name[1:]
    return f"{name} ({local_name(each.path)})" if names[name.casefold()] > 1 else name


def group_terms(inventory: Inventory, thing: str, group: ColumnGroup) -> tuple[Term, ...]:
    """Return the values of a thing for a group of columns, sorted."""
    if group.field is None:
        return ()
    values = inventory.values(thing, group.field.path, group.field.is_inverse)
    return texts_in_language(values, group.language)


# What every workbook of ours has besides its sheets: names, colours, and a memory out of sight.
#
# The memory of a workbook tells what stood in it when it was written, so that an import knows what
# the editor changed from what has changed in the sources since.

RECORD_SHEET = "publisher"
_VERSION = "1"
VIOLATION_FILL, WARNING_FILL = "FFF4B6B6", "FFFCE8A6"

# Sheets of our own, by language.
READ_ME, FINDINGS, LISTS = text("Read me"), text("What to fix"), text("Lists")
OWN_SHEETS = {
    name.casefold() for names in (READ_ME, FINDINGS, LISTS) for name in names.values()
} | {RECORD_SHEET}


@dataclass(frozen=True)
class ExportRecord:
    """The values of a workbook at its export, to compare an import with.

    Attributes:
        base_iri: Base of the short addresses in it.
        language: Of its names.
        digests: Class, short address and name of the group → digest of its cells. Every thing of
            the workbook has one under the empty name.
    """

    base_iri: str
    language: str
    digests: Mapping[tuple[str, str, str], str] = field(repr=False)

    def things(self, class_iri: str) -> list[str]:
        """Return the short addresses of the things of a class that stood in the workbook."""
        return [short for name, short, group in self.digests if name == class_iri and not group]


def write_export_record(book: Workbook, record: ExportRecord) -> None:
    """Write the memory into a sheet that workbooks do not show."""
    sheet = book.create_sheet(RECORD_SHEET)
    sheet.sheet_state = "veryHidden"
    sheet.append([RECORD_SHEET, _VERSION, record.base_iri, record.language])
    for (name, short, group), digest in record.digests.items():
        sheet.append([name, short, group, digest])
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                cell.data_type = "s"


def read_export_record(book: Any) -> ExportRecord | None:
    """Return the memory of a workbook; None when it has none that can be read."""
    if RECORD_SHEET not in book.sheetnames:
        return None
    rows = (tuple(cell.value for cell in row) for row in book.rows(RECORD_SHEET))
    head = tuple(str(value or "") for value in next(rows, ()))[:4]
    if len(head) < 4 or head[:2] != (RECORD_SHEET, _VERSION) or head[3] not in LANGUAGES:
        return None
    digests = {
        (str(row[0]), str(row[1]), str(row[2] or "")): str(row[3] or "")
        for row in rows
        if len(row) >= 4 and row[0] and row[1]
    }
    return ExportRecord(head[2], head[3], digests)


# Widths and heights of a sheet, so that its values can be read without dragging borders.

_NARROWEST, _WIDEST = 14, 52
_MOST_LINES = 6
_POINTS_A_LINE = 15.0
# The arrow of the filter stands in the heading.
_ARROW = 4


def fit_sheet(sheet: Any) -> None:
    """Set the width of each column and the height of each row by their texts.

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


# The first sheet of a workbook: how to fill it in.

_LINES = (
    "Correct a value in its cell. One value per cell: a further value"
    " goes into the next column with the same heading and a number; you"
    " may insert more such columns.",
    "Something new gets a line of its own; leave its address empty. Texts are written in Swedish"
    " and in English, each in its column.",
    "Dates are written 2015-03-28, 2015-03 or 2015, as exactly as the source tells.",
    "Choose from the list where there is one. What is missing in a list gets a line on its own"
    " sheet first; then its name can be written.",
    "Every fact has a source. Choose it in 'Source of what is new', or in the source column of the"
    " line. A new source gets a line on the sheet of sources.",
    "A part, such as a count or an event, has its own sheet and names what it belongs to.",
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
        for column, line in enumerate((first, second), start=1):
            cell = sheet.cell(number, column, line or None)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        if not second:
            sheet.cell(number, 1).font = Font(bold=True, size=13)
