"""Another copy, sick or hostile: ``releases pull`` ends with a sentence and harms nothing."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from publisher.errors import ReleaseError
from publisher.release.copies import contents, origin
from publisher.release.copies import pull as pulling
from publisher.release.copies.origin import read_json
from publisher.release.copies.pull import PullOptions, pull
from publisher.release.current import build_lock
from publisher.release.manifest import _seal, as_json_text
from publisher.release.model import Release
from publisher.release.open import open_current
from tests.adversary.canary import on_this_machine

# Until a test is called stuck; a busy machine is slow.
PATIENCE_SECONDS = 60
# Returned by a behaviour that has sent everything itself.
DONE = True
Body = bytes | bool | None
Behaviour = Callable[["Origin", socket.socket, str], Body]
CURRENT_THERE = PullOptions()


@dataclass
class Origin:
    """A copy of a site on a real socket, honest but for what a test makes it do.

    Attributes:
        release: What it offers.
        behave: Given the socket and the path, sends something of its own; what it returns is sent
            as the body of a good response. None: nothing is there. DONE: nothing more is sent.
        asked: Paths, in order.
        sent: Bytes that a test's behaviour has sent.
    """

    release: Release
    port: int = 0
    behave: Behaviour = lambda origin, _socket, path: origin.honest(path)
    asked: list[str] = field(default_factory=list)
    sent: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/"

    def honest(self, path: str) -> bytes | None:
        """Return what an honest copy has there."""
        name = self.release.id
        if path == "/release":
            listed = {"id": name, "current": True, "signature": None}
            return json.dumps({"releases": [listed]}).encode()
        place = path.removeprefix(f"/release/{name}/").removeprefix("file/")
        file = self.release.folder / place
        return file.read_bytes() if file.is_file() else None

    def send(self, to: socket.socket, content: bytes) -> None:
        """Send and count."""
        to.sendall(content)
        self.sent += len(content)


@pytest.fixture
def hostile(release: Release, monkeypatch: pytest.MonkeyPatch) -> Iterator[Origin]:
    """Return an origin that is still honest; what takes minutes is shortened."""
    monkeypatch.setattr(origin, "SLOW_START_SECONDS", on_this_machine(1.0))
    monkeypatch.setattr(origin, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(pulling, "_BASE_SECONDS", 4.0)
    monkeypatch.setattr(pulling, "_SECONDS_A_FILE", 0.0)
    with offering(release) as there:
        yield there


@contextlib.contextmanager
def offering(release: Release) -> Iterator[Origin]:
    """Run an origin that offers a release."""
    there = Origin(release)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            """Write nothing."""

        def do_GET(self) -> None:
            """Answer as the test wants."""
            there.asked.append(self.path)
            with contextlib.suppress(OSError):
                body = there.behave(there, self.connection, self.path)
                if isinstance(body, bool):
                    self.close_connection = True
                    return
                start = b"HTTP/1.1 200 OK" if body is not None else b"HTTP/1.1 404 Not Found"
                head = b"%s\r\nContent-Length: %d\r\n\r\n" % (start, len(body or b""))
                self.connection.sendall(head + (body or b""))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        there.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield there
        there.is_over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return the folder of the releases here."""
    return tmp_path / "here"


def fails(url: str, here: Path, said: str, wish: PullOptions = CURRENT_THERE) -> ReleaseError:
    """Assert that a pull ends in time with an error, and leaves neither a lock nor a release."""
    began = time.monotonic()
    with pytest.raises(ReleaseError, match=said) as caught:
        pull(url, here, wish)
    assert time.monotonic() - began < PATIENCE_SECONDS
    assert not (here / "current").exists()
    if here.exists():
        with build_lock(here):
            pass
    return caught.value


PLACES = {
    "the list": "/release",
    "a manifest": "/manifest.json",
    "a signature": "/manifest.json.sig",
    "a file": "/file/void.nt",
}
GOOD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = GOOD + b"Transfer-Encoding: chunked\r\n\r\n"
# What is sent first, and what is then sent again and again.
FLOWS = {
    "the status line": (b"", b"H"),
    "interim responses": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a field": (GOOD + b"X: ", b"x"),
    "a body": (GOOD + b"Content-Length: 100000000\r\n\r\n", b" "),
    "a body without length": (GOOD + b"\r\n", b" "),
    "a chunk": (CHUNKED + b"fffffff\r\n", b" "),
    "a size of a chunk": (CHUNKED, b"0"),
    "a chunk extension": (CHUNKED + b"1;", b"x"),
    "trailers": (CHUNKED + b"1\r\n \r\n0\r\n", b"X: y\r\n"),
    "what a redirect brings": (
        b"HTTP/1.1 302 Found\r\nLocation: /release\r\nContent-Length: 100000000\r\n\r\n",
        b" ",
    ),
}


def flowing(place: str, first: bytes, again: bytes, pause: float = 0.0) -> Behaviour:
    """Return the behaviour of sending something without end at a place."""

    def behave(there: Origin, to: socket.socket, path: str) -> Body:
        if not path.endswith(place):
            return there.honest(path)
        there.send(to, first or again)
        while not there.is_over.wait(pause):
            there.send(to, again)
        return DONE

    return behave


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_an_origin_that_drips_is_left(hostile: Origin, here: Path, place: str) -> None:
    """No limit between two bytes ends that; a rate that is demanded does."""
    hostile.behave = flowing(place, *FLOWS["a body"], pause=0.1)
    if place == PLACES["a file"]:
        fails(hostile.url, here, "too slowly|cut off after")
    else:
        fails(hostile.url, here, "too slowly")


@pytest.mark.slow
@pytest.mark.parametrize("flow", FLOWS, ids=FLOWS)
def test_it_may_drip_in_any_part_of_a_response(hostile: Origin, here: Path, flow: str) -> None:
    """The status line, fields, sizes and trailers are no safer than the body."""
    hostile.behave = flowing("/release", *FLOWS[flow], pause=0.1)
    fails(hostile.url, here, "too slowly|cannot be reached|sends this program on")


@pytest.mark.slow
@pytest.mark.parametrize("flow", FLOWS, ids=FLOWS)
def test_an_origin_that_never_ends_is_left(hostile: Origin, here: Path, flow: str) -> None:
    """However fast it sends."""
    hostile.behave = flowing("/release", FLOWS[flow][0], FLOWS[flow][1] * 4096)
    fails(hostile.url, here, "too slowly|cannot be reached|more than 16 MB|No copy|sends this")
    assert hostile.sent < 1 << 30


@pytest.mark.slow
@pytest.mark.parametrize("place", ["/manifest.json", "/manifest.json.sig", "/file/void.nt"])
def test_more_than_is_announced_is_not_kept(
    hostile: Origin, here: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Neither in memory nor on the disk."""
    monkeypatch.setattr(origin, "_LARGEST_MANIFEST", 1 << 20)
    hostile.behave = flowing(place, GOOD + b"\r\n", b" " * 65536)

    fails(hostile.url, here, "more than|something else")

    assert sum(path.stat().st_size for path in here.rglob("*")) < 1 << 20


def with_fields(place: str, fields: bytes, body: bytes) -> Behaviour:
    """Return the behaviour of answering with some fields at a place."""

    def behave(there: Origin, to: socket.socket, path: str) -> Body:
        if not path.endswith(place):
            return there.honest(path)
        there.send(to, GOOD + fields + b"\r\n" + body)
        return DONE

    return behave


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_what_is_compressed_is_not_unpacked(hostile: Origin, here: Path, place: str) -> None:
    """Nobody asked for it: a kilobyte may become a gigabyte."""
    bomb = gzip.compress(bytes(10 << 20))
    fields = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n" % len(bomb)
    hostile.behave = with_fields(place, fields, bomb)
    fails(hostile.url, here, "something else")


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 10\r\n",
        b"Content-Length: 999999999999\r\n",
        b"Content-Length: 5\r\nContent-Length: 7\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: %s\r\n" % (b"9" * 60_000),
        b"Content-Length: x\r\n",
        b"X: y\r\n" * 200,
        b"X: %s\r\n" % (b"y" * 70_000),
        b"Transfer-Encoding: chunked\r\n",
    ],
    ids=lambda fields: fields[:24].decode(),
)
def test_a_length_that_lies_is_found_out(hostile: Origin, here: Path, fields: bytes) -> None:
    """Bytes are counted, not believed."""
    hostile.behave = with_fields("/file/void.nt", fields, b"wrong\n")
    fails(hostile.url, here, "cut off|something else|cannot be reached|too slowly")


def sealed(content: dict[str, Any]) -> bytes:
    """Return a manifest with the seal that fits it."""
    content = {name: value for name, value in content.items() if name != "seal"}
    return as_json_text({**content, "seal": _seal(content)}).encode()


def manifest_of(release: Release) -> dict[str, Any]:
    """Return what the manifest of a release says."""
    found: dict[str, Any] = json.loads((release.folder / "manifest.json").read_bytes())
    return found


def answering(place: str, body: bytes) -> Behaviour:
    """Return the behaviour of answering with a body at a place."""
    return lambda there, _to, path: body if path.endswith(place) else there.honest(path)


DEEP = b"[" * 400_000 + b"]" * 400_000
ODD = {
    "a list in lists": DEEP,
    "objects in objects": b'{"a":' * 400_000 + b"1" + b"}" * 400_000,
    "deep, but for a parser": b'{"releases":' + b"[" * 600 + b"]" * 600 + b"}",
    "a number of a million digits": b'{"releases":[{"id":%s}]}' % (b"9" * 1_000_000),
    "a fraction of a million digits": b'{"releases":0.%s}' % (b"1" * 1_000_000),
    "infinity": b'{"releases":[{"id":Infinity,"current":NaN}]}',
    "no UTF-8": b'{"releases":"\xff"}',
    "half a pair": b'{"releases":[{"id":"\\ud800","current":true}]}',
    "UTF-16": '{"releases":[]}'.encode("utf-16"),
    "nothing": b"",
    "null": b"null",
    "a text": b'"release"',
    "a number": b"1",
    "a list": b"[1]",
    "no id": b'{"releases":[{"current":true}]}',
    "an id that is none": b'{"releases":[{"id":["a"],"current":true}]}',
    "an object for a list": b'{"releases":{"id":"a"}}',
}


@pytest.mark.parametrize("place", ["/release", "/manifest.json"])
@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_odd_json_is_refused_in_a_sentence(
    hostile: Origin, here: Path, place: str, body: bytes
) -> None:
    """Wherever it stands."""
    hostile.behave = answering(place, body)
    fails(hostile.url, here, "No copy of a site|not one that this program|There is no release")


KINDS = [None, True, -1, 1.5, "x", [], {}, [[]], {"a": None}, {"a": {"b": []}}, "2026-01-01"]


@pytest.mark.parametrize("key", ["release", "base_iri", "published", "digest", "inputs", "graphs"])
def test_a_manifest_without_a_key_is_refused(hostile: Origin, here: Path, key: str) -> None:
    """Though its seal is good."""
    content = manifest_of(hostile.release)
    del content[key]
    hostile.behave = answering("/manifest.json", sealed(content))
    fails(hostile.url, here, "not one that this program")


@pytest.mark.slow
def test_a_manifest_with_a_value_of_another_kind_is_refused(hostile: Origin, here: Path) -> None:
    """Each key, each kind; what has the right kind may still name another release."""
    content = manifest_of(hostile.release)
    said = "not one that this program|do not hold the triples|names its things"
    base = PullOptions(base_iri=content["base_iri"])
    keys = ["release", "published", "graphs", "prefixes", "documents", "modified", "files"]
    for key in keys:
        for kind in KINDS:
            if kind == {} and key in ("prefixes", "documents", "modified"):
                continue  # which is right
            hostile.behave = answering("/manifest.json", sealed(content | {key: kind}))
            fails(hostile.url, here, said, base)


NAMES = [
    "../escaped",
    "a/../../escaped",
    "/tmp/escaped",
    "a//escaped",
    "a/./escaped",
    "",
    ".",
    "..",
    "escaped/",
    "a\\escaped",
    "a\x00escaped",
    "a\nescaped",
    "a\u202eescaped",
    "\uff0e\uff0e/escaped",
    "a\uff0fescaped",
    "store/escaped",
    "Store/escaped",
    "STORE.json",
    "Manifest.JSON",
    "manifest.json.sig",
    "e" * 300,
    "ä" * 200,
    "/".join("e" * 40),
    "void.nt/escaped",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name)[:24])
def test_a_name_leads_nowhere_else(hostile: Origin, here: Path, name: str) -> None:
    """Also where case or the form of a letter makes no difference."""
    content = manifest_of(hostile.release)
    content["files"][name] = {"length": 1, "sha256": "0" * 64}
    hostile.behave = answering("/manifest.json", sealed(content))

    fails(hostile.url, here, "not one that this program")

    assert not list(here.parent.rglob("*escaped*"))


@pytest.mark.parametrize(
    "file",
    [
        {"length": 1.5, "sha256": "0" * 64},
        {"length": True, "sha256": "0" * 64},
        {"length": "1", "sha256": "0" * 64},
        {"length": 10**4000, "sha256": "0" * 64},
        {"length": 1, "sha256": "x" * 64},
        {"length": 1, "sha256": 0},
        {"length": 1},
        [],
    ],
    ids=lambda file: str(file)[:24],
)
def test_a_file_that_is_none_is_refused(hostile: Origin, here: Path, file: object) -> None:
    """Before a byte of it is asked for."""
    content = manifest_of(hostile.release)
    content["files"]["odd"] = file
    hostile.behave = answering("/manifest.json", sealed(content))

    fails(hostile.url, here, "not one that this program")

    assert not [path for path in hostile.asked if "/file/" in path]


def test_too_many_files_are_refused(
    hostile: Origin, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk has only so many entries, and each file is a request."""
    monkeypatch.setattr(contents, "_MOST_FILES", 100)
    content = manifest_of(hostile.release)
    file = {"length": 0, "sha256": "0" * 64}
    content["files"] |= {f"many/{number}": file for number in range(101)}
    hostile.behave = answering("/manifest.json", sealed(content))
    fails(hostile.url, here, "not one that this program")


MEMORY_BYTES = 1 << 30
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv.pop(1)),) * 2)
from publisher.cli import main
main()
"""


@pytest.mark.slow
def test_a_manifest_of_many_values_takes_little_memory(hostile: Origin, here: Path) -> None:
    """Sixty megabytes of empty lists would take two gigabytes: they are refused unread."""
    body = b'{"files":[' + b"[]," * (20 << 20) + b"[]]}\n"
    hostile.behave = answering("/manifest.json", body)
    command = [sys.executable, "-c", LIMITED, str(MEMORY_BYTES), "releases", "pull", hostile.url]

    done = subprocess.run(
        [*command, "--releases", str(here), "--lang", "en"],
        cwd=here.parent,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert done.returncode == 1
    assert "not one that this program writes" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_must_be_signed_is_not_read_before_the_signature_was_checked(
    hostile: Origin, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parser is a large surface."""
    key = tmp_path / "key.pub"
    public = Ed25519PrivateKey.generate().public_key()
    key.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    read: list[bytes] = []
    monkeypatch.setattr(pulling, "read_json", lambda content, **_: read.append(content))
    hostile.behave = answering("/manifest.json", DEEP)

    fails(hostile.url, here, "not signed with this key", PullOptions(public_key=key))

    assert read == []
    assert read_json(b"[]") == []


def redirecting(location: str) -> Behaviour:
    """Return the behaviour of sending the asker for the list on."""

    def behave(there: Origin, to: socket.socket, path: str) -> Body:
        if path not in ("/release", "/loop"):
            return there.honest(path.replace("/elsewhere", "/release"))
        there.send(to, b"HTTP/1.1 302 Found\r\nLocation: %s\r\n" % location.encode())
        to.sendall(b"Connection: close\r\nContent-Length: 0\r\n\r\n")
        return DONE

    return behave


@pytest.mark.slow
def test_a_redirect_to_another_host_is_not_followed(hostile: Origin, here: Path) -> None:
    """It could lead into a network that only this machine reaches."""
    with offering(hostile.release) as trap:
        targets = [
            f"http://localhost:{trap.port}/release",
            f"//127.0.0.1:{trap.port}/release",
            trap.url,
            "file:///etc/passwd",
            "ftp://127.0.0.1/",
            f"http://127.0.0.1:{hostile.port}@localhost:{trap.port}/",
            "http://[::1",
            "http://127.0.0.1:99999999/",
            "https://127.0.0.1:\x1b[2J/",
        ]
        for target in targets:
            hostile.behave = redirecting(target)
            error = fails(hostile.url, here, "sends this program on to")
            assert str(error).replace("\n", "").isprintable()
        assert trap.asked == []


@pytest.mark.slow
def test_a_redirect_on_the_same_host_is_followed_and_a_loop_ends(
    hostile: Origin, here: Path
) -> None:
    """A slash is soon forgotten."""
    hostile.behave = redirecting("/elsewhere")
    assert pull(hostile.url, here) == open_current(here)
    hostile.behave = redirecting("/loop")
    with pytest.raises(ReleaseError, match="sends this program on to"):
        pull(hostile.url, here)


@pytest.mark.slow
def test_a_line_that_would_end_the_engine_is_refused(hostile: Origin, here: Path) -> None:
    """Triples in triples, a hundred thousand deep: the engine reads them by recursion."""
    line = (
        b"<http://e.org/s> <http://e.org/p> " + b"<<( <http://e.org/s> <http://e.org/p> " * 100_000
    )
    content = manifest_of(hostile.release)
    digest = hashlib.sha256(line).hexdigest()
    content["files"]["dumps/lakes.nq"] = {"length": len(line), "sha256": digest}

    def behave(there: Origin, _to: socket.socket, path: str) -> Body:
        if path.endswith("/file/dumps/lakes.nq"):
            return line
        return sealed(content) if path.endswith("/manifest.json") else there.honest(path)

    hostile.behave = behave
    fails(hostile.url, here, "not one that this program")


@pytest.mark.slow
def test_a_busy_copy_is_asked_again(hostile: Origin, here: Path) -> None:
    """It may have asked for patience, as this program does."""
    refused: list[str] = []

    def behave(there: Origin, to: socket.socket, path: str) -> Body:
        if "/file/" not in path or path in refused:
            return there.honest(path)
        refused.append(path)
        to.sendall(b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nConnection: close\r\n\r\n")
        return DONE

    hostile.behave = behave
    assert pull(hostile.url, here).id == hostile.release.id
    assert len(refused) == len(hostile.release.files)


@pytest.mark.slow
def test_the_lock_is_free_while_a_stranger_sends(hostile: Origin, here: Path) -> None:
    """A build need not wait for a line."""
    here.mkdir()
    taken: list[str] = []

    def behave(there: Origin, _to: socket.socket, path: str) -> Body:
        with build_lock(here):
            taken.append(path)
        return there.honest(path)

    hostile.behave = behave
    release = pull(hostile.url, here)
    assert len(taken) == len(hostile.asked) > len(release.files)


@pytest.mark.slow
def test_two_pulls_at_once_bring_one_release(hostile: Origin, here: Path) -> None:
    """Neither writes where the other does; whoever is second finds the release there."""
    meet = threading.Barrier(2)
    found: list[Release | BaseException] = []

    def behave(there: Origin, _to: socket.socket, path: str) -> Body:
        if path.endswith(("/manifest.json", "/file/void.nt")):
            with contextlib.suppress(threading.BrokenBarrierError):
                meet.wait(PATIENCE_SECONDS)
        return there.honest(path)

    def call() -> None:
        try:
            found.append(pull(hostile.url, here))
        except BaseException as error:  # noqa: BLE001  (shown by the assertion)
            found.append(error)

    hostile.behave = behave
    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)

    assert found == [open_current(here)] * 2
    assert sorted(path.name for path in here.iterdir()) == sorted(
        [".lock", "current", "switches.jsonl", hostile.release.id]
    )


@pytest.fixture
def killed(hostile: Origin, here: Path) -> Path:
    """Return the folder that a pull left which was killed while a file came."""
    hanging = threading.Event()

    def behave(there: Origin, to: socket.socket, path: str) -> Body:
        if not path.endswith("/file/void.nt"):
            return there.honest(path)
        to.sendall(GOOD + b"Content-Length: 100\r\n\r\nhalf")
        hanging.set()
        there.is_over.wait(PATIENCE_SECONDS)
        return DONE

    hostile.behave = behave
    command = [sys.executable, "-m", "publisher", "releases", "pull", hostile.url]
    process = subprocess.Popen([*command, "--releases", str(here)], cwd=here.parent)
    assert hanging.wait(PATIENCE_SECONDS)
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_SECONDS)
    hostile.behave = Origin.behave
    (left,) = here.glob(".pull-*")
    return left


@pytest.mark.slow
def test_a_pull_that_was_killed_is_gone_on_with(hostile: Origin, here: Path, killed: Path) -> None:
    """What has come is not fetched again, and nothing is in the way."""
    hostile.asked.clear()

    assert pull(hostile.url, here) == open_current(here)

    asked = [path for path in hostile.asked if "/file/" in path]
    assert 0 < len(asked) < len(hostile.release.files)
    assert not killed.exists()


@pytest.mark.slow
def test_what_a_killed_pull_left_is_swept_by_a_pull_of_another_release(
    hostile: Origin, here: Path, killed: Path
) -> None:
    """The other copy has gone on since, and nobody wants the half of the old one."""
    other = killed.rename(here / ".pull-2020-01-01-000000000000")
    pull(hostile.url, here)
    assert not other.exists()


@pytest.mark.slow
def test_what_a_killed_pull_left_is_swept_by_a_build_after_a_day(here: Path, killed: Path) -> None:
    """Perhaps nobody ever pulls again; but a build must not take it from who goes on today."""
    with build_lock(here):
        assert killed.exists()
    old = time.time() - 2 * 24 * 60 * 60
    os.utime(killed, (old, old))
    with build_lock(here):
        assert not killed.exists()
