"""Hierarchies of concepts that lead back to where they began."""

from __future__ import annotations

from pathlib import Path

from publisher.load.sources import read_sources
from publisher.quality.circles import check_circles, find_circles
from tests.folders import write_folder

BASE = "https://begriffe.example.org/"


def test_what_leads_to_a_circle_or_away_from_it_is_not_in_it() -> None:
    """Two circles with a bridge between them are two."""
    one, two = [(b"a", b"b"), (b"b", b"c"), (b"c", b"a")], [(b"x", b"y"), (b"y", b"x")]
    arcs = [*one, *two, (b"a", b"x"), (b"below", b"c"), (b"y", b"top"), (b"low", b"below")]

    assert find_circles(arcs) == [[b"a", b"b", b"c"], [b"x", b"y"]]


def test_a_deep_or_tangled_hierarchy_has_no_circle() -> None:
    """Nor does it take more than a look at each link."""
    deep = [(b"%d" % n, b"%d" % (n - 1)) for n in range(1, 20_000)]
    lattice = [
        (b"%d%c" % (n, a), b"%d%c" % (n - 1, b))
        for n in range(1, 500)
        for a in b"xy"
        for b in b"xy"
    ]

    assert find_circles([*deep, *lattice]) == []
    assert len(find_circles([*deep, (b"0", b"19999")])[0]) == 20_000


def test_a_circle_is_found_once_whatever_its_links_are_called(tmp_path: Path) -> None:
    """Said with broader by one concept, with narrower by another."""
    concepts = f"""
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        PREFIX : <{BASE}id/>
        :a a skos:Concept ; skos:broader :b . :a skos:narrower :b .
        :own a skos:Concept ; skos:broader :own . :fine skos:broader :a .
    """
    folder = write_folder(tmp_path, BASE, {"data/words/words.ttl": concepts})
    findings = list(check_circles(read_sources(folder, BASE)))

    assert [f.focus_node for f in findings] == [f"{BASE}id/a", f"{BASE}id/own"]
    assert "a circle of 2" in findings[0].message["en"]
