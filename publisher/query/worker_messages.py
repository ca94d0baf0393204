"""Messages between the web process and its workers: what they hold, how they are sent.

No pickle: what a worker that went wrong sends can be misread, but never run.
"""

from __future__ import annotations

import json
import selectors
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from publisher.query.engine import Answer, Operation, QueryLimits
from publisher.rdf.source_forms import SourceForms


@dataclass(frozen=True)
class WorkerConfig:
    """What a worker needs to know before its first query.

    Attributes:
        store: Folder of the store; or a file of N-Quads, which is held in memory.
        limits: What one query may use.
        union: Whether the default graph is the union of all graphs, not the sources' own.
        incoming_links: How many incoming links a described thing is shown with.
        network: Whether ``SERVICE`` may ask other endpoints.
        reads_only: Whether a query is parsed and its form told, and nothing evaluated.
        sparq: Folder of the same in the files of the engine sparq; empty for none.
        routes: Whether sparq answers the kinds of query that are its own, not all.
        counts: File with the counts that were made with the release; empty for none.
        literals: File of the literals as the sources have them; empty for none.
        prefixes: Prefix and namespace of the release, which the cure of a wrong query names.
        own_graphs: Name and file of each graph in which the endpoint describes itself.
        is_urgent: Whether somebody waits for nothing else, so that its priority stays as it is.
        union_stored: Whether the store has the union of all graphs as its own default graph.
        nameless: File of further N-Quads for the memory, whose blank nodes keep their names; those
            of ``store`` get others. Empty for none.
    """

    store: str
    limits: QueryLimits
    union: bool = True
    incoming_links: int = 100
    network: bool = False
    reads_only: bool = False
    sparq: str = ""
    routes: bool = False
    counts: str = ""
    literals: str = ""
    prefixes: tuple[tuple[str, str], ...] = ()
    own_graphs: Sequence[tuple[str, str]] = ()
    is_urgent: bool = False
    union_stored: bool = False
    nameless: str = ""

    def source_forms(self) -> SourceForms:
        """Return the literals as the sources have them."""
        return SourceForms(Path(self.literals) if self.literals else None)

    def written(self) -> bytes:
        """Return the value as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def read(cls, written: bytes) -> WorkerConfig:
        """Return a value that was written."""
        content = json.loads(written)
        read = {
            "limits": QueryLimits(**content["limits"]),
            "prefixes": tuple(map(tuple, content["prefixes"])),
        }
        return cls(**content | read)


# Most queries come with one of a few settings, so these are written and read once.
_KEPT_SETTINGS, _LONGEST_SETTINGS_BYTES = 64, 4 << 10
# A query that came in JSON may hold what is no character; the engine says so.
_ANY_LETTER = "surrogatepass"


def write_operation(operation: Operation) -> tuple[bytes, bytes]:
    """Return head and body of an operation: as JSON all but its query, and the query."""
    query, *settings = vars(operation).values()
    # The graphs are a stranger's choice.
    is_kept = not (operation.default_graphs or operation.named_graphs)
    write = _write_settings if is_kept else _write_settings.__wrapped__
    return write(tuple(settings)), query.encode(errors=_ANY_LETTER)


@lru_cache(maxsize=_KEPT_SETTINGS)
def _write_settings(settings: tuple[object, ...]) -> bytes:
    return json.dumps(settings).encode()


def read_operation(head: bytes, body: bytes) -> Operation:
    """Return an operation that was written."""
    is_kept = len(head) <= _LONGEST_SETTINGS_BYTES
    settings = (_read_settings if is_kept else _read_settings.__wrapped__)(head)
    return Operation(body.decode(errors=_ANY_LETTER), *settings)


@lru_cache(maxsize=_KEPT_SETTINGS)
def _read_settings(head: bytes) -> tuple[Any, ...]:
    solutions, boolean, graph, defaults, named, base_iri, prefixes, *rest = json.loads(head)
    graphs, declared = (tuple(defaults), tuple(named)), tuple(map(tuple, prefixes))
    return (solutions, boolean, graph, *graphs, base_iri, declared, *rest)


class Status(StrEnum):
    """How the evaluation of a query ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    NOT_ACCEPTABLE = "not acceptable"
    NOT_CARRIED = "not carried"
    TOO_LONG = "too long"
    NO_MEMORY = "no memory"
    NO_TIME = "no time"
    FAILED = "failed"
    CRASHED = "crashed"


_ENDS = frozenset((Status.NO_TIME, Status.NO_MEMORY, Status.CRASHED))


@dataclass(frozen=True)
class Outcome:
    """What became of a query.

    Attributes:
        status: How it ended.
        answer: The answer, when there is one.
        reason: Why there is none: the engine's words, the kind of result that is not acceptable,
            the media type that cannot carry it, or how the process died.
        needs_recycling: Whether the process used so much that it should be replaced.
    """

    status: Status
    answer: Answer | None = field(default=None, repr=False)
    reason: str = ""
    needs_recycling: bool = False

    @property
    def is_end_of_worker(self) -> bool:
        """Tell whether the process is asked nothing more."""
        return self.needs_recycling or self.status in _ENDS

    def head(self) -> bytes:
        """Return everything but the answer's body as JSON."""
        answer = self.answer
        named = (answer.media_type, answer.version) if answer else ("", "")
        write = _write_head.__wrapped__ if self.reason else _write_head
        return write((self.status, *named, self.reason, self.needs_recycling))

    @classmethod
    def read(cls, head: bytes, body: bytes) -> Outcome:
        """Return an outcome from its head and the body of the answer."""
        read = _read_head if len(head) <= _LONGEST_KEPT_HEAD else _read_head.__wrapped__
        status, media_type, version, reason, needs_recycling = read(head)
        answer = Answer(media_type, body, version) if media_type else None
        return cls(status, answer, reason, needs_recycling)


# Most answers have one of a few heads.
_LONGEST_KEPT_HEAD = 256


@lru_cache(maxsize=64)
def _write_head(values: tuple[object, ...]) -> bytes:
    return json.dumps(values).encode()


@lru_cache(maxsize=64)
def _read_head(head: bytes) -> tuple[Status, str, str, str, bool]:
    status, media_type, version, reason, needs_recycling = json.loads(head)
    return Status(status), media_type, str(version), str(reason), bool(needs_recycling)


# Messages between the web process and one worker: a head and a body, over a socket.

_LENGTHS = struct.Struct("!II")
# What a worker that went wrong says of its head: no head is so long.
_LONGEST_HEAD_BYTES = 1 << 20
_RECEIVE_BYTES = 1 << 18
# Most messages are no longer than this, and come and go in one call.
_JOINED_BYTES = 1 << 14


class ConnectionClosed(Exception):
    """The other side is not there any more."""


def pack_message(head: bytes, body: bytes = b"") -> bytes:
    """Return a message as it is sent: both lengths, the head, the body."""
    return _LENGTHS.pack(len(head), len(body)) + head + body


def _start(head: bytes, body: bytes) -> bytes:
    return _LENGTHS.pack(len(head), len(body)) + head


class MessageReader:
    """Puts one message together from the parts in which it comes."""

    def __init__(self, most_body_bytes: int) -> None:
        """Begin; a body may be so long."""
        self._most_body_bytes = most_body_bytes
        self._found = bytearray()
        self.surplus = b""

    def take(self, part: bytes) -> tuple[bytes, bytes] | None:
        """Take the next part; return head and body when that is all.

        What came behind them is in ``surplus``.

        Raises:
            ValueError: No message is so long.
        """
        found: bytes | bytearray = part
        if self._found:
            self._found += part
            found = self._found
        length = self._length(found)
        if length == 0 or len(found) < length:
            if not self._found:
                self._found += part
            return None
        head_end = _LENGTHS.size + _LENGTHS.unpack_from(found)[0]
        self.surplus = bytes(found[length:])
        return bytes(found[_LENGTHS.size : head_end]), bytes(found[head_end:length])

    def _length(self, found: bytes | bytearray) -> int:
        """Return how long the whole message is; 0 when that is not known yet."""
        if len(found) < _LENGTHS.size:
            return 0
        head_length, body_length = _LENGTHS.unpack_from(found)
        if head_length > _LONGEST_HEAD_BYTES or body_length > self._most_body_bytes:
            raise ValueError(f"a message of {head_length} and {body_length} bytes")
        return int(_LENGTHS.size + head_length + body_length)


class MessageSocket:
    """One end of a socket; one thread at a time uses it."""

    def __init__(self, end: socket.socket) -> None:
        """Take over the socket."""
        self._end = end
        # Not the default one: epoll and kqueue take a descriptor for each socket that is looked at.
        self._selector = getattr(selectors, "PollSelector", selectors.SelectSelector)()
        self._selector.register(end, selectors.EVENT_READ)
        self._room = memoryview(bytearray(_JOINED_BYTES))
        self._ahead = b""  # what was read with the message before

    def close(self) -> None:
        """Let go of the socket."""
        self._end.close()

    def _set_timeout(self, seconds: float | None) -> None:
        """Let the socket wait so long; what it is set to already takes no system call."""
        if seconds != self._end.gettimeout():
            self._end.settimeout(seconds)

    # What an event loop calls: nothing of it waits.

    @property
    def socket(self) -> socket.socket:
        """Return the socket, for a loop to watch."""
        return self._end

    def send_now(self, data: bytes) -> int:
        """Send as much as can be sent without waiting; return how much that is.

        Raises:
            ConnectionClosed: Nobody reads it.
        """
        try:
            self._set_timeout(0.0)
            return self._end.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise ConnectionClosed from error

    def receive_now(self) -> bytes:
        """Return what is there to be read; empty when nothing is.

        Raises:
            ConnectionClosed: The other side has ended.
        """
        found = b""
        try:
            self._set_timeout(0.0)
            # Most messages fit into this. Room for a long one is taken only when one comes: memory
            # from the system and back costs more than all the rest.
            count = self._end.recv_into(self._room)
            found = bytes(self._room[:count])
            if count == len(self._room):
                found += self._end.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return found
        except OSError as error:
            raise ConnectionClosed from error
        if not found:
            raise ConnectionClosed
        return found

    def put_back(self, data: bytes) -> None:
        """Keep what was read too much, so that it is found first."""
        self._ahead = data

    def is_readable(self) -> bool:
        """Tell whether there is something to read, the end of all messages included."""
        try:
            return bool(self._ahead or self._selector.select(0))
        except OSError:  # what cannot be looked at is of no use any more
            return True

    def send(self, head: bytes, body: bytes = b"", seconds: float | None = None) -> None:
        """Send a message.

        Args:
            head: Its head.
            body: Its body.
            seconds: Longest wait for a reader; None for any.

        Raises:
            ConnectionClosed: Nobody reads it.
            TimeoutError: It takes longer.
        """
        is_short = len(body) <= _JOINED_BYTES
        try:
            self._set_timeout(seconds)
            self._end.sendall(pack_message(head, body) if is_short else _start(head, body))
            if not is_short:
                self._end.sendall(body)
        except TimeoutError:
            raise
        except OSError as error:
            raise ConnectionClosed from error

    def receive(self, seconds: float | None = None) -> tuple[bytes, bytes]:
        """Return head and body of the next message.

        Args:
            seconds: Longest wait for the whole of it; None for any.

        Raises:
            ConnectionClosed: The other side has ended.
            TimeoutError: It takes longer.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        found = bytearray(self._ahead)
        while len(found) < _LENGTHS.size:
            found += self._room[: self._read(self._room, deadline)]
        head_length, body_length = _LENGTHS.unpack_from(found)
        start = _LENGTHS.size + head_length
        end = start + body_length
        position = len(found)
        found.extend(bytes(max(0, end - position)))
        view = memoryview(found)
        while position < end:
            position += self._read(view[position:], deadline)
        self._ahead = bytes(view[end:])
        return bytes(view[_LENGTHS.size : start]), bytes(view[start:end])

    def _read(self, room: memoryview, deadline: float | None) -> int:
        """Fill a part of the room, and return how much of it."""
        left = None if deadline is None else max(0.001, deadline - time.monotonic())
        try:
            self._set_timeout(left)
            read = self._end.recv_into(room, min(len(room), _RECEIVE_BYTES))
        except TimeoutError:
            raise
        except OSError as error:
            raise ConnectionClosed from error
        if not read:
            raise ConnectionClosed
        return read
