"""Turtle in the one layout of the sources, so that a change of one fact is a change of one line.

A block per subject in the order of their IRIs; ``a`` first, then ``rdfs:label``, then predicates by
IRI; one object a line when there are several; the full stop alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from publisher.rdf.language_tags import written_tag
from publisher.rdf.namespaces import iri

Subject = NamedNode | BlankNode
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

    def __init__(self, prefixes: Mapping[str, str], style: AuthorStyle = _NO_STYLE) -> None:
        self.declared = {**prefixes, **style.prefixes}
        self.prefixes = prefixes_by_namespace({**style.prefixes, **self.declared})
        self.authors = prefixes_by_namespace(style.prefixes) if style.names else {}
        self.names = style.names
        self.used = set(style.prefixes)
        self.long_texts, self.tags = style.long_texts, style.tags
        self.bare = _BARE if style is _NO_STYLE else _BARE_IN_SOURCES

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
        verb = "a" if predicate == _TYPE else self.iri(predicate)
        if len(objects) == 1:
            (only,) = objects
            return f"    {verb} {self.term(only)} ;\n"
        written = [self.term(term) for term in sorted(objects, key=_object_order)]
        return f"    {verb}\n        " + " ,\n        ".join(written) + " ;\n"

    def block(self, subject: Subject, objects: _ObjectsByPredicate) -> str:
        lines = [
            self.predicate(predicate, objects[predicate])
            for predicate in sorted(objects, key=_predicate_order)
        ]
        return self.term(subject) + "\n" + "".join(lines) + ".\n"

    def head(self) -> str:
        return "".join(
            f"PREFIX {prefix}: <{self.declared[prefix]}>\n" for prefix in sorted(self.used)
        )


def _no_terms() -> _ObjectsByPredicate:
    return defaultdict(set)


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
) -> str:
    """Return the triples as Turtle in the layout of the sources.

    Args:
        triples: In any order; the same triples always give the same text.
        prefixes: Prefix → namespace; only the used ones are declared. Of two for a namespace the
            first is used.
        style: What the author of the file has chosen, which goes before the rest.
    """
    subjects: dict[Subject, _ObjectsByPredicate] = defaultdict(_no_terms)
    for triple in triples:
        subject = triple.subject
        assert not isinstance(subject, Triple)  # RDF 1.1 has no triples as terms
        subjects[subject][triple.predicate.value].add(triple.object)
    writer = _TurtleWriter(prefixes, style)
    blocks = [
        writer.block(subject, subjects[subject]) for subject in sorted(subjects, key=_sort_key)
    ]
    head = writer.head()
    return head + ("\n" if head and blocks else "") + "\n".join(blocks)


class BlockWriter:
    """Writes the blocks of Turtle one by one; which prefixes they use is known at the end."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Begin with no prefix used."""
        self._writer = _TurtleWriter(prefixes)

    def block(self, triples: Iterable[Triple | Quad]) -> str:
        """Return what is said of one subject; a blank line is between two blocks."""
        objects = _no_terms()
        subject: Subject | None = None
        for triple in triples:
            assert not isinstance(triple.subject, Triple)
            subject = triple.subject
            objects[triple.predicate.value].add(triple.object)
        assert subject is not None
        return self._writer.block(subject, objects)

    def head(self) -> str:
        """Return the declarations of the prefixes that the blocks use."""
        return self._writer.head()


def as_n3(written: bytes) -> bytes:
    r"""Return a Turtle document of ``write_turtle`` for readers of N3, which has no ``PREFIX``.

    >>> as_n3(b"PREFIX e: <http://e/>\n\ne:a e:b e:c .")
    b'@prefix e: <http://e/> .\n\ne:a e:b e:c .'
    """
    lines = written.split(b"\n")
    for number, line in enumerate(lines):
        if not line.startswith(b"PREFIX "):
            break
        lines[number] = b"@prefix %b ." % line.removeprefix(b"PREFIX ")
    return b"\n".join(lines)
