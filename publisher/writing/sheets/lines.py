"""The lines of understood sheets → things: those there are, and new ones with their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from publisher.errors import ValueRefused
from publisher.messages import LANGUAGES, Text, text
from publisher.namespaces import LABELS
from publisher.writing.choosing import full, short
from publisher.writing.fields import TEXT, Form
from publisher.writing.inventory import Inventory
from publisher.writing.naming import address_for
from publisher.writing.sheets.book import Memory
from publisher.writing.sheets.cells import Names
from publisher.writing.sheets.grids import Place, Placed, placed
from publisher.writing.sheets.layout import ADDRESS_KEY, Group
from publisher.writing.sheets.matching import Matched
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

    def place(self, name: str = ADDRESS_KEY) -> Place:
        """Return where a group of its values stands."""
        return Place(self.sheet.grid.title, self.number, self.sheet.column_of(name))


def read_lines(
    sheets: Sequence[Matched], inventory: Inventory, names: Names, memory: Memory | None
) -> tuple[list[Line], list[Placed]]:
    """Return every line with its thing, and what is wrong with addresses."""
    found: list[Line] = []
    wrong: list[Placed] = []
    first: dict[str, Line] = {}
    # What others belong to comes first: a part is named after it.
    for sheet in sorted(sheets, key=lambda each: _is_part(each.layout.form)):
        for number in sheet.grid.lines:
            line, problem = _line(sheet, number, inventory, names, first)
            if problem is not None:
                wrong.append(problem)
            if line is None:
                continue
            if not sheet.address(number) and (twin := _come_since(line, inventory, memory)):
                line = replace(line, thing=twin, is_new=False)
            if line.thing and line.thing in first:
                wrong.append(_twice(line, first[line.thing]))
                continue
            first.setdefault(line.thing, line)
            found.append(line)
    return found, wrong


def _is_part(form: Form) -> bool:
    return any(each.is_inverse and each.least for each in form.fields)


def _line(
    sheet: Matched,
    number: int,
    inventory: Inventory,
    names: Names,
    taken: Mapping[str, Line],
) -> tuple[Line | None, Placed | None]:
    written = sheet.address(number)
    form = sheet.layout.form
    if not written:
        if form.class_iri == STATEMENT:
            return Line(sheet, number, "", is_new=True), None
        called = list(label_of(sheet, number).values())
        owner = _owner(sheet, number, names, taken)
        thing = address_for(inventory, form, called, owner, taken)
        return Line(sheet, number, thing, is_new=True), None
    thing = full(written, inventory.sources.base_iri)
    if thing in form.things or form.class_iri in inventory.types(thing):
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


def _come_since(line: Line, inventory: Inventory, memory: Memory | None) -> str:
    """Return the thing of the same names that came after the export: the line was imported."""
    called = label_of(line.sheet, line.number)
    if memory is None or not called:
        return ""
    form = line.sheet.layout.form
    exported = {memory.base_iri + address for address in memory.things(form.class_iri)}
    younger = (thing for thing in form.things if thing not in exported)
    return next((thing for thing in younger if inventory.names(thing) == called), "")


def _twice(line: Line, first: Line) -> Placed:
    message = text(
        "The address stands in line {line} of '{sheet}' too. Empty it for something new, or take"
        " one of the lines away.",
        line=first.number,
        sheet=first.sheet.grid.title,
    )
    return placed(message, line.place())


def _owner(sheet: Matched, number: int, names: Names, taken: Mapping[str, Line]) -> str:
    """Return the thing that a new one is a part of, if its line tells already."""
    for group in _owning(sheet):
        for _column, cell in sheet.cells(number, group.name):
            try:
                return names.read(sheet.layout.form, group, cell.text).value
            except ValueRefused:
                return _new_owner(cell.text, taken.values())
    return ""


def _owning(sheet: Matched) -> Iterator[Group]:
    for group in sheet.layout.groups:
        if group.field is not None and group.field.is_inverse and group.field.least:
            yield group


def _new_owner(name: str, lines: Iterable[Line]) -> str:
    wanted = name.strip().casefold()
    for line in lines:
        called = label_of(line.sheet, line.number).values() if line.is_new else ()
        if wanted in (each.casefold() for each in called):
            return line.thing
    return ""


def label_of(sheet: Matched, number: int) -> Text:
    """Return what a line calls its thing: language → name, Swedish first."""
    groups = [g for g in sheet.layout.groups if g.field is not None and g.field.kind == TEXT]
    for path in LABELS:
        found: dict[str, str] = {}
        for group in groups:
            cells = sheet.cells(number, group.name)
            if group.field is not None and group.field.path == path and cells:
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
            names = label_of(line.sheet, line.number)
            for name in line.sheet.layout.form.types:
                found.setdefault(name, {})[line.thing] = names
    return found
