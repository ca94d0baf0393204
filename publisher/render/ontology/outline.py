"""What is told of the classes of an ontology: their properties and the kinds of their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from publisher.render.ontology.rules import Rule, Rules
from publisher.render.ontology.terms import Terms
from publisher.render.parts import Value
from publisher.render.values import sort_key

Named = Callable[[str], Value]
Rows = dict[str, list[tuple[str, list[str]]]]


@dataclass(frozen=True)
class InWords:
    """A class, those it is a kind of, and its properties with the kinds of their values."""

    name: Value
    above: tuple[Value, ...]
    properties: tuple[tuple[Value, tuple[Value, ...]], ...]


def rows_of(terms: Terms, rules: Rules, named: Named) -> Rows:
    """Return class → its properties and the kinds of their values.

    By domain and name; where no property says a domain, by the shapes and in their order.
    """
    rows: Rows = {name: [] for name, term in terms.items() if term.is_class}
    for name, term in terms.items():
        for domain in term.domain if term.is_property else ():
            if domain in rows:
                rows[domain].append((name, term.range))
    if any(rows.values()):
        for found in rows.values():
            found.sort(key=lambda row: sort_key(named(row[0]).text))
        return rows
    return {name: _shaped(rules.get(name, ())) for name in rows}


def _shaped(rules: Iterable[Rule]) -> list[tuple[str, list[str]]]:
    """Return the properties that the shapes of a class speak of, in their order."""
    plain = (rule for rule in rules if rule.path and not rule.is_inverse and not rule.is_advice)
    return list({rule.path: rule.kinds() for rule in plain}.items())


def in_words(terms: Terms, rules: Rules, named: Named) -> list[InWords]:
    """Return what a drawing shows for those who do not see it, class by class."""
    rows = rows_of(terms, rules, named)
    return [
        InWords(
            named(name),
            tuple(named(kind) for kind in terms[name].above),
            tuple((named(path), tuple(named(kind) for kind in kinds)) for path, kinds in found),
        )
        for name, found in rows.items()
    ]
