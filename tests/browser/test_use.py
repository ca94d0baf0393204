"""What readers do: by keyboard, by pointer, without scripts, in the dark, on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

BASE = "https://w3id.org/nms-kluster/"
INITIATIVE = "doc/cluster/compare"
TABLE = "table/cluster-initiative"
_OUTLINE = "getComputedStyle(document.activeElement).outlineStyle"
_PAPER = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def bare(browser: Browser, site: str) -> Page:
    """Return a page of a reader whose browser runs no scripts."""
    return browser.new_context(base_url=site, locale="sv", java_script_enabled=False).new_page()


def focused(page: Page) -> str:
    """Return the words of what has the focus."""
    found = "document.activeElement.innerText || document.activeElement.getAttribute('aria-label')"
    return str(page.evaluate(f"{found} || document.activeElement.id || ''")).strip()


def test_the_first_key_leads_past_the_head_of_the_page(page: Page) -> None:
    """WCAG 2.2, 2.4.1: the link is seen when it has the focus, and the focus follows it."""
    page.goto(INITIATIVE)
    page.keyboard.press("Tab")
    skip = page.locator(".skip")

    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_the_focus_is_always_seen_and_reaches_the_menu(page: Page) -> None:
    """WCAG 2.2, 2.4.7: every stop on the way has an outline."""
    page.goto(INITIATIVE)
    stops = {}
    for _ in range(14):
        page.keyboard.press("Tab")
        stops[focused(page)] = page.evaluate(_OUTLINE)

    assert {"Tabeller", "Katalog", "Fråga", "English"} <= stops.keys()
    assert {words: outline for words, outline in stops.items() if outline == "none"} == {}


def test_the_switch_of_language_keeps_the_page(page: Page) -> None:
    """By keyboard alone."""
    page.goto(f"{TABLE}?sort=-label")
    page.locator("a.switch[lang=en]").focus()
    page.keyboard.press("Enter")

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile(r"/table/cluster-initiative\?sort=-label&lang=en$"))


def test_a_facet_is_chosen_and_left_by_keyboard(page: Page) -> None:
    """Rows and count follow."""
    page.goto(TABLE)
    every = page.locator("tbody tr").count()
    facet = page.locator(".facet").first
    if facet.get_attribute("open") is None:
        facet.locator("summary").focus()
        page.keyboard.press("Enter")
    value = facet.locator("a").first
    count = int(facet.locator(".count").first.inner_text())
    value.focus()
    page.keyboard.press("Enter")

    expect(page.locator("tbody tr")).to_have_count(count)
    assert count < every
    chosen = page.locator(".facet [aria-current]")
    expect(chosen).to_have_count(1)
    chosen.focus()
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(every)


def test_the_head_of_a_column_sorts(page: Page) -> None:
    """And says how (WAI-ARIA, aria-sort)."""
    page.goto(TABLE)
    page.locator("thead a").first.click()
    first = page.locator("tbody th").first
    if page.locator("th[aria-sort=ascending]").count():
        expect(first).to_have_text("Byggdialog Dalarna")
        page.locator("thead a").first.click()

    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    expect(first).to_have_text("Visit Värmland")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_column_and_the_first_row_are_seen_at_once(page: Page, language: str) -> None:
    """At 1280 by 900 pixels, with the long words of Swedish and with a map above."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"table/cluster-initiative?lang={language}")
    region = page.locator(".scroll:has(.grid)").bounding_box()
    last = page.locator(".grid thead th").last.bounding_box()
    row = page.locator(".grid tbody tr").first.bounding_box()

    assert region is not None
    assert last is not None
    assert row is not None
    assert last["x"] + last["width"] <= region["x"] + region["width"] + 1
    assert row["y"] + row["height"] <= 900


def test_words_filter_a_table(page: Page) -> None:
    """With the button or with Enter."""
    page.goto(TABLE)
    page.locator("#words").fill("stål")
    page.keyboard.press("Enter")

    expect(page.locator("tbody th", has_text="Triple Steelix")).to_have_count(1)
    expect(page.locator("tbody th", has_text="Paper Province")).to_have_count(0)


def test_the_search_suggests_and_leads_there_by_keyboard(page: Page) -> None:
    """A combobox with a listbox (WAI-ARIA Authoring Practices)."""
    page.goto("")
    box = page.get_by_role("combobox")
    box.press_sequentially("visit värm", delay=10)
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Visit Värmland")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/doc/cluster/visit-varmland$"))


def test_escape_closes_the_suggestions(page: Page) -> None:
    """The words stay."""
    page.goto("")
    box = page.get_by_role("combobox")
    box.press_sequentially("compare", delay=10)
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("compare")


@pytest.fixture
def asking(page: Page) -> Page:
    """Return a page with the editor of queries on it."""
    if not page.request.get("static/yasqe/yasqe.min.js").ok:
        pytest.skip("the package was built without the editor")
    page.goto("sparql")
    page.mouse.move(200, 200)  # the editor comes when somebody begins to work
    page.locator("#editor .CodeMirror").click()
    page.keyboard.press("Control+a")
    return page


def test_the_editor_sends_a_query_and_shows_one_answer(asking: Page) -> None:
    """By its key, to this site's endpoint; names stand for IRIs, and history keeps the query."""
    asking.keyboard.insert_text(
        f"SELECT ?s WHERE {{ ?s a <{BASE}def/cluster#ClusterInitiative> }} ORDER BY ?s LIMIT 1"
    )
    asking.keyboard.press("Control+Enter")

    expect(asking.locator("section.answer tbody td a").first).to_have_text("Byggdialog Dalarna")
    expect(asking.locator("section.answer table")).to_have_count(1)
    expect(asking.locator("#history li")).to_have_count(1)


def test_the_editor_suggests_what_fits_the_class(asking: Page) -> None:
    """With the name in the reader's language; the prefix comes with the term."""
    asking.keyboard.insert_text("SELECT * WHERE { ?x a ")
    asking.keyboard.type("klusteri", delay=20)
    expect(asking.locator(".CodeMirror-hint-active")).to_contain_text("klusterinitiativ")
    asking.keyboard.press("Enter")
    asking.keyboard.type(" ; webbpl", delay=20)
    expect(asking.locator(".CodeMirror-hint-active")).to_contain_text("foaf:homepage")
    asking.keyboard.press("Enter")
    written = asking.evaluate("document.querySelector('#editor .CodeMirror').CodeMirror.getValue()")

    assert written.startswith("PREFIX ")
    assert f"<{BASE}def/cluster#>" in written


def test_the_tabulator_leaves_the_editor(asking: Page) -> None:
    """WCAG 2.2, 2.1.2: no keyboard trap."""
    asking.keyboard.press("Tab")

    assert (
        asking.evaluate(
            "document.querySelector('#editor .CodeMirror').contains(document.activeElement)"
        )
        is False
    )


def test_a_mistake_is_told_below_its_line(asking: Page) -> None:
    """In the reader's language, by the editor at once and by the server when it is asked."""
    asking.keyboard.insert_text("SELECT * WHERE {\n ?s ?p \n}}")
    expect(asking.locator("#editor .wrong-here")).to_contain_text("kan inte stå här")
    asking.keyboard.press("Control+Enter")

    expect(asking.locator("#editor .wrong-here")).to_contain_text("Rad")


def test_the_query_behind_a_page_opens_in_the_editor(page: Page) -> None:
    """Ready to be changed and sent again."""
    page.goto(INITIATIVE)
    page.locator(".behind:not(.embed) summary").click()
    page.locator(".behind:not(.embed) a").click()

    expect(page.locator("h1")).to_have_text("SPARQL")
    expect(page.locator("#ask")).to_contain_text("id/cluster/compare")
    expect(page.locator("pre.graph")).to_contain_text("Compare")


def test_a_button_copies_the_address_of_a_thing(context: BrowserContext) -> None:
    """And says so, to those who hear too."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.clock.install()
    page.goto(INITIATIVE)
    page.clock.pause_at("2100-01-01")  # it is said for two seconds: a busy machine may miss them
    page.locator(".iri button.copy").first.click()

    expect(page.locator("[role=status]", has_text="Kopierat")).to_have_count(1)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "https://w3id.org/nms-kluster/id/cluster/compare"


def test_a_dark_screen_gets_dark_pages(page: Page) -> None:
    """As the reader's system says."""
    page.emulate_media(color_scheme="light")
    page.goto("")
    assert page.evaluate(_PAPER) == "rgb(251, 250, 247)"
    page.emulate_media(color_scheme="dark")

    assert page.evaluate(_PAPER) == "rgb(21, 25, 26)"


def test_a_printed_page_leaves_out_what_paper_cannot_do(page: Page) -> None:
    """Menu, search, files and buttons; and it is dark on white, whatever the screen."""
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(INITIATIVE)

    for selector in ("header.site nav", ".finder", "aside .formats", "button.copy"):
        expect(page.locator(selector).first).to_be_hidden()
    assert page.evaluate(_PAPER) == "rgb(255, 255, 255)"
    expect(page.locator("h1")).to_be_visible()


def test_the_shapes_of_an_ontology_are_printed_unfolded(page: Page) -> None:
    """Paper has no way to open them."""
    page.goto("def/cluster")
    demands = page.locator("#ClusterInitiative .shape dl")
    expect(demands).to_be_hidden()
    page.emulate_media(media="print")

    assert demands.evaluate("part => part.getBoundingClientRect().height") > 100


def test_search_and_query_need_no_script(bare: Page) -> None:
    """Forms do the same."""
    bare.goto("")
    bare.locator("#search-home").fill("skog")
    bare.locator("main .finder button").click()
    expect(bare.locator(".hits a", has_text="Paper Province").first).to_be_visible()
    bare.goto("sparql")
    bare.locator("#query").fill("SELECT (1 + 2 AS ?sum) WHERE {}")
    bare.locator("form.query button").click()
    expect(bare.locator("section table tbody")).to_have_text("3 xsd:integer")
    bare.goto("sparql?query=SELECT+%2A+%7B+%3Fs+a+%3Fo+%7D+LIMIT+50")
    bare.locator("#summary-view summary").click()
    bare.get_by_label("En rad för varje").select_option("o")
    bare.get_by_role("button", name="Sammanfatta").press("Enter")
    expect(bare.locator("table.pivot caption")).to_have_text("antal rader, per o")
    bare.context.close()


def test_nothing_is_offered_that_needs_a_script_without_one(bare: Page) -> None:
    """No button to copy that does nothing, no empty editor."""
    bare.goto(INITIATIVE)
    expect(bare.locator("button.copy")).to_have_count(0)
    bare.goto("sparql")
    expect(bare.locator("#editor")).to_have_count(0)
    expect(bare.locator("#history")).to_be_hidden()
    expect(bare.locator("#query")).to_be_visible()
    bare.context.close()


def test_the_first_view_of_a_page_waits_for_one_stylesheet_alone(page: Page) -> None:
    """Two requests: scripts are deferred, pictures there are none."""
    page.goto(INITIATIVE)
    blocking = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(entry => entry.renderBlockingStatus === 'blocking').map(entry => entry.name)"
    )

    assert [name.rpartition("/")[2] for name in blocking] == ["site.css"]


def test_the_page_of_an_initiative_stays_light(page: Page) -> None:
    """With its map and chart, uncompressed."""
    answer = page.request.get(f"{INITIATIVE}.html", headers={"Accept-Encoding": "identity"})

    assert len(answer.body()) < 60_000


def test_a_prefix_that_may_be_left_out_is_no_mistake(asking: Page) -> None:
    """The form says which these are; one that nobody knows is named."""
    asking.keyboard.insert_text("SELECT * { ?x a cluster:ClusterInitiative }")
    asking.wait_for_timeout(900)  # longer than the editor waits before it looks
    expect(asking.locator("#editor .wrong-here")).to_have_count(0)
    expect(asking.locator("#query-state")).to_have_text("")
    asking.keyboard.press("Control+a")
    asking.keyboard.insert_text("SELECT * { ?x a zzz:Thing }")

    expect(asking.locator("#query-state")).to_contain_text("zzz")
