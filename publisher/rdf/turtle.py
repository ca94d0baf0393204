"""Turtle in the one layout of the sources, so that a change of one fact is a change of one line.

A block per subject in the order of their IRIs; ``a`` first, then ``rdfs:label``, then predicates by
IRI; one object a line when there are several; the full stop alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from publisher.rdf.language_tags import written_tag
from publisher.rdf.namespaces import iri
from publisher.rdf.sorted_files import blocks_of_subjects

Subject = NamedNode | BlankNode
_SomeSubject = TypeVar("_SomeSubject", bound=Subject)  # the keys of a mapping are invariant
_ObjectsByPredicate = dict[str, set[object]]  # of one subject: predicate → objects
_TYPE, _STRING = iri("rdf:type"), iri("xsd:string")
_FIRST = {_TYPE: 0, iri("rdfs:label"): 1}
# Turtle's local names allow more, but every reader understands the simple ones.
_LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_-])?")
# Numbers that readers take for other ones of the same value (01, +1, .5) are written in full.
_BARE = {
    iri("xsd:integer"): re.compile(r"0|-?[1-9][0-9]*"),
    iri("xsd:decimal"): re.compile(r"-?(?:0|[1-9][0-9]*)\.(?!0{5})[0-9]+"),
    iri("xsd:boolean"): re.compile(r"true|false"),
}
# The layout of a source keeps those that its author may have written bare.
_BARE_IN_SOURCES = {
    iri("xsd:integer"): re.compile(r"[+-]?[0-9]+"),
    iri("xsd:decimal"): re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    iri("xsd:boolean"): re.compile(r"true|false"),
}
_BARE_ENDINGS = {f"^^<{name}>".encode(): pattern for name, pattern in _BARE.items()}
_TYPE_TERM, _LANG_STRING = f"<{_TYPE}>".encode(), iri("rdf:langString")
# Two ways to declare a prefix, which mean the same. Documents have the one that parsers older than
# 2014, and of N3, read too, as the recommendation advises (Turtle 1.1, section 2.4).
IN_SOURCES = "PREFIX {prefix}: <{namespace}>\n"
PUBLISHED = "@prefix {prefix}: <{namespace}> .\n"
# So many names are remembered as they are written.
_MOST_NAMES = 100_000
_ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)
# In a text over several lines, line feeds and tabs stand as they are, and a quotation mark is
# escaped where it would end the text.
_LONG_ESCAPES = str.maketrans({"\\": "\\\\", "\r": "\\r", "\b": "\\b", "\f": "\\f"})
_QUOTES = re.compile(r'"(?="|\Z)')


def _escape_quote(found: re.Match[str]) -> str:
    return "\\" + found[0]


def prefixes_by_namespace(prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return namespace → prefix; of two for a namespace the first.

    >>> prefixes_by_namespace({"dct": "http://purl.org/dc/terms/", "dcterms": "http://purl.org/dc/terms/"})
    {'http://purl.org/dc/terms/': 'dct'}
    """
    return {namespace: prefix for prefix, namespace in reversed(list(prefixes.items()))}


@lru_cache(maxsize=4096)  # predicates and classes come in every document
def _split(iri: str) -> tuple[str, str]:
    """Return namespace and local name of an IRI; no local name where Turtle would not read it."""
    end = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:end], iri[end:] if _LOCAL_NAME.fullmatch(iri, end) else ""


@dataclass(frozen=True)
class AuthorStyle:
    """What a file of an author has that its triples do not say, and a layout leaves alone.

    Attributes:
        prefixes: Prefix → namespace, as it declares them; all of them stay.
        names: The prefixed names that it writes, of those that are not simple.
        long_texts: The texts that it writes over several lines.
        tags: Language tag in small letters → as it writes it.
    """

    prefixes: Mapping[str, str] = field(default_factory=dict)
    names: Collection[str] = frozenset()
    long_texts: Collection[str] = frozenset()
    tags: Mapping[str, str] = field(default_factory=dict)


_NO_STYLE = AuthorStyle()


class _TurtleWriter:
    """Writes terms, and remembers which prefixes it used."""

    def __init__(
        self,
        prefixes: Mapping[str, str],
        style: AuthorStyle = _NO_STYLE,
        declaration: str = IN_SOURCES,
    ) -> None:
        self.declaration = declaration
        self.declared = {**prefixes, **style.prefixes}
        self.prefixes = prefixes_by_namespace({**style.prefixes, **self.declared})
        self.authors = prefixes_by_namespace(style.prefixes) if style.names else {}
        self.names = style.names
        self.used = set(style.prefixes)
        self.long_texts, self.tags = style.long_texts, style.tags
        self.bare = _BARE if style is _NO_STYLE else _BARE_IN_SOURCES
        self._verbs: dict[str, str] = {_TYPE: "a"}

    def iri(self, value: str) -> str:
        namespace, local_name = _split(value)
        prefix = self.prefixes.get(namespace) if local_name else None
        if prefix is None:
            return self.unusual_name(value)
        self.used.add(prefix)
        return f"{prefix}:{local_name}"

    def unusual_name(self, value: str) -> str:
        """Return an IRI in full, unless the author has written it with a prefix."""
        for namespace, prefix in self.authors.items():
            name = f"{prefix}:{value[len(namespace) :]}"
            if value.startswith(namespace) and name in self.names:
                return name
        return f"<{value}>"

    def quoted(self, text: str) -> str:
        if text not in self.long_texts:
            return f'"{text.translate(_ESCAPES)}"'
        return f'"""{_QUOTES.sub(_escape_quote, text.translate(_LONG_ESCAPES))}"""'

    def literal(self, literal: Literal) -> str:
        datatype = literal.datatype.value
        if literal.language:
            tag = self.tags.get(literal.language) or written_tag(literal.language)
            return f"{self.quoted(literal.value)}@{tag}"
        if datatype in self.bare and self.bare[datatype].fullmatch(literal.value):
            return literal.value
        quoted = self.quoted(literal.value)
        return quoted if datatype == _STRING else f"{quoted}^^{self.iri(datatype)}"

    def term(self, term: object) -> str:
        if isinstance(term, Literal):
            return self.literal(term)
        return self.iri(term.value) if isinstance(term, NamedNode) else str(term)

    def predicate(self, predicate: str, objects: Collection[object]) -> str:
        verb = self._verbs.get(predicate)
        if verb is None:
            verb = self._verbs[predicate] = self.iri(predicate)
        if len(objects) == 1:
            (only,) = objects
            return f"    {verb} {self.term(only)} ;\n"
        written = [self.term(term) for term in sorted(objects, key=_object_order)]
        return f"    {verb}\n        " + " ,\n        ".join(written) + " ;\n"

    def block(self, subject: Subject, objects: Mapping[str, Collection[object]]) -> str:
        lines = [
            self.predicate(predicate, objects[predicate]) for predicate in _in_order(tuple(objects))
        ]
        return self.term(subject) + "\n" + "".join(lines) + ".\n"

    def head(self) -> str:
        return "".join(
            self.declaration.format(prefix=prefix, namespace=self.declared[prefix])
            for prefix in sorted(self.used)
        )


def _no_terms() -> _ObjectsByPredicate:
    return defaultdict(set)


@lru_cache(maxsize=1024)  # things of a kind have the same ones
def _in_order(predicates: tuple[str, ...]) -> Sequence[str]:
    return sorted(predicates, key=_predicate_order)


def _predicate_order(predicate: str) -> tuple[int, str]:
    return (_FIRST.get(predicate, len(_FIRST)), predicate)


def _object_order(term: object) -> tuple[int, str, str, str]:
    if isinstance(term, Literal):
        return (1, term.value, term.datatype.value, term.language or "")
    return (0, _sort_key(term), "", "")


def _sort_key(term: object) -> str:
    """Return what a node is sorted by: its IRI, or the label of a blank node."""
    return term.value if isinstance(term, NamedNode) else str(term)


def write_turtle(
    triples: Iterable[Triple | Quad],
    prefixes: Mapping[str, str],
    style: AuthorStyle = _NO_STYLE,
    declaration: str = IN_SOURCES,
) -> str:
    """Return the triples as Turtle in the layout of the sources.

    Args:
        triples: In any order; the same triples always give the same text.
        prefixes: Prefix → namespace; only the used ones are declared. Of two for a namespace the
            first is used.
        style: What the author of the file has chosen, which goes before the rest.
        declaration: How prefixes are declared: ``IN_SOURCES`` or ``PUBLISHED``.
    """
    subjects: dict[Subject, _ObjectsByPredicate] = defaultdict(_no_terms)
    for triple in triples:
        subject = triple.subject
        assert not isinstance(subject, Triple)  # RDF 1.1 has no triples as terms
        subjects[subject][triple.predicate.value].add(triple.object)
    return write_subjects(subjects, prefixes, style, declaration)


def write_subjects(
    subjects: Mapping[_SomeSubject, Mapping[str, Collection[object]]],
    prefixes: Mapping[str, str],
    style: AuthorStyle = _NO_STYLE,
    declaration: str = IN_SOURCES,
) -> str:
    """Return subjects with their values as Turtle in the layout of the sources.

    Args:
        subjects: Subject → IRI of a property → its values, each once.
        prefixes: Prefix → namespace; only the used ones are declared.
        style: What the author of the file has chosen, which goes before the rest.
        declaration: How prefixes are declared: ``IN_SOURCES`` or ``PUBLISHED``.
    """
    writer = _TurtleWriter(prefixes, style, declaration)
    blocks = [
        writer.block(subject, subjects[subject]) for subject in sorted(subjects, key=_sort_key)
    ]
    head = writer.head()
    return head + ("\n" if head and blocks else "") + "\n".join(blocks)


class BlockWriter:
    """Writes the blocks of Turtle one by one; which prefixes they use is known at the end.

    It takes lines of N-Quads: what both languages write alike is not read.
    """

    def __init__(
        self,
        prefixes: Mapping[str, str],
        style: AuthorStyle = _NO_STYLE,
        *,
        in_graphs: bool = True,
        declaration: str = IN_SOURCES,
    ) -> None:
        """Begin with no prefix used but those of the author.

        Args:
            prefixes: Prefix → namespace.
            style: What the author has chosen; of it the prefixes count.
            in_graphs: Whether each line has a graph; else it has a line feed.
            declaration: How prefixes are declared: ``IN_SOURCES`` or ``PUBLISHED``.
        """
        self._writer = _TurtleWriter(prefixes, style, declaration)
        self._in_graphs = in_graphs
        self._names: dict[bytes, str] = {}
        self._orders: dict[bytes, tuple[int, str]] = {}
        # What is behind the text of a literal → the same in Turtle.
        self._endings: dict[bytes, str] = {}

    def block(self, subject: bytes, lines: Iterable[bytes]) -> str:
        """Return what is said of one subject; a blank line is between two blocks."""
        objects: dict[bytes, list[bytes]] = {}
        start = len(subject) + 1
        for line in lines:
            end = line.rindex(b" <") if self._in_graphs else -3
            predicate, value = line[start:end].split(b" ", 1)
            if predicate in objects:
                objects[predicate].append(value)
            else:
                objects[predicate] = [value]
        ordered = sorted(objects, key=self._predicate_order) if len(objects) > 1 else objects
        said = [self._said(predicate, objects[predicate]) for predicate in ordered]
        return f"{self._node(subject)}\n{''.join(said)}.\n"

    def head(self) -> str:
        """Return the declarations of the prefixes that the blocks use."""
        return self._writer.head()

    def _said(self, predicate: bytes, values: Collection[bytes]) -> str:
        verb = "a" if predicate == _TYPE_TERM else self._node(predicate)
        if len(values) > 1:
            values = sorted(set(values), key=_line_order)
        if len(values) == 1:
            return f"    {verb} {self._term(*values)} ;\n"
        return f"    {verb}\n        " + " ,\n        ".join(map(self._term, values)) + " ;\n"

    def _predicate_order(self, predicate: bytes) -> tuple[int, str]:
        if predicate not in self._orders:
            self._orders[predicate] = _predicate_order(predicate[1:-1].decode())
        return self._orders[predicate]

    def _term(self, value: bytes) -> str:
        return self._literal(value) if value.startswith(b'"') else self._node(value)

    def _node(self, term: bytes) -> str:
        found = self._names.get(term)
        if found is None:
            if len(self._names) >= _MOST_NAMES:
                self._names.clear()
            written = term.decode()
            found = self._writer.iri(written[1:-1]) if written.startswith("<") else written
            self._names[term] = found
        return found

    def _literal(self, value: bytes) -> str:
        end = value.rindex(b'"') + 1
        if b"\\u" in value or b"\\U" in value:  # control characters that Turtle has as they are
            return self._writer.literal(_read_literal(value))
        text, ending = value[:end].decode(), value[end:]
        bare = _BARE_ENDINGS.get(ending)
        if bare is not None and bare.fullmatch(text, 1, len(text) - 1):
            return text[1:-1]
        if ending not in self._endings:
            self._endings[ending] = self._ending(ending.decode())
        return text + self._endings[ending]

    def _ending(self, ending: str) -> str:
        if ending.startswith("@"):
            return f"@{written_tag(ending[1:])}"
        return f"^^{self._writer.iri(ending[3:-1])}" if ending else ""


def write_turtle_of_lines(
    lines: Iterable[bytes], prefixes: Mapping[str, str], declared: Mapping[str, str]
) -> str:
    """Return what ``write_turtle`` makes of sorted N-Triples.

    Args:
        lines: Each once.
        prefixes: Prefix → namespace.
        declared: The prefixes that the author of the file declares; of the author's style no more.
    """
    writer = BlockWriter(prefixes, AuthorStyle(declared), in_graphs=False)
    found = dict(blocks_of_subjects(lines))
    by_name = sorted(found, key=lambda subject: subject.removeprefix(b"<").removesuffix(b">"))
    blocks = [writer.block(subject, found[subject]) for subject in by_name]
    head = writer.head()
    return head + ("\n" if head and blocks else "") + "\n".join(blocks)


def _read_literal(value: bytes) -> Literal:
    (quad,) = parse(b"<x:x> <x:x> " + value + b" .", format=RdfFormat.N_TRIPLES)
    assert isinstance(quad.object, Literal)
    return quad.object


def _line_order(value: bytes) -> tuple[int, str, str, str]:
    """Return what an object, in N-Triples, is sorted by; see ``_object_order``."""
    if value.startswith(b'"'):
        if b"\\" in value:
            return _object_order(_read_literal(value))
        text, _, ending = value[1:].decode().rpartition('"')
        if ending.startswith("@"):
            return (1, text, _LANG_STRING, ending[1:])
        return (1, text, ending[3:-1] or _STRING, "")
    written = value.decode()
    return (0, written[1:-1] if written.startswith("<") else written, "", "")
