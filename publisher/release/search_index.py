"""Names and descriptions → a file that finds things by words: SQLite with FTS5.

A row of ``things`` is a thing in one language. ``exact`` holds its words as Swedish writes them,
``plain`` the same without å, ä, ö; ``words`` and ``letters`` are what misspelt words are mended
with. The same things give the same bytes with the same SQLite.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from pyoxigraph import Literal

from publisher.load.files import CATALOGUE, SHAPES
from publisher.rdf.namespaces import LABELS, iri
from publisher.rdf.sorted_files import Quads
from publisher.rdf.subjects import Said, Subjects, SubjectsOnDisk
from publisher.rdf.text import plain, words
from publisher.system.files import naming

SEARCH = "search.sqlite"
_TYPE = iri("rdf:type")
# Parts of other things; the pages of these show what they say.
_LEFT_OUT = {iri("rdf:Statement"), iri("geo:Geometry")}
_OF_CATALOGUE = {iri("dcat:Dataset"), iri("dcat:Catalog")}
_NAMES = (
    *LABELS,
    *map(
        iri,
        ("skos:altLabel", "schema:alternateName", "skos:notation", "dcterms:identifier"),
    ),
)
_TEXTS = tuple(
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
    names TEXT NOT NULL, text TEXT NOT NULL, kinds TEXT NOT NULL
);
CREATE TABLE words (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE letters (letter TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE exact USING fts5(
    label, names, text, content='', detail=column, tokenize="unicode61 remove_diacritics 0"
);
CREATE VIRTUAL TABLE plain USING fts5(
    label, names, text, content='', detail=column, tokenize="unicode61 remove_diacritics 0"
);
"""

Row = tuple[str, str, str, str, str, str]


def write_search(path: Path, graphs: Mapping[str, Quads], base_iri: str) -> None:
    """Write the index of everything that has a name and an address here.

    Args:
        path: A file that does not exist.
        graphs: Everything that is published; shapes are left out, of the catalogue all but its
            datasets.
        base_iri: Base of the names.
    """
    subjects, of_catalogue = _subjects(graphs, base_iri)
    with (
        naming(path, has_temporary=True),
        closing(sqlite3.connect(path, isolation_level=None)) as index,
    ):
        index.executescript(f"PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; {_TABLES}")
        index.execute("BEGIN")
        vocabulary: set[str] = set()
        for number, row in enumerate(_rows(subjects, of_catalogue, base_iri), start=1):
            index.execute("INSERT INTO things VALUES (?, ?, ?, ?, ?, ?, ?)", (number, *row))
            found = [words(text) for text in row[2:5]]
            for name, texts in (("exact", found), ("plain", [[*map(plain, w)] for w in found])):
                index.execute(
                    f"INSERT INTO {name} (rowid, label, names, text)"  # nosec B608 # two constants
                    " VALUES (?, ?, ?, ?)",
                    (number, *map(" ".join, texts)),
                )
            vocabulary.update(plain(word) for texts in found for word in texts)
        index.executemany("INSERT INTO words VALUES (?)", ((w,) for w in sorted(vocabulary)))
        letters = sorted(set("".join(vocabulary)))
        index.executemany("INSERT INTO letters VALUES (?)", ((letter,) for letter in letters))
        index.execute("INSERT INTO exact (exact) VALUES ('optimize')")
        index.execute("INSERT INTO plain (plain) VALUES ('optimize')")
        index.execute("COMMIT")
        index.execute("VACUUM")


def _subjects(graphs: Mapping[str, Quads], base_iri: str) -> tuple[Subjects, set[str]]:
    """Return what is said, and the subjects that only the catalogue speaks of."""
    kept = {name: quads for name, quads in graphs.items() if name != base_iri + SHAPES}
    others = [quads.path for name, quads in kept.items() if name != base_iri + CATALOGUE]
    elsewhere = SubjectsOnDisk(others)
    catalogue = Subjects(kept.get(base_iri + CATALOGUE, ()))
    only = {name for name in catalogue if not elsewhere.of(name)}
    return SubjectsOnDisk([quads.path for quads in kept.values()]), only


def _rows(subjects: Subjects, of_catalogue: set[str], base_iri: str) -> Iterator[Row]:
    """Yield each thing in each of its languages: IRI, language, label, names, text, kinds."""
    for name in subjects:
        said = subjects.of(name)
        kinds = set(subjects.nodes(name, _TYPE))
        is_left_out = kinds & _LEFT_OUT or (name in of_catalogue and not kinds & _OF_CATALOGUE)
        labels = subjects.names(name)
        if is_left_out or not labels or not name.startswith(base_iri):
            continue
        ordered = sorted(kinds, key=lambda kind: (not kind.startswith(base_iri), kind))
        texts = _literals(said, _TEXTS)
        for tag in sorted({*labels, *(t.language or "" for t in texts)} - {""}) or [""]:
            label = labels.get(tag) or labels.get("") or labels[min(labels)]
            names = [n for n in _spoken(_literals(said, _NAMES), tag) if n != label]
            text = "\n".join(_spoken(texts, tag))
            yield name, tag, label, "\n".join(names), text, " ".join(ordered)


def _literals(said: Said, paths: Sequence[str]) -> list[Literal]:
    return [
        term
        for path in paths
        for term in sorted(set(said.get(path, ())), key=str)
        if isinstance(term, Literal)
    ]


def _spoken(literals: Iterable[Literal], tag: str) -> list[str]:
    """Return the texts in a language or in none, once each."""
    return list(dict.fromkeys(t.value for t in literals if (t.language or "") in (tag, "")))
