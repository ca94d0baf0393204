"""Lines of N-Quads → an Oxigraph store on disk; the engine reads them, a part at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import RdfFormat, Store, parse

from publisher.system.files import with_path

# So much at once takes 350 MB of memory, and all of a large file three times that.
_LOADED_BYTES = 48 << 20


def load_store(folder: Path, parts: Iterable[bytes]) -> None:
    """Make a store, or add to one that nobody has open; it is complete and flushed.

    Args:
        folder: Of the store.
        parts: N-Quads, each some whole lines.

    Raises:
        OSError: The folder cannot be written; ``filename`` says which.
    """
    with with_path(folder):
        store = Store(str(folder))
        for named, nameless in _loads(parts):
            store.bulk_load(named, format=RdfFormat.N_QUADS)
            if nameless:
                # Loading would give blank nodes names that hold for one load.
                store.bulk_extend(parse(nameless, format=RdfFormat.N_QUADS))
        store.flush()
        store.optimize()


def _loads(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the lines without blank nodes and those that may have some, much at a time."""
    named, nameless, length = list[bytes](), list[bytes](), 0
    for part in parts:
        if b"_:" in part:
            for line in part.splitlines(keepends=True):
                (nameless if b"_:" in line else named).append(line)
        else:
            named.append(part)
        length += len(part)
        if length >= _LOADED_BYTES:
            yield b"".join(named), b"".join(nameless)
            named, nameless, length = [], [], 0
    if length:
        yield b"".join(named), b"".join(nameless)
