"""What a column may be, in one word each: what it means for its values, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.messages import Text, text
from publisher.rdf.namespaces import iri

# In mappings, in the editor of them, and in the tests.
IDENTIFIER, NAME, TEXT, DESCRIPTION, CODE = "identifier", "name", "text", "description", "code"
LIST, LINK, EMPTY, OMITTED = "list", "link", "empty", "omitted"
NUMBER, TRUTH = "number", "truth"
DATE, DATETIME, TIME, MONTH, YEAR = "date", "datetime", "time", "month", "year"
EMAIL, TELEPHONE, ADDRESS = "email", "telephone", "address"
PICTURE, WIKIDATA = "picture", "wikidata"
LATITUDE, LONGITUDE, NORTHING, EASTING = "latitude", "longitude", "northing", "easting"
POSITION, PLACE, GEOJSON = "position", "place", "geojson"
MUNICIPALITY, COUNTY = "municipality", "county"
ORGANISATION_NUMBER, POSTCODE = "organisation-number", "postcode"


@dataclass(frozen=True)
class ColumnKind:
    """What holds for the values of a kind.

    Attributes:
        words: What the columns of this kind become, for people (a message).
        datatype: Prefixed name of the datatype of its literals; empty: its values are nodes.
        term: Prefixed name of a property of a standard that fits whatever the heading says.
    """

    words: str
    datatype: str = ""
    term: str = ""


KINDS: Mapping[str, ColumnKind] = {
    IDENTIFIER: ColumnKind("the address", "xsd:string", "dcterms:identifier"),
    NAME: ColumnKind("the name", "rdf:langString", "skos:prefLabel"),
    TEXT: ColumnKind("a short text", "xsd:string"),
    DESCRIPTION: ColumnKind("a description", "rdf:langString", "dcterms:description"),
    CODE: ColumnKind("a code", "xsd:string"),
    LIST: ColumnKind("a list to choose from"),
    LINK: ColumnKind("a link to another table"),
    EMPTY: ColumnKind("nothing yet", "xsd:string"),
    OMITTED: ColumnKind("left out of the data", "xsd:string"),
    NUMBER: ColumnKind("a number", "xsd:decimal"),
    TRUTH: ColumnKind("yes or no", "xsd:boolean"),
    DATE: ColumnKind("a day", "xsd:date"),
    DATETIME: ColumnKind("a day with the time", "xsd:dateTime"),
    TIME: ColumnKind("a time of the day", "xsd:time"),
    MONTH: ColumnKind("a month", "xsd:gYearMonth"),
    YEAR: ColumnKind("a year", "xsd:gYear"),
    EMAIL: ColumnKind("a mail address", "", "vcard:hasEmail"),
    TELEPHONE: ColumnKind("a telephone number", "", "vcard:hasTelephone"),
    ADDRESS: ColumnKind("a link to a page", "", "foaf:page"),
    PICTURE: ColumnKind("a picture", "", "foaf:depiction"),
    WIKIDATA: ColumnKind("the same thing in Wikidata", "", "schema:sameAs"),
    LATITUDE: ColumnKind("a place on the map", "xsd:decimal", "wgs:lat"),
    LONGITUDE: ColumnKind("a place on the map", "xsd:decimal", "wgs:long"),
    NORTHING: ColumnKind("a place on the map", "xsd:decimal"),
    EASTING: ColumnKind("a place on the map", "xsd:decimal"),
    POSITION: ColumnKind("a place on the map", "xsd:string"),
    PLACE: ColumnKind("a place on the map", "geo:wktLiteral", "locn:geometry"),
    GEOJSON: ColumnKind("a place on the map", "geo:wktLiteral", "locn:geometry"),
    MUNICIPALITY: ColumnKind("a municipality"),
    COUNTY: ColumnKind("a county"),
    ORGANISATION_NUMBER: ColumnKind("an organisation number", "xsd:string"),
    POSTCODE: ColumnKind("a postcode", "xsd:string", "schema:postalCode"),
}
# Kinds whose values are concepts of a list of their own.
LISTED = frozenset((LIST, MUNICIPALITY, COUNTY))
TEXTS = frozenset((NAME, DESCRIPTION))
WITH_NOTE = frozenset((NUMBER, DATE, DATETIME, TIME, MONTH, YEAR))
POINTS = frozenset((LATITUDE, LONGITUDE, NORTHING, EASTING, POSITION))


def datatype_iri(kind: str) -> str:
    """Return the datatype of the literals of a kind; empty where its values are nodes."""
    name = KINDS[kind].datatype
    return iri(name) if name else ""


def kind_words(kind: str) -> Text:
    """Return what columns of a kind become, in plain words.

    >>> kind_words(LIST)["sv"]
    'en lista att välja ur'
    """
    return text(KINDS[kind].words)
