"""Bytes from a site → triples, read with care, and whether two graphs are the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias
from xml.parsers import expat

import pyoxigraph as ox
import rdflib

from publisher.errors import SourceSyntax
from publisher.media_types import BY_NAME, JSON_LD, RDF_XML

Triples: TypeAlias = frozenset[ox.Triple]
LoadContext: TypeAlias = Callable[[str], object]

# Deeper JSON-LD ends the process of the parser; more would be an attack, not data.
NESTING = 200
ENTITY_BYTES = 64 * 2**20
# Canonicalisation takes exponential time on graphs made for it (RDFC-1.0, section 7.1).
BLANK_NODE_LINKS = 40

_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')
_ENTITY = re.compile(rb"<!ENTITY\s+[^\s>]+\s+(?:\"([^\"]*)\"|'([^']*)')")


def parse(
    body: bytes, media_type: str, base_iri: str, load_context: LoadContext | None = None
) -> Triples:
    """Return the triples of a representation, graph names left out.

    Args:
        body: The representation, content coding undone.
        media_type: Its name, such as ``text/turtle``.
        base_iri: The address it came from.
        load_context: Address of a JSON-LD context → the document; without it none is read.

    Raises:
        SourceSyntax: It is not what its media type says, or too dangerous to read.
    """
    known = BY_NAME.get(media_type)
    if known is None or known.rdf_format is None:
        raise SourceSyntax("'{media_type}' is not RDF.", where=base_iri, media_type=media_type)
    if known is JSON_LD:
        body = _with_contexts(_shallow(body, base_iri), base_iri, load_context)
    if known is RDF_XML:
        _refuse_bombs(body, base_iri)
    try:
        if known is RDF_XML:
            # The RDF parser takes a document that breaks off between two elements for whole.
            expat.ParserCreate().Parse(body, True)
        quads = ox.parse(body, format=known.rdf_format, base_iri=base_iri)
        return frozenset(quad.triple for quad in quads)
    except (SyntaxError, ValueError, expat.ExpatError) as error:
        raise SourceSyntax(
            "It is not valid {label}: {reason}",
            where=base_iri,
            label=known.label,
            reason=str(error),
        ) from error


def _shallow(body: bytes, where: str) -> bytes:
    """Return the body, or raise ``SourceSyntax`` when it nests too deeply."""
    depth = 0
    for token in _JSON_TOKEN.finditer(body):
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(token.group(), 0)
        if depth > NESTING:
            raise SourceSyntax("It nests deeper than {depth} levels.", where=where, depth=NESTING)
    return body


def _with_contexts(body: bytes, where: str, load_context: LoadContext | None) -> bytes:
    """Return JSON-LD whose contexts are in the document (JSON-LD 1.1, section 3.1).

    The parser reads none from the web; the addresses are ours to look up, within limits.
    """
    if load_context is None or b'"@context"' not in body:
        return body
    document = json_document(body, where)
    nodes = document if isinstance(document, list) else [document]
    for node in nodes:
        if isinstance(node, dict) and "@context" in node:
            node["@context"] = _loaded(node["@context"], load_context)
    return json.dumps(document).encode()


def json_document(body: bytes, where: str = "") -> object:
    """Return what JSON says.

    Raises:
        SourceSyntax: It is not JSON, or nests too deeply.
    """
    try:
        return json.loads(_shallow(body, where))
    except ValueError as error:
        raise SourceSyntax(
            "It is not valid {label}: {reason}", where=where, label="JSON", reason=str(error)
        ) from error


def _loaded(context: object, load_context: LoadContext) -> object:
    """Return a context with every address in it replaced by what is there."""
    if isinstance(context, str):
        document = load_context(context)
        return document.get("@context") if isinstance(document, dict) else None
    if isinstance(context, list):
        return [_loaded(part, load_context) for part in context]
    return context


def _refuse_bombs(body: bytes, where: str) -> None:
    """Raise ``SourceSyntax`` for XML entities that would grow beyond measure."""
    values = [double or single for double, single in _ENTITY.findall(body)]
    nested = any(b"&" in value.replace(b"&#", b"") for value in values)
    grown = max(map(len, values), default=0) * body.count(b"&")
    if nested or grown > ENTITY_BYTES:
        raise SourceSyntax("Its XML entities would fill the memory.", where=where)


def canonical(triples: Iterable[ox.Triple]) -> frozenset[str]:
    """Return the triples as N-Triples with canonical blank node labels (RDFC-1.0).

    A graph with many links between blank nodes keeps its ground triples and their number only.
    """
    kept = list(triples)
    links = sum(
        isinstance(t.subject, ox.BlankNode) and isinstance(t.object, ox.BlankNode) for t in kept
    )
    if links > BLANK_NODE_LINKS:
        ground = {str(t) for t in kept if not any(isinstance(n, ox.BlankNode) for n in t)}
        return frozenset(ground | {str(len(kept))})
    dataset = ox.Dataset(ox.Quad(*triple) for triple in kept)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(str(quad) for quad in dataset)


def _term(term: object) -> rdflib.term.Node:
    """Return a term of the parser as one of rdflib, lexical form untouched."""
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        plain = term.datatype.value == str(rdflib.XSD.string)
        datatype = None if plain else rdflib.URIRef(term.datatype.value)
        return rdflib.Literal(term.value, datatype=datatype, normalize=False)
    raise SourceSyntax("Triple terms (RDF 1.2) are not judged.")


def to_rdflib(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    """Return the triples as a graph that SHACL can be run on.

    Raises:
        SourceSyntax: A triple holds a triple.
    """
    graph = rdflib.Graph()
    for triple in triples:
        graph.add((_term(triple.subject), _term(triple.predicate), _term(triple.object)))
    return graph


def iris(triples: Iterable[ox.Triple]) -> Iterator[str]:
    """Yield the IRI of every subject and object."""
    for triple in triples:
        for term in (triple.subject, triple.object):
            if isinstance(term, ox.NamedNode):
                yield term.value
