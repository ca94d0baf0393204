"""The engine sparq over a release: the embedded engine, whose workers map sparq's files.

Documents come from the release's store. Files that the release does not have are made here, and go
with the engine.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace

from pyoxigraph import DefaultGraph, Store

from publisher.query.embedded import EmbeddedEngine
from publisher.query.sparq_files import as_lines, check_sparq, write_files
from publisher.query.worker_messages import WorkerConfig
from publisher.system.files import make_temporary_folder


def _lines_of_graphs(config: WorkerConfig) -> Iterator[bytes]:
    """Yield what is in a release's store, without its stored union."""
    quads = iter(Store.read_only(config.store))
    if config.union_stored:
        quads = (quad for quad in quads if not isinstance(quad.graph_name, DefaultGraph))
    return as_lines(quads)


class SparqEngine(EmbeddedEngine):
    """An engine that puts every query to sparq."""

    def __init__(self, config: WorkerConfig, workers: int) -> None:
        """Write the files, unless the release has them, and start the workers.

        Args:
            config: The settings of each worker.
            workers: How many there are.

        Raises:
            OSError: The store cannot be opened.
            EngineFailed: The files cannot be written.
            SettingError: The library is not installed.
        """
        check_sparq()
        alone = replace(config, routes=False, counts="")
        self._delete: Callable[[], object] = lambda: None
        if config.sparq:
            super().__init__(alone, workers)
            return
        folder, delete = make_temporary_folder()
        self._delete = weakref.finalize(self, delete)
        files = folder / "files"
        try:
            write_files(_lines_of_graphs(config), files, union=config.union)
            super().__init__(replace(alone, sparq=str(files)), workers)
        except BaseException:
            self._delete()
            raise

    def close(self) -> None:
        """End the workers and take the files away that were made for them."""
        super().close()
        self._delete()
