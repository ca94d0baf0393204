"""Questions that people ask, answered in at most three clicks by a visitor with a browser.

The answers are those of the data of 2026-11-23, written out by hand. Where the data says nothing of
a thing, that is no statement about the world: an initiative without a figure may have members.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page

_MOST_CLICKS = 3
_PRESENT = ".present > li > a"
_FIRST_KIND = "main section.kind:first-of-type h3 a"


@dataclass(frozen=True)
class Question:
    """A question, the way to its answer and what is right.

    Attributes:
        number: Of the list of questions.
        language: Of the visitor.
        clicks: Links that are followed; what begins with ``?`` is typed into the search box.
        right: What the page says then.
        among: Selector of the names that must be exactly ``right``; empty for any place.
    """

    number: int
    language: str
    clicks: tuple[str, ...]
    right: tuple[str, ...]
    among: str = ""


QUESTIONS = [
    Question(
        1,
        "sv",
        ("Värmlands län (5)",),
        (
            "Compare",
            "Glava Energy Center",
            "IUC Stål & Verkstad",
            "Paper Province",
            "Visit Värmland",
        ),
        _PRESENT,
    ),
    Question(
        2,
        "sv",
        ("Dalarnas län (7)",),
        (
            *("Byggdialog Dalarna", "Dala Sports Academy", "FindIT", "High Voltage Valley"),
            *("ITSdalarna", "Triple Steelix", "Visit Dalarna"),
        ),
        _PRESENT,
    ),
    Question(
        3,
        "en",
        ("Gävleborg County (4)",),
        ("Fiber Optic Valley", "FindIT", "Future Position X", "Triple Steelix"),
        _PRESENT,
    ),
    Question(4, "sv", ("Karlstad",), ("Compare", "Paper Province"), _PRESENT),
    Question(
        5, "en", ("Borlänge",), ("Byggdialog Dalarna", "ITSdalarna", "Triple Steelix"), _PRESENT
    ),
    Question(
        6,
        "sv",
        ("Glava Energy Center",),
        ("Hillringsberg ligger i Glava i Arvika kommun, inte i tätorten Arvika",),
    ),
    Question(7, "sv", ("Paper Province",), ("nästan", "120", "januari 2022", "116", "2021")),
    Question(8, "sv", ("Compare",), ("105", "2015", "omkring", "100", "odaterat")),
    Question(
        9,
        "en",
        ("IUC Stål & Verkstad",),
        ("150", "2012", "73", "September 2015", "130", "2020"),
    ),
    Question(
        10,
        "en",
        ("?leading in Europe", "Future Position X"),
        ("according to Region Dalarna's page", "19 October 2022"),
    ),
    Question(
        11,
        "sv",
        ("Paper Province",),
        ("Världsledande, enligt Region Dalarnas sida", "tar inte ställning"),
    ),
    Question(
        12,
        "sv",
        (),
        ("Dala Sports Academy", "Future Position X"),
        ".card:has-text('avveckling beslutad') h3",
    ),
    Question(13, "en", ("Fiber Optic Valley",), ("2000", "1 January 2017", "RISE Acreo")),
    Question(14, "sv", ("Compare",), ("Stiftelsen Compare Karlstad",)),
    Question(15, "en", ("Compare",), ("January 2000", "2002", "digitalwell.eu")),
    Question(
        16,
        "sv",
        ("?Vilka har deltagit i VINNVÄXT",),
        ("Compare", "Fiber Optic Valley", "Future Position X", "Paper Province", "Triple Steelix"),
        "section.kind:has(h2:text-is('vinnväxt')) li:has-text('klusterinitiativ') a",
    ),
    Question(
        17,
        "en",
        ("?Who took part in the S3 pilot?",),
        ("Compare", "Fiber Optic Valley", "Triple Steelix", "Visit Dalarna"),
        _FIRST_KIND,
    ),
    Question(
        18, "sv", ("?Finns det kluster inom solenergi?",), ("Glava Energy Center",), _FIRST_KIND
    ),
    Question(
        19,
        "sv",
        ("?Jag har ett skogsföretag: vem kan hjälpa mig?",),
        ("Paper Province",),
        _FIRST_KIND,
    ),
    Question(
        20,
        "sv",
        ("?stål",),
        ("FindIT", "IUC Stål & Verkstad", "Triple Steelix"),
        _FIRST_KIND,
    ),
    Question(
        21,
        "sv",
        ("?definition av kluster", "Sidans definition av kluster"),
        ("Christensen och Kempinsky",),
    ),
    Question(
        22,
        "en",
        ("?Which clusters work with tourism?",),
        ("Visit Dalarna", "Visit Värmland"),
        _FIRST_KIND,
    ),
    Question(23, "sv", ("?energi i Värmland",), ("Glava Energy Center",), _FIRST_KIND),
    Question(24, "sv", ("?Elkraft i Ludvika",), ("High Voltage Valley",), _FIRST_KIND),
    Question(
        25,
        "en",
        ("Tables", "Cluster initiative", "Homepage"),
        ("Dala Sports Academy", "Fiber Optic Valley"),
        ".grid tbody th",
    ),
    Question(
        26,
        "sv",
        ("Katalog",),
        (
            "Klusterinitiativ i Norra Mellansverige",
            "CC0 1.0",
            "CC BY 4.0",
        ),
    ),
    Question(28, "en", ("All releases, and what changed between them",), ("2026-11-23",)),
    Question(30, "en", ("High Voltage Valley",), ("15 August 2016",)),
    Question(
        31,
        "en",
        ("?Which clusters in Dalarna have no homepage?",),
        ("Dala Sports Academy",),
        ".answer tbody th",
    ),
    Question(
        32, "sv", ("?Vilket kluster har flest medlemmar?",), ("400 företag och nätverk", "FindIT")
    ),
]


def _follow(page: Page, clicks: Iterable[str]) -> None:
    """Follow links by their words, or type into the search box of the home page."""
    for step in clicks:
        if step.startswith("?"):
            page.locator("#search-home").fill(step[1:])
            page.locator("#search-home").press("Enter")
            page.wait_for_url("**/search?**")
        else:
            before = page.url
            page.get_by_role("link", name=step, exact=True).first.click()
            page.wait_for_url(partial(operator.ne, before), wait_until="domcontentloaded")


@pytest.fixture(scope="module")
def visitors(browser: Browser, site: str) -> dict[str, Page]:
    """Return a window for each language."""
    return {
        language: browser.new_context(base_url=site, locale=language).new_page()
        for language in ("sv", "en")
    }


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.number))
def test_a_question_is_answered_in_few_clicks(
    visitors: dict[str, Page], question: Question
) -> None:
    """No query, synonym or text is there for a single one of them."""
    page = visitors[question.language]
    page.goto("", wait_until="domcontentloaded")
    _follow(page, question.clicks)

    assert len(question.clicks) <= _MOST_CLICKS
    if question.among:
        names = sorted(name.strip() for name in page.locator(question.among).all_inner_texts())
        assert names == sorted(question.right)
    else:
        said = " ".join(page.locator("main").inner_text().split())
        assert [words for words in question.right if words not in said] == []


def test_every_initiative_as_csv_is_two_clicks_away(visitors: dict[str, Page]) -> None:
    """Question 27."""
    page = visitors["en"]
    page.goto("", wait_until="domcontentloaded")
    _follow(page, ["Tables"])
    files = page.locator("main a[href*='/table/cluster-initiative.csv']")

    assert files.count() == 1


@pytest.mark.parametrize("address", ["", "doc/cluster/compare", "table/", "search?q=energi", "nix"])
def test_every_page_says_who_publishes_and_whom_to_tell_of_a_mistake(
    visitors: dict[str, Page], address: str
) -> None:
    """Question 29: the letter names the page."""
    page = visitors["sv"]
    page.goto(address, wait_until="domcontentloaded")
    foot = page.locator("footer")
    letter = foot.get_by_role("link", name="Skriv till oppnadata@example.org")

    assert "Utgivare: Region Dalarna" in foot.inner_text()
    assert "/" + address.partition("?")[0] in unquote(letter.get_attribute("href") or "")
