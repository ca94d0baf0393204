"""Dumps are written subject by subject, and are what writing all at once would give."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from publisher.rdf import sorted_files as module
from publisher.rdf.jsonld import Context
from publisher.rdf.media_types import DUMPS, N_QUADS
from publisher.rdf.serialise import serialise
from publisher.rdf.sorted_files import Quads, by_graph
from publisher.release.dumps import by_dataset, write_dumps

BASE = "https://data.example.org/"
GRAPH = NamedNode(f"{BASE}dataset/d")
PREFIXES = {"e": "https://e.org/", "unused": "https://unused.example/"}
CONTEXT = Context({"e": "https://e.org/", "type": "@type", "id": "@id"})
# One name is the beginning of others: by line they sort otherwise than by IRI.
NAMES = [NamedNode(f"https://e.org/{name}") for name in ("a", "a-b", "a/b", "aé", "b")]
nodes = st.sampled_from([*NAMES, BlankNode("c14n0"), BlankNode("c14n1")])
literals = st.sampled_from(
    [
        Literal("a <b> _:c ."),
        Literal("a\nb", language="sv"),
        Literal("07", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
    ]
)
quads = st.builds(Quad, nodes, st.sampled_from(NAMES), nodes | literals, st.just(GRAPH))


def graphs_of(quads: list[Quad], folder: Path) -> dict[str, Quads]:
    """Return quads by graph, as a build has them."""
    return by_graph(sorted({f"{quad} .\n".encode() for quad in quads}), folder / "graphs")


def written(quads: list[Quad], context: Context) -> Mapping[str, tuple[bytes, bytes]]:
    """Return extension → dump and its compressed file."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        datasets = by_dataset(graphs_of(quads, folder), BASE)
        write_dumps(folder, datasets, PREFIXES, context)
        names = [media_type.extension for media_type in DUMPS]
        paths = {name: folder / "dumps" / f"d.{name}" for name in names}
        return {
            name: (path.read_bytes(), path.with_name(f"d.{name}.gz").read_bytes())
            for name, path in paths.items()
        }


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(st.lists(quads, min_size=1, max_size=20))
def test_each_format_is_what_writing_all_at_once_gives(quads: list[Quad]) -> None:
    """A document and a dump of the same triples have the same bytes."""
    found = written(quads, CONTEXT)
    for media_type in DUMPS:
        statements = quads if media_type is N_QUADS else [quad.triple for quad in quads]
        content, compressed = found[media_type.extension]
        assert content == serialise(statements, media_type, PREFIXES, CONTEXT)
        assert gzip.decompress(compressed) == content


def test_an_iri_that_looks_like_a_short_one_takes_the_prefixes_out_of_json() -> None:
    """A reader would take geo:60,15 for a term of a prefix called geo."""
    place = Quad(NAMES[0], NAMES[1], NamedNode("geo:60,15"), GRAPH)
    context = Context({"geo": "http://www.opengis.net/ont/geosparql#", "e": "https://e.org/"})
    content, _ = written([place], context)["jsonld"]
    assert b'"https://e.org/a-b"' in content
    assert b'"geo": ' not in content


def test_graphs_are_kept_apart_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, memory holds a little of each."""
    monkeypatch.setattr(module, "_GRAPH_BATCH", 1)
    other = NamedNode(f"{BASE}shapes")
    said = [Quad(NAMES[0], NAMES[1], name, graph) for name in NAMES for graph in (GRAPH, other)]
    graphs = graphs_of(said, tmp_path)
    assert {name: quads.count for name, quads in graphs.items()} == {GRAPH.value: 5, other.value: 5}
    assert [str(quad.object) for quad in graphs[other.value]] == [
        "<https://e.org/a-b>",
        "<https://e.org/a/b>",
        "<https://e.org/a>",
        "<https://e.org/a\u00e9>",
        "<https://e.org/b>",
    ]
    assert list(by_dataset(graphs, BASE)) == ["d"]
