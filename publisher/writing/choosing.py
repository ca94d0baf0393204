"""Names that people write ↔ things they mean: pick-lists, and suggestions when nothing fits."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from publisher.errors import ValueRefused
from publisher.messages import Text
from publisher.rdf.subjects import Term, name_in
from publisher.writing.fields import Choice, Field

_BRACKETED = re.compile(r".*\[(?P<address>[^\[\]]+)\]", re.DOTALL)
# How alike a name must be to be suggested.
_ALIKE = 0.5
# Comparing takes ten microseconds a name: among more, only with neighbours in the alphabet.
_COMPARED, _NEIGHBOURS = 2_000, 100
_LONGEST_COMPARED, _LONGEST_SHOWN, _MOST_SHOWN = 200, 60, 5


def short(address: str, base_iri: str) -> str:
    """Return an IRI below the base without it.

    >>> short("https://e.org/id/lake/siljan", "https://e.org/")
    'id/lake/siljan'
    """
    return address.removeprefix(base_iri)


def full(address: str, base_iri: str) -> str:
    """Return the IRI that a short address stands for.

    >>> full("id/lake/siljan", "https://e.org/")
    'https://e.org/id/lake/siljan'
    """
    return address if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address) else base_iri + address


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def shown(written: str) -> str:
    """Return what somebody wrote as a sentence can hold it."""
    return written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}…"


def _said(choice: Choice) -> list[str]:
    """Return what people may call a choice: its names, or what a literal without names says."""
    is_plain = isinstance(choice.term, Literal) and not choice.names
    return [choice.term.value] if is_plain else list(choice.names.values())


class PickList:
    """The choices of a field, each under a name that no other choice of it has.

    Attributes:
        suggestions_left: How many times the nearest names are looked for; None: every time.
    """

    suggestions_left: int | None = None

    def __init__(self, choices: Iterable[Choice], base_iri: str) -> None:
        """Index the choices by their names, in every language, and by address."""
        self._base_iri = base_iri
        self._choices: dict[str, Choice] = {choice.iri: choice for choice in choices}
        self._named: dict[str, set[str]] = defaultdict(set)
        for choice in self._choices.values():
            for name in _said(choice):
                self._named[_key(name)].add(choice.iri)

    @classmethod
    def of(cls, field: Field, base_iri: str, new: Mapping[str, Text] | None = None) -> PickList:
        """Return the pick-list of a field.

        Args:
            field: The field.
            base_iri: What addresses are short for.
            new: IRI → names of things that are added in the same go.
        """
        more = [Choice(NamedNode(iri), names) for iri, names in (new or {}).items()]
        return cls((*field.choices, *more), base_iri)

    def __len__(self) -> int:
        """Return how many choices there are."""
        return len(self._choices)

    def names(self, language: str) -> list[str]:
        """Return what may be chosen, in a language, sorted."""
        found = (self.name(choice.term, language) for choice in self._choices.values())
        return sorted(found, key=_key)

    def name(self, term: Term, language: str) -> str:
        """Return the name of a choice that means no other; of what is no choice its address."""
        choice = self._choices.get(term.value)
        name = name_in(choice.names, language) if choice is not None else ""
        if not name:
            return term.value if isinstance(term, Literal) else short(term.value, self._base_iri)
        if len(self._named[_key(name)]) == 1:
            return name
        return f"{name} [{short(term.value, self._base_iri)}]"

    def read(self, written: str) -> Term:
        """Return the choice that a name or an address stands for.

        Raises:
            ValueRefused: None does, or several do; the nearest ones are suggested.
        """
        found = self._named.get(_key(written), set())
        if len(found) == 1:
            return self._choices[next(iter(found))].term
        bracketed = _BRACKETED.fullmatch(written.strip())
        address = bracketed["address"] if bracketed else written.strip()
        for spelling in (address, full(address, self._base_iri)):
            if spelling in self._choices:
                return self._choices[spelling].term
        if found:
            raise ValueRefused(
                "'{written}' is the name of several: {choices}.",
                remedy="Write the one that is meant, with what stands in brackets.",
                written=shown(written),
                choices="; ".join(
                    f"{shown(written)} [{short(iri, self._base_iri)}]"
                    for iri in sorted(found)[:_MOST_SHOWN]
                )
                + ("; …" if len(found) > _MOST_SHOWN else ""),
            )
        raise self._unknown(written)

    def _unknown(self, written: str) -> ValueRefused:
        nearest = self.nearest(written)
        if nearest:
            return ValueRefused(
                "'{written}' is not in the list.",
                remedy="Did you mean {nearest}? Choose from the list, or add it first.",
                written=shown(written),
                nearest=", ".join(f"'{name}'" for name in nearest),
            )
        return ValueRefused(
            "'{written}' is not in the list.",
            remedy="Choose from the list, or add it first.",
            written=shown(written),
        )

    def nearest(self, written: str) -> list[str]:
        """Return the names most like a text, at most three, the most alike first."""
        wanted = _key(written)
        if len(wanted) > _LONGEST_COMPARED or self.suggestions_left == 0:
            return []
        if self.suggestions_left is not None:
            self.suggestions_left -= 1
        keys: Sequence[str] = self._alphabet
        if len(keys) > _COMPARED:
            middle = bisect_left(keys, wanted)
            keys = keys[max(0, middle - _NEIGHBOURS) : middle + _NEIGHBOURS]
        found = difflib.get_close_matches(wanted, keys, n=3, cutoff=_ALIKE)
        return [self._spelled[key] for key in found]

    @cached_property
    def _spelled(self) -> dict[str, str]:
        """Return name as it is compared → name as it is written."""
        return {_key(n): n for c in self._choices.values() for n in _said(c)}

    @cached_property
    def _alphabet(self) -> Sequence[str]:
        """Return the names as they are compared; sorted when there are many."""
        return sorted(self._spelled) if len(self._spelled) > _COMPARED else list(self._spelled)
