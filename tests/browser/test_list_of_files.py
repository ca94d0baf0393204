"""The list of datasets where files are served: what the server would say, the browser finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.conftest import served
from tests.folders import build_folder
from tests.regions import REGION, region


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a region's site with three pages of datasets."""
    work = tmp_path_factory.mktemp("region")
    own = f'<{REGION}id/place/x> <http://www.w3.org/2000/01/rdf-schema#label> "X"@en .'
    folder = build_folder(work, REGION, {"data/sets.ttl": region(44), "data/own/own.ttl": own})
    with served(Path(folder.release.folder).parent, work, {}) as address:
        yield address


def seen(page: Page) -> dict[str, object]:
    """Return what the list shows."""
    found = page.locator("#narrow .facet li").evaluate_all(
        "items => items.filter(i => !i.hidden && i.querySelector('.count').textContent != '0')"
        ".map(i => i.innerText.replace(/\\s+/g, ' ').trim()).sort()"
    )
    chosen = page.locator(".choices .mark").all_inner_texts()
    return {
        "titles": page.locator(".datasets-found h3").all_inner_texts(),
        "count": page.locator("#datasets .count").inner_text(),
        "facets": found,
        "chosen": sorted(text.split("×")[0].strip() for text in chosen),
        "paging": [t.split("\n")[0] for t in page.locator(".paging").all_inner_texts()],
        "words": page.input_value("#dataset-words"),
    }


def whole_file(route: Route) -> None:
    """Answer as a server of files does: whatever the parameters, it is one file."""
    language = re.search(r"[?&](lang=\w+)", route.request.url)
    address = route.request.url.partition("?")[0] + (f"?{language[1]}" if language else "")
    route.fulfill(response=route.fetch(url=address))


@pytest.mark.parametrize(
    "query",
    [
        "q=GROUP3",
        "sort=-modified&page=2&lang=en",
        "theme=ENVI&theme=TRAN&format=CSV&lang=en",
        "q=nothing-like-it",
    ],
)
def test_the_browser_finds_what_the_server_would(browser: Browser, place: str, query: str) -> None:
    address = f"{place}catalog?{query}"
    asked = browser.new_context(locale="sv").new_page()
    asked.goto(address)
    expected = seen(asked)

    alone = browser.new_context(locale="sv").new_page()
    alone.route(re.compile(r"/catalog\?"), whole_file)
    with alone.expect_response(re.compile("datasets.json")):
        alone.goto(address)
    alone.wait_for_function("document.querySelector('.choices, .paging, .shown') !== null")
    alone.wait_for_timeout(300)

    assert seen(alone) == expected
