"""Links that lead out of the data, checked politely: slowly, with HEAD, and not twice a week."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from pathlib import Path

from publisher.errors import SourceSyntax
from publisher.findings import Finding
from publisher.messages import text
from publisher.system.files import replace_file
from publisher.system.http_client import Client, address_host
from publisher.verify import graphs
from publisher.verify.options import EUROPA
from publisher.verify.report import note, warning

FRESH_SECONDS = 7 * 24 * 3600
# A server that forbids HEAD or robots is there all the same.
UNDECIDED_STATUSES = (401, 403, 405, 429, 501)


def _read_cache(path: Path | None, now: float) -> dict[str, tuple[int, float]]:
    """Return address → status and time of the check, as far as it is fresh."""
    if path is None or not path.exists():
        return {}
    document = graphs.json_document(path.read_bytes(), str(path))
    if not isinstance(document, dict):
        raise SourceSyntax("It is no record of links.", where=str(path))
    try:
        known = {url: (int(entry[0]), float(entry[1])) for url, entry in document.items()}
    except (TypeError, ValueError, LookupError) as error:
        raise SourceSyntax("It is no record of links.", where=str(path)) from error
    return {url: entry for url, entry in known.items() if now - entry[1] < FRESH_SECONDS}


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
        progress: Is told each address that is asked for.

    Raises:
        SourceSyntax: The cache is not one that this function wrote.
    """
    known = _read_cache(cache, time.time())
    last_asked: dict[str, float] = {}
    for url in sorted(set(addresses) - set(known)):
        host = address_host(url)
        time.sleep(max(0.0, last_asked.get(host, 0.0) + delay_seconds - time.monotonic()))
        progress(url)
        known[url] = (_status(client, url), time.time())
        last_asked[host] = time.monotonic()
    if cache is not None:
        cache.parent.mkdir(parents=True, exist_ok=True)
        replace_file(cache, json.dumps(known, indent=2, sort_keys=True) + "\n")
    return [
        _finding(url, known[url][0])
        for url in sorted(addresses)
        if not _is_acceptable(known[url][0])
    ]


def _status(client: Client, url: str) -> int:
    """Return the status of an address after redirects; 0 when it does not answer."""
    visit = client.visit(url, "HEAD", {"User-Agent": EUROPA})
    return 0 if visit.fault else visit.last.status


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
