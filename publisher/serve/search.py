"""Search: a page for readers, the same as JSON for programs and for suggestions."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, abort, request

from publisher.rdf.media_types import BY_NAME, HTML, JSON, MediaType, negotiate
from publisher.release.concepts import SchemeSummary
from publisher.release.search import SearchResult
from publisher.render.concept_addresses import NO_SCHEME
from publisher.render.frame import PageLanguage
from publisher.render.search import SearchRequest
from publisher.serve.headers import join_links, set_validators, set_vary
from publisher.serve.page_language import (
    negotiate_language,
    page_response,
    set_content_language,
)
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site


def _page_number() -> int:
    written = request.args.get("page", "1")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 9 else 0


def _scheme(site: Site) -> SchemeSummary | None:
    """Return the concept scheme that a request is about, if it names one."""
    slug = request.args.get("scheme", "")
    return _named(site, slug) if slug else None


def _named(site: Site, slug: str) -> SchemeSummary:
    scheme = site.pages.concepts.scheme(slug)
    if scheme is None:
        abort(404)
    return scheme


def _list(site: Site, scheme: SchemeSummary | None) -> Response:
    """Return a list of concepts: below one, or under a letter of the index."""
    above, number = request.args.get("below", ""), _page_number()
    if above:
        return _list_below(site, scheme, above, number)
    if scheme is None:
        abort(404)
    tag, letter = request.args.get("in", ""), request.args.get("letter", "")
    return _index(site, scheme, tag, letter, number)


def _list_below(site: Site, scheme: SchemeSummary | None, above: str, number: int) -> Response:
    page_language = negotiate_language(request, site)
    body = site.pages.concept_lists.below(above, scheme, number, page_language)
    return _list_page(site, body, page_language)


def _index(site: Site, scheme: SchemeSummary, tag: str, letter: str, number: int) -> Response:
    page_language = negotiate_language(request, site)
    body = site.pages.concept_lists.index(scheme, tag, letter, number, page_language)
    return _list_page(site, body, page_language)


def _list_page(site: Site, body: bytes | None, page_language: PageLanguage) -> Response:
    if body is None:
        abort(404)
    response = page_response(site, body, page_language)
    mark_cacheable()
    return response


def _in_scheme(
    site: Site, search_result: SearchResult, scheme: SchemeSummary | None
) -> SearchResult:
    """Return what was found in a concept scheme."""
    if scheme is None:
        return search_result
    index = site.pages.concepts
    hits = [hit for hit in search_result.hits if index.has_member(scheme.iri, hit.iri)]
    return replace(search_result, hits=hits)


def _answer(site: Site, media_type: MediaType) -> Response:
    page_language, text = negotiate_language(request, site), request.args.get("q", "").strip()
    scheme = _scheme(site)
    if media_type is HTML and not text and (scheme or request.args.get("below")):
        return _list(site, scheme)
    search_result = _in_scheme(site, site.search.find(text, page_language.language), scheme)
    asked = SearchRequest(text, _page_number(), request.args.get("kind", ""), scheme)
    pages, is_page = site.pages.search, media_type is HTML
    body = (pages.page if is_page else pages.json)(asked, search_result, page_language)
    if body is None:
        abort(404)
    response = Response(body, content_type=media_type.content_type)
    if search_result.names_only:  # soon there is more
        response.headers["Cache-Control"] = "no-store"
    else:
        set_validators(response, body, site.release.published)
        mark_cacheable()
    set_content_language(response, page_language)
    other = JSON if is_page else HTML
    query = request.query_string.decode("latin-1")
    dot = ".json" if is_page else ""
    url = site.addresses.on_site(f"{site.release.base_iri}search{dot}")
    target = f"{url}?{query}" if query else url
    response.headers["Link"] = join_links([(target, f'rel="alternate"; type="{other.name}"')])
    return response


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the search."""
    routes = Blueprint("search", __name__)

    @routes.get("/search")
    def search() -> Response:
        accept = request.headers.get("Accept", "")
        response = _answer(site, BY_NAME[negotiate(accept, [HTML.name, JSON.name])])
        set_vary(response, "Accept")
        return response

    @routes.get("/search/<slug>/below/<int:number>/<all:name>")
    def below(slug: str, number: int, name: str) -> Response:
        scheme = None if slug == NO_SCHEME else _named(site, slug)
        return _list_below(
            site, scheme, site.pages.concepts.find(name, site.release.base_iri), number
        )

    @routes.get("/search/<slug>/index/<tag>", defaults={"letter": "", "number": 1})
    @routes.get("/search/<slug>/index/<tag>/<letter>", defaults={"number": 1})
    @routes.get("/search/<slug>/index/<tag>/<letter>/<int:number>")
    def index(slug: str, tag: str, letter: str, number: int) -> Response:
        return _index(site, _named(site, slug), tag, letter, number)

    @routes.get("/search.json")
    def as_json() -> Response:
        return _answer(site, JSON)

    return routes
