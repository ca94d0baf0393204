"""Which files have to be looked at triple by triple: those in which something may be wrong.

What the checks of one file judge, names of terms and literals with a datatype, is the same in most
triples. So the lines of all sources are gone through once, everything different in a part of them
is judged once, and only the files of what stands out are read again: in most folders none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from publisher.load.parse import SourceFile
from publisher.load.sources import Sources
from publisher.quality.literals import is_judged, is_lexical
from publisher.quality.places import is_misplaced, may_say_where
from publisher.quality.shape_features import read_literal
from publisher.quality.vocabularies import Vocabularies
from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import SortedLines

_BLOCK_BYTES = 8 << 20
# With more of what stands out, looking up where it is takes longer than reading everything.
_MOST_SUBJECTS = 20_000
_TYPE = f"<{iri('rdf:type')}>".encode()
# How N-Quads write control characters (canonical form), and the two that XML lacks besides.
_UNUSUAL_CHARACTERS = (b"\\b", b"\\f", b"\\u", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
# Datatypes that are not written.
_UNWRITTEN = (iri("xsd:string"), iri("rdf:langString"))
_Line = list[bytes]


def suspicious_files(
    sources: Sources, vocabularies: Vocabularies, is_writable: Callable[[str], bool]
) -> list[SourceFile]:
    """Return the files in which the checks of one file may find something, in their order.

    Args:
        sources: Whose files.
        vocabularies: What is known of terms.
        is_writable: Tells whether every format can write a property, given as an IRI.
    """
    look = _Look(vocabularies, is_writable)
    for path in (sources.sorted_sources.quads, sources.sorted_sources.examples):
        for block in _blocks(path):
            look.at(block)
    subjects = look.subjects
    if any(subject.startswith(b"_:") for subject in subjects) or len(subjects) > _MOST_SUBJECTS:
        return list(sources.files)  # nobody knows which file a blank node is from
    homes = SortedLines(sources.sorted_sources.defining_files)
    rows = (row for subject in subjects for row in homes.starting(subject + b"\t"))
    numbers = {int(row.split(b"\t")[2]) for row in rows}
    return [sources.files[number] for number in sorted(numbers)]


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield a file in parts of whole lines."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block + file.readline()


def _iri_of(rest: bytes) -> bytes:
    """Return the IRI, in angle brackets, with which the rest of a line begins."""
    return rest.partition(b">")[0] + b">"


class _Look:
    """Goes through lines, and keeps the subjects of those that stand out."""

    def __init__(self, vocabularies: Vocabularies, is_writable: Callable[[str], bool]) -> None:
        self._vocabularies, self._is_writable = vocabularies, is_writable
        self._namespaces = frozenset(name.encode() for name in vocabularies.namespaces())
        # IRI of a class or datatype, or of a property → whether it stands out; there are few.
        self._terms: dict[bytes, bool] = {}
        self._properties: dict[bytes, bool] = {}
        self._is_string_wrong = any(
            vocabularies.is_suspicious(name, is_used=True) for name in _UNWRITTEN
        )
        self.subjects: set[bytes] = set()

    def at(self, block: bytes) -> None:
        """Look at some lines of N-Quads."""
        lines = [line.split(b" ", 2) for line in block.splitlines(keepends=True)]
        subjects, predicates, values = map(set, zip(*lines, strict=True))
        strange = set(filter(self._is_strange_property, predicates))
        classes = {rest for _, predicate, rest in lines if predicate == _TYPE and rest[:1] == b"<"}
        wrong = {rest for rest in classes if self._is_strange_term(_iri_of(rest))}
        wrong |= set(filter(self._is_strange_value, values - classes))
        names = set(filter(self._is_strange_name, subjects))
        if strange or wrong or names:
            self.subjects |= {s for s, p, rest in lines if p in strange or rest in wrong} | names
        self.subjects |= self._misplaced(lines, predicates)

    def _is_strange_property(self, term: bytes) -> bool:
        if term not in self._properties:
            is_strange = self._is_strange_term(term)
            self._properties[term] = is_strange or not self._is_writable(term[1:-1].decode())
        return self._properties[term]

    def _is_strange_term(self, term: bytes) -> bool:
        """Tell whether an IRI in angle brackets stands out, used as a term for certain."""
        if term not in self._terms:
            name = term[1:-1].decode()
            self._terms[term] = self._vocabularies.is_suspicious(name, is_used=True)
        return self._terms[term]

    def _is_strange_name(self, term: bytes) -> bool:
        """Tell whether an IRI in angle brackets, or a blank node, stands out."""
        end = max(term.rfind(b"#"), term.rfind(b"/")) + 1 or term.rfind(b":") + 1
        return term[1:end] in self._namespaces and self._vocabularies.is_suspicious(
            term[1:-1].decode(), is_used=False
        )

    def _is_strange_value(self, rest: bytes) -> bool:
        """Tell whether an object stands out, with its graph and the full stop behind it."""
        if rest.startswith(b"<"):
            return self._is_strange_name(_iri_of(rest))
        if not rest.startswith(b'"'):
            return False
        if (b"\\" in rest or b"\xef\xbf" in rest) and any(c in rest for c in _UNUSUAL_CHARACTERS):
            return True
        end = rest.rindex(b'"') + 1
        if not rest.startswith(b"^^<", end):
            return self._is_string_wrong
        term = rest[end + 2 : rest.index(b">", end) + 1]
        if self._is_strange_term(term):
            return True
        datatype = term[1:-1].decode()
        written = rest[1 : end - 1].decode()
        if "\\" in written:
            written = read_literal(rest[:end].decode()).value
        if is_judged(datatype) and not is_lexical(written, datatype):
            return True
        return may_say_where("", datatype) and is_misplaced(
            "", Literal(written, datatype=NamedNode(datatype))
        )

    def _misplaced(self, lines: Iterable[_Line], predicates: Iterable[bytes]) -> set[bytes]:
        """Return the subjects of geometries that cannot be placed, of properties that say where."""
        named = {name: name[1:-1].decode() for name in predicates}
        where = {name: path for name, path in named.items() if may_say_where(path, "")}
        if not where:
            return set()
        found = set()
        for subject, predicate, rest in lines:
            if predicate in where and rest.startswith(b'"'):
                literal = read_literal(rest[: rest.rindex(b" <")].decode())
                if is_misplaced(where[predicate], literal):
                    found.add(subject)
        return found
