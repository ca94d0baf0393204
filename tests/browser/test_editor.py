"""The editor in a browser: what region staff do, with and without scripts, by keyboard."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import npm
from tests.servers import free_ports, running

ROOT = Path(__file__).parents[2]
BASE = "https://w3id.org/nms-kluster/"
COMPARE = f"thing?key={quote(BASE, safe='')}id/cluster/compare"
COUNT = f"thing?key={quote(BASE, safe='')}id/count/compare-2015"
PAGES = ("", "?q=compare", COMPARE, f"{COUNT}&check=1", COMPARE.replace("thing", "look"), "review")
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the fourteen."""
    found = tmp_path_factory.mktemp("edited")
    for name in ("ontology", "data", "shapes"):
        shutil.copytree(ROOT / name, found / name)
    return found


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Return the address that the command writes, with the editor running."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "publisher", "edit", "--no-browser", "--port", str(port)]
    environ = {name: value for name, value in os.environ.items() if "PUBLISHER" not in name}
    environ |= {"PUBLISHER_BASE_IRI": BASE, "PYTHONUNBUFFERED": "1"}
    with running(command, port, folder, environ):
        log = folder / f"{Path(sys.executable).name}-{port}.log"
        for _ in range(300):
            if found := re.search(r"http://127\.0\.0\.1\S+", log.read_text(encoding="utf-8")):
                break
            time.sleep(0.1)
        assert found is not None
        yield found[0]


def opened(browser: Browser, address: str, **settings: object) -> Iterator[Page]:
    """Yield a page; what is written on the console fails the test."""
    chosen = {"locale": "sv", "viewport": {"width": 1280, "height": 900}} | settings
    context = browser.new_context(base_url=address, **chosen)  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    page.goto("sv/review")  # the next test begins with an empty desk
    if page.get_by_role("button", name="Släng allt").count():
        page.get_by_role("button", name="Släng allt").click()
    context.close()
    assert [line for line in said if "status of 409" not in line] == []


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Return a page of somebody whose browser runs scripts."""
    yield from opened(browser, address)


@pytest.fixture
def bare(browser: Browser, address: str) -> Iterator[Page]:
    """Return a page of somebody whose browser runs no scripts."""
    yield from opened(browser, address, java_script_enabled=False)


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("sv", "light", 1280), ("en", "dark", 360)],
)
def test_every_page_is_accessible_and_fits(
    browser: Browser, address: str, language: str, scheme: str, width: int
) -> None:
    """WCAG 2.2 AA as far as axe-core can tell; nothing to be scrolled sideways."""
    axe = (npm.package("axe-core", "4.14.1") / "axe.min.js").read_text(encoding="utf-8")
    settings = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    for page in opened(browser, address, **settings):
        page.goto(f"{language}/{COUNT}")
        page.locator("input[inputmode=decimal]").first.fill("x")
        page.locator("button[value=check]").last.click()
        page.wait_for_url("**check=1")
        for name in PAGES:
            page.goto(f"{language}/{name}")
            page.evaluate(axe)
            found = page.evaluate(
                "async () => (await axe.run(document, {iframes: false})).violations"
                ".map(rule => rule.id + ' ' + rule.nodes[0].html)"
            )
            assert found == [], name
            assert page.evaluate(_OVERFLOW) <= 0, name


def test_a_member_count_is_corrected_in_five_presses(page: Page, folder: Path) -> None:
    """Issue 8: under ten, from the first page to the file; the label is made of it."""
    page.goto("sv/")
    page.get_by_role("link", name="Compare", exact=True).first.click()
    page.get_by_role("button", name="Ändra: 105 medlemmar (2015)").click()
    page.get_by_label("Antal", exact=True).fill("110")
    page.get_by_role("button", name="Granska och spara").click()
    page.get_by_role("button", name="Spara i filerna").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sparat")

    written = (folder / "data/clusters/compare.ttl").read_text(encoding="utf-8")
    assert "schema:value 110 ;" in written
    assert "medlemmar (2015)" not in written


def test_what_is_wrong_is_told_at_the_input_while_typing(page: Page) -> None:
    """The message is tied to the input, and goes when it is mended (WCAG 2.2, 3.3.1)."""
    page.goto(f"sv/{COUNT}")
    count = page.get_by_label("Antal", exact=True)
    count.fill("omkring hundra")
    expect(count).to_have_attribute("aria-invalid", "true")
    described = [str(part) for part in (count.get_attribute("aria-describedby") or "").split()]
    told = " ".join(page.locator(f"[id='{name}']").inner_text() for name in described)
    assert "är inget tal som passar här" in told
    expect(page.locator("#pending")).to_have_text("1")

    count.fill("120")
    expect(count).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#state")).to_have_text("Inget att rätta här.")


def test_what_was_typed_is_there_after_leaving_the_page(page: Page) -> None:
    """Nobody pressed a button."""
    page.goto(f"sv/{COUNT}")
    page.get_by_label("Antal", exact=True).fill("121")
    expect(page.locator("#pending")).to_have_text("1")
    page.goto("sv/")
    page.goto(f"sv/{COUNT}")

    expect(page.get_by_label("Antal", exact=True)).to_have_value("121")


def test_the_list_of_what_is_wrong_has_the_focus_and_leads_to_the_input(page: Page) -> None:
    """By keyboard alone: Enter in an input checks, the list is read out first."""
    page.goto(f"sv/{COUNT}")
    page.get_by_role("textbox", name="Tid", exact=True).fill("i våras")
    page.keyboard.press("Enter")
    page.wait_for_url("**check=1")
    expect(page.locator("#messages")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("textbox", name="Tid", exact=True)).to_be_focused()


def test_without_scripts_the_same_can_be_done(bare: Page, folder: Path) -> None:
    """A source is added on the way, and what was typed before it is still there."""
    bare.goto(f"sv/{COMPARE}")
    bare.get_by_label("Grundat", exact=True).fill("2001")
    bare.get_by_role("combobox", name="Grundat: Källa", exact=True).fill("Sidan om provet")
    bare.get_by_role("button", name="Ny: Källa – Grundat: Källa").click()
    assert bare.get_by_label("Benämning – Svenska").input_value() == "Sidan om provet"
    bare.get_by_label("Benämning – Engelska").fill("The page on the test")
    bare.get_by_role("textbox", name="Adress", exact=True).fill("https://example.org/prov")
    bare.get_by_role("button", name="Klar, tillbaka till Compare").click()
    assert bare.get_by_label("Grundat", exact=True).input_value() == "2001"
    assert (
        bare.get_by_role("combobox", name="Grundat: Källa", exact=True).input_value()
        == "Sidan om provet"
    )
    bare.get_by_role("button", name="Granska och spara").click()
    bare.get_by_role("button", name="Spara i filerna").click()
    written = (folder / "data/clusters/compare.ttl").read_text(encoding="utf-8")

    expect(bare.get_by_role("heading", level=1)).to_have_text("Sparat")
    assert 'schema:foundingDate "2001"^^xsd:gYear' in written
    assert f"<{BASE}id/source/sidan-om-provet>" in written
