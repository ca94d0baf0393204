"""What a release of the past does not answer, said in a sentence."""

from __future__ import annotations

from flask import Blueprint, Response, request

from publisher.messages import translate
from publisher.serve import problems
from publisher.serve.documents import moved
from publisher.serve.reader import reader_of
from publisher.serve.site import Site

_CLOSED = ("sparql", "query", "table", "search")


def blueprint(site: Site) -> Blueprint:
    """Return the routes that need an engine for queries, which only the current release has."""
    routes = Blueprint("closed", __name__)

    def closed(rest: str = "") -> Response:
        sentence = translate(
            "Queries are answered by the current release alone; load the dump of this one instead.",
            reader_of(request, site).language,
        )
        return problems.answer(site, 404, {}, [sentence])

    def elsewhere() -> Response:
        here = site.config.site_url.removesuffix(f"release/{site.release.id}/")
        return moved(f"{here}release", 301)

    routes.add_url_rule("/release", "releases", elsewhere)
    for name in _CLOSED:
        routes.add_url_rule(f"/{name}", f"{name}", closed, methods=["GET", "POST"])
        routes.add_url_rule(f"/{name}/<path:rest>", f"{name}-below", closed)
    return routes
