"""Concept schemes: names, notations and hierarchy of concepts in an SQLite file of the release.

Pages and the interface for programs ask it for what they show: a branch, a letter, the way up. What
that costs depends on what is shown, not on how many concepts a scheme holds.

A concept belongs to the schemes that it names (``skos:inScheme``, ``skos:topConceptOf``) or that
name it (``skos:hasTopConcept``); one that names none belongs to those of the nearest concepts above
it. Hierarchy, alphabetical index and counts follow this one rule.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from threading import Lock

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from publisher.languages import language_rank
from publisher.load.files import SHAPES
from publisher.rdf.collation import collation_key, index_letter, letter_key, notation_key
from publisher.rdf.label_properties import (
    LITERAL_FORM,
    XL_LABELS,
    LabelProperties,
    declared_pairs,
    find_label_properties,
    narrower_terms,
)
from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import Quads
from publisher.system.files import with_path

CONCEPTS_FILE = "concepts.sqlite"
# The children of a concept with more than this are kept in order; of others they are sorted.
MOST_SORTED = 1_000
# Languages in which so long lists are kept in order.
_MOST_ORDERS = 12
# What is looked at on the way up: no real hierarchy has more.
_MOST_ABOVE = 5_000
ALTERNATIVE, HIDDEN = 100, 101
_THESAURUS = "http://purl.org/iso25964/skos-thes#"
_ISO = {"broader": ("broaderGeneric", "broaderInstantial", "broaderPartitive")}
_BROADER = (iri("skos:broader"), *(_THESAURUS + name for name in _ISO["broader"]))
_NARROWER = (
    iri("skos:narrower"),
    *(_THESAURUS + name.replace("broader", "narrower") for name in _ISO["broader"]),
)
_CONCEPT, _SCHEME = iri("skos:Concept"), iri("skos:ConceptScheme")
_COLLECTIONS = (
    *(iri("skos:Collection"), iri("skos:OrderedCollection")),
    *(_THESAURUS + "ThesaurusArray", _THESAURUS + "ConceptGroup"),
)
_TYPE, _NOTATION = iri("rdf:type"), iri("skos:notation")
_DEPRECATED = iri("owl:deprecated")
_CHUNK = 50_000
_BUFFER_BYTES = 1 << 18
_TABLES = """
CREATE TABLE things (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE);
CREATE TABLE kinds (thing INTEGER, kind TEXT, PRIMARY KEY (thing, kind)) WITHOUT ROWID;
CREATE TABLE notations (thing INTEGER, notation TEXT, PRIMARY KEY (thing, notation)) WITHOUT ROWID;
CREATE TABLE deprecated (thing INTEGER PRIMARY KEY);
CREATE TABLE broader (below INTEGER, above INTEGER, PRIMARY KEY (below, above)) WITHOUT ROWID;
CREATE TABLE stated (concept INTEGER, scheme INTEGER, top INTEGER,
    PRIMARY KEY (concept, scheme, top)) WITHOUT ROWID;
CREATE TABLE names (thing INTEGER, rank INTEGER, language TEXT, text TEXT,
    PRIMARY KEY (thing, rank, language, text)) WITHOUT ROWID;
CREATE TABLE xl (thing INTEGER, rank INTEGER, label TEXT);
CREATE TABLE forms (label TEXT, language TEXT, text TEXT);
"""
_DERIVED = """
CREATE TABLE members (scheme INTEGER, concept INTEGER, PRIMARY KEY (scheme, concept)) WITHOUT ROWID;
CREATE TABLE roots (scheme INTEGER, concept INTEGER, PRIMARY KEY (scheme, concept)) WITHOUT ROWID;
CREATE TABLE entries (scheme INTEGER, language TEXT, letter TEXT, key TEXT, text TEXT,
    concept INTEGER, rank INTEGER,
    PRIMARY KEY (scheme, language, letter, key, text, concept)) WITHOUT ROWID;
CREATE TABLE letters (scheme INTEGER, language TEXT, letter TEXT, entries INTEGER,
    PRIMARY KEY (scheme, language, letter)) WITHOUT ROWID;
CREATE TABLE long_lists (scheme INTEGER, above INTEGER, language TEXT, place INTEGER,
    concept INTEGER, PRIMARY KEY (scheme, above, language, place)) WITHOUT ROWID;
CREATE TABLE steps (concept INTEGER PRIMARY KEY, above INTEGER);
CREATE TABLE schemes (scheme INTEGER PRIMARY KEY, slug TEXT UNIQUE, concepts INTEGER,
    deprecated INTEGER, languages TEXT);
CREATE INDEX below ON broader (above, below);
CREATE INDEX in_schemes ON members (concept, scheme);
"""


_WAY_SQL = """
WITH RECURSIVE way (concept, above, place) AS (
    SELECT concept, above, 0 FROM steps WHERE concept = ? UNION ALL
    SELECT s.concept, s.above, place + 1 FROM way JOIN steps s ON s.concept = way.above)
SELECT iri FROM way JOIN things ON things.id = concept ORDER BY place DESC
"""

# What the file is made of.


def write_concepts(path: Path, graphs: Mapping[str, Quads], base_iri: str) -> bool:
    """Write the file of everything published; tell whether there are concepts, else there is none.

    Args:
        path: A file that does not exist.
        graphs: Everything that is published; shapes are left out.
        base_iri: Base of the names.
    """
    paths = [quads.path for name, quads in graphs.items() if name != base_iri + SHAPES]
    if not any(_mentions_concepts(each) for each in paths):
        return False
    with (
        with_path(path, has_temporary=True),
        closing(sqlite3.connect(path, isolation_level=None)) as index,
    ):
        index.executescript(
            "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA temp_store = FILE;"
            f"{_TABLES}"
        )
        index.create_function("sort_key", 2, collation_key, deterministic=True)
        index.create_function("letter_of", 2, index_letter, deterministic=True)
        index.create_function("number_key", 1, notation_key, deterministic=True)
        index.execute("BEGIN")
        _TableWriter(index, paths).read()
        _derive(index, base_iri)
        found = index.execute("SELECT EXISTS (SELECT 1 FROM kinds WHERE kind = 'concept')")
        has_concepts = bool(found.fetchone()[0])
        index.execute("COMMIT")
        index.execute("VACUUM")
    if not has_concepts:
        path.unlink()
    return has_concepts


def _mentions_concepts(path: Path) -> bool:
    """Tell whether a file may speak of concepts: nearly all that do have one of these types."""
    with path.open("rb") as lines:
        return any(b"/skos/core#" in line for line in lines)


class _TableWriter:
    """Writes sorted N-Quads into the tables, one subject after the other."""

    def __init__(self, index: sqlite3.Connection, paths: Sequence[Path]) -> None:
        """Find out which properties and classes count, those that the data declare among them."""
        self._index, self._paths = index, paths
        pairs = declared_pairs(self._lines((iri("rdfs:subPropertyOf"), iri("rdfs:subClassOf"))))
        self._labels: LabelProperties = find_label_properties(pairs)
        self._broader = narrower_terms(_BROADER, pairs)
        self._narrower = narrower_terms(_NARROWER, pairs)
        self._classes = {
            **dict.fromkeys(narrower_terms((_SCHEME,), pairs), "scheme"),
            **dict.fromkeys(narrower_terms(_COLLECTIONS, pairs), "collection"),
            **dict.fromkeys(narrower_terms((_CONCEPT,), pairs), "concept"),
        }
        self._ranks = {
            **{path: rank for rank, path in enumerate(self._labels.names)},
            **dict.fromkeys(self._labels.alternatives, ALTERNATIVE),
            **dict.fromkeys(self._labels.hidden, HIDDEN),
        }
        self._id = lru_cache(maxsize=_CHUNK)(self._find_id)
        self._rows: dict[str, list[tuple[object, ...]]] = defaultdict(list)

    def _lines(self, predicates: Iterable[str]) -> Iterator[bytes]:
        """Yield the lines with some predicates; of blank nodes too."""
        used = frozenset(f"<{name}>".encode() for name in predicates)
        for path in self._paths:
            with path.open("rb", _BUFFER_BYTES) as file:
                yield from (line for line in file if line.split(b" ", 2)[1] in used)

    def read(self) -> None:
        """Read everything that counts: first what is a concept, then what is said of these."""
        used = {*self._broader, *self._narrower, *self._classes, _DEPRECATED, _NOTATION}
        used |= {iri(f"skos:{n}") for n in ("inScheme", "topConceptOf", "hasTopConcept")}
        for quad in self._quads(used):
            self._add_structure(quad)
        self._write_all()
        used = {*self._ranks, *XL_LABELS, LITERAL_FORM}
        known = lru_cache(maxsize=_CHUNK)(self._known)
        for quad in self._quads(used):
            self._add_name(quad, known)
        self._write_all()
        _run(
            self._index,
            """
            CREATE INDEX forms_of ON forms (label);
            INSERT OR IGNORE INTO names SELECT xl.thing, xl.rank, forms.language, forms.text
                FROM xl JOIN forms ON forms.label = xl.label
                WHERE xl.rank > 0 OR NOT EXISTS (
                    SELECT 1 FROM names n WHERE n.thing = xl.thing AND n.rank < 100
                    AND n.language = forms.language);
            DROP TABLE xl; DROP TABLE forms
            """,
        )

    def _quads(self, used: Iterable[str]) -> Iterator[Quad]:
        lines = self._lines(used)
        while part := b"".join(islice(lines, _CHUNK)):
            yield from parse(part, format=RdfFormat.N_QUADS)

    def _find_id(self, name: str) -> int:
        found = self._index.execute("SELECT id FROM things WHERE iri = ?", (name,)).fetchone()
        if found is not None:
            return int(found[0])
        return int(
            self._index.execute("INSERT INTO things (iri) VALUES (?)", (name,)).lastrowid or 0
        )

    def _known(self, name: str) -> int | None:
        found = self._index.execute("SELECT id FROM things WHERE iri = ?", (name,)).fetchone()
        return None if found is None else int(found[0])

    def _add_structure(self, quad: Quad) -> None:
        subject, path, value = quad.subject, quad.predicate.value, quad.object
        if not isinstance(subject, NamedNode):
            return
        if isinstance(value, Literal):
            if path == _NOTATION:
                self._insert("notations", self._id(subject.value), value.value)
            elif path == _DEPRECATED and value.value in ("true", "1"):
                self._insert("deprecated", self._id(subject.value))
        elif isinstance(value, NamedNode):
            if path == _TYPE:
                if value.value in self._classes:
                    self._insert("kinds", self._id(subject.value), self._classes[value.value])
            elif subject != value:
                self._add_arc(subject.value, path, value.value)

    def _add_arc(self, subject: str, path: str, value: str) -> None:
        name = path.rpartition("#")[2]
        if path in self._broader:
            self._insert("broader", self._id(subject), self._id(value))
        elif path in self._narrower:
            self._insert("broader", self._id(value), self._id(subject))
        elif name in ("inScheme", "topConceptOf"):
            self._insert("stated", self._id(subject), self._id(value), int(name != "inScheme"))
        elif name == "hasTopConcept":
            self._insert("stated", self._id(value), self._id(subject), 1)

    def _add_name(self, quad: Quad, known: Callable[[str], int | None]) -> None:
        subject, path, value = quad.subject, quad.predicate.value, quad.object
        name = subject.value if isinstance(subject, NamedNode) else str(subject)
        if path == LITERAL_FORM and isinstance(value, Literal):
            self._insert("forms", name, value.language or "", value.value)
            return
        thing = known(name)
        if thing is None:
            return
        if path in XL_LABELS and not isinstance(value, Literal):
            rank = {"prefLabel": 0, "altLabel": ALTERNATIVE}.get(path.rpartition("#")[2], HIDDEN)
            label = value.value if isinstance(value, NamedNode) else str(value)
            self._insert("xl", thing, rank, label)
        elif path in self._ranks and isinstance(value, Literal):
            self._insert("names", thing, self._ranks[path], value.language or "", value.value)

    def _insert(self, table: str, *values: object) -> None:
        rows = self._rows[table]
        rows.append(values)
        if len(rows) >= _CHUNK:
            self._write(table)

    def _write(self, table: str) -> None:
        rows = self._rows.pop(table, [])
        if rows:
            places = ", ".join("?" * len(rows[0]))
            query = f"INSERT OR IGNORE INTO {table} VALUES ({places})"  # nosec B608 # constants
            self._index.executemany(query, rows)

    def _write_all(self) -> None:
        for table in list(self._rows):
            self._write(table)


def _run(index: sqlite3.Connection, script: str) -> None:
    """Run statements within the transaction, which ``executescript`` would end."""
    for statement in filter(str.strip, script.split(";")):
        index.execute(statement)


def _derive(index: sqlite3.Connection, base_iri: str) -> None:
    """Write what follows: members, hierarchy without shortcuts, index, counts."""
    _run(index, _DERIVED)
    # What is said to be a concept, or is in a hierarchy or scheme and is no collection.
    index.execute(
        """INSERT OR IGNORE INTO kinds SELECT thing, 'concept' FROM (
            SELECT below AS thing FROM broader UNION SELECT concept FROM stated)
        WHERE thing NOT IN (SELECT thing FROM kinds WHERE kind IN ('collection', 'scheme'))"""
    )
    index.execute(
        "DELETE FROM stated WHERE concept NOT IN (SELECT thing FROM kinds WHERE kind = 'concept')"
    )
    index.execute("INSERT OR IGNORE INTO kinds SELECT scheme, 'scheme' FROM stated")
    _drop_shortcuts(index)
    index.execute(
        """INSERT INTO members
        WITH RECURSIVE reached (scheme, concept) AS (
            SELECT scheme, concept FROM stated UNION
            SELECT reached.scheme, broader.below FROM reached
            JOIN broader ON broader.above = reached.concept
            WHERE NOT EXISTS (SELECT 1 FROM stated WHERE stated.concept = broader.below))
        SELECT scheme, concept FROM reached"""
    )
    _find_roots(index)
    _find_steps(index)
    # Of a name that is both, the preferred one comes first: names are read by rank.
    index.execute(
        """INSERT OR IGNORE INTO entries
        SELECT scheme, language, letter_of(text, language), sort_key(text, language), text,
            concept, rank
        FROM members JOIN names ON names.thing = members.concept WHERE rank != 101
        AND (rank >= 100 OR rank = (SELECT MIN(rank) FROM names n WHERE n.thing = names.thing))
        ORDER BY 1, 2, 3, 4, 5, 6, 7"""
    )
    index.execute(
        "INSERT INTO letters SELECT scheme, language, letter, COUNT(*)"
        " FROM entries GROUP BY 1, 2, 3"
    )
    _describe_schemes(index, base_iri)
    _order_long_lists(index)


def _drop_shortcuts(index: sqlite3.Connection) -> None:
    """Take away what leads past a concept between: hierarchies are published with all of it."""

    @lru_cache(maxsize=_CHUNK)
    def above(concept: int) -> frozenset[int]:
        rows = index.execute("SELECT above FROM broader WHERE below = ?", (concept,))
        return frozenset(row[0] for row in rows)

    several = index.execute("SELECT below FROM broader GROUP BY below HAVING COUNT(*) > 1")
    dropped: list[tuple[int, int]] = []
    for (concept,) in several.fetchall():
        left = set(above(concept))
        for nearest in sorted(left, key=lambda name: (-len(above(name)), name)):
            if nearest in left and concept not in above(nearest):
                further = {n for n in above(nearest) if nearest not in above(n)} - {nearest}
                dropped += [(concept, name) for name in left & further]
                left -= further
    index.executemany("DELETE FROM broader WHERE below = ? AND above = ?", dropped)


def _find_roots(index: sqlite3.Connection) -> None:
    """Write the tops of each scheme: what it says, what has nothing above, one of each circle."""
    index.execute(
        """INSERT INTO roots SELECT DISTINCT scheme, concept FROM (
            SELECT scheme, concept FROM stated WHERE top = 1 UNION ALL
            SELECT m.scheme, m.concept FROM members m WHERE NOT EXISTS (
                SELECT 1 FROM broader b JOIN members o ON o.concept = b.above
                AND o.scheme = m.scheme WHERE b.below = m.concept))"""
    )
    for (scheme,) in index.execute("SELECT DISTINCT scheme FROM members").fetchall():
        index.execute("CREATE TEMP TABLE lost (concept INTEGER PRIMARY KEY)")
        index.execute(
            """INSERT INTO lost
            WITH RECURSIVE reached (concept) AS (
                SELECT concept FROM roots WHERE scheme = ? UNION
                SELECT broader.below FROM reached JOIN broader ON above = reached.concept)
            SELECT concept FROM members WHERE scheme = ? EXCEPT SELECT concept FROM reached""",
            (scheme, scheme),
        )
        while (found := index.execute("SELECT MIN(concept) FROM lost").fetchone()[0]) is not None:
            top = _in_circle(index, found)
            index.execute("INSERT OR IGNORE INTO roots VALUES (?, ?)", (scheme, top))
            index.execute(
                """DELETE FROM lost WHERE concept IN (
                WITH RECURSIVE reached (concept) AS (
                    SELECT ? UNION SELECT broader.below FROM reached
                    JOIN broader ON above = reached.concept JOIN lost ON lost.concept = below)
                SELECT concept FROM reached)""",
                (top,),
            )
            index.execute("DELETE FROM lost WHERE concept = ?", (found,))
        index.execute("DROP TABLE lost")


def _in_circle(index: sqlite3.Connection, concept: int) -> int:
    """Return the first concept of the circle to which the way up from a concept leads."""
    way: dict[int, None] = {}
    here = concept
    while here not in way:
        way[here] = None
        row = index.execute(
            "SELECT MIN(above) FROM broader JOIN lost ON lost.concept = above WHERE below = ?",
            (here,),
        ).fetchone()
        if row[0] is None:
            return here
        here = int(row[0])
    order = list(way)
    return min(order[order.index(here) :])


def _find_steps(index: sqlite3.Connection) -> None:
    """Write the first step of the shortest way up from each concept, level by level; 0 at a top.

    In a lattice there are more ways than anybody could try when a page is asked for.
    """
    tops = (
        "SELECT DISTINCT above FROM broader o WHERE NOT EXISTS"
        " (SELECT 1 FROM broader b WHERE b.below = o.above)",
        # Of a circle, in which everything has something above.
        "SELECT DISTINCT concept FROM roots JOIN broader ON above = concept",
    )
    index.execute("CREATE TEMP TABLE level (concept INTEGER PRIMARY KEY, above INTEGER)")
    for begin in tops:
        index.execute("DELETE FROM level")
        index.execute(
            f"INSERT INTO level SELECT *, 0 FROM ({begin}) EXCEPT SELECT concept, 0 FROM steps"  # nosec B608
        )
        while index.execute("SELECT EXISTS (SELECT 1 FROM level)").fetchone()[0]:
            index.execute("INSERT OR IGNORE INTO steps SELECT concept, above FROM level")
            index.execute(
                """CREATE TEMP TABLE next AS SELECT below AS concept, MIN(b.above) AS above
                FROM level JOIN broader b ON b.above = level.concept
                WHERE below NOT IN (SELECT concept FROM steps) GROUP BY below"""
            )
            index.execute("DELETE FROM level")
            index.execute("INSERT INTO level SELECT concept, above FROM next")
            index.execute("DROP TABLE next")
    index.execute("DROP TABLE level")


_NOT_IN_SLUGS = re.compile(r"[^\w.-]+")


def _describe_schemes(index: sqlite3.Connection, base_iri: str) -> None:
    rows = index.execute(
        "SELECT id, iri FROM things JOIN kinds ON thing = id WHERE kind = 'scheme' ORDER BY iri"
    ).fetchall()
    taken: set[str] = set()
    for scheme, name in rows:
        path = name.removeprefix(base_iri).removeprefix("id/").partition("//")
        slug = _NOT_IN_SLUGS.sub("-", path[2] or path[0]).strip("-.").lower() or "scheme"
        while slug in taken:
            slug += "-2"
        taken.add(slug)
        count, gone = index.execute(
            "SELECT COUNT(*), COUNT(deprecated.thing) FROM members LEFT JOIN deprecated"
            " ON deprecated.thing = concept WHERE scheme = ?",
            (scheme,),
        ).fetchone()
        spoken = index.execute(
            "SELECT language, SUM(entries) FROM letters WHERE scheme = ? GROUP BY language"
            " ORDER BY 2 DESC, 1",
            (scheme,),
        ).fetchall()
        languages = " ".join(tag for tag, _ in spoken if tag)
        index.execute(
            "INSERT INTO schemes VALUES (?, ?, ?, ?, ?)", (scheme, slug, count, gone, languages)
        )


def _order_long_lists(index: sqlite3.Connection) -> None:
    """Keep lists that are too long to be sorted for a page, in the commonest languages."""
    tags = index.execute(
        "SELECT language, SUM(entries) FROM letters WHERE language != '' GROUP BY 1 ORDER BY 2 DESC"
    ).fetchmany(_MOST_ORDERS)
    languages = [tag for tag, _ in tags] or [""]
    tops = index.execute("SELECT scheme FROM roots GROUP BY 1 HAVING COUNT(*) > ?", (MOST_SORTED,))
    lists = [(scheme, 0, "SELECT concept FROM roots WHERE scheme = ?") for (scheme,) in tops]
    rows = index.execute("SELECT above FROM broader GROUP BY 1 HAVING COUNT(*) > ?", (MOST_SORTED,))
    lists += [(0, above, "SELECT below FROM broader WHERE above = ?") for (above,) in rows]
    for scheme, above, members in lists:
        for language in languages:
            index.execute(
                f"""INSERT INTO long_lists
                SELECT ?, ?, ?, ROW_NUMBER() OVER (ORDER BY
                    coalesce((SELECT MIN(number_key(notation)) FROM notations
                        WHERE thing = concept), '~'),
                    sort_key(coalesce((SELECT text FROM names WHERE thing = concept AND rank < 100
                        ORDER BY rank, language = ? DESC, language = '' DESC, language = 'en' DESC,
                        language, text LIMIT 1), ''), ?), concept) - 1, concept
                FROM ({members.replace("below", "below AS concept")})""",  # nosec B608 # constants
                (scheme, above, language, language, language, scheme or above),
            )


# What is asked of the file.


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
    """

    text: str
    concept: str
    is_alternative: bool


class ConceptIndex:
    """The concepts of one release; without a file there are none."""

    def __init__(self, path: Path) -> None:
        """Keep where the file is; it is never written to."""
        self._path = path
        self._free: list[sqlite3.Connection] = []
        self._lock = Lock()
        self.is_there = path.is_file()
        self._schemes: Mapping[str, SchemeSummary] | None = None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            index = self._free.pop() if self._free else None
        if index is None and self.is_there:
            address = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            index = sqlite3.connect(address, uri=True, check_same_thread=False)
        elif index is None:  # a release of an earlier version: tables with nothing in them
            index = sqlite3.connect(":memory:", check_same_thread=False)
            index.executescript(_TABLES + _DERIVED)
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
        found = self.schemes()
        return found.get(slug) or next((s for s in found.values() if s.slug == slug), None)

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
            found = in_order([_concept(index, row[0]) for row in rows], language)
            return found[start : start + most], total

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
            found = {number: None}
            waiting = [number]
            while waiting:
                here = waiting.pop()
                rows = index.execute(
                    "SELECT below FROM broader WHERE above = ? LIMIT ?", (here, most + 1)
                )
                new = [row[0] for row in rows if row[0] not in found]
                found.update(dict.fromkeys(new))
                waiting += new
                if len(found) > most:
                    return None
            return [_iri_of(index, each) for each in found]

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
            return [Entry(text, name, rank >= ALTERNATIVE) for text, name, rank in rows]

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
            found: list[tuple[str, str, int, int]] = []
            for (letter,) in letters.fetchall():
                found += index.execute(
                    "SELECT key, text, concept, rank FROM entries WHERE scheme = ? AND language = ?"
                    " AND letter = ? AND key >= ? AND key < ? ORDER BY key, text, concept LIMIT ?",
                    (number, language, letter, key, end, most),
                )
            return [
                Entry(text, _iri_of(index, concept), rank >= ALTERNATIVE)
                for _, text, concept, rank in sorted(found)[:most]
            ]

    def labels(self, name: str) -> dict[str, list[Literal]]:
        """Return prefLabel, altLabel, hiddenLabel → the names of a thing."""
        found: dict[str, list[Literal]] = {}
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
                found.setdefault(kind, []).append(Literal(text, language=language or None))
        return found


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
