"""A good tiny site for every test, and limits to wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from publisher.system.http_client import ExchangeLimits
from publisher.verify.options import VerifyOptions
from tests.verify.site import Site, serving

# Long enough for a busy machine; short enough for a test that waits for them.
LIMITS = ExchangeLimits(
    connect_seconds=10, read_seconds=20, total_seconds=30, length_bytes=2**20, redirects=5
)
IMPATIENT = replace(LIMITS, read_seconds=1, total_seconds=2)


@pytest.fixture
def site() -> Iterator[Site]:
    """Return the good site; a test may break it."""
    with serving() as running:
        yield running


@pytest.fixture
def options() -> VerifyOptions:
    """Return options for a site on this machine."""
    return VerifyOptions(limits=LIMITS)
