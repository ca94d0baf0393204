"""What an engine sent → what the client wants.

JSON, XML and N-Triples are passed on untouched. CSV and TSV are made here, since nothing at their
end tells whether they are whole; so are the other forms of graphs, which then look as they do with
the embedded engine, and booleans, which not every engine can write.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pyoxigraph import (
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse_query_results,
    serialize,
)

from publisher.errors import ReadLimit
from publisher.query.engine import Answer
from publisher.query.remote.endings import JSON, N_TRIPLES, XML, Broken
from publisher.rdf.reading import read_json, read_lines

_WITH_PREFIXES = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML)


def wanted_of_solutions(media_type: str) -> str:
    """Return the media type in which solutions are asked of an engine."""
    return media_type if media_type in (JSON, XML) else JSON


def as_solutions(body: bytes, media_type: str) -> Answer:
    """Return solutions in a media type.

    Raises:
        Broken: They are none.
    """
    if media_type in (JSON, XML):
        return Answer(media_type, body)
    try:
        found: Any = parse_query_results(body, format=QueryResultsFormat.JSON)
        written = found.serialize(format=QueryResultsFormat.from_media_type(media_type))
    except (SyntaxError, ValueError) as error:
        raise Broken(str(error)) from error
    return Answer(media_type, written)


def as_boolean(body: bytes, media_type: str) -> Answer:
    """Return a boolean in a media type; a table of one cell (Virtuoso) is read as one.

    Raises:
        Broken: It is neither.
    """
    try:
        sent: Any = read_json(body, "")
        if "boolean" in sent:
            boolean = sent["boolean"] is True
        else:
            cells = [cell for row in sent["results"]["bindings"] for cell in row.values()]
            boolean = any(cell["value"] not in ("0", "false") for cell in cells)
    except (ValueError, KeyError, TypeError, AttributeError, ReadLimit) as error:
        raise Broken(f"it is no boolean: {error}") from error
    plain = json.dumps({"head": {}, "boolean": boolean}).encode()
    found: Any = parse_query_results(plain, format=QueryResultsFormat.JSON)
    return Answer(
        media_type, found.serialize(format=QueryResultsFormat.from_media_type(media_type))
    )


def as_graph(body: bytes, media_type: str, prefixes: Mapping[str, str]) -> Answer:
    """Return N-Triples in a media type of graphs.

    Raises:
        Broken: They are none.
    """
    if media_type == N_TRIPLES:
        return Answer(media_type, body)
    try:
        quads = read_lines(io.BytesIO(body), RdfFormat.N_TRIPLES, "")
        triples = [quad.triple for quad in quads]
    except (SyntaxError, ValueError, ReadLimit) as error:
        raise Broken(str(error)) from error
    return written_graph(triples, media_type, prefixes)


def written_graph(
    triples: Iterable[Triple], media_type: str, prefixes: Mapping[str, str]
) -> Answer:
    """Return triples in a media type of graphs."""
    form = RdfFormat.from_media_type(media_type)
    assert form is not None  # one of those on offer
    given = dict(prefixes) if form in _WITH_PREFIXES else None
    return Answer(media_type, serialize(triples, format=form, prefixes=given) or b"")
