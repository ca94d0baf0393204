"""A site → the WSGI application that answers for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, request
from werkzeug.routing import IntegerConverter

from publisher.config import Config
from publisher.release.model import Release
from publisher.serve import (
    catalogue,
    documents,
    feeds,
    files,
    health,
    memento,
    pictures,
    problems,
    releases,
    search,
    signposting,
    sparql,
    tables,
)
from publisher.serve.archive import Past
from publisher.serve.cors import ALLOWED
from publisher.serve.headers import for_everybody, page_policy
from publisher.serve.http.limits import longest_body_bytes
from publisher.serve.preconditions import answer_if_met, has_precondition
from publisher.serve.queue import take_turns
from publisher.serve.response_cache import MOST_WAITING, Asked, Ready
from publisher.serve.site import Shared, Site, open_past_site, share

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFLIGHT_SECONDS = "86400"
_ASKED = ("/sparql", "/query", "/release/")
Routes = Callable[[Site], Blueprint]
# What every release answers, the one on line and those of the past.
_PARTS: tuple[Routes, ...] = (
    sparql.blueprint,
    sparql.queries_blueprint,
    search.blueprint,
    tables.blueprint,
    files.blueprint,
    catalogue.blueprint,
    signposting.blueprint,
    catalogue.crawlers_blueprint,
    feeds.blueprint,
)
# Threads that nothing costly ever holds.
_THREADS_FOR_DOCUMENTS = 8
# Asked for by those who watch over the process: never to wait for one another.
_WATCHED = ("/healthz", "/readyz", "/metrics")


class _Number(IntegerConverter):
    """A number in an address; one that is longer counts nothing that exists."""

    regex = r"\d{1,9}"


def create_flask(site: Site, past: Past | None = None) -> Flask:
    """Return the Flask application of a site: one blueprint per subject."""
    app = _flask(site, (health.blueprint, pictures.blueprint, *_PARTS))
    past = past or create_past(site.config, Shared(site.metrics, site.endpoint.turns))
    app.register_blueprint(releases.blueprint(site, past))
    app.register_blueprint(files.copies_blueprint(site, past))
    app.register_blueprint(memento.blueprint(site, past))
    app.register_blueprint(documents.blueprint(site))
    take_turns(app, site)
    memento.follow_accept_datetime(app, site, past)
    return app


def create_past(config: Config, shared: Shared | None = None) -> Past:
    """Return the releases that are kept; each is opened when somebody asks for it.

    Args:
        config: The settings.
        shared: What they share with the release on line, if there is one.
    """
    together = shared or share(config)

    def open_application(release: Release) -> tuple[WSGIApplication, Callable[[], None]]:
        site = open_past_site(config, release, together)
        app = _flask(site, (*_PARTS, releases.present_blueprint, documents.blueprint))
        take_turns(app, site)
        memento.mark_originals(app)
        return app.wsgi_app, site.engine.close

    return Past(Path(config.releases), open_application, config.open_releases)


def thread_count(config: Config) -> int:
    """Return how many threads a web process needs, so that some are always left to documents.

    Costly requests that are at work or wait for their turn never hold more than the queue and its
    places; those that wait for what another one makes are counted apart.
    """
    return config.query_workers + config.query_queue + MOST_WAITING + _THREADS_FOR_DOCUMENTS


def _flask(site: Site, parts: Iterable[Routes]) -> Flask:
    app = Flask("publisher.serve", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = longest_body_bytes(site.config)
    app.config["MAX_FORM_MEMORY_SIZE"] = app.config["MAX_CONTENT_LENGTH"]
    app.url_map.merge_slashes = False
    app.url_map.converters["int"] = _Number
    for part in parts:
        app.register_blueprint(part(site))
    app.after_request(partial(for_everybody, policy=page_policy(site.config.tile_url)))
    app.after_request(_preflight)
    present = replace(site.config, site_url=site.present or site.config.site_url)
    if not present.is_site_named:
        app.after_request(partial(_relative, site_url=present.site_url))
    problems.register(app, site)  # last, so that what it answers passes through the others
    return app


def _relative(response: Response, site_url: str) -> Response:
    """Let a redirect lead to the host that was asked (RFC 9110, section 10.2.2).

    Where nobody said what the site is called, its address is made of host and port, which may be
    0.0.0.0; and the Host field of a request is the client's word.
    """
    location = response.headers.get("Location", "")
    if location.startswith(site_url):
        response.headers["Location"] = location.removeprefix(site_url.rstrip("/"))
    return response


def _preflight(response: Response) -> Response:
    """Answer a browser's question whether a script may ask (Fetch, section 3.2.2)."""
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
        response.headers["Access-Control-Allow-Headers"] = ALLOWED
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    return response


class Application:
    """The whole application: the memories of ready answers in front of Flask.

    Queries and the past have a memory of their own, so that no flood of them washes the documents
    out.
    """

    def __init__(self, site: Site, past: Past | None = None) -> None:
        """Begin with empty memories."""
        self._flask = create_flask(site, past).wsgi_app
        self._documents = Ready(self._flask, site.config.cache_mb << 20)
        self._answers = Ready(self._flask, site.config.query_cache_mb << 20)
        self._metrics = site.metrics

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request, from memory when the answer is there."""
        start = self._metrics.counting(environ, start)
        if has_precondition(environ):
            return answer_if_met(self._answer, environ, start)
        return self._answer(environ, start)

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        memory = None if environ["PATH_INFO"] in _WATCHED else self._memory_for(environ)
        return (memory or self._flask)(environ, start)

    def from_memory(self, environ: WSGIEnvironment, start: StartResponse) -> list[bytes] | None:
        """Answer a request from memory, without a lock; None when the answer must be made."""
        memory = self._memory_for(environ)
        if memory is None:
            return None
        return memory.from_memory(environ, self._metrics.counting(environ, start))

    def at_once(self, asked: Asked) -> tuple[bytes, bytes] | None:
        """Return an answer from memory as it goes over the wire; None when it must be made.

        Its head is that of HTTP/1.1 (RFC 9112), without Date and the empty line after it.
        """
        memory = self._memory_for(asked.environ)
        answer = None if memory is None else memory.find(asked)
        if answer is None:
            return None
        sent = answer.on_the_wire(asked.environ)
        self._metrics.request(asked.place, sent.status)
        return sent.head, sent.body

    def warm(self, previous: Application, most: int, seconds: float) -> int:
        """Make documents before they are asked for: the home page, and what another one had last.

        It is called before this application takes over from the other one, in a thread that has
        time. Never more is made than the memory of documents holds.

        Args:
            previous: The application that answers now; its requests are read, and made here.
            most: So many documents at most.
            seconds: Not much longer than this.

        Returns:
            How many documents are ready.
        """
        keys = previous._documents.recent()
        return self._documents.warm(keys[:most], most, monotonic() + seconds)

    def _memory_for(self, environ: WSGIEnvironment) -> Ready | None:
        if "HTTP_ACCEPT_DATETIME" in environ or has_precondition(environ):
            return None
        return self._answers if environ["PATH_INFO"].startswith(_ASKED) else self._documents


def create_app(site: Site, past: Past | None = None) -> Application:
    """Return the application that answers for a site."""
    return Application(site, past)
