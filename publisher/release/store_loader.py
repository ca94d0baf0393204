"""A store that is loaded while its files are still being read, and on two cores then.

Loading is most of the work of a look at large files, and one load of the engine's uses one core. So
two loads run beside each other, of quads in any order: a store is a set.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from pyoxigraph import RdfFormat, Store, parse

from publisher.system.files import with_path

# Each takes about ten times the memory of what it loads, which is at most a run of a sorter.
_LOADS = 2


class StoreLoader:
    """Takes files of N-Quads as they are written; leaving its ``with`` block waits for the rest."""

    def __init__(self, folder: Path) -> None:
        """Make an empty store.

        Raises:
            OSError: The folder cannot be written; ``filename`` says which.
        """
        self._folder = folder
        with with_path(folder):
            self._store: Store | None = Store(str(folder))
        self._pool = ThreadPoolExecutor(_LOADS)
        self._loads: list[Future[None]] = []

    def __enter__(self) -> StoreLoader:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Begin no further loads; those that run end first."""
        self._pool.shutdown(cancel_futures=True)
        self._store = None

    def take(self, path: Path) -> None:
        """Load a file of at most some megabytes. It may be deleted at once: it is open already.

        Raises:
            OSError: It cannot be read.
        """
        self._loads.append(self._pool.submit(self._load, path.open("rb")))

    def finish(self, *, optimize: bool) -> None:
        """Wait until all is in the store, and close it.

        Args:
            optimize: Whether its files are merged, which makes look-ups of many things faster.

        Raises:
            OSError: The folder cannot be written; ``filename`` says which.
        """
        with with_path(self._folder):
            for load in self._loads:
                load.result()
            assert self._store is not None, "finished once"
            self._store.flush()
            if optimize:
                self._store.optimize()
            self._store = None

    def _load(self, file: BinaryIO) -> None:
        with file:
            content = file.read()
        assert self._store is not None, "not finished"
        nameless = b""
        if b"_:" in content:
            lines = content.splitlines(keepends=True)
            content = b"".join(line for line in lines if b"_:" not in line)
            nameless = b"".join(line for line in lines if b"_:" in line)
        self._store.bulk_load(content, format=RdfFormat.N_QUADS)
        if nameless:
            # Loading would give blank nodes names that hold for one load.
            self._store.bulk_extend(parse(nameless, format=RdfFormat.N_QUADS))
