"""What the home page says of a release."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from publisher.render.home import Home, fetch_home
from publisher.render.layout import Layout

if TYPE_CHECKING:
    from tests.render.conftest import Pond

    Dig = Callable[[str], Pond]

BASE = "https://data.example.org/"
LAKES = """
water:Lake a owl:Class ; rdfs:label "lake"@en , "sjö"@sv .
water:River a owl:Class ; rdfs:label "river"@en , "flod"@sv .
water:LakeShape sh:targetClass water:Lake ; sh:property water:p1 , water:p2 .
water:p1 sh:path water:state ; sh:class skos:Concept ; sh:minCount 1 ; sh:maxCount 1 ; sh:order 1 .
water:p2 sh:path water:use ; sh:class skos:Concept ; sh:order 2 .
:siljan a water:Lake ; skos:prefLabel "Siljan"@sv ; water:state :calm ; water:use :fishing .
:anten a water:Lake ; skos:prefLabel "Anten"@sv ; water:state :calm ;
    dcterms:description "A lake. It is long."@en , "En sjö. Den är lång."@sv .
:one a water:River ; skos:prefLabel "One"@en . :two a water:River . :three a water:River .
:calm a skos:Concept ; skos:prefLabel "lugn"@sv , "calm"@en .
:fishing skos:prefLabel "fiske"@sv , "fishing"@en .
:s a rdf:Statement ; rdfs:label "A statement"@en .
"""


def _home(pond: Pond) -> Home:
    return fetch_home(pond.engine, Layout(pond.engine), BASE)


def _path(name: str) -> str:
    return name.removeprefix(BASE)


def test_the_main_class_is_the_one_described_most_closely(pond: Dig) -> None:
    """There are more rivers, but the shapes take care of lakes."""
    assert _home(pond(LAKES)).main == BASE + "def/water#Lake"


def test_cards_stand_in_the_order_of_their_names(pond: Dig) -> None:
    """Readers look a name up."""
    cards = _home(pond(LAKES)).cards("sv", _path)
    assert [(card.name.text, card.name.href) for card in cards] == [
        ("Anten", "id/anten"),
        ("Siljan", "id/siljan"),
    ]


def test_a_card_shows_the_state_and_the_first_concepts(pond: Dig) -> None:
    """Which they are, the shapes say."""
    card = _home(pond(LAKES)).cards("sv", _path)[1]
    assert [mark.value.text for mark in card.marks] == ["lugn"]
    assert [tag.text for tag in card.tags] == ["fiske"]
    assert card.sentence is None


def test_a_card_without_concepts_shows_the_first_sentence(pond: Dig) -> None:
    """An empty card would tell nothing."""
    card = _home(pond(LAKES)).cards("en", _path)[0]
    assert card.sentence is not None
    assert card.sentence.text == "A lake."


def test_other_classes_are_counted(pond: Dig) -> None:
    """A reader sees what else there is."""
    home = _home(pond(LAKES))
    assert [(c.name.text, c.count) for c in home.collections("sv", _path)] == [("flod", 3)]


def test_statements_are_no_collection(pond: Dig) -> None:
    """They carry facts, and these stand on the pages of what they are about."""
    statement_shape = "water:S sh:targetClass rdf:Statement ; sh:property [ sh:path rdf:object ] ."
    home = _home(pond(LAKES + statement_shape))
    assert "http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement" not in home.counts


def test_a_large_class_is_counted_and_not_listed(pond: Dig) -> None:
    """Ten thousand links help nobody."""
    many = "".join(f':r{n} a water:River ; rdfs:label "{n}"@en .\n' for n in range(101))
    (rivers,) = _home(pond(LAKES + many)).collections("en", _path)
    assert (rivers.count, rivers.things) == (104, ())


def test_data_without_an_ontology_has_no_main_class(pond: Dig) -> None:
    """The page then shows its datasets alone."""
    home = _home(pond(":a skos:prefLabel 'A'@en ."))
    assert (home.main, home.cards("en", _path), home.collections("en", _path)) == ("", [], [])
