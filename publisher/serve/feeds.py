"""Feeds of changes: LDES of entities, DCAT-AP Feeds of the catalogue, Atom for people."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from publisher.errors import NotAcceptable
from publisher.rdf.media_types import (
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TURTLE,
    Chosen,
    negotiate,
    negotiate_rdf,
    quality,
    without_wildcards,
)
from publisher.release.history.feeds import FeedKind
from publisher.serve.documents import choose, named
from publisher.serve.headers import set_validators, set_vary
from publisher.serve.page_language import negotiate_language
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site

_WHOLE = (TRIG, JSON_LD, N_QUADS)
OFFERED = (*_WHOLE, TURTLE, RDF_XML, N_TRIPLES)
_FOR_GOOD = "public, max-age=604800, immutable"
_ATOM, _RSS = "application/atom+xml", "application/rss+xml"


def _choose() -> Chosen:
    """Return what the client prefers; a format that holds the whole feed, when it names one."""
    picked = choose(OFFERED)
    if picked.media_type in _WHOLE:
        return picked
    named = without_wildcards(request.headers.get("Accept", ""))
    # Whoever can read any lines gets them.
    whole = _WHOLE if picked.name != N_TRIPLES.name else (N_QUADS, *_WHOLE[:-1])
    try:
        return negotiate_rdf(named, whole)
    except NotAcceptable:
        return picked


def _prefers_atom() -> bool:
    """Tell whether a client names Atom, and nothing that it likes better.

    A reader of news that names RSS beside it means RSS 1.0 by RDF/XML, which is not here.
    """
    named = without_wildcards(request.headers.get("Accept", ""))
    if not named or quality(named, _ATOM) <= 0:
        return False
    is_reader = quality(named, _RSS) > 0
    rivals = [m.name for m in OFFERED if m is not RDF_XML or not is_reader]
    return negotiate(named, (_ATOM, *rivals)) == _ATOM


def _named(site: Site, body: bytes, picked: Chosen) -> Response:
    return named(_answer(site, body, picked.media_type.content_type), picked)


def _answer(site: Site, body: bytes, content_type: str) -> Response:
    response = Response(body, content_type=content_type)
    set_validators(response, body, site.release.published)
    set_vary(response, "Accept")
    mark_cacheable()
    return response


def _atom(site: Site) -> Response:
    page_language = negotiate_language(request, site)
    response = _answer(site, site.feeds.atom(page_language.language), _ATOM)
    response.headers["Content-Language"] = page_language.language
    response.vary.clear()
    set_vary(response, "Accept-Language")
    return response


def _atom_at_feed(site: Site) -> Response:
    """Return the feed for readers of news at the address of the other one."""
    response = _atom(site)
    set_vary(response, "Accept")
    own = f"{site.release.base_iri}feed.atom"
    response.headers["Content-Location"] = site.addresses.on_site(own)
    return response


def blueprint(site: Site) -> Blueprint:
    """Return the routes of feeds."""
    routes = Blueprint("feeds", __name__)

    def root(stream: FeedKind) -> Response:
        picked = _choose()
        return _named(site, site.feeds.root(stream, picked.media_type), picked)

    def page(stream: FeedKind, number: int) -> Response:
        pages = site.feeds.pages[stream]
        if not 1 <= number <= len(pages):
            # To a client of LDES 410 is an empty page; after any other refusal it gives up.
            abort(410)
        picked, feed_page = _choose(), pages[number - 1]
        body = site.feeds.page(stream, feed_page, picked.media_type)
        response = _named(site, body, picked)
        if feed_page.is_closed:
            response.headers["Cache-Control"] = _FOR_GOOD
            response.last_modified = feed_page.last
        return response

    @routes.get("/feed")
    def entities() -> Response:
        return _atom_at_feed(site) if _prefers_atom() else root(FeedKind.ENTITIES)

    @routes.get("/feed/<int:number>")
    def entities_page(number: int) -> Response:
        return page(FeedKind.ENTITIES, number)

    @routes.get("/feed/catalog")
    def catalogue() -> Response:
        return root(FeedKind.CATALOGUE)

    @routes.get("/feed/catalog/<int:number>")
    def catalogue_page(number: int) -> Response:
        return page(FeedKind.CATALOGUE, number)

    @routes.get("/feed.atom")
    def atom() -> Response:
        return _atom(site)

    return routes
