"""The releases that are kept, each opened when somebody asks for it; a few stay open."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import ReleaseError
from publisher.release.history.document_dates import Rows
from publisher.release.history.releases import Kept, list_releases
from publisher.release.model import CURRENT, DOCUMENTS, Release
from publisher.render.history import SHOWN
from publisher.serve.differences import Differences
from publisher.serve.openings import Openings
from publisher.serve.turnstile import Turnstile
from publisher.system.cache import OneMaker

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True)
class Opened:
    """A release of the past that answers until it is closed."""

    release: Release
    turnstile: Turnstile


Opening = Callable[[Release], "tuple[WSGIApplication, Callable[[], None]]"]


class Past:
    """The releases of a folder, as they were."""

    def __init__(self, releases: Path, open_application: Opening, most: int) -> None:
        """Open nothing yet.

        Args:
            releases: Folder of the releases.
            open_application: Returns what answers for a release, and how to end that.
            most: How many releases stay open at a time.
        """
        self._releases = releases
        self._open = open_application
        self._most = most
        self._openings = Openings()
        self._opened: OrderedDict[str, Opened] = OrderedDict()
        self._listed: tuple[object, list[Kept], dict[str, Rows]] = (None, [], {})
        self._listing = threading.Lock()
        self._lock = threading.Lock()
        self._makers: OneMaker[str, Opened] = OneMaker()
        self.differences = Differences(SHOWN)

    def kept(self) -> Sequence[Kept]:
        """Return the releases that are kept, the oldest first."""
        return self._look()[0]

    def _look(self) -> tuple[list[Kept], dict[str, Rows]]:
        """Return the releases and their lists of documents; read again when the folder changed."""
        state = self._state()
        if self._listed[0] != state:
            with self._listing:  # all manifests are read: once, by the first who sees the change
                state = self._state()
                seen, _, rows = self._listed
                if seen != state:
                    kept = list_releases(self._releases)[::-1]
                    rows = {r.id: rows.get(r.id) or self._rows(r.id) for r in kept}
                    self._listed = (state, kept, rows)
        return self._listed[1:]

    def _state(self) -> object:
        """Return what changes when releases come, go, or change places."""
        return self._releases.stat().st_mtime_ns, (self._releases / CURRENT).resolve()

    def _rows(self, name: str) -> Rows:
        return Rows(self._releases / name / DOCUMENTS)

    def mementos(self, document: str) -> list[Kept]:
        """Return the releases that brought a document as it is in them, the oldest first.

        A release that left it as it was holds no state of its own (RFC 7089, section 1.1). What no
        release lists is not a document of an entity, and taken to be another one in each of them.

        Args:
            document: Its path below the base.
        """
        kept, rows = self._look()
        found: list[Kept] = []
        before: list[str] | None = None
        is_listed = False
        for release in kept:
            row = rows[release.id].find(document)
            is_listed = is_listed or row is not None
            if row is not None and row != before:
                found.append(release)
            before = row
        return found if is_listed else list(kept)

    def has(self, name: str) -> bool:
        """Tell whether there is a release of a name."""
        return any(kept.id == name for kept in self.kept())

    def release(self, name: str) -> Release | None:
        """Return a kept release, without what answers for it; None for a name that is none.

        Raises:
            ReleaseError: It is damaged.
        """
        return self._openings.open(self._releases / name) if self.has(name) else None

    def open(self, name: str) -> Opened | None:
        """Return a kept release that answers; None for a name that is none.

        It is opened by the first who asks; who asks for it meanwhile waits for that, and nobody
        waits for the opening of another one.

        Raises:
            ReleaseError: It is damaged.
        """
        if not self.has(name):
            return None
        return self._find(name) or self._makers.make(name, partial(self._open_one, name))

    def _find(self, name: str) -> Opened | None:
        with self._lock:
            opened = self._opened.get(name)
            if opened is not None:
                self._opened.move_to_end(name)
        return opened

    def _open_one(self, name: str) -> Opened:
        opened = self._find(name)  # somebody may have opened it a moment ago
        if opened is not None:
            return opened
        release = self._openings.open(self._releases / name)
        opened = Opened(release, Turnstile(*self._open(release)))
        leaving: list[Opened] = []
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
            if opened.turnstile.enter():
                return opened.turnstile.answer(environ, start_response)

    def close(self) -> None:
        """Close what is open, each after its last request."""
        with self._lock:
            leaving, self._opened = list(self._opened.values()), OrderedDict()
        for opened in leaving:
            opened.turnstile.close()


def at(mementos: Sequence[Kept], instant: datetime) -> Kept:
    """Return the release that was on line at an instant; before the first one, the first one."""
    place = bisect_right([kept.published for kept in mementos], instant)
    return mementos[max(0, place - 1)]
