"""Where things are, asked of the engine: the same derivation as the tables' (rdf/locations.py)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from publisher.query.engine import Engine
from publisher.rdf.locations import DEFAULT, SUB_PROPERTY, LocationProperties, alternatives
from publisher.render.labels import fetch_in_chunks

# What holds for more of the things than this tells them not apart.
_MOST_SHARE = 0.8
# Without sites, which are no places.
_QUERY = """
SELECT DISTINCT ?thing ?place ?seat WHERE {{
    VALUES ?thing {{ {things} }}
    {{ ?thing {path} ?place }} {seats}
    FILTER(isIRI(?place)) {site}
}}
"""
_AT = """
SELECT DISTINCT ?thing ?place ?seat WHERE {{
    ?place ({within})* <{place}> .
    {{ {ways} }}
    ?thing a <{kind}> .
    FILTER(isIRI(?thing))
}}
ORDER BY ?thing ?place
LIMIT {most}
"""
_WHOLES = (
    "SELECT DISTINCT ?thing ?place WHERE {{ VALUES ?thing {{ {things} }} ?thing {path} ?place }}"
)


@dataclass(frozen=True)
class Locations:
    """Where some things are.

    Attributes:
        seats: Thing → places of its seats, sorted.
        places: Thing → every place where it is, sorted.
        wholes: Place → what it lies within, directly.
    """

    seats: Mapping[str, Sequence[str]] = field(default_factory=dict)
    places: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wholes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def telling(self, thing: str) -> list[str]:
        """Return where a thing is, in few places: its seats, then the widest that tell it apart.

        Of Karlstad, its municipality, its county and a region that holds nearly all of the things,
        these are Karlstad and the county.
        """
        most = _MOST_SHARE * len(self.places)
        counts = Counter(place for places in self.places.values() for place in places)
        here = [p for p in self.places.get(thing, ()) if counts[p] <= most]
        widest = [p for p in here if not any(w in here for w in self.wholes.get(p, ()))]
        return list(dict.fromkeys([*self.seats.get(thing, ()), *(widest or here)]))

    def counts(self) -> list[tuple[str, int]]:
        """Return the widest places that tell things apart, with the number of things at each.

        Those with most things come first; a place of one thing is no choice.
        """
        counts = Counter(
            place
            for thing in self.places
            for place in self.telling(thing)
            if place not in self.seats.get(thing, ()) or not self.wholes.get(place)
        )
        return [(p, n) for p, n in sorted(counts.items(), key=lambda e: (-e[1], e[0])) if n > 1]


@dataclass(frozen=True)
class Presence:
    """That a thing is at a place, or in it.

    Attributes:
        thing: IRI.
        kind: IRI of its class.
        seats: Places there where it has a seat.
        areas: Places there that it serves, or lies in.
    """

    thing: str
    kind: str
    seats: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


def fetch_location_properties(engine: Engine) -> LocationProperties:
    """Return the properties that say where things are, the publisher's own among them."""
    query = f"SELECT ?part ?whole WHERE {{ ?part <{SUB_PROPERTY}> ?whole }}"
    pairs = {
        (row["part"].value, row["whole"].value)
        for row in engine.rows(query)
        if isinstance(row["part"], NamedNode) and isinstance(row["whole"], NamedNode)
    }
    return DEFAULT.extended(pairs)


def fetch_locations(
    engine: Engine, properties: LocationProperties, things: Iterable[str]
) -> Locations:
    """Return where things are."""
    seat = f"({alternatives(properties.seats)})"
    seats: dict[str, set[str]] = defaultdict(set)
    places: dict[str, set[str]] = defaultdict(set)
    for part in fetch_in_chunks(sorted(things)):
        query = _QUERY.format(
            things=" ".join(str(NamedNode(name)) for name in part),
            path=properties.path,
            seats=f"OPTIONAL {{ ?thing {seat}|({seat}/{seat}) ?place . BIND(1 AS ?seat) }}",
            site=f"FILTER NOT EXISTS {{ ?place {seat} ?further }}",
        )
        for row in engine.rows(query):
            places[row["thing"].value].add(row["place"].value)
            if "seat" in row:
                seats[row["thing"].value].add(row["place"].value)
    wholes: dict[str, set[str]] = defaultdict(set)
    for part in fetch_in_chunks(
        sorted({place for of_thing in places.values() for place in of_thing})
    ):
        names = " ".join(str(NamedNode(name)) for name in part)
        query = _WHOLES.format(things=names, path=f"({properties.within_path})")
        for row in engine.rows(query):
            wholes[row["thing"].value].add(row["place"].value)
    return Locations(_sorted(seats), _sorted(places), _sorted(wholes))


def fetch_presences(
    engine: Engine, properties: LocationProperties, place: str, kind: str, most: int
) -> list[Presence]:
    """Return which things of a class are at a place or in it, by IRI; of so many rows at most."""
    seat = f"({alternatives(properties.seats)})"
    areas = alternatives((*properties.areas, *properties.about))
    other = "|".join(filter(None, [areas, properties.inside_path]))
    ways = (
        f"{{ ?thing {seat}|({seat}/{seat}) ?place . BIND(1 AS ?seat) }}"
        f" UNION {{ ?thing {other} ?place }}"
    )
    query = _AT.format(within=properties.within_path, place=place, ways=ways, kind=kind, most=most)
    presences: dict[str, tuple[list[str], list[str]]] = {}
    for row in engine.rows(query):
        at, near = presences.setdefault(row["thing"].value, ([], []))
        (at if "seat" in row else near).append(row["place"].value)
    return [
        Presence(thing, kind, tuple(seats), tuple(p for p in areas if p not in seats))
        for thing, (seats, areas) in sorted(presences.items())
        if thing != place
    ]


def _sorted(presences: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {thing: tuple(sorted(places)) for thing, places in sorted(presences.items())}
