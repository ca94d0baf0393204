"""What a release says of itself: the same each time, and complete in the store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from publisher.release.model import Release

REPOSITORY = Path(__file__).parents[2]
DESCRIPTIONS = (
    "catalogue/dcat-ap.nt",
    "catalogue/dcat-ap-se.nt",
    "documents.tsv",
    "service.nt",
    "void.nt",
)
BUILD = """
import sys
from pathlib import Path
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
build(approve(read_sources(Path(sys.argv[1]), "https://data.example.org/")), Path(sys.argv[2]))
"""


def built(world: Path, releases: Path, seed: str) -> dict[str, bytes]:
    """Return the descriptions of a release that another process builds."""
    subprocess.run(
        [sys.executable, "-c", BUILD, str(world), str(releases)],
        check=True,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    return {name: (releases / "current" / name).read_bytes() for name in DESCRIPTIONS}


@pytest.mark.slow
def test_the_same_sources_give_the_same_bytes(world: Path, tmp_path: Path) -> None:
    """Whatever order sets come in: portals compare digests."""
    described = REPOSITORY / "tests" / "release" / "catalogue.ttl"
    (world / "data" / "catalogue.ttl").write_bytes(described.read_bytes())

    first = built(world, tmp_path / "first", "1")

    assert first == built(world, tmp_path / "second", "2")
    assert all(first.values())


def test_the_manifest_has_the_digest_of_every_description(catalogued: Release) -> None:
    """A release with a changed byte is not served."""
    manifest = json.loads((catalogued.folder / "manifest.json").read_text(encoding="utf-8"))

    assert set(DESCRIPTIONS) <= set(manifest["files"])


def test_the_store_holds_the_whole_catalogue(catalogued: Release) -> None:
    """Who asks with SPARQL learns what portals learn."""
    graph = NamedNode("https://data.example.org/catalog")
    store = Store.read_only(str(catalogued.store))
    stored = {(q.subject, q.predicate) for q in store.quads_for_pattern(None, None, None, graph)}
    content = (catalogued.folder / "catalogue" / "dcat-ap.nt").read_bytes()
    view = parse(content, format=RdfFormat.N_TRIPLES)

    assert stored == {(quad.subject, quad.predicate) for quad in view}


def test_parts_of_a_dataset_share_its_document(catalogued: Release) -> None:
    """A distribution's IRI leads to the page of its dataset; a service has a page of its own."""
    base = "https://data.example.org/"

    assert catalogued.documents["dataset/lakes"][0] == base + "dataset/lakes"
    assert base + "dataset/lakes/distribution/ttl" in catalogued.documents["dataset/lakes"]
    assert base + "service/sparql" not in catalogued.documents["catalog"]
    assert base + "catalog/temporal" in catalogued.documents["catalog"]
