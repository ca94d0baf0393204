"""The documents of the repository, which there are and what they contain; its metadata."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "publisher" / "docs"
# Where a checkout keeps what is not its own, beside hidden folders.
_NOT_OURS = {"build", "dist", "node_modules", "review"}


@dataclass(frozen=True)
class Document:
    """A document in Markdown.

    Attributes:
        text: As it is written.
        links: Targets of its links and images.
        anchors: What a fragment can name: its headings, as GitHub names them.
        headings: Texts of the headings of the second level.
    """

    text: str
    links: tuple[str, ...]
    anchors: frozenset[str]
    headings: tuple[str, ...]


def project() -> dict[str, Any]:
    """Return the metadata of the distribution, as they are declared."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)["project"]
    return found


def documents() -> list[Path]:
    """Return every Markdown file of the repository, sorted."""
    return sorted(
        path
        for top in ROOT.iterdir()
        if top.name == ".github" or not (top.name.startswith(".") or top.name in _NOT_OURS)
        for path in (top.rglob("*.md") if top.is_dir() else [top])
        if path.suffix == ".md" and not _NOT_OURS & set(path.relative_to(ROOT).parts)
    )


@cache
def read(path: Path) -> Document:
    """Return a document."""
    text = path.read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    links: list[str] = []
    seen: Counter[str] = Counter()
    anchors, headings = set(), []
    for number, token in enumerate(tokens):
        for child in token.children or ():
            target = child.attrGet("href") or child.attrGet("src")
            if target is not None:
                links.append(str(target))
        if token.type == "heading_open":
            heading = _plain(tokens[number + 1])
            name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            anchors.add(f"{name}-{seen[name]}" if seen[name] else name)
            seen[name] += 1
            if token.tag == "h2":
                headings.append(heading)
    return Document(text, tuple(links), frozenset(anchors), tuple(headings))


def _plain(inline: Token) -> str:
    children = inline.children or ()
    return "".join(child.content for child in children if child.type in ("text", "code_inline"))
