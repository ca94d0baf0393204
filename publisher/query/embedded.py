"""pyoxigraph over a release's store, opened read-only.

Look-ups of documents run in this process: they are bounded. Clients' queries never do: they go to
worker processes that can be stopped.
"""

from __future__ import annotations

from pathlib import Path

from publisher.query.engine import Answer, Operation
from publisher.query.quiet import QuietEngine
from publisher.query.workers import Workers
from publisher.query.workplace import Workplace


class EmbeddedEngine(QuietEngine):
    """An engine over a store on disk that nobody writes to."""

    def __init__(self, workplace: Workplace, workers: int) -> None:
        """Open the store, and start the workers behind it.

        Raises:
            OSError: The store cannot be opened.
        """
        super().__init__(Path(workplace.store))
        self._workers = Workers(workplace, workers)

    def answer(self, operation: Operation) -> Answer:
        """Return a worker's answer; see ``Engine.answer``."""
        return self._workers.answer(operation)

    def close(self) -> None:
        """End the workers."""
        self._workers.close()
