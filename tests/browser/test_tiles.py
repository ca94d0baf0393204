"""Maps over tiles of another server, in a browser."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.conftest import served

_BOX = """name => {
    const found = document.querySelector(name).getBoundingClientRect();
    return [found.left, found.top, found.width, found.height];
}"""


class _Painter(BaseHTTPRequestHandler):
    """Paints each tile in the colour of its numbers."""

    def do_GET(self) -> None:
        """Answer with a square of one colour: red is its column, green its row, blue its zoom."""
        zoom, x, y = map(int, re.findall(r"\d+", self.path))
        painted = io.BytesIO()
        Image.new("RGB", (256, 256), (x, y, zoom)).save(painted, "PNG")
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(painted.getvalue())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _painting() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Painter) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def tiled(
    browser: Browser, releases: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the address of the real content, with tiles of a server of our own."""
    with _painting() as tiles:
        settings = {
            "PUBLISHER_TILE_URL": f"{tiles}/{{z}}/{{x}}/{{y}}.png",
            "PUBLISHER_TILE_CREDIT": "Tiles of one colour",
        }
        with served(releases, tmp_path_factory.mktemp("tiled"), settings) as address:
            yield address


@pytest.fixture
def told(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """Return a page, and what its console will tell."""
    console: list[str] = []
    page = browser.new_page(locale="sv", viewport={"width": 1280, "height": 900})
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    # What the drawing shows is looked at here; a map that moves would stand in its place.
    page.route("**/static/map.js", lambda route: route.fulfill(content_type="text/javascript"))
    yield page, console
    page.close()


def _colour(page: Page, x: float, y: float) -> tuple[int, ...]:
    shot = page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1})
    pixel = Image.open(io.BytesIO(shot)).convert("RGB").getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return tuple(int(part) for part in pixel)


def test_a_place_stands_on_its_tile_and_the_tile_is_painted(
    tiled: str, told: tuple[Page, list[str]]
) -> None:
    """Falun (60.606 N, 15.635 E) is on 7/69/36, 56 % to the east and 74 % to the south of it."""
    page, _ = told
    page.goto(f"{tiled}doc/municipality/2080", wait_until="networkidle")
    left, top, width, height = page.evaluate(_BOX, ".map img[src$='/7/69/36.png']")
    x, y, across, down = page.evaluate(_BOX, ".map .spot circle")

    assert (x + across / 2 - left) / width == pytest.approx(0.56, abs=0.01)
    assert (y + down / 2 - top) / height == pytest.approx(0.74, abs=0.01)
    assert _colour(page, left + width * 0.1, top + height * 0.06) == (69, 36, 7)


def test_a_page_with_tiles_opens_without_a_word_on_the_console(
    tiled: str, told: tuple[Page, list[str]]
) -> None:
    """A tile that the policy refuses would be told there."""
    page, console = told
    for path in ("", "doc/cluster/compare", "doc/county/20"):
        page.goto(f"{tiled}{path}", wait_until="networkidle")
        assert page.locator(".map .tiles img").count() > 0

    assert console == []


def test_a_map_frames_its_tiles(tiled: str, told: tuple[Page, list[str]]) -> None:
    """Tiles reach beyond the map; what is beside it stays what it is."""
    page, _ = told
    page.goto(f"{tiled}doc/municipality/2080", wait_until="load")
    left, top, width, height = page.evaluate(_BOX, ".map svg")
    paper = _colour(page, left - 3, top + height / 2)

    assert _colour(page, left + width + 3, top + height / 2) == paper
    assert _colour(page, left + width / 2, top + height + 3) == paper


def test_a_map_whose_tiles_do_not_come_is_a_map(tiled: str, told: tuple[Page, list[str]]) -> None:
    """Boundaries and names on plain ground: a missing tile takes no room, and shows no sign."""
    page, _ = told
    page.route("**/7/*/*.png", lambda route: route.abort())
    page.goto(f"{tiled}doc/municipality/2080", wait_until="networkidle")
    heights = page.locator(".map .tiles img").evaluate_all(
        "found => found.map(tile => tile.getBoundingClientRect().height)"
    )

    assert heights
    assert set(heights) == {0}
    assert page.locator(".map .spot").count() == 1
