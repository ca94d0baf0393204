"""Whoever asks for everything that costs much gets its share of it, and keeps nobody waiting."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from publisher.release.manifest import read_sealed, write_sealed
from publisher.release.model import MANIFEST, Release
from publisher.serve import differences
from publisher.serve.app import create_archive, create_flask
from publisher.serve.archive import ReleaseArchive
from publisher.serve.queue import QUEUED_VIEWS
from publisher.serve.response_cache import CLIENT_DISCONNECTED
from publisher.serve.site import Site
from tests.adversary.canary import canary
from tests.adversary.served import serving
from tests.chain import A_LAKE, LAKES, Chain

pytestmark = pytest.mark.slow

RELEASES = 32
CONNECTIONS = 200
SECONDS = 60.0
PAGE = {"Accept": "text/html", "Accept-Language": "en"}
JSON = {"Accept": "application/json", "Accept-Language": "en"}


def copies(release: Release, many: int) -> list[str]:
    """Return the names of copies of a release, as if the same had been published day after day."""
    names = []
    for number in range(many):
        published = release.published - timedelta(days=number + 1)
        folder = release.folder.parent / f"{published:%Y-%m-%d}-{number:012x}"
        shutil.copytree(release.folder, folder)
        manifest = read_sealed(folder / MANIFEST)
        manifest |= {"release": folder.name, "published": published.isoformat()}
        write_sealed(folder / MANIFEST, manifest)
        names.append(folder.name)
    return names


class Attack:
    """Connections from one address that each ask for something costly, all at the same time."""

    def __init__(self, port: int, connections: int) -> None:
        """Connect one after the other: a burst might be lost on the way, which is not meant."""
        self.statuses: Counter[int] = Counter()
        self.retry: set[str | None] = set()
        self._connections = [
            http.client.HTTPConnection(
                "127.0.0.1", port, timeout=SECONDS, source_address=("127.0.0.1", 0)
            )
            for _ in range(connections)
        ]
        for connection in self._connections:
            connection.connect()

    def ask(self, paths: Callable[[], str]) -> None:
        """Ask over all of them, and wait for the last answer."""
        threads = [
            threading.Thread(target=self._ask, args=(connection, paths()))
            for connection in self._connections
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * SECONDS)
            assert not thread.is_alive()

    def _ask(self, connection: http.client.HTTPConnection, path: str) -> None:
        try:
            connection.request("GET", path, headers={"Accept": "*/*"})
            response = connection.getresponse()
            response.read()
            self.statuses[response.status] += 1
            if response.status in (429, 503):
                self.retry.add(response.getheader("Retry-After"))
        except (OSError, http.client.HTTPException):
            self.statuses[0] += 1
        finally:
            connection.close()


def test_two_hundred_connections_that_ask_for_differences_and_the_past_keep_nobody_waiting(
    chain: Chain, tmp_path: Path
) -> None:
    """Health, documents and other clients' queries are answered all the time."""
    release = chain.build()
    names = [release.id, *copies(release, RELEASES)]
    numbers = count()

    def costly() -> str:
        number = next(numbers)
        new, old = names[number % len(names)], names[(number * 7 + 1) % len(names)]
        kinds = (f"diff/{old}.html", f"doc/lake/siljan?x={number}", f"diff/{old}.rdfp", "report")
        return f"/release/{new}/{kinds[number % len(kinds)]}"

    with serving(chain.releases, tmp_path) as server:
        attack = Attack(server.port, CONNECTIONS)
        with canary(server.port, source="127.0.0.2") as report:
            attack.ask(costly)
        text = server.log.read_text(encoding="utf-8")
    assert report.failed == []
    assert {sample.kind for sample in report.samples} == {"health", "warm", "cold", "query"}
    assert report.longest() < SECONDS / 2
    assert set(attack.statuses) <= {200, 429, 503}
    assert attack.statuses[200] > 0
    assert attack.statuses[429] > 0
    assert attack.retry == {"5"}
    assert "Traceback" not in text


@pytest.fixture
def two(chain: Chain) -> tuple[Release, Release]:
    """Return two releases: a lake was described anew, and another one left."""
    old = chain.add(A_LAKE)
    chain.write(LAKES, chain.read().replace(A_LAKE, ""))
    return old, chain.replace("En sjö i Dalarna.", "En stor sjö i Dalarna.")


@pytest.fixture
def site(chain: Chain, two: tuple[Release, Release]) -> Iterator[Site]:
    """Return a site over the newer one."""
    with chain.site(two[1]) as site:
        yield site


@pytest.fixture
def opened() -> list[str]:
    """Return the names of the releases for which a site was opened, as it happens."""
    return []


@pytest.fixture
def past(chain: Chain, opened: list[str]) -> ReleaseArchive:
    """Return the releases of the folder; what they are opened with is noted."""
    past = create_archive(chain.config())
    real = past._open

    def noting(release: Release):  # type: ignore[no-untyped-def]
        opened.append(release.id)
        return real(release)

    past._open = noting  # type: ignore[method-assign]
    return past


@pytest.fixture
def client(site: Site, past: ReleaseArchive) -> FlaskClient:
    """Return a client of the application without the memory in front."""
    return create_flask(site, past).test_client()


def test_everything_that_is_called_costly_exists(site: Site, past: ReleaseArchive) -> None:
    """A view that was renamed would not wait any more."""
    assert set(QUEUED_VIEWS) <= set(create_flask(site, past).view_functions)


def test_a_difference_opens_no_site_and_is_made_once(
    client: FlaskClient,
    two: tuple[Release, Release],
    opened: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In whatever form it is asked for, and however often."""
    compared: list[str] = []
    real = differences.entity_diffs
    monkeypatch.setattr(
        differences, "entity_diffs", lambda old, new: compared.append(new.id) or real(old, new)
    )
    address = f"/release/{two[1].id}/diff/{two[0].id}"
    for extension in ("html", "json", "rdfp", "json"):
        assert client.get(f"{address}.{extension}").status_code == 200
    assert client.get(f"/release/{two[1].id}/report", headers=JSON).status_code == 200
    assert compared == [two[1].id]
    assert opened == []


def test_a_difference_of_releases_never_changes_and_says_so(
    client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """RFC 8246: who has it need not ask again; who asks all the same is told that it has it."""
    for extension in ("json", "rdfp"):
        address = f"/release/{two[1].id}/diff/{two[0].id}.{extension}"
        first = client.get(address)
        assert "immutable" in first.headers["Cache-Control"]
        assert first.content_length == len(first.data)
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    page = client.get(f"/release/{two[1].id}/diff/{two[0].id}.html", headers=PAGE)
    assert page.headers["Cache-Control"] == "public, no-cache"  # names are those of now


def test_a_long_difference_is_sent_from_a_file_to_many_at_a_time(
    two: tuple[Release, Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written as JSON is written in one piece, and in memory only as far as it is short."""
    monkeypatch.setattr(differences, "_IN_MEMORY_BYTES", 100)
    found = differences.Differences(1).find(*two)
    small = differences.Differences(500)
    monkeypatch.setattr(differences, "_IN_MEMORY_BYTES", 1 << 20)
    other = small.find(*two)
    written = b"".join(found.json.chunks())
    assert found.json._file is not None
    assert other.json._file is None
    assert written == b"".join(other.json.chunks())
    assert written.decode() == json.dumps(json.loads(written), ensure_ascii=False, indent=1) + "\n"
    assert len(found.beginning(500)) == 1
    assert len(other.beginning(500)) == len(json.loads(written)) > 1


def test_a_full_disk_is_told_in_a_sentence(
    client: FlaskClient, two: tuple[Release, Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next one who asks tries again."""

    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    address = f"/release/{two[1].id}/diff/{two[0].id}.json"
    monkeypatch.setattr(differences, "_IN_MEMORY_BYTES", 1)
    with monkeypatch.context() as patch:
        patch.setattr(differences.tempfile, "TemporaryFile", full)
        refused = client.get(address, headers=JSON)
    assert refused.status_code == 503
    assert "No space left on device" in refused.get_data(as_text=True)
    assert client.get(address, headers=JSON).status_code == 200


def test_a_file_that_is_damaged_under_the_server_is_told_in_a_sentence(
    site: Site, client: FlaskClient
) -> None:
    """It answers again when the disk does; a page that is not here does without suggestions."""
    (site.release.folder / "search.sqlite").write_bytes(b"This is no database.")
    refused = client.get("/search.json?q=siljan", headers=JSON)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "file of the release" in json.loads(refused.data)["detail"]
    assert client.get("/doc/lake/silja", headers=PAGE).status_code == 404
    assert client.get("/doc/lake/siljan", headers=PAGE).status_code == 200


def test_a_release_is_opened_by_one_and_others_wait_for_no_other(
    past: ReleaseArchive, two: tuple[Release, Release], opened: list[str]
) -> None:
    """An open release answers while another one is being opened."""
    ready = past.open(two[1].id)
    begun, go_on = threading.Event(), threading.Event()
    real = past._open

    def slow(release: Release):  # type: ignore[no-untyped-def]
        begun.set()
        assert go_on.wait(SECONDS)
        return real(release)

    past._open = slow  # type: ignore[method-assign]
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(past.open(two[0].id))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    assert begun.wait(SECONDS)
    assert past.open(two[1].id) is ready
    go_on.set()
    for thread in threads:
        thread.join(SECONDS)
    assert len(found) == 8
    assert len({id(each) for each in found}) == 1
    assert opened == [two[1].id, two[0].id]
    past.close()


class Busy:
    """Another client that holds every place of a site's queue while a block runs."""

    def __init__(self, site: Site, client: str = "10.0.0.1") -> None:
        """Note whom it is for."""
        self._site, self._client = site, client
        self._end = threading.Event()
        places = site.config.query_workers
        self._begun = threading.Barrier(places + 1)
        self._threads = [threading.Thread(target=self._hold) for _ in range(places)]

    def _hold(self) -> None:
        with self._site.endpoint.queue.slot(self._client):
            self._begun.wait(SECONDS)
            self._end.wait(SECONDS)

    def __enter__(self) -> None:
        """Take the places."""
        for thread in self._threads:
            thread.start()
        self._begun.wait(SECONDS)

    def __exit__(self, *_: object) -> None:
        """Give them back."""
        self._end.set()
        for thread in self._threads:
            thread.join(SECONDS)


COSTLY_PATHS = (
    "/release/{new}/diff/{old}",
    "/release/{old}/doc/lake/siljan",
    "/release/{old}/report",
    "/table/lake",
    "/table/lake.csv?q=siljan",
    "/search?q=siljan",
    "/search.json?q=siljan",
    "/feed/1",
    "/feed.atom",
    "/sitemap.xml",
    "/catalog.rdf",
    "/void.ttl",
    "/sparql?query=ASK%7B%7D",
)


def test_what_costs_much_waits_and_is_dropped_when_its_client_has_left(
    site: Site, client: FlaskClient, two: tuple[Release, Release]
) -> None:
    """None of it is begun, and health and documents do not wait."""
    names = {"old": two[0].id, "new": two[1].id}
    left = {CLIENT_DISCONNECTED: lambda: True}
    paths = [path.format(**names) for path in COSTLY_PATHS]
    with Busy(site):
        statuses = {path: client.get(path, environ_overrides=left).status_code for path in paths}
        dated = client.get(
            "/doc/lake/siljan",
            headers={"Accept-Datetime": "Fri, 02 Jan 2026 00:00:00 GMT"},
            environ_overrides=left,
        )
        for path in ("/healthz", "/metrics", "/doc/lake/siljan", "/doc/lake/siljan.ttl", "/"):
            assert client.get(path, headers=PAGE).status_code == 200
        for path in ("/table/lake.csv", "/release", "/sparql", "/query"):
            with client.get(path, headers={"Accept": "*/*"}) as answer:
                assert answer.status_code == 200
    assert statuses == dict.fromkeys(paths, 503)
    assert dated.status_code == 503
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_a_page_that_says_what_is_not_here_does_not_wait_for_suggestions(
    site: Site, client: FlaskClient
) -> None:
    """They are help, and help that comes late is none."""
    with Busy(site):
        busy = client.get("/doc/lake/silja", headers=PAGE)
    quiet = client.get("/doc/lake/silja", headers=PAGE)
    assert (busy.status_code, quiet.status_code) == (404, 404)
    assert "Perhaps you looked for" not in busy.text
    assert "Perhaps you looked for" in quiet.text
    assert site.endpoint.queue.counts() == (0, 0)


def test_a_client_that_has_its_share_is_told_in_words_that_fit_every_request(
    site: Site, client: FlaskClient
) -> None:
    """Not of queries, when it asked for tables."""
    turns = site.endpoint.queue
    share, turns._share = turns._share, 1
    try:
        with Busy(site, "127.0.0.1"):
            refused = client.get(f"/search.json?q={quote('sjö')}", headers=JSON)
    finally:
        turns._share = share
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "5"
    assert json.loads(refused.data)["title"] == "Too many requests at one time"
    assert "query" not in json.loads(refused.data)["detail"]
    assert "queries" not in json.loads(refused.data)["detail"]
