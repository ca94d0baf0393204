"""Clients that people use, against a real server."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SKOS
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, POST, RDFXML, TURTLE, XML, SPARQLWrapper

from publisher.serve.site import Site
from tests import npm
from tests.in_process import WAYS, serving_site

SILJAN = "https://data.example.org/id/lake/siljan"
NAMES = f"SELECT ?n {{ <{SILJAN}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?n }}"


@pytest.fixture(scope="module", params=WAYS)
def address(site: Site, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of the endpoint of the tiny world, which answers by one of two ways."""
    with serving_site(site, direct_queries=request.param == WAYS[0]) as (port, _):
        yield f"http://127.0.0.1:{port}/sparql"


def program(name: str) -> str:
    """Return where a program is; the test is skipped where it is not, unless it must be there."""
    found = shutil.which(name)
    if found is None and name not in os.environ.get("PUBLISHER_TEST_MANDATORY", "").split():
        pytest.skip(f"{name} is not installed")
    assert found is not None
    return found


@pytest.mark.slow
@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_reads_solutions(address: str, method: str) -> None:
    """JSON by GET and by POST."""
    wrapper = SPARQLWrapper(address)
    wrapper.setQuery(NAMES)
    wrapper.setMethod(method)
    wrapper.setReturnFormat(JSON)
    rows = wrapper.queryAndConvert()["results"]["bindings"]
    assert {row["n"]["xml:lang"] for row in rows} == {"sv", "en"}


@pytest.mark.parametrize(("wanted", "beginning"), [(XML, "<?xml"), (CSV, "n\r\nSiljan")])
def test_sparqlwrapper_gets_the_other_forms(address: str, wanted: str, beginning: str) -> None:
    """By the Accept field that it writes."""
    wrapper = SPARQLWrapper(address)
    wrapper.setQuery(NAMES)
    wrapper.setReturnFormat(wanted)
    body = wrapper.query().response.read().decode()
    assert body.startswith(beginning)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # SPARQLWrapper's own use
@pytest.mark.parametrize("wanted", [TURTLE, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs(address: str, wanted: str) -> None:
    """DESCRIBE in three formats, parsed by rdflib."""
    wrapper = SPARQLWrapper(address)
    wrapper.setQuery(f"DESCRIBE <{SILJAN}>")
    wrapper.setReturnFormat(wanted)
    found = wrapper.queryAndConvert()
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")
    assert (URIRef(SILJAN), SKOS.prefLabel, Literal("Siljan", lang="sv")) in graph


def test_sparqlwrapper_raises_on_a_wrong_query(address: str) -> None:
    """It knows 400 as QueryBadFormed."""
    from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

    wrapper = SPARQLWrapper(address)
    wrapper.setQuery("SELECT * {")
    with pytest.raises(QueryBadFormed):
        wrapper.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflibs_store_looks_patterns_up(address: str, method: str) -> None:
    """A graph in a program, the data here."""
    graph = Graph(SPARQLStore(address, method=method, returnFormat="json"))
    names = set(graph.objects(URIRef(SILJAN), SKOS.prefLabel))
    assert names == {Literal("Siljan", lang="sv"), Literal("Siljan", lang="en")}


def test_curl_posts_a_query(address: str) -> None:
    """As the page of the endpoint shows it."""
    command = [program("curl"), "--silent", address, "--header", "Accept: text/csv"]
    command += ["--data-urlencode", f"query={NAMES} ORDER BY ?n"]
    printed = subprocess.run(command, capture_output=True, check=True).stdout
    assert printed == b"n\r\nSiljan\r\nSiljan\r\n"


def test_curl_offers_http_2_and_gets_its_answer(address: str) -> None:
    """A POST that would rather be HTTP/2 keeps its body (RFC 9110, section 7.8)."""
    command = [program("curl"), "--silent", "--http2", address]
    command += ["--header", "Accept: text/boolean", "--data-urlencode", "query=ASK {}"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"true"


@pytest.mark.parametrize("address", WAYS[:1], indirect=True)
@pytest.mark.parametrize("body", [[], ["--data-urlencode", "query=ASK {}"]])
def test_curl_is_refused_at_once_where_it_speaks_http_2_alone(
    address: str, body: list[str]
) -> None:
    """Its preface is answered with 505, and the connection ends (RFC 9113, section 3.4)."""
    command = [program("curl"), "--silent", "--http2-prior-knowledge", "--max-time", "10", address]
    done = subprocess.run([*command, *body], capture_output=True, check=False)
    assert done.returncode not in (0, 28)  # 28: it waited in vain
    port = int(address.split(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        # The first frame of curl's, SETTINGS without a setting, follows at once.
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\4" + bytes(5))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 505 ")
    assert b"This server speaks HTTP/1.1." in answer


def test_pandas_reads_a_table(address: str) -> None:
    """From the address of a query."""
    import pandas

    table = pandas.read_csv(f"{address}?{urlencode({'query': NAMES, 'format': 'csv'})}")
    assert table["n"].to_list() == ["Siljan", "Siljan"]


def test_rdflib_asks_it_as_a_service(address: str) -> None:
    """A part of a query that is evaluated elsewhere."""
    rows = Graph().query(f"SELECT ?n {{ SERVICE <{address}> {{ {NAMES} }} }}")
    found = [term for row in rows.bindings for term in row.values()]
    assert sorted(t.language or "" for t in found if isinstance(t, Literal)) == ["en", "sv"]


@pytest.mark.parametrize("syntax", ["guess", "rdfxml", "turtle", "ntriples", "nquads", "trig"])
def test_rapper_reads_things_and_answers(address: str, syntax: str) -> None:
    """Raptor sends an Accept field of its own for each syntax."""
    site = address.removesuffix("sparql")
    constructed = urlencode({"query": f"DESCRIBE <{SILJAN}>"})
    for place in (f"{site}doc/lake/siljan", f"{site}catalog", f"{address}?{constructed}"):
        command = [program("rapper"), "--quiet", "--input", syntax, place]
        printed = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        assert len(printed.splitlines()) > 3


JAVA = """
import java.io.*; import java.net.*; import java.net.http.*; import java.time.Duration;
class Client {
  public static void main(String[] given) throws Exception {
    for (HttpClient.Version version : HttpClient.Version.values()) {
      HttpClient client = HttpClient.newBuilder().version(version).build();
      byte[] query = "ASK {}".getBytes();
      HttpRequest.BodyPublisher form = HttpRequest.BodyPublishers.ofString("query=ASK+%7B%7D");
      HttpRequest.BodyPublisher stream =
        HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(query));
      HttpRequest.Builder start = HttpRequest.newBuilder(URI.create(given[0]))
        .timeout(Duration.ofSeconds(20)).header("Accept", "application/sparql-results+json");
      HttpRequest[] requests = {
        start.copy().header("Content-Type", "application/x-www-form-urlencoded").POST(form).build(),
        start.copy().header("Content-Type", "application/x-www-form-urlencoded")
          .expectContinue(true).POST(form).build(),
        start.copy().header("Content-Type", "application/sparql-query").POST(stream).build() };
      for (HttpRequest request : requests)
        System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
  }
}
"""


@pytest.mark.slow
@pytest.mark.parametrize("address", WAYS[:1], indirect=True)
def test_javas_own_client_is_answered(address: str, tmp_path: Path) -> None:
    """Its first request offers HTTP/2; a stream is sent in chunks."""
    program("javac")  # without a compiler, it runs no source file
    source = tmp_path / "Client.java"
    source.write_text(JAVA, encoding="utf-8")
    command = [program("java"), str(source), address]
    printed = subprocess.run(command, capture_output=True, check=True, timeout=120, text=True)
    answers = printed.stdout.splitlines()
    assert len(answers) == 6
    assert all(json.loads(answer)["boolean"] is True for answer in answers)


JAVASCRIPT = """
import Client from 'sparql-http-client'
import ParsingClient from 'sparql-http-client/ParsingClient.js'
const [endpointUrl, names, thing] = process.argv.slice(2)
const parsing = new ParsingClient({ endpointUrl }), client = new Client({ endpointUrl })
for (const operation of ['get', 'postUrlencoded', 'postDirect']) {
  const rows = await parsing.query.select(names, { operation })
  let triples = 0
  for await (const _ of client.query.construct(`DESCRIBE <${thing}>`, { operation })) triples++
  console.log(rows.length, await parsing.query.ask('ASK {}', { operation }), triples > 3)
}
"""


@pytest.mark.slow
@pytest.mark.parametrize("address", WAYS[:1], indirect=True)
def test_sparql_http_client_asks_in_three_ways(address: str) -> None:
    """Rows, booleans and streams of triples."""
    script = npm.package("sparql-http-client", "3.1.0").parent.parent / "asked.mjs"
    script.write_text(JAVASCRIPT, encoding="utf-8")
    command = [*npm.node(), str(script), address, NAMES, SILJAN]
    printed = subprocess.run(command, capture_output=True, check=True, timeout=120, text=True)
    assert printed.stdout.splitlines() == ["2 true true"] * 3


@pytest.mark.exhaustive  # it brings 90 MB
@pytest.mark.parametrize("address", WAYS[:1], indirect=True)
def test_comunica_asks_it_as_a_source(address: str) -> None:
    """Comunica reads the service description first, and sends parts of its own plan."""
    script = npm.package("@comunica/query-sparql", "3.3.0") / "bin" / "query.js"
    for source in (f"sparql@{address}", address):
        command = [*npm.node(), str(script), source, NAMES, "-t", "text/csv"]
        printed = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
        assert sorted(printed.split()) == [b"Siljan", b"Siljan", b"n"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated", "ignore:Sending Accept")
@pytest.mark.parametrize("wanted", [None, XML, JSON])
@pytest.mark.parametrize(
    "query", ["ASK {}", NAMES, "CONSTRUCT WHERE { ?s ?p ?o }", f"DESCRIBE <{SILJAN}>"]
)
@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_is_answered_as_it_comes(
    address: str, query: str, wanted: str | None, method: str
) -> None:
    """It sends three parameters and an Accept field, each in words of its own."""
    wrapper = SPARQLWrapper(address)
    wrapper.setQuery(query)
    wrapper.setMethod(method)
    if wanted is not None:
        wrapper.setReturnFormat(wanted)
    assert wrapper.query().convert()
