"""A graph that changes is looked up from both ends after each change."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from publisher.rdf.subjects import MutableGraph

PORT, QUAY, OTHER = (NamedNode(f"https://hamn.example.org/{name}") for name in ("p", "q", "o"))
PART, NAME = "https://hamn.example.org/part", "https://hamn.example.org/name"


def names(graph: MutableGraph) -> list[str]:
    """Return the names of the port."""
    return [value.value for value in graph.values(PORT, NAME)]


def test_values_stay_in_the_order_in_which_they_came() -> None:
    """An exchange keeps the position, a replacement goes to the end; each is there once."""
    graph = MutableGraph()
    graph.add(PORT, NAME, *map(Literal, "cabc"))

    graph.exchange(PORT, NAME, Literal("a"), Literal("x"), Literal("y"))
    assert names(graph) == ["c", "x", "y", "b"]

    graph.replace(PORT, NAME, Literal("c"), Literal("z"))
    assert names(graph) == ["x", "y", "b", "z"]


def test_what_is_removed_is_found_from_neither_end() -> None:
    """One triple, a property, a subject, everything."""
    graph = MutableGraph([Triple(s, NamedNode(PART), QUAY) for s in (PORT, OTHER)])
    graph.add(PORT, NAME, Literal("H"))
    assert graph.with_value(PART, QUAY) == (PORT, OTHER)

    graph.discard(OTHER, PART, QUAY)
    assert graph.with_value(PART, QUAY) == (PORT,)
    assert not graph.knows(OTHER)

    graph.drop(PORT, PART)
    assert graph.with_value(PART, QUAY) == ()
    assert graph.paths(PORT) == (NAME,)

    graph.drop(PORT)
    assert list(graph.triples()) == []
    assert graph.with_value(NAME, Literal("H")) == ()
