"""Older releases: opened when asked for, after every byte was compared; refusals are kept."""

from __future__ import annotations

import logging
import threading
import time
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import PublisherError, ReleaseError, ReleaseUnreadable
from publisher.release.history.document_dates import SortedRows
from publisher.release.history.releases import ReleaseInfo, list_releases
from publisher.release.model import CURRENT, DOCUMENTS, MANIFEST, Release
from publisher.release.open import open_release
from publisher.render.history import MOST_SHOWN
from publisher.serve.differences import Differences
from publisher.serve.lease import DrainingApp
from publisher.system.cache import SingleFlight
from publisher.system.files import followed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True)
class OpenRelease:
    """A release of the past that answers until it is closed."""

    release: Release
    turnstile: DrainingApp


OpenApplication = Callable[[Release], "tuple[WSGIApplication, Callable[[], None]]"]


class ReleaseArchive:
    """The releases of a folder, as they were."""

    def __init__(self, releases: Path, open_application: OpenApplication, most: int) -> None:
        """Open nothing yet.

        Args:
            releases: Folder of the releases.
            open_application: Returns what answers for a release, and how to end that.
            most: How many releases stay open at a time.
        """
        self._releases = releases
        self._open = open_application
        self._most = most
        self._openings = VerifiedOpener()
        self._opened: OrderedDict[str, OpenRelease] = OrderedDict()
        self._listed: tuple[object, list[ReleaseInfo], dict[str, SortedRows]] = (None, [], {})
        self._listing = threading.Lock()
        self._lock = threading.Lock()
        self._makers: SingleFlight[str, OpenRelease] = SingleFlight()
        self.differences = Differences(MOST_SHOWN)

    def list_releases(self) -> Sequence[ReleaseInfo]:
        """Return the releases that are kept, the oldest first."""
        return self._reload()[0]

    def _reload(self) -> tuple[list[ReleaseInfo], dict[str, SortedRows]]:
        """Return the releases and their lists of documents; read again when the folder changed."""
        state = self._state()
        if self._listed[0] != state:
            with self._listing:  # all manifests are read: once, by the first who sees the change
                state = self._state()
                seen, _, rows = self._listed
                if seen != state:
                    infos = list_releases(self._releases)[::-1]
                    rows = {r.id: rows.get(r.id) or self._rows(r.id) for r in infos}
                    self._listed = (state, infos, rows)
        return self._listed[1:]

    def _state(self) -> object:
        """Return what changes when releases come, go, or change places."""
        return self._releases.stat().st_mtime_ns, followed(self._releases / CURRENT)

    def _rows(self, name: str) -> SortedRows:
        return SortedRows(self._releases / name / DOCUMENTS)

    def mementos(self, document: str) -> list[ReleaseInfo]:
        """Return the releases that brought a document as it is in them, the oldest first.

        A release that left it as it was holds no state of its own (RFC 7089, section 1.1). What no
        release lists is not a document of an entity, and taken to be another one in each of them.

        Args:
            document: Its path below the base.
        """
        infos, rows = self._reload()
        kept: list[ReleaseInfo] = []
        before: list[str] | None = None
        is_listed = False
        for release in infos:
            row = rows[release.id].find(document)
            is_listed = is_listed or row is not None
            if row is not None and row != before:
                kept.append(release)
            before = row
        return kept if is_listed else list(infos)

    def has(self, name: str) -> bool:
        """Tell whether there is a release of a name."""
        return any(info.id == name for info in self.list_releases())

    def release(self, name: str) -> Release | None:
        """Return a kept release, without what answers for it; None for a name that is none.

        Raises:
            ReleaseError: It is damaged.
        """
        return self._openings.open(self._releases / name) if self.has(name) else None

    def open(self, name: str) -> OpenRelease | None:
        """Return a kept release that answers; None for a name that is none.

        It is opened by the first who asks; who asks for it meanwhile waits for that, and nobody
        waits for the opening of another one.

        Raises:
            ReleaseError: It is damaged.
        """
        if not self.has(name):
            return None
        return self._find(name) or self._makers.make(name, partial(self._open_one, name))

    def _find(self, name: str) -> OpenRelease | None:
        with self._lock:
            opened = self._opened.get(name)
            if opened is not None:
                self._opened.move_to_end(name)
        return opened

    def _open_one(self, name: str) -> OpenRelease:
        opened = self._find(name)  # somebody may have opened it a moment ago
        if opened is not None:
            return opened
        release = self._openings.open(self._releases / name)
        opened = OpenRelease(release, DrainingApp(*self._open(release)))
        leaving: list[OpenRelease] = []
        with self._lock:
            self._opened[name] = opened
            while len(self._opened) > self._most:
                leaving.append(self._opened.popitem(last=False)[1])
        for left in leaving:
            left.turnstile.close()
        return opened

    def answer(
        self, name: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer a request from a kept release, which stays open to the last byte.

        Raises:
            ReleaseError: It is damaged, or no longer kept.
        """
        while True:
            opened = self.open(name)
            if opened is None:
                raise ReleaseError(
                    "The release {name} is no longer kept.",
                    remedy="Choose one of the list of releases.",
                    name=name,
                )
            if opened.turnstile.acquire():
                return opened.turnstile.answer(environ, start_response)

    def close(self) -> None:
        """Close what is open, each after its last request."""
        with self._lock:
            leaving, self._opened = list(self._opened.values()), OrderedDict()
        for opened in leaving:
            opened.turnstile.close()


def release_at(mementos: Sequence[ReleaseInfo], instant: datetime) -> ReleaseInfo:
    """Return the release that was on line at an instant; before the first one, the first one."""
    position = bisect_right([info.published for info in mementos], instant)
    return mementos[max(0, position - 1)]


# Kept releases, opened after every byte was compared; what was found is not looked for again.

_MOST_CHECKED = 1000
_log = logging.getLogger("publisher")


@dataclass(frozen=True)
class _Integrity:
    """The result of verifying a release, valid while the checked file is unchanged.

    Attributes:
        is_whole: Whether every byte was as the manifest says.
        checked_file: The manifest, or the file that was damaged.
        state: Of that file, when it was read.
    """

    is_whole: bool
    checked_file: Path
    state: tuple[int, ...]


def file_state(path: Path) -> tuple[int, ...]:
    """Return what changes when a file is written, restored or replaced; None without it."""
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_ino, stat.st_ctime_ns, stat.st_size


class VerifiedOpener:
    """Opens releases, and reads each of them to the last byte once.

    Otherwise anyone who asks for a damaged release, or for many in turn, again and again would make
    the server read them as often.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._verdicts: OrderedDict[Path, _Integrity] = OrderedDict()
        self._lock = threading.Lock()
        self._makers: SingleFlight[Path, Release] = SingleFlight()

    def open(self, folder: Path) -> Release:
        """Return the release in a folder; who asks while it is read gets the same.

        Raises:
            ReleaseError: It is damaged; repaired, it is read again.
            ReleaseUnreadable: It cannot be read just now; it is read again when asked for.
        """
        return self._makers.make(folder, partial(self._open, folder))

    def _open(self, folder: Path) -> Release:
        checked = self._verdicts.get(folder)
        if checked is not None and checked.state != file_state(checked.checked_file):
            checked = None
        if checked is not None and not checked.is_whole:
            raise damaged_error(folder.name)
        manifest = folder / MANIFEST
        verdict = _Integrity(is_whole=True, checked_file=manifest, state=file_state(manifest))
        try:
            release = open_release(folder, is_known=checked is not None)
        except ReleaseUnreadable as error:  # just now: it is no verdict
            _log.error("The release %s cannot be read just now: %s", folder.name, error)
            raise
        except ReleaseError as error:
            _log.error("The release %s is damaged, and is not served: %s", folder.name, error)
            path = Path(error.where)
            self._keep(
                folder, _Integrity(is_whole=False, checked_file=path, state=file_state(path))
            )
            raise damaged_error(folder.name) from error
        self._keep(folder, verdict)
        return release

    def _keep(self, folder: Path, verdict: _Integrity) -> None:
        with self._lock:
            self._verdicts[folder] = verdict
            while len(self._verdicts) > _MOST_CHECKED:
                self._verdicts.popitem(last=False)


def damaged_error(name: str) -> ReleaseError:
    """Return the error for a damaged release that is requested by its name."""
    return ReleaseError(
        "The release {name} is damaged, and is not served.",
        remedy="Choose another one of the list of releases. Those who run this site can put this"
        " one back from a backup or another copy.",
        name=name,
    )


# Releases that could not be opened, remembered until something changes.

_MOST_FAILURES = 100
_FIRST_PAUSE_SECONDS = 1.0
# What is damaged is read again when the damaged file is another one, and after so long at the
# latest; what cannot be read just now, sooner.
_DAMAGED_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 300.0, 10.0


@dataclass(frozen=True)
class OpenFailure:
    """Why a release could not be opened.

    Attributes:
        error: What was raised; it holds on to nothing.
        checked_file: The file whose state showed it.
        state: Of that file.
        again_at: When it is tried again at the latest (monotonic clock).
        pause: Before that.
        is_new: Whether it is another reason than the last time.
    """

    error: PublisherError
    checked_file: Path
    state: tuple[int, ...]
    again_at: float
    pause: float
    is_new: bool

    @property
    def is_valid(self) -> bool:
        """Tell whether trying again would end in the same way, as far as can be seen."""
        return time.monotonic() < self.again_at and file_state(self.checked_file) == self.state


class OpenFailures:
    """What could not be opened, so that it is not read to its end again and again."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._found: OrderedDict[Path, OpenFailure] = OrderedDict()

    def find(self, folder: Path) -> OpenFailure | None:
        """Return why a release would be refused once more; None when it is worth a try."""
        failure = self._found.get(folder)
        return failure if failure is not None and failure.is_valid else None

    def note(self, folder: Path, error: PublisherError) -> OpenFailure:
        """Keep why a release could not be opened."""
        before = self._found.pop(folder, None)
        checked_file = Path(error.where or folder)
        state = file_state(checked_file)
        is_same = before is not None and (before.checked_file, before.state) == (
            checked_file,
            state,
        )
        pause = _FIRST_PAUSE_SECONDS
        if is_same and before is not None:
            longest = _DAMAGED_PAUSE_SECONDS if _is_damage(error) else _LONGEST_PAUSE_SECONDS
            pause = min(2 * before.pause, longest)
        # A copy has no traceback, which would hold on to a release that is not served.
        is_news = before is None or str(before.error) != str(error)
        again_at = time.monotonic() + pause
        refusal = OpenFailure(copy(error), checked_file, state, again_at, pause, is_news)
        self._found[folder] = refusal
        while len(self._found) > _MOST_FAILURES:
            self._found.popitem(last=False)
        return refusal

    def forget(self, folder: Path) -> None:
        """Forget what was kept of a release: it could be opened."""
        self._found.pop(folder, None)


def _is_damage(error: PublisherError) -> bool:
    """Tell whether a file is wrong, so that nothing changes until that file does."""
    is_of_release = isinstance(error, ReleaseError) and not isinstance(error, ReleaseUnreadable)
    return is_of_release and bool(error.where)
