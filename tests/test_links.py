"""Every link in the documents of the repository leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.documents import DOCS, ROOT, documents, read

DOCUMENTS = documents()
# Longer documents begin with a list of their chapters.
_LONG_BYTES = 6_000


def name(path: Path) -> str:
    """Return what a test calls a document."""
    return str(path.relative_to(ROOT))


def target_of(link: str, document: Path) -> tuple[Path, str]:
    """Return the file and the fragment that a relative link of a document leads to."""
    parts = urlsplit(link)
    return (
        document.parent / unquote(parts.path)
    ).resolve() if parts.path else document, parts.fragment


def broken(document: Path) -> list[str]:
    """Return the relative links of a document that lead to no file of ours, or to no heading."""
    found = []
    for link in read(document).links:
        if urlsplit(link).scheme:
            continue
        path, fragment = target_of(link, document)
        is_ours = path.is_relative_to(ROOT) and path.exists()
        if not is_ours or (fragment and fragment not in read(path).anchors):
            found.append(link)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_relative_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    """A reader follows it."""
    assert broken(document) == []


def test_a_broken_link_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is missing, one outside of the repository, and a heading that is missing."""
    monkeypatch.setattr("tests.test_links.ROOT", tmp_path)
    document = tmp_path / "page.md"
    document.write_text(
        "# One `word`, two\n\n[a](page.md#one-word-two) [b](#one-word-two) [c](no.md) [d](#no)\n"
        "[e](https://data.example.org/) ![f](../picture.png) `[g](h.md)`\n\n"
        "```\n[i](j.md)\n```\n\n[k][]\n\n[k]: l.md\n",
        encoding="utf-8",
    )
    assert broken(document) == ["no.md", "#no", "../picture.png", "l.md"]


def test_every_document_can_be_reached_from_the_readme() -> None:
    """What no link leads to is not read."""
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        if document in reached or document.suffix != ".md":
            continue
        reached.add(document)
        links = (link for link in read(document).links if not urlsplit(link).scheme)
        waiting += [target_of(link, document)[0] for link in links]

    assert [name(path) for path in DOCUMENTS if path not in reached] == []


@pytest.mark.parametrize("document", sorted(DOCS.glob("*.md")), ids=name)
def test_a_long_document_begins_with_its_chapters(document: Path) -> None:
    """And the list is complete and in order."""
    text, headings = read(document).text, list(read(document).headings)
    listed = re.findall(r"^- \[(.+)\]\(#.+\)$", text.partition("\n## ")[0], re.MULTILINE)

    assert listed in ([], headings)
    assert listed or len(text.encode()) < _LONG_BYTES or len(headings) < 4


def test_pictures_are_small() -> None:
    """They are downloaded by everyone who opens the README."""
    pictures = list((DOCS / "pictures").iterdir())

    assert len(pictures) >= 3
    assert [picture.name for picture in pictures if picture.stat().st_size >= 150_000] == []
