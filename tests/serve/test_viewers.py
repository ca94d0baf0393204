"""Viewers of DASH in the shapes of a site, on its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.chain import LAKES, Chain

pytestmark = pytest.mark.slow

HTML = {"Accept": "text/html"}
RIVER = "data/rivers/rivers.ttl"
KLARALVEN = "/doc/river/klaralven?lang=sv"
SHAPES = """
PREFIX dash: <http://datashapes.org/dash#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX shape: <https://data.example.org/shapes#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX water: <https://data.example.org/def/water#>

shape:River a sh:NodeShape ; sh:targetClass water:River ; sh:property
    [ sh:path water:flowsInto ; dash:viewer dash:DetailsViewer ] ,
    [ sh:path skos:altLabel ; dash:viewer dash:HTMLViewer ] ,
    [ sh:path skos:note ; dash:viewer dash:LangStringViewer ] ,
    [ sh:path dcterms:source ; dash:viewer dash:ImageViewer ] .
"""


VANERN = "<https://data.example.org/id/lake/vänern>\n    a water:Lake ;\n"
SAID = """\
    <http://purl.org/dc/terms/source>
        "data:image/gif;base64,R0lGOD==" , <https://pictures.example.org/a.png> ;
    skos:note "Lång."@sv , "Long."@en ;
    water:flowsInto"""


@pytest.fixture
def visitor_of_rivers(chain: Chain) -> Iterator[FlaskClient]:
    """Return a client of a site whose rivers have viewers."""
    chain.write("shapes/River.ttl", SHAPES)
    dated = f'{VANERN}    dcterms:modified "2025-05-05"^^xsd:date ;\n'
    chain.write(LAKES, chain.read(LAKES).replace(VANERN, dated))
    chain.write(RIVER, chain.read(RIVER).replace("    water:flowsInto", SAID))
    with chain.client(chain.build()) as client:
        yield client


def test_a_page_shows_values_by_the_viewers_of_its_shapes(visitor_of_rivers: FlaskClient) -> None:
    """The other thing in place, texts with their languages, and pictures that may be loaded."""
    page = visitor_of_rivers.get(KLARALVEN, headers=HTML).text
    assert 'Vänern</a><dl class="facts nested">' in page
    assert "5 maj 2025" in page
    assert 'Lång. <span class="detail">(svenska)</span>' in page
    assert '<span lang="en">Long.</span> <span class="detail">(engelska)</span>' in page
    assert '<img src="data:image/gif;base64,R0lGOD==" alt="" loading="lazy">' in page
    assert '<a href="https://pictures.example.org/a.png" rel="noopener">' in page
    assert page.count("<img") == 1


def test_no_viewer_makes_markup_of_a_text(visitor_of_rivers: FlaskClient) -> None:
    """dash:HTMLViewer is refused on purpose: data may come from anybody."""
    page = visitor_of_rivers.get(KLARALVEN, headers=HTML).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_the_data_of_a_page_is_what_it_was(visitor_of_rivers: FlaskClient) -> None:
    """A viewer is of pages alone: what stands there in place has its own document."""
    turtle = visitor_of_rivers.get("/doc/river/klaralven.nt").text
    assert "2025-05-05" not in turtle
