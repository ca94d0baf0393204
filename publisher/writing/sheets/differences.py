"""Lines as they are now, as they were exported, and what the sources say → changes.

What an editor left alone is left alone, even when the sources changed since; what both changed
differently is nobody's to decide but the editor's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode

from publisher.errors import PublisherError, ValueRefused
from publisher.findings import Severity
from publisher.messages import Message, Text, text
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Term
from publisher.writing.changes import Change
from publisher.writing.choosing import short
from publisher.writing.fields import DATE, NUMBER
from publisher.writing.sheets.book import Memory
from publisher.writing.sheets.cells import Names, digest, rendered, same
from publisher.writing.sheets.grids import TEXT_CELL, Cell, Place, placed
from publisher.writing.sheets.layout import SOURCE_KEY, Group
from publisher.writing.sheets.lines import Line
from publisher.writing.sheets.reports import Report
from publisher.writing.statements import OBJECT, PREDICATE, STATEMENT, SUBJECT

_ONLY_DAYS = (iri("xsd:date"),)
_SHOWN = 60
# What people write between several values.
_BETWEEN = re.compile(r"[;|\n]|,(?=\s)")


@dataclass
class Differ:
    """Compares lines with the sources and with what was exported.

    Attributes:
        shown: Names as the workbook shows them.
        known: Names with those of the things that the workbook adds.
        memory: What stood in the workbook when it was written; None when that is not known.
        report: What was found to be wrong.
    """

    shown: Names
    known: Names
    memory: Memory | None
    report: Report
    _lacking: set[Place] = field(default_factory=set, repr=False)

    def values(self, line: Line, group: Group) -> tuple[list[Term], list[Term]]:
        """Return the values that a line takes away and those that it adds, in a group."""
        cells = line.sheet.cells(line.number, group.name)
        if line.sheet.is_broken(line.number, group.name):
            return [], []
        if line.is_new and self._remembered(line, group) is None:
            come = (
                term for column, cell in cells for term in self._read(line, group, column, cell)
            )
            return [], list(dict.fromkeys(come))
        found = [] if line.is_new else rendered(self.shown, line.sheet.layout, group, line.thing)
        if self._lacks_columns(line, group, len(found)):
            return [], []
        if not cells and not found:
            return [], []
        here = Counter(same(cell.text, group.field) for _column, cell in cells)
        there = Counter(same(text, group.field) for text, _term in found)
        if here == there or not self._is_edited(line, group, here, there):
            return [], []
        old = list(dict.fromkeys(term for _text, term in found))
        kept = [term for text, term in found if here[same(text, group.field)]]
        new = list(kept)
        for column, cell in cells:
            if not there[same(cell.text, group.field)]:
                new += self._read(line, group, column, cell)
        return [t for t in old if t not in new], [t for t in dict.fromkeys(new) if t not in old]

    def _lacks_columns(self, line: Line, group: Group, count: int) -> bool:
        """Tell whether a sheet has no room for the values of a thing: then a column is lost."""
        columns = line.sheet.columns_of(group.name)
        if count <= len(columns) or any(column in line.sheet.separators for column in columns):
            return False
        heading = group.heading(len(columns) + 1).split("\n")[0]
        message = text(
            "The column '{heading}' is missing. Bring it back: there are things with values in it."
            " To take a value away, empty its cell.",
            heading=heading,
        )
        place = Place(line.sheet.grid.title, 1, columns[0])
        if place not in self._lacking:
            self._lacking.add(place)
            self.report.add(placed(message, place))
        return True

    def _is_edited(self, line: Line, group: Group, here: Counter[str], there: Counter[str]) -> bool:
        """Tell whether the editor changed a group; when both did, say so."""
        before = self._remembered(line, group)
        if before is None:
            return True
        if digest(here.elements()) == before:
            return False
        if digest(there.elements()) == before:
            return True
        message = text(
            "This was changed here and in the sources, where it reads {theirs} now. Write that"
            " here to keep it, or export the workbook anew and make your change there.",
            theirs="; ".join(f"'{said[:_SHOWN]}'" for said in there) or "–",
        )
        self.report.add(placed(message, line.place(group.name)))
        return False

    def _remembered(self, line: Line, group: Group) -> str | None:
        if self.memory is None:
            return None
        address = short(line.thing, self.memory.base_iri)
        name = line.sheet.layout.form.class_iri
        if (name, address, "") not in self.memory.digests:
            return None
        return self.memory.digests.get((name, address, group.name), digest(()))

    def _read(self, line: Line, group: Group, column: int, cell: Cell) -> Iterator[Term]:
        place = Place(line.sheet.grid.title, line.number, column)
        try:
            term = self._term(line, group, cell)
        except ValueRefused as error:
            several = self._several(line, group, cell)
            self.report.add(placed(several or with_remedy(error), place))
            return
        yield term
        if group.field is None or cell.kind != TEXT_CELL or not isinstance(term, Literal):
            return
        if group.field.kind == NUMBER:
            message = text(
                "The number is written as text; it was read as {value}.", value=term.value
            )
            self.report.add(placed(message, place, Severity.WARNING))
        elif group.field.kind == DATE and group.field.datatypes == _ONLY_DAYS:
            message = text("The date is written as text; it was read as {value}.", value=term.value)
            self.report.add(placed(message, place, Severity.WARNING))

    def _several(self, line: Line, group: Group, cell: Cell) -> Text | None:
        """Return what to do with a cell that holds several values, if it does."""
        parts = [part for part in _BETWEEN.split(cell.text) if part.strip()]
        if len(parts) < 2:
            return None
        try:
            for part in parts:
                self._term(line, group, replace(cell, text=part))
        except ValueRefused:
            return None
        heading = group.heading(2).split("\n")[0]
        return text(
            "Write one value a cell: the next one in the column '{heading}'.", heading=heading
        )

    def _term(self, line: Line, group: Group, cell: Cell) -> Term:
        form = line.sheet.layout.form
        if form.class_iri == STATEMENT and group.key in (PREDICATE, OBJECT):
            subject = self._stated(line, SUBJECT)
            if group.key == PREDICATE:
                return NamedNode(self.known.read_path(subject, cell.text))
            return self.known.read_object(subject, self._stated(line, PREDICATE), cell.text)
        return self.known.read(form, group, cell.text)

    def _stated(self, line: Line, key: str) -> str:
        """Return subject or property of the statement on a line; empty when it tells none."""
        for _column, cell in line.sheet.cells(line.number, key):
            try:
                if key == PREDICATE:
                    return self.known.read_path(self._stated(line, SUBJECT), cell.text)
                group = line.sheet.layout.group(key)
                return (
                    self.known.read(line.sheet.layout.form, group, cell.text).value if group else ""
                )
            except ValueRefused:
                break
        return next(iter(self.known.inventory.said.nodes(line.thing, key)), "")

    def cited(self, line: Line) -> list[str]:
        """Return the sources that a line names for what is new in it."""
        group = line.sheet.layout.group(SOURCE_KEY)
        if group is None or line.sheet.is_broken(line.number, SOURCE_KEY):
            return []
        cells = line.sheet.cells(line.number, SOURCE_KEY)
        found = [term for c, cell in cells for term in self._read(line, group, c, cell)]
        return [term.value for term in found]


def with_remedy(error: PublisherError) -> Text:
    """Return what an error says, with its cure, as one sentence after the other."""
    said = {tag: f"{what} {error.remedy.get(tag, '')}".strip() for tag, what in error.what.items()}
    return Message(said, error.what.key if isinstance(error.what, Message) else "")


def as_changes(
    thing: str, group: Group, gone: Sequence[Term], come: Sequence[Term], file: str = ""
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


def groups_of(line: Line) -> list[Group]:
    """Return the groups of a line that may hold values of its thing: of a new one those filled."""
    return line.sheet.filled(line.number) if line.is_new else list(line.sheet.groups)
