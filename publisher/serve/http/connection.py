"""A connection: what is ready is answered at once, all else by uvicorn and the threads.

The answer at once needs no thread but the one that reads the socket. Handing a request to another
thread and back costs more than all the rest of such an answer.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_from_bytes

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# How long a client may send nothing that leads on: no whole request, no byte taken of an answer.
PATIENCE_SECONDS = 15.0
_LONGEST_HEAD_BYTES = 64 << 10
_COPIED_BYTES = 64 << 10
_AS_THEY_ARE = bytes(range(0x80)).decode("ascii")


def _escaped(request: bytes) -> bytes:
    """Return a request with the letters beyond ASCII of its first line escaped (RFC 3987, 3.1).

    >>> _escaped("GET /id/lake/vänern HTTP/1.1".encode())
    b'GET /id/lake/v%C3%A4nern HTTP/1.1'
    """
    line, end, rest = request.partition(b"\r\n")
    return quote_from_bytes(line, _AS_THEY_ARE).encode("ascii") + end + rest


class Connection(HttpToolsProtocol):
    """The protocol of one connection; its application has ``heads`` (``heads.Heads``)."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """Begin between two requests."""
        super().__init__(*args, **more)
        self._is_between, self._is_in_head = True, False
        self._head_bytes = 0
        self._has_led_on, self._is_refused = True, False
        self._not_taken = 0
        self._look_again: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # send now, not after other connections
        self._look_again = self.loop.call_later(PATIENCE_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch no more."""
        if self._look_again is not None:
            self._look_again.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Answer at once, or let uvicorn read on."""
        if self._is_refused:
            return
        if self._is_between and self._is_free():
            ready = self.app.heads.answer(data)
            if ready is not None:
                self._send(*ready)
                return
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > _LONGEST_HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
                return
        elif self._is_between and not data.isascii():
            data = _escaped(data)
        super().data_received(data)

    def _send(self, head: bytes, body: bytes) -> None:
        """Send an answer with the date of now; in one piece, unless copying costs more."""
        self._has_led_on = True
        head = b"%bdate: %b\r\n\r\n" % (head, self.server_state.default_headers[0][1])
        if len(body) <= _COPIED_BYTES:
            self.transport.write(head + body)
        else:
            self.transport.write(head)
            self.transport.write(body)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _refuse(self, status: HTTPStatus) -> None:
        """Send the last answer of a connection.

        What the client still sends is passed over: were the connection closed at once, it might not
        get to read the answer (RFC 9112, section 9.6).
        """
        self._is_refused = True
        if self.cycle is not None:
            self.cycle.disconnected = True  # an answer that is under way is not sent any more
        text = f"{status.value} {status.phrase}"
        self.transport.write(
            f"HTTP/1.1 {text}\r\ncontent-type: text/plain\r\ncontent-length: {len(text) + 1}\r\n"
            f"connection: close\r\n\r\n{text}\n".encode("ascii")
        )
        self.transport.write_eof()

    def _is_free(self) -> bool:
        """Tell whether all that was asked is answered, and the client takes what it gets."""
        is_answered = self.cycle is None or self.cycle.response_complete
        return is_answered and not self.flow.write_paused and not self.transport.is_closing()

    def on_message_begin(self) -> None:
        """Read a request."""
        self._is_between, self._is_in_head, self._head_bytes = False, True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Let uvicorn begin to answer."""
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait for the next request."""
        self._is_between = self._has_led_on = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Give the client its time for the next request."""
        self._has_led_on = True
        super().on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Leave the connection as it is: ``_look`` knows of answers at once, uvicorn does not."""

    def _look(self) -> None:
        """Close a connection over which nothing has come forward since the last look."""
        not_taken = self.transport.get_write_buffer_size()
        # For the client, not for us.
        is_waiting = self._is_free() or not self._is_between or self._is_refused
        if (is_waiting and not self._has_led_on) or 0 < self._not_taken == not_taken:
            self.transport.abort()
            return
        self._has_led_on, self._not_taken = False, not_taken
        self._look_again = self.loop.call_later(PATIENCE_SECONDS, self._look)
