"""What a page shows of a thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.render.conftest import Pond

    Dig = Callable[[str], Pond]

SHAPES = """
water:LakeShape sh:targetClass water:Lake ; sh:property water:s1 , water:s2 , water:s3 .
water:s1 sh:path water:depth ; sh:order 2 ; sh:group water:form ; sh:name "djup"@sv , "depth"@en .
water:s2 sh:path water:area ; sh:order 1 ; sh:group water:form ; sh:name "yta"@sv , "area"@en .
water:s3 sh:path water:state ; sh:order 1 ; sh:group water:life ;
    sh:class skos:Concept ; sh:minCount 1 ; sh:maxCount 1 ; sh:name "läge"@sv , "state"@en .
water:form rdfs:label "Form"@sv , "Shape"@en ; sh:order 2 .
water:life rdfs:label "Liv"@sv , "Life"@en ; sh:order 1 .
"""


def test_groups_stand_in_the_order_of_the_shapes(pond: Dig) -> None:
    """sh:group and sh:order decide, the alphabet does not (SHACL, section 2.3.2)."""
    thing = pond(
        SHAPES + ":a a water:Lake ; water:depth 5 ; water:area 9 ; water:state :b ."
    ).thing("a")
    assert [(g.heading, [line.name.text for line in g.lines]) for g in thing.groups] == [
        ("Life", ["state"]),
        ("Shape", ["area", "depth"]),
    ]


def test_groups_have_names_for_readers_of_another_language(pond: Dig) -> None:
    """English says more than 'More' above each; the page says that it is English."""
    thing = pond(
        SHAPES + ":a a water:Lake ; water:depth 5 ; water:area 9 ; water:state :b ."
    ).thing("a", "de")
    assert [(g.heading, g.language) for g in thing.groups] == [("Life", "en"), ("Shape", "en")]


def test_a_property_without_a_shape_comes_last(pond: Dig) -> None:
    """Nothing that the data says is left out."""
    thing = pond(SHAPES + ':a a water:Lake ; water:depth 5 ; water:colour "blue" .').thing("a")
    assert [group.heading for group in thing.groups] == ["Shape", "More"]


def test_a_thing_without_shapes_needs_no_headings(pond: Dig) -> None:
    """Another publisher's data may have no shapes at all."""
    thing = pond(":a water:depth 5 .").thing("a")
    assert [group.heading for group in thing.groups] == [""]


def test_the_source_of_a_statement_stands_beside_its_fact(pond: Dig) -> None:
    """A reader sees who says so without leaving the page."""
    thing = pond("""
        :a water:depth 5 , 7 .
        :s a rdf:Statement ; rdf:subject :a ; rdf:predicate water:depth ; rdf:object 7 ;
            dcterms:source :book ; skos:note "Measured in spring."@en .
        :book rdfs:label "The lake book"@en .
    """).thing("a")
    five, seven = thing.lines[0].facts
    assert (five.values[0].text, five.sources, five.notes) == ("5", (), ())
    assert seven.values[0].text == "7"
    assert [(s.text, s.href) for s in seven.sources] == [("The lake book", "/id/book")]
    assert [note.text for note in seven.notes] == ["Measured in spring."]


def test_facts_with_the_same_source_stand_together(pond: Dig) -> None:
    """The name of a source is read once, not once a value."""
    thing = pond("""
        :a water:fish "perch" , "pike" .
        :s1 rdf:subject :a ; rdf:predicate water:fish ; rdf:object "perch" ; dcterms:source :book .
        :s2 rdf:subject :a ; rdf:predicate water:fish ; rdf:object "pike" ; dcterms:source :book .
    """).thing("a")
    assert [[v.text for v in fact.values] for fact in thing.lines[0].facts] == [["perch", "pike"]]


def test_a_statement_on_one_language_covers_the_other(pond: Dig) -> None:
    """One statement is written for a name and its translation."""
    thing = pond("""
        :a skos:prefLabel "Sjön"@sv , "The lake"@en .
        :s rdf:subject :a ; rdf:predicate skos:prefLabel ; rdf:object "Sjön"@sv ;
            dcterms:source :book .
    """).thing("a")
    assert [f.sources[0].href for f in thing.lines[0].facts] == ["/id/book"]


def test_a_name_that_nobody_vouches_for_is_the_heading_alone(pond: Dig) -> None:
    """The heading says it already."""
    thing = pond(':a skos:prefLabel "The lake"@en ; water:depth 5 .').thing("a")
    assert [line.name.text for line in thing.lines] == ["def/water#depth".partition("#")[2]]


def test_a_thing_that_is_a_fact_brings_its_source(pond: Dig) -> None:
    """A count or an event carries its source itself, and its shape demands one."""
    thing = pond("""
        water:CountShape sh:targetClass water:Count ; sh:property water:p .
        water:p sh:path dcterms:source ; sh:minCount 1 .
        :a water:count :c . :c a water:Count ; rdfs:label "5 fish"@en ; dcterms:source :book .
    """).thing("a")
    assert [s.href for s in thing.lines[0].facts[0].sources] == ["/id/book"]


def test_a_concept_lends_no_source_to_what_refers_to_it(pond: Dig) -> None:
    """The source of a definition does not say that the definition fits."""
    thing = pond(":a water:kind :c . :c a skos:Concept ; dcterms:source :book .").thing("a")
    assert thing.lines[0].facts[0].sources == ()


def test_a_statement_that_is_not_adopted_stands_apart(pond: Dig) -> None:
    """A conflict between sources is shown, not settled in silence."""
    thing = pond("""
        :a water:depth 5 .
        :s rdf:subject :a ; rdf:predicate water:depth ; rdf:object 9 ; dcterms:source :book ;
            skos:note "Above the weeds."@en .
    """).thing("a")
    assert [v.text for f in thing.lines[0].facts for v in f.values] == ["5"]
    assert [v.text for f in thing.disputed[0].facts for v in f.values] == ["9"]


def test_texts_are_in_the_language_of_the_page(pond: Dig) -> None:
    """A translation is not shown beside what it translates."""
    lake = pond(':a water:note "Djup"@sv , "Deep"@en .')
    assert [v.text for v in lake.thing("a", "sv").lines[0].facts[0].values] == ["Djup"]
    assert [v.text for v in lake.thing("a", "en").lines[0].facts[0].values] == ["Deep"]


def test_a_text_in_another_language_says_so(pond: Dig) -> None:
    """A screen reader pronounces it by its lang attribute (WCAG 2.2, 3.1.2)."""
    value = pond(':a water:note "Djup"@sv .').thing("a").lines[0].facts[0].values[0]
    assert (value.text, value.language) == ("Djup", "sv")


def test_other_names_are_shown_in_every_language(pond: Dig) -> None:
    """An earlier name in Swedish is a fact on the English page too."""
    thing = pond(':a skos:altLabel "Gamla sjön"@sv , "Old Lake"@en .').thing("a")
    assert [(v.text, v.language) for v in thing.lines[0].facts[0].values] == [
        ("Gamla sjön", "sv"),
        ("Old Lake", ""),
    ]


def test_what_tells_things_apart_stands_below_the_name(pond: Dig) -> None:
    """The shape lets it have exactly one concept: its state, its kind."""
    lakes = (
        SHAPES
        + """
        :a a water:Lake ; water:state :alive . :b a water:Lake ; water:state :alive .
        :d a water:Lake ; water:state :alive .
        :c a water:Lake ; water:state :dead .
        :alive skos:prefLabel "alive"@en . :dead skos:prefLabel "dead"@en .
    """
    )
    usual, unusual = pond(lakes).thing("a").marks[0], pond(lakes).thing("c").marks[0]
    assert (usual.name.text, usual.value.text, usual.usual) == ("state", "alive", True)
    assert (unusual.value.text, unusual.usual) == ("dead", False)


def test_without_a_norm_nothing_stands_out(pond: Dig) -> None:
    """Half of the things are no exception."""
    lakes = pond(
        SHAPES + ":a a water:Lake ; water:state :alive . :b a water:Lake ; water:state :dead ."
    )
    assert (lakes.thing("a").marks[0].usual, lakes.thing("b").marks[0].usual) == (True, True)


def test_a_blank_node_is_shown_in_place(pond: Dig) -> None:
    """It has no page of its own."""
    value = pond(":a water:size [ water:depth 5 ] .").thing("a").lines[0].facts[0].values[0]
    assert [v.text for line in value.nested for f in line.facts for v in f.values] == ["5"]


def test_blank_nodes_in_a_circle_end(pond: Dig) -> None:
    """Data of others must not hang a page."""
    value = pond(":a water:near _:x . _:x water:near _:y . _:y water:near _:x .").thing("a")
    assert value.lines[0].facts[0].values[0].nested[0].facts[0].values[0].nested[0].iri != ""


def test_a_list_is_shown_as_its_members_in_its_order(pond: Dig) -> None:
    """rdf:first and rdf:rest mean nothing to a reader, the order does."""
    thing = pond(':a water:languages ( "sv" "en" ) .').thing("a")
    assert [v.text for v in thing.lines[0].facts[0].values] == ["sv", "en"]


def test_a_list_that_bites_its_tail_ends(pond: Dig) -> None:
    """Data of others must not hang a page."""
    thing = pond(':a water:list _:x . _:x rdf:first "one" ; rdf:rest _:x .').thing("a")
    assert [v.text for v in thing.lines[0].facts[0].values] == ["one"]


def test_a_long_boundary_is_cut(pond: Dig) -> None:
    """Well-known text of a municipality would fill the page."""
    wkt = "POLYGON((" + "15.2 60.3, " * 100 + "15.2 60.3))"
    value = pond(f':a water:shore "{wkt}" .').thing("a").lines[0].facts[0].values[0]
    assert value.text.startswith("POLYGON((15.2 60.3, ")
    assert (len(value.text) <= 201, value.cut) == (True, 1120)


def test_an_address_written_as_text_becomes_a_link(pond: Dig) -> None:
    """xsd:anyURI says that it is one."""
    thing = pond(':a water:site "https://lake.example/"^^xsd:anyURI .').thing("a")
    assert thing.lines[0].facts[0].values[0].href == "https://lake.example/"


def test_an_unsafe_address_written_as_text_stays_text(pond: Dig) -> None:
    """Only http and https lead anywhere."""
    thing = pond(':a water:site "javascript:alert(1)"^^xsd:anyURI .').thing("a")
    assert thing.lines[0].facts[0].values[0].href == ""


def test_a_statement_is_named_after_what_it_says(pond: Dig) -> None:
    """It has no label of its own."""
    thing = pond("""
        :s a rdf:Statement ; rdf:subject :a ; rdf:predicate water:depth ; rdf:object 5 .
        :a skos:prefLabel "Siljan"@en . water:depth rdfs:label "depth"@en .
    """).thing("s")
    assert thing.name.text == "Siljan: depth"


def test_the_publishers_own_class_comes_first(pond: Dig) -> None:
    """It says more than the general one it is a kind of."""
    thing = pond(":a a owl:Thing , water:Lake . water:Lake rdfs:label 'lake'@en .").thing("a")
    assert thing.kinds[0].text == "lake"


def test_two_classes_of_one_name_are_shown_once(pond: Dig) -> None:
    """A reader would take it for a mistake."""
    thing = pond(
        ":a a owl:Thing , water:Lake . "
        "water:Lake rdfs:label 'lake'@en . owl:Thing rdfs:label 'Lake'@en ."
    ).thing("a")
    assert [kind.text for kind in thing.kinds] == ["lake"]


def test_a_part_without_a_name_is_shown_in_place(pond: Dig) -> None:
    """A checksum needs no chapter of its own; its address still leads there."""
    lake, part = "https://data.example.org/id/a", "https://data.example.org/id/a/size"
    described = pond(
        ":a water:size <https://data.example.org/id/a/size> . "
        "<https://data.example.org/id/a/size> water:depth 5 ."
    )
    views = described.views(described.describe(lake, part), "en")
    value = views.thing(lake).lines[0].facts[0].values[0]
    assert [v.text for line in value.nested for f in line.facts for v in f.values] == ["5"]
    assert value.anchor == "data.example.org-id-a-size"
    assert views.thing(part).groups == ()
