"""Named queries: each an address with parameters, bounded like every query."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from publisher.query.named import NamedQuery
from publisher.rdf.media_types import HTML
from publisher.serve.documents import moved
from publisher.serve.keeping import keep
from publisher.serve.protocol import SHORT_NAMES, decode, read_operation, read_wish
from publisher.serve.reader import page, reader_of
from publisher.serve.site import Site
from publisher.serve.sparql import ask, respond, show


def _find(site: Site, path: str) -> tuple[NamedQuery, str]:
    """Return the query that a path means, and the extension at its end."""
    if path in site.queries:
        return site.queries[path], ""
    name, _, extension = path.rpartition(".")
    if name not in site.queries or extension not in SHORT_NAMES or extension == HTML.extension:
        abort(404)
    return site.queries[name], extension


def _answer(site: Site, query: NamedQuery, extension: str) -> Response:
    parameters = decode(request.query_string)
    values = {name: found[-1] for name, found in parameters.items()}
    if not extension and not any(values.get(name) for name in query.parameters):
        wish = read_wish(request.headers.get("Accept", ""))
        if wish.page and query.parameters:
            place = site.addresses.path(f"{site.release.base_iri}query")
            return moved(f"{place}#{query.name}", 303)
    wish = read_wish(request.headers.get("Accept", ""), extension)
    endpoint = site.addresses.on_site(site.release.base_iri + "sparql")
    filled = query.fill(values)
    operation = read_operation({"query": [filled]}, wish, endpoint, {})
    if wish.page:
        return show(site, operation)
    return respond(site, ask(site, operation), wish)


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the named queries and of their documentation."""
    routes = Blueprint("queries", __name__)

    @routes.get("/query")
    def listed() -> Response:
        reader = reader_of(request, site)
        keep()
        return page(site, site.pages.queries.named(reader), reader)

    @routes.get("/query/<path:path>")
    def named(path: str) -> Response:
        return _answer(site, *_find(site, path))

    return routes
