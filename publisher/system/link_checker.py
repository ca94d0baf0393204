"""Do addresses of others still answer? Asked politely, and remembered.

HEAD first, GET where HEAD is no use, of a file only its first bytes; one request at a time to a
host, with a pause after it, and none after it asks for patience or is silent again and again. What
was learned is in a file, a line an address: a check that is cut goes on where it was.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Lock
from typing import Any, TextIO
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from publisher.errors import SourceError
from publisher.system.files import replace_file
from publisher.system.http_client import (
    Client,
    Exchange,
    Fault,
    Visit,
    address_host,
    parse_digits,
    retry_after_seconds,
)
from publisher.system.user_agent import PRODUCT

# Between two requests to one host.
PAUSE_SECONDS = 1.0
_HOSTS_AT_ONCE = 4
# A server that answers HEAD so may answer GET otherwise (RFC 9110, section 9.3.2).
_RETRY_WITH_GET = {400, 403, 404, 405, 406, 500, 501, 503}
_FIRST_ERROR = 400
# Of a page that is asked for with GET: its status is enough.
_READ_BYTES = 1 << 16
# A server that is asked for a range of nothing says so (RFC 9110, section 15.5.17).
_NO_SUCH_RANGE = 416
_TOO_MANY_REQUESTS, _UNAVAILABLE = 429, 503
# Servers hang or break off at HEAD, and answer GET (RFC 9110 does not let them, section 9.1).
_FAULTS_OF_HEAD = (Fault.TRUNCATED, Fault.SLOW)
# A host that is silent so often in a row is down: each further wait would be in vain.
_MOST_SILENCES = 3
# Reason of what robots.txt keeps programs from, in place of an answer.
ROBOTS = "robots.txt"
# RFC 9309, section 2.5: at least so much of it is read.
_ROBOTS_BYTES = 500 * 1024
# Who wants longer pauses wants nobody.
_LONGEST_PAUSE_SECONDS = 30.0
_UNKNOWN_LENGTH = -1
_TOTAL = re.compile(r"bytes [0-9]+-[0-9]+/([0-9]{1,18})")

Progress = Callable[[str], None]


@dataclass(frozen=True)
class LinkStatus:
    """What asking for an address gave.

    Attributes:
        address: The address.
        status: Status code after redirects; 0 when there was no answer.
        reason: Why there was no answer; empty when there was one.
        checked: The day, as ``2026-11-23``.
        media_type: What is at the address, where the server said so; else empty.
        length: How long it is in bytes; -1 where nobody said.
    """

    address: str
    status: int
    reason: str
    checked: str
    media_type: str = ""
    length: int = _UNKNOWN_LENGTH

    @property
    def answers(self) -> bool:
        """Tell whether there is something at the address."""
        return 0 < self.status < _FIRST_ERROR


@dataclass(frozen=True)
class LinkChecker:
    """How addresses are asked for, and how long what they answered is believed.

    Attributes:
        new_client: Returns a client for the requests to one host.
        today: The day that answers are dated with.
        days: So long an answer is believed.
        cache_file: File in which answers are kept; None for nowhere.
        rechecks_failures: Ask again about what did not answer, however short ago that was.
        pause_seconds: Between two requests to one host.
        hosts_at_once: Hosts that are asked at the same time.
        fields: Header fields of the requests.
        obeys_robots: Ask a host for its ``robots.txt`` first, and for nothing that it forbids.
    """

    new_client: Callable[[], Client]
    today: date
    days: int
    cache_file: Path | None = None
    rechecks_failures: bool = True
    pause_seconds: float = PAUSE_SECONDS
    hosts_at_once: int = _HOSTS_AT_ONCE
    fields: Mapping[str, str] = field(default_factory=dict)
    obeys_robots: bool = False

    def check(
        self,
        addresses: Collection[str],
        progress: Progress = lambda address: None,
        files: Collection[str] = (),
    ) -> dict[str, LinkStatus]:
        """Return address → what asking for it gave, today or some days ago.

        Of a host that asks for patience, or is silent three times in a row, the rest is left out:
        the next check goes on there.

        Args:
            addresses: What is asked for.
            progress: Called with each address as it is requested.
            files: Those of which type and length are wanted too.

        Raises:
            SourceError: The cache cannot be read or written.
        """
        if self.cache_file is None:
            return self._ask_all(sorted(addresses), None, progress, frozenset(files))
        try:
            known = _read_cache(self.cache_file)
            # What failed comes last: it must not keep the rest from being asked for ever.
            missing = sorted(
                (a for a in addresses if not self._is_believed(known.get(a))),
                key=lambda address: (address in known and not known[address].answers, address),
            )
            if missing:
                self.cache_file.parent.mkdir(parents=True, exist_ok=True)
                # Whole lines, before others follow: the last one may have been cut.
                replace_file(self.cache_file, "".join(map(_line, known.values())))
                with self.cache_file.open("a", encoding="utf-8", newline="\n") as lines:
                    known |= self._ask_all(missing, lines, progress, frozenset(files))
                replace_file(self.cache_file, "".join(map(_line, known.values())))
        except OSError as error:
            raise _cache_error(self.cache_file, error.strerror or str(error)) from error
        return {address: known[address] for address in addresses if address in known}

    def _is_believed(self, status: LinkStatus | None) -> bool:
        oldest = (self.today - timedelta(days=self.days)).isoformat()
        if status is None or status.checked < oldest:
            return False
        return status.answers or not self.rechecks_failures

    def _ask_all(
        self,
        addresses: Iterable[str],
        lines: TextIO | None,
        progress: Progress,
        files: frozenset[str],
    ) -> dict[str, LinkStatus]:
        """Ask for addresses, each host one at a time; write each answer down at once."""
        by_host: dict[str, list[str]] = defaultdict(list)
        for address in addresses:
            by_host[address_host(address)].append(address)
        found: dict[str, LinkStatus] = {}
        lock, stopped = Lock(), Event()

        def ask_host(host: str) -> None:
            asking = _HostAsking(self, self.new_client(), stopped, files)
            for status in asking.statuses(by_host[host], progress):
                with lock:
                    found[status.address] = status
                    if lines is not None:
                        lines.write(_line(status))
                        lines.flush()

        with ThreadPoolExecutor(self.hosts_at_once) as hosts:
            try:
                list(hosts.map(ask_host, by_host))
            except BaseException:  # who interrupts it does not want to wait for the other hosts
                stopped.set()
                hosts.shutdown(wait=False, cancel_futures=True)
                raise
        return found


class _HostAsking:
    """The requests to one host, one after another."""

    def __init__(
        self, checker: LinkChecker, client: Client, stopped: Event, files: frozenset[str]
    ) -> None:
        self._checker, self._client = checker, client
        self._stopped, self._files = stopped, files
        self._pause = checker.pause_seconds

    def statuses(self, addresses: Sequence[str], progress: Progress) -> Iterator[LinkStatus]:
        """Yield what asking for each address gave, until the host wants no more or is silent."""
        robots = self._robots(addresses[0]) if self._checker.obeys_robots else None
        silences, is_first = 0, robots is None
        for address in addresses:
            if robots is not None and not robots.can_fetch(PRODUCT, address):
                yield LinkStatus(address, 0, ROBOTS, self._checker.today.isoformat())
                continue
            if self._stopped.wait(0 if is_first else self._pause):
                return
            is_first = False
            progress(address)
            visit = self._visit(address)
            if self._stopped.is_set():
                return
            yield self._status(address, visit)
            silences = silences + 1 if _is_silent(visit) else 0
            if visit.last.status == _TOO_MANY_REQUESTS or silences == _MOST_SILENCES:
                return

    def _robots(self, address: str) -> RobotFileParser | None:
        """Return what a host keeps programs from; None where it says nothing of it."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        limits = replace(self._client.limits, length_bytes=_ROBOTS_BYTES)
        own_address = f"{parts.scheme}://{parts.netloc}/{ROBOTS}"
        visit = self._client.visit(own_address, "GET", self._checker.fields, limits)
        robots = RobotFileParser()
        is_there = visit.successful and visit.last.media_type != "text/html"
        robots.parse(
            visit.last.body.decode("utf-8-sig", "replace").splitlines() if is_there else []
        )
        delay = robots.crawl_delay(PRODUCT)
        if delay is not None:
            self._pause = min(max(self._pause, float(delay)), _LONGEST_PAUSE_SECONDS)
        return robots

    def _visit(self, address: str) -> Visit:
        """Ask with HEAD, and with GET where HEAD is no use or does not tell what a file is."""
        fields, is_file = dict(self._checker.fields), address in self._files
        if is_file:  # of a compressed answer nobody could tell how long the file is
            fields["Accept-Encoding"] = "identity"
        visit = self._client.visit(address, "HEAD", fields)
        if not _needs_get(visit, is_file=is_file):
            return visit
        limits = replace(self._client.limits, length_bytes=_READ_BYTES)
        part = {"Range": f"bytes=0-{_READ_BYTES - 1}"} if is_file else {}
        self._stopped.wait(self._pause)
        visit = self._client.visit(address, "GET", fields | part, limits)
        if visit.last.status == _NO_SUCH_RANGE:
            visit = self._client.visit(address, "GET", fields, limits)
        return visit

    def _status(self, address: str, visit: Visit) -> LinkStatus:
        reason = _reason(visit)
        status = 0 if reason else visit.last.status
        found = LinkStatus(address, status, reason, self._checker.today.isoformat())
        if address not in self._files or not found.answers:
            return found
        return replace(found, media_type=visit.last.media_type, length=_length(visit.last))


def _needs_get(visit: Visit, *, is_file: bool) -> bool:
    """Tell whether what HEAD gave is no use."""
    if visit.fault is not None:
        return visit.fault in _FAULTS_OF_HEAD
    # Frameworks that answer HEAD themselves know neither type nor length.
    tells = visit.last.media_type and visit.last.fields.get("content-length") != "0"
    return visit.last.status in _RETRY_WITH_GET or (is_file and not tells)


def _is_silent(visit: Visit) -> bool:
    """Tell whether a host gave no answer, or one that it is closed."""
    if len(visit.exchanges) > 1:  # of another host to which a redirect led
        return False
    last = visit.last
    is_closed = last.status == _UNAVAILABLE and retry_after_seconds(last.fields) is not None
    return is_closed or (not last.status and visit.fault in (Fault.SLOW, Fault.UNREACHABLE))


def _reason(visit: Visit) -> str:
    """Return why there was no answer; a page that is longer than was read is one."""
    return "" if visit.fault in (None, Fault.ENDLESS) else visit.fault.value


def _length(answer: Exchange) -> int:
    """Return the length of a whole file in bytes; of a compressed one nobody knows it."""
    if answer.fields.get("content-encoding", "identity").lower() != "identity":
        return _UNKNOWN_LENGTH
    total = _TOTAL.match(answer.fields.get("content-range", ""))
    digits = total[1] if total else answer.fields.get("content-length", "")
    length = parse_digits(digits)
    return _UNKNOWN_LENGTH if length is None else length


def _line(status: LinkStatus) -> str:
    return json.dumps(asdict(status), ensure_ascii=False) + "\n"


def _read_cache(cache_file: Path) -> dict[str, LinkStatus]:
    """Return address → its last answer; a line that was cut in writing does not count.

    Raises:
        OSError: It cannot be read.
        SourceError: It is a file of another kind, which must not be written over.
    """
    if not cache_file.exists():
        return {}
    try:
        content = cache_file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _cache_error(cache_file, str(error)) from error
    found = {}
    for line in content.splitlines():
        status = _status_of(line)
        if status is not None:
            found[status.address] = status
    if content.strip() and not found and not _is_replaceable(content):
        raise SourceError(
            "It is no record of links.", where=str(cache_file), remedy="Give another file."
        )
    return found


def _status_of(line: str) -> LinkStatus | None:
    try:
        entry: Any = json.loads(line)
        status = LinkStatus(**entry)
        texts = (status.address, status.reason, status.checked, status.media_type)
        is_right = all(
            isinstance(number, int) for number in (status.status, status.length)
        ) and all(isinstance(part, str) for part in texts)
    except (ValueError, TypeError, RecursionError):
        return None
    return status if is_right else None


def _is_replaceable(content: str) -> bool:
    """Tell whether it is a first line that was cut, or the file of an earlier version."""
    if content.startswith('{"address"'):
        return True
    try:
        entries: Any = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(entries, dict) and all(
        isinstance(entry, list) and len(entry) == 2 for entry in entries.values()
    )


def _cache_error(cache_file: Path, reason: str) -> SourceError:
    return SourceError(
        "The memory of the link check cannot be used: {reason}.",
        where=str(cache_file),
        remedy="Take the file away, or give yourself the right to read and write it.",
        reason=reason,
    )
