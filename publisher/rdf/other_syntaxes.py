"""TriX and Hextuples, made of N-Triples or N-Quads for clients that ask for them.

Nothing is kept in either: they are written from the lines that there are, when somebody asks. TriX
is XML (Carroll and Stickler, HP Laboratories report HPL-2004-56); Hextuples has a JSON array of six
strings a line: subject, predicate, value, datatype, language and graph.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import NoReturn
from xml.sax.saxutils import escape

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from publisher.errors import NotCarried
from publisher.rdf.language_tags import written_tag
from publisher.rdf.media_types import HEXTUPLES, JSON_LD, N_QUADS, N_TRIPLES, TRIX, TURTLE
from publisher.rdf.namespaces import iri
from publisher.rdf.versions import BASIC, RDF_1_2

_STRING, _LANG_STRING = iri("xsd:string"), iri("rdf:langString")
# XML 1.0, section 2.2.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A parser reads a carriage return as the end of a line (XML 1.0, section 2.11).
_ESCAPED = {"\r": "&#13;", '"': "&quot;"}
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.w3.org/2004/03/trix/trix-1/"


def rewrite(lines: bytes, name: str) -> bytes:
    """Return N-Triples or N-Quads as another syntax.

    Args:
        lines: What was written; blank nodes keep their labels.
        name: Media type of the syntax.

    Raises:
        KeyError: It is neither of those that are made here.
        NotCarried: It holds what the syntax cannot carry.
    """
    return _WRITERS[name](parse(lines, format=RdfFormat.N_QUADS))


def is_rewritten(name: str) -> bool:
    """Tell whether a media type is made of lines of another."""
    return name in _WRITERS


def _refuse(name: str, version: str = "") -> NoReturn:
    carrying = (N_TRIPLES, N_QUADS, TURTLE) if version else (N_TRIPLES, N_QUADS, TURTLE, JSON_LD)
    raise NotCarried(name, [m.name for m in carrying], version)


def _literal(term: object, name: str) -> Literal:
    """Return a term that is neither an IRI nor a blank node.

    Raises:
        NotCarried: RDF 1.1 has no such term.
    """
    if not isinstance(term, Literal):
        _refuse(name, RDF_1_2)
    if term.direction is not None:
        _refuse(name, BASIC)
    return term


def write_trix(quads: Iterable[Quad]) -> bytes:
    """Return quads as TriX.

    Raises:
        NotCarried: They hold characters that XML has not, or terms of RDF 1.2.
    """
    by_graph: dict[object, list[str]] = {}
    for graph, of_graph in groupby(quads, key=lambda quad: quad.graph_name):
        by_graph.setdefault(graph, []).extend(map(_trix_triple, of_graph))
    parts = [f'<TriX xmlns="{_NAMESPACE}">\n']
    for graph, triples in by_graph.items():
        parts += ["<graph>\n", *_trix_name(graph), *triples, "</graph>\n"]
    written = "".join([*parts, "</TriX>\n"])
    if _NO_XML.search(written):
        _refuse(TRIX.name)
    return _HEAD + written.encode()


def _trix_name(graph: object) -> list[str]:
    return [] if isinstance(graph, DefaultGraph) else [f"{_trix_term(graph)}\n"]


def _trix_triple(quad: Quad) -> str:
    terms = (quad.subject, quad.predicate, quad.object)
    return f"<triple>{''.join(map(_trix_term, terms))}</triple>\n"


def _trix_term(term: object) -> str:
    if isinstance(term, NamedNode):
        return f"<uri>{escape(term.value)}</uri>"
    if isinstance(term, BlankNode):
        return f"<id>{term.value}</id>"
    literal = _literal(term, TRIX.name)
    text = escape(literal.value, _ESCAPED)
    if literal.language is not None:
        tag = written_tag(literal.language)
        return f'<plainLiteral xml:lang="{tag}">{text}</plainLiteral>'
    if literal.datatype.value == _STRING:
        return f"<plainLiteral>{text}</plainLiteral>"
    datatype = escape(literal.datatype.value, _ESCAPED)
    return f'<typedLiteral datatype="{datatype}">{text}</typedLiteral>'


def write_hextuples(quads: Iterable[Quad]) -> bytes:
    """Return quads as Hextuples.

    Raises:
        NotCarried: They hold terms of RDF 1.2.
    """
    return "".join(map(_hextuple, quads)).encode()


def _hextuple(quad: Quad) -> str:
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else _label(quad.graph_name)
    first = (_label(quad.subject), quad.predicate.value)
    line = json.dumps([*first, *_value(quad.object), graph], ensure_ascii=False)
    return f"{line}\n"


def _label(term: object) -> str:
    """Return an IRI, or a blank node as it is written in N-Triples.

    Raises:
        NotCarried: It is a triple.
    """
    if isinstance(term, Triple | Literal):
        _refuse(HEXTUPLES.name, RDF_1_2)
    return term.value if isinstance(term, NamedNode) else str(term)


def _value(term: object) -> tuple[str, str, str]:
    """Return value, datatype and language of an object."""
    if isinstance(term, NamedNode):
        return term.value, "globalId", ""
    if isinstance(term, BlankNode):
        return str(term), "localId", ""
    literal = _literal(term, HEXTUPLES.name)
    if literal.language is not None:
        return literal.value, _LANG_STRING, written_tag(literal.language)
    return literal.value, literal.datatype.value, ""


_WRITERS: dict[str, Callable[[Iterable[Quad]], bytes]] = {
    TRIX.name: write_trix,
    HEXTUPLES.name: write_hextuples,
}
