"""Full-text search: words → the things that the index of a release has for them.

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

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher, get_close_matches
from itertools import combinations, islice, pairwise
from pathlib import Path

from publisher.errors import QueryRefused
from publisher.rdf.namespaces import iri
from publisher.rdf.text import (
    compound_parts,
    is_small_word,
    one_edit_variants,
    plain_letters,
    short_forms,
    without_ending,
    words,
)
from publisher.release.search_index import index_in_the_making
from publisher.release.search_names import NAMES_FILE, find_names
from publisher.release.sqlite_files import open_sqlite

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
# Terms of vocabularies are classes, properties, concepts: words, not what is called by them.
_TERMS = tuple(iri(name) for name in ("skos:", "owl:", "rdfs:", "rdf:"))


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
    return Hit(name, tag, label, names, text, tuple(kinds.split(" ") if kinds else ()))


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
