"""Pictures for shared links: drawn without fonts of the machine, the same bytes every time."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from publisher.render.maps.svg import Map, MapSymbol
from publisher.render.page_model import Value
from publisher.render.pictures import OpenGraphCard, draw_card

LONG = "Ett mycket långt namn på en samverkan som ingen kan uttala utan att hämta andan " * 4


def opened(card: OpenGraphCard) -> Image.Image:
    """Return a picture as a program reads it."""
    return Image.open(BytesIO(draw_card(card))).convert("RGB")


def a_map(*sights: MapSymbol) -> Map:
    """Return a map of 360 by 400."""
    return Map("", "", 360, 400, 4, ("M40 40l800 0 0 800-800 0z",), sights, (), ())


def inked(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    """Return how many dark points a part of a picture has."""
    return sum(
        count for count, colour in picture.crop(box).getcolors(1 << 20) or [] if max(colour) < 90
    )


def test_a_picture_has_the_size_that_networks_ask_for() -> None:
    """1200 by 630 (Open Graph as the large networks read it)."""
    assert opened(OpenGraphCard("Siljan")).size == (1200, 630)


def test_the_same_card_gives_the_same_bytes() -> None:
    """So that its strong ETag holds."""
    card = OpenGraphCard("Siljan", "Sjö", "En sjö i Dalarna.", "Sjöar")
    assert draw_card(card) == draw_card(card)


@pytest.mark.parametrize("letter", ["å", "Ä", "ö", "é", "ł", "Ω", "Ж"])
def test_letters_of_europe_are_drawn(letter: str) -> None:
    """A letter that the font lacks would be the same empty box as another that it lacks."""
    assert draw_card(OpenGraphCard(letter)) != draw_card(OpenGraphCard("\U0001f30b"))


@pytest.mark.slow
@pytest.mark.parametrize("title", [LONG, "Å" * 200, "Siljan"])
def test_no_text_leaves_the_picture(title: str) -> None:
    """Nor does it come near to the edge."""
    picture = opened(OpenGraphCard(title, title, title, title))

    assert inked(picture, (1150, 20, 1200, 630)) == 0
    assert inked(picture, (0, 20, 60, 630)) == 0
    assert inked(picture, (0, 600, 1200, 630)) == 0


@pytest.mark.slow
def test_a_text_stays_left_of_the_map() -> None:
    """The two do not cover each other."""
    picture = opened(OpenGraphCard(LONG, LONG, LONG, LONG, map=a_map()))

    assert inked(picture, (700, 20, 1200, 630)) == 0
    assert inked(picture, (60, 20, 700, 630)) > 0


@pytest.mark.slow
def test_a_map_shows_areas_and_spots() -> None:
    """What the page is about stands out."""
    area = MapSymbol("area chosen", Value(""), path="M200 200l400 0 0 400-400 0z")
    spot = MapSymbol("spot chosen", Value(""), x=300, y=330)
    picture = opened(OpenGraphCard("", map=a_map(area, spot)))
    colours = {colour for _, colour in picture.getcolors(1 << 20) or []}

    assert any(abs(r - 0xB9) + abs(g - 0xD3) + abs(b - 0xC3) < 12 for r, g, b in colours)
    assert picture != opened(OpenGraphCard("", map=a_map(area)))


@pytest.mark.slow
def test_a_hole_in_an_area_is_water() -> None:
    """A lake in a county, as a ring the other way round."""
    ring, hole = "M0 0l1400 0 0 1400-1400 0z", "M400 400l0 400 400 0 0-400z"
    whole = opened(OpenGraphCard("", map=a_map(MapSymbol("area chosen", Value(""), path=ring))))
    holed = opened(
        OpenGraphCard("", map=a_map(MapSymbol("area chosen", Value(""), path=ring + hole)))
    )

    assert whole.tobytes() != holed.tobytes()
