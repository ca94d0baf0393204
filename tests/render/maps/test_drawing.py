"""A scene as paths and spots."""

from __future__ import annotations

from publisher.render.maps.basemap import BasemapCache
from publisher.render.maps.gazetteer import Gazetteer
from publisher.render.maps.geometry import Outline
from publisher.render.maps.scene import Scene
from publisher.render.maps.svg import draw_scene

LAND = Outline(rings=(((10.0, 59.0), (20.0, 59.0), (20.0, 63.0), (10.0, 63.0)),))


def _gazetteer(**towns: tuple[float, float]) -> Gazetteer:
    points = {name: Outline(points=(place,)) for name, place in towns.items()}
    return Gazetteer({"land": LAND, **points})


def test_a_name_without_room_makes_others_give_way() -> None:
    """Two towns side by side by the edge: whichever came first would take the only place."""
    gazetteer = _gazetteer(borderton=(18.5, 61.0), zimmerford=(19.6, 61.0), yorkville=(19.3, 60.6))
    scene = Scene(
        "", view=["land"], ground=["land"], linked=["borderton", "zimmerford", "yorkville"]
    )
    drawing = draw_scene(scene, gazetteer, BasemapCache(gazetteer), str.title)
    assert {spot.letters.text for spot in drawing.spots if spot.letters} == {
        "Borderton",
        "Yorkville",
        "Zimmerford",
    }


def test_what_lies_outside_the_map_is_not_drawn() -> None:
    """Bytes that nobody sees."""
    gazetteer = _gazetteer(here=(15.0, 61.0), far=(60.0, 10.0))
    scene = Scene("", view=["land"], ground=["land"], linked=["here", "far"])
    drawing = draw_scene(scene, gazetteer, BasemapCache(gazetteer), str)
    assert [spot.iri for spot in drawing.spots] == ["here"]


def test_a_tiny_area_is_a_spot() -> None:
    """A reader could neither see nor hit it."""
    islet = Outline(rings=(((15.0, 61.0), (15.01, 61.0), (15.01, 61.01)),))
    gazetteer = Gazetteer({"land": LAND, "islet": islet})
    scene = Scene("", view=["land"], ground=["land"], linked=["islet"])
    drawing = draw_scene(scene, gazetteer, BasemapCache(gazetteer), str)
    assert [spot.iri for spot in drawing.spots] == ["islet"]
    assert drawing.areas == ()


def test_a_sheet_is_laid_flat_once() -> None:
    """Many maps have the same ground, and points on it change nothing."""
    gazetteer = _gazetteer(here=(15.0, 61.0), there=(16.0, 61.0))
    sheets = BasemapCache(gazetteer)
    assert sheets.sheet(["land", "here"], ["land", "here"]) is sheets.sheet(
        ["land", "there"], ["land", "there"]
    )


def test_a_lone_point_makes_a_map() -> None:
    """However little there is to see, nothing is divided by nought."""
    gazetteer = _gazetteer(here=(15.0, 61.0))
    drawing = draw_scene(
        Scene("here", ["here"], marked={"here": ""}), gazetteer, BasemapCache(gazetteer), str
    )
    assert [(spot.x, spot.y) for spot in drawing.spots] == [(180.0, 100.0)]
