"""A release that is fetched from another copy: whole, verified, or not at all."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from werkzeug.serving import make_server
from werkzeug.test import Client, run_wsgi_app

from publisher.errors import ReleaseError
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.query.engine import Operation
from publisher.release.build import build
from publisher.release.copies import origin
from publisher.release.copies import pull as pulling
from publisher.release.copies.pull import PullOptions, pull
from publisher.release.history.releases import list_releases
from publisher.release.manifest import as_json_text
from publisher.release.model import ANSWERS, SPARQ, SPARQ_MANIFEST, Release
from publisher.release.open import open_current, open_release
from publisher.release.second_engine import (
    SecondEngine,
    find_second_engine,
    second_engine_notices,
)
from publisher.release.signature import check_signature
from publisher.serve.app import create_app
from tests.chain import A_LAKE, BASE, LAKES, Chain

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Lie = Callable[[str, bytes], bytes]
DUMP = "dumps/lakes.nq"


def honest(_path: str, body: bytes) -> bytes:
    """Return what was asked for."""
    return body


@dataclass
class Other:
    """Another copy of the site, whose answers can be spoilt.

    Attributes:
        url: Its address.
        lie: Path and body → the body that is sent.
        cut_after: Bytes of a file after which the connection ends; None: never.
        answers: So many files are answered, and then none; None: all.
        asked: Paths, and the ranges that were asked for.
    """

    url: str
    application: WSGIApplication
    lie: Lie = honest
    cut_after: int | None = None
    answers: int | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer as the site does, or worse."""
        path = environ["PATH_INFO"]
        self.asked.append((path, environ.get("HTTP_RANGE", "")))
        chunks, status, headers = run_wsgi_app(self.application, environ, buffered=True)
        body = b"".join(chunks)
        sent = self.lie(path, body)
        if sent != body:
            headers["Content-Length"] = str(len(sent))
        if self.cut_after is not None and "/file/" in path:
            sent = sent[: self.cut_after]
        if self.answers is not None and "/file/" in path:
            sent, self.answers = (sent if self.answers else b""), max(0, self.answers - 1)
        start(status, headers.to_wsgi_list())
        return [sent]

    def asked_for(self, name: str) -> list[str]:
        """Return the ranges in which a file was asked for."""
        return [part for path, part in self.asked if path.endswith(f"/file/{name}")]


@pytest.fixture
def other(chain: Chain, free_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Other]:
    """Return another copy of the site, on a real socket."""
    monkeypatch.setattr(origin, "PAUSE_SECONDS", 0.0)
    release = chain.build()
    with chain.site(release) as site:
        copy = Other(f"http://127.0.0.1:{free_port}/", create_app(site))
        server = make_server("127.0.0.1", free_port, copy)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield copy
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return the folder of the releases here."""
    return tmp_path / "here"


def test_a_release_comes_as_it_is_there_and_is_current(
    other: Other, chain: Chain, here: Path
) -> None:
    """Every byte but the store's, which differs from build to build."""
    there = open_current(chain.releases)

    release = pull(other.url, here)

    assert release == open_current(here)
    assert release.id == there.id
    assert release.files == there.files
    assert (release.folder / "manifest.json").read_bytes() == (
        there.folder / "manifest.json"
    ).read_bytes()
    assert [path.name for path in here.glob(".pull-*")] == []


def test_two_copies_answer_alike(other: Other, chain: Chain, here: Path) -> None:
    """Entity tags included, also of queries that ask for no order."""
    query = "SELECT * { GRAPH ?g { ?s ?p ?o } }"
    paths = ["/doc/lake/siljan.ttl", "/shapes.nt", "/", "/catalog.rdf", "/feed/1"]
    asked = [(path, {}) for path in paths] + [("/sparql", {"query": query})]
    with chain.site(open_current(chain.releases)) as site:
        client = Client(create_app(site))
        expected = [client.get(path, query_string=values) for path, values in asked]

    release = pull(other.url, here)

    with chain.site(release) as site:
        client = Client(create_app(site))
        found = [client.get(path, query_string=values) for path, values in asked]
    assert {answer.status_code for answer in expected} == {200}
    assert [a.headers["ETag"] for a in found] == [a.headers["ETag"] for a in expected]
    assert [a.data for a in found] == [a.data for a in expected]


def test_a_copy_makes_what_answers_queries_sooner(other: Other, chain: Chain, here: Path) -> None:
    """The files of sparq and the prepared answers, as a build does; nobody sends them."""
    pytest.importorskip("sparq", reason="the extra 'sparq' is not installed")
    there = chain.build()
    options = PullOptions(second_engine=SecondEngine(most_triples=10_000, questions=5))

    release = pull(other.url, here, options)

    assert find_second_engine(release.folder, union=True) == str(release.folder / SPARQ)
    assert second_engine_notices(release.folder) == []
    written = (release.folder / ANSWERS).read_bytes()
    assert written == (there.folder / ANSWERS).read_bytes()
    assert not any("sparq" in path or ANSWERS in path for path, _ in other.asked)
    asked = Operation("SELECT DISTINCT ?p { ?s ?p ?o } ORDER BY ?p")
    with chain.site(there) as alone, chain.site(release) as both:
        assert both.engine.answer(asked).body == alone.engine.answer(asked).body
    # Without them it is the same release.
    (release.folder / SPARQ_MANIFEST).unlink()
    assert open_release(release.folder) == release


def test_what_is_here_is_not_fetched_again(other: Other, here: Path) -> None:
    """A clock may ask every minute."""
    first = pull(other.url, here)
    other.asked.clear()

    assert pull(other.url, here) == first
    assert [path for path, _ in other.asked] == ["/release"]


def test_a_release_of_the_past_is_fetched_by_the_beginning_of_its_name(
    other: Other, chain: Chain, here: Path
) -> None:
    """To go back on a copy as one goes back on the first."""
    first = open_current(chain.releases)
    chain.write(LAKES, chain.read() + A_LAKE)
    second = chain.build()

    assert pull(other.url, here).id == second.id
    assert pull(other.url, here, PullOptions(name=first.id[:-1])).id == first.id
    assert open_current(here).id == first.id
    with pytest.raises(ReleaseError, match=r"more than one begins so.*\n.*" + second.id):
        pull(other.url, here, PullOptions(name="20"))


def test_all_releases_that_are_kept_there_come_along(
    other: Other, chain: Chain, here: Path
) -> None:
    """So that the addresses of the past answer on every copy."""
    chain.write(LAKES, chain.read() + A_LAKE)
    second = chain.build()

    assert pull(other.url, here, PullOptions(is_all=True)).id == second.id
    assert [k.id for k in list_releases(here)] == [k.id for k in list_releases(chain.releases)]


def test_a_cut_is_gone_on_from(other: Other, here: Path) -> None:
    """A long dump over a bad line: no byte is fetched twice."""
    other.cut_after = 3000

    release = pull(other.url, here)

    assert other.asked_for("void.nt")[:3] == ["", "bytes=3000-", "bytes=6000-"]
    assert open_release(release.folder) == release


def test_a_line_that_stays_dead_changes_nothing_and_the_next_call_goes_on(
    other: Other, here: Path
) -> None:
    """What has come stays beside; nothing of it is served."""
    other.cut_after, other.answers = 3000, 1

    with pytest.raises(ReleaseError, match="cut off after 3000 of"):
        pull(other.url, here)

    assert not (here / "current").exists()
    assert list_releases(here) == []
    other.cut_after, other.answers = None, None
    other.asked.clear()
    pull(other.url, here)
    assert next(part for path, part in other.asked if "/file/" in path) == "bytes=3000-"


def altered(name: str, change: Callable[[bytes], bytes]) -> Lie:
    """Return a lie about one file."""
    return lambda path, body: change(body) if path.endswith(name) else body


def resealed(**changes: Any) -> Callable[[bytes], bytes]:
    """Return a change of a manifest, sealed again as if nothing had happened."""

    def change(body: bytes) -> bytes:
        content = json.loads(body) | changes
        del content["seal"]
        seal = hashlib.sha256(as_json_text(content).encode()).hexdigest()
        return as_json_text(content | {"seal": seal}).encode()

    return change


def with_file(name: str, length: int = 1) -> Callable[[bytes], bytes]:
    """Return a change of a manifest that lists one more file."""

    def change(body: bytes) -> bytes:
        files = json.loads(body)["files"] | {name: {"length": length, "sha256": "0" * 64}}
        return resealed(files=files)(body)

    return change


LIES = {
    "a byte of a file": (DUMP, lambda b: b[:-2] + b"x\n", "something else"),
    "a longer file": (DUMP, lambda b: b + b"x", "something else"),
    "a shorter file": (DUMP, lambda b: b[:-1], "cut off"),
    "a byte of the manifest": ("manifest.json", lambda b: b.replace(b"0", b"1", 1), "not one"),
    "no manifest": ("manifest.json", lambda _: b"<html>", "not one"),
    "a manifest of nothing": ("manifest.json", lambda _: b"[]", "not one"),
    "another release": ("manifest.json", resealed(release="2020-01-01-000000000000"), "not one"),
    "no files": ("manifest.json", resealed(files=None), "not one"),
    "files without digests": ("manifest.json", resealed(files={"a": 1}), "not one"),
    "no date": ("manifest.json", resealed(published=None), "not one"),
    "other counts": ("manifest.json", resealed(graphs={}), "do not hold the triples"),
    "a file above": ("manifest.json", with_file("../../escaped"), "not one"),
    "a file elsewhere": ("manifest.json", with_file("/tmp/escaped"), "not one"),
    "a file in the store": ("manifest.json", with_file("store/CURRENT"), "not one"),
    "a disk full": ("manifest.json", with_file("huge", 1 << 60), "there is room for"),
    "no list": ("/release", lambda _: b"{}", "No copy of a site"),
    "a page for a list": ("/release", lambda _: b"<html>", "No copy of a site"),
}


@pytest.mark.parametrize(("name", "change", "said"), LIES.values(), ids=LIES)
def test_a_copy_that_lies_changes_nothing(
    other: Other, chain: Chain, here: Path, name: str, change: Callable[[bytes], bytes], said: str
) -> None:
    """The release that is current here stays, and the error says what is wrong."""
    before = pull(other.url, here)
    chain.write(LAKES, chain.read() + A_LAKE)
    chain.build()
    other.lie = altered(name, change)

    with pytest.raises(ReleaseError, match=said):
        pull(other.url, here)

    assert open_current(here) == before
    assert [kept.id for kept in list_releases(here)] == [before.id]
    assert not list(here.parent.rglob("escaped"))
    other.lie = honest
    assert pull(other.url, here).id != before.id


def test_names_of_releases_lead_nowhere_else(other: Other, here: Path) -> None:
    """A name becomes a folder."""
    listed = {"releases": [{"id": "../../escaped", "current": True}]}
    other.lie = altered("/release", lambda _: json.dumps(listed).encode())

    with pytest.raises(ReleaseError, match="There is no release"):
        pull(other.url, here)
    assert not here.exists()


def test_what_is_no_copy_is_told_apart_from_what_does_not_answer(
    other: Other, here: Path, free_port: int
) -> None:
    """A wrong address and a dead machine need different cures."""
    with pytest.raises(ReleaseError, match="answered 404 instead of 200"):
        pull(f"{other.url}nowhere/", here)
    with pytest.raises(ReleaseError, match="cannot be reached"):
        pull("http://127.0.0.1:1/", here)
    assert not here.exists()


def test_a_release_of_another_site_is_refused(other: Other, here: Path) -> None:
    """An address is soon mistyped, and a site must not change its subject."""
    with pytest.raises(ReleaseError, match=r"below https://data\.example\.org/, and this site"):
        pull(other.url, here, PullOptions(base_iri="https://other.example.org/"))
    assert not (here / "current").exists()


def public_key(key: Ed25519PrivateKey, path: Path) -> Path:
    """Return a file with the public half of a key."""
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def signed_with(key: Ed25519PrivateKey, chain: Chain, folder: Path) -> Release:
    """Return the release of the sources as they stand, signed."""
    path = folder / "key.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return build(approve(read_sources(chain.world, BASE)), chain.releases, signing_key=path)


def test_a_release_that_must_be_signed_is_refused_without_the_right_signature(
    other: Other, chain: Chain, here: Path, tmp_path: Path
) -> None:
    """Whoever holds the copy's machine still cannot sign."""
    ours, theirs = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    wanted = PullOptions(public_key=public_key(ours, tmp_path / "ours.pub"))
    with pytest.raises(ReleaseError, match="not signed with this key"):
        pull(other.url, here, wanted)
    chain.write(LAKES, chain.read() + A_LAKE)
    signed = signed_with(ours, chain, tmp_path)

    with pytest.raises(ReleaseError, match="not signed with this key"):
        pull(other.url, here, PullOptions(public_key=public_key(theirs, tmp_path / "theirs.pub")))
    assert not (here / "current").exists()
    assert pull(other.url, here, wanted).id == signed.id


def test_the_public_key_beside_a_signature_comes_along(
    other: Other, chain: Chain, here: Path, tmp_path: Path
) -> None:
    """The list of releases names its address, and so it must answer on every copy."""
    there = signed_with(Ed25519PrivateKey.generate(), chain, tmp_path)

    release = pull(other.url, here)

    names = ["manifest.json.pub", "manifest.json.sig"]
    assert sorted(path.name for path in release.folder.glob("manifest.json.*")) == names
    for name in names:
        assert (release.folder / name).read_bytes() == (there.folder / name).read_bytes()
    with chain.site(there) as site:
        answer = Client(create_app(site)).get(f"/release/{there.id}/{names[0]}")
    assert answer.data == (release.folder / names[0]).read_bytes()


def test_a_release_that_was_signed_after_it_was_fetched_gets_its_signature(
    other: Other, chain: Chain, here: Path, tmp_path: Path
) -> None:
    """No byte of what is signed changes, so nothing else has to be fetched."""
    pull(other.url, here)
    key = Ed25519PrivateKey.generate()
    signed_with(key, chain, tmp_path)
    other.asked.clear()

    release = pull(other.url, here, PullOptions(public_key=public_key(key, tmp_path / "ours.pub")))

    check_signature(release.folder, tmp_path / "ours.pub")
    assert [path.rpartition("/")[2] for path, _ in other.asked] == [
        "release",
        "manifest.json.pub",
        "manifest.json.sig",
    ]


def test_a_release_that_was_signed_anew_with_another_key_is_fetched_anew(
    other: Other, chain: Chain, here: Path, tmp_path: Path
) -> None:
    """A key is changed once in some years, and no copy may stay behind for that."""
    keys = [Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()]
    for number, key in enumerate(keys):
        signed_with(key, chain, tmp_path)
        wish = PullOptions(public_key=public_key(key, tmp_path / f"{number}.pub"))

        check_signature(pull(other.url, here, wish).folder, tmp_path / f"{number}.pub")


def test_a_release_that_was_damaged_here_is_fetched_anew(other: Other, here: Path) -> None:
    """A disk loses a byte; the other copy still has it."""
    release = pull(other.url, here)
    (release.folder / DUMP).write_bytes(b"")

    assert pull(other.url, here) == release
    assert open_current(here) == release


def test_another_builder_at_work_is_not_disturbed_and_what_was_fetched_stays(
    other: Other, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is needed at the end alone; the next call needs nothing but it."""
    from publisher.release.current import build_lock

    monkeypatch.setattr(pulling, "LOCK_WAIT_SECONDS", 0.0)
    here.mkdir()
    with build_lock(here), pytest.raises(ReleaseError, match="Another build is running"):
        pull(other.url, here)
    other.asked.clear()

    assert pull(other.url, here) == open_current(here)
    assert not [path for path, _ in other.asked if "/file/" in path]
