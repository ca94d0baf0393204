"""The languages that a site offers its pages in are the operator's choice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.config import Config, read_config
from publisher.errors import SettingError
from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.export import caddy, nginx
from publisher.serve.export.pages import export_requests, page_trees
from publisher.serve.export.rules import site_variants
from publisher.serve.site import Site, open_site
from tests.engines import Embedded

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def bilingual(config: Config, release: Release) -> Iterator[Site]:
    """Return a site that has no pages in Swedish."""
    chosen = replace(config, language="de", page_languages=" en, de")
    site = open_site(Embedded().hold(release, chosen), release)
    yield site
    site.engine.close()


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/", "sv", "de"),
        ("/", "sv, en;q=0.5", "en"),
        ("/?lang=sv", "en", "en"),
        ("/?lang=de", "en", "de"),
        ("/nothing", "sv", "de"),
    ],
)
def test_a_page_is_in_a_language_that_is_offered(
    bilingual: Site, path: str, accepted: str, language: str
) -> None:
    answer = (
        create_flask(bilingual)
        .test_client()
        .get(path, headers=HTML | {"Accept-Language": accepted})
    )
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in answer.text


@pytest.mark.parametrize("path", ["/", "/table/", "/docs", "/sparql"])
def test_no_page_links_to_one_that_is_not_offered(bilingual: Site, path: str) -> None:
    page = create_flask(bilingual).test_client().get(path, headers=HTML).text
    linked = set(re.findall(r"[?;&]lang=(\w+)", page))
    assert linked == {"de", "en"}
    assert "?clang=sv" in page, "texts of the data are in Swedish all the same"


def test_the_description_of_addresses_has_the_languages_that_are_offered(bilingual: Site) -> None:
    described = create_flask(bilingual).test_client().get("/openapi.json").json
    listed = [
        row["schema"]["enum"]
        for operations in described["paths"].values()
        for row in operations.get("get", {}).get("parameters", ())
        if row["name"] in ("lang", "language") and "enum" in row["schema"]
    ]
    assert listed
    assert all(each == ["en", "de"] for each in listed)


def test_a_static_site_has_the_pages_that_are_offered(bilingual: Site, tmp_path: Path) -> None:
    fields = [fields for _, fields in page_trees(bilingual).values()]
    assert sorted(f["Accept-Language"] for f in fields if f) == ["de", "en"]
    requested = list(export_requests(bilingual, []))
    assert not [each for each in requested if "/sv/" in f"/{each.file}"]
    for server in (nginx, caddy):
        rules = server.configuration(bilingual, site_variants(bilingual), tmp_path)
        assert "chosen/en" in rules
        assert "chosen/sv" not in rules


@pytest.mark.parametrize(
    ("languages", "named"), [("sv,xx", "page_languages"), ("sv, en", "language")]
)
def test_a_language_must_be_known_and_the_own_one_offered(
    tmp_path: Path, languages: str, named: str
) -> None:
    with pytest.raises(SettingError) as caught:
        read_config(tmp_path, {"page_languages": languages, "language": "de"}, {})
    assert f"'{named}'" in str(caught.value)
