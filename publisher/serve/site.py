"""One release, opened for serving, with everything that answers for it."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.addresses import Addresses
from publisher.config import Config
from publisher.query.embedded import EmbeddedEngine
from publisher.query.engine import Engine, Limits
from publisher.release.model import Release
from publisher.render.documents import Documents
from publisher.render.pages import Pages


@dataclass(frozen=True)
class Site:
    """What the views close over."""

    config: Config
    release: Release
    engine: Engine
    addresses: Addresses
    documents: Documents
    pages: Pages


def open_site(config: Config, release: Release) -> Site:
    """Return a site over a release; its engine's processes start now.

    Raises:
        OSError: The store cannot be opened.
    """
    limits = Limits(
        seconds=config.query_timeout_seconds,
        memory_bytes=config.query_memory_mb << 20,
        result_bytes=config.query_result_mb << 20,
        query_bytes=config.query_length_kb << 10,
    )
    engine = EmbeddedEngine(release.store, limits, config.query_workers)
    addresses = Addresses(release.base_iri, config.site_url)
    return Site(
        config=config,
        release=release,
        engine=engine,
        addresses=addresses,
        documents=Documents(release, engine, addresses, config.incoming_links),
        pages=Pages(release, engine, addresses),
    )
