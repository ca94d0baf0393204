"""The file of the concepts of a release: an SQLite database that ``concepts`` reads.

A concept belongs to the schemes that it names (``skos:inScheme``, ``skos:topConceptOf``) or that
name it (``skos:hasTopConcept``); one that names none belongs to those of the nearest concepts above
it. Hierarchy, alphabetical index and counts follow this one rule.

Every concept is in the index of a language, as a page would name it: names in the language; else
those without a language, which are in the index of every language of the scheme. A concept without
any name stands there by the end of its IRI.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from publisher.load.files import SHAPES
from publisher.rdf.collation import collation_key, index_letter, notation_key
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
# Ranks of names that are not preferred ones.
ALTERNATIVE, HIDDEN = 100, 101
# Added to the rank of an entry that stands in the index of a language, but is in none itself.
UNTAGGED = 1_000
# Languages in which so long lists are kept in order.
_MOST_ORDERS = 12
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
TABLES = """
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
DERIVED_TABLES = """
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
CREATE TABLE label_counts (scheme INTEGER, language TEXT, kind TEXT, labels INTEGER,
    PRIMARY KEY (scheme, language, kind)) WITHOUT ROWID;
CREATE INDEX below ON broader (above, below);
CREATE INDEX in_schemes ON members (concept, scheme);
"""


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
            f"PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA temp_store = FILE;{TABLES}"
        )
        index.create_function("sort_key", 2, collation_key, deterministic=True)
        index.create_function("letter_of", 2, index_letter, deterministic=True)
        index.create_function("number_key", 1, notation_key, deterministic=True)
        index.create_function("local_name", 1, _local_name, deterministic=True)
        index.create_function("primary_tag", 1, _primary_tag, deterministic=True)
        index.execute("BEGIN")
        _TableWriter(index, paths).read()
        _derive(index, base_iri)
        row = index.execute("SELECT EXISTS (SELECT 1 FROM kinds WHERE kind = 'concept')")
        has_concepts = bool(row.fetchone()[0])
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

    def _type_lines(self) -> Iterator[bytes]:
        """Yield the lines that say that something is a concept, scheme or collection."""
        known = frozenset(f"<{name}>".encode() for name in self._classes)
        for line in self._lines((_TYPE,)):
            if line.split(b" ", 3)[2] in known:
                yield line

    def read(self) -> None:
        """Read everything that counts: first what is a concept, then what is said of these."""
        used = {*self._broader, *self._narrower, _DEPRECATED, _NOTATION}
        used |= {iri(f"skos:{n}") for n in ("inScheme", "topConceptOf", "hasTopConcept")}
        for quad in _quads(chain(self._type_lines(), self._lines(used))):
            self._add_structure(quad)
        self._write_all()
        used = {*self._ranks, *XL_LABELS, LITERAL_FORM}
        known = lru_cache(maxsize=_CHUNK)(self._known)
        for quad in _quads(self._lines(used)):
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

    def _find_id(self, name: str) -> int:
        row = self._index.execute("SELECT id FROM things WHERE iri = ?", (name,)).fetchone()
        if row is not None:
            return int(row[0])
        return int(
            self._index.execute("INSERT INTO things (iri) VALUES (?)", (name,)).lastrowid or 0
        )

    def _known(self, name: str) -> int | None:
        row = self._index.execute("SELECT id FROM things WHERE iri = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

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


def _quads(lines: Iterator[bytes]) -> Iterator[Quad]:
    while part := b"".join(islice(lines, _CHUNK)):
        yield from parse(part, format=RdfFormat.N_QUADS)


def _run(index: sqlite3.Connection, script: str) -> None:
    """Run statements within the transaction, which ``executescript`` would end."""
    for statement in filter(str.strip, script.split(";")):
        index.execute(statement)


def _derive(index: sqlite3.Connection, base_iri: str) -> None:
    """Write what follows: members, hierarchy without shortcuts, index, counts."""
    _run(index, DERIVED_TABLES)
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
    _write_index(index)
    _describe_schemes(index, base_iri)
    _order_long_lists(index)


def _write_index(index: sqlite3.Connection) -> None:
    """Write the alphabetical index of each scheme in each of its languages, and count names."""
    _run(
        index,
        """
        CREATE TEMP TABLE called AS SELECT scheme, concept, language, rank, text
            FROM members JOIN names ON names.thing = members.concept
            WHERE rank >= 100 OR rank = (SELECT MIN(rank) FROM names n WHERE n.thing = names.thing);
        INSERT INTO label_counts SELECT scheme, language, CASE rank WHEN 100 THEN 'altLabel'
            WHEN 101 THEN 'hiddenLabel' ELSE 'prefLabel' END AS kind, COUNT(*)
            FROM called GROUP BY 1, 2, 3;
        CREATE TEMP TABLE spoken AS SELECT DISTINCT scheme, language FROM label_counts
            WHERE language != '' AND kind != 'hiddenLabel';
        INSERT INTO spoken SELECT DISTINCT scheme, '' FROM members
            WHERE scheme NOT IN (SELECT scheme FROM spoken);
        CREATE TEMP TABLE untagged AS
            SELECT scheme, concept, rank, text FROM called WHERE language = '' AND rank != 101
            UNION ALL SELECT scheme, concept, 0, local_name(iri) FROM members
            JOIN things ON id = concept WHERE NOT EXISTS (
                SELECT 1 FROM names WHERE thing = concept AND rank < 100)
        """,
    )
    # Of a name that is both, the preferred one comes first: names are read by rank.
    index.execute(
        """INSERT OR IGNORE INTO entries
        SELECT scheme, language, letter_of(text, language), sort_key(text, language), text,
            concept, rank
        FROM called WHERE rank != 101 AND language != '' ORDER BY 1, 2, 3, 4, 5, 6, 7"""
    )
    # A page chooses a name in the language before one in none, with a region or without.
    index.execute(
        """INSERT OR IGNORE INTO entries
        SELECT s.scheme, s.language, letter_of(text, s.language), sort_key(text, s.language), text,
            concept, rank + ?
        FROM untagged u JOIN spoken s ON s.scheme = u.scheme WHERE rank >= 100 OR NOT EXISTS (
            SELECT 1 FROM names n WHERE n.thing = concept AND n.rank = u.rank
            AND n.language != '' AND primary_tag(n.language) = primary_tag(s.language))
        ORDER BY 1, 2, 3, 4, 5, 6, 7""",
        (UNTAGGED,),
    )
    _run(
        index,
        """
        INSERT INTO letters SELECT scheme, language, letter, COUNT(*) FROM entries GROUP BY 1, 2, 3;
        DROP TABLE called; DROP TABLE spoken; DROP TABLE untagged
        """,
    )


def _local_name(name: str) -> str:
    return name.rstrip("/#").replace("#", "/").rpartition("/")[2] or name


def _primary_tag(tag: str) -> str:
    return tag.partition("-")[0].lower()


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
        while (concept := index.execute("SELECT MIN(concept) FROM lost").fetchone()[0]) is not None:
            top = _in_circle(index, concept)
            index.execute("INSERT OR IGNORE INTO roots VALUES (?, ?)", (scheme, top))
            index.execute(
                """DELETE FROM lost WHERE concept IN (
                WITH RECURSIVE reached (concept) AS (
                    SELECT ? UNION SELECT broader.below FROM reached
                    JOIN broader ON above = reached.concept JOIN lost ON lost.concept = below)
                SELECT concept FROM reached)""",
                (top,),
            )
            index.execute("DELETE FROM lost WHERE concept = ?", (concept,))
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
            "SELECT language, SUM(labels) FROM label_counts WHERE scheme = ?"
            " AND kind != 'hiddenLabel' GROUP BY language ORDER BY 2 DESC, 1",
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
