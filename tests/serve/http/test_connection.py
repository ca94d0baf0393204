from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from publisher.serve.http.limits import ServerLimits
from publisher.serve.loop_request import LoopRequest
from publisher.serve.response_cache import CacheableRequest
from tests.in_process import serving

PATIENCE = 0.4
LONG = b"z" * (8 << 20)


class Application:
    """A WSGI application that has ``/ready`` and ``/long`` ready, and makes all else."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.made: list[str] = []

    def at_once(self, asked: CacheableRequest) -> tuple[bytes, bytes] | None:
        """Answer what is ready."""
        bodies = {"/ready": b"ready\n", "/long": LONG}
        body = bodies.get(asked.environ["PATH_INFO"])
        if body is None:
            return None
        head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n" % len(body)
        return head, body if asked.environ["REQUEST_METHOD"] == "GET" else b""

    def in_loop(self, request: LoopRequest) -> bool:
        """Leave everything to threads."""
        return False

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any], /) -> Iterable[bytes]:
        """Answer with the path; ``/slow`` takes its time."""
        path = environ["PATH_INFO"]
        if path == "/slow":
            time.sleep(4 * PATIENCE)
        if path == "/broken":
            raise ValueError(path)
        if path == "/unsendable":
            start("200 OK", [("X-Name", "Česko")])
            return [b"all"]
        self.made.append(path)
        body = LONG if path == "/made-long" else path.encode("latin-1") + b"\n"
        if path in ("/parts", "/torn"):
            start("200 OK", [])
            return self.parts(torn=path == "/torn")
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body] if environ["REQUEST_METHOD"] != "HEAD" else []

    def parts(self, *, torn: bool) -> Iterator[bytes]:
        """Return a body of unknown length; torn, it breaks off."""
        for _ in range(8):
            yield LONG[: 1 << 19]
        if torn:
            raise ValueError("torn")

    def close(self) -> None:
        """End."""


@pytest.fixture
def application() -> Application:
    """Return an application."""
    return Application()


@pytest.fixture
def limits() -> ServerLimits:
    """Return limits with little patience for clients."""
    return ServerLimits(body_bytes=1000, patience_seconds=PATIENCE)


@pytest.fixture
def port(application: Application, limits: ServerLimits) -> Iterator[int]:
    """Serve the application as a web process does; return the port."""
    with serving(application, limits) as listening:
        yield listening


@pytest.fixture
def wire(port: int) -> Iterator[socket.socket]:
    """Return a connection to it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as opened:
        yield opened


def request(path: str, *fields: str, method: str = "GET") -> bytes:
    """Return a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", *fields, "", ""]
    return "\r\n".join(lines).encode()


def answers(wire: socket.socket, *bodies: bytes) -> list[bytes]:
    """Return the heads of so many answers, whose bodies must be these, in this order."""
    received, heads = bytearray(), []
    for body in bodies:
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += take(wire)
        heads.append(bytes(received[:end]))
        del received[: end + 4]
        while len(received) < len(body):
            received += take(wire)
        assert received[: len(body)] == body
        del received[: len(body)]
    assert received == b""
    return heads


def take(wire: socket.socket) -> bytes:
    """Return what comes next, which must not be the end."""
    part = wire.recv(1 << 16)
    assert part, "the server closed the connection"
    return part


def rest(wire: socket.socket) -> bytes:
    """Return what comes until the server ends the connection."""
    received = b""
    try:
        while part := wire.recv(1 << 16):
            received += part
    except ConnectionResetError:
        pass
    return received


def test_what_is_ready_is_answered_with_the_date(
    wire: socket.socket, application: Application
) -> None:
    """RFC 9110, section 6.6.1; the application that makes answers is not asked."""
    wire.sendall(request("/ready"))
    (head,) = answers(wire, b"ready\n")
    lines = head.decode().split("\r\n")
    assert lines[:2] == ["HTTP/1.1 200 OK", "content-length: 6"]
    assert lines[2].startswith("date: ")
    assert lines[2].endswith(" GMT")
    assert len(lines) == 3
    wire.sendall(request("/ready", method="HEAD"))
    assert answers(wire, b"")[0].startswith(b"HTTP/1.1 200 OK")
    assert application.made == []


@pytest.mark.slow
def test_answers_come_in_the_order_of_the_requests(wire: socket.socket) -> None:
    """Whether they are ready or not, one by one or all at once (RFC 9112, section 9.3.2)."""
    for path in ("/ready", "/made", "/ready", "/made"):
        wire.sendall(request(path))
        answers(wire, path[1:].encode() + b"\n" if path == "/ready" else b"/made\n")
    wire.sendall(b"".join(map(request, ("/slow", "/ready", "/made", "/ready"))))
    heads = answers(wire, b"/slow\n", b"ready\n", b"/made\n", b"ready\n")
    assert len(heads) == 4
    wire.sendall(request("/slow"))
    time.sleep(PATIENCE / 2)
    wire.sendall(request("/made"))
    answers(wire, b"/slow\n", b"/made\n")
    wire.sendall(request("/ready"))
    answers(wire, b"ready\n")


@pytest.mark.slow
def test_a_request_in_pieces_is_one_request(wire: socket.socket) -> None:
    """However the network cuts it."""
    for path, body in (("/ready", b"ready\n"), ("/made", b"/made\n")):
        for byte in request(path, "Accept: */*"):
            wire.sendall(bytes([byte]))
            time.sleep(0.001)
        answers(wire, body)
    wire.sendall(request("/ready") + request("/ready")[:9])
    answers(wire, b"ready\n")
    wire.sendall(request("/ready")[9:])
    answers(wire, b"ready\n")


def test_head_has_no_body(wire: socket.socket) -> None:
    """Whether its answer is ready or made; the next answer begins where it should."""
    for path in ("/ready", "/made", "/parts"):
        wire.sendall(request(path, method="HEAD"))
        answers(wire, b"")
    wire.sendall(request("/made"))
    answers(wire, b"/made\n")


@pytest.mark.parametrize("close", ["", "Connection: close"], ids=["kept open", "closed"])
def test_an_answer_of_unknown_length_comes_whole(port: int, close: str) -> None:
    """A client that is not ours puts the chunks together (RFC 9112, section 7.1)."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for _ in range(1 if close else 2):
        client.request("GET", "/parts", headers={"Connection": "close"} if close else {})
        answer = client.getresponse()
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert answer.read() == LONG[: 4 << 20]
    client.close()


@pytest.mark.parametrize("close", ["", "close"], ids=["kept open", "closed"])
def test_an_answer_that_breaks_off_is_not_taken_for_whole(port: int, close: str) -> None:
    """The connection ends without the mark of the end."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.request("GET", "/torn", headers={"Connection": close} if close else {})
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        client.getresponse().read()
    client.close()


@pytest.mark.parametrize("path", ["/broken", "/unsendable"])
def test_a_program_that_breaks_is_a_500_and_the_connection_stays(
    wire: socket.socket, path: str
) -> None:
    """What Flask does not catch is written down, and answered all the same."""
    wire.sendall(request(path))
    assert answers(wire, b"")[0].startswith(b"HTTP/1.1 500")
    wire.sendall(request("/made"))
    answers(wire, b"/made\n")


@pytest.mark.slow
def test_who_leaves_in_the_middle_does_no_harm(port: int) -> None:
    """While an answer is made, or sent; others go on."""
    for path in ("/slow", "/parts", "/made-long"):
        with socket.create_connection(("127.0.0.1", port)) as leaving:
            leaving.sendall(request(path))
            time.sleep(0.1)
    time.sleep(5 * PATIENCE)
    with socket.create_connection(("127.0.0.1", port)) as staying:
        staying.sendall(request("/made"))
        answers(staying, b"/made\n")


@pytest.mark.slow
def test_a_body_is_no_request(wire: socket.socket, application: Application) -> None:
    """Its bytes may look like one (request smuggling)."""
    inner = request("/ready")
    head = request("/made", f"Content-Length: {len(inner)}", method="POST")
    wire.sendall(head)
    time.sleep(0.05)
    wire.sendall(inner)
    answers(wire, b"/made\n")
    wire.sendall(request("/other"))
    answers(wire, b"/other\n")
    assert application.made == ["/made", "/other"]


@pytest.mark.slow
def test_a_long_answer_comes_whole(wire: socket.socket) -> None:
    """Longer than what the system holds for a connection."""
    for path in ("/long", "/made-long"):
        wire.sendall(request(path))
        answers(wire, LONG)


@pytest.mark.slow
def test_who_says_nothing_is_left(wire: socket.socket) -> None:
    """A connection is a place that somebody else may need."""
    began = time.monotonic()
    assert rest(wire) == b""
    assert PATIENCE * 0.9 < time.monotonic() - began < 20 * PATIENCE


@pytest.mark.slow
@pytest.mark.parametrize(
    "begun",
    [b"GET /ready HTTP/1.1\r\n", request("/made", "Content-Length: 900", method="POST")],
    ids=["head", "body"],
)
def test_who_sends_a_request_without_end_is_left(wire: socket.socket, begun: bytes) -> None:
    """A byte now and then does not hold a connection (slowloris)."""
    wire.sendall(begun)
    began = time.monotonic()
    try:
        while time.monotonic() - began < 20 * PATIENCE:
            wire.sendall(b"X")
            time.sleep(PATIENCE / 8)
    except OSError:
        pass

    assert time.monotonic() - began < 10 * PATIENCE


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/long", "/made-long"])
def test_who_takes_nothing_is_left(wire: socket.socket, path: str) -> None:
    """An answer of megabytes is not held for somebody who does not read."""
    wire.sendall(request(path))
    time.sleep(6 * PATIENCE)

    assert len(rest(wire)) < len(LONG)


@pytest.mark.slow
def test_who_waits_for_an_answer_is_not_left(wire: socket.socket) -> None:
    """A query may take longer than the patience with clients."""
    wire.sendall(request("/slow"))
    answers(wire, b"/slow\n")


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/ready", "/made"])
def test_who_goes_on_asking_is_not_left(wire: socket.socket, path: str) -> None:
    """Answers at once count as much as those that are made."""
    body = b"ready\n" if path == "/ready" else b"/made\n"
    for _ in range(12):
        wire.sendall(request(path))
        answers(wire, body)
        time.sleep(PATIENCE / 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "status", "title"),
    [
        (b"NONSENSE\r\n\r\n", b"400 Bad Request", b"Bad Request"),
        (
            b"GET /ready HTTP/1.1\r\n" + b"X: y\r\n",
            b"431 Request Header Fields Too Large",
            b"The request is too large",
        ),
    ],
)
def test_a_refusal_is_read_although_the_client_goes_on_sending(
    wire: socket.socket, first: bytes, status: bytes, title: bytes
) -> None:
    """A connection closed at once would be reset before the answer is read (RFC 9112, 9.6)."""
    wire.sendall(first)
    time.sleep(0.05)
    for _ in range(20):
        wire.sendall(b"X: " + b"y" * 10_000 + b"\r\n")
    received = rest(wire)

    assert received.startswith(b"HTTP/1.1 " + status)
    assert b'"title": "%b"' % title in received
    assert b'"status": %b' % status.partition(b" ")[0] in received


def test_letters_beyond_ascii_are_escaped(wire: socket.socket, application: Application) -> None:
    """Some clients send the bytes of UTF-8 as they are."""
    wire.sendall("GET /vänern HTTP/1.1\r\nHost: x\r\nX: å\r\n\r\n".encode())
    answers(wire, "/vänern\n".encode())
    assert application.made == ["/vÃ¤nern"]


FULL = ServerLimits(body_bytes=100_000, patience_seconds=10 * PATIENCE, received_bytes=420_000)
BODY = b"x" * 90_000


def posting(path: str) -> bytes:
    """Return the head of a request with a body."""
    return request(path, f"Content-Length: {len(BODY)}", method="POST")


@pytest.mark.slow
@pytest.mark.parametrize("limits", [FULL])
def test_whoever_has_been_at_a_body_for_the_longest_makes_room(port: int) -> None:
    """All clients together may send so much; quick ones are answered meanwhile."""
    wires = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(8)]
    for wire in wires:
        wire.sendall(posting("/made") + BODY[:1000])
        time.sleep(0.02)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as quick:
        quick.sendall(posting("/made") + BODY)
        answers(quick, b"/made\n")
    first = wires[0].recv(1 << 16)
    wires[-1].sendall(BODY[1000:])
    answers(wires[-1], b"/made\n")
    for wire in wires:
        wire.close()

    assert first.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 5\r\n" in first


@pytest.mark.slow
@pytest.mark.parametrize("limits", [FULL])
def test_when_all_is_being_answered_the_next_body_is_refused(port: int) -> None:
    """And those that are whole are answered."""
    wires = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(8)]
    for wire in wires:
        wire.sendall(posting("/slow"))
        wire.sendall(BODY)
        time.sleep(0.05)
    statuses = [wire.recv(1 << 16).split()[1] for wire in wires]
    for wire in wires:
        wire.close()

    assert statuses == [b"200"] * 4 + [b"503"] * 4
