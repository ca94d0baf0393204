"""Kinds of services: what an address or a format shows of them, and how they are described."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode

from publisher.edit.catalogue.draft import TYPE, CatalogueDraft, Thing
from publisher.profiles.term_names import find_format, find_term, label_of
from publisher.rdf.namespaces import iri

# Kind of a service → the specification that it follows (INSPIRE and OGC registers).
_SPECIFICATIONS: Mapping[str, str] = {
    "wms": "http://www.opengis.net/def/serviceType/ogc/wms",
    "wmts": "http://www.opengis.net/def/serviceType/ogc/wmts",
    "wfs": "http://www.opengis.net/def/serviceType/ogc/wfs",
    "wcs": "http://www.opengis.net/def/serviceType/ogc/wcs",
    "ogcapi-features": "http://www.opengis.net/doc/IS/ogcapi-features-1/1.0",
    "sparql": "https://www.w3.org/TR/sparql11-protocol/",
}
# Kinds of DCAT-AP-SE (Wikidata).
_KINDS: Mapping[str, str] = {
    "rest": "http://www.wikidata.org/entity/Q749568",
    "ogcapi-features": "http://www.wikidata.org/entity/Q749568",
    "rpc": "http://www.wikidata.org/entity/Q62270",
}
FORMATS: Mapping[str, str] = {
    "wms": "WMS_SRVC",
    "wmts": "WMTS_SRVC",
    "wfs": "WFS_SRVC",
    "wcs": "WCS_SRVC",
    "ogcapi-features": "GEOJSON",
    "rest": "JSON",
    "sparql": "SPARQLQ",
    "atom": "ATOM",
}
KINDS_BY_FORMAT = {f"{code}": kind for kind, code in FORMATS.items() if code.endswith("_SRVC")}
OGC_KINDS = ("wms", "wmts", "wfs", "wcs")


def kind_of_format(written: str) -> str:
    """Return the kind of service that a format in words names; empty for a file.

    >>> kind_of_format("OGC WMS"), kind_of_format("REST API"), kind_of_format("CSV")
    ('wms', 'rest', '')
    """
    known = find_format(written).file_type
    if kind := KINDS_BY_FORMAT.get(known, ""):
        return kind
    if known == FORMATS["sparql"]:
        return "sparql"
    kind = "" if known else find_term("service", written)
    words = set(re.findall("[a-z]+", written.lower()))
    if not kind and not known and words & _SERVICE_WORDS:
        return "ogcapi-features" if {"ogc", "features"} <= words else "rest"
    return kind


_SERVICE_WORDS = frozenset(("api", "rest", "odata", "graphql", "soap", "openapi", "geoservice"))


def describe_endpoint(
    draft: CatalogueDraft,
    service: Thing,
    kind: str,
    endpoint: str,
    described: NamedNode | None = None,
) -> None:
    """Add what every service has: addresses, kind and specification.

    Args:
        draft: Gets the statements.
        service: The service.
        kind: One of the kinds of this module.
        endpoint: Its address, maybe with a request for something.
        described: Where its description is, if that is known.
    """
    is_ogc = kind in OGC_KINDS
    plain = without_request(endpoint) if is_ogc else endpoint
    draft.add(service, iri("dcat:endpointURL"), NamedNode(plain))
    if described is None and is_ogc:
        described = NamedNode(endpoint)
        if "getcapabilities" not in endpoint.lower():
            request = f"service={kind.upper()}&request=GetCapabilities"
            described = NamedNode(f"{plain}{'&' if '?' in plain else '?'}{request}")
    if described is not None:
        draft.add(service, iri("dcat:endpointDescription"), described)
    if kind in _KINDS:
        draft.add(service, iri("dcterms:type"), NamedNode(_KINDS[kind]))
    if kind in _SPECIFICATIONS:
        standard = NamedNode(_SPECIFICATIONS[kind])
        draft.add(service, iri("dcterms:conformsTo"), standard)
        draft.add(standard, TYPE, NamedNode(iri("dcterms:Standard")))
        draft.add(standard, iri("dcterms:title"), Literal(label_of(kind, "en"), language="en"))


_OGC = "wms|wmts|wfs|wcs"
_SERVICE_REQUEST = re.compile(rf"[?&]service=({_OGC})(?:&|$)", re.IGNORECASE)
_IN_ADDRESS = (
    (re.compile(rf"(?<![a-z])({_OGC})(?:server)?(?![a-z])", re.IGNORECASE), ""),
    (re.compile(r"(?<![a-z])sparql(?![a-z])", re.IGNORECASE), "sparql"),
    (re.compile(r"ogc[_/-]?(?:api|features)|oapif|/collections(?:/|$)", re.I), "ogcapi-features"),
)


def kind_of_request(address: str) -> str:
    """Return the kind of service that an address asks by name; empty for any other address.

    >>> kind_of_request("https://e.org/ows?SERVICE=WMS&REQUEST=GetCapabilities")
    'wms'
    """
    found = _SERVICE_REQUEST.search(address)
    return found[1].lower() if found else ""


def kind_of_address(address: str) -> str:
    """Return the kind of service that an address of one shows; empty where it shows none.

    >>> kind_of_address("https://e.org/geoserver/wfs"), kind_of_address("https://e.org/api/v1")
    ('wfs', '')
    """
    if asked := kind_of_request(address):
        return asked
    path = urlsplit(address).path
    for pattern, kind in _IN_ADDRESS:
        if found := pattern.search(path):
            return kind or found[1].lower()
    return ""


# What a request for capabilities, a map or features adds to the address of a service.
_REQUEST = re.compile(r"(?:service|request|version)=[^&]*", re.IGNORECASE)


def without_request(address: str) -> str:
    """Return the address of an OGC service without what asks for something of it.

    >>> without_request("https://e.org/wms?map=roads&SERVICE=WMS&REQUEST=GetCapabilities")
    'https://e.org/wms?map=roads'
    """
    start, _, query = address.partition("?")
    remaining = "&".join(part for part in query.split("&") if part and not _REQUEST.fullmatch(part))
    return f"{start}?{remaining}" if remaining else start
