"""What only a real socket shows: bytes on the wire."""

from __future__ import annotations

import ctypes
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from publisher.config import Config
from publisher.release.model import Release
from publisher.serve.app import thread_count
from tests.conftest import wait_for


@pytest.fixture
def connection(served: str) -> Iterator[HTTPConnection]:
    """Return a connection to the server."""
    opened = HTTPConnection(urlsplit(served).netloc, timeout=10)
    yield opened
    opened.close()


def exchange(served: str, request: bytes) -> bytes:
    """Send bytes, and return what comes back until the server has no more to say."""
    address = urlsplit(served)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port or 80), timeout=10) as wire:
        wire.sendall(request)
        received = b""
        while part := wire.recv(65536):
            received += part
        return received


def ask(connection: HTTPConnection, method: str, path: str, **fields: str) -> HTTPResponse:
    """Return the answer to a request whose fields are sent as they are."""
    connection.request(method, path, headers={n.replace("_", "-"): v for n, v in fields.items()})
    return connection.getresponse()


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/rdf+xml"])
def test_a_thing_is_followed_to_its_document(served: str, accept: str) -> None:
    """One hop, absolute (FOOPS! follows nothing else)."""
    answer = requests.get(f"{served}id/lake/siljan", headers={"Accept": accept}, timeout=10)
    assert [hop.status_code for hop in answer.history] == [303]
    assert answer.history[0].headers["Location"] == f"{served}doc/lake/siljan"
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(accept)
    assert answer.headers["Date"]


def test_head_sends_the_length_and_no_body(connection: HTTPConnection) -> None:
    """The next answer on the same connection begins where it should."""
    for path in ("/doc/lake/siljan.ttl", "/nowhere", "/dump/lakes.nt", "/id/lake/siljan"):
        head = ask(connection, "HEAD", path, Accept="*/*")
        assert head.read() == b""
        answer = ask(connection, "GET", path, Accept="*/*")
        body = answer.read()
        assert (answer.status, len(body)) == (head.status, int(head.headers["Content-Length"]))
        # The digest of content is that of no content here, and left out (RFC 9530, appendix B.2).
        assert set(head.headers) == set(answer.headers) - {"content-digest", "Content-Digest"}


def test_a_304_has_no_body_and_the_connection_stays(connection: HTTPConnection) -> None:
    """RFC 9112, section 6.3."""
    tag = ask(connection, "HEAD", "/doc/lake/siljan.ttl")
    tag.read()
    known = ask(connection, "GET", "/doc/lake/siljan.ttl", If_None_Match=tag.headers["ETag"])
    assert (known.status, known.read()) == (304, b"")
    again = ask(connection, "GET", "/doc/lake/siljan.ttl")
    assert (again.status, again.read()[:8]) == (200, b"@prefix ")


@pytest.mark.parametrize(
    "path",
    [
        "/id/lake/v\xc3\xa4nern",  # the bytes of UTF-8, unescaped
        "/id/lake/v%C3%A4nern",
        "/id/lake/v%25C3%25A4nern",
    ],
)
def test_a_name_beyond_ascii_is_found(served: str, path: str) -> None:
    """Some clients send the letters as they are."""
    request = (
        b"GET " + path.encode("latin-1") + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    head = exchange(served, request).partition(b"\r\n\r\n")[0].decode().lower()
    assert head.startswith("http/1.1 303")
    assert f"location: {served}doc/lake/v%c3%a4nern" in head


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /../../../etc/passwd HTTP/1.1",
        b"GET /dump/../../manifest.json HTTP/1.1",
        b"GET /static/..%2f..%2fcli.py HTTP/1.1",
        b"GET /doc/%00 HTTP/1.1",
        b"GET /doc/lake/\xff\xfe HTTP/1.1",
        b"GET /" + b"a" * 60_000 + b" HTTP/1.1",
        b"GET / HTTP/9.9",
        b"GET /doc/lake/si ljan HTTP/1.1",
        b"NONSENSE",
        b"GET http://evil.example/doc/lake/none HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
def test_nonsense_is_refused_and_the_server_lives(served: str, request_line: bytes) -> None:
    """Promise 2: no request takes the site down or reads its files."""
    answer = exchange(served, request_line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert not answer or answer[9:12] in (b"400", b"404", b"414", b"431", b"505")
    assert b"root:" not in answer
    assert requests.get(f"{served}healthz", timeout=10).text == "ok\n"


@pytest.mark.parametrize(
    "fields",
    [
        b"Accept: " + b"a/b," * 20_000,
        b"X: " + b"y" * 200_000,
        b"".join(b"X%d: y\r\n" % n for n in range(300)) + b"Z: z",
        b"Accept: \xff\xfe",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Content-Length: -1",
    ],
    ids=["long Accept", "long field", "many fields", "bytes", "two lengths", "no length"],
)
def test_heavy_fields_are_refused_and_the_server_lives(served: str, fields: bytes) -> None:
    """An answer or a refusal, never a hanging or dead process."""
    start = b"GET /doc/lake/siljan HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    answer = exchange(served, start + fields + b"\r\n\r\n")
    assert not answer or answer[9:10] in (b"2", b"4")
    assert requests.get(f"{served}healthz", timeout=10).text == "ok\n"


def test_a_body_where_none_belongs_is_no_harm(served: str) -> None:
    """A PUT of half a megabyte to a page."""
    answer = requests.put(f"{served}doc/lake/siljan", data=b"x" * 500_000, timeout=10)
    assert answer.status_code in (405, 413)
    assert requests.get(f"{served}doc/lake/siljan.ttl", timeout=10).status_code == 200


@pytest.mark.slow
def test_many_clients_at_once_all_get_the_whole_answer(served: str) -> None:
    """Nothing is mixed up between threads."""
    paths = ["doc/lake/siljan.ttl", "doc/river/klaralven.nt", "dump/rivers.nt", "nowhere"]
    expected = {path: requests.get(served + path, timeout=10).content for path in paths}
    wrong: list[str] = []

    def visit(number: int) -> None:
        with requests.Session() as session:
            for step in range(25):
                path = paths[(number + step) % len(paths)]
                if session.get(served + path, timeout=10).content != expected[path]:
                    wrong.append(path)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.slow
def test_who_says_nothing_keeps_nobody_out(served: str) -> None:
    """Hundreds of open connections, half of them with half a request, take no thread."""
    address = urlsplit(served)
    silent = [
        socket.create_connection((str(address.hostname), address.port or 80), timeout=10)
        for _ in range(600)
    ]
    for wire in silent[::2]:
        wire.sendall(b"GET /doc/lake/siljan HTTP/1.1\r\nHost: x\r\n")
    for path in ("healthz", "doc/lake/siljan.ttl", "nowhere"):
        assert requests.get(served + path, timeout=10).status_code in (200, 404)
    for wire in silent:
        wire.close()


def test_an_answer_has_one_date(connection: HTTPConnection) -> None:
    """RFC 9110, section 6.6.1: made, ready, whole or in part."""
    for path, part in (("/dump/lakes.nt", "bytes=0-9"), ("/dump/lakes.nt", ""), ("/nowhere", "")):
        for _ in range(2):
            answer = ask(connection, "GET", path, **({"Range": part} if part else {}))
            answer.read()
            assert len(answer.headers.get_all("Date", [])) == 1


@pytest.mark.slow
def test_the_server_says_what_is_wrong_and_does_not_start(tmp_path: Path) -> None:
    """A wrong folder must not become a site that answers 404 to all (peers, section 1c)."""
    command = [sys.executable, "-m", "publisher", "serve", "--releases", str(tmp_path / "none")]
    ended = subprocess.run(
        [*command, "--lang", "en"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "There is no release yet." in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_a_port_that_is_taken_ends_the_server_with_a_message(
    served: str, release: Release, tmp_path: Path
) -> None:
    """Whoever starts it twice is told so."""
    port = str(urlsplit(served).port)
    command = [sys.executable, "-m", "publisher", "serve", "--port", port, "--lang", "en"]
    ended = subprocess.run(
        [*command, "--releases", str(release.folder.parent)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert f"port {port}: Address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_waiting_queries_leave_threads_for_documents() -> None:
    """Design, section 4: a flood of queries does not stop the pages."""
    config = Config(query_workers=3, query_queue=20)
    assert thread_count(config) >= 3 + 20 + 4


@pytest.mark.slow
def test_no_process_outlives_a_server_that_was_killed(
    release: Release, tmp_path: Path, free_port: int
) -> None:
    """Promise 2: after ``kill -9`` the next start finds the port free."""
    command = [sys.executable, "-m", "publisher", "serve", "--port", str(free_port)]
    server = subprocess.Popen(
        [*command, "--releases", str(release.folder.parent)],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{free_port}/healthz"
    wait_for(address, server)
    server.kill()
    server.wait()
    for _ in range(100):
        try:
            requests.get(address, timeout=5)
        except requests.ConnectionError:
            return
        time.sleep(0.1)
    raise AssertionError("somebody still answers")


LARGE_BLOCKS = """
import ctypes, sys
from publisher.system.processes import free_large_blocks_at_once
if sys.argv[1] == "returned":
    assert free_large_blocks_at_once()
class Report(ctypes.Structure):
    _fields_ = [(str(n), ctypes.c_size_t) for n in range(10)]
library = ctypes.CDLL(None)
library.mallinfo2.restype = Report
bytes(20 << 20)
before = getattr(library.mallinfo2(), "3")
held = bytes(1 << 20)
print(getattr(library.mallinfo2(), "3") - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("how", "blocks"), [("returned", "1"), ("as usual", "0")])
def test_a_large_body_does_not_stay_in_the_heap(how: str, blocks: str) -> None:
    """After minutes of large bodies a web process held 60 MB more than it used."""
    if not hasattr(ctypes.CDLL(None), "mallinfo2"):
        pytest.skip("this C library does not tell of its blocks (glibc 2.33 does)")
    done = subprocess.run(
        [sys.executable, "-c", LARGE_BLOCKS, how],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.strip() == blocks
