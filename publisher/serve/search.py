"""Search: a page for readers, the same as JSON for programs and for suggestions."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from publisher.rdf.media_types import BY_NAME, HTML, JSON, MediaType, negotiate
from publisher.serve.headers import join_links, set_validators, set_vary
from publisher.serve.page_language import negotiate_language, set_content_language
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site


def _page_number() -> int:
    written = request.args.get("page", "1")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 9 else 0


def _answer(site: Site, chosen: MediaType) -> Response:
    page_language, text = negotiate_language(request, site), request.args.get("q", "").strip()
    found, number = site.search.find(text, page_language.language), _page_number()
    pages, kind = site.pages.search, request.args.get("kind", "")
    is_page = chosen is HTML
    body = (pages.page if is_page else pages.json)(text, found, number, page_language, kind)
    if body is None:
        abort(404)
    response = Response(body, content_type=chosen.content_type)
    set_validators(response, body, site.release.published)
    set_content_language(response, page_language)
    other = JSON if is_page else HTML
    query = request.query_string.decode("latin-1")
    dot = ".json" if is_page else ""
    place = site.addresses.on_site(f"{site.release.base_iri}search{dot}")
    target = f"{place}?{query}" if query else place
    response.headers["Link"] = join_links([(target, f'rel="alternate"; type="{other.name}"')])
    mark_cacheable()
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

    @routes.get("/search.json")
    def as_json() -> Response:
        return _answer(site, JSON)

    return routes
