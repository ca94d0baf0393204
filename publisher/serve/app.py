"""A site → the WSGI application that answers for it."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, abort, request
from werkzeug.routing import IntegerConverter, PathConverter
from werkzeug.security import safe_join

from publisher.config import Config
from publisher.release.model import Release
from publisher.serve import (
    assistants,
    catalogue,
    concepts,
    docs,
    documents,
    embedding,
    feeds,
    files,
    health,
    memento,
    own_pages,
    pictures,
    problems,
    releases,
    search,
    signposting,
    sparql,
    tables,
)
from publisher.serve.archive import ReleaseArchive
from publisher.serve.cors import ALLOWED
from publisher.serve.direct_queries import DirectQueries, Lease
from publisher.serve.headers import add_common_headers, page_policy, set_validators
from publisher.serve.http.limits import longest_body_bytes
from publisher.serve.loop_request import LoopRequest
from publisher.serve.mcp import blueprint as mcp
from publisher.serve.preconditions import answer_if_met, has_precondition
from publisher.serve.queue import limit_renderers, queue_costly_views
from publisher.serve.response_cache import (
    MOST_WAITING,
    CacheableRequest,
    ResponseCache,
    answer_unless_known,
    mark_cacheable,
)
from publisher.serve.site import Shared, Site, make_shared, open_archived_site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_STATIC = Path(__file__).parent / "static"
_PREFLIGHT_SECONDS = "86400"
_QUERY_PATHS = ("/sparql", "/query", "/release/")
Routes = Callable[[Site], Blueprint]
# The routes of every release, current or past.
_ROUTE_MODULES: tuple[Routes, ...] = (
    sparql.blueprint,
    sparql.queries_blueprint,
    search.blueprint,
    concepts.blueprint,
    tables.blueprint,
    files.blueprint,
    own_pages.blueprint,
    docs.blueprint,
    catalogue.blueprint,
    signposting.blueprint,
    catalogue.crawlers_blueprint,
    feeds.blueprint,
    assistants.blueprint,
    mcp.blueprint,
)
# Threads that costly requests never occupy.
_THREADS_FOR_DOCUMENTS = 8
# Requested by monitoring; these never wait for one another.
_MONITORED_PATHS = ("/healthz", "/readyz", "/metrics")


class _BoundedNumber(IntegerConverter):
    """A number in an address; with more digits, nothing could have it."""

    regex = r"\d{1,9}"


class _AllConverter(PathConverter):
    """The rest of an address: IRIs may have empty segments and escaped line ends too."""

    regex = r"(?s:.+?)"
    part_isolating = False


def create_flask(site: Site, archive: ReleaseArchive | None = None) -> Flask:
    """Return the Flask application of a site: one blueprint per subject."""
    app = _flask(site, (health.blueprint, pictures.blueprint, embedding.blueprint, *_ROUTE_MODULES))
    archive = archive or create_archive(site.config, Shared(site.metrics, site.endpoint.queue))
    app.register_blueprint(releases.blueprint(site, archive))
    app.register_blueprint(files.copies_blueprint(site, archive))
    app.register_blueprint(memento.blueprint(site, archive))
    app.register_blueprint(documents.blueprint(site))
    queue_costly_views(app, site)
    limit_renderers(app, site)
    memento.follow_accept_datetime(app, site, archive)
    return app


def create_archive(config: Config, shared: Shared | None = None) -> ReleaseArchive:
    """Return the archive of kept releases; each is opened at its first request.

    Args:
        config: The settings.
        shared: What they share with the release on line, if there is one.
    """
    together = shared or make_shared(config)

    def open_application(release: Release) -> tuple[WSGIApplication, Callable[[], None]]:
        site = open_archived_site(config, release, together)
        app = _flask(site, (*_ROUTE_MODULES, releases.present_blueprint, documents.blueprint))
        queue_costly_views(app, site)
        memento.mark_originals(app)
        return app.wsgi_app, site.engine.close

    return ReleaseArchive(Path(config.releases), open_application, config.open_releases)


def thread_count(config: Config) -> int:
    """Return how many threads a web process needs, so that some are always left for documents.

    Costly requests, running or waiting, never hold more threads than the queue has places; those
    that wait for an answer that another request makes are counted apart.
    """
    return config.query_workers + config.query_queue + MOST_WAITING + _THREADS_FOR_DOCUMENTS


def _flask(site: Site, parts: Iterable[Routes]) -> Flask:
    app = Flask("publisher.serve", static_folder=None)
    app.add_url_rule("/static/<path:name>", "static", _static_file)
    app.config["MAX_CONTENT_LENGTH"] = longest_body_bytes(site.config)
    app.config["MAX_FORM_MEMORY_SIZE"] = app.config["MAX_CONTENT_LENGTH"]
    app.url_map.merge_slashes = False
    app.url_map.converters["int"] = _BoundedNumber
    app.url_map.converters["all"] = _AllConverter
    for part in parts:
        app.register_blueprint(part(site))
    app.after_request(partial(add_common_headers, policy=page_policy(site.config.tile_url)))
    app.after_request(_preflight)
    present = replace(site.config, site_url=site.present or site.config.site_url)
    if not present.is_site_named:
        app.after_request(partial(_make_redirect_relative, site_url=present.site_url))
    # Last, so that its answers pass through the handlers above.
    problems.register_error_handlers(app, site)
    return app


def _static_file(name: str) -> Response:
    """Return a script, sheet or picture of the pages, whole, so that it is sent compressed."""
    path = Path(safe_join(str(_STATIC), name) or _STATIC)
    try:
        body, changed = path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError):  # not there, a folder, or a name that no file can have
        abort(404)
    response = Response(body, mimetype=mimetypes.guess_type(name)[0])
    set_validators(response, body, changed)
    response.headers["Content-Disposition"] = f'inline; filename="{path.name}"'
    mark_cacheable()
    return response


def _make_redirect_relative(response: Response, site_url: str) -> Response:
    """Make a redirect relative to the requested host (RFC 9110, section 10.2.2).

    Where nobody said what the site is called, its address is made of host and port, which may be
    0.0.0.0; and the Host field of a request is the client's word.
    """
    location = response.headers.get("Location", "")
    if location.startswith(site_url):
        relative = location.removeprefix(site_url.rstrip("/"))
        # Two slashes would begin the name of a host (RFC 3986, section 4.2).
        response.headers["Location"] = f"/.{relative}" if relative.startswith("//") else relative
    return response


def _preflight(response: Response) -> Response:
    """Answer a browser's question whether a script may ask (Fetch, section 3.2.2)."""
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
        response.headers["Access-Control-Allow-Headers"] = ALLOWED
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    return response


class CachingApplication:
    """The whole application: response caches, and queries in the event loop, in front of Flask.

    Queries and past releases have a cache of their own, so that a flood of them does not evict
    documents.
    """

    def __init__(
        self, site: Site, archive: ReleaseArchive | None = None, *, direct_queries: bool = True
    ) -> None:
        """Begin with empty caches.

        Args:
            site: What is answered for.
            archive: The past releases.
            direct_queries: Whether queries are answered in the event loop, where there is one.
        """
        self._flask = create_flask(site, archive).wsgi_app
        self._documents = ResponseCache(self._flask, site.config.cache_mb << 20)
        self._answers = ResponseCache(self._flask, site.config.query_cache_mb << 20)
        self._metrics = site.metrics
        self._queries = DirectQueries(site, self._answers) if direct_queries else None

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request, from the cache if it has the answer."""
        start = self._metrics.counting(environ, start)
        if has_precondition(environ):
            return answer_if_met(self._answer, environ, start)
        return self._answer(environ, start)

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in _MONITORED_PATHS:
            return self._flask(environ, start)
        cache = self._cache_for(environ)
        if cache is None:
            return answer_unless_known(self._flask, environ, start)
        return cache(environ, start)

    def from_cache(self, environ: WSGIEnvironment, start: StartResponse) -> list[bytes] | None:
        """Answer a request from the cache, without a lock; None when the answer must be made."""
        cache = self._cache_for(environ)
        if cache is None:
            return None
        cached = cache.from_cache(environ, self._metrics.counting(environ, start))
        if cached is not None and cache is self._answers:
            self._metrics.memory_hit()
        return cached

    def at_once(self, cacheable: CacheableRequest) -> tuple[bytes, bytes] | None:
        """Return an answer from the cache as it is sent; None when it must be made.

        Its head is that of HTTP/1.1 (RFC 9112), without Date and the empty line after it.
        """
        cache = self._cache_for(cacheable.environ)
        answer = None if cache is None else cache.find(cacheable)
        if answer is None:
            return None
        sent = answer.raw_response(cacheable.environ)
        self._metrics.request(cacheable.route, sent.status)
        if cache is self._answers:
            self._metrics.memory_hit()
        return sent.head, sent.body

    def in_loop(self, request: LoopRequest, lease: Lease) -> bool:
        """Begin to answer a request in the event loop; False when a thread must answer."""
        return self._queries is not None and self._queries.take(request, lease)

    def warm(self, previous: CachingApplication, most: int, seconds: float) -> int:
        """Make documents in advance: the home page, and what another application answered last.

        It is called before this application takes over from the other one, in a thread that has
        time. No more is made than the cache of documents holds.

        Args:
            previous: The application that answers now; its latest requests are repeated here.
            most: So many documents at most.
            seconds: How long it may take, roughly.

        Returns:
            How many documents are ready.
        """
        keys = previous._documents.recent()
        return self._documents.warm(keys[:most], most, monotonic() + seconds)

    def _cache_for(self, environ: WSGIEnvironment) -> ResponseCache | None:
        if "HTTP_ACCEPT_DATETIME" in environ or has_precondition(environ):
            return None
        return self._answers if environ["PATH_INFO"].startswith(_QUERY_PATHS) else self._documents


def create_app(site: Site, archive: ReleaseArchive | None = None) -> CachingApplication:
    """Return the application that answers for a site."""
    return CachingApplication(site, archive)
