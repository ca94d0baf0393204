"""Every byte of a message counts: none of its parts can be sent without end."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publisher.release.model import Release
from tests.adversary.canary import ask, canary, on_this_machine
from tests.adversary.served import Server, serving

pytestmark = pytest.mark.slow

# How much more memory a web process may take, whatever is sent.
MOST_MB = 64
FLOOD_SECONDS = 1.5
# More than the quarter of a second that visitors are promised: the attackers are here, too.
LONGEST_SECONDS = 5.0
_CONNECTIONS = 8

POST = (
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    b"Accept: application/sparql-results+json\r\n"
)
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
QUERY = b"7\r\nASK { }\r\n"
# Part of a message that is sent without end → what comes before it, and what is repeated.
FLOODS = {
    "request line": (b"GET /", b"a" * 8192),
    "field value": (b"GET / HTTP/1.1\r\nHost: x\r\nA: ", b"a" * 8192),
    "field name": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"a" * 8192),
    "fields": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"A: b\r\n" * 1000),
    "empty lines": (b"", b"\r\n" * 4096),
    "chunk size": (CHUNKED, b"0" * 8192),
    "chunk extension": (CHUNKED + b"1;", b"a" * 8192),
    "chunks of one byte": (CHUNKED, b"1\r\nx\r\n" * 1000),
    "chunks": (CHUNKED, b"1000\r\n" + b"x" * 4096 + b"\r\n"),
    "trailers": (CHUNKED + QUERY + b"0\r\n", b"A: b\r\n" * 1000),
    "trailer value": (CHUNKED + QUERY + b"0\r\nA: ", b"a" * 8192),
    "long body": (POST + b"Content-Length: 99999999999\r\n\r\n", b"x" * 8192),
    "after a refusal": (b"NONSENSE\r\n\r\n", b"x" * 8192),
    "after a refused body": (
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n",
        b"x" * 8192,
    ),
    "requests": (b"", b"GET /doc/lake/siljan?no HTTP/1.1\r\nHost: x\r\n\r\n" * 100),
    "heads of their own": (b"", b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" * 200),
}


@pytest.fixture(scope="module")
def server(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that was asked before."""
    with serving(release.folder.parent, tmp_path_factory.mktemp("served")) as server:
        for path in ("/", "/doc/lake/siljan", "/nowhere", "/sparql?query=ASK%7B%7D"):
            ask(server.port, path, "*/*")
        yield server


@contextlib.contextmanager
def flooding(
    server: Server, begin: bytes, again: bytes, connections: int = 8
) -> Iterator[list[int]]:
    """Send something without end over some connections, again and again while the block runs."""
    end, sent = threading.Event(), [0]

    def flood() -> None:
        while not end.is_set():
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", server.port), timeout=2) as wire,
            ):
                wire.sendall(begin)
                while not end.is_set():
                    wire.sendall(again)
                    sent[0] += len(again)

    threads = [threading.Thread(target=flood, daemon=True) for _ in range(_CONNECTIONS)]
    for thread in threads:
        thread.start()
    try:
        yield sent
    finally:
        end.set()
        for thread in threads:
            thread.join(30)


@pytest.mark.parametrize("part", FLOODS)
def test_a_part_without_end_costs_little_memory_and_nobody_else_waits(
    server: Server, part: str
) -> None:
    """Whichever part of a message it is."""
    begin, again = FLOODS[part]
    (web,) = server.web_processes()
    before = most = server.memory_mb()
    with canary(server.port) as report, flooding(server, begin, again) as sent:
        until = time.monotonic() + FLOOD_SECONDS
        while time.monotonic() < until:
            time.sleep(0.1)
            most = max(most, server.memory_mb())

    assert sent[0] > 1 << 20
    assert most - before < MOST_MB
    assert report.failed == []
    assert report.longest() < on_this_machine(LONGEST_SECONDS)
    server.until_only([web])


def test_many_unfinished_bodies_together_have_a_limit(server: Server) -> None:
    """Each is within its limit; quick clients are answered, the slowest ones are not."""
    before = server.memory_mb()
    body = b"x" * 250_000
    wires = []
    for _ in range(400):
        wire = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        with contextlib.suppress(OSError):
            wire.sendall(POST + b"Content-Length: 260000\r\n\r\n" + body)
        wires.append(wire)
    assert server.memory_mb() - before < MOST_MB
    assert post(server, b"ASK { } #" + b"x" * 60_000) == (200, True)
    for wire in wires:
        wire.close()


def post(server: Server, query: bytes, **fields: str) -> tuple[int, object]:
    """Return status and answer of a query that is sent as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    kind = {"Content-Type": "application/sparql-query", "Accept": "application/json"}
    connection.request("POST", "/sparql", query, kind | fields)
    response = connection.getresponse()
    read = response.read()
    connection.close()
    return response.status, json.loads(read)["boolean"] if response.status == 200 else read


def form_of(length: int) -> bytes:
    """Return a form with a query, so many bytes long."""
    return b"query=ASK%7B%7D&ignored=".ljust(length, b"x")


HEAD_BYTES = 64 << 10
FORM_BYTES = 256 << 10


def honest_address() -> bytes:
    """Return a request with the longest address."""
    end = b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    return b"GET /doc/lake/siljan?x=".ljust(HEAD_BYTES - len(end), b"x") + end


def honest_head() -> bytes:
    """Return a request with the largest head."""
    head = b"GET /doc/lake/siljan HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += b"".join(b"X-%d: %b\r\n" % (n, b"y" * 500) for n in range(100))
    return (head + b"Z: ").ljust(HEAD_BYTES - 4, b"z") + b"\r\n\r\n"


def honest_body() -> bytes:
    """Return a request with the largest body."""
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
    )
    return head % FORM_BYTES + form_of(FORM_BYTES)


def honest_chunks() -> bytes:
    """Return a request with the largest body, in chunks."""
    head, _, body = honest_body().partition(b"Content-Length: %d\r\n\r\n" % FORM_BYTES)
    chunks = [body[at : at + 4096] for at in range(0, len(body), 4096)]
    written = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + written + b"0\r\n\r\n"


HONEST: list[Callable[[], bytes]] = [honest_address, honest_head, honest_body, honest_chunks]


@pytest.mark.parametrize("honest", HONEST)
def test_a_request_at_a_limit_is_answered_in_the_middle_of_a_flood(
    server: Server, honest: Callable[[], bytes]
) -> None:
    """The limits are for everybody, but what is within them is answered."""
    begin, again = FLOODS["trailers"]
    with flooding(server, begin, again):
        for _ in range(3):
            assert status_of(server, honest()) == 200


@pytest.mark.parametrize("honest", HONEST)
def test_a_request_beyond_a_limit_is_refused(server: Server, honest: Callable[[], bytes]) -> None:
    """One byte more; the limit is where it is said to be."""
    request = honest()
    longer = {
        "honest_address": request.replace(b"?x=", b"?xx="),
        "honest_head": request.replace(b"Z: ", b"Z: z"),
        "honest_body": request.replace(b"Length: 262144", b"Length: 262145") + b"x",
        "honest_chunks": request.replace(b"\r\n0\r\n", b"\r\n1\r\nx\r\n0\r\n"),
    }[honest.__name__]
    assert status_of(server, longer) in (413, 414, 431)


def status_of(server: Server, request: bytes) -> int:
    """Return the status of the answer to a request, which is read to its end."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as wire:
        wire.sendall(request)
        received = b""
        while part := wire.recv(1 << 16):
            received += part
    return int(received.split(b" ", 2)[1])


def test_trailers_never_become_header_fields(server: Server) -> None:
    """RFC 9110, section 6.5.1: what names another format there changes nothing."""
    body = QUERY + b"0\r\nAccept: text/csv\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as wire:
        wire.sendall(CHUNKED + body)
        head = wire.recv(1 << 16).partition(b"\r\n\r\n")[0]

    assert b"200" in head.split(b"\r\n")[0]
    assert b"sparql-results+json" in head


def test_slow_clients_are_left_and_cost_nobody_a_place(release: Release, tmp_path: Path) -> None:
    """More of them than there are places: whoever comes new gets the place of one of them."""
    options = ("--connections", "60")
    heads = itertools.cycle([b"", b"GET / HT", POST + b"Content-Length: 9\r\n\r\n"])
    with serving(release.folder.parent, tmp_path, *options) as server:
        wires = []
        for _ in range(200):
            wire = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            wire.sendall(next(heads))
            wires.append(wire)
            if len(wires) % 20 == 0:
                assert ask(server.port, "/doc/lake/siljan.ttl", "*/*") == 200
        for wire in wires:
            wire.close()


def test_one_address_has_its_share_of_the_connections(release: Release, tmp_path: Path) -> None:
    """Another one is let in; and so is a new connection of the same one, for an idle one."""
    options = ("--client-connections", "20")
    with serving(release.folder.parent, tmp_path, *options) as server:
        wires = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(60)]
        assert ask(server.port, "/healthz", "*/*") == 200
        assert ask(server.port, "/healthz", "*/*", source="127.0.0.9") == 200
        time.sleep(0.2)
        still_open = 0
        for wire in wires:
            wire.setblocking(False)
            try:
                still_open += wire.recv(1) != b""
            except BlockingIOError:
                still_open += 1
            except OSError:
                pass
            wire.close()
        assert still_open <= 20


def unsent_bytes(port: int, client_port: int) -> int:
    """Return what the system holds of a connection of the server for its client (proc(5))."""
    ends = (f":{port:04X}", f":{client_port:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(ends[0]) and fields[2].endswith(ends[1]):
            return int(fields[4].partition(":")[0], 16)
    raise AssertionError("The server has closed the connection.")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="no /proc/net/tcp here")
@pytest.mark.parametrize("path", ["/", "/doc/lake/siljan.ttl", "/dump/lakes.nt"])
def test_the_system_holds_little_for_a_client_that_takes_nothing(server: Server, path: str) -> None:
    """Many answers that nobody reads are not made, copied and kept in the memory of the system."""
    asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".encode()
    with socket.socket() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        wire.connect(("127.0.0.1", server.port))
        wire.sendall(asked * 400)
        time.sleep(0.5)
        kept = unsent_bytes(server.port, wire.getsockname()[1])
        assert 0 < kept < 512 << 10
        # It is a client like others as soon as it reads.
        wire.settimeout(20)
        taken = b""
        while taken.count(b"HTTP/1.1 200 ") < 3:
            taken += wire.recv(1 << 16)
