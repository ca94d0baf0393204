"""Messages between the web process and one worker: a head and a body, over a socket."""

from __future__ import annotations

import select
import socket
import struct
import time

_LENGTHS = struct.Struct("!II")
_PART = 1 << 18
# Most messages are no longer than this, and come and go in one call.
_SHORT = 1 << 14


class Gone(Exception):
    """The other side is not there any more."""


class Channel:
    """One end of a socket; one thread at a time uses it."""

    def __init__(self, end: socket.socket) -> None:
        """Take over the socket."""
        self._end = end
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)
        self._room = memoryview(bytearray(_SHORT))
        self._ahead = b""  # what was read with the message before

    def close(self) -> None:
        """Let go of the socket."""
        self._end.close()

    def has_news(self) -> bool:
        """Tell whether there is something to read, the end of all messages included."""
        try:
            return bool(self._ahead or self._poll.poll(0))
        except OSError:  # what cannot be looked at is of no use any more
            return True

    def send(self, head: bytes, body: bytes = b"", seconds: float | None = None) -> None:
        """Send a message.

        Args:
            head: Its head.
            body: Its body.
            seconds: Longest wait for a reader; None for any.

        Raises:
            Gone: Nobody reads it.
            TimeoutError: It takes longer.
        """
        start = _LENGTHS.pack(len(head), len(body)) + head
        try:
            self._end.settimeout(seconds)
            if len(body) <= _SHORT:
                self._end.sendall(start + body)
            else:
                self._end.sendall(start)
                self._end.sendall(body)
        except TimeoutError:
            raise
        except OSError as error:
            raise Gone from error

    def receive(self, seconds: float | None = None) -> tuple[bytes, bytes]:
        """Return head and body of the next message.

        Args:
            seconds: Longest wait for the whole of it; None for any.

        Raises:
            Gone: The other side has ended.
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
            self._end.settimeout(left)
            read = self._end.recv_into(room, min(len(room), _PART))
        except TimeoutError:
            raise
        except OSError as error:
            raise Gone from error
        if not read:
            raise Gone
        return read
