"""What the things around a topic tell of it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode

from publisher.rdf.namespaces import iri
from publisher.render.concepts import Concepts
from publisher.render.facts.facts import AroundTopic, Facts, build_facts
from publisher.render.facts.related import fetch_related
from publisher.render.facts.similar import Similarities, fetch_similar
from publisher.render.facts.timeline import read_date_range
from publisher.render.labels import LabelPicker
from publisher.render.layout import Layout
from publisher.render.neighbours import fetch_neighbourhood
from publisher.render.views import Views
from tests.render.test_concepts import index_of

if TYPE_CHECKING:
    from tests.render.conftest import Pond

    Dig = Callable[[str], Pond]

BASE = "https://data.example.org/"
ID = BASE + "id/"
MILL = """
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX schema: <https://schema.org/>
water:Mill a owl:Class . water:Sourced a owl:Class .
water:MillShape sh:targetClass water:Mill ; sh:property water:p1 , water:p2 , water:p3 , water:p4 .
water:p1 sh:path water:state ; sh:class skos:Concept ; sh:minCount 1 ; sh:maxCount 1 ;
    sh:group water:time .
water:p2 sh:path water:seen ; sh:name "Last seen"@en , "Senast sedd"@sv ; sh:group water:time .
water:p3 sh:path water:count ; sh:name "Workers"@en , "Arbetare"@sv .
water:p4 sh:path water:event ; sh:name "Event"@en , "Händelse"@sv .
water:time rdfs:label "Time"@en , "Tid"@sv ; sh:order 5 .
water:SourcedShape sh:targetClass water:Sourced ;
    sh:property [ sh:path dcterms:source ; sh:minCount 1 ] .
:mill a water:Mill ; skos:prefLabel "Mill"@en ; water:state :running ; water:use :grinding ;
    water:seen "2024-03"^^xsd:gYearMonth ; dcterms:modified "2026-01-02"^^xsd:date ;
    water:count :c1 , :c2 , :c3 ; water:event :burnt , :sold .
:running a skos:Concept ; skos:prefLabel "running"@en , "i drift"@sv .
:grinding a skos:Concept ; skos:prefLabel "grinding"@en .
:about a skos:Concept ; skos:prefLabel "about"@en , "ungefär"@sv .
:c1 a water:Sourced ; rdfs:label "1200 (2012)"@en ; schema:value 1200 ; dcterms:source :book ;
    dcterms:date "2012"^^xsd:gYear ; schema:unitText "workers"@en , "arbetare"@sv .
:c2 a water:Sourced ; rdfs:label "about 80"@en ; schema:value 80 ; water:reading :about ;
    dcterms:date "2015-09"^^xsd:gYearMonth ; dcterms:source :book .
:c3 a water:Sourced ; rdfs:label "at most 90"@en ; schema:maxValue 90 ; dcterms:source :book .
:burnt a water:Sourced ; rdfs:label "It burns"@en ; dcterms:date "1999-03-01"^^xsd:date ;
    dcterms:source :book .
:sold a water:Sourced ; rdfs:label "It is sold"@en ; dcterms:source :book .
:lease schema:startDate "2005"^^xsd:gYear ; schema:endDate "2010"^^xsd:gYear ;
    rdfs:label "It is let"@en ; water:of :mill .
:praise a water:Sourced ; rdfs:label "The best"@en ; dcterms:description "It is the best."@en ;
    schema:about :mill ; prov:wasAttributedTo :owner ; dcterms:source :book ;
    skos:note "Nobody else says so."@en .
:own-words prov:wasAttributedTo :mill ; rdfs:label "Its words"@en .
:owner rdfs:label "The owner"@en . :book rdfs:label "A book"@en .
:saw a water:Mill ; skos:prefLabel "Saw"@en ; water:state :running ; water:use :grinding .
:hammer a water:Mill ; skos:prefLabel "Hammer"@en ; water:state :running .
"""


def _facts(pond: Dig, turtle: str = MILL, language: str = "en", name: str = "mill") -> Facts:
    found = pond(turtle)
    topic = ID + name
    description = found.describe(topic)
    around = fetch_neighbourhood(found.engine, description, BASE)
    related = fetch_related(found.engine, topic, description, around)
    layout = Layout(found.engine)
    names = LabelPicker(description, {**related.labels, **around.labels}, language, {}, BASE)
    views = Views(description, around, names, language, layout, lambda iri: "/" + iri)
    marks = [BASE + "def/water#state"]
    with TemporaryDirectory() as folder:
        index = index_of(found, Path(folder))
        likeness = fetch_similar(found.engine, topic, description, around, marks, index)
    placings = layout.of([BASE + "def/water#Mill"])
    thing = views.thing(topic)
    around = AroundTopic(related, likeness, Concepts())
    return build_facts(thing, description, around, views, placings)


def test_figures_stand_in_the_order_of_their_time_and_the_undated_last(pond: Dig) -> None:
    """The table has all of them, the chart the dated ones."""
    (counted,) = _facts(pond).figures
    assert counted.name.text == "Workers"
    assert [(f.when.words if f.when else "", f.number.text) for f in counted.figures] == [
        ("2012", "1,200"),
        ("September 2015", "80"),
        ("", "90"),
    ]
    assert [stem.day for stem in counted.chart.stems] == ["2012", "Sept 2015"]


def test_a_qualifier_is_never_lost(pond: Dig) -> None:
    """A rough number that is read as an exact one is a wrong one; a bare bound is qualified too."""
    (counted,) = _facts(pond, language="sv").figures
    assert [[q.text for q in figure.qualifiers] for figure in counted.figures] == [
        [],
        ["ungefär"],
        ["högst"],
    ]
    assert [[text for text, _ in stem.labels] for stem in counted.chart.stems] == [
        ["1\N{NO-BREAK SPACE}200", "arbetare"],
        ["80", "ungefär"],
    ]


def test_each_figure_has_its_sources(pond: Dig) -> None:
    """Who counted matters as much as what."""
    (counted,) = _facts(pond).figures
    assert [[s.text for s in figure.sources] for figure in counted.figures] == [["A book"]] * 3


def test_one_dated_figure_is_no_development(pond: Dig) -> None:
    """Then the plain line tells as much."""
    facts = _facts(pond, MILL.replace('"2015-09"^^xsd:gYearMonth', '"some day"'))
    assert facts.figures == ()
    assert BASE + "def/water#count" in [line.iri for line in facts.topic.lines]


def test_what_is_told_elsewhere_is_not_repeated(pond: Dig) -> None:
    """A page says each thing once; what is left keeps its heading."""
    facts = _facts(pond)
    left = {line.iri.removeprefix(BASE + "def/water#") for line in facts.topic.lines}
    assert left == {"state", "seen", "use", "http://purl.org/dc/terms/modified"}
    assert facts.shown_things == {ID + "lease", ID + "praise"}


def test_events_stand_in_order_with_dates_in_the_readers_form(pond: Dig) -> None:
    """Those that the topic names, those that name it, its own dates; the undated come last."""
    line = _facts(pond).timeline
    assert line is not None
    told = [
        (
            moment.when.words if moment.when else "",
            moment.fact.values[0].text if moment.fact.values else moment.kind.text,
        )
        for moment in line.moments
    ]
    assert told == [
        ("1 March 1999", "It burns"),
        ("2005–2010", "It is let"),
        ("March 2024", "Last seen"),
        ("", "It is sold"),
    ]


@pytest.mark.parametrize(("language", "first"), [("sv", "1 mars 1999"), ("en", "1 March 1999")])
def test_dates_are_in_the_readers_language(pond: Dig, language: str, first: str) -> None:
    """And for programs in the standard's form."""
    line = _facts(pond, language=language).timeline
    assert line is not None
    when = line.moments[0].when
    assert when is not None
    assert (when.words, when.machine) == (first, "1999-03-01")


def test_the_date_of_a_record_is_no_event(pond: Dig) -> None:
    """When somebody last changed the file did not happen to the mill."""
    line = _facts(pond).timeline
    assert line is not None
    assert not any(moment.when and "2026" in moment.when.words for moment in line.moments)


def test_a_claim_is_told_with_who_makes_it(pond: Dig) -> None:
    """What the topic itself says of others is not among them."""
    (claim,) = _facts(pond).claims
    assert claim.text.text == "It is the best."
    assert [who.text for who in claim.said_by] == ["The owner"]
    assert claim.note.text == "Nobody else says so."
    assert [source.text for source in claim.sources] == ["A book"]


def test_what_cites_a_source_says_nothing_of_it(pond: Dig) -> None:
    """A book is not praised by a claim that it prints, nor did a fire in it happen to it."""
    facts = _facts(pond, name="book")
    assert (facts.claims, facts.timeline, facts.figures) == ((), None, ())


def test_the_date_of_a_document_is_no_event(pond: Dig) -> None:
    """When a book came out did not happen to the mill that it is about."""
    book = ':guide a foaf:Document ; dcterms:date "1950"^^xsd:gYear ; water:on :mill .'
    line = _facts(pond, MILL + book).timeline
    assert line is not None
    assert not any(moment.when and moment.when.words == "1950" for moment in line.moments)


def test_the_page_of_a_claim_says_who_makes_it(pond: Dig) -> None:
    """Before anything else."""
    assert [who.text for who in _facts(pond, name="praise").said_by] == ["The owner"]


def test_what_is_known_of_the_state_stands_with_its_date(pond: Dig) -> None:
    """The shapes put the state and the dates that go with it in one group."""
    known = _facts(pond).known
    assert known is not None
    assert [(line.name.text, line.facts[0].values[0].text) for line in known.dates] == [
        ("Last seen", "March 2024")
    ]


def test_the_sources_of_the_state_and_of_its_dates_stand_together(pond: Dig) -> None:
    """A date must not seem to rest on the source of the state alone."""
    statements = """
    :s1 a rdf:Statement ; rdf:subject :mill ; rdf:predicate water:state ; rdf:object :running ;
        dcterms:source :book .
    :s2 a rdf:Statement ; rdf:subject :mill ; rdf:predicate water:seen ;
        rdf:object "2024-03"^^xsd:gYearMonth ; dcterms:source :letter .
    :letter rdfs:label "A letter"@en .
    """
    known = _facts(pond, MILL + statements).known
    assert known is not None
    assert [source.text for source in known.sources] == ["A book", "A letter"]


def test_things_are_alike_by_rare_concepts_and_not_by_their_state(pond: Dig) -> None:
    """The other mill runs too, but grinds nothing."""
    facts = _facts(pond)
    assert [(thing.text, [c.text for c in shared]) for thing, shared in facts.similar] == [
        ("Saw", ["grinding"])
    ]


def test_a_concept_that_most_share_makes_none_alike(pond: Dig) -> None:
    """It would only list them all again."""
    many = "".join(f":m{n} a water:Mill ; water:use :grinding .\n" for n in range(9))
    assert _facts(pond, MILL + many).similar == ()


@pytest.mark.parametrize(("others", "is_alike"), [(3, False), (9, True)])
def test_a_concept_of_a_short_list_says_of_what_kind_a_thing_is(
    pond: Dig, others: int, *, is_alike: bool
) -> None:
    """Two that both have companies for members are not alike."""
    listed = ":grinding skos:inScheme :uses . :uses a skos:ConceptScheme .\n" + "".join(
        f":use{n} a skos:Concept ; skos:inScheme :uses .\n" for n in range(others)
    )
    assert bool(_facts(pond, MILL + listed).similar) is is_alike


def test_a_thing_with_nothing_around_it_tells_nothing(pond: Dig) -> None:
    """Most things of most data are so."""
    facts = _facts(pond, ':pond a water:Pond ; rdfs:label "Pond"@en .', name="pond")
    assert (facts.figures, facts.timeline, facts.claims, facts.similar) == ((), None, (), ())
    assert Similarities().things == ()


def test_what_begins_and_ends_in_one_year_has_it_once() -> None:
    """A person would not write 2005–2005."""
    years = [Literal(n, datatype=NamedNode(iri("xsd:gYear"))) for n in ("2005", "2005", "2010")]
    paths = iri("schema:startDate"), iri("schema:endDate")

    found = [
        read_date_range(dict(zip(paths, ([one], [other]), strict=True)), "sv")
        for one, other in pairwise(years)
    ]

    assert [one.words for one in found if one] == ["2005", "2005–2010"]
