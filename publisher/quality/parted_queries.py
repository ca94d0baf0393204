"""Rules of a folder asked of large data, one part after the other, each in memory.

A store on disk would take longer to make than all parts take, and answers five times as slowly.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from publisher.errors import QueryError, QueryLimitExceeded, SourceSyntax
from publisher.quality.data_parts import CuttingTask, DataPart, DataParts, cut_for_queries
from publisher.quality.query_rows import Row, read_rows
from publisher.quality.split_queries import SplitQuery, owner
from publisher.query.engine import SOLUTIONS, Operation, QueryLimits
from publisher.query.worker_messages import WorkerConfig
from publisher.query.worker_pool import WorkerPool
from publisher.system.processes import cores, working_beside

# Of the quads, for each part; with what it needs of others it is about twice as large.
_PART_BYTES = 64 << 20
# Smaller parts are asked together up to this.
_ASKED_BYTES = 128 << 20
# Where the data hangs together so that a part becomes larger, it is not asked by parts.
_MOST_PART_BYTES = 288 << 20
_START_SECONDS = 120.0
_RESULT_LIMIT = "query_result_mb"


def rows_by_parts(
    rules: Mapping[str, str],
    quads: Path,
    limits: QueryLimits,
    as_source_error: Callable[[str, QueryError], SourceSyntax],
) -> dict[str, list[Row]]:
    """Return name → solutions of those rules that can be asked by parts, and do not find very much.

    They are as those over all the data, in another order.

    Args:
        rules: Name → text of a SELECT query.
        quads: Sorted N-Quads; the parts are made beside them.
        limits: What asking one part may take.
        as_source_error: Returns what became of a query as the fault of its file.

    Raises:
        SourceSyntax: One goes past a limit, or is wrong.
        OSError: There is no room for the parts.
    """
    count = quads.stat().st_size // _PART_BYTES + 1
    with tempfile.TemporaryDirectory(dir=quads.parent) as folder:
        task = CuttingTask(rules, quads, Path(folder, "parts"), count, limits.seconds)
        try:
            with working_beside(cut_for_queries, task) as result:
                groups = result()
        except BrokenProcessPool:  # a query took too long to be read
            return {}
        found: dict[str, list[Row]] = {}
        for data in groups:
            if data.queries and max(part.size for part in data.files) <= _MOST_PART_BYTES:
                found |= _Asked(data, limits, as_source_error).rows()
        return found


class _Asked:
    """The queries, and what the parts have answered."""

    def __init__(
        self,
        data: DataParts,
        limits: QueryLimits,
        as_source_error: Callable[[str, QueryError], SourceSyntax],
    ) -> None:
        self._data, self._limits, self._as_source_error = data, limits, as_source_error
        self._given_up: set[str] = set()

    def rows(self) -> dict[str, list[Row]]:
        """Return name → solutions."""
        queries = self._data.queries
        found: dict[str, list[Row]] = {name: [] for name in queries}
        together = list(_together(self._data.files))
        with ThreadPoolExecutor(min(cores(), len(together))) as threads:
            try:
                for of_parts in threads.map(self._of_parts, together):
                    for name, rows in of_parts.items():
                        found[name] += rows
            finally:
                threads.shutdown(wait=False, cancel_futures=True)
        return {
            name: list(_as_asked(queries[name], rows))
            for name, rows in found.items()
            if name not in self._given_up
        }

    def _of_parts(self, numbers: Sequence[int]) -> dict[str, list[Row]]:
        """Return name → solutions of some parts, which are asked together."""
        first, *others = (self._data.files[number] for number in numbers)
        for part in others:
            part.move_into(first)
        config = WorkerConfig(
            str(first.named), self._limits, is_urgent=True, nameless=str(first.nameless)
        )
        pool = WorkerPool(config, 1, _START_SECONDS, is_of_command=True)
        try:
            found = {
                name: self._owned(name, query, pool, frozenset(numbers))
                for name, query in self._data.queries.items()
            }
        finally:
            pool.close()
        first.delete()
        return found

    def _owned(
        self, name: str, query: SplitQuery, pool: WorkerPool, numbers: frozenset[int]
    ) -> list[Row]:
        """Return the solutions for terms that some parts own."""
        if name in self._given_up:
            return []
        try:
            answer = pool.answer(Operation(query.text, SOLUTIONS[0], "", "")).body
        except QueryLimitExceeded as error:
            if error.limit != _RESULT_LIMIT:
                raise self._as_source_error(name, error) from error
            # Much of it may be of terms that others own.
            self._given_up.add(name)
            return []
        except QueryError as error:
            raise self._as_source_error(name, error) from error
        count = len(self._data.files)
        return [
            row
            for row in read_rows(answer)
            if owner(str(row[query.variable]).encode(), count) in numbers
        ]


def _together(parts: Sequence[DataPart]) -> Iterator[list[int]]:
    """Yield the numbers of parts that are asked together, since they are small."""
    numbers: list[int] = []
    size = 0
    for number, part in enumerate(parts):
        if numbers and size + part.size > _ASKED_BYTES:
            yield numbers
            numbers, size = [], 0
        numbers.append(number)
        size += part.size
    yield numbers


def _as_asked(query: SplitQuery, rows: list[Row]) -> Iterator[Row]:
    """Yield solutions with the variables that the query itself selects."""
    if not query.is_added:
        yield from rows
        return
    seen: set[tuple[tuple[str, object], ...]] = set()
    for row in rows:
        del row[query.variable]
        content = tuple(row.items())  # in the order of the variables
        if not (query.is_distinct and content in seen):
            seen.add(content)
            yield row
