"""A catalogue in pages is read whole, as CKAN reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.verify.options import VerifyOptions
from publisher.verify.verification import verify
from tests.verify.site import Answer, Request, Site, whole

pytestmark = pytest.mark.slow

DATASETS, PAGE_SIZE = 2500, 100
LAST = DATASETS // PAGE_SIZE


def numbered(site: Site, next_property: str) -> None:
    """Serve 2,500 datasets, a hundred a page, named by a property of Hydra."""

    def answer(request: Request) -> Answer:
        number = int(request.query.get("page", ["1"])[0])
        first = (number - 1) * PAGE_SIZE
        lines = [
            "PREFIX dcat: <http://www.w3.org/ns/dcat#>",
            "PREFIX hydra: <http://www.w3.org/ns/hydra/core#>",
            f"<?page={number}> a hydra:PagedCollection ; hydra:totalItems {DATASETS} .",
        ]
        if number < LAST:
            lines.append(f"<?page={number}> hydra:{next_property} <?page={number + 1}> .")
        for dataset in range(first, first + PAGE_SIZE):
            iri = f"<https://w3id.org/tiny/dataset/{dataset}>"
            lines.append(f"<https://w3id.org/tiny/catalog> dcat:dataset {iri} .")
            lines.append(f"{iri} a dcat:Dataset .")
        return whole("\n".join(lines).encode(), "text/turtle;charset=utf-8")

    site.routes["/catalog"] = answer


@pytest.mark.parametrize("next_property", ["next", "nextPage"])
def test_a_paged_catalogue_of_2500_datasets_is_read_whole(
    next_property: str, site: Site, options: VerifyOptions, tmp_path: Path
) -> None:
    """A portal that stops at the first page would delete the rest."""
    numbered(site, next_property)
    state = tmp_path / "state.json"

    report = verify(
        site.url,
        replace(options, state=state, se_view="", parts=frozenset({"harvest"})),
    )

    assert [finding.rule for finding in report.findings] == []
    assert len(json.loads(state.read_text())[f"{site.address}/catalog"]) == DATASETS


def test_a_page_that_comes_twice_is_reported(site: Site, options: VerifyOptions) -> None:
    """CKAN stops there without a word, and the rest of the datasets is deleted."""
    page = b"""
        PREFIX dcat: <http://www.w3.org/ns/dcat#>
        PREFIX hydra: <http://www.w3.org/ns/hydra/core#>
        <urn:page> a hydra:PagedCollection ; hydra:next <?page=2> .
        <urn:catalogue> dcat:dataset <urn:dataset> .
        <urn:dataset> a dcat:Dataset .
    """
    site.routes["/catalog"] = lambda request: whole(page, "text/turtle")

    report = verify(site.url, replace(options, se_view="", parts=frozenset({"harvest"})))

    assert [finding.rule for finding in report.findings] == ["harvest:page-loop"]
