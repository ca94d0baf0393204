"""Pick-lists of the forms, with what has been added and not saved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from publisher.errors import ValueRefused
from publisher.messages import Text
from publisher.rdf.subjects import Term, name_in
from publisher.render.values import sort_key
from publisher.writing.choosing import PickList
from publisher.writing.fields import ANY, LINK, PLAIN, Field
from publisher.writing.inventory import Inventory
from publisher.writing.naming import last_part

# A longer list is searched while typing, a shorter one is opened.
LONGEST_SELECT = 40


@dataclass(frozen=True)
class Pending:
    """A new thing that is not saved.

    Attributes:
        iri: Its address to be.
        types: Its classes.
        names: What it is called, by language.
    """

    iri: str
    types: tuple[str, ...]
    names: Text


class Choices:
    """What may be chosen in each field."""

    def __init__(self, inventory: Inventory, pending: Iterable[Pending]) -> None:
        """Keep what there is, and what is on its way."""
        self._inventory = inventory
        self._pending = {new.iri: new for new in pending}
        self._found: dict[tuple[object, ...], PickList] = {}

    def of(self, each: Field) -> PickList:
        """Return the pick-list of a field; empty when values are written freely."""
        mark = (each.classes, each.pattern, each.path if each.is_closed else "")
        if mark not in self._found:
            fits = re.compile(each.pattern) if each.pattern else None
            new = {
                name: pending.names
                for name, pending in self._pending.items()
                if set(pending.types) & set(each.classes) and (fits is None or fits.search(name))
            }
            self._found[mark] = PickList.of(each, self._inventory.sources.base_iri, new)
        return self._found[mark]

    def options(self, each: Field, language: str) -> Mapping[str, str]:
        """Return value → name of what may be chosen in a field, sorted by name."""
        picked = self.of(each)
        terms: list[Term] = [choice.term for choice in each.choices]
        listed = {term.value for term in terms}
        terms += [NamedNode(name) for name in self._pending if name not in listed]
        named = {
            term.value: picked.name(term, language) for term in terms if self._is_in(picked, term)
        }
        return dict(sorted(named.items(), key=lambda row: sort_key(row[1])))

    def _is_in(self, picked: PickList, term: Term) -> bool:
        try:
            picked.read(term.value)
        except ValueRefused:
            return False
        return True

    def known(self, thing: str, language: str) -> str:
        """Return what a thing is called; empty when nobody says."""
        pending = self._pending.get(thing)
        names = pending.names if pending is not None else self._inventory.names(thing)
        return name_in(names, language)

    def name(self, thing: str, language: str) -> str:
        """Return what a thing is called; the last part of its address when nobody says."""
        return self.known(thing, language) or last_part(thing) or thing

    def resolve(self, each: Field, typed: str) -> str:
        """Return the IRI or text of the choice that is meant; empty when nothing is called so."""
        picked = self.of(each)
        if each.kind not in (LINK, ANY, PLAIN) or not typed or not len(picked):
            return ""
        try:
            return picked.read(typed).value
        except ValueRefused:
            return ""

    def shown(self, each: Field, value: str, language: str) -> str:
        """Return what stands in the input of a field for the value of a choice."""
        picked = self.of(each)
        if each.kind not in (LINK, ANY) or self.resolve(each, value) != value or not value:
            return value
        return picked.name(NamedNode(value), language)

    def is_long(self, each: Field) -> bool:
        """Tell whether a list is too long to be opened."""
        return len(self.of(each)) > LONGEST_SELECT
