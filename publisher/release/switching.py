"""One builder at a time, and one rename from one release to the next."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publisher.errors import ReleaseError
from publisher.release.copies.staging import sweep
from publisher.release.journal import note_switch
from publisher.release.model import CURRENT


@contextmanager
def alone(releases: Path) -> Iterator[None]:
    """Hold the lock of the folder, and sweep up what a killed build or an old pull left behind."""
    with (releases / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReleaseError(
                "Another build is at work in this folder.",
                where=str(releases),
                remedy="Wait until it has ended, then build again; nothing was changed.",
            ) from error
        for leftover in releases.glob(".staging-*"):
            shutil.rmtree(leftover)
        sweep(releases, only_old=True)
        yield


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def switch(releases: Path, name: str) -> None:
    """Make a release the current one, in one rename; the journal of switches tells of it first."""
    with _one_at_a_time(releases):
        note_switch(releases, name)
        temporary = releases / ".current.new"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(name)
        temporary.replace(releases / CURRENT)
        sync_folder(releases)


@contextmanager
def _one_at_a_time(releases: Path) -> Iterator[None]:
    """Wait until nobody else switches; builds hold another lock, for much longer."""
    folder = os.open(releases, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
