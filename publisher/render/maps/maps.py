"""The maps of one release."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from publisher.messages import translate
from publisher.query.engine import Description, Engine
from publisher.rdf.locations import LocationProperties
from publisher.rdf.namespaces import iri
from publisher.render.labels import Labels, best_label, fetch_labels, foreign_language
from publisher.render.maps.basemap import BasemapCache, TileSource
from publisher.render.maps.countries import countries_within
from publisher.render.maps.gazetteer import fetch_gazetteer
from publisher.render.maps.geometry import BoundingBox, Outline, bounding_box
from publisher.render.maps.live import TablePlaces
from publisher.render.maps.scene import MOST, Scene, document_scene, overview_scene
from publisher.render.maps.svg import Map, MapTexts, label_map, tile_credit
from publisher.render.page_model import Value

_SAME_QUERY = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?own ?place WHERE {{
    VALUES ?place {{ {places} }}
    ?own schema:sameAs|owl:sameAs|skos:exactMatch ?place .
}}
ORDER BY ?own ?place
"""


# A drawn map shows at most so many things.
MOST_DRAWN = MOST
# So many degrees around what a dataset covers show where it is.
_LEAST_AROUND = 4.0
_AROUND = "_:around"


def _surroundings(outlines: Iterable[Outline]) -> BoundingBox:
    """Return a box around what is covered, half as wide again on each side; in degrees."""
    box = bounding_box(p for outline in outlines for p in outline.positions())
    across, up = max(_LEAST_AROUND, box.width / 2), max(_LEAST_AROUND / 2, box.height / 2)
    return BoundingBox(
        max(-180.0, box.left - across),
        max(-89.0, box.top - up),
        min(180.0, box.right + across),
        min(89.0, box.bottom + up),
    )


def _beyond(view: BoundingBox) -> BoundingBox:
    """Return a box whose edges lie off a map of a view: they are no borders."""
    across, up = view.width / 2, view.height / 2
    return BoundingBox(
        max(-180.0, view.left - across),
        max(-89.0, view.top - up),
        min(180.0, view.right + across),
        min(89.0, view.bottom + up),
    )


class Maps:
    """Makes the maps of pages; what they share is asked of the engine once."""

    def __init__(
        self, engine: Engine, things: Collection[str], tiles: TileSource | None = None
    ) -> None:
        """Read the located things.

        Args:
            engine: Over the release.
            things: Those of the home page.
            tiles: Who has the tiles beneath the maps; None for maps without tiles.
        """
        self._engine = engine
        self._gazetteer = fetch_gazetteer(engine)
        self._sheets = BasemapCache(self._gazetteer, tiles)
        self._overview = overview_scene(things, self._gazetteer, engine)
        self._names_of_overview = self._names(self._overview) if self._overview else {}

    @property
    def location_properties(self) -> LocationProperties:
        """Return the properties that say where things are."""
        return self._gazetteer.properties

    def of_document(
        self,
        topic: str,
        description: Description,
        language: str,
        link: Callable[[str], Value],
        called: Mapping[str, Value],
    ) -> Map | None:
        """Return the map of a document; None when nothing of it has a place.

        Args:
            topic: IRI of what the document is about.
            description: Of the document.
            language: Of the page.
            link: IRI → the link that the page makes.
            called: IRI of a property of the topic → what the page calls it.
        """
        scene = document_scene(topic, description, self._gazetteer, self._engine)
        if scene is None:
            return None
        texts = MapTexts(
            language,
            _name_things(self._names(scene), language, link),
            lambda path: called.get(path) or link(path),
        )
        title = translate("Map: {name}", language, name=link(topic).text)
        return label_map(scene, self._gazetteer, self._sheets, title, texts)

    def of_coverage(
        self,
        topic: str,
        outlines: Mapping[str, Outline],
        language: str,
        link: Callable[[str], Value],
    ) -> Map | None:
        """Return the map of what a dataset covers; None when nobody says.

        Args:
            topic: IRI of the dataset.
            outlines: Place, by IRI or as a blank node → where it is.
            language: Of the page.
            link: IRI → the link that the page makes.
        """
        if not outlines:
            return None
        outlines = {**outlines, **self._drawn_here(outlines)}
        covered = Value(translate("Covered area", language))

        def named(name: str) -> Value:
            return covered if name.startswith("_:") else link(name)

        title = translate("Map: {name}", language, name=link(topic).text)
        texts = MapTexts(language, named, link)
        return self._of_outlines(topic, outlines, iri("dcterms:spatial"), title, texts)

    def of_answer(
        self,
        outlines: Mapping[str, Outline],
        things: Collection[str],
        language: str,
        link: Callable[[str], Value],
    ) -> Map | None:
        """Return the map of the answer to a query; None when nothing in it has a place.

        Args:
            outlines: Row, by the IRI or as the blank node that ``link`` names → where it is.
            things: IRIs in the answer, which may have places of their own.
            language: Of the page.
            link: IRI or blank node → the link that the page makes.
        """
        title = translate("Map of the answer", language)
        if outlines:
            return self._of_outlines("", outlines, "", title, MapTexts(language, link, link))
        scene = overview_scene(things, self._gazetteer, self._engine, leads=False)
        if scene is None:
            return None
        named = _name_things(self._names(scene), language, link)
        texts = MapTexts(language, named, link)
        return label_map(scene, self._gazetteer, self._sheets, title, texts)

    def _of_outlines(
        self, topic: str, outlines: Mapping[str, Outline], path: str, title: str, texts: MapTexts
    ) -> Map | None:
        """Return a map of outlines on the ground that the data have, else on that of countries.

        ``path`` is the property that leads to them; empty for none.
        """
        known = {**self._gazetteer.outlines, **outlines}
        ground = [name for name in self._gazetteer.outermost if name not in outlines]
        view = [*ground, *outlines]
        if not ground and self._sheets.source is None:
            around = _surroundings(outlines.values())
            countries = countries_within(_beyond(around))
            known |= countries
            corners = ((around.left, around.top), (around.right, around.bottom))
            known[_AROUND] = Outline(points=corners)
            ground, view = [*countries], [*outlines, _AROUND]
        gazetteer = replace(self._gazetteer, outlines=known)
        marked = dict.fromkeys(outlines, path)
        scene = Scene(topic, view=view, ground=ground, marked=marked)
        sheets = BasemapCache(gazetteer, self._sheets.source)
        return label_map(scene, gazetteer, sheets, title, texts)

    def _drawn_here(self, outlines: Mapping[str, Outline]) -> dict[str, Outline]:
        """Return the boundaries that the data have of places: better than the boxes around them."""
        located = self._gazetteer.outlines
        places = [name for name in outlines if not name.startswith("_:")]
        drawn = {name: located[name] for name in places if name in located}
        if not located or not places:
            return drawn
        names = " ".join(str(NamedNode(name)) for name in sorted(places))
        for row in self._engine.rows(_SAME_QUERY.format(places=names)):
            own = row["own"].value
            if own in located:
                drawn.setdefault(row["place"].value, located[own])
        return drawn

    def of_things(
        self, topic: str, things: Collection[str], language: str, link: Callable[[str], Value]
    ) -> Map | None:
        """Return the map of those who belong to a topic; None when they have no places."""
        return self.of_rows(link(topic).text, things, language, link)

    def of_rows(
        self,
        title: str,
        things: Collection[str],
        language: str,
        link: Callable[[str], Value],
    ) -> Map | None:
        """Return the drawn map of rows of a table; None for too many, or none with a place."""
        scene = overview_scene(things, self._gazetteer, self._engine, leads=False)
        if scene is None:
            return None
        named = _name_things(self._names(scene), language, link)
        title = translate("Map: {name}", language, name=title)
        return label_map(
            scene, self._gazetteer, self._sheets, title, MapTexts(language, named, link)
        )

    def of_places(self, title: str, href: str, language: str) -> TablePlaces:
        """Return the map of places that are too many to be drawn, at an address."""
        source = self._sheets.source
        return TablePlaces(
            href,
            translate("Map: {name}", language, name=title),
            source.address if source else "",
            tile_credit(source),
        )

    def of_home(self, language: str, href: Callable[[str], str]) -> Map | None:
        """Return the map of the things of the home page; None when they have no places."""
        if self._overview is None:
            return None
        link = _name_things(self._names_of_overview, language, lambda name: Value(name, href(name)))
        title = translate("Map", language)
        return label_map(
            self._overview, self._gazetteer, self._sheets, title, MapTexts(language, link, link)
        )

    def _names(self, scene: Scene) -> Labels:
        """Return the names of everything that a scene may tell of."""
        people = {
            n for things in (scene.residents, scene.served) for t in things.values() for n in t
        }
        unnamed = {*people, *scene.residents, *scene.served} - self._gazetteer.names.keys()
        return {**self._gazetteer.names, **(fetch_labels(self._engine, unnamed) if unnamed else {})}


def _name_things(
    labels: Labels, language: str, link: Callable[[str], Value]
) -> Callable[[str], Value]:
    """Return what names a thing: by its labels, else as the page does; the page knows where."""

    def named(name: str) -> Value:
        link_of_name = link(name)
        label: Literal | None = best_label(labels.get(name, ()), language)
        if label is None:
            return link_of_name
        return Value(label.value, link_of_name.href, foreign_language(label, language))

    return named
