"""How a service is used: what its kind needs, with its real address.

Kinds are told by what the catalogue says (format, media type, standard) and, for the services of
the Open Geospatial Consortium, by the parameters of an address; nothing is guessed from a title.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from publisher.messages import translate
from publisher.profiles.file_types import IANA

_AUTHORITY = "http://publications.europa.eu/resource/authority/file-type/"


class ServiceKind(Enum):
    """What is asked in which way."""

    WMS = "WMS"
    WMTS = "WMTS"
    WFS = "WFS"
    WCS = "WCS"
    OGC_API = "OGC API"
    SPARQL = "SPARQL"
    ARCGIS = "ArcGIS REST"
    REST = "REST"


_OGC = (ServiceKind.WMS, ServiceKind.WMTS, ServiceKind.WFS, ServiceKind.WCS)
# IRIs and media types as a whole → kind.
_KNOWN: Mapping[str, ServiceKind] = {
    name: kind
    for kind, names in {
        ServiceKind.WMS: ("WMS_SRVC", "application/vnd.ogc.wms_xml"),
        ServiceKind.WMTS: ("WMTS_SRVC", "application/vnd.ogc.wmts_xml"),
        ServiceKind.WFS: ("WFS_SRVC", "application/vnd.ogc.wfs_xml"),
        ServiceKind.WCS: ("WCS_SRVC", "application/vnd.ogc.wcs_xml"),
        ServiceKind.SPARQL: (
            *("SPARQLQ", "SPARQLQRES", "application/sparql-query"),
            *("application/sparql-results+json", "application/sparql-results+xml"),
        ),
        ServiceKind.REST: (
            *("REST", "application/vnd.oai.openapi", "application/vnd.oai.openapi+json"),
            "http://www.wikidata.org/entity/Q749568",
        ),
    }.items()
    for name in names
}
# In the IRI of a standard → kind; the first that fits counts.
_STANDARDS = (
    (
        re.compile(r"opengis\.net/(spec|doc|def)/.*ogcapi|ogcapi\.ogc\.org", re.I),
        ServiceKind.OGC_API,
    ),
    (re.compile(r"(opengis\.net|ogc\.org|inspire).*\bwmts\b", re.I), ServiceKind.WMTS),
    (re.compile(r"(opengis\.net|ogc\.org|inspire).*\bwms\b", re.I), ServiceKind.WMS),
    (re.compile(r"(opengis\.net|ogc\.org|inspire).*\bwfs\b", re.I), ServiceKind.WFS),
    (re.compile(r"(opengis\.net|ogc\.org|inspire).*\bwcs\b", re.I), ServiceKind.WCS),
    (
        re.compile(r"w3\.org/TR/sparql1[12]?-(protocol|query)|w3\.org/TR/rdf-sparql", re.I),
        ServiceKind.SPARQL,
    ),
    (re.compile(r"openapis\.org|swagger\.io|spec\.openapis", re.I), ServiceKind.REST),
)
_ARCGIS = re.compile(r"/rest/services/.+/(Map|Feature|Image)Server(/[0-9]+)?/?$", re.I)
# What the address of one collection, or of all of them, has beyond that of the interface.
_OF_COLLECTIONS = re.compile(r"/collections(?:/[^?]*)?/?(?:\?.*)?$")
_OWN_PARAMETERS = {"service", "request", "version"}


def kind_of(words: Iterable[str], addresses: Iterable[str]) -> ServiceKind | None:
    """Return the kind of a service; None when nobody says.

    Args:
        words: Values of its format, media type, conformance and type: IRIs and literals.
        addresses: Where it answers and is described.

    >>> kind_of(["http://www.opengis.net/def/serviceType/ogc/wms"], [])
    <ServiceKind.WMS: 'WMS'>
    >>> kind_of([], ["https://e.org/ows?map=1&Service=wfs&request=GetCapabilities"])
    <ServiceKind.WFS: 'WFS'>
    >>> rest = "http://www.wikidata.org/entity/Q749568"
    >>> kind_of([rest], ["https://e.org/arcgis/rest/services/A/MapServer/0"])
    <ServiceKind.ARCGIS: 'ArcGIS REST'>
    >>> kind_of(["http://www.opengis.net/def/crs/EPSG/0/3006"], ["https://e.org/wms.csv"])
    """
    kinds = [word.removeprefix(_AUTHORITY).removeprefix(IANA) for word in words]
    known = [_KNOWN[word] for word in kinds if word in _KNOWN]
    # Services of many kinds are REST too: another word says more.
    for kind in known:
        if kind is not ServiceKind.REST:
            return kind
    for word in kinds:
        for pattern, kind in _STANDARDS:
            if "/" in word and pattern.search(word):
                return kind
    for address in addresses:
        try:
            parts = urlsplit(address)
        except ValueError:
            continue
        parameters = {name.lower(): value.upper() for name, value in parse_qsl(parts.query)}
        if parameters.get("service") in ("WMS", "WMTS", "WFS", "WCS"):
            return ServiceKind[parameters["service"]]
        if _ARCGIS.search(parts.path):
            return ServiceKind.ARCGIS
    return known[0] if known else None


@dataclass(frozen=True)
class ServiceGuide:
    """How to use a service.

    Attributes:
        kind: Short name of its kind, or that it is an API.
        address: What programs are given.
        capabilities: Where it tells what it has; empty where its kind has no such address.
        steps: What to do, in sentences.
        commands: What to type.
    """

    kind: str
    address: str
    capabilities: str
    steps: tuple[str, ...]
    commands: tuple[str, ...]


# What the entry in the menu of QGIS is for.
_QGIS: Mapping[ServiceKind, str] = {
    ServiceKind.WMS: "WMS/WMTS",
    ServiceKind.WMTS: "WMS/WMTS",
    ServiceKind.WFS: "WFS / OGC API - Features",
    ServiceKind.WCS: "WCS",
    ServiceKind.OGC_API: "WFS / OGC API - Features",
    ServiceKind.ARCGIS: "ArcGIS REST",
}
# The drivers of GDAL that list what a service has.
_GDAL: Mapping[ServiceKind, str] = {ServiceKind.WFS: "WFS", ServiceKind.OGC_API: "OAPIF"}


def guide(kind: ServiceKind | None, address: str, description: str, language: str) -> ServiceGuide:
    """Return how to use a service.

    Args:
        kind: Its kind; None for any API.
        address: Where it answers.
        description: Where it is described for programs; may be empty.
        language: Of the page.

    >>> guide(ServiceKind.WMS, "https://e.org/ows?map=a", "", "en").capabilities
    'https://e.org/ows?map=a&service=WMS&request=GetCapabilities'
    >>> guide(ServiceKind.OGC_API, "https://e.org/ogc/collections/a?f=json", "", "en").address
    'https://e.org/ogc'
    """
    capabilities = ""
    if kind in _OGC:
        address, capabilities = _ogc_addresses(address, kind)
    if kind is ServiceKind.OGC_API:
        address = _OF_COLLECTIONS.sub("", address)
    steps = [_qgis(kind, language)] if kind in _QGIS and kind else []
    last_step = _last_step(kind, language)
    if kind in (None, ServiceKind.REST) and description in ("", address):
        last_step = ""  # nobody says where the interface is described
    return ServiceGuide(
        kind=kind.value if kind else "API",
        address=address,
        capabilities=capabilities,
        steps=(*steps, *filter(None, [last_step])),
        commands=tuple(_commands(kind, address, capabilities)),
    )


def _last_step(kind: ServiceKind | None, language: str) -> str:
    """Return a sentence on what the address of a kind gives."""
    if kind in _OGC:
        return translate("What the service has is listed at its GetCapabilities address.", language)
    if kind is ServiceKind.OGC_API:
        return translate(
            "The address answers in JSON; its collections are listed below it.", language
        )
    if kind is ServiceKind.SPARQL:
        return translate(
            "Send queries in SPARQL to the address; this one shows ten triples.", language
        )
    if kind is ServiceKind.ARCGIS:
        return ""
    return translate("The description of the interface says what can be asked.", language)


def _commands(kind: ServiceKind | None, address: str, capabilities: str) -> Iterator[str]:
    """Yield what to type: to learn what is there, and to look into it with GDAL."""
    if kind is ServiceKind.OGC_API:
        collections = f"{address.partition('?')[0].rstrip('/')}/collections"
        yield f"curl --header 'Accept: application/json' {shlex.quote(collections)}"
    elif kind is ServiceKind.ARCGIS:
        yield f"curl {shlex.quote(_with_parameters(address, {'f': 'pjson'}))}"
    elif kind is ServiceKind.SPARQL:
        yield (
            f"curl {shlex.quote(address)} \\\n  --header 'Accept: text/csv' \\\n"
            "  --data-urlencode 'query=SELECT * WHERE { ?s ?p ?o } LIMIT 10'"
        )
    else:
        yield f"curl {shlex.quote(capabilities or address)}"
    if kind in _GDAL and kind:
        yield f"ogrinfo -so {shlex.quote(f'{_GDAL[kind]}:{address}')}"


def _qgis(kind: ServiceKind, language: str) -> str:
    return translate(
        "In QGIS: choose Layer > Add Layer and the entry for {entry}, make a new connection with"
        " the address, and connect.",
        language,
        entry=_QGIS[kind],
    )


def _ogc_addresses(address: str, kind: ServiceKind) -> tuple[str, str]:
    """Return the address that programs are given, and that of the capabilities."""
    parts = urlsplit(address)
    remaining = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in _OWN_PARAMETERS
    ]
    base = urlunsplit(parts._replace(query=urlencode(remaining, safe="/:,"), fragment=""))
    request = {"service": kind.value, "request": "GetCapabilities"}
    return base, _with_parameters(base, request)


def _with_parameters(address: str, parameters: Mapping[str, str]) -> str:
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}{urlencode(parameters)}"


def values_of(properties: Mapping[str, Sequence[object]], paths: Iterable[str]) -> list[str]:
    """Return IRIs and texts of some properties."""
    return [str(getattr(term, "value", "")) for path in paths for term in properties.get(path, ())]
