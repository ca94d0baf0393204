"""One release, opened for serving, with everything that answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from publisher.addresses import Addresses
from publisher.config import Config
from publisher.query.embedded import EmbeddedEngine
from publisher.query.endpoint import Endpoint, Memory
from publisher.query.engine import Engine, Limits
from publisher.query.named import NamedQuery, read_folder
from publisher.query.quiet import QuietEngine
from publisher.query.search import Search
from publisher.query.turns import Turns
from publisher.query.workplace import Workplace
from publisher.release.history.since import Since
from publisher.release.history.tombstones import Tombstones
from publisher.release.model import QUERIES, Release
from publisher.release.search_index import SEARCH
from publisher.render.documents import Documents
from publisher.render.feeds import Feeds
from publisher.render.pages import Pages
from publisher.render.streams import Streams
from publisher.serve.metrics import Metrics


@dataclass(frozen=True)
class Site:
    """What the views close over."""

    config: Config
    release: Release
    engine: Engine
    endpoint: Endpoint
    metrics: Metrics
    addresses: Addresses
    documents: Documents
    feeds: Feeds
    pages: Pages
    queries: Mapping[str, NamedQuery]
    search: Search
    since: Since
    streams: Streams
    tombstones: Tombstones


def _limits(config: Config) -> Limits:
    return Limits(
        seconds=config.query_timeout_seconds,
        memory_bytes=config.query_memory_mb << 20,
        result_bytes=config.query_result_mb << 20,
        query_bytes=config.query_length_kb << 10,
        nesting=config.query_nesting,
        patterns=config.query_patterns,
        values=config.query_values,
        path_operators=config.query_path_operators,
    )


def _endpoint(config: Config, engine: Engine, services: frozenset[str]) -> Endpoint:
    turns = Turns(
        config.query_workers,
        config.query_queue,
        config.query_client_share,
        config.query_wait_seconds,
    )
    memory = Memory(config.query_cache_mb << 20)
    return Endpoint(engine, _limits(config), turns, memory, services)


def open_site(config: Config, release: Release, metrics: Metrics | None = None) -> Site:
    """Return a site over a release; its engine's processes start now.

    Args:
        config: The settings.
        release: What is served.
        metrics: The counters of this process, when it has served another release before.

    Raises:
        OSError: The store cannot be opened.
    """
    services = frozenset(filter(None, map(str.strip, config.service_endpoints.split(","))))
    workplace = Workplace(
        str(release.store),
        _limits(config),
        config.default_graph == "union",
        config.incoming_links,
        bool(services),
    )
    return _site(
        config, release, EmbeddedEngine(workplace, config.query_workers), services, metrics
    )


def open_past_site(config: Config, release: Release) -> Site:
    """Return a site over a release of the past, which answers for documents and files alone.

    Its addresses lie below ``/release/<id>/`` of the site, and so do all that its pages link to.

    Raises:
        OSError: The store cannot be opened.
    """
    there = replace(config, site_url=f"{config.site_url}release/{release.id}/")
    return _site(there, release, QuietEngine(release.store), frozenset(), None)


def _site(
    config: Config,
    release: Release,
    engine: Engine,
    services: frozenset[str],
    metrics: Metrics | None,
) -> Site:
    endpoint = _endpoint(config, engine, services)
    metrics = metrics or Metrics()
    metrics.follow(endpoint.turns.counts)
    addresses = Addresses(release.base_iri, config.site_url)
    queries = read_folder(release.folder / QUERIES)
    return Site(
        config=config,
        release=release,
        engine=engine,
        endpoint=endpoint,
        metrics=metrics,
        addresses=addresses,
        documents=Documents(release, engine, addresses, config.incoming_links),
        feeds=Feeds(release, addresses, config.catalogue_page_size),
        pages=Pages(release, engine, addresses, queries, union=config.default_graph == "union"),
        queries=queries,
        search=Search(release.folder / SEARCH, config.query_timeout_seconds),
        since=Since(release),
        streams=Streams(release, addresses),
        tombstones=Tombstones(release),
    )
