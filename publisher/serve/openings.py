"""Kept releases, opened after every byte was compared; what was found is not looked for again."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from publisher.errors import ReleaseError, ReleaseUnreadable
from publisher.release.model import MANIFEST, Release
from publisher.release.open import open_release
from publisher.system.cache import OneMaker

_MOST_VERDICTS = 1000
_log = logging.getLogger("publisher")


@dataclass(frozen=True)
class _Verdict:
    """What was found of a release, good for as long as the file that told it stays as it is.

    Attributes:
        is_whole: Whether every byte was as the manifest says.
        told_by: The manifest, or the file that was damaged.
        state: Of that file, when it was read.
    """

    is_whole: bool
    told_by: Path
    state: tuple[int, ...]


def state_of(path: Path) -> tuple[int, ...]:
    """Return what changes when a file is written, put back or replaced; nothing when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_ctime_ns, found.st_size


class Openings:
    """Opens releases, and reads each of them to the last byte once.

    Otherwise whoever asks for a damaged release, or for many in turn, again and again would make
    the server read them as often.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._verdicts: OrderedDict[Path, _Verdict] = OrderedDict()
        self._lock = threading.Lock()
        self._makers: OneMaker[Path, Release] = OneMaker()

    def open(self, folder: Path) -> Release:
        """Return the release in a folder; who asks while it is read gets the same.

        Raises:
            ReleaseError: It is damaged; mended, it is read again.
            ReleaseUnreadable: It cannot be read just now; it is read again when asked for.
        """
        return self._makers.make(folder, partial(self._open, folder))

    def _open(self, folder: Path) -> Release:
        known = self._verdicts.get(folder)
        if known is not None and known.state != state_of(known.told_by):
            known = None
        if known is not None and not known.is_whole:
            raise damaged(folder.name)
        manifest = folder / MANIFEST
        verdict = _Verdict(is_whole=True, told_by=manifest, state=state_of(manifest))
        try:
            release = open_release(folder, is_known=known is not None)
        except ReleaseUnreadable as error:  # just now: it is no verdict
            _log.error("The release %s cannot be read just now: %s", folder.name, error)
            raise
        except ReleaseError as error:
            _log.error("The release %s is damaged, and is not served: %s", folder.name, error)
            path = Path(error.where)
            self._keep(folder, _Verdict(is_whole=False, told_by=path, state=state_of(path)))
            raise damaged(folder.name) from error
        self._keep(folder, verdict)
        return release

    def _keep(self, folder: Path, verdict: _Verdict) -> None:
        with self._lock:
            self._verdicts[folder] = verdict
            while len(self._verdicts) > _MOST_VERDICTS:
                self._verdicts.popitem(last=False)


def damaged(name: str) -> ReleaseError:
    """Return what is raised for a release that is asked for by its name."""
    return ReleaseError(
        "The release {name} is damaged, and is not served.",
        remedy="Choose another one of the list of releases. Those who run this site can put this"
        " one back from a backup or another copy.",
        name=name,
    )
