"""A form in parts, which some HTTP clients send unless told otherwise (RFC 7578)."""

from __future__ import annotations

from collections.abc import Iterator

from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

MULTIPART_TYPE = "multipart/form-data"


def read_multipart(body: bytes, boundary: str) -> Iterator[tuple[str, str, bytes]]:
    r"""Yield name, charset and value of each part (RFC 7578, section 4).

    A file is a value like another: it is how a client sends a query that stands in one.

    Raises:
        ValueError: It is no form in parts, or its end is missing.

    >>> part = b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\nASK\r\n--x--'
    >>> list(read_multipart(part, "x"))
    [('q', 'utf-8', b'ASK')]
    """
    decoder = MultipartDecoder(boundary.encode())
    decoder.receive_data(body)
    decoder.receive_data(None)
    name = charset = ""
    value: list[bytes] = []
    while not isinstance(event := decoder.next_event(), Epilogue):
        if isinstance(event, NeedData):
            raise ValueError("the end is missing")
        if isinstance(event, Field | File):
            name, charset, value = event.name or "", _charset(event.headers), []
        elif isinstance(event, Data):
            value.append(event.data)
            if not event.more_data:
                yield name, charset, b"".join(value)


def _charset(headers: Headers) -> str:
    """Return the charset that a part names; UTF-8 if it names none (RFC 7578, section 5.1.2)."""
    _, parameters = parse_options_header(headers.get("Content-Type", ""))
    return parameters.get("charset", "utf-8").lower()
