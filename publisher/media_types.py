"""One table of the media types that the program reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from pyoxigraph import RdfFormat


@dataclass(frozen=True)
class MediaType:
    """A media type of a representation.

    Attributes:
        name: As registered with IANA.
        extension: Of files and addresses, without the dot.
        label: For people.
        rdf_format: pyoxigraph's parser and serialiser; None for what is not RDF.
    """

    name: str
    extension: str
    label: str
    rdf_format: RdfFormat | None = None

    @property
    def content_type(self) -> str:
        """Return the value of the Content-Type field; text is always UTF-8.

        RDF/XML and JSON-LD say their encoding themselves, so they carry no parameter
        (RFC 3870 and JSON-LD 1.1, section IANA).
        """
        return f"{self.name};charset=utf-8" if self.name.startswith("text/") else self.name


HTML = MediaType("text/html", "html", "HTML")
TURTLE = MediaType("text/turtle", "ttl", "Turtle", RdfFormat.TURTLE)
JSON_LD = MediaType("application/ld+json", "jsonld", "JSON-LD", RdfFormat.JSON_LD)
RDF_XML = MediaType("application/rdf+xml", "rdf", "RDF/XML", RdfFormat.RDF_XML)
N_TRIPLES = MediaType("application/n-triples", "nt", "N-Triples", RdfFormat.N_TRIPLES)
N_QUADS = MediaType("application/n-quads", "nq", "N-Quads", RdfFormat.N_QUADS)
TRIG = MediaType("application/trig", "trig", "TriG", RdfFormat.TRIG)
JSON = MediaType("application/json", "json", "JSON")
CSV = MediaType("text/csv", "csv", "CSV")
XLSX = MediaType(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "Excel"
)
GEOJSON = MediaType("application/geo+json", "geojson", "GeoJSON")

GRAPHS = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
DOCUMENTS = (HTML, *GRAPHS)
DUMPS = (*GRAPHS, N_QUADS)
TABLES = (CSV, XLSX, GEOJSON)
ALL = (*DOCUMENTS, N_QUADS, TRIG, JSON, *TABLES)

BY_EXTENSION = {media_type.extension: media_type for media_type in ALL}
BY_NAME = {media_type.name: media_type for media_type in ALL}


def of_file(name: str) -> MediaType | None:
    """Return the media type that a file name's extension stands for.

    >>> of_file("data/clusters/compare.ttl").name
    'text/turtle'
    """
    return BY_EXTENSION.get(PurePath(name).suffix.lstrip(".").lower())
