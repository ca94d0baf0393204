from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.serve.http.heads import Heads, read_head

GET = b"GET /doc/lake/siljan?lang=sv HTTP/1.1\r\nHost: x\r\nAccept: text/turtle\r\n\r\n"


def head(*fields: str, line: str = "GET /doc/lake/siljan HTTP/1.1") -> bytes:
    """Return the head of a request."""
    return "\r\n".join([line, "Host: x", *fields, "", ""]).encode("latin-1")


def test_a_head_says_what_is_asked_for() -> None:
    """As a server tells an application (PEP 3333)."""
    simple = read_head(
        head(
            "ACCEPT: text/turtle",
            "Accept: */*;q=0.1",
            'If-None-Match: "a"',
            "User-Agent: å",
            "Connection: Keep-Alive",
            line="HEAD /id/lake/v%C3%A4nern?a=%20&b HTTP/1.1",
        )
    )

    assert simple is not None
    assert simple.environ == {
        "REQUEST_METHOD": "HEAD",
        "PATH_INFO": "/id/lake/vÃ¤nern",
        "QUERY_STRING": "a=%20&b",
        "HTTP_HOST": "x",
        "HTTP_ACCEPT": "text/turtle,*/*;q=0.1",
        "HTTP_IF_NONE_MATCH": '"a"',
        "HTTP_USER_AGENT": "å",
        "HTTP_CONNECTION": "Keep-Alive",
    }
    assert simple.asked is not None
    assert simple.asked.place == "id"


def test_a_part_is_simple_but_not_from_memory() -> None:
    """The memory holds whole answers."""
    part = read_head(head("Range: bytes=0-1", line="GET /dump/lakes.nt HTTP/1.1"))
    assert part is not None
    assert part.asked is None


def test_a_field_with_an_underscore_passes_for_no_other() -> None:
    """A proxy sets X-Forwarded-For; a client must not."""
    simple = read_head(head("X_Forwarded_For: 10.0.0.1"))
    assert simple is not None
    assert "HTTP_X_FORWARDED_FOR" not in simple.environ


@pytest.mark.parametrize(
    "data",
    [
        head(line="POST /sparql HTTP/1.1"),
        head(line="GET /doc/lake/siljan HTTP/1.0"),
        head(line="NONSENSE"),
        head("Content-Length: 3") + b"abc",
        head("Content-Length: 0"),
        head("Transfer-Encoding: chunked") + b"0\r\n\r\n",
        head("Expect: 100-continue"),
        head("Connection: close"),
        head("Connection: Upgrade", "Upgrade: websocket"),
        head("Accept text/turtle"),
        head() + head(),
        head() + b"GE",
        head()[:-2],
        head()[:20],
        b"\r\n\r\n",
        b"",
    ],
)
def test_whatever_is_not_one_simple_request_is_left_to_the_server(data: bytes) -> None:
    """A body, another version, half a request or two of them."""
    assert Heads().read(data) is None


def test_a_head_that_was_read_is_known_by_its_bytes() -> None:
    """It is not read again."""
    heads = Heads()

    assert heads.read(GET) is not None
    assert heads.read(GET) is heads.read(bytes(bytearray(GET)))


def test_long_heads_are_not_kept() -> None:
    """Strangers do not choose how much memory a process takes."""
    heads = Heads()

    assert heads.read(head("User-Agent: " + "x" * 4_000)) is not None
    assert heads._known == {}


def test_a_flood_of_heads_drives_out_the_oldest() -> None:
    """Whoever changes a field with each request costs a bounded amount of memory."""
    heads = Heads()
    for number in range(5_000):
        assert heads.read(head(f"User-Agent: {number}")) is not None

    assert len(heads._known) == 1024
    assert head("User-Agent: 4999") in heads._known


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever comes over the wire is a request, or left to the server."""
    Heads().read(data)
    read_head(b"GET " + data + b" HTTP/1.1\r\n\r\n")
    read_head(b"GET / HTTP/1.1\r\n" + data + b"\r\n\r\n")
