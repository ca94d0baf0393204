"""What a release of the past does not answer itself: the list of all releases is the site's."""

from __future__ import annotations

from flask import Blueprint, Response

from publisher.serve.documents import moved
from publisher.serve.site import Site


def blueprint(site: Site) -> Blueprint:
    """Return the route that leads out of the past."""
    routes = Blueprint("elsewhere", __name__)

    @routes.get("/release")
    def releases() -> Response:
        return moved(f"{site.present}release", 301)

    return routes
