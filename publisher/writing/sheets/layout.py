"""Which sheets a workbook has, and what stands in their columns.

One sheet a form, one line a thing, one value a cell: a further value stands in the next column
with the same heading and a number; texts have a column per language. A part (a count, an event)
names what it belongs to on its own sheet, so every triple stands in one place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from publisher.load.sources import Sources
from publisher.messages import LANGUAGES, translate
from publisher.rdf.subjects import Term, name_in
from publisher.release.tables.columns import local
from publisher.writing.fields import LINK, TEXT, Field, Form
from publisher.writing.forms import read_forms
from publisher.writing.inventory import Inventory
from publisher.writing.statements import Statements
from publisher.writing.values import values_in

# A field's key is an IRI, so these are none.
ADDRESS_KEY, SOURCE_KEY = "address", "source"
_LONGEST_TITLE = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class Group:
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
    groups: tuple[Group, ...] = field(repr=False)

    def group(self, name: str) -> Group | None:
        """Return the group of a name, if there is one."""
        return next((group for group in self.groups if group.name == name), None)

    def columns(self) -> list[tuple[Group, int]]:
        """Return group and number of every column, from left to right."""
        return [(group, n) for group in self.groups for n in range(1, group.count + 1)]


@dataclass(frozen=True)
class Basis:
    """What sheets are made from, and compared with.

    Attributes:
        inventory: What the sources say.
        statements: Who says what.
        layouts: The sheets there may be.
    """

    inventory: Inventory
    statements: Statements
    layouts: tuple[SheetLayout, ...]


def basis_of(sources: Sources) -> Basis:
    """Return what sheets are made from, for some sources."""
    inventory = Inventory(sources)
    forms = read_forms(inventory)
    statements = Statements(inventory, forms)
    return Basis(inventory, statements, tuple(layouts(inventory, forms, statements)))


def layouts(
    inventory: Inventory, forms: Iterable[Form], statements: Statements
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
        wanted = _FORBIDDEN.sub(" ", name_in(form.names, language)).strip(" '")
        title, number = wanted[:_LONGEST_TITLE].strip(), 1
        while title.casefold() in {each.casefold() for each in found}:
            number += 1
            title = f"{wanted[: _LONGEST_TITLE - 3].strip()} {number}"
        found.append(title)
    return found


def _groups(
    inventory: Inventory, form: Form, parts: set[str], has_sources: bool
) -> Iterable[Group]:
    yield Group(ADDRESS_KEY, {tag: translate("Address here", tag) for tag in LANGUAGES})
    # What a part belongs to is told once, on the sheet of the part.
    shown = [f for f in form.fields if not f.is_part and (not f.is_inverse or f.path in parts)]
    names = {tag: Counter(name_in(f.names, tag).casefold() for f in shown) for tag in LANGUAGES}
    for each in shown:
        headings = {tag: _heading(each, tag, names[tag]) for tag in LANGUAGES}
        for language in each.languages if each.kind == TEXT else ("",):
            used = (
                len(values_in(inventory.values(thing, each.path, each.is_inverse), language))
                for thing in form.things
            )
            count = max(used, default=0)
            yield Group(
                each.key,
                {tag: f"{h} ({language})" if language else h for tag, h in headings.items()},
                each,
                language,
                max(1, count + _has_spare(each, count)),
            )
    if has_sources:
        yield Group(
            SOURCE_KEY, {tag: translate("Source of what is new", tag) for tag in LANGUAGES}, count=2
        )


def _has_spare(each: Field, used: int) -> bool:
    """Tell whether a field gets a column more than is used: where a further value is likely."""
    is_chosen = each.kind == LINK and not each.is_inverse and used > 0
    return each.is_repeated and (used > 1 or is_chosen)


def _heading(each: Field, language: str, names: Counter[str]) -> str:
    name = " ".join(name_in(each.names, language).split())
    name = name[:1].upper() + name[1:]
    return f"{name} ({local(each.path)})" if names[name.casefold()] > 1 else name


def terms_of(inventory: Inventory, thing: str, group: Group) -> tuple[Term, ...]:
    """Return the values of a thing that stand in a group of columns, sorted."""
    if group.field is None:
        return ()
    values = inventory.values(thing, group.field.path, group.field.is_inverse)
    return values_in(values, group.language)
