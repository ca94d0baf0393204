"""The page of an ontology that the program knows nothing of."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from tests.chain import Chain


def page(client: FlaskClient, path: str, language: str = "en") -> str:
    """Return a page."""
    answer = client.get(f"{path}?lang={language}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


def term(text: str, anchor: str) -> str:
    """Return the words of one term, without tags."""
    found = re.search(rf'<article class="term" id="{anchor}".*?</article>', text, re.DOTALL)
    assert found is not None
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split())


@pytest.mark.slow
def test_a_class_tells_how_many_things_it_has_and_names_some(client: FlaskClient) -> None:
    """A term that nobody uses is worth less than one that many do."""
    assert "Things in this release: 2 , among them Siljan , Vänern" in term(
        page(client, "/def/water"), "Lake"
    )


def test_a_property_tells_how_often_it_is_used(client: FlaskClient) -> None:
    """Counted in triples."""
    assert "Användningar i den här utgåvan: 1" in term(
        page(client, "/def/water", "sv"), "flowsInto"
    )


def test_a_class_tells_what_its_shape_demands(client: FlaskClient) -> None:
    """In the reader's words."""
    found = term(page(client, "/def/water", "sv"), "Lake")

    assert "Namn skos:prefLabel minst 2, en text med språk, högst ett per språk" in found


def test_the_classes_are_drawn_and_told_in_words(client: FlaskClient) -> None:
    """Both from the same."""
    text = page(client, "/def/water")

    assert text.count('<g class="box">') == 2
    assert "The diagram in words" in text


@pytest.mark.slow
def test_a_small_ontology_without_definitions_is_documented_too(kommuner: FlaskClient) -> None:
    """Labels, use and shapes suffice."""
    found = page(kommuner, "/def/k")

    assert "Things in this release: 7" in term(found, "Municipality")
    assert "County k:county any number" in term(found, "Municipality")
    assert "Municipality by the shape of the class any number" in term(found, "county")


@pytest.mark.slow
def test_the_namespace_is_told(client: FlaskClient) -> None:
    """It is what people copy."""
    assert "https://data.example.org/def/water#</code>" in page(client, "/def/water")


@pytest.mark.slow
def test_the_example_of_a_class_stands_with_it(chain: Chain) -> None:
    """The one that the sources hold, ``ontology/examples/<Class>.ttl``."""
    folder = chain.world / "ontology" / "examples"
    folder.mkdir()
    example = chain.read().replace("siljan", "example")
    (folder / "Lake.ttl").write_text(example, encoding="utf-8")
    with chain.client(chain.build()) as client:
        found = term(page(client, "/def/water"), "Lake")

    assert "Example in Turtle" in found
    assert "id/lake/example" in html.unescape(found)
