"""Costly requests, which wait in the one queue of a web process, and the addresses of clients.

Every view that may take more than about 20 ms when nothing of its answer is cached is in
``QUEUED_VIEWS``; queries wait in ``Endpoint.answer``, behind the response cache. Documents, health
and metrics never wait: at most ``query_workers`` + ``query_queue`` requests run or wait here, so a
pool of more threads always has some left for them (see ``app.thread_count``).

A request whose client has disconnected is dropped while it waits. The server, which owns the
connection, provides ``environ["publisher.client_left"]``: a function without arguments that returns
True as soon as nobody waits for the answer any more. It is called in the thread of the request,
about four times a second, and must return at once; without it a client counts as connected. The
request then ends with ``ClientDisconnected``, which becomes an empty answer that is never sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any

from flask import Flask, request

from publisher.query.queue import never_disconnected
from publisher.rdf.media_types import HEXTUPLES, HTML, JSON, TRIX
from publisher.serve.response_cache import CLIENT_DISCONNECTED
from publisher.serve.site import Site

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def _always() -> bool:
    return True


def _is_generated_table() -> bool:
    """Tell whether a table is requested that is not a file of the release."""
    extension = request.path.rpartition("/")[2].partition(".")[2]
    return bool(request.query_string) or extension in ("", HTML.extension, JSON.extension)


def _is_rewritten_dump() -> bool:
    """Tell whether a dump is requested in a syntax that it must be written in first."""
    return request.path.endswith((f".{TRIX.extension}", f".{HEXTUPLES.extension}"))


def _is_graph_request() -> bool:
    """Tell whether the catalogue is requested as a graph; its page is a document."""
    return HTML.name not in request.headers.get("Accept", "")


def _is_far_reaching() -> bool:
    """Tell whether concepts are requested that are many steps away, or of a whole scheme."""
    call = request.path.rstrip("/").rpartition("/")[2]
    return call.endswith("Transitive") or call in ("hierarchy", "groups", "new", "modified")


# View → whether the request that it answers is costly.
QUEUED_VIEWS: Mapping[str, Callable[[], bool]] = {
    "catalogue.catalogue": _is_graph_request,
    "catalogue.catalogue_in": _always,
    "catalogue.service": _always,
    "catalogue.swedish": _always,
    "catalogue.void": _always,
    "concepts.data_of_scheme": _always,
    "concepts.file_of_scheme": _always,
    "concepts.of_scheme": _is_far_reaching,
    "concepts.search": _always,
    "concepts.search_scheme": _always,
    "copies.file": _always,
    "crawlers.part": _always,
    "crawlers.sitemap_xml": _always,
    "embedding.home_map": _always,
    "embedding.table": _always,
    "feeds.atom": _always,
    "feeds.catalogue": _always,
    "feeds.catalogue_page": _always,
    "feeds.entities": _always,
    "feeds.entities_page": _always,
    "files.dump": _is_rewritten_dump,
    "pictures.picture": _always,
    "releases.as_it_was": _always,
    "releases.difference": _always,
    "releases.report": _always,
    "search.as_json": _always,
    "search.search": _always,
    "tables.table": _is_generated_table,
}


def request_slot(site: Site) -> AbstractContextManager[None]:
    """Return a context manager that holds a slot for the request; see ``FairQueue.slot``."""
    client = client_address(request.environ, site.config.client_header)
    return site.endpoint.queue.slot(client, client_disconnected())


@contextmanager
def slot_at_once(site: Site) -> Iterator[bool]:
    """Hold a slot for the request if one is free; tell whether there is."""
    client = client_address(request.environ, site.config.client_header)
    with site.endpoint.queue.slot_at_once(client) as has_turn:
        yield has_turn


def client_disconnected() -> Callable[[], bool]:
    """Return a function that returns whether the request's client has disconnected."""
    has_left: Callable[[], bool] = request.environ.get(CLIENT_DISCONNECTED, never_disconnected)
    return has_left


def queue_costly_views(app: Flask, site: Site) -> None:
    """Make the costly views of an application wait in the queue."""
    for name, is_costly in QUEUED_VIEWS.items():
        view = app.view_functions.get(name)
        if view is not None:
            app.view_functions[name] = _queued(site, view, is_costly)


def _queued(
    site: Site, view: Callable[..., Any], is_costly: Callable[[], bool]
) -> Callable[..., Any]:
    @wraps(view)
    def answer(**values: Any) -> Any:
        if not is_costly():
            return view(**values)
        with request_slot(site):
            return view(**values)

    return answer


# Cheap pages and documents: no more threads at once than make them faster.

# After so long a request goes on without a permit: those that hold one may wait for a slow disk.
_RENDERER_SECONDS = 2.0
# Views that make no document, or wait for something else.
_OTHER_BLUEPRINTS = frozenset({"health", "mcp", "sparql", "static"})


def limit_renderers(app: Flask, site: Site) -> None:
    """Let few threads at once make documents, so that the event loop gets its turn (see Site)."""
    for name, view in app.view_functions.items():
        if name not in QUEUED_VIEWS and name.partition(".")[0] not in _OTHER_BLUEPRINTS:
            app.view_functions[name] = _limited(site, view)


def _limited(site: Site, view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def answer(**values: Any) -> Any:
        has_permit = site.renderers.acquire(timeout=_RENDERER_SECONDS)
        try:
            return view(**values)
        finally:
            if has_permit:
                site.renderers.release()

    return answer


# The client of a request, for a fair share of the workers; logged only if a setting asks for it.

# One household or office has a whole network of IPv6 addresses.
_NETWORK_BITS = 64


def client_address(environ: WSGIEnvironment, header: str) -> str:
    """Return the client's address, an IPv6 one cut to its network.

    Args:
        environ: Of the request.
        header: Field in which the proxy in front names the client; empty: there is none, and what
            clients send in such fields counts for nothing.

    >>> client_address({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.1.1.1"}, "")
    '127.0.0.1'
    >>> client_address({"HTTP_X_FORWARDED_FOR": "1.1.1.1, 2001:db8::1"}, "X-Forwarded-For")
    '2001:db8::'
    """
    written = environ.get("REMOTE_ADDR", "")
    if header:
        # The proxy adds the address it sees at the end; what is before, anybody can write.
        named = environ.get("HTTP_" + header.upper().replace("-", "_"), "")
        written = named.rpartition(",")[2].strip() or written
    try:
        address = ip_address(written)
    except ValueError:
        return str(written)[:64]
    if isinstance(address, IPv6Address):
        network = int(address) >> (128 - _NETWORK_BITS) << (128 - _NETWORK_BITS)
        return str(IPv6Address(network))
    return str(address)
