"""What search engines and other crawlers ask for first: robots.txt and the sitemap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort

from publisher.addresses import Addresses
from publisher.release.catalogue.sitemap import MOST, read_documents
from publisher.release.model import DOCUMENTS
from publisher.serve.fields import validators
from publisher.serve.keeping import keep
from publisher.serve.site import Site

_XML = "application/xml"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(documents: Iterable[tuple[str, str]], addresses: Addresses) -> bytes:
    """Return a sitemap of documents: path and date of each (sitemaps.org)."""
    return _xml(
        "urlset", "url", ((addresses.base_iri + path, date) for path, date in documents), addresses
    )


def index(count: int, addresses: Addresses) -> bytes:
    """Return an index of so many sitemaps."""
    parts = ((f"{addresses.base_iri}sitemap/{number}.xml", "") for number in range(1, count + 1))
    return _xml("sitemapindex", "sitemap", parts, addresses)


def _xml(
    root: str, element: str, entries: Iterable[tuple[str, str]], addresses: Addresses
) -> bytes:
    def lines() -> Iterator[str]:
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n'
        for iri, date in entries:
            changed = f"<lastmod>{escape(date)}</lastmod>" if date else ""
            yield f"<{element}><loc>{escape(addresses.on_site(iri))}</loc>{changed}</{element}>\n"
        yield f"</{root}>\n"

    return "".join(lines()).encode()


def robots(addresses: Addresses) -> bytes:
    """Return robots.txt: all may be read; queries are for those who write them (RFC 9309)."""
    place = addresses.on_site(addresses.base_iri + "sitemap.xml")
    root = addresses.path(addresses.base_iri)
    return f"User-agent: *\nDisallow: {root}sparql?query=\nSitemap: {place}\n".encode()


def _tables(site: Site) -> Iterator[tuple[str, str]]:
    """Yield the page of all tables and that of each, with the date of the data in it."""
    tables = site.pages.tables.tables.values()
    dates = {table.slug: site.release.modified.get(table.dataset) for table in tables}
    if dates:
        yield "table/", max((date.value for date in dates.values() if date), default="")
    for slug, date in dates.items():
        yield f"table/{slug}", date.value if date else ""


def blueprint(site: Site) -> Blueprint:
    """Return the routes for crawlers."""
    routes = Blueprint("crawlers", __name__)
    path = site.release.folder / DOCUMENTS

    def answer(body: bytes, content_type: str) -> Response:
        response = Response(body, content_type=content_type)
        validators(response, body, site.release.published)
        keep()
        return response

    @routes.get("/robots.txt")
    def robots_txt() -> Response:
        return answer(robots(site.addresses), "text/plain;charset=utf-8")

    def listed() -> Iterator[tuple[str, str]]:
        yield from read_documents(path)
        yield from _tables(site)

    @routes.get("/sitemap.xml")
    def sitemap_xml() -> Response:
        count = sum(1 for _ in listed())
        if count > MOST:
            return answer(index(-(-count // MOST), site.addresses), _XML)
        return answer(sitemap(listed(), site.addresses), _XML)

    @routes.get("/sitemap/<int:number>.xml")
    def part(number: int) -> Response:
        if number < 1:
            abort(404)
        start = (number - 1) * MOST
        documents = list(islice(listed(), start, start + MOST))
        if not documents:
            abort(404)
        return answer(sitemap(documents, site.addresses), _XML)

    return routes
