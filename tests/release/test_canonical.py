"""Blank nodes get their canonical names, or the build ends with a sentence."""

from __future__ import annotations

from itertools import permutations

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad

from publisher.errors import ReleaseError
from publisher.release import canonical as module
from publisher.release.canonical import canonical

PREDICATE = NamedNode("http://e.org/p")
GRAPH = NamedNode("http://e.org/g")


def quad(subject: str, value: str) -> Quad:
    """Return a quad; names with an underscore are blank nodes."""
    terms = [
        BlankNode(name[1:]) if name.startswith("_") else NamedNode(f"http://e.org/{name}")
        for name in (subject, value)
    ]
    return Quad(terms[0], PREDICATE, terms[1], GRAPH)


CHAIN = [quad("a", "_x"), quad("_x", "_y"), quad("_y", "b"), quad("a", "b")]


def test_quads_with_and_without_blank_nodes_come_out_as_from_one_canonicalisation() -> None:
    """Leaving out what has no blank node changes no name (RDFC-1.0, section 4.4)."""
    whole = Dataset(CHAIN)
    whole.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)

    assert [str(q) for q in canonical(CHAIN)] == sorted(str(q) for q in whole)


def test_names_do_not_depend_on_the_names_in_the_sources() -> None:
    """The same graph, written otherwise, is the same graph."""
    other = [quad("a", "_m"), quad("_m", "_n"), quad("_n", "b"), quad("a", "b")]

    assert canonical(CHAIN) == canonical(other)


def test_quads_without_blank_nodes_need_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual case costs nothing."""
    monkeypatch.setattr(module, "_canonicalised", None)

    assert canonical([quad("b", "c"), quad("a", "b"), quad("a", "b")]) == [
        quad("a", "b"),
        quad("b", "c"),
    ]


def test_a_poisoned_graph_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """RDFC-1.0, test074: ten blank nodes that all point at each other."""
    monkeypatch.setattr(module, "SECONDS", 1.0)
    clique = [quad(f"_{a}", f"_{b}") for a, b in permutations("abcdefghij", 2)]

    with pytest.raises(ReleaseError, match="Give them IRIs"):
        canonical(clique)


def test_too_little_memory_ends_with_the_same_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies, not the build's."""
    monkeypatch.setattr(module, "MEMORY_BYTES", 1 << 20)

    with pytest.raises(ReleaseError, match="1 MB"):
        canonical([quad(f"_{n}", f"_{n + 1}") for n in range(20_000)])
