"""Files of the folder that distributions name: published with size, digest, type and columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse
from werkzeug.test import TestResponse

from publisher.config import Config
from publisher.load.sources import Sources, read_sources
from publisher.quality.approval import approve
from publisher.quality.published_files import check_published_files
from publisher.rdf.namespaces import iri
from publisher.release.build import build
from publisher.release.catalogue.csv_metadata import describe_csv
from publisher.release.catalogue.published_files import copy_published_files
from publisher.release.model import Release
from publisher.render.previews import read_description
from publisher.serve.app import create_flask
from publisher.serve.site import open_site

BASE = "https://filer.example/"
LAKES = "namn;djup;kod;datum\nSiljan;120,5;007;2024-01-02\nRunn;32;010;2024-02-03\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a catalogue of one dataset with two files of the folder."""
    found = tmp_path_factory.mktemp("files")
    (found / "data" / "files").mkdir(parents=True)
    (found / "data" / "files" / "lakes.csv").write_text(LAKES, encoding="utf-8")
    (found / "data" / "files" / "note.html").write_text("<script>1</script>")
    (found / "data" / "files" / "kladd.ttl").write_text("this is no Turtle")
    (found / "data" / "catalogue.ttl").write_text(
        "PREFIX dcat: <http://www.w3.org/ns/dcat#>\nPREFIX dcterms: <http://purl.org/dc/terms/>\n"
        "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
        "<catalog> a dcat:Catalog ; dcat:dataset <dataset/lakes> ;\n"
        '    dcterms:modified "2026-01-01"^^xsd:date .\n'
        '<dataset/lakes> a dcat:Dataset ; dcterms:title "Sjöar"@sv ;\n'
        "    dcat:distribution <dataset/lakes/csv> , <dataset/lakes/html> .\n"
        "<dataset/lakes/csv> a dcat:Distribution ; dcat:accessURL <data/files/lakes.csv> ;\n"
        '    dcterms:modified "2025-05-01"^^xsd:date .\n'
        "<dataset/lakes/html> a dcat:Distribution ; dcat:accessURL <data/files/note.html> .\n",
        encoding="utf-8",
    )
    (found / "pyproject.toml").write_text(
        f'[tool.publisher]\nbase_iri = "{BASE}"\n[tool.publisher.rules]\n'
        'dcat-ap = "off"\ndcat-ap-se = "off"\n'
    )
    return found


def read(folder: Path) -> Sources:
    return read_sources(folder, BASE)


@pytest.fixture(scope="module")
def releases(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """Return the release of the folder, and the one after a byte has changed."""
    kept = tmp_path_factory.mktemp("releases")
    first = build(approve(read(folder)), kept)
    path = folder / "data" / "files" / "lakes.csv"
    path.write_text(LAKES + "Orsasjön;94;011;2024-03-04\n", encoding="utf-8")
    return first, build(approve(read(folder)), kept)


def said(release: Release, thing: str, path: str) -> set[str]:
    content = (release.folder / "catalogue" / "dcat-ap.nt").read_bytes()
    wanted = (NamedNode(BASE + thing), NamedNode(iri(path)))
    quads = parse(content, format=RdfFormat.N_TRIPLES)
    return {q.object.value for q in quads if (q.subject, q.predicate) == wanted}


@pytest.mark.slow
def test_a_file_has_an_address_that_lasts_and_says_what_it_is(
    releases: tuple[Release, Release],
) -> None:
    """Size, digest and media type are those of the bytes in the release."""
    first, _ = releases
    distribution = "dataset/lakes/csv"
    assert said(first, distribution, "dcat:accessURL") == {f"{BASE}dump/lakes.csv"}
    assert said(first, distribution, "dcat:downloadURL") == {f"{BASE}dump/lakes.csv"}
    assert said(first, distribution, "dcat:byteSize") == {str(len(LAKES.encode()))}
    digest = hashlib.sha256(LAKES.encode()).hexdigest()
    assert said(first, f"{distribution}/checksum", "spdx:checksumValue") == {digest}
    assert first.files["dumps/lakes.csv"].sha256 == digest
    assert said(first, distribution, "dcterms:format") == {
        "http://publications.europa.eu/resource/authority/file-type/CSV"
    }


@pytest.mark.slow
def test_the_date_changes_when_the_bytes_do(releases: tuple[Release, Release]) -> None:
    """And only then; either release keeps the bytes that it had."""
    first, second = releases
    assert said(first, "dataset/lakes/csv", "dcterms:modified") == {"2025-05-01"}
    (changed,) = said(second, "dataset/lakes/csv", "dcterms:modified")
    assert changed.startswith("2026-01-01T")
    assert said(first, "dataset/lakes/html", "dcterms:modified") == said(
        second, "dataset/lakes/html", "dcterms:modified"
    )
    assert (first.folder / "dumps" / "lakes.csv").read_text("utf-8") == LAKES
    assert (second.folder / "dumps" / "lakes.csv").read_text("utf-8") != LAKES


@pytest.fixture(scope="module")
def visitor(releases: tuple[Release, Release]) -> Iterator[FlaskClient]:
    """Return a client of a site that serves the second release."""
    release = releases[1]
    config = Config(base_iri=BASE, releases=str(release.folder.parent))
    opened = open_site(config.with_site(), release)
    yield create_flask(opened).test_client()
    opened.engine.close()


@pytest.mark.slow
def test_a_file_is_served_like_a_dump(visitor: FlaskClient) -> None:
    """Parts, tags, columns; a page does not run as one of the site's own."""

    def get(path: str, **fields: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        with visitor.get(path, headers=named) as answer:
            answer.get_data()
            return answer

    whole = get("/dump/lakes.csv")
    assert whole.mimetype == "text/csv"
    part = get("/dump/lakes.csv", Range="bytes=0-3")
    assert (part.status_code, part.data) == (206, b"namn")
    assert get("/dump/lakes.csv", If_None_Match=whole.headers["ETag"]).status_code == 304
    assert 'rel="describedby"' in whole.headers["Link"]
    metadata = get("/dump/lakes.csv-metadata.json")
    assert metadata.mimetype == "application/csvm+json"
    assert json.loads(metadata.data)["dialect"]["delimiter"] == ";"
    page = get("/dump/note.html")
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert "describedby" not in page.headers["Link"]
    assert get("/dump/kladd.ttl").status_code == 404


@pytest.mark.slow
def test_the_page_shows_what_the_columns_are(visitor: FlaskClient) -> None:
    """Heading, name, kind of value, separator: in the reader's language."""
    page = visitor.get("/dataset/lakes?lang=sv", headers={"Accept": "text/html"}).text

    assert "Kolumner (4)" in page
    assert "Skiljetecken: semikolon" in page
    assert "tal (decimaltecken: ,)" in page
    assert "<td>datum</td>" in page
    assert 'href="/dump/lakes.csv-metadata.json"' in page
    assert page.index("Kolumner (4)") < page.index("Förhandsvisning")


def test_metadata_of_an_author_stand_before_what_is_guessed(tmp_path: Path) -> None:
    """They need no distribution of their own, and whatever they say breaks no page."""
    files = tmp_path / "data" / "files"
    files.mkdir(parents=True)
    (tmp_path / "dumps").mkdir()
    (files / "a.csv").write_text("x|y\n1|2\n")
    columns = [
        {"name": "x", "titles": {"sv": ["Längd"], "en": "Length"}, "datatype": {"base": "double"}},
        {"name": "y", "titles": ["Y"], "dc:description": "Why"},
        {"virtual": True, "propertyUrl": "http://e.org/"},
    ]
    described = {
        "url": "a.csv",
        "dialect": {"delimiter": "|", "header": False},
        "tableSchema": {"columns": columns},
    }
    (files / "a.csv-metadata.json").write_text(json.dumps(described))
    stored = copy_published_files(tmp_path, tmp_path, ["a.csv"])
    kept = (tmp_path / "dumps" / "a.csv-metadata.json").read_text()
    assert json.loads(kept) == described

    release = SimpleNamespace(folder=tmp_path, files={"dumps/a.csv-metadata.json": None})
    table = read_description(cast(Release, release), stored["a.csv"], "en")
    assert table is not None
    assert [(c.title, c.kind, c.text) for c in table.columns] == [
        ("Length", "number", ""),
        ("Y", "text", "Why"),
    ]
    assert (table.separator, table.has_header) == ("|", False)
    for odd in ("[]", '{"tableSchema": 3}', "{", '{"tableSchema": {"columns": [1]}}'):
        (tmp_path / "dumps" / "a.csv-metadata.json").write_text(odd)
        assert read_description(cast(Release, release), stored["a.csv"], "sv") is None


def test_a_file_that_is_named_must_be_there(folder: Path, tmp_path: Path) -> None:
    """One that nobody names is a note, and is no source, whatever its ending."""
    sources = read(folder)
    assert {file.name for file in sources.files} == {"data/catalogue.ttl"}
    (note,) = check_published_files(sources)
    assert (note.severity.blocks, note.file) == (False, "data/files/kladd.ttl")

    path = folder / "data" / "files" / "note.html"
    path.rename(tmp_path / "note.html")
    try:
        wrong = [f for f in check_published_files(read(folder)) if f.severity.blocks]
    finally:
        (tmp_path / "note.html").rename(path)
    assert [finding.focus_node for finding in wrong] == [f"{BASE}dataset/lakes/html"]


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        (
            LAKES,
            "utf-8",
            [("namn", "string"), ("djup", None), ("kod", "string"), ("datum", "date")],
        ),
        (
            "a,b,a\n1,true,2.5\n2,false,3\n",
            "utf-8",
            [("a", "integer"), ("b", "boolean"), ("a_3", "decimal")],
        ),
        ("år\tö\n2020\tx\n", "windows-1252", [("ar", "integer"), ("o", "string")]),
        ('"x;y";z\n"1;2";3\n', "utf-8", [("x_y", "string"), ("z", "integer")]),
    ],
)
def test_columns_have_plain_types(
    tmp_path: Path, text: str, encoding: str, expected: list[tuple[str, str | None]]
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    found = describe_csv(path)
    assert found is not None
    schema = found["tableSchema"]
    assert isinstance(schema, dict)
    columns = [(c["name"], c["datatype"]) for c in schema["columns"]]
    assert [name for name, _ in columns] == [name for name, _ in expected]
    decimal = {"base": "decimal", "format": {"decimalChar": ","}}
    assert [kind for _, kind in columns] == [kind or decimal for _, kind in expected]


def test_what_is_no_table_has_no_columns(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    for content in (b"", b"only a heading\n", b"\0\0\0", b'a,b\n"open,1\n'):
        path.write_bytes(content)
        describe_csv(path)  # never an error
    path.write_bytes(b"")
    assert describe_csv(path) is None
