"""Whatever a site sends, a verification ends with a report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publisher.verify import presentation
from publisher.verify.options import VerifyOptions
from publisher.verify.verification import verify
from tests.verify.site import Answer, Request, Site

MEDIA_TYPES = {
    "/void": "text/turtle",
    "/catalog": "application/ld+json",
    "/catalog/dcat-ap-se.rdf": "application/rdf+xml",
    "/sparql": "application/sparql-results+json",
    "/dataset/bridges.linkset": "application/linkset+json",
    "/.well-known/api-catalog": "application/linkset+json",
    "/dump/bridges.csv": "text/csv",
}
BODIES = {
    "nothing": b"",
    "zeros": b"\0" * 1000,
    "no text": bytes(range(256)),
    "deep JSON": b'{"a":' * 50_000,
    "deep lists": b"[" * 50_000,
    "JSON of the wrong shape": b'{"linkset": [{"item": ["x"]}], "results": [], "@context": [[]]}',
    "a list of nothing": b"[null, 1, [], {}]",
    "an unknown section": b"<!DOCTYPE html><![foo[bar]]><a href='http://['>",
    "an address that is none": b'<p><a href="http://[/">x</a><a href="//[">y</a>',
    "half XML": b"<?xml version='1.0'?><rdf:RDF",
    "gzip that is none": b"\x1f\x8b\x08" + b"\0" * 100,
}
FIELDS = {
    "Location": "http://[",
    "Link": '<http://[>; rel="linkset describedby"; type=x, <>;;, garbage, <a>; rel',
    "ETag": "nonsense",
    "Vary": ",,,",
    "Retry-After": "\xb2",
}


@pytest.mark.parametrize("name", BODIES)
def test_garbage_at_every_address_is_reported_and_not_raised(
    name: str, site: Site, options: VerifyOptions
) -> None:
    """An operator needs the report most when everything is wrong."""

    def garbage(request: Request) -> Answer:
        media_type = MEDIA_TYPES.get(request.path, "text/html")
        return Answer(200, {**FIELDS, "Content-Type": media_type}, BODIES[name])

    site.routes = dict.fromkeys([*site.routes, "/.well-known/void"], garbage)

    assert verify(site.url, options).failed


@pytest.mark.slow
@pytest.mark.parametrize("name", BODIES)
def test_garbage_behind_a_good_catalogue_is_reported_and_not_raised(
    name: str, site: Site, options: VerifyOptions
) -> None:
    """The catalogue leads to everything else, so each reader meets the garbage."""
    for path in set(site.routes) - {"/", "/void", "/.well-known/void", "/catalog"}:
        site.break_route(path, lambda _, good: replace(good, body=BODIES[name]))

    report = verify(site.url, options)

    assert report.failed
    assert presentation.to_text(report, "sv")


@pytest.mark.slow
@pytest.mark.parametrize("status", [100, 199, 204, 206, 300, 302, 400, 418, 500, 599, 999])
def test_any_status_at_every_address_is_reported_and_not_raised(
    status: int, site: Site, options: VerifyOptions
) -> None:
    """Servers behind proxies invent some."""
    impatient = replace(options.limits, read_seconds=0.5, total_seconds=0.5)
    site.routes = dict.fromkeys(site.routes, lambda request: Answer(status, FIELDS))

    assert verify(site.url, replace(options, limits=impatient)).failed
