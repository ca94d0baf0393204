"""Sheets, headings and lines of a file that was filled in → forms, fields and things."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from publisher.edit.fields import TEXT, Form
from publisher.edit.inventory import Inventory, address_for, iri_prefix
from publisher.edit.sheets.cells import CellCodec
from publisher.edit.sheets.grids import Cell, CellFinding, CellPosition, RawSheet, cell_finding
from publisher.edit.sheets.layout import (
    ADDRESS_KEY,
    SOURCE_KEY,
    ColumnGroup,
    ExportRecord,
    SheetLayout,
)
from publisher.edit.sheets.reports import ImportReport
from publisher.edit.statements import STATEMENT
from publisher.edit.values import full_address, quote_input, short_address
from publisher.errors import ValueRefused
from publisher.findings import Severity
from publisher.messages import LANGUAGES, Text, text
from publisher.rdf.namespaces import LABELS
from publisher.release.tables.table import ID

# A heading that is longer is none of ours.
_LONGEST = 500
# Which one was meant is looked for so many times.
_SUGGESTED = 100
_NUMBER = re.compile(r"(?P<name>.+?)\s+\d+")


@dataclass(frozen=True)
class MatchedSheet:
    """A sheet that is understood.

    Attributes:
        grid: What stands in it.
        layout: The form it is for.
        columns: Column → the group that it belongs to.
        separators: Column → what stands between several values in a cell, where it may hold them.
    """

    grid: RawSheet
    layout: SheetLayout
    columns: Mapping[int, ColumnGroup] = field(repr=False)
    separators: Mapping[int, str] = field(default_factory=dict, repr=False)

    def column_of(self, name: str) -> int:
        """Return the first column of a group; 0 when the sheet has none."""
        return next(iter(self.columns_of(name)), 0)

    def cells(self, line: int, name: str) -> list[tuple[int, Cell]]:
        """Return column and cell of a line's values in a group, from left to right."""
        row = self.grid.lines[line]
        found = [(c, row[c]) for c in self.columns_of(name) if c in row]
        return [(c, each) for c, cell in found for each in self._split(c, cell)]

    def _split(self, column: int, cell: Cell) -> list[Cell]:
        separator = self.separators.get(column)
        if separator is None:
            return [cell]  # blank cells are not read
        texts = cell.text.split(separator)
        return [replace(cell, text=text) for text in texts if text.strip()]

    def columns_of(self, name: str) -> list[int]:
        """Return the columns of a group, from left to right."""
        return self._columns.get(name, [])

    @cached_property
    def _columns(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for column, group in sorted(self.columns.items()):
            found.setdefault(group.name, []).append(column)
        return found

    def is_broken(self, line: int, name: str) -> bool:
        """Tell whether a cell of a line's values in a group cannot be read."""
        broken = self.grid.broken
        return bool(broken) and any((line, c) in broken for c in self.columns_of(name))

    @cached_property
    def groups(self) -> tuple[ColumnGroup, ...]:
        """Return the groups that hold values of a thing, each once."""
        found = {group.name: group for group in self.columns.values()}
        return tuple(g for g in found.values() if g.key not in (ADDRESS_KEY, SOURCE_KEY))

    def filled(self, line: int) -> list[ColumnGroup]:
        """Return the groups of which something stands on a line."""
        columns = self.columns
        here = {id(columns[c]) for c in self.grid.lines[line] if c in columns}
        return [group for group in self.groups if id(group) in here]

    @cached_property
    def labels(self) -> dict[str, list[ColumnGroup]]:
        """Return property that names a thing → its groups, the most usual property first."""
        groups = [g for g in self.layout.groups if g.field is not None and g.field.kind == TEXT]
        found = {p: [g for g in groups if g.field and g.field.path == p] for p in LABELS}
        return {path: named for path, named in found.items() if named}

    def address(self, line: int) -> str:
        """Return what stands as the address of a line; empty for something new."""
        cells = self.cells(line, ADDRESS_KEY)
        return cells[0][1].text.strip() if cells else ""


def match_sheets(
    grids: Iterable[RawSheet], layouts: Sequence[SheetLayout], report: ImportReport
) -> list[MatchedSheet]:
    """Return the sheets that are understood; report what is not."""
    matched: list[MatchedSheet] = []
    by_title = {layout.titles[tag].casefold(): layout for layout in layouts for tag in LANGUAGES}
    for grid in grids:
        layout = by_title.get(grid.title.strip().casefold())
        if layout is None:
            report.extend(_unknown_sheet(grid, layouts))
            continue
        if any(layout is each.layout for each in matched):
            report.add(cell_finding(text("There are two sheets for the same things."), _top(grid)))
            continue
        one, wrong = match_columns(grid, layout)
        report.extend(wrong)
        if one is not None:
            report.extend(cells_without_heading(one))
            matched.append(one)
    return matched


def _top(grid: RawSheet) -> CellPosition:
    return CellPosition(grid.title, 1, 1)


def _unknown_sheet(grid: RawSheet, layouts: Sequence[SheetLayout]) -> Iterator[CellFinding]:
    """Yield what to do with a sheet that is for nothing: an empty one is nobody's mistake."""
    if not grid.head and not grid.lines:
        return
    titles = [layout.titles[tag] for layout in layouts for tag in LANGUAGES]
    nearest = difflib.get_close_matches(grid.title, titles, n=1, cutoff=0.4)
    if nearest:
        message = text(
            "No sheet is called '{title}'. Give it back its name ('{nearest}'?), or take it away.",
            title=grid.title,
            nearest=nearest[0],
        )
    else:
        message = text(
            "No sheet is called '{title}'. Give it back its name, or take it away: {titles}.",
            title=grid.title,
            titles=", ".join(layout.titles[LANGUAGES[0]] for layout in layouts),
        )
    yield cell_finding(message, _top(grid))


def match_columns(
    grid: RawSheet, layout: SheetLayout
) -> tuple[MatchedSheet | None, list[CellFinding]]:
    """Return a sheet with its columns understood; None when its head is lost."""
    names = _headings(layout)
    columns: dict[int, ColumnGroup] = {}
    found: list[CellFinding] = []
    for column, heading in grid.head.items():
        group = _group(heading, names)
        if group is None:
            known = names if len(found) < _SUGGESTED else {}
            found.append(_unknown_heading(grid, column, heading, known))
        elif group.key == ADDRESS_KEY and group in columns.values():
            found.append(
                cell_finding(
                    text("There are two columns of addresses."), CellPosition(grid.title, 1, column)
                )
            )
        else:
            columns[column] = group
    if not columns:
        head = "; ".join(group.heading().split("\n")[0] for group in layout.groups[:3])
        message = text(
            "The first line has no headings that are known here. Bring back the line of headings"
            " ({head} …) from a fresh export; nothing of this sheet was read.",
            head=head,
        )
        return None, [cell_finding(message, CellPosition(grid.title, 1))]
    if not any(group.key == ADDRESS_KEY for group in columns.values()):
        message = text(
            "The column of addresses is missing. Restore it from a fresh"
            " export: without it nobody knows which row is about what. Nothing"
            " of this sheet was read."
        )
        return None, [cell_finding(message, CellPosition(grid.title, 1))]
    return MatchedSheet(grid, layout, columns), found


def _headings(layout: SheetLayout) -> dict[str, ColumnGroup]:
    """Return heading as it is compared → group: both languages together, and each alone."""
    found: dict[str, ColumnGroup] = {}
    for group in layout.groups:
        spellings = [group.heading(), *(group.headings[tag] for tag in LANGUAGES), group.name]
        for spelling in spellings:
            found.setdefault(_plain(spelling), group)
        if group.key == ADDRESS_KEY:
            found.setdefault(ID, group)
    return found


def _plain(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def _group(heading: str, names: Mapping[str, ColumnGroup]) -> ColumnGroup | None:
    heading = heading[:_LONGEST]
    lines = [line for line in heading.splitlines() if line.strip()]
    for spelling in (heading, *lines):
        for each in (spelling, *_without_number(spelling)):
            if (group := names.get(_plain(each))) is not None:
                return group
    return None


def _without_number(heading: str) -> list[str]:
    lines = [_NUMBER.fullmatch(line.strip()) for line in heading.splitlines()]
    if not lines or not all(lines):
        return []
    return ["\n".join(line["name"] for line in lines if line)]


def _unknown_heading(
    grid: RawSheet, column: int, heading: str, names: Mapping[str, ColumnGroup]
) -> CellFinding:
    position = CellPosition(grid.title, 1, column)
    written = quote_input(" ".join(heading.split()))
    nearest = difflib.get_close_matches(_plain(heading[:_LONGEST]), names, n=1, cutoff=0.6)
    if nearest:
        message = text(
            "The heading '{heading}' is not known here. Did you mean '{nearest}'? Correct it, or"
            " take the column away.",
            heading=written,
            nearest=names[nearest[0]].heading().split("\n")[0],
        )
    else:
        message = text(
            "The heading '{heading}' is not known here. Correct it, or take the column away.",
            heading=written,
        )
    return cell_finding(message, position)


def cells_without_heading(sheet: MatchedSheet) -> Iterator[CellFinding]:
    """Yield the cells without a heading: they are not read."""
    grid = sheet.grid
    named = sheet.columns.keys() | grid.head.keys()
    for line, cells in grid.lines.items():
        for column in cells:
            if column not in named:
                message = text(
                    "This column has no heading, so '{text}' was not read. Give it its heading,"
                    " or empty the cell.",
                    text=cells[column].text[:40],
                )
                yield cell_finding(
                    message, CellPosition(grid.title, line, column), Severity.WARNING
                )


# The lines of understood sheets → things: those there are, and new ones with their addresses.


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet that describes a thing.

    Attributes:
        sheet: The sheet.
        number: Of the line.
        thing: IRI of the thing; empty for a new statement, whose address comes from what it says.
        is_new: Whether the sources do not know it.
    """

    sheet: MatchedSheet = field(repr=False)
    number: int
    thing: str
    is_new: bool

    @cached_property
    def label(self) -> Text:
        """Return what the line calls its thing: language → name, Swedish first."""
        return row_label(self.sheet, self.number)

    def position(self, name: str = ADDRESS_KEY) -> CellPosition:
        """Return where a group of its values stands."""
        return CellPosition(self.sheet.grid.title, self.number, self.sheet.column_of(name))


def read_sheet_rows(
    sheets: Sequence[MatchedSheet],
    inventory: Inventory,
    names: CellCodec,
    record: ExportRecord | None,
    report: ImportReport,
) -> list[SheetRow]:
    """Return every line with its thing; report what is wrong with addresses."""
    found: list[SheetRow] = []
    index = _RowIndex(inventory, names, record)
    first = index.lines
    # What others belong to comes first: a part is named after it.
    for sheet in sorted(sheets, key=lambda each: _is_part(each.layout.form)):
        for number in sheet.grid.lines:
            row, problem = _line(sheet, number, index)
            if problem is not None:
                report.add(problem)
            if row is None:
                continue
            if not sheet.address(number) and (twin := index.come_since(row)):
                row = replace(row, thing=twin, is_new=False)
            if row.thing and row.thing in first:
                report.add(_report_duplicate(row, first[row.thing]))
                continue
            index.add(row)
            found.append(row)
    return found


class _RowIndex:
    """The rows read so far, indexed: each costs the same, however many are above it."""

    def __init__(self, inventory: Inventory, names: CellCodec, record: ExportRecord | None) -> None:
        self.inventory, self.names, self.memory = inventory, names, record
        self.lines: dict[str, SheetRow] = {}
        self._by_name: dict[str, str] = {}
        self._younger: dict[str, dict[frozenset[tuple[str, str]], str]] = {}
        self._beginnings: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._things: dict[str, frozenset[str]] = {}

    def add(self, row: SheetRow) -> None:
        """Note a line."""
        self.lines.setdefault(row.thing, row)
        if row.is_new and row.thing:
            for name in row.label.values():
                self._by_name.setdefault(name.casefold(), row.thing)

    def has(self, form: Form, thing: str) -> bool:
        """Tell whether a form is for a thing."""
        if form.class_iri not in self._things:
            self._things[form.class_iri] = frozenset(form.things)
        return thing in self._things[form.class_iri]

    def address_of(self, name: str) -> str:
        """Return the new thing of a name; empty when there is none."""
        return self._by_name.get(name.strip().casefold(), "")

    def address(self, form: Form, called: Sequence[str], owner: str) -> str:
        """Return a free address for a new thing."""
        if form.class_iri not in self._beginnings:
            self._beginnings[form.class_iri] = iri_prefix(self.inventory, form)
        begins = self._beginnings[form.class_iri]
        return address_for(self.inventory, form, called, owner, self.lines, begins, self._numbers)

    def come_since(self, row: SheetRow) -> str:
        """Return the thing of the same names that came after the export: the line was imported."""
        called = row.label
        if self.memory is None or not called:
            return ""
        form = row.sheet.layout.form
        if form.class_iri not in self._younger:
            self._younger[form.class_iri] = self._since(form, self.memory)
        return self._younger[form.class_iri].get(frozenset(called.items()), "")

    def _since(self, form: Form, record: ExportRecord) -> dict[frozenset[tuple[str, str]], str]:
        """Return names → thing of the things that came after the export."""
        exported = {record.base_iri + address for address in record.things(form.class_iri)}
        found: dict[frozenset[tuple[str, str]], str] = {}
        for thing in form.things:
            if thing not in exported:
                found.setdefault(frozenset(self.inventory.names(thing).items()), thing)
        return found


def _is_part(form: Form) -> bool:
    return any(each.is_inverse and each.least for each in form.fields)


def _line(
    sheet: MatchedSheet, number: int, index: _RowIndex
) -> tuple[SheetRow | None, CellFinding | None]:
    inventory = index.inventory
    written = sheet.address(number)
    form = sheet.layout.form
    if not written:
        if form.class_iri == STATEMENT:
            return SheetRow(sheet, number, "", is_new=True), None
        called = list(row_label(sheet, number).values())
        thing = index.address(form, called, _owner(sheet, number, index))
        return SheetRow(sheet, number, thing, is_new=True), None
    thing = full_address(written, inventory.sources.base_iri)
    if index.has(form, thing) or form.class_iri in inventory.types(thing):
        return SheetRow(sheet, number, thing, is_new=False), None
    return _row_with_address(sheet, number, thing, inventory)


def _row_with_address(
    sheet: MatchedSheet, number: int, thing: str, inventory: Inventory
) -> tuple[SheetRow | None, CellFinding | None]:
    """Return the line of an address that the form's things do not have."""
    base_iri = inventory.sources.base_iri
    position = CellPosition(sheet.grid.title, number, sheet.column_of(ADDRESS_KEY))
    if thing in inventory.defining_files:
        message = text(
            "{address} is something else already. Empty the cell: the address is made from the"
            " name.",
            address=short_address(thing, base_iri),
        )
        return None, cell_finding(message, position)
    if not thing.startswith(f"{base_iri}id/") or any(c in thing for c in ' <>"{}|\\^`'):
        message = text(
            "'{address}' is no address of ours. Empty the cell for something new: the address is"
            " made from the name. Else bring back what stood here.",
            address=short_address(thing, base_iri),
        )
        return None, cell_finding(message, position)
    return SheetRow(sheet, number, thing, is_new=True), None


def _report_duplicate(row: SheetRow, first: SheetRow) -> CellFinding:
    message = text(
        "The address is also in row {line} of '{sheet}'. Empty it for"
        " something new, or remove one of the rows.",
        line=first.number,
        sheet=first.sheet.grid.title,
    )
    return cell_finding(message, row.position())


def _owner(sheet: MatchedSheet, number: int, index: _RowIndex) -> str:
    """Return the thing that a new one is a part of, if its line tells already."""
    for group in _owner_links(sheet):
        for _column, cell in sheet.cells(number, group.name):
            try:
                return index.names.read(sheet.layout.form, group, cell.text).value
            except ValueRefused:
                return index.address_of(cell.text)
    return ""


def _owner_links(sheet: MatchedSheet) -> Iterator[ColumnGroup]:
    for group in sheet.layout.groups:
        if group.field is not None and group.field.is_inverse and group.field.least:
            yield group


def row_label(sheet: MatchedSheet, number: int) -> Text:
    """Return the names that a row gives its thing: language → name, Swedish first."""
    for groups in sheet.labels.values():
        found: dict[str, str] = {}
        for group in groups:
            cells = sheet.cells(number, group.name)
            if cells:
                found[group.language] = cells[0][1].text.strip()
        if found:
            return dict(sorted(found.items(), key=lambda pair: _rank(pair[0])))
    return {}


def _rank(language: str) -> int:
    return LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES)


def new_names(rows: Iterable[SheetRow]) -> dict[str, dict[str, Text]]:
    """Return class → IRI → names of the things that the lines add, for the pick-lists."""
    found: dict[str, dict[str, Text]] = {}
    for row in rows:
        if row.is_new and row.thing:
            for name in row.sheet.layout.form.types:
                found.setdefault(name, {})[row.thing] = row.label
    return found
