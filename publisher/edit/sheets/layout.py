"""A workbook's layout: its sheets and columns, and the record of an export.

One sheet a form, one row a thing, one value a cell: a further value is in the next column with the
same heading and a number; texts have a column per language. A part (a count, an event) names what
it belongs to on its own sheet, so every triple is in one place.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from publisher.edit.fields import LINK, TEXT, Field, Form
from publisher.edit.forms import read_forms
from publisher.edit.inventory import Inventory
from publisher.edit.statements import StatementIndex
from publisher.edit.values import short_address, texts_in_language
from publisher.languages import LANGUAGES, written_languages
from publisher.load.sources import Sources
from publisher.messages import text, translate
from publisher.rdf.subjects import pick_name
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
        """Return what distinguishes it from the other groups of its sheet."""
        return f"{self.key}@{self.language}" if self.language else self.key

    def heading(self, number: int = 1) -> str:
        """Return the header of its nth column: every language on a line of its own."""
        named = self.field.names if self.field is not None else ()
        shown = written_languages(named)
        found = dict.fromkeys(_numbered(self.headings[tag], number) for tag in shown)
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
    return ComparisonBasis(inventory, statements, tuple(_layouts(inventory, forms, statements)))


def _layouts(
    inventory: Inventory, forms: Iterable[Form], statements: StatementIndex
) -> list[SheetLayout]:
    """Return the sheets of a workbook, those with most fields first."""
    ordered = sorted(forms, key=lambda form: (-len(form.fields), form.class_iri))
    parts = {each.path for form in ordered for each in form.fields if each.is_part}
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
        name = _FORBIDDEN.sub(" ", pick_name(form.names, language)).strip(" '")
        title, number = name[:_LONGEST_TITLE].strip(), 1
        while title.casefold() in {each.casefold() for each in found}:
            number += 1
            title = f"{name[: _LONGEST_TITLE - 3].strip()} {number}"
        found.append(title)
    return found


def _groups(
    inventory: Inventory, form: Form, parts: set[str], has_sources: bool
) -> Iterable[ColumnGroup]:
    yield ColumnGroup(ADDRESS_KEY, {tag: translate("Address here", tag) for tag in LANGUAGES})
    # What a part belongs to is said once, on the sheet of the part.
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


# What a workbook has besides its sheets. The record says what was in it when it was written, so
# that an import can tell what the editor changed from what has changed in the sources since.

RECORD_SHEET = "publisher"
_VERSION = "1"
_DIGEST = 12

# Sheets of our own, by language.
READ_ME, FINDINGS, LISTS = text("Read me"), text("What to fix"), text("Lists")
OWN_SHEETS = {
    name.casefold() for names in (READ_ME, FINDINGS, LISTS) for name in names.values()
} | {RECORD_SHEET}


@dataclass(frozen=True)
class ExportRecord:
    """Digests of the cells of a workbook at its export, to compare an import with.

    Attributes:
        base_iri: Base of the short addresses in it.
        language: Of its names.
        digests: Class, short address and name of the group → digest of its cells. Every thing of
            the workbook has one under the empty name.
    """

    base_iri: str
    language: str
    digests: Mapping[tuple[str, str, str], str] = field(repr=False)

    def things(self, class_iri: str) -> set[str]:
        """Return the IRIs of the things of a class that were in the workbook."""
        listed = (short for name, short, group in self.digests if name == class_iri and not group)
        return {self.base_iri + short for short in listed}

    def digest(self, class_iri: str, thing: str, group: str) -> str | None:
        """Return the digest of some cells of a thing; None when the thing was not there."""
        short = short_address(thing, self.base_iri)
        if (class_iri, short, "") not in self.digests:
            return None
        return self.digests.get((class_iri, short, group), group_digest(()))

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows of the sheet that the record is kept in."""
        yield [RECORD_SHEET, _VERSION, self.base_iri, self.language]
        for key, digest in self.digests.items():
            yield [*key, digest]

    @classmethod
    def of_rows(cls, rows: Iterator[Sequence[Any]]) -> ExportRecord | None:
        """Return the record that some rows hold; None when they hold none that can be read."""
        head = tuple(str(value or "") for value in next(rows, ()))[:4]
        if len(head) < 4 or head[:2] != (RECORD_SHEET, _VERSION) or head[3] not in LANGUAGES:
            return None
        digests = {
            (str(row[0]), str(row[1]), str(row[2] or "")): str(row[3] or "")
            for row in rows
            if len(row) >= 4 and row[0] and row[1]
        }
        return cls(head[2], head[3], digests)


def group_digest(cells: Iterable[str]) -> str:
    """Return a short digest of the cells of a group, whatever their order."""
    joined = "\x1f".join(sorted(cells))
    return hashlib.sha256(joined.encode("utf-8")).hexdigest()[:_DIGEST]
