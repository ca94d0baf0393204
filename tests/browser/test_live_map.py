"""The map that moves, in a browser: groups, points, lines, areas, a list, and no other host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import served
from tests.chain import build_once
from tests.groves import BASE, POINTS, write_groves

_STATIC = Path(__file__).parents[2] / "publisher" / "serve" / "static"


@pytest.fixture(scope="module")
def groves(browser: Browser, made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a site of many places."""
    if not (_STATIC / "leaflet" / "leaflet.js").is_file():
        pytest.skip("the package was built without npm")
    folder = write_groves(tmp_path_factory.mktemp("groves") / "site")
    build_once(folder, folder / "releases", made, BASE)
    with served(folder / "releases", tmp_path_factory.mktemp("served"), {}) as address:
        yield address


@pytest.fixture
def told(browser: Browser, groves: str) -> Iterator[tuple[Page, list[str]]]:
    """Return a page of the site, and what is asked of other hosts or told on the console."""
    noted: list[str] = []
    page = browser.new_page(base_url=groves, locale="en", viewport={"width": 1280, "height": 900})
    page.on("console", lambda message: noted.append(message.text))
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith(groves) else noted.append(r.url))
    page.add_init_script("addEventListener('load', () => dispatchEvent(new Event('scroll')))")
    yield page, noted
    page.close()


def shown(page: Page) -> Locator:
    """Return the map of a page, once it moves."""
    found = page.locator(".map .live")
    expect(found.locator(".leaflet-marker-icon").first).to_be_visible()
    return found


def counted(page: Page) -> int:
    """Return how many points stand on the map, those in groups too."""
    texts = page.locator(".live .leaflet-marker-icon").all_inner_texts()
    return sum(int(re.sub(r"\D", "", text) or "1") for text in texts)


def test_every_point_is_on_the_map_in_groups_with_their_numbers(
    told: tuple[Page, list[str]],
) -> None:
    """Nothing is asked of another host, nothing is refused by the policy of pages."""
    page, noted = told
    page.goto("", wait_until="networkidle")
    shown(page)
    assert counted(page) == POINTS
    assert page.locator(".live path.area:not(.line)").count() == 1
    assert page.locator(".live path.line").count() == 1
    assert page.locator(".live canvas").count() == 1
    assert noted == []


def test_a_group_opens_into_smaller_ones_and_a_point_leads_to_its_page(
    told: tuple[Page, list[str]],
) -> None:
    page, _ = told
    page.goto("table/grove?q=Grove+0", wait_until="networkidle")
    shown(page)
    for _ in range(8):
        if page.locator(".live .spot").count():
            break
        page.locator(".live .cluster").first.click()
        page.wait_for_timeout(500)
    page.locator(".live .spot").first.press("Enter")
    found = page.locator(".leaflet-popup-content a")
    expect(found).to_be_focused()
    found.press("Enter")  # the map may still move beneath a pointer
    expect(page.locator("h1")).to_contain_text("Grove 0")


def test_the_map_of_a_table_follows_its_filters(told: tuple[Page, list[str]]) -> None:
    """The list beside it says what is in view, for those who do not see it."""
    page, _ = told
    page.goto("table/grove", wait_until="networkidle")
    shown(page)
    status = page.locator(".map .view [role=status]")
    expect(status).to_have_text(f"In this part of the map: {POINTS + 2}")
    assert page.locator(".map .view li").count() == 13
    page.locator("aside .facet a", has_text="oak").first.click()
    expect(page).to_have_url(re.compile("kindOfTree="))
    shown(page)
    assert counted(page) == POINTS // 3


def test_the_map_is_worked_with_the_keyboard(told: tuple[Page, list[str]]) -> None:
    """Arrows move it, plus and minus zoom, and each button says what it does."""
    page, _ = told
    page.goto("", wait_until="networkidle")
    frame = shown(page)
    before = page.locator(".map .view [role=status]").inner_text()
    frame.focus()
    for _ in range(4):
        page.keyboard.press("+")
        page.wait_for_timeout(400)
    assert page.locator(".map .view [role=status]").inner_text() != before
    assert frame.get_attribute("aria-label") == "Map: Grove"
    assert page.locator(".leaflet-control-zoom-in").get_attribute("aria-label") == "Zoom in"


def test_a_drawn_map_moves_with_the_names_and_links_of_the_drawing(
    told: tuple[Page, list[str]],
) -> None:
    """Of few places everything stands in the page; the thing itself is shown large."""
    page, noted = told
    page.goto("doc/grove/g-901", wait_until="networkidle")
    expect(page.locator(".live path.area.chosen")).to_be_visible()
    expect(page.locator(".map > svg")).to_be_hidden()
    area = page.get_by_role("button", name=page.locator("h1").inner_text()).first
    area.press("Enter")
    expect(page.locator(".leaflet-popup-content")).to_contain_text(page.locator("h1").inner_text())
    box, frame = (page.locator(n).bounding_box() for n in (".live path.chosen", ".map .live"))
    assert box is not None
    assert frame is not None
    assert box["width"] > frame["width"] / 4
    assert noted == []


def test_a_map_begins_to_move_when_the_page_is_used(browser: Browser, groves: str) -> None:
    """Half a megabyte is no part of the first view."""
    page = browser.new_page(base_url=groves)
    page.goto("doc/grove/g-901", wait_until="networkidle")
    expect(page.locator(".map > svg")).to_be_visible()
    assert page.evaluate("typeof L") == "undefined"
    page.mouse.move(50, 50)
    page.mouse.move(60, 60)
    expect(page.locator(".live path.area.chosen")).to_be_visible()
    page.close()


@pytest.mark.parametrize("path", ["", "table/grove"])
def test_where_nothing_is_drawn_the_map_comes_by_itself(
    browser: Browser, groves: str, path: str
) -> None:
    """A heading with nothing below it says nothing; nobody has moved anything yet."""
    page = browser.new_page(base_url=groves)
    page.goto(path or groves)
    expect(page.locator(".map > svg")).to_have_count(0)
    shown(page)
    page.close()


def test_without_a_script_the_drawing_stays(browser: Browser, groves: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{groves}doc/grove/g-901")
    expect(page.locator(".map > svg")).to_be_visible()
    expect(page.locator(".map .live")).to_have_count(0)
    page.goto(f"{groves}table/grove")
    expect(page.locator("figure.map[data-places]")).to_be_hidden()
    expect(page.locator(".rows-map noscript .map > svg")).to_be_visible()
    page.close()


def test_of_too_many_places_a_frame_shows_a_beginning(
    told: tuple[Page, list[str]], groves: str
) -> None:
    """Frames run no script: the home page offers the drawing of the first rows, which says so."""
    page, noted = told
    page.goto(f"{groves}?lang=en")
    assert "/embed/map?lang=en" in page.content()
    page.goto(f"{groves}embed/map?lang=en", wait_until="networkidle")
    assert page.locator(".map > svg .spot").count() > 0
    expect(page.locator("main")).to_contain_text(re.compile(r"Rows 1–400 of \d{3}"))
    assert noted == []


def test_without_the_library_the_drawing_stays(told: tuple[Page, list[str]]) -> None:
    """A package that was built without npm."""
    page, _ = told
    page.route("**/leaflet.js", lambda route: route.abort())
    page.goto("doc/grove/g-901", wait_until="networkidle")
    expect(page.locator(".map > svg")).to_be_visible()
