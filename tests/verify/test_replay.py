"""A cited answer is asked again."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from publisher.release.model import Release
from publisher.verify.replay import content_digest, replay

pytestmark = pytest.mark.slow
_QUERY = quote("SELECT ?s { ?s ?p ?o } ORDER BY ?s")


def rules(address: str, expected: str = "") -> dict[str, bool]:
    report = replay(address, expected)
    return {finding.rule: finding.severity.blocks for finding in report.findings}


def test_a_cited_answer_is_the_same(served: str, release: Release) -> None:
    found = rules(f"{served}release/{release.id}/sparql?query={_QUERY}")
    assert found == {"replay:same": False, "proof:unsigned": False}


def test_another_answer_than_the_cited_one_is_told(served: str, release: Release) -> None:
    address = f"{served}release/{release.id}/sparql?query={_QUERY}"
    assert rules(address, content_digest(b"something else"))["replay:differs"]


def test_an_address_of_no_release_is_no_citation(served: str) -> None:
    assert rules(f"{served}sparql?query={_QUERY}")["replay:address"]


def test_a_release_that_is_gone_is_told(served: str) -> None:
    assert any(rules(f"{served}release/2020-01-01-000000000000/sparql").values())
