"""Files of others, sorted on disk: in pieces or as a whole, the same comes of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, RdfFormat, parse

from publisher.errors import SourceSyntax
from publisher.load import stored_files as module
from publisher.load.stored_files import store_files

GRAPH = "https://wells.example.org/graph"
LINES = [
    f"<https://wells.example.org/id/{n}> <urn:p:{n % 3}> {value} <{GRAPH}/{n % 2}> .\n"
    for n in range(40)
    for value in (
        '"a \\"quoted\\" <text>"',
        f'"tagged {n}"@en-gb',
        '"5"^^<http://www.w3.org/2001/XMLSchema#integer>',
        f"<https://wells.example.org/id/{n + 1}>",
    )
]
LINES += ["<urn:s> <urn:p> <urn:o> .\n", f"<urn:s> <urn:p> <urn:o> <{GRAPH}/0> .\n"]


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Cut files into small pieces, read here, and return how many there were of each."""
    counts: list[int] = []

    def read(work, parts):  # type: ignore[no-untyped-def]
        counts.append(len(parts))
        return map(work, parts)

    monkeypatch.setattr(module, "_PIECE_BYTES", 1000)
    monkeypatch.setattr(module, "map_on_all_cores", read)
    return counts


def test_pieces_give_what_the_whole_gives(tmp_path: Path, pieces: list[int]) -> None:
    path = tmp_path / "wells.nq"
    path.write_text("".join(LINES), encoding="utf-8")
    stored = store_files([path])
    quads = list(parse(path=str(path), format=RdfFormat.N_QUADS))
    assert pieces[0] > 5
    assert list(stored.quads) == sorted(set(quads), key=str)
    assert {str(quad.triple) for quad in stored.triples} == {str(quad.triple) for quad in quads}
    names = Counter(
        "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        for quad in set(quads)
    )
    assert stored.graphs == names
    assert stored.base_iri == "https://wells.example.org/"


def test_blank_nodes_of_a_file_stay_the_same_nodes(tmp_path: Path, pieces: list[int]) -> None:
    """Their names hold for the whole file, so it is read as a whole; a graph may be one."""
    path = tmp_path / "wells.nq"
    line = '_:well <urn:p> "{}" _:g .\n'
    path.write_text("".join(map(line.format, range(100))), encoding="utf-8")
    stored = store_files([path])
    assert not pieces
    assert len({quad.subject for quad in stored.quads}) == 1
    assert list(stored.graphs.values()) == [100]


def test_a_fault_is_told_with_its_line_in_the_file(tmp_path: Path, pieces: list[int]) -> None:
    path = tmp_path / "wells.nt"
    lines = [f'<urn:s:{n}> <urn:p> "x" .\n' for n in range(200)]
    lines[150] = '<urn:s:150> <urn:p> "x\n'
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(SourceSyntax) as found:
        store_files([path])
    assert pieces
    assert found.value.line in (151, 152)
