"""When a document of a release came to be as it is."""

from __future__ import annotations

from datetime import UTC, datetime

from publisher.release.history.rows import Rows
from publisher.release.model import DOCUMENTS, Release


class Since:
    """The dates of a release's documents, looked up one at a time."""

    def __init__(self, release: Release) -> None:
        """Open the list of documents."""
        self._published = release.published
        self._rows = Rows(release.folder / DOCUMENTS)

    def has(self, path: str) -> bool:
        """Tell whether there is a document, by its path below the base."""
        return self._rows.find(path) is not None

    def instant(self, path: str) -> datetime:
        """Return since when a document is as it is; for what is not listed, the release's own."""
        row = self._rows.find(path)
        if row is None or not row[1]:
            return self._published
        try:
            instant = datetime.fromisoformat(row[1])
        except ValueError:
            return self._published
        instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
        return min(instant, self._published)
