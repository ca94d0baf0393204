"""Quads → what is said of each subject: how tables and the search index look things up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from publisher.namespaces import LABELS

Term = NamedNode | BlankNode | Literal
Said = Mapping[str, Sequence[Term]]
_NOTHING: Said = {}


class Subjects:
    """What some graphs say, by subject; values come sorted and once each."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        """Sort quads by subject and predicate."""
        self._said: dict[str, dict[str, list[Term]]] = defaultdict(dict)
        self._blank: set[str] = set()
        for quad in quads:
            subject, value = quad.subject, quad.object
            if isinstance(subject, BlankNode):
                self._blank.add(subject.value)
            if isinstance(subject, NamedNode | BlankNode) and isinstance(
                value, NamedNode | BlankNode | Literal
            ):
                values = self._said[subject.value].setdefault(quad.predicate.value, [])
                if value not in values[-1:]:
                    values.append(value)

    def __iter__(self) -> Iterator[str]:
        """Yield every named subject, sorted."""
        return iter(sorted(self._said.keys() - self._blank))

    def of(self, subject: str) -> Said:
        """Return predicate → values of a subject."""
        return self._said.get(subject, _NOTHING)

    def values(self, subject: str, path: str) -> tuple[Term, ...]:
        """Return the values of one property of a subject, sorted."""
        return tuple(sorted(set(self.of(subject).get(path, ())), key=str))

    def nodes(self, subject: str, path: str) -> tuple[str, ...]:
        """Return the IRIs and blank nodes among the values of a property, sorted."""
        return tuple(
            term.value for term in self.values(subject, path) if not isinstance(term, Literal)
        )

    def names(self, subject: str) -> dict[str, str]:
        """Return what a subject is called: language tag → name."""
        said = self.of(subject)
        path = next((path for path in LABELS if path in said), "")
        return called(self.values(subject, path))


def called(terms: Iterable[Term]) -> dict[str, str]:
    """Return language tag → text of literals; of several in a language the first."""
    found: dict[str, str] = {}
    for term in terms:
        if isinstance(term, Literal):
            found.setdefault(term.language or "", term.value)
    return found


def name_in(names: Mapping[str, str], language: str) -> str:
    """Return the name that serves a language best; empty when there is none.

    >>> name_in({"en": "Lake", "": "L"}, "sv")
    'L'
    """
    for tag in (language, "", "en"):
        if tag in names:
            return names[tag]
    return next(iter(names.values()), "")
