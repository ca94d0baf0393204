from __future__ import annotations

import dataclasses
import logging
import shutil
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from publisher.config import Config
from publisher.errors import ReleaseError
from publisher.release.build import switch
from publisher.release.model import Release
from publisher.serve import reload
from publisher.serve.reload import ReloadingApp
from tests.chain import LAKES, Chain

pytestmark = pytest.mark.slow


def until(claim: Callable[[], bool]) -> None:
    """Wait until a claim is true; give up after a long time."""
    for _ in range(600):
        if claim():
            return
        time.sleep(0.02)
    raise AssertionError("it never came true")


def rebuild(chain: Chain, word: str) -> Release:
    """Change a word in the sources and build again."""
    text = chain.read()
    start, end = text.index('"En ') + 4, text.index(" i Dalarna.")
    chain.write(LAKES, text[:start] + word + text[end:])
    return chain.build()


@pytest.fixture
def releases(chain: Chain) -> Path:
    """Return a folder with one release, in which Siljan is a lake of the word ``sjö``."""
    chain.build()
    return chain.releases


@pytest.fixture
def running(
    config: Config, releases: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ReloadingApp, Client]]:
    """Return an application that looks for a new release often, and its client."""
    monkeypatch.setattr(reload, "POLL_SECONDS", 0.02)
    application = ReloadingApp(dataclasses.replace(config, releases=str(releases)))
    yield application, Client(application)
    application.close()


def release_of(client: Client) -> str:
    """Return the id of the release that answers."""
    return client.get("/readyz").text.partition("\n")[0]


def test_a_new_release_is_followed_without_a_restart(
    running: tuple[ReloadingApp, Client], chain: Chain
) -> None:
    """Design, section 5; what was remembered of the old one is gone with it."""
    _, client = running
    old = client.get("/doc/lake/siljan.ttl")
    assert "En sjö i Dalarna." in old.text
    new = rebuild(chain, "djup sjö")
    until(lambda: release_of(client) == new.id)
    answer = client.get("/doc/lake/siljan.ttl", headers={"If-None-Match": old.headers["ETag"]})
    assert answer.status_code == 200
    assert "En djup sjö i Dalarna." in answer.text
    since = {"If-Modified-Since": old.headers["Last-Modified"]}
    assert client.get("/doc/lake/siljan.ttl", headers=since).status_code == 200


def test_nothing_stays_of_a_release_after_its_last_request(
    running: tuple[ReloadingApp, Client], chain: Chain
) -> None:
    """A reader who takes time holds it; then its views, which refer to each other, are freed."""
    application, client = running
    site = weakref.ref(application._site)
    answer = client.get("/dump/lakes.nt", headers={"Range": "bytes=0-9"}, buffered=False)
    new = rebuild(chain, "djup sjö")
    until(lambda: release_of(client) == new.id)
    assert site() is not None
    answer.close()
    until(lambda: site() is None)


def test_going_back_is_followed_too(
    running: tuple[ReloadingApp, Client], chain: Chain, releases: Path
) -> None:
    """Pointing back is all it takes."""
    _, client = running
    first = release_of(client)
    second = rebuild(chain, "djup sjö")
    until(lambda: release_of(client) == second.id)
    switch(releases, first)
    until(lambda: release_of(client) == first)
    assert "En sjö i Dalarna." in client.get("/doc/lake/siljan.ttl").text


def test_a_damaged_release_is_not_served_and_the_old_one_stays(
    running: tuple[ReloadingApp, Client],
    chain: Chain,
    releases: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Promise 2: said in the log, with the file; and the next good one is followed."""
    _, client = running
    first = release_of(client)
    shutil.copytree(releases / first, releases / "damaged")
    dump = releases / "damaged" / "dumps" / "lakes.nt"
    dump.write_bytes(dump.read_bytes()[:-1])
    with caplog.at_level(logging.ERROR, "publisher"):
        switch(releases, "damaged")
        until(lambda: "lakes.nt" in caplog.text)
    assert "the old one stays" in caplog.text
    assert release_of(client) == first
    assert client.get("/doc/lake/siljan.ttl").status_code == 200
    third = rebuild(chain, "djup sjö")
    until(lambda: release_of(client) == third.id)


@pytest.mark.parametrize("manifest", [None, b"{}", b"[", b"null"])
def test_a_release_without_a_manifest_does_not_end_the_watch(
    running: tuple[ReloadingApp, Client],
    chain: Chain,
    releases: Path,
    caplog: pytest.LogCaptureFixture,
    manifest: bytes | None,
) -> None:
    """Whatever lies there: the server must be able to follow the next one."""
    _, client = running
    (releases / "strange").mkdir()
    if manifest is not None:
        (releases / "strange" / "manifest.json").write_bytes(manifest)
    with caplog.at_level(logging.ERROR, "publisher"):
        switch(releases, "strange")
        until(lambda: "strange" in caplog.text)
    second = rebuild(chain, "djup sjö")
    until(lambda: release_of(client) == second.id)


def test_a_link_that_leads_nowhere_changes_nothing(
    running: tuple[ReloadingApp, Client], chain: Chain, releases: Path
) -> None:
    """Somebody deleted too much."""
    _, client = running
    first = release_of(client)
    switch(releases, "gone")
    assert client.get("/doc/lake/siljan.ttl").status_code == 200
    assert release_of(client) == first
    second = rebuild(chain, "djup sjö")
    until(lambda: release_of(client) == second.id)


def test_no_request_is_lost_while_releases_change(
    running: tuple[ReloadingApp, Client], chain: Chain
) -> None:
    """Each answer is whole, and of one release."""
    application, client = running
    words = ("sjö", "djup sjö", "klar sjö")
    seen: set[str] = set()
    wrong: list[str] = []
    end = threading.Event()

    def visit() -> None:
        visitor = Client(application)
        while not end.is_set():
            answer = visitor.get("/doc/lake/siljan.ttl")
            found = [word for word in words if f'"En {word} i Dalarna."@sv' in answer.text]
            if answer.status_code != 200 or len(found) != 1:
                wrong.append(f"{answer.status} {answer.text[:200]}")
            seen.update(found)
            time.sleep(0.002)  # leaves the other threads room

    visitors = [threading.Thread(target=visit) for _ in range(2)]
    for thread in visitors:
        thread.start()
    try:
        for word in words[1:]:
            release = rebuild(chain, word)
            until(lambda wanted=release.id: release_of(client) == wanted)  # type: ignore[misc]
            until(lambda wanted=word: wanted in seen)  # type: ignore[misc]
    finally:
        end.set()
        for thread in visitors:
            thread.join()
    assert wrong == []
    assert seen == set(words)


def test_without_a_release_nothing_is_served(config: Config, tmp_path: Path) -> None:
    """The start fails with the cure, where a site of 404s would look alive."""
    with pytest.raises(ReleaseError, match="There is no release yet"):
        ReloadingApp(dataclasses.replace(config, releases=str(tmp_path)))
