"""Turtle in the one layout of the sources, so that a change of one fact is a change of one line.

A block per subject in the order of their IRIs; ``a`` first, then ``rdfs:label``, then predicates by
IRI; one object a line when there are several; the full stop alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from publisher.rdf.namespaces import iri

Subject = NamedNode | BlankNode
_ObjectsByPredicate = dict[str, set[object]]  # of one subject: predicate → objects
_TYPE, _STRING = iri("rdf:type"), iri("xsd:string")
_FIRST = {_TYPE: 0, iri("rdfs:label"): 1}
_LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_-])?")
_BARE = {
    iri("xsd:integer"): re.compile(r"[+-]?[0-9]+"),
    iri("xsd:decimal"): re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    iri("xsd:boolean"): re.compile(r"true|false"),
}
_ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)


@lru_cache(maxsize=4096)  # predicates and classes come in every document
def _split(iri: str) -> tuple[str, str]:
    """Return namespace and local name of an IRI; no local name where Turtle would not read it."""
    end = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:end], iri[end:] if _LOCAL_NAME.fullmatch(iri, end) else ""


class _TurtleWriter:
    """Writes terms, and remembers which prefixes it used."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = {namespace: prefix for prefix, namespace in prefixes.items()}
        self.used: set[str] = set()

    def iri(self, value: str) -> str:
        namespace, local_name = _split(value)
        prefix = self.prefixes.get(namespace) if local_name else None
        if prefix is None:
            return f"<{value}>"
        self.used.add(prefix)
        return f"{prefix}:{local_name}"

    def literal(self, literal: Literal) -> str:
        datatype = literal.datatype.value
        if literal.language:
            return f'"{literal.value.translate(_ESCAPES)}"@{literal.language}'
        if datatype in _BARE and _BARE[datatype].fullmatch(literal.value):
            return literal.value
        quoted = f'"{literal.value.translate(_ESCAPES)}"'
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
        declared = {prefix: namespace for namespace, prefix in self.prefixes.items()}
        return "".join(f"PREFIX {prefix}: <{declared[prefix]}>\n" for prefix in sorted(self.used))


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


def write_turtle(triples: Iterable[Triple | Quad], prefixes: Mapping[str, str]) -> str:
    """Return the triples as Turtle in the layout of the sources.

    Args:
        triples: In any order; the same triples always give the same text.
        prefixes: Prefix → namespace; only the used ones are declared.
    """
    subjects: dict[Subject, _ObjectsByPredicate] = defaultdict(_no_terms)
    for triple in triples:
        subject = triple.subject
        assert not isinstance(subject, Triple)  # RDF 1.1 has no triples as terms
        subjects[subject][triple.predicate.value].add(triple.object)
    writer = _TurtleWriter(prefixes)
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
        """Return what is said of one subject; a blank line stands between two blocks."""
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
