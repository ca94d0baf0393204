"""One builder at a time, and one rename from one release to the next."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publisher.errors import ReleaseError
from publisher.release.copies.staging import sweep
from publisher.release.journal import note_switch
from publisher.release.model import CURRENT
from publisher.system.files import lock_file, locked_folder, sync_folder


@contextmanager
def alone(releases: Path) -> Iterator[None]:
    """Hold the lock of the folder, and sweep up what a killed build or an old pull left behind.

    Raises:
        ReleaseError: Another process holds it.
    """
    lock = lock_file(releases / ".lock")
    if lock is None:
        raise ReleaseError(
            "Another build is at work in this folder.",
            where=str(releases),
            remedy="Wait until it has ended, then build again; nothing was changed.",
        )
    with lock:
        for leftover in releases.glob(".staging-*"):
            shutil.rmtree(leftover)
        sweep(releases, only_old=True)
        yield


def switch(releases: Path, name: str) -> None:
    """Make a release the current one, in one rename; the journal of switches tells of it first."""
    with locked_folder(releases):  # builds hold another lock, for much longer
        note_switch(releases, name)
        temporary = releases / ".current.new"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(name)
        temporary.replace(releases / CURRENT)
        sync_folder(releases)
