"""Ways for a site to be wrong, one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from io import BufferedIOBase
from typing import TypeAlias

from publisher.findings import Severity
from publisher.verify.options import VerifyOptions
from publisher.verify.verification import verify
from tests.verify import world
from tests.verify.site import (
    Answer,
    Request,
    Route,
    Site,
    fixed,
    negotiated,
    page,
    redirect,
    routes,
    serialised,
    whole,
)

Fault: TypeAlias = Callable[[Site], None]


def slow(path: str) -> Fault:
    """Answer nothing for longer than a client waits."""

    def fault(request: Request, good: Answer) -> Answer:
        time.sleep(1.5)
        return good

    return lambda site: site.break_route(path, fault)


def dripping(path: str) -> Fault:
    """Send a byte now and then, so that no time limit of a socket is ever reached."""

    def drip(stream: BufferedIOBase) -> None:
        for _ in range(400):
            stream.write(b" ")
            time.sleep(0.05)

    return lambda site: site.break_route(path, lambda _, good: replace(good, body=b"", raw=drip))


def endless(path: str) -> Fault:
    """Send a body that never ends."""

    def pour(stream: BufferedIOBase) -> None:
        while True:
            stream.write(b"# more\n" * 4096)

    return lambda site: site.break_route(path, lambda _, good: replace(good, body=b"", raw=pour))


def truncated(path: str) -> Fault:
    """Announce more bytes than are sent, and hang up."""

    def fault(request: Request, good: Answer) -> Answer:
        fields = {**good.fields, "Content-Length": str(len(good.body) + 100)}
        if request.method == "HEAD":
            return replace(good, fields={**fields, "Content-Length": str(len(good.body))})
        return replace(good, fields=fields, body=b"", raw=lambda stream: _write(stream, good.body))

    return lambda site: site.break_route(path, fault)


def _write(stream: BufferedIOBase, body: bytes) -> None:
    """Send a body."""
    stream.write(body)


def error_page(path: str) -> Fault:
    """Answer an HTML page about an error, with status 200."""
    body = page("Something went wrong").encode()
    return lambda site: site.break_route(path, lambda _, good: whole(body, "text/html"))


def typed(path: str, media_type: str) -> Fault:
    """Send another Content-Type."""
    return lambda site: site.break_route(
        path,
        lambda _, good: replace(good, fields={**good.fields, "Content-Type": media_type}),
    )


def status(path: str, code: int) -> Fault:
    """Answer a status and nothing else."""
    return lambda site: site.break_route(path, lambda _, good: Answer(code))


def without(path: str, name: str) -> Fault:
    """Leave a header field out."""
    return lambda site: site.break_route(
        path,
        lambda _, good: replace(
            good, fields={key: value for key, value in good.fields.items() if key != name}
        ),
    )


def relinked(path: str, old: str, new: str) -> Fault:
    """Say something else in the Link field."""
    return lambda site: site.break_route(
        path,
        lambda _, good: replace(
            good, fields={**good.fields, "Link": good.fields["Link"].replace(old, new)}
        ),
    )


def leading(path: str, target: str, code: int = 303) -> Fault:
    """Redirect."""
    return lambda site: site.routes.__setitem__(path, redirect(target, code))


def words(path: str, old: str, new: str) -> Fault:
    """Say something else."""
    return lambda site: site.replace_text(path, old, new)


def when(path: str, test: Callable[[Request], bool], answer: Answer) -> Fault:
    """Answer some requests otherwise."""
    return lambda site: site.break_route(
        path, lambda request, good: answer if test(request) else good
    )


def one_format(path: str, media_type: str, old: str, new: str) -> Fault:
    """Say something else in one format only."""

    def fault(request: Request, good: Answer) -> Answer:
        if good.fields.get("Content-Type") != media_type:
            return good
        body = good.body.replace(old.encode(), new.encode())
        return whole(body, media_type, good.fields)

    return lambda site: site.break_route(path, fault)


def document(path: str, turtle: str) -> Fault:
    """Serve another document, its Signposting kept."""

    def fault(site: Site) -> None:
        other = negotiated(turtle, page("Other"))
        site.break_route(
            path,
            lambda request, good: replace(
                other(request), fields={**good.fields, **other(request).fields}
            ),
        )

    return fault


MAIL = "data@regiondalarna.se"
RDF_XML = "application/rdf+xml"


def described(old: str, new: str) -> Fault:
    """Say something else in the EU view, in every format; a dataset's page keeps the truth."""

    def fault(site: Site) -> None:
        turtle = world.catalogue(site.address, MAIL, swedish=False)
        assert old in turtle
        broken = negotiated(turtle.replace(old, new), page("Catalogue"), "", RDF_XML)
        site.routes["/catalog"] = broken

    return fault


def described_in_swedish(old: str, new: str) -> Fault:
    """Say something else in the DCAT-AP-SE view."""

    def fault(site: Site) -> None:
        turtle = world.catalogue(site.address, MAIL, swedish=True)
        assert old in turtle
        body = serialised(turtle.replace(old, new), RDF_XML)
        site.routes["/catalog/dcat-ap-se.rdf"] = fixed(body, RDF_XML)

    return fault


def described_everywhere(old: str, new: str) -> Fault:
    """Say something else in both views."""

    def fault(site: Site) -> None:
        described(old, new)(site)
        described_in_swedish(old, new)(site)

    return fault


def bytes_of(path: str, body: bytes) -> Fault:
    """Send other bytes under the same media type."""
    return lambda site: site.break_route(
        path, lambda _, good: whole(body, good.fields["Content-Type"], good.fields)
    )


LONGEST_SECONDS = 15.0


def verified(site: Site, options: VerifyOptions, parts: frozenset[str]) -> dict[Severity, set[str]]:
    """Return the rules that parts of a verification find broken, a profile's by its shape.

    It must not take long, whatever the site does.
    """
    begun = time.monotonic()
    report = verify(site.url, replace(options, parts=parts))
    assert time.monotonic() - begun < LONGEST_SECONDS
    broken: dict[Severity, set[str]] = {severity: set() for severity in Severity}
    for finding in report.findings:
        broken[finding.severity].add(finding.rule.rpartition("#")[2])
    return broken


# What is broken, and the rules that must say so.
Case = tuple[Fault, set[str]]


def must_violate(case: Case, site: Site, options: VerifyOptions, parts: frozenset[str]) -> None:
    """Break a site; fail when parts of a verification find other violations than they must."""
    fault, expected = case
    fault(site)

    assert verified(site, options, parts)[Severity.VIOLATION] == expected


def must_only_warn(case: Case, site: Site, options: VerifyOptions, parts: frozenset[str]) -> None:
    """Break a site; fail when parts of a verification find other warnings, or a violation."""
    fault, expected = case
    fault(site)

    broken = verified(site, options, parts)

    assert broken[Severity.WARNING] == expected
    assert broken[Severity.VIOLATION] == set()


def routes_with_mail(site: Site, mail: str) -> dict[str, Route]:
    """Return the routes of the good site with another contact address."""
    return routes(site.address, mail)
