"""A query → what became of it, over one store. Worker processes run this, and nothing else does."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse_query_results,
    serialize,
)

from publisher.query.csv_results import has_row_too_long, write_csv
from publisher.query.describe import Describer
from publisher.query.engine import CSV, JSON_LD, SOLUTIONS, XML, Answer, Operation, results_format
from publisher.query.own_graphs import MOST_MERGED_TRIPLES, OwnGraphs, dataset_of
from publisher.query.stored_union import merge_graphs
from publisher.query.syntax_errors import locate_syntax_error
from publisher.query.tokens import declared_prefixes, tokenize
from publisher.query.worker_messages import Outcome, Status, WorkerConfig
from publisher.rdf.escaped_names import with_escaped_names
from publisher.rdf.versions import RDF_1_2, version_of_json, version_of_triples
from publisher.rdf.well_formed import BrokenXml, is_reserved, well_formed, with_types_as_properties

_WITH_PREFIXES = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML)
_WITHOUT_PREFIXES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
_LINES = tuple(form.media_type for form in _WITHOUT_PREFIXES)
# A description of one IRI (SPARQL 1.1 Query, section 16.4.1), without comments.
_DESCRIBES_ONE = re.compile(
    r"(?:\s+|PREFIX\s+[A-Za-z][\w-]*:\s*<[^<>\s]*>)*DESCRIBE\s*"
    r"<[^<>\s]*>\s*(?:(?:LIMIT|OFFSET)\s+[0-9]+\s*)*",
    re.IGNORECASE,
)
# The sources hold no term of RDF 1.2. A query without one of these makes none and fetches none;
# an escape may hide one (SPARQL 1.2 Query, sections 4.1, 4.2, 17.4.6 and 19.2).
_MAKE_LATER_TERMS = ("<<", "{|", "~", "--", "\\U", "TRIPLE", "STRLANGDIR", "SERVICE")


class ResultTooLarge(Exception):
    """The result went past its limit."""


class _BoundedBuffer(io.BytesIO):
    """Bytes up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, content: object) -> int:
        written = super().write(content)  # type: ignore[arg-type]
        if self.tell() > self.limit:
            raise ResultTooLarge
        return written


def keywords_in(query: str) -> set[str]:
    """Return which of the keywords that matter here a query contains."""
    folded = query.upper()
    if "FROM" not in folded and "DESCRIBE" not in folded:
        return set()
    return {token.text.upper() for token in tokenize(query) if token.kind == "word"}


def may_hold_later_terms(query: str) -> bool:
    """Tell whether the answer to a query may hold terms of RDF 1.2.

    >>> may_hold_later_terms("SELECT (TRIPLE(?s, ?p, ?o) AS ?t) { ?s ?p ?o }")
    True
    """
    folded = query.upper()
    # Looked for one by one: an expression for all of them takes twenty times as long.
    return any([word in folded for word in _MAKE_LATER_TERMS])


def _form_of(results: QueryTriples | QuerySolutions | QueryBoolean) -> Outcome:
    """Return the kind of result of a query, and its variables, as a JSON array."""
    form = {QueryTriples: "graph", QuerySolutions: "solutions"}.get(type(results), "boolean")
    variables = results.variables if isinstance(results, QuerySolutions) else []
    body = json.dumps([form, *(variable.value for variable in variables)]).encode()
    return Outcome(Status.ANSWERED, Answer("application/json", body))


@dataclass(frozen=True)
class _Dataset:
    """What a query is evaluated over.

    Attributes:
        store: Where the graphs are.
        default: Those that are merged as the default graph; None for what query and store say.
        named: Those that can be named; None likewise.
        is_union: Whether all graphs are merged by the engine, which finds a triple in each.
    """

    store: Store
    default: list[NamedNode | BlankNode | DefaultGraph] | None = None
    named: list[NamedNode | BlankNode] | None = None
    is_union: bool = False


class Evaluator:
    """One store, and what evaluating over it may use."""

    def __init__(self, store: Store, config: WorkerConfig) -> None:
        """Keep both."""
        self._store = store
        self.workplace = config
        self._look_ups = Describer(store, config.source_forms(), union_stored=config.union_stored)
        self._own = OwnGraphs(config.own_graphs)

    def evaluate(self, operation: Operation) -> Outcome:
        """Return what became of a query. Only ever ``query``, never ``update``."""
        try:
            return self._placed_outcome(operation)
        except ResultTooLarge:
            return Outcome(Status.TOO_LONG)
        except BrokenXml as error:
            return Outcome(Status.NOT_CARRIED, reason=str(error))
        except MemoryError:
            return Outcome(Status.NO_MEMORY, needs_recycling=True)
        except SyntaxError as error:
            prefixes = dict(operation.prefixes)
            return Outcome(
                Status.REFUSED, reason=locate_syntax_error(operation.query, str(error), prefixes)
            )
        except (ValueError, RuntimeError) as error:
            return Outcome(Status.REFUSED, reason=str(error))
        except OSError as error:
            return Outcome(Status.FAILED, reason=str(error), needs_recycling=True)

    def _placed_outcome(self, operation: Operation) -> Outcome:
        """Return the outcome over the data, the graphs of the endpoint itself, or both."""
        try:
            placed = self._own.place(operation)
            if placed is None:
                return self.outcome(operation)
            if not (placed.is_own or placed.merged):
                return self.outcome(placed.operation)
            names = placed.merged
            store = self._own.merged(names, self._store) if names else self._own.store()
            alone = replace(self.workplace, own_graphs=(), literals="")
            return Evaluator(store, alone).outcome(operation)
        except SyntaxError:  # it is explained where it is in what was asked
            return self.outcome(operation)

    def outcome(self, operation: Operation) -> Outcome:
        """Return what became of a query, or raise as the engine does."""
        words = keywords_in(operation.query)
        is_restricted = bool(operation.default_graphs or operation.named_graphs) or "FROM" in words
        dataset = self._restricted(operation) if is_restricted else self._whole()
        evaluate = partial(
            dataset.store.query,
            operation.query,
            base_iri=operation.base_iri or None,
            prefixes=dict(operation.prefixes) or None,
            use_default_graph_as_union=dataset.is_union,
            default_graph=dataset.default,
            named_graphs=dataset.named,
        )
        results = evaluate()
        if self.workplace.reads_only:
            return _form_of(results)
        if isinstance(results, QueryTriples):
            described = "DESCRIBE" in words and not is_restricted
            return self.graph(results, operation, described)
        if isinstance(results, QuerySolutions) and may_hold_later_terms(operation.query):
            return self._later_table(results, operation.solutions_type)
        if isinstance(results, QuerySolutions):
            return self.table(results, operation.solutions_type, "solutions", again=evaluate)
        return self.table(results, operation.boolean_type, "boolean")

    def _whole(self) -> _Dataset:
        """Return the dataset of the endpoint (SPARQL 1.1 Protocol, section 2.1.4)."""
        if not self.workplace.union_stored:
            return _Dataset(self._store, is_union=self.workplace.union)
        # The graphs alone, where somebody wants no union: sources have no other default graph.
        return _Dataset(self._store, default=None if self.workplace.union else [])

    def _restricted(self, operation: Operation) -> _Dataset:
        """Return the dataset that a request or its query names."""
        if self.workplace.union_stored:
            with suppress(ValueError):  # what is no IRI is explained by the engine
                defaults, named = dataset_of(operation)
                merged = merge_graphs(self._store, defaults, named, MOST_MERGED_TRIPLES)
                if merged is not None:
                    return _Dataset(merged, [DefaultGraph()], [NamedNode(name) for name in named])
        if not (operation.default_graphs or operation.named_graphs):
            return _Dataset(self._store)
        # Both: one alone would leave the other to the query or the store, where the protocol
        # (section 2.1.4) wants the request's dataset and nothing else.
        return _Dataset(
            self._store,
            [NamedNode(graph) for graph in operation.default_graphs],
            [NamedNode(graph) for graph in operation.named_graphs],
        )

    def _later_table(self, results: QuerySolutions, media_type: str) -> Outcome:
        """Return solutions that may hold terms of RDF 1.2: written as JSON first, which shows it.

        Raises:
            ResultTooLarge: It went past its limit, in JSON or in the media type.
        """
        if not media_type:
            return Outcome(Status.NOT_ACCEPTABLE, reason="solutions")
        body = _BoundedBuffer(self.workplace.limits.result_bytes)
        results.serialize(body, format=QueryResultsFormat.JSON)
        version = version_of_json(body.getvalue())
        if media_type == SOLUTIONS[0]:
            return self._answered(media_type, body, version)
        read = partial(parse_query_results, body.getvalue(), format=QueryResultsFormat.JSON)
        return self.table(read(), media_type, "solutions", version, again=read)

    def table(
        self,
        results: QuerySolutions | QueryBoolean,
        media_type: str,
        form: str,
        version: str = "",
        *,
        again: Callable[[], object] | None = None,
    ) -> Outcome:
        """Return solutions, or a boolean, in a media type.

        Args:
            results: What the engine found.
            media_type: Which one; empty when the client accepts none.
            form: What it is, ``solutions`` or ``boolean``.
            version: The version of RDF that its terms need.
            again: Finds the solutions once more: those found are gone when they are written.

        Raises:
            ResultTooLarge: It went past its limit.
        """
        if not media_type:
            return Outcome(Status.NOT_ACCEPTABLE, reason=form)
        body = _BoundedBuffer(self.workplace.limits.result_bytes)
        columns = len(results.variables) if isinstance(results, QuerySolutions) else 0
        results.serialize(body, format=results_format(media_type))
        if again and media_type == CSV and has_row_too_long(body.getvalue(), columns):
            body = _BoundedBuffer(self.workplace.limits.result_bytes)
            found = again()
            assert isinstance(found, QuerySolutions)
            write_csv(found, body)
        return self._answered(media_type, body, version)

    def graph(self, results: Iterable[Triple], operation: Operation, described: bool) -> Outcome:
        """Return triples in the media type that the client accepts.

        Args:
            results: What the engine constructed or described.
            operation: What was asked.
            described: Whether the things among the subjects get what their documents say instead.

        Raises:
            ResultTooLarge: It went past its limit.
        """
        media_type = operation.graph_type
        if not media_type:
            return Outcome(Status.NOT_ACCEPTABLE, reason="graph")
        body = _BoundedBuffer(self.workplace.limits.result_bytes)
        form = RdfFormat.from_media_type(media_type)
        triples = self._described(results, operation.query) if described else results
        version = ""
        if may_hold_later_terms(operation.query):
            triples = list(triples)
            version = version_of_triples(triples)
        if version == RDF_1_2 and media_type == JSON_LD:
            return Outcome(Status.NOT_CARRIED, reason=media_type)
        if media_type in XML:
            triples = with_types_as_properties(triples)
        named = None
        if form in _WITH_PREFIXES or (described and form not in _WITHOUT_PREFIXES):
            named = dict(operation.prefixes) | declared_prefixes(operation.query)
        try:
            serialize(triples, body, format=form, prefixes=named)
        except (ValueError, OSError) as error:
            if media_type in XML and is_reserved(error):
                raise BrokenXml(media_type) from error
            raise
        return self._answered(media_type, body, version)

    def _answered(self, media_type: str, body: _BoundedBuffer, version: str = "") -> Outcome:
        """Return what was written, when a parser reads it, and it is no longer than it may be."""
        written = body.getvalue()
        if media_type in XML:
            try:
                written = well_formed(written)
            except BrokenXml as error:
                raise BrokenXml(media_type) from error
            if len(written) > self.workplace.limits.result_bytes:
                raise ResultTooLarge
        if media_type in _LINES:
            written = with_escaped_names(written)
        return Outcome(Status.ANSWERED, Answer(media_type, written, version))

    def _described(self, results: Iterable[Triple], query: str) -> list[Triple]:
        """Return what the documents of the described things say, whatever the engine would say."""
        subjects: Iterator[str] = (
            t.subject.value for t in results if isinstance(t.subject, NamedNode)
        )
        if _DESCRIBES_ONE.fullmatch(query) is not None:  # its triples have one subject
            subjects = islice(subjects, 1)
        names = dict.fromkeys(subjects)
        found: dict[Triple, None] = {}
        for name in names:
            description = self._look_ups.describe((name,), 1, self.workplace.incoming_links)
            if description is not None:
                found |= dict.fromkeys(description.triples())
        return list(found)
