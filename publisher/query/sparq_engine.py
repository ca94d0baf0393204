"""The engine sparq over a release: the embedded engine, whose workers map sparq's files.

Documents come from the release's store. The files are the engine's own and go with it, so that a
release stays what it is.
"""

from __future__ import annotations

import weakref
from dataclasses import replace

from publisher.query.embedded import EmbeddedEngine
from publisher.query.sparq_files import check_sparq, write_files
from publisher.query.worker_messages import WorkerConfig
from publisher.system.files import make_temporary_folder


class SparqEngine(EmbeddedEngine):
    """An engine over files of sparq's that were made for it."""

    def __init__(self, config: WorkerConfig, workers: int) -> None:
        """Write the files and start the workers.

        Args:
            config: What each worker is told, but for these files.
            workers: How many there are.

        Raises:
            OSError: The store cannot be opened.
            EngineFailed: The files cannot be written.
            SettingError: The library is not installed.
        """
        check_sparq()
        folder, delete = make_temporary_folder()
        self._delete = weakref.finalize(self, delete)
        files = folder / "files"
        try:
            write_files(config.store, files, union=config.union)
            super().__init__(replace(config, sparq=str(files)), workers)
        except BaseException:
            self._delete()
            raise

    def close(self) -> None:
        """End the workers and take the files away."""
        super().close()
        self._delete()
