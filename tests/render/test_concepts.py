"""Concepts in their tree, and who is described with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient

from publisher.rdf.sorted_files import Quads, write_lines
from publisher.release import concept_tables
from publisher.release import concepts as index_module
from publisher.release.concept_tables import write_concepts
from publisher.release.concepts import ConceptIndex
from publisher.render import concepts as module
from publisher.render.concepts import Branch, Concepts, Tree, concept_tree, fetch_concepts
from publisher.render.labels import LabelPicker
from publisher.render.layout import Layout
from publisher.render.neighbours import fetch_neighbourhood
from publisher.render.views import Views

if TYPE_CHECKING:
    from tests.render.conftest import Pond

    Dig = Callable[[str], Pond]

BASE = "https://data.example.org/"
ID = BASE + "id/"
MILL = BASE + "def/water#Mill"
TREE = """
:uses a skos:ConceptScheme ; skos:prefLabel "Uses"@en .
:industry a skos:Concept ; skos:prefLabel "Industry"@en ; skos:topConceptOf :uses .
:grinding a skos:Concept ; skos:prefLabel "Grinding"@en ; skos:inScheme :uses ;
    skos:broader :industry .
:sawing a skos:Concept ; skos:prefLabel "Sawing"@en ; skos:inScheme :uses .
:industry skos:narrower :sawing .
:leisure a skos:Concept ; skos:prefLabel "Leisure"@en ; skos:inScheme :uses .
:mill a water:Mill ; skos:prefLabel "Mill"@en ; water:use :grinding , :sawing .
:boat a water:Boat ; skos:prefLabel "Boat"@en ; water:use :leisure .
water:use rdfs:label "use"@en .
"""


def _read(
    pond: Dig, folder: Path, name: str, turtle: str = TREE, main: str = MILL
) -> tuple[Concepts, Tree | None]:
    found = pond(turtle)
    index = index_of(found, folder)
    description = found.describe(ID + name)
    read = fetch_concepts(found.engine, index, ID + name, main, "en")
    around = fetch_neighbourhood(found.engine, description, BASE)
    names = LabelPicker(description, {**read.labels, **around.labels}, "en", {}, BASE)
    views = Views(description, around, names, "en", Layout(found.engine), lambda iri: "/" + iri)
    return read, concept_tree(ID + name, read, views, index)


def index_of(pond: Pond, folder: Path) -> ConceptIndex:
    """Return the index of the concepts in a pond."""
    lines = sorted({f"{quad.triple} .\n".encode() for quad in pond.quads})
    write_lines(folder / "triples", lines)
    path = folder / f"{len(list(folder.iterdir()))}.sqlite"
    write_concepts(path, {"": Quads(folder / "triples", len(lines))}, BASE)
    return ConceptIndex(path)


def _words(branches: Iterable[Branch]) -> list[object]:
    return [
        [f"{'*' if branch.is_here else ''}{branch.concept.text}", *_words(branch.below)]
        for branch in branches
    ]


def test_an_index_of_which_nobody_has_use_is_closed(tmp_path: Path) -> None:
    index = ConceptIndex(tmp_path / "none.sqlite")
    index.broader(MILL)
    (opened,) = index._free
    del index
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened.execute("SELECT 1")


def test_a_concept_stands_in_the_tree_of_its_list(pond: Dig, tmp_path: Path) -> None:
    """Said with broader or with narrower alike; the concept itself is marked."""
    _, grown = _read(pond, tmp_path, "grinding")
    assert grown is not None
    assert _words(grown.branches) == [["Industry", ["*Grinding"], ["Sawing"]], ["Leisure"]]
    assert [scheme.text for scheme in grown.schemes] == ["Uses"]


def test_those_described_with_a_narrower_concept_are_described_with_the_broader(
    pond: Dig, tmp_path: Path
) -> None:
    """Who works with grinding works in industry; the page says by way of what."""
    _, grown = _read(pond, tmp_path, "industry")
    assert grown is not None
    assert [
        (user.thing.text, user.property.text, [c.text for c in user.concepts])
        for user in grown.users
    ] == [("Mill", "use", ["Grinding", "Sawing"])]


def test_a_list_shows_its_tree_with_those_described_beside_each_concept(
    pond: Dig, tmp_path: Path
) -> None:
    """What the list is for is seen in one look."""
    _, grown = _read(pond, tmp_path, "uses")
    assert grown is not None
    assert grown.users == ()
    industry = grown.branches[0]
    assert [[thing.text for thing in below.things] for below in industry.below] == [
        ["Mill"],
        ["Mill"],
    ]


def test_a_circle_of_concepts_ends(pond: Dig, tmp_path: Path) -> None:
    """Wrong data must not stop a site, nor hide what is in the circle."""
    circle = """
        :ring a skos:ConceptScheme . :a skos:inScheme :ring ; skos:broader :c .
        :b skos:inScheme :ring ; skos:broader :a . :c skos:inScheme :ring ; skos:broader :b .
        :below skos:inScheme :ring ; skos:broader :c .
        :own skos:inScheme :ring ; skos:broader :own .
    """
    _, grown = _read(pond, tmp_path, "ring", circle)
    assert grown is not None
    words = _words(grown.branches)
    assert words == [["a", ["b", ["c", ["below"]]]], ["own"]]


def test_a_large_list_shows_the_way_down_to_the_concept_and_what_is_below(
    pond: Dig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page does not hold a thesaurus of thousands; what is not shown is counted, and listed."""
    monkeypatch.setattr(module, "LARGE", 3)
    monkeypatch.setattr(module, "MOST_BELOW", 1)
    _, grown = _read(pond, tmp_path, "grinding")
    assert grown is not None
    assert _words(grown.branches) == [["Industry", ["*Grinding"]]]
    _, grown = _read(pond, tmp_path, "industry")
    assert grown is not None
    assert _words(grown.branches) == [["*Industry", ["Grinding"]]]
    assert (grown.total, grown.listing) == (
        2,
        "search/uses/below/1/id/industry",
    )


def test_a_deep_list_leaves_out_the_middle_of_the_way(pond: Dig, tmp_path: Path) -> None:
    """And says how many steps."""
    deep = "".join(f":c{n} skos:broader :c{n - 1} ; skos:inScheme :s . " for n in range(1, 900))
    _, grown = _read(pond, tmp_path, "c700", deep)
    assert grown is not None
    branch, seen, left_out = grown.branches[0], 1, 0
    while branch.below and not branch.is_here:
        branch, seen = branch.below[0], seen + 1
        left_out += branch.skipped
    assert (branch.concept.text, seen + left_out) == ("c700", 701)
    assert seen < 15


def test_each_concept_of_a_lattice_stands_once(pond: Dig, tmp_path: Path) -> None:
    """And says under what else it stands: otherwise a page of 36 concepts has 2^18 lines."""
    rows = [(f"{n}{a}", f"{n - 1}{b}") for n in range(1, 18) for a, b in product("xy", "xy")]
    lattice = "".join(f":n{low} skos:broader :n{high} ; skos:inScheme :s . " for low, high in rows)
    lattice += ":n0x skos:inScheme :s . :n0y skos:inScheme :s ."
    _, grown = _read(pond, tmp_path, "n9x", lattice)
    assert grown is not None
    names: list[str] = []
    waiting = list(grown.branches)
    while waiting:
        branch = waiting.pop()
        names.append(branch.concept.text)
        waiting += branch.below
        if branch.concept.text == "n9x":
            assert [value.text for value in branch.also] == ["n8y"]
    assert len(names) == len(set(names)) == 36


def test_a_hierarchy_with_all_its_shortcuts_looks_like_the_one_without(
    pond: Dig, tmp_path: Path
) -> None:
    """Tools publish skos:broader with all that follows from it."""
    arcs = [(n, m) for n in range(8) for m in range(n)]
    closed = "".join(f":k{n} skos:broader :k{m} ; skos:inScheme :s . " for n, m in arcs)
    _, grown = _read(pond, tmp_path, "s", closed + ":k0 skos:inScheme :s .")
    assert grown is not None
    depth, branches = 0, grown.branches
    while branches:
        assert len(branches) == 1
        depth, branches = depth + 1, branches[0].below
    assert depth == 8


def test_a_concept_without_a_scheme_belongs_to_that_of_the_concept_above(
    pond: Dig, tmp_path: Path
) -> None:
    """The nearest that names one decides; tree, index and counts agree."""
    turtle = """
        :top skos:topConceptOf :one ; skos:prefLabel "top"@en .
        :low skos:broader :top ; skos:prefLabel "low"@en . :lowest skos:broader :low .
        :other skos:broader :low ; skos:inScheme :two .
    """
    index = index_of(pond(turtle), tmp_path)
    assert index.schemes_of(ID + "lowest") == [ID + "one"]
    assert index.schemes_of(ID + "other") == [ID + "two"]
    assert {s.slug: s.concepts for s in index.schemes().values()} == {"one": 3, "two": 1}
    assert sum(index.letters(ID + "one", "en").values()) == 3


def test_a_long_list_is_paged_in_the_order_of_notations_and_of_the_language(
    pond: Dig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same order whether it is kept or made."""
    words = ["ö", "z", "å", "a", "ä"]
    turtle = "".join(
        f':w{n} skos:topConceptOf :s ; skos:prefLabel "{word}"@sv . '
        for n, word in enumerate(words)
    )
    turtle += ':n1 skos:topConceptOf :s ; skos:notation "10.10" ; skos:prefLabel "b"@sv .'
    turtle += ':n2 skos:topConceptOf :s ; skos:notation "10.9" ; skos:prefLabel "c"@sv .'
    found = []
    for most in (1_000, 3):
        for each in (concept_tables, index_module):
            monkeypatch.setattr(each, "MOST_SORTED", most)
        index = index_of(pond(turtle), tmp_path)
        parts = [index.narrower(ID + "s", "sv", start, 4) for start in (0, 4)]
        assert [total for _, total in parts] == [7, 7]
        found.append([c.names[0].value for part, _ in parts for c in part])
    assert found == [["c", "b", "a", "z", "å", "ä", "ö"]] * 2


def test_labels_of_skos_xl_and_of_declared_properties_are_labels(pond: Dig, tmp_path: Path) -> None:
    """Hidden ones are none that an index shows."""
    turtle = """
        PREFIX xl: <http://www.w3.org/2008/05/skos-xl#>
        water:called rdfs:subPropertyOf skos:prefLabel .
        water:Use rdfs:subClassOf skos:Concept .
        :a skos:inScheme :s ; xl:prefLabel :al ; skos:hiddenLabel "aplha"@en .
        :al xl:literalForm "alpha"@en .
        :b a water:Use ; skos:inScheme :s ; water:called "beta"@en ; skos:altLabel "second"@en .
    """
    index = index_of(pond(turtle), tmp_path)
    assert index.letters(ID + "s", "en") == {"A": 1, "B": 1, "S": 1}
    (entry,) = index.starting(ID + "s", "en", "Sec", 9)
    assert (entry.text, entry.concept, entry.is_alternative) == ("second", ID + "b", True)
    assert index.labels(ID + "a")["hiddenLabel"][0].value == "aplha"


def test_the_narrower_concepts_are_nobody_described_with_a_concept(
    pond: Dig, tmp_path: Path
) -> None:
    """The hierarchy is not use; a file of concepts alone has concepts as its commonest class."""
    for main in ("http://www.w3.org/2004/02/skos/core#Concept", MILL):
        _, grown = _read(pond, tmp_path, "industry", TREE.replace("water:Mill", "water:Boat"), main)
        assert grown is not None
        assert grown.users == ()


def test_a_thing_that_is_no_concept_has_no_tree(pond: Dig, tmp_path: Path) -> None:
    """And costs no question."""
    assert _read(pond, tmp_path, "mill") == (Concepts(), None)


@pytest.mark.slow
def test_the_page_of_a_thing_without_any_of_it_has_no_empty_headings(client: FlaskClient) -> None:
    """A heading with nothing below it is a promise not kept."""
    page = client.get("/doc/lake/siljan.html?lang=en").text
    for heading in ("Timeline", "What others say of it", "Similar to this", "In its list"):
        assert f">{heading}</h2>" not in page


def test_every_concept_is_in_the_index_of_a_language_by_the_name_of_its_page(
    pond: Dig, tmp_path: Path
) -> None:
    """Names without a language are in every one; what has no name stands there by its IRI."""
    found = pond(
        """
    :knots a skos:ConceptScheme .
    :k1 skos:inScheme :knots ; skos:prefLabel "Reef"@en , "Råband"@sv , "K1" .
    :k2 skos:inScheme :knots ; skos:prefLabel "Bend" ; skos:altLabel "Ögla"@sv , "Loop" .
    :k3 skos:inScheme :knots ; skos:prefLabel "Hitch"@nb , "K3" .
    :Noose skos:inScheme :knots ; skos:hiddenLabel "Nose"@en .
    :codes a skos:ConceptScheme .
    :c1 skos:inScheme :codes ; skos:prefLabel "17" .
    """
    )
    index = index_of(found, tmp_path)
    (codes, knots) = index.schemes().values()
    assert (codes.languages, knots.languages) == ((), ("sv", "en", "nb"))
    indexes = {}
    for scheme, tag in ((codes, ""), *((knots, tag) for tag in knots.languages)):
        letters = index.letters(scheme.iri, tag)
        entries = [e for letter in letters for e in index.entries(scheme.iri, tag, letter, 0, 9)]
        assert len(entries) == sum(letters.values())
        indexes[tag] = [(e.text + "*" * e.is_alternative, e.is_tagged) for e in entries]
    untagged = [("Bend", False), ("Loop*", False), ("Noose", False)]
    assert indexes == {
        "": [("17", False)],
        "en": [untagged[0], ("K3", False), *untagged[1:], ("Reef", True)],
        "nb": [untagged[0], ("Hitch", True), ("K1", False), *untagged[1:]],
        "sv": [untagged[0], ("K3", False), *untagged[1:], ("Råband", True), ("Ögla*", True)],
    }
    assert index.label_counts(knots.iri)["sv"] == {"prefLabel": 1, "altLabel": 1}
