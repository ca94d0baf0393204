"""Pictures for shared links, drawn when somebody asks and kept in memory; the favicon."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from publisher.render.frame import HOME_PICTURE, PICTURES
from publisher.render.pages import PageLanguage
from publisher.serve.documents import redirect_to
from publisher.serve.headers import set_validators
from publisher.serve.requested import requested_target
from publisher.serve.response_cache import mark_cacheable
from publisher.serve.site import Site

_PNG = "image/png"
_FOLDER = PICTURES.rstrip("/")


def _draw(site: Site, target: str, page_language: PageLanguage) -> bytes | None:
    """Return the picture with a name, without the folder; None when there is none."""
    document, _ = site.documents.find_by_file(target)
    if target == f"{HOME_PICTURE}.png":
        return site.pages.home_picture(page_language)
    description = site.documents.describe(document) if document else None
    if document is None or description is None:
        return None
    return site.pages.picture(document, description, page_language)


def blueprint(site: Site) -> Blueprint:
    """Return the route of pictures."""
    routes = Blueprint("pictures", __name__)

    @routes.get(f"/{_FOLDER}/<language>/<all:name>.png")
    def picture(language: str, name: str) -> Response:
        target = requested_target(skipped=2)
        is_offered = language in site.config.offered_languages
        drawn = _draw(site, target, PageLanguage(language)) if is_offered else None
        if drawn is None:
            abort(404)
        response = Response(drawn, content_type=_PNG)
        set_validators(response, drawn, site.release.published)
        response.headers["Content-Language"] = language
        mark_cacheable()
        return response

    @routes.get("/favicon.ico")
    def favicon() -> Response:
        # Asked for by programs that read no page; pages name the icons themselves.
        icon = site.addresses.on_site(f"{site.release.base_iri}static/favicon.ico")
        return redirect_to(icon, 301)

    return routes
