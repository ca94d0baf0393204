"""Concept schemes: names, notations and hierarchy of concepts in an SQLite file of the release.

Pages and the interface for programs ask it for what they show: a branch, a letter, the way up. What
that costs depends on what is shown, not on how many concepts a scheme holds. ``concept_tables``
writes the file.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from pyoxigraph import Literal

from publisher.languages import language_rank
from publisher.rdf.collation import collation_key, letter_key, notation_key
from publisher.release.concept_tables import (
    ALTERNATIVE,
    DERIVED_TABLES,
    HIDDEN,
    MOST_SORTED,
    TABLES,
    UNTAGGED,
)

# What is looked at on the way up: no real hierarchy has more.
_MOST_ABOVE = 5_000
_WAY_SQL = """
WITH RECURSIVE way (concept, above, place) AS (
    SELECT concept, above, 0 FROM steps WHERE concept = ? UNION ALL
    SELECT s.concept, s.above, place + 1 FROM way JOIN steps s ON s.concept = way.above)
SELECT iri FROM way JOIN things ON things.id = concept ORDER BY place DESC
"""


@dataclass(frozen=True)
class IndexedConcept:
    """A concept, a collection or a scheme as the file has it.

    Attributes:
        iri: Its IRI.
        names: Those of its best property, each with its language.
        notation: Its first notation; empty for none.
        is_deprecated: Whether it is no longer to be used.
        narrower: How many concepts are right below it.
    """

    iri: str
    names: tuple[Literal, ...]
    notation: str = ""
    is_deprecated: bool = False
    narrower: int = 0


@dataclass(frozen=True)
class SchemeSummary:
    """A scheme: what it is called in addresses, and how much it holds.

    Attributes:
        iri: Its IRI.
        slug: What it is called in addresses.
        concepts: How many concepts it has.
        deprecated: How many of them are no longer to be used.
        tops: How many stand at the top.
        languages: Tags of the languages of its names, the commonest first.
        names: Its own names.
    """

    iri: str
    slug: str
    concepts: int
    deprecated: int
    tops: int
    languages: tuple[str, ...]
    names: tuple[Literal, ...] = field(default=())


@dataclass(frozen=True)
class Entry:
    """An entry of an alphabetical index: a name and whose it is.

    Attributes:
        text: The name.
        concept: IRI of the concept.
        is_alternative: Whether the concept is called otherwise first of all.
        is_tagged: Whether it is in the language of the index; else it is in none.
    """

    text: str
    concept: str
    is_alternative: bool
    is_tagged: bool = True


def _close_all(indexes: list[sqlite3.Connection]) -> None:
    while indexes:
        indexes.pop().close()


class ConceptIndex:
    """The concepts of one release; without a file there are none."""

    def __init__(self, path: Path) -> None:
        """Keep where the file is; it is never written to."""
        self._path = path
        self._free: list[sqlite3.Connection] = []
        self._lock = Lock()
        self.is_there = path.is_file()
        self._schemes: Mapping[str, SchemeSummary] | None = None
        # Its release is no longer shown: nobody else has one of these.
        weakref.finalize(self, _close_all, self._free)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            index = self._free.pop() if self._free else None
        if index is None and self.is_there:
            address = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            index = sqlite3.connect(address, uri=True, check_same_thread=False)
        elif index is None:  # a release of an earlier version: tables with nothing in them
            index = sqlite3.connect(":memory:", check_same_thread=False)
            index.executescript(TABLES + DERIVED_TABLES)
        try:
            yield index
        finally:
            with self._lock:
                self._free.append(index)

    def schemes(self) -> Mapping[str, SchemeSummary]:
        """Return IRI → scheme, sorted by IRI."""
        if self._schemes is None:
            self._schemes = self._read_schemes() if self.is_there else {}
        return self._schemes

    def _read_schemes(self) -> Mapping[str, SchemeSummary]:
        with self._open() as index:
            rows = index.execute(
                "SELECT iri, slug, concepts, deprecated, languages, scheme,"
                " (SELECT COUNT(*) FROM roots WHERE roots.scheme = schemes.scheme)"
                " FROM schemes JOIN things ON id = scheme ORDER BY iri"
            ).fetchall()
            return {
                row[0]: SchemeSummary(
                    iri=row[0],
                    slug=row[1],
                    concepts=row[2],
                    deprecated=row[3],
                    tops=row[6],
                    languages=tuple(row[4].split()),
                    names=_names(index, row[5]),
                )
                for row in rows
            }

    def scheme(self, slug: str) -> SchemeSummary | None:
        """Return the scheme of an address, or the one with an IRI."""
        schemes = self.schemes()
        return schemes.get(slug) or next((s for s in schemes.values() if s.slug == slug), None)

    def kinds(self, name: str) -> frozenset[str]:
        """Return what a thing is: concept, scheme, collection; nothing for all else."""
        if not self.is_there:
            return frozenset()
        with self._open() as index:
            rows = index.execute(
                "SELECT kind FROM kinds JOIN things ON id = thing WHERE iri = ?", (name,)
            )
            return frozenset(row[0] for row in rows)

    def schemes_of(self, concept: str) -> list[str]:
        """Return the IRIs of the schemes to which a concept belongs, sorted."""
        with self._open() as index:
            rows = index.execute(
                "SELECT s.iri FROM things c JOIN members ON concept = c.id"
                " JOIN things s ON s.id = members.scheme WHERE c.iri = ? ORDER BY s.iri",
                (concept,),
            )
            return [row[0] for row in rows]

    def has_member(self, scheme: str, concept: str) -> bool:
        """Tell whether a concept belongs to a scheme."""
        return scheme in self.schemes_of(concept)

    def concepts(self, names: Iterable[str]) -> dict[str, IndexedConcept]:
        """Return IRI → what is known of some concepts, schemes and collections."""
        with self._open() as index:
            ids = ((name, _id_of(index, name)) for name in dict.fromkeys(names))
            return {name: _concept(index, number, name) for name, number in ids if number}

    def narrower(
        self, above: str, language: str, start: int = 0, most: int = MOST_SORTED
    ) -> tuple[list[IndexedConcept], int]:
        """Return a part of the concepts right below one, in order, and how many there are in all.

        Below a scheme these are its top concepts. Notations come first, then names as the language
        sorts them.

        Args:
            above: IRI of a concept or a scheme.
            language: Of the reader.
            start: So many are passed over.
            most: So many are returned.
        """
        with self._open() as index:
            number = _id_of(index, above)
            if not number:
                return [], 0
            is_scheme = _has_kind(index, number, "scheme")
            source = (
                "SELECT concept FROM roots WHERE scheme = ?"
                if is_scheme
                else "SELECT below FROM broader WHERE above = ?"
            )
            total = index.execute(
                source.replace("concept", "COUNT(*)").replace("below", "COUNT(*)"), (number,)
            ).fetchone()[0]
            if total > MOST_SORTED:
                key = (number, 0) if is_scheme else (0, number)
                ids = _long_list(index, key, language, start, most)
                return [_concept(index, each) for each in ids], total
            rows = index.execute(source, (number,)).fetchall()
            concepts = in_order([_concept(index, row[0]) for row in rows], language)
            return concepts[start : start + most], total

    def broader(self, concept: str, most: int = MOST_SORTED) -> list[str]:
        """Return the IRIs of the concepts right above one, sorted."""
        with self._open() as index:
            rows = index.execute(
                "SELECT a.iri FROM things c JOIN broader ON below = c.id"
                " JOIN things a ON a.id = above WHERE c.iri = ? ORDER BY a.iri LIMIT ?",
                (concept, most),
            )
            return [row[0] for row in rows]

    def way_up(self, concept: str) -> list[str]:
        """Return the IRIs on the shortest way from a top concept down to a concept, itself last.

        In a circle the way begins where it would come back.
        """
        with self._open() as index:
            number = _id_of(index, concept)
            if not number:
                return [concept]
            rows = index.execute(_WAY_SQL, (number,)).fetchall()
            if rows:
                return [row[0] for row in rows]
            # A circle of concepts that are in no scheme: back to where the way began.
            way: dict[int, None] = {}
            while number and number not in way and len(way) < _MOST_ABOVE:
                way[number] = None
                number = next(iter(_above(index, number)), 0)
            return [_iri_of(index, each) for each in reversed(way)]

    def below(self, concept: str, most: int) -> list[str] | None:
        """Return the IRIs of a concept and of all below it; None when there are more than some."""
        with self._open() as index:
            number = _id_of(index, concept)
            if not number:
                return [concept]
            numbers = {number: None}
            waiting = [number]
            while waiting:
                here = waiting.pop()
                rows = index.execute(
                    "SELECT below FROM broader WHERE above = ? LIMIT ?", (here, most + 1)
                )
                new = [row[0] for row in rows if row[0] not in numbers]
                numbers.update(dict.fromkeys(new))
                waiting += new
                if len(numbers) > most:
                    return None
            return [_iri_of(index, each) for each in numbers]

    def find(self, name: str, base_iri: str) -> str:
        """Return the IRI that ends an address: below the base if there is such a concept."""
        return base_iri + name if self.kinds(base_iri + name) else name

    def branches(self, scheme: str) -> list[tuple[str, int]]:
        """Return what stands in a scheme's tree with concepts below it, each with how many.

        Without a scheme these are the concepts that are in none.
        """
        near = """(SELECT concept FROM members WHERE scheme = :scheme UNION
            SELECT below FROM broader JOIN members ON above = concept AND scheme = :scheme)"""
        among = f"IN {near}" if scheme else "NOT IN (SELECT concept FROM members)"
        with self._open() as index:
            return index.execute(
                "SELECT iri, COUNT(*) FROM broader JOIN things ON id = above"
                f" WHERE above {among} GROUP BY above ORDER BY above",  # nosec B608 # constants
                {"scheme": _id_of(index, scheme)},
            ).fetchall()

    def members(self, scheme: str, most: int, start: int = 0) -> list[str]:
        """Return the IRIs of concepts of a scheme, in no order that means anything."""
        with self._open() as index:
            rows = index.execute(
                "SELECT c.iri FROM members JOIN things c ON c.id = concept WHERE scheme ="
                " (SELECT id FROM things WHERE iri = ?) ORDER BY concept LIMIT ? OFFSET ?",
                (scheme, most, start),
            )
            return [row[0] for row in rows]

    def letters(self, scheme: str, language: str) -> dict[str, int]:
        """Return letter → how many names of a scheme begin with it, in the language's order."""
        with self._open() as index:
            rows = index.execute(
                "SELECT letter, entries FROM letters WHERE language = ? AND scheme ="
                " (SELECT id FROM things WHERE iri = ?)",
                (language, scheme),
            ).fetchall()
            return dict(sorted(rows, key=lambda row: letter_key(row[0], language)))

    def label_counts(self, scheme: str) -> dict[str, dict[str, int]]:
        """Return language → prefLabel, altLabel, hiddenLabel → how many a scheme has."""
        counts: dict[str, dict[str, int]] = {}
        with self._open() as index:
            counted = "SELECT 1 FROM sqlite_master WHERE name = 'label_counts'"
            if index.execute(counted).fetchone() is None:  # a release of an earlier version
                return counts
            rows = index.execute(
                "SELECT language, kind, labels FROM label_counts WHERE scheme ="
                " (SELECT id FROM things WHERE iri = ?) ORDER BY language, kind DESC",
                (scheme,),
            )
            for language, kind, labels in rows:
                counts.setdefault(language, {})[kind] = labels
        return counts

    def entries(
        self, scheme: str, language: str, letter: str, start: int, most: int
    ) -> list[Entry]:
        """Return names of a scheme's concepts that stand under a letter, in order."""
        with self._open() as index:
            rows = index.execute(
                "SELECT text, (SELECT iri FROM things WHERE id = concept), rank FROM ("
                " SELECT text, concept, rank FROM entries WHERE scheme ="
                " (SELECT id FROM things WHERE iri = ?) AND language = ? AND letter = ?"
                " ORDER BY key, text, concept LIMIT ? OFFSET ?)",
                (scheme, language, letter, most, start),
            )
            return [_entry(text, name, rank) for text, name, rank in rows]

    def starting(
        self, scheme: str, language: str, beginning: str, most: int, *, whole: bool = False
    ) -> list[Entry]:
        """Return names in a language that begin with some letters, or are the same, in order."""
        key = collation_key(beginning, language)
        end = key + ("\0" if whole else "\U0010ffff")
        with self._open() as index:
            number = _id_of(index, scheme)
            letters = index.execute(
                "SELECT letter FROM letters WHERE scheme = ? AND language = ?", (number, language)
            )
            # Each letter by itself: its entries are in order, so what follows is not looked at.
            rows: list[tuple[str, str, int, int]] = []
            for (letter,) in letters.fetchall():
                rows += index.execute(
                    "SELECT key, text, concept, rank FROM entries WHERE scheme = ? AND language = ?"
                    " AND letter = ? AND key >= ? AND key < ? ORDER BY key, text, concept LIMIT ?",
                    (number, language, letter, key, end, most),
                )
            return [
                _entry(text, _iri_of(index, concept), rank)
                for _, text, concept, rank in sorted(rows)[:most]
            ]

    def labels(self, name: str) -> dict[str, list[Literal]]:
        """Return prefLabel, altLabel, hiddenLabel → the names of a thing."""
        names: dict[str, list[Literal]] = {}
        with self._open() as index:
            rows = index.execute(
                "SELECT rank, language, text FROM names WHERE thing ="
                " (SELECT id FROM things WHERE iri = ?) ORDER BY rank, language, text",
                (name,),
            ).fetchall()
        first = rows[0][0] if rows else 0
        for rank, language, text in rows:
            if rank in (first, ALTERNATIVE, HIDDEN):
                kind = {ALTERNATIVE: "altLabel", HIDDEN: "hiddenLabel"}.get(rank, "prefLabel")
                names.setdefault(kind, []).append(Literal(text, language=language or None))
        return names


def in_order(concepts: Iterable[IndexedConcept], language: str) -> list[IndexedConcept]:
    """Return concepts by notation, then by name as a language sorts them."""

    def key(concept: IndexedConcept) -> tuple[bool, str, str, str]:
        name = best_name(concept.names, language)
        notation = notation_key(concept.notation)
        text = collation_key(name.value, language) if name else ""
        return (not notation, notation, text, concept.iri)

    return sorted(concepts, key=key)


def best_name(names: Iterable[Literal], language: str) -> Literal | None:
    """Return the name that is nearest to a reader of a language."""

    def rank(name: Literal) -> tuple[int, str]:
        return language_rank(name.language or "", language), name.language or ""

    return min(names, key=rank, default=None)


def _entry(text: str, concept: str, rank: int) -> Entry:
    return Entry(text, concept, rank % UNTAGGED >= ALTERNATIVE, rank < UNTAGGED)


def _id_of(index: sqlite3.Connection, name: str) -> int:
    row = index.execute("SELECT id FROM things WHERE iri = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def _iri_of(index: sqlite3.Connection, number: int) -> str:
    row = index.execute("SELECT iri FROM things WHERE id = ?", (number,)).fetchone()
    return str(row[0])


def _has_kind(index: sqlite3.Connection, number: int, kind: str) -> bool:
    row = index.execute("SELECT 1 FROM kinds WHERE thing = ? AND kind = ?", (number, kind))
    return row.fetchone() is not None


def _above(index: sqlite3.Connection, number: int) -> list[int]:
    rows = index.execute("SELECT above FROM broader WHERE below = ? ORDER BY above", (number,))
    return [row[0] for row in rows]


def _names(index: sqlite3.Connection, number: int) -> tuple[Literal, ...]:
    rows = index.execute(
        "SELECT rank, language, text FROM names WHERE thing = ? AND rank < 100 ORDER BY 1, 2, 3",
        (number,),
    ).fetchall()
    return tuple(
        Literal(text, language=language or None)
        for rank, language, text in rows
        if rank == rows[0][0]
    )


def _concept(index: sqlite3.Connection, number: int, name: str = "") -> IndexedConcept:
    notations = index.execute("SELECT MIN(notation) FROM notations WHERE thing = ?", (number,))
    narrower = index.execute("SELECT COUNT(*) FROM broader WHERE above = ?", (number,))
    deprecated = index.execute("SELECT 1 FROM deprecated WHERE thing = ?", (number,))
    return IndexedConcept(
        name or _iri_of(index, number),
        _names(index, number),
        notations.fetchone()[0] or "",
        deprecated.fetchone() is not None,
        narrower.fetchone()[0],
    )


def _long_list(
    index: sqlite3.Connection, key: tuple[int, int], language: str, start: int, most: int
) -> list[int]:
    """Return a part of a list that is kept in order: in the language, else in the commonest."""
    known = [
        row[0]
        for row in index.execute(
            "SELECT DISTINCT language FROM long_lists WHERE scheme = ? AND above = ?", key
        )
    ]
    if not known:
        return []
    tag = min(known, key=lambda each: (language_rank(each, language), known.index(each)))
    rows = index.execute(
        "SELECT concept FROM long_lists WHERE scheme = ? AND above = ? AND language = ?"
        " AND place >= ? ORDER BY place LIMIT ?",
        (*key, tag, start, most),
    )
    return [row[0] for row in rows]
