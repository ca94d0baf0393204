"""Do addresses of others still answer? Asked politely, and remembered.

HEAD first, GET where HEAD is no use, of a file only its first bytes; one request at a time to a
host, with a pause after it, and none after it asks for patience. What was learned is in a file,
a line an address: a check that is cut goes on where it was.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Lock
from typing import Any, TextIO

from publisher.errors import SourceError
from publisher.system.files import replace_file
from publisher.system.http_client import (
    Client,
    Exchange,
    Fault,
    Visit,
    address_host,
    parse_digits,
)

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
_TOO_MANY_REQUESTS = 429
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
    """

    new_client: Callable[[], Client]
    today: date
    days: int
    cache_file: Path | None = None
    rechecks_failures: bool = True
    pause_seconds: float = PAUSE_SECONDS
    hosts_at_once: int = _HOSTS_AT_ONCE
    fields: Mapping[str, str] = field(default_factory=dict)

    def check(
        self,
        addresses: Collection[str],
        progress: Progress = lambda address: None,
        files: Collection[str] = (),
    ) -> dict[str, LinkStatus]:
        """Return address → what asking for it gave, today or some days ago.

        Of a host that asks for patience the rest is left out: the next check goes on there.

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
            missing = sorted(a for a in addresses if not self._is_believed(known.get(a)))
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
            client = self.new_client()
            for number, address in enumerate(by_host[host]):
                if stopped.wait(self.pause_seconds if number else 0):
                    return
                progress(address)
                status = self._ask(client, address, stopped, is_file=address in files)
                if stopped.is_set():
                    return
                with lock:
                    found[address] = status
                    if lines is not None:
                        lines.write(_line(status))
                        lines.flush()
                if status.status == _TOO_MANY_REQUESTS:
                    return

        with ThreadPoolExecutor(self.hosts_at_once) as hosts:
            try:
                list(hosts.map(ask_host, by_host))
            except BaseException:  # who interrupts it does not want to wait for the other hosts
                stopped.set()
                hosts.shutdown(wait=False, cancel_futures=True)
                raise
        return found

    def _ask(self, client: Client, address: str, stopped: Event, *, is_file: bool) -> LinkStatus:
        """Ask with HEAD, and with GET where HEAD is no use or does not tell what a file is."""
        fields = dict(self.fields)
        if is_file:  # of a compressed answer nobody could tell how long the file is
            fields["Accept-Encoding"] = "identity"
        visit = client.visit(address, "HEAD", fields)
        tells = visit.last.media_type or not is_file
        if visit.fault is None and (visit.last.status in _RETRY_WITH_GET or not tells):
            limits = replace(client.limits, length_bytes=_READ_BYTES)
            part = {"Range": f"bytes=0-{_READ_BYTES - 1}"} if is_file else {}
            stopped.wait(self.pause_seconds)
            visit = client.visit(address, "GET", fields | part, limits)
            if visit.last.status == _NO_SUCH_RANGE:
                visit = client.visit(address, "GET", fields, limits)
        reason = _reason(visit)
        status = 0 if reason else visit.last.status
        found = LinkStatus(address, status, reason, self.today.isoformat())
        if not is_file or not found.answers:
            return found
        return replace(found, media_type=visit.last.media_type, length=_length(visit.last))


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
