"""Catalogue, VoID, schema.org, service description, sitemap and links tell the same facts."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, RDF, Graph, Namespace, URIRef

pytestmark = pytest.mark.slow

LAKES = URIRef("https://data.example.org/dataset/lakes")
VOID = Namespace("http://rdfs.org/ns/void#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")


def graph(portal: FlaskClient, path: str) -> Graph:
    return Graph().parse(data=portal.get(path).get_data(), format="turtle")


@pytest.fixture
def catalogue(portal: FlaskClient) -> Graph:
    """Return the EU view."""
    return graph(portal, "/catalog.ttl")


@pytest.fixture
def void(portal: FlaskClient) -> Graph:
    """Return the VoID description."""
    return graph(portal, "/void.ttl")


@pytest.fixture
def embedded(portal: FlaskClient) -> dict[str, Any]:
    """Return the JSON-LD in the landing page."""
    page = portal.get("/dataset/lakes", headers={"Accept": "text/html"}).get_data(as_text=True)
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(scripts) == 1
    node: dict[str, Any] = json.loads(scripts[0])
    return node


def test_the_licence_is_the_same_everywhere(
    catalogue: Graph, void: Graph, embedded: dict[str, Any], portal: FlaskClient
) -> None:
    """Catalogue, VoID, page and Link field."""
    licence = str(catalogue.value(LAKES, DCTERMS.license))

    assert str(void.value(LAKES, DCTERMS.license)) == licence
    assert embedded["license"] == [licence]
    page = portal.head("/dataset/lakes", headers={"Accept": "text/html"})
    assert f'<{licence}>; rel="license"' in page.headers["Link"]


def test_the_endpoint_is_the_same_everywhere(
    catalogue: Graph, void: Graph, portal: FlaskClient
) -> None:
    """Catalogue, VoID, service description, catalogue of interfaces; and it answers."""
    service = URIRef("https://data.example.org/service/sparql")
    endpoint = catalogue.value(service, DCAT.endpointURL)

    assert set(void.objects(None, VOID.sparqlEndpoint)) == {endpoint}
    described = graph(portal, "/sparql.ttl")
    assert set(described.objects(None, SD.endpoint)) == {endpoint}
    interfaces = portal.get("/.well-known/api-catalog").get_data(as_text=True)
    assert f'"href": "{endpoint}"' in interfaces
    assert portal.head(str(endpoint).removeprefix("http://localhost")).status_code == 200


def test_downloads_are_the_same_everywhere(
    catalogue: Graph, void: Graph, embedded: dict[str, Any], portal: FlaskClient
) -> None:
    """Catalogue and page list the same files; the graphs are dumps in VoID; all answer."""
    listed = {
        str(address)
        for distribution in catalogue.objects(LAKES, DCAT.distribution)
        for address in catalogue.objects(distribution, DCAT.downloadURL)
    }

    assert {d["contentUrl"] for d in embedded["distribution"]} == listed
    graphs = {address for address in listed if "/dump/" in address}
    assert len(graphs) == 4
    assert graphs <= {str(dump) for dump in void.objects(LAKES, VOID.dataDump)}
    for address in listed:
        path = address.removeprefix("http://localhost")
        assert portal.head(path, buffered=True).status_code == 200


def test_sizes_are_those_of_the_files(
    catalogue: Graph, embedded: dict[str, Any], portal: FlaskClient
) -> None:
    """What the catalogue says, the page says, and the server sends."""
    for distribution in embedded["distribution"]:
        node = URIRef(distribution["@id"])
        size = str(catalogue.value(node, DCAT.byteSize))
        path = distribution["contentUrl"].removeprefix("http://localhost")

        assert distribution["contentSize"] == f"{size} B"
        assert portal.head(path, buffered=True).headers["Content-Length"] == size


def test_counts_are_those_of_the_dump_and_of_the_endpoint(void: Graph, portal: FlaskClient) -> None:
    """VoID, the file and SPARQL count the same triples."""
    counted = int(str(void.value(LAKES, VOID.triples)))
    lines = portal.get("/dump/lakes.nt", buffered=True).get_data().count(b"\n")
    query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{LAKES}> {{ ?s ?p ?o }} }}"
    answer = portal.get("/sparql", query_string={"query": query})

    assert counted == lines
    assert answer.get_json()["results"]["bindings"][0]["n"]["value"] == str(counted)


def test_the_datasets_are_the_same_everywhere(
    catalogue: Graph, void: Graph, portal: FlaskClient
) -> None:
    """What the catalogue lists, VoID describes and the sitemap names."""
    listed = set(catalogue.subjects(RDF.type, DCAT.Dataset))
    sitemap = portal.get("/sitemap.xml").get_data(as_text=True)

    assert listed <= set(void.subjects(RDF.type, VOID.Dataset))
    for dataset in listed:
        path = str(dataset).removeprefix("https://data.example.org/")
        assert f"<loc>http://localhost/{path}</loc>" in sitemap


def test_dates_are_the_same_everywhere(
    catalogue: Graph, void: Graph, embedded: dict[str, Any], portal: FlaskClient
) -> None:
    """Catalogue, VoID, page and sitemap."""
    date = str(catalogue.value(LAKES, DCTERMS.modified))

    assert str(void.value(LAKES, DCTERMS.modified)) == date
    assert embedded["dateModified"] == date
    assert f"dataset/lakes</loc><lastmod>{date}</lastmod>" in portal.get("/sitemap.xml").get_data(
        as_text=True
    )
