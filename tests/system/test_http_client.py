"""One client for every part of the program: what one guards against, all do."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.system.http_client import (
    Client,
    ClientSession,
    ExchangeError,
    ExchangeLimits,
    Fault,
    HttpRequest,
    Redirects,
    ResponseHead,
    StreamedResponse,
)

LIMITS = ExchangeLimits(connect_seconds=10, read_seconds=10, total_seconds=30, length_bytes=1 << 16)
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
Talk = Callable[[socket.socket, list[bytes]], None]


@contextlib.contextmanager
def talking(talk: Talk) -> Iterator[tuple[str, list[bytes]]]:
    """Run a server that says what it wants; yield its address, and the heads it was sent."""
    heads: list[bytes] = []
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def serve() -> None:
            while not is_over.is_set():
                with contextlib.suppress(OSError):
                    wire, _ = listener.accept()
                    wire.settimeout(5)
                    threading.Thread(target=attend, args=(wire,), daemon=True).start()

        def attend(wire: socket.socket) -> None:
            with wire, contextlib.suppress(OSError):
                talk(wire, heads)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", heads
        is_over.set()
        thread.join()


def head_of(wire: socket.socket) -> bytes:
    """Return the head of a request."""
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        part = wire.recv(4096)
        if not part:
            raise OSError("closed")
        received += part
    return received


def once(answer: bytes) -> Talk:
    """Answer one request of a connection, and close it without a word."""

    def talk(wire: socket.socket, heads: list[bytes]) -> None:
        heads.append(head_of(wire))
        wire.sendall(answer)

    return talk


def test_a_kept_connection_that_was_closed_is_no_fault() -> None:
    """The server says that it keeps a connection, takes the next request, and hangs up."""

    def talk(wire: socket.socket, heads: list[bytes]) -> None:
        heads.append(head_of(wire))
        wire.sendall(EMPTY)
        heads.append(head_of(wire))

    with talking(talk) as (address, heads):
        client = Client(LIMITS)
        assert client.exchange("GET", address).status == 200
        assert client.exchange("GET", address).status == 200
    assert len(heads) == 3


def test_what_changes_something_is_sent_once() -> None:
    """Nobody knows whether a request that got no answer was carried out."""

    def talk(wire: socket.socket, heads: list[bytes]) -> None:
        heads.append(head_of(wire))

    with talking(talk) as (address, heads):
        answer = Client(LIMITS).exchange("DELETE", address)
    assert answer.fault is Fault.TRUNCATED
    assert len(heads) == 1


def test_what_came_before_a_cut_is_there() -> None:
    """A download goes on from the last byte; whoever needs it whole sees that it is not."""
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcd"
    with talking(once(cut)) as (address, _):
        answer = Client(LIMITS).exchange("GET", address)
    assert (answer.fault, answer.body) == (Fault.TRUNCATED, b"abcd")


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\nConnection: close\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 999\r\nConnection: close\r\n\r\n"),
        ("GET", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nas long as it takes"),
    ],
)
def test_an_answer_that_has_no_body_or_no_length_is_whole(method: str, answer: bytes) -> None:
    """RFC 9110, section 8.6: the length is that of a body which does not come here."""
    with talking(once(answer)) as (address, _):
        assert Client(LIMITS).exchange(method, address).fault is None


def test_the_body_of_a_redirect_takes_no_more_than_any_other() -> None:
    """Libraries read it whole before they say that it is a redirect."""

    def talk(wire: socket.socket, heads: list[bytes]) -> None:
        heads.append(head_of(wire))
        wire.sendall(b"HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n")
        while True:
            wire.sendall(b"x" * 4096)

    with talking(talk) as (address, heads):
        visit = Client(LIMITS).visit(address)
    assert visit.fault is Fault.ENDLESS
    assert len(visit.last.body) < LIMITS.length_bytes * 4
    assert len(heads) == 1


@pytest.mark.slow
def test_a_rate_is_demanded_where_one_is_set() -> None:
    """A server that drips never meets the limit between two bytes."""
    dripped = threading.Event()

    def talk(wire: socket.socket, heads: list[bytes]) -> None:
        heads.append(head_of(wire))
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
        while not dripped.wait(0.05):
            wire.sendall(b"x")

    limits = replace(LIMITS, read_seconds=1, least_bytes_per_second=1 << 20)
    with talking(talk) as (address, _):
        response = StreamedResponse(ClientSession(), HttpRequest("GET", address), limits)
        assert response.head().status == 200
        with pytest.raises(ExchangeError) as caught:
            list(response)
        assert not response.end()
        dripped.set()
    assert caught.value.fault is Fault.SLOW


def test_passwords_of_the_machine_stay_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A .netrc is meant for other programs."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with talking(once(EMPTY)) as (address, heads):
        Client(LIMITS).exchange("GET", address)
    assert b"authorization" not in heads[0].lower()


def test_a_password_in_the_address_is_sent() -> None:
    """Whoever writes it there wants it to be (RFC 7617, section 2)."""
    with talking(once(EMPTY)) as (address, heads):
        Client(LIMITS).exchange("GET", address.replace("//", "//me:%C3%A5secret@"))
    assert b"authorization: basic " in heads[0].lower()


def test_the_proxy_of_the_machine_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many offices reach other servers in no other way."""
    with talking(once(EMPTY)) as (address, heads):
        monkeypatch.setenv("http_proxy", address)
        monkeypatch.setenv("no_proxy", "")
        assert Client(LIMITS).exchange("GET", "http://far.example/page").status == 200
    assert heads[0].startswith(b"GET http://far.example/page ")


def test_a_page_that_sets_a_cookie_and_leads_back_is_no_circle() -> None:
    """Pages that ask for consent do so; whoever brings the cookie gets the page."""

    def talk(wire: socket.socket, heads: list[bytes]) -> None:
        while True:
            heads.append(head_of(wire))
            if b"Cookie: seen=yes" in heads[-1]:
                wire.sendall(EMPTY)
            else:
                fields = b"Set-Cookie: seen=yes\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
                wire.sendall(b"HTTP/1.1 302 Found\r\n" + fields)

    with talking(talk) as (address, heads):
        visit = Client(LIMITS).visit(address)
    assert (visit.fault, visit.last.status, len(heads)) == (None, 200, 2)


@pytest.mark.parametrize(
    ("here", "location", "fault"),
    [
        ("http://a.example/x", "https://a.example/x", None),
        ("http://a.example/x", "../y?z", None),
        ("https://a.example/x", "http://a.example/x", Fault.ELSEWHERE),
        ("http://a.example/x", "//b.example/x", Fault.ELSEWHERE),
        ("http://a.example/x", "https://a.example:8443/x", Fault.ELSEWHERE),
        ("http://a.example/x", "file:///etc/passwd", Fault.ELSEWHERE),
        ("http://a.example/x", "http://a.example:port/", Fault.ELSEWHERE),
        ("http://a.example/x", "#part", Fault.LOOP),
    ],
)
def test_whoever_trusts_one_host_is_led_to_no_other(
    here: str, location: str, fault: Fault | None
) -> None:
    """Another path, or TLS instead of none, is the same host; all else is not."""
    redirects = Redirects(here, 5, same_host=True)
    head = ResponseHead(301, {"location": location})
    if fault is None:
        assert redirects.follow(head)
        assert redirects.url != here
        return
    with pytest.raises(ExchangeError) as caught:
        redirects.follow(head)
    assert caught.value.fault is fault
