"""What a page shows of the links to its thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.render.conftest import Pond

    Dig = Callable[[str], Pond]

CLAIM = """
water:Claim rdfs:label "claim"@en , "påstående"@sv .
water:ClaimShape sh:targetClass water:Claim ; sh:property water:p1 , water:p2 .
water:p1 sh:path water:about ; sh:name "about"@en , "handlar om"@sv .
water:p2 sh:path dcterms:source ; sh:minCount 1 .
:c a water:Claim ; rdfs:label "Deepest of all"@en ; water:about :a ; dcterms:source :book .
:book rdfs:label "The lake book"@en .
:a water:depth 5 .
"""


def test_a_link_is_told_in_words(pond: Dig) -> None:
    """An IRI of a property read backwards says nothing to a reader."""
    line = pond(CLAIM).incoming("a")[0].lines[0]
    assert (line.name.text, line.detail) == ("claim", "About: this")
    line = pond(CLAIM).incoming("a", "sv")[0].lines[0]
    assert (line.name.text, line.detail) == ("påstående", "Handlar om: detta")


def test_a_link_is_called_as_the_shape_of_the_thing_calls_it(pond: Dig) -> None:
    """An inverse path with a name (SHACL, sections 2.3.1.4 and 2.3.2.1)."""
    turtle = """
        water:LakeShape sh:targetClass water:Lake ; sh:property water:q .
        water:q sh:path [ sh:inversePath water:flowsInto ] ; sh:name "rivers"@en , "tillflöden"@sv .
        :a a water:Lake . :r a water:River ; rdfs:label "Byälven"@sv ; water:flowsInto :a .
        :s a water:Stream ; rdfs:label "Bäcken"@sv ; water:flowsInto :a ; water:near :a .
    """
    group = pond(turtle).incoming("a", "sv")[0]

    assert [(line.name.text, len(line.facts[0].values)) for line in group.lines] == [
        ("Stream", 1),
        ("Tillflöden", 2),
    ]
    assert [line.detail for line in group.lines] == ["Near: detta", ""]
    assert pond(turtle).incoming("a", "en")[0].lines[0].name.text == "Rivers"


def test_a_link_brings_its_source(pond: Dig) -> None:
    """A claim is a fact of its own."""
    fact = pond(CLAIM).incoming("a")[0].lines[0].facts[0]
    assert [source.text for source in fact.sources] == ["The lake book"]


def test_the_page_of_a_source_does_not_name_it_as_source(pond: Dig) -> None:
    """The heading says it for all."""
    facts = pond(CLAIM).incoming("book")[0].lines[0].facts
    assert [fact.sources for fact in facts] == [()]


def test_what_the_page_links_to_already_is_not_repeated(pond: Dig) -> None:
    """An event and the thing it changed point at each other."""
    assert pond(":a water:changedBy :e . :e water:changed :a .").incoming("a") == ()


def test_a_statement_about_a_link_is_not_listed_beside_the_link(pond: Dig) -> None:
    """It only carries the source of the link."""
    groups = pond("""
        :r water:flowsInto :a .
        :s a rdf:Statement ; rdf:subject :r ; rdf:predicate water:flowsInto ; rdf:object :a .
        :a water:depth 5 .
    """).incoming("a")
    assert [v.href for g in groups for line in g.lines for f in line.facts for v in f.values] == [
        "/id/r"
    ]


def test_a_statement_that_is_not_adopted_is_listed_as_such(pond: Dig) -> None:
    """Otherwise nothing on the page would tell of it."""
    groups = pond("""
        :s a rdf:Statement ; rdf:subject :r ; rdf:predicate water:flowsInto ; rdf:object :a .
        :r skos:prefLabel "The river"@en . water:flowsInto rdfs:label "flows into"@en .
        :a water:depth 5 ; skos:prefLabel "The lake"@en .
    """).incoming("a")
    assert [group.heading for group in groups] == ["Facts that refer to this"]
    assert groups[0].lines[0].name.text == "The river"
    value = groups[0].lines[0].facts[0].values[0]
    assert (value.text, value.href) == ("flows into: The lake (not adopted here)", "/id/s")


def test_a_source_shows_the_facts_that_rest_on_it(pond: Dig) -> None:
    """By what they are about, since a statement has no name."""
    groups = pond("""
        :a water:depth 5 ; skos:prefLabel "Siljan"@en . water:depth rdfs:label "depth"@en .
        :s a rdf:Statement ; rdf:subject :a ; rdf:predicate water:depth ; rdf:object 5 ;
            dcterms:source :book .
        :book rdfs:label "The lake book"@en .
    """).incoming("book")
    assert [group.heading for group in groups] == ["Facts from this source"]
    line = groups[0].lines[0]
    assert (line.name.text, line.facts[0].values[0].text) == ("Siljan", "depth: 5")


def test_the_things_of_a_class_are_listed_under_its_name(pond: Dig) -> None:
    """Nobody thinks of it as a link called type."""
    groups = pond(':a rdfs:label "lake"@en . :b a :a ; skos:prefLabel "Siljan"@en .').incoming("a")
    assert (groups[0].lines[0].name.text, groups[0].lines[0].detail) == ("lake", "")
