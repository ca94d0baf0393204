"""Take the pictures of the documents anew: ``python tests/browser/pictures.py``.

It builds the real content into a temporary folder, serves it, opens the editor over a copy, and
writes three pictures of 1,280 pixels into ``publisher/docs/pictures/``, with few colours so that
they stay small. It needs chromium.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from tests.browser.conftest import BASE, ROOT, served
from tests.servers import free_ports, program, running

PICTURES = ROOT / "publisher" / "docs" / "pictures"
_WIDTH = 1280
_COLOURS = 128


def main() -> None:
    """Take the three pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=arguments)
        page = browser.new_page(locale="en", viewport={"width": _WIDTH, "height": 900})
        build(approve(read_sources(ROOT, BASE)), folder / "releases")
        with served(folder / "releases", folder, {}) as site:
            page.goto(f"{site}doc/cluster/compare?lang=en")
            take(page, "site", 1000)
            page.goto(f"{site}table/cluster-initiative?lang=en")
            take(page, "table", 800)
        edit(page, folder / "sources")
        browser.close()


def edit(page: Page, folder: Path) -> None:
    """Take the picture of the editor with a mistake, over a copy of the sources."""
    for name in ("ontology", "data", "shapes"):
        shutil.copytree(ROOT / name, folder / name)
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "publisher", "edit", "--no-browser", "--port", str(port)]
    environ = dict(os.environ, PUBLISHER_BASE_IRI=BASE, PYTHONUNBUFFERED="1")
    with running([*command, "--lang", "en"], port, folder, environ):
        log = folder / f"{Path(sys.executable).name}-{port}.log"
        while not (found := re.search(r"http://127\.0\.0\.1\S+", log.read_text(encoding="utf-8"))):
            time.sleep(0.1)
        page.goto(f"{found[0]}en/thing?key={quote(BASE, safe='')}id/count/compare-2015")
        page.locator("input[inputmode=decimal]").first.fill("about 100")
        page.locator("button[value=check]").last.click()
        page.wait_for_url("**check=1")
        take(page, "editor", 900)


def take(page: Page, name: str, height: int) -> None:
    """Write a picture of the top of a page."""
    page.set_viewport_size({"width": _WIDTH, "height": height})
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(
        PICTURES / f"{name}.png", optimize=True
    )


if __name__ == "__main__":
    main()
