"""Blank nodes get their canonical names, or the build ends with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad

from publisher.errors import ReleaseError
from publisher.rdf.sorted_files import write_lines
from publisher.release import canonical as module

PREDICATE = NamedNode("http://e.org/p")
GRAPH = NamedNode("http://e.org/g")


def quad(subject: str, value: str) -> Quad:
    """Return a quad; names with an underscore are blank nodes."""
    terms = [
        BlankNode(name[1:]) if name.startswith("_") else NamedNode(f"http://e.org/{name}")
        for name in (subject, value)
    ]
    return Quad(terms[0], PREDICATE, terms[1], GRAPH)


def canonical(quads: Sequence[Quad], folder: Path) -> list[str]:
    """Return quads with canonical names as N-Quads without line ends."""
    lines = {f"{quad} .\n".encode() for quad in quads}
    write_lines(folder / "quads.nq", sorted(lines))
    return [
        line.decode().removesuffix(" .\n") for line in module.canonical_lines(folder / "quads.nq")
    ]


CHAIN = [quad("a", "_x"), quad("_x", "_y"), quad("_y", "b"), quad("a", "b")]


def test_quads_with_and_without_blank_nodes_come_out_as_from_one_canonicalisation(
    tmp_path: Path,
) -> None:
    """Leaving out what has no blank node changes no name (RDFC-1.0, section 4.4)."""
    whole = Dataset(CHAIN)
    whole.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)

    assert canonical(CHAIN, tmp_path) == sorted(str(q) for q in whole)


@pytest.mark.slow
def test_names_do_not_depend_on_the_names_in_the_sources(tmp_path: Path) -> None:
    """The same graph, written otherwise, is the same graph."""
    other = [quad("a", "_m"), quad("_m", "_n"), quad("_n", "b"), quad("a", "b")]

    assert canonical(CHAIN, tmp_path) == canonical(other, tmp_path)


def test_quads_without_blank_nodes_need_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual case costs nothing."""
    monkeypatch.setattr(module, "_canonicalised", None)

    assert canonical([quad("b", "c"), quad("a", "b"), quad("a", "b")], tmp_path) == [
        "<http://e.org/a> <http://e.org/p> <http://e.org/b> <http://e.org/g>",
        "<http://e.org/b> <http://e.org/p> <http://e.org/c> <http://e.org/g>",
    ]


def test_a_text_that_looks_like_a_blank_node_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only terms decide, whatever stands in a literal."""
    monkeypatch.setattr(module, "_canonicalised", None)
    text = Quad(NamedNode("http://e.org/a"), PREDICATE, Literal("see _:b0 ."), GRAPH)

    assert canonical([text], tmp_path) == [str(text)]


@pytest.mark.slow
def test_a_poisoned_graph_ends_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RDFC-1.0, test074: ten blank nodes that all point at each other."""
    monkeypatch.setattr(module, "SECONDS", 1.0)
    clique = [quad(f"_{a}", f"_{b}") for a, b in permutations("abcdefghij", 2)]

    with pytest.raises(ReleaseError, match="Give them IRIs"):
        canonical(clique, tmp_path)


@pytest.mark.slow
def test_too_little_memory_ends_with_the_same_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies, not the build's."""
    monkeypatch.setattr(module, "MEMORY_BYTES", 1 << 20)

    with pytest.raises(ReleaseError, match="1 MB"):
        canonical([quad(f"_{n}", f"_{n + 1}") for n in range(20_000)], tmp_path)
