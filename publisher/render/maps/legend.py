"""A map with its words: its title, its links, and the list beside it that says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from publisher.messages import translate
from publisher.render.maps.drawing import Drawing, draw
from publisher.render.maps.gazetteer import Gazetteer
from publisher.render.maps.letters import Letters
from publisher.render.maps.scenes import Scene
from publisher.render.maps.sheets import GRID, Sheets
from publisher.render.maps.tiles import Tile, TileSource
from publisher.render.parts import Value
from publisher.render.values import sort_key

# A longer list is folded.
_LONG = 12


@dataclass(frozen=True)
class Sight:
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
    letters: Letters | None = None


@dataclass(frozen=True)
class Entry:
    """A line of the list: a place and who is there, or a property and the places."""

    name: Value
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A part of the list beside a map.

    Attributes:
        heading: What it lists.
        entries: In the order of their names.
        is_long: Whether it is folded.
    """

    heading: str
    entries: tuple[Entry, ...]

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
    """

    title: str
    about: str
    width: float
    height: float
    grid: int
    ground: tuple[str, ...]
    sights: tuple[Sight, ...]
    listings: tuple[Listing, ...]
    sources: tuple[Value, ...]
    tiles: tuple[Tile, ...] = ()
    credit: Value | None = None

    @property
    def is_rich(self) -> bool:
        """Tell whether the list is more than a caption."""
        return len(self.listings) > 1


@dataclass(frozen=True)
class Words:
    """How a map names things.

    Attributes:
        language: Of the page.
        link: IRI → its name and address.
        property: IRI of a property of the topic → its name.
    """

    language: str
    link: Callable[[str], Value]
    property: Callable[[str], Value]


def with_words(scene: Scene, gazetteer: Gazetteer, sheets: Sheets, title: str, words: Words) -> Map:
    """Return the map of a scene."""
    drawing = draw(scene, gazetteer, sheets, lambda name: _short(name, scene, words))
    listings = tuple(listing for listing in _listings(scene, gazetteer, words) if listing.entries)
    told = [*(area.place for area in drawing.areas), *(spot.place for spot in drawing.spots)]
    sources = {s for name in (*told, *scene.ground) for s in gazetteer.sources.get(name, ())}
    return Map(
        title=title,
        about=" ".join(map(_in_words, listings)),
        width=drawing.width,
        height=drawing.height,
        grid=GRID,
        ground=tuple(area.path for area in drawing.ground),
        sights=tuple(_sights(scene, drawing, words)),
        listings=listings,
        sources=_sorted(words.link(name) for name in sources),
        tiles=drawing.tiles,
        credit=_credit(sheets.source) if drawing.tiles else None,
    )


def _credit(source: TileSource | None) -> Value | None:
    return Value(source.credit, source.link) if source else None


def _short(name: str, scene: Scene, words: Words) -> str:
    """Return the name that stands at a place, with the number of those who are there."""
    count = len(scene.there(name))
    text = words.link(name).text
    return f"{text} ({count})" if count > 1 else text


def _sights(scene: Scene, drawing: Drawing, words: Words) -> Iterable[Sight]:
    for area in drawing.areas:
        kind = "area" if "z" in area.path else "area line"  # a ring is closed, a line is not
        css = f"{kind} {_meaning(area.place, scene)}".strip()
        yield Sight(css, _link(area.place, scene, words), path=area.path, letters=area.letters)
    for spot in drawing.spots:
        css = f"spot {_meaning(spot.place, scene)}".strip()
        link = _link(spot.place, scene, words)
        yield Sight(css, link, x=spot.x, y=spot.y, letters=spot.letters)


def _meaning(place: str, scene: Scene) -> str:
    return "chosen" if place in scene.marked else "peopled" if scene.there(place) else ""


def _link(place: str, scene: Scene, words: Words) -> Value:
    """Return where a place leads: to the only one who is there, else to its own page."""
    link = words.link(place)
    there = _sorted(words.link(name) for name in scene.there(place))
    text = f"{link.text}: {', '.join(value.text for value in there)}" if there else link.text
    if len(there) == 1 and place not in scene.marked:
        return Value(text, there[0].href)
    return Value(text, "" if place == scene.topic else link.href)


def _listings(scene: Scene, gazetteer: Gazetteer, words: Words) -> Iterable[Listing]:
    """Yield the parts of the list: the topic's places, who is there, other places."""
    by_property: dict[str, list[str]] = {}
    for place, path in scene.marked.items():
        if place != scene.topic:
            by_property.setdefault(path, []).append(place)
    if by_property.keys() == {""}:
        entries = [Entry(value) for value in _linked(by_property[""], words)]
        yield Listing(translate("On the map", words.language), tuple(entries))
    elif by_property:
        named = [(words.property(path), places) for path, places in by_property.items()]
        entries = [Entry(name, _linked(places, words)) for name, places in named]
        yield Listing("", _by_name(entries))
    for message, found in (
        (translate("Who is here", words.language), scene.residents),
        (translate("For a whole area", words.language), scene.served),
    ):
        people = [Entry(words.link(place), _linked(t, words)) for place, t in found.items()]
        yield Listing(message, _by_name(people))
    others = [n for n in scene.linked if not scene.there(n) and n not in scene.marked]
    within = [name for name in others if scene.topic in gazetteer.around(name)]
    beside = [name for name in others if name not in within]
    for message, names in (
        (translate("Within it", words.language), within),
        (_beside(scene, words), beside),
    ):
        yield Listing(message, tuple(Entry(value) for value in _linked(names, words)))


def _beside(scene: Scene, words: Words) -> str:
    """Return the heading of places that are neither the topic's nor anybody's."""
    if not (scene.topic or scene.residents or scene.served):
        return translate("On the map", words.language)
    return translate("Other places on the map", words.language)


def _linked(names: Iterable[str], words: Words) -> tuple[Value, ...]:
    return _sorted(words.link(name) for name in names)


def _sorted(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(sorted(values, key=lambda value: (sort_key(value.text), value.href)))


def _by_name(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda e: (sort_key(e.name.text), e.name.href)))


def _in_words(listing: Listing) -> str:
    """Return a part of the list as a sentence."""
    entries = (
        f"{entry.name.text}: {', '.join(value.text for value in entry.values)}"
        if entry.values
        else entry.name.text
        for entry in listing.entries
    )
    heading = f"{listing.heading}: " if listing.heading else ""
    return f"{heading}{'; '.join(entries)}."
