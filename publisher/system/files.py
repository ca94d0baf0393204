"""Files that are there whole or as they were, folders brought to the disk, and locks.

All locks are those of flock(2): they end with the process that holds them, however it ends, so no
lock is left behind by a crash.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from publisher.system.storage import naming

_PREFIX = "publisher-"
_LOCK = "lock"


def replace_file(path: Path, content: str | bytes) -> None:
    """Write a file in one step: it is there whole, or as it was, also after a power failure.

    Its mode stays what it was. The name is on the disk when the folder is (``sync_folder``).

    Args:
        path: The file; a new one is made.
        content: Text is written as UTF-8.

    Raises:
        OSError: It cannot be written; nothing of it is left.
    """
    with naming(path):
        temporary = stage_file(path, content)
        try:
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def stage_file(path: Path, content: str | bytes) -> Path:
    """Write a file's new content beside it, to the disk; return where. Renaming it is left to do.

    Raises:
        OSError: It cannot be written; nothing of it is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk; its files are not (``sync_tree``)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Bring every file and folder below a folder to the disk, so that no crash can lose it."""
    for path in (*folder.rglob("*"), folder):
        sync_folder(path)


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; wait until nobody else does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def lock_file(path: Path) -> BinaryIO | None:
    """Return a file that is locked until it is closed; None when another process holds it.

    The file is made when it is missing. None comes, too, when its folder, or the file itself, was
    deleted meanwhile.

    Raises:
        OSError: It cannot be opened.
    """
    try:
        file = path.open("ab")
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
    except (BlockingIOError, FileNotFoundError):
        pass
    file.close()
    return None


def make_temporary_folder() -> tuple[Path, Callable[[], None]]:
    """Return a new folder where the system keeps temporary files (``TMPDIR``), and what deletes it.

    Folders that killed programs left behind are deleted first.
    """
    _sweep_temporary_folders()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    # Locked before it has its name: whoever sweeps meanwhile sees no lock that is free.
    lock = (folder / f"{_LOCK}.new").open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    (folder / f"{_LOCK}.new").rename(folder / _LOCK)
    return folder, partial(_delete_temporary_folder, folder, lock)


def _delete_temporary_folder(folder: Path, lock: BinaryIO) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()


def _sweep_temporary_folders() -> None:
    """Delete the folders whose locks nobody holds."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            lock = lock_file(path)
        except OSError:
            continue  # somebody else's
        if lock is not None:
            _delete_temporary_folder(path.parent, lock)
