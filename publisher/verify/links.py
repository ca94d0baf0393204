"""Typed links (RFC 8288, RFC 9264), and what an HTML page links to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser

from requests.utils import parse_header_links

from publisher.errors import SourceSyntax
from publisher.rdf.context_loading import json_document
from publisher.system.http_client import Exchange, is_absolute, resolve_reference

LINKSET_JSON = "application/linkset+json"


@dataclass(frozen=True)
class WebLink:
    """One link: from where, to where, of which relation, and the media type it hints at."""

    anchor: str
    relation: str
    target: str
    media_type: str = ""

    @property
    def absolute(self) -> bool:
        """Tell whether both ends are absolute."""
        return is_absolute(self.anchor) and is_absolute(self.target)


def links_of(exchange: Exchange) -> tuple[WebLink, ...]:
    """Return the links in the ``Link`` fields of an answer, relative ones resolved."""
    value = exchange.fields.get("link", "")
    links = []
    for parsed in parse_header_links(value) if value else []:
        target = resolve_reference(exchange.url, parsed.get("url", ""))
        anchor = resolve_reference(exchange.url, parsed.get("anchor", ""))
        for relation in parsed.get("rel", "").split():
            links.append(WebLink(anchor, relation, target, parsed.get("type", "")))
    return tuple(links)


def targets(links: tuple[WebLink, ...], relation: str) -> tuple[str, ...]:
    """Return where the links of one relation lead, each once."""
    return tuple(dict.fromkeys(link.target for link in links if link.relation == relation))


def linkset(body: bytes) -> tuple[WebLink, ...]:
    """Return the links of a linkset in JSON (RFC 9264, section 4.2).

    Raises:
        SourceSyntax: It is not a linkset.
    """
    document = json_document(body)
    contexts = document.get("linkset") if isinstance(document, dict) else None
    if not isinstance(contexts, list):
        raise SourceSyntax("It is no linkset.")
    return tuple(link for context in contexts for link in _of_context(context))


def _of_context(context: object) -> Iterator[WebLink]:
    """Yield the links of one link context object."""
    if not isinstance(context, dict):
        raise SourceSyntax("It is no linkset.")
    for relation, link_targets in context.items():
        if relation == "anchor":
            continue
        if not isinstance(link_targets, list) or not all(
            isinstance(target, dict) for target in link_targets
        ):
            raise SourceSyntax("It is no linkset.")
        for target in link_targets:
            yield WebLink(
                str(context.get("anchor", "")),
                relation,
                str(target.get("href", "")),
                str(target.get("type", "")),
            )


# What an HTML page links to, and the JSON-LD it carries.

JSON_LD_SCRIPT = "application/ld+json"
_ALTERNATE = {"alternate", "describedby"}


class _Page(HTMLParser):
    """Collects ``href`` of links and the content of JSON-LD scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.scripts: list[str] = []
        self.alternates: list[tuple[str, str]] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        if tag in ("a", "link", "area") and fields.get("href"):
            self.hrefs.append(str(fields["href"]))
        relations = fields.get("rel") or ""
        if tag == "link" and fields.get("href") and set(relations.lower().split()) & _ALTERNATE:
            self.alternates.append((str(fields["href"]), (fields.get("type") or "").lower()))
        self._in_script = tag == "script" and fields.get("type") == JSON_LD_SCRIPT

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def _read(page: Exchange) -> _Page:
    """Return the parsed page; a page in a broken encoding loses single letters only."""
    parser = _Page()
    # The parser raises on a marked section that it does not know; what is before it is kept.
    with suppress(AssertionError):
        parser.feed(page.body.decode("utf-8", errors="replace"))
        parser.close()
    return parser


def hrefs(page: Exchange) -> list[str]:
    """Return the addresses a page links to, resolved against its own."""
    return [resolve_reference(page.url, href.strip()) for href in _read(page).hrefs]


def alternates(page: Exchange) -> list[tuple[str, str]]:
    """Return address and media type of what a page names as another form of it (HTML, 4.6.6)."""
    return [
        (resolve_reference(page.url, href.strip()), media_type.partition(";")[0].strip())
        for href, media_type in _read(page).alternates
    ]


def json_ld_scripts(page: Exchange) -> list[str]:
    """Return the content of the JSON-LD scripts of a page (JSON-LD 1.1, section 7)."""
    return _read(page).scripts
