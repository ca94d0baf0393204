"""The lines of understood sheets → things: those there are, and new ones with their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from publisher.errors import ValueRefused
from publisher.messages import LANGUAGES, Text, text
from publisher.writing.choosing import full, short
from publisher.writing.fields import Form
from publisher.writing.inventory import Inventory
from publisher.writing.naming import address_for, beginning
from publisher.writing.sheets.book import Memory
from publisher.writing.sheets.cells import Names
from publisher.writing.sheets.grids import Place, Placed, placed
from publisher.writing.sheets.layout import ADDRESS_KEY, Group
from publisher.writing.sheets.matching import Matched
from publisher.writing.sheets.reports import Report
from publisher.writing.statements import STATEMENT


@dataclass(frozen=True)
class Line:
    """A line of a sheet that is about a thing.

    Attributes:
        sheet: The sheet.
        number: Of the line.
        thing: IRI of the thing; empty for a new statement, whose address comes from what it says.
        is_new: Whether the sources do not know it.
    """

    sheet: Matched = field(repr=False)
    number: int
    thing: str
    is_new: bool

    @cached_property
    def label(self) -> Text:
        """Return what the line calls its thing: language → name, Swedish first."""
        return label_of(self.sheet, self.number)

    def place(self, name: str = ADDRESS_KEY) -> Place:
        """Return where a group of its values stands."""
        return Place(self.sheet.grid.title, self.number, self.sheet.column_of(name))


def read_lines(
    sheets: Sequence[Matched],
    inventory: Inventory,
    names: Names,
    memory: Memory | None,
    report: Report,
) -> list[Line]:
    """Return every line with its thing; report what is wrong with addresses."""
    found: list[Line] = []
    known = _Known(inventory, names, memory)
    first = known.lines
    # What others belong to comes first: a part is named after it.
    for sheet in sorted(sheets, key=lambda each: _is_part(each.layout.form)):
        for number in sheet.grid.lines:
            line, problem = _line(sheet, number, known)
            if problem is not None:
                report.add(problem)
            if line is None:
                continue
            if not sheet.address(number) and (twin := known.come_since(line)):
                line = replace(line, thing=twin, is_new=False)
            if line.thing and line.thing in first:
                report.add(_twice(line, first[line.thing]))
                continue
            known.add(line)
            found.append(line)
    return found


class _Known:
    """What was read so far, indexed: a line costs the same, however many stand above it."""

    def __init__(self, inventory: Inventory, names: Names, memory: Memory | None) -> None:
        self.inventory, self.names, self.memory = inventory, names, memory
        self.lines: dict[str, Line] = {}
        self._called: dict[str, str] = {}
        self._younger: dict[str, dict[frozenset[tuple[str, str]], str]] = {}
        self._beginnings: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._things: dict[str, frozenset[str]] = {}

    def add(self, line: Line) -> None:
        """Note a line."""
        self.lines.setdefault(line.thing, line)
        if line.is_new and line.thing:
            for name in line.label.values():
                self._called.setdefault(name.casefold(), line.thing)

    def has(self, form: Form, thing: str) -> bool:
        """Tell whether a form is for a thing."""
        if form.class_iri not in self._things:
            self._things[form.class_iri] = frozenset(form.things)
        return thing in self._things[form.class_iri]

    def called(self, name: str) -> str:
        """Return the new thing of a name; empty when there is none."""
        return self._called.get(name.strip().casefold(), "")

    def address(self, form: Form, called: Sequence[str], owner: str) -> str:
        """Return a free address for a new thing."""
        if form.class_iri not in self._beginnings:
            self._beginnings[form.class_iri] = beginning(self.inventory, form)
        begins = self._beginnings[form.class_iri]
        return address_for(self.inventory, form, called, owner, self.lines, begins, self._numbers)

    def come_since(self, line: Line) -> str:
        """Return the thing of the same names that came after the export: the line was imported."""
        called = line.label
        if self.memory is None or not called:
            return ""
        form = line.sheet.layout.form
        if form.class_iri not in self._younger:
            self._younger[form.class_iri] = self._since(form, self.memory)
        return self._younger[form.class_iri].get(frozenset(called.items()), "")

    def _since(self, form: Form, memory: Memory) -> dict[frozenset[tuple[str, str]], str]:
        """Return names → thing of the things that came after the export."""
        exported = {memory.base_iri + address for address in memory.things(form.class_iri)}
        found: dict[frozenset[tuple[str, str]], str] = {}
        for thing in form.things:
            if thing not in exported:
                found.setdefault(frozenset(self.inventory.names(thing).items()), thing)
        return found


def _is_part(form: Form) -> bool:
    return any(each.is_inverse and each.least for each in form.fields)


def _line(sheet: Matched, number: int, known: _Known) -> tuple[Line | None, Placed | None]:
    inventory = known.inventory
    written = sheet.address(number)
    form = sheet.layout.form
    if not written:
        if form.class_iri == STATEMENT:
            return Line(sheet, number, "", is_new=True), None
        called = list(label_of(sheet, number).values())
        thing = known.address(form, called, _owner(sheet, number, known))
        return Line(sheet, number, thing, is_new=True), None
    thing = full(written, inventory.sources.base_iri)
    if known.has(form, thing) or form.class_iri in inventory.types(thing):
        return Line(sheet, number, thing, is_new=False), None
    return _given(sheet, number, thing, inventory)


def _given(
    sheet: Matched, number: int, thing: str, inventory: Inventory
) -> tuple[Line | None, Placed | None]:
    """Return the line of an address that the form's things do not have."""
    base_iri = inventory.sources.base_iri
    place = Place(sheet.grid.title, number, sheet.column_of(ADDRESS_KEY))
    if thing in inventory.homes:
        message = text(
            "{address} is something else already. Empty the cell: the address is made from the"
            " name.",
            address=short(thing, base_iri),
        )
        return None, placed(message, place)
    if not thing.startswith(f"{base_iri}id/") or any(c in thing for c in ' <>"{}|\\^`'):
        message = text(
            "'{address}' is no address of ours. Empty the cell for something new: the address is"
            " made from the name. Else bring back what stood here.",
            address=short(thing, base_iri),
        )
        return None, placed(message, place)
    return Line(sheet, number, thing, is_new=True), None


def _twice(line: Line, first: Line) -> Placed:
    message = text(
        "The address stands in line {line} of '{sheet}' too. Empty it for something new, or take"
        " one of the lines away.",
        line=first.number,
        sheet=first.sheet.grid.title,
    )
    return placed(message, line.place())


def _owner(sheet: Matched, number: int, known: _Known) -> str:
    """Return the thing that a new one is a part of, if its line tells already."""
    for group in _owning(sheet):
        for _column, cell in sheet.cells(number, group.name):
            try:
                return known.names.read(sheet.layout.form, group, cell.text).value
            except ValueRefused:
                return known.called(cell.text)
    return ""


def _owning(sheet: Matched) -> Iterator[Group]:
    for group in sheet.layout.groups:
        if group.field is not None and group.field.is_inverse and group.field.least:
            yield group


def label_of(sheet: Matched, number: int) -> Text:
    """Return what a line calls its thing: language → name, Swedish first."""
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


def new_names(lines: Iterable[Line]) -> dict[str, dict[str, Text]]:
    """Return class → IRI → names of the things that the lines add, for the pick-lists."""
    found: dict[str, dict[str, Text]] = {}
    for line in lines:
        if line.is_new and line.thing:
            for name in line.sheet.layout.form.types:
                found.setdefault(name, {})[line.thing] = line.label
    return found
