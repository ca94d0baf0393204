from __future__ import annotations

import pytest

from publisher.rdf import media_types


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("data/lakes/lakes.ttl", "text/turtle"),
        ("LAKES.TTL", "text/turtle"),
        ("a.b.nt", "application/n-triples"),
        ("x.nq", "application/n-quads"),
        ("x.trig", "application/trig"),
        ("x.jsonld", "application/ld+json"),
        ("x.rdf", "application/rdf+xml"),
        ("x.html", "text/html"),
    ],
)
def test_the_extension_says_what_a_file_is(name: str, media_type: str) -> None:
    """As registered with IANA; some systems write extensions in capitals."""
    found = media_types.media_type_of_file(name)
    assert found is not None
    assert found.name == media_type


@pytest.mark.parametrize("name", ["README", "x.docx", "x.ttl.bak", "ttl", "", ".ttl/x"])
def test_other_files_are_nothing(name: str) -> None:
    """What is not listed is not read."""
    assert media_types.media_type_of_file(name) is None


@pytest.mark.parametrize(
    ("media_type", "content_type"),
    [
        (media_types.HTML, "text/html;charset=utf-8"),
        (media_types.TURTLE, "text/turtle;charset=utf-8"),
        (media_types.JSON_LD, "application/ld+json"),
        (media_types.RDF_XML, "application/rdf+xml"),
        (media_types.N_TRIPLES, "application/n-triples"),
    ],
)
def test_text_names_its_encoding_and_the_others_carry_it_inside(
    media_type: media_types.MediaType, content_type: str
) -> None:
    """RFC 9110, section 8.3.2; application/ types define their own encoding."""
    assert media_type.content_type == content_type


def test_a_document_comes_in_six_formats_and_html_is_the_favourite() -> None:
    """What the design promises for every IRI."""
    extensions = [media_type.extension for media_type in media_types.DOCUMENTS]
    assert extensions == ["html", "ttl", "jsonld", "rdf", "nt", "md"]
