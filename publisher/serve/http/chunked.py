"""A body in chunks, put together as it comes (RFC 9112, section 7.1)."""

from __future__ import annotations

import re
from enum import Enum, auto
from http import HTTPStatus
from io import BytesIO

from publisher.messages import text
from publisher.serve.http.heads import RequestRefused
from publisher.serve.http.limits import BODY_SETTING

_END = b"\r\n"
# Size in hexadecimal digits, then whatever extensions there are: they are not understood, so they
# are passed over (section 7.1.1); control characters are in none.
_SIZE_LINE = re.compile(rb"0*([0-9A-Fa-f]{1,8})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?")
_TRAILER_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*")


class _ChunkState(Enum):
    SIZE, DATA, DATA_END, TRAILERS, DONE = auto(), auto(), auto(), auto(), auto()


class ChunkedBody:
    """Takes the bytes of a body in chunks; what frames the data is counted, too."""

    def __init__(self, most_bytes: int, most_framing_bytes: int) -> None:
        """Take at most so many bytes of data, and so many of sizes, extensions and trailers."""
        self.data = BytesIO()
        self._most_bytes = most_bytes
        self._framing_left = most_framing_bytes
        self._part = _ChunkState.SIZE
        self._data_left = 0

    @property
    def is_whole(self) -> bool:
        """Tell whether the end of the body has come."""
        return self._part is _ChunkState.DONE

    def take(self, buffer: bytearray) -> None:
        """Take from the beginning of a buffer what belongs to the body, as far as it is there.

        Trailers are read and dropped: they never become header fields (RFC 9110, section 6.5.1).

        Raises:
            RequestRefused: It is longer than it may be, or is not in chunks.
        """
        at = 0
        try:
            while self._part is not _ChunkState.DONE:
                taken = self._take_part(buffer, at)
                if taken == 0:
                    break
                at += taken
        finally:
            del buffer[:at]

    def _take_part(self, buffer: bytearray, at: int) -> int:
        """Take the next part that is there; return its length, 0 when more must come first."""
        if self._part is _ChunkState.DATA:
            return self._take_data(buffer, at)
        if self._part is _ChunkState.DATA_END:
            return self._take_data_end(buffer, at)
        end = buffer.find(_END, at, at + self._framing_left)
        if end < 0:
            if buffer.find(b"\n", at, at + self._framing_left - 1) >= 0:
                raise _malformed_error()  # a line that ends otherwise
            if len(buffer) - at >= self._framing_left:
                raise _too_large_error()
            return 0
        line = bytes(buffer[at:end])
        self._count(end + len(_END) - at)
        if self._part is _ChunkState.SIZE:
            self._begin_chunk(line)
        elif not line:
            self._part = _ChunkState.DONE
        elif _TRAILER_LINE.fullmatch(line) is None:
            raise _malformed_error()
        return end + len(_END) - at

    def _begin_chunk(self, line: bytes) -> None:
        match = _SIZE_LINE.fullmatch(line)
        if match is None:
            raise _malformed_error()
        self._data_left = int(match[1], 16)
        if self.data.tell() + self._data_left > self._most_bytes:
            raise too_long(self._most_bytes)
        self._part = _ChunkState.DATA if self._data_left else _ChunkState.TRAILERS

    def _take_data(self, buffer: bytearray, at: int) -> int:
        with memoryview(buffer) as view:
            taken = self.data.write(view[at : at + self._data_left])
        self._data_left -= taken
        if not self._data_left:
            self._part = _ChunkState.DATA_END
        return taken

    def _take_data_end(self, buffer: bytearray, at: int) -> int:
        end = buffer[at : at + len(_END)]
        if not _END.startswith(end):
            raise _malformed_error()
        if len(end) < len(_END):
            return 0
        self._count(len(_END))
        self._part = _ChunkState.SIZE
        return len(_END)

    def _count(self, framing_bytes: int) -> None:
        self._framing_left -= framing_bytes
        if self._framing_left <= 0:
            raise _too_large_error()


def _malformed_error() -> RequestRefused:
    return RequestRefused(HTTPStatus.BAD_REQUEST, "The body is not in chunks as HTTP/1.1 has them.")


def _too_large_error() -> RequestRefused:
    return RequestRefused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "What frames the body is longer than it may be."
    )


def too_long(most_bytes: int) -> RequestRefused:
    """Return the refusal of a body that is longer than it may be."""
    return RequestRefused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        text(
            "The body of a request may have {most} bytes ({setting}).",
            most=most_bytes,
            setting=BODY_SETTING,
        ),
        BODY_SETTING,
    )
