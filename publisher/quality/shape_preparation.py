r"""Shapes as people write them → shapes that a validator reads, and its messages → ours.

Some things that SHACL says are done here and not by validators, so that each does them the same
way: patterns are those of XPath (section 4.4.3), any IRI is a severity (section 2.1.4), and
messages name what broke the shape (section 5.3.2).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from publisher.messages import SOURCE_LANGUAGE, Text
from publisher.quality.xpath_patterns import Dialect, PatternError, translated
from publisher.rdf.namespaces import PREFIXES, iri

_PROPERTY, _PATH = iri("sh:property"), iri("sh:path")
_TYPE, _NODE_SHAPE = NamedNode(iri("rdf:type")), NamedNode(iri("sh:NodeShape"))
_FIRST, _REST = iri("rdf:first"), iri("rdf:rest")
_PATTERN, _FLAGS, _SEVERITY = iri("sh:pattern"), iri("sh:flags"), iri("sh:severity")
# Whether anything conforms to a shape that is in no file, nobody can tell, so nothing is held
# against what names one; in sh:and it adds nothing anyway.
_REFERENCES = frozenset(map(iri, ("sh:node", "sh:not", "sh:qualifiedValueShape")))
_CHOICES = frozenset(map(iri, ("sh:or", "sh:xone")))
_ALL = iri("sh:and")
# SHACL 1.2 adds two that say less than a note; whatever else there is does not stop a release.
_SEVERITIES = {
    iri("sh:Violation"): iri("sh:Violation"),
    iri("sh:Warning"): iri("sh:Warning"),
    iri("sh:Info"): iri("sh:Info"),
    iri("sh:Debug"): iri("sh:Info"),
    iri("sh:Trace"): iri("sh:Info"),
}
_OWN_SEVERITY = iri("sh:Warning")


def is_severity(name: str) -> bool:
    """Tell whether an IRI may be a severity: one of SHACL's, or one of somebody's own."""
    return name in _SEVERITIES or not name.startswith(PREFIXES["sh"])


class Lists:
    """The lists of a graph, by their first nodes."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        """Find the lists among triples."""
        self._parts: dict[str, dict[object, object]] = {_FIRST: {}, _REST: {}}
        for triple in triples:
            if triple.predicate.value in self._parts:
                self._parts[triple.predicate.value][triple.subject] = triple.object

    def members(self, node: object) -> list[object]:
        """Return what is in a list; of one that leads back to its beginning, each member once."""
        found: list[object] = []
        seen: set[object] = set()
        while node in self._parts[_FIRST] and node not in seen:
            seen.add(node)
            found.append(self._parts[_FIRST][node])
            node = self._parts[_REST].get(node)
        return found


def prepare_shapes(shapes: bytes, dialect: Dialect) -> bytes:
    """Return a shapes graph with patterns of an engine, and with SHACL's own severities.

    Args:
        shapes: N-Triples; blank nodes keep the labels that they have.
        dialect: What the validator evaluates patterns with.
    """
    return (_prepare if len(shapes) <= _KEPT_BYTES else _prepare.__wrapped__)(shapes, dialect)


# Who checks again after a save has seldom changed a shape; there are two validators.
_KEPT_BYTES = 8 << 20


@lru_cache(maxsize=2)
def _prepare(shapes: bytes, dialect: Dialect) -> bytes:
    triples = [quad.triple for quad in parse(shapes, format=RdfFormat.N_TRIPLES)]
    patterned = {t.subject for t in triples if t.predicate.value == _PATTERN}
    flags: dict[object, str] = defaultdict(str)
    for triple in triples:
        if triple.predicate.value == _FLAGS and isinstance(triple.object, Literal):
            flags[triple.subject] = triple.object.value
    with_path = {t.subject for t in triples if t.predicate.value == _PATH}
    subjects, lists = {t.subject for t in triples}, Lists(triples)
    without_triples = _named_by_nothing(triples, subjects, lists)
    subjects |= without_triples
    types = [Triple(node, _TYPE, _NODE_SHAPE) for node in without_triples]
    prepared = [
        _prepared(triple, flags[triple.subject], dialect)
        for triple in triples
        # The flags stand in the pattern now, and a shape without a path is none of a property.
        if not (triple.predicate.value == _FLAGS and triple.subject in patterned)
        and not (triple.predicate.value == _PROPERTY and triple.object not in with_path)
        and not (triple.predicate.value in _REFERENCES and triple.object not in subjects)
        and not (
            triple.predicate.value in _CHOICES
            and any(member not in subjects for member in lists.members(triple.object))
        )
    ]
    return serialize([*prepared, *types], format=RdfFormat.N_TRIPLES) or b""


def _named_by_nothing(
    triples: Iterable[Triple], subjects: AbstractSet[object], lists: Lists
) -> set[BlankNode]:
    """Return the shapes that say nothing, such as ``[]``: all conforms to them (SHACL, 2.1).

    A name of which nothing is said was found to be misspelt before.
    """
    found: set[object] = set()
    for triple in triples:
        if triple.predicate.value in _REFERENCES:
            found.add(triple.object)
        elif triple.predicate.value in _CHOICES or triple.predicate.value == _ALL:
            found.update(lists.members(triple.object))
    return {node for node in found - subjects if isinstance(node, BlankNode)}


def _prepared(triple: Triple, flags: str, dialect: Dialect) -> Triple:
    predicate, value = triple.predicate.value, triple.object
    if predicate == _SEVERITY and isinstance(value, NamedNode):
        severity = _SEVERITIES.get(value.value, _OWN_SEVERITY)
        return Triple(triple.subject, triple.predicate, NamedNode(severity))
    if predicate == _PATTERN and isinstance(value, Literal):
        try:
            made = translated(value.value, flags, dialect)
        except PatternError:  # said already: such shapes are not validated with
            return triple
        return Triple(triple.subject, triple.predicate, Literal(made))
    return triple


# Messages.

_PLACEHOLDER = re.compile(r"\{[$?](\w+)\}")


@dataclass(frozen=True)
class MessageTemplate:
    """A value of ``sh:message``.

    Attributes:
        written: With placeholders, such as ``{$this}`` and ``{?value}``.
        language: Its language tag; empty for none.
    """

    written: str
    language: str

    def values_in(self, filled: str) -> Mapping[str, str] | None:
        """Return name → value, as a message that was made from it has them; None for another."""
        return _values_between(self.written, filled)

    def filled(self, values: Mapping[str, str]) -> str:
        """Return it with the values that are known; other placeholders stay."""
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), self.written)


def is_template(message: str) -> bool:
    """Tell whether a message has placeholders."""
    return _PLACEHOLDER.search(message) is not None


def _values_between(written: str, filled: str) -> Mapping[str, str] | None:
    parts = _PLACEHOLDER.split(written)
    pattern, seen = "", set()
    for number, part in enumerate(parts):
        if number % 2 == 0:
            pattern += re.escape(part)
        elif part in seen:
            pattern += f"(?P={part})"
        else:
            seen.add(part)
            pattern += f"(?P<{part}>.*?)"
    found = re.fullmatch(pattern, filled, re.DOTALL)
    return found.groupdict() if found else None


def fill_in(
    templates: Iterable[MessageTemplate],
    reported: Iterable[tuple[str, str]],
    known: Mapping[str, str],
) -> Text:
    """Return the messages of a result by language, with what broke the shape in them.

    Args:
        templates: The messages of the shape.
        reported: What the validator says of the result, each with its language; empty where the
            validator drops it. It knows values that no result has: those of further variables of
            a query.
        known: Name → value of what the result has: ``this``, ``value``, ``path``.

    >>> one, two = MessageTemplate("{?n} of {$this}", "en"), MessageTemplate("{$this}: {?n}", "sv")
    >>> fill_in([one, two], [("en", "3 of http://e/a")], {"this": "http://e/a"})
    {'sv': 'http://e/a: 3', 'en': '3 of http://e/a'}
    """
    templates = sorted(templates, key=lambda template: template.written)
    values = dict(known)
    if any(name not in values for t in templates for name in _PLACEHOLDER.findall(t.written)):
        values = {**dict(_reported_values(templates, list(reported))), **values}
    return {t.language or SOURCE_LANGUAGE: t.filled(values) for t in templates}


def _reported_values(
    templates: Iterable[MessageTemplate], reported: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    for template in templates:
        for language, message in reported:
            if language not in ("", template.language):
                continue
            for name, value in (template.values_in(message) or {}).items():
                if not _PLACEHOLDER.fullmatch(value):
                    yield name, value
