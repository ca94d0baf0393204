"""The releases that are kept, each opened when somebody asks for it; a few stay open."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.release.history.kept import Kept, list_releases
from publisher.release.history.rows import Rows
from publisher.release.model import CURRENT, DOCUMENTS, Release
from publisher.release.open import open_release

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True)
class Opened:
    """A release of the past that answers."""

    release: Release
    application: WSGIApplication


class Past:
    """The releases of a folder, as they were."""

    def __init__(
        self, releases: Path, open_application: Callable[[Release], WSGIApplication], most: int
    ) -> None:
        """Open nothing yet; ``most`` is how many releases stay open at a time."""
        self._releases = releases
        self._open = open_application
        self._most = most
        self._opened: OrderedDict[str, Opened] = OrderedDict()
        self._listed: tuple[object, list[Kept], dict[str, Rows]] = (None, [], {})
        self._lock = threading.Lock()

    def kept(self) -> Sequence[Kept]:
        """Return the releases that are kept, the oldest first."""
        return self._look()[0]

    def _look(self) -> tuple[list[Kept], dict[str, Rows]]:
        """Return the releases and their lists of documents; read again when the folder changed."""
        current = self._releases / CURRENT
        state = (self._releases.stat().st_mtime_ns, current.resolve())
        seen, kept, rows = self._listed
        if seen != state:
            kept = list_releases(self._releases)[::-1]
            rows = {r.id: rows.get(r.id) or self._rows(r.id) for r in kept}
            self._listed = (state, kept, rows)
        return kept, rows

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

    def open(self, name: str) -> Opened | None:
        """Return a kept release; None for a name that is none.

        Raises:
            ReleaseError: It is damaged.
        """
        if name not in {kept.id for kept in self.kept()}:
            return None
        with self._lock:
            opened = self._opened.pop(name, None)
            if opened is None:
                release = open_release(self._releases / name)
                opened = Opened(release, self._open(release))
            self._opened[name] = opened
            while len(self._opened) > self._most:
                self._opened.popitem(last=False)
        return opened


def at(mementos: Sequence[Kept], instant: datetime) -> Kept:
    """Return the release that was on line at an instant; before the first one, the first one."""
    place = bisect_right([kept.published for kept in mementos], instant)
    return mementos[max(0, place - 1)]
