"""Geometries as data have them → GeoJSON in degrees: the one reader of maps, tables, catalogue.

Read are WKT and GML with a coordinate reference system (GeoSPARQL 1.1, OGC 22-047r1, sections 8.5
to 8.8), GeoJSON (RFC 7946), the simple shapes of KML (OGC 12-007r2, section 10) and ``geo:`` URIs
(RFC 5870). All become longitude and latitude in WGS 84, as GeoJSON has them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from publisher.messages import SOURCE_LANGUAGE, Text, printable, text
from publisher.rdf.namespaces import iri

# A GeoJSON geometry object (RFC 7946, section 3.1).
Geometry = dict[str, Any]
_Numbers = tuple[float, ...]
# A larger text is a data set of its own, not a place to draw.
MOST_CHARACTERS = 20_000_000
_DEEPEST = 40


class GeometryUnreadable(ValueError):
    """A text is no geometry that can be placed on the globe.

    Attributes:
        reason: What is wrong and what to do, as a sentence; None for a geometry that is well
            written and stands for no place (``POINT EMPTY``).
    """

    def __init__(self, reason: Text | None) -> None:
        """Keep the reason."""
        super().__init__(reason and reason[SOURCE_LANGUAGE])
        self.reason = reason


def _malformed(syntax: str) -> GeometryUnreadable:
    message = "This is no geometry in {syntax}. Write it like {example}."
    return GeometryUnreadable(text(message, syntax=syntax, example=_EXAMPLES[syntax]))


def _unknown_system(name: str) -> GeometryUnreadable:
    message = (
        "The reference system {name} is not known. Name one of the EPSG registry, such as"
        " http://www.opengis.net/def/crs/EPSG/0/3006."
    )
    return GeometryUnreadable(text(message, name=printable(name)))


def _outside() -> GeometryUnreadable:
    return GeometryUnreadable(
        text(
            "A position lies outside the globe, or outside its reference system. Check the order"
            " of the numbers, and name the reference system if they are no degrees."
        )
    )


def _not_drawn(kind: str) -> GeometryUnreadable:
    message = "'{kind}' is no kind of geometry that is drawn; points, lines and areas are."
    return GeometryUnreadable(text(message, kind=printable(kind)[:40]))


_EXAMPLES = {
    "WKT": "POINT(15.6 60.6)",
    "GeoJSON": '{"type":"Point","coordinates":[15.6,60.6]}',
    "GML": "<gml:Point><gml:pos>15.6 60.6</gml:pos></gml:Point>",
    "URI": "geo:60.6,15.6",
}


def read_geometry(value: str) -> Geometry | None:
    """Return a geometry, whichever way it is written; None for what cannot be placed.

    >>> read_geometry("POINT(15.6 60.6)")
    {'type': 'Point', 'coordinates': [15.6, 60.6]}
    """
    try:
        return parse_geometry(value)
    except GeometryUnreadable:
        return None


def parse_geometry(value: str) -> Geometry:
    """Return a geometry in longitude and latitude, whichever way it is written.

    The syntax is known by its first characters: ``{`` begins GeoJSON, an element GML or KML,
    ``geo:`` a URI, all else WKT.

    Raises:
        GeometryUnreadable: The text is no geometry, has an unknown reference system, or lies
            nowhere on the globe.
    """
    if len(value) > MOST_CHARACTERS:
        raise GeometryUnreadable(
            text("A geometry of more than 20 million characters is not drawn. Simplify it.")
        )
    written = value.strip()
    if written.startswith("{"):
        found = _from_geojson(written)
    elif re.match(r"<\s*(?:\?xml|!|[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?[\s/>])", written):
        found = _from_xml(written)
    elif written[:4].lower() == "geo:":
        found = _from_uri(written)
    else:
        found = _Wkt(written).geometry()
    if not all(_is_on_the_globe(position) for position in positions(found)):
        raise _outside()
    return _wound(found)


def positions(geometry: Geometry) -> Iterator[list[float]]:
    """Yield every position of a geometry: longitude, latitude and, if stated, height."""
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from positions(part)
        return
    waiting = [geometry["coordinates"]]
    while waiting:
        here = waiting.pop()
        if here and isinstance(here[0], list):
            waiting.extend(here[::-1])
        elif here:
            yield here


def simple_geometries(geometry: Geometry) -> Iterator[Geometry]:
    """Yield the points, lines and polygons of which a geometry consists."""
    kind = geometry["type"]
    if kind == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from simple_geometries(part)
    elif kind.startswith("Multi"):
        for coordinates in geometry["coordinates"]:
            yield {"type": kind.removeprefix("Multi"), "coordinates": coordinates}
    else:
        yield geometry


def join_geometries(found: Sequence[Geometry]) -> Geometry | None:
    """Return several geometries of one thing as one; None for none."""
    if len(found) < 2:
        return found[0] if found else None
    if all(geometry["type"] == "Point" for geometry in found):
        return {"type": "MultiPoint", "coordinates": [g["coordinates"] for g in found]}
    return {"type": "GeometryCollection", "geometries": list(found)}


def _is_on_the_globe(position: Sequence[float]) -> bool:
    return abs(position[0]) <= 180 and abs(position[1]) <= 90


def _wound(geometry: Geometry) -> Geometry:
    """Return a geometry whose rings turn as RFC 7946, section 3.1.6, wants."""
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [_wound(part) for part in geometry["geometries"]]}
    if kind == "Polygon":
        return {"type": kind, "coordinates": _wind_rings(geometry["coordinates"])}
    if kind == "MultiPolygon":
        return {"type": kind, "coordinates": [_wind_rings(p) for p in geometry["coordinates"]]}
    return geometry


def _wind_rings(rings: list[list[list[float]]]) -> list[list[list[float]]]:
    """Return rings in their directions: the outside counterclockwise, holes clockwise."""
    return [
        ring if (_area(ring) > 0) == (number == 0) else ring[::-1]
        for number, ring in enumerate(rings)
    ]


def _area(ring: list[list[float]]) -> float:
    following = ring[1:] + ring[:1]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True))


# Coordinate reference systems.

_CRS84 = re.compile(r"(?:.*[/:#])?CRS:?84h?$", re.IGNORECASE)
_EPSG = re.compile(r".*epsg(?:\.xml)?[/:#]+(?:[\d.]*[/:]+)?(\d+)$", re.IGNORECASE)
# The notations that put longitude first, whatever the registry says: the old ones of GML 2 and of
# map services (OGC 09-048r5, section 8; WMS 1.1.1). All others keep the registry's order.
_LONGITUDE_FIRST = re.compile(r"^epsg:\d+$|.*epsg\.xml#\d+$", re.IGNORECASE)
# Latitude and longitude that differ by less than a metre from those of WGS 84.
_DEGREES = frozenset({4326, 4258, 4619, 4979, 4937, 4318})
_MARGIN_DEGREES = 2.0


@dataclass(frozen=True)
class _ReferenceSystem:
    """How the numbers of a geometry become degrees.

    Attributes:
        to_degrees: Numbers as written → longitude and latitude.
        area: West, south, east, north of where the system is meant to be used; None for unknown.
    """

    to_degrees: Callable[[float, float], tuple[float, float]]
    area: tuple[float, float, float, float] | None = None

    def placed(self, first: float, second: float) -> tuple[float, float]:
        """Return longitude and latitude.

        Who writes the axes of a projected system in the other order is far outside the area that
        it is made for, and inside it once they are exchanged: then they are exchanged.
        """
        found = self.to_degrees(first, second)
        if self.area is None or self._is_near(found):
            return found
        other = self.to_degrees(second, first)
        return other if self._is_near(other) else found

    def _is_near(self, position: tuple[float, float]) -> bool:
        west, south, east, north = self.area or (-180.0, -90.0, 180.0, 90.0)
        inside = west - _MARGIN_DEGREES <= position[0] <= east + _MARGIN_DEGREES
        return inside and south - _MARGIN_DEGREES <= position[1] <= north + _MARGIN_DEGREES


def _as_written(first: float, second: float) -> tuple[float, float]:
    return first, second


def _latitude_first(first: float, second: float) -> tuple[float, float]:
    return second, first


_WGS84 = _ReferenceSystem(_as_written)


@lru_cache(maxsize=64)
def _reference_system(name: str, *, registry_order: bool = True) -> _ReferenceSystem:
    """Return the reference system of a name; without one it is WGS 84, longitude first.

    Args:
        name: An IRI or URN of OGC, or ``EPSG:3006``.
        registry_order: Whether the numbers come in the order of the EPSG registry.

    Raises:
        GeometryUnreadable: Nobody knows the system.
    """
    if not name or _CRS84.match(name):
        return _WGS84
    code = _EPSG.match(name)
    if code is None:
        raise _unknown_system(name)
    if int(code[1]) in _DEGREES:
        return _ReferenceSystem(_latitude_first) if registry_order else _WGS84
    return _projected(int(code[1]), registry_order)


@lru_cache(maxsize=64)
def _projected(code: int, registry_order: bool) -> _ReferenceSystem:
    # Imported here: most data are in degrees, and the library takes 30 MB.
    import pyproj
    from pyproj.exceptions import ProjError

    try:
        system = pyproj.CRS.from_epsg(code)
        change = pyproj.Transformer.from_crs(system, "OGC:CRS84", always_xy=not registry_order)
    except ProjError:
        raise _unknown_system(f"EPSG:{code}") from None

    def to_degrees(first: float, second: float) -> tuple[float, float]:
        longitude, latitude = change.transform(first, second)
        return longitude, latitude

    return _ReferenceSystem(to_degrees, system.area_of_use.bounds if system.area_of_use else None)


def registry_degrees(code: int, first: float, second: float) -> tuple[float, float]:
    """Return longitude and latitude of a position in a system of the EPSG registry.

    Args:
        code: Of the system.
        first: Along its first axis in the registry's order: the northing of Swedish systems.
        second: Along the other.

    Raises:
        GeometryUnreadable: Nobody knows the system.
    """
    return _projected(code, registry_order=True).to_degrees(first, second)


# Some ten centimetres: more digits of a projected position are no knowledge.
_DIGITS = 6


def _place(numbers: Sequence[float], system: _ReferenceSystem) -> list[float]:
    """Return a GeoJSON position: longitude, latitude and, if stated, height."""
    if len(numbers) < 2 or not all(map(math.isfinite, numbers)):
        raise _malformed("WKT")
    if system is _WGS84:
        longitude, latitude = numbers[0], numbers[1]
    else:
        longitude, latitude = system.placed(numbers[0], numbers[1])
        if not (math.isfinite(longitude) and math.isfinite(latitude)):
            raise _outside()
        if system.area is not None:
            longitude, latitude = round(longitude, _DIGITS), round(latitude, _DIGITS)
    return [longitude, latitude, *numbers[2:3]]


# WKT (OGC 06-103r4, section 7).

_WKT_TOKEN = re.compile(r"\s*(?:([A-Za-z]+)|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([(),]))")
_WKT_TYPES = {
    name.upper(): name
    for name in (
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    )
}
# A triangle and a surface of flat patches are drawn as the polygons that they are.
_WKT_ALIKE = {
    "LINEARRING": "LineString",
    "TRIANGLE": "Polygon",
    "TIN": "MultiPolygon",
    "POLYHEDRALSURFACE": "MultiPolygon",
}
# How many lists surround the positions of each.
_WKT_DEPTH = {
    "Point": 1,
    "LineString": 1,
    "MultiPoint": 1,
    "Polygon": 2,
    "MultiLineString": 2,
    "MultiPolygon": 3,
}


class _Wkt:
    """Reads one text."""

    def __init__(self, text: str) -> None:
        """Split the text: an IRI in angle brackets, or PostGIS's ``SRID=``, then the geometry."""
        named = re.match(r"<([^>]*)>\s*|SRID=(\d+);\s*", text, re.IGNORECASE)
        body = text[named.end() :] if named else text
        name = (named[1] or f"EPSG:{named[2]}") if named else ""
        # ``SRID=`` puts longitude first, as all of PostGIS does.
        self._system = _reference_system(name, registry_order=not (named and named[2]))
        self._tokens = self._split(body)
        self._at = 0
        self._has_measure = False

    @staticmethod
    def _split(body: str) -> list[str]:
        tokens, at, end = [], 0, len(body.rstrip())
        while at < end:
            match = _WKT_TOKEN.match(body, at)
            if match is None:
                raise _malformed("WKT")
            tokens.append(match[0].strip())
            at = match.end()
        return tokens

    def geometry(self) -> Geometry:
        """Return the one geometry of the text."""
        found = self._tagged(0)
        if self._at != len(self._tokens):
            raise _malformed("WKT")
        if found is None:
            raise GeometryUnreadable(None)
        return found

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise _malformed("WKT")
        self._at += 1
        return self._tokens[self._at - 1]

    def _tagged(self, depth: int) -> Geometry | None:
        """Return a geometry with its name; None for an empty one."""
        word = self._next().upper()
        for ending in ("ZM", "Z", "M", ""):  # POINTZ is written too
            if (bare := word.removesuffix(ending)) in _WKT_TYPES or bare in _WKT_ALIKE:
                break
        kind = _WKT_TYPES.get(bare) or _WKT_ALIKE.get(bare)
        if kind is None:
            raise _not_drawn(word)
        if self._peek() in ("Z", "M", "ZM"):
            ending = self._next().upper()
        self._has_measure = ending == "M"
        if self._peek() == "EMPTY":
            self._at += 1
            return None
        if kind == "GeometryCollection":
            return self._collection(depth)
        coordinates = self._list(_WKT_DEPTH[kind])
        if kind == "Point":
            if len(coordinates) != 1:
                raise _malformed("WKT")
            return {"type": kind, "coordinates": coordinates[0]}
        return {"type": kind, "coordinates": coordinates}

    def _peek(self) -> str:
        return self._tokens[self._at].upper() if self._at < len(self._tokens) else ""

    def _expect(self, token: str) -> None:
        if self._next() != token:
            raise _malformed("WKT")

    def _collection(self, depth: int) -> Geometry | None:
        if depth > _DEEPEST:
            raise _malformed("WKT")
        self._expect("(")
        parts = [self._tagged(depth + 1)]
        while (token := self._next()) == ",":
            parts.append(self._tagged(depth + 1))
        if token != ")":
            raise _malformed("WKT")
        geometries = [part for part in parts if part is not None]
        return {"type": "GeometryCollection", "geometries": geometries} if geometries else None

    def _list(self, depth: int) -> list[Any]:
        """Return positions, or lists of them, that parentheses surround."""
        self._expect("(")
        found: list[Any] = []
        while True:
            if depth > 1:
                if self._peek() == "EMPTY":
                    self._at += 1
                else:
                    found.append(self._list(depth - 1))
            elif self._peek() == "(":  # MULTIPOINT((1 2), (3 4)), beside MULTIPOINT(1 2, 3 4)
                found += self._list(1)
            else:
                found.append(self._position())
            token = self._next()
            if token == ")":
                return found
            if token != ",":
                raise _malformed("WKT")

    def _position(self) -> list[float]:
        numbers: list[float] = []
        while self._peek() not in (",", ")", ""):
            numbers.append(_number(self._next()))
        # A measure is no height.
        return _place(numbers[:2] if self._has_measure else numbers[:3], self._system)


def _number(text: str) -> float:
    """Return a number; a whole one stays whole, so that GeoJSON has it as it was written."""
    try:
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    except ValueError:
        raise _malformed("WKT") from None


# GeoJSON (RFC 7946).

_GEOJSON_DEPTH = {name: depth - (name == "Point") for name, depth in _WKT_DEPTH.items()}


def _from_geojson(text: str) -> Geometry:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise _malformed("GeoJSON") from None
    return _geojson_geometry(value, 0)


def _geojson_geometry(value: Any, depth: int) -> Geometry:
    if not isinstance(value, dict) or depth > _DEEPEST:
        raise _malformed("GeoJSON")
    kind = value.get("type")
    if kind == "Feature":
        return _geojson_geometry(value.get("geometry"), depth + 1)
    parts = {"FeatureCollection": "features", "GeometryCollection": "geometries"}.get(str(kind))
    if parts is not None:
        listed = value.get(parts)
        found = [_geojson_geometry(part, depth + 1) for part in listed or ()]
        joined = join_geometries(found)
        if joined is None:
            raise GeometryUnreadable(None)
        return joined
    if kind not in _GEOJSON_DEPTH:
        raise _malformed("GeoJSON")
    if value.get("coordinates") == []:
        raise GeometryUnreadable(None)
    return {
        "type": kind,
        "coordinates": _geojson_coordinates(value.get("coordinates"), _GEOJSON_DEPTH[kind]),
    }


def _geojson_coordinates(value: Any, depth: int) -> list[Any]:
    if not isinstance(value, list):
        raise _malformed("GeoJSON")
    if depth:
        return [_geojson_coordinates(part, depth - 1) for part in value]
    if not all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in value
    ):
        raise _malformed("GeoJSON")
    return _place(value[:3], _WGS84)


# URIs (RFC 5870): latitude first, and a height after it.


def _from_uri(text: str) -> Geometry:
    found = re.match(r"geo:([^;?]+)((?:;[^?]*)?)", text, re.IGNORECASE)
    system = re.search(r";crs=([^;]+)", found[2], re.IGNORECASE) if found else None
    if found is None or (system and system[1].lower() != "wgs84"):
        raise _malformed("URI")
    try:
        numbers = [float(number) for number in found[1].split(",")]
    except ValueError:
        raise _malformed("URI") from None
    return {"type": "Point", "coordinates": _place(numbers[:3], _ReferenceSystem(_latitude_first))}


# GML (OGC 07-036r1) and the simple shapes of KML.


def _from_xml(text: str) -> Geometry:
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise _malformed("GML")
    # No declaration is left that could expand or lead elsewhere.
    try:
        root = ElementTree.fromstring(text)  # nosec B314
    except ElementTree.ParseError:
        # GML in data often leaves its prefix undeclared.
        try:
            bare = re.sub(r"(</?)\w[\w.-]*:", r"\1", text)
            root = ElementTree.fromstring(bare)  # nosec B314
        except ElementTree.ParseError:
            raise _malformed("GML") from None
    found = _xml_geometry(root, "", 2, 0)
    if found is None:
        raise GeometryUnreadable(None)
    return found


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


_XML_LINES = frozenset({"LineString", "LineStringSegment", "LinearRing"})
_XML_POLYGONS = frozenset({"Polygon", "PolygonPatch", "Triangle", "Rectangle"})
# What holds others: its members are read one by one.
_XML_COLLECTIONS = frozenset(
    {
        *("MultiPoint", "MultiLineString", "MultiCurve", "MultiPolygon", "MultiSurface"),
        *("MultiGeometry", "Surface", "Curve", "CompositeSurface", "CompositeCurve", "Placemark"),
        *("PolyhedralSurface", "Tin", "TriangulatedSurface", "kml", "Document", "Folder"),
        *("pointMember", "pointMembers", "lineStringMember", "curveMember", "curveMembers"),
        *("polygonMember", "surfaceMember", "surfaceMembers", "geometryMember"),
        *("geometryMembers", "patches", "polygonPatches", "trianglePatches", "segments"),
    }
)
# Elements of KML beside a geometry; those of GML begin with a small letter.
_XML_BESIDE = frozenset(
    {"Style", "StyleMap", "ExtendedData", "TimeStamp", "TimeSpan", "LookAt", "Camera", "Region"}
)


def _xml_geometry(
    element: ElementTree.Element, system: str, dimension: int, depth: int
) -> Geometry | None:
    """Return the geometry of an element; None for an empty one, and for what is none."""
    if depth > _DEEPEST:
        raise _malformed("GML")
    system = element.get("srsName", system)
    dimension = _xml_dimension(element, dimension)
    kind = _local(element)
    if kind in _XML_COLLECTIONS:
        parts = [_xml_geometry(child, system, dimension, depth + 1) for child in element]
        return join_geometries([part for part in parts if part is not None])
    if kind == "Envelope":
        return _xml_envelope(element, system, dimension)
    if kind == "Point" or kind in _XML_LINES:
        found = _xml_positions(element, system, dimension)
        if not found:
            return None
        if kind == "Point":
            return {"type": "Point", "coordinates": found[0]}
        return {"type": "LineString", "coordinates": found}
    if kind in _XML_POLYGONS:
        rings = [
            ring
            for child in element
            if _local(child) in ("exterior", "outerBoundaryIs", "interior", "innerBoundaryIs")
            if (ring := _xml_positions(child, system, dimension))
        ]
        return {"type": "Polygon", "coordinates": rings} if rings else None
    if depth and (kind[:1].islower() or kind in _XML_BESIDE):
        return None
    raise _not_drawn(kind)


def _xml_dimension(element: ElementTree.Element, otherwise: int) -> int:
    written = element.get("srsDimension", "")
    return int(written) if written in ("2", "3", "4") else otherwise


def _xml_positions(element: ElementTree.Element, system: str, dimension: int) -> list[list[float]]:
    """Return the positions below an element, in their order."""
    found: list[list[float]] = []
    for child in element.iter():
        kind = _local(child)
        system = child.get("srsName", system)
        dimension = _xml_dimension(child, dimension)
        if kind in ("pos", "posList", "coordinates", "lowerCorner", "upperCorner"):
            referred = _reference_system(system, registry_order=not _LONGITUDE_FIRST.match(system))
            numbers = _xml_numbers(child.text or "", kind, dimension)
            if any(len(position) < 2 for position in numbers):
                raise _malformed("GML")
            found += [_place(position, referred) for position in numbers]
    return found


def _xml_numbers(text: str, kind: str, size: int) -> list[_Numbers]:
    try:
        if kind == "coordinates":  # GML 2 and KML: numbers by commas, positions by blanks
            return [tuple(map(float, part.split(",")))[:3] for part in text.split()]
        numbers = tuple(map(float, text.split()))
    except ValueError:
        raise _malformed("GML") from None
    if kind != "posList":
        return [numbers[:3]] if numbers else []
    if len(numbers) % size:
        raise _malformed("GML")
    return [numbers[n : n + size] for n in range(0, len(numbers), size)]


def _xml_envelope(element: ElementTree.Element, system: str, dimension: int) -> Geometry | None:
    corners = _xml_positions(element, system, dimension)
    if len(corners) != 2:
        return None
    (west, south, *_), (east, north, *_) = corners
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


# Where the data of a thing have its places: what properties lead to, and how it is written there.

# Properties whose value is a geometry of its own, as prefixed names.
GEOMETRY_NAMES = ("geo:hasGeometry", "geo:hasDefaultGeometry", "locn:geometry", "schema:geo")
# Properties whose value is the text of a geometry.
TEXT_NAMES = ("geo:asWKT", "geo:asGeoJSON", "geo:asGML", "geo:asKML", "locn:geometry")
# Properties that have latitude and longitude.
PAIR_NAMES = (("wgs:lat", "wgs:long"), ("schema:latitude", "schema:longitude"))

# The same as IRIs; schema.org is written with http too.
GEOMETRY_PROPERTIES = (*map(iri, GEOMETRY_NAMES), "http://schema.org/geo")
TEXT_PROPERTIES = tuple(map(iri, TEXT_NAMES))
PAIR_PROPERTIES = (
    *((iri(latitude), iri(longitude)) for latitude, longitude in PAIR_NAMES),
    ("http://schema.org/latitude", "http://schema.org/longitude"),
)
# The middle of a thing, as a geometry of its own or a text: it counts if there is nothing else.
CENTROID_PROPERTIES = (iri("geo:hasCentroid"), iri("dcat:centroid"))


def point_text(latitude: str, longitude: str) -> str:
    """Return a point as WKT; what are no numbers makes a text that is not read.

    >>> point_text("60,6", " 15.6")
    'POINT(15.6 60.6)'
    """
    return f"POINT({_decimal(longitude)} {_decimal(latitude)})"


def _decimal(text: str) -> str:
    """Return a number with a point: people write 60,6 too."""
    return text.strip().replace(",", ".")


def readable(texts: Iterable[str]) -> list[Geometry]:
    """Return the geometries of texts; those that cannot be placed are left out."""
    return [geometry for text in texts if (geometry := read_geometry(text)) is not None]
