"""Versions of RDF in media types (``text/turtle;version=1.2``), and which one an answer needs.

RDF 1.2 adds triples as terms, and texts with a direction of writing. A media type may announce
that by its parameter ``version`` (RDF 1.2 Turtle and SPARQL 1.2 Query Results JSON Format, sections
on media types); what needs nothing later than RDF 1.1 needs no announcement.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, Triple

# Each carries what those before it carry.
RDF_1_1, BASIC, RDF_1_2 = "1.1", "1.2-basic", "1.2"
VERSIONS = (RDF_1_1, BASIC, RDF_1_2)
# Those whose definition has the parameter; CSV, TSV and JSON-LD are without.
_WITH_VERSION = frozenset(
    (
        "application/sparql-results+json",
        "application/sparql-results+xml",
        *("text/turtle", "application/trig", "application/n-triples", "application/n-quads"),
        "application/rdf+xml",
    )
)
# How these are written in JSON without blanks; within a string each quotation mark is escaped.
_TRIPLE_IN_JSON, _DIRECTION_IN_JSON = b'"type":"triple"', b'"its:dir":'


def has_version(media_type: str) -> bool:
    """Tell whether the definition of a media type has the parameter ``version``."""
    return media_type in _WITH_VERSION


def carries(version: str, needed: str) -> bool:
    """Tell whether a version carries what needs another; "" needs none but the first.

    >>> carries("1.1", ""), carries("1.2-basic", "1.2"), carries("1.2", "1.2-basic")
    (True, False, True)
    """
    return VERSIONS.index(version) >= VERSIONS.index(needed or RDF_1_1)


def version_of_triples(triples: Iterable[Triple]) -> str:
    """Return the version that triples need; "" when RDF 1.1 carries them."""
    found = ""
    for triple in triples:
        if isinstance(triple.object, Triple):
            return RDF_1_2
        if isinstance(triple.object, Literal) and triple.object.direction is not None:
            found = BASIC
    return found


def version_of_json(solutions: bytes) -> str:
    """Return the version that solutions in JSON need, as Oxigraph writes them.

    >>> version_of_json(b'{"t":{"type":"literal","value":"x","xml:lang":"he","its:dir":"rtl"}}')
    '1.2-basic'
    """
    if _TRIPLE_IN_JSON in solutions:
        return RDF_1_2
    return BASIC if _DIRECTION_IN_JSON in solutions else ""
