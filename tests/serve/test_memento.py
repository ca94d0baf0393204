"""Documents at a time of the past (RFC 7089)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client

from publisher.release.model import Release
from publisher.serve.app import create_app, create_flask
from publisher.serve.site import Site
from tests.chain import A_LAKE, Chain

pytestmark = pytest.mark.slow

FIRST, SECOND, THIRD = (f"Fri, 02 Jan 2026 00:00:0{n} GMT" for n in range(3))
PATH = "/doc/lake/siljan"
TURTLE = {"Accept": "text/turtle"}


@pytest.fixture(scope="module")
def three(kept_chain: Chain) -> list[Release]:
    """Return three releases, each with another text; the second brings a lake."""
    chain = kept_chain
    first = chain.build()
    chain.write("data/lakes/lakes.ttl", chain.read() + A_LAKE)
    second = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    return [first, second, chain.replace("En stor sjö i Dalarna.", "En djup sjö i Dalarna.")]


@pytest.fixture(scope="module")
def newest(kept_chain: Chain, three: list[Release]) -> Iterator[Site]:
    """Return a site over the newest."""
    with kept_chain.site(three[2]) as site:
        yield site


@pytest.fixture
def client(newest: Site) -> FlaskClient:
    """Return a client of the newest."""
    return create_flask(newest).test_client()


def links(field: str) -> dict[str, str]:
    """Return relation → target of a Link field; the last of each stands."""
    found = {}
    for target, relations in re.findall(r'<([^>]*)>; rel="([^"]*)"', field):
        found.update(dict.fromkeys(relations.split(), target))
    return found


def test_a_document_tells_where_its_past_is(client: FlaskClient) -> None:
    """RFC 7089, section 4.1: an original that is its own TimeGate."""
    response = client.get(PATH, headers=TURTLE)

    there = links(response.headers["Link"])
    assert there["timegate"] == there["original"] == "http://localhost/doc/lake/siljan"
    assert there["timemap"] == "http://localhost/timemap/doc/lake/siljan"
    assert "Accept-Datetime" in response.vary
    assert "Memento-Datetime" not in response.headers


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (FIRST, 0),
        (SECOND, 1),
        (THIRD, 2),
        ("Sat, 03 Jan 2026 00:00:00 GMT", 2),
        ("Mon, 01 Jan 1990 00:00:00 GMT", 0),
    ],
)
def test_a_document_answers_as_it_was_at_the_wished_time(
    client: FlaskClient, three: list[Release], asked: str, number: int
) -> None:
    """Section 4.1.2: 200 with Content-Location; before the first memento, the first."""
    response = client.get(PATH, headers=TURTLE | {"Accept-Datetime": asked})

    texts = ["En sjö i Dalarna.", "En stor sjö i Dalarna.", "En djup sjö i Dalarna."]
    assert response.status_code == 200
    assert texts[number] in response.get_data(as_text=True)
    assert response.headers["Memento-Datetime"] == [FIRST, SECOND, THIRD][number]
    there = f"http://localhost/release/{three[number].id}/doc/lake/siljan.ttl"
    assert response.headers["Content-Location"] == there
    assert "Accept-Datetime" in response.vary


def test_a_memento_points_to_its_neighbours(client: FlaskClient, three: list[Release]) -> None:
    """Section 2.2.3: first, prev, next, last, each with its time."""
    response = client.get(f"/release/{three[1].id}{PATH}", headers=TURTLE)

    there = links(response.headers["Link"])
    base = "http://localhost/release/"
    assert there["original"] == "http://localhost/doc/lake/siljan"
    assert there["first"] == there["prev"] == f"{base}{three[0].id}{PATH}"
    assert there["next"] == there["last"] == f"{base}{three[2].id}{PATH}"
    assert f'rel="first prev memento"; datetime="{FIRST}"' in response.headers["Link"]
    assert response.headers["Memento-Datetime"] == SECOND


@pytest.mark.parametrize("asked", ["yesterday", "Fri, 02 Jan 99999999999 00:00:00 GMT"])
def test_an_unreadable_time_is_refused_with_the_cure(client: FlaskClient, asked: str) -> None:
    """Section 4.5.3: 400."""
    response = client.get(PATH, headers={"Accept": "*/*", "Accept-Datetime": asked})

    assert response.status_code == 400
    assert asked in json.loads(response.data)["detail"]


def test_a_document_that_came_later_begins_with_its_first_release(
    client: FlaskClient, three: list[Release]
) -> None:
    """The first memento of a document, not of the site."""
    response = client.get("/doc/lake/vattern", headers=TURTLE | {"Accept-Datetime": FIRST})

    assert response.headers["Memento-Datetime"] == SECOND


def test_a_missing_memento_bears_no_time(client: FlaskClient, three: list[Release]) -> None:
    """Section 4.5.6: an error is no memento."""
    response = client.get(f"/release/{three[0].id}/doc/lake/vattern")

    assert response.status_code == 404
    assert "Memento-Datetime" not in response.headers


def test_a_time_map_lists_every_memento_in_link_format(
    client: FlaskClient, three: list[Release]
) -> None:
    """Section 5: original, timegate, self, mementos with their times."""
    response = client.get(f"/timemap{PATH}")

    lines = response.get_data(as_text=True).splitlines()
    memento = f"<http://localhost/release/{{}}{PATH}>; "
    assert response.content_type == "application/link-format"
    assert lines[0] == '<http://localhost/doc/lake/siljan>; rel="original timegate",'
    assert f'from="{FIRST}"; until="{THIRD}"' in lines[1]
    assert lines[2:] == [
        memento.format(three[0].id) + f'rel="first memento"; datetime="{FIRST}",',
        memento.format(three[1].id) + f'rel="memento"; datetime="{SECOND}",',
        memento.format(three[2].id) + f'rel="last memento"; datetime="{THIRD}"',
    ]


def test_a_time_map_lists_only_releases_that_changed_the_document(
    client: FlaskClient, three: list[Release]
) -> None:
    """RFC 7089, section 1.1: a memento is a state of the original, and here there was one."""
    lines = client.get("/timemap/doc/lake/vänern").get_data(as_text=True).splitlines()
    between = client.get("/doc/lake/vänern", headers=TURTLE | {"Accept-Datetime": THIRD})
    later = client.get(f"/release/{three[1].id}/doc/lake/vänern", headers=TURTLE)

    assert [line for line in lines if "memento" in line] == [
        f"<http://localhost/release/{three[0].id}/doc/lake/v%C3%A4nern>; "
        f'rel="first last memento"; datetime="{FIRST}"'
    ]
    assert between.headers["Memento-Datetime"] == FIRST
    assert links(later.headers["Link"])["prev"].endswith(f"{three[0].id}/doc/lake/v%C3%A4nern")
    assert "next" not in links(later.headers["Link"])


def test_a_time_map_is_json_for_those_who_ask(client: FlaskClient) -> None:
    """For scripts."""
    response = client.get(f"/timemap{PATH}", headers={"Accept": "application/json"})

    listed = json.loads(response.data)["mementos"]["list"]
    assert [m["datetime"] for m in listed] == [
        "2026-01-02T00:00:00+00:00",
        "2026-01-02T00:00:01+00:00",
        "2026-01-02T00:00:02+00:00",
    ]


def test_a_time_map_of_nothing_answers_404(client: FlaskClient) -> None:
    """Nothing was ever there."""
    assert client.get("/timemap/doc/lake/unheard-of").status_code == 404


def test_the_memory_of_ready_answers_keeps_times_apart(newest: Site) -> None:
    """An answer of the past must not be given for the present, nor the other way."""
    client = Client(create_app(newest))
    texts = [
        client.get(PATH, headers=TURTLE | asked).get_data(as_text=True)
        for asked in ({}, {"Accept-Datetime": FIRST}, {}, {"Accept-Datetime": SECOND})
    ]
    words = ["djup", "En sjö", "djup", "stor"]
    assert [word in text for word, text in zip(words, texts, strict=True)] == [True] * 4


def test_queries_have_no_past(client: FlaskClient) -> None:
    """The endpoint answers as it always does."""
    response = client.get(
        "/sparql?query=ASK%7B%7D",
        headers={"Accept-Datetime": FIRST, "Accept": "application/sparql-results+json"},
    )
    assert "Memento-Datetime" not in response.headers
