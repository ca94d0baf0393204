"""Pages of the publisher's own: Markdown files → safe HTML (CommonMark 0.31).

``pages/om.sv.md`` is the Swedish page ``/page/om``; the first heading is its title, and what the
foot of every page calls it. HTML in the text is shown as text, and links lead only where browsers
may safely go (markdown-it).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

from publisher.languages import SOURCE_LANGUAGE

FOLDER = "page/"
_NAME = re.compile(r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)(?:\.(?P<tag>[a-z]{2,3}))?\.md")
_TITLE = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t#]*(?:\n|\Z)")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
PICTURE_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


@dataclass(frozen=True)
class OwnPage:
    """A page in one language; the tag is empty when its file says none."""

    name: str
    language: str
    title: str
    body: Markup


@dataclass(frozen=True)
class OwnPages:
    """The pages of a folder.

    Attributes:
        pages: Name → language → page, by name.
        logo: The picture of the publisher, if there is one.
        colour: The publisher's colour, as CSS writes it; empty for none.
    """

    pages: Mapping[str, Mapping[str, OwnPage]] = field(default_factory=dict)
    logo: Path | None = None
    colour: str = ""

    def page(self, name: str, language: str) -> OwnPage | None:
        """Return a page in a language, or in the next that there is."""
        translations = self.pages.get(name, {})
        tags = (language, "", SOURCE_LANGUAGE, *translations)
        return next((translations[tag] for tag in tags if tag in translations), None)

    def in_language(self, language: str) -> list[OwnPage]:
        """Return every page in a language, or in the next that there is, by name."""
        pages = (self.page(name, language) for name in self.pages)
        return [page for page in pages if page is not None]


def read_own_pages(folder: Path, logo: str = "", colour: str = "") -> OwnPages:
    """Return the pages of a folder; of one that is not there none.

    Args:
        folder: Where they are.
        logo: Name of a picture in it.
        colour: As CSS writes it, such as ``#0b5268``; another is passed over.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    pages: dict[str, dict[str, OwnPage]] = {}
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        named = _NAME.fullmatch(path.name)
        if named is None:
            continue
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        title = _TITLE.match(text)
        body = text[title.end() :] if title else text
        name, tag = named["name"], named["tag"] or ""
        # The renderer escapes the HTML of a text (``html=False``), and links to no script.
        rendered = Markup(markdown.render(body))  # nosec B704
        page = OwnPage(name, tag, title["title"] if title else name, rendered)
        pages.setdefault(name, {})[tag] = page
    picture = folder / Path(logo).name if logo else None
    has_picture = picture is not None and picture.suffix in PICTURE_TYPES and picture.is_file()
    return OwnPages(
        pages, picture if has_picture else None, colour if _COLOUR.fullmatch(colour) else ""
    )
