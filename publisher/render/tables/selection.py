"""What a reader chose of a table: which things, in which order; and who can tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from publisher.query.engine import Term
from publisher.release.tables.table import Column


@dataclass(frozen=True)
class Selection:
    """A reader's selection from a table: filters, words, order and page.

    Attributes:
        words: To be found in some text of a thing.
        filters: Column → values, one of which a thing must have.
        sort: Name of the column that orders the things; empty for the label.
        descending: Whether the last come first.
        page: From 1.
        things: IRIs of the things that have the words, when the engine has looked them up.
        missing: Names of columns in which a thing must have no value.
        excluded: Column → values, none of which a thing may have.
        ranges: Column → the least value that a thing may have, and the one that it must be below;
            empty where there is no such end.
    """

    words: str = ""
    filters: Mapping[str, tuple[str, ...]] | None = None
    sort: str = ""
    descending: bool = False
    page: int = 1
    things: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    excluded: Mapping[str, tuple[str, ...]] | None = None
    ranges: Mapping[str, tuple[str, str]] | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is left out."""
        return not (self.words or self.filters or self.missing or self.excluded or self.ranges)

    @property
    def is_stored(self) -> bool:
        """Tell whether the release's files hold the choice in its order."""
        return self.is_whole and not self.sort


class RowSelector(Protocol):
    """Finds the things of one table that fit a selection, in one language."""

    def count(self, selection: Selection) -> int:
        """Return how many things fit."""

    def counts(
        self, selection: Selection, columns: Sequence[Column]
    ) -> Iterable[tuple[str, Term, int]]:
        """Return column's path, value and number of things that fit and have it, by value.

        Of each column the most frequent value first.
        """

    def filled(self, selection: Selection, columns: Sequence[Column]) -> Iterable[tuple[str, int]]:
        """Return column's path and the number of things that fit and have a value in it.

        Columns in which none has a value may be left out.
        """

    def in_ranges(self, selection: Selection, column: Column) -> Iterable[tuple[int, int]]:
        """Return the number of a range and of the things that fit and have a value in it.

        The first range, 0, is below the column's first edge, the next begins there. Ranges in
        which there is none may be left out.
        """

    def things(self, selection: Selection, limit: int, offset: int) -> list[str]:
        """Return the IRIs of at most so many things, in the choice's order."""
