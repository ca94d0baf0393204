"""A damaged current release, and a start: the one before it is served, and everybody is told."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from publisher.errors import ReleaseError
from publisher.release.current import JOURNAL, switch
from publisher.release.history.releases import activate, list_releases
from publisher.release.manifest import read_manifest, read_sealed, write_sealed
from publisher.release.model import Release
from publisher.release.open import open_release, require_current
from publisher.serve import archive, reload
from publisher.serve.reload import ReloadingApp, RetryingApp
from tests.adversary.served import Server, serving
from tests.chain import A_LAKE, Chain
from tests.conftest import WORLD

PAGE = {"Accept": "text/html"}
ENGLISH, SWEDISH = "You are reading an older one", "Du läser en äldre"


def until(claim: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until a claim is true; give up after a long time."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes() or b"\0")
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.fixture(scope="module")
def built(made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Chain, list[Release]]:
    """Return three releases, made once, of which the last is current."""
    folder = tmp_path_factory.mktemp("built")
    chain = Chain(Path(shutil.copytree(WORLD, folder / "world")), folder / "releases", made)
    first = chain.build()
    second = chain.add(A_LAKE)
    return chain, [first, second, chain.replace("En sjö i Dalarna.", "En djup sjö i Dalarna.")]


@pytest.fixture
def chain(
    built: tuple[Chain, list[Release]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Chain:
    """Return a copy of the releases of one's own, served by copies that look often."""
    monkeypatch.setattr(reload, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(reload, "TRY_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(archive, "_FIRST_PAUSE_SECONDS", 0.02)
    shutil.copytree(built[0].releases, tmp_path / "releases", symlinks=True)
    return Chain(built[0].world, tmp_path / "releases")


@pytest.fixture
def names(built: tuple[Chain, list[Release]]) -> list[str]:
    """Return the names of the three, the oldest first."""
    return [release.id for release in built[1]]


@pytest.fixture
def start(chain: Chain) -> Iterator[Callable[[], Client]]:
    """Return what starts the application as a web process does; it is closed behind the test."""
    started: list[RetryingApp] = []

    def begin() -> Client:
        started.append(RetryingApp(lambda: ReloadingApp(chain.config())))
        return Client(started[-1])

    yield begin
    for application in started:
        application.close()


def ready(client: Client) -> tuple[int, list[str]]:
    """Return status and lines of the answer about readiness."""
    answer = client.get("/readyz")
    return answer.status_code, answer.text.splitlines()


Start = Callable[[], Client]


@pytest.mark.slow
@pytest.mark.parametrize(
    "file", ["manifest.json", "store.json", "search.sqlite", "dumps/lakes.nt", "context.jsonld"]
)
def test_the_release_before_a_damaged_one_is_served_at_the_start(
    file: str, chain: Chain, names: list[str], start: Start
) -> None:
    """Ready for visitors; the second line is for those who run the site."""
    flip(chain.releases / names[2] / file)
    client = start()
    status, (served, told) = ready(client)
    assert (status, served) == (200, names[1])
    assert names[2] in told
    assert names[1] in told
    assert str(chain.releases) not in told
    assert client.get("/doc/lake/siljan.ttl").status_code == 200


@pytest.mark.slow
def test_pages_and_metrics_tell_that_an_older_release_is_served(
    chain: Chain, names: list[str], start: Start
) -> None:
    """In the reader's language, on the home page and on the list of releases."""
    flip(chain.releases / names[2] / "search.sqlite")
    client = start()
    for path in ("/", "/release"):
        assert ENGLISH in client.get(f"{path}?lang=en", headers=PAGE).text
        assert SWEDISH in client.get(f"{path}?lang=sv", headers=PAGE).text
    assert ENGLISH not in client.get("/doc/lake/siljan?lang=en", headers=PAGE).text
    assert "publisher_release_instead 1.0" in client.get("/metrics").text


@pytest.mark.slow
def test_a_mended_release_is_served_again_and_nothing_is_told_any_more(
    chain: Chain, names: list[str], start: Start
) -> None:
    """The same folder, with the right bytes: no restart, no switch."""
    path = chain.releases / names[2] / "dumps" / "lakes.nt"
    good = path.read_bytes()
    flip(path)
    client = start()
    assert ENGLISH in client.get("/?lang=en", headers=PAGE).text
    path.write_bytes(good)
    until(lambda: ready(client) == (200, [names[2]]))
    until(lambda: ENGLISH not in client.get("/?lang=en", headers=PAGE).text)
    assert "publisher_release_instead 0.0" in client.get("/metrics").text


@pytest.mark.slow
def test_another_release_that_is_made_current_is_followed(
    chain: Chain, names: list[str], start: Start
) -> None:
    """Whether it is the one that stands in, or another."""
    flip(chain.releases / names[2] / "dumps" / "lakes.nt")
    client = start()
    activate(chain.releases, names[1])
    until(lambda: ready(client) == (200, [names[1]]))
    until(lambda: ENGLISH not in client.get("/?lang=en", headers=PAGE).text)
    activate(chain.releases, names[0])
    until(lambda: ready(client) == (200, [names[0]]))


@pytest.mark.slow
def test_a_running_server_tells_of_a_damaged_release_and_keeps_the_old_one(
    chain: Chain, names: list[str], start: Start
) -> None:
    """A page that was ready before tells it too."""
    activate(chain.releases, names[1])
    client = start()
    assert ENGLISH not in client.get("/?lang=en", headers=PAGE).text
    flip(chain.releases / names[2] / "dumps" / "lakes.nt")
    switch(chain.releases, names[2])
    until(lambda: len(ready(client)[1]) == 2)
    assert ready(client)[1][0] == names[1]
    until(lambda: ENGLISH in client.get("/?lang=en", headers=PAGE).text)
    assert client.get("/doc/lake/siljan.ttl").status_code == 200
    switch(chain.releases, names[1])
    until(lambda: ready(client) == (200, [names[1]]))
    until(lambda: ENGLISH not in client.get("/?lang=en", headers=PAGE).text)


@pytest.mark.slow
def test_what_was_gone_back_from_is_never_served(
    chain: Chain, names: list[str], start: Start
) -> None:
    """Somebody took it off line: rather an older one."""
    activate(chain.releases, names[1])
    flip(chain.releases / names[1] / "dumps" / "lakes.nt")
    client = start()
    status, (served, _) = ready(client)
    assert (status, served) == (200, names[0])


@pytest.mark.slow
def test_an_older_folder_without_a_journal_goes_by_date(
    chain: Chain, names: list[str], start: Start
) -> None:
    """Never to what is newer than the damaged one."""
    activate(chain.releases, names[1])
    (chain.releases / JOURNAL).unlink()
    flip(chain.releases / names[1] / "manifest.json")
    activate_by_hand(chain.releases, names[1])
    client = start()
    assert ready(client)[1][:1] == [names[0]] or ready(client)[0] == 503
    assert ready(client)[1][:1] != [names[2]]


def activate_by_hand(releases: Path, name: str) -> None:
    """Change the link as ``ln -sfn`` does."""
    (releases / "current").unlink()
    (releases / "current").symlink_to(name)


@pytest.mark.slow
def test_a_link_that_leads_nowhere_at_the_start_is_a_damaged_release(
    chain: Chain, names: list[str], start: Start
) -> None:
    """Somebody deleted too much."""
    shutil.rmtree(chain.releases / names[2])
    status, (served, told) = ready(start())
    assert (status, served) == (200, names[1])
    assert names[2] in told


@pytest.mark.slow
def test_without_a_whole_release_the_reason_is_told_until_one_is_mended(
    chain: Chain, names: list[str], start: Start
) -> None:
    """503 with a reason, for programs and for people; alive all the while."""
    good = {name: (chain.releases / name / "store.json").read_bytes() for name in names}
    for name in names:
        flip(chain.releases / name / "store.json")
    client = start()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    problem = client.get("/doc/lake/siljan", headers={"Accept": "text/turtle"})
    assert (problem.status_code, problem.mimetype) == (503, "application/problem+json")
    assert json.loads(problem.data)["detail"]
    assert problem.headers["Retry-After"]
    page = client.get("/", headers=PAGE)
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert "Just nu kan ingenting visas" in page.text
    assert "Nothing can be served just now" in page.text
    (chain.releases / names[0] / "store.json").write_bytes(good[names[0]])
    until(lambda: ready(client)[1][:1] == [names[0]])
    (chain.releases / names[2] / "store.json").write_bytes(good[names[2]])
    until(lambda: ready(client) == (200, [names[2]]))


@pytest.mark.slow
def test_a_damaged_release_is_not_read_again_and_again(
    chain: Chain, names: list[str], start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large one would keep a core busy for as long as it is damaged."""
    flip(chain.releases / names[2] / "dumps" / "lakes.nt")
    monkeypatch.setattr(archive, "_FIRST_PAUSE_SECONDS", 1000.0)
    opened: list[Path] = []
    real = reload.open_release
    monkeypatch.setattr(
        reload, "open_release", lambda folder: opened.append(folder) or real(folder)
    )
    client = start()
    time.sleep(1)
    assert ready(client)[1][0] == names[1]
    assert len(opened) == 2


# --- manifests of other versions and shapes


def _put(releases: Path, name: str, change: Callable[[dict[str, Any]], object]) -> Path:
    """Put a copy of a release whose manifest is changed, and sealed again."""
    folder = Path(shutil.copytree(releases / name, releases / "2027-01-01-0123456789ab"))
    content = read_sealed(folder / "manifest.json")
    content["release"] = folder.name
    change(content)
    write_sealed(folder / "manifest.json", content)
    return folder


def _set(**values: object) -> Callable[[dict[str, Any]], object]:
    return lambda content: content.update(values)


WRONG: tuple[object, ...] = (None, 1, "x", [], [1], {"a": None}, {"a": [1]}, {"a": "x"}, True)
TEXTS, NEEDED = ("release", "digest", "inputs"), ("base_iri", "published")
PARTS = (*TEXTS, *NEEDED, "graphs", "prefixes", "documents", "files", "modified", "format")
FITS: tuple[tuple[str, object], ...] = (
    *((part, "x") for part in TEXTS),
    ("prefixes", {"a": "x"}),
    ("format", 1),
)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_the_place_of_a_manifest_holds_nobody(chain: Chain, names: list[str]) -> None:
    """Nobody ever writes into it."""
    path = chain.releases / names[0] / "manifest.json"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ReleaseError, match=r"manifest\.json"):
        open_release(path.parent)
    list_releases(chain.releases)


@pytest.mark.slow
def test_a_manifest_of_any_other_shape_is_a_release_error(chain: Chain, names: list[str]) -> None:
    """Each part missing, and each of another kind; the file is named."""
    folder = _put(chain.releases, names[2], _set())
    path = folder / "manifest.json"
    good = read_sealed(path)
    left_out = [part for part in PARTS if part not in ("modified", "format")]
    shapes: list[dict[str, Any]] = [
        *({k: v for k, v in good.items() if k != part} for part in left_out),
        *(good | {p: w} for p in PARTS for w in WRONG if (p, w) not in FITS or w is True),
        good | {"published": "2026-01-01"},  # no time zone: it cannot be compared
        good | {"published": "2026-13-01T00:00:00+00:00"},
        good | {"base_iri": "no iri"},
        good | {"format": 2},
        good | {"files": {"a": {"length": -1, "sha256": "0"}}},
        good | {"files": {"a": {"length": True, "sha256": "0"}}},
        good | {"modified": {"lakes": ["x", "no iri"]}},
        good | {"graphs": {"a": float("inf")}},
    ]
    for shape in shapes:
        write_sealed(path, shape)
        with pytest.raises(ReleaseError, match=r"manifest\.json"):
            open_release(folder)
        list_releases(chain.releases)
    write_sealed(path, good)
    assert open_release(folder).id == folder.name


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"\xff\xfe{}",
        b"",
        b"null",
        b"1e999",
        b'"\\ud800"',
        b'{"files": "\\ud800"}',
        b"9" * 5000,
    ],
    ids=range(9),
)
def test_what_is_no_manifest_is_a_release_error(
    content: bytes, chain: Chain, names: list[str]
) -> None:
    """Too deep, not UTF-8, not JSON, not an object."""
    (chain.releases / names[0] / "manifest.json").write_bytes(content)
    with pytest.raises(ReleaseError, match=r"manifest\.json"):
        read_manifest(chain.releases / names[0])
    assert [kept.id for kept in list_releases(chain.releases)] == names[:0:-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(pages=content.pop("documents")),
        _set(format=2),
        _set(prefixes=[]),
        _set(files={"manifest.json": 1}),
    ],
    ids=["a key is called otherwise", "a later format", "another kind", "files of another kind"],
)
def test_a_release_of_another_version_is_not_followed_and_its_address_says_so(
    change: Callable[[dict[str, Any]], object], chain: Chain, names: list[str], start: Start
) -> None:
    """503 at its own address, never 500; the next good release is followed."""
    client = start()
    foreign = _put(chain.releases, names[2], change)
    switch(chain.releases, foreign.name)
    until(lambda: len(ready(client)[1]) == 2)
    assert ready(client)[1][0] == names[2]
    for path in ("", "doc/lake/siljan", "report", f"diff/{names[0]}"):
        assert client.get(f"/release/{foreign.name}/{path}").status_code == 503, path
    # Files go out byte for byte, for a copy that may read them, if their list is legible.
    assert client.get(f"/release/{foreign.name}/file/void.nt").status_code in (200, 503)
    assert client.get("/release").status_code == 200
    activate(chain.releases, names[0])
    until(lambda: ready(client) == (200, [names[0]]))


@pytest.mark.slow
def test_the_next_build_mends_a_folder_with_a_foreign_release(
    chain: Chain, names: list[str]
) -> None:
    """What cannot be read is not followed on from."""
    foreign = _put(chain.releases, names[2], lambda content: content.pop("documents"))
    switch(chain.releases, foreign.name)
    built = chain.build()
    assert built.id in names
    assert (chain.releases / "current").resolve().name == built.id


def test_a_folder_without_a_release_is_still_refused_up_front(tmp_path: Path) -> None:
    """Who has not built yet is told at once, with the cure."""
    with pytest.raises(ReleaseError, match="no release yet"):
        require_current(tmp_path)


def test_a_damaged_release_passes_up_front(chain: Chain, names: list[str]) -> None:
    """The server finds what to do."""
    flip(chain.releases / names[2] / "manifest.json")
    require_current(chain.releases)


# --- a real server


def _lines(server: Server) -> list[str]:
    answer = requests.get(f"{server.address}readyz", timeout=10)
    answer.raise_for_status()
    return answer.text.splitlines()


@pytest.mark.slow
def test_a_web_process_that_is_killed_comes_back_over_a_damaged_release(
    chain: Chain, names: list[str], tmp_path: Path
) -> None:
    """One start, a clear line, and the release before; mended, it is served again."""
    with serving(chain.releases, tmp_path, "--query-workers", "1") as server:
        assert _lines(server) == [names[2]]
        path = chain.releases / names[2] / "search.sqlite"
        good = path.read_bytes()
        flip(path)
        (web,) = server.web_processes()
        os.kill(web, signal.SIGKILL)

        def is_back() -> bool:
            try:
                return _lines(server)[0] == names[1]
            except requests.RequestException:
                return False

        until(is_back, 60)
        time.sleep(3)
        (second,) = server.web_processes()
        log = server.log.read_text(encoding="utf-8")
        assert log.count("cannot be served") == 1
        assert "Traceback" not in log
        assert ENGLISH in requests.get(f"{server.address}?lang=en", headers=PAGE, timeout=10).text
        path.write_bytes(good)
        until(lambda: _lines(server) == [names[2]])
        assert server.web_processes() == [second]


@pytest.mark.slow
def test_a_server_starts_over_a_damaged_release(
    chain: Chain, names: list[str], tmp_path: Path
) -> None:
    """``publisher serve`` itself."""
    flip(chain.releases / names[2] / "store.json")
    with serving(chain.releases, tmp_path, "--query-workers", "1") as server:
        assert _lines(server)[0] == names[1]
        answer = requests.get(
            f"{server.address}sparql",
            params={"query": "ASK { ?s ?p ?o }"},
            headers={"Accept": "text/csv"},
            timeout=20,
        )
        assert answer.text == "true"


@pytest.mark.slow
def test_a_server_without_a_whole_release_waits_for_one(
    chain: Chain, names: list[str], tmp_path: Path
) -> None:
    """One web process, which answers 503; not thirty that end."""
    path = chain.releases / names[1] / "store.json"
    good = path.read_bytes()
    for name in names:
        flip(chain.releases / name / "store.json")
    log = tmp_path / "server.log"

    def mend() -> None:
        until(lambda: log.exists() and b"next try in" in log.read_bytes(), 60)
        path.write_bytes(good)

    mending = threading.Thread(target=mend)
    mending.start()
    with serving(chain.releases, tmp_path, "--query-workers", "1") as server:
        mending.join()
        assert _lines(server)[0] == names[1]
        assert len(server.web_processes()) == 1
    told = log.read_text(encoding="utf-8")
    assert "Traceback" not in told
    assert told.count("next try in") == 1
