"""Answers that are ready to go, in a memory that is bounded by bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from werkzeug.http import parse_date

from publisher.system.cache import BoundedCache, memory_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_LONGEST_KEY = 1024
# Forms of what goes over the wire, each with a head, and what each takes besides.
_FORMS = 3
_FORM_BYTES = 512
NOT_MODIFIED = "304 NOT MODIFIED"

Key = tuple[str, ...]
Fields = list[tuple[str, str]]
Same = tuple[object, ...]


@dataclass(frozen=True)
class Sent:
    """What goes over the wire: the head, but for the date, and the body."""

    status: str
    head: bytes
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An answer that is ready to go."""

    status: str
    fields: Fields
    body: bytes
    etag: str
    last_modified: str
    not_modified: Fields = field(default_factory=list)

    @property
    def same(self) -> Same:
        """Return what equal answers have in common: the entity tag stands for the body."""
        return (self.status, *self.fields)

    @property
    def size(self) -> int:
        """Return how many bytes of memory the answer takes, or will when it has been sent."""
        head = sum(len(name) + len(value) + len(": \r\n") for name, value in self.fields)
        return memory_of(self) + _FORMS * (_FORM_BYTES + head)

    def on_the_wire(self, environ: WSGIEnvironment) -> Sent:
        """Return what a client gets that asks so: all of it, its head alone, or that it has it."""
        if self.is_known(environ):
            return self._unchanged
        return self._whole if environ["REQUEST_METHOD"] == "GET" else self._bodiless

    @cached_property
    def _whole(self) -> Sent:
        return Sent(self.status, head_of(self.status, self.fields), self.body)

    @cached_property
    def _bodiless(self) -> Sent:
        return Sent(self.status, self._whole.head, b"")

    @cached_property
    def _unchanged(self) -> Sent:
        return Sent(NOT_MODIFIED, head_of(NOT_MODIFIED, self.not_modified), b"")

    def is_known(self, environ: WSGIEnvironment) -> bool:
        """Tell whether the client has this answer already (RFC 9110, section 13.2.2)."""
        if "HTTP_IF_NONE_MATCH" not in environ and "HTTP_IF_MODIFIED_SINCE" not in environ:
            return False
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags is not None:
            # Weak comparison (section 8.8.3.2).
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return "*" in known or self.etag in known
        return is_same_instant(environ.get("HTTP_IF_MODIFIED_SINCE"), self.last_modified)


def head_of(status: str, fields: Fields) -> bytes:
    """Return the head of an answer, without Date and the empty line (RFC 9112, sections 4, 5)."""
    named = ((name.lower(), value) for name, value in fields)
    # Flask gives files and answers of the past a Date; the server gives everything one.
    lines = [f"{name}: {value}" for name, value in named if name != "date"]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, ""]).encode("latin-1")


def is_same_instant(since: str | None, last_modified: str) -> bool:
    """Tell whether If-Modified-Since names the very instant of Last-Modified.

    RFC 9110, section 13.1.3, lets a server honour only exact matches where dates may go back. Here
    they do: an older release may be activated, and a release's date is that of its sources, so that
    what came on line today may be older than a client's copy of something else.
    """
    if since is None or not last_modified:
        return False
    return since == last_modified or instant_of(since) == instant_of(last_modified)


def instant_of(date: str) -> datetime | None:
    """Return the instant of a date in a field (RFC 9110, section 5.6.7); None when it is none."""
    try:
        return parse_date(date)
    except OverflowError:  # a year of eleven digits
        return None


class Memory(BoundedCache[Key, Answer]):
    """Answers below keys, bounded by bytes; keys with equal answers share one.

    Looking up is one access to a dictionary; whatever changes the memory takes the lock.
    """

    def __init__(self, most_bytes: int) -> None:
        """Keep at most ``most_bytes``."""
        super().__init__(
            most_bytes,
            size_of=lambda answer: answer.size,
            identity_of=lambda answer: answer.same,
        )

    def keep(self, key: Key, answer: Answer) -> Answer:
        """Remember an answer below a key, and return the one that equal keys share."""
        return answer if sum(map(len, key)) > _LONGEST_KEY else super().keep(key, answer)
