"""Bytes from a site → triples, read with care, and whether two graphs are the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import pyoxigraph as ox
import rdflib

from publisher.errors import ReadLimit, SourceSyntax
from publisher.rdf.guards import Limits
from publisher.rdf.media_types import BY_NAME, JSON_LD
from publisher.rdf.reading import read, read_json

Triples: TypeAlias = frozenset[ox.Triple]
LoadContext: TypeAlias = Callable[[str], object]

# What all contexts of a document may come to; an address can stand in it a thousand times.
CONTEXT_BYTES = 16 * 2**20
# A site is a stranger; what it publishes honestly needs less.
LIMITS = Limits(memory_bytes=512 << 20, seconds=30)
# Canonicalisation takes exponential time on graphs made for it (RDFC-1.0, section 7.1).
BLANK_NODE_LINKS = 40


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
        SourceSyntax: It is not what its media type says, or takes too much to read
            (``ReadLimit``).
    """
    known = BY_NAME.get(media_type)
    if known is None or known.rdf_format is None:
        raise SourceSyntax("'{media_type}' is not RDF.", where=base_iri, media_type=media_type)
    try:
        if known is JSON_LD:
            body = _with_contexts(body, base_iri, load_context)
        quads = read(body, known.rdf_format, base_iri, base_iri, limits=LIMITS)
    except (SyntaxError, ValueError) as error:
        raise SourceSyntax(
            "It is not valid {label}: {reason}",
            where=base_iri,
            label=known.label,
            reason=str(error),
        ) from error
    return frozenset(quad.triple for quad in quads)


def _with_contexts(body: bytes, where: str, load_context: LoadContext | None) -> bytes:
    """Return JSON-LD whose contexts are in the document (JSON-LD 1.1, section 3.1).

    The parser reads none from the web; the addresses are ours to look up, within limits.
    """
    if load_context is None or b'"@context"' not in body:
        return body
    document = json_document(body, where)
    nodes = document if isinstance(document, list) else [document]
    bounded = _bounded(load_context, where)
    for node in nodes:
        if isinstance(node, dict) and "@context" in node:
            node["@context"] = _loaded(node["@context"], bounded)
    return json.dumps(document).encode()


def _bounded(load_context: LoadContext, where: str) -> LoadContext:
    """Return the same for one document, whose contexts may not grow without end."""
    lengths: dict[str, int] = {}
    total = 0

    def load(address: str) -> object:
        nonlocal total
        context = load_context(address)
        if address not in lengths:
            lengths[address] = len(json.dumps(context))
        total += lengths[address]
        if total > CONTEXT_BYTES:
            raise ReadLimit(
                "Its JSON-LD contexts come to more than {most} MB.",
                where=where,
                remedy="Refer to one context, at the top.",
                most=CONTEXT_BYTES >> 20,
            )
        return context

    return load


def json_document(body: bytes, where: str = "") -> object:
    """Return what JSON says.

    Raises:
        SourceSyntax: It is not JSON, or nests too deeply (``ReadLimit``).
    """
    try:
        return read_json(body, where)
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
