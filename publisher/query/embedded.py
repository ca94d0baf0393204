"""pyoxigraph over a release's store, opened read-only.

Look-ups of documents run in this process: they are bounded. Clients' queries never do: they go to
worker processes that can be stopped.
"""

from __future__ import annotations

import threading
from pathlib import Path

from publisher.errors import PublisherError
from publisher.query.engine import Answer, Operation
from publisher.query.quiet import QuietEngine
from publisher.query.workers import Workers
from publisher.query.workplace import Workplace


class EmbeddedEngine(QuietEngine):
    """An engine over a store on disk that nobody writes to."""

    def __init__(self, workplace: Workplace, workers: int, *, at_once: bool = True) -> None:
        """Open the store.

        Args:
            workplace: What each worker is told.
            workers: How many there are.
            at_once: Whether they start now, or when the first query comes.

        Raises:
            OSError: The store cannot be opened.
        """
        super().__init__(Path(workplace.store))
        self._workplace, self._count = workplace, workers
        self._lock = threading.Lock()
        self._workers = Workers(workplace, workers) if at_once else None

    def answer(self, operation: Operation) -> Answer:
        """Return a worker's answer; see ``Engine.answer``."""
        with self._lock:
            self._workers = self._workers or Workers(self._workplace, self._count)
        return self._workers.answer(operation)

    def trouble(self) -> PublisherError | None:
        """Return why queries cannot be answered just now; None when they can."""
        workers = self._workers
        return workers.trouble() if workers is not None else None

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            if self._workers is not None:
                self._workers.close()
