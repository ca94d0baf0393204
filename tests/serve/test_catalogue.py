"""The catalogue, VoID and the service description over HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from publisher.config import Config
from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.site import open_site


@pytest.mark.slow
@pytest.mark.parametrize("accept", ["", "*/*", "application/rdf+xml", "image/png, */*;q=0.1"])
def test_a_harvester_without_wishes_gets_rdf_xml(portal: FlaskClient, accept: str) -> None:
    """CKAN sends no Accept and parses what it does not know as RDF/XML."""
    answer = portal.get("/catalog", headers={"Accept": accept} if accept else {})

    assert answer.status_code == 200
    assert answer.content_type == "application/rdf+xml"
    assert answer.get_data().startswith(b"<?xml")


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("text/turtle", "text/turtle;charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
    ],
)
def test_a_client_with_wishes_gets_them(
    portal: FlaskClient, accept: str, content_type: str
) -> None:
    """The catalogue is negotiated as every document is."""
    answer = portal.get("/catalog", headers={"Accept": accept})

    assert answer.content_type == content_type
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.slow
def test_a_browser_gets_a_page(portal: FlaskClient) -> None:
    """People come too."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    answer = portal.get("/catalog", headers={"Accept": accept})

    assert answer.content_type.startswith("text/html")
    assert "Accept" in answer.headers["Vary"]


def test_an_unacceptable_wish_is_refused(portal: FlaskClient) -> None:
    """RFC 9110, section 15.5.7."""
    assert portal.get("/catalog", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize(
    "path",
    [
        "/catalog",
        "/catalog.ttl",
        "/catalog.jsonld",
        "/catalog.rdf",
        "/catalog.nt",
        "/catalog.html",
        "/catalog/dcat-ap-se.rdf",
        "/void",
        "/void.ttl",
        "/sparql.ttl",
    ],
)
def test_head_answers_as_get_does(portal: FlaskClient, path: str) -> None:
    """data.europa.eu checks addresses with HEAD; fifty points hang on it."""
    get, head = portal.get(path), portal.head(path)

    assert get.status_code == head.status_code == 200
    assert head.get_data() == b""
    assert {n: v for n, v in get.headers if n != "Date"} == {
        n: v for n, v in head.headers if n != "Date"
    }


@pytest.mark.parametrize("extension", ["ttl", "jsonld", "rdf", "nt"])
def test_the_catalogue_says_where_its_representation_is(
    portal: FlaskClient, extension: str
) -> None:
    """The negotiated answer and the one by extension are the same bytes."""
    picked = portal.get(f"/catalog.{extension}")
    negotiated = portal.get("/catalog", headers={"Accept": picked.mimetype})

    assert picked.headers["Content-Location"] == f"http://localhost/catalog.{extension}"
    assert negotiated.headers["Content-Location"] == picked.headers["Content-Location"]
    assert negotiated.headers["ETag"] == picked.headers["ETag"]


def test_the_swedish_view_is_rdf_xml_whatever_is_asked_for(portal: FlaskClient) -> None:
    """It has one address and one format."""
    answer = portal.get("/catalog/dcat-ap-se.rdf", headers={"Accept": "text/turtle"})

    assert answer.status_code == 200
    assert answer.content_type == "application/rdf+xml"


def test_the_catalogue_leads_to_the_swedish_view(portal: FlaskClient) -> None:
    """Who finds one finds the other."""
    links = portal.get("/catalog").headers["Link"]

    assert '<http://localhost/catalog/dcat-ap-se.rdf>; rel="alternate"' in links


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "1e3", ""])
def test_a_page_that_is_not_there_is_not_found(portal: FlaskClient, page: str) -> None:
    """An empty page with status 200 would make a portal delete what was on it."""
    assert portal.get(f"/catalog.ttl?page={page}").status_code == 404


@pytest.fixture
def paged(config: Config, catalogued: Release) -> Iterator[FlaskClient]:
    """Return a client of a site with one dataset on a page of the catalogue."""
    opened = open_site(dataclasses.replace(config, catalogue_page_size=1), catalogued)
    yield create_flask(opened).test_client()
    opened.engine.close()


@pytest.mark.slow
def test_the_pages_of_a_catalogue_are_linked(paged: FlaskClient) -> None:
    """In the triples for harvesters, in the header for all others (RFC 8288)."""
    first, second = paged.get("/catalog.ttl"), paged.get("/catalog.ttl?page=2")

    assert '<http://localhost/catalog.ttl?page=2>; rel="next"' in first.headers["Link"]
    assert '<http://localhost/catalog.ttl>; rel="prev"' in second.headers["Link"]
    assert second.headers["Content-Location"] == "http://localhost/catalog.ttl?page=2"
    assert first.headers["ETag"] != second.headers["ETag"]
    assert paged.get("/catalog.ttl?page=3").status_code == 404


def test_void_is_negotiated(portal: FlaskClient) -> None:
    """Turtle for those without wishes."""
    assert portal.get("/void").mimetype == "text/turtle"
    answer = portal.get("/void", headers={"Accept": "application/ld+json"})
    assert answer.mimetype == "application/ld+json"
    assert answer.headers["Vary"] == "Accept"


def test_the_well_known_address_leads_to_void(portal: FlaskClient) -> None:
    """VoID, section 7.2; never 302."""
    answer = portal.get("/.well-known/void")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "http://localhost/void"


def test_the_description_of_the_endpoint_has_an_address_of_its_own(portal: FlaskClient) -> None:
    """The catalogue names it as ``dcat:endpointDescription``."""
    answer = portal.get("/sparql.ttl")

    assert answer.mimetype == "text/turtle"
    assert "sd:endpoint <http://localhost/sparql>" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/dataset/lakes/distribution/ttl", "/dataset/lakes"),
        ("/dataset/lakes/temporal", "/dataset/lakes"),
        ("/catalog/temporal", "/catalog"),
    ],
)
def test_a_part_of_the_catalogue_leads_to_its_document(
    portal: FlaskClient, path: str, document: str
) -> None:
    """A distribution is no document; its description is in that of its dataset."""
    answer = portal.get(path)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://localhost{document}"
    assert f"https://data.example.org{path}" in portal.get(f"{document}.nt").get_data(as_text=True)


def test_readers_are_led_to_the_place_of_a_file_on_the_page(portal: FlaskClient) -> None:
    """Programs are not: a fragment would be a thing of its own to them."""
    path = "/dataset/lakes/distribution/ttl"
    read = portal.get(path, headers={"Accept": "text/html,*/*;q=0.1"})

    assert read.status_code == 303
    place, _, anchor = read.headers["Location"].partition("#")
    assert place == "http://localhost/dataset/lakes"
    assert anchor == "data.example.org-dataset-lakes-distribution-ttl"
    turtle = portal.get(path, headers={"Accept": "text/turtle"})
    assert turtle.headers["Location"] == place
    assert "Accept" in turtle.headers["Vary"]


def test_a_dataset_s_document_offers_downloads_on_this_site(portal: FlaskClient) -> None:
    """A copy on a laptop does not send its readers elsewhere."""
    text = portal.get("/dataset/lakes.nt").get_data(as_text=True)

    assert "<http://localhost/dump/lakes.ttl>" in text
    assert "<https://data.example.org/dump/lakes.ttl>" not in text


def test_the_home_page_has_its_data(portal: FlaskClient) -> None:
    """The base is in the data; who asks for Turtle gets Turtle."""
    answer = portal.get("/", headers={"Accept": "text/turtle"})

    assert answer.mimetype == "text/turtle"
    assert answer.headers["Content-Location"] == "http://localhost/index.ttl"
    assert portal.get("/index.ttl").get_data() == answer.get_data()
