"""The engine sparq in the place of Oxigraph, or beside it (``pip install '.[sparq]'``).

sparq writes JSON results alone; the other forms are made of them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
    parse_query_results,
)

from publisher.query.counts import ReleaseCounts, count_query, read_counts
from publisher.query.engine import SOLUTIONS, Answer, Operation
from publisher.query.evaluator import Evaluator, ResultTooLarge, keywords_in
from publisher.query.routing import EngineName, FailedShapes, Route, route_of, shape
from publisher.query.sparq_files import open_files
from publisher.query.tokens import replace_dataset_clauses
from publisher.query.worker_messages import Outcome, Status, WorkerConfig
from publisher.rdf.well_formed import BrokenXml

_JSON = SOLUTIONS[0]
_log = logging.getLogger("publisher.query")


class SparqEvaluator(Evaluator):
    """sparq's files, and what evaluating over them may use.

    Oxigraph's parser reads each query first, so that what is refused, with its line and column, is
    the same over both engines.
    """

    def __init__(self, store: Store, config: WorkerConfig, graph: Any = None) -> None:
        """Open the files that the workplace names; descriptions are of the store.

        Args:
            store: The same in a store of Oxigraph's.
            config: What the worker is told.
            graph: sparq's graph, where it is open already.

        Raises:
            OSError: They cannot be opened.
        """
        super().__init__(store, config)
        if graph is None:
            _start_threads()
            graph = open_files(config.sparq)
        self._sparq = graph
        # What is asked of each property; files that are open never change.
        self._counted = lru_cache(maxsize=1000)(self._count)

    def outcome(self, operation: Operation) -> Outcome:
        """Return what became of a query, or raise as the engine does."""
        is_restricted = bool(operation.default_graphs or operation.named_graphs)
        parsed = _parsed(operation)
        if not isinstance(parsed, QueryTriples):
            is_table = isinstance(parsed, QuerySolutions)
            return self.solutions(
                operation, is_table, None if is_restricted else route_of(operation)
            )
        words = keywords_in(operation.query)
        is_description = "DESCRIBE" in words
        ask = self._sparq.describe if is_description else self._sparq.construct
        described = is_description and not is_restricted and "FROM" not in words
        triples = _triples(ask(_self_contained(operation))) if operation.graph_type else ()
        return self.graph(triples, operation, described)

    def solutions(
        self, operation: Operation, is_table: bool, route: Route | None = None
    ) -> Outcome:
        """Return the result of a SELECT, or of an ASK, or raise as the engine does.

        Args:
            operation: The query.
            is_table: Whether it is a SELECT.
            route: Why it is sparq's, which may have it written in another way.
        """
        form = "solutions" if is_table else "boolean"
        media_type = operation.solutions_type if is_table else operation.boolean_type
        if not media_type:
            _parsed(operation)  # that a query is wrong comes before that its answer is unwanted
            return Outcome(Status.NOT_ACCEPTABLE, reason=form)
        written = operation.query
        if route is not None:
            written = route.written(
                written, lambda probe: self._counted(_self_contained(operation, probe))
            )
        body = self._sparq.query_json(_self_contained(operation, written)).encode()
        if media_type != _JSON:
            read = partial(parse_query_results, body, format=QueryResultsFormat.JSON)
            return self.table(read(), media_type, form, again=read if is_table else None)
        if len(body) > self.workplace.limits.result_bytes:
            raise ResultTooLarge
        return Outcome(Status.ANSWERED, Answer(_JSON, body))

    def _count(self, query: str) -> int:
        (row,) = json.loads(self._sparq.query_json(query))["results"]["bindings"]
        return int(row["n"]["value"])


def _parsed(operation: Operation) -> QueryTriples | QuerySolutions | QueryBoolean:
    """Return the result of a query over nothing, by which Oxigraph's parser has read it.

    Raises:
        SyntaxError: It is none.
    """
    return Store().query(
        operation.query,
        base_iri=operation.base_iri or None,
        prefixes=dict(operation.prefixes) or None,
    )


def _start_threads() -> None:
    """Let sparq start its threads: later, in the sandbox, none may start."""
    import sparq  # an extra, which only this engine needs

    sparq.Graph.load("<urn:a> <urn:a> 1 .")


class RoutingEvaluator(Evaluator):
    """Both engines over one release: each query goes to the one that ``routing`` names.

    ReleaseCounts that were made with the release are not counted again.
    """

    def __init__(
        self,
        store: Store,
        config: WorkerConfig,
        sparq: SparqEvaluator | None = None,
        counts: ReleaseCounts | None = None,
    ) -> None:
        """Keep both.

        Args:
            store: Oxigraph's.
            config: What the worker is told.
            sparq: The second engine; None for none.
            counts: Those of the release; None for none.
        """
        super().__init__(store, config)
        self._second, self._counts = sparq, counts
        self._failed = FailedShapes()

    def outcome(self, operation: Operation) -> Outcome:
        """Return what became of a query, or raise as the engine does.

        One that ends sparq badly is put to Oxigraph at once, and so is the next of its shape.
        """
        if operation.default_graphs or operation.named_graphs or self.workplace.reads_only:
            return super().outcome(operation)
        counted = count_query(operation, self._counts) if self._counts is not None else None
        if counted is not None:
            with suppress(SyntaxError):  # then it is explained where it is in the query itself
                return super().outcome(counted)
        if self._second is None or operation.without_sparq:
            return super().outcome(operation)
        route = route_of(operation)
        if route.engine is not EngineName.SPARQ:
            return super().outcome(operation)
        if self._failed and shape(operation.query) in self._failed:
            return super().outcome(operation)
        try:
            return self._second.solutions(operation, route.is_table, route)
        except (ResultTooLarge, BrokenXml, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001  a panic derives from nothing else
            outcome = super().outcome(operation)  # or what is wrong with the query, in its words
            self._failed.add(shape(operation.query))
            _log.warning("sparq: %s: %.200s", type(error).__name__, error)
            return replace(outcome, needs_recycling=not isinstance(error, ValueError))


def open_evaluator(store: Store, config: WorkerConfig) -> Evaluator:
    """Return what evaluates over a release as a worker is told to: one engine, or both.

    Raises:
        OSError: The files of the engine that is to answer everything cannot be opened.
    """
    if config.sparq and not config.routes:
        return SparqEvaluator(store, config)
    if not (config.sparq or config.counts):
        return Evaluator(store, config)
    counts = read_counts(Path(config.counts)) if config.counts else None
    second: SparqEvaluator | None = None
    if config.sparq:
        try:
            second = SparqEvaluator(store, config)
        except (ImportError, OSError, RuntimeError, ValueError) as error:
            _log.error("sparq's files cannot be opened; Oxigraph answers alone: %s", error)
    return RoutingEvaluator(store, config, second, counts)


def _self_contained(operation: Operation, written: str = "") -> str:
    """Return a query that contains everything that Oxigraph takes as arguments.

    Args:
        operation: The query.
        written: How it is written; empty: as the client did.
    """
    query = written or operation.query
    if operation.default_graphs or operation.named_graphs:
        # What is no IRI is refused, by a ValueError, as over the other engine.
        defaults = [NamedNode(graph).value for graph in operation.default_graphs]
        named = [NamedNode(graph).value for graph in operation.named_graphs]
        query = replace_dataset_clauses(query, defaults, named)
    prologue = f"BASE <{operation.base_iri}>\n" if operation.base_iri else ""
    prologue += "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in operation.prefixes)
    return prologue + query


def _triples(found: list[tuple[object, object, object]]) -> Iterator[Triple]:
    for subject, predicate, value in found:
        yield Triple(_term(subject), _term(predicate), _term(value))  # type: ignore[arg-type]


def _term(term: object) -> NamedNode | BlankNode | Literal:
    """Return a term of sparq's as one of Oxigraph's."""
    kind, value = getattr(term, "kind", ""), str(getattr(term, "value", ""))
    if kind == "uri":
        return NamedNode(value)
    if kind == "bnode":
        return BlankNode(value)
    language = getattr(term, "language", None)
    if language:
        return Literal(value, language=language)
    return Literal(value, datatype=NamedNode(str(getattr(term, "datatype", ""))))
