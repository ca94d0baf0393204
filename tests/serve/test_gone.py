"""What has left is answered with when, why and what came instead."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from publisher.release.model import Release
from tests.chain import A_LAKE, SILJAN, VATTERN, Chain

pytestmark = pytest.mark.slow

TOMBSTONE = "https://www.w3.org/ns/activitystreams#Tombstone"


@pytest.fixture(scope="module")
def releases(kept_chain: Chain) -> tuple[Release, Release]:
    """Return a release that a lake has left, and one where Siljan replaced the lake."""
    kept_chain.add(A_LAKE)
    left = kept_chain.remove(A_LAKE)
    kept_chain.add(A_LAKE)
    notice = f"\n<{VATTERN}>\n    dcterms:isReplacedBy <{SILJAN}> ;\n.\n"
    return left, kept_chain.replace(A_LAKE, notice)


@pytest.fixture(scope="module")
def left(kept_chain: Chain, releases: tuple[Release, Release]) -> Iterator[FlaskClient]:
    """Return a client of a site that a lake has left."""
    with kept_chain.client(releases[0]) as client:
        yield client


@pytest.fixture(scope="module")
def replaced(kept_chain: Chain, releases: tuple[Release, Release]) -> Iterator[FlaskClient]:
    """Return a client of a site where Siljan replaced a lake."""
    with kept_chain.client(releases[1]) as client:
        yield client


@pytest.mark.parametrize("path", ["/id/lake/vattern", "/doc/lake/vattern", "/doc/lake/vattern/"])
def test_what_has_left_answers_410(left: FlaskClient, path: str) -> None:
    """RFC 9110, section 15.5.11: a crawler may forget it."""
    assert left.get(path).status_code == 410


def test_what_was_never_there_answers_404(left: FlaskClient) -> None:
    """Gone is said of what has been."""
    assert left.get("/doc/lake/unheard-of").status_code == 404


def test_a_program_is_told_when_and_where_it_can_still_be_seen(left: FlaskClient) -> None:
    """RFC 9457, section 3.2: members of one's own."""
    response = left.get("/doc/lake/vattern", headers={"Accept": "*/*"})

    problem = json.loads(response.data)
    assert response.content_type == "application/problem+json"
    assert problem["entity"] == VATTERN
    assert problem["gone"] == "2026-01-02T00:00:01+00:00"
    assert problem["as_it_was"].endswith("/doc/lake/vattern")


def test_a_reader_is_told_in_his_language_and_given_a_way_on(left: FlaskClient) -> None:
    """A dead end helps nobody."""
    response = left.get(
        "/doc/lake/vattern", headers={"Accept": "text/html", "Accept-Language": "sv"}
    )

    page = response.get_data(as_text=True)
    assert "Det här finns inte längre" in page
    assert "Så här såg det ut" in page
    assert response.headers["Content-Language"] == "sv"


def test_a_reader_is_shown_what_is_called_nearly_so(chain: Chain) -> None:
    """What left may live on under another name that nobody has said replaces it."""
    near = A_LAKE.replace("lake/vattern", "lake/bay").replace("Vättern", "Vättern Bay")
    chain.add(A_LAKE + near)
    with chain.client(chain.remove(A_LAKE)) as client:
        page = client.get("/doc/lake/vattern?lang=en", headers={"Accept": "text/html"})
    assert page.status_code == 410
    found = page.text.partition("Perhaps you looked for")[2].partition("</ul>")[0]
    assert "/id/lake/bay" in found


@pytest.mark.parametrize(
    ("extension", "rdf_format"),
    [("ttl", RdfFormat.TURTLE), ("rdf", RdfFormat.RDF_XML), ("nt", RdfFormat.N_TRIPLES)],
)
def test_a_client_of_rdf_is_told_in_triples(
    left: FlaskClient, extension: str, rdf_format: RdfFormat
) -> None:
    """A copy of the data can delete what the graph says is gone."""
    response = left.get(f"/doc/lake/vattern.{extension}")

    graph = list(parse(response.data, format=rdf_format))
    assert response.status_code == 410
    assert (VATTERN, TOMBSTONE) in {
        (str(getattr(q.subject, "value", "")), getattr(q.object, "value", "")) for q in graph
    }


def test_an_unknown_media_type_is_answered_with_problem_details(left: FlaskClient) -> None:
    """That it is gone matters more than the form it is said in."""
    response = left.get("/doc/lake/vattern", headers={"Accept": "image/png"})

    assert (response.status_code, response.content_type) == (410, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/id/lake/vattern", "http://localhost/id/lake/siljan"),
        ("/doc/lake/vattern", "http://localhost/doc/lake/siljan"),
        ("/doc/lake/vattern.ttl", "http://localhost/doc/lake/siljan.ttl"),
    ],
)
def test_what_was_replaced_redirects_for_good(replaced: FlaskClient, path: str, there: str) -> None:
    """A renamed slug keeps its links: thing to thing, file to file."""
    response = replaced.get(path)

    assert (response.status_code, response.headers["Location"]) == (301, there)
