"""What a document needs of an engine, fetched by queries into a store of its own.

There the look-ups of the embedded engine read it, so that a document is the same from both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, NamedNode, Quad, Store

from publisher.query.description import COUNTED, LABELS, Description
from publisher.query.engine import Row, Term
from publisher.query.look_ups import LookUps
from publisher.query.remote.endings import failed
from publisher.query.remote.names import Names
from publisher.rdf.namespaces import iri

_AT_ONCE = 100
_SUBJECT = NamedNode(iri("rdf:subject"))
_OWN = "SELECT ?s ?p ?o ?g { VALUES ?s { %s } GRAPH ?g { ?s ?p ?o } }"
# One hub may be pointed at by everything; past the bound, links are not counted anywhere.
_INCOMING = "SELECT ?s ?p ?o ?g { VALUES ?o { %s } GRAPH ?g { ?s ?p ?o } } LIMIT %d"
_LABELS = "SELECT ?s ?p ?o { VALUES ?s { %s } VALUES ?p { %s } ?s ?p ?o }"
Ask = Callable[[str], list[Row]]
Node = NamedNode | BlankNode


class Fetched:
    """The neighbourhood of some things, as far as it was asked for."""

    def __init__(self, ask: Ask, names: Names) -> None:
        """Begin with nothing; ``ask`` answers queries."""
        self._ask, self._names = ask, names
        self._store = Store()
        self._known: set[Node] = set()
        self._labelled: set[str] = set()

    def describe(self, subjects: Sequence[str], page: int, page_size: int) -> Description | None:
        """Return what is known of some things; see ``Engine.describe``."""
        self.fetch([NamedNode(subject) for subject in subjects])
        return self.look_up(subjects, page, page_size)

    def fetch(self, subjects: Sequence[NamedNode]) -> None:
        """Fetch what is said of some things, and what points to them."""
        self._fetch_own(subjects)
        pointing: list[Node] = []
        for part in _parts(subjects):
            query = _INCOMING % (self._terms(part), COUNTED * len(part))
            for quad in self._quads(self._ask(query)):
                self._store.add(quad)
                if quad.predicate == _SUBJECT and isinstance(quad.subject, NamedNode | BlankNode):
                    pointing.append(quad.subject)
        self._fetch_own(pointing)

    def _fetch_own(self, subjects: Iterable[Node]) -> None:
        """Fetch the triples of things, and of the blank nodes below them."""
        pending = [node for node in dict.fromkeys(subjects) if node not in self._known]
        while pending:
            self._known.update(pending)
            below: dict[Node, None] = {}
            for part in _parts(pending):
                for quad in self._quads(self._ask(_OWN % self._terms(part))):
                    self._store.add(quad)
                    if isinstance(quad.object, BlankNode):
                        below[quad.object] = None
            pending = [node for node in below if node not in self._known]

    def look_up(self, subjects: Sequence[str], page: int, page_size: int) -> Description | None:
        """Return what was fetched of some things, with labels of what they are linked to."""
        found = LookUps(self._store).describe(subjects, page, page_size)
        if found is None:
            return None
        linked = {n for t in found.own for n in (t.predicate, t.object)}
        linked |= {n for t in found.incoming for n in (t.predicate, t.subject)}
        wanted = {n for n in linked if isinstance(n, NamedNode) and n.value not in self._labelled}
        self._labelled |= {node.value for node in wanted}
        predicates = " ".join(f"<{name}>" for name in LABELS)
        for part in _parts(sorted(wanted, key=str)):
            for row in self._ask(_LABELS % (self._terms(part), predicates)):
                self._store.add(_quad(row["s"], row["p"], row["o"]))
        return LookUps(self._store).describe(subjects, page, page_size) if wanted else found

    def _terms(self, nodes: Iterable[Node]) -> str:
        named = (self._names.named(n) if isinstance(n, BlankNode) else n for n in nodes)
        return " ".join(str(node) for node in named)

    def _quads(self, rows: Iterable[Row]) -> Iterator[Quad]:
        for row in rows:
            yield _quad(row["s"], row["p"], row["o"], row["g"])


def _quad(*terms: Term) -> Quad:
    """Return a quad of what an engine sent.

    Raises:
        EngineFailed: It cannot be one: a literal stands where none may be.
    """
    try:
        return Quad(*terms)  # type: ignore[arg-type]
    except TypeError as error:
        raise failed(f"its solutions are no triples: {error}") from error


def _parts(nodes: Sequence[Node]) -> Iterator[Sequence[Node]]:
    return (nodes[start : start + _AT_ONCE] for start in range(0, len(nodes), _AT_ONCE))
