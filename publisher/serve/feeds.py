"""Feeds of changes: LDES of entities, DCAT-AP Feeds of the catalogue, Atom for people."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from publisher.rdf import media_types
from publisher.rdf.media_types import JSON_LD, N_QUADS, TRIG, MediaType, negotiate
from publisher.release.history.feeds import Stream
from publisher.serve.headers import validators, vary
from publisher.serve.reader import reader_of
from publisher.serve.response_cache import keep
from publisher.serve.site import Site

OFFERED = (TRIG, JSON_LD, N_QUADS)
_FOR_GOOD = "public, max-age=604800, immutable"
_ATOM = "application/atom+xml"


def _chosen() -> MediaType:
    offered = [media_type.name for media_type in OFFERED]
    return media_types.BY_NAME[negotiate(request.headers.get("Accept", ""), offered)]


def _answer(site: Site, body: bytes, content_type: str) -> Response:
    response = Response(body, content_type=content_type)
    validators(response, body, site.release.published)
    vary(response, "Accept")
    keep()
    return response


def blueprint(site: Site) -> Blueprint:
    """Return the routes of feeds."""
    routes = Blueprint("feeds", __name__)

    def root(stream: Stream) -> Response:
        chosen = _chosen()
        return _answer(site, site.streams.root(stream, chosen), chosen.content_type)

    def page(stream: Stream, number: int) -> Response:
        pages = site.streams.pages[stream]
        if not 1 <= number <= len(pages):
            # To a client of LDES 410 is an empty page; after any other refusal it gives up.
            abort(410)
        chosen, found = _chosen(), pages[number - 1]
        body = site.streams.page(stream, found, chosen)
        response = _answer(site, body, chosen.content_type)
        if found.is_closed:
            response.headers["Cache-Control"] = _FOR_GOOD
            response.last_modified = found.last
        return response

    @routes.get("/feed")
    def entities() -> Response:
        return root(Stream.ENTITIES)

    @routes.get("/feed/<int:number>")
    def entities_page(number: int) -> Response:
        return page(Stream.ENTITIES, number)

    @routes.get("/feed/catalog")
    def catalogue() -> Response:
        return root(Stream.CATALOGUE)

    @routes.get("/feed/catalog/<int:number>")
    def catalogue_page(number: int) -> Response:
        return page(Stream.CATALOGUE, number)

    @routes.get("/feed.atom")
    def atom() -> Response:
        reader = reader_of(request, site)
        response = _answer(site, site.streams.atom(reader.language), _ATOM)
        response.headers["Content-Language"] = reader.language
        response.vary.clear()
        vary(response, "Accept-Language")
        return response

    return routes
