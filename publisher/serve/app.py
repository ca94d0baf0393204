"""A site → the WSGI application that answers for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from flask import Blueprint, Flask, Response, request

from publisher.config import Config
from publisher.release.model import Release
from publisher.serve import (
    catalogue,
    closed,
    crawlers,
    documents,
    feeds,
    files,
    health,
    memento,
    problems,
    queries,
    releases,
    search,
    signposting,
    sparql,
    tables,
)
from publisher.serve.fields import for_everybody
from publisher.serve.metrics import counted
from publisher.serve.past import Past
from publisher.serve.ready import Ready
from publisher.serve.site import Site, open_past_site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFLIGHT_SECONDS = "86400"
_QUERIES = ("/sparql", "/query")
# A form carries the query; twice its length leaves room for escapes and other fields.
_FORM_FACTOR = 4


class Part(Protocol):
    """A module that answers for one subject."""

    def blueprint(self, site: Site) -> Blueprint:
        """Return its routes."""


def create_flask(site: Site, past: Past | None = None) -> Flask:
    """Return the Flask application of a site: one blueprint per subject."""
    asked = (health, sparql, queries, search, tables)
    app = _flask(site, (*asked, files, catalogue, signposting, crawlers, feeds))
    past = past or create_past(site.config)
    app.register_blueprint(releases.blueprint(site, past))
    app.register_blueprint(memento.blueprint(site, past))
    app.register_blueprint(documents.blueprint(site))
    memento.follow_accept_datetime(app, site, past)
    return app


def create_past(config: Config) -> Past:
    """Return the releases that are kept; each is opened when somebody asks for it."""

    def open_application(release: Release) -> WSGIApplication:
        site = open_past_site(config, release)
        return _flask(site, (closed, files, catalogue, signposting, documents)).wsgi_app

    return Past(Path(config.releases), open_application, config.open_releases)


def _flask(site: Site, parts: Iterable[Part]) -> Flask:
    app = Flask("publisher.serve", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = _FORM_FACTOR * (site.config.query_length_kb << 10)
    app.config["MAX_FORM_MEMORY_SIZE"] = app.config["MAX_CONTENT_LENGTH"]
    app.url_map.merge_slashes = False
    for part in parts:
        app.register_blueprint(part.blueprint(site))
    problems.register(app, site)
    app.after_request(for_everybody)
    app.after_request(_preflight)
    return app


def _preflight(response: Response) -> Response:
    """Answer a browser's question whether a script may ask (Fetch, section 3.2.2)."""
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
        response.headers["Access-Control-Allow-Headers"] = (
            "Accept, Accept-Datetime, Accept-Language, Content-Type"
        )
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    return response


def create_app(site: Site, past: Past | None = None) -> WSGIApplication:
    """Return the whole application: the memories of ready answers in front of Flask.

    Queries have a memory of their own, so that no flood of them washes the documents out.
    """
    flask = create_flask(site, past).wsgi_app
    documents = Ready(flask, site.config.cache_mb << 20)
    answers = Ready(flask, site.config.query_cache_mb << 20)

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if "HTTP_ACCEPT_DATETIME" in environ:
            return flask(environ, start)
        is_query = environ["PATH_INFO"].startswith(_QUERIES)
        return (answers if is_query else documents)(environ, start)

    return counted(application, site.metrics)
