"""Cells of a list → values of properties; what cannot be understood is reported with its cure."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from publisher.edit.catalogue.draft import TYPE, CatalogueDraft
from publisher.edit.catalogue.list_columns import BY_KEY
from publisher.edit.catalogue.list_rows import ListCell, ListRow, parts_of
from publisher.edit.catalogue.notes import ImportNotes, NoteKind
from publisher.edit.catalogue.tidy import as_address, as_date
from publisher.edit.inventory import slug
from publisher.edit.values import shorten_input
from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, Text, text, translate
from publisher.profiles.term_names import find_term, names_version, similar_terms
from publisher.rdf.namespaces import iri
from publisher.release.catalogue.service import Extent

_QUESTIONS = "Questions about the data"
_DOTTED_DATE = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([12][0-9]{3})")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,20}")


def typed_literal(value: str, datatype: str) -> Literal:
    """Return a literal of a datatype given as a prefixed name."""
    return Literal(value, datatype=NamedNode(iri(datatype)))


@dataclass(frozen=True)
class RowContext:
    """What a row is written into.

    Attributes:
        draft: The descriptions of this row alone.
        thing: The dataset, series or service.
        base_iri: Base of names.
        language: Of texts without one.
        notes: What is added is noted there.
        folder: Of the sources.
    """

    draft: CatalogueDraft
    thing: NamedNode
    base_iri: str
    language: str
    notes: ImportNotes
    folder: Path

    def add(self, path: str, *values: NamedNode | Literal) -> None:
        """Add values of a property of the dataset; ``path`` is a prefixed name."""
        self.draft.add(self.thing, iri(path), *values)

    def part(self, name: str, path: str, kind: str) -> NamedNode:
        """Return a new part of the dataset, of a class."""
        return self.part_of(self.thing, name, path, kind)

    def part_of(self, owner: NamedNode, name: str, path: str, kind: str) -> NamedNode:
        """Return a new part of a thing, of a class."""
        separator = "-" if "#" in owner.value else "#"
        found = NamedNode(f"{owner.value}{separator}{name}")
        self.draft.add(owner, iri(path), found)
        self.draft.add(found, TYPE, NamedNode(iri(kind)))
        return found

    def box(self, box: Extent) -> None:
        """Say that the dataset covers a box."""
        extent = self.part("extent", "dcterms:spatial", "dcterms:Location")
        self.draft.add(extent, iri("dcat:bbox"), box.box)
        self.draft.add(extent, iri("dcat:centroid"), box.centroid)

    def add_note(self, field: str, value: str, reason: Text) -> None:
        """Note what was added to what the row says."""
        self.notes.add(NoteKind.ADDED, self.thing.value, field, "", value, reason)


class CellValues:
    """Reads the cells of a row, and says of a thing what they mean."""

    def __init__(self, row: ListRow, context: RowContext) -> None:
        """Begin with a row and what it is written into."""
        self._row, self._context = row, context

    def texts(self, key: str, path: str, number: int = 1, thing: NamedNode | None = None) -> None:
        """Say the texts of a column, each in its language."""
        column = BY_KEY[key]
        for language, cell in self._row.texts(key, self._context.language, number).items():
            for part in parts_of(column, cell):
                words = [part.text]
                if key == "keyword":
                    words = [word.strip() for word in part.text.split(",") if word.strip()]
                for word in words:
                    self._context.draft.add(
                        thing or self._context.thing, iri(path), Literal(word, language=language)
                    )

    def terms(self, key: str, path: str, number: int = 1, thing: NamedNode | None = None) -> None:
        """Say the terms of a column; what is in no list is reported."""
        for cell in self._row.values(key, number):
            found = self._term(key, cell)
            if found is not None:
                self._context.draft.add(thing or self._context.thing, iri(path), found)

    def term(self, key: str, number: int = 1) -> NamedNode | None:
        """Return the term of a column that holds one; None for none, and for what is reported."""
        cell = self._row.cell(key, number)
        return self._term(key, cell) if cell is not None else None

    def _term(self, key: str, cell: ListCell) -> NamedNode | None:
        name = BY_KEY[key].terms
        found = find_term(name, cell.text)
        if found:
            if name == "licence" and not names_version(cell.text):
                message = text(
                    "'{written}' names no version; it was read as {licence}. Make sure of it.",
                    written=shorten_input(cell.text),
                    licence=found,
                )
                self._row.warn(message, cell.position)
            return NamedNode(found)
        # Lists of areas and licences are open: others have addresses too.
        address = as_address(cell.text) if name in ("licence", "place") else ""
        if address:
            return NamedNode(address)
        message = text(
            "'{written}' is not known in this list. Write for example: {examples}.",
            written=shorten_input(cell.text),
            examples=", ".join(similar_terms(name, cell.text, self._context.language)),
        )
        self._row.refuse(message, cell.position)
        return None

    def addresses(self, key: str, path: str) -> None:
        """Say the addresses of a column."""
        for cell in self._row.values(key):
            found = self.address_of(cell)
            if found is not None:
                self._context.draft.add(self._context.thing, iri(path), found)

    def address(self, key: str, number: int = 1) -> NamedNode | None:
        """Return the address in a column; None when there is none, or it is reported."""
        cell = self._row.cell(key, number)
        return self.address_of(cell) if cell is not None else None

    def address_of(self, cell: ListCell) -> NamedNode | None:
        """Return the address in a cell; None when it is none, which is reported."""
        found = as_address(cell.text)
        if not found or re.search(r"\s\S+://", cell.text):
            message = text(
                "'{written}' is not an address. Write the whole address, from http:// or https://,"
                " without spaces.",
                written=shorten_input(cell.text),
            )
            self._row.refuse(message, cell.position)
            return None
        return NamedNode(found)

    def day(self, key: str) -> Literal | None:
        """Return the date in a column; None when there is none, or it is reported."""
        cell = self._row.cell(key)
        if cell is None:
            return None
        # With full stops the day is first, in every country that writes dates so.
        dotted = _DOTTED_DATE.fullmatch(cell.text)
        found = as_date(f"{dotted[3]}-{dotted[2]:0>2}-{dotted[1]:0>2}" if dotted else cell.text)
        if found is None:
            message = text(
                "'{written}' is not a date. Write it as 2026-05-31, 2026-05 or 2026.",
                written=shorten_input(cell.text),
            )
            self._row.refuse(message, cell.position)
            return None
        if found.datatype.value == iri("xsd:gYearMonth"):
            # Portals take no months: the first day of one, and the last for an end.
            year, month = map(int, found.value.split("-"))
            last = monthrange(year, month)[1] if key == "end" else 1
            return typed_literal(f"{found.value}-{last:02}", "xsd:date")
        return found

    def date(self, key: str, path: str) -> None:
        """Say the date of a column."""
        found = self.day(key)
        if found is not None:
            self._context.add(path, found)

    def contact(self, mail: str, name: ListCell | None, phone: ListCell | None) -> NamedNode | None:
        """Return the contact point with a mail address, described."""
        draft, language = self._context.draft, self._context.language
        contact = NamedNode(f"{self._context.base_iri}contact/{slug(unquote(mail))}")
        draft.add(contact, TYPE, NamedNode(iri("vcard:Organization")))
        titles = draft.values(self._context.thing, iri("dcterms:title"))
        tags = {t.language or language for t in titles if isinstance(t, Literal)} or {language}
        for tag in (language,) if name is not None else sorted(tags):
            spoken = tag if tag in LANGUAGES else SOURCE_LANGUAGE
            called = name.text if name is not None else translate(_QUESTIONS, spoken)
            draft.add(contact, iri("vcard:fn"), Literal(called, language=tag))
        draft.add(contact, iri("vcard:hasEmail"), NamedNode(f"mailto:{mail}"))
        if phone is None:
            return contact
        if not _PHONE.fullmatch(phone.text):
            message = text(
                "'{written}' is not a telephone number. Write it with the country code: +46 …",
                written=shorten_input(phone.text),
            )
            self._row.refuse(message, phone.position)
            return contact
        voice = self._context.part_of(contact, "telephone", "vcard:hasTelephone", "vcard:Voice")
        digits = re.sub(r"[^0-9+]", "", phone.text)
        draft.add(voice, iri("vcard:hasValue"), NamedNode(f"tel:{digits}"))
        return contact
