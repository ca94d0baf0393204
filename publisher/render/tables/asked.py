"""Which things of a table fit a choice, asked of the engine: for releases without an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pyoxigraph import BlankNode

from publisher.query.engine import Engine, Term
from publisher.release.tables.table import Column
from publisher.render.tables.choice import Choice
from publisher.render.tables.query import Queries

# So many things are named in a query; more are told by what they have.
_FEW = 200


class Asked:
    """Answers by SPARQL."""

    def __init__(self, engine: Engine, queries: Queries) -> None:
        """Keep what is asked, and in which words."""
        self._engine, self._queries = engine, queries
        self._with_words: dict[str, tuple[str, ...] | None] = {}

    def _narrowed(self, choice: Choice) -> Choice:
        """Return a choice by the things that have its words, when these are few.

        Looking for words in every text takes longest, so it is done once for count, facets and
        rows. Engines are slow with long lists of things; so where many have the words, the words
        stay.
        """
        words = choice.words
        if not words or choice.things is not None:
            return choice
        if words not in self._with_words:
            rows = self._engine.rows(self._queries.things(Choice(words), _FEW + 1))
            found = tuple(sorted(row["thing"].value for row in rows))
            self._with_words[words] = found if len(found) <= _FEW else None
        return replace(choice, things=self._with_words[words])

    def count(self, choice: Choice) -> int:
        """Return how many things fit."""
        choice = self._narrowed(choice)
        if choice.things is not None and not choice.filters:
            return len(choice.things)
        return int(self._engine.rows(self._queries.count(choice))[0]["count"].value)

    def counts(self, choice: Choice, columns: Sequence[Column]) -> Iterator[tuple[str, Term, int]]:
        """Yield column's path, value and number of things that fit and have it."""
        for row in self._engine.rows(self._queries.facets(self._narrowed(choice), columns)):
            if not isinstance(row["value"], BlankNode):
                yield row["property"].value, row["value"], int(row["count"].value)

    def things(self, choice: Choice, limit: int, offset: int) -> list[str]:
        """Return the IRIs of at most so many things, in the choice's order."""
        chosen = self._queries.selection(self._narrowed(choice), limit, offset)
        return [row["thing"].value for row in self._engine.rows(chosen)]
