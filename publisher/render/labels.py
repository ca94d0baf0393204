"""What things and terms are called, in the reader's language or the nearest there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from publisher.namespaces import shorten
from publisher.query.description import LABELS, Description

Labels = Mapping[str, tuple[Literal, ...]]


@cache
def standard_terms() -> Labels:
    """Return the labels of terms of standard vocabularies that come with the program."""
    labels: dict[str, list[Literal]] = {}
    content = (files("publisher") / "render" / "labels.ttl").read_bytes()
    for quad in parse(content, format=RdfFormat.TURTLE):
        if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
            labels.setdefault(quad.subject.value, []).append(quad.object)
    return {term: tuple(found) for term, found in labels.items()}


def best(literals: Iterable[Literal], language: str) -> Literal | None:
    """Return the literal in the language; else one without, else English, else the first.

    A region's tag counts as its language: ``en-GB`` serves ``en``.
    """
    ranked = sorted(literals, key=lambda literal: _rank(literal, language))
    return ranked[0] if ranked else None


def _rank(literal: Literal, language: str) -> tuple[int, str, str]:
    tag = (literal.language or "").lower()
    primary = tag.split("-")[0]
    order = 0 if primary == language else 1 if not tag else 2 if primary == "en" else 3
    return (order, tag, literal.value)


class Names:
    """The names of everything on one page."""

    def __init__(
        self, description: Description, language: str, prefixes: Mapping[str, str]
    ) -> None:
        """Collect the labels that the description brings."""
        self._language = language
        self._prefixes = prefixes
        self._labels: dict[str, tuple[Literal, ...]] = {
            name: tuple(label for _, label in labels) for name, labels in description.labels.items()
        }
        own: dict[str, dict[str, list[Literal]]] = {}
        for triple in description.own:
            if triple.predicate.value in LABELS and isinstance(triple.object, Literal):
                by_predicate = own.setdefault(str(getattr(triple.subject, "value", "")), {})
                by_predicate.setdefault(triple.predicate.value, []).append(triple.object)
        for name, found in own.items():
            self._labels[name] = tuple(next(found[p] for p in LABELS if p in found))

    def of(self, name: str) -> Literal:
        """Return what a thing or term is called; its shortened IRI when it has no name."""
        found = best(self._labels.get(name) or standard_terms().get(name, ()), self._language)
        return found or Literal(shorten(name, self._prefixes))
