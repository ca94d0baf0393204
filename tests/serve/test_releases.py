"""Releases that are kept: listed, compared, and readable as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from publisher.release.model import Release
from publisher.serve.app import create_archive, create_flask
from publisher.serve.site import Shared, Site
from tests.chain import A_LAKE, SILJAN, VATTERN, Chain

pytestmark = pytest.mark.slow

JSON = {"Accept": "application/json", "Accept-Language": "en"}
PAGE = {"Accept": "text/html", "Accept-Language": "sv"}


def two_releases(chain: Chain) -> tuple[Release, Release]:
    """Return two releases: a lake was renamed, and another one left."""
    old = chain.add(A_LAKE)
    chain.write("data/lakes/lakes.ttl", chain.read().replace(A_LAKE, ""))
    return old, chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")


@pytest.fixture(scope="module")
def two(kept_chain: Chain) -> tuple[Release, Release]:
    """Return the two, for tests that change nothing."""
    return two_releases(kept_chain)


@pytest.fixture(scope="module")
def newer(kept_chain: Chain, two: tuple[Release, Release]) -> Iterator[Site]:
    """Return a site over the newer one."""
    with kept_chain.site(two[1]) as site:
        yield site


@pytest.fixture
def client(newer: Site) -> FlaskClient:
    """Return a client of the newer one."""
    return create_flask(newer).test_client()


def test_the_releases_are_listed_for_programs(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """The newest first, the current one marked, with the ways to all else."""
    old, new = two
    listed = json.loads(client.get("/release", headers=JSON).data)["releases"]

    assert [(r["id"], r["current"]) for r in listed] == [(new.id, True), (old.id, False)]
    assert listed[0]["published"] == "2026-01-02T00:00:01+00:00"
    assert listed[0]["address"] == f"http://localhost/release/{new.id}/"
    assert listed[0]["report"] == f"http://localhost/release/{new.id}/report"
    assert listed[0]["differences"] == f"http://localhost/release/{new.id}/diff/{old.id}"
    assert listed[1]["differences"] is None


def test_the_releases_are_listed_for_readers(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """In the reader's language."""
    page = client.get("/release", headers=PAGE).get_data(as_text=True)

    assert "Utgåvor" in page
    assert page.count("aktuell") == 1
    assert f"/release/{two[1].id}/diff/{two[0].id}" in page


def test_a_document_is_read_as_it_was(client: FlaskClient, two: tuple[Release, Release]) -> None:
    """Issue: every address as it was."""
    old = client.get(f"/release/{two[0].id}/doc/lake/siljan.ttl").get_data(as_text=True)
    new = client.get("/doc/lake/siljan.ttl").get_data(as_text=True)

    assert '"En sjö i Dalarna."@sv' in old
    assert '"En stor sjö i Dalarna."@sv' in new


def test_what_has_left_is_still_there_in_the_past(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """The 410 leads here."""
    problem = json.loads(client.get("/doc/lake/vattern", headers=JSON).data)
    was = problem["as_it_was"].removeprefix("http://localhost")

    assert was == f"/release/{two[0].id}/doc/lake/vattern"
    assert client.get(was, headers=PAGE).status_code == 200


def test_links_of_an_old_page_stay_in_its_release(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """A reader of the past does not fall out of it."""
    page = client.get(f"/release/{two[0].id}/doc/lake/siljan", headers=PAGE).get_data(as_text=True)

    assert f'href="/release/{two[0].id}/catalog' in page
    assert 'href="/catalog' not in page


def test_a_thing_of_the_past_redirects_to_its_document_of_the_past(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """303, as now."""
    response = client.get(f"/release/{two[0].id}/id/lake/siljan")

    assert response.status_code == 303
    assert response.headers["Location"] == f"http://localhost/release/{two[0].id}/doc/lake/siljan"


def test_dumps_and_catalogue_are_kept_too(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """Who cites a release can fetch it."""
    with client.get(f"/release/{two[0].id}/dump/lakes.nt") as dump:
        assert dump.data == (two[0].folder / "dumps/lakes.nt").read_bytes()
    catalogue = client.get(f"/release/{two[0].id}/catalog")

    assert catalogue.content_type == "application/rdf+xml"


@pytest.mark.parametrize(
    ("path", "then", "now"),
    [
        ("table/lake.csv", "Vättern", ""),
        ("search.json?q=V%C3%A4ttern", "lake/vattern", ""),
        (
            "sparql?format=json&query=SELECT*%7B%3Flake+%3Fname+%22V%C3%A4ttern%22%40en%7D",
            VATTERN,
            "",
        ),
        ("query/waters-called.csv?name=V%C3%A4ttern", "lake/vattern", ""),
        ("sitemap.xml", "lake/vattern", ""),
        ("void.ttl", "void:Dataset", "void:Dataset"),
        ("catalog.ttl", "dcat:Catalog", "dcat:Catalog"),
        ("feed/1", "lake/vattern", "lake/vattern"),
        ("feed/catalog/1", "catalog", "catalog"),
        ("feed.atom", "Tillkom: Vättern", "Tillkom: Vättern"),
        ("context.jsonld", "@context", "@context"),
        ("def/water.ttl", "water:Lake", "water:Lake"),
        ("doc/lake/v%C3%A4nern.ttl", "Vänern", "Vänern"),
    ],
)
def test_every_address_answers_as_it_was(
    client: FlaskClient, two: tuple[Release, Release], path: str, then: str, now: str
) -> None:
    """Issue: tables, search, queries, feeds and files too."""
    with client.get(f"/{path}") as present:
        text = present.get_data(as_text=True)
        assert now in text if now else then not in text
    with client.get(f"/release/{two[0].id}/{path}") as was:
        text = was.get_data(as_text=True)

    assert was.status_code == 200
    assert then in text
    assert was.headers["Memento-Datetime"] == "Fri, 02 Jan 2026 00:00:00 GMT"
    assert f'<http://localhost/{path}>; rel="original' in was.headers["Link"]


def test_a_query_is_sent_to_the_past_by_post_too(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """SPARQL 1.1 Protocol, sections 2.1.2 and 2.1.3."""
    query = f"ASK {{ <{VATTERN}> ?p ?o }}"
    accept = {"Accept": "application/sparql-results+json"}
    answers = [
        client.post(f"/release/{release.id}/sparql", data=sent, content_type=kind, headers=accept)
        for release in two
        for sent, kind in (({"query": query}, None), (query, "application/sparql-query"))
    ]

    assert [json.loads(a.data)["boolean"] for a in answers] == [True, True, False, False]


def test_a_query_of_the_past_has_the_limits_of_every_query(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """The past must not be a way around them."""
    place = f"/release/{two[0].id}/sparql"
    endless = "SELECT (COUNT(*) AS ?n) {" + "?a?b?c." * 101 + "}"

    refused = client.post(place, data={"query": endless}, headers=JSON)
    service = client.post(
        place, data={"query": "SELECT * { SERVICE <http://e.org/> {} }"}, headers=JSON
    )

    assert json.loads(refused.data)["limit"] == "query_patterns"
    assert service.status_code == 400


def test_queries_of_the_past_wait_in_the_one_queue(chain: Chain) -> None:
    """Else each open release would add to what the machine has to bear at one time."""
    release = chain.build()
    with chain.site(release) as site:
        asked: list[str] = []
        past = create_archive(chain.config(), Shared(site.metrics, site.endpoint.queue))
        enter = site.endpoint.queue.enter
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                site.endpoint.queue,
                "enter",
                lambda client, decided: asked.append(client) or enter(client, decided),
            )
            client = create_flask(site, past).test_client()
            client.get(f"/release/{release.id}/sparql?query=ASK%7B%7D")
        past.close()

    assert len(asked) == 1


def test_a_page_of_the_past_says_so_in_the_readers_language(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """And leads to the page as it is now; a page of the present says nothing of the kind."""
    there = f"/release/{two[0].id}/doc/lake/siljan"
    swedish = client.get(there, headers=PAGE).get_data(as_text=True)
    english = client.get(f"{there}?lang=en", headers=PAGE).get_data(as_text=True)
    present = client.get("/doc/lake/siljan", headers=PAGE).get_data(as_text=True)

    assert "Du läser utgåvan från 2 januari 2026" in swedish
    assert '<a href="/doc/lake/siljan">Gå till sidan som den ser ut nu</a>' in swedish
    assert "You are reading the release of 2 January 2026" in english
    assert '<a href="/doc/lake/siljan?lang=en">Go to this page as it is now</a>' in english
    assert 'class="past"' not in present


@pytest.mark.parametrize("path", ["", "table/", "table/lake?q=V", "search?q=V", "sparql", "query"])
def test_every_page_of_the_past_leads_to_the_present(
    client: FlaskClient, two: tuple[Release, Release], path: str
) -> None:
    """Whoever comes in from a search engine sees where they are."""
    page = client.get(f"/release/{two[0].id}/{path}", headers=PAGE)

    assert page.status_code == 200
    assert 'class="past"' in page.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/release/1999-01-01-abc/", "/release/../", "/release/current/doc/lake/siljan"]
)
def test_what_is_no_release_answers_404(client: FlaskClient, path: str) -> None:
    """Names are looked up among the releases, never on the disk."""
    assert client.get(path).status_code == 404


def test_the_report_of_a_release_is_shown(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """What the check found, for people and for programs."""
    written = client.get(f"/release/{two[1].id}/report", headers=JSON)
    page = client.get(f"/release/{two[1].id}/report", headers=PAGE)

    assert json.loads(written.data)["conforms"] is True
    assert f"Rapport om utgåvan {two[1].id}" in page.get_data(as_text=True)


def test_the_difference_of_two_releases_is_shown_in_three_forms(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """HTML, JSON, RDF Patch."""
    address = f"/release/{two[1].id}/diff/{two[0].id}"
    found = json.loads(client.get(address, headers=JSON).data)
    page = client.get(address, headers=PAGE).get_data(as_text=True)
    patch = client.get(f"{address}.rdfp")

    assert [(c["entity"], c["kind"]) for c in found] == [(SILJAN, "changed"), (VATTERN, "removed")]
    assert '<a href="/id/lake/siljan">Siljan</a> (lakes)' in page
    assert "<del>En sjö i Dalarna.</del>" in page
    assert "<ins>En stor sjö i Dalarna.</ins>" in page
    assert ">Vättern</a> (lakes)" in page
    assert patch.content_type == "application/rdf-patch"
    assert patch.get_data(as_text=True).startswith("TX .\nD <https://data.example.org/")


def test_only_a_few_old_releases_stay_open(kept_chain: Chain, two: tuple[Release, Release]) -> None:
    """A crawler that walks through all of them must not fill the memory."""
    past = create_archive(kept_chain.config(open_releases=1))
    first = past.open(two[0].id)
    assert past.open(two[0].id) is first
    past.open(two[1].id)
    assert past.open(two[0].id) is not first


def test_every_page_leads_to_the_releases_those_of_the_past_too(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """The foot of a page names its release; there is one list of them."""
    page = client.get("/", headers=PAGE).get_data(as_text=True)
    there = client.get(f"/release/{two[0].id}/release")

    assert f'<a href="/release"><code>{two[1].id}</code></a>' in page
    assert (there.status_code, there.headers["Location"]) == (301, "http://localhost/release")


def test_the_manifest_of_a_release_can_be_fetched_and_checked(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """Who has a dump can compare its digest; without a key there is no signature."""
    manifest = client.get(f"/release/{two[0].id}/manifest.json")
    signature = client.get(f"/release/{two[0].id}/manifest.json.sig")

    assert manifest.data == (two[0].folder / "manifest.json").read_bytes()
    assert manifest.content_type == "application/json"
    assert signature.status_code == 404


@pytest.fixture
def signed(chain: Chain) -> Iterator[tuple[FlaskClient, Release]]:
    """Return a client of the newer of two releases, and the older, which has a signature."""
    old, new = two_releases(chain)
    for name in ("manifest.json.sig", "manifest.json.pub"):
        (old.folder / name).write_text(name, encoding="ascii")
    with chain.client(new) as client:
        yield client, old


def test_a_signature_and_its_key_can_be_fetched(signed: tuple[FlaskClient, Release]) -> None:
    """The list of releases leads to them."""
    client, old = signed
    listed = json.loads(client.get("/release", headers=JSON).data)["releases"]
    entry = next(entry for entry in listed if entry["id"] == old.id)

    for name, file in (("signature", "manifest.json.sig"), ("public_key", "manifest.json.pub")):
        assert entry[name] == f"http://localhost/release/{old.id}/{file}"
        assert client.get(entry[name]).get_data(as_text=True) == file
    assert entry["manifest"] == f"http://localhost/release/{old.id}/manifest.json"
    assert [other["signature"] for other in listed if other is not entry] == [None]
