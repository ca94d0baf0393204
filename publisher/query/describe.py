"""What documents are made of: look-ups in a store, each of them bounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store, Triple

from publisher.query.engine import LABELS, MOST_COUNTED, MOST_OF_SCHEME, Description
from publisher.rdf.namespaces import iri
from publisher.rdf.source_forms import SourceForms
from publisher.system.cache import BoundedCache, memory_of

_SUBJECT, _SCHEME = NamedNode(iri("rdf:subject")), NamedNode(iri("skos:ConceptScheme"))
# Memory for labels, and what one takes in pyoxigraph besides its letters.
_LABELS_BYTES = 16 << 20
_LITERAL_BYTES = 256


class Describer:
    """Descriptions of things in one store."""

    def __init__(
        self, store: Store, forms: SourceForms | None = None, *, union_stored: bool = False
    ) -> None:
        """Keep the store, and a memory of labels.

        Args:
            store: What is known.
            forms: The forms in which the sources have literals.
            union_stored: Whether the store has the union of its graphs as its default graph, too.
        """
        self._store = store
        # A link is counted once, whatever number of graphs it is in.
        self._counted_in = DefaultGraph() if union_stored else None
        self._forms = forms or SourceForms()
        self._known: BoundedCache[str, tuple[tuple[str, Literal], ...]] = BoundedCache(
            _LABELS_BYTES, _size_of
        )

    def knows(self, subject: str) -> bool:
        """Tell whether the thing is the subject of a triple."""
        try:
            found = self._store.quads_for_pattern(NamedNode(subject), None, None, None)
        except ValueError:  # what was asked for is no IRI, so nothing is said of it
            return False
        return next(found, None) is not None

    def describe(self, subjects: Sequence[str], page: int, page_size: int) -> Description | None:
        """Return what the store knows of the things; None when nothing is known."""
        own: dict[Triple, None] = {}
        graphs: dict[str, list[Triple]] = defaultdict(list)
        for subject in subjects:
            self._follow(NamedNode(subject), own, graphs)
        if not own:
            return None
        incoming = self._incoming(subjects, own, graphs)
        start = (page - 1) * page_size
        shown = tuple(incoming[start : start + page_size])
        written = tuple(self._forms.of_triples(own))
        return Description(
            subjects=tuple(subjects),
            own=written,
            labels=self._labels_of(subjects, own, shown),
            incoming=shown,
            incoming_total=len(incoming),
            page=page,
            pages=max(1, -(-len(incoming) // page_size)),
            graphs=tuple(graphs),
            by_graph={
                graph: tuple(self._forms.of_triples(triples)) for graph, triples in graphs.items()
            }
            if len(graphs) > 1
            else {graph: written for graph in graphs},
        )

    def _follow(
        self, node: NamedNode | BlankNode, own: dict[Triple, None], graphs: dict[str, list[Triple]]
    ) -> None:
        """Add the triples of a node, and of the blank nodes below it."""
        pending = [node]
        while pending:
            for quad in self._store.quads_for_pattern(pending.pop(), None, None, None):
                triple = quad.triple
                if not isinstance(quad.graph_name, DefaultGraph):
                    graphs[quad.graph_name.value].append(triple)
                if triple in own:
                    continue
                own[triple] = None
                if isinstance(triple.object, BlankNode):
                    pending.append(triple.object)

    def _incoming(
        self, subjects: Sequence[str], own: dict[Triple, None], graphs: dict[str, list[Triple]]
    ) -> list[Triple]:
        """Return the triples pointing to the things, sorted; statements about them join ``own``."""
        pointing: dict[Triple, None] = {}
        described = set(subjects)
        for subject in subjects:
            found = self._store.quads_for_pattern(None, None, NamedNode(subject), self._counted_in)
            for quad in islice(found, self._most_counted(subject)):
                assert not isinstance(quad.subject, Triple)  # RDF 1.1
                if quad.predicate == _SUBJECT:
                    self._follow(quad.subject, own, graphs)
                elif quad.subject.value not in described:
                    pointing[quad.triple] = None
        links = (triple for triple in pointing if triple not in own)
        return sorted(links, key=lambda triple: (triple.predicate.value, str(triple.subject)))

    def _most_counted(self, subject: str) -> int:
        """Return how many links to a thing are counted; each concept points to its scheme."""
        scheme = NamedNode(subject), NamedNode(iri("rdf:type")), _SCHEME
        is_scheme = next(self._store.quads_for_pattern(*scheme, None), None) is not None
        return MOST_OF_SCHEME if is_scheme else MOST_COUNTED

    def _labels_of(
        self, subjects: Sequence[str], own: Iterable[Triple], incoming: Iterable[Triple]
    ) -> dict[str, tuple[tuple[str, Literal], ...]]:
        described = {getattr(triple.subject, "value", "") for triple in own} | set(subjects)
        linked = {name for triple in own for name in _nodes(triple.predicate, triple.object)}
        linked |= {name for t in incoming for name in _nodes(t.predicate, t.subject)}
        labels = {name: self._labels(name) for name in sorted(linked - described)}
        return {name: found for name, found in labels.items() if found}

    def _labels(self, name: str) -> tuple[tuple[str, Literal], ...]:
        known = self._known.get(name)
        return self._known.put(name, self._read_labels(name)) if known is None else known

    @cached_property
    def _label_properties(self) -> tuple[str, ...]:
        """Return the properties of labels that occur at all: most data have one or two of ten."""
        return tuple(
            name
            for name in LABELS
            if next(self._store.quads_for_pattern(None, NamedNode(name), None, None), None)
            is not None
        )

    def _read_labels(self, name: str) -> tuple[tuple[str, Literal], ...]:
        for predicate in self._label_properties:
            quads = self._store.quads_for_pattern(NamedNode(name), NamedNode(predicate), None, None)
            triples = self._forms.of_triples(quad.triple for quad in quads)
            found = {triple.object for triple in triples if isinstance(triple.object, Literal)}
            if found:
                return tuple((predicate, label) for label in sorted(found, key=str))
        return ()


def _size_of(labels: tuple[tuple[str, Literal], ...]) -> int:
    """Return how many bytes of memory labels take."""
    return sum(memory_of(label.value) + _LITERAL_BYTES for _, label in labels) + memory_of(())


def _nodes(*terms: object) -> Iterator[str]:
    return (term.value for term in terms if isinstance(term, NamedNode))
