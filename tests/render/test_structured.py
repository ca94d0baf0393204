"""schema.org JSON-LD of a dataset, made from what its document says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from publisher.addresses import Addresses
from publisher.render import datasets
from publisher.render.datasets import schema_org_json
from publisher.serve.site import Site

BASE = "https://data.example.org/"
SITE = "http://127.0.0.1:8000/"
ADDRESSES = Addresses(BASE, SITE)


def written(site: Site, path: str, language: str) -> str:
    """Return the JSON-LD for the page of a document."""
    document = site.documents.find(path)
    assert document is not None
    description = site.documents.describe(document)
    assert description is not None
    return schema_org_json(description, document.topic, language, ADDRESSES)


@pytest.fixture
def lakes(catalogued_site: Site) -> dict[str, Any]:
    """Return what the English page of the lakes says."""
    node: dict[str, Any] = json.loads(written(catalogued_site, "dataset/lakes", "en"))
    return node


def test_a_dataset_has_what_google_requires(lakes: dict[str, Any]) -> None:
    """``name`` and a ``description`` of 50 characters or what the publisher wrote."""
    assert lakes["@type"] == "Dataset"
    assert lakes["name"] == "Lakes"
    assert lakes["description"] == "Every lake of the world, </script> included."


def test_a_description_is_no_longer_than_google_takes(
    catalogued_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It refuses more than 5,000 characters."""
    assert datasets._LONGEST_DESCRIPTION == 5000
    monkeypatch.setattr(datasets, "_LONGEST_DESCRIPTION", 10)
    assert (
        json.loads(written(catalogued_site, "dataset/lakes", "en"))["description"] == "Every lake"
    )


def test_a_dataset_has_what_google_recommends(lakes: dict[str, Any]) -> None:
    """As far as the catalogue knows it."""
    assert lakes["license"] == ["http://creativecommons.org/publicdomain/zero/1.0/"]
    assert lakes["keywords"] == ["lakes"]
    assert lakes["temporalCoverage"] == "1999/2026-01-02"
    assert lakes["spatialCoverage"][0]["name"] == "Dalarna County"
    assert lakes["creator"] == lakes["publisher"]
    assert lakes["publisher"][0]["name"] == "Waters"
    assert lakes["isAccessibleForFree"] is True
    assert lakes["includedInDataCatalog"]["name"] == "Lakes and rivers"
    assert lakes["dateModified"] == "2026-01-02"


def test_the_context_is_in_the_text(lakes: dict[str, Any]) -> None:
    """A scorer that fetches no context still reads it."""
    assert lakes["@context"] == {"@vocab": "https://schema.org/"}


def test_files_are_on_this_site(lakes: dict[str, Any]) -> None:
    """Google fetches them."""
    turtle = next(d for d in lakes["distribution"] if d["name"] == "Turtle")

    assert turtle["contentUrl"] == SITE + "dump/lakes.ttl"
    assert turtle["encodingFormat"] == "text/turtle"


def test_a_page_in_swedish_speaks_swedish(catalogued_site: Site) -> None:
    """Name and keywords are those of the page."""
    node = json.loads(written(catalogued_site, "dataset/lakes", "sv"))

    assert node["name"] == "Sjöar"
    assert node["keywords"] == ["sjöar"]


def test_no_text_can_end_the_script(catalogued_site: Site) -> None:
    """A description with ``</script>`` in it must not run what follows."""
    for language in ("sv", "en"):
        text = written(catalogued_site, "dataset/lakes", language)
        assert "<" not in text
        assert "\\u003c/script\\u003e" in text


def test_other_things_are_no_datasets(catalogued_site: Site) -> None:
    """A lake is told as what it is, and keeps to its own words."""
    node = json.loads(written(catalogued_site, "id/lake/siljan", "en"))
    assert (node["@type"], node["name"]) == ("Thing", "Siljan")
    assert "distribution" not in node


def test_the_same_description_gives_the_same_text(catalogued_site: Site) -> None:
    """The page is compared by digest."""
    assert written(catalogued_site, "dataset/lakes", "en") == written(
        catalogued_site, "dataset/lakes", "en"
    )
