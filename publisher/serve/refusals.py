"""Releases that could not be opened, remembered until something changes."""

from __future__ import annotations

import time
from collections import OrderedDict
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from publisher.errors import PublisherError, ReleaseError, ReleaseUnreadable
from publisher.serve.openings import state_of

_MOST = 100
_FIRST_PAUSE_SECONDS = 1.0
# What is damaged is read again when the damaged file is another one, and after so long at the
# latest; what cannot be read just now, sooner.
_DAMAGED_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 300.0, 10.0


@dataclass(frozen=True)
class Refusal:
    """Why a release could not be opened.

    Attributes:
        error: What was raised; it holds on to nothing.
        told_by: The file that told.
        state: Of that file.
        again_at: When it is tried again at the latest (monotonic clock).
        pause: Before that.
        is_news: Whether it is another reason than the last time.
    """

    error: PublisherError
    told_by: Path
    state: tuple[int, ...]
    again_at: float
    pause: float
    is_news: bool

    @property
    def is_valid(self) -> bool:
        """Tell whether trying again would end in the same way, as far as can be seen."""
        return time.monotonic() < self.again_at and state_of(self.told_by) == self.state


class Refusals:
    """What could not be opened, so that it is not read to its end again and again."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._found: OrderedDict[Path, Refusal] = OrderedDict()

    def known(self, folder: Path) -> Refusal | None:
        """Return why a release would be refused once more; None when it is worth a try."""
        found = self._found.get(folder)
        return found if found is not None and found.is_valid else None

    def note(self, folder: Path, error: PublisherError) -> Refusal:
        """Keep why a release could not be opened."""
        before = self._found.pop(folder, None)
        told_by = Path(error.where or folder)
        state = state_of(told_by)
        is_same = before is not None and (before.told_by, before.state) == (told_by, state)
        pause = _FIRST_PAUSE_SECONDS
        if is_same and before is not None:
            longest = _DAMAGED_PAUSE_SECONDS if _is_damage(error) else _LONGEST_PAUSE_SECONDS
            pause = min(2 * before.pause, longest)
        # A copy has no traceback, which would hold on to a release that is not served.
        is_news = before is None or str(before.error) != str(error)
        again_at = time.monotonic() + pause
        refusal = Refusal(copy(error), told_by, state, again_at, pause, is_news)
        self._found[folder] = refusal
        while len(self._found) > _MOST:
            self._found.popitem(last=False)
        return refusal

    def forget(self, folder: Path) -> None:
        """Forget what was kept of a release: it could be opened."""
        self._found.pop(folder, None)


def _is_damage(error: PublisherError) -> bool:
    """Tell whether a file is wrong, so that nothing changes until that file does."""
    is_of_release = isinstance(error, ReleaseError) and not isinstance(error, ReleaseUnreadable)
    return is_of_release and bool(error.where)
