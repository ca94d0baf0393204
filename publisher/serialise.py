"""Triples → bytes, the same bytes every time, whatever the order they come in."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pyld import ContextResolver, jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple, serialize

from publisher import turtle
from publisher.media_types import JSON_LD, TURTLE, MediaType
from publisher.namespaces import iri

Statement = Triple | Quad


def _refuse_to_fetch(address: str, _options: object) -> Mapping[str, Any]:
    """Stand in for PyLD's document loader: contexts are local."""
    raise ValueError(f"a context must be local, not {address}")


_RESOLVER = ContextResolver({}, _refuse_to_fetch)  # keeps processed contexts between calls


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements sorted by their N-Triples form, without repetitions."""
    return [statement for _, statement in sorted({str(s): s for s in statements}.items())]


def serialise(
    statements: Iterable[Statement],
    media_type: MediaType,
    prefixes: Mapping[str, str],
    context: Mapping[str, Any],
) -> bytes:
    """Return a graph in a media type, sorted and with prefixes.

    Args:
        statements: Triples (or quads, for media types that can hold them).
        media_type: One that has an RDF format.
        prefixes: Prefix → namespace, for Turtle, TriG and RDF/XML.
        context: The JSON-LD context (the value of ``@context``), for JSON-LD.

    Raises:
        ValueError: The media type is not an RDF format.
    """
    if media_type.rdf_format is None:
        raise ValueError(f"{media_type.name} cannot hold a graph")
    ordered = in_order(statements)
    if media_type is JSON_LD:
        return compact(ordered, context)
    if media_type is TURTLE:
        return turtle.write(ordered, prefixes).encode()
    used = {p: n for p, n in prefixes.items() if any(n in str(s) for s in ordered)}
    written = serialize(ordered, format=media_type.rdf_format, prefixes=used)  # type: ignore[arg-type]
    return written if written is not None else b""


def _expanded_value(term: NamedNode | BlankNode | Literal | Triple) -> dict[str, str]:
    if isinstance(term, Literal):
        if term.language:
            return {"@value": term.value, "@language": term.language}
        if term.datatype.value == iri("xsd:string"):
            return {"@value": term.value}
        return {"@value": term.value, "@type": term.datatype.value}
    return {"@id": term.value if isinstance(term, NamedNode) else str(term)}


def _expanded(statements: Iterable[Statement]) -> list[dict[str, Any]]:
    """Return the statements in JSON-LD's expanded form (JSON-LD 1.1, section 3.1 of the API).

    pyoxigraph's own writer streams: it never gathers the types of a node under ``@type``.
    """
    nodes: dict[str, dict[str, Any]] = {}
    for statement in statements:
        value = _expanded_value(statement.object)
        subject = _expanded_value(statement.subject)["@id"]
        node = nodes.setdefault(subject, {"@id": subject})
        if statement.predicate.value == iri("rdf:type"):
            node.setdefault("@type", []).append(value["@id"])
        else:
            node.setdefault(statement.predicate.value, []).append(value)
    return list(nodes.values())


def compact(statements: Iterable[Statement], context: Mapping[str, Any]) -> bytes:
    """Return JSON-LD 1.1 compacted with the context, of which it carries what is used.

    PyLD compacts (JSON-LD 1.1 API, section 5.6). No context is fetched at run time.
    """
    document = jsonld.compact(
        _expanded(statements),
        {"@context": context},
        {
            "contextResolver": _RESOLVER,
            "documentLoader": _refuse_to_fetch,
            "graph": True,
            "skipExpansion": True,
        },
    )
    graph = document["@graph"]
    used = _used_terms(graph, context)
    body = {"@context": {term: context[term] for term in context if term in used}, "@graph": graph}
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def _names_in(node: object) -> Iterable[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _names_in(value)
    elif isinstance(node, list):
        for element in node:
            yield from _names_in(element)
    elif isinstance(node, str):
        yield node


def _used_terms(graph: object, context: Mapping[str, Any]) -> set[str]:
    """Return the terms and prefixes of the context that a compacted graph needs to be read."""
    pending = {part for name in _names_in(graph) for part in (name, name.partition(":")[0])}
    used: set[str] = set()
    while pending:
        term = pending.pop()
        if term in used or term not in context:
            continue
        used.add(term)
        definition = context[term]
        values = definition.values() if isinstance(definition, dict) else [definition]
        names = {value for value in values if isinstance(value, str)}
        pending |= names | {name.partition(":")[0] for name in names}
    return used | {key for key in context if key.startswith("@")}


def gzipped(content: bytes) -> bytes:
    """Return the content compressed, without the time of day in it."""
    return gzip.compress(content, compresslevel=6, mtime=0)
