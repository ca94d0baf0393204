"""A site → the WSGI application that answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, request

from publisher.serve import documents, files, health, problems, sparql
from publisher.serve.fields import for_everybody
from publisher.serve.ready import Ready
from publisher.serve.site import Site

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_PREFLIGHT_SECONDS = "86400"
# A form carries the query; twice its length leaves room for escapes and other fields.
_FORM_FACTOR = 4


def create_flask(site: Site) -> Flask:
    """Return the Flask application of a site: one blueprint per subject."""
    app = Flask("publisher.serve", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = _FORM_FACTOR * (site.config.query_length_kb << 10)
    app.config["MAX_FORM_MEMORY_SIZE"] = app.config["MAX_CONTENT_LENGTH"]
    app.url_map.merge_slashes = False
    for part in (health, sparql, files, documents):
        app.register_blueprint(part.blueprint(site))
    problems.register(app, site)
    app.after_request(for_everybody)
    app.after_request(_preflight)
    return app


def _preflight(response: Response) -> Response:
    """Answer a browser's question whether a script may ask (Fetch, section 3.2.2)."""
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
        response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Content-Type"
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    return response


def create_app(site: Site) -> WSGIApplication:
    """Return the whole application: the memory of ready answers in front of Flask."""
    return Ready(create_flask(site).wsgi_app, site.config.cache_mb << 20)
