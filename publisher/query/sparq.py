"""The engine sparq in the place of Oxigraph: on trial, and an extra (``pip install '.[sparq]'``).

It evaluates; Oxigraph's parser still reads each query first, so that what is refused, with its line
and column, is the same over both engines. sparq writes JSON results alone; the other forms are made
of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
    parse_query_results,
)

from publisher.query.engine import SOLUTIONS, Answer, Operation
from publisher.query.evaluator import Evaluator, ResultTooLarge, keywords_in
from publisher.query.tokens import replace_dataset_clauses
from publisher.query.worker_messages import Outcome, Status, WorkerConfig

_JSON = SOLUTIONS[0]
_LANGUAGE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


class SparqEvaluator(Evaluator):
    """sparq's files, and what evaluating over them may use."""

    def __init__(self, store: Store, config: WorkerConfig) -> None:
        """Open the files that the workplace names; descriptions are of the store.

        Raises:
            OSError: They cannot be opened.
        """
        import sparq  # an extra, which only this engine needs

        super().__init__(store, config)
        # Loading anything starts its threads; later, in the sandbox, none may start.
        sparq.Graph.load("<urn:a> <urn:a> 1 .")
        self._sparq = sparq.Graph.open(config.sparq)

    def outcome(self, operation: Operation) -> Outcome:
        """Return what became of a query, or raise as the engine does."""
        parsed = Store().query(
            operation.query,
            base_iri=operation.base_iri or None,
            prefixes=dict(operation.prefixes) or None,
        )
        words = keywords_in(operation.query)
        is_restricted = bool(operation.default_graphs or operation.named_graphs)
        query = _self_contained(operation)
        if isinstance(parsed, QueryTriples):
            is_description = _is_description(operation.query)
            ask = self._sparq.describe if is_description else self._sparq.construct
            described = is_description and not is_restricted and "FROM" not in words
            triples = _triples(ask(query)) if operation.graph_type else ()
            return self.graph(triples, operation, described)
        is_table = isinstance(parsed, QuerySolutions)
        form = "solutions" if is_table else "boolean"
        media_type = operation.solutions_type if is_table else operation.boolean_type
        if not media_type:
            return Outcome(Status.NOT_ACCEPTABLE, reason=form)
        body = self._sparq.query_json(query).encode()
        if media_type != _JSON:
            results = parse_query_results(body, format=QueryResultsFormat.JSON)
            return self.table(results, media_type, form)
        if len(body) > self.workplace.limits.result_bytes:
            raise ResultTooLarge
        return Outcome(Status.ANSWERED, Answer(_JSON, body))


def _self_contained(operation: Operation) -> str:
    """Return a query that contains everything that Oxigraph takes as arguments."""
    query = operation.query
    if operation.default_graphs or operation.named_graphs:
        # What is no IRI is refused, by a ValueError, as over the other engine.
        defaults = [NamedNode(graph).value for graph in operation.default_graphs]
        named = [NamedNode(graph).value for graph in operation.named_graphs]
        query = replace_dataset_clauses(query, defaults, named)
    prologue = f"BASE <{operation.base_iri}>\n" if operation.base_iri else ""
    prologue += "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in operation.prefixes)
    return prologue + query


def _is_description(query: str) -> bool:
    """Tell whether a query that gives triples is a DESCRIBE."""
    return "DESCRIBE" in keywords_in(query)


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
