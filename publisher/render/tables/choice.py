"""What a reader chose of a table: which things, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """What a reader chose of a table.

    Attributes:
        words: To be found in some text of a thing.
        filters: Column → values, one of which a thing must have.
        sort: Name of the column that orders the things; empty for the label.
        descending: Whether the last come first.
        page: From 1.
        things: IRIs of the things that have the words, when somebody has looked them up.
    """

    words: str = ""
    filters: Mapping[str, tuple[str, ...]] | None = None
    sort: str = ""
    descending: bool = False
    page: int = 1
    things: tuple[str, ...] | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is left out."""
        return not self.words and not self.filters

    @property
    def is_stored(self) -> bool:
        """Tell whether the release's files hold the choice in its order."""
        return self.is_whole and not self.sort
