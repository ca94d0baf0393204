"""Values as the viewers of their shapes show them (DASH, section "Viewers")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from publisher.rdf.source_forms import SourceForms
from publisher.render.details import MOST, fetch_details
from publisher.render.layout import Layout
from publisher.render.page_model import Value

if TYPE_CHECKING:
    from tests.render.conftest import Pond

    Dig = Callable[[str], Pond]

ID = "https://data.example.org/id/"
LAKE = "https://data.example.org/def/water#Lake"


def _shape(viewer: str) -> str:
    return f"""
        PREFIX dash: <http://datashapes.org/dash#>
        water:LakeShape sh:targetClass water:Lake ; sh:property water:s1 .
        water:s1 sh:path water:p ; dash:viewer {viewer} .
        :a a water:Lake ."""


def _values(pond: Pond, language: str = "en") -> list[Value]:
    return [value for fact in pond.thing("a", language).lines[0].facts for value in fact.values]


def test_a_uri_viewer_writes_the_whole_address(pond: Dig) -> None:
    """Where the address itself is what a reader looks for; others stand under their names."""
    named = '<https://e.org/b> skos:prefLabel "B"@en .'
    given = f"{named} :a water:p <https://e.org/b> ."
    assert _values(pond(_shape("dash:LabelViewer") + given)) == [Value("B", "https://e.org/b")]
    assert _values(pond(_shape("dash:URIViewer") + given)) == [
        Value("https://e.org/b", "https://e.org/b")
    ]


def test_a_hyperlink_viewer_makes_a_link_of_a_text(pond: Dig) -> None:
    """What people type into a sheet is a text, and they mean the page."""
    given = ':a water:p "https://e.org/b" .'
    assert _values(pond(_shape("dash:LiteralViewer") + given)) == [Value("https://e.org/b")]
    assert _values(pond(_shape("dash:HyperlinkViewer") + given)) == [
        Value("https://e.org/b", "https://e.org/b")
    ]


@pytest.mark.parametrize("written", ["javascript:alert(1)", "data:text/html,x", "/etc", "b"])
def test_a_hyperlink_viewer_follows_web_addresses_alone(pond: Dig, written: str) -> None:
    """A script in an address is a script."""
    assert _values(pond(_shape("dash:HyperlinkViewer") + f':a water:p "{written}" .')) == [
        Value(written)
    ]


def test_a_literal_viewer_leaves_a_number_as_it_is_written(pond: Dig) -> None:
    """A code is no quantity: 2080, not 2,080."""
    given = ":a water:p 2080 ."
    assert _values(pond(_shape("dash:LabelViewer") + given)) == [Value("2,080")]
    assert _values(pond(_shape("dash:LiteralViewer") + given)) == [Value("2080")]


def test_a_lang_string_viewer_shows_every_language_and_names_it(pond: Dig) -> None:
    """Where the words are what matters, such as a name and its translation."""
    given = ':a water:p "sjö"@sv , "lake"@en , "järvi"@fi .'
    assert _values(pond(_shape("dash:LiteralViewer") + given)) == [Value("lake")]
    assert _values(pond(_shape("dash:LangStringViewer") + given)) == [
        Value("järvi", language="fi", spoken="Finnish"),
        Value("lake", spoken="English"),
        Value("sjö", language="sv", spoken="Swedish"),
    ]
    assert [v.spoken for v in _values(pond(_shape("dash:LangStringViewer") + given), "sv")] == [
        "finska",
        "engelska",
        "svenska",
    ]


def test_an_image_viewer_shows_a_picture_of_the_site(pond: Dig) -> None:
    """Its name is read to those who cannot see it, and the link leads to it."""
    given = ':a water:p :b.png . :b.png rdfs:label "The lake in May"@en .'
    assert _values(pond(_shape("dash:ImageViewer") + given)) == [
        Value("The lake in May", "/id/b.png", picture="/id/b.png")
    ]


def test_an_image_viewer_shows_a_picture_within_the_data(pond: Dig) -> None:
    """A small sign may be an address that is the picture itself (RFC 2397)."""
    given = ':a water:p "data:image/png;base64,iVBORw0KGgo="^^xsd:anyURI .'
    assert _values(pond(_shape("dash:ImageViewer") + given)) == [
        Value("", picture="data:image/png;base64,iVBORw0KGgo=")
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<https://e.org/b.png>", Value("e.org/b.png", "https://e.org/b.png")),
        ("'https://e.org/b.png'", Value("https://e.org/b.png", "https://e.org/b.png")),
        (":b", Value("b", "/id/b")),
        ("'data:text/html;base64,PGI+'", Value("data:text/html;base64,PGI+")),
        ("'javascript:alert(1).png'", Value("javascript:alert(1).png")),
    ],
)
def test_what_an_image_viewer_cannot_show_stays_what_it_was(
    pond: Dig, written: str, expected: Value
) -> None:
    """The policy of pages allows no picture of another host: a link is better than a hole."""
    assert _values(pond(_shape("dash:ImageViewer") + f":a water:p {written} .")) == [expected]


@pytest.mark.parametrize("viewer", ["dash:HTMLViewer", "dash:ValueTableViewer", '"URIViewer"'])
def test_a_viewer_that_pages_do_not_know_changes_nothing(pond: Dig, viewer: str) -> None:
    """Above all no text becomes markup."""
    given = ':a water:p "<b>x</b>"^^rdf:HTML .'
    assert _values(pond(_shape(viewer) + given)) == [Value("<b>x</b>")]


OTHER = """
water:BayShape sh:targetClass water:Bay ; sh:property water:s2 , water:s3 .
water:s2 sh:path water:depth ; sh:order 2 ; sh:name "depth"@en .
water:s3 sh:path water:owner ; sh:order 1 ; sh:name "owner"@en .
:a water:p :b .
:b a water:Bay ; skos:prefLabel "The bay"@en ; water:depth 5 ; water:owner :c ; water:of :a .
:c skos:prefLabel "The county"@en .
"""


def _detailed(pond: Pond) -> list[Value]:
    description = pond.describe(ID + "a")
    placings = Layout(pond.engine).of([LAKE])
    details = fetch_details(pond.engine, SourceForms(None), ID + "a", description, placings)
    enriched = replace(
        description,
        own=(*description.own, *details.triples),
        labels={
            **description.labels,
            **{name: tuple(("", word) for word in said) for name, said in details.labels.items()},
        },
    )
    (line,) = pond.views(enriched, "en").thing(ID + "a").lines
    return [value for fact in line.facts for value in fact.values]


def test_a_details_viewer_tells_of_another_thing_in_place(pond: Dig) -> None:
    """By its own shape, and without what leads back to where the reader is."""
    (bay,) = _detailed(pond(_shape("dash:DetailsViewer") + OTHER))
    assert (bay.text, bay.href) == ("The bay", "/id/b")
    told = [
        (line.name.text, [v.text for fact in line.facts for v in fact.values])
        for line in bay.nested
    ]
    assert told == [("owner", ["The county"]), ("depth", ["5"])]


def test_without_the_viewer_another_thing_is_a_link(pond: Dig) -> None:
    """A page tells of its own topic."""
    (bay,) = _detailed(pond(_shape("dash:LabelViewer") + OTHER))
    assert bay == Value("The bay", "/id/b")


def test_of_many_things_none_is_told_in_place(pond: Dig) -> None:
    """A page is read, not searched."""
    many = " ".join(f":a water:p :n{number} . :n{number} water:depth 5 ." for number in range(40))
    values = _detailed(pond(_shape("dash:DetailsViewer") + many))
    assert len(values) > MOST
    assert not any(value.nested for value in values)
