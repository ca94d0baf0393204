"""JSON-LD whose contexts are at addresses → the same with the contexts in it, within limits.

For what strangers publish and is read once: a feed that is judged or imported. Sources of a folder
name no context of the web that is not known (``known_contexts``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

from publisher.errors import ReadLimitExceeded, SourceSyntax
from publisher.rdf.known_contexts import read_context
from publisher.rdf.reading import read_json
from publisher.system.http_client import Client

# Address of a context → the document there, None where there is none.
LoadContext: TypeAlias = Callable[[str], object]
# What all contexts of a document may come to; an address can stand in it a thousand times.
CONTEXT_BYTES = 16 * 2**20
# A site has one or two; each costs a request, or a wait.
MOST_CONTEXTS = 10


def context_loader(client: Client) -> LoadContext:
    """Return a reader of JSON-LD contexts, each asked for once, and not many.

    Those that are known here are not asked for.
    """
    known: dict[str, object] = {}

    def load(address: str) -> object:
        if address not in known:
            if own := read_context(address):
                return {"@context": own}
            if len(known) >= MOST_CONTEXTS:
                return None
            visit = client.visit(address, fields={"Accept": "application/ld+json"})
            try:
                known[address] = json_document(visit.last.body) if visit.successful else None
            except SourceSyntax:
                known[address] = None
        return known[address]

    return load


def with_loaded_contexts(body: bytes, where: str, load_context: LoadContext | None) -> bytes:
    """Return JSON-LD whose contexts are in the document (JSON-LD 1.1, section 3.1).

    The parser reads none from the web; the addresses are ours to look up, within limits.

    Args:
        body: The document.
        where: How messages name it.
        load_context: Reads contexts; without it the document stays as it is.

    Raises:
        SourceSyntax: It is not JSON.
        ReadLimitExceeded: It nests too deeply, or its contexts are too large.
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


def json_document(body: bytes, where: str = "") -> object:
    """Return what JSON says.

    Raises:
        SourceSyntax: It is not JSON, or nests too deeply (``ReadLimitExceeded``).
    """
    try:
        return read_json(body, where)
    except ValueError as error:
        raise SourceSyntax(
            "It is not valid {label}: {reason}", where=where, label="JSON", reason=str(error)
        ) from error


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
            raise ReadLimitExceeded(
                "Its JSON-LD contexts come to more than {most} MB.",
                where=where,
                remedy="Refer to one context, at the top.",
                most=CONTEXT_BYTES >> 20,
            )
        return context

    return load


def _loaded(context: object, load_context: LoadContext) -> object:
    """Return a context with every address in it replaced by what is there."""
    if isinstance(context, str):
        document = load_context(context)
        return document.get("@context") if isinstance(document, dict) else None
    if isinstance(context, list):
        return [_loaded(part, load_context) for part in context]
    return context
