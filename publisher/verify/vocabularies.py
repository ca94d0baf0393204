"""The lists of the EU and of IANA that scorers look terms up in, as far as needed here."""

from __future__ import annotations

from rdflib import SKOS, Graph, URIRef

AUTHORITY = "http://publications.europa.eu/resource/authority/"
FILE_TYPES = AUTHORITY + "file-type/"
LICENCES = AUTHORITY + "licence/"
ACCESS_RIGHTS = AUTHORITY + "access-right/"
MEDIA_TYPES = (
    "http://www.iana.org/assignments/media-types/",
    "https://www.iana.org/assignments/media-types/",
)
# IANA's registries of media types (RFC 6838, section 4.2).
TOP_LEVEL = frozenset(
    [
        "application",
        "audio",
        "font",
        "haptics",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    ]
)

_RDF = frozenset(
    [
        "JSON_LD",
        "N3",
        "RDF",
        "RDFA",
        "RDF_N_QUADS",
        "RDF_N_TRIPLES",
        "RDF_TRIG",
        "RDF_TRIX",
        "RDF_TURTLE",
        "RDF_XML",
    ]
)
_OPEN_TEXT = frozenset(
    (
        "ATOM",
        "CSV",
        "GEOJSON",
        "GML",
        "JSON",
        "KML",
        "ODS",
        "RSS",
        "TSV",
        "XML",
    )
)
NON_PROPRIETARY = (
    _RDF
    | _OPEN_TEXT
    | frozenset(
        (
            "HTML",
            "HTML_SIMPL",
            "ODT",
            "PNG",
            "SVG",
            "TAR",
            "TXT",
            "ZIP",
        )
    )
)
MACHINE_READABLE = (
    _RDF
    | _OPEN_TEXT
    | frozenset(
        (
            "SHP",
            "SPARQLQ",
            "SPARQLQRES",
            "XLS",
            "XLSX",
        )
    )
)

# The licences of the EU list that publishers name by the address of Creative Commons itself.
CREATIVE_COMMONS = frozenset(
    "http://creativecommons.org/" + path
    for path in (
        "publicdomain/zero/1.0/",
        "publicdomain/mark/1.0/",
        "licenses/by/4.0/",
        "licenses/by-sa/4.0/",
        "licenses/by-nc/4.0/",
        "licenses/by-nd/4.0/",
        "licenses/by-nc-sa/4.0/",
        "licenses/by-nc-nd/4.0/",
    )
)


def file_type(iri: str) -> str:
    """Return the code of an EU file type, empty for anything else.

    >>> file_type("http://publications.europa.eu/resource/authority/file-type/CSV")
    'CSV'
    """
    return iri.removeprefix(FILE_TYPES) if iri.startswith(FILE_TYPES) else ""


def known_media_type(iri: str) -> bool:
    """Tell whether an IRI is a media type below one of IANA's registries."""
    for base in MEDIA_TYPES:
        registry, slash, name = iri.removeprefix(base).partition("/")
        if iri.startswith(base) and registry in TOP_LEVEL and slash and name:
            return True
    return False


def known_licence(graph: Graph, iri: str) -> bool:
    """Tell whether a licence is one of the EU list, also by ``skos:exactMatch``."""
    matches = {str(o) for o in graph.objects(URIRef(iri), SKOS.exactMatch)}
    return any(name in CREATIVE_COMMONS or name.startswith(LICENCES) for name in {iri, *matches})
