"""A body in chunks is read as h11 reads it, however the network cuts it."""

from __future__ import annotations

import itertools

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.serve.http.chunked import ChunkedBody
from publisher.serve.http.heads import RequestRefused

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def read(pieces: list[bytes], most: int = 1000, framing: int = 1000) -> tuple[bytes, bytes] | None:
    """Return the body and what follows it; None when it is not whole."""
    body, buffer = ChunkedBody(most, framing), bytearray()
    for piece in pieces:
        buffer += piece
        if not body.is_whole:
            body.take(buffer)
    return (body.data.getvalue(), bytes(buffer)) if body.is_whole else None


def read_by_h11(data: bytes) -> tuple[bytes, bytes] | None:
    """Return the same by a library that is trusted."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(HEAD + data)
    body = b""
    while (event := connection.next_event()) is not h11.NEED_DATA:
        if isinstance(event, h11.Data):
            body += event.data
        if isinstance(event, h11.EndOfMessage):
            return body, connection.trailing_data[0]
    return None


chunks = st.lists(st.binary(min_size=1, max_size=40), max_size=6)
extensions = st.sampled_from([b"", b";a", b";a=b", b';a="b c"'])
trailers = st.lists(st.sampled_from([b"A: b\r\n", b"Content-Length: 9\r\n"]), max_size=3)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Return a body in chunks, and something after it."""
    written = b""
    for chunk in draw(chunks):
        size = draw(st.sampled_from(["%x", "%X", "0%x"])) % len(chunk)
        written += size.encode() + draw(extensions) + b"\r\n" + chunk + b"\r\n"
    return written + b"0\r\n" + b"".join(draw(trailers)) + b"\r\n" + draw(st.binary(max_size=9))


@pytest.mark.slow
@given(bodies(), st.lists(st.integers(0, 300), max_size=6))
def test_a_right_body_is_read_as_h11_reads_it(data: bytes, cuts: list[int]) -> None:
    """RFC 9112, section 7.1; what follows is left alone."""
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[a:b] for a, b in itertools.pairwise(edges)]

    assert read(pieces) == read([data]) == read_by_h11(data)


@pytest.mark.slow
@given(st.lists(st.sampled_from([b"5", b"hello", b"\r\n", b"\n", b"0", b";x", b"g"]), max_size=9))
def test_what_is_read_as_whole_is_whole_for_h11_too(parts: list[bytes]) -> None:
    """Two readers that see another end let requests be smuggled."""
    data = b"".join(parts)
    try:
        found = read([data])
    except RequestRefused:
        return
    if found is not None:
        assert read_by_h11(data) == found


def test_white_space_before_an_extension_is_no_mistake() -> None:
    """RFC 9112, section 7.1.1; h11 does not read it."""
    assert read([b"1 ; a\r\nx\r\n0\r\n\r\n"]) == (b"x", b"")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\r\n", 400),
        (b"-5\r\nhello", 400),
        (b"0x5\r\nhello", 400),
        (b"5\nhello", 400),
        (b"5\r\nhello!\r\n", 400),
        (b"5;a=\x00\r\nhello", 400),
        (b"0\r\nno field\r\n\r\n", 400),
        (b"fffffffff\r\n", 400),
        (b"fffff\r\n", 413),
        (b"3e8\r\n" + b"x" * 1000 + b"\r\n1\r\n", 413),
        (b"5;" + b"a" * 2000, 413),
        (b"0\r\n" + b"A: b\r\n" * 500, 413),
        (b"1\r\nx\r\n" * 900, 413),
    ],
)
def test_what_is_wrong_or_too_long_is_refused(data: bytes, status: int) -> None:
    """Every byte counts: data, sizes, extensions, trailers."""
    with pytest.raises(RequestRefused) as refused:
        read([data])
    assert refused.value.status == status
