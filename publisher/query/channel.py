"""Messages between the web process and one worker: a head and a body, over a socket."""

from __future__ import annotations

import select
import socket
import struct
import time

_LENGTHS = struct.Struct("!II")
_PART = 1 << 18


class Gone(Exception):
    """The other side is not there any more."""


class Channel:
    """One end of a socket; one thread at a time uses it."""

    def __init__(self, end: socket.socket) -> None:
        """Take over the socket."""
        self._end = end
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)

    def close(self) -> None:
        """Let go of the socket."""
        self._end.close()

    def has_news(self) -> bool:
        """Tell whether there is something to read, the end of all messages included."""
        return bool(self._poll.poll(0))

    def send(self, head: bytes, body: bytes = b"") -> None:
        """Send a message.

        Raises:
            Gone: Nobody reads it.
        """
        self._end.settimeout(None)
        start = _LENGTHS.pack(len(head), len(body)) + head
        try:
            self._end.sendall(start)
            if body:
                self._end.sendall(body)
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
        head_length, body_length = _LENGTHS.unpack(self._read(_LENGTHS.size, deadline))
        return bytes(self._read(head_length, deadline)), bytes(self._read(body_length, deadline))

    def _read(self, length: int, deadline: float | None) -> bytearray:
        found = bytearray(length)
        view = memoryview(found)
        position = 0
        while position < length:
            if deadline is None:
                self._end.settimeout(None)
            else:
                self._end.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                read = self._end.recv_into(view[position:], min(length - position, _PART))
            except TimeoutError:
                raise
            except OSError as error:
                raise Gone from error
            if not read:
                raise Gone
            position += read
        return found
