"""Words that filter a table are looked for once, whatever is counted and shown.

This is about releases without an index of their tables.
"""

from __future__ import annotations

import pytest

from publisher.query.embedded import InProcessEngine
from publisher.query.engine import Solution
from publisher.release.model import Release
from publisher.release.tables.table import Table, read_tables
from publisher.render.tables import by_sparql as module
from publisher.render.tables.rows import TableReader
from publisher.render.tables.selection import Selection


class Listening(InProcessEngine):
    """An engine that keeps what it was asked."""

    def rows(self, query: str) -> list[Solution]:
        """Note a query, and answer it."""
        self.asked = [*getattr(self, "asked", []), query]
        return super().rows(query)


@pytest.fixture
def engine(municipalities: Release) -> Listening:
    """Return an engine over the world of municipalities."""
    return Listening(municipalities.store)


def table(release: Release) -> Table:
    """Return the table of municipalities."""
    return read_tables(release.folder)["municipality"]


def shown(
    engine: Listening, release: Release, choice: Selection
) -> tuple[int, list[str], list[int]]:
    """Return what a page tells of a choice: count, names in order, counts of one facet."""
    found = TableReader(engine, table(release), release.prefixes, "sv")
    rows = found.read(choice, (), 10).lines
    facet = found.facets(choice).get("https://kommuner.example.org/def/k#county", [])
    names = [row.iri.rpartition("/")[2] for row in rows]
    return found.count(choice), names, [count for _, count in facet]


@pytest.mark.parametrize("few", [0, 200])
@pytest.mark.parametrize("words", ["FALU", "lv", "ö", "zzz", "al"])
def test_few_and_many_are_shown_alike(
    engine: Listening,
    municipalities: Release,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    few: int,
) -> None:
    """By the list of things, or by the words in every query."""
    expected = {
        "FALU": (1, ["falun"], [1]),
        "lv": (1, ["alvdalen"], [1]),
        "ö": (1, ["orebro"], [1]),
        "zzz": (0, [], []),
        "al": (2, ["falun", "alvdalen"], [2]),
    }
    monkeypatch.setattr(module, "_MOST_NARROWED", few)

    assert shown(engine, municipalities, Selection(words=words)) == expected[words]


def test_filters_narrow_what_the_words_found(engine: Listening, municipalities: Release) -> None:
    """Count and rows follow both."""
    filters = {"coastal": ("true",)}
    choice = Selection(words="l", filters=filters)

    count, names, _ = shown(engine, municipalities, choice)
    assert (count, names) == (2, ["gavle", "angelholm"])


def test_the_words_are_looked_for_once(engine: Listening, municipalities: Release) -> None:
    """It takes the longest of all."""
    shown(engine, municipalities, Selection(words="falu"))

    assert sum("CONTAINS" in query for query in engine.asked) == 1
