"""Answers that are ready to go, in a memory that is bounded by bytes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from werkzeug.http import parse_date

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_LONGEST_KEY = 1024
# What Python needs for a key or an answer besides its letters and bytes.
_OVERHEAD_BYTES = 512
# The fields are held as text, as a head, and as the head of 304.
_FORMS = 3
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
        """Return about how many bytes of memory the answer takes."""
        fields = sum(len(name) + len(value) for name, value in self.fields)
        return _OVERHEAD_BYTES + _FORMS * fields + len(self.body)

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
    lines = [f"HTTP/1.1 {status}", *(f"{name.lower()}: {value}" for name, value in fields), ""]
    return "\r\n".join(lines).encode("latin-1")


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


class Memory:
    """Answers below keys, bounded by bytes; keys with equal answers share one.

    Looking up is one access to a dictionary; whatever changes the memory takes the lock.
    """

    def __init__(self, most_bytes: int) -> None:
        """Keep at most ``most_bytes``."""
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._answers: dict[Key, Answer] = {}
        self._shared: dict[Same, Answer] = {}
        self._users: dict[Same, int] = {}
        self.get = self._answers.get
        self.size = 0

    def keep(self, key: Key, answer: Answer) -> Answer:
        """Remember an answer below a key, and return the one that equal keys share."""
        key_size = _size_of(key)
        if key_size > _LONGEST_KEY or answer.size * 4 > self._most_bytes:
            return answer
        with self._lock:
            if key in self._answers:
                return self._answers[key]
            answer = self._shared.setdefault(answer.same, answer)
            users = self._users.get(answer.same, 0)
            self._users[answer.same] = users + 1
            self._answers[key] = answer
            self.size += key_size + _OVERHEAD_BYTES + (0 if users else answer.size)
            while self.size > self._most_bytes:
                self._forget_oldest()
        return answer

    def _forget_oldest(self) -> None:
        key = next(iter(self._answers))
        answer = self._answers.pop(key)
        self.size -= _size_of(key) + _OVERHEAD_BYTES
        self._users[answer.same] -= 1
        if not self._users[answer.same]:
            del self._users[answer.same], self._shared[answer.same]
            self.size -= answer.size


def _size_of(key: Key) -> int:
    return sum(map(len, key))
