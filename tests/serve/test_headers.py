from __future__ import annotations

import re

import pytest
from flask import Response

from publisher.addresses import Addresses
from publisher.rdf.media_types import DOCUMENTS, HTML, JSON_LD, TURTLE, MediaType
from publisher.serve.headers import (
    DATA_POLICY,
    PAGE_POLICY,
    add_common_headers,
    document_links,
    entity_tag,
    join_links,
    set_vary,
)

ADDRESSES = Addresses("https://data.example.org/", "http://localhost:8000/")


def test_an_entity_tag_is_strong_and_a_digest_of_the_bytes() -> None:
    """RFC 9110, section 8.8.3: one bit, another tag; on every machine the same."""
    assert entity_tag(b"") == '"e3b0c44298fc1c149afbf4c8996fb924"'
    assert entity_tag(b"a") != entity_tag(b"b")
    assert not entity_tag(b"a").startswith("W/")


def test_vary_names_each_field_once() -> None:
    """However many parts of the program chose by it."""
    response = Response()
    set_vary(response, "Accept")
    set_vary(response, "Accept", "Accept-Language")
    assert response.headers["Vary"] == "Accept, Accept-Language"


def test_link_targets_are_ascii() -> None:
    """RFC 3987, section 3.1; a field holds no other letters."""
    assert join_links(
        [("https://e.org/vänern", 'rel="a"'), ("https://e.org/%C3%A4", 'rel="b"')]
    ) == ('<https://e.org/v%C3%A4nern>; rel="a", <https://e.org/%C3%A4>; rel="b"')


@pytest.mark.parametrize("chosen", DOCUMENTS, ids=lambda media_type: media_type.label)
def test_a_document_links_to_the_four_others(chosen: MediaType) -> None:
    """RFC 8288: alternate with type. Beside JSON-LD only the page: PyLD fails at several."""
    links = document_links(
        ADDRESSES,
        "https://data.example.org/doc/lake/siljan",
        "https://data.example.org/id/lake/siljan",
        chosen,
    )
    found = re.findall(r'<([^>]+)>; rel="alternate"; type="([^"]+)"', links)
    assert found == [
        (f"http://localhost:8000/doc/lake/siljan.{other.extension}", other.name)
        for other in DOCUMENTS
        if other is not chosen and (chosen is not JSON_LD or other is HTML)
    ]
    assert '<https://data.example.org/doc/lake/siljan>; rel="canonical"' in links
    assert links.count("json-ld#context") == 1


def test_a_hash_document_describes_no_other_thing() -> None:
    """A vocabulary is its own document."""
    name = "https://data.example.org/def/water"
    assert 'rel="describes"' not in document_links(ADDRESSES, name, name, HTML)


@pytest.mark.parametrize(
    ("content_type", "policy"),
    [
        (HTML.content_type, PAGE_POLICY),
        (TURTLE.content_type, DATA_POLICY),
        (JSON_LD.content_type, DATA_POLICY),
        ("application/problem+json", DATA_POLICY),
        ("image/svg+xml", DATA_POLICY),
    ],
)
def test_only_a_page_may_load_anything(content_type: str, policy: str) -> None:
    """Standards, section 3.9."""
    response = add_common_headers(Response(content_type=content_type))
    assert response.headers["Content-Security-Policy"] == policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_the_policy_of_pages_allows_no_inline_script_and_no_other_site() -> None:
    """What a text from the data would need to do harm."""
    assert "unsafe-inline" not in PAGE_POLICY
    assert "unsafe-eval" not in PAGE_POLICY
    assert "http" not in PAGE_POLICY
    assert "base-uri 'none'" in PAGE_POLICY
    assert "frame-ancestors 'none'" in PAGE_POLICY
