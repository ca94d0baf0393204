"""Web pages and texts in HTML → what they say: data in JSON-LD, and words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_MARKUP = re.compile(r"<(?:/?[a-z][a-z0-9]*(?:\s[^<>]*)?/?)>|&(?:[a-z]+|#[0-9]+);", re.IGNORECASE)
_BLOCKS = frozenset(
    ("p", "div", "br", "li", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre")
)
_UNREAD = frozenset(("script", "style", "template"))


class _Words(HTMLParser):
    """Collects the words of a text in HTML, a line a block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unread = 0
        self._addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in _UNREAD
        if tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")
        if tag == "a":
            self._addresses.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in _UNREAD and self._unread > 0
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "a" and self._addresses:
            address = self._addresses.pop()
            said = "".join(self.parts)
            if address.startswith(("http://", "https://")) and not said.endswith(address):
                self.parts.append(f" ({address})")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.parts.append(data)


class _Scripts(HTMLParser):
    """Collects the blocks of JSON-LD in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self._is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").partition(";")[0].strip().lower()
        self._is_data = tag == "script" and kind == "application/ld+json"
        if self._is_data:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._is_data = False

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.blocks[-1] += data


def has_markup(written: str) -> bool:
    """Tell whether a text has elements or references of HTML in it.

    >>> has_markup("<p>Trees &amp; parks</p>"), has_markup("a < b and c > d")
    (True, False)
    """
    return _MARKUP.search(written) is not None


def words_of_html(written: str) -> str:
    r"""Return the words of a text in HTML, a line a block; links keep their addresses.

    >>> words_of_html('<p>Trees &amp; <a href="https://e.org/">parks</a></p><p>All.</p>')
    'Trees & parks (https://e.org/)\n\nAll.'
    """
    parser = _Words()
    parser.feed(written)
    parser.close()
    lines = (re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in _joined(parser.parts))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _joined(parts: list[str]) -> list[str]:
    return "".join(parts).split("\n")


def json_ld_of_page(page: str) -> list[str]:
    """Return the blocks of JSON-LD in a web page (JSON-LD 1.1, section 7)."""
    parser = _Scripts()
    parser.feed(page)
    parser.close()
    return [block for block in parser.blocks if block.strip()]
