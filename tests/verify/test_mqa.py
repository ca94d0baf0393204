"""The MQA score: what is left out costs the points that data.europa.eu publishes."""

from __future__ import annotations

import pytest

from publisher.findings import Finding, Severity
from publisher.messages import text
from publisher.rdf.media_types import TURTLE
from publisher.verify import graphs, mqa
from publisher.verify.report import total_points
from tests.verify import world

DATASET = "https://w3id.org/tiny/dataset/terms"
SITE = "http://127.0.0.1"
STATUSES = {f"{SITE}/dataset/terms": 200, f"{SITE}/dump/terms.ttl": 200}


def points(old: str = "", new: str = "", statuses: dict[str, int] | None = None) -> float:
    """Return the points of a dataset after a change of its description."""
    described = world.catalogue(SITE, "data@example.se", swedish=False)
    assert old in described
    graph = graphs.to_rdflib(
        graphs.parse(described.replace(old, new).encode(), TURTLE.name, world.BASE)
    )
    return total_points(mqa.score(graph, DATASET, [], STATUSES if statuses is None else statuses))[
        0
    ]


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("", "", 0),
        ("dcat:keyword", "rdfs:comment", 30),
        ("dcat:theme ", "rdfs:seeAlso ", 30),
        ("dcterms:spatial", "rdfs:seeAlso", 20),
        ("dcterms:temporal", "rdfs:seeAlso", 20),
        ("dcat:downloadURL", "rdfs:seeAlso", 50),
        ("dcterms:format at:file-type\\/RDF_TURTLE ;", "", 70),
        ("dcat:mediaType", "rdfs:seeAlso", 20),
        ("at:file-type\\/RDF_TURTLE", "at:file-type\\/PDF", 40),
        ("at:file-type\\/RDF_TURTLE", "at:file-type\\/XLSX", 20),
        ("dcterms:license", "rdfs:seeAlso", 30),
        ("publicdomain/zero/1.0/", "publicdomain/zero/1.0/deed.sv", 10),
        ("dcterms:accessRights", "rdfs:seeAlso", 15),
        ("at:access-right\\/PUBLIC", "<urn:public>", 5),
        ("dcat:contactPoint", "rdfs:seeAlso", 20),
        ("dcterms:publisher", "rdfs:seeAlso", 10),
        ("dcterms:rights", "rdfs:seeAlso", 5),
        ("dcat:byteSize", "rdfs:comment", 5),
        ("dcterms:issued", "rdfs:comment", 5),
        ("dcterms:modified", "rdfs:comment", 5),
        ("dcat:distribution", "rdfs:seeAlso", 220),
    ],
)
def test_what_is_missing_costs_the_published_points(old: str, new: str, lost: float) -> None:
    """Numbers of the methodology, written out."""
    assert points(old, new) == 405 - lost


@pytest.mark.parametrize(
    ("statuses", "lost"),
    [
        ({**STATUSES, f"{SITE}/dataset/terms": 404}, 50),
        ({**STATUSES, f"{SITE}/dump/terms.ttl": 405}, 30),
        ({**STATUSES, f"{SITE}/dump/terms.ttl": 0}, 30),
        ({}, 80),
    ],
)
def test_an_address_that_does_not_answer_head_costs_points(
    statuses: dict[str, int], lost: float
) -> None:
    """Eighty of 405 hang on HEAD."""
    assert points(statuses=statuses) == 405 - lost


def test_a_violation_in_the_description_costs_thirty_points() -> None:
    """Also when it lies in the contact, which the dataset leads to; another dataset's does not."""
    described = world.catalogue(SITE, "data@example.se", swedish=False)
    graph = graphs.to_rdflib(graphs.parse(described.encode(), TURTLE.name, world.BASE))

    def with_violation_at(node: str) -> float:
        finding = Finding(Severity.VIOLATION, text("x"), "profile:x", focus_node=node)
        return total_points(mqa.score(graph, DATASET, [finding], STATUSES))[0]

    assert with_violation_at("https://w3id.org/tiny/catalog#contact") == 375
    assert with_violation_at("https://w3id.org/tiny/dataset/bridges") == 405


@pytest.mark.parametrize(
    ("score", "word"),
    [(405, "excellent"), (350, "good"), (220, "sufficient"), (120, "bad"), (0, "bad")],
)
def test_a_score_has_the_published_rating(score: float, word: str) -> None:
    """351, 221 and 121 are the least of each."""
    assert mqa.rating(score)["en"] == word
