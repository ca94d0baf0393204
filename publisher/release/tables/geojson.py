"""A table as GeoJSON (RFC 7946), and the way from a thing to where it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import product
from typing import Any, TextIO

from pyoxigraph import Literal

from publisher.rdf.geometries import (
    CENTROID_PROPERTIES,
    GEOMETRY_PROPERTIES,
    PAIR_PROPERTIES,
    TEXT_PROPERTIES,
    join_geometries,
    point_text,
    readable,
)
from publisher.rdf.locations import DEFAULT
from publisher.rdf.subjects import Subjects
from publisher.release.tables.cells import (
    FileColumn,
    FileRow,
    NameOf,
    TableRow,
    file_columns,
    file_rows,
)
from publisher.release.tables.table import NUMBER, TRUTH, Table


class FeatureFile:
    """A table as a FeatureCollection while it is written.

    A thing without a geometry is an unlocated feature.
    """

    def __init__(self, table: Table, stream: TextIO) -> None:
        """Begin the collection."""
        self._columns, self._stream = file_columns(table)[1:], stream
        self._separator = "\n"
        stream.write('{"type":"FeatureCollection","features":[')

    def add(self, line: FileRow) -> None:
        """Write the feature of a thing."""
        properties: dict[str, Any] = {}
        for of, texts in zip(self._columns, line.texts[1:], strict=True):
            values = [_value(of, text) for text in texts]
            if of.column is not None and of.column.separator:
                properties[of.name] = values
            else:
                properties[of.name] = values[0] if values else None
        feature = {
            "type": "Feature",
            "id": line.row.iri,
            "geometry": join_geometries(readable(line.row.geometries)),
            "properties": properties,
        }
        self._stream.write(self._separator)
        self._stream.write(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
        self._separator = ",\n"

    def close(self) -> None:
        """End the collection."""
        self._stream.write("\n]}\n")


def write_features(table: Table, rows: Iterable[TableRow], names: NameOf, stream: TextIO) -> None:
    """Write a table as a FeatureCollection."""
    with closing(FeatureFile(table, stream)) as file:
        for line in file_rows(table, rows, names):
            file.add(line)


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

# What leads from a thing to something that says where it is, the best first.
_GEOMETRY_PATHS = (
    (),
    *((name,) for name in GEOMETRY_PROPERTIES),
    *((name,) for name in CENTROID_PROPERTIES),
)
# The end of a chain: a property whose value is a geometry as text, or two with a blank between them
# whose values are latitude and longitude.
_ENDS = (
    *TEXT_PROPERTIES,
    *CENTROID_PROPERTIES,
    *(f"{lat} {long}" for lat, long in PAIR_PROPERTIES),
)
# What leads from a thing to where it is, or to its site.
PLACE_PATHS = DEFAULT.seats
_MOST_PLACES = 2
# Whatever has none of these has no geometry.
_FIRST_STEPS = frozenset(
    (
        *(name for path in _GEOMETRY_PATHS for name in path),
        *(name for end in _ENDS for name in end.split(" ")),
        *PLACE_PATHS,
    )
)

Chain = tuple[str, ...]


class GeometryChains:
    """The chains that lead things to geometries, while the things are looked at."""

    def __init__(self, subjects: Subjects) -> None:
        """Keep what is said of the things."""
        self._subjects = subjects
        self._leading: set[Chain] = set()

    def add(self, thing: str) -> None:
        """Look at a thing."""
        self._leading.update(_chains_of(thing, self._subjects))

    def in_order(self) -> tuple[Chain, ...]:
        """Return the chains that lead some of the things to a geometry, the shortest first."""
        ways = (
            way for length in range(_MOST_PLACES + 1) for way in product(PLACE_PATHS, repeat=length)
        )
        ordered = ((*way, *last, end) for way in ways for last in _GEOMETRY_PATHS for end in _ENDS)
        return tuple(chain for chain in ordered if chain in self._leading)


def _chains_of(thing: str, subjects: Subjects) -> Iterator[Chain]:
    """Yield the chains that lead one thing to a geometry."""
    if subjects.of(thing).keys().isdisjoint(_FIRST_STEPS):
        return
    reached: dict[Chain, set[str]] = {(): {thing}}
    for _ in range(_MOST_PLACES + 1):
        for chain, here in reached.items():
            for last in _GEOMETRY_PATHS:
                there = here
                for path in last:
                    there = _next(there, path, subjects)
                for end in {end for name in there for end in _ends_at(name, subjects)}:
                    yield (*chain, *last, end)
        steps = product(reached.items(), PLACE_PATHS)
        reached = {
            (*chain, p): there for (chain, here), p in steps if (there := _next(here, p, subjects))
        }
        if not reached:
            return


def _next(here: Iterable[str], path: str, subjects: Subjects) -> set[str]:
    return {name for node in here for name in subjects.nodes(node, path)}


def _ends_at(node: str, subjects: Subjects) -> Iterator[str]:
    """Yield the ends of chains at which a place has a geometry."""
    properties = subjects.of(node).keys()
    for end in _ENDS:
        if properties >= set(end.split(" ")) and _texts(node, end, subjects):
            yield end


def _texts(node: str, end: str, subjects: Subjects) -> set[str]:
    """Return the geometries that the end of a chain gives a thing, as texts."""
    literals = [
        sorted(t.value for t in subjects.values(node, name) if isinstance(t, Literal))
        for name in end.split(" ")
    ]
    if len(literals) == 1:
        return set(literals[0])
    latitudes, longitudes = literals
    # Which latitude belongs to which of several longitudes, nobody can tell.
    is_one = len(latitudes) == len(longitudes) == 1
    return {point_text(latitudes[0], longitudes[0])} if is_one else set()


def follow_chain(thing: str, chain: Chain, subjects: Subjects) -> tuple[str, ...]:
    """Return the texts that a chain leads a thing to, sorted."""
    here = {thing}
    for path in chain[:-1]:
        here = _next(here, path, subjects)
    return tuple(sorted({text for node in here for text in _texts(node, chain[-1], subjects)}))


def thing_geometries(thing: str, chains: Sequence[Chain], subjects: Subjects) -> tuple[str, ...]:
    """Return the geometries of a thing: those at the end of the first chain that has any."""
    for chain in chains:
        texts = follow_chain(thing, chain, subjects)
        if texts:
            return texts
    return ()
