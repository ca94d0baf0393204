"""What things and terms are called."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal

from publisher.languages import LANGUAGES
from publisher.render.labels import best_label, foreign_language, iri_as_label, standard_terms

SV, EN, DE, PLAIN = (
    Literal("sjö", language="sv"),
    Literal("lake", language="en"),
    Literal("See", language="de"),
    Literal("L"),
)


@pytest.mark.parametrize(
    ("labels", "language", "expected"),
    [
        ([EN, SV, DE], "sv", SV),
        ([EN, PLAIN, DE], "sv", PLAIN),
        ([DE, EN], "sv", EN),
        ([DE], "sv", DE),
        ([Literal("lake", language="en-GB"), DE], "en", Literal("lake", language="en-GB")),
        ([], "sv", None),
    ],
)
def test_the_nearest_label_is_taken(
    labels: list[Literal], language: str, expected: Literal | None
) -> None:
    """The language, else none, else English, else whatever there is."""
    assert best_label(labels, language) == expected


def test_among_equals_the_choice_is_always_the_same() -> None:
    """A document has the same bytes every time."""
    one, other = Literal("a", language="sv"), Literal("b", language="sv")
    assert best_label([other, one], "sv") == best_label([one, other], "sv") == one


def test_the_language_of_the_page_needs_no_mark() -> None:
    """The html element has it already."""
    assert (
        foreign_language(SV, "sv"),
        foreign_language(SV, "en"),
        foreign_language(PLAIN, "en"),
    ) == ("", "sv", "")


def test_standard_terms_have_names_in_every_language() -> None:
    """A page in Swedish must not say skos:prefLabel."""
    labels = standard_terms()["http://www.w3.org/2004/02/skos/core#prefLabel"]
    assert {label.language for label in labels} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("https://data.example.org/id/geometry/20", "geometry/20"),
        ("https://data.example.org/shapes#Lake-name", "Lake-name"),
        ("https://www.example.com/a/", "www.example.com/a"),
        ("http://www.w3.org/2004/02/skos/core#note", "skos:note"),
        ("urn:isbn:9144000000", "urn:isbn:9144000000"),
    ],
)
def test_a_thing_without_a_name_shows_its_address_in_short(iri: str, expected: str) -> None:
    """Long addresses hide what is different about them."""
    prefixes = {"skos": "http://www.w3.org/2004/02/skos/core#"}
    assert iri_as_label(iri, prefixes, "https://data.example.org/") == expected
