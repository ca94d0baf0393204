"""One connection of HTTP/1.1 (RFC 9112), on the public interfaces of asyncio.

A request is answered before the next one is read, so pipelined requests are answered in order, and
one that cannot be read is refused after the answers before it (section 9.3.2). What is in the cache
is answered by the thread that reads the socket: handing a request to another thread and back costs
more than all the rest of such an answer. So are queries, which workers evaluate meanwhile. All else
is made in a thread.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import string
from enum import Enum, auto
from http import HTTPStatus
from io import BytesIO
from typing import Protocol

from publisher.messages import LANGUAGES, SOURCE_LANGUAGE, Text, text, translate
from publisher.rdf.media_types import choose_language
from publisher.serve.cors import FIELDS
from publisher.serve.http.chunked import ChunkedBody, too_long
from publisher.serve.http.heads import RequestHead, RequestRefused
from publisher.serve.http.limits import CHOICE_BYTES, ServerLimits
from publisher.serve.http.wsgi import ApplicationThreads, StartedResponse

_HEAD_METHOD = b"HEAD "
_HEAD_END, _LINE_END = b"\r\n\r\n", b"\r\n"
# A method is a token (RFC 9110, section 5.6.2); what does not is another protocol.
_FIRST_BYTES = frozenset(
    b"!#$%&'*+-.^_`|~" + string.digits.encode() + string.ascii_letters.encode()
)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# A refusal, too, must be legible to a script (Fetch, section 3.2.3).
_CORS = tuple(f"{name.lower()}: {value}" for name, value in FIELDS)
_ALLOWED = "\r\n".join(("allow: GET, HEAD, POST, OPTIONS", *_CORS, ""))
# Some clients send one after a body (section 2.2).
_MOST_EMPTY_LINES = 8
# Below this a response is sent in one piece: copying costs less than another system call.
_COPIED_BYTES = 64 << 10
# What is read of later requests while one is answered, and of a body in one step.
_WRITE_BUFFER_BYTES = 64 << 10
_READ_STEP_BYTES = 16 << 10
# How many responses from the cache go out before other connections get their turn.
_MOST_IN_A_ROW = 32
# After a refusal so much is read and dropped, so that the client gets to read it (section 9.6).
_MOST_DISCARDED_BYTES = 1 << 20
_LINGER_SECONDS = 5.0
# A client that takes less than this while the server is patient is not waited for.
_LEAST_BYTES_PER_SECOND = 16 << 10
# What a field, and a request besides its fields, take in memory.
_FIELD_BYTES, _REQUEST_BYTES = 300, 4 << 10
_log = logging.getLogger("publisher")


_OFFERED = (SOURCE_LANGUAGE, *(name for name in LANGUAGES if name != SOURCE_LANGUAGE))
_LANGUAGE_FIELD = re.compile(rb"\r\naccept-language:([^\r\n]*)\r\n", re.IGNORECASE)


def _problem(status: HTTPStatus, reason: str | Text, limit: str, language: str) -> bytes:
    title, detail = status.phrase, reason
    if not isinstance(reason, str):
        title, detail = translate("The request is too large", language), reason[language]
    problem = {"type": "about:blank", "title": title, "status": status.value, "detail": detail}
    problem |= {"limit": limit} if limit else {}
    return (json.dumps(problem, ensure_ascii=False, indent=1) + "\n").encode()


class _Phase(Enum):
    HEAD, BODY, ANSWER, REFUSED = auto(), auto(), auto(), auto()


class ConnectionContext(Protocol):
    """What a connection needs of all of them together."""

    threads: ApplicationThreads
    limits: ServerLimits
    loop: asyncio.AbstractEventLoop

    def add(self, connection: Connection, /) -> None:
        """Let a client in when there is room, or room can be made."""

    def remove(self, connection: Connection, /) -> None:
        """Forget a connection."""

    def received(self, connection: Connection, held_bytes: int, /) -> None:
        """Count what a client has sent that is not answered."""

    def sending(self, connection: Connection, held_bytes: int, /) -> None:
        """Count what a client has not taken."""

    def date(self) -> bytes:
        """Return the Date field of now and the end of a head."""


class Connection(asyncio.Protocol):
    """The protocol of one connection."""

    transport: asyncio.Transport

    def __init__(self, connections: ConnectionContext) -> None:
        """Begin before the first request."""
        self.client = ""
        self.received_bytes = self.sending_bytes = 0
        self.since = 0.0
        self._connections, self._threads = connections, connections.threads
        self._limits, self._loop = connections.limits, connections.loop
        self._phase = _Phase.HEAD
        self._buffer = bytearray()
        self._request: RequestHead | None = None
        self._body: BytesIO = BytesIO()
        self._chunked: ChunkedBody | None = None
        self._empty_lines = 0
        self._body_left = self._body_bytes = self._dropped_bytes = self._checked_bytes = 0
        self._checked_at = 0.0
        self._is_last = self._has_ended = self._has_begun_head = self.is_gone = False
        self._is_scheduled = self._is_deaf = self._is_for_head = self._is_asking = False
        self._taken: asyncio.Future[None] | None = None  # while the client takes nothing
        self._stream: asyncio.Task[None] | None = None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, if there is room for one more client."""
        self.transport = transport
        transport.set_write_buffer_limits(high=0)  # send now, not after other connections
        self.since = self._checked_at = self._loop.time()
        peer = transport.get_extra_info("peername")
        self.client = str(peer[0]) if peer else ""
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        self.is_gone = True
        self._buffer.clear()
        self._let_go_on()
        if self._stream is not None:
            self._stream.cancel()
        self._connections.remove(self)

    def eof_received(self) -> bool:
        """Answer what was asked, and hang up then (RFC 9112, section 9.6)."""
        self._has_ended = True
        if self._phase in (_Phase.HEAD, _Phase.BODY):
            self._go_on()
        return self._phase is _Phase.ANSWER and not self.transport.is_closing()

    def pause_writing(self) -> None:
        """Send nothing more: the client has not taken what it has."""
        self._taken = self._loop.create_future()
        self._checked_at = self._loop.time()
        self._checked_bytes = self.transport.get_write_buffer_size()

    def resume_writing(self) -> None:
        """Go on: the client has taken everything."""
        self._let_go_on()
        self.since = self._loop.time()
        self._connections.sending(self, 0)
        if self._phase is _Phase.HEAD:
            self._go_on()

    def _let_go_on(self) -> None:
        taken, self._taken = self._taken, None
        if taken is not None and not taken.done():
            taken.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take bytes; answer at once what is known by its bytes."""
        if self._phase is _Phase.REFUSED:
            self._drop(len(data))
            return
        if self._phase is _Phase.HEAD and not self._buffer and self._taken is None:
            known = self._threads.heads.known(data)
            if known is not None and self._answer_at_once(known):
                return
            if not self._has_begun_head:
                self._has_begun_head, self.since = True, self._loop.time()
        self._buffer += data
        if self._phase is _Phase.ANSWER or self._taken is not None or self._is_scheduled:
            self._count_received()
            if len(self._buffer) > _WRITE_BUFFER_BYTES:
                self._be_deaf()
            return
        if not self.transport.is_closing():
            self._go_on()

    @property
    def _is_over(self) -> bool:
        """Tell whether nothing more is answered."""
        return self._phase is _Phase.REFUSED or self.transport.is_closing()

    # Reading.

    def _go_on(self) -> None:
        """Read on as far as there is something to read and nothing to wait for."""
        self._is_scheduled = False
        try:
            for _ in range(_MOST_IN_A_ROW):
                if self._taken is not None or not self._step():
                    break
            else:
                self._count_received()
                self._go_on_soon()
                return
        except RequestRefused as error:
            self.refuse(error.status, error.reason, limit=error.limit)
            return
        self._count_received()
        waits = self._phase is _Phase.ANSWER or self._taken is not None
        if self._is_over or waits:
            return
        if self._has_ended:
            self.transport.close()  # the rest of a request will never come
        else:
            self._listen()

    def _go_on_soon(self) -> None:
        """Let other connections have their turn first."""
        self._be_deaf()
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._resume)

    def _resume(self) -> None:
        self._is_scheduled = False
        if not self.is_gone and self._phase in (_Phase.HEAD, _Phase.BODY):
            self._go_on()

    def _step(self) -> bool:
        """Read a head or a part of a body; tell whether there may be more to read now."""
        if self._phase is _Phase.HEAD:
            return self._read_head()
        if self._phase is _Phase.BODY:
            return self._read_body()
        return False

    def _read_head(self) -> bool:
        """Read a head when it is all there (RFC 9112, section 2.2)."""
        buffer = self._buffer
        while buffer.startswith(_LINE_END):
            del buffer[: len(_LINE_END)]
            self._empty_lines += 1
            if self._empty_lines > _MOST_EMPTY_LINES:
                raise RequestRefused(HTTPStatus.BAD_REQUEST, "Empty lines are no request.")
        if not buffer:
            return False
        self._is_for_head = buffer.startswith(_HEAD_METHOD)
        end = buffer.find(_HEAD_END, 0, self._limits.head_bytes)
        if end < 0:
            self._check_beginning()
            return False
        head = bytes(buffer[: end + len(_HEAD_END)])
        del buffer[: end + len(_HEAD_END)]
        self._begin(self._threads.heads.read(head))
        return True

    def _check_beginning(self) -> None:
        """Refuse at once what can never become a head."""
        buffer = self._buffer
        if len(buffer) >= self._limits.head_bytes:
            most = self._limits.head_bytes
            line = buffer.find(_LINE_END, 0, most)
            if line < 0 or line > most // 2:
                raise RequestRefused(
                    HTTPStatus.REQUEST_URI_TOO_LONG,
                    text(
                        "An address and the fields with it may have {most} bytes."
                        " Send a long query by POST.",
                        most=most,
                    ),
                )
            raise RequestRefused(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                text("A request line and its fields may have {most} bytes.", most=most),
            )
        newline = buffer.find(b"\n")
        if buffer != b"\r" and buffer[0] not in _FIRST_BYTES:
            raise RequestRefused(HTTPStatus.BAD_REQUEST, "This is no request of HTTP/1.1.")
        while newline >= 0:
            if newline == 0 or buffer[newline - 1] != 0x0D:
                raise RequestRefused(HTTPStatus.BAD_REQUEST, "A line of a request ends with CRLF.")
            newline = buffer.find(b"\n", newline + 1)

    def _begin(self, request: RequestHead) -> None:
        """Answer a request, or read its body first."""
        self._request = request
        if request.environ["PATH_INFO"] == "*":
            self._is_last = True
            self._write(f"HTTP/1.1 204 No Content\r\n{_ALLOWED}".encode("ascii"), b"")
            self.transport.close()
            return
        if not request.has_body:
            if not self._answer_at_once(request):
                self._answer(request, BytesIO())
            return
        self._phase = _Phase.BODY
        self.since = self._loop.time()
        if request.body_bytes is None:
            self._chunked = ChunkedBody(self._limits.body_bytes, self._limits.framing_bytes)
            self._body = self._chunked.data
        elif request.body_bytes > self._limits.body_bytes:
            raise too_long(self._limits.body_bytes)
        else:
            self._body, self._body_left = BytesIO(), request.body_bytes
        self._count_received()
        if self._is_over:
            return
        if request.expects_continue and not self._buffer:
            self.transport.write(_CONTINUE)

    def _read_body(self) -> bool:
        """Read a part of a body."""
        request, buffer = self._request, self._buffer
        assert request is not None
        if not buffer:
            return False
        if self._chunked is not None:
            is_whole, has_moved = self._read_chunks(self._chunked)
        else:
            with memoryview(buffer) as view:
                taken = self._body.write(view[: self._body_left])
            del buffer[:taken]
            self._body_left -= taken
            is_whole, has_moved = self._body_left == 0, True
        self._body_bytes = self._body.tell()
        if is_whole:
            self._chunked = None
            self._body.seek(0)
            self._answer(request, self._body)
            return self._phase is _Phase.HEAD  # it was answered at once
        return has_moved and bool(self._buffer)

    def _read_chunks(self, chunked: ChunkedBody) -> tuple[bool, bool]:
        """Read some chunks; tell whether that is all of them, and whether anything was taken."""
        part, rest = self._buffer[:_READ_STEP_BYTES], self._buffer[_READ_STEP_BYTES:]
        length = len(part)
        chunked.take(part)
        has_moved = len(part) < length
        self._buffer = part + rest
        if rest and not has_moved:  # a line that is longer than a step
            length = len(self._buffer)
            chunked.take(self._buffer)
            has_moved = len(self._buffer) < length
        return chunked.is_whole, has_moved

    def _count_received(self) -> None:
        """Tell about how much memory the client's requests take that are not answered.

        A body is counted as long as it says it is from its beginning on: then anyone who begins one
        too many can still be refused.
        """
        bytes_held = max(0, len(self._buffer) - self._body_left)
        if self._phase is not _Phase.HEAD and self._request is not None:
            fields = len(self._request.environ) * _FIELD_BYTES
            body_bytes = max(self._body_bytes, self._request.body_bytes or 0)
            bytes_held += _REQUEST_BYTES + fields + body_bytes
        self._connections.received(self, bytes_held)

    # Answering.

    def _answer_at_once(self, request: RequestHead) -> bool:
        """Answer from the cache; False when the answer must be made."""
        ready = None if request.cacheable is None else self._threads.at_once(request.cacheable)
        if ready is None:
            return False
        self._request = request
        self._write(*ready)
        self._end()
        return True

    def _answer(self, request: RequestHead, body: BytesIO) -> None:
        """Have an answer made, by the loop or in a thread; it may be there at once."""
        self._phase = _Phase.ANSWER
        self._is_asking = True
        self._threads.submit(
            *(request.environ, self.client, body),
            *(self._has_left, self._has_begun, self._loop),
        )
        self._is_asking = False

    def _has_left(self) -> bool:
        """Tell whether nobody waits for the answer any more; called by threads."""
        return self.is_gone or self._has_ended

    def _has_begun(self, begun: StartedResponse) -> None:
        """Send an answer that was made, or as much of it as is there."""
        if self.is_gone or self.transport.is_closing():
            self._threads.leave(begun)
            return
        if begun.must_close:
            self._is_last = True
        if begun.rest is None:
            self._write(begun.head, begun.body)
            if self._taken is not None:
                self._connections.sending(self, len(begun.body))
            self._end()
            return
        self._write(begun.head, b"")
        self._stream = self._loop.create_task(self._send_rest(begun))
        self._stream.add_done_callback(self._has_sent_rest)

    async def _send_rest(self, begun: StartedResponse) -> None:
        """Send the rest of an answer, as the client takes it (RFC 9112, section 7.1)."""
        part = begun.body
        try:
            while part and not self.transport.is_closing():
                chunk = b"%x\r\n%b\r\n" % (len(part), part) if begun.is_chunked else part
                self.transport.write(chunk)
                if self._taken is not None:
                    await self._taken
                part = await self._threads.more(begun)
        finally:
            self._threads.leave(begun)
        if begun.is_chunked and not self.transport.is_closing():
            self.transport.write(b"0\r\n\r\n")

    def _has_sent_rest(self, stream: asyncio.Task[None]) -> None:
        """Wait for the next request, or let the client see that an answer is not whole."""
        self._stream = None
        error = None if stream.cancelled() else stream.exception()
        if error is not None:
            _log.error("An answer could not be sent to its end.", exc_info=error)
        if error is not None or stream.cancelled():
            self.transport.abort()
        elif not self.transport.is_closing():
            self._end()

    def _end(self) -> None:
        """Wait for the next request, or hang up."""
        was_made = self._phase is _Phase.ANSWER
        request = self._request
        self.since = self._loop.time()
        if self._is_last or (request is not None and not request.keeps_open):
            self._phase = _Phase.REFUSED
            self.transport.close()
            return
        self._phase, self._request, self._body, self._body_bytes = _Phase.HEAD, None, BytesIO(), 0
        self._has_begun_head, self._empty_lines = False, 0
        if not was_made or self._is_asking:
            return
        is_waiting = self._is_deaf or self._taken is not None
        if self._buffer or self._has_ended or is_waiting:
            self._go_on()
        else:
            self._connections.received(self, 0)

    def _write(self, head: bytes, body: bytes) -> None:
        """Send an answer with the date of now; in one piece, unless copying costs more."""
        request = self._request
        end = self._connections.date()
        if request is None or self._is_last or not request.keeps_open:
            end = b"connection: close\r\n" + end
        elif request.minor == 0:
            end = b"connection: keep-alive\r\n" + end
        if len(body) <= _COPIED_BYTES:
            self.transport.write(b"".join((head, end, body)))
        else:
            self.transport.write(head + end)
            self.transport.write(body)

    def refuse(
        self, status: HTTPStatus, reason: str | Text, retry_seconds: int = 0, limit: str = ""
    ) -> None:
        """Send the last answer of a connection, as problem details (RFC 9457).

        What the client still sends is dropped for a while: were the connection closed at once, it
        might not get to read the answer (RFC 9112, section 9.6).
        """
        if self._phase is _Phase.ANSWER:
            self.transport.abort()  # another answer is under way
            return
        language = self._language()
        self._phase, self._is_last, self._request = _Phase.REFUSED, True, None
        self.since = self._loop.time()
        self._buffer.clear()
        self._body, self._body_bytes, self._body_left = BytesIO(), 0, 0
        self._chunked = None
        self._connections.received(self, 0)
        body = _problem(status, reason, limit, language)
        fields = ["content-type: application/problem+json", f"content-length: {len(body)}", *_CORS]
        fields += [f"content-language: {language}"] if not isinstance(reason, str) else []
        fields += [f"retry-after: {retry_seconds}"] if retry_seconds else []
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", *fields, ""]
        # Nor has an answer to HEAD a body when it is an error (RFC 9110, section 9.3.2).
        self._write("\r\n".join(lines).encode("ascii"), b"" if self._is_for_head else body)
        if self._has_ended:
            self.transport.close()
            return
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._listen()

    def _language(self) -> str:
        """Return the language that the client prefers, as far as it has said so."""
        if self._request is not None:
            accepted = self._request.environ.get("HTTP_ACCEPT_LANGUAGE", "")
        else:
            found = _LANGUAGE_FIELD.search(self._buffer[: self._limits.head_bytes])
            accepted = found[1].decode("latin-1").strip() if found else ""
        return choose_language(accepted[:CHOICE_BYTES], _OFFERED)

    def _drop(self, length: int) -> None:
        self._dropped_bytes += length
        if self._dropped_bytes > _MOST_DISCARDED_BYTES:
            self.transport.abort()

    def _be_deaf(self) -> None:
        """Read no more from the socket for now."""
        if not self._is_deaf and not self.transport.is_closing():
            self._is_deaf = True
            self.transport.pause_reading()

    def _listen(self) -> None:
        """Read from the socket again."""
        if self._is_deaf and not self.transport.is_closing():
            self._is_deaf = False
            self.transport.resume_reading()

    # What the server does with all connections.

    @property
    def is_idle(self) -> bool:
        """Tell whether the client has asked for nothing that is not answered."""
        return self._phase is _Phase.HEAD and not self._buffer and self._taken is None

    @property
    def is_unfinished(self) -> bool:
        """Tell whether the server waits for the rest of a request."""
        return self._phase in (_Phase.HEAD, _Phase.BODY) and self._taken is None

    def shut_down(self) -> None:
        """End after the answer that is under way."""
        self._is_last = True
        if self._phase is not _Phase.ANSWER and self._taken is None:
            self.transport.close()

    def check_progress(self, now: float) -> None:
        """Close the connection when its client has done nothing that leads on for too long."""
        patience = self._limits.patience_seconds
        if self._taken is not None:
            if now - self._checked_at < patience:
                return
            left = self.transport.get_write_buffer_size()
            if self._checked_bytes - left < min(_LEAST_BYTES_PER_SECOND, self._checked_bytes):
                self.transport.abort()
            self._checked_at, self._checked_bytes = now, left
        elif self._phase is _Phase.REFUSED:
            if now - self.since > min(_LINGER_SECONDS, patience):
                self.transport.abort()
        elif self._phase is _Phase.BODY:
            # In the middle of a request a client gets to know why it is left.
            if now - self.since > 2 * patience:
                self.refuse(HTTPStatus.REQUEST_TIMEOUT, "The request did not come to its end.")
        elif self._phase is _Phase.HEAD and now - self.since > patience:
            if self._buffer:
                self.refuse(HTTPStatus.REQUEST_TIMEOUT, "The request did not come to its end.")
            else:
                self.transport.close()
