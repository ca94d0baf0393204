"""One release, opened for serving, with everything that answers for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from publisher.addresses import Addresses
from publisher.config import Config, read_credit
from publisher.messages import translate
from publisher.query.endpoint import AnswerCache, Endpoint
from publisher.query.engine import Engine
from publisher.query.named import NamedQuery, read_named_queries
from publisher.query.prepared import PreparedAnswers
from publisher.query.queue import FairQueue
from publisher.release.history.document_dates import LastModified
from publisher.release.history.tombstones import Tombstones
from publisher.release.model import IN_PREPARATION, QUERIES, Release
from publisher.release.schema import read_schema
from publisher.release.search import Search, read_languages
from publisher.release.search_index import SEARCH_FILE
from publisher.release.second_engine import read_release_answers
from publisher.render.catalogue import CatalogueViews
from publisher.render.documents import Documents
from publisher.render.evidence import FactReader
from publisher.render.feeds import Feeds
from publisher.render.maps.basemap import TileSource
from publisher.render.markdown import MarkdownPages
from publisher.render.own_pages import read_own_pages
from publisher.render.pages import Pages
from publisher.serve.engines import open_archive_engine, open_engine, query_limits
from publisher.serve.metrics import Metrics
from publisher.serve.readiness import ProcessHealth

# Threads of Python take turns: more of them make no page sooner, and each makes the event loop wait
# once more for its own turn.
_MOST_RENDERERS = 2


def _renderers() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(_MOST_RENDERERS)


@dataclass(frozen=True)
class Shared:
    """What all releases that one process serves have in common.

    Attributes:
        metrics: The counters.
        queue: Whose query is next: one queue, whatever release a query is for.
        health: What must live besides the release, and its state.
        renderers: Held by those who make a page.
    """

    metrics: Metrics
    queue: FairQueue
    health: ProcessHealth = field(default_factory=ProcessHealth)
    renderers: threading.BoundedSemaphore = field(default_factory=_renderers)


@dataclass(frozen=True)
class Site:
    """What the views close over.

    ``present`` is the address of the whole site, when this is a release of the past below it.
    ``content_languages`` are those of the data, in the order in which readers who have no other
    preference get them.
    """

    config: Config
    release: Release
    engine: Engine
    endpoint: Endpoint
    metrics: Metrics
    addresses: Addresses
    documents: Documents
    catalogue_views: CatalogueViews
    pages: Pages
    queries: Mapping[str, NamedQuery]
    search: Search
    last_modified: LastModified
    feeds: Feeds
    tombstones: Tombstones
    markdown: MarkdownPages
    present: str = ""
    health: ProcessHealth = field(default_factory=ProcessHealth)
    renderers: threading.BoundedSemaphore = field(default_factory=_renderers)
    content_languages: tuple[str, ...] = ()

    @cached_property
    def endpoint_address(self) -> str:
        """Return where queries are sent."""
        return self.addresses.on_site(f"{self.release.base_iri}sparql")

    @cached_property
    def endpoint_permalink(self) -> str:
        """Return where queries are sent that this release is to answer."""
        return self.markdown.permalink("sparql")


def make_shared(config: Config) -> Shared:
    """Return what the releases of one process share, for the first of them."""
    queue = FairQueue(
        config.query_workers,
        config.query_queue,
        config.query_client_share,
        config.query_wait_seconds,
    )
    metrics = Metrics()
    metrics.follow(queue.counts)
    parts = ProcessHealth()
    metrics.follow_releases(parts.is_fallback)
    return Shared(metrics, queue, parts)


def open_site(
    config: Config, release: Release, shared: Shared | None = None, *, embeds: bool = True
) -> Site:
    """Return a site over a release; its engine's processes start now.

    Args:
        config: The settings.
        release: What is served.
        shared: What it shares with other releases of this process, if there are others.
        embeds: Whether pages offer parts of them to other sites; as files these have no addresses.

    Raises:
        OSError: The store cannot be opened.
        QueryError: A remote engine does not answer.
        ReleaseError: It does not hold the release.
    """
    return _site(config, release, shared or make_shared(config), embeds=embeds)


def open_archived_site(config: Config, release: Release, shared: Shared) -> Site:
    """Return a site over a release of the past; query workers start with its first query.

    Its addresses lie below ``/release/<id>/`` of the site, and so do all that its pages link to.

    Raises:
        OSError: The store cannot be opened.
    """
    archived = replace(
        config,
        site_url=f"{config.site_url}release/{release.id}/",
        query_cache_mb=max(1, config.query_cache_mb // config.open_releases),
    )
    return _site(archived, release, shared, present=config.site_url)


def _services(config: Config) -> frozenset[str]:
    return frozenset(filter(None, map(str.strip, config.service_endpoints.split(","))))


def _notices(release: Release, shared: Shared) -> Callable[[str], str]:
    """Return what tells, in a language, what pages cannot show just now."""
    if not (release.folder / IN_PREPARATION).exists():
        return shared.health.notice
    # The release that follows has pages of its own.
    return lambda language: translate(
        "This preview is still being completed. Until then it has no overview of classes and"
        " properties, and the search finds names only.",
        language,
    )


def _tiles(config: Config) -> TileSource | None:
    """Return who has the tiles beneath maps; None when the operator names nobody."""
    if not config.tile_url:
        return None
    return TileSource(config.tile_url, *read_credit(config.tile_credit))


def _site(
    config: Config, release: Release, shared: Shared, present: str = "", *, embeds: bool = False
) -> Site:
    # The past is answered from its own folder: no engine keeps it for ever.
    opened = open_archive_engine if present else open_engine
    engine = opened(config, release, _services(config))
    try:
        return _open(engine, config, release, shared, present, embeds=embeds)
    except BaseException:  # nothing of it may stay behind: this may be tried again and again
        engine.close()
        raise


def _texts(
    release: Release, engine: Engine, addresses: Addresses, pages: Pages, *, is_past: bool
) -> MarkdownPages:
    facts, schema = FactReader(release, engine, pages.layout), read_schema(release.folder)
    by_class = {each.iri: each for each in schema.values()}
    main = by_class.get(pages.main_class) or next(iter(schema.values()), None)
    catalogued = pages.catalogued
    return MarkdownPages(release, addresses, facts, schema, catalogued, main, is_past=is_past)


def _endpoint(engine: Engine, config: Config, release: Release, shared: Shared) -> Endpoint:
    is_union = config.default_graph == "union"
    return Endpoint(
        engine,
        query_limits(config),
        shared.queue,
        AnswerCache(config.query_cache_mb << 20),
        _services(config),
        shared.metrics.memory_hit,
        read_release_answers(release.folder) if is_union else PreparedAnswers(),
    )


def _open(
    engine: Engine, config: Config, release: Release, shared: Shared, present: str, *, embeds: bool
) -> Site:
    addresses = Addresses(release.base_iri, config.site_url)
    queries = read_named_queries(release.folder / QUERIES)
    spoken = _content_languages(config, release)
    pages = Pages(
        release,
        engine,
        addresses,
        queries,
        union=config.default_graph == "union",
        present=present,
        tiles=_tiles(config),
        seconds=config.query_timeout_seconds,
        own=read_own_pages(Path(config.pages), config.logo, config.colour),
        notice=(lambda language: "") if present else _notices(release, shared),
        content_languages=spoken,
        embeds=embeds,
        languages=config.offered_languages,
    )
    return Site(
        config=config,
        release=release,
        engine=engine,
        endpoint=_endpoint(engine, config, release, shared),
        metrics=shared.metrics,
        addresses=addresses,
        documents=Documents(release, engine, addresses, config.incoming_links),
        catalogue_views=CatalogueViews(release, addresses, config.catalogue_page_size),
        pages=pages,
        queries=queries,
        search=Search(release.folder / SEARCH_FILE, config.query_timeout_seconds),
        last_modified=LastModified(release),
        feeds=Feeds(release, addresses),
        tombstones=Tombstones(release),
        markdown=_texts(release, engine, addresses, pages, is_past=bool(present)),
        present=present,
        health=shared.health,
        renderers=shared.renderers,
        content_languages=spoken,
    )


def _content_languages(config: Config, release: Release) -> tuple[str, ...]:
    """Return the languages of the data: as the operator orders them, then the commonest first."""
    languages = read_languages(release.folder / SEARCH_FILE)
    first = [tag.strip().lower() for tag in config.content_languages.split(",")]
    ordered = [tag for tag in first if tag and (tag in languages or not languages)]
    return tuple(dict.fromkeys([*ordered, *languages]))
