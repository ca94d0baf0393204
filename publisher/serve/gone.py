"""What has left → 301 to what replaced it, or 410 with when, why and what came instead."""

from __future__ import annotations

import json

from flask import Response, request

from publisher.errors import NotAcceptable
from publisher.messages import translate
from publisher.rdf import media_types
from publisher.rdf.media_types import GRAPHS, HTML, MediaType, negotiate
from publisher.rdf.serialise import serialise
from publisher.release.history.tombstones import Tombstone
from publisher.serve.fields import join_links, vary
from publisher.serve.nearest import nearest
from publisher.serve.problems import PROBLEM
from publisher.serve.reader import reader_of
from publisher.serve.site import Site

_STATUS = 410


def find_tombstone(site: Site, path: str) -> tuple[Tombstone, MediaType | None] | None:
    """Return the tombstone that a path means, and the media type its extension picks."""
    bare, dot, extension = path.rpartition(".")
    chosen = media_types.BY_EXTENSION.get(extension) if dot else None
    tried: list[tuple[str, MediaType | None]] = [(path, None)]
    if chosen in media_types.DOCUMENTS:
        tried.append((bare, chosen))
    for asked, media_type in tried:
        for name in site.addresses.candidates(asked):
            for entity in (name, site.addresses.thing_of(name)):
                tombstone = site.tombstones.find(entity)
                if tombstone is not None:
                    return tombstone, media_type
    return None


def replacement(
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


def as_it_was(site: Site, tombstone: Tombstone) -> str:
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
        "status": _STATUS,
        "entity": tombstone.entity,
        "gone": tombstone.gone.isoformat(),
        "release": tombstone.release,
        "replaced_by": list(tombstone.replaced_by),
        "events": list(tombstone.events),
        "as_it_was": was,
    }
    return (json.dumps(problem, ensure_ascii=False, indent=1) + "\n").encode()


def _chosen() -> MediaType | None:
    """Return the media type that the client prefers; None for problem details."""
    offered = [PROBLEM, HTML.name, *(media_type.name for media_type in GRAPHS)]
    try:
        return media_types.BY_NAME.get(negotiate(request.headers.get("Accept", ""), offered))
    except NotAcceptable:
        return None


def gone(site: Site, tombstone: Tombstone, extension: MediaType | None) -> Response:
    """Return 410 as a page, as a graph, or as problem details (RFC 9110, section 15.5.11)."""
    reader = reader_of(request, site)
    was = as_it_was(site, tombstone)
    chosen = extension or _chosen()
    if chosen is None:
        body = _problem(tombstone, was, reader.language)
        response = Response(body, _STATUS, content_type=PROBLEM)
    elif chosen is HTML:
        entity = tombstone.entity.removeprefix(site.release.base_iri)
        hits = nearest(site, entity, reader, tombstone.replaced_by)
        near = site.pages.search.near(hits, reader)
        page = site.pages.history.gone(tombstone, was, reader, near)
        response = Response(page, _STATUS, content_type=HTML.content_type)
    else:
        release = site.release
        graph = serialise(tombstone.triples(), chosen, release.prefixes, release.context)
        response = Response(graph, _STATUS, content_type=chosen.content_type)
    if chosen in (None, HTML):
        response.headers["Content-Language"] = reader.language
    links = [(name, 'rel="successor-version"') for name in tombstone.replaced_by]
    links += [(was, 'rel="predecessor-version"')] if was else []
    if links:
        response.headers["Link"] = join_links(links)
    response.headers["Cache-Control"] = "public, no-cache"
    vary(response, "Accept", "Accept-Language")
    return response
