"""Shapes in words, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from publisher.query.embedded import InProcessEngine
from publisher.render.ontology.rules import Rule, Wording, fetch_rules, named_iris
from publisher.render.page_model import Value

_HEAD = """
PREFIX e: <https://e.org/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
e:Shape a sh:NodeShape ; sh:targetClass e:Bridge ; sh:property e:p .
e:p sh:path e:length .
"""


def rules(tmp_path: Path, shapes: str) -> list[Rule]:
    """Return the rules of one class."""
    store = Store(str(tmp_path / "store"))
    store.load(_HEAD + shapes, format=RdfFormat.TURTLE)
    del store
    return list(fetch_rules(InProcessEngine(tmp_path / "store"))["https://e.org/Bridge"])


def words(rule: Rule, language: str) -> list[str]:
    """Return a rule in words; things are called by the last part of their IRI."""
    wording = Wording(language, lambda name: Value(name.rpartition("/")[2], name))
    return [f"{phrase.value.text} {phrase.code}".strip() for phrase in wording.of(rule)]


@pytest.mark.parametrize(
    ("shape", "english", "swedish"),
    [
        ("sh:minCount 1", ["at least one"], ["minst ett"]),
        ("sh:minCount 1 ; sh:maxCount 1", ["exactly one"], ["exakt ett"]),
        ("sh:maxCount 1", ["at most one"], ["högst ett"]),
        ("sh:maxCount 0", ["none"], ["inget"]),
        ("sh:minCount 2 ; sh:maxCount 5", ["2 to 5"], ["2 till 5"]),
        ("sh:datatype xsd:date", ["any number", "a date"], ["valfritt antal", "ett datum"]),
        (
            "sh:minCount 1 ; sh:datatype rdf:langString ; sh:languageIn ( 'en' 'sv' ) ;"
            " sh:uniqueLang true ; sh:maxLength 200",
            [
                "at least one",
                "a text with its language",
                "in English or Swedish",
                "at most one in each language",
                "at most 200 characters",
            ],
            [
                "minst ett",
                "en text med språk",
                "på svenska eller engelska",
                "högst ett per språk",
                "högst 200 tecken",
            ],
        ),
        ("sh:class e:Town", ["any number", "Town"], ["valfritt antal", "Town"]),
        (
            "sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:gYear ] )",
            ["any number", "a date or a year"],
            ["valfritt antal", "ett datum eller ett årtal"],
        ),
        (
            "sh:in ( e:a e:b )",
            ["any number", "one of: a or b"],
            ["valfritt antal", "något av: a eller b"],
        ),
        (
            "sh:pattern '^x+$'",
            ["any number", "of the form ^x+$"],
            ["valfritt antal", "på formen ^x+$"],
        ),
        (
            "sh:minInclusive 1000",
            ["any number", "1,000 or more"],
            ["valfritt antal", "1\u00a0000 eller mer"],
        ),
        ("sh:hasValue e:a", ["any number", "among them: a"], ["valfritt antal", "däribland: a"]),
        (
            "sh:nodeKind sh:IRI",
            ["any number", "an address (IRI)"],
            ["valfritt antal", "en adress (IRI)"],
        ),
    ],
)
def test_a_demand_is_told_in_words(
    tmp_path: Path, shape: str, english: list[str], swedish: list[str]
) -> None:
    """A civil servant reads no Turtle (SHACL, section 4)."""
    (rule,) = rules(tmp_path, f"e:p {shape} .")

    assert words(rule, "en") == english
    assert words(rule, "sv") == swedish


@pytest.mark.slow
def test_a_demand_without_words_points_to_the_shape(tmp_path: Path) -> None:
    """Leaving it out would say that less is demanded than is."""
    (rule,) = rules(tmp_path, "e:p sh:qualifiedValueShape [ sh:class e:Town ] .")

    assert words(rule, "en") == ["any number", "more in the shape"]


@pytest.mark.slow
def test_a_choice_of_more_than_kinds_points_to_the_shape_too(tmp_path: Path) -> None:
    """The words tell the kinds alone."""
    (rule,) = rules(tmp_path, "e:p sh:or ( [ sh:class e:Town ; sh:pattern 'x' ] ) .")

    assert words(rule, "en") == ["any number", "Town", "more in the shape"]


def test_advice_is_told_apart_from_what_must_hold(tmp_path: Path) -> None:
    """A warning is shown, and the data are published all the same."""
    (rule,) = rules(tmp_path, "e:p sh:severity sh:Warning ; sh:maxLength 60 .")

    assert rule.is_advice
    assert words(rule, "en") == ["at most 60 characters"]


def test_rules_come_in_the_order_of_the_shapes(tmp_path: Path) -> None:
    """By group, then by their own order."""
    found = rules(
        tmp_path,
        "e:Shape sh:property e:q , e:r . e:q sh:path e:b ; sh:order 1 . e:r sh:path e:a ;"
        " sh:order 9 ; sh:group e:g . e:g sh:order 0 .",
    )

    assert [rule.path for rule in found] == [
        f"https://e.org/{name}" for name in ("a", "b", "length")
    ]


def test_a_path_against_the_arrow_is_known(tmp_path: Path) -> None:
    """SHACL, section 2.3.1.5."""
    found = rules(tmp_path, "e:Shape sh:property e:q . e:q sh:path [ sh:inversePath e:crosses ] .")

    assert [rule.path for rule in found if rule.is_inverse] == ["https://e.org/crosses"]


def test_a_shape_that_is_switched_off_demands_nothing(tmp_path: Path) -> None:
    """SHACL, section 2.1.7."""
    found = rules(tmp_path, "e:Shape sh:property e:q . e:q sh:path e:b ; sh:deactivated true .")

    assert [rule.path for rule in found] == ["https://e.org/length"]


@pytest.mark.slow
def test_a_class_that_is_a_shape_is_its_own_target(tmp_path: Path) -> None:
    """SHACL, section 2.1.3.3."""
    store = Store(str(tmp_path / "store"))
    store.load(
        _HEAD + "e:Tower a rdfs:Class , sh:NodeShape ; sh:property e:p .", format=RdfFormat.TURTLE
    )
    del store

    assert "https://e.org/Tower" in fetch_rules(InProcessEngine(tmp_path / "store"))


def test_everything_that_rules_name_is_known(tmp_path: Path) -> None:
    """So that it can be called by its name."""
    found = rules(tmp_path, "e:p sh:class e:Town ; sh:or ( [ sh:class e:City ] ) ; sh:in ( e:a ) .")

    assert named_iris(found) == {
        f"https://e.org/{name}" for name in ("length", "Town", "City", "a")
    }
