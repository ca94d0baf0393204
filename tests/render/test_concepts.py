"""Concepts in their tree, and who is described with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient

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


def _read(pond: Dig, name: str, turtle: str = TREE) -> tuple[Concepts, Tree | None]:
    found = pond(turtle)
    description = found.describe(ID + name)
    read = fetch_concepts(found.engine, ID + name, description, MILL)
    around = fetch_neighbourhood(found.engine, description, BASE)
    names = LabelPicker(description, {**read.labels, **around.labels}, "en", {}, BASE)
    views = Views(description, around, names, "en", Layout(found.engine), lambda iri: "/" + iri)
    return read, concept_tree(ID + name, read, views)


def _words(branches: Iterable[Branch]) -> list[object]:
    return [
        [f"{'*' if branch.is_here else ''}{branch.concept.text}", *_words(branch.below)]
        for branch in branches
    ]


def test_a_concept_stands_in_the_tree_of_its_list(pond: Dig) -> None:
    """Said with broader or with narrower alike; the concept itself is marked."""
    _, grown = _read(pond, "grinding")
    assert grown is not None
    assert _words(grown.branches) == [["Industry", ["*Grinding"], ["Sawing"]], ["Leisure"]]
    assert [scheme.text for scheme in grown.schemes] == ["Uses"]


def test_those_described_with_a_narrower_concept_are_described_with_the_broader(pond: Dig) -> None:
    """Who works with grinding works in industry; the page says by way of what."""
    _, grown = _read(pond, "industry")
    assert grown is not None
    assert [
        (user.thing.text, user.property.text, [c.text for c in user.concepts])
        for user in grown.users
    ] == [("Mill", "use", ["Grinding", "Sawing"])]


def test_a_list_shows_its_tree_with_those_described_beside_each_concept(pond: Dig) -> None:
    """What the list is for is seen in one look."""
    _, grown = _read(pond, "uses")
    assert grown is not None
    assert grown.users == ()
    industry = grown.branches[0]
    assert [[thing.text for thing in below.things] for below in industry.below] == [
        ["Mill"],
        ["Mill"],
    ]


def test_a_circle_of_concepts_ends(pond: Dig) -> None:
    """Wrong data must not stop a site."""
    circle = ":grinding skos:narrower :industry . :industry skos:narrower :leisure ."
    read, grown = _read(pond, "industry", TREE + circle)
    assert set(read.below(ID + "industry")) >= {ID + "grinding", ID + "leisure"}
    assert grown is not None


def test_a_large_list_is_cut_to_what_lies_around_the_concept(
    pond: Dig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page does not hold a thesaurus of thousands."""
    monkeypatch.setattr(module, "MOST", 3)
    _, grown = _read(pond, "grinding")
    assert grown is not None
    assert _words(grown.branches) == [["Industry", ["*Grinding"]]]


def test_a_thing_that_is_no_concept_has_no_tree(pond: Dig) -> None:
    """And costs no question."""
    assert _read(pond, "mill") == (Concepts(), None)


@pytest.mark.slow
def test_the_page_of_a_thing_without_any_of_it_has_no_empty_headings(client: FlaskClient) -> None:
    """A heading with nothing below it is a promise not kept."""
    page = client.get("/doc/lake/siljan.html?lang=en").text
    for heading in ("Timeline", "What others say of it", "Similar to this", "In its list"):
        assert f">{heading}</h2>" not in page
