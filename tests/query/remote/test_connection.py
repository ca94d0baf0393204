from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

import pytest

from publisher.errors import (
    EngineBusy,
    EngineFailed,
    PublisherError,
    QueryLimitExceeded,
    QueryRefused,
)
from publisher.query.engine import QueryLimits
from publisher.query.remote.connection import ConnectionPool, EngineAddress, QueryRequest
from tests.query.remote.conftest import JSON, YES, Scripted, reply

Connect = Callable[..., ConnectionPool]
ASK = [("query", "ASK {}")]
CUT = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nConnection: close\r\n" % JSON.encode()


@pytest.fixture
def connect(scripted: Scripted) -> Iterator[Connect]:
    """Return a function that connects to the scripted server."""
    made: list[ConnectionPool] = []

    def begin(
        result_bytes: int = 1 << 20, timeout: tuple[str, int] | None = None
    ) -> ConnectionPool:
        address = EngineAddress(scripted.url, {"Authorization": "Bearer secret"}, timeout)
        made.append(ConnectionPool(address, QueryLimits(5, 0, result_bytes), 2))
        return made[-1]

    yield begin
    for connection in made:
        connection.close()


def ask(connection: ConnectionPool, seconds: float = 3.0, *, is_own: bool = False) -> bytes:
    """Return the answer to a query."""
    return connection.send(QueryRequest(ASK, JSON, seconds, is_own))


def test_a_connection_is_kept(connect: Connect, scripted: Scripted) -> None:
    """A new one costs a round trip, and a handshake where it is encrypted."""
    connection = connect()
    assert [ask(connection) for _ in range(5)] == [YES] * 5
    assert scripted.connections == 1


def test_the_time_limit_is_passed_on(connect: Connect, scripted: Scripted) -> None:
    """The engine stops too, in its own unit."""
    ask(connect(timeout=("timeout", 1000)), 2.0)
    sent = parse_qs(scripted.requests[0].decode())
    assert sent["query"] == ["ASK {}"]
    assert 1900 <= int(sent["timeout"][0]) <= 2000


def test_a_kept_connection_that_died_costs_nobody_an_answer(
    connect: Connect, scripted: Scripted
) -> None:
    """Engines close what is idle; a query changes nothing, so it is sent again."""
    scripted.script = [reply(YES, JSON, "200 OK", "Connection: close")]
    connection = connect()
    assert [ask(connection) for _ in range(3)] == [YES] * 3


@pytest.mark.slow
def test_an_engine_that_hangs_is_waited_for_so_long(connect: Connect, scripted: Scripted) -> None:
    """And not asked again: it may be at work on the query."""
    scripted.script = [None]
    with pytest.raises(QueryLimitExceeded, match=r"0\.3 seconds") as stopped:
        ask(connect(), 0.3)
    assert stopped.value.limit == "query_timeout_seconds"
    assert len(scripted.requests) == 1


@pytest.mark.slow
def test_an_engine_that_hangs_in_the_middle_is_waited_for_so_long(
    connect: Connect, scripted: Scripted
) -> None:
    """The time limit is for all of the answer, not for each part."""
    whole = reply(b'{"head":{"vars":[]},"results":{"bindings":[]}}')
    scripted.script = [whole[:-20]]
    with pytest.raises(QueryLimitExceeded):
        ask(connect(), 0.3)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(b"<html>Log in</html>", "text/html"), id="another media type"),
        pytest.param(reply(b'{"oops": 1}'), id="other JSON"),
        pytest.param(reply(b'{"head":{},"bool'), id="half of it"),
        pytest.param(reply(b'{"head":{}} cancelled'), id="an error at the end"),
        pytest.param(reply(YES, JSON, "502 Bad Gateway"), id="a proxy's failure"),
        pytest.param(reply(b"", JSON, "302 Found", "Location: /login"), id="a redirect"),
        pytest.param(CUT + b"Content-Length: 9999\r\n\r\n" + YES, id="cut by length"),
        pytest.param(
            CUT + b"Transfer-Encoding: chunked\r\n\r\n1a\r\n" + YES + b"\r\n", id="cut in chunks"
        ),
        pytest.param(b"what? Connection: close\r\n\r\n", id="no HTTP"),
    ],
)
def test_what_is_no_whole_answer_is_a_failure(
    connect: Connect, scripted: Scripted, answer: bytes
) -> None:
    """It never goes on, not even its beginning; the next query is answered."""
    scripted.script = [answer, answer, reply()]
    connection = connect()
    with pytest.raises(EngineFailed, match="does not answer as it should"):
        ask(connection)
    scripted.script = [reply()]
    assert ask(connection) == YES


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(b"SP031: no", "text/plain", "400 Bad Request"), QueryRefused),
        (reply(b"", "text/plain", "501 Not Implemented"), QueryRefused),
        (reply(b"", "text/plain", "503 Service Unavailable"), EngineBusy),
        (reply(b"", "text/plain", "429 Too Many Requests"), EngineBusy),
        (reply(b"", "text/plain", "504 Gateway Timeout"), QueryLimitExceeded),
        (reply(b"stack", "text/plain", "500 Internal Server Error"), EngineFailed),
        (reply(YES, JSON, "200 OK", "X-SQL-State: S1TAT"), QueryLimitExceeded),
        (reply(YES, JSON, "200 OK", "X-SPARQL-MaxRows: 10000"), QueryLimitExceeded),
    ],
)
def test_what_an_engine_says_of_a_query_is_passed_on_as_what_it_is(
    connect: Connect, scripted: Scripted, answer: bytes, error: type[PublisherError]
) -> None:
    """Its status, or the header fields by which it says that an answer is not all."""
    scripted.script = [answer]
    with pytest.raises(error):
        ask(connect())


def test_a_result_past_its_limit_is_an_error(connect: Connect, scripted: Scripted) -> None:
    """The rest is not even received, and is no part of the next answer."""
    scripted.script = [reply(b'{"head":{}}' + b" " * 10_000), reply()]
    connection = connect(result_bytes=1000)
    with pytest.raises(QueryLimitExceeded) as stopped:
        ask(connection)
    assert stopped.value.limit == "query_result_mb"
    assert ask(connection) == YES


def test_an_engine_that_is_not_there_is_soon_left_alone() -> None:
    """Behind five failures none is tried for a while."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    connection = ConnectionPool(
        EngineAddress(f"http://127.0.0.1:{port}/"), QueryLimits(5, 0, 1000), 1
    )
    told = []
    for _ in range(6):
        with pytest.raises(EngineFailed) as failed:
            ask(connection)
        told.append("tried again every" in str(failed.value))
    assert told == [False] * 5 + [True]


@pytest.mark.slow
def test_queries_without_end_do_not_close_the_way_for_others(
    connect: Connect, scripted: Scripted
) -> None:
    """They are at fault themselves; an engine that hangs on our own questions is."""
    scripted.script = [None] * 6 + [reply()]
    connection = connect()
    for _ in range(6):
        with pytest.raises(QueryLimitExceeded):
            ask(connection, 0.05)
    assert ask(connection) == YES
    scripted.script = [None]
    for _ in range(5):
        with pytest.raises(QueryLimitExceeded):
            ask(connection, 0.05, is_own=True)
    with pytest.raises(EngineFailed, match="tried again"):
        ask(connection)


def test_credentials_are_sent_and_never_shown(
    connect: Connect, scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in errors, not in the log, not where an address is printed."""
    scripted.script = [reply(b"", "text/plain", "401 Unauthorized")]
    with pytest.raises(EngineFailed) as failed:
        ask(connect())
    address = EngineAddress("http://e/", {"Authorization": "Bearer secret"})
    assert "secret" not in f"{failed.value} {caplog.text} {address}"
    assert "401" in caplog.text
