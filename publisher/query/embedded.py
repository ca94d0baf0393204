"""pyoxigraph over a release's store, opened read-only.

Look-ups of documents run in this process: they are bounded. Clients' queries never do: they go to
worker processes that can be stopped.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import QuerySolutions, Store

from publisher.errors import EngineFailed, PublisherError, QueryLimitExceeded
from publisher.query.describe import Describer
from publisher.query.engine import Answer, Description, Operation, Solution
from publisher.query.routing import SecondChances
from publisher.query.worker_messages import WorkerConfig
from publisher.query.worker_pool import WorkerPool
from publisher.rdf.source_forms import SourceForms

# Looking documents up in a store on disk, in this process: such look-ups are bounded.


class InProcessEngine:
    """The part of an engine that needs no processes for queries of clients."""

    def __init__(
        self, store: Path | Store, forms: SourceForms | None = None, *, union_stored: bool = False
    ) -> None:
        """Open the store, unless it is open.

        Args:
            store: What is asked.
            forms: The literals as the sources have them.
            union_stored: Whether the store has the union of its graphs as its default graph.

        Raises:
            OSError: The store cannot be opened.
        """
        self._store = store if isinstance(store, Store) else Store.read_only(str(store))
        self._look_ups = Describer(self._store, forms, union_stored=union_stored)
        self._makes_union = not union_stored

    def rows(self, query: str) -> list[Solution]:
        """Return the solutions of one of the program's own queries."""
        solutions = self._store.query(query, use_default_graph_as_union=self._makes_union)
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


# pyoxigraph over a release's store, opened read-only.


class EmbeddedEngine(InProcessEngine):
    """An engine over a store on disk that nobody writes to."""

    def __init__(self, config: WorkerConfig, workers: int, *, at_once: bool = True) -> None:
        """Open the store.

        Args:
            config: The settings of each worker.
            workers: How many there are.
            at_once: Whether they start now, or when the first query comes.

        Raises:
            OSError: The store cannot be opened.
        """
        super().__init__(
            Path(config.store), config.source_forms(), union_stored=config.union_stored
        )
        self._workplace, self._count = config, workers
        self._chances = SecondChances()
        self._lock = threading.Lock()
        self._workers = WorkerPool(config, workers) if at_once else None

    def answer(self, operation: Operation) -> Answer:
        """Return a worker's answer; see ``Engine.answer``.

        A query that ended its worker while sparq had it is put to Oxigraph, once.
        """
        prepared = self.prepared(operation)
        try:
            return self.workers().answer(prepared)
        except (EngineFailed, QueryLimitExceeded) as error:
            again = self.after(prepared, error)
            if again is None:
                raise
        return self.workers().answer(again)

    def prepared(self, operation: Operation) -> Operation:
        """Return an operation as it is put to a worker; see ``SecondChances``."""
        return self._chances.prepared(operation) if self._has_sparq else operation

    def after(self, operation: Operation, error: Exception) -> Operation | None:
        """Return what to ask once more after an error; None to let the error stand."""
        return self._chances.after(operation, error) if self._has_sparq else None

    @property
    def _has_sparq(self) -> bool:
        return bool(self._workplace.routes and self._workplace.sparq)

    def workers(self) -> WorkerPool:
        """Return the workers; the first call may start them."""
        with self._lock:
            self._workers = self._workers or WorkerPool(self._workplace, self._count)
            return self._workers

    def trouble(self) -> PublisherError | None:
        """Return why queries cannot be answered just now; None when they can."""
        workers = self._workers
        return workers.trouble() if workers is not None else None

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            if self._workers is not None:
                self._workers.close()
