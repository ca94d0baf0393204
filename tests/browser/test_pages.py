"""Every kind of page in a browser: in both languages, at three widths, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Request

from tests import npm

# Of each kind of page the richest, or one with the longest words.
PAGES = {
    "home": "",
    "initiative": "doc/cluster/paper-province",
    "embedded card": "embed/doc/cluster/paper-province",
    "merged initiative": "doc/cluster/fiber-optic-valley",
    "concept": "doc/concept/competence-area/forest-bioeconomy",
    "concept list": "doc/concept/competence-area",
    "county": "doc/county/20",
    "municipality": "doc/municipality/2080",
    "geometry": "doc/geometry/county-20",
    "organisation": "doc/organisation/region-dalarna",
    "claim": "doc/claim/fiber-optic-valley-bronze",
    "event": "doc/event/fiber-optic-valley-absorbed",
    "source": "doc/source/region-dalarna-klusterinitiativ",
    "statement": "doc/statement/byggdialog-dalarna/aim-effective-construction",
    "programme": "doc/programme/european-regional-development-fund",
    "dataset": "dataset/clusters",
    "catalogue": "catalog.html",
    "ontology": "def/cluster",
    "shapes": "shapes",
    "tables": "table/",
    "table": "table/cluster-initiative",
    "filtered table": "table/location?q=ö&sort=-label",
    "search": "search?q=dalarna",
    "nothing found": "search?q=xyzzyx",
    "endpoint": "sparql",
    "answer": "sparql?query=SELECT%20%2A%20WHERE%20%7B%20%3Fs%20a%20%3Fo%20%7D%20LIMIT%2020",
    "answer with a map and charts": (
        "sparql?prefixes=common&query=SELECT%20%3Fs%20%3Ftype%20WHERE%20%7B%20%3Fs%20a%20"
        "cluster%3AClusterInitiative%20%3B%20org%3Aclassification%20%3Ftype%20%7D"
    ),
    "refused query": "sparql?query=SELECT%20x",
    "queries": "query",
    "developers": "docs",
    "releases": "release",
    "missing": "no/such/page",
}
WIDTHS = (320, 768, 1280)
# Outlines and shadows may stand out by a fraction of a point.
_TOLERANCE = 1
# Each is read in both languages, so both schemes are seen.
_SCHEMES: dict[str, Literal["light", "dark"]] = {"sv": "light", "en": "dark"}
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Visit:
    """What a browser saw of a page.

    Attributes:
        status: Of the answer.
        language: Of the document element.
        title: In the window's bar.
        headings: How many there are of the first level.
        console: What was written there, and errors of scripts.
        hosts: Addresses that were fetched from elsewhere.
        overflow: Width of the window → points by which the page is wider.
        violations: Rule → elements, as axe-core finds them.
    """

    status: int
    language: str
    title: str
    headings: int
    console: list[str]
    hosts: list[str]
    overflow: dict[int, int]
    violations: dict[str, list[str]]


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the script of axe-core, as npm has it."""
    return (npm.package("axe-core", "4.14.1") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def window(browser: Browser, site: str) -> Iterator[Page]:
    """Return a page that is used for one visit after the other."""
    context = browser.new_context(base_url=site)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module", params=[(k, lang) for k in PAGES for lang in ("sv", "en")], ids=str)
def visit(request: pytest.FixtureRequest, window: Page, site: str, axe: str) -> Visit:
    """Return what a browser saw of a kind of page in a language."""
    kind, language = request.param
    console: list[str] = []
    asked: list[str] = []

    def note(message: Any) -> None:
        console.append(str(getattr(message, "text", message)))

    def ask(request: Request) -> None:
        asked.append(request.url)

    for event, listener in (("console", note), ("pageerror", note), ("request", ask)):
        window.on(event, listener)  # type: ignore[call-overload]
    window.set_extra_http_headers({"Accept-Language": language})
    window.emulate_media(color_scheme=_SCHEMES[language])
    window.set_viewport_size({"width": WIDTHS[-1], "height": 800})
    answer = window.goto(PAGES[kind], wait_until="load")
    violations = examined(window, axe)
    overflow = {}
    for width in WIDTHS:
        window.set_viewport_size({"width": width, "height": 800})
        overflow[width] = window.evaluate(_OVERFLOW)
    for event, listener in (("console", note), ("pageerror", note), ("request", ask)):
        window.remove_listener(event, listener)
    # The browser writes the status of a missing page itself.
    written = [line for line in console if "status of 4" not in line]
    foreign = [place for place in asked if not place.startswith((site, "data:", "blob:"))]
    return Visit(
        answer.status if answer else 0,
        window.evaluate("document.documentElement.lang"),
        window.title(),
        window.locator("h1").count(),
        written,
        foreign,
        overflow,
        violations,
    )


def examined(window: Page, axe: str) -> dict[str, list[str]]:
    """Return rule → elements that break it, for WCAG 2.2 A and AA and good practice.

    Of many terms below each other the first ones are examined: the others are made like them.
    """
    if not window.evaluate("typeof axe === 'object'"):
        window.evaluate(axe)
    found = window.evaluate(
        "part => axe.run({exclude: part}, {resultTypes: ['violations']})",
        "article.term:nth-of-type(n + 6), .contents details",
    )
    return {
        rule["id"]: [
            f"{node['html'][:160]} {node['failureSummary'][:300]}" for node in rule["nodes"]
        ]
        for rule in found["violations"]
    }


def test_a_page_is_there_in_the_language_of_its_reader(
    visit: Visit, request: pytest.FixtureRequest
) -> None:
    """With one heading of the first level, and a title (WCAG 2.2, 2.4.2 and 3.1.1)."""
    kind, language = request.node.callspec.params["visit"]
    expected = {"missing": 404, "refused query": 400}

    assert visit.status == expected.get(kind, 200)
    assert visit.language == language
    assert visit.headings == 1
    assert visit.title


def test_a_page_opens_without_a_word_on_the_console(visit: Visit) -> None:
    """A refused style or script, or a broken one, would be told there."""
    assert visit.console == []


def test_a_page_fetches_nothing_from_another_host(visit: Visit) -> None:
    """Readers are told to nobody."""
    assert visit.hosts == []


def test_a_page_is_never_wider_than_its_window(visit: Visit) -> None:
    """What is wider scrolls in a place of its own (WCAG 2.2, 1.4.10)."""
    assert {w: over for w, over in visit.overflow.items() if over > _TOLERANCE} == {}


def test_axe_finds_nothing_on_a_page(visit: Visit) -> None:
    """In Swedish and light, in English and dark (WCAG 2.2 AA)."""
    assert visit.violations == {}


def test_the_console_would_tell_of_a_script_that_is_refused(
    browser: Browser, tmp_path: Path
) -> None:
    """The tests above are able to fail."""
    file = tmp_path / "page.html"
    policy = "<meta http-equiv='Content-Security-Policy' content=\"script-src 'self'\">"
    file.write_text(f"<!doctype html>{policy}<h1>x</h1><script>alert(1)</script>")
    page = browser.new_page()
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    page.goto(file.as_uri())
    page.close()

    assert console


def test_axe_would_tell_of_a_picture_without_words(browser: Browser, axe: str) -> None:
    """Here too."""
    page = browser.new_page()
    page.set_content("<!doctype html><html lang='sv'><title>x</title><main><h1>x</h1><img src=''>")
    found = examined(page, axe)
    page.close()

    assert "image-alt" in found
