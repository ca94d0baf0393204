"""Raw requests over a socket, and a strict reading of what comes back.

The client takes nothing on trust: status line and fields are held against the grammar, h11 reads
the framing, and a request sent behind shows whether both sides agree on where a message ended.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import h11

NONE = 0  # instead of a status: the connection was closed without a response
LIMIT_SECONDS = 20.0
_CLOSE_SECONDS = 8.0
_PIECE_BYTES = 64 << 10
_LONGEST_BYTES = 32 << 20

# RFC 9112, sections 4 and 5; RFC 9110, section 5.5. The reason phrase may be empty.
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] [1-5][0-9]{2} [\t \x21-\x7e\x80-\xff]*")
_FIELD_LINE = re.compile(
    rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[ \t]*(?:[\x21-\x7e\x80-\xff][\t \x21-\x7e\x80-\xff]*)?"
)

After = Literal["open", "closed", "either"]


@dataclass(frozen=True)
class Repeat:
    """Bytes sent over and over, as long as the server lets them come.

    Attributes:
        data: What is repeated.
        total: How many bytes at most.
    """

    data: bytes
    total: int


@dataclass(frozen=True)
class Await:
    """Wait for a response; what follows is sent only when it was an interim one."""


@dataclass(frozen=True)
class HalfClose:
    """Tell the server that nothing more comes (a FIN), and go on reading."""


Step = bytes | Repeat | Await | HalfClose


@dataclass(frozen=True)
class Response:
    """A response that came whole.

    Attributes:
        status: Its number.
        head: Status line and fields of the final response, in lower case.
        fields: Names in lower case, and values.
        body: Without its framing.
        interim: Statuses of the interim responses before it.
    """

    status: int
    head: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes
    interim: tuple[int, ...] = ()

    def field(self, name: bytes) -> bytes | None:
        """Return the value of a field; its lines are one list (RFC 9110, section 5.3)."""
        found = [value for other, value in self.fields if other == name]
        return b", ".join(found) if found else None


@dataclass(frozen=True)
class Expected:
    """What may be answered to one request.

    Attributes:
        statuses: Any of them is right; ``NONE`` when closing without a word is right as well.
        method: The response has no body when it is HEAD.
        has: Must stand in the body of a response with status 200.
        check: Returns what is wrong with the response, empty when nothing is.
    """

    statuses: frozenset[int]
    method: str = "GET"
    has: bytes = b""
    check: Callable[[Response], str] | None = None


@dataclass(frozen=True)
class Case:
    """One exchange over a connection of its own.

    Attributes:
        name: Of the case, within its rule.
        steps: What is sent.
        answers: What must come, in order.
        after: Whether the connection must be open afterwards, must be closed, or may be either;
            when it is open, a further request must be answered.
        pause: Seconds between two pieces.
        nginx: Why nginx, the control, answers otherwise; empty when it must answer the same.
    """

    name: str
    steps: tuple[Step, ...]
    answers: tuple[Expected, ...]
    after: After = "either"
    pause: float = 0.03
    nginx: str = ""


class MalformedResponse(Exception):
    """What came is no response by the grammar."""


@dataclass
class Wire:
    """A connection whose bytes are kept as they come.

    Attributes:
        socket: That is read and written; it never blocks.
        received: What came and was not taken yet.
        is_closed: Whether nothing more comes.
        is_reset: Whether the server ended it with a reset, so that bytes may be lost.
        deadline: When to give up, on the monotonic clock.
    """

    socket: socket.socket
    received: bytes = b""
    is_closed: bool = False
    is_reset: bool = False
    deadline: float = field(default_factory=lambda: time.monotonic() + LIMIT_SECONDS)

    @classmethod
    def to(cls, port: int, source: str = "127.0.0.1") -> Wire:
        """Connect to a port of 127.0.0.1."""
        opened = socket.create_connection(
            ("127.0.0.1", port), timeout=LIMIT_SECONDS, source_address=(source, 0)
        )
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setblocking(False)
        return cls(opened)

    def read(self, seconds: float) -> bool:
        """Wait for bytes or the end; False when neither came."""
        left = min(seconds, self.deadline - time.monotonic())
        if self.is_closed or left < 0 or not select.select([self.socket], [], [], left)[0]:
            return False
        try:
            data = self.socket.recv(_PIECE_BYTES)
        except OSError:
            data, self.is_reset = b"", True
        self.received += data
        self.is_closed = not data or len(self.received) > _LONGEST_BYTES
        return True

    def send(self, data: bytes) -> bool:
        """Send bytes, reading what comes meanwhile; False when the server takes them no more."""
        view = memoryview(data)
        while view:
            left = self.deadline - time.monotonic()
            readable, writable, _ = select.select([self.socket], [self.socket], [], max(left, 0))
            if not readable and not writable:
                return False
            if readable and (not self.read(0) or self.is_closed):
                return False
            if writable:
                try:
                    view = view[self.socket.send(view[:_PIECE_BYTES]) :]
                except OSError:
                    return False
        return True

    def half_close(self) -> None:
        """Send the end of what is sent."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.is_closed = True


def _checked_head(head: bytes) -> bytes:
    status, *lines = head.split(b"\r\n")
    if not _STATUS_LINE.fullmatch(status):
        raise MalformedResponse(f"status line {status[:80]!r}")
    for line in lines:
        if not _FIELD_LINE.fullmatch(line):
            raise MalformedResponse(f"field line {line[:80]!r}")
    return head.lower() + b"\r\n"


def parse(data: bytes, is_closed: bool, method: str) -> tuple[Response, bytes] | None:
    """Return the first response, and what came after it; None when it is not whole yet.

    Args:
        data: What came.
        is_closed: Whether nothing more will come.
        method: Of the request.

    Raises:
        MalformedResponse: It breaks RFC 9112, or ended before it was whole.
    """
    if b"\r\n\r\n" not in data:
        if is_closed:
            raise MalformedResponse(f"the end came inside a head: {data[:80]!r}")
        if not b"HTTP/1.".startswith(data[:7]):
            raise MalformedResponse(f"no status line: {data[:80]!r}")
        return None
    reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    reader.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
    reader.send(h11.EndOfMessage())
    reader.receive_data(data)
    if is_closed:
        reader.receive_data(b"")
    try:
        return _read(reader, data)
    except h11.RemoteProtocolError as error:
        raise MalformedResponse(f"{error}: {data[:200]!r}") from error


def _read(reader: h11.Connection, data: bytes) -> tuple[Response, bytes] | None:
    interim: list[int] = []
    head, rest, body = b"", data, b""
    final: h11.Response | h11.InformationalResponse | None = None
    while True:
        event = reader.next_event()
        if event is h11.NEED_DATA:
            return None
        if isinstance(event, h11.InformationalResponse | h11.Response):
            written, _, rest = rest.partition(b"\r\n\r\n")
            head = _checked_head(written)
            final = event
            if isinstance(event, h11.InformationalResponse) and event.status_code != 101:
                interim.append(event.status_code)
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif event is h11.PAUSED or isinstance(event, h11.EndOfMessage):
            assert final is not None
            if b"\r\ncontent-length:" in head and b"\r\ntransfer-encoding:" in head:
                raise MalformedResponse("both Content-Length and Transfer-Encoding")
            fields = tuple((bytes(n), bytes(v)) for n, v in final.headers)
            response = Response(final.status_code, head, fields, body, tuple(interim))
            return response, bytes(reader.trailing_data[0])
        else:
            raise MalformedResponse(f"an unexpected end: {data[:200]!r}")


def next_response(wire: Wire, method: str, seconds: float = LIMIT_SECONDS) -> Response | None:
    """Take the next response off a connection; None when it was closed without one.

    Raises:
        MalformedResponse: What came is none.
        TimeoutError: Nothing whole came in time.
    """
    end = time.monotonic() + seconds
    while True:
        if wire.received:
            found = parse(wire.received, wire.is_closed, method)
            if found is not None:
                response, wire.received = found
                return response
        elif wire.is_closed:
            return None
        if not wire.read(end - time.monotonic()) and not wire.is_closed:
            raise TimeoutError(f"no whole response; so far {wire.received[:80]!r}")


def _has_interim(wire: Wire) -> bool:
    """Wait for a response; tell whether it was an interim one, and take that off."""
    while not wire.is_closed and b"\r\n\r\n" not in wire.received:
        if not wire.read(LIMIT_SECONDS):
            break
    if not wire.received.startswith(b"HTTP/1.1 1"):
        return False
    head, _, wire.received = wire.received.partition(b"\r\n\r\n")
    _checked_head(head)
    return True


def send_steps(wire: Wire, steps: tuple[Step, ...], pause: float) -> bool:
    """Send what a case sends; False when it broke off, since the server answered or closed."""
    for number, step in enumerate(steps):
        if number and isinstance(step, bytes | Repeat):
            wire.read(pause)
        if isinstance(step, HalfClose):
            wire.half_close()
        elif isinstance(step, Await):
            if not _has_interim(wire):
                return False
        elif isinstance(step, Repeat):
            piece = step.data * max(1, _PIECE_BYTES // len(step.data))
            for _ in range(step.total // len(piece) + 1):
                if wire.received or not wire.send(piece):
                    return False
        elif not wire.send(step):
            return False
    return True


def _wrong(expected: Expected, response: Response | None) -> str:
    if response is None:
        return "" if NONE in expected.statuses else "closed without a response"
    if response.status not in expected.statuses:
        return f"{response.status} instead of {sorted(expected.statuses)}"
    if response.status == 200 and expected.has not in response.body:
        return f"{expected.has!r} is not in the body {response.body[:120]!r}"
    if (expected.method == "HEAD" or response.status in (204, 304)) and response.body:
        return "a body where none may be"
    return expected.check(response) if expected.check else ""


PROBE = b"GET /healthz HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n"


def _after(wire: Wire, case: Case, has_sent_all: bool) -> str:
    """Return what is wrong with the connection after the responses."""
    if case.after == "closed":
        while not wire.received and not wire.is_closed:
            if not wire.read(_CLOSE_SECONDS):
                return "left open"
        return f"more came: {wire.received[:120]!r}" if wire.received else ""
    if wire.received:
        return f"more came: {wire.received[:120]!r}"
    is_whole = has_sent_all and not isinstance(case.steps[-1], Repeat)
    if not is_whole or any(isinstance(step, HalfClose) for step in case.steps):
        return ""
    wire.send(PROBE)
    response = next_response(wire, "GET", _CLOSE_SECONDS)
    if response is None:
        return "" if case.after == "either" else "closed"
    if (response.status, response.body.strip()) != (200, b"ok"):
        return f"the request behind: {response.status} {response.body[:120]!r}"
    while wire.read(_CLOSE_SECONDS) and not wire.is_closed:
        pass
    return f"more came behind: {wire.received[:120]!r}" if wire.received else ""


def run(port: int, case: Case, source: str = "127.0.0.1") -> str:
    """Return what a server got wrong in a case; empty when nothing.

    Args:
        port: Of the server, on 127.0.0.1.
        case: What to send and to await.
        source: Loopback address to send from: another one is another client.
    """
    wire = Wire.to(port, source)
    seen: list[int] = []
    try:
        has_sent_all = send_steps(wire, case.steps, case.pause)
        for expected in case.answers:
            response = next_response(wire, expected.method)
            wrong = _wrong(expected, response)
            if wrong:
                return f"{wrong} (before: {seen})"
            if response is None:
                return ""
            seen.append(response.status)
        return _after(wire, case, has_sent_all)
    except (MalformedResponse, TimeoutError) as error:
        return f"{type(error).__name__}: {error} (before: {seen})"
    finally:
        wire.socket.close()
