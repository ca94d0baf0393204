"""A browser, and the real content served to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from publisher.release.model import Release
from tests.servers import free_ports, program, running

ROOT = Path(__file__).parents[2]
# What is expected comes when the server has answered, which takes longer beside other tests.
expect.set_options(timeout=30_000)
BASE = "https://w3id.org/nms-kluster/"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Debian's Chromium; skip without one, unless the machine must have it."""
    path = program("chromium")
    with sync_playwright() as playwright:
        # Inside containers there is neither a sandbox of the kernel's nor much shared memory.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        started = playwright.chromium.launch(executable_path=path, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def releases(clusters_release: Release) -> Path:
    """Return the folder of a release of the real content."""
    return clusters_release.folder.parent


@contextmanager
def served(releases: Path, folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """Serve releases with the real server and some settings; return the address."""
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "publisher", "serve", "--port", str(port)]
    command += ["--releases", str(releases)]
    environ = {name: value for name, value in os.environ.items() if "PUBLISHER" not in name}
    with running(command, port, folder, {**environ, **settings}):
        requests.get(f"{address}readyz", timeout=30).raise_for_status()
        yield address


@pytest.fixture(scope="session")
def site(
    browser: Browser, releases: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the address of the real content, served by the real server."""
    with served(releases, tmp_path_factory.mktemp("served"), {}) as address:
        yield address


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """Return a window of a Swedish reader, whose addresses are relative to the site."""
    opened = browser.new_context(
        base_url=site, locale="sv", viewport={"width": 1280, "height": 800}
    )
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Return a page in that window."""
    return context.new_page()
