"""What an HTML page links to, and the JSON-LD it carries."""

from __future__ import annotations

from contextlib import suppress
from html.parser import HTMLParser

from publisher.verify.exchanges import Exchange
from publisher.verify.spelling import joined

JSON_LD_SCRIPT = "application/ld+json"


class _Page(HTMLParser):
    """Collects ``href`` of links and the content of JSON-LD scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.scripts: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        if tag in ("a", "link", "area") and fields.get("href"):
            self.hrefs.append(str(fields["href"]))
        self._in_script = tag == "script" and fields.get("type") == JSON_LD_SCRIPT

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def _read(page: Exchange) -> _Page:
    """Return the parsed page; a page in a broken encoding loses single letters only."""
    parser = _Page()
    # The parser raises on a marked section that it does not know; what stands before it is kept.
    with suppress(AssertionError):
        parser.feed(page.body.decode("utf-8", errors="replace"))
        parser.close()
    return parser


def hrefs(page: Exchange) -> list[str]:
    """Return the addresses a page links to, resolved against its own."""
    return [joined(page.url, href.strip()) for href in _read(page).hrefs]


def json_ld_scripts(page: Exchange) -> list[str]:
    """Return the content of the JSON-LD scripts of a page (JSON-LD 1.1, section 7)."""
    return _read(page).scripts
