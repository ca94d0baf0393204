"""What a document holds: the thing's own triples, labels of what it links to, who links to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from publisher.rdf import namespaces

LABELS = namespaces.LABELS
# Past so many, incoming links are neither counted nor sorted: one page of a hub stays cheap.
COUNTED = 10_000


@dataclass(frozen=True)
class Description:
    """What is known of the things that one document is about.

    It is their concise bounded description (W3C member submission of 2005-06-03): their own
    triples, those of blank nodes below them, and the statements made about these triples
    (``rdf:Statement``).

    Attributes:
        subjects: IRIs of the things.
        own: Their triples, with those of blank nodes and statements.
        labels: IRI → label triples' literals by predicate, for everything linked.
        incoming: One page of the triples that point to the things.
        incoming_total: How many there are in all, counted up to ``COUNTED``.
        page: Which page of the incoming links this is, from 1.
        pages: How many there are.
        graphs: IRIs of the graphs that the own triples stand in.
    """

    subjects: tuple[str, ...]
    own: tuple[Triple, ...] = field(repr=False)
    labels: Mapping[str, tuple[tuple[str, Literal], ...]] = field(repr=False)
    incoming: tuple[Triple, ...] = field(repr=False)
    incoming_total: int
    page: int
    pages: int
    graphs: tuple[str, ...]

    def triples(self) -> Iterator[Triple]:
        """Return everything as triples: own, incoming, and the labels of what is linked."""
        yield from self.own
        yield from self.incoming
        for named, labels in self.labels.items():
            for predicate, label in labels:
                yield Triple(NamedNode(named), NamedNode(predicate), label)
