"""Match: sheets → forms, headers → columns, rows → things; new things get their addresses."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from publisher.edit.fields import TEXT, Form
from publisher.edit.inventory import address_for, iri_prefix
from publisher.edit.sheets.cells import CellCodec, NewThings
from publisher.edit.sheets.layout import (
    ADDRESS_KEY,
    SOURCE_KEY,
    ColumnGroup,
    ExportRecord,
    SheetLayout,
)
from publisher.edit.sheets.reading import Cell, RawSheet, SheetFile, TableMetadata
from publisher.edit.sheets.reports import CellPosition, ImportReport
from publisher.edit.statements import STATEMENT
from publisher.edit.values import full_address, short_address, shorten_input
from publisher.errors import SheetRefused, ValueRefused
from publisher.messages import LANGUAGES, Text, text
from publisher.rdf.namespaces import LABELS
from publisher.release.tables.table import ID

# A header that is longer is none of ours.
_LONGEST = 500
# Which one was meant is looked for so many times.
_SUGGESTED = 100
_NUMBER = re.compile(r"(?P<name>.+?)\s+\d+")


@dataclass(frozen=True)
class MatchedSheet:
    """A sheet whose columns are known.

    Attributes:
        raw: As it was written.
        layout: The form it is for.
        columns: Column → the group that it belongs to.
        separators: Column → what separates several values in a cell, where it may hold them.
    """

    raw: RawSheet
    layout: SheetLayout
    columns: Mapping[int, ColumnGroup] = field(repr=False)
    separators: Mapping[int, str] = field(default_factory=dict, repr=False)

    @property
    def form(self) -> Form:
        """Return the form it is for."""
        return self.layout.form

    def columns_of(self, name: str) -> list[int]:
        """Return the columns of a group, from left to right."""
        return self._columns.get(name, [])

    @cached_property
    def _columns(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for column, group in sorted(self.columns.items()):
            found.setdefault(group.name, []).append(column)
        return found

    @cached_property
    def groups(self) -> tuple[ColumnGroup, ...]:
        """Return the groups that hold values of a thing, each once."""
        found = {group.name: group for group in self.columns.values()}
        return tuple(g for g in found.values() if g.key not in (ADDRESS_KEY, SOURCE_KEY))

    @cached_property
    def label_groups(self) -> list[list[ColumnGroup]]:
        """Return the groups of each property that names a thing, the most usual property first."""
        groups = [g for g in self.layout.groups if g.field is not None and g.field.kind == TEXT]
        found = [[g for g in groups if g.field and g.field.path == path] for path in LABELS]
        return [named for named in found if named]

    @cached_property
    def owner_groups(self) -> list[ColumnGroup]:
        """Return the groups that name what a thing is a part of."""
        return [g for g in self.layout.groups if g.field and g.field.is_inverse and g.field.least]


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet that describes a thing.

    Attributes:
        sheet: The sheet.
        number: Of the row.
        thing: IRI of the thing; empty for a new statement, whose address comes from what it says.
        is_new: Whether the sources do not know it.
    """

    sheet: MatchedSheet = field(repr=False)
    number: int
    thing: str = ""
    is_new: bool = True

    def position(self, name: str = ADDRESS_KEY) -> CellPosition:
        """Return where the first column of a group is; column 0 when the sheet has none."""
        return self.at(next(iter(self.sheet.columns_of(name)), 0))

    def at(self, column: int) -> CellPosition:
        """Return the position of a cell."""
        return CellPosition(self.sheet.raw.title, self.number, column)

    def cells(self, name: str) -> list[tuple[int, Cell]]:
        """Return column and cell of the values in a group, from left to right."""
        row = self.sheet.raw.rows[self.number]
        found = [(c, row[c]) for c in self.sheet.columns_of(name) if c in row]
        return [(c, each) for c, cell in found for each in self._split(c, cell)]

    def _split(self, column: int, cell: Cell) -> list[Cell]:
        separator = self.sheet.separators.get(column)
        if separator is None:
            return [cell]  # blank cells are not read
        texts = cell.text.split(separator)
        return [replace(cell, text=text) for text in texts if text.strip()]

    def is_broken(self, name: str) -> bool:
        """Tell whether a cell of a group cannot be read."""
        broken = self.sheet.raw.broken
        return bool(broken) and any((self.number, c) in broken for c in self.sheet.columns_of(name))

    @property
    def filled(self) -> list[ColumnGroup]:
        """Return the groups that have a value in the row."""
        columns = self.sheet.columns
        here = {id(columns[c]) for c in self.sheet.raw.rows[self.number] if c in columns}
        return [group for group in self.sheet.groups if id(group) in here]

    @property
    def address(self) -> str:
        """Return what is written as its address; empty for something new."""
        cells = self.cells(ADDRESS_KEY)
        return cells[0][1].text.strip() if cells else ""

    @cached_property
    def label(self) -> Text:
        """Return what the row calls its thing: language → name, Swedish first."""
        for groups in self.sheet.label_groups:
            found: dict[str, str] = {}
            for group in groups:
                cells = self.cells(group.name)
                if cells:
                    found[group.language] = cells[0][1].text.strip()
            if found:
                return dict(sorted(found.items(), key=lambda pair: _rank(pair[0])))
        return {}


def _rank(language: str) -> int:
    return LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES)


# Sheets and headers → forms and columns.


def match_sheets(
    file: SheetFile, layouts: Sequence[SheetLayout], report: ImportReport
) -> list[MatchedSheet]:
    """Return the sheets that are understood; report what is not.

    Raises:
        SheetRefused: It is a CSV file that says nowhere what it is about.
    """
    if file.is_csv:
        (raw,) = file.sheets
        if file.metadata is not None:
            return [_match_by_metadata(raw, file.metadata, layouts, report)]
        return [_match_by_headers(raw, layouts, report)]
    matched: list[MatchedSheet] = []
    by_title = {layout.titles[tag].casefold(): layout for layout in layouts for tag in LANGUAGES}
    for raw in file.sheets:
        layout = by_title.get(raw.title.strip().casefold())
        if layout is None:
            _report_unknown_sheet(raw, layouts, report)
        elif any(layout is each.layout for each in matched):
            message = text("There are two sheets for the same things.")
            report.add(message, CellPosition(raw.title, 1, 1))
        elif (sheet := _match_columns(raw, layout, report)) is not None:
            _warn_without_header(sheet, report)
            matched.append(sheet)
    if not matched and not len(report):
        report.add(text("There is no sheet here that can be read."), CellPosition())
    return matched


def _report_unknown_sheet(
    raw: RawSheet, layouts: Sequence[SheetLayout], report: ImportReport
) -> None:
    """Report what to do with a sheet that is for nothing: an empty one is nobody's mistake."""
    if not raw.headers and not raw.rows:
        return
    titles = [layout.titles[tag] for layout in layouts for tag in LANGUAGES]
    nearest = difflib.get_close_matches(raw.title, titles, n=1, cutoff=0.4)
    if nearest:
        message = text(
            "No sheet is called '{title}'. Give it back its name ('{nearest}'?), or take it away.",
            title=raw.title,
            nearest=nearest[0],
        )
    else:
        message = text(
            "No sheet is called '{title}'. Give it back its name, or take it away: {titles}.",
            title=raw.title,
            titles=", ".join(layout.titles[LANGUAGES[0]] for layout in layouts),
        )
    report.add(message, CellPosition(raw.title, 1, 1))


def _match_columns(raw: RawSheet, layout: SheetLayout, report: ImportReport) -> MatchedSheet | None:
    """Return a sheet with its columns known; None when its headers are lost."""
    names = _header_names(layout)
    columns: dict[int, ColumnGroup] = {}
    unread = ImportReport()
    for column, header in raw.headers.items():
        position = CellPosition(raw.title, 1, column)
        group = _group_of(header, names)
        if group is None:
            known = names if len(unread) < _SUGGESTED else {}
            unread.add(_unknown_header(header, known), position)
        elif group.key == ADDRESS_KEY and group in columns.values():
            unread.add(text("There are two columns of addresses."), position)
        else:
            columns[column] = group
    if not columns:
        head = "; ".join(group.heading().split("\n")[0] for group in layout.groups[:3])
        message = text(
            "The first line has no headings that are known here. Bring back the line of headings"
            " ({head} …) from a fresh export; nothing of this sheet was read.",
            head=head,
        )
    elif not any(group.key == ADDRESS_KEY for group in columns.values()):
        message = text(
            "The column of addresses is missing. Restore it from a fresh"
            " export: without it nobody knows which row is about what. Nothing"
            " of this sheet was read."
        )
    else:
        report.include(unread)
        return MatchedSheet(raw, layout, columns)
    report.add(message, CellPosition(raw.title, 1))
    return None


def _header_names(layout: SheetLayout) -> dict[str, ColumnGroup]:
    """Return header as it is compared → group: both languages together, and each alone."""
    found: dict[str, ColumnGroup] = {}
    for group in layout.groups:
        spellings = [group.heading(), *(group.headings[tag] for tag in LANGUAGES), group.name]
        for spelling in spellings:
            found.setdefault(_plain(spelling), group)
        if group.key == ADDRESS_KEY:
            found.setdefault(ID, group)
    return found


def _plain(header: str) -> str:
    return " ".join(header.split()).casefold()


def _group_of(header: str, names: Mapping[str, ColumnGroup]) -> ColumnGroup | None:
    header = header[:_LONGEST]
    lines = [line for line in header.splitlines() if line.strip()]
    for spelling in (header, *lines):
        for each in (spelling, *_without_number(spelling)):
            if (group := names.get(_plain(each))) is not None:
                return group
    return None


def _without_number(header: str) -> list[str]:
    lines = [_NUMBER.fullmatch(line.strip()) for line in header.splitlines()]
    if not lines or not all(lines):
        return []
    return ["\n".join(line["name"] for line in lines if line)]


def _unknown_header(header: str, names: Mapping[str, ColumnGroup]) -> Text:
    written = shorten_input(" ".join(header.split()))
    nearest = difflib.get_close_matches(_plain(header[:_LONGEST]), names, n=1, cutoff=0.6)
    if nearest:
        return text(
            "The heading '{heading}' is not known here. Did you mean '{nearest}'? Correct it, or"
            " take the column away.",
            heading=written,
            nearest=names[nearest[0]].heading().split("\n")[0],
        )
    return text(
        "The heading '{heading}' is not known here. Correct it, or take the column away.",
        heading=written,
    )


def _warn_without_header(sheet: MatchedSheet, report: ImportReport) -> None:
    """Report the cells without a header: they are not read."""
    named = sheet.columns.keys() | sheet.raw.headers.keys()
    for number, cells in sheet.raw.rows.items():
        for column in cells:
            if column not in named:
                message = text(
                    "This column has no heading, so '{text}' was not read. Give it its heading,"
                    " or empty the cell.",
                    text=cells[column].text[:40],
                )
                report.warn(message, CellPosition(sheet.raw.title, number, column))


def _match_by_headers(
    raw: RawSheet, layouts: Sequence[SheetLayout], report: ImportReport
) -> MatchedSheet:
    """Return a CSV file as the sheet of the form that knows most of its headers."""
    fitting: list[tuple[tuple[int, int], MatchedSheet, ImportReport]] = []
    for layout in layouts:
        attempt = ImportReport()
        sheet = _match_columns(raw, layout, attempt)
        if sheet is not None:
            fitting.append(((-len(sheet.columns), len(attempt)), sheet, attempt))
    fitting.sort(key=lambda each: each[0])
    if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
        raise SheetRefused(
            "The headings do not tell what the lines are about.",
            where=report.file,
            remedy="Use the headings of a sheet of 'publisher sheet export', the address among"
            " them (or 'id'), or put CSVW metadata beside it, {name}. Nothing was changed.",
            name=f"{report.file}-metadata.json",
        )
    _order, sheet, attempt = fitting[0]
    report.include(attempt)
    _warn_without_header(sheet, report)
    return sheet


def _match_by_metadata(
    raw: RawSheet, metadata: TableMetadata, layouts: Sequence[SheetLayout], report: ImportReport
) -> MatchedSheet:
    """Return a CSV file as the sheet that its metadata describe."""
    layout = next((each for each in layouts if each.form.class_iri == metadata.class_iri), None)
    if layout is None:
        raise SheetRefused(
            "The metadata do not name a class that there are forms for: '{class_iri}'.",
            where=report.file,
            remedy="Let a virtual column with the property rdf:type have one of these as its"
            " valueUrl: {classes}. Nothing was changed.",
            class_iri=metadata.class_iri,
            classes=", ".join(each.form.class_iri for each in layouts),
        )
    real = [column for column in metadata.columns if not column.get("virtual")]
    columns: dict[int, ColumnGroup] = {}
    separators: dict[int, str] = {}
    for number, column in enumerate(real, start=1):
        group = _described_group(layout, column)
        if group is not None and number in raw.headers:
            columns[number] = group
            if column.get("separator"):
                separators[number] = str(column["separator"])
    if not any(group.key == ADDRESS_KEY for group in columns.values()):
        raise SheetRefused(
            "The metadata have no column of addresses.",
            where=report.file,
            remedy="Name the column with the addresses of the things 'id'. Nothing was changed.",
        )
    if len(columns) < 2:
        raise SheetRefused(
            "No column has a property that there is a field for.",
            where=report.file,
            remedy="Give the columns the propertyUrl of fields of {name}. Nothing was changed.",
            name=layout.form.class_iri,
        )
    return MatchedSheet(raw, layout, columns, separators)


def _described_group(layout: SheetLayout, column: Mapping[str, Any]) -> ColumnGroup | None:
    """Return the group that a described column belongs to; None for one that is not read."""
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


# Rows → things: those that there are, and new ones with their addresses.


def match_rows(
    sheets: Sequence[MatchedSheet],
    codec: CellCodec,
    record: ExportRecord | None,
    report: ImportReport,
) -> list[SheetRow]:
    """Return every row with its thing; report what is wrong with addresses.

    Args:
        sheets: The sheets.
        codec: Reads what a part belongs to.
        record: Of the export, if there is one.
        report: Of the import.
    """
    matcher = _RowMatcher(codec, record, report)
    # What others belong to comes first: a part is named after it.
    for sheet in sorted(sheets, key=lambda each: _is_part(each.form)):
        for number in sheet.raw.rows:
            matcher.add(SheetRow(sheet, number))
    return matcher.rows


def _is_part(form: Form) -> bool:
    return any(each.is_inverse and each.least for each in form.fields)


class _RowMatcher:
    """Finds the thing of each row; each row costs the same, however many are above it."""

    def __init__(self, codec: CellCodec, record: ExportRecord | None, report: ImportReport) -> None:
        self.rows: list[SheetRow] = []
        self._codec, self._record, self._report = codec, record, report
        self._inventory = codec.inventory
        self._base_iri = codec.inventory.sources.base_iri
        self._first: dict[str, SheetRow] = {}
        self._by_name: dict[str, str] = {}
        # Each of these is looked up once a form.
        self._added_since: dict[str, dict[frozenset[tuple[str, str]], str]] = {}
        self._prefixes: dict[str, str] = {}
        self._things: dict[str, frozenset[str]] = {}
        self._numbers: dict[str, int] = {}

    def add(self, row: SheetRow) -> None:
        """Add a row with its thing, unless something is wrong with its address."""
        found = self._with_address(row) if row.address else self._without_address(row)
        if found is None:
            return
        if found.thing in self._first:
            self._report_duplicate(found, self._first[found.thing])
            return
        if found.thing:
            self._first[found.thing] = found
            for name in found.label.values() if found.is_new else ():
                self._by_name.setdefault(name.casefold(), found.thing)
        self.rows.append(found)

    def _with_address(self, row: SheetRow) -> SheetRow | None:
        form, thing = row.sheet.form, full_address(row.address, self._base_iri)
        address = short_address(thing, self._base_iri)
        if form.class_iri not in self._things:
            self._things[form.class_iri] = frozenset(form.things)
        if thing in self._things[form.class_iri] or form.class_iri in self._inventory.types(thing):
            return replace(row, thing=thing, is_new=False)
        if thing in self._inventory.defining_files:
            message = text(
                "{address} is something else already. Empty the cell: the address is made from the"
                " name.",
                address=address,
            )
        elif not thing.startswith(f"{self._base_iri}id/") or any(c in thing for c in ' <>"{}|\\^`'):
            message = text(
                "'{address}' is no address of ours. Empty the cell for something new: the address"
                " is made from the name. Else bring back what stood here.",
                address=address,
            )
        else:
            return replace(row, thing=thing)
        self._report.add(message, row.position())
        return None

    def _without_address(self, row: SheetRow) -> SheetRow:
        form = row.sheet.form
        if imported := self._imported_before(row):
            return replace(row, thing=imported, is_new=False)
        if form.class_iri == STATEMENT:
            return row
        if form.class_iri not in self._prefixes:
            self._prefixes[form.class_iri] = iri_prefix(self._inventory, form)
        thing = address_for(
            self._inventory,
            form,
            list(row.label.values()),
            self._owner(row),
            self._first,
            self._prefixes[form.class_iri],
            self._numbers,
        )
        return replace(row, thing=thing)

    def _owner(self, row: SheetRow) -> str:
        """Return the thing that a new one is a part of, if its row says so already."""
        for group in row.sheet.owner_groups:
            for _column, cell in row.cells(group.name):
                try:
                    return self._codec.read(row.sheet.form, group, cell.text).value
                except ValueRefused:
                    return self._by_name.get(cell.text.strip().casefold(), "")
        return ""

    def _imported_before(self, row: SheetRow) -> str:
        """Return the thing of the same names that was added after the export.

        What has no names in the sheet, since shapes make them, is known by its values.
        """
        form = row.sheet.form
        is_named = bool(row.sheet.label_groups)
        written = frozenset(row.label.items()) if is_named else self._values_in(row)
        if self._record is None or not written:
            return ""
        if form.class_iri not in self._added_since:
            exported = self._record.things(form.class_iri)
            found: dict[frozenset[tuple[str, str]], str] = {}
            for thing in form.things:
                if thing not in exported:
                    names = frozenset(self._inventory.names(thing).items())
                    found.setdefault(names if is_named else self._values_of(thing, form), thing)
            self._added_since[form.class_iri] = found
        return self._added_since[form.class_iri].get(written, "")

    def _values_in(self, row: SheetRow) -> frozenset[tuple[str, str]]:
        """Return field → value, as N-Triples, of what a row says, links to new things left out."""
        found = set()
        for group in row.filled:
            for _column, cell in row.cells(group.name):
                try:
                    value = self._codec.read(row.sheet.form, group, cell.text)
                except ValueRefused:
                    continue
                found.add((group.key, str(value)))
        return frozenset(found)

    def _values_of(self, thing: str, form: Form) -> frozenset[tuple[str, str]]:
        return frozenset(
            (each.key, str(value))
            for each in form.fields
            if not each.is_part
            for value in self._inventory.values(thing, each.path, each.is_inverse)
        )

    def _report_duplicate(self, row: SheetRow, first: SheetRow) -> None:
        message = text(
            "The address is also in row {line} of '{sheet}'. Empty it for"
            " something new, or remove one of the rows.",
            line=first.number,
            sheet=first.sheet.raw.title,
        )
        self._report.add(message, row.position())


def new_things(rows: Iterable[SheetRow]) -> NewThings:
    """Return class → IRI → names of the things that the rows add, for the pick-lists."""
    found: dict[str, dict[str, Text]] = {}
    for row in rows:
        if row.is_new and row.thing:
            for name in row.sheet.form.types:
                found.setdefault(name, {})[row.thing] = row.label
    return found
