"""Representations are read with care, and graphs compared as graphs."""

from __future__ import annotations

import json

import pytest

from publisher.errors import SourceSyntax
from publisher.rdf.context_loading import json_document
from publisher.verify import graphs

TURTLE, RDF_XML, JSON_LD = "text/turtle", "application/rdf+xml", "application/ld+json"
_DECLARED = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f"""<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY e0 "aaaaaaaaaa">{_DECLARED}]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>""".encode()
WIDE = (
    b'<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY a "' + b"a" * 100_000 + b'">]>'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' + b"&a;" * 1000
)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"<urn:a> <urn:b>", TURTLE),
        (b"<html>", RDF_XML),
        (b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>", RDF_XML),
        (BOMB, RDF_XML),
        (WIDE, RDF_XML),
        (b"{", JSON_LD),
        (b"[" * 100_000, JSON_LD),
        (b'{"@context": "http://127.0.0.1:1/context", "a": "b"}', JSON_LD),
        (b"\xff\xfe", TURTLE),
        (b"a,b", "text/csv"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_cannot_or_must_not_be_read_is_an_error_with_a_reason(
    body: bytes, media_type: str
) -> None:
    """Parsers end the process or fill the memory on some of these."""
    with pytest.raises(SourceSyntax):
        graphs.parse(body, media_type, "http://127.0.0.1/")


def test_a_context_of_the_site_is_looked_up() -> None:
    """The parser reads no address itself; the client does, within its limits."""
    body = b'{"@context": "http://127.0.0.1/c", "@id": "urn:a", "p": "x"}'

    triples = graphs.parse(
        body, JSON_LD, "http://127.0.0.1/", lambda _: {"@context": {"p": "urn:p"}}
    )

    assert {str(triple) for triple in triples} == {'<urn:a> <urn:p> "x"'}


def test_names_of_blank_nodes_do_not_make_a_difference() -> None:
    """They differ between two serialisations of the same graph."""
    one = graphs.parse(b"_:a <urn:p> _:b . _:b <urn:q> 1 .", TURTLE, "urn:x")
    other = graphs.parse(b"_:c <urn:p> _:d . _:d <urn:q> 1 .", TURTLE, "urn:x")

    assert graphs.canonical(one) == graphs.canonical(other)


def test_a_graph_made_to_be_hard_is_compared_without_its_blank_nodes() -> None:
    """Ten blank nodes, each linked to each, keep canonicalisation busy for minutes."""
    links = [f"_:n{i} <urn:p> _:n{j} ." for i in range(10) for j in range(10) if i != j]
    body = "\n".join(["<urn:a> <urn:b> <urn:c> .", *links]).encode()

    assert graphs.canonical(graphs.parse(body, TURTLE, "urn:x")) == {
        "<urn:a> <urn:b> <urn:c>",
        "91",
    }


def test_the_lexical_form_of_a_literal_is_kept() -> None:
    """SHACL judges what was published, not what a library makes of it."""
    (triple,) = graphs.to_rdflib(graphs.parse(b"<urn:a> <urn:b> 01 .", TURTLE, "urn:x"))

    assert str(triple[2]) == "01"


def test_json_that_is_no_json_has_a_reason() -> None:
    """State files and contexts are read with the same care."""
    assert json_document(json.dumps({"a": 1}).encode()) == {"a": 1}
    with pytest.raises(SourceSyntax):
        json_document(b"{")
