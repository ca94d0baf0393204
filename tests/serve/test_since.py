"""Last-Modified and If-Modified-Since by the document, not by the release."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client

from publisher.release.catalogue.sitemap import read_documents
from publisher.release.history.document_dates import LastModified
from publisher.release.model import DOCUMENTS
from publisher.serve.app import create_app
from publisher.serve.site import Site
from tests.chain import A_LAKE, BASE, SILJAN, Chain

pytestmark = pytest.mark.slow

TURTLE = {"Accept": "text/turtle"}


def last_modified(client: FlaskClient | Client, path: str, accept: str = "text/turtle") -> str:
    """Return the field of a document."""
    return client.get(path, headers={"Accept": accept}).headers["Last-Modified"]


def test_a_graph_is_as_new_as_its_content(chain: Chain) -> None:
    """RFC 9110, section 8.8.2: the time of the representation, not of the site."""
    chain.build()
    new = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    with chain.client(new) as client:
        assert last_modified(client, "/doc/lake/siljan") == "Fri, 02 Jan 2026 00:00:01 GMT"
        assert last_modified(client, "/doc/lake/vänern") == "Fri, 02 Jan 2026 00:00:00 GMT"


def test_a_page_is_as_new_as_the_release_that_it_names(chain: Chain) -> None:
    """Its foot changes with every release."""
    chain.build()
    new = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    with chain.client(new) as client:
        page = last_modified(client, "/doc/lake/vänern", "text/html")
        assert page == "Fri, 02 Jan 2026 00:00:01 GMT"


def test_the_graph_says_the_same_date_as_the_field(chain: Chain) -> None:
    """An unchanged document is the same bytes in the next release, so its tag stays too."""
    old = chain.build()
    new = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    with chain.client(old) as before, chain.client(new) as after:
        first = before.get("/doc/lake/vänern", headers=TURTLE)
        second = after.get("/doc/lake/vänern", headers=TURTLE)
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]


def test_a_client_with_the_old_date_is_spared_only_where_nothing_changed(chain: Chain) -> None:
    """RFC 9110, section 13.1.3."""
    chain.build()
    new = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    asked = TURTLE | {"If-Modified-Since": "Fri, 02 Jan 2026 00:00:00 GMT"}
    with chain.site(new) as site:
        client = Client(create_app(site))
        assert client.get("/doc/lake/vänern", headers=asked).status_code == 304
        assert client.get("/doc/lake/siljan", headers=asked).status_code == 200


def answered(site: Site, path: str, since: str = "") -> tuple[int, str]:
    """Return status and Last-Modified of an answer to a client that has a copy of some date."""
    fields = {"If-Modified-Since": since} if since else {}
    with Client(create_app(site)).get(path, headers=fields) as answer:
        return answer.status_code, answer.headers.get("Last-Modified", "")


@pytest.mark.parametrize(
    "path", ["/doc/lake/siljan.ttl", "/doc/lake/siljan.html", "/dump/lakes.nt"]
)
def test_after_going_back_a_copy_of_the_newer_release_is_not_confirmed(
    chain: Chain, path: str
) -> None:
    """Its date is the later one, and its content another."""
    old = chain.build()
    new = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    with chain.site(new) as site:
        newer = answered(site, path)[1]
    with chain.site(old) as site:
        own = answered(site, path)[1]
        dates = (newer, "Mon, 01 Jan 2035 00:00:00 GMT", own)
        assert [answered(site, path, date)[0] for date in dates] == [200, 200, 304]


CHANGES = [
    ("En sjö i Dalarna.", "En stor sjö i Dalarna.", "data/lakes/lakes.ttl"),
    ('"lake"@en', '"mere"@en', "ontology/water.ttl"),
    ('"Siljan"@en', '"Lake Siljan"@en', "data/lakes/lakes.ttl"),
    (A_LAKE, A_LAKE.replace("a water:Lake ;", f"a water:Lake ; dcterms:relation <{SILJAN}> ;"), ""),
    ('"flows into"@en', '"runs into"@en', "ontology/water.ttl"),
    ('"Lakes and rivers"@en', '"Rivers and lakes"@en', "data/catalogue.ttl"),
    (A_LAKE, "", ""),
]


@pytest.mark.parametrize(("old", "new", "name"), CHANGES)
def test_a_document_with_its_old_date_has_its_old_bytes(
    chain: Chain, old: str, new: str, name: str
) -> None:
    """Whatever changes: a stale copy must never be confirmed."""
    before = chain.add(A_LAKE)
    after = chain.replace(old, new, name or "data/lakes/lakes.ttl")
    old_dates, new_dates = LastModified(before), LastModified(after)
    listed = [path for path, _ in read_documents(after.folder / DOCUMENTS) if path]
    with chain.client(before) as there, chain.client(after) as here:
        for path in listed:
            same = old_dates.instant(path) == new_dates.instant(path)
            first = there.get(f"/{path}", headers=TURTLE)
            second = here.get(f"/{path}", headers=TURTLE)
            assert not same or first.data == second.data, path


KINDS = f"""
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

<{BASE}def/water>
    owl:versionIRI <{BASE}def/water/1> ;
.

<{BASE}id/concept/kind>
    a skos:ConceptScheme ;
    skos:prefLabel
        "Kinds"@en ,
        "Slag"@sv ;
.

<{BASE}id/concept/kind/salt>
    a skos:Concept ;
    skos:inScheme <{BASE}id/concept/kind> ;
    skos:prefLabel
        "salt"@en ,
        "salt"@sv ;
.
"""


@pytest.mark.parametrize(
    "path", ["def/water", "def/water/1", "doc/concept/kind", "doc/concept/kind/salt", "shapes"]
)
def test_a_change_of_a_thing_leaves_date_and_time_map_of_terms_concepts_and_shapes(
    chain: Chain, path: str
) -> None:
    """RFC 9110, section 8.8.2, and RFC 7089, section 1.1: there is one state of each."""
    chain.write("ontology/kinds.ttl", KINDS)
    old = chain.build()
    new = chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")

    with chain.client(new) as client:
        assert last_modified(client, f"/{path}.ttl") == "Fri, 02 Jan 2026 00:00:00 GMT"
        lines = client.get(f"/timemap/{path}").get_data(as_text=True).splitlines()
    assert [line.partition(";")[0] for line in lines if "memento" in line] == [
        f"<http://localhost/release/{old.id}/{path}>"
    ]
