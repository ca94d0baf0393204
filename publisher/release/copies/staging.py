"""Where a release is fetched: a folder of one call's own, swept or gone on in by the next one.

``.pull-NAME/`` holds ``release/``, and ``lock``, which is held as long as a process fetches into
it: a lock ends with its process, however that ends.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO

from publisher.errors import ReleaseError
from publisher.system.files import lock_file

_PREFIX = ".pull-"
_LOCK = "lock"
_RELEASE = "release"
_LONGEST_UNUSED_SECONDS = 24 * 60 * 60


@contextmanager
def staging_folder(releases: Path, name: str) -> Iterator[Path]:
    """Yield the locked folder into which a release is fetched.

    What an earlier call has fetched is there. What this one fetched stays when the line was cut or
    somebody stopped it; else, for whatever reason it ends, nothing of it is left.

    Raises:
        OSError: It cannot be made.
    """
    container, lock = _take_folder(releases, name)
    is_kept = False
    try:
        staging = container / _RELEASE
        staging.mkdir(exist_ok=True)
        yield staging
    except (FetchInterrupted, KeyboardInterrupt):
        is_kept = container.name == f"{_PREFIX}{name}"
        raise
    finally:
        if not is_kept:
            shutil.rmtree(container, ignore_errors=True)
        lock.close()


def _take_folder(releases: Path, name: str) -> tuple[Path, BinaryIO]:
    """Return a folder that no other call works in, and its lock."""
    for number in count(1):
        suffix = f"~{number}" if number > 1 else ""
        container = releases / f"{_PREFIX}{name}{suffix}"
        container.mkdir(exist_ok=True)
        lock = lock_file(container / _LOCK)
        if lock is not None:
            os.utime(container)
            return container, lock
    raise AssertionError("numbers have no end")


def sweep(releases: Path, keep: Collection[str] = (), *, only_old: bool = False) -> None:
    """Delete what calls that are over have left, so that the disk does not stay full.

    Args:
        releases: Folder of the releases.
        keep: Names of releases whose fetching will be gone on with.
        only_old: Leave what a call of the last 24 hours began.
    """
    names_to_keep = {f"{_PREFIX}{name}" for name in keep}
    for container in releases.glob(f"{_PREFIX}*"):
        if container.name in names_to_keep or container.is_symlink() or not container.is_dir():
            continue
        try:
            if only_old and time.time() - container.stat().st_mtime < _LONGEST_UNUSED_SECONDS:
                continue
            lock = lock_file(container / _LOCK)
        except OSError:
            continue  # somebody else's, or deleted just now
        if lock is not None:
            shutil.rmtree(container, ignore_errors=True)
            lock.close()


# What ended the fetching of a release, and leaves what has come so far good.


class FetchInterrupted(ReleaseError):
    """The connection or the other machine failed, or this one is busy; a retry resumes."""
