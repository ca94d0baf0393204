"""Where is one thing for table, page, card and search; shown on a world of libraries."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from publisher.config import Config
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.serve.app import create_flask
from publisher.serve.site import open_site
from tests.engines import Embedded
from tests.libraries import BASE, write_libraries

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Return a client of a site about libraries."""
    folder = write_libraries(tmp_path_factory.mktemp("libraries"))
    release = build(approve(read_sources(folder, BASE)), tmp_path_factory.mktemp("releases"))
    config = Config(
        base_iri=BASE,
        site_url="http://localhost/",
        releases=str(release.folder.parent),
        query_workers=1,
    ).with_site()
    site = open_site(Embedded().hold(release, config), release)
    yield create_flask(site).test_client()
    site.engine.close()


def _search(client: FlaskClient, text: str, language: str = "sv") -> dict[str, list[str]]:
    """Return kind → labels of what is found, in order."""
    answer = client.get(f"/search.json?q={quote(text)}&lang={language}").get_json()
    found: dict[str, list[str]] = {}
    for hit in answer["hits"]:
        found.setdefault(hit["kind"], []).append(hit["label"])
    return found


PLACES = {
    "nyland": ["Bokbussen Måsen", "Sandbiblioteket", "Tallboken"],
    "österbotten": ["Anorna", "Noten"],
    "åland": ["Anorna", "Fyren"],
    "mariehamn": ["Anorna", "Fyren"],
    "hangö": ["Sandbiblioteket"],
}


@pytest.mark.parametrize("place", PLACES)
def test_table_and_page_agree_on_who_is_at_a_place(libraries: FlaskClient, place: str) -> None:
    """A seat in it, a house in a town of it, and a bus that drives to it all count."""
    chosen = quote(f"{BASE}id/{place}", safe="")
    rows = list(
        csv.DictReader(io.StringIO(libraries.get(f"/table/library.csv?where={chosen}").text))
    )
    page = libraries.get(
        f"/id/{quote(place)}?lang=sv", headers={"Accept": "text/html"}, follow_redirects=True
    )
    section = page.text.partition('class="present"')[2].partition("</ul>")[0]

    assert sorted(row["label_sv"] for row in rows) == PLACES[place]
    assert re.findall(r'<li><a href="[^"]*"[^>]*>([^<]*)</a> <span', section) == PLACES[place]


def test_the_facet_counts_what_the_page_lists(libraries: FlaskClient) -> None:
    """The whole country is a choice, a site is none."""
    page = libraries.get("/table/library?lang=sv", headers={"Accept": "text/html"}).text
    facet = page.partition("<h2>Var</h2>")[2].partition("</details>")[0]
    counted = dict(re.findall(r'<span>([^<]*)</span></a> <span class="count">(\d+)', facet))

    assert counted["Finland"] == "6"
    assert counted["Nyland"] == "3"
    assert counted["Österbotten"] == counted["Åland"] == "2"
    assert not any(name.startswith("Huset") for name in counted)


def test_a_card_says_where_in_the_places_that_tell_apart(libraries: FlaskClient) -> None:
    """The country holds all of them, and so says nothing."""
    home = libraries.get("/?lang=sv", headers={"Accept": "text/html"}).text
    cards = dict(
        re.findall(r'<h3><a [^>]*>([^<]*)</a></h3>.*?<p class="places">(.*?)</p>', home, re.DOTALL)
    )
    said = {name: re.sub(r"<[^>]*>", "", places) for name, places in cards.items()}

    assert said["Sandbiblioteket"] == "Hangö, Nyland"
    assert said["Bokbussen Måsen"] == "Nyland"
    assert said["Anorna"] == "Mariehamn, Åland, Österbotten"


# What somebody writes, in which language, and the libraries that are right, by hand.
QUESTIONS = [
    ("Vilka bibliotek finns i Nyland?", "sv", ["Bokbussen Måsen", "Sandbiblioteket", "Tallboken"]),
    ("bibliotek Österbotten", "sv", ["Anorna", "Noten"]),
    ("Which libraries are in Uusimaa?", "en", ["Bokbussen Måsen", "Sandbiblioteket", "Tallboken"]),
    ("Vad finns i Mariehamn?", "sv", ["Anorna", "Fyren"]),
    ("hav i Nyland", "sv", ["Sandbiblioteket"]),
    ("forskning på Åland", "sv", ["Anorna", "Fyren"]),
    ("musikbibliotek", "sv", ["Noten"]),
    ("musikbiblioteken i Vasa", "sv", ["Noten"]),
    ("Where can I find children's books in Espoo?", "en", ["Tallboken"]),
    ("Har ni något om familjen?", "sv", ["Anorna"]),
    ("havsforskning", "sv", ["Fyren", "Sandbiblioteket"]),
    ("genealogy", "en", ["Anorna"]),
    ("barnböcker i Hangö", "sv", []),
    ("Lånar någon ut instrument?", "sv", ["Noten"]),
    ("vad vet ni om kyrkböckerna", "sv", ["Anorna"]),
]


@pytest.mark.parametrize(("text", "language", "right"), QUESTIONS)
def test_questions_in_words_find_the_right_libraries(
    libraries: FlaskClient, text: str, language: str, right: list[str]
) -> None:
    """Small words do not count, places do, and compounds are found by their parts."""
    found = _search(libraries, text, language)
    kind = "library" if language == "en" else "bibliotek"

    assert sorted(found.get(kind, [])) == right
    assert next(iter(found), kind) == kind


def test_where_nothing_has_both_words_the_page_shows_what_has_each(libraries: FlaskClient) -> None:
    page = libraries.get(
        "/search?q=barnb%C3%B6cker+Hang%C3%B6&lang=sv", headers={"Accept": "text/html"}
    ).text

    assert "Inget har alla orden i ”barnböcker Hangö”." in page
    assert ">Tallboken</a>" in page
    assert ">Sandbiblioteket</a>" in page


def test_near_words_are_offered_for_a_word_that_nothing_has(libraries: FlaskClient) -> None:
    page = libraries.get("/search?q=kyrkobokcer&lang=sv", headers={"Accept": "text/html"}).text

    assert "Menade du:" in page
    assert ">kyrkböcker</a>" in page


def test_concepts_of_one_name_in_two_lists_are_one_line(libraries: FlaskClient) -> None:
    answer = json.loads(libraries.get("/search.json?q=musik&lang=sv").text)
    concepts = [hit for hit in answer["hits"] if hit["kind"].casefold() == "begrepp"]

    assert [hit["label"] for hit in concepts] == ["musik"]
    assert [found["label"] for found in concepts[0]["lists"]] == ["Ämnen", "Yrken"]


def test_hits_of_one_kind_can_be_shown_alone(libraries: FlaskClient) -> None:
    kind = quote(f"{BASE}def/b#Place", safe="")
    answer = json.loads(libraries.get(f"/search.json?q=Mariehamn&lang=sv&kind={kind}").text)

    assert [hit["label"] for hit in answer["hits"]] == ["Mariehamn"]
    assert libraries.get(f"/search?q=Mariehamn&kind={kind}&page=2").status_code == 404
