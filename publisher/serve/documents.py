"""Things → 303 to their documents; documents → the representation that the client prefers."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request

from publisher.addresses import INDEX
from publisher.rdf import media_types
from publisher.rdf.media_types import MediaType, negotiate
from publisher.render.documents import Document
from publisher.serve import signposting
from publisher.serve.fields import document_links, join_links, validators, vary
from publisher.serve.gone import find_tombstone, gone, replacement
from publisher.serve.keeping import keep
from publisher.serve.reader import PARAMETER, reader_of
from publisher.serve.site import Site


def moved(location: str, code: int) -> Response:
    """Return a redirect without a body; never 302, which some harvesters do not follow."""
    response = Response(b"", code)
    response.headers["Location"] = location
    response.headers["Cache-Control"] = "public, no-cache"
    vary(response, "Accept")
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


def _choose() -> MediaType:
    accept = request.headers.get("Accept", "")
    return media_types.BY_NAME[negotiate(accept, [m.name for m in media_types.DOCUMENTS])]


def _represent(site: Site, document: Document, chosen: MediaType) -> tuple[bytes, str]:
    """Return the bytes of a representation, and its language if it has one."""
    description = site.documents.describe(document, _page_number())
    if description is None:
        abort(404)
    if chosen is media_types.HTML:
        reader = reader_of(request, site)
        return site.pages.document(document, description, reader), reader.language
    return site.documents.graph(document, description, chosen), ""


def respond(site: Site, document: Document, extension: MediaType | None) -> Response:
    """Return a document in the media type that an extension picks, or else the client prefers."""
    chosen = extension or _choose()
    body, language = _represent(site, document, chosen)
    response = Response(body, content_type=chosen.content_type)
    validators(response, body, site.documents.changed(document, chosen))
    place = site.addresses.on_site(site.addresses.representation(document.iri, chosen))
    kept = urlencode({k: v for k, v in request.args.items() if k in ("incoming", PARAMETER)})
    response.headers["Content-Location"] = f"{place}?{kept}" if kept else place
    links = document_links(site.addresses, document.iri, document.topic, chosen)
    posts = join_links(signposting.of_document(site, document, chosen))
    response.headers["Link"] = f"{links}, {posts}"
    if extension is None:
        vary(response, "Accept")
    if language:
        response.headers["Content-Language"] = language
        if not reader_of(request, site).chosen:
            vary(response, "Accept-Language")
    keep()
    return response


def _home(site: Site) -> Response:
    reader = reader_of(request, site)
    body = site.pages.home(reader)
    response = Response(body, content_type=media_types.HTML.content_type)
    validators(response, body, site.release.published)
    response.headers["Content-Language"] = reader.language
    response.headers["Link"] = join_links(signposting.of_home(site))
    vary(response, "Accept", "Accept-Language")
    keep()
    return response


def _gone(site: Site, path: str) -> Response | None:
    """Return what answers for a path of which the entity has left; None for all others."""
    found = find_tombstone(site, path)
    if found is None:
        return None
    there = replacement(site, found[0], path, found[1])
    return moved(there, 301) if there else gone(site, *found)


def blueprint(site: Site) -> Blueprint:
    """Return the routes of things and documents."""
    routes = Blueprint("documents", __name__)

    @routes.get("/id/<path:name>")
    def thing(name: str) -> Response:
        left = _gone(site, f"id/{name}")
        if left is not None:
            return left
        document = site.documents.find(f"id/{name}")
        if document is None:
            abort(404)
        return moved(site.addresses.on_site(document.iri) + _query(), 303)

    @routes.get("/<path:name>")
    def document(name: str) -> Response:
        left = _gone(site, name)
        if left is not None:
            return left
        found, extension = _split(site, name)
        if name.endswith("/"):
            return moved(site.addresses.on_site(found.iri) + _query(), 301)
        if extension is None and found.iri not in site.addresses.candidates(name):
            return moved(site.addresses.on_site(found.iri), 303)
        if extension is media_types.HTML and found.iri == site.release.base_iri:
            return _home(site)
        return respond(site, found, extension)

    @routes.get("/")
    def home() -> Response:
        document = site.documents.find("")
        if document is not None and _choose() is not media_types.HTML:
            return respond(site, document, None)
        return _home(site)

    return routes
