"""The things of a release that have a place on a map: where they are, and what they lie within."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import NamedNode

from publisher.query.engine import Engine
from publisher.rdf.geometries import (
    CENTROID_PROPERTIES,
    GEOMETRY_PROPERTIES,
    PAIR_PROPERTIES,
    TEXT_PROPERTIES,
    point_text,
)
from publisher.rdf.locations import DEFAULT, LocationProperties
from publisher.rdf.namespaces import iri
from publisher.render.labels import Labels, fetch_in_chunks, fetch_labels
from publisher.render.maps.geometry import Outline, read_outline
from publisher.render.presences import fetch_location_properties

# With more located things than this, a release has no overview: maps would be all ink.
MOST = 2_000


def _path(names: Iterable[str]) -> str:
    return "|".join(f"<{name}>" for name in names)


_SHAPES, _TEXTS, _CENTROIDS = map(
    _path, (GEOMETRY_PROPERTIES, TEXT_PROPERTIES, CENTROID_PROPERTIES)
)
# Each row is a thing and one of its geometries: a text, or latitude and longitude. ``rough`` says
# that it is only the middle of the thing, ``shape`` is the geometry where that is a node. Each pair
# of properties has a pattern: Virtuoso 7 fails on a table of them.
_GEOMETRY_PATTERNS = (
    f"?thing {_SHAPES} ?shape . ?shape {_TEXTS} ?text . FILTER(isLiteral(?text))",
    f"?thing {_TEXTS} ?text . FILTER(isLiteral(?text))",
    *(
        f"{lead} <{latitude}> ?lat ; <{longitude}> ?long ."
        for latitude, longitude in PAIR_PROPERTIES
        for lead in (f"?thing {_SHAPES} ?shape . ?shape", "?thing")
    ),
    f"?thing {_CENTROIDS} ?shape . ?shape {_TEXTS} ?text . FILTER(isLiteral(?text))"
    " BIND(1 AS ?rough)",
    f"?thing {_CENTROIDS} ?text . FILTER(isLiteral(?text)) BIND(1 AS ?rough)",
)
_GEOMETRIES_QUERY = (
    "SELECT ?thing ?shape ?text ?lat ?long ?rough WHERE { "
    + " UNION ".join(f"{{ {pattern} FILTER(isIRI(?thing)) }}" for pattern in _GEOMETRY_PATTERNS)
    + " } LIMIT %d"
)
_PAIRS_QUERY = (
    "SELECT ?thing ?whole WHERE {{ VALUES ?thing {{ {things} }} ?thing {path} ?whole . }}"
)


@dataclass(frozen=True)
class Gazetteer:
    """The located things of a release.

    Attributes:
        outlines: IRI → where it is, in degrees.
        wholes: IRI → the IRIs of what it lies within, directly; with or without a place on a map.
        names: What they are called.
        owners: IRI of a geometry → the thing it is the geometry of.
        sources: IRI → the IRIs of the sources of its geometries.
        properties: Those that say where things are.
    """

    outlines: Mapping[str, Outline] = field(default_factory=dict)
    wholes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    names: Labels = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    properties: LocationProperties = DEFAULT

    def containing(self, thing: str) -> list[str]:
        """Return everything that a thing lies within, the nearest first."""
        containing: dict[str, None] = {}
        waiting = [thing]
        while waiting:
            wholes = [
                w for name in waiting for w in self.wholes.get(name, ()) if w not in containing
            ]
            waiting = [whole for whole in dict.fromkeys(wholes) if whole != thing]
            containing.update(dict.fromkeys(waiting))
        return list(containing)

    def below(self, thing: str) -> list[str]:
        """Return the located things that lie within a thing, sorted."""
        return list(self._parts.get(thing, ()))

    @cached_property
    def _parts(self) -> Mapping[str, Sequence[str]]:
        """What is located within each thing: one pass for all pages, not one for each."""
        parts: dict[str, list[str]] = defaultdict(list)
        for name in self.outlines:
            for whole in self.containing(name):
                parts[whole].append(name)
        return parts

    @cached_property
    def holders(self) -> frozenset[str]:
        """Return everything that something located lies within directly."""
        return frozenset(whole for wholes in self.wholes.values() for whole in wholes)

    @cached_property
    def outermost(self) -> list[str]:
        """Return the areas that lie within no other area here: the ground of an overview."""
        areas = [name for name, outline in self.outlines.items() if outline.rings]
        inner = {a for a in areas if any(self._is_area(whole) for whole in self.containing(a))}
        return [name for name in areas if name not in inner]

    def _is_area(self, thing: str) -> bool:
        return thing in self.outlines and bool(self.outlines[thing].rings)


def fetch_gazetteer(engine: Engine) -> Gazetteer:
    """Return the located things, fetched from the engine; none when there are too many."""
    texts: dict[str, set[str]] = defaultdict(set)
    points: dict[str, set[str]] = defaultdict(set)
    centroids: dict[str, set[str]] = defaultdict(set)
    shapes: dict[str, set[str]] = defaultdict(set)
    rows = engine.rows(_GEOMETRIES_QUERY % (4 * MOST + 1))
    for row in rows:
        thing = row["thing"].value
        if "text" in row:
            (centroids if "rough" in row else texts)[thing].add(row["text"].value)
        else:
            points[thing].add(point_text(row["lat"].value, row["long"].value))
        if isinstance(row.get("shape"), NamedNode):
            shapes[thing].add(row["shape"].value)
    owners = {shape: thing for thing in sorted(shapes) for shape in shapes[thing]}
    drawn = {
        name: read_outline(sorted(texts.get(name) or points.get(name) or centroids[name]))
        for name in {*texts, *points, *centroids}
    }
    located = {
        name: drawn[name]
        for name in sorted(drawn)
        if name not in owners and next(drawn[name].positions(), None)
    }
    properties = fetch_location_properties(engine)
    if len(rows) > 4 * MOST or len(located) > MOST:
        return Gazetteer(properties=properties)
    sources = _sources(engine, located, shapes)
    named = {*located, *(source for of_thing in sources.values() for source in of_thing)}
    wholes = _containing_places(engine, located, f"({properties.within_path})")
    return Gazetteer(located, wholes, fetch_labels(engine, named), owners, sources, properties)


def _fetch_pairs(engine: Engine, path: str, things: Iterable[str]) -> dict[str, set[str]]:
    """Return thing → the IRIs that a property path leads it to."""
    targets: dict[str, set[str]] = defaultdict(set)
    for part in fetch_in_chunks(sorted(things)):
        names = " ".join(str(NamedNode(name)) for name in part)
        for row in engine.rows(_PAIRS_QUERY.format(things=names, path=path)):
            if isinstance(row["whole"], NamedNode):
                targets[row["thing"].value].add(row["whole"].value)
    return targets


def _containing_places(
    engine: Engine, located: Iterable[str], path: str
) -> dict[str, tuple[str, ...]]:
    """Return thing → what it lies within, up to the last whole, along a path."""
    known: dict[str, tuple[str, ...]] = {}
    waiting = set(located)
    while waiting:
        pairs = _fetch_pairs(engine, path, waiting)
        known.update({thing: tuple(sorted(pairs.get(thing, ()))) for thing in waiting})
        waiting = {whole for wholes in pairs.values() for whole in wholes} - known.keys()
    return known


def _sources(
    engine: Engine, located: Iterable[str], shapes: Mapping[str, set[str]]
) -> dict[str, tuple[str, ...]]:
    """Return thing → the sources of its geometries, else its own."""
    things = {name for thing in located for name in (thing, *shapes.get(thing, ()))}
    pairs = _fetch_pairs(engine, f"<{iri('dcterms:source')}>", things)
    areas: dict[str, tuple[str, ...]] = {}
    for thing in located:
        of_shapes = {s for shape in shapes.get(thing, ()) for s in pairs.get(shape, set())}
        areas[thing] = tuple(sorted(of_shapes or pairs.get(thing, set())))
    return areas
