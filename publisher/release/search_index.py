"""Names and descriptions → an SQLite file that finds things by words (FTS5).

A row of ``things`` is a thing in one language. ``exact`` holds its words as Swedish writes them,
``plain`` the same without å, ä, ö; ``words`` and ``letters`` are what misspelt words are repaired
with. The same things give the same bytes with the same SQLite.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import Literal

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
    index_words,
    plain_letters,
)
from publisher.release.tables.files import find_locations
from publisher.release.tables.table import PathResolver, write_links
from publisher.system.files import with_path

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
