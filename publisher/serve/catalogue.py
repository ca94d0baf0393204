"""The catalogue, VoID and service description for portals; robots.txt and sitemap for crawlers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort, request

from publisher.addresses import Addresses
from publisher.rdf import media_types
from publisher.rdf.media_types import (
    GRAPHS,
    HTML,
    JSON_LD,
    MARKDOWN,
    N_TRIPLES,
    RDF_XML,
    TURTLE,
    Chosen,
    MediaType,
)
from publisher.release.catalogue.sitemap import MOST_ADDRESSES, read_documents
from publisher.release.model import DOCUMENTS, VOID
from publisher.render.catalogue import CataloguePage
from publisher.render.catalogue_pages import ROWS
from publisher.serve.documents import choose, document_response, named, redirect_to
from publisher.serve.headers import document_links, join_links, set_validators, set_vary
from publisher.serve.page_language import negotiate_language, set_content_language
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site

# A harvester that names no format parses what it gets as RDF/XML (ckanext-dcat, dataportal.se).
_OFFERED = (RDF_XML, TURTLE, JSON_LD, N_TRIPLES, HTML, MARKDOWN)
_EXTENSION = "<any(ttl, jsonld, rdf, nt, nq, trig, trix, hext):extension>"
_SWEDISH = "catalog/dcat-ap-se.rdf"


def _negotiate(offered: Sequence[MediaType], extension: str = "") -> Chosen:
    """Return the media type that an extension or the Accept field picks."""
    return choose(offered, media_types.PICKED[extension] if extension else None)


def _page(site: Site) -> CataloguePage:
    try:
        page = site.catalogue_views.page(int(request.args.get("page", "1")))
    except ValueError:
        abort(404)
    if not page.exists:
        abort(404)
    return page


def _answer(site: Site, body: bytes, media_type: MediaType) -> Response:
    response = Response(body, content_type=media_type.content_type)
    set_validators(response, body, site.release.published)
    mark_cacheable()
    return response


def _paging_links(url: str, page: CataloguePage) -> list[tuple[str, str]]:
    """Return the links between the pages of a catalogue (RFC 8288)."""
    numbers = {"first": 1, "prev": page.number - 1, "next": page.number + 1, "last": page.last}
    return [
        (url if number == 1 else f"{url}?page={number}", f'rel="{relation}"')
        for relation, number in numbers.items()
        if page.last > 1 and 1 <= number <= page.last
    ]


def _need_catalogue(site: Site) -> None:
    """Answer 404 where files are looked at, which nobody has described as a catalogue."""
    if not site.catalogue_views.has_catalogue:
        abort(404)


def _catalogue(site: Site, picked: Chosen) -> Response:
    """Return a page of the EU view; without a catalogue, what the data say of its address."""
    document = None if site.catalogue_views.has_catalogue else site.documents.find("catalog")
    if document is not None:
        return document_response(site, document, picked.media_type)
    _need_catalogue(site)
    page, media_type = _page(site), picked.media_type
    name = site.release.catalogue
    url = site.addresses.on_site(site.addresses.representation(name, media_type))
    body = site.catalogue_views.catalogue(page, media_type)
    response = _answer(site, body, media_type)
    set_validators(response, body, site.last_modified.instant("catalog"))
    response.headers["Content-Location"] = url if page.number == 1 else f"{url}?page={page.number}"
    swedish = site.addresses.on_site(site.release.base_iri + _SWEDISH)
    links = _paging_links(url, page)
    if media_type is not JSON_LD:  # see ``document_links``
        profile = f'rel="alternate"; type="{RDF_XML.name}"; title="DCAT-AP-SE"'
        links = [(swedish, profile), *links]
    documented = document_links(site.addresses, name, name, media_type)
    response.headers["Link"] = f"{documented}, {join_links(links)}"
    return named(response, picked)


def _rows(site: Site) -> Response:
    """Return all datasets as the list shows them, in the reader's language."""
    if not site.pages.catalogue.index.entries:
        abort(404)
    page_language = negotiate_language(request, site)
    listed = site.pages.catalogue.rows(page_language)
    body = json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()
    response = Response(body, content_type="application/json")
    set_validators(response, body, site.release.published)
    set_content_language(response, page_language)
    mark_cacheable()
    return response


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the site's descriptions of itself."""
    routes = Blueprint("catalogue", __name__)

    @routes.get("/catalog")
    def catalogue() -> Response:
        picked = _negotiate(_OFFERED)
        document = site.documents.find("catalog")
        if document is None:
            abort(404)
        if picked.media_type in (HTML, MARKDOWN):
            response = document_response(site, document, picked.media_type)
        else:
            response = _catalogue(site, picked)
        set_vary(response, "Accept")
        return response

    @routes.get(f"/catalog.{_EXTENSION}")
    def catalogue_in(extension: str) -> Response:
        return _catalogue(site, _negotiate(_OFFERED, extension))

    @routes.get(f"/{_SWEDISH}")
    def swedish() -> Response:
        _need_catalogue(site)
        return _answer(site, site.catalogue_views.swedish(), RDF_XML)

    @routes.get(f"/catalog/{ROWS}")
    def rows() -> Response:
        return _rows(site)

    @routes.get("/void", defaults={"extension": ""})
    @routes.get(f"/void.{_EXTENSION}")
    def void(extension: str) -> Response:
        picked = _negotiate(GRAPHS, extension)
        _need_catalogue(site)
        body = site.catalogue_views.stored(VOID, picked.media_type)
        return _description(site, body, "void", picked, negotiated=not extension)

    @routes.get("/.well-known/void")
    def well_known_void() -> Response:
        _need_catalogue(site)
        return redirect_to(site.addresses.on_site(site.release.base_iri + "void"), 303)

    @routes.get(f"/sparql.{_EXTENSION}")
    def service(extension: str) -> Response:
        picked = _negotiate(GRAPHS, extension)
        body = site.catalogue_views.endpoint(picked.media_type)
        return _description(site, body, "sparql", picked, negotiated=False)

    return routes


def _description(
    site: Site, body: bytes, path: str, picked: Chosen, *, negotiated: bool
) -> Response:
    """Return a description that lies in the release."""
    media_type = picked.media_type
    response = _answer(site, body, media_type)
    document = site.release.base_iri + path
    representation = site.addresses.representation(document, media_type)
    response.headers["Content-Location"] = site.addresses.on_site(representation)
    if negotiated:
        set_vary(response, "Accept")
    return named(response, picked)


# What search engines and other crawlers ask for first: robots.txt and the sitemap.

_XML = "application/xml"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(documents: Iterable[tuple[str, str]], addresses: Addresses) -> bytes:
    """Return a sitemap of documents: path and date of each (sitemaps.org)."""
    return _xml(
        "urlset", "url", ((addresses.base_iri + path, date) for path, date in documents), addresses
    )


def sitemap_index(count: int, addresses: Addresses) -> bytes:
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


def robots_text(addresses: Addresses) -> bytes:
    """Return robots.txt: all may be read; queries are for those who write them (RFC 9309)."""
    sitemap_url = addresses.on_site(addresses.base_iri + "sitemap.xml")
    root = addresses.path(addresses.base_iri)
    return f"User-agent: *\nDisallow: {root}sparql?query=\nSitemap: {sitemap_url}\n".encode()


def _tables(site: Site) -> Iterator[tuple[str, str]]:
    """Yield the page of all tables and that of each, with the date of the data in it."""
    tables = site.pages.tables.tables.values()
    dates = {table.slug: site.release.modified.get(table.dataset) for table in tables}
    if dates:
        yield "table/", max((date.value for date in dates.values() if date), default="")
    for slug, date in dates.items():
        yield f"table/{slug}", date.value if date else ""


def crawlers_blueprint(site: Site) -> Blueprint:
    """Return the routes for crawlers."""
    routes = Blueprint("crawlers", __name__)
    path = site.release.folder / DOCUMENTS

    def answer(body: bytes, content_type: str) -> Response:
        response = Response(body, content_type=content_type)
        set_validators(response, body, site.release.published)
        mark_cacheable()
        return response

    @routes.get("/robots.txt")
    def robots_txt() -> Response:
        return answer(robots_text(site.addresses), "text/plain;charset=utf-8")

    def listed() -> Iterator[tuple[str, str]]:
        yield from read_documents(path)
        yield from _tables(site)

    @routes.get("/sitemap.xml")
    def sitemap_xml() -> Response:
        count = sum(1 for _ in listed())
        if count > MOST_ADDRESSES:
            return answer(sitemap_index(-(-count // MOST_ADDRESSES), site.addresses), _XML)
        return answer(sitemap(listed(), site.addresses), _XML)

    @routes.get("/sitemap/<int:number>.xml")
    def part(number: int) -> Response:
        if number < 1:
            abort(404)
        start = (number - 1) * MOST_ADDRESSES
        documents = list(islice(listed(), start, start + MOST_ADDRESSES))
        if not documents:
            abort(404)
        return answer(sitemap(documents, site.addresses), _XML)

    return routes
