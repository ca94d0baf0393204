"""Files of a release that SQLite reads, with so much time for what is asked of them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from publisher.errors import QueryLimitExceeded

# After so many steps of SQLite's machine the time is looked at.
_INSTRUCTIONS = 1000


@contextmanager
def open_sqlite(seconds: float, path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a file that is never written to.

    Raises:
        QueryLimitExceeded: What was asked took longer than so many seconds, all together.
    """
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as index:
        deadline = time.monotonic() + seconds
        index.set_progress_handler(lambda: time.monotonic() > deadline, _INSTRUCTIONS)
        try:
            yield index
        except sqlite3.OperationalError as error:
            if time.monotonic() <= deadline:
                raise
            raise QueryLimitExceeded(
                "The search was stopped after {seconds} seconds.",
                limit="query_timeout_seconds",
                remedy="Search for longer or rarer words.",
                seconds=seconds,
            ) from error
