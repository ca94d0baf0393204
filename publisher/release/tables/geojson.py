"""A table as GeoJSON (RFC 7946), from geometries as WKT (OGC 06-103r4, section 7)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, TextIO

from pyoxigraph import Literal

from publisher.rdf.locations import DEFAULT
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Subjects
from publisher.release.tables.cells import FileColumn, NameOf, TableRow, cell_texts, file_columns
from publisher.release.tables.table import NUMBER, TRUTH, Table

_WKT_SYNTAX = re.compile(r"\s*(?:<([^>]*)>)?\s*([A-Za-z]+)\s*(?:Z|M|ZM)?\s*(\(.*\))\s*", re.DOTALL)
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_POSITION = re.compile(rf"({_NUMBER})\s+({_NUMBER})(?:\s+({_NUMBER}))?(?:\s+{_NUMBER})?")
_TYPES = {
    name.upper(): name
    for name in (
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
    )
}
# Longitude before latitude, WGS 84: what a text without a name is in, and what GeoJSON wants.
_CRS84 = re.compile(r".*OGC/[\d.]+/CRS84h?$|.*OGC:[\d.]*:?CRS84$")
_EPSG_4326 = re.compile(r".*EPSG[/:]\d*[/:]?(?:\d+[/:])?4326$")


def read_geometry(wkt: str) -> dict[str, Any] | None:
    """Return a geometry; None for one that GeoJSON cannot hold.

    >>> read_geometry("POINT(15.6 60.6)")
    {'type': 'Point', 'coordinates': [15.6, 60.6]}
    """
    found = _WKT_SYNTAX.fullmatch(wkt)
    kind = _TYPES.get(found[2].upper()) if found else None
    if found is None or kind is None:
        return None
    system = found[1] or ""
    if system and not (_CRS84.match(system) or _EPSG_4326.match(system)):
        return None
    written = _POSITION.sub(_swap_axes if _EPSG_4326.match(system) else _position, found[3])
    try:
        coordinates = json.loads(written.replace("(", "[").replace(")", "]"))
    except ValueError:
        return None
    if kind == "Point":
        coordinates = coordinates[0]
    elif kind == "MultiPoint":
        # Both MULTIPOINT(1 2, 3 4) and MULTIPOINT((1 2), (3 4)) are written.
        coordinates = [p[0] if isinstance(p[0], list) else p for p in coordinates]
    elif kind == "Polygon":
        coordinates = _wind_rings(coordinates)
    elif kind == "MultiPolygon":
        coordinates = [_wind_rings(polygon) for polygon in coordinates]
    return {"type": kind, "coordinates": coordinates}


def _position(match: re.Match[str]) -> str:
    return "[" + ",".join(filter(None, match.groups())) + "]"


def _swap_axes(match: re.Match[str]) -> str:
    latitude, longitude, height = match.groups()
    return "[" + ",".join(filter(None, (longitude, latitude, height))) + "]"


def _wind_rings(rings: list[list[list[float]]]) -> list[list[list[float]]]:
    """Return rings in the directions that section 3.1.6 wants: outside counterclockwise."""
    return [
        ring if (_area(ring) > 0) == (number == 0) else ring[::-1]
        for number, ring in enumerate(rings)
    ]


def _area(ring: list[list[float]]) -> float:
    following = ring[1:] + ring[:1]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True))


def _join_geometries(wkts: Iterable[str]) -> dict[str, Any] | None:
    """Return the geometries of one thing as one."""
    found = [g for g in (read_geometry(wkt) for wkt in wkts) if g is not None]
    if len(found) < 2:
        return found[0] if found else None
    if all(g["type"] == "Point" for g in found):
        return {"type": "MultiPoint", "coordinates": [g["coordinates"] for g in found]}
    return {"type": "GeometryCollection", "geometries": found}


def write_features(table: Table, rows: Iterable[TableRow], names: NameOf, stream: TextIO) -> None:
    """Write a table as a FeatureCollection; a thing without a geometry is an unlocated feature."""
    kept = file_columns(table)[1:]
    stream.write('{"type":"FeatureCollection","features":[')
    for number, row in enumerate(rows):
        properties: dict[str, Any] = {}
        for of in kept:
            found = [_value(of, text) for text in cell_texts(row, of, names)]
            if of.column is not None and of.column.separator:
                properties[of.name] = found
            else:
                properties[of.name] = found[0] if found else None
        feature = {
            "type": "Feature",
            "id": row.iri,
            "geometry": _join_geometries(row.geometries),
            "properties": properties,
        }
        stream.write(",\n" if number else "\n")
        stream.write(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    stream.write("\n]}\n")


def _value(of: FileColumn, text: str) -> str | int | float | bool:
    kind = of.column.kind if of.column else ""
    if kind == TRUTH:
        return text in ("true", "1")
    if kind == NUMBER:
        try:
            number = json.loads(text.lstrip("+"))
        except ValueError:
            return text
        return number if isinstance(number, int | float) else text
    return text


# From a thing to where it is: directly, or through its site and the place of that.

_AS_WKT = iri("geo:asWKT")
_GEOMETRY_PATHS = ((), (iri("geo:hasGeometry"),), (iri("geo:hasDefaultGeometry"),))
# What leads from a thing to where it is, or to its site.
PLACE_PATHS = DEFAULT.seats
_MOST_PLACES = 2

Chain = tuple[str, ...]


def geometry_chains(things: Iterable[str], subjects: Subjects) -> tuple[Chain, ...]:
    """Return the chains that lead some of the things to a geometry, the shortest first."""
    leading = {chain for thing in things for chain in _chains_of(thing, subjects)}
    ways = (
        way for length in range(_MOST_PLACES + 1) for way in product(PLACE_PATHS, repeat=length)
    )
    ordered = ((*way, *last, _AS_WKT) for way in ways for last in _GEOMETRY_PATHS)
    return tuple(chain for chain in ordered if chain in leading)


def _chains_of(thing: str, subjects: Subjects) -> Iterator[Chain]:
    """Yield the chains that lead one thing to a geometry."""
    reached: dict[Chain, set[str]] = {(): {thing}}
    for _ in range(_MOST_PLACES + 1):
        for chain, here in reached.items():
            for last in _GEOMETRY_PATHS:
                there = here
                for path in last:
                    there = _next(there, path, subjects)
                if any(_texts(name, subjects) for name in there):
                    yield (*chain, *last, _AS_WKT)
        steps = product(reached.items(), PLACE_PATHS)
        reached = {
            (*chain, p): there for (chain, here), p in steps if (there := _next(here, p, subjects))
        }
        if not reached:
            return


def _next(here: Iterable[str], path: str, subjects: Subjects) -> set[str]:
    return {name for place in here for name in subjects.nodes(place, path)}


def _texts(place: str, subjects: Subjects) -> set[str]:
    return {term.value for term in subjects.values(place, _AS_WKT) if isinstance(term, Literal)}


def follow_chain(thing: str, chain: Chain, subjects: Subjects) -> tuple[str, ...]:
    """Return the texts that a chain leads a thing to, sorted."""
    here = {thing}
    for path in chain[:-1]:
        here = _next(here, path, subjects)
    return tuple(sorted({text for place in here for text in _texts(place, subjects)}))


def thing_geometries(thing: str, found: Sequence[Chain], subjects: Subjects) -> tuple[str, ...]:
    """Return the geometries of a thing: those at the end of the first chain that has any."""
    for chain in found:
        texts = follow_chain(thing, chain, subjects)
        if texts:
            return texts
    return ()
