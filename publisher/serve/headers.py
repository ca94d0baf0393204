"""Header fields: entity tags, Vary, Link, CORS, safety. All of them are made here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response
from werkzeug.http import http_date

from publisher.addresses import Addresses
from publisher.config import tile_origin
from publisher.rdf import media_types
from publisher.rdf.media_types import MediaType
from publisher.serve.cors import FIELDS
from publisher.serve.response_cache import is_same_instant

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_PICTURES = "img-src 'self' data:"
PAGE_POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'self'; {_PICTURES}; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
COMMON_HEADERS: dict[str, str] = {
    **dict(FIELDS),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
DATA_POLICY = "default-src 'none'; sandbox"
METHODS = "GET, HEAD, OPTIONS"
# What a body may be compressed by (RFC 9110, section 15.5.16).
CODINGS = "gzip, identity"


def page_policy(tile_url: str) -> str:
    """Return the policy of pages: what they may load, tiles of maps among it.

    Args:
        tile_url: The setting; empty for maps without tiles.
    """
    allowed = f"{_PICTURES} {tile_origin(tile_url)}".rstrip()
    return PAGE_POLICY.replace(_PICTURES, allowed)


def frame_policy(tile_url: str) -> str:
    """Return the policy of pages that other sites may show in a frame: they run no script.

    Args:
        tile_url: The setting; empty for maps without tiles.
    """
    return (
        page_policy(tile_url)
        .replace("script-src 'self'; ", "")
        .replace("connect-src 'self'; form-action 'self'", "form-action 'none'")
        .replace("frame-ancestors 'none'", "frame-ancestors *")
    )


def entity_tag(body: bytes) -> str:
    """Return a strong entity tag: a digest of the bytes (RFC 9110, section 8.8.3)."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def set_validators(response: Response, body: bytes, changed: datetime) -> None:
    """Set ETag, Last-Modified and Cache-Control: no-cache (RFC 9110, sections 8.8.2 and 8.8.3).

    Args:
        response: The response.
        body: What it sends; its digest is the entity tag.
        changed: When this was changed last, with a time zone; whole seconds are sent.
    """
    response.headers["ETag"] = entity_tag(body)
    response.headers.update(revalidated_fields(changed))


def revalidated_fields(changed: datetime) -> dict[str, str]:
    """Return the fields of what may be kept, and must be asked about before it is used again."""
    return {"Last-Modified": http_date(changed), "Cache-Control": "public, no-cache"}


def data_fields() -> dict[str, str]:
    """Return the fields that every answer carries that is no page; see ``add_common_headers``."""
    return COMMON_HEADERS | {"Content-Security-Policy": DATA_POLICY}


def with_exact_date(environ: WSGIEnvironment, response: Response) -> WSGIEnvironment:
    """Return a request without an If-Modified-Since of another instant than the answer's."""
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if is_same_instant(since, response.headers.get("Last-Modified", "")):
        return environ
    return {name: value for name, value in environ.items() if name != "HTTP_IF_MODIFIED_SINCE"}


def set_vary(response: Response, *names: str) -> None:
    """Say which fields of the request chose the answer (RFC 9110, section 12.5.5)."""
    response.vary.update(names)


def alternates(current: MediaType) -> list[MediaType]:
    """Return the media types that a representation of a document links to.

    JSON-LD links to the page alone, which links to all: PyLD, which needs none beside JSON-LD,
    fails at several.
    """
    others = [m for m in media_types.DOCUMENTS if m is not current]
    return others if current is not media_types.JSON_LD else [media_types.HTML]


def document_links(addresses: Addresses, document: str, topic: str, current: MediaType) -> str:
    """Return the Link field of a document: its other representations, its topic, the context.

    RFC 8288; JSON-LD 1.1, section 6.1. ``signposting`` has the links of FAIR Signposting.
    """
    links = [(document, 'rel="canonical"')]
    for media_type in alternates(current):
        url = addresses.on_site(addresses.representation(document, media_type))
        links.append((url, f'rel="alternate"; type="{media_type.name}"'))
    if topic != document and current is media_types.HTML:
        links.append((topic, 'rel="describes"'))
    context = addresses.on_site(addresses.base_iri + "context.jsonld")
    links.append(
        (context, 'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"')
    )
    return join_links(links)


def named_file(name: str, *, is_shown: bool = True) -> str:
    """Return a Content-Disposition field: how a file is called, and whether it may be shown.

    A name that is not ASCII is escaped (RFC 6266, section 4.3; RFC 8187, section 3.2).

    >>> named_file("lakes.ttl"), named_file("sjöar.ttl")
    ('inline; filename="lakes.ttl"', "inline; filename*=UTF-8''sj%C3%B6ar.ttl")
    """
    kind = "inline" if is_shown else "attachment"
    if name.isascii():
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename*=UTF-8''{quote(name, safe='')}"


def join_links(links: Iterable[tuple[str, str]]) -> str:
    """Return a Link field; targets are made ASCII as RFC 3987, section 3.1 wants.

    What would end the target, or begin another link, is escaped too: part of an address may be what
    a client sent (RFC 8288, section 3).
    """
    return ", ".join(f"<{_ascii(target)}>; {parameters}" for target, parameters in links)


# Printable ASCII without what may not stand in an address (RFC 3986, section 2).
_UNESCAPED = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"<>\\^`{|}')
_NEEDS_NO_ESCAPE = re.compile(f"[{re.escape(_UNESCAPED)}]*")


def _ascii(target: str) -> str:
    if _NEEDS_NO_ESCAPE.fullmatch(target):
        return target
    return quote(target, safe=_UNESCAPED)


def add_common_headers(response: Response, policy: str = PAGE_POLICY) -> Response:
    """Add what every answer carries: CORS without credentials, and no guessing of types.

    Args:
        response: The answer.
        policy: What it may load if it is a page.
    """
    headers = response.headers
    headers.update(COMMON_HEADERS)  # an answer of the past has them already
    is_page = response.mimetype == media_types.HTML.name
    headers.setdefault("Content-Security-Policy", policy if is_page else DATA_POLICY)
    return response
