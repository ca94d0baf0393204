"""The release that a new one follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from publisher.errors import ReleaseError
from publisher.release.manifest import read_manifest
from publisher.release.model import Release
from publisher.release.open import current_folder, open_release


def newest_whole(releases: Path) -> Release | None:
    """Return the newest release of which no byte is wrong; None when there is none.

    It need not be the current one. Who followed the feed has seen it, so what is told next must
    begin there; and a damaged current release must not take the memory of all before it along.
    """
    for _, folder in sorted(_dated(releases), reverse=True):
        try:
            return open_release(folder)
        except ReleaseError:
            continue
    return None


def _dated(releases: Path) -> Iterator[tuple[datetime, Path]]:
    for folder in releases.glob("*"):
        if folder.is_symlink() or folder.name.startswith(".") or not folder.is_dir():
            continue
        try:
            yield read_manifest(folder).published, folder
        except ReleaseError:
            continue


def current_whole(releases: Path, newest: Release | None) -> Release | None:
    """Return the current release; a damaged one counts as none, since a new one mends that."""
    folder = current_folder(releases)
    if newest is not None and folder == newest.folder.resolve():
        return newest
    try:
        return open_release(folder) if folder else None
    except ReleaseError:
        return None
