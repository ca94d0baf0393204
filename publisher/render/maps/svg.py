"""A map as SVG and words: paths, names, title, links, and the list that says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from publisher.messages import translate
from publisher.render.maps.basemap import (
    GRID,
    WIDTH,
    Basemap,
    BasemapCache,
    Tile,
    TileSource,
)
from publisher.render.maps.gazetteer import Gazetteer
from publisher.render.maps.geometry import (
    BoundingBox,
    LineString,
    Outline,
    Position,
    bounding_box,
    interior_position,
    ring_area,
)
from publisher.render.maps.live import as_numbers
from publisher.render.maps.scene import Scene
from publisher.render.page_model import Value
from publisher.render.values import sort_key, sort_values

# A longer list is folded.
_LONG = 12


@dataclass(frozen=True)
class MapSymbol:
    """An area or a spot of a map.

    Attributes:
        css: Classes of the stylesheet, by what it is.
        link: Where it leads, and what it says; without an address it is no link.
        path: Of an area.
        x: Of a spot.
        y: Of a spot.
        letters: The name on the map.
    """

    css: str
    link: Value
    path: str = ""
    x: float = 0.0
    y: float = 0.0
    letters: MapName | None = None


@dataclass(frozen=True)
class LegendEntry:
    """A line of the list: a place and who is there, or a property and the places."""

    name: Value
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class LegendList:
    """A part of the list beside a map.

    Attributes:
        heading: What it lists.
        entries: In the order of their names.
        is_long: Whether it is folded.
    """

    heading: str
    entries: tuple[LegendEntry, ...]

    @property
    def is_long(self) -> bool:
        """Tell whether the list is folded until a reader wants it."""
        return sum(max(1, len(entry.values)) for entry in self.entries) > _LONG


@dataclass(frozen=True)
class Map:
    """A map as the template sees it.

    Attributes:
        title: What it is a map of.
        about: The same as the list, in one sentence a part.
        width: In units of the map.
        height: In units of the map.
        grid: So many units of a path are one of the map.
        ground: Paths without a meaning of their own.
        sights: Areas, then spots.
        listings: The list beside it.
        sources: Who says where the places are.
        tiles: What lies beneath it all, if tiles do.
        credit: Who made them.
        template: Their address, with {z}, {x} and {y}.
        places: Where the sights are, in their order, for the map that moves.
    """

    title: str
    about: str
    width: float
    height: float
    grid: int
    ground: tuple[str, ...]
    sights: tuple[MapSymbol, ...]
    listings: tuple[LegendList, ...]
    sources: tuple[Value, ...]
    tiles: tuple[Tile, ...] = ()
    credit: Value | None = None
    template: str = ""
    places: str = ""

    @property
    def is_rich(self) -> bool:
        """Tell whether the list is more than a caption."""
        return len(self.listings) > 1


@dataclass(frozen=True)
class MapTexts:
    """How a map names things.

    Attributes:
        language: Of the page.
        link: IRI → its name and address.
        property: IRI of a property of the topic → its name.
    """

    language: str
    link: Callable[[str], Value]
    property: Callable[[str], Value]


def label_map(
    scene: Scene, gazetteer: Gazetteer, sheets: BasemapCache, title: str, texts: MapTexts
) -> Map:
    """Return the map of a scene."""
    drawing = draw_scene(scene, gazetteer, sheets, lambda name: _short(name, scene, texts))
    listings = tuple(listing for listing in _listings(scene, gazetteer, texts) if listing.entries)
    lines = [*(area.iri for area in drawing.areas), *(spot.iri for spot in drawing.spots)]
    sources = {s for name in (*lines, *scene.ground) for s in gazetteer.sources.get(name, ())}
    return Map(
        title=title,
        about=" ".join(map(_as_sentence, listings)),
        width=drawing.width,
        height=drawing.height,
        grid=GRID,
        ground=tuple(area.path for area in drawing.ground),
        sights=tuple(_symbols(scene, drawing, texts)),
        listings=listings,
        sources=_linked(sources, texts),
        tiles=drawing.tiles,
        credit=tile_credit(sheets.source) if drawing.tiles else None,
        template=sheets.source.address if sheets.source else "",
        places=as_numbers(drawing.outlines),
    )


def tile_credit(source: TileSource | None) -> Value | None:
    """Return who made the tiles, as a link; None without tiles."""
    return Value(source.credit, source.link) if source else None


def _short(name: str, scene: Scene, texts: MapTexts) -> str:
    """Return the name that is at a place, with the number of those who are there."""
    count = len(scene.counted(name))
    text = texts.link(name).text
    return f"{text} ({count})" if count > 1 else text


def _symbols(scene: Scene, drawing: Drawing, texts: MapTexts) -> Iterable[MapSymbol]:
    for area in drawing.areas:
        kind = "area" if "z" in area.path else "area line"  # a ring is closed, a line is not
        css = f"{kind} {_meaning(area.iri, scene)}".strip()
        yield MapSymbol(css, _link(area.iri, scene, texts), path=area.path, letters=area.letters)
    for spot in drawing.spots:
        css = f"spot {_meaning(spot.iri, scene)}".strip()
        link = _link(spot.iri, scene, texts)
        yield MapSymbol(css, link, x=spot.x, y=spot.y, letters=spot.letters)


def _meaning(place: str, scene: Scene) -> str:
    return "chosen" if place in scene.marked else "peopled" if scene.there(place) else ""


def _link(place: str, scene: Scene, texts: MapTexts) -> Value:
    """Return where a place leads: to the only one who is there, else to its own page."""
    link = texts.link(place)
    inside = _linked(scene.counted(place), texts)
    text = f"{link.text}: {', '.join(value.text for value in inside)}" if inside else link.text
    if len(inside) == 1 and place not in scene.marked:
        return Value(text, inside[0].href)
    return Value(text, "" if place == scene.topic else link.href)


def _listings(scene: Scene, gazetteer: Gazetteer, texts: MapTexts) -> Iterable[LegendList]:
    """Yield the parts of the list: the topic's places, who is there, other places."""
    by_property: dict[str, list[str]] = {}
    for place, path in scene.marked.items():
        if place != scene.topic:
            by_property.setdefault(path, []).append(place)
    if by_property.keys() == {""}:
        entries = [LegendEntry(value) for value in _linked(by_property[""], texts)]
        yield LegendList(translate("On the map", texts.language), tuple(entries))
    elif by_property:
        named = [(texts.property(path), places) for path, places in by_property.items()]
        entries = [LegendEntry(name, _linked(places, texts)) for name, places in named]
        yield LegendList("", _by_name(entries, texts.language))
    for message, things_at in (
        (translate("Who is here", texts.language), scene.residents),
        (translate("For a whole area", texts.language), scene.served),
    ):
        people = [
            LegendEntry(texts.link(place), _linked(t, texts)) for place, t in things_at.items()
        ]
        yield LegendList(message, _by_name(people, texts.language))
    others = [n for n in scene.linked if not scene.there(n) and n not in scene.marked]
    within = [name for name in others if scene.topic in gazetteer.containing(name)]
    beside = [name for name in others if name not in within]
    for message, names in (
        (translate("Within it", texts.language), within),
        (_other_places_heading(scene, texts), beside),
    ):
        yield LegendList(message, tuple(LegendEntry(value) for value in _linked(names, texts)))


def _other_places_heading(scene: Scene, texts: MapTexts) -> str:
    """Return the heading of places that are neither the topic's nor anybody's."""
    if not (scene.topic or scene.residents or scene.served):
        return translate("On the map", texts.language)
    return translate("Other places on the map", texts.language)


def _linked(names: Iterable[str], texts: MapTexts) -> tuple[Value, ...]:
    return sort_values(map(texts.link, names), texts.language)


def _by_name(entries: Sequence[LegendEntry], language: str) -> tuple[LegendEntry, ...]:
    return tuple(sorted(entries, key=lambda e: (sort_key(e.name.text, language), e.name.href)))


def _as_sentence(listing: LegendList) -> str:
    """Return a part of the list as a sentence."""
    entries = (
        f"{entry.name.text}: {', '.join(value.text for value in entry.values)}"
        if entry.values
        else entry.name.text
        for entry in listing.entries
    )
    heading = f"{listing.heading}: " if listing.heading else ""
    return f"{heading}{'; '.join(entries)}."


# A scene as paths and spots, in units of a small map that grows with the page.

# An area smaller than this, in square units, is drawn as a spot.
_SMALL = 60.0
_TRIES = 4


@dataclass(frozen=True)
class Area:
    """An area or a line on a map: its path, and its IRI when it is more than ground."""

    path: str
    iri: str = ""
    letters: MapName | None = None


@dataclass(frozen=True)
class Spot:
    """A point on a map."""

    x: float
    y: float
    iri: str
    letters: MapName | None


@dataclass(frozen=True)
class Drawing:
    """A map without words but names: what is on it, and its size.

    ``outlines`` are those of the areas, then of the spots, in degrees.
    """

    width: float
    height: float
    ground: tuple[Area, ...]
    areas: tuple[Area, ...]
    spots: tuple[Spot, ...]
    tiles: tuple[Tile, ...] = ()
    outlines: tuple[Outline, ...] = ()


def draw_scene(
    scene: Scene, gazetteer: Gazetteer, sheets: BasemapCache, named: Callable[[str], str]
) -> Drawing:
    """Return a scene drawn; ``named`` gives the name that is at a place."""
    shown = _is_visible(scene, gazetteer)
    sheet = sheets.sheet(scene.view, shown)
    moved = {
        n: gazetteer.outlines[n].moved(sheet.project) for n in shown if n not in sheet.outlines
    }
    spots = {n: outline for n, outline in moved.items() if any(map(sheet.shows, outline.points))}
    placed = {**sheet.outlines, **spots}
    leading = scene.leading() & placed.keys()
    points = {
        name: _point(placed[name])
        for name in leading
        if not placed[name].lines and _size(placed[name]) < _SMALL
    }
    over = sorted(leading - points.keys(), key=lambda name: (-_size(placed[name]), name))
    letters = _place_names(scene, placed, points, sheet.height, named)
    ground = [name for name in scene.ground if name in sheet.paths.keys() - leading]
    return Drawing(
        WIDTH,
        sheet.height,
        tuple(Area(sheet.paths[name]) for name in ground),
        tuple(Area(sheet.paths[name], name, letters.get(name)) for name in over),
        tuple(Spot(*_rounded(points[n]), n, letters.get(n)) for n in sorted(points)),
        sheet.tiles,
        tuple(_live_outlines(over, sorted(points), gazetteer, sheet)),
    )


def _live_outlines(
    areas: Sequence[str], spots: Sequence[str], gazetteer: Gazetteer, sheet: Basemap
) -> Iterable[Outline]:
    """Yield where areas and spots are, in degrees; a small area has a point besides."""
    known = sheet.live_outlines([*areas, *spots])
    for name in areas:
        yield known[name]
    for name in spots:
        points = gazetteer.outlines[name].points
        drawn = known.get(name, Outline())
        if not points:
            points = (interior_position(_largest(gazetteer.outlines[name])),)
        yield Outline(points, drawn.lines, drawn.rings)


def _place_names(
    scene: Scene,
    placed: Mapping[str, Outline],
    points: Mapping[str, Position],
    height: float,
    named: Callable[[str], str],
) -> dict[str, MapName]:
    """Return place → its name on the map, as far as there is room; what matters most goes first.

    Spots whose names found no room go first in another try; the try with most names stays.
    """

    def rank(name: str) -> tuple[int, bool, float, str]:
        matters = 0 if name in scene.marked else 1 if scene.there(name) else 2
        return matters, name not in points, -_size(placed[name]), name

    leading = scene.leading() & placed.keys()
    order = sorted(
        # The parts of a topic cover it, and the page is called so.
        (n for n in leading if not (n == scene.topic and n in scene.view and scene.linked)),
        key=rank,
    )
    best: dict[str, MapName] = {}
    for _ in range(_TRIES):
        lettering = NamePlacement(WIDTH, height, [points[name] for name in sorted(points)])
        names = _fitting_names(order, placed, points, lettering, named)
        if len(names) > len(best):
            best = names
        without = [name for name in order if name in points and name not in names]
        if not without:
            break
        order = [*without, *(name for name in order if name not in without)]
    return best


def _fitting_names(
    order: Iterable[str],
    placed: Mapping[str, Outline],
    points: Mapping[str, Position],
    lettering: NamePlacement,
    named: Callable[[str], str],
) -> dict[str, MapName]:
    """Return the names that find room, one after the other."""
    names: dict[str, MapName] = {}
    for name in order:
        text = named(name)
        if text in (letters.text for letters in names.values()):
            continue  # a town and what is named after it
        if name in points:
            letters = lettering.beside(text, points[name])
        else:
            letters = _within(lettering, text, placed[name])
        if letters is not None:
            names[name] = letters
    return names


def _is_visible(scene: Scene, gazetteer: Gazetteer) -> list[str]:
    names = [*scene.ground, *sorted(scene.leading())]
    return [name for name in dict.fromkeys(names) if name in gazetteer.outlines]


def _point(outline: Outline) -> Position:
    """Return where the spot of a small outline is: its first point, or inside its largest ring."""
    return outline.points[0] if outline.points else interior_position(_largest(outline))


def _largest(outline: Outline) -> LineString:
    return max(outline.rings, key=lambda ring: (abs(ring_area(ring)), ring))


def _size(outline: Outline) -> float:
    return max((abs(ring_area(ring)) for ring in outline.rings), default=0.0)


def _within(lettering: NamePlacement, name: str, outline: Outline) -> MapName | None:
    if not outline.rings:
        return None
    ring = _largest(outline)
    return lettering.within(name, interior_position(ring), bounding_box(ring).width)


def _rounded(position: Position) -> tuple[float, float]:
    return round(position[0], 1), round(position[1], 1)


# Names on a map: where there is room for them, and nowhere over one another.

# Height of letters, and the mean width of one, in units of the map: as the stylesheet sets them.
SIZE = 12.0
_WIDTH = 6.6
_GAP = 8.0


@dataclass(frozen=True)
class MapName:
    """A name on a map.

    Attributes:
        text: What it says.
        x: Where it begins, ends, or has its middle.
        y: Its base line.
        anchor: ``start``, ``middle`` or ``end``.
    """

    text: str
    x: float
    y: float
    anchor: str


def width_of(text: str) -> float:
    """Return about how wide a name is."""
    return len(text) * _WIDTH


def _box(letters: MapName) -> BoundingBox:
    width = width_of(letters.text)
    left = letters.x - {"start": 0.0, "middle": width / 2, "end": width}[letters.anchor]
    return BoundingBox(left, letters.y - SIZE * 0.8, left + width, letters.y + SIZE * 0.25)


def _positions_around(text: str, spot: Position) -> Iterable[MapName]:
    """Yield where a name may stand beside a spot, the best place first."""
    x, y = spot
    middle = y + SIZE * 0.35
    yield MapName(text, x + _GAP, middle, "start")
    yield MapName(text, x - _GAP, middle, "end")
    yield MapName(text, x, y - _GAP, "middle")
    yield MapName(text, x, y + _GAP + SIZE * 0.7, "middle")


class NamePlacement:
    """Places names on one map, the most important first."""

    def __init__(self, width: float, height: float, spots: Sequence[Position]) -> None:
        """Keep the map's size, and the spots that no name may cover."""
        self._map = BoundingBox(2, 2, width - 2, height - 2)
        self._taken = [BoundingBox(x - 5, y - 5, x + 5, y + 5) for x, y in spots]

    def beside(self, text: str, spot: Position) -> MapName | None:
        """Return a name beside a spot; None when there is no room."""
        own = BoundingBox(spot[0] - 5, spot[1] - 5, spot[0] + 5, spot[1] + 5)
        return self._first(_positions_around(text, spot), own)

    def within(self, text: str, centre: Position, room: float) -> MapName | None:
        """Return a name in the middle of an area that is so wide; None when there is no room."""
        if width_of(text) > room:
            return None
        x, y = centre
        return self._first([MapName(text, x, y + shift, "middle") for shift in (4, -10, 18)], None)

    def _first(self, candidates: Iterable[MapName], own: BoundingBox | None) -> MapName | None:
        for letters in candidates:
            box = _box(letters)
            fits = (
                box.left >= self._map.left
                and box.right <= self._map.right
                and box.top >= self._map.top
                and box.bottom <= self._map.bottom
            )
            if fits and not any(box.meets(taken) for taken in self._taken if taken != own):
                self._taken.append(box)
                return letters
        return None
