"""``publisher verify`` as it is typed: exit codes, words for what is wrong, JSON for programs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli import main
from publisher.languages import LANGUAGES
from publisher.verify.profiles import BUILT_IN
from tests.documents import DOCS, read

FEED = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
<urn:isbn:1> a dcat:Dataset ; dcterms:title "Ein Buch"@de ; dcterms:description "Gedruckt."@de .
<urn:isbn:2> a dcat:Dataset ; dcterms:title "Noch eins"@de .
"""


def typed(*arguments: str) -> Result:
    """Return what the command says."""
    return CliRunner().invoke(main, ["verify", *arguments])


@pytest.fixture
def feed(tmp_path: Path) -> str:
    """Return a feed of two books, one without a description."""
    path = tmp_path / "books.ttl"
    path.write_text(FEED, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("address", ["htp://x", "127.0.0.1:21499", "nosuch.ttl", "http://"])
def test_a_wrong_address_is_wrong_usage(address: str) -> None:
    """One sentence and the cure, in Swedish too; nothing is asked."""
    result = typed(address, "--lang", "sv")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.slow
def test_json_is_one_object_with_all_findings(feed: str) -> None:
    """It was once a text with JSON in it."""
    result = typed(feed, "--format", "json", "--lang", "en")
    document = json.loads(result.stdout)

    assert result.exit_code == 1
    assert [f["title"] for f in document["findings"] if f["severity"] == "violation"] == [
        "Noch eins"
    ]


@pytest.mark.slow
def test_the_exit_code_is_that_of_the_profile(feed: str) -> None:
    """No book is marked as high-value, so the law has nothing to say of it."""
    assert typed(feed, "--profile", "dcat-ap-hvd").exit_code == 0
    assert typed(feed, "--profile", "dcat-ap-se").exit_code == 1


def test_a_portal_that_nobody_knows_is_wrong_usage(feed: str) -> None:
    """The names are said."""
    result = typed(feed, "--as", "ckan,socrata", "--lang", "en")

    assert result.exit_code == 2
    assert "socrata" in result.stderr
    assert "udata" in result.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_names_every_profile(language: str) -> None:
    """The option is free text, for it takes files too: what is not named there nobody finds."""
    text = typed("--help", "--lang", language).stdout

    named = set(re.findall(r"(?:geo)?dcat-ap[a-z-]*", re.sub(r"-\n\s+", "-", text)))
    assert named == set(BUILT_IN)


def test_the_documentation_lists_every_profile() -> None:
    """Each has a row in the table of ``verify.md``."""
    text = read(DOCS / "verify.md").text

    assert set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)) >= set(BUILT_IN)
