"""What changed between two releases, made once: they never change, so neither does this.

It is compared from the dumps alone, in one pass that writes the RDF Patch and the JSON side by
side; pages show the beginning of the JSON. So what is long is never in memory, and is sent to many
without being made again.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from publisher.errors import ReleaseError
from publisher.release.history.difference import (
    PATCH_BEGIN,
    PATCH_END,
    EntityDiff,
    Kind,
    as_value,
    entity_diffs,
    patch_lines,
)
from publisher.release.model import Release
from publisher.system.cache import BoundedCache, SingleFlight
from publisher.system.portable import read_at

# Kept on the disk altogether, in files that have no name and are gone with the process.
_MOST_BYTES = 256 << 20
_MOST_KEPT = 64
_CHUNK_BYTES = 128 << 10
# Up to here a text stays in memory, so that small differences need no file.
_IN_MEMORY_BYTES = 64 << 10


class SpooledText:
    """A text that is written once, in memory or in a file without a name, and read by many.

    Attributes:
        length: In bytes.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.length = 0
        self._digest = hashlib.sha256()
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._file: IO[bytes] | None = None

    @property
    def tag(self) -> str:
        """Return its entity tag, a strong one (RFC 9110, section 8.8.3)."""
        return self._digest.hexdigest()[:32]

    def write(self, part: bytes) -> None:
        """Put something at the end.

        Raises:
            OSError: There is no room.
        """
        self._digest.update(part)
        self.length += len(part)
        self._pending.append(part)
        self._pending_bytes += len(part)
        if self._pending_bytes > _IN_MEMORY_BYTES:
            self._file = self._file or tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
            self._flush(self._file)

    def _flush(self, file: IO[bytes]) -> None:
        pending = memoryview(b"".join(self._pending))
        while pending:
            pending = pending[file.write(pending) :]
        self._pending, self._pending_bytes = [], 0

    def finish(self) -> None:
        """Let it be read from now on.

        Raises:
            OSError: There is no room.
        """
        if self._file is None:
            self._pending = [b"".join(self._pending)]
        else:
            self._flush(self._file)

    def __del__(self) -> None:
        """Give the room back with the last who reads."""
        if self._file is not None:
            self._file.close()

    def read(self, start: int, length: int) -> bytes:
        """Return some bytes; any number of threads may read at a time."""
        if self._file is None:
            return self._pending[0][start : start + length]
        return read_at(self._file, length, start)

    def chunks(self) -> Iterator[bytes]:
        """Yield the whole text, which stays as long as somebody reads it."""
        for start in range(0, self.length, _CHUNK_BYTES):
            yield self.read(start, _CHUNK_BYTES)


@dataclass(frozen=True)
class Difference:
    """What changed from one release to another.

    Attributes:
        patch: All of it, as an RDF Patch.
        json: All of it, as JSON.
        counts: Name of a kind → how many entities it happened to.
        ends: Where in the JSON each of the first entities ends.
    """

    patch: SpooledText
    json: SpooledText
    counts: Mapping[str, int]
    ends: tuple[int, ...]

    def beginning(self, most: int) -> list[EntityDiff]:
        """Return the first changes, at most so many."""
        ends = self.ends[:most]
        if not ends:
            return []
        written = self.json.read(0, ends[-1]) + b"]"
        return [
            EntityDiff(
                change["entity"],
                change["dataset"],
                Kind(change["kind"]),
                tuple(change["removed"]),
                tuple(change["added"]),
            )
            for change in json.loads(written)
        ]


class Differences:
    """The differences of releases; some are kept, and each is made by one at a time."""

    def __init__(self, shown: int) -> None:
        """Keep none yet; ``shown`` is how many changes a page shows at most."""
        self._shown = shown
        self._makers: SingleFlight[tuple[str, str], Difference] = SingleFlight()
        self._cache: BoundedCache[tuple[str, str], Difference] = BoundedCache(
            _MOST_BYTES,
            lambda difference: difference.patch.length + difference.json.length,
            most_entries=_MOST_KEPT,
        )

    def find(self, old: Release, new: Release) -> Difference:
        """Return what changed from one release to another.

        Raises:
            ReleaseError: There is no room to write it down.
        """
        names = (old.id, new.id)
        known = self._cache.get(names)
        return known or self._makers.make(names, lambda: self._make(old, new))

    def _make(self, old: Release, new: Release) -> Difference:
        names = (old.id, new.id)
        known = self._cache.get(names)  # somebody may have made it a moment ago
        if known is not None:
            return known
        try:
            return self._cache.put(names, _compare(old, new, self._shown))
        except OSError as error:
            raise ReleaseError(
                "The differences cannot be written down: {reason}.",
                remedy="Try again later; those who run this site can make room in its folder for"
                " temporary files.",
                reason=error.strerror or str(error),
            ) from error


def _compare(old: Release, new: Release, shown: int) -> Difference:
    """Return what changed; both texts are written in the same pass."""
    counts: Counter[str] = Counter()
    ends: list[int] = []
    patch, listed = SpooledText(), SpooledText()
    patch.write(f"{PATCH_BEGIN}\n".encode())
    for change in entity_diffs(old, new):
        counts[change.kind.value] += 1
        patch.write("".join(f"{line}\n" for line in patch_lines(change)).encode())
        # As ``json.dumps`` writes the whole list, with an indent of one.
        value = json.dumps(as_value(change), ensure_ascii=False, indent=1).replace("\n", "\n ")
        listed.write(f"{',' if listed.length else '['}\n {value}".encode())
        if len(ends) < shown:
            ends.append(listed.length)
    patch.write(f"{PATCH_END}\n".encode())
    listed.write(b"\n]\n" if ends else b"[]\n")
    patch.finish()
    listed.finish()
    return Difference(patch, listed, counts, tuple(ends))
