"""A connection: simple requests are answered from memory at once, or made in a thread.

An answer at once needs no thread but the one that reads the socket: handing a request to another
thread and back costs more than all the rest of such an answer. Requests that are not simple (with a
body, of HTTP/1.0, several at once) are left to uvicorn.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_from_bytes

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from publisher.serve.http.threads import Threads
from publisher.serve.http.wsgi import Begun

# How long a client may send nothing that leads on: no whole request, no byte taken of an answer.
PATIENCE_SECONDS = 15.0
_LONGEST_HEAD_BYTES = 64 << 10
_COPIED_BYTES = 64 << 10
_AS_THEY_ARE = bytes(range(0x80)).decode("ascii")
_log = logging.getLogger("publisher")


class Connection(HttpToolsProtocol):
    """The protocol of one connection to ``Threads``."""

    app: Threads

    def __init__(self, *args: Any, **more: Any) -> None:
        """Begin between two requests."""
        super().__init__(*args, **more)
        # What has come of a request that is not whole, and whether a simple one is being answered.
        self._is_between, self._is_in_head, self._head_bytes = True, False, 0
        self._is_busy = self._is_refused = self._is_last = False
        self._has_led_on, self._not_taken = True, 0
        self._look_again: asyncio.TimerHandle | None = None
        self._stream: asyncio.Task[None] | None = None

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
        """Answer a simple request, or let uvicorn read on."""
        if self._is_refused or (self._is_between and self._is_free() and self._answer(data)):
            return
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > _LONGEST_HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
                return
        elif self._is_between and not data.isascii():
            data = _escaped(data)
        super().data_received(data)

    def _answer(self, data: bytes) -> bool:
        """Answer a simple request; False when it is none."""
        simple = self.app.heads.read(data)
        if simple is None:
            return False
        ready = None if simple.asked is None else self.app.at_once(simple.asked)
        if ready is not None:
            self._has_led_on = True
            self._write(*ready)
            return True
        self._is_busy = True
        self.flow.pause_reading()
        self.app.ask(simple.environ, self.server, self.client, self._begin)
        return True

    def _begin(self, begun: Begun) -> None:
        """Send an answer that was made, or as much of it as is there."""
        if self.transport.is_closing():
            self.app.leave(begun)
            return
        if begun.rest is None:
            self._write(begun.head, begun.body)
            self._end()
            return
        self._write(begun.head, b"")
        self._stream = self.loop.create_task(self._go_on(begun))
        self._stream.add_done_callback(self._has_gone_on)

    async def _go_on(self, begun: Begun) -> None:
        """Send the rest of an answer, as the client takes it (RFC 9112, section 7.1)."""
        part = begun.body
        try:
            while part and not self.transport.is_closing():
                chunk = b"%x\r\n%b\r\n" % (len(part), part) if begun.is_chunked else part
                self.transport.write(chunk)
                await self.flow.drain()
                part = await self.app.more(begun)
        finally:
            self.app.leave(begun)
        if begun.is_chunked and not self.transport.is_closing():
            self.transport.write(b"0\r\n\r\n")

    def _has_gone_on(self, stream: asyncio.Task[None]) -> None:
        """Wait for the next request, or let the client see that an answer is not whole."""
        error = None if stream.cancelled() else stream.exception()
        if error is not None:
            _log.error("An answer could not be sent to its end.", exc_info=error)
        if error is not None or stream.cancelled():
            self.transport.abort()
        elif not self.transport.is_closing():
            self._end()

    def _end(self) -> None:
        """Wait for the next request."""
        self._is_busy, self._has_led_on = False, True
        if self._is_last:
            self.transport.close()
        else:
            self.flow.resume_reading()

    def _write(self, head: bytes, body: bytes) -> None:
        """Send an answer with the date of now; in one piece, unless copying costs more."""
        date = self.app.date(self.server_state.default_headers)
        if len(body) <= _COPIED_BYTES:
            self.transport.write(b"".join((head, date, body)))
        else:
            self.transport.write(head + date)
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
        is_answered = not self._is_busy and (self.cycle is None or self.cycle.response_complete)
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
        """Let the next request be a simple one."""
        self._is_between = self._has_led_on = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Give the client its time for the next request."""
        self._has_led_on = True
        super().on_response_complete()

    def shutdown(self) -> None:
        """End after the answer that is under way."""
        self._is_last = True
        if not self._is_busy:
            super().shutdown()

    def timeout_keep_alive_handler(self) -> None:
        """Leave the connection as it is: ``_look`` knows of simple requests, uvicorn does not."""

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


def _escaped(request: bytes) -> bytes:
    """Return a request with the letters beyond ASCII of its first line escaped (RFC 3987, 3.1).

    >>> _escaped("GET /id/lake/vänern HTTP/1.1".encode())
    b'GET /id/lake/v%C3%A4nern HTTP/1.1'
    """
    line, end, rest = request.partition(b"\r\n")
    return quote_from_bytes(line, _AS_THEY_ARE).encode("ascii") + end + rest
