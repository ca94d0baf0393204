"""Links out of the data are checked slowly, and not again while the answer is fresh."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.findings import Severity
from publisher.system.http_client import Client
from publisher.verify import outgoing_links
from publisher.verify.options import VerifyOptions
from publisher.verify.verification import verify
from tests.verify.conftest import LIMITS
from tests.verify.site import Answer, Site


def silent(_: str) -> None:
    """Say nothing."""


@pytest.mark.parametrize(
    ("status", "severities"),
    [(200, []), (404, [Severity.WARNING]), (500, [Severity.WARNING]), (403, [Severity.INFO])],
)
def test_a_dead_link_is_a_warning_and_a_forbidden_one_a_note(
    status: int, severities: list[Severity], site: Site
) -> None:
    """Some servers turn programs away; that does not make the link dead."""
    site.routes["/page"] = lambda request: Answer(status)

    found = outgoing_links.check(Client(LIMITS), [f"{site.address}/page"], None, 0, silent)

    assert [finding.severity for finding in found] == severities


@pytest.mark.slow
def test_the_same_host_is_left_in_peace_between_two_requests(site: Site) -> None:
    """Publishers whose data are linked must not be punished for it."""
    site.routes |= {f"/{n}": lambda request: Answer(200) for n in range(3)}
    begun = time.monotonic()

    outgoing_links.check(
        Client(LIMITS), [f"{site.address}/{n}" for n in range(3)], None, 0.1, silent
    )

    assert time.monotonic() - begun >= 0.2


def test_a_fresh_answer_is_not_asked_for_again(site: Site, tmp_path: Path) -> None:
    """Dead links stay reported from the cache."""
    cache = tmp_path / "cache" / "links.json"
    client = Client(LIMITS)
    first = outgoing_links.check(client, [f"{site.address}/gone"], cache, 0, silent)
    asked = len(client.exchanges)

    second = outgoing_links.check(client, [f"{site.address}/gone"], cache, 0, silent)

    assert second == first
    assert len(client.exchanges) == asked


def test_an_answer_of_last_month_is_asked_for_again(site: Site, tmp_path: Path) -> None:
    """Links die, and come back."""
    cache = tmp_path / "links.json"
    cache.write_text(json.dumps({f"{site.address}/page": [404, time.time() - 30 * 86400]}))
    site.routes["/page"] = lambda request: Answer(200)

    assert outgoing_links.check(Client(LIMITS), [f"{site.address}/page"], cache, 0, silent) == []


@pytest.mark.slow
def test_links_out_are_checked_only_when_asked_for(site: Site, options: VerifyOptions) -> None:
    """A verification must not knock at a hundred doors by surprise."""
    report = verify(site.url, replace(options, parts=frozenset({"harvest", "distributions"})))

    assert all(exchange.url.startswith(site.address) for exchange in report.exchanges)
