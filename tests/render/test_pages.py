"""Pages of the tiny world, which has its own ontology and no word in the program."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from flask.testing import FlaskClient

from publisher.config import Config
from publisher.release.model import Release
from publisher.render import home, pages
from publisher.serve.app import create_flask
from publisher.serve.site import open_site

PAGES = [
    "/",
    "/doc/lake/siljan",
    "/doc/river/klaralven",
    "/def/water",
    "/shapes",
    "/catalog.html",
    "/sparql",
    "/nowhere",
]


class Outline(HTMLParser):
    """What a test asks of a page: headings, links, ids, languages, landmarks."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.headings: list[int] = []
        self.links: list[dict[str, str]] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes |= attributes.keys()
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag == "a":
            self.links.append(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])


def _page(client: FlaskClient, path: str, language: str = "sv") -> str:
    answer = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_page_is_in_the_language_of_its_reader(
    client: FlaskClient, path: str, language: str
) -> None:
    """A screen reader chooses its voice by it (WCAG 2.2, 3.1.1)."""
    assert f'<html lang="{language}">' in _page(client, path, language)


@pytest.mark.parametrize("path", PAGES)
def test_headings_begin_at_one_and_skip_no_level(client: FlaskClient, path: str) -> None:
    """They are the table of contents of those who do not see the page (WCAG 2.2, 1.3.1)."""
    headings = Outline(_page(client, path)).headings
    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_landmarks_and_a_way_to_its_content(client: FlaskClient, path: str) -> None:
    """Keyboard users must not walk through the head of every page (WCAG 2.2, 2.4.1)."""
    outline = Outline(_page(client, path))
    assert {"main", "header", "footer", "nav"} <= set(outline.tags)
    assert outline.links[0]["href"] == "#content"
    assert "content" in outline.ids


@pytest.mark.parametrize("path", PAGES)
def test_an_id_stands_once_on_a_page(client: FlaskClient, path: str) -> None:
    """A link to it must have one goal."""
    ids = Outline(_page(client, path)).ids
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_style_and_no_handler_of_its_own(client: FlaskClient, path: str) -> None:
    """The content security policy would refuse them."""
    outline = Outline(_page(client, path))
    assert "style" not in outline.tags
    assert not {a for a in outline.attributes if a == "style" or a.startswith("on")}


def test_text_from_the_data_is_never_markup(client: FlaskClient) -> None:
    """An editor's script must not run in a visitor's browser."""
    page = _page(client, "/doc/river/klaralven")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", ["/doc/river/klaralven", "/"])
def test_only_safe_addresses_become_links(client: FlaskClient, path: str) -> None:
    """``javascript:`` is shown, and leads nowhere."""
    links = Outline(_page(client, path)).links
    assert [link["href"] for link in links if link["href"].startswith("javascript")] == []


@pytest.mark.parametrize("path", PAGES)
def test_links_to_other_sites_do_not_hand_over_the_window(client: FlaskClient, path: str) -> None:
    """``rel="noopener"``."""
    links = Outline(_page(client, path)).links
    assert [a for a in links if "://" in a["href"] and "noopener" not in a.get("rel", "")] == []


def test_a_value_leads_to_the_thing_it_names(client: FlaskClient) -> None:
    """With its name, not its address."""
    page = _page(client, "/doc/river/klaralven")
    assert '<a href="/id/lake/v%C3%A4nern">Vänern</a>' in page


def test_the_switch_keeps_the_page(client: FlaskClient) -> None:
    """A reader who changes the language stays where he is."""
    assert 'href="/doc/lake/siljan?lang=en"' in _page(client, "/doc/lake/siljan")


def test_a_chosen_language_is_kept_in_links(client: FlaskClient) -> None:
    """Whatever the browser asks for."""
    page = _page(client, "/doc/river/klaralven?lang=en", "sv")
    assert 'href="/id/lake/v%C3%A4nern?lang=en"' in page
    assert '<html lang="en">' in page


def test_a_language_that_was_not_chosen_is_not_put_into_links(client: FlaskClient) -> None:
    """Addresses that people copy stay short."""
    page = _page(client, "/doc/river/klaralven", "en")
    assert 'href="/id/lake/v%C3%A4nern"' in page


@pytest.mark.slow
def test_the_switch_keeps_the_page_of_the_links(small_pages: FlaskClient) -> None:
    """The second page of the links stays the second page."""
    page = _page(small_pages, "/doc/lake/v%C3%A4nern?incoming=1")
    assert 'href="/doc/lake/v%C3%A4nern?lang=en"' in page


def test_a_page_offers_its_data(client: FlaskClient) -> None:
    """Every page has its twins for machines."""
    page = _page(client, "/doc/lake/siljan")
    for extension in ("ttl", "jsonld", "rdf", "nt"):
        assert f'<li><a href="/doc/lake/siljan.{extension}"' in page


def test_a_page_tells_the_lasting_address(client: FlaskClient) -> None:
    """What others should link to and cite."""
    page = _page(client, "/doc/lake/siljan")
    assert "https:/<wbr>/<wbr>data.example.org/<wbr>id/<wbr>lake/<wbr>siljan" in page


def test_the_ontology_has_contents_that_lead_to_its_terms(client: FlaskClient) -> None:
    """Each term has its place and its address in one."""
    outline = Outline(_page(client, "/def/water"))
    assert {"Lake", "River", "flowsInto"} <= set(outline.ids)
    assert {"#Lake", "#River", "#flowsInto"} <= {link["href"] for link in outline.links}


def test_the_home_page_shows_the_things_of_the_main_class(client: FlaskClient) -> None:
    """The lakes are what the shapes describe."""
    page = _page(client, "/")
    assert '<h3><a href="/id/lake/siljan">Siljan</a></h3>' in page
    assert "<p>En sjö i Dalarna.</p>" in page


def test_the_home_page_counts_the_other_things(client: FlaskClient) -> None:
    """The rivers are there too."""
    assert 'Flod <span class="count">(1)</span>' in _page(client, "/")


def test_the_home_page_shows_how_to_look_a_thing_up(client: FlaskClient) -> None:
    """With an address of this very site."""
    assert "http://localhost/id/lake/siljan" in _page(client, "/")


def test_the_home_page_offers_whole_datasets(client: FlaskClient) -> None:
    """In the catalogue, or as files."""
    assert 'href="/catalog"' in _page(client, "/")


def test_the_form_begins_with_a_query_that_works(client: FlaskClient) -> None:
    """A reader changes a query more easily than he writes one."""
    assert "?thing a water:Lake ;" in _page(client, "/sparql")


def test_a_page_that_is_missing_leads_home(client: FlaskClient) -> None:
    """And says what to do."""
    page = _page(client, "/nowhere")
    assert "Sidan finns inte" in page
    assert 'href="/"' in page


def test_the_query_behind_a_page_gives_what_the_document_holds(client: FlaskClient) -> None:
    """The same triples, but for what the document says of itself."""
    (asked,) = re.findall(
        r'<p><a href="(/sparql\?query=DESCRIBE[^"]*)"', _page(client, "/doc/lake/siljan")
    )
    answer = client.get(unescape(asked), headers={"Accept": "application/n-triples"})
    document = client.get("/doc/lake/siljan.nt").get_data(as_text=True).splitlines()

    about = "<https://data.example.org/doc/lake/siljan>"
    assert answer.status_code == 200
    assert sorted(answer.text.splitlines()) == sorted(
        line for line in document if not line.startswith(about)
    )


def test_the_query_behind_the_list_of_the_home_page_names_its_things(client: FlaskClient) -> None:
    """What a reader sees there is what the query gives."""
    (asked,) = re.findall(r'<p><a href="(/sparql\?query=PREFIX[^"]*)"', _page(client, "/"))
    answer = client.get(unescape(asked), headers={"Accept": "text/csv"})

    assert [line.partition(",")[2] for line in answer.text.splitlines()] == [
        "name",
        "Siljan",
        "Vänern",
    ]


def test_the_home_page_tells_the_latest_changes(client: FlaskClient) -> None:
    """With a way to all of them."""
    text = _page(client, "/", "en")

    assert '<h2 id="latest">Latest changes</h2>' in text
    assert re.search(r'<dt>2 January 2026</dt>\s*<dd><span class="activity">Added:</span>', text)
    assert 'href="/feed.atom"' in text


@pytest.mark.slow
def test_a_class_that_is_too_large_to_list_leads_to_its_table(
    monkeypatch: pytest.MonkeyPatch, config: Config, release: Release
) -> None:
    """Its first things are shown, and the table has them all, to filter and count."""
    monkeypatch.setattr(home, "MOST_LISTED", 0)
    monkeypatch.setattr(pages, "_FIRST_CARDS", 1)
    site = open_site(config, release)
    text = _page(create_flask(site).test_client(), "/")
    site.engine.close()

    assert re.findall(r'<a class="button" href="(/table/[^"]*)"', text) == ["/table/lake"]
