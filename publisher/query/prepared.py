"""Answers that are given once, with a release: to queries that anybody may ask without a choice.

A release never changes, so such an answer is the same for ever.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

from publisher.errors import NotAcceptable, QueryError
from publisher.query.admission import check_query
from publisher.query.engine import GRAPHS, SOLUTIONS, Answer, Operation, QueryLimits
from publisher.query.evaluator import may_hold_later_terms
from publisher.query.tokens import tokenize
from publisher.query.worker_messages import WorkerConfig
from publisher.query.worker_pool import WorkerPool

# What one answer and all of them may take; further ones are left to the engine.
MOST_BYTES, MOST_BYTES_TOGETHER = 1 << 20, 8 << 20
# After so much time no further one is begun: the queries of a copy may be a stranger's.
MOST_SECONDS_TOGETHER = 60.0
PREPARING = QueryLimits(seconds=10.0, memory_bytes=512 << 20, result_bytes=MOST_BYTES)
# Their answer is another one each time (SPARQL 1.1 Query, sections 17.4.2.9 to 17.4.2.12, 17.4.4.1,
# 17.4.5.1), or somebody else's.
_NEVER_THE_SAME = frozenset(["NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE", "REDUCED"])
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True)
class PreparedAnswers:
    """The answers of one release.

    Attributes:
        bodies: Query text → media type → the answer's body.
    """

    bodies: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict, repr=False)

    def find(self, operation: Operation) -> Answer | None:
        """Return the answer to an operation; None when it was not prepared."""
        known = self.bodies.get(operation.query)
        if known is None or operation.default_graphs or operation.named_graphs:
            return None
        is_graph = any(name in GRAPHS for name in known)
        media_type = operation.graph_type if is_graph else operation.solutions_type
        if operation.prefixes or (not is_graph and operation.boolean_type != media_type):
            return None
        body = known.get(media_type)
        return None if body is None else Answer(media_type, body)


def prepare_answers(config: WorkerConfig, queries: Iterable[str], base_iri: str) -> PreparedAnswers:
    """Return the answers to some queries in all formats, as a visitor would get them.

    What is refused, takes too long or gives more than ``MOST_BYTES`` is left out, and what is not
    begun after ``MOST_SECONDS_TOGETHER``.

    Args:
        config: The settings of a worker that answers visitors; its limits are not used.
        queries: Their texts.
        base_iri: Of the endpoint.

    Raises:
        OSError: The store cannot be opened.
    """
    fixed = [query for query in dict.fromkeys(queries) if _is_fixed(query)]
    found: dict[str, dict[str, bytes]] = {}
    left, end = MOST_BYTES_TOGETHER, time.monotonic() + MOST_SECONDS_TOGETHER
    if not fixed:
        return PreparedAnswers()
    with closing(WorkerPool(replace(config, limits=PREPARING), 1, is_of_command=True)) as workers:
        for query in fixed:
            if time.monotonic() > end:
                break
            bodies = dict(_answers(workers, query, base_iri))
            size = len(query.encode()) + sum(map(len, bodies.values()))
            if bodies and size <= left:
                found[query] = bodies
                left -= size
    return PreparedAnswers(found)


def _answers(workers: WorkerPool, query: str, base_iri: str) -> Iterator[tuple[str, bytes]]:
    """Yield media type and body for each format that can carry the result."""
    for names in (SOLUTIONS, GRAPHS):
        for name in names:
            table, graph = (name, "") if names is SOLUTIONS else ("", name)
            try:
                check_query(query, PREPARING)
                operation = Operation(query, table, table, graph, base_iri=base_iri)
                answer = workers.answer(operation)
            except NotAcceptable:
                break
            except QueryError:
                return
            yield answer.media_type, answer.body


def _is_fixed(query: str) -> bool:
    """Tell whether the answer depends on the release alone."""
    tokens = list(tokenize(query))
    words = {token.text.upper() for token in tokens if token.kind == "word"}
    is_absolute = all(_ABSOLUTE.match(token.text) for token in tokens if token.kind == "iri")
    # What is kept does not say which version of RDF it needs.
    return is_absolute and not words & _NEVER_THE_SAME and not may_hold_later_terms(query)


def as_json(answers: PreparedAnswers) -> dict[str, dict[str, str]]:
    """Return answers as they are kept."""
    return {
        query: {name: body.decode() for name, body in bodies.items()}
        for query, bodies in answers.bodies.items()
    }


def from_json(content: Mapping[str, Mapping[str, str]]) -> PreparedAnswers:
    """Return answers that were kept."""
    return PreparedAnswers(
        {
            query: {name: body.encode() for name, body in bodies.items()}
            for query, bodies in content.items()
        }
    )
