"""The endpoint explains itself to tools, in the words in which they ask."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, Store
from werkzeug.test import Client

from publisher.query.named import read_named
from publisher.release.catalogue.executables import describe_queries
from publisher.release.catalogue.service import GEO_FUNCTIONS
from publisher.release.history.releases import ReleaseInfo, kept_until, releases_to_prune
from publisher.release.model import Release

# As sparql-llm 0.1.4 asks the endpoint, and then its description (sparql_llm/utils.py, loaders/).
_PREFIXES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace
WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix . } ORDER BY ?prefix"""
_SCHEMA = """PREFIX void: <http://rdfs.org/ns/void#>
PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype
WHERE {
    ?cp void:class ?subjectClass ; void:propertyPartition ?pp .
    ?pp void:property ?prop .
    OPTIONAL {
        { ?pp  void:classPartition [ void:class ?objectClass ] . }
        UNION { ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] . }
    }
}"""
_EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX spex: <https://purl.expasy.org/sparql-examples/ontology#>
SELECT DISTINCT ?sq ?comment ?query
WHERE {
    ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ;
        sh:select|sh:ask|sh:construct|spex:describe ?query .
} ORDER BY ?sq"""
_WATER = "https://data.example.org/def/water#"


@pytest.fixture
def described(portal: FlaskClient) -> Store:
    """Return what the endpoint answers to who asks it for RDF without a query."""
    store = Store()
    answer = portal.get("/sparql", headers={"Accept": "text/turtle"})
    store.load(answer.data, format=RdfFormat.TURTLE)
    return store


def rows(store: Store, query: str) -> list[list[str]]:
    found = store.query(query)
    return [[str(getattr(term, "value", "")) for term in row] for row in found]  # type: ignore[union-attr]


def test_tools_find_classes_properties_and_what_their_values_are(described: Store) -> None:
    schema = {tuple(row[:2]): row[2:] for row in rows(described, _SCHEMA)}
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    assert schema[f"{_WATER}Lake", label][1].endswith("#langString")


def test_tools_find_queries_with_a_sentence_in_each_language(described: Store) -> None:
    found = rows(described, _EXAMPLES)
    assert {row[1] for row in found} == {
        "Lakes and rivers of a name.",
        "Sjöar och floder med ett visst namn.",
    }
    assert all(Store().query(row[2]) is not None for row in found)


def test_tools_find_prefixes(described: Store) -> None:
    assert ["water", _WATER] in rows(described, _PREFIXES)


def test_counts_are_those_of_the_data(described: Store, catalogued: Release) -> None:
    query = f"""PREFIX void: <http://rdfs.org/ns/void#>
    SELECT ?triples ?subjects WHERE {{
        ?part void:class <{_WATER}Lake> ; void:propertyPartition ?inner .
        ?inner void:property <http://www.w3.org/2004/02/skos/core#prefLabel> ;
            void:triples ?triples ; void:distinctSubjects ?subjects .
    }}"""
    store = Store.read_only(str(catalogued.store))
    asked = f"""PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) {{
        SELECT DISTINCT ?s ?o {{ GRAPH ?g {{ ?s a <{_WATER}Lake> ; skos:prefLabel ?o }} }} }}"""
    assert rows(described, query) == rows(store, asked)


@pytest.mark.parametrize("query", [_SCHEMA, _EXAMPLES, _PREFIXES])
def test_a_graph_of_the_endpoint_answers_what_its_description_says(
    described: Store, portal: FlaskClient, query: str
) -> None:
    """Tools that take no description ask the graph that it names."""
    names = """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
    SELECT ?name { ?s sd:availableGraphs [ sd:namedGraph [ sd:name ?name ] ] } ORDER BY ?name"""
    graphs = [row[0] for row in rows(described, names)]
    assert graphs == ["https://data.example.org/sparql", "https://data.example.org/void"]
    parameters = {"query": query, "default-graph-uri": graphs}
    answer = portal.get("/sparql", query_string=parameters, headers={"Accept": "text/csv"})
    header, *found = csv.reader(io.StringIO(answer.get_data(as_text=True)))
    assert answer.status_code == 200
    assert found
    assert sorted(found) == sorted(rows(described, query))
    # Asked without a graph, the data say nothing of themselves.
    plain = portal.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})
    assert len(plain.get_data(as_text=True).splitlines()) == 1, header


def test_graphs_of_the_endpoint_are_as_they_are_read(portal: FlaskClient) -> None:
    for path in ("void", "sparql"):
        whole = portal.get(f"/{path}", headers={"Accept": "application/n-triples"})
        query = f"CONSTRUCT {{ ?s ?p ?o }} FROM <https://data.example.org/{path}> {{ ?s ?p ?o }}"
        asked = portal.get(
            "/sparql", query_string={"query": query}, headers={"Accept": "application/n-triples"}
        )
        # What is read from a copy has the copy's addresses of files.
        named = whole.data.replace(b"<http://localhost/", b"<https://data.example.org/")
        assert sorted(asked.data.splitlines()) == sorted(named.splitlines())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_loaders_of_others_find_classes_properties_and_examples(
    served: str, tmp_path: Path
) -> None:
    """SIB's own loaders read the endpoint over a socket (PyPI sparql-llm)."""
    code = """
import json, sys, types
# The package fetches a language model when it is imported; its loaders use none.
sys.modules["fastembed"] = types.ModuleType("fastembed")
sys.modules["fastembed"].TextEmbedding = lambda name: None
from sparql_llm.loaders.sparql_examples_loader import SparqlExamplesLoader
from sparql_llm.loaders.sparql_void_shapes_loader import SparqlVoidShapesLoader
from sparql_llm.utils import get_prefixes_for_endpoint, get_schema_for_endpoint
place = sys.argv[1]
print(json.dumps({
    "schema": get_schema_for_endpoint(place),
    "prefixes": get_prefixes_for_endpoint(place),
    "shapes": [each.metadata["answer"] for each in SparqlVoidShapesLoader(place).load()],
    "examples": [[e.page_content, e.metadata["query_type"]]
                 for e in SparqlExamplesLoader(place).load()],
}))
"""
    program = os.environ.get("PUBLISHER_TEST_SPARQL_LLM", "")
    if not program:
        pytest.importorskip("sparql_llm", reason="not installed")
    command = [program or sys.executable, "-c", code, f"{served}sparql"]
    settings = {"endpoints": [], "auto_init": False, "vectordb_url": str(tmp_path / "vectors")}
    (tmp_path / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    environ = os.environ | {"SETTINGS_FILEPATH": "settings.json"}
    environ.pop("PYTHONPATH", None)
    done = subprocess.run(
        command,
        capture_output=True,
        cwd=tmp_path,
        env=environ,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    text = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
    assert told["schema"][f"{_WATER}Lake"][label] == [text]
    assert told["prefixes"]["water"] == _WATER
    assert any("a [ water:Lake ]" in shape for shape in told["shapes"])
    assert ["Lakes and rivers of a name.", "SelectQuery"] in told["examples"]


@pytest.mark.parametrize("name", GEO_FUNCTIONS)
def test_a_function_that_is_declared_works(name: str) -> None:
    shape = '"POLYGON((14 59,16 59,16 61,14 61,14 59))"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'
    is_of_two = any(part in name for part in ("/sf", "/eh", "/rcc8"))
    arguments = f"{shape}, {shape}" if is_of_two else shape
    assert rows(Store(), f"SELECT (<{name}>({arguments}) AS ?found) {{}}") != [[""]]


@pytest.mark.parametrize(
    ("text", "path"),
    [("SELECT * { ?s ?p ?o }", "select"), ("ASK { ?select ?p 1 }", "ask"), ("DESCRIBE <e:x>", "")],
)
def test_a_query_is_described_by_its_form(text: str, path: str) -> None:
    triples = describe_queries("https://e.org/", [read_named("q", text)], {})
    texts = [t.predicate.value.rpartition("#")[2] for t in triples if text in str(t.object)]
    assert texts == [path or "describe"]
    kinds = [
        t for t in triples if t.object == NamedNode("http://www.w3.org/ns/shacl#SPARQLExecutable")
    ]
    assert len(kinds) == 1


# Answers that are cited: the digest of what is sent, and until when it is kept.


@pytest.fixture
def cited(release: Release) -> str:
    """Return the address of an answer of a release."""
    return f"/release/{release.id}/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"


def digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def test_an_answer_of_a_release_has_the_digest_of_what_is_sent(visitor: Client, cited: str) -> None:
    plain = visitor.get(cited)
    packed = visitor.get(cited, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    for answer in (plain, packed, visitor.get(cited)):
        assert answer.headers["Content-Digest"] == digest(answer.get_data())
    assert "prov#has_provenance" in plain.headers["Link"]
    # Without content the digest would be another one (RFC 9530, appendix B.2).
    assert "Content-Digest" not in visitor.head(cited).headers


_QUERY = "SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o # å"


@pytest.mark.parametrize(
    ("path", "accept", "sent"),
    [
        (f"/sparql?{urlencode({'query': _QUERY})}", "text/csv", None),
        (f"/sparql?{urlencode({'query': _QUERY, 'format': 'tsv'})}", "", None),
        (f"/sparql?{urlencode({'query': 'SELECT * { a:b ?p ?o }', 'prefixes': 'x'})}", "", None),
        ("/sparql", "application/sparql-results+xml", {"query": _QUERY, "timeout": "2"}),
        ("/sparql", "", {"query": "DESCRIBE <https://data.example.org/id/lake/siljan>"}),
        ("/sparql", "", {"query": "ASK {}", "default-graph-uri": "https://data.example.org/void"}),
        ("/query/waters-called?name=Siljan", "text/csv", None),
        ("/query/waters-called.csv?name=Sj%C3%B6", "", None),
    ],
)
def test_an_answer_links_to_where_it_is_found_later(
    visitor: Client, release: Release, path: str, accept: str, sent: dict[str, str] | None
) -> None:
    fields = {"Accept": accept} if accept else {}
    answer = (
        visitor.post(path, data=sent, headers=fields) if sent else visitor.get(path, headers=fields)
    )
    if answer.status_code == 400:  # a mistake is not cited
        assert "cite-as" not in answer.headers.get("Link", "")
        return
    assert answer.headers["Content-Digest"] == digest(answer.get_data())
    place = re.fullmatch(
        r'<http://localhost(/release/[^>]+)>; rel="cite-as"', answer.headers["Link"]
    )
    assert place is not None
    later = visitor.get(place[1])
    assert place[1].startswith(f"/release/{release.id}/")
    assert (later.mimetype, later.data) == (answer.mimetype, answer.data)
    assert later.headers["Content-Digest"] == answer.headers["Content-Digest"]


def test_a_query_that_is_too_long_for_an_address_has_no_link(visitor: Client) -> None:
    query = f"ASK {{ FILTER('{'x' * 3000}' = '') }}"
    for answer in (
        visitor.get("/sparql", query_string={"query": query}),
        visitor.post("/sparql", data={"query": query}),
    ):
        assert answer.status_code == 200
        assert "Link" not in answer.headers
        assert answer.headers["Content-Digest"] == digest(answer.get_data())


def test_a_dump_has_the_digest_that_the_manifest_names(visitor: Client, release: Release) -> None:
    with visitor.get("/dump/lakes.nq") as whole:
        assert whole.headers["Content-Digest"] == digest(whole.get_data())
        named = bytes.fromhex(release.files["dumps/lakes.nq"].sha256)
        assert whole.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(named).decode()}:"
    with visitor.get("/dump/lakes.nq", headers={"Range": "bytes=0-4"}) as part:
        assert part.status_code == 206
        assert "Content-Digest" not in part.headers
        assert part.headers["Repr-Digest"] == whole.headers["Repr-Digest"]


def test_a_release_is_kept_until_pruning_may_take_it() -> None:
    day = datetime(2026, 1, 1, tzinfo=UTC)
    infos = [ReleaseInfo(str(n), day + timedelta(days=n), 1, n == 9) for n in range(10)]
    for keep in (1, 3):
        for days in (0, 4, 30):
            pruned = releases_to_prune(infos[::-1], keep, days)
            told = {i.id: kept_until(infos, i, keep, days) for i in infos}
            newest = infos[-1].published
            assert pruned[::-1] == [n for n, until in told.items() if until and until < newest]
            assert told["9"] is None
