"""Feeds of changes as clients of LDES and portals read them."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from publisher.release.history import feeds
from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.site import Site, open_site
from tests import npm
from tests.chain import A_LAKE, BASE, SILJAN, VATTERN, Chain

pytestmark = pytest.mark.slow

LDES, TREE = "https://w3id.org/ldes#", "https://w3id.org/tree#"
AS = "https://www.w3.org/ns/activitystreams#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
MODIFIED = "http://purl.org/dc/terms/modified"
VERSION_OF = "http://purl.org/dc/terms/isVersionOf"
STREAM = f"{BASE}feed#stream"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page of a feed be full with four members."""
    monkeypatch.setattr(feeds, "PAGE_MEMBERS", 4)


@pytest.fixture(scope="module")
def third(kept_chain: Chain) -> Iterator[Site]:
    """Return a site over a third release: a lake came, a lake changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds, "PAGE_MEMBERS", 4)
        kept_chain.build()
        kept_chain.add(A_LAKE)
        last = kept_chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")
    with kept_chain.site(last) as site:
        yield site


@pytest.fixture
def client(third: Site, small_pages: None) -> FlaskClient:
    """Return a client of the third release."""
    return create_flask(third).test_client()


def trig(client: FlaskClient, path: str) -> list[Quad]:
    """Return what an address says in TriG."""
    response = client.get(path, headers={"Accept": "application/trig"})
    assert response.status_code == 200
    return list(parse(response.data, format=RdfFormat.TRIG))


def objects(quads: list[Quad], predicate: str, subject: str = "") -> list[str]:
    """Return the objects of a predicate, in order."""
    return [
        str(getattr(q.object, "value", ""))
        for q in quads
        if q.predicate.value == predicate
        and (not subject or getattr(q.subject, "value", "") == subject)
    ]


def test_the_root_says_what_the_stream_is(client: FlaskClient) -> None:
    """LDES server primer: view, timestampPath, versionOfPath, retention as an IRI."""
    root = trig(client, "/feed")

    assert objects(root, TREE + "view", STREAM) == ["http://localhost/feed"]
    assert objects(root, LDES + "timestampPath") == [MODIFIED]
    assert objects(root, LDES + "versionOfPath") == [VERSION_OF]
    assert objects(root, LDES + "retentionPolicy") == [f"{BASE}feed#retention"]


def test_the_root_leads_to_every_page(client: FlaskClient) -> None:
    """TREE: one node, one path and one value a relation."""
    root = trig(client, "/feed")

    relations = objects(root, TREE + "relation")
    nodes = [objects(root, TREE + "node", relation) for relation in relations]
    assert {tuple(node) for node in nodes} == {
        (f"http://localhost/feed/{number}",) for number in (1, 2, 3)
    }
    for relation in relations:
        assert len(objects(root, TREE + "path", relation)) == 1
        assert len(objects(root, TREE + "value", relation)) == 1


def test_a_closed_page_may_be_kept_for_good_and_the_open_one_not(client: FlaskClient) -> None:
    """Cache-Control: immutable, and ``ldes:immutable`` in the page."""
    closed, opened = client.get("/feed/1"), client.get("/feed/3")

    assert closed.headers["Cache-Control"] == "public, max-age=604800, immutable"
    assert opened.headers["Cache-Control"] == "public, no-cache"
    assert objects(trig(client, "/feed/1"), LDES + "immutable") == ["true"]
    assert objects(trig(client, "/feed/3"), LDES + "immutable") == []


def test_members_are_linked_to_the_stream_and_dated(client: FlaskClient) -> None:
    """The second page ends with what came, the third begins with what changed."""
    for number, activity, thing in ((2, "Create", VATTERN), (3, "Update", SILJAN)):
        page = trig(client, f"/feed/{number}")
        name = objects(page, TREE + "member", STREAM)[-1]
        assert objects(page, VERSION_OF, name) == [thing]
        assert objects(page, TYPE, name) == [AS + activity]


def test_a_closed_page_is_the_same_in_the_next_release(chain: Chain, small_pages: None) -> None:
    """Immutable means immutable."""
    first = chain.build()
    with chain.client(first) as there, chain.client(chain.add(A_LAKE)) as here:
        assert there.get("/feed/1").data == here.get("/feed/1").data


def test_a_page_that_is_not_there_is_empty_to_a_client(client: FlaskClient) -> None:
    """LDES: 410 is an empty page; after 404 a client gives up."""
    assert client.get("/feed/99").status_code == 410


@pytest.mark.parametrize("path", ["/feed", "/feed/1", "/feed/catalog", "/feed/catalog/1"])
@pytest.mark.parametrize(
    ("media_type", "rdf_format"),
    [
        ("application/trig", RdfFormat.TRIG),
        ("application/ld+json", RdfFormat.JSON_LD),
        ("application/n-quads", RdfFormat.N_QUADS),
    ],
)
def test_every_page_comes_in_three_media_types(
    client: FlaskClient, path: str, media_type: str, rdf_format: RdfFormat
) -> None:
    """They say the same."""
    response = client.get(path, headers={"Accept": media_type})

    said = {str(quad) for quad in parse(response.data, format=rdf_format)}
    assert response.content_type == media_type
    assert said == {str(quad) for quad in trig(client, path)}


def test_an_activity_of_the_catalogue_says_what_and_when_and_nothing_else(
    client: FlaskClient,
) -> None:
    """DCAT-AP Feeds, ActivityShape: closed, one object, one xsd:dateTime."""
    root, page = trig(client, "/feed/catalog"), trig(client, "/feed/catalog/1")

    assert objects(root, LDES + "timestampPath") == [AS + "published"]
    assert objects(root, LDES + "versionOfPath") == [AS + "object"]
    activities = objects(page, TREE + "member")
    for activity in activities:
        said = [q for q in page if getattr(q.subject, "value", "") == activity]
        assert sorted(q.predicate.value for q in said) == sorted(
            [TYPE, AS + "object", AS + "published"]
        )
        (published,) = (q.object for q in said if q.predicate.value == AS + "published")
        assert isinstance(published, Literal)
        assert published.datatype.value == "http://www.w3.org/2001/XMLSchema#dateTime"
    assert activities


def test_the_payload_of_an_activity_names_the_class_of_its_object(client: FlaskClient) -> None:
    """EntityShape: a catalogue, a dataset, a distribution, a service, an agent."""
    page = trig(client, "/feed/catalog/1")

    for activity in objects(page, TREE + "member"):
        (thing,) = objects(page, AS + "object", activity)
        payload = [q for q in page if q.graph_name == NamedNode(activity)]
        assert objects(payload, TYPE, thing)


def test_people_read_the_newest_change_first(client: FlaskClient) -> None:
    """RFC 4287, in the reader's language."""
    response = client.get("/feed.atom", headers={"Accept-Language": "sv"})

    root = ElementTree.fromstring(response.data)
    entries = root.findall(f"{ATOM}entry")
    assert response.content_type == "application/atom+xml"
    assert [entry.findtext(f"{ATOM}title") for entry in entries][:2] == [
        "Ändrades: Siljan",
        "Tillkom: Vättern",
    ]
    link = entries[0].find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "http://localhost/doc/lake/siljan"


# The real client.


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def ldes_client() -> list[str]:
    """Return the command that runs the real client."""
    folder = npm.package("ldes-client", "0.3.0")
    return [*npm.node(), str(folder / "dist" / "bin" / "cli.js")]


def replicate(
    program: list[str], chain: Chain, release: Release, port: int, state: Path, feed: str = "feed"
) -> set[str]:
    """Return what the client brings from a site, given what it has seen before."""
    with Served(chain, release, port):
        command = [*program, f"http://127.0.0.1:{port}/{feed}", "--save", str(state)]
        command += ["--ordered", "ascending", "--retry-count", "1", "--no-shape"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return {line.strip() for line in done.stdout.splitlines() if line.strip()}


class Served:
    """A site on a port, for as long as the block lasts."""

    def __init__(self, chain: Chain, release: Release, port: int) -> None:
        """Open the site."""
        config = chain.config(site_url=f"http://127.0.0.1:{port}/")
        self._site = open_site(config, release)
        app = create_flask(self._site)
        self._server = make_server("127.0.0.1", port, app, handler_class=_Silent)

    def __enter__(self) -> None:
        """Begin to answer."""
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """End."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._site.engine.close()


def state_of(lines: set[str]) -> dict[str, frozenset[str]]:
    """Return entity → what its newest member says, without those that left."""
    quads = list(parse("\n".join(lines).encode(), format=RdfFormat.N_QUADS))
    dated: dict[str, tuple[str, str, str]] = {}
    for quad in quads:
        if quad.predicate.value == VERSION_OF:
            member = str(quad.subject)[1:-1]
            date = max(objects(quads, MODIFIED, member))
            kinds = objects(quads, TYPE, member)
            (kind,) = (k for k in kinds if k.startswith(AS))
            entity = str(getattr(quad.object, "value", ""))
            dated[entity] = max(dated.get(entity, ("", "", "")), (date, member, kind))
    return {
        entity: frozenset(
            str(q.triple)
            for q in quads
            if getattr(q.subject, "value", "") == entity
            and getattr(q.graph_name, "value", "") in (member, "")
        )
        for entity, (_, member, kind) in dated.items()
        if kind != AS + "Delete"
    }


def test_a_client_that_followed_and_one_that_starts_today_end_alike(
    chain: Chain, small_pages: None, ldes_client: list[str], free_port: int, tmp_path: Path
) -> None:
    """Issue: with the real client."""
    followed: set[str] = set()
    releases = [chain.build(), chain.add(A_LAKE)]
    followed |= replicate(ldes_client, chain, releases[0], free_port, tmp_path / "a")
    followed |= replicate(ldes_client, chain, releases[1], free_port, tmp_path / "a")
    chain.write("data/lakes/lakes.ttl", chain.read().replace("En sjö", "En stor sjö"))
    last = chain.remove(A_LAKE)
    followed |= replicate(ldes_client, chain, last, free_port, tmp_path / "a")
    today = replicate(ldes_client, chain, last, free_port, tmp_path / "b")

    assert state_of(followed) == state_of(today)
    assert SILJAN in state_of(today)
    assert VATTERN not in state_of(today)
    assert sum("En stor sjö i Dalarna." in line for line in today) == 1
