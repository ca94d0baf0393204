"""The catalogue as CKAN's own parser reads it (ckanext-dcat), where that is installed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from publisher.addresses import Addresses
from publisher.rdf.media_types import RDF_XML, TURTLE, MediaType
from publisher.release.model import Release
from publisher.render.catalogue import CatalogueViews
from tests.render.test_feeds import large_catalogue

SITE = "http://127.0.0.1:8000/"
HARVEST = Path(__file__).with_name("ckan_harvest.py")
needs_ckan = pytest.mark.skipif(
    importlib.util.find_spec("ckanext") is None,
    reason="ckanext-dcat is not installed: pip install -e '.[portals]'",
)
pytestmark = needs_ckan


def harvested(feeds: CatalogueViews, folder: Path, media_type: MediaType) -> list[dict[str, Any]]:
    """Return what CKAN keeps of a catalogue; its pages are read as the first one was."""
    first = f"{SITE}catalog.{media_type.extension}"
    pages = {}
    for number in range(1, feeds.page(1).last + 1):
        path = folder / f"page-{number}"
        path.write_bytes(feeds.catalogue(feeds.page(number), media_type))
        pages[first if number == 1 else f"{first}?page={number}"] = str(path)
    (folder / "pages.json").write_text(json.dumps(pages), encoding="utf-8")
    arguments = [str(HARVEST), str(folder / "pages.json"), first, media_type.name]
    run = subprocess.run(
        [sys.executable, "-W", "ignore", *arguments], check=True, capture_output=True
    )
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return sorted(found, key=lambda dataset: str(extras(dataset)["uri"]))


def extras(dataset: dict[str, Any]) -> dict[str, str]:
    return {extra["key"]: extra["value"] for extra in dataset["extras"]}


@pytest.mark.parametrize("media_type", [RDF_XML, TURTLE], ids=lambda m: m.label)
def test_ckan_keeps_what_the_catalogue_says(
    catalogued: Release, tmp_path: Path, media_type: MediaType
) -> None:
    """What a visitor of the portal will see: name, date, contact, file and licence."""
    feeds = CatalogueViews(catalogued, Addresses("https://data.example.org/", SITE), page_size=100)

    lakes, rivers = harvested(feeds, tmp_path, media_type)

    assert {lakes["title"], rivers["title"]} <= {"Lakes", "Sjöar", "Rivers", "Floder"}
    known = extras(lakes)
    assert known["identifier"] == "0c6d4b5e-2f31-5b7a-9d3e-5a1f3f0f7f10"
    assert known["dcat_modified"] == "2026-01-02"
    assert known["contact_email"] == "waters@data.example.org"
    assert known["publisher_uri"] == "https://data.example.org/id/organisation/waters"
    assert known["temporal_start"] == "1999"
    assert json.loads(known["spatial_centroid"])["coordinates"] == [14.25, 61.0]
    turtle = next(r for r in lakes["resources"] if r["name"] == "Turtle")
    assert turtle["download_url"] == f"{SITE}dump/lakes.ttl"
    assert turtle["license"] == "http://creativecommons.org/publicdomain/zero/1.0/"
    assert turtle["size"] == (catalogued.folder / "dumps" / "lakes.ttl").stat().st_size
    assert turtle["hash"] == catalogued.files["dumps/lakes.ttl"].sha256


def test_ckan_reads_a_paged_catalogue_whole(
    catalogued: Release, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """2,500 datasets in three pages; what CKAN does not find, it deletes."""
    release = large_catalogue(catalogued, tmp_path_factory.mktemp("large"), 2500)
    feeds = CatalogueViews(release, Addresses("https://data.example.org/", SITE), page_size=1000)

    found = harvested(feeds, tmp_path_factory.mktemp("pages"), TURTLE)

    assert [extras(dataset)["uri"] for dataset in found] == [
        f"https://data.example.org/dataset/d{number:04}" for number in range(1, 2501)
    ]
