"""A further language is a row of the table and a catalogue; data may be in any language."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from publisher.languages import (
    LANGUAGES,
    SOURCE_LANGUAGE,
    authority_code,
    tag_of_authority,
    written_languages,
)

PACKAGE = Path(__file__).parents[1] / "publisher"
SLOW_FIXTURES = {"pages"}
ROWS = """
    Language(
        tag="et",
        name="Eesti",
        locale="et_EE",
        order={"ä": "a", "õ": "o", "ü": "u"},
        letters={"ä": "a", "õ": "o", "ü": "u"},
    ),
    Language(tag="ar", name="العربية", locale="ar_EG"),
"""
WATERS = """
water:Lake <http://www.w3.org/2000/01/rdf-schema#label> "See"@et , "بحيرة"@ar .
<https://data.example.org/id/lake/1> a water:Lake ;
    skos:prefLabel "Zeller See"@et , "a"@sv .
<https://data.example.org/id/lake/2> a water:Lake ;
    dcterms:modified "2031-05-09"^^xsd:date ;
    skos:prefLabel "Überlinger See"@et , "b"@sv , "بحيرة"@ar .
<https://data.example.org/id/lake/3> a water:Lake ;
    skos:prefLabel "Ägerisee"@et , "c"@sv .
"""
PROGRAM = """
import json, sys
from pathlib import Path
from publisher.config import Config
from publisher.load.sources import read_sources
from publisher.quality.approval import approve
from publisher.release.build import build
from publisher.serve.app import create_flask
from publisher.serve.site import open_site
import publisher

base = "https://data.example.org/"
release = build(approve(read_sources(Path("world"), base)), Path("releases"))
config = Config(base_iri=base, site_url="http://localhost/", releases="releases", query_workers=1,
                language="et")
site = open_site(config.with_site(), release)
client = create_flask(site).test_client()
html = {"Accept": "text/html"}
pages = {}
for path, fields in json.loads(sys.argv[1]):
    answer = client.get(path, headers=html | fields)
    pages[path] = [answer.status_code, answer.headers.get("Content-Language"), answer.text]
site.engine.close()
print(json.dumps([publisher.__file__, pages]))
"""


def pseudo(message: str) -> str:
    """Return a translation that nobody takes for English; names in braces stay."""
    return f"«{message}»"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str]]:
    """Return pages of a program with two more languages: path → status, language, text."""
    folder = tmp_path_factory.mktemp("languages")
    ignored = shutil.ignore_patterns("__pycache__", "docs", "verify", "push")
    package = Path(shutil.copytree(PACKAGE, folder / "publisher", ignore=ignored))
    table = package / "languages.py"
    text = table.read_text(encoding="utf-8")
    assert text.count("\n)\nBY_TAG") == 1
    table.write_text(text.replace("\n)\nBY_TAG", f"{ROWS})\nBY_TAG"), encoding="utf-8")
    with (PACKAGE / "locale" / "sv.po").open("rb") as stream:
        swedish = read_po(stream, locale="sv")
    for tag in ("et", "ar"):
        catalogue = Catalog(locale=tag)
        for message in swedish:
            if message.id:
                catalogue.add(message.id, pseudo(str(message.id)))
        with (package / "locale" / f"{tag}.po").open("wb") as stream:
            write_po(stream, catalogue)
    labels = '<http://www.w3.org/2004/02/skos/core#prefLabel> rdfs:label "Bezeichnung"@et .'
    (package / "locale" / "et.ttl").write_text(
        f"PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n{labels}\n", encoding="utf-8"
    )
    world = Path(shutil.copytree(Path(__file__).parent / "data", folder / "world"))
    with (world / "data" / "lakes" / "lakes.ttl").open("a", encoding="utf-8") as lakes:
        lakes.write(WATERS)
    asked: list[tuple[str, dict[str, str]]] = [
        ("/", {}),
        ("/?lang=ar", {}),
        ("/doc/lake/2", {"Accept-Language": "et-EE, en;q=0.5"}),
        ("/doc/lake/2?lang=ar", {}),
        ("/doc/lake/2?lang=sv", {}),
        ("/table/lake?lang=et&sort=label", {}),
        ("/search?q=uberlinger&lang=et", {}),
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(asked)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    where, found = json.loads(done.stdout.splitlines()[-1])
    assert Path(where).parent == package
    return {path: tuple(page) for path, page in found.items()}


def test_pages_are_in_the_further_language(pages: dict[str, Any]) -> None:
    """Sentences of the catalogue, dates of the locale, labels beside the catalogue."""
    status, language, text = pages["/doc/lake/2"]
    assert (status, language) == (200, "et")
    assert '<html lang="et">' in text
    assert "<h1>Überlinger See</h1>" in text
    assert "9. mai 2031" in text
    assert pseudo("Search") in text


def test_the_setting_may_name_the_further_language(pages: dict[str, Any]) -> None:
    """It is what a reader gets who asks for none."""
    status, language, text = pages["/"]
    assert (status, language) == (200, "et")
    assert '<a class="switch" href="/?lang=sv"' in text


def test_each_page_leads_to_the_same_in_the_other_languages(pages: dict[str, Any]) -> None:
    """By the names that their speakers use."""
    _, _, text = pages["/doc/lake/2?lang=sv"]
    for tag, name in (("et", "Eesti"), ("ar", "العربية"), ("en", "English"), ("de", "Deutsch")):
        assert f'hreflang="{tag}"' in text
        assert f">{name}</a>" in text


def test_a_script_from_right_to_left_is_marked(pages: dict[str, Any]) -> None:
    """HTML does not derive the direction from the language (HTML, section 3.2.6.4)."""
    assert '<html lang="ar" dir="rtl">' in pages["/?lang=ar"][2]
    assert "<h1>بحيرة</h1>" in pages["/doc/lake/2?lang=ar"][2]
    assert 'dir="rtl"' not in pages["/doc/lake/2"][2].partition("<body")[0]


def test_a_table_is_sorted_as_the_language_is(pages: dict[str, Any]) -> None:
    """A row says what is sorted as what: here Ä as A, which follows Z for Swedes."""
    status, _, text = pages["/table/lake?lang=et&sort=label"]
    assert status == 200
    names = ("Ägerisee", "Überlinger See", "Zeller See")
    assert [text.index(name) for name in names] == sorted(text.index(name) for name in names)


def test_a_search_for_plain_letters_finds_the_language_s_own(pages: dict[str, Any]) -> None:
    """Not everybody has an Ü on the keyboard."""
    status, _, text = pages["/search?q=uberlinger&lang=et"]
    assert status == 200
    assert "/doc/lake/2" in text or "/id/lake/2" in text


def test_the_program_adds_its_texts_to_data_that_have_the_language() -> None:
    """A Swedish catalogue does not grow with each language of the pages."""
    assert written_languages(["sv", "fi"]) == ("sv", "en")
    assert written_languages(["de-CH"]) == ("sv", "en", "de")


def test_each_language_but_the_source_has_a_catalogue() -> None:
    """English is in the program itself."""
    there = {path.stem for path in (PACKAGE / "locale").glob("*.po")}
    assert there == set(LANGUAGES) - {SOURCE_LANGUAGE}


@pytest.mark.parametrize("tag", ["bg", "cs", "de", "et", "fr", "ga", "lv", "nb", "ro", "se", "sma"])
def test_the_codes_of_the_eu_lead_back_to_the_tags(tag: str) -> None:
    """A catalogue names languages by the authority table, a page by tags."""
    assert tag_of_authority(authority_code(tag)) == tag
