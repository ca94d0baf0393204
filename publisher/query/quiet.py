"""Looking documents up in a store on disk, in this process: such look-ups are bounded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import QuerySolutions, Store

from publisher.errors import PublisherError
from publisher.query.description import Description
from publisher.query.engine import Row
from publisher.query.look_ups import LookUps


class QuietEngine:
    """The part of an engine that needs no processes for queries of clients."""

    def __init__(self, store: Path | Store) -> None:
        """Open the store, unless it is open.

        Raises:
            OSError: The store cannot be opened.
        """
        self._store = store if isinstance(store, Store) else Store.read_only(str(store))
        self._look_ups = LookUps(self._store)

    def rows(self, query: str) -> list[Row]:
        """Return the solutions of one of the program's own queries."""
        solutions = self._store.query(query, use_default_graph_as_union=True)
        assert isinstance(solutions, QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        return [
            {name: value for name in names if (value := row[name]) is not None} for row in solutions
        ]

    def knows(self, subject: str) -> bool:
        """Tell whether anything is said of a thing."""
        return self._look_ups.knows(subject)

    def describe(self, subjects: Sequence[str], page: int, page_size: int) -> Description | None:
        """Return what is known of some things; see ``Engine.describe``."""
        return self._look_ups.describe(subjects, page, page_size)

    def trouble(self) -> PublisherError | None:
        """Return None: files that were opened stay readable."""
        return None
