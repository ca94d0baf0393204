"""What a map that moves is drawn from: the same places as numbers."""

from __future__ import annotations

import json
from itertools import accumulate

from publisher.render.maps.basemap import BasemapCache
from publisher.render.maps.gazetteer import Gazetteer
from publisher.render.maps.geometry import Outline
from publisher.render.maps.live import PARTS, as_numbers, outline_numbers
from publisher.render.maps.scene import Scene
from publisher.render.maps.svg import draw_scene

COAST = tuple((24.0 + n / 50, 60.0 + (n % 2) / 800) for n in range(60))
BAY = Outline(rings=((*COAST, (25.2, 62.0), (24.0, 62.0)),))
TRACK = Outline(lines=(((24.2, 60.8), (24.6, 61.2), (25.0, 61.0)),))


def degrees(numbers: list[int]) -> list[tuple[float, float]]:
    """Return the positions that differences stand for."""
    across, up = accumulate(numbers[::2]), accumulate(numbers[1::2])
    return [(x / PARTS, y / PARTS) for x, y in zip(across, up, strict=True)]


def test_differences_give_back_the_positions() -> None:
    """To a metre, also west of Greenwich and south of the equator."""
    line = ((-71.05977, 42.35843), (-0.00001, -33.86785), (151.20732, -33.86785))
    (numbers,) = outline_numbers(Outline(lines=(line,)))["l"]
    assert degrees(numbers) == list(line)


def test_each_sight_of_the_drawing_has_its_place_in_the_same_order() -> None:
    """The script pairs them by their order, and knows them by nothing else."""
    gazetteer = Gazetteer({"bay": BAY, "track": TRACK, "pier": Outline(points=((24.5, 61.5),))})
    scene = Scene("", view=["bay"], linked=["pier", "track", "bay"])
    drawing = draw_scene(scene, gazetteer, BasemapCache(gazetteer), str)
    order = [area.iri for area in drawing.areas] + [spot.iri for spot in drawing.spots]
    kinds = [set(shape) for shape in json.loads(as_numbers(drawing.outlines))]
    assert order == ["bay", "track", "pier"]
    assert kinds == [{"r"}, {"l"}, {"p"}]


def test_a_map_that_moves_has_a_finer_line_than_the_drawing() -> None:
    """Who zooms in wants to see more of it."""
    gazetteer = Gazetteer({"bay": BAY})
    scene = Scene("", view=["bay"], linked=["bay"])
    sheets = BasemapCache(gazetteer)
    drawing = draw_scene(scene, gazetteer, sheets, str)
    drawn = sheets.sheet(["bay"], ["bay"]).outlines["bay"]
    assert len(list(drawing.outlines[0].positions())) > len(list(drawn.positions()))


def test_an_area_too_small_to_be_drawn_is_both_point_and_area() -> None:
    """Far away it is a spot that can be hit, nearby it has its shape."""
    islet = Outline(rings=(((24.5, 61.0), (24.53, 61.0), (24.53, 61.02), (24.5, 61.02)),))
    gazetteer = Gazetteer({"bay": BAY, "islet": islet})
    scene = Scene("", view=["bay"], ground=["bay"], linked=["islet"])
    drawing = draw_scene(scene, gazetteer, BasemapCache(gazetteer), str)
    (found,) = drawing.outlines
    assert [spot.iri for spot in drawing.spots] == ["islet"]
    ((x, y),) = found.points
    assert 24.5 < x < 24.53
    assert 61.0 < y < 61.02
