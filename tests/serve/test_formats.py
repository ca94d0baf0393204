"""Which format a client gets: by parameters and by names, as clients send them, over a socket."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from rdflib import Dataset, Graph, Namespace, URIRef

from publisher.query import result_formats

# rdflib's own use.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
_SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
SELECT, ASK = "SELECT (1 AS ?x) {}", "ASK {}"
CONSTRUCT = "CONSTRUCT { <urn:a> <urn:b> <urn:c> } {}"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
DOCUMENTS = ("doc/lake/siljan", "id/lake/siljan", "shapes")
DESCRIPTIONS = ("void", ".well-known/void", "sparql", "catalog")


def ask(served: str, query: str, accept: str = "*/*", **parameters: str) -> requests.Response:
    """Return the answer to a query."""
    return requests.get(
        f"{served}sparql?{urlencode({'query': query} | parameters)}",
        headers={"Accept": accept, "Accept-Language": "en"},
        timeout=30,
    )


def name_of(response: requests.Response) -> str:
    """Return status and media type of an answer."""
    return f"{response.status_code} {response.headers['Content-Type'].partition(';')[0]}"


@pytest.mark.parametrize(
    ("query", "accept", "parameters", "expected"),
    [
        (SELECT, "*/*", {"format": "json"}, JSON),
        (SELECT, "*/*", {"output": "xml"}, XML),
        (SELECT, "*/*", {"results": "csv"}, "text/csv"),
        (SELECT, "*/*", {"Accept": "text/tab-separated-values"}, "text/tab-separated-values"),
        (SELECT, "*/*", {"format": "application/json"}, JSON),
        (SELECT, "*/*", {"format": "application/sparql-results xml"}, XML),
        (SELECT, "*/*", {"format": "TSV"}, "text/tab-separated-values"),
        (SELECT, BROWSER, {"output": "csv"}, "text/csv"),
        (SELECT, "*/*", {"format": "json", "output": "json", "results": "json"}, JSON),
        (ASK, "*/*", {"format": "xml"}, XML),
        (CONSTRUCT, "*/*", {"format": "xml"}, "application/rdf+xml"),
        (CONSTRUCT, "*/*", {"format": "json"}, "application/ld+json"),
        (CONSTRUCT, "*/*", {"format": "json-ld"}, "application/ld+json"),
        (CONSTRUCT, "*/*", {"format": "turtle"}, "text/turtle"),
        (CONSTRUCT, "*/*", {"output": "n-triples"}, "application/n-triples"),
        (CONSTRUCT, "*/*", {"format": "application/rdf xml"}, "application/rdf+xml"),
        (CONSTRUCT, "*/*", {"format": "text/rdf n3"}, "text/turtle"),
        (CONSTRUCT, BROWSER, {"format": "nq"}, "application/n-quads"),
        (CONSTRUCT, "*/*", {"format": "turtle/pretty"}, "text/turtle"),
        (CONSTRUCT, "*/*", {"format": "trix"}, "application/trix"),
        (CONSTRUCT, BROWSER, {"output": "hext"}, "application/hex+x-ndjson"),
        (ASK, "*/*", {"format": "text/boolean"}, "text/boolean"),
    ],
)
def test_a_parameter_names_a_format_of_the_kind_of_query(
    served: str, query: str, accept: str, parameters: dict[str, str], expected: str
) -> None:
    """Virtuoso, Fuseki and RDF4J have names of their own; a bare plus has become a blank."""
    assert name_of(ask(served, query, accept, **parameters)) == f"200 {expected}"


@pytest.mark.parametrize(
    ("query", "accept", "parameters", "expected"),
    [
        (CONSTRUCT, "application/rdf+xml", {"format": "xml"}, "application/rdf+xml"),
        (CONSTRUCT, "text/turtle", {"format": "csv"}, "text/turtle"),
        (CONSTRUCT, "text/turtle", {"format": "json"}, "text/turtle"),
        (SELECT, "text/csv", {"format": "turtle"}, "text/csv"),
        (SELECT, "text/csv, */*;q=0.1", {"format": "xml"}, XML),
        (SELECT, "application/json, text/plain, */*", {"format": "csv"}, "text/csv"),
        (SELECT, "image/png", {"format": "csv"}, "text/csv"),
        (SELECT, "text/turtle", {"format": "xml"}, XML),
        (SELECT, "application/xml", {"format": "html"}, "application/xml"),
        (ASK, "application/json", {"output": "unheard of"}, "application/json"),
        (CONSTRUCT, "application/xml;q=0.9", {}, "application/xml"),
        (CONSTRUCT, "application/x-trig", {}, "application/x-trig"),
        (CONSTRUCT, "text/plain, */*;q=0.1", {}, "text/plain"),
        (SELECT, "text/csv ; q = 0.5 , application/sparql-results+xml ; q=0.9", {}, XML),
        (SELECT, "text/csv;q=.5,application/sparql-results+xml;Q=.7", {}, XML),
        (SELECT, 'text/csv; q="1.", application/sparql-results+xml;q=.9', {}, "text/csv"),
        (
            SELECT,
            "application/x-sparqlstar-results+json",
            {},
            "application/x-sparqlstar-results+json",
        ),
        (SELECT, "text/comma-separated-values", {}, "text/comma-separated-values"),
        (SELECT, "*/*", {"format": "application/x-json"}, JSON),
        (CONSTRUCT, "text/x-turtlestar, */*;q=0.1", {}, "text/x-turtlestar"),
        (CONSTRUCT, "application/rdf+turtle", {}, "application/rdf+turtle"),
        (CONSTRUCT, "application/trix;q=0.4, text/html;q=0.1", {}, "application/trix"),
        (CONSTRUCT, "application/trix, */*;q=0.1", {"format": "nquads"}, "application/n-quads"),
        (CONSTRUCT, "application/n-quads", {"format": "trix"}, "application/n-quads"),
        (CONSTRUCT, "application/trig, application/n-quads", {}, "application/trig"),
        (ASK, "text/boolean", {}, "text/boolean"),
        (ASK, "text/plain", {}, "text/plain"),
        (ASK, "text/boolean;q=0.5, application/json", {}, "application/json"),
        (ASK, "text/boolean", {"format": "csv"}, "text/boolean"),
        (SELECT, "text/boolean, text/csv;q=0.2", {}, "text/csv"),
    ],
)
def test_parameter_and_field_never_stand_in_each_others_way(
    served: str, query: str, accept: str, parameters: dict[str, str], expected: str
) -> None:
    """A parameter chooses among what the field allows; each alone is enough to be answered."""
    assert name_of(ask(served, query, accept, **parameters)) == f"200 {expected}"


@pytest.mark.parametrize(
    ("accept", "parameters", "words", "others"),
    [
        ("*/*", {"format": "ttl"}, "format=ttl names no format", "Accept"),
        (BROWSER, {"format": "ttl"}, "format=ttl names no format", "Accept"),
        ("image/png", {}, "Accept is 'image/png'", "format="),
        ("image/png", {"output": "trig"}, "Neither output=trig nor Accept 'image/png'", "!"),
    ],
)
def test_a_refusal_says_who_asked_for_what_cannot_be_had(
    served: str, accept: str, parameters: dict[str, str], words: str, others: str
) -> None:
    """Whoever wrote the client knows where to look."""
    response = ask(served, SELECT, accept, **parameters)
    assert response.status_code == 406
    assert words in response.text.replace("&#39;", "'")
    if "json" in response.headers["Content-Type"]:
        assert others not in response.json()["detail"]


def test_a_misspelt_format_is_refused_unless_a_field_decides(served: str) -> None:
    """Without it, another format would come in silence."""
    assert ask(served, SELECT, format="cvs").status_code == 400
    assert name_of(ask(served, SELECT, "text/csv", format="cvs")) == "200 text/csv"


@pytest.mark.parametrize(
    "parameters",
    [
        {"default-graph-uri": ""},
        {"named-graph-uri": ""},
        {"default-graph-uri": "", "named-graph-uri": ""},
        {" query": "", "query ": ""},
        {"timeout": "0"},
        {"timeout": ""},
        {"debug": "on", "CXML_redir_for_subjs": "121", "infer": "false", "queryLn": "SPARQL"},
        {"format": "", "output": ""},
        {"format": "auto"},
    ],
)
def test_parameters_that_say_nothing_change_nothing(
    served: str, parameters: dict[str, str]
) -> None:
    """Forms send empty fields, and other engines know other parameters."""
    query = "SELECT (COUNT(*) AS ?x) { ?s ?p ?o }"
    plain = ask(served, query)
    assert int(plain.json()["results"]["bindings"][0]["x"]["value"]) > 0
    assert ask(served, query, **parameters).content == plain.content


@pytest.mark.parametrize("path", [*DOCUMENTS, *DESCRIPTIONS])
@pytest.mark.parametrize("tail", ["", ", */*;q=0.1"])
@pytest.mark.parametrize(
    ("accept", "parser"),
    [
        ("text/n3", "n3"),
        ("text/rdf+n3", "n3"),
        ("application/x-turtle", "turtle"),
        ("application/turtle", "turtle"),
        ("application/json", "json-ld"),
        ("text/plain", "nt"),
        ("application/trig", "trig"),
        ("application/n-quads", "nquads"),
        ("application/xml", "xml"),
        ("text/xml", "xml"),
    ],
)
def test_older_and_wider_names_give_rdf_under_that_name(
    served: str, path: str, accept: str, parser: str, tail: str
) -> None:
    """What a client asked for it must find in the answer."""
    response = requests.get(served + path, headers={"Accept": accept + tail}, timeout=30)
    assert name_of(response) == f"200 {accept}"
    dataset = Dataset()
    dataset.parse(data=response.content, format=parser, publicID=served)
    assert len(list(dataset.quads())) > 0
    assert "Accept" in response.headers["Vary"]


def test_a_bare_boolean_is_one_word(served: str) -> None:
    """As RDF4J reads it."""
    assert ask(served, ASK, "text/boolean").text == "true"
    assert ask(served, "ASK { FILTER(false) }", "text/boolean").text == "false"


def test_an_empty_query_beside_another_is_none(served: str) -> None:
    """Forms send fields that nobody filled in; two queries are one too many."""
    sent = urlencode([("query", ""), ("query", ASK)])
    assert requests.get(f"{served}sparql?{sent}", timeout=30).json()["boolean"] is True
    for wrong in ([("query", ASK)] * 2, [("query", ""), ("query", "")]):
        assert requests.get(f"{served}sparql?{urlencode(wrong)}", timeout=30).status_code == 400


@pytest.mark.parametrize("path", ["doc/lake/siljan", "id/lake/siljan", "catalog", "void"])
@pytest.mark.parametrize(
    "name",
    ["xml", "n3", "turtle", "ttl", "nt", "ntriples", "trig", "json-ld", "nquads", "trix", None],
)
def test_rdflib_reads_every_address_by_every_name(served: str, path: str, name: str | None) -> None:
    """``Graph().parse(address, format=…)``: its Accept fields are its own."""
    graph = Dataset(default_union=True) if name in ("nquads", "trix") else Graph()
    graph.parse(served + path, format=name)
    assert len(graph) > 0
    if "siljan" in path:
        assert URIRef("https://data.example.org/id/lake/siljan") in set(graph.subjects())


CONSTRUCTED = "sparql?query=CONSTRUCT+WHERE+%7B+%3Fs+%3Fp+%3Fo+%7D&format="


@pytest.mark.parametrize(
    "start", ["doc/lake/siljan.", "catalog.", "void.", "sparql.", "dump/lakes.", CONSTRUCTED]
)
@pytest.mark.parametrize(
    ("extension", "name"), [("nq", "nquads"), ("trix", "trix"), ("hext", "hext")]
)
def test_an_address_names_the_formats_of_datasets_too(
    served: str, start: str, extension: str, name: str
) -> None:
    """Rdflib sends the same field for Hextuples as for no format: there the address decides."""
    dataset, lines = Dataset(default_union=True), Dataset(default_union=True)
    dataset.parse(served + start + extension, format=name)
    lines.parse(f"{served}{start}nt", format="nt")
    assert len(dataset) == len(lines) > 0


@pytest.mark.parametrize("name", ["xml", "n3", "turtle", "nt", "json-ld", "nquads", "trix", None])
def test_a_dump_without_an_extension_leads_to_the_file_that_fits(
    served: str, name: str | None
) -> None:
    """What there is no file of is not found."""
    dataset = Dataset(default_union=True)
    dataset.parse(f"{served}dump/lakes", format=name)
    assert len(dataset) == len(Graph().parse(f"{served}dump/lakes.ttl"))
    for nothing in ("dump/nowhere", "dump/nowhere.trix", "dump/lakes.csv", "dump/lakes.trig"):
        assert requests.get(served + nothing, timeout=30).status_code == 404
    refused = requests.get(f"{served}dump/lakes", headers={"Accept": "image/png"}, timeout=30)
    assert refused.status_code == 406


@pytest.mark.slow
@pytest.mark.parametrize(
    "accept", [BROWSER, "text/html", "*/*", "text/html, application/json;q=0.9, */*;q=0.8"]
)
def test_a_page_comes_to_those_who_want_one(served: str, accept: str) -> None:
    """Browsers name XML, too, but like HTML better."""
    response = requests.get(f"{served}doc/lake/siljan", headers={"Accept": accept}, timeout=30)
    assert name_of(response) == "200 text/html"


def test_whoever_names_a_format_beside_anything_gets_it(served: str) -> None:
    """A page only when HTML is what fits best."""
    for accept in ("text/turtle, */*", "*/*, text/turtle"):
        response = requests.get(f"{served}doc/lake/siljan", headers={"Accept": accept}, timeout=30)
        assert name_of(response) == "200 text/turtle"


@pytest.mark.parametrize("path", ["feed", "feed/1", "feed/catalog", "feed/catalog/1"])
@pytest.mark.parametrize("name", ["xml", "n3", "turtle", "nt", "trig", "json-ld", "nquads", "trix"])
def test_a_feed_is_read_by_every_name(served: str, path: str, name: str) -> None:
    """A format of graphs holds its default graph: what changed, and when."""
    graph = Dataset() if name in ("trig", "json-ld", "nquads", "trix") else Graph()
    graph.parse(served + path, format=name)
    assert len(graph) > 0


def test_a_feed_comes_whole_to_those_who_can_take_it(served: str) -> None:
    """Whoever names a format of datasets gets it, in whatever order."""
    for accept in ("text/turtle, application/trig;q=0.5", "text/turtle, application/n-quads;q=0.1"):
        response = requests.get(f"{served}feed/1", headers={"Accept": accept}, timeout=30)
        assert "200 application/" in name_of(response)


def test_plain_json_stays_plain_json(served: str) -> None:
    """An address that ends in .json is no RDF."""
    response = requests.get(f"{served}search.json?q=siljan", timeout=30)
    assert name_of(response) == "200 application/json"
    assert "@context" not in json.loads(response.content)


def test_names_have_entity_tags_of_their_own(served: str) -> None:
    """The same bytes under two names are two representations (RFC 9110, section 8.8.3)."""
    tags = {
        requests.get(f"{served}void", headers={"Accept": accept}, timeout=30).headers["ETag"]
        for accept in ("text/turtle", "text/n3", "application/trig", "application/x-turtle")
    }
    assert len(tags) == 4


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ('SELECT ("a\\u0001b" AS ?x) {}', XML),
        ('SELECT ("\\uFFFE" AS ?x) {}', XML),
        ('CONSTRUCT { <urn:a> <urn:b> "\\u000B" } {}', "application/rdf+xml"),
        ("CONSTRUCT { <urn:a> <http://e.example/2024> 1 } {}", "application/rdf+xml"),
        ('CONSTRUCT { <urn:a> <urn:b> "\\uFFFF" } {}', "application/trix"),
        ("CONSTRUCT { <urn:a> <http://e.example/p/> 1 } {}", "application/xml"),
        (
            "CONSTRUCT { <urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#li> 1 } {}",
            "application/rdf+xml",
        ),
    ],
)
def test_what_a_format_cannot_carry_is_refused_with_those_that_can(
    served: str, query: str, accept: str
) -> None:
    """An answer of 200 can be parsed."""
    response = ask(served, query, accept)
    assert response.status_code == 406
    for other in response.json()["offered"]:
        assert ask(served, query, other).status_code == 200
    assert "offered" in response.json()
    assert response.json()["offered"][0] in response.json()["detail"]


@pytest.mark.parametrize(
    ("term", "cell"),
    [
        ("<tag:e.example,2026:a>", "tag:e.example,2026:a"),
        ('"1,5"^^<urn:kr>', "1,5"),
        ('"a, \\"b\\"\\n"@sv', 'a, "b"\n'),
        ('<<( <urn:a,b> <urn:p> "x, y" )>>', "urn:a,b urn:p x, y"),
        ("UNDEF", ""),
    ],
)
@pytest.mark.parametrize("order", ["", "ORDER BY DESC(?n) LIMIT 2"])
def test_a_table_has_as_many_columns_as_variables(
    served: str, term: str, cell: str, order: str
) -> None:
    """Whatever the values hold, and whichever engine finds them."""
    query = f'SELECT ?n ?x ?s {{ VALUES (?n ?x ?s) {{ (1 {term} "a,") (0 "," <urn:,>) }} }} {order}'
    answer = ask(served, query, "text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    assert rows[0] == ["n", "x", "s"]
    assert sorted(rows[1:]) == [["0", ",", "urn:,"], ["1", cell, "a,"]]


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        ('SELECT ("\\u0001" AS ?x) {}', f"{XML}, application/json;q=0.5", "application/json"),
        (
            'SELECT ("\\uFFFF" AS ?x) {}',
            f"application/xml, text/csv;q=0.2, text/html;q=0.3, {JSON};q=0.1",
            "text/csv",
        ),
        (
            'CONSTRUCT { <urn:a> <urn:b> "\\u0002" } {}',
            "application/trix, application/rdf+xml;q=0.9, text/n3;q=0.3, */*;q=0.8",
            "text/n3",
        ),
        (
            'CONSTRUCT { <urn:a> <urn:b:c> "x"@he--rtl } {}',
            "text/turtle;version=1.1, application/n-quads;q=0.4;version=1.2",
            "application/n-quads",
        ),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_next_format_that_is_named_is_taken_where_the_first_cannot_carry_it(
    served: str, query: str, accept: str, expected: str, method: str
) -> None:
    """A field that can be satisfied is (RFC 9110, section 12.5.1); ``*/*`` names nothing."""
    sent = {"query": query}
    params, form = (sent, None) if method == "GET" else (None, sent)
    address, headers = f"{served}sparql", {"Accept": accept}
    response = requests.request(
        method, address, params=params, data=form, headers=headers, timeout=30
    )
    assert name_of(response) == f"200 {expected}"
    assert "Accept" in response.headers["Vary"]
    unnamed = {"Accept": accept.partition(",")[0] + ", */*;q=0.1"}
    refused = requests.get(address, params=sent, headers=unnamed, timeout=30)
    assert refused.status_code == 406


def test_carriage_returns_survive_xml(served: str) -> None:
    """A parser would read a bare one as a line feed."""
    from xml.etree import ElementTree

    response = ask(served, 'SELECT ("a\\rb" AS ?x) {}', XML)
    assert [e.text for e in ElementTree.fromstring(response.content).iter() if e.text] == ["a\rb"]


def test_one_table_of_formats_is_published_described_and_answered(served: str) -> None:
    """Service description, OpenAPI, documents and the endpoint itself have the same formats."""
    described = Graph().parse(f"{served}sparql", format="turtle")
    formats = set(described.objects(None, _SD.resultFormat))
    own = {f: described.value(f, _FORMATS.media_type) for f in formats - {*_named_by_w3c()}}
    assert {str(name) for name in own.values()} == {
        each.media_type.name for each in result_formats.ALL if not each.w3c_name
    }
    assert len(formats) == len(result_formats.ALL)
    openapi = requests.get(f"{served}openapi.json", timeout=30).json()
    offered = openapi["paths"]["/sparql"]["get"]["responses"]["200"]["content"].keys()
    text = Path("publisher/docs/sparql.md").read_text("utf-8").partition("```")[0]
    for each in result_formats.ALL:
        name = each.media_type.name
        assert name in offered
        assert f"{each.media_type.label} (`{name}`)" in text
        kinds = {SELECT: result_formats.OF_SOLUTIONS, CONSTRUCT: result_formats.OF_GRAPHS}
        query = next((q for q, rows in kinds.items() if each in rows), ASK)
        assert name_of(ask(served, query, name)) == f"200 {name}"
        assert name_of(ask(served, query, format=each.media_type.extension)) == f"200 {name}"


def _named_by_w3c() -> list[URIRef]:
    return [_FORMATS[each.w3c_name] for each in result_formats.ALL if each.w3c_name]


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        (CONSTRUCT, "text/csv, text/html;q=0.1", "200 text/html"),
        (CONSTRUCT, f"{JSON}, text/html", "200 text/html"),
        (f"#1\n{SELECT}", "text/turtle, text/html;q=0.9", "200 text/html"),
        (f"#1\n{ASK}", "application/n-quads, image/png, text/html;q=0.001", "200 text/html"),
        (SELECT, f"text/turtle, text/html;q=0.5, {JSON};q=0.1", f"200 {JSON}"),
        (CONSTRUCT, "text/csv, text/html;q=0", "406 application/problem+json"),
        (SELECT, "text/turtle, image/png", "406 application/problem+json"),
        (SELECT, 'text/turtle;profile="text/html"', "406 application/problem+json"),
    ],
)
@pytest.mark.parametrize("conditions", [{}, {"If-None-Match": '"another"'}])
def test_a_page_is_better_than_a_refusal(
    served: str, query: str, accept: str, expected: str, conditions: dict[str, str]
) -> None:
    """Whoever takes pages too gets one where no other format can be had (RFC 9110, 12.5.1)."""
    for method, sent in (
        ("GET", {"params": {"query": query}}),
        ("POST", {"data": {"query": query}}),
    ):
        fields = {"Accept": accept, "Accept-Language": "en"} | conditions
        response = requests.request(method, f"{served}sparql", headers=fields, timeout=30, **sent)
        assert name_of(response) == expected
        if "text/html" in expected:
            assert "nothing" not in response.text.partition("<h1")[0]
            assert "urn:c" in response.text or query != CONSTRUCT


def test_a_page_that_was_asked_for_otherwise_says_what_is_wrong(served: str) -> None:
    """A parameter that names what cannot be had is named, also in a page."""
    response = ask(served, CONSTRUCT, BROWSER, format="csv")
    assert name_of(response) == "406 text/html"
    assert "format=csv" in response.text


@pytest.mark.parametrize("accept", [JSON, "text/csv", f"{XML};q=0.9, image/png"])
def test_who_wants_rows_and_sends_no_query_is_told_so(served: str, accept: str) -> None:
    """The endpoint's description is not what was asked for."""
    for parameters in ({}, {"Query": SELECT}):
        response = requests.get(
            f"{served}sparql",
            params=parameters,
            headers={"Accept": accept, "Accept-Language": "en"},
            timeout=30,
        )
        assert response.status_code == 400
        assert "holds 0 queries" in response.json()["detail"]
    response = requests.get(f"{served}sparql", headers={"Accept": "image/png"}, timeout=30)
    assert response.status_code == 406


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/atom+xml", "application/atom+xml"),
        ("application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.6", "atom"),
        ("application/atom+xml, application/rdf+xml, application/rss+xml, */*;q=0.1", "atom"),
        ("application/atom+xml;q=0.5, text/turtle", "turtle"),
        ("application/atom+xml;q=0, */*", "trig"),
        ("application/rdf+xml", "rdf+xml"),
        ("*/*", "trig"),
    ],
)
def test_a_reader_of_news_gets_atom(served: str, accept: str, expected: str) -> None:
    """At the address of the feed, by the names that such readers send."""
    response = requests.get(f"{served}feed", headers={"Accept": accept}, timeout=30)
    assert response.status_code == 200
    assert expected in response.headers["Content-Type"]
    is_atom = "atom" in response.headers["Content-Type"]
    assert response.headers.get("Content-Location", "").endswith("/feed.atom") == is_atom
    assert "Accept" in response.headers["Vary"].split(", ")


@pytest.mark.parametrize("name", ["text/turtle", "text/n3"])
@pytest.mark.parametrize(
    "path", ["doc/lake/siljan", "doc/lake/siljan.ttl", "void", "catalog", "sparql", "feed"]
)
def test_prefixes_are_declared_as_readers_of_n3_and_old_ones_of_turtle_know_it(
    served: str, path: str, name: str
) -> None:
    """Parsers older than 2014, and of N3, end at ``PREFIX`` (Turtle 1.1, section 2.4)."""
    response = requests.get(f"{served}{path}", headers={"Accept": name}, timeout=30)
    assert response.text.startswith("@prefix ")
    assert "PREFIX" not in response.text.partition("\n\n")[0]
    assert len(Graph().parse(data=response.text, format="n3")) > 2


@pytest.mark.parametrize("term", ["TRIPLE(<urn:s>, <urn:p>, 1)", "STRLANGDIR('x', 'ar', 'rtl')"])
@pytest.mark.parametrize("name", ["text/n3", "application/rdf+n3"])
def test_n3_has_no_terms_of_rdf_1_2(served: str, term: str, name: str) -> None:
    """Its readers know neither triple terms nor directions: another format, or 406 that says so."""
    query = f"CONSTRUCT {{ <urn:a> <urn:b> ?x }} {{ BIND({term} AS ?x) }}"
    for conditions in ({}, {"If-None-Match": '"another"'}):
        fields = {"Accept": name} | conditions
        refused = requests.get(f"{served}sparql", {"query": query}, headers=fields, timeout=30)
        assert name_of(refused) == "406 application/problem+json"
        offered = refused.json()["offered"]
        assert any(offer.startswith("text/turtle;version=1.2") for offer in offered)
        fields["Accept"] = f"{name}, application/n-triples;q=0.5"
        taken = requests.get(f"{served}sparql", {"query": query}, headers=fields, timeout=30)
        assert name_of(taken) == "200 application/n-triples"
    assert name_of(ask(served, CONSTRUCT, name)) == f"200 {name}"
