from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import Store

from publisher.cli import main
from publisher.config import Config
from publisher.load.stored_files import store_files
from publisher.release import preview as previews
from publisher.release.open import open_current, open_release
from publisher.release.search import Search
from publisher.release.search_index import SEARCH_FILE
from publisher.release.second_engine import WITHOUT_SECOND_ENGINE
from publisher.serve.app import create_flask
from publisher.serve.site import open_site
from tests.previews import preview_site

BASE = "https://daten.example.org/"
FOAF = "http://xmlns.com/foaf/0.1/"
TRIG = """
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
<http://e.example/a> a foaf:Person ; foaf:name "A" .
<http://e.example/g> { <http://e.example/b> a foaf:Person ; foaf:name "B" }
"""


def get(address: str, accept: str = "*/*") -> str:
    """Return the body of an answer."""
    request = urllib.request.Request(address, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=30) as response:
        return str(response.read().decode())


def count(root: str) -> str:
    """Return the number of triples in the default graph, as CSV."""
    query = urllib.parse.quote("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    return get(f"{root}sparql?query={query}", "text/csv")


@pytest.fixture
def preview(request: pytest.FixtureRequest, tmp_path: Path, free_port: int) -> Iterator[str]:
    """Return the address of a preview of the file above, with the options of the test."""
    file = tmp_path / "people.trig"
    file.write_text(TRIG)
    command = [sys.executable, "-m", "publisher", "preview", str(file), *request.param]
    command += ["--host", "127.0.0.1", "--port", str(free_port)]
    root = f"http://127.0.0.1:{free_port}/"
    with (tmp_path / "log").open("wb") as log:
        # The engine of somebody's site is no place for files that are only looked at.
        environ = os.environ | {"PUBLISHER_ENGINE": "http://127.0.0.1:9/sparql"}
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path, env=environ)
    deadline = time.monotonic() + 60
    while True:
        try:
            get(root + "healthz")
            break
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)
    yield root
    process.terminate()
    process.wait(30)


@pytest.mark.slow
@pytest.mark.parametrize("preview", [[]], indirect=True)
def test_a_file_gets_pages_and_an_endpoint_at_once(preview: str) -> None:
    """Of every graph in it; queries see the file's own default graph."""
    assert "<h1>A</h1>" in get(preview + "a", "text/html")
    assert 'foaf:name "B"' in get(preview + "b.ttl")
    assert ">A</a>" in get(preview, "text/html")
    assert count(preview) == "n\r\n2\r\n"
    assert "UnionDefaultGraph" not in get(preview + "sparql", "text/turtle")


@pytest.mark.slow
@pytest.mark.parametrize("preview", [[]], indirect=True)
def test_files_without_a_catalogue_make_a_site_that_is_called_by_its_base(preview: str) -> None:
    """The link to the home page bears the same words on each page."""
    for path in ("", "a", "search?q=A", "nowhere"):
        try:
            page = get(preview + path, "text/html")
        except urllib.error.HTTPError as error:
            page = error.read().decode()
        assert "<span>http://e.example/</span>" in page, path


DATASET = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
<http://e.example/mills> a dcat:Dataset ; dcterms:title "Mills"@en ;
    dcat:distribution <http://e.example/mills/csv> .
<http://e.example/mills/csv> a dcat:Distribution ; dcat:accessURL <http://files.example/m.csv> .
"""


@pytest.mark.slow
@pytest.mark.parametrize("text", [TRIG, DATASET])
def test_whatever_a_preview_names_is_there(tmp_path: Path, text: str) -> None:
    """It has no catalogue and no VoID: there is neither a link to one nor an empty answer."""
    file = tmp_path / "file.trig"
    file.write_text(text, encoding="utf-8")
    with preview_site(file, tmp_path / "releases", "http://e.example/") as site:
        client = create_flask(site).test_client()
        home = client.get("/", headers={"Accept": "text/html"})
        named = re.findall(r"<(http[^>]*)>;", ", ".join(home.headers.getlist("Link")))
        named += re.findall(r'(?:href|src)="([^"#]+)', home.text)
        linkset = client.get("/.well-known/api-catalog").text
        named += re.findall(r'"href": "([^"]+)"', linkset)
        named += re.findall(r"\((http[^)]+)\)", client.get("/llms.txt").text)
        own = {html.unescape(n).removeprefix("http://localhost") for n in named}
        paths = sorted(n for n in own if n.startswith("/"))
        assert {"/openapi.json", "/llms.txt", "/sparql", "/table/"} <= set(paths)
        for path in paths:
            answer = client.get(path, follow_redirects=True)
            assert answer.status_code in (200, 400), path  # a query is missing in some
            assert answer.data, path
        for path in ("catalog", "catalog.ttl", "catalog/dcat-ap-se.rdf", "void", "void.rdf"):
            assert client.get(f"/{path}").status_code == 404, path
        assert client.get("/.well-known/void").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("preview", [["--union"]], indirect=True)
def test_all_graphs_are_seen_at_once_where_wished(preview: str) -> None:
    """As on a site."""
    assert count(preview) == "n\r\n4\r\n"
    assert "UnionDefaultGraph" in get(preview + "sparql", "text/turtle")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.ttl", None, "There is no such file."),
        ("empty.ttl", "", "The file holds no triple."),
        ("comment.nt", "# nothing\n", "The file holds no triple."),
        ("broken.ttl", "<http://e/a> <http://e/b>\n  'c .\n", "Line 2"),
        ("table.csv", "a,b\n", "It is not known as RDF"),
    ],
)
def test_what_cannot_be_shown_stops_it_with_a_message(
    tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    """An endpoint over nothing would look as if it worked; who wants one says so."""
    file = tmp_path / name
    if content is not None:
        file.write_text(content)
    result = CliRunner().invoke(main, ["preview", str(file), "--lang", "en"])
    assert result.exit_code == 1
    assert name in result.output
    assert message in result.output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"), [("empty.ttl", ""), ("only.trig", "PREFIX : <http://e.example/>")]
)
def test_an_empty_file_is_served_to_those_who_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str
) -> None:
    """An empty graph is one, and queries about nothing have answers."""
    seen = []

    def look(config: Config) -> None:
        site = open_site(config.with_site(), open_release(Path(config.releases, "preview")))
        with closing(site.engine):
            client = create_flask(site).test_client()
            counted = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"}
            seen.append((client.get("/sparql", query_string=counted).data, client.get("/").status))

    monkeypatch.setattr(sys.modules["publisher.cli.serve"], "_serve", look)
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(content)
    result = CliRunner().invoke(main, ["preview", name, "--allow-empty"])
    assert result.exit_code == 0, result.output
    assert seen == [(b"n\r\n0\r\n", "200 OK")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "graph"),
    [
        ("named.nq", f'<http://e.example/bay> <{FOAF}name> "East bay" <g:g> .', "union"),
        ("both.trig", TRIG, "own"),
    ],
)
def test_named_graphs_alone_are_asked_as_one_and_a_search_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str, graph: str
) -> None:
    """An empty default graph is what nobody expects of a full file."""
    seen = []

    def look(config: Config) -> None:
        index = Search(Path(config.releases, "preview", SEARCH_FILE), 30.0)
        hits = [hit.label for text in ("bay", "a") for hit in index.find(text, "en").hits]
        seen.append((config.default_graph, hits[:1]))

    monkeypatch.setattr(sys.modules["publisher.cli.serve"], "_serve", look)
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(content)
    result = CliRunner().invoke(main, ["preview", name])
    assert result.exit_code == 0, result.output
    assert seen == [(graph, ["East bay" if graph == "union" else "A"])]


def test_names_are_found_before_large_files_have_an_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks at a file once waits for pages, not for the index; until then it is said."""
    monkeypatch.setattr(previews, "SEARCHED_AT_ONCE", 1)
    (tmp_path / "bays.ttl").write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
        "@prefix dcterms: <http://purl.org/dc/terms/> ."
        f'<{BASE}id/bay/1> skos:prefLabel "East bay"@en ; dcterms:description "Shallow"@en .'
        f'<{BASE}id/bay/2> skos:prefLabel "Västra viken"@sv, "West \\"Øre\\" bay"@en .'
        f'<{BASE}id/bay/3> skos:altLabel "Северная бухта"@ru, "Weiße Straße" .'
        f'<{BASE}id/bay/3> skos:hiddenLabel "Baye" .'
        '<http://other.example/bay> skos:prefLabel "Bay of others" .'
    )
    stored = store_files([tmp_path / "bays.ttl"], BASE)
    release = previews.build_preview(stored, tmp_path / "releases", union=True)
    index = Search(release.folder / SEARCH_FILE, 30.0)

    def found(text: str) -> list[str]:
        return [hit.label for hit in index.find(text, "en").hits]

    result = index.find("the bay", "en")
    assert [(hit.label, hit.language) for hit in result.hits] == [
        ("East bay", "en"),
        ('West "Øre" bay', "en"),
    ]
    assert result.names_only
    asked = ("VASTRA vik", "bay west", "öre", "бухта", "Straße", "shallow", "baye", "others", "(")
    assert [found(text) for text in asked] == [
        ["Västra viken"],
        ['West "Øre" bay'],
        ['West "Øre" bay'],
        ["Северная бухта"],
        ["Weiße Straße"],
        *[[]] * 4,
    ]
    second = WITHOUT_SECOND_ENGINE
    with previews.completing_beside(stored, release, union=True, second_engine=second):
        while not (completed := tmp_path / "releases/preview-completed" / SEARCH_FILE).exists():
            time.sleep(0.01)
        index = Search(completed, 30.0)
        assert found("shallow") == ["East bay"]
        hits = index.find("vastra", "sv").hits
        whole = open_current(tmp_path / "releases")
    assert [hit.label for hit in hits] == ["Västra viken"]
    assert whole.id == "preview-completed"
    assert {"counts.json", "schema.json"} <= whole.files.keys() - release.files.keys()
    stores = [Store.read_only(str(each.store)) for each in (release, whole)]
    assert set(stores[0]) == set(stores[1]) == set(stored.quads)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("beacons.trig", f'_:g {{ <{BASE}b> <urn:lit> "yes" }} <urn:g> {{ <{BASE}b> <urn:h> 9 }}'),
        ("beacons.nq", f'<{BASE}b> <urn:lit> "yes" _:g .\n<{BASE}b> <urn:h> "9" <urn:g> .\n'),
        (
            "beacons.jsonld",
            f"""{{"@context": {{"lit": "urn:lit", "h": {{"@id": "urn:h", "@container": "@graph"}}}},
            "@id": "{BASE}b", "lit": "yes", "h": {{"@id": "{BASE}c", "lit": "no"}}}}""",
        ),
    ],
)
def test_graphs_without_names_can_be_looked_at(tmp_path: Path, name: str, content: str) -> None:
    """As the proof of a credential is one; no description can name it."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    stored = store_files([tmp_path / name], BASE)
    assert any(graph.startswith("_:") for graph in stored.graphs)
    release = previews.build_preview(stored, tmp_path / "releases", union=True)
    described = (release.folder / "service.nt").read_text(encoding="utf-8")
    assert ("<urn:g>" in described) == ("urn:g" in stored.graphs)
    assert not any(graph in described for graph in stored.graphs if graph.startswith("_:"))
    site = open_site(Config(base_iri=BASE), open_current(release.folder.parent))
    with closing(site.engine):
        client = create_flask(site).test_client()
        answer = client.get("/b", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert answer.status_code == 200
    assert '"yes"' in answer.text
