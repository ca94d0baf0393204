"""SPARQL of the folder itself, which may be a stranger's: evaluated as a visitor's query is.

The same gate, limits, processes and sandbox; and nothing is asked of any other endpoint.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from publisher.bounds import CheckLimits
from publisher.errors import (
    EngineFailed,
    NotAcceptable,
    QueryError,
    QueryLimitExceeded,
    SourceSyntax,
)
from publisher.findings import Finding, Severity
from publisher.load.files import find_queries
from publisher.load.parse import QUERIES_FOLDER, find_named_queries
from publisher.load.sources import SortedSources, Sources
from publisher.messages import LANGUAGES
from publisher.quality.query_rows import Row, read_rows
from publisher.query.admission import check_query
from publisher.query.engine import SOLUTIONS, Operation, QueryLimits
from publisher.query.stored_union import shares_triples, with_union
from publisher.query.tokens import tokenize
from publisher.query.worker_messages import WorkerConfig
from publisher.query.worker_pool import StartedWorker, WorkerPool
from publisher.system.processes import cores, working_beside
from publisher.system.standby import Standby, taker

# In memory these take 1.6 times their size, and answer five times as fast as a store on disk, which
# takes three times as long to make. One process holds them.
_MEMORY_BYTES = 288 << 20
# What one rule may find: some hundred thousand findings.
_RESULT_BYTES = 64 << 20
# Of so much data a process that holds it is there as soon as one that holds nothing.
_SMALL_BYTES = 32 << 20
_START_SECONDS = 120.0
_WORKER = "query worker"
_NO_GRAPHS = ("urn:x-publisher:nothing",)
_STOPPED = {
    "query_timeout_seconds": (
        "The query was stopped: it takes longer than {seconds} seconds (check_timeout_seconds)."
    ),
    "query_memory_mb": (
        "The query was stopped: it takes more than {megabytes} MB of memory (check_memory_mb)."
    ),
    "query_result_mb": "The query was stopped: its result is longer than {result} MB.",
}
_OPEN: ContextVar[FolderQueries | None] = ContextVar("folder queries", default=None)


@contextmanager
def folder_queries(sources: Sources) -> Iterator[FolderQueries]:
    """Yield what evaluates the queries of a folder; checks inside each other share it."""
    current = _OPEN.get()
    if current is not None and current.sorted_sources is sources.sorted_sources:
        yield current
        return
    queries = FolderQueries(sources.sorted_sources, sources.bounds)
    token = _OPEN.set(queries)
    try:
        yield queries
    finally:
        _OPEN.reset(token)
        queries.close()


def prepare_queries(standby: Standby, folder: Path) -> None:
    """Let a worker be started before the sources are read, if the folder has a query for it."""
    if find_queries(folder) or find_named_queries(folder):
        standby.prepare(_WORKER, StartedWorker)


class FolderQueries:
    """Worker processes over what a folder publishes; they start when the first query comes."""

    def __init__(self, sorted_sources: SortedSources, bounds: CheckLimits) -> None:
        """Keep what is asked, and the limits."""
        self.sorted_sources, self._bounds = sorted_sources, bounds
        self._limits = folder_query_limits(bounds)
        self._lock = threading.Lock()
        self._pools: dict[str, WorkerPool] = {}
        size = sorted_sources.quads.stat().st_size
        self._is_in_memory = size <= _MEMORY_BYTES
        self._is_small = size <= _SMALL_BYTES
        self._count = 1 if self._is_in_memory else cores()

    def close(self) -> None:
        """End the processes."""
        for pool in self._pools.values():
            pool.close()

    def rows(self, rules: Mapping[str, str]) -> Iterator[tuple[str, list[Row]]]:
        """Yield file name and solutions over all graphs of each rule, in the order of the rules.

        Large data is asked part by part where a rule allows it: then the solutions come in the
        order of the parts, and each part may take what one query may take.

        Args:
            rules: Name of the file → text of a SELECT query.

        Raises:
            SourceSyntax: One is no such query, is not allowed, or goes past a limit.
        """
        by_parts: Mapping[str, list[Row]] = {}
        if not self._is_in_memory:
            for name, rule in rules.items():
                self._check(name, rule)
            # Its reader of algebra takes long to load, and most folders are small.
            from publisher.quality.parted_queries import rows_by_parts

            quads = self.sorted_sources.quads
            by_parts = rows_by_parts(rules, quads, self._limits, self.as_source_error)
        rest = {name: rule for name, rule in rules.items() if name not in by_parts}
        others = self._rows_of_all(rest)
        for name in rules:
            yield (name, by_parts[name]) if name in by_parts else next(others)

    def _rows_of_all(self, rules: Mapping[str, str]) -> Iterator[tuple[str, list[Row]]]:
        """Yield the same; each rule is asked of all the data at once."""
        count = min(self._count, len(rules))
        if count < 2:
            yield from ((name, self._rows(name, rule)) for name, rule in rules.items())
            return
        with ThreadPoolExecutor(count) as threads:
            found = threads.map(self._rows, rules, rules.values())
            try:
                yield from zip(rules, found, strict=True)
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def _check(self, name: str, rule: str) -> None:
        try:
            check_query(rule, self._limits)
        except QueryError as error:
            raise self.as_source_error(name, error) from error

    def _rows(self, name: str, rule: str) -> list[Row]:
        self._check(name, rule)
        try:
            return read_rows(self._evaluate(Operation(rule, SOLUTIONS[0], "", "")))
        except NotAcceptable as error:
            raise SourceSyntax(
                "This is not a rule: it is not a SELECT query.",
                where=name,
                remedy="Write a SELECT query with a row for each finding; nothing was published.",
            ) from error
        except QueryError as error:
            raise self.as_source_error(name, error) from error

    def fault(self, query: str, prefixes: Mapping[str, str]) -> QueryError | None:
        """Return why a query cannot be used; None when it can. Nothing is asked of the data.

        Args:
            query: Of any form.
            prefixes: Those that it may leave undeclared.
        """
        try:
            check_query(query, self._limits, self._bounds.endpoints)
            operation = Operation(
                _without_endpoints(query),
                "",
                "",
                "",
                default_graphs=_NO_GRAPHS,
                named_graphs=_NO_GRAPHS,
                prefixes=tuple(prefixes.items()),
            )
            # What only is read need not wait until much data has been, and others have been asked.
            self._evaluate(operation, is_of_data=self._is_small)
        except NotAcceptable:  # nothing is accepted: that it came so far is all
            return None
        except QueryError as error:
            return error
        return None

    def _evaluate(self, operation: Operation, *, is_of_data: bool = True) -> bytes:
        return self._pool(is_of_data=is_of_data).answer(operation).body

    def _pool(self, *, is_of_data: bool) -> WorkerPool:
        """Return the processes over what is published, or one over nothing."""
        sources = self.sorted_sources
        with self._lock:
            place = str(sources.quads if is_of_data else sources.nothing)
            if place not in self._pools:
                published = self._with_union() if is_of_data else sources.nothing
                is_stored = is_of_data and not self._is_in_memory
                store = self._stored(published) if is_stored else str(published)
                has_union = is_of_data and published != sources.quads
                config = WorkerConfig(store, self._limits, is_urgent=True, union_stored=has_union)
                count = self._count if is_of_data else 1
                start = taker(_WORKER, StartedWorker)
                self._pools[place] = WorkerPool(
                    config, count, _START_SECONDS, start, is_of_command=True
                )
            return self._pools[place]

    def _with_union(self) -> Path:
        """Return the file of what is published; where graphs share triples, one with their union.

        The union that the engine makes itself would have such a triple once for each graph, and a
        rule that counts would find two names where there is one.
        """
        quads = self.sorted_sources.quads
        with quads.open("rb") as lines:
            if not shares_triples(lines):
                return quads
        united = self.sorted_sources.folder / "united.nq"
        with quads.open("rb") as lines, united.open("wb") as file:
            file.writelines(with_union(lines))
        return united

    def _stored(self, published: Path) -> str:
        """Return the folder of a new store that holds what is published; it goes with the ground.

        Another process makes it: loading would hold up the checks that run in this one.
        """
        folder = tempfile.mkdtemp(dir=self.sorted_sources.folder)
        task = (str(published), folder)
        with working_beside(_make_store, task) as made:
            made()
        return folder

    def as_source_error(self, name: str, error: QueryError) -> SourceSyntax:
        """Return what became of a query as the fault of its file."""
        if isinstance(error, QueryLimitExceeded):
            return SourceSyntax(
                _STOPPED[error.limit],
                where=name,
                remedy="Write it so that it takes less, or raise the limit; nothing was published.",
                seconds=f"{self._bounds.seconds:g}",
                megabytes=self._bounds.memory_bytes >> 20,
                result=_RESULT_BYTES >> 20,
            )
        if isinstance(error, EngineFailed):
            return SourceSyntax(
                "The process that evaluated the query broke down.",
                where=name,
                remedy="Write the query in another way; nothing was published.",
            )
        return SourceSyntax.of(error, name)


def folder_query_limits(bounds: CheckLimits) -> QueryLimits:
    """Return what one query of a folder may be and use."""
    return QueryLimits(
        seconds=bounds.seconds,
        memory_bytes=bounds.memory_bytes,
        result_bytes=_RESULT_BYTES,
        query_bytes=bounds.query_bytes,
        nesting=bounds.nesting,
        patterns=bounds.patterns,
        values=bounds.values,
        path_operators=bounds.path_operators,
    )


def _make_store(task: tuple[str, str]) -> None:
    """Load the quads of a file into a store in a folder."""
    quads, folder = task
    store = Store(folder)
    # A parser has written the file, so that nothing in it needs to be checked again.
    store.bulk_load(path=quads, format=RdfFormat.N_QUADS, lenient=True)
    store.optimize()  # else each look-up goes through all the files that loading left
    store.flush()


def _without_endpoints(query: str) -> str:
    """Return a query with every SERVICE made SILENT: a check calls no endpoint."""
    found = list(tokenize(query))
    for token, following in reversed(list(pairwise(found))):
        if token.kind == "word" and token.text.upper() == "SERVICE" and following.kind == "iri":
            query = f"{query[: following.start]}SILENT {query[following.start :]}"
    return query


# Are the named queries (``data/queries/*.rq``) such that the published site will answer them?

RULE = "named-queries"


def check_named_queries(sources: Sources) -> Iterator[Finding]:
    """Return a finding for each named query that is none, or that is not allowed."""
    if not sources.queries:
        return
    with folder_queries(sources) as queries:
        for name, query in sources.queries.items():
            fault = queries.fault(query, {})
            if fault is not None:
                error = queries.as_source_error(f"{QUERIES_FOLDER}/{name}", fault)
                message = {
                    language: f"{error.what[language]} {error.remedy.get(language, '')}".strip()
                    for language in LANGUAGES
                }
                yield Finding(
                    Severity.VIOLATION, message, rule=RULE, file=error.where, line=error.line or 0
                )
