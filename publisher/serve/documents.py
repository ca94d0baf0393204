"""Documents: 303 to them, the representation that a client prefers, 301 or 410 when gone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request

from publisher.addresses import INDEX
from publisher.errors import NotAcceptable
from publisher.messages import translate
from publisher.rdf import media_types
from publisher.rdf.media_types import GRAPHS, HTML, N3, Chosen, MediaType, negotiate_rdf
from publisher.rdf.serialise import serialise
from publisher.rdf.turtle import as_n3
from publisher.release.history.tombstones import Tombstone
from publisher.render.documents import Document
from publisher.serve import signposting
from publisher.serve.headers import document_links, join_links, set_validators, set_vary
from publisher.serve.page_language import PARAMETER, negotiate_language
from publisher.serve.problems import PROBLEM
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site
from publisher.serve.suggestions import suggest_things


def redirect_to(location: str, code: int) -> Response:
    """Return a redirect without a body; never 302, which some harvesters do not follow."""
    response = Response(b"", code)
    response.headers["Location"] = location
    response.headers["Cache-Control"] = "public, no-cache"
    set_vary(response, "Accept")
    return response


def _query() -> str:
    """Return the query of the request, so that a redirect keeps the language that was chosen."""
    return f"?{request.query_string.decode('latin-1')}" if request.query_string else ""


def _page_number() -> int:
    try:
        number = int(request.args.get("incoming", "1"))
    except ValueError:
        number = 0
    if number < 1:
        abort(404)
    return number


def _split(site: Site, path: str) -> tuple[Document, MediaType | None]:
    """Return the document that a path means, and the media type its extension picks."""
    document = site.documents.find(path)
    if document is not None:
        return document, None
    bare, dot, extension = path.rpartition(".")
    media_type = media_types.BY_EXTENSION.get(extension)
    if dot and media_type in media_types.DOCUMENTS:
        document = site.documents.find("" if bare == INDEX else bare)
        if document is not None:
            return document, media_type
    abort(404)


def choose(offered: Sequence[MediaType], extension: MediaType | None = None) -> Chosen:
    """Return what an extension picks, or else the client prefers, by any name that clients use.

    Raises:
        NotAcceptable: The client accepts none of it.
    """
    if extension is not None:
        return Chosen(extension, extension.name)
    return negotiate_rdf(request.headers.get("Accept", ""), offered)


def named(response: Response, chosen: Chosen) -> Response:
    """Give an answer the name that the client asked for.

    The same bytes under two names are two representations, with two entity tags, of which only the
    one under its own name has an address of its own.
    """
    if not chosen.is_own_name:
        response.headers["Content-Type"] = chosen.content_type
        tag, is_weak = response.get_etag()
        response.set_etag(f"{tag}-{chosen.name.replace('/', '-')}", bool(is_weak))
        response.headers.pop("Content-Location", None)
    if chosen.name in media_types.N3:
        response.set_data(as_n3(response.get_data()))
    return response


def _represent(site: Site, document: Document, chosen: MediaType) -> tuple[bytes, str]:
    """Return the bytes of a representation, and its language if it has one."""
    description = site.documents.describe(document, _page_number())
    if description is None:
        abort(404)
    if chosen is media_types.HTML:
        page_language = negotiate_language(request, site)
        return site.pages.document(document, description, page_language), page_language.language
    return site.documents.graph(document, description, chosen), ""


def document_response(site: Site, document: Document, extension: MediaType | None) -> Response:
    """Return a document in the media type that an extension picks, or else the client prefers."""
    picked = choose(media_types.DOCUMENTS, extension)
    chosen = picked.media_type
    body, language = _represent(site, document, chosen)
    response = Response(body, content_type=chosen.content_type)
    set_validators(response, body, site.documents.changed(document, chosen))
    place = site.addresses.on_site(site.addresses.representation(document.iri, chosen))
    kept = urlencode({k: v for k, v in request.args.items() if k in ("incoming", PARAMETER)})
    response.headers["Content-Location"] = f"{place}?{kept}" if kept else place
    links = document_links(site.addresses, document.iri, document.topic, chosen)
    posts = join_links(signposting.document_signposts(site, document, chosen))
    response.headers["Link"] = f"{links}, {posts}"
    if extension is None:
        set_vary(response, "Accept")
    if language:
        response.headers["Content-Language"] = language
        if not negotiate_language(request, site).chosen:
            set_vary(response, "Accept-Language")
    mark_cacheable()
    return named(response, picked)


def _home(site: Site) -> Response:
    page_language = negotiate_language(request, site)
    body = site.pages.home(page_language)
    response = Response(body, content_type=media_types.HTML.content_type)
    set_validators(response, body, site.release.published)
    response.headers["Content-Language"] = page_language.language
    response.headers["Link"] = join_links(signposting.home_signposts(site))
    set_vary(response, "Accept", "Accept-Language")
    mark_cacheable()
    return response


def _tombstone_response(site: Site, path: str) -> Response | None:
    """Return what answers for a path of which the entity has left; None for all others."""
    found = find_tombstone(site, path)
    if found is None:
        return None
    there = replacement_address(site, found[0], path, found[1])
    return redirect_to(there, 301) if there else gone_response(site, *found)


def blueprint(site: Site) -> Blueprint:
    """Return the routes of things and documents."""
    routes = Blueprint("documents", __name__)

    @routes.get("/id/<path:name>")
    def thing(name: str) -> Response:
        left = _tombstone_response(site, f"id/{name}")
        if left is not None:
            return left
        document = site.documents.find(f"id/{name}")
        if document is None:
            abort(404)
        return redirect_to(site.addresses.on_site(document.iri) + _query(), 303)

    @routes.get("/<path:name>")
    def document(name: str) -> Response:
        left = _tombstone_response(site, name)
        if left is not None:
            return left
        found, extension = _split(site, name)
        if name.endswith("/"):
            return redirect_to(site.addresses.on_site(found.iri) + _query(), 301)
        if extension is None and found.iri not in site.addresses.candidates(name):
            return redirect_to(site.addresses.on_site(found.iri), 303)
        if extension is media_types.HTML and found.iri == site.release.base_iri:
            return _home(site)
        return document_response(site, found, extension)

    @routes.get("/")
    def home() -> Response:
        document = site.documents.find("")
        if document is None or choose(media_types.DOCUMENTS).media_type is media_types.HTML:
            return _home(site)
        return document_response(site, document, None)

    return routes


# What has left → 301 to what replaced it, or 410 with when, why and what came instead.

_GONE_STATUS = 410
_DETAILS = MediaType(PROBLEM, "", "")
_OFFERED = (_DETAILS, HTML, *GRAPHS)


def find_tombstone(site: Site, path: str) -> tuple[Tombstone, MediaType | None] | None:
    """Return the tombstone that a path means, and the media type its extension picks."""
    bare, dot, extension = path.rpartition(".")
    chosen = media_types.BY_EXTENSION.get(extension) if dot else None
    tried: list[tuple[str, MediaType | None]] = [(path, None)]
    if chosen in media_types.DOCUMENTS:
        tried.append((bare, chosen))
    for requested, media_type in tried:
        for name in site.addresses.candidates(requested):
            for entity in (name, site.addresses.thing_of(name)):
                tombstone = site.tombstones.find(entity)
                if tombstone is not None:
                    return tombstone, media_type
    return None


def replacement_address(
    site: Site, tombstone: Tombstone, path: str, extension: MediaType | None
) -> str | None:
    """Return where what replaced an entity is: thing for thing, file for file."""
    target = site.tombstones.follow(tombstone, site.addresses)
    if not target:
        return None
    if not path.startswith("id/"):
        target = site.addresses.document_of(target)
    if extension is not None:
        target = site.addresses.representation(target, extension)
    return site.addresses.on_site(target)


def last_version_address(site: Site, tombstone: Tombstone) -> str:
    """Return the address of an entity's document in the last release that had it."""
    if not tombstone.last:
        return ""
    document = site.addresses.document_of(tombstone.entity)
    path = document.removeprefix(site.release.base_iri)
    return site.addresses.on_site(f"{site.release.base_iri}release/{tombstone.last}/{path}")


def _problem(tombstone: Tombstone, was: str, language: str) -> bytes:
    problem = {
        "type": "about:blank",
        "title": translate("This is no longer here", language),
        "status": _GONE_STATUS,
        "entity": tombstone.entity,
        "gone": tombstone.gone.isoformat(),
        "release": tombstone.release,
        "replaced_by": list(tombstone.replaced_by),
        "events": list(tombstone.events),
        "as_it_was": was,
    }
    return (json.dumps(problem, ensure_ascii=False, indent=1) + "\n").encode()


def _chosen(extension: MediaType | None) -> Chosen:
    """Return the media type that an extension picks, or else the client prefers."""
    if extension is not None:
        return Chosen(extension, extension.name)
    try:
        chosen = negotiate_rdf(request.headers.get("Accept", ""), _OFFERED)
    except NotAcceptable:
        return Chosen(_DETAILS, PROBLEM)
    # Who asks for any JSON is told what happened in the JSON of errors (RFC 9457, section 3).
    return Chosen(_DETAILS, PROBLEM) if chosen.name == "application/json" else chosen


def gone_response(site: Site, tombstone: Tombstone, extension: MediaType | None) -> Response:
    """Return 410 as a page, as a graph, or as problem details (RFC 9110, section 15.5.11)."""
    page_language = negotiate_language(request, site)
    was = last_version_address(site, tombstone)
    picked = _chosen(extension)
    chosen = picked.media_type
    if chosen is _DETAILS:
        body = _problem(tombstone, was, page_language.language)
        response = Response(body, _GONE_STATUS, content_type=PROBLEM)
    elif chosen is HTML:
        entity = tombstone.entity.removeprefix(site.release.base_iri)
        hits = suggest_things(site, entity, page_language, tombstone.replaced_by)
        near = site.pages.search.near(hits, page_language)
        page = site.pages.history.gone(tombstone, was, page_language, near)
        response = Response(page, _GONE_STATUS, content_type=HTML.content_type)
    else:
        release = site.release
        graph = serialise(tombstone.triples(), chosen, release.prefixes, release.context)
        graph = as_n3(graph) if picked.name in N3 else graph
        response = Response(graph, _GONE_STATUS, content_type=picked.content_type)
    if chosen in (_DETAILS, HTML):
        response.headers["Content-Language"] = page_language.language
    links = [(name, 'rel="successor-version"') for name in tombstone.replaced_by]
    links += [(was, 'rel="predecessor-version"')] if was else []
    if links:
        response.headers["Link"] = join_links(links)
    response.headers["Cache-Control"] = "public, no-cache"
    set_vary(response, "Accept", "Accept-Language")
    return response
