"""The publisher's own pages, logo and colour."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from publisher.render.own_pages import FOLDER, PICTURE_TYPES
from publisher.serve.headers import set_validators
from publisher.serve.page_language import negotiate_language, page_response
from publisher.serve.site import Site


def blueprint(site: Site) -> Blueprint:
    """Return the routes of the publisher's own pages."""
    routes = Blueprint("own_pages", __name__)

    @routes.get(f"/{FOLDER}<name>")
    def own_page(name: str) -> Response:
        page_language = negotiate_language(request, site)
        body = site.pages.own_page(name, page_language)
        if body is None:
            abort(404)
        return page_response(site, body, page_language)

    @routes.get(f"/{FOLDER}logo")
    def logo() -> Response:
        picture = site.pages.own.logo
        if picture is None:
            abort(404)
        body = picture.read_bytes()
        response = Response(body, content_type=PICTURE_TYPES[picture.suffix])
        set_validators(response, body, site.release.published)
        return response

    @routes.get(f"/{FOLDER}colour.css")
    def colour() -> Response:
        if not site.pages.own.colour:
            abort(404)
        body = f":root {{ --body: {site.pages.own.colour}; }}\n".encode()
        response = Response(body, content_type="text/css; charset=utf-8")
        set_validators(response, body, site.release.published)
        return response

    return routes
