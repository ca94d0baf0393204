from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import NotAcceptable
from publisher.rdf.media_types import choose_language, negotiate, quality

HTML, TURTLE, JSON_LD = "text/html", "text/turtle", "application/ld+json"
OFFERED = (HTML, TURTLE, JSON_LD, "application/rdf+xml", "application/n-triples")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
PROFILE = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted, http://e.org/p"'


CHOICES = [
    ("", HTML),
    ("   ", HTML),
    (",", HTML),
    (";", HTML),
    (" , ;q=0.5", HTML),
    ("*/*", HTML),
    ("*", HTML),
    ("*/*;q=0.1", HTML),
    (BROWSER, HTML),
    ("text/turtle", TURTLE),
    ("TEXT/Turtle", TURTLE),
    ("text/turtle;charset=utf-8", TURTLE),
    ("text/turtle; charset=UTF-8; q=0.9", TURTLE),
    ("text/turtle;version=1.2", TURTLE),
    (PROFILE, JSON_LD),
    (f"text/turtle;q=0.2, {PROFILE};q=0.3", JSON_LD),
    # What is quoted is neither a weight nor the end of a range (RFC 9110, section 5.6.4).
    ('text/turtle;profile="urn:a;q=0"', TURTLE),
    ('application/ld+json;profile="urn:a, text/html;q=1", text/turtle;q=0.9', JSON_LD),
    ("text/turtle;q=2", HTML),
    ("text/turtle;q=2, application/ld+json;q=0.1", JSON_LD),
    ("text/turtle;q=high, application/ld+json;q=0.1", JSON_LD),
    ("text/turtle;q=-1, application/ld+json;q=0.1", JSON_LD),
    ("text/*", HTML),
    ("text/*;q=0.4, application/*;q=0.5", JSON_LD),
    ("text/html;q=0, */*", TURTLE),
    ("text/html;q=0, text/*", TURTLE),
    ("text/html;q=0.0, text/turtle;q=0.000, */*", JSON_LD),
    ("text/html;q=0.5,*/*", TURTLE),
    ("text/html;q=0.5,*/*;q=0.5", HTML),
    ("text/*;q=0.3, text/turtle;q=0.7, */*;q=0.1", TURTLE),
    ("*/*;q=0.1, text/*;q=0.9, text/html;q=0.2", TURTLE),
    ("application/rdf+xml", "application/rdf+xml"),
    ("application/n-triples, text/turtle", TURTLE),
    ("text/turtle ,\ttext/html;q=0.9", TURTLE),
    ("image/png, text/turtle;q=0.001", TURTLE),
    ("text/turtle;q=0.3;extension=1, text/html;q=0.2", TURTLE),
    # What rdflib and Apache Jena send.
    (
        "application/rdf+xml,text/turtle;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1",
        "application/rdf+xml",
    ),
    (
        "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,*/*;q=0.3",
        TURTLE,
    ),
]
REFUSED = [
    "image/png",
    "application/pdf, image/*",
    "*/*;q=0",
    "text/turtle;q=0",
    "text/html;q=0, text/turtle;q=0, application/*;q=0",
    "textturtle",
    "image/png, text/turtle;q=2",
]
LANGUAGE_CHOICES = [
    ("", "sv"),
    ("en", "en"),
    ("EN", "en"),
    ("en-GB", "en"),
    ("en-GB,en;q=0.8,sv;q=0.5", "en"),
    ("sv-FI, en;q=0.9", "sv"),
    ("en-US, sv;q=0.9", "en"),
    ("pl, en;q=0.1", "en"),
    ("pl", "sv"),
    ("nb, da, sv;q=0.2, en;q=0.1", "sv"),
    ("*", "sv"),
    ("sv;q=0, *", "en"),
    ("sv;q=0, en;q=0", "sv"),
    ("en;q=banana, sv", "sv"),
    ("svx, en;q=0.1", "en"),
    (";;;,=", "sv"),
]


@pytest.mark.parametrize(("accept", "expected"), CHOICES)
def test_the_most_specific_range_decides_and_parameters_never_spoil_a_match(
    accept: str, expected: str
) -> None:
    """RFC 9110, section 12.5.1; an element that cannot be read is ignored, not the whole field."""
    assert negotiate(accept, OFFERED) == expected


@pytest.mark.parametrize("accept", REFUSED)
def test_a_client_that_excludes_everything_is_refused_with_what_there_is(accept: str) -> None:
    """RFC 9110, section 15.5.7: the refusal lists what is on offer."""
    with pytest.raises(NotAcceptable) as refused:
        negotiate(accept, OFFERED)
    assert refused.value.offered == OFFERED
    assert "text/turtle" in refused.value.in_language("en")


def test_the_favourite_is_served_when_the_client_likes_all_equally() -> None:
    """Ties are the publisher's to break: the catalogue offers RDF first."""
    assert negotiate("*/*", (TURTLE, HTML)) == TURTLE
    assert negotiate("text/html, text/turtle", (TURTLE, HTML)) == TURTLE


@pytest.mark.parametrize(("accept_language", "expected"), LANGUAGE_CHOICES)
def test_a_reader_gets_the_preferred_language_that_is_there(
    accept_language: str, expected: str
) -> None:
    """RFC 9110, section 12.5.4: a page in another language is better than a refusal."""
    assert choose_language(accept_language, ("sv", "en")) == expected


ranges = st.sampled_from(
    [*OFFERED, "text/*", "application/*", "*/*", "*", "image/png", "TEXT/HTML", PROFILE, '"', "a/"]
)
qualities = st.sampled_from(
    ["", ";q=0", ";q=0.0", ";q=0.5", ";q=1", ";q=2", ";q=x", "; Q=0.3", ";q=", ";charset=utf-8;q=0"]
)
fields = st.lists(st.tuples(ranges, qualities).map("".join), max_size=5).map(",".join) | st.text()


@pytest.mark.slow
@given(fields, st.lists(st.sampled_from(OFFERED), min_size=1, unique=True))
def test_no_field_breaks_negotiation_or_gets_what_it_excludes(
    accept: str, offered: list[str]
) -> None:
    """Strangers write the field: nothing but a refusal may come of it."""
    try:
        chosen = negotiate(accept, offered)
    except NotAcceptable:
        assert all(quality(accept, media_type) == 0 for media_type in offered)
        return
    assert chosen in offered
    best = max(quality(accept, media_type) for media_type in offered)
    assert quality(accept, chosen) == best
    if '"' in accept:
        return  # without its other one, a quotation mark leaves no list to be split at commas
    elements = [element.strip().lower() for element in accept.split(",")]
    named = {element for element in elements if element.startswith(chosen)}
    assert not named or not named <= {f"{chosen};q=0", f"{chosen};q=0.0"}


@pytest.mark.slow
@given(st.text())
def test_no_language_field_breaks_the_choice(accept_language: str) -> None:
    """Whatever is sent, one of the languages of the site is spoken."""
    assert choose_language(accept_language, ("sv", "en")) in ("sv", "en")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ('text/html;a="\\";q=1";q=0, */*', TURTLE),
        ('text/turtle;q="0.2", application/ld+json;q="0.3"', JSON_LD),
    ],
)
def test_quotes_end_where_they_end(accept: str, expected: str) -> None:
    """RFC 9110, section 5.6.4; some clients quote weights."""
    assert negotiate(accept, OFFERED) == expected
