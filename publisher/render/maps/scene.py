"""What a map shows: the ground, the areas that lead somewhere, what is marked and who is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Triple

from publisher.query.engine import Description, Engine
from publisher.rdf.locations import alternatives
from publisher.rdf.namespaces import PREFIXES, iri
from publisher.render.labels import fetch_in_chunks
from publisher.render.maps.gazetteer import Gazetteer
from publisher.render.presences import fetch_locations

# A map that shows more things of one kind would be all ink, and its list no reading.
MOST = 400
_MOST_RESIDENTS = 40
_SITES = "SELECT ?site ?place WHERE {{ VALUES ?site {{ {sites} }} ?site {lead} ?place . }}"
# A site is not somebody who is there; whose site it is, is.
_RESIDENTS = """
SELECT DISTINCT ?thing ?place ?seat WHERE {{
    ?place ({within})* <{place}> .
    {{ ?thing {lead} ?place . BIND(1 AS ?seat) }}
    UNION {{ ?thing ({lead})/({lead}) ?place . BIND(1 AS ?seat) }}
    UNION {{ ?thing {areas} ?place . }}
    FILTER NOT EXISTS {{ ?other {lead} ?thing . }}
}}
LIMIT {most}
"""
_PLACES = """
SELECT DISTINCT ?thing ?place ?seat WHERE {{
    VALUES ?thing {{ {things} }}
    {{ ?thing {lead} ?place . BIND(1 AS ?seat) }}
    UNION {{ ?thing ({lead})/({lead}) ?place . BIND(1 AS ?seat) }}
    UNION {{ ?thing ?path ?place . FILTER(isIRI(?place)) }}
}}
ORDER BY ?thing ?place
"""
_NOT_PLACED = {iri(name) for name in ("dcterms:source", "rdfs:seeAlso", "schema:sameAs")}


@dataclass(frozen=True)
class Scene:
    """What one map shows, by IRI.

    Attributes:
        topic: The thing the map is about; empty on an overview.
        view: Located things that the map reaches around.
        ground: Areas that are but drawn.
        linked: Located things that lead to their pages.
        marked: Located thing → the property by which the topic leads to it; empty for itself.
        residents: Place, located or not → who has a seat there.
        served: Place → who names it, and has no seat on the map.
        within: Located place → all who are at it or in it, where that is more.
    """

    topic: str
    view: Sequence[str]
    ground: Sequence[str] = ()
    linked: Sequence[str] = ()
    marked: Mapping[str, str] = field(default_factory=dict)
    residents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    served: Mapping[str, Sequence[str]] = field(default_factory=dict)
    within: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def counted(self, place: str) -> tuple[str, ...]:
        """Return who is at a place or in it, by one derivation for map, table and page."""
        return tuple(self.within.get(place, ())) or self.there(place)

    def there(self, place: str) -> tuple[str, ...]:
        """Return who is at a place or names it."""
        return (*self.residents.get(place, ()), *self.served.get(place, ()))

    def leading(self) -> set[str]:
        """Return the places that are more than ground."""
        return {*self.linked, *self.marked, *self.residents, *self.served}


def document_scene(
    topic: str, description: Description, gazetteer: Gazetteer, engine: Engine
) -> Scene | None:
    """Return the map of a document; None when nothing on it has a geometry."""
    if not gazetteer.outlines:
        return None
    place = gazetteer.owners.get(topic, topic)
    if place in gazetteer.outlines or place in gazetteer.holders:
        return _place_residents(place, gazetteer, *_residents(place, gazetteer, engine))
    marked = _marked_places(topic, description, gazetteer, engine)
    if not marked:
        marked = _linking_things(description, gazetteer)
    if not marked or len(marked) > MOST:
        return None
    ground = gazetteer.outermost
    return Scene(topic, view=[*ground, *marked], ground=ground, marked=marked)


def overview_scene(
    things: Collection[str], gazetteer: Gazetteer, engine: Engine, *, leads: bool = True
) -> Scene | None:
    """Return the map of some things: at their seats, else in the areas that they name.

    None when none of them has a place, or there are too many for one map.

    Args:
        things: IRIs.
        gazetteer: The located things.
        engine: Over the same release.
        leads: Whether the ground leads to its pages too.
    """
    if not gazetteer.outlines or not 0 < len(things) <= MOST:
        return None
    ground = gazetteer.outermost
    itself = [thing for thing in sorted(things) if thing in gazetteer.outlines]
    residents: dict[str, list[str]] = defaultdict(list)
    served: dict[str, list[str]] = defaultdict(list)
    for thing, (seats, regions) in _located_places(things, gazetteer, engine).items():
        if thing in itself:
            continue
        for place in seats or [r for r in regions if r in ground] or regions:
            (residents if seats else served)[place].append(thing)
    if not (itself or residents or served):
        return None
    return Scene(
        "",
        view=list(dict.fromkeys([*ground, *itself, *residents, *served])),
        ground=() if leads else ground,
        linked=list(dict.fromkeys([*(ground if leads else ()), *itself])),
        residents=dict(residents),
        served=dict(served),
        within=_within(things, gazetteer, engine) if leads else {},
    )


def _within(
    things: Collection[str], gazetteer: Gazetteer, engine: Engine
) -> dict[str, tuple[str, ...]]:
    """Return each area of the ground with all things that are at it or in it."""
    within: dict[str, list[str]] = {name: [] for name in gazetteer.outermost}
    for thing, places in fetch_locations(engine, gazetteer.properties, things).places.items():
        for place in places:
            if place in within:
                within[place].append(thing)
    return {place: tuple(those) for place, those in within.items() if those}


def _located_places(
    things: Iterable[str], gazetteer: Gazetteer, engine: Engine
) -> dict[str, tuple[list[str], list[str]]]:
    """Return thing → the located places of its sites, and those that it names otherwise."""
    places: dict[str, tuple[list[str], list[str]]] = {}
    for part in fetch_in_chunks(sorted(things)):
        names = " ".join(str(NamedNode(name)) for name in part)
        lead = alternatives(gazetteer.properties.seats)
        for row in engine.rows(_PLACES.format(things=names, lead=lead)):
            place = gazetteer.owners.get(row["place"].value, row["place"].value)
            if place in gazetteer.outlines:
                seats, regions = places.setdefault(row["thing"].value, ([], []))
                into = seats if "seat" in row else regions
                if place not in into:
                    into.append(place)
    return places


def _own_links(topic: str, description: Description) -> list[tuple[str, str]]:
    """Return predicate and IRI of what the topic itself links to."""
    return [
        (triple.predicate.value, triple.object.value)
        for triple in description.own
        if triple.subject == NamedNode(topic) and isinstance(triple.object, NamedNode)
    ]


def _marked_places(
    topic: str, description: Description, gazetteer: Gazetteer, engine: Engine
) -> dict[str, str]:
    """Return the places that a thing leads to, by a site of its own or at once → the property."""
    marked: dict[str, str] = {}
    sites: dict[str, str] = {}
    for path, linked in sorted(_own_links(topic, description)):
        if path in _NOT_PLACED or path.startswith(PREFIXES["rdf"]):
            continue
        place = gazetteer.owners.get(linked, linked)
        if place in gazetteer.outlines:
            marked.setdefault(place, path)
        elif path in gazetteer.properties.seats:
            sites.setdefault(linked, path)
    if sites:
        names = " ".join(str(NamedNode(site)) for site in sites)
        lead = alternatives(gazetteer.properties.seats)
        rows = engine.rows(_SITES.format(sites=names, lead=lead))
        pairs = sorted((row["site"].value, row["place"].value) for row in rows)
        for site, place in pairs:
            if place in gazetteer.outlines:
                marked[place] = sites[site]  # a seat says more than a region that is the same
    return marked


def _linking_things(description: Description, gazetteer: Gazetteer) -> dict[str, str]:
    """Return the located things that link to the topic."""

    def tells(triple: Triple) -> bool:
        return triple.predicate.value not in _NOT_PLACED

    subjects = (str(getattr(t.subject, "value", "")) for t in description.incoming if tells(t))
    return {name: "" for name in sorted(set(subjects)) if name in gazetteer.outlines}


ThingsByPlace = Mapping[str, Sequence[str]]


def _residents(
    place: str, gazetteer: Gazetteer, engine: Engine
) -> tuple[ThingsByPlace, ThingsByPlace]:
    """Return place → who has a seat there, and who serves it and has none in the place asked for.

    They are those of a place and of all within it; none for a crowd.
    """
    residents: dict[str, set[str]] = defaultdict(set)
    served: dict[str, set[str]] = defaultdict(set)
    by = gazetteer.properties
    query = _RESIDENTS.format(
        within=by.within_path,
        place=place,
        lead=alternatives(by.seats),
        areas=alternatives(by.areas),
        most=MOST + 1,
    )
    rows = engine.rows(query)
    for row in rows if len(rows) <= MOST else ():
        if isinstance(row["thing"], NamedNode):
            (residents if "seat" in row else served)[row["place"].value].add(row["thing"].value)
    seated = {thing for things in residents.values() for thing in things}
    others = {name: things - seated for name, things in served.items() if things - seated}
    return _in_order(residents), _in_order(others)


def _in_order(by_place: Mapping[str, Collection[str]]) -> ThingsByPlace:
    return {name: sorted(things) for name, things in sorted(by_place.items())}


def _place_residents(
    place: str, gazetteer: Gazetteer, residents: ThingsByPlace, served: ThingsByPlace
) -> Scene:
    outlines = gazetteer.outlines
    areas = [name for name, outline in outlines.items() if outline.rings]
    around = [name for name in gazetteer.containing(place) if name in areas]
    root = around[-1] if around else place
    below = gazetteer.below(root)
    parts = [
        name for name in below if name in areas and _nearest_area(name, areas, gazetteer) == root
    ]
    if root not in areas:  # a whole that has no boundary of its own, such as a country of counties
        parts = [name for name in gazetteer.outermost if name in below]
    is_alone = root == place and not below
    near = [name for name in below if outlines[name].points and place in gazetteer.containing(name)]
    if is_alone:  # its neighbours show where it is
        near = [name for name in outlines if name != place]
    points = near if len(near) <= (MOST if is_alone else _MOST_RESIDENTS) else []
    placed = [name for name in (*residents, *served) if name in outlines]
    ground = [name for name in gazetteer.outermost if name not in parts]
    view = [root] if root in areas and not is_alone else [*parts, *ground, *points, place]
    return Scene(
        topic=place,
        view=[name for name in dict.fromkeys(view) if name in outlines],
        ground=ground,
        linked=[n for n in dict.fromkeys([*parts, *points, *placed]) if n != place],
        marked={place: ""} if place in outlines else {},
        residents=residents,
        served=served,
    )


def _nearest_area(place: str, areas: Iterable[str], gazetteer: Gazetteer) -> str:
    """Return the nearest area that a place lies within; empty for none."""
    known = set(areas)
    return next((name for name in gazetteer.containing(place) if name in known), "")
