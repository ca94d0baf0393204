"""The tiny world (three entities, two datasets, two languages) in every stage of its journey."""

from __future__ import annotations

import dataclasses
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.config import Config
from publisher.load.sources import Sources, read_sources
from publisher.quality.approval import ApprovedSources, approve
from publisher.release.build import build
from publisher.release.model import Release
from publisher.serve.app import create_flask
from publisher.serve.site import Site, open_site

WORLD = Path(__file__).parent / "data"
BASE = "https://data.example.org/"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Return a copy of the tiny world's folder, to be changed at will."""
    return Path(shutil.copytree(WORLD, tmp_path / "world"))


@pytest.fixture(scope="session")
def sources() -> Sources:
    """Return the tiny world, read."""
    return read_sources(WORLD, BASE)


@pytest.fixture(scope="session")
def approved(sources: Sources) -> ApprovedSources:
    """Return the tiny world, approved."""
    return approve(sources)


@pytest.fixture(scope="session")
def release(approved: ApprovedSources, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Return a release of the tiny world."""
    return build(approved, tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="session")
def config(release: Release) -> Config:
    """Return settings for serving the tiny world."""
    config = Config(
        base_iri=BASE,
        site_url="http://localhost/",
        releases=str(release.folder.parent),
        query_workers=1,
        query_timeout_seconds=2.0,
    )
    return config.with_site()


@pytest.fixture(scope="session")
def site(config: Config, release: Release) -> Iterator[Site]:
    """Return a site over the tiny world; its engine ends with the session."""
    opened = open_site(config, release)
    yield opened
    opened.engine.close()


@pytest.fixture
def client(site: Site) -> FlaskClient:
    """Return a client of the Flask application, without the memory in front of it."""
    return create_flask(site).test_client()


@pytest.fixture
def small_pages(site: Site, config: Config) -> Iterator[FlaskClient]:
    """Return a client of a site that shows one incoming link a page."""
    opened = open_site(dataclasses.replace(config, incoming_links=1), site.release)
    yield create_flask(opened).test_client()
    opened.engine.close()


@pytest.fixture
def free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
