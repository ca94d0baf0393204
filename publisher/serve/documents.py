"""Things → 303 to their documents; documents → the representation that the client prefers."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request

from publisher import media_types
from publisher.media_types import MediaType
from publisher.negotiation import negotiate
from publisher.render.documents import Document
from publisher.serve.fields import document_links, validators, vary
from publisher.serve.reader import PARAMETER, reader_of
from publisher.serve.ready import KEEP
from publisher.serve.site import Site

# The catalogue is for machines first: harvesters send */* or nothing, and must get RDF.
_DATA_FIRST = frozenset({"catalog"})


def keep() -> None:
    """Let the layer in front keep the answer to this request."""
    marks = request.environ.get(KEEP)
    if marks is not None:
        marks.append(True)


def moved(location: str, code: int) -> Response:
    """Return a redirect without a body; never 302, which some harvesters do not follow."""
    response = Response(b"", code)
    response.headers["Location"] = location
    response.headers["Cache-Control"] = "public, no-cache"
    vary(response, "Accept")
    return response


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
        document = site.documents.find(bare)
        if document is not None:
            return document, media_type
    abort(404)


def _choose(path: str) -> MediaType:
    accept = request.headers.get("Accept", "")
    offered = media_types.DOCUMENTS
    if path in _DATA_FIRST:
        offered = (*media_types.GRAPHS, media_types.HTML)
    return media_types.BY_NAME[negotiate(accept, [m.name for m in offered])]


def _represent(site: Site, document: Document, chosen: MediaType) -> tuple[bytes, str]:
    """Return the bytes of a representation, and its language if it has one."""
    description = site.documents.describe(document, _page_number())
    if description is None:
        abort(404)
    if chosen is media_types.HTML:
        reader = reader_of(request, site)
        return site.pages.document(document, description, reader), reader.language
    return site.documents.graph(document, description, chosen), ""


def _respond(site: Site, document: Document, extension: MediaType | None) -> Response:
    path = document.iri.removeprefix(site.release.base_iri)
    chosen = extension or _choose(path)
    body, language = _represent(site, document, chosen)
    response = Response(body, content_type=chosen.content_type)
    validators(response, body, site.release.published)
    place = site.addresses.on_site(site.addresses.representation(document.iri, chosen))
    kept = urlencode({k: v for k, v in request.args.items() if k in ("incoming", PARAMETER)})
    response.headers["Content-Location"] = f"{place}?{kept}" if kept else place
    response.headers["Link"] = document_links(site.addresses, document.iri, document.topic, chosen)
    if extension is None:
        vary(response, "Accept")
    if language:
        response.headers["Content-Language"] = language
        if PARAMETER not in request.args:
            vary(response, "Accept-Language")
    keep()
    return response


def blueprint(site: Site) -> Blueprint:
    """Return the routes of things and documents."""
    routes = Blueprint("documents", __name__)

    @routes.get("/id/<path:name>")
    def thing(name: str) -> Response:
        document = site.documents.find(f"id/{name}")
        if document is None:
            abort(404)
        query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
        return moved(site.addresses.on_site(document.iri) + query, 303)

    @routes.get("/<path:name>")
    def document(name: str) -> Response:
        found, extension = _split(site, name)
        if name.endswith("/"):
            return moved(site.addresses.on_site(found.iri), 301)
        return _respond(site, found, extension)

    @routes.get("/")
    def home() -> Response:
        reader = reader_of(request, site)
        body = site.pages.home(reader)
        response = Response(body, content_type=media_types.HTML.content_type)
        validators(response, body, site.release.published)
        response.headers["Content-Language"] = reader.language
        vary(response, "Accept-Language")
        keep()
        return response

    return routes
