"""Shapes in a graph of rdflib: what the writers of all profiles have in common."""

from __future__ import annotations

from collections.abc import Sequence

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from publisher.profiles.dcat_ap_se import read_lists


class ShapeWriter:
    """Writes nodes and lists into a graph.

    Attributes:
        graph: The graph.
        lists: Name of a list that values come from → its terms.
    """

    def __init__(self) -> None:
        """Begin with an empty graph."""
        self.graph = Graph()
        self.lists = {name: list(map(URIRef, values)) for name, values in read_lists().items()}

    def node(self, *pairs: tuple[URIRef, Node]) -> Node:
        """Return a new node without a name that has these properties and values."""
        node = BNode()
        for predicate, value in pairs:
            self.graph.add((node, predicate, value))
        return node

    def list_of(self, members: Sequence[Node]) -> Node:
        """Return the head of a new list (RDF Schema 1.1, section 5.2)."""
        head = BNode()
        Collection(self.graph, head, list(members))
        return head
