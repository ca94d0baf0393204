"""The properties that name things: one table, and what a folder declares to be like them.

In the order in which a name is looked for: what is first names a thing, the others tell what
else it is called. A label of SKOS-XL is a thing of its own; what it says counts as the plain label.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, RdfFormat, parse

from publisher.rdf.namespaces import LABELS, iri

_XL = "http://www.w3.org/2008/05/skos-xl#"
XL_LABELS = tuple(_XL + name for name in ("prefLabel", "altLabel", "hiddenLabel"))
LITERAL_FORM = _XL + "literalForm"
_ALTERNATIVES = (
    *(iri("skos:altLabel"), iri("schema:alternateName"), iri("dcterms:alternative")),
    "http://schema.org/alternateName",
)
_HIDDEN = (iri("skos:hiddenLabel"),)


@dataclass(frozen=True)
class LabelProperties:
    """What names things, those that are declared to be like it included.

    Attributes:
        names: The first that a thing has names it.
        alternatives: What else it is called.
        hidden: What it is found by, and not shown with (SKOS Reference, section 5.1).
    """

    names: tuple[str, ...] = LABELS
    alternatives: tuple[str, ...] = _ALTERNATIVES
    hidden: tuple[str, ...] = _HIDDEN

    @property
    def declared(self) -> tuple[str, ...]:
        """Return the naming properties that a folder declares itself."""
        return tuple(name for name in self.names if name not in LABELS)


def declared_pairs(lines: Iterable[bytes]) -> Mapping[str, Sequence[str]]:
    """Return property or class → what is declared to be narrower, from lines of N-Quads."""
    found: dict[str, list[str]] = defaultdict(list)
    for quad in parse(b"".join(lines), format=RdfFormat.N_QUADS):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            found[quad.object.value].append(quad.subject.value)
    return found


def narrower_terms(terms: Iterable[str], pairs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return terms and all that is declared below them, each after what it is below; a circle ends.

    >>> narrower_terms(["a"], {"a": ["b"], "b": ["c", "a"]})
    ('a', 'b', 'c')
    """
    found: dict[str, None] = {}
    waiting = list(terms)
    while waiting:
        term = waiting.pop(0)
        if term not in found:
            found[term] = None
            waiting += sorted(pairs.get(term, ()))
    return tuple(found)


def find_label_properties(pairs: Mapping[str, Sequence[str]]) -> LabelProperties:
    """Return the properties that name things where some are declared to be like others.

    A declared one counts right after the one that it is like.

    >>> find_label_properties({iri("skos:prefLabel"): ["urn:called"]}).names[:2]
    ('http://www.w3.org/2004/02/skos/core#prefLabel', 'urn:called')
    """
    known = {*LABELS, *_ALTERNATIVES, *_HIDDEN}

    def with_declared(properties: Sequence[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for name in properties:
            declared = narrower_terms([name], pairs)
            found.update(dict.fromkeys(n for n in declared if n == name or n not in known))
        return tuple(found)

    # The first of several that it is like: a subproperty of skos:altLabel is no rdfs:label, though
    # SKOS declares both.
    hidden, others = with_declared(_HIDDEN), with_declared(_ALTERNATIVES)
    names = tuple(n for n in with_declared(LABELS) if n not in {*hidden, *others})
    return LabelProperties(names, others, hidden)
