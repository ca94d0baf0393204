"""Views of a graph by subject: in memory, on disk, and while it changes; members of RDF lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from publisher.languages import SOURCE_LANGUAGE
from publisher.rdf.namespaces import LABELS, iri
from publisher.rdf.sorted_files import SortedLines, Sorter, merge_lines, without_repetitions

Term = NamedNode | BlankNode | Literal
Subject = NamedNode | BlankNode
Properties = Mapping[str, Sequence[Term]]
_NO_PROPERTIES: Properties = {}
_FIRST, _REST = iri("rdf:first"), iri("rdf:rest")
_XL_LABEL = "http://www.w3.org/2008/05/skos-xl#prefLabel"
_XL_LABEL_BYTES = f"<{_XL_LABEL}>".encode()
_LITERAL_FORM = "http://www.w3.org/2008/05/skos-xl#literalForm"
Node = TypeVar("Node", bound=Hashable)
Member = TypeVar("Member")
# A thing is asked for one property after the other; the names of concepts come back.
_CACHED_SUBJECTS = 20_000
_CACHED_NAMES = 20_000
_CACHED_TERMS = 10_000


def in_order(terms: Sequence[Term]) -> tuple[Term, ...]:
    """Return terms sorted as they are written, each once."""
    return tuple(terms if len(terms) < 2 else sorted(set(terms), key=str))


class Subjects:
    """What some graphs say, by subject; values come sorted and once each."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        """Sort quads by subject and predicate."""
        # What names a thing; anyone who knows what the data declare to be like it says so here.
        self.label_paths: Sequence[str] = LABELS
        self._by_subject: dict[str, dict[str, list[Term]]] = defaultdict(dict)
        self._blank: set[str] = set()
        for quad in quads:
            subject, value = quad.subject, quad.object
            if isinstance(subject, BlankNode):
                self._blank.add(subject.value)
            if isinstance(subject, NamedNode | BlankNode) and isinstance(
                value, NamedNode | BlankNode | Literal
            ):
                values = self._by_subject[subject.value].setdefault(quad.predicate.value, [])
                if value not in values[-1:]:
                    values.append(value)

    def __iter__(self) -> Iterator[str]:
        """Yield every named subject, sorted."""
        return iter(sorted(self._by_subject.keys() - self._blank))

    def with_nameless(self) -> Iterator[str]:
        """Yield every subject, blank nodes too, sorted."""
        return iter(sorted(self._by_subject))

    def of(self, subject: str) -> Properties:
        """Return predicate → values of a subject."""
        return self._by_subject.get(subject, _NO_PROPERTIES)

    def values(self, subject: str, path: str) -> tuple[Term, ...]:
        """Return the values of one property of a subject, sorted."""
        return in_order(self.of(subject).get(path, ()))

    def nodes(self, subject: str, path: str) -> tuple[str, ...]:
        """Return the IRIs and blank nodes among the values of a property, sorted."""
        return tuple(
            term.value for term in self.values(subject, path) if not isinstance(term, Literal)
        )

    def subjects(self, path: str, value: str) -> tuple[str, ...]:
        """Return the named subjects that have an IRI as a value of a property, sorted."""
        return tuple(self._incoming.get((path, value), ()))

    def pointing(self, value: str) -> tuple[tuple[str, str], ...]:
        """Return property and named subject of every statement whose value is an IRI, sorted."""
        return tuple(sorted(self._pointing.get(value, ())))

    @cached_property
    def _incoming(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for subject in self:
            for path in self.of(subject):
                for value in self.nodes(subject, path):
                    found[path, value].append(subject)
        return found

    @cached_property
    def _pointing(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for (path, value), subjects in self._incoming.items():
            found[value] += [(path, subject) for subject in subjects]
        return found

    def list_members(self, head: str) -> Iterator[Term]:
        """Return the members of an RDF list (RDF Schema, section 5.2); one in a circle ends."""

        def rest(node: str) -> str | None:
            return next(iter(self.nodes(node, _REST)), None)

        return walk_list(head, lambda node: self.values(node, _FIRST)[:1], rest)

    def naming_property(self, subject: str) -> str:
        """Return the first of the properties that name things that a subject has; "" for none."""
        properties = self.of(subject)
        return next((path for path in self.label_paths if path in properties), "")

    def names(self, subject: str) -> dict[str, str]:
        """Return what a subject is called: language tag → name."""
        properties = self.of(subject)
        path = self.naming_property(subject)
        if not path and _XL_LABEL in properties:
            labels = self.nodes(subject, _XL_LABEL)
            forms = (form for label in labels for form in self.values(label, _LITERAL_FORM))
            return texts_by_language(forms)
        return texts_by_language(self.values(subject, path))


class SubjectsOnDisk(Subjects):
    """The same of sorted N-Quads in files, looked up one subject at a time."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Open the files."""
        super().__init__(())
        self._files = [SortedLines(path) for path in paths]
        # A method must not be cached for the life of the program, so the cache is the object's.
        self._remembered = lru_cache(maxsize=_CACHED_SUBJECTS)(self._look_up)
        self._named = lru_cache(maxsize=_CACHED_NAMES)(self._find_names)

    def __iter__(self) -> Iterator[str]:
        """Yield every named subject, sorted."""
        with TemporaryDirectory() as folder, Sorter(Path(folder, "subjects")) as sorter:
            for file in self._files:
                for name in without_repetitions(line.partition(b" ")[0] for line in file):
                    if name.startswith(b"<"):
                        sorter.add(name[1:-1] + b"\n")
            sorter.close()
            for name in merge_lines(sorter.runs):
                yield name[:-1].decode()

    def of(self, subject: str) -> Properties:
        """Return predicate → values of a subject."""
        return self._remembered(subject)

    def naming_property(self, subject: str) -> str:
        """Return the first of the properties that name things that a subject has; "" for none."""
        return self._named(subject)[0]

    def names(self, subject: str) -> dict[str, str]:
        """Return what a subject is called: language tag → name."""
        return self._named(subject)[1]

    def _find_names(self, subject: str) -> tuple[str, dict[str, str]]:
        """Return property and names; of all that is said of a subject only these are read."""
        start = _line_start(subject)
        said: dict[bytes, list[bytes]] = {}
        for file in self._files:
            for line in file.block(start).splitlines():
                predicate = line[len(start) : line.index(b" ", len(start))]
                said.setdefault(predicate, []).append(line)
        for path in self.label_paths:
            if lines := said.get(f"<{path}>".encode()):
                terms = [_term(line, len(start) + len(path) + 3) for line in lines]
                return path, texts_by_language(in_order(terms))
        return "", super().names(subject) if _XL_LABEL_BYTES in said else {}

    def _look_up(self, subject: str) -> Properties:
        start = _line_start(subject)
        length = len(start)
        properties: dict[str, list[Term]] = {}
        last, terms = b"", list[Term]()
        for file in self._files:
            for line in file.block(start).splitlines():
                predicate = line[length : line.index(b" ", length)]
                if predicate != last:
                    last, terms = predicate, properties.setdefault(_name(predicate), [])
                terms.append(_term(line, length + len(predicate) + 1))
        return properties


# Parsing the few lines of a subject takes twice as long as reading what their canonical form is.


@lru_cache(maxsize=_CACHED_TERMS)
def _name(written: bytes) -> str:
    """Return an IRI without its brackets."""
    return written[1:-1].decode()


@lru_cache(maxsize=_CACHED_TERMS)
def _node(written: bytes) -> NamedNode:
    return NamedNode(written[1:-1].decode())


def _term(line: bytes, start: int) -> Term:
    r"""Return the object of a line of canonical N-Quads or N-Triples, without its line feed.

    >>> _term(b'<a:a> <a:b> "c d" .', 12)
    <Literal value=c d datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#string>>
    >>> _term(b'<a:a> <a:b> "c \"d\""@sv <a:g> .', 12)
    <Literal value=c "d" language=sv>

    Args:
        line: One line.
        start: Where the object begins.
    """
    if b"\\" in line:
        value: Term | Triple = next(iter(parse(line, format=RdfFormat.N_QUADS))).object
        assert not isinstance(value, Triple)  # RDF 1.1 has no triples as terms
        return value
    if line.startswith(b'"', start):
        end = line.rindex(b'"')
        text, kind = line[start + 1 : end].decode(), line[end + 1 : -2].partition(b" ")[0]
    else:
        written = line[start : line.index(b" ", start)]
        is_node = written.startswith(b"<")
        return _node(written) if is_node else BlankNode(written[2:].decode())
    if not kind:
        return Literal(text)
    if kind.startswith(b"@"):
        return Literal(text, language=kind[1:].decode())
    return Literal(text, datatype=_node(kind[2:]))


def _line_start(subject: str) -> bytes:
    """Return what the lines about a subject begin with: an IRI or the name of a blank node."""
    return f"<{subject}> ".encode() if ":" in subject else f"_:{subject} ".encode()


class StoredGraph:
    """The triples of a sorted file of N-Triples, by subject; nothing of it is held in memory."""

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self._file = SortedLines(path)

    def __contains__(self, subject: str) -> bool:
        """Tell whether anything is said of a subject."""
        return bool(self._file.block(_line_start(subject)))

    def about(self, subjects: Iterable[str]) -> list[Triple]:
        """Return what is said of some subjects."""
        lines = b"".join([self._file.block(_line_start(name)) for name in sorted(subjects)])
        return [quad.triple for quad in parse(lines, format=RdfFormat.N_TRIPLES)]

    def nodes(self, subject: str, name: str) -> list[str]:
        """Return the IRIs that a subject leads to by a predicate, given as a prefixed name."""
        predicate = iri(name)
        return [
            triple.object.value
            for triple in self.about([subject])
            if triple.predicate.value == predicate and isinstance(triple.object, NamedNode)
        ]


class MutableGraph:
    """Triples that can be looked up and changed, by subject and property.

    Properties are IRIs; values come once each, in the order in which they were added.
    """

    def __init__(self, triples: Iterable[Triple | Quad] = ()) -> None:
        """Begin with some triples."""
        self._properties: dict[Subject, dict[str, dict[Term, None]]] = {}
        self._subjects: dict[tuple[str, Term], dict[Subject, None]] = {}
        self.extend(triples)

    def extend(self, triples: Iterable[Triple | Quad]) -> None:
        """Add triples; those about triples are left out (RDF 1.1 has none)."""
        for triple in triples:
            subject, value = triple.subject, triple.object
            if not isinstance(subject, Triple) and not isinstance(value, Triple):
                self.add(subject, triple.predicate.value, value)

    def add(self, subject: Subject, path: str, *values: Term) -> None:
        """Add values of a property of a subject."""
        if values:
            self._properties.setdefault(subject, {}).setdefault(path, {}).update(
                dict.fromkeys(values)
            )
            for value in values:
                self._subjects.setdefault((path, value), {})[subject] = None

    def discard(self, subject: Subject, path: str, value: Term) -> None:
        """Remove one triple, if it is there."""
        self._properties.get(subject, {}).get(path, {}).pop(value, None)
        self._subjects.get((path, value), {}).pop(subject, None)

    def replace(self, subject: Subject, path: str, value: Term, other: Term) -> None:
        """Remove one value and add another, after those that stay."""
        self.discard(subject, path, value)
        self.add(subject, path, other)

    def exchange(self, subject: Subject, path: str, value: Term, *others: Term) -> None:
        """Put other values in the position of one.

        Raises:
            ValueError: It is no value of the property.
        """
        values = list(self.values(subject, path))
        index = values.index(value)
        self._forget(subject, path)
        self.add(subject, path, *values[:index], *others, *values[index + 1 :])

    def drop(self, subject: Subject, path: str = "") -> None:
        """Remove a property of a subject, or everything about it."""
        for each in [path] if path else self.paths(subject):
            self._forget(subject, each)
        if not self._properties.get(subject):
            self._properties.pop(subject, None)

    def _forget(self, subject: Subject, path: str) -> None:
        for value in self._properties.get(subject, {}).pop(path, {}):
            self._subjects[path, value].pop(subject, None)

    def values(self, subject: Subject, path: str) -> Sequence[Term]:
        """Return the values of a property of a subject."""
        return tuple(self._properties.get(subject, {}).get(path, ()))

    def paths(self, subject: Subject) -> tuple[str, ...]:
        """Return the properties of a subject."""
        return tuple(self._properties.get(subject, ()))

    def knows(self, subject: object) -> bool:
        """Tell whether there are triples about a subject."""
        return any(self._properties.get(subject, {}).values())  # type: ignore[call-overload]

    def with_value(self, path: str, value: Term) -> tuple[Subject, ...]:
        """Return the subjects that have a value by a property."""
        return tuple(self._subjects.get((path, value), ()))

    def pairs(self, path: str) -> list[tuple[Subject, Term]]:
        """Return subject and value of each triple with a property."""
        return [
            (subject, value)
            for subject, properties in self._properties.items()
            for value in properties.get(path, ())
        ]

    def statements(self, subject: Subject) -> Iterator[tuple[str, Term]]:
        """Yield property and value of each triple about a subject."""
        for path, values in self._properties.get(subject, {}).items():
            yield from ((path, value) for value in values)

    def triples_of(self, subject: Subject) -> Iterator[Triple]:
        """Yield the triples about a subject."""
        for path, value in self.statements(subject):
            yield Triple(subject, NamedNode(path), value)

    def clear(self) -> None:
        """Remove everything."""
        self._properties.clear()
        self._subjects.clear()

    def subjects(self) -> Iterable[Subject]:
        """Return every subject, in the order in which they were added."""
        return self._properties.keys()

    def triples(self) -> Iterable[Triple]:
        """Return every triple."""
        return (triple for subject in self._properties for triple in self.triples_of(subject))


def texts_by_language(terms: Iterable[Term]) -> dict[str, str]:
    """Return language tag → text of literals; of several in a language the first."""
    found: dict[str, str] = {}
    for term in terms:
        if isinstance(term, Literal):
            found.setdefault(term.language or "", term.value)
    return found


def pick_name(names: Mapping[str, str], language: str) -> str:
    """Return the name that serves a language best; empty when there is none.

    >>> pick_name({"en": "Lake", "": "L"}, "sv")
    'L'
    """
    for tag in (language, "", SOURCE_LANGUAGE):
        if tag in names:
            return names[tag]
    return next(iter(names.values()), "")


def list_members(
    term: object, properties_by_node: Mapping[str, Mapping[str, Sequence[object]]]
) -> Iterable[object]:
    """Return the members of an RDF list, else the term itself.

    Args:
        term: Perhaps the beginning of a list.
        properties_by_node: Node → property → values.
    """

    def values(node: object, path: str) -> Sequence[object]:
        return properties_by_node.get(str(node), {}).get(path, ())[:1]

    def rest(node: object) -> object:
        return next(iter(values(node, _REST)), None)

    if not (isinstance(term, BlankNode) and values(term, _FIRST)):
        return (term,)
    head: object = term
    return walk_list(head, lambda node: values(node, _FIRST), rest)


def walk_list(
    head: Node, first: Callable[[Node], Iterable[Member]], rest: Callable[[Node], Node | None]
) -> Iterator[Member]:
    """Yield the members of an RDF list (RDF Schema, section 5.2); one in a circle ends.

    Args:
        head: Its first node.
        first: Returns the member at a node, in a sequence of one; empty for the end of the list.
        rest: Returns the node after one.
    """
    seen: set[Node] = set()
    node: Node | None = head
    while node is not None and node not in seen:
        seen.add(node)
        yield from first(node)
        node = rest(node)
