"""Full-text search: names and descriptions → an SQLite index, words → the things it finds.

Matches come in steps: words as they are written before words without å, ä, ö, and these before
words with one letter amiss; in each step things that are called so before things that are described
so. Among these come first the reader's language, names with the whole words, short names, and the
better rank by BM25. The last word may be the beginning of one. All words must be there, but for
the small words of the languages (in, which, finns). Where nothing has all of them, the words that
are nowhere are left out, then one or two more as long as two are left; the answer says which.

After these come the things that have the words around them: in the names of what they link to
(concepts, programmes, organisations), of their class, and of every place where they are; in short
texts without a language and in the years of dates, with the names of these properties. There a word
may be the beginning of a longer one, and a compound that nobody wrote is found by its parts:
"skogsföretag" by what begins with "skog" and with "företag"; and a part of a compound finds it:
"energi" finds "solenergi".
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from itertools import combinations, islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import Literal

from publisher.errors import QueryLimitExceeded, QueryRefused
from publisher.load.files import CATALOGUE, SHAPES
from publisher.rdf.label_properties import (
    LabelProperties,
    declared_pairs,
    find_label_properties,
)
from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import Quads, lines_with
from publisher.rdf.subjects import Properties, Subjects, SubjectsOnDisk, in_order
from publisher.rdf.text import (
    compound_parts,
    index_words,
    is_small_word,
    one_edit_variants,
    plain_letters,
    short_forms,
    without_ending,
    words,
)
from publisher.release.search_names import NAMES_FILE, find_names
from publisher.release.tables.files import find_locations
from publisher.release.tables.table import PathResolver, write_links
from publisher.system.files import with_path

LONGEST_QUERY = 200
MOST_WORDS = 10
# No reader looks further; the answer says that there is more.
MOST_HITS = 500
# Letters of words that are repaired: a shorter one would become any other, a longer one is none.
_CORRECTED_LENGTHS = range(4, 41)
_FIND = """
SELECT things.iri, things.language, things.label, things.names, things.text, things.kinds,
    bm25({index}, 10.0, 6.0, 1.0) AS rank
FROM {index} JOIN things ON things.id = {index}.rowid
WHERE {index} MATCH ? ORDER BY rank, things.id LIMIT ?
"""
_IN_NAMES = "{label names}"
_IN_ALL_TEXTS = "{label names text}"
_AROUND = "{label names text around}"
# A shorter word is the beginning of too many.
_LEAST_BEGINNING = 4
_FIND_AROUND = """
SELECT things.iri, things.language, things.label, things.names, things.text, things.kinds,
    things.around, bm25({index}, 10.0, 6.0, 1.0, 3.0) AS rank
FROM {index} JOIN things ON things.id = {index}.rowid
WHERE {index} MATCH ? ORDER BY rank, things.id LIMIT ?
"""
_MOST_OFFERED = 5
# So many letters may be another form of a word.
_LONGEST_ENDING = 4
# So many compounds stand for the word with which they end.
_MOST_COMPOUNDS = 60
# So many words of the vocabulary are compared with one that nothing has.
_MOST_COMPARED = 1_000
# So many letters more or less may a near word have; so many words are looked for at all.
_MOST_LETTERS, _MOST_UNKNOWN = 2, 2
# So many words that are somewhere are left out, where nothing has all of them.
_MOST_LEFT_OUT = 2
# So many things may be called what a question has words of; so many of them are shown.
_MOST_PERHAPS, _MOST_NAMED = 200, 10
# How like a name, of 1, what was written for it is.
_NEAR = 0.86
# Of more words there would be too many ways to leave some out.
_MOST_RELAXED = 6


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
        around: Names of its class, of what it links to and of where it is, one a line.
    """

    iri: str
    language: str
    label: str
    names: str = field(repr=False)
    text: str = field(repr=False)
    kinds: tuple[str, ...]
    around: str = field(default="", repr=False)


@dataclass(frozen=True)
class SearchResult:
    """What was found.

    Attributes:
        hits: In order of rank.
        words: The words that count as matches, plain.
        beginning: A word that begins with this counts too; empty for none.
        more: Whether there are more hits than these.
        beginnings: Words that begin with one of these count too.
        each: Where nothing has all words: word → the first things that have it.
        near: Words that somebody may have meant, where nothing has the ones that were asked for.
        left_out: Words that the hits need not have, since nothing has all of them.
        names_only: Whether nothing but names was searched, since the index is still being made.
    """

    hits: Sequence[Hit]
    words: frozenset[str] = frozenset()
    beginning: str = ""
    more: bool = False
    beginnings: frozenset[str] = frozenset()
    each: Mapping[str, Sequence[Hit]] = field(default_factory=dict)
    near: Sequence[str] = ()
    left_out: Sequence[str] = ()
    names_only: bool = False

    def has(self, word: str) -> bool:
        """Tell whether a plain word is one of those that were looked for."""
        begun = (self.beginning, *self.beginnings)
        return word in self.words or any(word.startswith(b) for b in begun if b)


class Search:
    """The index of one release, never written to."""

    def __init__(self, path: Path, seconds: float) -> None:
        """Keep where the index is; a search may take so many seconds."""
        self._path, self._seconds = path, seconds
        self._is_there = path.is_file()

    def _look(self) -> bool:
        """Tell whether the index is there: of a large preview it comes later."""
        self._is_there = self._is_there or self._path.is_file()
        return self._is_there

    def find(self, text: str, language: str) -> SearchResult:
        """Return the things that a text finds, for a reader of a language.

        Raises:
            QueryRefused: The text is too long.
            QueryLimitExceeded: It took too long.
        """
        requested = words(text[: LONGEST_QUERY + 1])
        if len(text) > LONGEST_QUERY or len(requested) > MOST_WORDS:
            raise QueryRefused(
                "The search is too long: at most {length} characters and {count} words.",
                remedy="Search for fewer words.",
                length=LONGEST_QUERY,
                count=MOST_WORDS,
            )
        if not requested:
            return SearchResult(())
        telling = [word for word in requested if not is_small_word(word)] or requested
        if not self._look():
            return self._find_names(telling, language)
        with open_sqlite(self._seconds, self._path) as index:
            search_result = self._with_words(index, text, telling, language)
            return _with_named(index, search_result, requested, telling, language)

    @staticmethod
    def _with_words(
        index: sqlite3.Connection, text: str, telling: Sequence[str], language: str
    ) -> SearchResult:
        """Return what has all words, else most of them, else what has each."""
        search_result = _find(index, telling, language)
        if not search_result.hits and (joined := _joined(index, telling)) != telling:
            search_result = _find(index, joined, language)
        if search_result.hits:
            return search_result
        each: dict[str, Sequence[Hit]] = {}
        for word in dict.fromkeys(telling) if len(telling) > 1 else ():
            each[word] = _find(index, [word], language).hits
        unknown = [word for word in dict.fromkeys(telling) if not each.get(word)]
        names = _written_as_names(text)
        if each and (relaxed := _without_some(index, telling, unknown, language, names)):
            return relaxed
        near = [o for word in unknown[:_MOST_UNKNOWN] for o in _near_words(index, word)]
        first = dict(list(each.items())[:_MOST_OFFERED])
        return SearchResult((), each=first, near=near[:_MOST_OFFERED])

    def _find_names(self, requested: Sequence[str], language: str) -> SearchResult:
        """Return what is called by some words, as long as the index is being made."""
        names = self._path.with_name(NAMES_FILE)
        if not index_in_the_making(self._path).exists() or not names.exists():
            return SearchResult(())
        named_things = find_names(names, requested, self._seconds)
        named = [
            Hit(thing, name.language or "", name.value, "", "", ())
            for thing, name in islice(named_things, 2 * MOST_HITS + 1)
        ]
        alternatives = [[word] for word in requested]
        hits: dict[str, Hit] = {}
        for hit in sorted(named, key=lambda hit: _closeness(hit, alternatives, language)):
            hits.setdefault(hit.iri, hit)
        plain = frozenset(map(plain_letters, requested))
        return SearchResult(
            [*hits.values()][:MOST_HITS],
            plain,
            more=len(named) > 2 * MOST_HITS or len(hits) > MOST_HITS,
            beginnings=plain,
            names_only=True,
        )


def _joined(index: sqlite3.Connection, telling: Sequence[str]) -> list[str]:
    """Return words, two as one where only that is known: "hög spänning", högspänning."""
    joined: list[str] = []
    for word in telling:
        pair = plain_letters(joined[-1] + word) if joined else ""
        if pair and _is_known(index, pair, is_last=True):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _with_named(
    index: sqlite3.Connection,
    search_result: SearchResult,
    requested: Sequence[str],
    telling: Sequence[str],
    language: str,
) -> SearchResult:
    """Return what was found, and after it the things that a question calls by their whole names.

    Who asks how many members somebody has wants to get there, whatever has the word "members".
    Names may be written as one word, or with letters amiss when they are all that is asked for.
    """
    if not _has_around(index):
        return search_result
    known = {hit.iri for hit in search_result.hits}
    asked = [plain_letters(word) for word in requested]
    # Of words alone that are nowhere together, each has its own list.
    lists = (
        {plain_letters(word) for word in search_result.left_out} if search_result.hits else {*asked}
    )
    apart = set() if is_small_word(requested[0]) else lists
    runs = {
        "".join(asked[begin:end])
        for begin in range(len(asked))
        for end in range(begin + 1, len(asked) + 1)
        if end - begin > 1 or asked[begin] not in apart
    }
    whole = "".join(plain_letters(word) for word in telling)
    named: dict[str, Hit] = {}
    for hit in _perhaps_named(index, asked):
        own = ["".join(map(plain_letters, words(n))) for n in (hit.label, *hit.names.split("\n"))]
        is_called = any(name in runs and len(name) >= _LEAST_BEGINNING for name in own)
        if (is_called or any(_is_near(name, whole) for name in own)) and hit.iri not in known:
            is_own = hit.language in (language, "")
            named[hit.iri] = hit if is_own else named.get(hit.iri, hit)
    return replace(search_result, hits=[*search_result.hits, *list(named.values())[:_MOST_NAMED]])


def _perhaps_named(index: sqlite3.Connection, asked: Sequence[str]) -> Iterator[Hit]:
    """Yield things, other than terms of vocabularies, with a word of a question in their names."""
    pairs = map("".join, pairwise(asked))
    forms = sorted({*asked, *pairs} | {word[:_LEAST_BEGINNING] + "*" for word in asked[:1]})
    telling = (form for form in forms if not is_small_word(form) and len(form) > 2)
    expression = " OR ".join(map(_written, telling))
    if expression:
        query = _FIND.format(index="plain")
        for row in index.execute(query, (f"{_IN_NAMES} : ({expression})", _MOST_PERHAPS)):
            hit = _hit(row)
            if not any(kind.startswith(_TERMS) for kind in hit.kinds):
                yield hit


def _is_near(name: str, asked: str) -> bool:
    """Tell whether a name may be what was written, in plain letters and without spaces."""
    if min(len(name), len(asked)) < 2 * _LEAST_BEGINNING:
        return False
    likeness = SequenceMatcher(None, name, asked)
    return likeness.quick_ratio() >= _NEAR and likeness.ratio() >= _NEAR


def _without_some(
    index: sqlite3.Connection,
    telling: Sequence[str],
    unknown: Sequence[str],
    language: str,
    names: Collection[str],
) -> SearchResult | None:
    """Return what has most of the words: those left out that nothing has, then up to two more.

    Of several ways, the one that keeps most of the ``names``; then the one whose first hit is
    called by most of the words that are left.
    """
    known = [word for word in dict.fromkeys(telling) if word not in unknown]
    near = [o for word in unknown[:_MOST_UNKNOWN] for o in _near_words(index, word)]
    for count in range(1 + _MOST_LEFT_OUT * (len(known) <= _MOST_RELAXED)):
        if len(known) - count < (2 if count or not unknown else 1):
            return None
        ways = []
        for kept in combinations(known, len(known) - count) if count or unknown else ():
            matched = _find(index, kept, language)
            if matched.hits:
                named, called = len({*kept} & {*names}), _called(matched.hits[0], kept)
                ways.append(((named, called, -len(matched.hits)), kept, matched))
        if ways:
            _, kept, matched = max(ways, key=lambda each: each[0])
            left = [word for word in dict.fromkeys(telling) if word not in kept]
            return replace(matched, left_out=left, near=near[:_MOST_OFFERED])
    return None


def _written_as_names(text: str) -> set[str]:
    """Return the folded words that begin with a capital within a text: most are names."""
    return {
        word for written in text.split()[1:] if written[:1].isupper() for word in words(written)
    }


def _called(hit: Hit, asked: Iterable[str]) -> int:
    """Return how many of some words are in what a hit is called."""
    own = {plain_letters(word) for word in words(f"{hit.label} {hit.names}")}
    return sum(plain_letters(word) in own for word in asked)


def _near_words(index: sqlite3.Connection, word: str) -> list[str]:
    """Return the words of the vocabulary that are most like a word, among those that begin so."""
    plain = plain_letters(word)
    if not _has_around(index):
        return []
    query = (
        "SELECT word, written FROM words WHERE word >= ? AND word < ?"
        " AND length(word) BETWEEN ? AND ? LIMIT ?"
    )
    begun = plain[:2], plain[:2] + "\U0010ffff"
    lengths = len(plain) - _MOST_LETTERS, len(plain) + _MOST_LETTERS
    known = dict(index.execute(query, (*begun, *lengths, _MOST_COMPARED)).fetchall())
    return [known[close] for close in get_close_matches(plain, known, n=3, cutoff=0.7)]


def read_languages(path: Path) -> tuple[str, ...]:
    """Return the languages of the names and texts of a release, the commonest first.

    None are known of releases of earlier versions, and of very large previews.
    """
    if not path.is_file():
        return ()
    with open_sqlite(1.0, path) as index:
        try:
            rows = index.execute("SELECT language FROM languages ORDER BY things DESC, language")
            return tuple(row[0] for row in rows)
        except sqlite3.OperationalError:
            return ()


def _find(index: sqlite3.Connection, requested: Sequence[str], language: str) -> SearchResult:
    has_around = _has_around(index)
    simple = [plain_letters(word) for word in requested]
    corrected: list[set[str]] = []
    hits_by_iri: dict[str, Hit] = {}
    more = False
    steps = [("exact", [{word} for word in requested]), ("plain", [{word} for word in simple])]
    for table, alternatives in steps:
        more = _add_hits(index, table, alternatives, language, hits_by_iri) or more
    wide: list[Ways] = []
    if has_around:
        wide = [_wide(index, word, is_last=word == simple[-1]) for word in simple]
        more = _add_around(index, wide, language, hits_by_iri) or more
    for only_unknown in (True, False):
        if not hits_by_iri:
            corrected = _corrected_words(index, simple, only_unknown=only_unknown)
            more = _add_hits(index, "plain", corrected, language, hits_by_iri)
            if has_around:
                more = _add_around(
                    index, [[(f"{w}*",) for w in m] for m in corrected], language, hits_by_iri
                )
    if not hits_by_iri and has_around:
        # Another form of a word that is there: avvecklade, avveckling.
        wide = [_begun(index, word) for word in simple]
        more = _add_around(index, wide, language, hits_by_iri)
    hits = list(hits_by_iri.values())
    matching = frozenset(simple).union(*corrected)
    is_many = more or len(hits) > MOST_HITS
    parts = {part for ways in wide for way in ways for part in way}
    begun = frozenset(part.removesuffix("*") for part in parts if part.endswith("*"))
    matching |= {part for part in parts if not part.endswith("*")}
    return SearchResult(hits[:MOST_HITS], matching, simple[-1], is_many, begun)


def _has_around(index: sqlite3.Connection) -> bool:
    """Tell whether the index says what is around things; those of older releases do not."""
    query = "SELECT 1 FROM pragma_table_info('things') WHERE name = 'around'"
    return index.execute(query).fetchone() is not None


# The ways in which a word may be there: each the parts that must be, itself or those of a compound.
# A part with an asterisk may be the beginning of a longer word.
Ways = list[tuple[str, ...]]


def _wide(index: sqlite3.Connection, word: str, *, is_last: bool) -> Ways:
    """Return the ways of a plain word: in another form, at the end of compounds, by its parts."""
    stem = without_ending(word)
    ways: Ways = [(_beginning(index, word, is_last=is_last),)]
    ways += [(f"{stem}*",)] * (stem != word)
    ways += [(form,) for form in short_forms(word) if _is_known(index, form, is_last=False)]
    if len(word) >= _LEAST_BEGINNING:
        ways += [(compound,) for compound in _compounds_ending(index, word)]
    if _is_known(index, word, is_last=True):
        return ways

    def is_known(part: str) -> bool:
        return _is_known(index, part, is_last=len(part) >= _LEAST_BEGINNING)

    for form in dict.fromkeys((word, stem)):
        parts = compound_parts(form, is_known)
        ways += [tuple(_beginning(index, part, is_last=False) for part in way) for way in parts]
        # Of two compounds that end alike the first is cut: "bygg- och fastighetsbranschen".
        ways += [
            (*(_beginning(index, part, is_last=False) for part in way[:-1]), longer)
            for way in parts
            for longer in _compounds_ending(index, way[-1])
        ]
    return ways


def _beginning(index: sqlite3.Connection, word: str, *, is_last: bool) -> str:
    """Return a word as a beginning, when it is long, the last of a search, or no word by itself."""
    is_whole = not is_last and len(word) < _LEAST_BEGINNING
    is_whole = is_whole and _is_known(index, word, is_last=False)
    return word if is_whole else f"{word}*"


def _compounds_ending(index: sqlite3.Connection, word: str) -> list[str]:
    """Return the words of the vocabulary that end with a word: ekonomi, bioekonomi."""
    query = "SELECT word FROM reversed WHERE word > ? AND word < ? LIMIT ?"
    end = word[::-1]
    rows = index.execute(query, (end, end + "\U0010ffff", _MOST_COMPOUNDS))
    return [row[0][::-1] for row in rows]


def _begun(index: sqlite3.Connection, word: str) -> Ways:
    """Return the longest beginning of a word with which a known one begins; few letters less."""
    least = max(_LEAST_BEGINNING + 1, len(word) - _LONGEST_ENDING)
    ends = range(len(word), least - 1, -1)
    known = (word[:n] for n in ends if _is_known(index, word[:n], is_last=True))
    return [(f"{next(known, word)}*",)]


def _written(part: str) -> str:
    return f'"{part.removesuffix("*")}"{"*" * part.endswith("*")}'


def _add_around(
    index: sqlite3.Connection, wide: Sequence[Ways], language: str, hits_by_iri: dict[str, Hit]
) -> bool:
    """Add what has the words around it; tell whether there were too many."""
    expression = " AND ".join(
        "(" + " OR ".join(f"({' AND '.join(map(_written, way))})" for way in sorted(ways)) + ")"
        for ways in wide
    )
    match = f"{_AROUND} : ({expression})"
    rows = index.execute(_FIND_AROUND.format(index="plain"), (match, 2 * MOST_HITS + 1)).fetchall()
    hits = [replace(_hit(row), around=row[6]) for row in rows]
    parts = [{part.removesuffix("*") for way in ways for part in way} for ways in wide]
    for hit in sorted(hits, key=lambda hit: _nearness(hit, parts, language)):
        hits_by_iri.setdefault(hit.iri, hit)
    return len(rows) > 2 * MOST_HITS


def _nearness(hit: Hit, parts: Sequence[Iterable[str]], language: str) -> tuple[bool, int]:
    """Return what hits by surroundings are sorted by: language, how many words the name has."""
    own = [plain_letters(word) for word in words(hit.label)]
    named = sum(any(word.startswith(part) for word in own for part in among) for among in parts)
    return hit.language not in (language, ""), -named


def _add_hits(
    index: sqlite3.Connection,
    table: str,
    alternatives: Sequence[Iterable[str]],
    language: str,
    hits_by_iri: dict[str, Hit],
) -> bool:
    """Add the hits of one step to the result; tell whether there were too many."""
    more = False
    for where in (_IN_NAMES, _IN_ALL_TEXTS):
        match = f"{where} : ({_expression(alternatives)})"
        query = _FIND.format(index=table)
        rows = index.execute(query, (match, 2 * MOST_HITS + 1)).fetchall()
        more = more or len(rows) > 2 * MOST_HITS
        hits = [_hit(row) for row in rows]
        # A sort keeps the order of ranks among equals.
        for hit in sorted(hits, key=lambda hit: _closeness(hit, alternatives, language)):
            hits_by_iri.setdefault(hit.iri, hit)
    return more


def _hit(row: tuple[str, str, str, str, str, str]) -> Hit:
    name, tag, label, names, text, kinds = row[:6]
    return Hit(name, tag, label, names, text, tuple(kinds.split()))


def _closeness(
    hit: Hit, alternatives: Sequence[Iterable[str]], language: str
) -> tuple[bool, bool, int]:
    """Return what hits of one step are sorted by: language, whole words, length of the name."""
    own = words(hit.label)
    known = {*own, *map(plain_letters, own)}
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


def _corrected_words(
    index: sqlite3.Connection, requested: Sequence[str], *, only_unknown: bool
) -> list[set[str]]:
    """Return each word with the words of the vocabulary that are one edit away."""
    letters = "".join(row[0] for row in index.execute("SELECT letter FROM letters"))
    corrected = []
    for number, word in enumerate(requested):
        is_last = number == len(requested) - 1
        among = {word}
        is_known = only_unknown and _is_known(index, word, is_last=is_last)
        if len(word) in _CORRECTED_LENGTHS and not is_known:
            near = sorted(one_edit_variants(word, letters))
            places = ", ".join("?" * len(near))
            query = f"SELECT word FROM words WHERE word IN ({places})"  # nosec B608 # question marks
            among |= {row[0] for row in index.execute(query, near)}
        corrected.append(among)
    return corrected


def _is_known(index: sqlite3.Connection, word: str, *, is_last: bool) -> bool:
    """Tell whether the vocabulary has a word, or one that begins with the last of a search."""
    query = "SELECT word FROM words WHERE word >= ? ORDER BY word LIMIT 1"
    row = index.execute(query, (word,)).fetchone()
    return row is not None and (row[0] == word or (is_last and row[0].startswith(word)))


# Names and descriptions → a file that finds things by words: SQLite with FTS5.
#
# A row of ``things`` is a thing in one language. ``exact`` holds its words as Swedish writes them,
# ``plain`` the same without å, ä, ö; ``words`` and ``letters`` are what misspelt words are repaired
# with. The same things give the same bytes with the same SQLite.

SEARCH_FILE = "search.sqlite"
_TYPE = iri("rdf:type")
# Parts of other things; the pages of these show what they say.
_EXCLUDED_CLASSES = {
    *(iri("rdf:Statement"), iri("geo:Geometry")),
    "http://www.w3.org/2008/05/skos-xl#Label",
}
_CATALOGUE_CLASSES = {iri("dcat:Dataset"), iri("dcat:Catalog")}
_IDENTIFIERS = (iri("skos:notation"), iri("dcterms:identifier"))
_TEXT_PROPERTIES = tuple(
    map(
        iri,
        (
            "dcterms:description",
            "skos:definition",
            "schema:description",
            "rdfs:comment",
            "skos:scopeNote",
            "skos:note",
            "dcterms:abstract",
        ),
    )
)
# Terms of vocabularies are classes, properties, concepts: words, not what is called by them.
_TERMS = tuple(iri(name) for name in ("skos:", "owl:", "rdfs:", "rdf:"))
_TABLES = """
CREATE TABLE things (
    id INTEGER PRIMARY KEY, iri TEXT NOT NULL, language TEXT NOT NULL, label TEXT NOT NULL,
    names TEXT NOT NULL, text TEXT NOT NULL, kinds TEXT NOT NULL, around TEXT NOT NULL
);
CREATE TABLE words (word TEXT PRIMARY KEY, written TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reversed (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE letters (letter TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE languages (language TEXT PRIMARY KEY, things INTEGER) WITHOUT ROWID;
CREATE VIRTUAL TABLE exact USING fts5(
    label, names, text, content='', detail=column, tokenize="unicode61 remove_diacritics 0"
);
CREATE VIRTUAL TABLE plain USING fts5(
    label, names, text, around, content='', detail=column, tokenize="unicode61 remove_diacritics 0"
);
"""

IndexRow = tuple[str, str, str, str, str, str, str]
# Links that say where something was said, or the same elsewhere, tell nothing of the thing.
_NOT_AROUND = frozenset(
    map(
        iri,
        (
            *("rdf:type", "dcterms:source", "rdfs:isDefinedBy", "rdfs:seeAlso", "schema:sameAs"),
            *("owl:sameAs", "dcterms:license", "prov:wasDerivedFrom", "foaf:page"),
        ),
    )
)
_CONCEPT = iri("skos:Concept")
_STRING = iri("xsd:string")
_DATES = frozenset(iri(f"xsd:{name}") for name in ("date", "dateTime", "gYear", "gYearMonth"))
# When a record was written tells nothing of the thing.
_OF_RECORDS = frozenset(map(iri, ("dcterms:modified", "dcterms:created", "schema:dateModified")))
_YEAR = re.compile(r"[12]\d{3}(?!\d)")
# A longer text without a language is told by nobody's search.
_LONGEST_AROUND = 80
# What else says what is meant by a concept that a thing is described with.
_CONCEPT_TEXTS = (iri("skos:altLabel"), iri("skos:definition"))
# So many linked things, and properties, are remembered in each language.
_CACHED_LINKED = 20_000
# A thing that links to more is told by the first of them.
_MOST_AROUND = 100


def write_search(path: Path, graphs: Mapping[str, Quads], base_iri: str) -> None:
    """Write the index of everything that has a name and an address here.

    Args:
        path: A file that does not exist.
        graphs: Everything that is published; shapes are left out, of the catalogue all but its
            datasets.
        base_iri: Base of the names.
    """
    subjects, of_catalogue = _subjects(graphs, base_iri)
    label_properties = read_label_properties(graphs, base_iri)
    subjects.label_paths = label_properties.names
    with (
        with_path(path, has_temporary=True),
        closing(sqlite3.connect(path, isolation_level=None)) as index,
    ):
        index.executescript(f"PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; {_TABLES}")
        index.execute("BEGIN")
        texts = _IndexedTexts()
        with _surroundings(subjects, graphs, label_properties, base_iri) as around:
            rows = _rows(subjects, of_catalogue, base_iri, label_properties, around)
            for number, (row, hidden) in enumerate(rows, start=1):
                index.execute("INSERT INTO things VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, *row))
                label, names, text = row[2:5]
                parts = (label, f"{names}\n{hidden}", text, row[6])
                _write_words(index, number, [texts.words(part) for part in parts])
        vocabulary = texts.vocabulary
        ordered = sorted(vocabulary.items())
        index.executemany("INSERT INTO words VALUES (?, ?)", ordered)
        index.executemany("INSERT INTO reversed VALUES (?)", sorted((w[::-1],) for w, _ in ordered))
        letters = sorted(set("".join(vocabulary)))
        index.executemany("INSERT INTO letters VALUES (?)", ((letter,) for letter in letters))
        index.execute(
            "INSERT INTO languages SELECT language, COUNT(*) FROM things WHERE language != ''"
            " GROUP BY language"
        )
        index.execute("INSERT INTO exact (exact) VALUES ('optimize')")
        index.execute("INSERT INTO plain (plain) VALUES ('optimize')")
        index.execute("COMMIT")
        index.execute("VACUUM")


# Names of places and concepts come back: so many are cut into words once.
_CACHED_TEXTS = 50_000


class _IndexedTexts:
    """Texts as the index has them, and the vocabulary that they make: plain word → as written."""

    def __init__(self) -> None:
        """Begin with no words."""
        self.vocabulary: dict[str, str] = {}
        self._of_line = lru_cache(maxsize=_CACHED_TEXTS)(self._words_of_line)

    def words(self, text: str) -> tuple[str, str]:
        """Return the words of a text, and the same in plain letters, with spaces between."""
        exact, plain = zip(*map(self._of_line, text.split("\n")), strict=True)
        return " ".join(filter(None, exact)), " ".join(filter(None, plain))

    def _words_of_line(self, line: str) -> tuple[str, str]:
        exact = index_words(line)
        plain = [*map(plain_letters, exact)]
        known = self.vocabulary
        for written, word in zip(exact, plain, strict=True):
            known[word] = min(written, known.get(word, written))
        return " ".join(exact), " ".join(plain)


def _write_words(index: sqlite3.Connection, number: int, parts: Sequence[tuple[str, str]]) -> None:
    """Write the words of a thing's label, names, texts and surroundings."""
    exact, plain = zip(*parts, strict=True)
    index.execute(
        "INSERT INTO exact (rowid, label, names, text) VALUES (?, ?, ?, ?)", (number, *exact[:3])
    )
    index.execute(
        "INSERT INTO plain (rowid, label, names, text, around) VALUES (?, ?, ?, ?, ?)",
        (number, *plain),
    )


class _Surroundings:
    """The names of what is around things."""

    def __init__(
        self,
        subjects: Subjects,
        reach: PathResolver,
        path: str,
        naming: LabelProperties,
        fields: Mapping[str, Mapping[str, str]],
    ) -> None:
        """Keep where names are found; ``path`` leads to locations, ``fields`` names properties."""
        self._subjects, self._reach, self._path = subjects, reach, path
        self._fields = fields
        of_names = (*naming.names, *naming.alternatives, *naming.hidden, *_IDENTIFIERS)
        self._elsewhere = {*of_names, *_TEXT_PROPERTIES, *_OF_RECORDS}
        # A thing is asked for once a language; what it links to comes back with other things.
        self._linked = lru_cache(maxsize=1)(self._linked_by)
        self._texts = lru_cache(maxsize=_CACHED_LINKED)(self._texts_of)
        self._fields_of = lru_cache(maxsize=_CACHED_LINKED)(self._called)

    def names(self, thing: str, tag: str) -> list[str]:
        """Return names in a language, or in none: of its classes, of its links, of its places."""
        listed: dict[str, None] = {}
        for name in self._linked(thing):
            listed.update(self._texts(name, tag))
        listed.update(dict.fromkeys(self._values(thing, tag)))
        return list(listed)[: 2 * _MOST_AROUND]

    def _linked_by(self, thing: str) -> list[str]:
        """Return the first of the things that a thing links to, its classes and its places."""
        linked: dict[str, None] = dict.fromkeys(self._subjects.nodes(thing, _TYPE))
        for path in sorted(self._subjects.of(thing)):
            if path not in _NOT_AROUND:
                linked.update(dict.fromkeys(self._subjects.nodes(thing, path)))
        if self._path:
            linked.update(dict.fromkeys(t.value for t in self._reach.values(thing, self._path)))
        return list(linked)[:_MOST_AROUND]

    def _texts_of(self, name: str, tag: str) -> dict[str, None]:
        """Return what says in a language, or in none, what something linked is."""
        names = self._subjects.names(name)
        listed = dict.fromkeys(filter(None, (names.get(tag), names.get(""))))
        if _CONCEPT in self._subjects.nodes(name, _TYPE):
            texts = _literals(self._subjects.of(name), _CONCEPT_TEXTS)
            listed.update(dict.fromkeys(_texts_in(texts, tag)))
        return listed

    def _values(self, thing: str, tag: str) -> Iterator[str]:
        """Yield years and short texts without a language, each with the name of its property."""
        for path, terms in sorted(self._subjects.of(thing).items()):
            if path in self._elsewhere:
                continue
            for term in in_order(terms):
                written = _around_value(term) if isinstance(term, Literal) else ""
                if written:
                    yield f"{self._fields_of(path, tag)} {written}".strip()

    def _called(self, path: str, tag: str) -> str:
        """Return what a property is called in a language, or in none."""
        names = {**self._subjects.names(path), **self._fields.get(path, {})}
        return names.get(tag) or names.get("") or ""


def _around_value(literal: Literal) -> str:
    """Return the year of a date, or a short text without a language; empty for anything else."""
    if literal.datatype.value in _DATES:
        year = _YEAR.match(literal.value)
        return year[0] if year else ""
    is_text = literal.datatype.value == _STRING and len(literal.value) <= _LONGEST_AROUND
    return literal.value if is_text else ""


@contextmanager
def _surroundings(
    subjects: Subjects, graphs: Mapping[str, Quads], naming: LabelProperties, base_iri: str
) -> Iterator[_Surroundings]:
    """Yield what tells the names around things."""
    with TemporaryDirectory() as folder:
        links = Path(folder, "links.tsv")
        locations = find_locations(graphs.values())
        write_links(graphs.values(), locations.holds, links)
        resolver = PathResolver(subjects, links, locations)
        fields = _field_names(Subjects(graphs.get(base_iri + SHAPES, ())))
        yield _Surroundings(subjects, resolver, locations.path, naming, fields)


def _field_names(shapes: Subjects) -> dict[str, dict[str, str]]:
    """Return property → what shapes call it (``sh:name``), by language."""
    by_property: dict[str, dict[str, str]] = {}
    for shape in shapes:
        for path in shapes.nodes(shape, iri("sh:path")):
            by_property.setdefault(path, {}).update(
                (term.language or "", term.value)
                for term in shapes.values(shape, iri("sh:name"))
                if isinstance(term, Literal)
            )
    return by_property


def _subjects(graphs: Mapping[str, Quads], base_iri: str) -> tuple[Subjects, set[str]]:
    """Return what is said, and the subjects that only the catalogue speaks of."""
    searched = {name: quads for name, quads in graphs.items() if name != base_iri + SHAPES}
    others = [quads.path for name, quads in searched.items() if name != base_iri + CATALOGUE]
    elsewhere = SubjectsOnDisk(others)
    catalogue = Subjects(searched.get(base_iri + CATALOGUE, ()))
    only = {name for name in catalogue if not elsewhere.of(name)}
    return SubjectsOnDisk([quads.path for quads in searched.values()]), only


def read_label_properties(graphs: Mapping[str, Quads], base_iri: str) -> LabelProperties:
    """Return what names things, and what the data declare to be like it."""
    lines = (
        line
        for name, quads in graphs.items()
        if name != base_iri + SHAPES
        for line in lines_with(quads.path, b"#subPropertyOf> ")
    )
    return find_label_properties(declared_pairs(lines))


def _rows(
    subjects: Subjects,
    of_catalogue: set[str],
    base_iri: str,
    naming: LabelProperties,
    around: _Surroundings,
) -> Iterator[tuple[IndexRow, str]]:
    """Yield each thing in each of its languages, as ``things`` has it.

    Beside each row stand the names by which it is found and that are not shown.
    """
    of_names = (*naming.names, *naming.alternatives, *_IDENTIFIERS)
    for name in subjects:
        properties = subjects.of(name)
        kinds = set(subjects.nodes(name, _TYPE))
        is_left_out = kinds & _EXCLUDED_CLASSES or (
            name in of_catalogue and not kinds & _CATALOGUE_CLASSES
        )
        labels = subjects.names(name)
        if is_left_out or not labels or not name.startswith(base_iri):
            continue
        ordered = sorted(kinds, key=lambda kind: (not kind.startswith(base_iri), kind))
        texts = _literals(properties, _TEXT_PROPERTIES)
        others = _literals(properties, (*naming.alternatives, *naming.hidden))
        for tag in sorted({*labels, *(t.language or "" for t in [*texts, *others])} - {""}) or [""]:
            label = labels.get(tag) or labels.get("") or labels[min(labels)]
            names = [n for n in _texts_in(_literals(properties, of_names), tag) if n != label]
            text = "\n".join(_texts_in(texts, tag))
            hidden = "\n".join(_texts_in(_literals(properties, naming.hidden), tag))
            near = "\n".join(around.names(name, tag))
            row = (name, tag, label, "\n".join(names), text, " ".join(ordered), near)
            yield row, hidden


def _literals(properties: Properties, paths: Sequence[str]) -> list[Literal]:
    return [
        term
        for path in paths
        for term in sorted(set(properties.get(path, ())), key=str)
        if isinstance(term, Literal)
    ]


def _texts_in(literals: Iterable[Literal], tag: str) -> list[str]:
    """Return the texts in a language or in none, once each."""
    return list(dict.fromkeys(t.value for t in literals if (t.language or "") in (tag, "")))


# An index that is written while the release is served already, since the file is large.


def index_in_the_making(path: Path) -> Path:
    """Return the file that becomes an index: as long as it is there, the index is being made."""
    return path.with_name(f"{path.name}.part")


def write_search_later(path: Path, triples: Quads, base_iri: str) -> None:
    """Write the index of one graph beside its place, then give it its name."""
    part = index_in_the_making(path)
    try:
        write_search(part, {"": triples}, base_iri)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


# Files of a release that SQLite reads, with so much time for what is asked of them.

# After so many steps of SQLite's machine the time is looked at.
_INSTRUCTIONS = 1000


@contextmanager
def open_sqlite(seconds: float, path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a file that is never written to.

    Raises:
        QueryLimitExceeded: What was asked took longer than so many seconds, all together.
    """
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as index:
        deadline = time.monotonic() + seconds
        index.set_progress_handler(lambda: time.monotonic() > deadline, _INSTRUCTIONS)
        try:
            yield index
        except sqlite3.OperationalError as error:
            if time.monotonic() <= deadline:
                raise
            raise QueryLimitExceeded(
                "The search was stopped after {seconds} seconds.",
                limit="query_timeout_seconds",
                remedy="Search for longer or rarer words.",
                seconds=seconds,
            ) from error
