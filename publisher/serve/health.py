"""Is the process alive, and can it answer?"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from publisher.messages import SOURCE_LANGUAGE
from publisher.serve.site import Site


def blueprint(site: Site) -> Blueprint:
    """Return the routes for monitoring."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return _plain("ok\n")

    @routes.get("/readyz")
    def ready() -> Response:
        trouble = site.engine.trouble()
        troubles = [*([trouble] if trouble else []), *site.health.troubles()]
        if troubles:
            response = _plain("".join(f"{trouble}\n" for trouble in troubles))
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            return response
        # A site that serves an older release serves: no proxy may take it out for that.
        fallback = site.health.fallback
        text = f"{fallback.explained(SOURCE_LANGUAGE)}\n" if fallback else ""
        return _plain(f"{site.release.id}\n{text}")

    @routes.get("/metrics")
    def metrics() -> Response:
        response = _plain("")
        response.data = site.metrics.text()
        response.content_type = CONTENT_TYPE_PLAIN_0_0_4
        return response

    return routes


def _plain(text: str) -> Response:
    response = Response(text, content_type="text/plain;charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
