"""Do the addresses that the sources name still answer? Asked politely, and remembered.

What was learned stands in a file, a line an address: a check that is cut goes on where it was.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

import requests
from pyoxigraph import NamedNode

from publisher.errors import SourceError
from publisher.findings import Finding, Severity
from publisher.load.files import Role
from publisher.load.parse import SourceFile, find_line
from publisher.load.sources import Sources
from publisher.messages import Text, text
from publisher.rdf.namespaces import iri
from publisher.system.user_agent import user_agent

RULE = "links"
_HOSTS_AT_ONCE = 4
_TIMEOUT_SECONDS = 15.0
# Between two requests to one host.
PAUSE_SECONDS = 1.0
# A server that answers HEAD so may answer GET otherwise (RFC 9110, section 9.3.2).
_RETRY_WITH_GET = {400, 403, 404, 405, 406, 500, 501, 503}
_GONE = {404, 410}
_FIRST_ERROR = 400

Progress = Callable[[str], None]


@dataclass(frozen=True)
class LinkStatus:
    """What asking for an address gave.

    Attributes:
        address: The address.
        status: Status code after redirects; 0 when there was no answer.
        reason: Why there was no answer; empty when there was one.
        checked: The day, as ``2026-11-23``.
    """

    address: str
    status: int
    reason: str
    checked: str

    @property
    def answers(self) -> bool:
        """Tell whether there is something at the address."""
        return 0 < self.status < _FIRST_ERROR


@dataclass(frozen=True)
class _LinkMention:
    file: SourceFile
    subject: str
    predicate: str


def check_links(
    sources: Sources,
    cache_file: Path,
    today: date,
    days: int,
    progress: Progress = lambda step: None,
    pause: float = PAUSE_SECONDS,
) -> Iterator[Finding]:
    """Return a warning for each mention of an address that does not answer.

    Args:
        sources: Addresses of others that data and catalogue name are asked for.
        cache_file: File in which verdicts are kept.
        today: The day that verdicts are dated with.
        days: So long a good verdict is believed; bad ones are asked about again.
        progress: Told which address is asked for.
        pause: Seconds between two requests to one host.

    Raises:
        SourceError: The memory cannot be read or written.
    """
    mentions = _mentions(sources)
    known = _read_cache(cache_file)
    oldest = (today - timedelta(days=days)).isoformat()
    requested = [
        address
        for address in sorted(mentions)
        if not (address in known and known[address].answers and known[address].checked >= oldest)
    ]
    known |= _check_all(requested, cache_file, today, progress, pause)
    for address in sorted(mentions):
        if not known[address].answers:
            yield from _findings(known[address], mentions[address])


def _mentions(sources: Sources) -> dict[str, list[_LinkMention]]:
    """Return address → where it is named; names of classes are not addresses to visit."""
    found: dict[str, list[_LinkMention]] = defaultdict(list)
    for file in sources.of_role(Role.DATA, Role.CATALOGUE):
        for triple in file.triples:
            if (
                isinstance(triple.subject, NamedNode)
                and isinstance(triple.object, NamedNode)
                and triple.predicate.value != iri("rdf:type")
                and triple.object.value.startswith(("http://", "https://"))
                and not triple.object.value.startswith(sources.base_iri)
            ):
                address = triple.object.value.partition("#")[0]
                found[address].append(
                    _LinkMention(file, triple.subject.value, triple.predicate.value)
                )
    return found


def _read_cache(cache_file: Path) -> dict[str, LinkStatus]:
    """Return address → its last verdict; a line that was cut in writing does not count."""
    try:
        lines = cache_file.read_text(encoding="utf-8").splitlines() if cache_file.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise _cache_error(cache_file, str(error)) from error
    found = {}
    for line in lines:
        try:
            verdict = LinkStatus(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found[verdict.address] = verdict
    return found


def _cache_error(cache_file: Path, reason: str) -> SourceError:
    return SourceError(
        "The memory of the link check cannot be used: {reason}.",
        where=str(cache_file),
        remedy="Take the file away, or give yourself the right to read and write it.",
        reason=reason,
    )


def _check_all(
    addresses: Iterable[str], cache_file: Path, today: date, progress: Progress, pause: float
) -> dict[str, LinkStatus]:
    """Ask for addresses, each host one at a time; write each verdict down at once."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for address in addresses:
        by_host[urlsplit(address).netloc].append(address)
    found: dict[str, LinkStatus] = {}
    if not by_host:
        return found
    lock = Lock()
    try:
        cache_file.parent.mkdir(parents=True, exist_ok=True)
        with cache_file.open("a", encoding="utf-8") as lines:

            def ask_host(host: str) -> None:
                with requests.Session() as session:
                    session.headers["User-Agent"] = user_agent()
                    for number, address in enumerate(by_host[host]):
                        time.sleep(pause if number else 0)
                        progress(address)
                        verdict = _check_link(session, address, today)
                        with lock:
                            found[address] = verdict
                            lines.write(json.dumps(asdict(verdict), ensure_ascii=False) + "\n")
                            lines.flush()

            with ThreadPoolExecutor(_HOSTS_AT_ONCE) as hosts:
                list(hosts.map(ask_host, by_host))
    except OSError as error:
        raise _cache_error(cache_file, error.strerror or str(error)) from error
    return found


def _check_link(session: requests.Session, address: str, today: date) -> LinkStatus:
    """Ask with HEAD, and with GET where HEAD is no use."""
    try:
        status = _status(session, "HEAD", address)
        if status in _RETRY_WITH_GET:
            status = _status(session, "GET", address)
    except requests.RequestException as error:
        return LinkStatus(address, 0, type(error).__name__, today.isoformat())
    return LinkStatus(address, status, "", today.isoformat())


def _status(session: requests.Session, method: str, address: str) -> int:
    with session.request(
        method, address, timeout=_TIMEOUT_SECONDS, allow_redirects=True, stream=True
    ) as response:
        return response.status_code


def _findings(verdict: LinkStatus, mentions: Iterable[_LinkMention]) -> Iterator[Finding]:
    for mention in mentions:
        yield Finding(
            Severity.WARNING,
            _message(verdict),
            rule=RULE,
            file=mention.file.name,
            line=find_line(mention.file, mention.subject, mention.predicate),
            focus_node=mention.subject,
            path=mention.predicate,
            value=f"<{verdict.address}>",
        )


def _message(verdict: LinkStatus) -> Text:
    if verdict.status in _GONE:
        return text(
            "Find out where the page is now, or keep an archived copy as the address:"
            " it answered {status} on {day}.",
            status=verdict.status,
            day=verdict.checked,
        )
    if verdict.status:
        return text(
            "Open the address in a browser: it answered {status} on {day}, which may be meant for"
            " programs only.",
            status=verdict.status,
            day=verdict.checked,
        )
    return text(
        "Open the address in a browser: nothing answered on {day} ({reason}).",
        day=verdict.checked,
        reason=verdict.reason,
    )
