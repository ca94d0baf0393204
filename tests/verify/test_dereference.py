"""Faults of things and their documents, one a test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publisher.verify.options import VerifyOptions
from tests.verify import faults, world
from tests.verify.faults import Case, must_only_warn, must_violate
from tests.verify.site import Answer, Site

pytestmark = pytest.mark.slow

PARTS = frozenset({"dereference", "distributions", "harvest"})
THING = "/id/bridge/1"
DOCUMENT = "/doc/bridge/1"

VIOLATIONS: dict[str, Case] = {
    "a thing answers 200": (
        lambda site: site.routes.__setitem__(THING, site.routes[DOCUMENT]),
        {"dereference:303"},
    ),
    "a thing redirects with 302": (faults.leading(THING, DOCUMENT, 302), {"http:302"}),
    "a thing redirects with 301": (faults.leading(THING, DOCUMENT, 301), {"dereference:303"}),
    "a thing goes in a circle": (faults.leading(THING, THING), {"http:redirect-loop"}),
    "a document has no Vary": (faults.without(DOCUMENT, "Vary"), {"caching:vary"}),
    "a document differs between formats": (
        faults.one_format(DOCUMENT, "text/turtle", "Old Bridge", "Odd Bridge"),
        {"dereference:formats-differ"},
    ),
    "a document is broken in one format": (
        faults.one_format(DOCUMENT, "application/ld+json", '"@id"', '"@id'),
        {"dereference:syntax"},
    ),
    "a document is about something else": (
        faults.document(DOCUMENT, world.BRIDGES["2"]),
        {"dereference:subject"},
    ),
    "a document answers HEAD otherwise": (
        faults.when(DOCUMENT, lambda request: request.method == "HEAD", Answer(405)),
        {"caching:head", "dereference:dead-link"},
    ),
    "a document is dead": (faults.status(DOCUMENT, 404), {"http:status"}),
    "a page links to nothing": (
        faults.one_format(DOCUMENT, "text/html", 'href="/"', 'href="/nowhere"'),
        {"dereference:dead-link"},
    ),
}

WARNINGS: dict[str, Case] = {
    "a document has no ETag": (faults.without(DOCUMENT, "ETag"), {"caching:etag"}),
    "a document ignores its ETag": (
        lambda site: site.break_route(
            DOCUMENT,
            lambda request, good: (
                replace(good, fields={**good.fields, "ETag": '"other"'})
                if "if-none-match" in request.fields
                else good
            ),
        ),
        {"caching:304"},
    ),
    "a document is never refused": (
        faults.when(
            DOCUMENT,
            lambda request: request.fields.get("accept") == "image/png",
            Answer(200, {"Content-Type": "text/turtle", "Vary": "Accept"}),
        ),
        {"dereference:406"},
    ),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_fault_is_seen_for_what_it_is(name: str, site: Site, options: VerifyOptions) -> None:
    """Portals delete, refuse or misread on each of these; nobody may learn it from them."""
    must_violate(VIOLATIONS[name], site, options, PARTS)


@pytest.mark.parametrize("name", WARNINGS)
def test_a_shortcoming_is_only_a_warning(name: str, site: Site, options: VerifyOptions) -> None:
    """What no specification demands must not make the verification fail."""
    must_only_warn(WARNINGS[name], site, options, PARTS)
