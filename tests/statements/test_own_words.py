"""What the data says is said in this project's own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, parse

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY.parent / "shared" / "facts" / "klusterinitiativ-source-page.txt"
# The title of a book is its name: nobody may put it into other words.
NAMES = {
    "http://purl.org/dc/terms/title",
    "http://purl.org/dc/terms/bibliographicCitation",
}
# So many words in a row are a sentence taken over, not a name or a common turn of phrase.
RUN = 7


def words(text: str) -> list[str]:
    """Return the words of a text, in small letters."""
    return re.findall(r"\w+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    """Return every run of words of a text."""
    found = words(text)
    return {tuple(found[start : start + RUN]) for start in range(len(found) - RUN + 1)}


def texts() -> list[tuple[str, str]]:
    """Return file name and text of every literal of the data and the ontology."""
    files = [*(REPOSITORY / "data").rglob("*.ttl"), *(REPOSITORY / "ontology").rglob("*.ttl")]
    return [
        (file.name, quad.object.value)
        for file in files
        for quad in parse(path=file)
        if isinstance(quad.object, Literal) and quad.predicate.value not in NAMES
    ]


def copied(page: str) -> list[str]:
    """Return the texts that share a run of words with a page."""
    taken = runs(page)
    return [f"{name}: {text}" for name, text in texts() if runs(text) & taken]


def test_no_sentence_of_the_source_page_is_copied() -> None:
    """Facts carry over, with their source; sentences do not."""
    if not PAGE.is_file():
        pytest.skip(f"the source page is not at {PAGE}")

    assert copied(PAGE.read_text(encoding="utf-8")) == []


@pytest.mark.slow
def test_a_copied_sentence_would_be_found() -> None:
    """The search is able to fail: a text of the data, taken as the page, is found in the data."""
    name, text = max(texts(), key=lambda found: len(words(found[1])))

    assert any(found.startswith(name) for found in copied(f"Och så: {text}"))
