from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, QueryResultsFormat, RdfFormat, Triple, parse, parse_query_results

from publisher.query.embedded import EmbeddedEngine
from publisher.serve.site import Site
from publisher.serve.sparql import decode
from tests.in_process import WAYS, serving_site

EVERY_ENGINE = True

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
SILJAN = "https://data.example.org/id/lake/siljan"
LAKES = "https://data.example.org/dataset/lakes"
RIVERS = "https://data.example.org/dataset/rivers"
NAMES = f"SELECT ?n {{ <{SILJAN}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?n }} ORDER BY ?n"


@dataclass
class Reply:
    """What a server sent."""

    status: int
    fields: http.client.HTTPMessage
    body: bytes

    @property
    def media_type(self) -> str:
        """Return the media type without parameters."""
        return (self.fields["Content-Type"] or "").partition(";")[0]

    def json(self) -> dict[str, object]:
        """Return the body, a JSON object."""
        content = json.loads(self.body)
        assert isinstance(content, dict)
        return content

    def values(self, name: str) -> list[str]:
        """Return the values of a variable in JSON results."""
        rows = json.loads(self.body)["results"]["bindings"]
        return [row[name]["value"] for row in rows]


Send = Callable[..., Reply]


@pytest.fixture(scope="module", params=WAYS)
def send(site: Site, request: pytest.FixtureRequest) -> Iterator[Send]:
    """Return a function that sends a request over a real socket, answered by one of two ways."""
    is_direct = request.param == WAYS[0]
    if is_direct and not isinstance(site.engine, EmbeddedEngine):
        pytest.skip("an engine somewhere else is asked by threads alone")
    with serving_site(site, direct_queries=is_direct) as (port, _):

        def ask(
            method: str = "GET",
            path: str = "/sparql",
            body: bytes | str | None = None,
            **fields: str,
        ) -> Reply:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            reply = Reply(response.status, response.headers, response.read())
            connection.close()
            return reply

        yield ask


_PARTS = (b"%41", b"%0A", b"%3D", b"%25", b"%c3%a5", b"%", b"%z", b"=0A", b"=\r\n", b"%E", b" ")


def asked(query: str, **parameters: str) -> str:
    """Return the path that asks a query."""
    return "/sparql?" + urlencode({"query": query} | parameters)


def test_a_query_in_the_address_is_answered(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.1: query via GET."""
    reply = send("GET", asked(NAMES), Accept="application/sparql-results+json")
    assert reply.status == 200
    assert reply.values("n") == ["Siljan", "Siljan"]


def test_a_query_in_a_form_is_answered(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.2: query via URL-encoded POST."""
    reply = send("POST", "/sparql", urlencode({"query": NAMES}), Content_Type=FORM)
    assert reply.values("n") == ["Siljan", "Siljan"]


def test_a_query_as_the_body_is_answered(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.3: query via POST directly, here with a letter å."""
    query = 'SELECT ?å { BIND("blåbär" AS ?å) }'.encode()
    reply = send("POST", "/sparql", query, Content_Type=DIRECT)
    assert reply.values("å") == ["blåbär"]


def test_the_charset_of_a_direct_query_may_be_said(send: Send) -> None:
    """RFC 9110, section 8.3.1: parameters are part of a media type."""
    reply = send("POST", "/sparql", b"ASK {}", Content_Type=f"{DIRECT}; charset=UTF-8")
    assert reply.json()["boolean"] is True


def test_a_query_in_another_charset_is_refused(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.3: the body is UTF-8."""
    reply = send("POST", "/sparql", b"ASK {}", Content_Type=f"{DIRECT}; charset=latin1")
    assert reply.status == 415


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/json", "", "multipart/form-data"]
)
def test_a_body_of_another_kind_is_refused(send: Send, content_type: str) -> None:
    """SPARQL 1.1 Protocol, section 2.1: two kinds of body make a query operation."""
    reply = send("POST", "/sparql", b"query=ASK{}", Content_Type=content_type)
    assert reply.status == 415
    assert reply.media_type == "application/problem+json"


@pytest.mark.parametrize("content_type", ["", "text/plain", FORM, "application/json"])
def test_a_post_without_a_body_may_ask_in_the_address(send: Send, content_type: str) -> None:
    """What is not there is of no kind; some clients post whatever they send."""
    reply = send("POST", "/sparql?%71uery=ASK%20%7B%7D", b"", Content_Type=content_type)
    assert reply.json()["boolean"] is True


@pytest.mark.parametrize(("kind", "before"), [(DIRECT, ""), (FORM, "query=")])
def test_a_byte_order_mark_before_a_query_is_passed_over(
    send: Send, kind: str, before: str
) -> None:
    """A file that an editor of Windows wrote; and ASCII is UTF-8."""
    body = f"{before}\ufeffASK {{}}".encode()
    assert send("POST", "/sparql", body, Content_Type=kind).json()["boolean"] is True
    reply = send("POST", "/sparql", f"{before}ASK {{}}", Content_Type=f'{kind}; charset="US-ASCII"')
    assert reply.json()["boolean"] is True


def test_a_post_without_a_query_is_refused(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4: exactly one query."""
    assert send("POST", "/sparql", b"", Content_Type=FORM).status == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/sparql?query={quote('ASK {}')}&query={quote('ASK {}')}", None),
        ("/sparql", "query=ASK%7B%7D&query=ASK%7B%7D"),
        ("/sparql?query=ASK%7B%7D", "query=ASK%7B%7D"),
    ],
)
def test_two_queries_are_refused(send: Send, path: str, body: str | None) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4: exactly one query."""
    method = "POST" if body else "GET"
    reply = send(method, path, body, Content_Type=FORM, Accept_Language="en")
    assert reply.status == 400
    assert "exactly one 'query'" in str(reply.json()["detail"])


def test_a_form_is_decoded_exactly_once(send: Send) -> None:
    """HTML, application/x-www-form-urlencoded: what was escaped twice stays escaped once."""
    query = 'SELECT ?x { BIND("100%25" AS ?x) }'
    reply = send("POST", "/sparql", urlencode({"query": query}), Content_Type=FORM)
    assert reply.values("x") == ["100%25"]


@given(st.lists(st.sampled_from([*_PARTS, *(bytes([n]) for n in range(256) if n != 0x26)])))
def test_a_form_is_decoded_as_the_library_decodes_it(parts: list[bytes]) -> None:
    """Whole escapes, broken ones, and what escapes in mails (RFC 2045, section 6.7)."""
    written = b"".join(parts)
    expected = unquote_to_bytes(written.replace(b"+", b" ")).decode("latin-1")
    assert decode(b"x=" + written, "latin-1") == {"x": [expected]}


def test_a_plus_sign_in_an_address_is_a_blank(send: Send) -> None:
    """HTML, application/x-www-form-urlencoded parsing."""
    reply = send("GET", "/sparql?query=SELECT+(1%2B1+AS+?x)+{}")
    assert reply.values("x") == ["2"]


@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        ("GET", "/sparql?query=ASK%7B%7D%23%FF", None, FORM),
        ("POST", "/sparql", b"query=ASK%7B%7D%23%FF", FORM),
        ("POST", "/sparql", b"ASK {} # \xff", DIRECT),
    ],
)
def test_what_is_not_utf8_is_refused(
    send: Send, method: str, path: str, body: bytes | None, kind: str
) -> None:
    """SPARQL 1.1 Protocol, section 2.1: a query is a string of Unicode characters."""
    reply = send(method, path, body, Content_Type=kind)
    assert reply.status == 400
    assert "UTF-8" in str(reply.json()["detail"])


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/sparql", "update=INSERT+DATA+{}", FORM),
        ("/sparql", "INSERT DATA { <a:a> <b:b> 1 }", "application/sparql-update"),
        ("/sparql", "INSERT DATA { <a:a> <b:b> 1 }", DIRECT),
        ("/sparql", "PREFIX a: <b:c> load <http://127.0.0.1/>", DIRECT),
        ("/sparql?update=CLEAR+ALL", None, ""),
        (asked("DELETE WHERE { ?s ?p ?o }"), None, ""),
    ],
)
def test_an_update_is_refused_with_a_sentence(
    send: Send, path: str, body: str | None, kind: str
) -> None:
    """SPARQL 1.1 Protocol, section 2.2: no update operation is offered here."""
    reply = send("POST" if body else "GET", path, body, Content_Type=kind)
    assert reply.status == 400
    detail = str(reply.json()["detail"])
    assert "update" in detail or "uppdatering" in detail


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_with_those_that_are_not(send: Send, method: str) -> None:
    """RFC 9110, section 15.5.6: 405 comes with Allow."""
    reply = send(method, "/sparql", b"")
    assert reply.status == 405
    assert sorted(reply.fields["Allow"].split(", ")) == ["GET", "HEAD", "OPTIONS", "POST"]


def test_head_answers_like_get_without_the_body(send: Send) -> None:
    """RFC 9110, section 9.3.2."""
    got, headed = send("GET", asked(NAMES)), send("HEAD", asked(NAMES))
    assert headed.status == 200
    assert headed.body == b""
    assert headed.fields["ETag"] == got.fields["ETag"]
    assert headed.fields["Content-Type"] == got.fields["Content-Type"]


def test_options_tells_scripts_that_they_may_post(send: Send) -> None:
    """Fetch, section 3.2.2: the preflight of a POST with application/sparql-query."""
    reply = send("OPTIONS", "/sparql", Origin="https://example.org")
    assert reply.status in (200, 204)
    assert reply.fields["Access-Control-Allow-Origin"] == "*"
    assert "POST" in reply.fields["Access-Control-Allow-Methods"]
    assert "Content-Type" in reply.fields["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("application/json", "application/json"),
        ("application/xml", "application/xml"),
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, */*;q=0.1", "application/sparql-results+xml"),
        ("application/sparql-results+json;version=1.1", "application/sparql-results+json"),
        ("text/turtle, text/csv;q=0.1", "text/csv"),
        ("text/*", "text/csv"),
    ],
)
def test_the_accept_field_picks_the_form_of_solutions(
    send: Send, accept: str, media_type: str
) -> None:
    """SPARQL 1.1 Protocol, section 2.1.5; RFC 9110, section 12.5.1."""
    reply = send("GET", asked(NAMES), Accept=accept)
    assert (reply.status, reply.media_type) == (200, media_type)
    assert "Accept" in reply.fields["Vary"]


@pytest.mark.parametrize("accept", ["application/pdf", "text/turtle", "*/*;q=0", "image/*"])
def test_what_no_client_form_fits_is_not_acceptable(send: Send, accept: str) -> None:
    """RFC 9110, section 15.5.7: 406 lists what there is."""
    reply = send("GET", asked(NAMES), Accept=accept)
    assert reply.status == 406
    assert reply.json()["offered"] == [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ]


@pytest.mark.parametrize(
    ("accept", "result_format"),
    [
        ("application/sparql-results+json", QueryResultsFormat.JSON),
        ("application/sparql-results+xml", QueryResultsFormat.XML),
        ("text/tab-separated-values", QueryResultsFormat.TSV),
    ],
)
def test_each_form_of_solutions_says_the_same(
    send: Send, accept: str, result_format: QueryResultsFormat
) -> None:
    """SPARQL 1.1 Query Results JSON, XML and TSV formats."""
    body = send("GET", asked(NAMES), Accept=accept).body
    found = [str(row["n"]) for row in parse_query_results(body, format=result_format)]  # type: ignore[union-attr]
    assert found == ['"Siljan"@en', '"Siljan"@sv']


def test_csv_holds_plain_values(send: Send) -> None:
    """SPARQL 1.1 Query Results CSV and TSV Formats, section 3: CRLF, and the values alone."""
    reply = send("GET", asked(NAMES), Accept="text/csv")
    assert reply.body == b"n\r\nSiljan\r\nSiljan\r\n"
    assert reply.fields["Content-Type"] == "text/csv;charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("application/sparql-results+json", b'{"head":{},"boolean":true}'),
        ("text/csv", b"true"),
        ("text/tab-separated-values", b"true"),
    ],
)
def test_ask_is_answered_in_every_form(send: Send, accept: str, body: bytes) -> None:
    """SPARQL 1.1 Query Results JSON Format, section 4; CSV and TSV as engines write them."""
    assert send("GET", asked("ASK {}"), Accept=accept).body == body


@pytest.mark.parametrize(
    ("accept", "rdf_format"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/ld+json", RdfFormat.JSON_LD),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ("application/trig", RdfFormat.TRIG),
        ("application/n-quads", RdfFormat.N_QUADS),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"', RdfFormat.JSON_LD),
    ],
)
def test_a_graph_comes_in_every_form(send: Send, accept: str, rdf_format: RdfFormat) -> None:
    """SPARQL 1.1 Protocol, section 2.1.5: CONSTRUCT is answered in an RDF media type."""
    query = f"PREFIX e: <http://e/> CONSTRUCT {{ <{SILJAN}> e:says 'å'@sv }} {{}}"
    reply = send("GET", asked(query), Accept=accept)
    assert reply.media_type == accept.partition(";")[0]
    triples = [quad.triple for quad in parse(reply.body, format=rdf_format)]
    assert [str(t) for t in triples] == [f'<{SILJAN}> <http://e/says> "å"@sv']


def test_turtle_uses_the_prefixes_of_the_query(send: Send) -> None:
    """What the person wrote is what the person reads."""
    query = "PREFIX e: <http://e/> CONSTRUCT { e:a e:b e:c } {}"
    assert b"e:a e:b e:c ." in send("GET", asked(query), Accept="text/turtle").body


def test_a_format_by_name_needs_no_accept_field(send: Send) -> None:
    """A link cannot carry an Accept field."""
    reply = send("GET", asked(NAMES, format="csv"), Accept="text/html")
    assert reply.media_type == "text/csv"
    assert "Accept" in (reply.fields["Vary"] or "").split(", ")


def test_an_unknown_format_is_refused(send: Send) -> None:
    """A misspelt name must not fall back to another format."""
    assert send("GET", asked(NAMES, format="cvs")).status == 400
    assert send("GET", asked(NAMES, format="cvs"), Accept="*/*").status == 400


def test_an_unknown_format_beside_an_accept_field_is_left_aside(send: Send) -> None:
    """SPARQLWrapper sends names of its own, and the field as well."""
    reply = send("GET", asked(NAMES, format="rdf+xml"), Accept="text/csv")
    assert reply.media_type == "text/csv"


def test_the_default_graph_is_the_union(send: Send) -> None:
    """SPARQL 1.1 Service Description, section 3.2.8: sd:UnionDefaultGraph."""
    flows = "<https://data.example.org/def/water#flowsInto>"
    query = f"ASK {{ ?river a ?c ; {flows} ?lake . ?lake a ?d }}"
    assert send("GET", asked(query)).json()["boolean"] is True


def test_from_in_the_query_restricts_the_default_graph(send: Send) -> None:
    """SPARQL 1.1 Query, section 13.2.1."""
    query = f"SELECT DISTINCT ?s FROM <{LAKES}> {{ ?s a ?c }} ORDER BY ?s"
    assert send("GET", asked(query)).values("s") == [
        SILJAN,
        "https://data.example.org/id/lake/vänern",
    ]


def test_from_named_alone_leaves_the_default_graph_empty(send: Send) -> None:
    """SPARQL 1.1 Query, section 13.2: with FROM NAMED and no FROM the default graph is empty."""
    assert send("GET", asked(f"ASK FROM NAMED <{LAKES}> {{ ?s ?p ?o }}")).json()["boolean"] is False


def test_the_datasets_of_the_request_override_the_query(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4: the protocol's dataset wins over FROM."""
    query = f"SELECT DISTINCT ?s FROM <{LAKES}> FROM NAMED <{LAKES}> {{ ?s a ?c }}"
    reply = send("GET", asked(query) + "&default-graph-uri=" + quote(RIVERS, safe=""))
    assert reply.values("s") == ["https://data.example.org/id/river/klaralven"]


def test_several_default_graphs_are_merged(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4."""
    graphs = "".join("&default-graph-uri=" + quote(g, safe="") for g in (LAKES, RIVERS))
    reply = send("GET", asked("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c }") + graphs)
    assert reply.values("n") == ["3"]


def test_a_default_graph_of_the_request_leaves_no_named_graph(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4: the dataset is what the request names, nothing else."""
    path = asked("ASK { GRAPH ?g { ?s ?p ?o } }") + "&default-graph-uri=" + quote(LAKES, safe="")
    assert send("GET", path).json()["boolean"] is False


def test_a_named_graph_of_the_request_leaves_the_default_graph_empty(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4."""
    named = "&named-graph-uri=" + quote(LAKES, safe="")
    assert send("GET", asked("ASK { ?s ?p ?o }") + named).json()["boolean"] is False
    graphs = send("GET", asked("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }") + named)
    assert graphs.values("g") == [LAKES]


def test_an_unknown_graph_has_no_triples(send: Send) -> None:
    """An endpoint that ignores the parameter answers from everything instead."""
    path = asked("SELECT * { ?s ?p ?o }") + "&default-graph-uri=urn:nope"
    assert send("GET", path).values("s") == []


def test_a_graph_that_is_no_iri_is_refused(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4: graphs are named by IRIs."""
    assert send("GET", asked("ASK {}") + "&default-graph-uri=no%20iri").status == 400


def test_a_direct_post_takes_its_dataset_from_the_address(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.3."""
    path = "/sparql?default-graph-uri=" + quote(RIVERS, safe="")
    reply = send("POST", path, b"SELECT DISTINCT ?s { ?s a ?c }", Content_Type=DIRECT)
    assert reply.values("s") == ["https://data.example.org/id/river/klaralven"]


def test_relative_iris_are_resolved_against_the_endpoint(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4 (base): RFC 3986, section 5.1.3."""
    reply = send("GET", asked("SELECT ?x { BIND(<id/x> AS ?x) }"))
    assert reply.values("x") == ["http://localhost/id/x"]


def test_prefixes_are_never_added_silently(send: Send) -> None:
    """A query that works here alone is no query."""
    reply = send("GET", asked("SELECT * { ?s skos:prefLabel ?o }"))
    assert reply.status == 400
    assert (reply.json()["line"], reply.json()["column"]) == (1, 15)


def test_common_prefixes_may_be_left_out_when_the_request_says_so(send: Send) -> None:
    """The form's box does; the address then says it too."""
    reply = send("GET", asked(f"SELECT ?o {{ <{SILJAN}> skos:prefLabel ?o }}", prefixes="common"))
    assert len(reply.values("o")) == 2


def test_a_syntax_error_shows_the_place_and_a_cure(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.6: 400, and the body says what is wrong."""
    reply = send("GET", asked("SELECT *\nWHERE { ?s ?p foo:x }"), Accept_Language="en")
    problem = reply.json()
    assert reply.status == 400
    assert (problem["line"], problem["column"]) == (2, 15)
    assert problem["excerpt"] == "WHERE { ?s ?p foo:x }\n              ^"
    assert problem["detail"] == (
        "Line 2, column 15: the prefix 'foo:' is not declared."
        " Put this at the top: PREFIX foo: <https://…>"
    )


def test_the_form_keeps_a_wrong_query(send: Send) -> None:
    """Whoever wrote fifty lines must not write them again."""
    body = urlencode({"query": 'SELECT * { ?s ?p <&"', "format": "html"})
    reply = send("POST", "/sparql", body, Content_Type=FORM, Accept="text/html")
    assert reply.status == 400
    assert reply.media_type == "text/html"
    assert b"SELECT * { ?s ?p &lt;&amp;&#34;" in reply.body


def test_describe_says_what_the_document_says(send: Send) -> None:
    """DESCRIBE and dereferencing are two ways to one description."""
    reply = send("GET", asked(f"DESCRIBE <{SILJAN}>"), Accept="application/n-triples")
    described = {quad.triple for quad in parse(reply.body, format=RdfFormat.N_TRIPLES)}
    document = send("GET", "/doc/lake/siljan.nt")
    told = {quad.triple for quad in parse(document.body, format=RdfFormat.N_TRIPLES)}
    page = NamedNode("https://data.example.org/doc/lake/siljan")
    assert described == {t for t in told if page not in (t.subject, t.object)}
    assert any(isinstance(t, Triple) and t.subject == NamedNode(SILJAN) for t in described)


def test_describe_with_a_pattern_describes_each_solution(send: Send) -> None:
    """SPARQL 1.1 Query, section 16.4.2: resources identified by a pattern."""
    query = "DESCRIBE ?x { ?x a <https://data.example.org/def/water#Lake> }"
    body = send("GET", asked(query), Accept="application/n-triples").body
    assert f"<{SILJAN}> <http://purl.org/dc/terms/modified>".encode() in body
    assert b"klaralven> <https://data.example.org/def/water#flowsInto>" in body


def test_describe_keeps_to_the_dataset_of_the_request(send: Send) -> None:
    """SPARQL 1.1 Protocol, section 2.1.4 holds for every form of query."""
    path = asked(f"DESCRIBE <{SILJAN}>") + "&default-graph-uri=" + quote(RIVERS, safe="")
    body = send("GET", path, Accept="application/n-triples").body
    assert list(parse(body, RdfFormat.N_TRIPLES)) == []


def test_an_answer_has_a_strong_tag_and_is_not_sent_twice(send: Send) -> None:
    """RFC 9110, sections 8.8.3 and 13.1.2."""
    first = send("GET", asked(NAMES))
    assert first.fields["ETag"].startswith('"')
    again = send("GET", asked(NAMES), If_None_Match=first.fields["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_two_media_types_of_the_same_bytes_have_two_tags(send: Send) -> None:
    """RFC 9110, section 8.8.3: a tag tells representations of one resource apart."""
    path = asked("CONSTRUCT { <http://e/a> <http://e/b> <http://e/c> } {}")
    triples = send("GET", path, Accept="application/n-triples")
    quads = send("GET", path, Accept="application/n-quads")
    assert triples.body.split() == quads.body.split()
    assert triples.fields["ETag"] != quads.fields["ETag"]
    assert (triples.media_type, quads.media_type) == (
        "application/n-triples",
        "application/n-quads",
    )


@pytest.mark.slow
def test_a_timeout_of_the_client_is_kept_to(send: Send) -> None:
    """A client may ask for less time than the maximum."""
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    reply = send("GET", asked(query, timeout="0.2"), Accept_Language="en")
    assert reply.status == 504
    assert reply.json()["limit"] == "query_timeout_seconds"
    assert "0.2 seconds" in str(reply.json()["detail"])


@pytest.mark.parametrize("timeout", ["-1", "soon", "nan", "inf"])
def test_a_timeout_that_is_no_time_is_refused(send: Send, timeout: str) -> None:
    """A misunderstood wish is an error, not a default."""
    assert send("GET", asked("ASK {}", timeout=timeout)).status == 400


def test_without_a_query_the_service_describes_itself(send: Send) -> None:
    """SPARQL 1.1 Service Description, section 2."""
    reply = send("GET", "/sparql", Accept="text/turtle")
    assert reply.media_type == "text/turtle"
    found = {str(q.object) for q in parse(reply.body, format=RdfFormat.TURTLE)}
    namespace = "http://www.w3.org/ns/sparql-service-description#"
    assert f"<{namespace}UnionDefaultGraph>" in found
    assert "<http://localhost/sparql>" in found
    assert f"<{LAKES}>" in found


def test_a_program_without_wishes_gets_the_description(send: Send) -> None:
    """SPARQL 1.1 Service Description, section 2: RDF content."""
    assert send("GET", "/sparql", Accept="*/*").media_type == "text/turtle"


def test_a_browser_gets_the_form(send: Send) -> None:
    """A person asks for HTML; RFC 9110, section 12.5.1."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    reply = send("GET", "/sparql", Accept=accept)
    assert reply.media_type == "text/html"
    assert b"<textarea" in reply.body


def test_a_browser_sees_the_answer_as_a_table(send: Send) -> None:
    """With links to take it away, and with nothing inline that the policy would stop."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    reply = send("GET", asked(NAMES), Accept=accept)
    table = reply.body.partition(b'id="summary-view"')[0]
    assert table.count(b"<tr>") == 3
    assert b"format=csv" in reply.body
    assert b"curl http://localhost/sparql" in reply.body
    assert re.search(rb"<script(?![^>]* src=)", reply.body) is None


def test_values_cannot_break_out_of_the_table(send: Send) -> None:
    """The tiny world holds a script in a name and a javascript: address."""
    query = "SELECT * { <https://data.example.org/id/river/klaralven> ?p ?o }"
    reply = send("GET", asked(query), Accept="text/html")
    assert b"<script>alert" not in reply.body
    assert b'href="javascript:' not in reply.body
