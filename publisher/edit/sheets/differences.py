"""Difference and change: what rows say now, said at the export, and the sources say → changes.

What an editor left alone is left alone, even when the sources changed since; what both changed
differently is nobody's to decide but the editor's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from publisher.edit.changes import Change, add_value, remove_value
from publisher.edit.consequences import Fact, consequences_of, removal_of
from publisher.edit.fields import LINK, Field
from publisher.edit.inventory import (
    FileHabit,
    Inventory,
    file_for_new_thing,
    file_habit,
    has_own_file,
)
from publisher.edit.sheets.cells import CellCodec
from publisher.edit.sheets.layout import (
    SOURCE_KEY,
    ColumnGroup,
    ComparisonBasis,
    ExportRecord,
    group_digest,
)
from publisher.edit.sheets.matching import MatchedSheet, SheetRow
from publisher.edit.sheets.reading import Cell, CellType
from publisher.edit.sheets.reports import CellPosition, ImportReport, with_remedy
from publisher.edit.statements import OBJECT, PREDICATE, STATEMENT, SUBJECT
from publisher.edit.values import KINDS, comparison_key, short_address
from publisher.errors import ValueRefused
from publisher.messages import LANGUAGES, Message, QuotedNames, Text, text, translate
from publisher.rdf.subjects import Term, pick_name

_SHOWN, _NAMED = 60, 5
# What people write between several values.
_BETWEEN = re.compile(r"[;|\n]|,(?=\s)")


@dataclass(frozen=True)
class ValueDifference:
    """What differs in the values of a group of columns.

    Attributes:
        group: The columns.
        removed: Values that the row does not have any more.
        added: Values that it has and the sources do not.
    """

    group: ColumnGroup
    removed: Sequence[Term]
    added: Sequence[Term]


@dataclass(frozen=True)
class RowDifference:
    """What differs between a row and the sources.

    Attributes:
        row: The row.
        values: By group of columns.
        cited: IRIs of the sources that the row names for what is new in it.
    """

    row: SheetRow
    values: Sequence[ValueDifference] = field(repr=False)
    cited: Sequence[str] = field(repr=False)


class RowComparison:
    """Compares rows with the sources and with what was exported."""

    def __init__(
        self,
        exported: CellCodec,
        codec: CellCodec,
        record: ExportRecord | None,
        report: ImportReport,
    ) -> None:
        """Keep what rows are compared with.

        Args:
            exported: Writes values as they were exported.
            codec: Reads what is written, things that the workbook adds among it.
            record: Of the export; None when there is none.
            report: Of the import.
        """
        self._exported, self._codec = exported, codec
        self._record, self._report = record, report
        self._missing: set[CellPosition] = set()

    def of(self, row: SheetRow) -> RowDifference:
        """Return what differs in a row."""
        # An empty cell of a new row says nothing; one of a row that there is removes a value.
        groups = row.filled if row.is_new else row.sheet.groups
        values = [each for group in groups if (each := self._of_group(row, group)) is not None]
        return RowDifference(row, values, self._cited(row) if row.is_new or values else ())

    def _of_group(self, row: SheetRow, group: ColumnGroup) -> ValueDifference | None:
        if row.is_broken(group.name):
            return None
        cells = row.cells(group.name)
        before = self._digest(row, group)
        if row.is_new and before is None:
            return _difference(group, [], self._read(row, group, cells))
        known = [] if row.is_new else self._exported.values(row.sheet.layout, group, row.thing)
        if self._lacks_columns(row, group, len(known)) or not (cells or known):
            return None
        in_workbook = Counter(comparison_key(cell.text, group.field) for _column, cell in cells)
        in_sources = Counter(comparison_key(text, group.field) for text, _term in known)
        if in_workbook == in_sources or not self._is_edited(
            row, group, in_workbook, in_sources, before
        ):
            return None
        # Cells that say what the sources say keep their values, whatever they would be read as.
        unchanged = [term for text, term in known if in_workbook[comparison_key(text, group.field)]]
        new = [each for each in cells if not in_sources[comparison_key(each[1].text, group.field)]]
        return _difference(
            group, [term for _text, term in known], [*unchanged, *self._read(row, group, new)]
        )

    def _lacks_columns(self, row: SheetRow, group: ColumnGroup, count: int) -> bool:
        """Tell whether a sheet has no room for the values of a thing: then a column is lost."""
        columns = row.sheet.columns_of(group.name)
        if count <= len(columns) or any(column in row.sheet.separators for column in columns):
            return False
        message = text(
            "The column '{heading}' is missing. Restore it: there are things"
            " with values in it. To remove a value, empty its cell.",
            heading=group.heading(len(columns) + 1).split("\n")[0],
        )
        position = CellPosition(row.sheet.raw.title, 1, columns[0])
        if position not in self._missing:
            self._missing.add(position)
            self._report.add(message, position)
        return True

    def _is_edited(
        self,
        row: SheetRow,
        group: ColumnGroup,
        in_workbook: Counter[str],
        in_sources: Counter[str],
        before: str | None,
    ) -> bool:
        """Tell whether the editor changed a group; when both did, say so."""
        if before is None:
            return True
        if group_digest(in_workbook.elements()) == before:
            return False
        if group_digest(in_sources.elements()) == before:
            return True
        message = text(
            "This was changed here and in the sources, where it reads {theirs} now. Write that"
            " here to keep it, or export the workbook anew and make your change there.",
            theirs=QuotedNames(text[:_SHOWN] for text in in_sources) or "–",
        )
        self._report.add(message, row.position(group.name))
        return False

    def _digest(self, row: SheetRow, group: ColumnGroup) -> str | None:
        """Return the digest of a group at the export; None when that is not known."""
        if self._record is None:
            return None
        return self._record.digest(row.sheet.form.class_iri, row.thing, group.name)

    # Cells → values.

    def _read(
        self, row: SheetRow, group: ColumnGroup, cells: Iterable[tuple[int, Cell]]
    ) -> Iterator[Term]:
        """Yield the values of some cells; report those that have none, and what is odd."""
        for column, cell in cells:
            try:
                value = self._value(row, group, cell.text)
            except ValueRefused as error:
                message = self._several_values(row, group, cell.text) or with_remedy(error)
                self._report.add(message, row.at(column))
                continue
            yield value
            if group.field is None or cell.type is not CellType.TEXT:
                continue
            if isinstance(value, Literal):
                warning = KINDS[group.field.kind].untyped(value, group.field)
                if warning is not None:
                    self._report.warn(warning, row.at(column))

    def _value(self, row: SheetRow, group: ColumnGroup, written: str) -> Term:
        form, subject, path = row.sheet.form, "", ""
        if form.class_iri == STATEMENT and group.key in (PREDICATE, OBJECT):
            subject = self._stated(row, SUBJECT)
            path = self._stated(row, PREDICATE, subject) if group.key == OBJECT else ""
        return self._codec.read(form, group, written, subject, path)

    def _stated(self, row: SheetRow, key: str, subject: str = "") -> str:
        """Return subject or property of the statement in a row; empty when it says none."""
        group, cells = row.sheet.layout.group(key), row.cells(key)
        if group is not None and cells:
            with suppress(ValueRefused):  # it is reported in its own column
                return self._codec.read(row.sheet.form, group, cells[0][1].text, subject).value
        return self._codec.stated(row.thing, key)

    def _several_values(self, row: SheetRow, group: ColumnGroup, written: str) -> Text | None:
        """Return what to do with a cell that holds several values, if it does."""
        parts = [part for part in _BETWEEN.split(written) if part.strip()]
        if len(parts) < 2:
            return None
        try:
            for part in parts:
                self._value(row, group, part)
        except ValueRefused:
            return None
        return text(
            "Write one value a cell: the next one in the column '{heading}'.",
            heading=group.heading(2).split("\n")[0],
        )

    def _cited(self, row: SheetRow) -> list[str]:
        group = row.sheet.layout.group(SOURCE_KEY)
        if group is None or row.is_broken(SOURCE_KEY):
            return []
        return [term.value for term in self._read(row, group, row.cells(SOURCE_KEY))]


def _difference(
    group: ColumnGroup, old: Iterable[Term], new: Iterable[Term]
) -> ValueDifference | None:
    """Return what differs between two lists of values; None when nothing does."""
    before, after = dict.fromkeys(old), dict.fromkeys(new)
    removed = [term for term in before if term not in after]
    added = [term for term in after if term not in before]
    return ValueDifference(group, removed, added) if removed or added else None


# Differences → changes of the sources.


class RowChanges:
    """Collects the changes that rows make; new things get a file, and new statements an address."""

    def __init__(self, basis: ComparisonBasis, report: ImportReport) -> None:
        """Begin with no change."""
        self._inventory, self._statements, self._report = basis.inventory, basis.statements, report
        self._facts: list[Change] = []
        self._rows: dict[str, SheetRow] = {}
        self._cited: dict[str, Sequence[str]] = {}
        # Statements that have rows of their own, and the facts that rows say.
        self._edited_statements: set[str] = set()
        self._stated: set[Fact] = set()
        self._changed: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._files: dict[str, str] = {}
        self._habits: dict[str, FileHabit] = {}

    def add(self, difference: RowDifference) -> None:
        """Add the changes that the difference of a row makes."""
        row = difference.row
        thing, is_statement = row.thing, row.sheet.form.class_iri == STATEMENT
        self._rows[thing] = row
        if not (row.is_new or difference.values):
            return
        if is_statement:
            fact = self._fact(difference)
            if fact is not None:
                self._stated.add(fact)
                thing = thing or self._statements.address(*fact, self._changed, self._numbers)
            elif row.is_new:
                message = text("A statement needs what it is about, a property and a value.")
                self._report.add(message, row.position(SUBJECT))
                return
            self._edited_statements.add(thing)
        file = ""
        if row.is_new:
            file = self._file_of_new(thing, difference)
            self._add(
                add_value(subject, path, value, file if subject == thing else "")
                for subject, path, value in row.sheet.form.first_facts(thing)
            )
        for values in difference.values:
            self._add(_value_changes(thing, values, file))
        self._cited[thing] = difference.cited

    def _add(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._facts.append(change)
            self._changed.add(change.thing)

    def _fact(self, difference: RowDifference) -> Fact | None:
        """Return the fact that a statement's row says; None when it says none as a whole."""
        found: dict[str, Term] = {}
        for key in (SUBJECT, PREDICATE, OBJECT):
            added = [t for each in difference.values if each.group.key == key for t in each.added]
            known = self._inventory.properties.values(difference.row.thing, key)
            for term in (*added, *known)[:1]:
                found[key] = term
        if len(found) < 3:
            return None
        return found[SUBJECT].value, found[PREDICATE].value, found[OBJECT]

    def _file_of_new(self, thing: str, difference: RowDifference) -> str:
        form = difference.row.sheet.form
        if form.class_iri not in self._habits:
            self._habits[form.class_iri] = file_habit(self._inventory, form)
        near = self._owner_files(difference)
        habit = self._habits[form.class_iri]
        self._files[thing] = file_for_new_thing(self._inventory, form, thing, near, habit)
        return self._files[thing]

    def _owner_files(self, difference: RowDifference) -> Iterator[str]:
        """Yield the files of what a new thing belongs to: of links that it must have."""
        is_statement = difference.row.sheet.form.class_iri == STATEMENT
        for values in difference.values:
            of = values.group.field
            if of is None or of.kind != LINK or not of.least:
                continue
            for term in values.added:
                defined = self._inventory.defining_files.get(term.value, "")
                if term.value in self._files:
                    yield self._files[term.value]
                elif defined and (
                    (is_statement and of.key == SUBJECT)
                    or has_own_file(self._inventory, term.value)
                ):
                    yield defined

    def finish(self) -> list[Change]:
        """Return the changes and what follows from them; report what lacks a source."""
        follows = consequences_of(
            self._facts, self._statements, self._cited, self._edited_statements, self._stated
        )
        self._warn_of_unsourced(follows.unsourced)
        return [*self._facts, *follows.changes]

    def _warn_of_unsourced(self, changes: Iterable[Change]) -> None:
        """Report where the source of new facts is to be chosen; the check says whether it must."""
        lacking: dict[str, list[Field]] = {}
        for change in changes:
            row = self._rows.get(change.thing)
            of = row.sheet.form.field(change.path) if row is not None else None
            if of is not None:
                lacking.setdefault(change.thing, []).append(of)
        for thing, fields in lacking.items():
            message = {
                tag: translate(
                    "Choose the source of what is new here: {names}.",
                    tag,
                    names=", ".join(dict.fromkeys(pick_name(each.names, tag) for each in fields)),
                )
                for tag in LANGUAGES
            }
            position = self._rows[thing].position(SOURCE_KEY)
            self._report.warn(Message(message, "source"), position)


def _value_changes(thing: str, values: ValueDifference, file: str) -> Iterator[Change]:
    """Yield the changes of one property of a thing.

    As many values as go come in their places; an inverse group changes the things at the other end.
    """
    assert values.group.field is not None
    path, removed, added = values.group.field.path, values.removed, values.added
    if values.group.field.is_inverse:
        here = NamedNode(thing)
        yield from (remove_value(term.value, path, here) for term in removed)
        yield from (add_value(term.value, path, here) for term in added)
    elif len(removed) == len(added):
        for old, new in zip(removed, added, strict=True):
            yield Change(thing, path, old, new, file)
    else:
        yield from (remove_value(thing, path, term) for term in removed)
        yield from (add_value(thing, path, term, file) for term in added)


def removals(
    inventory: Inventory,
    sheets: Sequence[MatchedSheet],
    record: ExportRecord | None,
    present: Collection[str],
    allowed: bool,
    report: ImportReport,
) -> list[Change]:
    """Return the removals of things whose rows are gone; report them where that is not allowed.

    Args:
        inventory: What the sources say.
        sheets: The sheets that are there; a sheet that is gone removes nothing.
        record: Of the export; without one no row is missed.
        present: Things that have a row, or that are removed anyway.
        allowed: Whether they may go.
        report: Of the import.
    """
    found: list[Change] = []
    for sheet in sheets if record is not None else ():
        assert record is not None
        exported = record.things(sheet.form.class_iri)
        lost = [t for t in sheet.form.things if t in exported and t not in present]
        if allowed:
            found += [change for thing in lost for change in removal_of(inventory, thing)]
        elif lost:
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
            report.add(message, CellPosition(sheet.raw.title, 1, 1))
    return found
