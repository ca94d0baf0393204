"""The maps of one release."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from pyoxigraph import Literal

from publisher.messages import translate
from publisher.query.engine import Description, Engine
from publisher.rdf.locations import LocationProperties
from publisher.render.labels import Labels, best_label, fetch_labels, foreign_language
from publisher.render.maps.basemap import BasemapCache, TileSource
from publisher.render.maps.gazetteer import fetch_gazetteer
from publisher.render.maps.scene import Scene, document_scene, overview_scene
from publisher.render.maps.svg import Map, MapTexts, label_map
from publisher.render.page_model import Value


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
        self._there = self._names(self._overview) if self._overview else {}

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

    def of_things(
        self, topic: str, things: Collection[str], language: str, link: Callable[[str], Value]
    ) -> Map | None:
        """Return the map of those who belong to a topic; None when they have no places."""
        scene = overview_scene(things, self._gazetteer, self._engine, leads=False)
        if scene is None:
            return None
        named = _name_things(self._names(scene), language, link)
        title = translate("Map: {name}", language, name=link(topic).text)
        return label_map(
            scene, self._gazetteer, self._sheets, title, MapTexts(language, named, link)
        )

    def of_home(self, language: str, href: Callable[[str], str]) -> Map | None:
        """Return the map of the things of the home page; None when they have no places."""
        if self._overview is None:
            return None
        link = _name_things(self._there, language, lambda name: Value(name, href(name)))
        title = translate("Map", language)
        return label_map(
            self._overview, self._gazetteer, self._sheets, title, MapTexts(language, link, link)
        )

    def _names(self, scene: Scene) -> Labels:
        """Return the names of everything that a scene may tell of."""
        people = {n for found in (scene.residents, scene.served) for t in found.values() for n in t}
        wanted = {*people, *scene.residents, *scene.served} - self._gazetteer.names.keys()
        return {**self._gazetteer.names, **(fetch_labels(self._engine, wanted) if wanted else {})}


def _name_things(
    labels: Labels, language: str, link: Callable[[str], Value]
) -> Callable[[str], Value]:
    """Return what names a thing: by its labels, else as the page does; the page knows where."""

    def named(name: str) -> Value:
        there = link(name)
        label: Literal | None = best_label(labels.get(name, ()), language)
        if label is None:
            return there
        return Value(label.value, there.href, foreign_language(label, language))

    return named
