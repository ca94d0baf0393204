from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.addresses import Addresses
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


@given(st.text())
def test_whatever_is_asked_for_means_something_below_the_base(path: str) -> None:
    """A stranger's path never leaves the base, and never breaks the look-up."""
    assert all(HERE.holds(candidate) for candidate in HERE.candidates(path))
    assert HERE.on_site(HERE.base_iri + path).isascii()
