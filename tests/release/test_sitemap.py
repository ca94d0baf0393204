"""Which documents a release lists for crawlers."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from publisher.rdf.sorted_files import by_graph
from publisher.release.catalogue.sitemap import list_documents, read_documents, write_documents
from publisher.release.model import Release

BASE = "https://data.example.org/"
DATE = NamedNode("http://www.w3.org/2001/XMLSchema#date")


def test_every_document_is_listed_once(catalogued: Release) -> None:
    """Things by their documents, terms of an ontology by the one document they share."""
    listed = [path for path, _ in read_documents(catalogued.folder / "documents.tsv")]

    assert listed == [
        "",
        "catalog",
        "dataset/lakes",
        "dataset/rivers",
        "def/water",
        "doc/county/dalarna",
        "doc/geometry/dalarna",
        "doc/lake/siljan",
        "doc/lake/vänern",
        "doc/organisation/waters",
        "doc/river/klaralven",
        "service/documents",
        "service/sparql",
        "shapes",
    ]


def test_a_document_is_as_new_as_the_dataset_it_is_in(catalogued: Release) -> None:
    """A crawler trusts lastmod only while it is true (sitemaps.org)."""
    dates = dict(read_documents(catalogued.folder / "documents.tsv"))

    assert dates["doc/lake/siljan"] == "2026-01-02"
    assert dates["doc/river/klaralven"] == "2026-01-01"


def test_a_thing_in_two_datasets_is_as_new_as_the_newer(tmp_path: Path) -> None:
    """Its document shows what both say."""
    thing, name = NamedNode(BASE + "id/a"), NamedNode(BASE + "p")
    lines = [f"{Quad(thing, name, Literal(d), NamedNode(BASE + d))} .\n" for d in ("new", "old")]
    graphs = by_graph([line.encode() for line in lines], tmp_path / "graphs")
    quads = {d: graphs[BASE + d] for d in ("new", "old")}
    modified = {
        "new": Literal("2026-02-01", datatype=DATE),
        "old": Literal("2025-02-01", datatype=DATE),
    }

    assert list(list_documents(quads, modified, [], BASE)) == [
        ("", "2026-02-01"),
        ("doc/a", "2026-02-01"),
    ]


def test_the_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Paths may have any letter, dates may be missing."""
    documents = {"doc/sjö/vänern": "2026-01-02", "doc/x": ""}
    write_documents(tmp_path / "documents.tsv", documents.items())

    assert dict(read_documents(tmp_path / "documents.tsv")) == documents
