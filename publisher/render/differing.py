"""What changed between two releases, in the words of the data: who reads it is no program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from publisher.rdf.namespaces import LABELS
from publisher.release.history.difference import Change, Kind
from publisher.render.labels import best, foreign
from publisher.render.parts import Value
from publisher.render.values import in_words

# Called with an IRI, returns its name and where it is read about.
Naming = Callable[[str], Value]


@dataclass(frozen=True)
class Fact:
    """A statement that is gone or new.

    Attributes:
        is_new: Whether it is new.
        term: What the property is called.
        value: What it says.
    """

    is_new: bool
    term: Value
    value: Value


@dataclass(frozen=True)
class Shown:
    """A thing that came, left or changed.

    Attributes:
        thing: Its name.
        dataset: Name of the dataset.
        kind: What happened to it: ``added``, ``removed`` or ``changed``.
        facts: By property; what is gone before what is new.
    """

    thing: Value
    dataset: str
    kind: str
    facts: tuple[Fact, ...]


def shown(change: Change, naming: Naming, language: str) -> Shown:
    """Return a change as a reader sees it.

    Args:
        change: Of one thing.
        naming: Names things and terms; what has left is named by what was said of it.
        language: Of the reader.
    """
    gone, new = list(_quads(change.removed)), list(_quads(change.added))
    facts = [_fact(q, naming, language, is_new=False) for q in gone]
    facts += [_fact(q, naming, language, is_new=True) for q in new]
    facts.sort(key=lambda fact: fact.term.text)  # a sort keeps the order among equals
    thing = naming(change.entity)
    if change.kind is Kind.REMOVED:
        label = _label(gone, change.entity, language)
        thing = Value(label.value, thing.href, foreign(label, language)) if label else thing
    return Shown(thing, change.dataset, change.kind.value, tuple(facts))


def _quads(lines: tuple[str, ...]) -> Iterator[Quad]:
    return iter(parse("\n".join(lines).encode(), format=RdfFormat.N_QUADS))


def _label(quads: list[Quad], entity: str, language: str) -> Literal | None:
    said = [
        quad.object
        for quad in quads
        if quad.predicate.value in LABELS
        and isinstance(quad.object, Literal)
        and quad.subject == NamedNode(entity)
    ]
    return best(said, language)


def _fact(quad: Quad, naming: Naming, language: str, *, is_new: bool) -> Fact:
    term = quad.object
    if isinstance(term, NamedNode):
        value = naming(term.value)
    elif isinstance(term, Literal):
        value = Value(in_words(term, language), "", foreign(term, language))
    else:
        value = Value("…")
    return Fact(is_new, naming(quad.predicate.value), value)
