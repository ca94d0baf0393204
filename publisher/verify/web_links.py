"""``Link`` fields and linksets: the typed links of the web (RFC 8288, RFC 9264)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from requests.utils import parse_header_links

from publisher.errors import SourceSyntax
from publisher.verify import graphs
from publisher.verify.exchanges import Exchange
from publisher.verify.spelling import is_absolute, joined

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
    found = []
    for parsed in parse_header_links(value) if value else []:
        target = joined(exchange.url, parsed.get("url", ""))
        anchor = joined(exchange.url, parsed.get("anchor", ""))
        for relation in parsed.get("rel", "").split():
            found.append(WebLink(anchor, relation, target, parsed.get("type", "")))
    return tuple(found)


def targets(links: tuple[WebLink, ...], relation: str) -> tuple[str, ...]:
    """Return where the links of one relation lead, each once."""
    return tuple(dict.fromkeys(link.target for link in links if link.relation == relation))


def linkset(body: bytes) -> tuple[WebLink, ...]:
    """Return the links of a linkset in JSON (RFC 9264, section 4.2).

    Raises:
        SourceSyntax: It is not a linkset.
    """
    document = graphs.json_document(body)
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
