"""Tiles beneath a map: the right ones, at the right place, and few."""

from __future__ import annotations

import pytest

from publisher.render.maps.basemap import BasemapCache, TileSource, cover_with_tiles
from publisher.render.maps.gazetteer import Gazetteer
from publisher.render.maps.geometry import Outline
from publisher.render.maps.scene import Scene
from publisher.render.maps.svg import Drawing, draw_scene

SOURCE = TileSource("/{z}/{x}/{y}.png", "© Lantmäteriet")
LAND = Outline(rings=(((10.0, 59.0), (20.0, 59.0), (20.0, 63.0), (10.0, 63.0)),))
FALUN = (15.635, 60.606)


def _drawn(source: TileSource | None, *, land: bool = True) -> Drawing:
    falun = Outline(points=(FALUN,))
    gazetteer = Gazetteer({"land": LAND, "falun": falun} if land else {"falun": falun})
    view = ["land", "falun"] if land else ["falun"]
    scene = Scene("falun", view, ground=view[:-1], marked={"falun": ""})
    return draw_scene(scene, gazetteer, BasemapCache(gazetteer, source), str)


def test_the_world_is_cut_from_the_north_west() -> None:
    """As every server of XYZ tiles does: x to the east, y to the south."""
    tiles = cover_with_tiles(SOURCE, scale=360.0, left=0.0, top=0.0, width=360.0, height=360.0)
    assert [(tile.href, tile.left, tile.top) for tile in tiles] == [
        ("/1/0/0.png", 0.0, 0.0),
        ("/1/1/0.png", 180.0, 0.0),
        ("/1/0/1.png", 0.0, 180.0),
        ("/1/1/1.png", 180.0, 180.0),
    ]


def test_a_place_stands_on_its_own_tile() -> None:
    """Falun (60.606 N, 15.635 E) is on 6/34/18, 78 % to the east and 37 % to the south of it."""
    drawing = _drawn(SOURCE)
    (spot,) = drawing.spots
    (tile,) = [tile for tile in drawing.tiles if tile.href == "/6/34/18.png"]
    assert (spot.x - tile.left) / tile.size == pytest.approx(0.78, abs=0.01)
    assert (spot.y - tile.top) / tile.size == pytest.approx(0.37, abs=0.01)


@pytest.mark.parametrize("scale", [13_700, 15_000, 20_000, 27_000, 27_400])
def test_a_map_asks_for_few_tiles_and_none_beside_it(scale: float) -> None:
    """A provider counts them, and a reader waits for them."""
    tiles = cover_with_tiles(SOURCE, scale, left=-7000.0, top=-3900.0, width=360.0, height=460.0)
    assert 4 <= len(tiles) <= 16
    assert all(tile.left < 360 and tile.top < 460 for tile in tiles)
    assert all(tile.left + tile.size > 0 and tile.top + tile.size > 0 for tile in tiles)


def test_tiles_cover_a_map_to_its_edges() -> None:
    """A hole would look like the sea."""
    tiles = _drawn(SOURCE).tiles
    assert min(tile.left for tile in tiles) <= 0
    assert min(tile.top for tile in tiles) <= 0
    assert max(tile.left + tile.size for tile in tiles) >= 360
    assert max(tile.top + tile.size for tile in tiles) >= 200


def test_no_tile_is_asked_for_that_lies_beyond_the_world() -> None:
    """A server would answer 404, on every page."""
    tiles = cover_with_tiles(SOURCE, scale=200.0, left=80.0, top=0.0, width=360.0, height=200.0)
    assert [tile.href for tile in tiles] == ["/0/0/0.png"]


def test_a_lone_point_is_shown_with_its_town() -> None:
    """Nothing else says where it is; closer than this there is only grass."""
    assert {tile.href.split("/")[1] for tile in _drawn(SOURCE, land=False).tiles} == {"13"}


def test_a_map_without_a_source_has_no_tiles() -> None:
    """Nobody is asked for anything."""
    assert _drawn(None).tiles == ()
