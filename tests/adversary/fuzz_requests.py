"""Requests changed at random, against the real server: ``python -m tests.adversary.fuzz_requests``.

Whatever comes, the server answers with well-formed responses or closes, in bounded time; nobody
else notices, no process ends, and no error is logged.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from tests.adversary.canary import canary
from tests.adversary.http_corpus import RULES
from tests.adversary.http_exchange import MalformedResponse, Wire, parse
from tests.adversary.served import Server, serving
from tests.adversary.worlds import write_releases

Pieces = tuple[bytes, ...]

ALLOWED_5XX = {501, 505}
# The one worker of a server may have more to do than it takes in time, but not for ever.
_BUSY, _BUSY_TRIES, _BUSY_SECONDS = 503, 5, 2.0
_QUIET_SECONDS = 0.15
_LONGEST_BYTES = 20_000
_AT_A_TIME = 12
_INTERIM = re.compile(rb"(HTTP/1\.1 1\d\d [^\r\n]*\r\n([^\r\n]+\r\n)*\r\n)*")
# What has a meaning somewhere in the grammar.
_TOKENS = [
    *(b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b":", b",", b";", b'"', b"\x00", b"\xff"),
    *(b"0\r\n\r\n", b"Content-Length: 6\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: a\r\n"),
    *(
        b"Connection: close\r\n",
        b"Connection: Upgrade\r\nUpgrade: h2c\r\n",
        b"Expect: 100-continue\r\n",
    ),
    *(
        b"HTTP/1.1",
        b"HTTP/1.0",
        b"GET ",
        b"HEAD ",
        b"POST ",
        b"chunked",
        b"%00",
        b"%",
        b"/../",
        b"?",
        b"#",
    ),
    *(
        b"-1",
        b"0x",
        b"18446744073709551616",
        b"99999",
        b"ffffffff",
        b"\x0b",
        b"\x7f",
        b"\xc3\xa5",
        b"Accept: ",
    ),
]
_NUMBER = re.compile(rb"\d+")


def _rows() -> list[Pieces]:
    """Return what the cases of the corpus send, but for long texts, and costly queries."""
    found = []
    for rule in RULES:
        for case in rule.cases:
            pieces = tuple(step for step in case.steps if isinstance(step, bytes))
            text = b"".join(pieces)
            if text and len(text) <= _LONGEST_BYTES and b"COUNT(*)" not in text:
                found.append(pieces)
    return found


_ROWS = _rows()


def _flip(text: bytes, random: Random) -> bytes:
    at = random.randrange(len(text))
    return text[:at] + bytes([random.randrange(256)]) + text[at + 1 :]


def _insert(text: bytes, random: Random) -> bytes:
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(_TOKENS) + text[at:]


def _cut(text: bytes, random: Random) -> bytes:
    return text[: random.randrange(len(text))]


def _drop(text: bytes, random: Random) -> bytes:
    at = random.randrange(len(text))
    return text[:at] + text[at + random.randrange(1, 20) :]


def _repeat(text: bytes, random: Random) -> bytes:
    at = random.randrange(len(text))
    part = text[at : at + random.randrange(1, 40)]
    return text[:at] + part * random.choice([2, 3, 50]) + text[at:]


def _repeat_line(text: bytes, random: Random) -> bytes:
    lines = text.split(b"\r\n")
    line = random.choice(lines)
    lines.insert(random.randrange(len(lines) + 1), line)
    return b"\r\n".join(lines)


def _drop_line(text: bytes, random: Random) -> bytes:
    lines = text.split(b"\r\n")
    del lines[random.randrange(len(lines))]
    return b"\r\n".join(lines)


def _swap_lines(text: bytes, random: Random) -> bytes:
    lines = text.split(b"\r\n")
    a, b = random.randrange(len(lines)), random.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\r\n".join(lines)


def _change_case(text: bytes, random: Random) -> bytes:
    lines = text.split(b"\r\n")
    at = random.randrange(len(lines))
    lines[at] = lines[at].swapcase()
    return b"\r\n".join(lines)


def _change_number(text: bytes, random: Random) -> bytes:
    numbers = list(_NUMBER.finditer(text))
    if not numbers:
        return text
    found = random.choice(numbers)
    value = random.choice([b"0", b"1", b"7", b"-1", b"00", b"4294967296", b"9" * 30, b"", b"1e3"])
    return text[: found.start()] + value + text[found.end() :]


def _append(text: bytes, random: Random) -> bytes:
    return text + b"".join(random.choice(_ROWS))


def _splice(text: bytes, random: Random) -> bytes:
    other = b"".join(random.choice(_ROWS))
    return text[: random.randrange(len(text))] + other[random.randrange(len(other)) :]


_CHANGES = (
    *(_flip, _insert, _cut, _drop, _repeat, _repeat_line, _drop_line, _swap_lines, _change_case),
    *(_change_number, _append, _splice),
)


def mutated(random: Random) -> Pieces:
    """Return a row of the corpus, changed in a few places and cut into pieces."""
    text = b"".join(random.choice(_ROWS))
    for _ in range(random.randrange(1, 6)):
        if text:
            text = random.choice(_CHANGES)(text, random)
    text = text[: 4 * _LONGEST_BYTES]
    places = sorted(random.randrange(len(text) + 1) for _ in range(random.randrange(4)))
    cut = zip([0, *places], [*places, len(text)], strict=True)
    return tuple(text[begin:end] for begin, end in cut if begin < end)


def statuses(data: bytes, is_reset: bool) -> list[int]:
    """Return the statuses of all that came, up to the end of the connection.

    The methods are not known, so each response is one to GET or one to HEAD.

    Raises:
        MalformedResponse: What came cannot be read as responses, one after the other.
    """
    if not data or _INTERIM.fullmatch(data):
        return []
    error: MalformedResponse | None = None
    for method in ("GET", "HEAD"):
        try:
            found = parse(data, True, method)
            assert found is not None
            return [found[0].status, *statuses(found[1], is_reset)]
        except MalformedResponse as wrong:
            error = error or wrong
    if is_reset:
        return []
    assert error is not None
    raise error


def exchange(port: int, pieces: Pieces, source: str = "127.0.0.1") -> tuple[list[int], str]:
    """Send a request; return the statuses that came, and what is wrong, empty when nothing is."""
    wire = Wire.to(port, source)
    try:
        for piece in pieces:
            if not wire.send(piece):
                break
            wire.read(0.005)
        while not wire.is_closed and wire.read(_QUIET_SECONDS):
            pass
        wire.half_close()
        while not wire.is_closed and wire.read(wire.deadline - time.monotonic()):
            pass
        if not wire.is_closed:
            return [], "neither answered nor closed in time"
        found = statuses(wire.received, wire.is_reset)
    except MalformedResponse as error:
        return [], f"malformed: {error}"
    finally:
        wire.socket.close()
    failed = [status for status in found if status >= 500 and status not in ALLOWED_5XX]
    return found, f"answered {failed}" if failed else ""


def exchange_all(port: int, requests: list[Pieces]) -> Iterator[tuple[Pieces, list[int], str]]:
    """Send requests, some at a time, each from an address of its own; yield what came."""
    sources = [f"127.0.1.{1 + number % 250}" for number in range(len(requests))]
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        found = pool.map(lambda pieces, source: exchange(port, pieces, source), requests, sources)
        for pieces, source, (came, wrong) in zip(requests, sources, found, strict=True):
            for _ in range(_BUSY_TRIES):
                if _BUSY not in came:
                    break
                time.sleep(_BUSY_SECONDS)
                came, wrong = exchange(port, pieces, source)
            yield pieces, came, wrong


def remains(server: Server, before: list[int]) -> str:
    """Return what has become of a server that it must not; empty when it is as it was."""
    now = server.web_processes()
    if now != before:
        return f"web processes {before} are now {now}"
    log = server.log.read_text(encoding="utf-8", errors="replace")
    at = log.find("Traceback")
    return log[at : at + 1500] if at >= 0 else ""


def main() -> int:
    """Fuzz for some time; return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=time.time_ns())
    options = parser.parse_args()
    print(f"seed {options.seed}")
    random, seen, failures = Random(options.seed), Counter[int](), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        releases = write_releases(folder / "releases")
        with serving(releases, folder, "--query-workers", "1") as server:
            before, end = server.web_processes(), time.monotonic() + options.seconds
            with canary(server.port, kinds=("health", "warm", "query")) as report:
                while time.monotonic() < end:
                    batch = [mutated(random) for _ in range(200)]
                    for pieces, came, wrong in exchange_all(server.port, batch):
                        seen.update(came or [0])
                        if wrong:
                            failures += 1
                            print(f"{wrong}\n    {pieces!r}", flush=True)
            broken = remains(server, before)
    for status, count in sorted(seen.items()):
        print(f"{status or 'closed'}: {count}")
    print(f"beside: {len(report.samples)} asked, {len(report.failed)} failed, ", end="")
    print(f"longest {report.longest():.2f} s; failures {failures}\n{broken}")
    return int(bool(failures or broken or report.failed))


if __name__ == "__main__":
    sys.exit(main())
