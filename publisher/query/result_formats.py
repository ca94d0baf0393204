"""The formats in which queries are answered: one table, from which all lists of them are made.

The endpoint, its description, the description of the addresses and the documents name the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from publisher.rdf.media_types import (
    HEXTUPLES,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TRIX,
    TURTLE,
    MediaType,
)


@dataclass(frozen=True)
class ResultFormat:
    """A format of results.

    Attributes:
        media_type: Name, extension and label of it.
        w3c_name: Its name below http://www.w3.org/ns/formats/; empty when the W3C names none.
        is_rewritten: Whether no engine writes it: it is made of what one has written.
    """

    media_type: MediaType
    w3c_name: str = ""
    is_rewritten: bool = False


# The first of each kind is the answer to "anything" (SPARQL 1.1 Query Results).
OF_SOLUTIONS = (
    ResultFormat(
        MediaType("application/sparql-results+json", "srj", "JSON"), "SPARQL_Results_JSON"
    ),
    ResultFormat(MediaType("application/sparql-results+xml", "srx", "XML"), "SPARQL_Results_XML"),
    ResultFormat(MediaType("text/csv", "csv", "CSV"), "SPARQL_Results_CSV"),
    ResultFormat(MediaType("text/tab-separated-values", "tsv", "TSV"), "SPARQL_Results_TSV"),
)
# RDF4J's name for the bare word. SPARQL 1.1 defines no boolean in CSV and TSV; engines write the
# bare word, so it is on offer last.
OF_BOOLEANS_ALONE = (ResultFormat(MediaType("text/boolean", "boolean", "Boolean")),)
OF_GRAPHS = (
    ResultFormat(TURTLE, "Turtle"),
    ResultFormat(N_TRIPLES, "N-Triples"),
    ResultFormat(JSON_LD, "JSON-LD"),
    ResultFormat(RDF_XML, "RDF_XML"),
    ResultFormat(TRIG, "TriG"),
    ResultFormat(N_QUADS, "N-Quads"),
    ResultFormat(TRIX, is_rewritten=True),
    ResultFormat(HEXTUPLES, is_rewritten=True),
)
ALL = (*OF_SOLUTIONS, *OF_BOOLEANS_ALONE, *OF_GRAPHS)


def names(formats: tuple[ResultFormat, ...]) -> tuple[str, ...]:
    """Return the media types that an engine writes, in order."""
    return tuple(each.media_type.name for each in formats if not each.is_rewritten)
