"""What a browser makes of the pages: they load, they keep to themselves, nothing is refused."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
PAGES = (
    "",
    "?lang=en",
    "doc/lake/siljan",
    "doc/river/klaralven.html?lang=en",
    "def/water",
    "shapes",
    "catalog.html",
    "table/",
    "table/lake",
    "search?q=siljan",
    "sparql",
    "release",
    "no/such/page",
)


@pytest.fixture(scope="module")
def chromium() -> str:
    """Return the browser; skip without one, unless the machine must have it."""
    found = shutil.which("chromium")
    if found is None:
        if "chromium" in os.environ.get("PUBLISHER_TEST_MANDATORY", "").split():
            pytest.fail("chromium is not on the PATH, and must be")
        pytest.skip("chromium is not on the PATH")
    return found


def opened(chromium: str, address: str, profile: Path) -> tuple[str, list[str]]:
    """Return the document as the browser has it, and what it wrote on its console."""
    command = [chromium, *QUIET, f"--user-data-dir={profile}", "--enable-logging=stderr"]
    command += ["--virtual-time-budget=3000", "--dump-dom", address]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    console = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
    return run.stdout, [line for line in console if "status of 404" not in line]


Visit = tuple[str, list[str], str]


@pytest.fixture(scope="module", params=PAGES)
def visit(
    request: pytest.FixtureRequest,
    chromium: str,
    served: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Visit:
    """Return the document of a page, what was written on the console, and the site's address."""
    profile = tmp_path_factory.mktemp("profile")
    return (*opened(chromium, served + request.param, profile), served)


def test_a_page_opens_without_a_word_on_the_console(visit: Visit) -> None:
    """A refused style or script, or a broken one, would be told there."""
    document, console, _ = visit

    assert "<h1" in document
    assert console == []


def test_a_page_fetches_nothing_from_another_host(visit: Visit) -> None:
    """Readers are told to nobody."""
    document, _, site = visit
    fetched = re.findall(r'<(?:script|img|iframe|source)\b[^>]*\bsrc="([^"]*)"', document)
    fetched += re.findall(r'<link\b[^>]*rel="(?:stylesheet|icon)"[^>]*href="([^"]*)"', document)

    assert fetched
    assert [address for address in fetched if not address.startswith(("/", site))] == []


def test_the_console_would_tell_of_a_script_that_is_refused(chromium: str, tmp_path: Path) -> None:
    """The two tests above are able to fail."""
    page = tmp_path / "page.html"
    policy = "<meta http-equiv='Content-Security-Policy' content=\"script-src 'self'\">"
    page.write_text(f"<!doctype html>{policy}<h1>x</h1><script>alert(1)</script>")

    _, console = opened(chromium, page.as_uri(), tmp_path / "profile")

    assert console
