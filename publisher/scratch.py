"""Temporary folders that do not outlive their process, however it ends."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

_PREFIX = "publisher-"
_LOCK = "lock"


def make_folder() -> tuple[Path, Callable[[], None]]:
    """Return a new folder where the system keeps temporary files (``TMPDIR``), and what deletes it.

    Folders that killed programs left behind are deleted first.
    """
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    return folder, partial(_delete, folder, _locked(folder))


def _locked(folder: Path) -> BinaryIO:
    """Return the locked file that tells others that the folder is in use."""
    lock = (folder / f"{_LOCK}.new").open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    (folder / f"{_LOCK}.new").rename(folder / _LOCK)
    return lock


def _delete(folder: Path, lock: BinaryIO) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()


def _sweep() -> None:
    """Delete the folders whose locks nobody holds: a lock ends with its process."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            with path.open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path.parent, ignore_errors=True)
        except OSError:
            continue  # in use, or somebody else's
