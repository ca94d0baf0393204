from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.serve.http.heads import RequestHeadCache, RequestRefused, read_head

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

    assert simple.environ == {
        "REQUEST_METHOD": "HEAD",
        "PATH_INFO": "/id/lake/vÃ¤nern",
        "QUERY_STRING": "a=%20&b",
        "REQUEST_URI": "/id/lake/v%C3%A4nern?a=%20&b",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_ACCEPT": "text/turtle,*/*;q=0.1",
        "HTTP_IF_NONE_MATCH": '"a"',
        "HTTP_USER_AGENT": "å",
    }
    assert simple.cacheable is not None
    assert simple.cacheable.route == "id"


def test_a_part_is_simple_but_not_from_memory() -> None:
    """The memory holds whole answers."""
    part = read_head(head("Range: bytes=0-1", line="GET /dump/lakes.nt HTTP/1.1"))
    assert part.cacheable is None


def test_a_field_with_an_underscore_passes_for_no_other() -> None:
    """A proxy sets X-Forwarded-For; a client must not."""
    simple = read_head(head("X_Forwarded_For: 10.0.0.1"))
    assert "HTTP_X_FORWARDED_FOR" not in simple.environ


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (head(line="NONSENSE"), 400),
        (head(line="GET / HTTP/2.0"), 505),
        (head(line="FOO / HTTP/1.1"), 501),
        (head(line="CONNECT x:80 HTTP/1.1"), 501),
        (head(line="GET * HTTP/1.1"), 400),
        (head(line="GET /a#b HTTP/1.1"), 400),
        (head(line="GET http://a@b/ HTTP/1.1"), 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (head("Host: y"), 400),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (head("Content-Length: 3", "Content-Length: 3"), 400),
        (head("Content-Length: +3"), 400),
        (head("Transfer-Encoding: gzip, chunked"), 501),
        (head("Transfer-Encoding: chunked, gzip"), 400),
        (head("Transfer-Encoding: chunked", line="POST / HTTP/1.0"), 400),
        (head("Expect: tea"), 417),
        (head("Accept text/turtle"), 400),
        (head("A: b\r\n c"), 400),
        (head(*(f"X{n}: y" for n in range(600))), 431),
        (head(line=f"GET /a?b{'&lang=sv' * 1000} HTTP/1.1"), 414),
    ],
)
def test_what_breaks_a_rule_is_refused(data: bytes, status: int) -> None:
    """RFC 9112, each with the status that RFC 9110 has for it."""
    with pytest.raises(RequestRefused) as refused:
        read_head(data)
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("data", "body", "keeps_open"),
    [
        (head(), 0, True),
        (head("Content-Length: 3"), 3, True),
        (head("Transfer-Encoding: Chunked"), None, True),
        (head("Connection: x, CLOSE"), 0, False),
        (head(line="GET / HTTP/1.0"), 0, False),
        (head("Connection: keep-alive", line="GET / HTTP/1.0"), 0, True),
        (head(line="GET / HTTP/1.7"), 0, True),
        (head("Connection: Upgrade", "Upgrade: h2c", "Content-Length: 5"), 5, True),
    ],
)
def test_a_head_says_how_long_the_body_is_and_what_comes_after(
    data: bytes, body: int | None, keeps_open: bool
) -> None:
    """RFC 9112, sections 6.3 and 9.3."""
    request = read_head(data)

    assert (request.body_bytes, request.keeps_open) == (body, keeps_open)


def test_the_host_that_a_client_names_reaches_no_application() -> None:
    """It must not choose where a redirect leads."""
    request = read_head(b"GET http://evil.example/a HTTP/1.1\r\nHost: evil.example\r\n\r\n")

    assert "evil" not in str(request.environ)
    assert request.environ["PATH_INFO"] == "/a"


def test_a_field_of_very_many_members_is_read_as_far_as_clients_write() -> None:
    """Each of them takes time, in every view."""
    many = ", ".join(f"a/b{n};q=0.1" for n in range(3000))
    environ = read_head(head(f"Accept: text/turtle, {many}", "X-Other: " + "y" * 9000)).environ

    assert environ["HTTP_ACCEPT"].startswith("text/turtle, a/b0;q=0.1, ")
    assert environ["HTTP_ACCEPT"].endswith(";q=0.1")
    assert len(environ["HTTP_ACCEPT"]) <= 2048
    assert len(environ["HTTP_X_OTHER"]) == 9000


def test_a_head_that_came_twice_is_known_by_its_bytes() -> None:
    """It is not read a third time; what comes once leaves nothing behind."""
    heads = RequestHeadCache()

    assert heads.read(GET) is not None
    assert len(heads) == 0
    assert heads.read(GET) is heads.read(bytes(bytearray(GET)))


def test_a_head_with_a_body_behind_it_is_known_too() -> None:
    """Programs that send queries send the same head with each."""
    heads = RequestHeadCache()
    post = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"

    heads.read(post)
    assert heads.read(post) is heads.read(post)
    assert heads.read(post).body_bytes == 5


@given(st.binary(max_size=60) | st.sampled_from([b"/a#b", b"/a\tb", b"*", b"/ ?", b"/\x7f"]))
def test_known_fields_change_nothing(target: bytes) -> None:
    """Whatever address they come with, and whatever is wrong with it."""
    fields = b"Host: x\r\nAccept: text/csv\r\nContent-Length: 5\r\n\r\n"
    for method in (b"GET", b"POST", b"CONNECT", b"G\xc3"):
        heads = RequestHeadCache()
        for _ in range(2):
            heads.read(b"POST /known HTTP/1.1\r\n" + fields)
        found = []
        for read in (read_head, heads.read):
            try:
                found.append(read(method + b" " + target + b" HTTP/1.1\r\n" + fields))
            except RequestRefused as error:
                found.append((error.status, error.reason))
        assert found[0] == found[1]


def test_long_heads_are_not_kept() -> None:
    """Strangers do not choose how much memory a process takes."""
    heads = RequestHeadCache()

    for _ in range(3):
        heads.read(head("User-Agent: " + "x" * 4_000))
    assert len(heads) == 0


@pytest.mark.slow
def test_a_flood_of_heads_drives_out_the_oldest() -> None:
    """Whoever changes a field with each request costs a bounded amount of memory."""
    heads = RequestHeadCache(1 << 20)
    for number in range(5_000):
        for _ in range(2):
            heads.read(head(f"User-Agent: {number}"))

    assert 50 < len(heads) < 1000
    assert heads.known(head("User-Agent: 4999")) is not None


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever comes over the wire is a request, or refused."""
    for head in (
        data,
        b"GET " + data + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + data + b"\r\n\r\n",
    ):
        with contextlib.suppress(RequestRefused):
            read_head(head)
