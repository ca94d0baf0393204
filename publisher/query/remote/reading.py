"""Is it a query, and of which form? A local parser says, before anything is sent.

An engine may understand more than SPARQL 1.1 (pragmas, functions that read its files); what passes
this parser uses none of it. And whoever makes a mistake is told the same by every engine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import Store

from publisher.errors import EngineFailed, PartFailed
from publisher.query.engine import Limits, Operation
from publisher.query.tokens import Token, tokens
from publisher.query.workers import Workers
from publisher.query.workplace import Workplace

_PROCESSES = 2
_SECONDS = 5.0
_PROLOGUE = ("PREFIX", "BASE")


@dataclass(frozen=True)
class Form:
    """What kind of query it is.

    Attributes:
        kind: ``solutions``, ``boolean`` or ``graph``.
        variables: Those of the solutions, in order.
        describes: Whether it is DESCRIBE.
    """

    kind: str
    variables: tuple[str, ...]
    describes: bool


class Reader:
    """Processes that parse queries; they have no data and evaluate nothing."""

    def __init__(self, limits: Limits) -> None:
        """Start the processes."""
        self._folder = TemporaryDirectory(prefix="publisher-")
        store = Path(self._folder.name) / "store"
        Store(str(store)).flush()
        self._workers = Workers(
            Workplace(str(store), replace(limits, seconds=_SECONDS), reads_only=True), _PROCESSES
        )

    def read(self, operation: Operation) -> Form:
        """Return the form of a query.

        Raises:
            QueryRefused: It is none; line and column say where it stops being one.
        """
        parsed = replace(operation, default_graphs=(), named_graphs=(), seconds=0.0)
        try:
            kind, *variables = json.loads(self._workers.answer(parsed).body)
        except ValueError as error:
            raise EngineFailed(
                "The process that evaluated the query broke down; it is being replaced.",
                remedy="Send the query again.",
            ) from error
        return Form(kind, tuple(variables), kind == "graph" and _is_describe(operation.query))

    def trouble(self) -> PartFailed | None:
        """Return why no query can be parsed just now; None when it can."""
        return self._workers.trouble()

    def close(self) -> None:
        """End the processes."""
        try:
            self._workers.close()
        finally:
            self._folder.cleanup()


def _is_describe(query: str) -> bool:
    words = (token.text.upper() for token in tokens(query) if token.kind == "word")
    return next((word for word in words if word not in _PROLOGUE), "") == "DESCRIBE"


def described(operation: Operation) -> tuple[list[Token], str]:
    """Return the terms that DESCRIBE names, and a query for them; the query may be empty.

    >>> terms, query = described(Operation("DESCRIBE ?s <e:a> { ?s ?p ?o } LIMIT 1"))
    >>> [term.text for term in terms], query
    (['?s', '<e:a>'], 'SELECT ?s { ?s ?p ?o } LIMIT 1')
    """
    found = list(tokens(operation.query))
    place = next(n for n, token in enumerate(found) if token.text.upper() == "DESCRIBE")
    end = place + 1
    while end < len(found) and found[end].kind in ("iri", "name", "variable", "mark"):
        if found[end].text == "{":
            break
        end += 1
    terms = found[place + 1 : end]
    if not any(token.text == "{" for token in found[end:]):
        return terms, ""
    shown = [term.text for term in terms if term.kind == "variable"] or ["*"]
    start = operation.query[: found[place].start]
    return terms, f"{start}SELECT {' '.join(shown)} {operation.query[found[end].start :]}"
