"""Lines as they are now, as they were exported, and what the sources say → changes.

What an editor left alone is left alone, even when the sources changed since; what both changed
differently is nobody's to decide but the editor's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import Change
from publisher.edit.fields import DATE, NUMBER
from publisher.edit.inventory import Inventory
from publisher.edit.sheets.cells import CellCodec, cell_values, comparison_key, group_digest
from publisher.edit.sheets.grids import TEXT_CELL, Cell, CellFinding, CellPosition, cell_finding
from publisher.edit.sheets.layout import SOURCE_KEY, ColumnGroup, ExportRecord
from publisher.edit.sheets.matching import MatchedSheet, SheetRow
from publisher.edit.sheets.reports import MOST_REPORTED, ImportReport, kind_of
from publisher.edit.statements import OBJECT, PREDICATE, STATEMENT, SUBJECT
from publisher.edit.values import short_address
from publisher.errors import PublisherError, ValueRefused
from publisher.findings import Severity
from publisher.messages import Message, Text, text
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term

_ONLY_DAYS = (iri("xsd:date"),)
_SHOWN = 60
# What people write between several values.
_BETWEEN = re.compile(r"[;|\n]|,(?=\s)")


@dataclass
class RowComparison:
    """Compares lines with the sources and with what was exported.

    Attributes:
        shown: Names as the workbook shows them.
        known: Names with those of the things that the workbook adds.
        memory: What stood in the workbook when it was written; None when that is not known.
        report: What was found to be wrong.
    """

    shown: CellCodec
    codec: CellCodec
    memory: ExportRecord | None
    report: ImportReport
    _lacking: set[CellPosition] = field(default_factory=set, repr=False)

    def values(self, row: SheetRow, group: ColumnGroup) -> tuple[list[Term], list[Term]]:
        """Return the values that a line takes away and those that it adds, in a group."""
        cells = row.sheet.cells(row.number, group.name)
        if row.sheet.is_broken(row.number, group.name):
            return [], []
        if row.is_new and self._remembered(row, group) is None:
            come = (term for column, cell in cells for term in self._read(row, group, column, cell))
            return [], list(dict.fromkeys(come))
        found = [] if row.is_new else cell_values(self.shown, row.sheet.layout, group, row.thing)
        if self._lacks_columns(row, group, len(found)):
            return [], []
        if not cells and not found:
            return [], []
        here = Counter(comparison_key(cell.text, group.field) for _column, cell in cells)
        there = Counter(comparison_key(text, group.field) for text, _term in found)
        if here == there or not self._is_edited(row, group, here, there):
            return [], []
        old = list(dict.fromkeys(term for _text, term in found))
        kept = [term for text, term in found if here[comparison_key(text, group.field)]]
        new = list(kept)
        for column, cell in cells:
            if not there[comparison_key(cell.text, group.field)]:
                new += self._read(row, group, column, cell)
        return [t for t in old if t not in new], [t for t in dict.fromkeys(new) if t not in old]

    def _lacks_columns(self, row: SheetRow, group: ColumnGroup, count: int) -> bool:
        """Tell whether a sheet has no room for the values of a thing: then a column is lost."""
        columns = row.sheet.columns_of(group.name)
        if count <= len(columns) or any(column in row.sheet.separators for column in columns):
            return False
        heading = group.heading(len(columns) + 1).split("\n")[0]
        message = text(
            "The column '{heading}' is missing. Restore it: there are things"
            " with values in it. To remove a value, empty its cell.",
            heading=heading,
        )
        position = CellPosition(row.sheet.grid.title, 1, columns[0])
        if position not in self._lacking:
            self._lacking.add(position)
            self.report.add(cell_finding(message, position))
        return True

    def _is_edited(
        self, row: SheetRow, group: ColumnGroup, here: Counter[str], there: Counter[str]
    ) -> bool:
        """Tell whether the editor changed a group; when both did, say so."""
        before = self._remembered(row, group)
        if before is None:
            return True
        if group_digest(here.elements()) == before:
            return False
        if group_digest(there.elements()) == before:
            return True
        message = text(
            "This was changed here and in the sources, where it reads {theirs} now. Write that"
            " here to keep it, or export the workbook anew and make your change there.",
            theirs="; ".join(f"'{text[:_SHOWN]}'" for text in there) or "–",
        )
        self.report.add(cell_finding(message, row.position(group.name)))
        return False

    def _remembered(self, row: SheetRow, group: ColumnGroup) -> str | None:
        if self.memory is None:
            return None
        address = short_address(row.thing, self.memory.base_iri)
        name = row.sheet.layout.form.class_iri
        if (name, address, "") not in self.memory.digests:
            return None
        return self.memory.digests.get((name, address, group.name), group_digest(()))

    def _read(self, row: SheetRow, group: ColumnGroup, column: int, cell: Cell) -> Iterator[Term]:
        position = CellPosition(row.sheet.grid.title, row.number, column)
        try:
            term = self._term(row, group, cell)
        except ValueRefused as error:
            several = self._several(row, group, cell)
            self.report.add(cell_finding(several or with_remedy(error), position))
            return
        yield term
        if group.field is None or cell.kind != TEXT_CELL or not isinstance(term, Literal):
            return
        if group.field.kind == NUMBER:
            message = text(
                "The number is written as text; it was read as {value}.", value=term.value
            )
            self.report.add(cell_finding(message, position, Severity.WARNING))
        elif group.field.kind == DATE and group.field.datatypes == _ONLY_DAYS:
            message = text("The date is written as text; it was read as {value}.", value=term.value)
            self.report.add(cell_finding(message, position, Severity.WARNING))

    def _several(self, row: SheetRow, group: ColumnGroup, cell: Cell) -> Text | None:
        """Return what to do with a cell that holds several values, if it does."""
        parts = [part for part in _BETWEEN.split(cell.text) if part.strip()]
        if len(parts) < 2:
            return None
        try:
            for part in parts:
                self._term(row, group, replace(cell, text=part))
        except ValueRefused:
            return None
        heading = group.heading(2).split("\n")[0]
        return text(
            "Write one value a cell: the next one in the column '{heading}'.", heading=heading
        )

    def _term(self, row: SheetRow, group: ColumnGroup, cell: Cell) -> Term:
        form = row.sheet.layout.form
        if form.class_iri == STATEMENT and group.key in (PREDICATE, OBJECT):
            subject = self._stated(row, SUBJECT)
            if group.key == PREDICATE:
                return NamedNode(self.codec.read_path(subject, cell.text))
            return self.codec.read_object(subject, self._stated(row, PREDICATE), cell.text)
        return self.codec.read(form, group, cell.text)

    def _stated(self, row: SheetRow, key: str) -> str:
        """Return subject or property of the statement on a line; empty when it tells none."""
        for _column, cell in row.sheet.cells(row.number, key):
            try:
                if key == PREDICATE:
                    return self.codec.read_path(self._stated(row, SUBJECT), cell.text)
                group = row.sheet.layout.group(key)
                return (
                    self.codec.read(row.sheet.layout.form, group, cell.text).value if group else ""
                )
            except ValueRefused:
                break
        return next(iter(self.codec.inventory.properties.nodes(row.thing, key)), "")

    def cited(self, row: SheetRow) -> list[str]:
        """Return the sources that a line names for what is new in it."""
        group = row.sheet.layout.group(SOURCE_KEY)
        if group is None or row.sheet.is_broken(row.number, SOURCE_KEY):
            return []
        cells = row.sheet.cells(row.number, SOURCE_KEY)
        found = [term for c, cell in cells for term in self._read(row, group, c, cell)]
        return [term.value for term in found]


def with_remedy(error: PublisherError) -> Text:
    """Return what an error says, with its cure, as one sentence after the other."""
    message = {
        tag: f"{what} {error.remedy.get(tag, '')}".strip() for tag, what in error.what.items()
    }
    return Message(message, error.what.key if isinstance(error.what, Message) else "")


def value_changes(
    thing: str, group: ColumnGroup, gone: Sequence[Term], come: Sequence[Term], file: str = ""
) -> Iterator[Change]:
    """Yield the changes of one property of a thing.

    As many values as go come in their places; an inverse group changes the things at the other end.
    """
    assert group.field is not None
    path = group.field.path
    if group.field.is_inverse:
        here = NamedNode(thing)
        yield from (Change(term.value, path, old=here) for term in gone)
        yield from (Change(term.value, path, new=here) for term in come)
        return
    if len(gone) == len(come):
        yield from (Change(thing, path, a, b, file) for a, b in zip(gone, come, strict=True))
        return
    yield from (Change(thing, path, old=term) for term in gone)
    yield from (Change(thing, path, new=term, file=file) for term in come)


def row_groups(row: SheetRow) -> list[ColumnGroup]:
    """Return the groups of a line that may hold values of its thing: of a new one those filled."""
    return row.sheet.filled(row.number) if row.is_new else list(row.sheet.groups)


# Lines of the export that are gone: never a removal by itself, one only when it is allowed.

_NAMED = 5


def missing_rows(
    inventory: Inventory,
    sheets: Sequence[MatchedSheet],
    record: ExportRecord | None,
    present: Collection[str],
    allow_removal: bool,
) -> tuple[list[Change], list[CellFinding]]:
    """Return the removals for rows that are missing, or findings where not allowed.

    Args:
        inventory: What the sources say.
        sheets: The sheets that are there; a sheet that is gone takes nothing away.
        record: What stood in the workbook when it was written; None: nothing is missed.
        present: Things that have a line, or that go anyway.
        allow_removal: Whether they may go.
    """
    if record is None:
        return [], []
    found: list[Change] = []
    wrong: list[CellFinding] = []
    for sheet in sheets:
        form = sheet.layout.form
        exported = {record.base_iri + address for address in record.things(form.class_iri)}
        lost = [t for t in form.things if t in exported and t not in present]
        if lost and not allow_removal:
            wrong.append(_refuse_removal(inventory, sheet, lost))
        elif lost:
            found += [change for thing in lost for change in thing_removal(inventory, thing)]
    return found, wrong


def _refuse_removal(inventory: Inventory, sheet: MatchedSheet, lost: Sequence[str]) -> CellFinding:
    base_iri = inventory.sources.base_iri
    message = text(
        "{count} rows of the export are missing here: {things}. This"
        " removes nothing from the data: restore the rows; give what has"
        " ended an event and a new status ('publisher retire'). Only for"
        " what never should have been there: --allow-removal.",
        count=len(lost),
        things=", ".join(short_address(thing, base_iri) for thing in lost[:_NAMED])
        + (" …" if len(lost) > _NAMED else ""),
    )
    return cell_finding(message, CellPosition(sheet.grid.title, 1, 1))


def thing_removal(inventory: Inventory, thing: str) -> Iterator[Change]:
    """Yield the changes that take a thing away, with every link to it and statement on it."""
    for path in inventory.properties.of(thing):
        for value in inventory.properties.values(thing, path):
            yield Change(thing, path, old=value)
    for path, subject in inventory.pointing(thing):
        if path in (SUBJECT, OBJECT) and STATEMENT in inventory.types(subject):
            yield from thing_removal(inventory, subject)
        else:
            yield Change(subject, path, old=NamedNode(thing))


# A few of very many new lines, which stand for the others: those filled in the same way.

# Fewer new things are simply checked.
_MANY = 1_000
# Where more than so many belong together, no part of them can be looked at alone.
_MOST = 3_000
_FillPattern = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class RowSample:
    """Some of the new things, with all that belongs to them.

    Attributes:
        things: Their IRIs.
        changes: What makes them.
        of: Number of all new things.
    """

    things: Set[str]
    changes: Sequence[Change] = field(repr=False)
    of: int
    _ways: Mapping[str, _FillPattern] = field(repr=False)
    _counts: Mapping[_FillPattern, int] = field(repr=False)

    def like(self, findings: Iterable[CellFinding]) -> Iterator[tuple[CellFinding, int]]:
        """Yield a finding of each kind, and how many things outside of the sample have it too.

        What is missing in every thing of the sample that is filled in one way is missing in all
        that are filled in that way. What is wrong with a value is not known of others.
        """
        having: dict[tuple[object, _FillPattern], dict[str, CellFinding]] = defaultdict(dict)
        for each in findings:
            finding = each.finding
            way = self._ways.get(finding.focus_node)
            if way is not None and (not finding.value or finding.value == finding.focus_node):
                having[kind_of(each), way].setdefault(finding.focus_node, each)
        for (_kind, way), things in having.items():
            same = [thing for thing in self.things if self._ways.get(thing) == way]
            rest = self._counts[way] - len(same)
            if rest and len(things) == len(same):
                yield next(iter(things.values())), rest


def take_sample(rows: Iterable[SheetRow], changes: Sequence[Change]) -> RowSample | None:
    """Return a sample of the new things; None when there are few, or all belong together.

    The first hundred that are filled in the same way are taken, and whatever they name or are
    named by, so that nothing is missing in them because it is not in the sample.
    """
    ways = {row.thing: _fill_pattern(row) for row in rows if row.is_new and row.thing}
    if len(ways) <= _MANY:
        return None
    counts: dict[_FillPattern, int] = defaultdict(int)
    chosen: list[str] = []
    for thing, way in ways.items():
        counts[way] += 1
        if counts[way] <= MOST_REPORTED and len(chosen) < _MANY:
            chosen.append(thing)
    things = _connected_things(chosen, changes)
    if things is None:
        return None
    return RowSample(things & ways.keys(), _changes_of(things, changes), len(ways), ways, counts)


def _fill_pattern(row: SheetRow) -> _FillPattern:
    names = (group.name for group in row.sheet.filled(row.number))
    return row.sheet.layout.form.class_iri, frozenset(names)


def _connected_things(chosen: Iterable[str], changes: Sequence[Change]) -> set[str] | None:
    """Return some new things with all that the changes link them to; None when that is too much."""
    made = {change.thing for change in changes if change.file}
    linked: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        if isinstance(change.new, NamedNode) and change.new.value in made:
            linked[change.thing].append(change.new.value)
            linked[change.new.value].append(change.thing)
    found: set[str] = set()
    waiting = list(chosen)
    while waiting:
        thing = waiting.pop()
        if thing in found:
            continue
        found.add(thing)
        if len(found) > _MOST:
            return None
        # Through what was there before, everything would belong together.
        waiting += [other for other in linked[thing] if other in made and thing in made]
    return found


def _changes_of(things: Set[str], changes: Sequence[Change]) -> list[Change]:
    return [
        change
        for change in changes
        if change.thing in things
        or (isinstance(change.new, NamedNode) and change.new.value in things)
    ]
