"""What ended the fetching of a release, and leaves what has come so far good."""

from __future__ import annotations

from publisher.errors import ReleaseError


class Interrupted(ReleaseError):
    """The line or the other machine failed, or this one is busy; the next call goes on."""
