"""Bytes from a site → triples, read with care; whether they are what their media type says."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import pyoxigraph as ox
import rdflib

from publisher.errors import SourceSyntax
from publisher.rdf.context_loading import LoadContext, json_document, with_loaded_contexts
from publisher.rdf.guards import ReadLimits
from publisher.rdf.media_types import BY_NAME, JSON_LD
from publisher.rdf.reading import read_quads

Triples: TypeAlias = frozenset[ox.Triple]

# A site is a stranger; what it publishes honestly needs less.
LIMITS = ReadLimits(memory_bytes=512 << 20, seconds=30)
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
            (``ReadLimitExceeded``).
    """
    known = BY_NAME.get(media_type)
    if known is None or known.rdf_format is None:
        raise SourceSyntax("'{media_type}' is not RDF.", where=base_iri, media_type=media_type)
    try:
        if known is JSON_LD:
            body = with_loaded_contexts(body, base_iri, load_context)
        quads = read_quads(body, known.rdf_format, base_iri, base_iri, limits=LIMITS)
    except (SyntaxError, ValueError) as error:
        raise SourceSyntax(
            "It is not valid {label}: {reason}",
            where=base_iri,
            label=known.label,
            reason=str(error),
        ) from error
    return frozenset(quad.triple for quad in quads)


def canonical(triples: Iterable[ox.Triple]) -> frozenset[str]:
    """Return the triples as N-Triples with canonical blank node labels (RDFC-1.0).

    A graph with many links between blank nodes keeps its ground triples and their number only.
    """
    all_triples = list(triples)
    links = sum(
        isinstance(t.subject, ox.BlankNode) and isinstance(t.object, ox.BlankNode)
        for t in all_triples
    )
    if links > BLANK_NODE_LINKS:
        ground = {str(t) for t in all_triples if not any(isinstance(n, ox.BlankNode) for n in t)}
        return frozenset(ground | {str(len(all_triples))})
    dataset = ox.Dataset(ox.Quad(*triple) for triple in all_triples)
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


# Whether bytes are what their media type says: RDF, CSV, JSON, GeoJSON, XLSX, gzip.

GZIP_MAGIC = b"\x1f\x8b"
UNPACKED_BYTES = 2**30
# Text of triples shrinks to a tenth or a fiftieth; gzip can shrink zeros to a thousandth.
MOST_GROWTH = 100
SMALL_BYTES = 2**26
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ungzip(body: bytes, where: str) -> bytes:
    """Return the bytes without gzip, if they are gzip.

    Raises:
        SourceSyntax: They are broken, more than a gigabyte, or more than a hundred times as many
            and 64 MB.
    """
    if not body.startswith(GZIP_MAGIC):
        return body
    parts = []
    left, room = body, min(UNPACKED_BYTES, max(SMALL_BYTES, MOST_GROWTH * len(body)))
    try:
        while left:
            packer = zlib.decompressobj(wbits=31)
            parts.append(packer.decompress(left, room))
            room -= len(parts[-1])
            if not packer.eof:
                raise SourceSyntax("The gzip file is cut off or too large.", where=where)
            left = packer.unused_data
    except zlib.error as error:
        raise SourceSyntax(
            "It is not valid {label}: {reason}", where=where, label="gzip", reason=str(error)
        ) from error
    return b"".join(parts)


def triples(body: bytes, media_type: str, base_iri: str, load: LoadContext) -> Triples:
    """Return the triples of a dump; see ``graphs.parse``."""
    return parse(body, media_type, base_iri, load)


# What separates the values of a file that calls itself CSV: RFC 4180 has the first, and people use
# them all ("Tabular Data Model", section 8, leaves the choice to the dialect).
SEPARATORS: Mapping[str, str] = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "vertical bar",
}


@dataclass(frozen=True)
class CsvForm:
    """How a table is written.

    Attributes:
        separator: Between values.
        is_utf8: Whether it is in UTF-8; else in what European spreadsheets write.
    """

    separator: str
    is_utf8: bool


def csv_form(body: bytes, charset: str = "") -> CsvForm:
    """Return how a table is written, with commas if it can be read so.

    Args:
        body: The table.
        charset: The encoding that the server names; empty for none.

    Raises:
        ValueError: Its records differ in their number of fields, whatever separates them.
    """
    # A geometry in a field is longer than the limit of the reader.
    csv.field_size_limit(UNPACKED_BYTES)
    is_utf8 = True
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        is_utf8 = False
        text = body.decode(_known_encoding(charset), errors="replace")
    widths = {separator: _width(text, separator) for separator in SEPARATORS}
    for separator, width in widths.items():
        if width > 1:
            return CsvForm(separator, is_utf8)
    if not is_utf8:
        raise ValueError("it is no table in UTF-8")
    if widths[","] != 1:
        raise ValueError("its records differ in their number of fields")
    return CsvForm(",", is_utf8)


def _known_encoding(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return "cp1252"


def _width(text: str, separator: str) -> int:
    """Return how many fields every record has; 0 where they differ, or quotes are not closed."""
    records = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    width = 0
    try:
        for record in records:
            if record and width not in (0, len(record)):
                return 0
            width = len(record) or width
    except csv.Error:
        return 0
    return width


def _json(body: bytes) -> object:
    """Return what JSON says."""
    return json_document(body)


def _geojson(body: bytes) -> None:
    """Raise ``ValueError`` unless it is a feature collection (RFC 7946, section 3.3)."""
    document = _json(body)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise ValueError("it is no FeatureCollection with features")


def _xlsx(body: bytes) -> None:
    """Raise ``ValueError`` unless it is a workbook (ISO/IEC 29500)."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            names = package.namelist()
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from error
    if "xl/workbook.xml" not in names:
        raise ValueError("there is no xl/workbook.xml in it")


CHECKS: Mapping[str, Callable[[bytes], object]] = {
    "text/csv": csv_form,
    "application/json": _json,
    "application/geo+json": _geojson,
    XLSX: _xlsx,
}


def check(body: bytes, media_type: str, where: str) -> None:
    """Read what is not RDF; a media type without a check is taken as it is.

    Raises:
        SourceSyntax: It is not what its media type says.
    """
    reading = CHECKS.get(media_type)
    if reading is None:
        return
    try:
        reading(body)
    except (ValueError, csv.Error) as error:
        raise SourceSyntax(
            "It is not valid {label}: {reason}", where=where, label=media_type, reason=str(error)
        ) from error
