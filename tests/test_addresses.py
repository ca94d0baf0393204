from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.addresses import Addresses, Obstacle
from publisher.rdf.media_types import TURTLE

HERE = Addresses("https://data.example.org/", "http://localhost:8000/")
BELOW = Addresses("https://data.example.org/vatten/", "https://www.example.org/oppna/data/")


@pytest.mark.parametrize(
    ("thing", "document"),
    [
        ("https://data.example.org/id/lake/siljan", "https://data.example.org/doc/lake/siljan"),
        ("https://data.example.org/def/water#Lake", "https://data.example.org/def/water"),
        ("https://data.example.org/def/water", "https://data.example.org/def/water"),
        ("https://data.example.org/catalog", "https://data.example.org/catalog"),
        ("https://data.example.org/id/lake/vänern", "https://data.example.org/doc/lake/vänern"),
        ("https://data.example.org/ideas/x", "https://data.example.org/ideas/x"),
    ],
)
def test_a_thing_has_one_document(thing: str, document: str) -> None:
    """Cool URIs: a thing and the page about it never share an address, but a vocabulary's do."""
    assert HERE.document_of(thing) == document


@pytest.mark.parametrize(
    ("document", "thing"),
    [
        ("https://data.example.org/doc/lake/siljan", "https://data.example.org/id/lake/siljan"),
        ("https://data.example.org/catalog", "https://data.example.org/catalog"),
        ("https://data.example.org/documents/x", "https://data.example.org/documents/x"),
    ],
)
def test_a_document_has_one_topic(document: str, thing: str) -> None:
    """The way back from a document to what it is about."""
    assert HERE.thing_of(document) == thing


def test_a_copy_answers_below_its_own_address() -> None:
    """The IRI is canonical; the address is where this copy stands."""
    assert HERE.on_site("https://data.example.org/doc/lake/siljan") == (
        "http://localhost:8000/doc/lake/siljan"
    )
    assert BELOW.on_site("https://data.example.org/vatten/id/a") == (
        "https://www.example.org/oppna/data/id/a"
    )
    assert BELOW.path("https://data.example.org/vatten/id/a#b") == "/oppna/data/id/a#b"


def test_the_iri_of_somebody_else_stays_as_it_is() -> None:
    """Only what lies below the base is answered for."""
    assert HERE.on_site("https://example.com/x") == "https://example.com/x"
    assert not HERE.holds("https://data.example.org.evil.example/x")


def test_an_address_is_ascii_and_escaped_once() -> None:
    """RFC 3987, section 3.1."""
    assert HERE.on_site("https://data.example.org/id/lake/vänern") == (
        "http://localhost:8000/id/lake/v%C3%A4nern"
    )
    assert HERE.on_site("https://data.example.org/id/lake/v%C3%A4nern") == (
        "http://localhost:8000/id/lake/v%C3%A4nern"
    )


def test_a_representation_has_the_extension_of_its_media_type() -> None:
    """Each format has an address of its own."""
    document = "https://data.example.org/doc/lake/siljan"
    assert HERE.representation(document, TURTLE) == f"{document}.ttl"


@pytest.mark.parametrize(
    ("path", "iri"),
    [
        ("id/lake/siljan", "https://data.example.org/id/lake/siljan"),
        ("id/lake/siljan/", "https://data.example.org/id/lake/siljan"),
        ("id/lake/vänern", "https://data.example.org/id/lake/vänern"),
        ("id/lake/vänern", "https://data.example.org/id/lake/v%C3%A4nern"),
        ("id/lake/v%C3%A4nern", "https://data.example.org/id/lake/vänern"),
        ("id/a%20b", "https://data.example.org/id/a%20b"),
        ("id/a b", "https://data.example.org/id/a%20b"),
    ],
)
def test_an_iri_is_found_however_its_letters_are_escaped(path: str, iri: str) -> None:
    """People and programs escape IRIs in more than one way; all of them mean one thing."""
    assert iri in HERE.candidates(path)


@pytest.mark.slow
@given(st.text())
def test_whatever_is_asked_for_means_something_below_the_base(path: str) -> None:
    """A stranger's path never leaves the base, and never breaks the look-up."""
    assert all(HERE.holds(candidate) for candidate in HERE.candidates(path))
    assert HERE.on_site(HERE.base_iri + path).isascii()


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("id/%3Ac", "id/%3Ac"),
        ("id/%3ac", "id/%3Ac"),
        ("id/%3AC", "id/%3AC"),
        ("id/%c3%a5", "id/%c3%a5"),
        ("id/%C3%A5", "id/å"),
        ("id/%7Euser", "id/~user"),
        ("id/%E6%B9%96/%C3%A9", "id/湖/%C3%A9"),
        ("item?id=%C3%A9&lang=en", "item?id=é"),
        ("item?lang=sv&incoming=2", "item"),
        ("item?lang=sv", "item?lang=sv"),
    ],
)
def test_equivalent_addresses_mean_one_name(sent: str, meant: str) -> None:
    """RFC 3986, section 6.2.2; RFC 3987, section 3; parameters of pages are not of the name."""
    assert HERE.base_iri + meant in HERE.equivalents(sent)
    assert HERE.equivalents(sent)[0] == HERE.base_iri + sent


@pytest.mark.parametrize(
    ("sent", "other"),
    [
        ("id/a%2Fb", "id/a/b"),
        ("id/a/b", "id/a%2Fb"),
        ("id/q%3Fx", "id/q?x"),
        ("id/:c", "id/%3Ac"),
        ("id/50%25", "id/50%"),
        ("id/water", "id/water/"),
        ("item?id=7", "item?id=8"),
    ],
)
def test_other_addresses_mean_other_names(sent: str, other: str) -> None:
    """RFC 3986, section 2.2: an escaped delimiter is data, a bare one divides."""
    assert HERE.base_iri + other not in HERE.candidates(sent)


@pytest.mark.parametrize(
    ("name", "obstacle"),
    [
        ("search", Obstacle.OWN_PAGE),
        ("%73earch", Obstacle.OWN_PAGE),
        ("query/lakes?size=3", Obstacle.OWN_PAGE),
        ("feed#entry", Obstacle.OWN_PAGE),
        ("a/.", Obstacle.DOT_SEGMENT),
        ("a/%2e./b", Obstacle.DOT_SEGMENT),
        ("/b", Obstacle.EMPTY_FIRST_SEGMENT),
        ("id/%41", Obstacle.SPELLING),
        ("id/%c3%A4", Obstacle.SPELLING),
        ("id/x?", Obstacle.SPELLING),
        ("id/" + "ä" * 1500, Obstacle.LENGTH),
        ("id/...", None),
        ("id/.hidden", None),
        ("searches", None),
        ("query?x=1", Obstacle.OWN_PAGE),
        ("feedback", None),
        ("", None),
    ],
)
def test_what_hinders_a_look_up_is_known(name: str, obstacle: Obstacle | None) -> None:
    """Before anything is published."""
    assert HERE.obstacle(HERE.base_iri + name) is obstacle


_PARTS = st.sampled_from(
    ["a", "Z", "/", "//", ".", "..", "?", "&lang=en", "=", ":", "%2F", "%2f", "%C3%A4", "%7E", "å"]
)


@pytest.mark.slow
@given(st.lists(_PARTS, max_size=8).map("".join))
def test_a_name_without_obstacle_is_found_however_clients_ask(path: str) -> None:
    """As it is written, and as clients write it."""
    name = HERE.base_iri + path
    if HERE.obstacle(name) is None:
        for asked in (HERE.on_site(name).removeprefix(HERE.site_url), HERE.normal(name)):
            assert name in HERE.equivalents(asked.removeprefix(HERE.base_iri))


def test_parameters_of_pages_without_end_make_few_names() -> None:
    """Each candidate is looked up; a page has one of each parameter."""
    sent = f"doc/s%C3%A4ter?x=1{'&lang=sv&clang=fi' * 200}"
    assert len(list(HERE.candidates(sent))) < 100
    assert f"{HERE.base_iri}doc/säter?x=1" in HERE.candidates("doc/s%C3%A4ter?x=1&lang=sv&clang=fi")
