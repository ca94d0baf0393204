"""A question in words → the rows of a table that answer it.

"Which clusters in Dalarna have no homepage?" names a table, a place and a column; "which moon is
the largest?" an order; "how many municipalities per county?" a column to count by. All of it comes
from what the release calls its classes, columns and values: nothing is known of a folder. Only a
question of which every telling word has a meaning is read; of any other the search is the answer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice

from publisher.rdf.namespaces import iri
from publisher.rdf.text import is_small_word, plain_letters, words
from publisher.release.tables.table import (
    DATE,
    LABEL,
    LINK,
    NUMBER,
    PLAIN,
    TRUTH,
    WHERE,
    Column,
    Table,
)
from publisher.render.tables.question_words import (
    AFTER,
    ASKING,
    BEFORE,
    BETWEEN,
    COMPARING,
    DEGREES,
    FREE,
    LESS,
    MANY,
    MORE,
    MOST,
    NEWEST,
    NOT,
    NUMBERS,
    OLDEST,
    ORDERS,
    PER,
    REACHED_BY,
    WITHOUT,
    is_akin,
    is_form,
    is_head,
    with_decades_as_years,
)
from publisher.render.tables.selection import Selection

# Of larger tables only the columns with few values are known by their values.
MOST_ROWS = 5_000
_MOST_VALUES, _MOST_FILTERS = 2_000, 100
_LONGEST_NAME, _MOST_WORDS = 80, 8
# A word of so many values of a column tells none from the others: county, municipality.
_SHARED = 3
# A negation belongs to what follows it so closely.
_REACH = 4
_LEAST_CORRECTED, _CUTOFF = 5, 0.84
# When something began: what "oldest" and a year are about, where no column is named.
_BEGINNINGS = tuple(
    iri(name)
    for name in (
        *("schema:foundingDate", "schema:birthDate", "dcterms:created", "schema:dateCreated"),
        *("dcterms:issued", "schema:datePublished", "schema:startDate", "dcterms:date"),
    )
)

_YEAR = iri("xsd:gYear")
# A place has no size by these.
_POSITIONS = tuple(
    iri(name) for name in ("wgs:lat", "wgs:long", "schema:latitude", "schema:longitude")
)
# What things are described with, rather than what somebody asks for.
_VOCABULARY = tuple(iri(name) for name in ("skos:", "owl:", "rdfs:"))

# These have a part of their own in a question, unless a name has just the same word.
_SPECIAL = ORDERS | COMPARING | NOT | WITHOUT | PER

Words = tuple[str, ...]


@dataclass(frozen=True)
class NamedValue:
    """A value of a column, and one of its names.

    Attributes:
        column: Name of the column.
        value: As a filter has it.
        words: Of its name, plain.
        telling: Those that few other values of the column have: all of them must be there.
    """

    column: str
    value: str
    words: Words
    telling: frozenset[str]


@dataclass(frozen=True)
class TableWords:
    """What a table, its columns and values are called, in every language.

    Attributes:
        table: The table.
        kinds: Names of its class.
        titles: Column → its names.
        values: Values by their names.
        by_word: Word → numbers of the values that have it in their name.
        texts: Column of numbers or dates → its values.
        sorts: Column → what its values are: planet, municipality.
    """

    table: Table
    kinds: tuple[Words, ...]
    titles: Mapping[str, tuple[Words, ...]]
    values: Sequence[NamedValue] = field(repr=False)
    by_word: Mapping[str, Sequence[int]] = field(repr=False)
    texts: Mapping[str, Sequence[str]] = field(repr=False)
    sorts: Mapping[str, tuple[Words, ...]] = field(repr=False)

    def known(self) -> Iterator[str]:
        """Yield every word."""
        yield from self.by_word
        yield from (word for name in self.kinds for word in name)
        yield from (word for names in self.titles.values() for name in names for word in name)


@dataclass(frozen=True)
class Reading:
    """What a question asks of a table.

    Attributes:
        table: The table.
        selection: Its rows, in order.
        columns: Names of the columns that the question is about.
        by: Name of the column by whose values rows are counted; empty for none.
        fewest: Whether the values with fewest rows come first.
        called: How much of the table's name the question has, from 0 to 1.
        through: Path of a column whose linked things have the numbers that are asked for.
    """

    table: Table
    selection: Selection
    columns: tuple[str, ...]
    by: str = ""
    fewest: bool = False
    called: float = 0
    through: str = ""


def make_table_words(
    table: Table,
    values_of: Callable[[Column], Iterable[str]],
    names_of: Callable[[Sequence[str]], Mapping[str, Sequence[str]]],
    kinds_of: Callable[[Sequence[str]], Iterable[str]],
) -> TableWords:
    """Return what a table, its columns and values are called.

    Args:
        table: The table.
        values_of: Returns the values of a column, as filters have them.
        names_of: Returns IRI → its names, in every language.
        kinds_of: Returns what the kinds of some things are called.
    """
    titles = {column.name: _names(column.titles.values()) for column in table.columns}
    texts: dict[str, list[str]] = {}
    sorts: dict[str, tuple[Words, ...]] = {}
    values: list[NamedValue] = []
    for column in table.columns:
        if column.kind in (NUMBER, DATE):
            is_small = table.count <= MOST_ROWS
            texts[column.name] = [*islice(values_of(column), _MOST_VALUES)] if is_small else []
        elif column.kind == TRUTH:
            values += [
                NamedValue(column.name, "true", n, frozenset(n)) for n in titles[column.name]
            ]
        elif column.facet or column.name == WHERE or table.count <= MOST_ROWS:
            first_values = [*islice(values_of(column), _MOST_VALUES)]
            if column.kind == LINK and (column.facet or column.name == WHERE):
                # What is asked for by its kind: which planet, in the municipality.
                sorts[column.name] = _names(kinds_of(first_values))
            called = (
                names_of(first_values) if column.kind == LINK else {v: [v] for v in first_values}
            )
            values += _named_values(column, called)
    by_word = defaultdict(list)
    for number, value in enumerate(values):
        for word in {*value.words}:
            by_word[word].append(number)
    return TableWords(table, _names(table.titles.values()), titles, values, by_word, texts, sorts)


def _names(titles: Iterable[str]) -> tuple[Words, ...]:
    """Return titles as words without small ones."""
    titles_as_words = (
        tuple(plain_letters(w) for w in words(t) if not is_small_word(w)) for t in titles
    )
    return tuple(dict.fromkeys(filter(None, titles_as_words)))


def _named_values(column: Column, called: Mapping[str, Sequence[str]]) -> Iterator[NamedValue]:
    """Yield the values of a column by their names; what several of them are called tells less."""
    named = {
        value: {tuple(words(name)) for name in names if len(name) <= _LONGEST_NAME}
        for value, names in called.items()
    }
    shared = Counter(w for names in named.values() for w in {w for name in names for w in name})
    # Of two values a word of both tells nothing either.
    few = min(_SHARED, max(2, len(named)))
    for value, names in named.items():
        for name in sorted(names):
            telling = [word for word in name if not is_small_word(word)] or name
            own = [word for word in telling if shared[word] < few or column.kind != LINK] or telling
            plain = tuple(map(plain_letters, name))
            if plain and len(name) <= _MOST_WORDS:
                yield NamedValue(column.name, value, plain, frozenset(map(plain_letters, own)))


def read_question(text: str, vocabularies: Iterable[TableWords], main: str) -> Reading | None:
    """Return what a question asks, of the table that it names or the one that the site is about."""
    best: tuple[tuple[bool, bool, float, bool, int], Reading] | None = None
    known = [*vocabularies]
    for vocabulary in known:
        question = _TableQuestion(vocabulary, text).read()
        if question is not None and question.through:
            question = _beyond(question, known)
        if question is None:
            continue
        is_main = vocabulary.table.class_iri == main
        is_own = not vocabulary.table.class_iri.startswith(_VOCABULARY)
        number = len(question.selection.filters or {})
        rank = (question.called > 0, is_main, question.called, is_own, number)
        if best is None or rank > best[0]:
            best = (rank, question)
    return best[1] if best else None


def _beyond(question: Reading, known: Iterable[TableWords]) -> Reading | None:
    """Return the rows of what a column links to, in the order of their own numbers."""
    back = f"^<{question.through}>"
    for vocabulary in known:
        column = next((c for c in vocabulary.table.columns if c.path == back), None)
        order = default_column(vocabulary.table, NUMBER)
        if column is not None and order is not None and question.selection.is_whole:
            selection = replace(question.selection, sort=order.name)
            columns = (column.name, order.name)
            return replace(question, table=vocabulary.table, selection=selection, columns=columns)
    return None


def default_column(table: Table, kind: str) -> Column | None:
    """Return the column of numbers or dates that is meant where none is named."""
    among = [c for c in table.columns if c.kind == kind and c.path not in _POSITIONS]
    began = {column.path: column for column in among}
    first = next((began[path] for path in _BEGINNINGS if path in began), None)
    usual = [column for column in among if column.usual] or among
    if kind == NUMBER:
        return usual[0] if usual else None
    # A year beside days is when a thing began; the days are of what was done with it since.
    years = [column for column in among if column.datatype == _YEAR]
    only = next((candidates[0] for candidates in (usual, years) if len(candidates) == 1), None)
    return first or only


@dataclass
class _Match:
    """A value that a question names, and the places of its words in the question."""

    value: NamedValue
    places: frozenset[int]


class _TableQuestion:
    """A question while it is read as one of a table."""

    def __init__(self, vocabulary: TableWords, text: str) -> None:
        self._vocabulary, self._table = vocabulary, vocabulary.table
        asked = words(with_decades_as_years(text))
        folded = [part for word in asked for part in self._degree(word)]
        self._asked = [*map(plain_letters, folded)]
        self._small = {n for n, word in enumerate(folded) if is_small_word(word)}
        self._used: set[int] = set()
        self._filters: dict[str, list[str]] = {}
        self._excluded: dict[str, list[str]] = {}
        self._missing: list[str] = []
        self._columns: dict[str, None] = {}
        self._sort, self._descending, self._has_kind = "", False, False
        self._by, self._fewest, self._through = "", False, ""

    def _degree(self, word: str) -> tuple[str, ...]:
        """Return an adjective made of the name of a number, and its degree: deepest, deeper."""
        ordered = (c.name for c in self._table.columns if c.kind in (NUMBER, DATE))
        titles = {w for name in ordered for title in self._vocabulary.titles[name] for w in title}
        for ending, degree in DEGREES:
            stem = plain_letters(word.removesuffix(ending))
            if word.endswith(ending) and len(stem) > 2 and stem in titles:
                return stem, degree
        return (word,)

    def read(self) -> Reading | None:
        """Return what is asked; None where a word has no meaning for the table."""
        self._correct()
        share, kind = self._kind()
        self._has_kind = bool(kind)
        values = self._values(kind)
        self._used |= kind
        for match in values:
            self._used |= match.places
        titles = self._titles()
        is_ordered = self._order(titles, is_counted=self._has_kind or bool(values))
        if not (is_ordered and self._lacking(titles, values) and self._numbers(titles)):
            return None
        self._choose(values)
        self._count_by(titles)
        for place, column in titles.items():
            self._used.add(place)
            self._columns.setdefault(column)
        if not self._is_whole(kind):
            return None
        selection = Selection(
            filters={name: tuple(wanted) for name, wanted in self._filters.items()},
            sort=self._sort,
            descending=self._descending,
            missing=tuple(self._missing),
            excluded={name: tuple(wanted) for name, wanted in self._excluded.items()},
        )
        columns = tuple(self._columns)
        return Reading(
            self._table, selection, columns, self._by, self._fewest, share, self._through
        )

    def _correct(self) -> None:
        """Replace misspelt words, where a name of the table is near."""
        known: list[str] | None = None
        for place, word in enumerate(self._asked):
            is_free = place in self._small or word in FREE | _SPECIAL
            if len(word) < _LEAST_CORRECTED or is_free or word.isdecimal():
                continue
            known = known if known is not None else sorted({*self._vocabulary.known()})
            if any(is_form(word, each) for each in known):
                continue
            near = get_close_matches(word, known, n=1, cutoff=_CUTOFF)
            self._asked[place] = near[0] if near else word

    def _places(self, among: Iterable[str]) -> set[int]:
        return {n for n, word in enumerate(self._asked) if word in among and n not in self._used}

    def _kind(self) -> tuple[float, set[int]]:
        """Return how much of the table's name is there, and the places of the words."""
        best: tuple[float, set[int]] = 0.0, set()
        for name in self._vocabulary.kinds:
            places = {
                n
                for n, word in enumerate(self._asked)
                if n not in self._small
                and (
                    any(is_form(word, part) or is_head(word, part) for part in name)
                    or (len(word) > _LEAST_CORRECTED and name[0].startswith(word[:-1]))
                )
            }
            best = max(best, (min(1.0, len(places) / len(name)), places), key=lambda each: each[0])
        return best

    def _values(self, kind: Collection[int]) -> list[_Match]:
        """Return the values that are named, those of most words first, no word in two."""
        places: dict[str, set[int]] = defaultdict(set)
        for place, word in enumerate(self._asked):
            if place in self._small or word in _SPECIAL:
                places[word].add(place)
                continue
            for known in self._vocabulary.by_word:
                is_near = known.startswith(word[:3]) or word.startswith(known[:3])
                if is_near and is_form(word, known):
                    places[known].add(place)
        numbers = {n for known in places for n in self._vocabulary.by_word.get(known, ())}
        matches = []
        for number in sorted(numbers):
            value = self._vocabulary.values[number]
            if all(places.get(word) for word in value.telling):
                named = {p for word in value.words for p in places.get(word, ())}
                at = frozenset(p for p in named if p not in self._small or {p - 1, p + 1} & named)
                at |= self._beside(at, value.column)
                if not at <= set(kind):
                    matches.append(_Match(value, at))
        asked = {*self._asked}
        matches.sort(
            key=lambda match: (
                -len(match.places),
                match.value.column != WHERE,
                not match.value.telling <= asked,
            )
        )
        return self._apart(matches)

    def _beside(self, places: Collection[int], column: str) -> set[int]:
        """Return the places of words beside a value that say what it is: the town of Mora."""
        sorts = {word for name in self._vocabulary.sorts.get(column, ()) for word in name}
        around = {p + step for p in places for step in (-1, 1)} - {*places}
        asked = dict(enumerate(self._asked))
        return {p for p in around if any(is_form(asked.get(p, ""), word) for word in sorts)}

    def _apart(self, matches: Sequence[_Match]) -> list[_Match]:
        """Return matches of which none has words of another, but for values of the same name."""
        chosen: list[_Match] = []
        asked = {*self._asked}
        for match in matches:
            others = [each for each in chosen if each.places & match.places]
            is_same = all(
                each.places == match.places
                and each.value.column == match.value.column
                and (each.value.telling <= asked) == (match.value.telling <= asked)
                for each in others
            )
            if not others or is_same:
                chosen.append(match)
        return chosen

    def _titles(self) -> dict[int, str]:
        """Return place of a word → the column whose title it is part of."""
        columns: dict[int, str] = {}
        counts = {*self._asked} & (ORDERS | PER)
        called = {
            column: (*names, *(self._vocabulary.sorts.get(column, ()) if counts else ()))
            for column, names in self._vocabulary.titles.items()
        }
        for place, word in enumerate(self._asked):
            if place in self._used | self._small or word in FREE | ORDERS:
                continue
            scored = [
                (self._share(name), len(name), -number, column)
                for number, (column, names) in enumerate(called.items())
                for name in names
                if any(
                    is_akin(each, part) for part in name for each in REACHED_BY.get(word, (word,))
                )
            ]
            if scored:
                columns[place] = max(scored)[3]
        return columns

    def _share(self, title: Words) -> float:
        """Return how much of a title the question has; how many asks for a number."""
        asked = {*self._asked} | (NUMBERS if {*self._asked} & MANY else set())
        return sum(any(is_akin(word, part) for word in asked) for part in title) / len(title)

    def _columns_of(self, kinds: Collection[str], titles: Mapping[int, str]) -> list[Column]:
        """Return the columns of some kinds that are named."""
        named = [self._table.column(name) for name in dict.fromkeys(titles.values())]
        return [column for column in named if column is not None and column.kind in kinds]

    def _order(self, titles: Mapping[int, str], *, is_counted: bool) -> bool:
        """Read the first or last of an order; tell whether that is possible, or not asked.

        Args:
            titles: Place of a word → the column that it names.
            is_counted: Whether something is named of which there may be most.
        """
        places = self._places(ORDERS)
        if not places:
            return True
        word = self._asked[min(places)]
        kind = DATE if word in OLDEST | NEWEST else NUMBER
        named = self._columns_of((NUMBER, DATE), titles)
        is_counted = self._has_kind or (is_counted and word in MANY)
        counted = self._columns_of((LINK, TRUTH, PLAIN), titles) if is_counted else []
        facets = [c for c in counted if c.facet or c.kind == PLAIN]
        column = named[0] if named else None if facets else default_column(self._table, kind)
        self._used |= places
        self._descending = word in MOST | NEWEST
        links = self._columns_of((LINK,), titles)
        if not named and links and not facets and kind == NUMBER:
            self._through = links[0].path
            return True
        if column is None and facets:
            self._by, self._fewest = facets[0].name, word not in MOST
            return True
        if column is None:
            return False
        self._sort = column.name
        self._columns[column.name] = None
        return True

    def _lacking(self, titles: dict[int, str], values: Sequence[_Match]) -> bool:
        """Read what must not be there; tell whether every negation has something that it denies."""
        for place in sorted(self._places(NOT | WITHOUT)):
            reach = range(place + 1, place + 1 + _REACH)
            denied = self._denied([m for m in values if min(m.places) in reach])
            named = [n for n in reach if n in titles]
            if denied:
                self._exclude(denied)
            elif named:
                self._missing.append(titles.pop(named[0]))
                self._used.add(named[0])
            else:
                return False
            self._used.add(place)
        return True

    def _denied(self, near: Sequence[_Match]) -> list[_Match]:
        """Return what a negation is about: the next value, and others of its column behind it."""
        first = min((min(match.places) for match in near), default=0)
        columns = {match.value.column for match in near if min(match.places) == first}
        return [match for match in near if match.value.column in columns]

    def _exclude(self, denied: Iterable[_Match]) -> None:
        for match in denied:
            column, value = match.value.column, match.value.value
            of_table = self._table.column(column)
            if of_table is not None and of_table.kind == TRUTH:
                self._filters.setdefault(column, []).append("false")
            else:
                values = self._excluded.setdefault(column, [])
                values += [value] * (value not in values)

    def _choose(self, values: Iterable[_Match]) -> None:
        """Filter by the values that are named and not denied."""
        for match in values:
            column, value = match.value.column, match.value.value
            is_denied = column in self._excluded or "false" in self._filters.get(column, ())
            if not is_denied and value not in self._filters.setdefault(column, []):
                self._filters[column].append(value)

    def _numbers(self, titles: Mapping[int, str]) -> bool:
        """Read years and numbers; tell whether each has a column that has such values."""
        places = [n for n, w in enumerate(self._asked) if w.isdecimal() and n not in self._used]
        if not places:
            return True
        numbers = [float(self._asked[place]) for place in places]
        is_year = all(len(self._asked[place]) == 4 for place in places)
        named = self._columns_of((NUMBER, DATE) if is_year else (NUMBER,), titles)
        near = [w for w in self._asked[max(0, places[0] - 3) : places[0]] if w in COMPARING]
        compare = near[-1] if near else ""
        if not named and compare in MORE | LESS:
            column = default_column(self._table, NUMBER)
        else:
            column = named[0] if named else default_column(self._table, DATE) if is_year else None
        if column is None:
            return False
        fits = _comparison(compare, numbers)
        fitting = [t for t in self._vocabulary.texts.get(column.name, ()) if fits(_number(t))]
        if not 0 < len(fitting) <= _MOST_FILTERS:
            return False
        self._filters[column.name] = fitting
        self._columns[column.name] = None
        units = {place + 1 for place in places if column.kind == NUMBER} & {
            *range(len(self._asked))
        }
        self._used |= {*places, *self._places(COMPARING), *units}
        return True

    def _count_by(self, titles: Mapping[int, str]) -> None:
        """Read by which column rows are counted."""
        for place in self._places(PER):
            named = [titles[n] for n in range(place + 1, place + 1 + _REACH) if n in titles]
            column = self._table.column(named[0]) if named else None
            if column is not None and (column.facet or column.kind == PLAIN):
                self._by = column.name
                self._used.add(place)

    def _is_whole(self, kind: Collection[int]) -> bool:
        """Tell whether every word has a meaning, and something is asked for."""
        left = [
            word
            for n, word in enumerate(self._asked)
            if n not in self._used | self._small and word not in FREE
        ]
        is_asked = bool(kind) or bool({*self._asked} & ASKING) or len(self._used) > 1
        chosen = [c for c in (*self._filters, *self._excluded, *self._missing) if c != LABEL]
        about_one = LABEL in self._filters and bool(self._columns)
        is_something = bool(chosen or self._sort or self._by or self._through or about_one)
        counts = bool(kind) and bool({*self._asked} & ASKING)
        return not left and is_asked and (is_something or counts)


def _comparison(word: str, numbers: Sequence[float]) -> Callable[[float | None], bool]:
    """Return what tells whether a number fits: before, after, between, or the same."""
    low, high = min(numbers), max(numbers)

    def fits(number: float | None) -> bool:
        if number is None:
            return False
        if word in BETWEEN and len(numbers) > 1:
            return low <= number <= high
        if word in BEFORE | LESS:
            return number < low
        if word in AFTER | MORE:
            return number > high
        return number in numbers

    return fits


def _number(text: str) -> float | None:
    """Return a number, or the year of a date."""
    written = text[:4] if text[:4].isdecimal() and text[4:5] == "-" else text
    try:
        return float(written)
    except ValueError:
        return None
