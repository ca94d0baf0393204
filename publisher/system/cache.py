"""What is kept to be used again: values below keys, bounded by the memory that all of it takes.

Counted is what Python allocates for a key and its value, and what the cache needs around them. What
strangers choose (the length of a key, the number of keys, letters of four bytes) so never makes a
cache larger than its setting.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# Of an entry in the cache besides key and value: the entry, its numbers, its places in the tables.
ENTRY_BYTES = 320
# What the C library adds to an object, at most, where nearly all of them are small.
_ALLOCATION_BYTES = 16
# An instance of a dataclass besides its values: header, and the table of its attributes.
_INSTANCE_BYTES = 256
_UNKNOWN_BYTES = 512
# A string gets a copy in UTF-8 when C code asks for it; a letter takes four bytes at most.
_UTF8_BYTES = 4
# So many entries that were used again may be passed over when one must go.
_MOST_SECOND_CHANCES = 64


def memory_of(value: object) -> int:
    """Return how many bytes of memory a value takes; rather too many than too few.

    Strings, bytes, numbers, and collections and dataclasses of such are counted to the last
    element; what is there twice is counted twice.
    """
    # Most of what is measured, for which the rest is slow.
    if type(value) is bytes or (type(value) is str and value.isascii()):
        return sys.getsizeof(value) + _ALLOCATION_BYTES
    total, pending = 0, [value]
    while pending:
        found = pending.pop()
        total += sys.getsizeof(found) + _ALLOCATION_BYTES
        if isinstance(found, str):
            total += 0 if found.isascii() else _UTF8_BYTES * len(found) + _ALLOCATION_BYTES
        elif isinstance(found, bytes | int | float) or found is None:
            continue
        elif isinstance(found, Mapping):
            pending += [*found.keys(), *found.values()]
        elif isinstance(found, Sequence | Set):
            pending += found
        elif is_dataclass(found) and not isinstance(found, type):
            total += _INSTANCE_BYTES
            pending += [getattr(found, field.name) for field in fields(found)]
        else:
            total += _UNKNOWN_BYTES
    return total


class CacheEntry(Generic[V]):
    """A cached value.

    Attributes:
        value: What is kept.
        size: Bytes that leave with it; a value that others share is not among them.
        identity: What equal values have in common; None for one that is not shared.
        used: When it was looked up last (``time.monotonic``); when it was kept, before that.
        since: When it was kept, or passed over the last time another had to go.
    """

    __slots__ = ("identity", "since", "size", "used", "value")

    def __init__(self, value: V, size: int, identity: Hashable) -> None:
        """Begin now."""
        self.value, self.size, self.identity = value, size, identity
        self.used = self.since = monotonic()


@dataclass
class _SharedValue(Generic[V]):
    """A value that several keys may share.

    Attributes:
        identity: What stands for it. An entry has this very object, not one of its own.
        value: What is kept.
        size: Bytes that both take.
        keys: How many keys it has.
    """

    identity: Hashable
    value: V
    size: int
    keys: int = 0


class BoundedCache(Generic[K, V]):
    """Values below keys in a bounded part of memory, to be used by many threads.

    A lookup takes no lock. The oldest goes first, but what was looked up since then is passed over
    once (second chance), so that what is used again and again outlives what nobody asks for twice.
    """

    def __init__(
        self,
        most_bytes: int,
        size_of: Callable[[V], int] = memory_of,
        identity_of: Callable[[V], Hashable] | None = None,
        *,
        most_entries: int = sys.maxsize,
        largest_part: int = 4,
    ) -> None:
        """Begin empty.

        Args:
            most_bytes: All that is kept takes at most so much.
            size_of: Returns the bytes that a value takes.
            identity_of: Returns what equal values have in common; such are held once, whatever
                their keys. None: each value stands for itself.
            most_entries: So many at most.
            largest_part: A value that would take more than one of so many parts is not kept.
        """
        self._most_bytes, self._most_entries = most_bytes, most_entries
        self._size_of, self._identity_of = size_of, identity_of
        self._largest_part = largest_part
        self._lock = threading.Lock()
        self._entries: dict[K, CacheEntry[V]] = {}
        self._order: deque[K] = deque()
        self._shared_values: dict[Hashable, _SharedValue[V]] = {}
        self.size = 0
        # For those who look up very often: the entry itself, whose ``used`` they set.
        self.entry = self._entries.get

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._entries)

    def get(self, key: K) -> V | None:
        """Return the value below a key; None when there is none."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        entry.used = monotonic()
        return entry.value

    def put(self, key: K, value: V) -> V:
        """Keep a value below a key that has none; return the value that is there now.

        One that would take too large a part is returned, and not kept.
        """
        own = memory_of(key) + ENTRY_BYTES
        size = self._size_of(value)
        if (own + size) * self._largest_part > self._most_bytes:
            return value
        identity = None if self._identity_of is None else self._identity_of(value)
        if identity is not None:
            size += memory_of(identity)
        with self._lock:
            existing = self._entries.get(key)
            if existing is not None:
                return existing.value
            if identity is None:
                own += size
            else:
                shared = self._hold(identity, value, size)
                value, identity = shared.value, shared.identity
            self._entries[key] = CacheEntry(value, own, identity)
            self._order.append(key)
            self.size += own
            while self.size > self._most_bytes or len(self._entries) > self._most_entries:
                self._evict()
        return value

    def recent(self) -> list[K]:
        """Return the keys: those that were looked up before the others, the latest first."""
        with self._lock:
            found = list(self._entries.items())
        found.sort(key=lambda item: (item[1].used > item[1].since, item[1].used), reverse=True)
        return [key for key, _ in found]

    def _hold(self, identity: Hashable, value: V, size: int) -> _SharedValue[V]:
        """Return what is held for an identity; it is counted with its first key."""
        shared = self._shared_values.get(identity)
        if shared is None:
            shared = self._shared_values[identity] = _SharedValue(identity, value, size)
            self.size += size
        shared.keys += 1
        return shared

    def _evict(self) -> None:
        for _ in range(_MOST_SECOND_CHANCES):
            entry = self._entries[self._order[0]]
            if entry.used <= entry.since:
                break
            entry.since = entry.used
            self._order.rotate(-1)
        entry = self._entries.pop(self._order.popleft())
        self.size -= entry.size
        if entry.identity is None:
            return
        shared = self._shared_values[entry.identity]
        shared.keys -= 1
        if not shared.keys:
            del self._shared_values[entry.identity]
            self.size -= shared.size


class SingleFlight(Generic[K, V]):
    """Makes a value once for all threads that request its key at the same time."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._lock = threading.Lock()
        self._under_way: dict[K, Future[V]] = {}

    def make(self, key: K, make: Callable[[], V]) -> V:
        """Return what ``make`` returns, called by the first who asks.

        Raises:
            Exception: What ``make`` raises, to all who waited.
        """
        from concurrent.futures import Future

        with self._lock:
            found = self._under_way.get(key)
            mine: Future[V] = Future() if found is None else found
            self._under_way[key] = mine
        if found is not None:
            return found.result()
        try:
            mine.set_result(make())
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._under_way[key]
        return mine.result()
