"""Small pages that other sites show in a frame: a card, the rows of a table, the map."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from publisher.render.frame import EMBEDDED, MAP
from publisher.render.tables.pages import TableView
from publisher.serve.headers import frame_policy
from publisher.serve.page_language import negotiate_language, page_response
from publisher.serve.requested import requested_target
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site
from publisher.serve.tables import read_selection

_FOLDER = EMBEDDED.rstrip("/")


def blueprint(site: Site) -> Blueprint:
    """Return the routes of what may be embedded."""
    routes = Blueprint("embedding", __name__)

    def answer(body: bytes | None) -> Response:
        if body is None:
            abort(404)
        response = page_response(site, body, negotiate_language(request, site))
        response.headers["Content-Security-Policy"] = frame_policy(site.config.tile_url)
        mark_cacheable()
        return response

    @routes.get(f"/{_FOLDER}/{MAP}")
    def home_map() -> Response:
        reader = negotiate_language(request, site)
        return answer(site.pages.embedded_map(reader))

    @routes.get(f"/{_FOLDER}/table/<name>")
    def table(name: str) -> Response:
        chosen_table = site.pages.tables.tables.get(name)
        if chosen_table is None:
            abort(404)
        columns = tuple(request.args.getlist("column"))
        view = TableView(
            chosen_table, read_selection(chosen_table), columns, negotiate_language(request, site)
        )
        return answer(site.pages.embedded.table(view))

    @routes.get(f"/{_FOLDER}/<all:name>")
    def card(name: str) -> Response:
        document = site.documents.find(requested_target(skipped=1))
        description = site.documents.describe(document) if document is not None else None
        if document is None or description is None:
            abort(404)
        reader = negotiate_language(request, site)
        return answer(site.pages.embedded.card(document, description, reader))

    return routes
