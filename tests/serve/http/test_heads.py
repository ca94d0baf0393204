from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.serve.http.heads import Heads, read_head
from publisher.serve.ready import Asked

GET = b"GET /doc/lake/siljan?lang=sv HTTP/1.1\r\nHost: x\r\nAccept: text/turtle\r\n\r\n"
ANSWER = (b"HTTP/1.1 200 OK\r\n", b"PREFIX ...")


class Memory:
    """An application with one answer ready, or none."""

    def __init__(self) -> None:
        """Begin with the answer."""
        self.answer: tuple[bytes, bytes] | None = ANSWER
        self.asked: list[Asked] = []

    def at_once(self, asked: Asked) -> tuple[bytes, bytes] | None:
        """Answer, and remember the question."""
        self.asked.append(asked)
        return self.answer


def head(*fields: str, line: str = "GET /doc/lake/siljan HTTP/1.1") -> bytes:
    """Return the head of a request."""
    return "\r\n".join([line, "Host: x", *fields, "", ""]).encode("latin-1")


def test_a_head_says_what_is_asked_for() -> None:
    """As a server tells an application (PEP 3333), with what an answer from memory depends on."""
    asked = read_head(
        head(
            "ACCEPT: text/turtle",
            "Accept: */*;q=0.1",
            "Accept-Language: sv",
            'If-None-Match: "a"',
            "User-Agent: somebody",
            "Connection: Keep-Alive",
            line="HEAD /id/lake/v%C3%A4nern?a=%20&b HTTP/1.1",
        )
    )

    assert asked is not None
    assert asked.environ == {
        "REQUEST_METHOD": "HEAD",
        "PATH_INFO": "/id/lake/vÃ¤nern",
        "QUERY_STRING": "a=%20&b",
        "HTTP_ACCEPT": "text/turtle,*/*;q=0.1",
        "HTTP_ACCEPT_LANGUAGE": "sv",
        "HTTP_IF_NONE_MATCH": '"a"',
    }
    assert asked.place == "id"


@pytest.mark.parametrize(
    "data",
    [
        head(line="POST /sparql HTTP/1.1"),
        head(line="GET /doc/lake/siljan HTTP/1.0"),
        head(line="NONSENSE"),
        head("Range: bytes=0-1"),
        head("Accept-Datetime: Fri, 02 Jan 2026 00:00:00 GMT"),
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
    """A body, a part, the past, another version: they need more than an answer from memory."""
    memory = Memory()

    assert Heads(memory).answer(data) is None
    assert memory.asked == []


def test_a_head_that_was_answered_is_known_by_its_bytes() -> None:
    """It is read once, and asked for again each time: the memory may have changed."""
    memory = Memory()
    heads = Heads(memory)

    assert heads.answer(GET) == ANSWER
    assert heads.answer(bytes(bytearray(GET))) == ANSWER
    assert memory.asked[0] is memory.asked[1]

    memory.answer = None
    assert heads.answer(GET) is None


def test_heads_without_an_answer_and_long_ones_are_not_kept() -> None:
    """Strangers do not choose how much memory a process takes."""
    memory = Memory()
    heads = Heads(memory)
    long = head("User-Agent: " + "x" * 4_000)

    assert heads.answer(long) is None
    memory.answer = None
    assert heads.answer(GET) is None
    assert heads._known == {}


def test_a_flood_of_heads_drives_out_the_oldest() -> None:
    """Whoever changes a field with each request costs a bounded amount of memory."""
    heads = Heads(Memory())
    for number in range(5_000):
        assert heads.answer(head(f"User-Agent: {number}")) == ANSWER

    assert len(heads._known) == 1024
    assert head("User-Agent: 4999") in heads._known


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever comes over the wire is a request, or left to the server."""
    assert Heads(Memory()).answer(data) in (None, ANSWER)
    read_head(b"GET " + data + b" HTTP/1.1\r\n\r\n")
    read_head(b"GET / HTTP/1.1\r\n" + data + b"\r\n\r\n")
