from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import publisher.serve
from publisher.release.search import Hit, SearchResult
from publisher.render.search import hit_snippet, split_matches

EVERY_ENGINE = True

HTML = {"Accept": "text/html"}


def test_a_page_lists_what_is_found_with_its_kind(kommuner: FlaskClient) -> None:
    """A reader sees what it is before following the link."""
    page = kommuner.get("/search?q=gavle&lang=sv", headers=HTML).text

    assert '<a href="/id/municipality/gavle?lang=sv"><mark>Gävle</mark></a>' in page
    assert re.findall(r"<h2>([^<]*)", page) == ["Kommun", "Län"]
    assert "Träffar: 2" in page


def test_json_says_the_same(kommuner: FlaskClient) -> None:
    """For programs, and for suggestions; marks are begin and end of what was looked for."""
    answer = kommuner.get("/search.json?q=gavle&lang=sv")

    assert answer.mimetype == "application/json"
    assert answer.get_json()["total"] == 2
    assert answer.get_json()["hits"][0] == {
        "iri": "https://kommuner.example.org/id/municipality/gavle",
        "href": "http://localhost/id/municipality/gavle",
        "language": "sv",
        "label": "Gävle",
        "labelMarks": [[0, 5]],
        "snippet": "",
        "snippetMarks": [],
        "kind": "kommun",
        "kindLanguage": "sv",
    }


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [("text/html", "text/html"), ("application/json", "application/json"), ("*/*", "text/html")],
)
def test_the_form_is_negotiated(kommuner: FlaskClient, accept: str, media_type: str) -> None:
    """RFC 9110, section 12.5.1; the other form is linked to."""
    answer = kommuner.get("/search?q=falun", headers={"Accept": accept})

    assert answer.mimetype == media_type
    assert "Accept" in answer.headers["Vary"]
    assert 'rel="alternate"' in answer.headers["Link"]


def test_without_words_there_is_the_form_alone(kommuner: FlaskClient) -> None:
    """Somebody comes by a link."""
    page = kommuner.get("/search?lang=en", headers=HTML)

    assert page.status_code == 200
    assert "Hits" not in page.text
    assert 'role="search"' in page.text


def test_nothing_found_is_said(kommuner: FlaskClient) -> None:
    """With what to do."""
    page = kommuner.get("/search?q=zzzz&lang=sv", headers=HTML).text

    assert "Inget hittades för ”zzzz”" in page


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><b>', "\x00", "' OR 1=1", "*", '"', "%00", "é" * 200]
)
def test_what_is_searched_for_is_shown_as_text(kommuner: FlaskClient, text: str) -> None:
    """Neither markup nor query."""
    page = kommuner.get("/search", query_string={"q": text}, headers=HTML)
    answer = kommuner.get("/search.json", query_string={"q": text})

    assert (page.status_code, answer.status_code) == (200, 200)
    assert "<script>alert" not in page.text
    assert '"><b>' not in page.text
    assert answer.get_json()["query"] == text


def test_a_snippet_is_escaped(kommuner: FlaskClient) -> None:
    """The description of Falun holds angle brackets."""
    page = kommuner.get("/search?q=koppar&lang=sv", headers=HTML).text

    assert "<mark>Koppar</mark> &amp; &lt;gruva&gt;." in page


@pytest.mark.parametrize("length", [201, 10_000])
def test_a_search_that_is_too_long_is_told_the_bound(kommuner: FlaskClient, length: int) -> None:
    """400, as for a query that is refused."""
    answer = kommuner.get("/search.json", query_string={"q": "x" * length, "lang": "en"})

    assert answer.status_code == 400
    assert "at most 200 characters" in answer.get_json()["detail"]


@pytest.mark.parametrize("page", ["0", "2", "x", "-1", "9" * 99])
def test_a_page_of_hits_that_is_not_there_is_not_found(kommuner: FlaskClient, page: str) -> None:
    """Few hits fill one page."""
    assert kommuner.get(f"/search?q=falun&page={page}").status_code == 404


def test_every_page_has_the_search_box(kommuner: FlaskClient) -> None:
    """In the head, with a label, working without scripts; the reader's language is kept."""
    for place in ("/", "/table/", "/search", "/doc/municipality/falun"):
        page = kommuner.get(f"{place}?lang=en", headers=HTML).text
        boxes = re.findall(r'<form class="finder" role="search" action="([^"]*)"', page)

        assert boxes == ["/search"], place
        assert re.search(r'<label class="unseen" for="search-\w+">Search</label>', page)
        assert '<input type="hidden" name="lang" value="en">' in page


def test_the_script_is_served_from_here_and_small(kommuner: FlaskClient) -> None:
    """No inline script: the content security policy forbids it."""
    page = kommuner.get("/", headers=HTML)
    script = kommuner.get("/static/search.js", buffered=True)

    assert '<script src="/static/search.js" defer></script>' in page.text
    assert script.mimetype == "text/javascript"
    assert len(script.data) < 6_000
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_script_follows_the_combobox_pattern() -> None:
    """WAI-ARIA Authoring Practices: what a screen reader needs is set."""
    folder = Path(publisher.serve.__file__).parent
    script = (folder / "static" / "search.js").read_text(encoding="utf-8")

    for word in (
        "combobox",
        "listbox",
        "option",
        "aria-expanded",
        "aria-controls",
        "aria-autocomplete",
        "aria-activedescendant",
        "aria-selected",
        "ArrowDown",
        "ArrowUp",
        "Escape",
    ):
        assert word in script
    assert "innerHTML" not in script


def test_a_long_text_is_shown_where_the_word_is() -> None:
    """Not its beginning, when the word stands at the end."""
    text = "Ord " * 200 + "koppar och mer " + "ord " * 50
    found = SearchResult((), frozenset({"koppar"}))
    shown = hit_snippet(Hit("https://e.org/a", "sv", "Falun", "", text, ()), found)

    assert ("koppar", True) in shown
    assert shown[0][0].startswith("… ")
    assert shown[-1][0].endswith(" …")
    assert sum(len(part) for part, _ in shown) < 300


def test_pieces_are_the_text() -> None:
    """Nothing is lost between the marks; å counts as a where it was looked for so."""
    found = SearchResult((), frozenset({"are"}), "skid")

    assert split_matches("Åre, skidort i Jämtland", found) == [
        ("Åre", True),
        (", ", False),
        ("skidort", True),
        (" i Jämtland", False),
    ]


def test_the_page_says_which_words_its_hits_lack(kommuner: FlaskClient) -> None:
    """A question is answered by what it names."""
    page = kommuner.get("/search?q=Hur+höga+är+skatterna+i+Falun&lang=sv").text
    assert "Här är träffarna utan ”höga”, ”skatterna”." in page
    found = kommuner.get("/search.json?q=Hur+höga+är+skatterna+i+Falun&lang=sv").get_json()
    assert found["leftOut"] == ["höga", "skatterna"]
    assert found["hits"][0]["label"] == "Falun"
