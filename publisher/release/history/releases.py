"""The releases that are kept: the list, going back to one, letting old ones go."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from publisher.errors import ReleaseError
from publisher.release.current import switch
from publisher.release.manifest import read_manifest, read_summary
from publisher.release.model import Release
from publisher.release.open import current_folder, open_release
from publisher.release.signature import SIGNATURE


@dataclass(frozen=True)
class ReleaseInfo:
    """A release in the folder, as its manifest describes it.

    Attributes:
        id: Its name.
        published: The instant it stands for.
        triples: How many it holds.
        is_current: Whether it is the one on line.
        is_signed: Whether its manifest has a signature.
    """

    id: str
    published: datetime
    triples: int
    is_current: bool
    is_signed: bool = False


def list_releases(releases: Path) -> list[ReleaseInfo]:
    """Return the releases of a folder, the newest first; those without a legible manifest not."""
    current = current_folder(releases)
    infos = [info for folder in _folders(releases) if (info := _read(folder, current))]
    return sorted(infos, key=lambda info: (info.published, info.id), reverse=True)


def _folders(releases: Path) -> Iterator[Path]:
    for path in sorted(releases.glob("*")):
        if path.is_dir() and not path.is_symlink() and not path.name.startswith("."):
            yield path


def _read(folder: Path, current: Path | None) -> ReleaseInfo | None:
    glanced = read_summary(folder)
    if glanced is None:
        return None
    published, triples = glanced
    is_current = current is not None and folder.resolve() == current
    is_signed = (folder / SIGNATURE).is_file()
    return ReleaseInfo(folder.name, published, triples, is_current, is_signed)


def find_release(releases: Path, name: str) -> Release:
    """Return the release of a name, or of the one name that begins so.

    Raises:
        ReleaseError: There is none, there are several, or it is damaged.
    """
    names = [info.id for info in list_releases(releases)]
    fitting = [n for n in names if n == name] or [n for n in names if n.startswith(name)]
    if len(fitting) != 1:
        raise ReleaseError(
            "There is no release '{name}' here, or more than one begins so.",
            where=str(releases),
            remedy="Choose one of these: {names}.",
            name=name,
            names=", ".join(names) or "–",
        )
    return open_release(releases / fitting[0])


def activate(releases: Path, name: str) -> Release:
    """Make a kept release the current one again; it is opened first, so that it is whole.

    Raises:
        ReleaseError: There is no such release, or it is damaged; the current one stays.
    """
    release = find_release(releases, name)
    try:
        switch(releases, release.folder.name)
    except OSError as error:
        raise ReleaseError(
            "The release cannot be made current: {reason}.",
            where=str(error.filename or releases),
            remedy="Make room, or give yourself the right to write there; the current release"
            " stays.",
            reason=error.strerror or str(error),
        ) from error
    return release


def releases_to_prune(newest_first: Sequence[ReleaseInfo], keep: int, keep_days: int) -> list[str]:
    """Return the names of the releases that may be deleted; see ``prune``."""
    if not newest_first:
        return []
    oldest = newest_first[0].published - timedelta(days=keep_days)
    return [k.id for k in newest_first[keep:] if not k.is_current and k.published < oldest]


def kept_until(
    oldest_first: Sequence[ReleaseInfo], release: ReleaseInfo, keep: int, keep_days: int
) -> datetime | None:
    """Return until when pruning leaves a release; None for one that it leaves for now.

    Those among the newest and the current one are left, whatever their dates; see ``prune``.
    """
    newer = sum(other.published > release.published for other in oldest_first)
    if newer < keep or release.is_current:
        return None
    return release.published + timedelta(days=keep_days)


def prune(releases: Path, keep: int, keep_days: int) -> list[str]:
    """Delete old releases; return the names of those deleted.

    Args:
        releases: Folder of the releases.
        keep: So many of the newest stay.
        keep_days: Those whose instant is at most so many days before the newest stay too.

    The current release is never deleted. Time is counted from the newest release, not by the clock.
    """
    gone = releases_to_prune(list_releases(releases), keep, keep_days)
    for name in gone:
        # Renamed first: a release is there whole, or not at all.
        leaving = releases / f".staging-gone-{name}"
        (releases / name).rename(leaving)
        shutil.rmtree(leaving)
    return gone


# The release that a new one follows.


def newest_undamaged(releases: Path) -> Release | None:
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


def current_undamaged(releases: Path, newest: Release | None) -> Release | None:
    """Return the current release; None when it is damaged: a new one replaces it."""
    folder = current_folder(releases)
    if newest is not None and folder == newest.folder.resolve():
        return newest
    try:
        return open_release(folder) if folder else None
    except ReleaseError:
        return None
