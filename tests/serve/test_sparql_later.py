"""SPARQL 1.2 where the engine has it: terms of RDF 1.2 in every format, and who is told so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
import requests
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)
from werkzeug.test import Client

from publisher.serve.site import Site
from tests.in_process import WAYS, serving_site

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
TSV, CSV = "text/tab-separated-values", "text/csv"
SAID = Triple(NamedNode("urn:a"), NamedNode("urn:b"), Literal("c", language="sv"))
TERM = 'SELECT (TRIPLE(<urn:a>, <urn:b>, "c"@sv) AS ?t) {}'
DIRECTED = 'SELECT ("שלום"@he--rtl AS ?t) {}'
DIRECTED_GRAPH = 'CONSTRUCT { <urn:a> <urn:b> "שלום"@he--rtl } {}'
PLAIN = 'SELECT ("\\"type\\":\\"triple\\" \\"its:dir\\": <<( )>> --" AS ?t) {}'
REIFIED = 'CONSTRUCT { <urn:a> <urn:b> "c"@sv ~ <urn:r> {| <urn:p> 1 |} } {}'
GRAPHS = (
    (RdfFormat.TURTLE, "text/turtle"),
    (RdfFormat.TRIG, "application/trig"),
    (RdfFormat.N_TRIPLES, "application/n-triples"),
    (RdfFormat.N_QUADS, "application/n-quads"),
    (RdfFormat.RDF_XML, "application/rdf+xml"),
)


@pytest.fixture(scope="module", params=WAYS)
def address(site: Site, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of the tiny world's endpoint, which answers by one of two ways."""
    with serving_site(site, direct_queries=request.param == WAYS[0]) as (port, _):
        yield f"http://127.0.0.1:{port}/sparql"


def ask(address: str, query: str, accept: str, **parameters: str) -> requests.Response:
    """Return the answer to a query."""
    written = urlencode({"query": query} | parameters)
    fields = {"Accept": accept, "Accept-Language": "en"}
    return requests.get(f"{address}?{written}", headers=fields, timeout=30)


def type_of(response: requests.Response) -> str:
    """Return status and media type with all but the charset."""
    written = response.headers["Content-Type"].replace(";charset=utf-8", "")
    return f"{response.status_code} {written}"


@pytest.mark.parametrize("media_type", [JSON, XML, TSV])
def test_triple_terms_survive_each_format_of_results(address: str, media_type: str) -> None:
    """A parser of SPARQL 1.2 reads the same term again."""
    response = ask(address, TERM, f"{media_type};version=1.2")
    version = "" if media_type == TSV else ";version=1.2"
    assert type_of(response) == f"200 {media_type}{version}"
    form = QueryResultsFormat.from_media_type(media_type)
    found = parse_query_results(response.content, format=form)
    assert isinstance(found, QuerySolutions)
    assert [row["t"] for row in found] == [SAID]


def test_csv_shows_the_parts_of_a_triple_term(address: str) -> None:
    """CSV has no types of terms; it has no version either."""
    response = ask(address, TERM, f"{CSV};version=1.2")
    assert type_of(response) == f"200 {CSV}"
    assert response.text.split() == ["t", "urn:a", "urn:b", "c"]


@pytest.mark.parametrize(("form", "media_type"), GRAPHS)
def test_triple_terms_survive_each_format_of_graphs(
    address: str, form: RdfFormat, media_type: str
) -> None:
    """What is said of a triple is said of the same triple again."""
    response = ask(address, REIFIED, f"{media_type};version=1.2")
    assert type_of(response) == f"200 {media_type};version=1.2"
    found = {quad.triple for quad in parse(response.content, format=form)}
    assert SAID in found
    assert SAID in {triple.object for triple in found}
    assert not any(isinstance(triple.subject, BlankNode) for triple in found)


@pytest.mark.parametrize(
    ("query", "media_type", "version"),
    [
        (TERM, JSON, ";version=1.2"),
        (TERM, XML, ";version=1.2"),
        (DIRECTED, JSON, ";version=1.2-basic"),
        (DIRECTED, XML, ";version=1.2-basic"),
        (REIFIED, "text/turtle", ";version=1.2"),
        (REIFIED, "text/plain", ""),
        (DIRECTED_GRAPH, "application/n-triples", ";version=1.2-basic"),
        (PLAIN, JSON, ""),
        (PLAIN, XML, ""),
        ("SELECT (isTRIPLE(1) AS ?t) {}", JSON, ""),
        ('VERSION "1.2" PREFIX e: <urn:> SELECT ?s { ?s e:nothing 1 }', JSON, ""),
        ("SELECT ?s { ?s ?p ?o } LIMIT 1", JSON, ""),
    ],
)
def test_the_version_is_named_when_the_answer_needs_it(
    address: str, query: str, media_type: str, version: str
) -> None:
    """Whoever names none gets the names of SPARQL 1.1 for what SPARQL 1.1 has."""
    assert type_of(ask(address, query, media_type)) == f"200 {media_type}{version}"


@pytest.mark.parametrize("version", ["1.1", "1.2-basic", "1.2"])
def test_a_version_that_is_asked_for_is_named(address: str, version: str) -> None:
    """By Accept, by a range with a star, and by a parameter; what is no version is left aside."""
    query = "SELECT ?s { ?s ?p ?o } LIMIT 1"
    expected = f"200 {JSON};version={version}"
    accepts = [f"{JSON};version={version}, */*;q=0.1", f'*/*;version="{version}"']
    assert [type_of(ask(address, query, a)) for a in accepts] == [expected] * 2
    named = f"{JSON};version={version}"
    assert type_of(ask(address, query, "*/*", format=named)) == expected
    assert type_of(ask(address, query, f"{JSON};version=7")) == f"200 {JSON}"
    best = f"{JSON};version=1.1;q=0.2, {JSON};version={version}"
    assert type_of(ask(address, query, best)) == expected


def test_versions_are_representations_of_their_own(address: str) -> None:
    """The bytes are the same; the entity tags are not, and Vary names what chose."""
    query = "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 2"
    answers = [ask(address, query, accept) for accept in (JSON, f"{JSON};version=1.2")]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["ETag"] != answers[1].headers["ETag"]
    assert all("Accept" in a.headers["Vary"] for a in answers)


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (TERM, f"{JSON};version=1.1"),
        (TERM, f"{XML};version=1.2-basic"),
        (DIRECTED, f"{JSON};version=1.1"),
        (REIFIED, "text/turtle;version=1.1"),
        (REIFIED, "application/ld+json"),
    ],
)
def test_a_version_that_cannot_carry_the_answer_is_refused(
    address: str, query: str, accept: str
) -> None:
    """With those that can; and the worker answers the next query."""
    response = ask(address, query, accept)
    assert response.status_code == 406
    offered = response.json()["offered"]
    assert accept not in offered
    assert "RDF 1.2" in response.json()["detail"]
    assert {ask(address, query, other).status_code for other in offered} == {200}
    assert ask(address, "ASK {}", JSON).json()["boolean"]


def test_a_direct_query_may_name_its_version(address: str) -> None:
    """SPARQL 1.2 Protocol: in the media type of the query, or as a parameter."""
    fields = {"Content-Type": "application/sparql-query; version=1.2", "Accept": JSON}
    found = requests.post(address, TERM.encode(), headers=fields, timeout=30)
    assert found.json()["results"]["bindings"][0]["t"]["type"] == "triple"
    assert ask(address, TERM, JSON, version="1.2").status_code == 200


def test_an_update_behind_a_version_is_refused_as_one(address: str) -> None:
    """The prologue of SPARQL 1.2 does not hide it."""
    response = ask(address, 'VERSION "1.2" INSERT DATA { <urn:a> <urn:b> 1 }', JSON)
    assert response.status_code == 400
    assert "takes no update" in response.json()["detail"]


@pytest.mark.slow
def test_a_browser_shows_triple_terms(address: str) -> None:
    """As Turtle writes them; hundreds within each other are offered for download."""
    page = ask(address, TERM, "text/html")
    assert page.status_code == 200
    assert "&lt;&lt;( urn:a urn:b c )&gt;&gt;" in page.text
    deep = " ".join(f"BIND(TRIPLE(<e:s>, <e:p>, ?t{n}) AS ?t{n + 1})" for n in range(900))
    deep = f"SELECT ?t900 {{ BIND(1 AS ?t0) {deep} }}"
    assert ask(address, deep, "text/html").status_code == 200


def test_documents_take_the_version_too(visitor: Client) -> None:
    """They are RDF 1.1, which every version carries."""
    for version in ("1.1", "1.2"):
        accept = f"text/turtle;version={version}"
        answer = visitor.get("/doc/lake/siljan", headers={"Accept": accept})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == f"text/turtle;charset=utf-8;version={version}"
    plain = visitor.get("/doc/lake/siljan", headers={"Accept": "text/turtle"})
    assert plain.headers["ETag"] != answer.headers["ETag"]
    assert plain.headers["Content-Type"] == "text/turtle;charset=utf-8"


def test_xml_of_triple_terms_is_well_formed(address: str) -> None:
    """Nor may a term within a term hold what XML cannot carry."""
    assert ElementTree.fromstring(ask(address, TERM, XML).content) is not None
    broken = 'SELECT (TRIPLE(<urn:a>, <urn:b>, "\\u0001") AS ?t) {}'
    assert ask(address, broken, XML).status_code == 406
    assert json.loads(ask(address, broken, JSON).content)
