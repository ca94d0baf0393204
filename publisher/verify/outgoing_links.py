"""Links that lead out of the data, checked politely: slowly, with HEAD, and not twice a week."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

from publisher.findings import Finding
from publisher.messages import text
from publisher.system.http_client import Client
from publisher.system.link_checker import LinkChecker
from publisher.verify.options import EUROPA
from publisher.verify.report import note, warning

FRESH_DAYS = 7
# A server that forbids HEAD or robots is there all the same.
UNDECIDED_STATUSES = (401, 403, 405, 429, 501)


def check(
    client: Client,
    addresses: Collection[str],
    cache: Path | None,
    delay_seconds: float,
    progress: Callable[[str], None],
) -> list[Finding]:
    """Return a warning for each address that does not answer.

    Args:
        client: Asks for them.
        addresses: Outside the site.
        cache: Where statuses are kept between verifications; None for nowhere.
        delay_seconds: Pause between two requests to the same host.
        progress: Called with each address as it is requested.

    Raises:
        SourceError: The cache is not one that this function wrote.
    """
    checker = LinkChecker(
        # The report lists every exchange of the one client, which sends one at a time.
        lambda: client,
        datetime.now(UTC).date(),
        FRESH_DAYS,
        cache_file=cache,
        rechecks_failures=False,
        pause_seconds=delay_seconds,
        hosts_at_once=1,
        fields={"User-Agent": EUROPA},
    )
    known = checker.check(addresses, progress)
    return [
        _finding(url, known[url].status)
        for url in sorted(addresses)
        if url in known and not _is_acceptable(known[url].status)
    ]


def _is_acceptable(status: int) -> bool:
    """Tell whether a status needs no finding."""
    return 200 <= status < 300


def _finding(url: str, status: int) -> Finding:
    """Return the finding about an address that gave no 200."""
    if status in UNDECIDED_STATUSES:
        message = text("{url} answers {status} to programs; look yourself.", url=url, status=status)
        return note("links:undecided", message, url)
    message = text(
        "The data link to {url}, which answers {status}. Fix or remove the link.",
        url=url,
        status=status or "-",
    )
    return warning("links:dead", message, url)
