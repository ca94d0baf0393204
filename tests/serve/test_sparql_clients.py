"""Clients that people use, against a real server."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SKOS
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, POST, RDFXML, TURTLE, XML, SPARQLWrapper

from publisher.serve.site import Site
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


def test_comunica_asks_it_as_a_source(address: str) -> None:
    """Comunica reads the service description first, and sends parts of its own plan."""
    command = [program("comunica-sparql"), f"sparql@{address}", NAMES, "-t", "text/csv"]
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
