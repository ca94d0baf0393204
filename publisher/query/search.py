"""Words → the things that are called or described by them, from the release's index.

Matches come in steps: words as they are written before words without å, ä, ö, and these before
words with one letter amiss; in each step things that are called so before things that are described
so. Among these come first the reader's language, names with the whole words, short names, and the
better rank by BM25. The last word may be the beginning of one. All words must be there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from publisher.errors import QueryRefused
from publisher.query.bounded import opened_for
from publisher.rdf.text import plain, within_one_edit, words

LONGEST = 200
MOST_WORDS = 10
# No reader looks further; the answer says that there is more.
MOST_HITS = 500
# Letters of words that are mended: a shorter one would become any other, a longer one is none.
_MENDED = range(4, 41)
_FIND = """
SELECT things.iri, things.language, things.label, things.names, things.text, things.kinds,
    bm25({index}, 10.0, 6.0, 1.0) AS rank
FROM {index} JOIN things ON things.id = {index}.rowid
WHERE {index} MATCH ? ORDER BY rank, things.id LIMIT ?
"""
_CALLED = "{label names}"
_ANYWHERE = "{label names text}"


@dataclass(frozen=True)
class Hit:
    """A thing that was found.

    Attributes:
        iri: Its IRI.
        language: Tag of the texts in which it was found; empty for none.
        label: What it is called.
        names: What else it is called, one a line.
        text: Its descriptions, one a line.
        kinds: IRIs of its classes, the publisher's own first.
    """

    iri: str
    language: str
    label: str
    names: str = field(repr=False)
    text: str = field(repr=False)
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        hits: In order of rank.
        words: The words that count as matches, plain.
        beginning: A word that begins with this counts too; empty for none.
        more: Whether there are more hits than these.
    """

    hits: Sequence[Hit]
    words: frozenset[str] = frozenset()
    beginning: str = ""
    more: bool = False


class Search:
    """The index of one release, never written to."""

    def __init__(self, path: Path, seconds: float) -> None:
        """Keep where the index is; a search may take so many seconds."""
        self._path, self._seconds = path, seconds
        self._is_there = path.is_file()

    def find(self, text: str, language: str) -> Found:
        """Return the things that a text finds, for a reader of a language.

        Raises:
            QueryRefused: The text is too long.
            QueryLimit: It took too long.
        """
        asked = words(text[: LONGEST + 1])
        if len(text) > LONGEST or len(asked) > MOST_WORDS:
            raise QueryRefused(
                "The search is too long: at most {length} characters and {count} words.",
                remedy="Search for fewer words.",
                length=LONGEST,
                count=MOST_WORDS,
            )
        if not asked or not self._is_there:
            return Found(())
        with opened_for(self._seconds, self._path) as index:
            return _find(index, asked, language)


def _find(index: sqlite3.Connection, asked: Sequence[str], language: str) -> Found:
    simple = [plain(word) for word in asked]
    mended: list[set[str]] = []
    found: dict[str, Hit] = {}
    more = False
    steps = [("exact", [{word} for word in asked]), ("plain", [{word} for word in simple])]
    for table, alternatives in steps:
        more = _add(index, table, alternatives, language, found) or more
    if not found:
        mended = _mended(index, simple, only_unknown=True)
        more = _add(index, "plain", mended, language, found)
    if not found:
        mended = _mended(index, simple, only_unknown=False)
        more = _add(index, "plain", mended, language, found)
    hits = list(found.values())
    matching = frozenset(simple).union(*mended)
    return Found(hits[:MOST_HITS], matching, simple[-1], more or len(hits) > MOST_HITS)


def _add(
    index: sqlite3.Connection,
    table: str,
    alternatives: Sequence[Iterable[str]],
    language: str,
    found: dict[str, Hit],
) -> bool:
    """Add what one step finds to what was found; tell whether it found more than it may."""
    more = False
    for where in (_CALLED, _ANYWHERE):
        match = f"{where} : ({_expression(alternatives)})"
        query = _FIND.format(index=table)
        rows = index.execute(query, (match, 2 * MOST_HITS + 1)).fetchall()
        more = more or len(rows) > 2 * MOST_HITS
        hits = [_hit(row) for row in rows]
        # A sort keeps the order of ranks among equals.
        for hit in sorted(hits, key=lambda hit: _closeness(hit, alternatives, language)):
            found.setdefault(hit.iri, hit)
    return more


def _hit(row: tuple[str, str, str, str, str, str]) -> Hit:
    name, tag, label, names, text, kinds = row[:6]
    return Hit(name, tag, label, names, text, tuple(kinds.split()))


def _closeness(
    hit: Hit, alternatives: Sequence[Iterable[str]], language: str
) -> tuple[bool, bool, int]:
    """Return what hits of one step are sorted by: language, whole words, length of the name."""
    own = words(hit.label)
    known = {*own, *map(plain, own)}
    is_whole = all(any(word in known for word in among) for among in alternatives)
    return (hit.language not in (language, ""), not is_whole, len(own))


def _expression(alternatives: Sequence[Iterable[str]]) -> str:
    """Return the words as FTS5 wants them; they hold letters and digits alone.

    >>> _expression([["stål"], ["valley", "volley"]])
    '("stål") AND ("valley"* OR "volley"*)'
    """
    last = len(alternatives) - 1
    return " AND ".join(
        "(" + " OR ".join(f'"{w}"{"*" * (n == last)}' for w in sorted(among)) + ")"
        for n, among in enumerate(alternatives)
    )


def _mended(
    index: sqlite3.Connection, asked: Sequence[str], *, only_unknown: bool
) -> list[set[str]]:
    """Return for each word itself and the words of the vocabulary within one edit of it."""
    letters = "".join(row[0] for row in index.execute("SELECT letter FROM letters"))
    mended = []
    for number, word in enumerate(asked):
        is_last = number == len(asked) - 1
        among = {word}
        is_known = only_unknown and _is_known(index, word, is_last=is_last)
        if len(word) in _MENDED and not is_known:
            near = sorted(within_one_edit(word, letters))
            places = ", ".join("?" * len(near))
            query = f"SELECT word FROM words WHERE word IN ({places})"  # nosec B608 # question marks
            among |= {row[0] for row in index.execute(query, near)}
        mended.append(among)
    return mended


def _is_known(index: sqlite3.Connection, word: str, *, is_last: bool) -> bool:
    """Tell whether the vocabulary has a word, or one that begins with the last of a search."""
    query = "SELECT word FROM words WHERE word >= ? ORDER BY word LIMIT 1"
    row = index.execute(query, (word,)).fetchone()
    return row is not None and (row[0] == word or (is_last and row[0].startswith(word)))
