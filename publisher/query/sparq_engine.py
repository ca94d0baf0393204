"""The engine sparq over a release: the embedded engine, whose workers map sparq's files.

Documents come from the release's store. The files are the engine's own and go with it, so that a
release stays what it is.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from publisher.query.embedded import EmbeddedEngine
from publisher.query.sparq_files import check_sparq, write_files
from publisher.query.workplace import Workplace

_PREFIX = "publisher-sparq-"


def _remove_orphans() -> None:
    """Take away the files of processes that have ended without doing so; the living hold locks."""
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/lock"):
        try:
            with lock.open("wb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # it lives, or is somebody else's
            continue


class SparqEngine(EmbeddedEngine):
    """An engine over files of sparq's that were made for it."""

    def __init__(self, workplace: Workplace, workers: int) -> None:
        """Write the files and start the workers.

        Args:
            workplace: What each worker is told, but for these files.
            workers: How many there are.

        Raises:
            OSError: The store cannot be opened.
            EngineFailed: The files cannot be written.
            SettingError: The library is not installed.
        """
        check_sparq()
        _remove_orphans()
        self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX)
        self._lock_file = (Path(self._folder.name) / "lock").open("wb")
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        files = Path(self._folder.name) / "files"
        try:
            write_files(workplace.store, files, union=workplace.union)
            super().__init__(replace(workplace, sparq=str(files)), workers)
        except BaseException:
            self._lock_file.close()
            self._folder.cleanup()
            raise

    def close(self) -> None:
        """End the workers and take the files away."""
        super().close()
        self._lock_file.close()
        self._folder.cleanup()
