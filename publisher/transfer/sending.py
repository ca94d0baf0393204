"""The triples of a release as they are sent to an engine, and the digest they are known by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, serialize

from publisher.query.remote.rewriting import AS_WRITTEN, Names

_MODULUS = 1 << 256
_NORMALISED_AT_ONCE = 10_000
_SAMPLES = 100
# An engine that changed these could hold no release at all.
_PLAIN = (
    "http://www.w3.org/2001/XMLSchema#string",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
)


@dataclass
class Sum:
    """How many triples there are, and the sum of their SHA-256.

    A sum needs no order, so that triples can be added as they come, from whichever engine.
    """

    count: int = 0
    total: int = 0

    def add(self, triple: Triple) -> None:
        """Add one triple, written as in N-Triples."""
        digest = hashlib.sha256(str(triple).encode()).digest()
        self.total = (self.total + int.from_bytes(digest)) % _MODULUS
        self.count += 1


@dataclass
class Graph:
    """One graph of a release.

    Attributes:
        name: In the data.
        inside: In the engine.
        sum: Of its triples.
    """

    name: str
    inside: str
    sum: Sum = field(default_factory=Sum)


def triples_of(store: Store, graph: str, names: Names) -> Iterator[Triple]:
    """Return the triples of a graph with names for blank nodes; in the same order every time."""
    for quad in store.quads_for_pattern(None, None, None, NamedNode(graph)):
        yield _named(quad, names)


def _named(quad: Quad, names: Names) -> Triple:
    subject, object_ = quad.subject, quad.object
    if isinstance(subject, BlankNode):
        subject = names.named(subject)
    if isinstance(object_, BlankNode):
        object_ = names.named(object_)
    return Triple(subject, quad.predicate, object_)


def survey(store: Store, names: Names) -> tuple[list[Graph], dict[str, list[Literal]]]:
    """Return the graphs with their sums, and a few literals of every datatype."""
    graphs = []
    samples: dict[str, dict[Literal, None]] = {}
    for name in names.graphs:
        graph = Graph(name, names.inside(name))
        for triple in triples_of(store, name, names):
            graph.sum.add(triple)
            if isinstance(triple.object, Literal) and triple.object.datatype.value not in _PLAIN:
                found = samples.setdefault(triple.object.datatype.value, {})
                if len(found) < _SAMPLES:
                    found[triple.object] = None
        graphs.append(graph)
    return graphs, {datatype: list(found) for datatype, found in samples.items()}


def guard(triple: Triple, guarded: frozenset[str]) -> Triple:
    """Return a triple whose literal the engine leaves as it is, see ``AS_WRITTEN``."""
    literal = triple.object
    if not isinstance(literal, Literal) or literal.datatype.value not in guarded:
        return triple
    datatype = NamedNode(AS_WRITTEN + literal.datatype.value)
    return Triple(triple.subject, triple.predicate, Literal(literal.value, datatype=datatype))


def unguard(triple: Triple) -> Triple:
    """Return a triple as it was before it was guarded."""
    literal = triple.object
    if not isinstance(literal, Literal) or not literal.datatype.value.startswith(AS_WRITTEN):
        return triple
    datatype = NamedNode(literal.datatype.value.removeprefix(AS_WRITTEN))
    return Triple(triple.subject, triple.predicate, Literal(literal.value, datatype=datatype))


def written(triples: Iterable[Triple]) -> bytes:
    """Return triples as N-Triples."""
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def normalised(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Return triples with numbers and dates as the embedded engine writes them.

    Two engines may write one number in two ways; that alone makes no other release.
    """
    part: list[Quad] = []
    for triple in triples:
        part.append(Quad(triple.subject, triple.predicate, triple.object))
        if len(part) >= _NORMALISED_AT_ONCE:
            yield from _through_a_store(part)
            part = []
    yield from _through_a_store(part)


def _through_a_store(quads: Iterable[Quad]) -> Iterator[Triple]:
    store = Store()
    store.extend(quads)
    return (quad.triple for quad in store)
