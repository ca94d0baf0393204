"""Triples → bytes, the same bytes every time, whatever the order they come in."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from pyoxigraph import Literal, NamedNode, Quad, Triple, serialize

from publisher.errors import NotCarried
from publisher.rdf import turtle
from publisher.rdf.escaped_names import with_escaped_names
from publisher.rdf.jsonld import Context
from publisher.rdf.language_tags import with_written_tags
from publisher.rdf.media_types import (
    GRAPHS,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TURTLE,
    MediaType,
)
from publisher.rdf.namespaces import PREFIXES
from publisher.rdf.sorted_files import blocks_of_subjects
from publisher.rdf.well_formed import BrokenXml, is_reserved, well_formed, with_types_as_properties

Statement = Triple | Quad
_WITHOUT_PREFIXES = (N_TRIPLES, N_QUADS)


def sort_statements(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements sorted by their N-Triples form, without repetitions."""
    return [statement for _, statement in sorted({str(s): s for s in statements}.items())]


def serialise(
    statements: Iterable[Statement],
    media_type: MediaType,
    prefixes: Mapping[str, str],
    context: Context,
) -> bytes:
    """Return a graph in a media type, sorted and with prefixes.

    Args:
        statements: Triples (or quads, for media types that can hold them).
        media_type: One that has an RDF format.
        prefixes: Prefix → namespace, for Turtle, TriG and RDF/XML.
        context: For JSON-LD.

    Raises:
        NotCarried: It is RDF/XML, which cannot carry the graph.
        ValueError: The media type is not an RDF format.
    """
    if media_type.rdf_format is None:
        raise ValueError(f"{media_type.name} cannot hold a graph")
    if media_type is TURTLE:
        # It sorts by itself.
        return turtle.write_turtle(statements, prefixes, declaration=turtle.PUBLISHED).encode()
    if media_type in _WITHOUT_PREFIXES:
        lines = "".join(f"{line} .\n" for line in sorted({str(s) for s in statements}))
        return with_escaped_names(with_written_tags(lines.encode()))
    ordered = sort_statements(statements)
    if media_type is JSON_LD:
        return context.compact(ordered)
    used = used_prefixes(ordered, prefixes)
    if media_type is RDF_XML:
        triples = (s.triple if isinstance(s, Quad) else s for s in ordered)
        ordered = list(with_types_as_properties(triples))
    try:
        written = serialize(ordered, format=media_type.rdf_format, prefixes=used)  # type: ignore[arg-type]
        return (well_formed if media_type is RDF_XML else with_written_tags)(written or b"")
    except (ValueError, OSError) as error:
        if media_type is RDF_XML and (isinstance(error, BrokenXml) or is_reserved(error)):
            carrying = [m.name for m in GRAPHS if m is not RDF_XML]
            raise NotCarried(RDF_XML.name, carrying) from error
        raise


def used_prefixes(statements: Iterable[Statement], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes whose namespaces the statements use, one for each: the first."""
    starts = set()
    for statement in statements:
        for term in (statement.subject, statement.predicate, statement.object):
            name = term.datatype if isinstance(term, Literal) else term
            if isinstance(name, NamedNode):
                starts.add(name.value[: max(name.value.rfind("#"), name.value.rfind("/")) + 1])
    return _prefixes_of(starts, prefixes)


def used_prefixes_of_lines(lines: Iterable[bytes], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the same for sorted N-Quads, each in a graph, whose names do not count."""
    names: set[bytes] = set()
    predicates: set[bytes] = set()
    endings: set[bytes] = set()
    for subject, of_subject in blocks_of_subjects(lines):
        names.add(_namespace(subject))
        start = len(subject) + 1
        for line in of_subject:
            predicate, value = line[start : line.rindex(b" <")].split(b" ", 1)
            predicates.add(predicate)
            if value.startswith(b'"'):
                endings.add(value[value.rindex(b'"') + 1 :])
            else:
                names.add(_namespace(value))
    names |= set(map(_namespace, predicates))
    names |= {_namespace(ending[2:]) for ending in endings if ending.startswith(b"^^")}
    starts = {name.decode() for name in names - {b""}}
    starts |= {PREFIXES["rdf"]} if any(e.startswith(b"@") for e in endings) else set()
    starts |= {PREFIXES["xsd"]} if b"" in endings else set()
    return _prefixes_of(starts, prefixes)


def _namespace(term: bytes) -> bytes:
    """Return what is before the last ``#`` or ``/`` of an IRI, with it; nothing of a blank node."""
    if not term.startswith(b"<"):
        return b""
    return term[1 : max(term.rfind(b"#"), term.rfind(b"/")) + 1]


def _prefixes_of(starts: AbstractSet[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    by_namespace = turtle.prefixes_by_namespace(prefixes)
    return {
        prefix: start
        for prefix, start in prefixes.items()
        if start in starts and by_namespace[start] == prefix
    }


def gzip_bytes(content: bytes) -> bytes:
    """Return the content compressed, without the time of day in it."""
    return gzip.compress(content, compresslevel=6, mtime=0)
