"""Under which names a release stands in an engine that others write to as well.

Each release has graphs of its own there, so that one is loaded while another is asked, and nobody
ever sees half of one. Clients know the graphs by the names in the data; what translates between
the two names is here and in ``rewriting``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from publisher.query.engine import Term
from publisher.rdf.namespaces import iri
from publisher.system.cache import BoundedCache, memory_of

# In front of the datatype of a literal that the engine would write in another way: an engine keeps
# literals of datatypes it does not know as they are.
AS_WRITTEN = "urn:as-written:"
_TEXTS = (iri("xsd:string"), iri("rdf:langString"))
_ANYTHING = NamedNode(AS_WRITTEN)


def registry_of(base_iri: str) -> str:
    """Return the name of the graph that says which releases an engine holds."""
    return f"{base_iri}release/"


@dataclass(frozen=True)
class Names:
    """The names of one release in an engine.

    Attributes:
        base_iri: Base of the release's names.
        release: Its id.
        graphs: Names of its graphs in the data.
        guarded: Datatypes whose literals are kept from the engine, see ``AS_WRITTEN``.
    """

    base_iri: str
    release: str
    graphs: Sequence[str] = field(repr=False)
    guarded: frozenset[str] = frozenset()

    @property
    def root(self) -> str:
        """Return what all names of graphs of this release begin with."""
        return f"{registry_of(self.base_iri)}{self.release}/"

    @property
    def nowhere(self) -> str:
        """Return the name of a graph that is always empty."""
        return f"{self.root}#nothing"

    def inside(self, graph: str) -> str:
        """Return the name of a graph in the engine.

        >>> Names("https://e.org/", "r1", ()).inside("https://e.org/dataset/lakes")
        'https://e.org/release/r1/dataset/lakes'
        """
        if graph.startswith(self.base_iri):
            return self.root + graph.removeprefix(self.base_iri)
        return f"{self.root}?graph={quote(graph, safe='')}"

    @property
    def nameless(self) -> str:
        """Return what the names given to blank nodes begin with (RDF 1.1 Concepts, section 3.5).

        They lie below no base: what counts things by the beginning of their IRIs counts none.
        """
        return f"urn:nameless:{self.release}:"

    def named(self, node: BlankNode) -> NamedNode:
        """Return the name that a blank node has in the engine."""
        return NamedNode(self.nameless + node.value)

    def original(self, term: Term) -> Term:
        """Return a term as it is in the release: no names for blank nodes, values in one form."""
        if isinstance(term, NamedNode) and term.value.startswith(self.nameless):
            return BlankNode(term.value.removeprefix(self.nameless))
        if isinstance(term, Literal) and term.datatype.value not in _TEXTS:
            return normal(term)
        return term


# Memory for literals in their usual form, and what two of them take besides their letters.
_NORMAL_BYTES = 8 << 20
_LITERALS_BYTES = 512


def _size_of(literal: Literal) -> int:
    """Return how many bytes of memory a literal takes, with the one that it is known by."""
    return 2 * memory_of(literal.value) + _LITERALS_BYTES


_known: BoundedCache[Literal, Literal] = BoundedCache(_NORMAL_BYTES, _size_of)


def normal(literal: Literal) -> Literal:
    """Return a literal as the embedded engine writes its value.

    >>> normal(Literal("1", datatype=NamedNode(iri("xsd:boolean")))).value
    'true'
    """
    known = _known.get(literal)
    return _known.keep(literal, _normal(literal)) if known is None else known


def _normal(literal: Literal) -> Literal:
    store = Store()
    store.add(Quad(_ANYTHING, _ANYTHING, literal))
    found = next(iter(store)).object
    assert isinstance(found, Literal)
    return found
