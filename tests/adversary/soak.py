"""Honest load and attacks together, for long: ``python -m tests.adversary.soak --minutes 20``.

Starts a server of its own on 127.0.0.1, samples memory, descriptors and threads of its processes,
and ends with a table and a verdict: what was taken for good, and who was not answered.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode, urlsplit

from tests.adversary.fuzz_requests import exchange_all, mutated
from tests.adversary.served import Server, children, resident_mb, serving
from tests.adversary.worlds import write_releases
from tests.benchmarks.hostile_queries import corpus

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
_TIMEOUT_SECONDS = 60.0
_HONEST_CLIENTS = 4
_ATTACKS_AT_A_TIME = 3
_SLOW_SECONDS = 8.0
_EXCUSED_SECONDS = 2.0  # around the end of a query worker that was killed
_DATE = "Thu, 01 Jan 2026 12:00:00 GMT"


@dataclass(frozen=True)
class Options:
    """How long and how much.

    Attributes:
        warm_up: Seconds of load and attacks before the processes are looked at first.
        seconds: Of load and attacks after that.
        quiet: Seconds without any request before each of the two looks.
        every: Seconds between two samples.
        growth_mb: So much more memory than after the warm-up may be held at the end.
        peak_mb: So much more may be held at any moment.
        more_descriptors: So many more may be open at the end.
        more_threads: So many more may live at the end.
        longest: Seconds that an honest request may take.
        seed: Of what is chosen at random.
    """

    warm_up: float = 240.0
    seconds: float = 900.0
    quiet: float = 30.0
    every: float = 5.0
    growth_mb: float = 150.0
    peak_mb: float = 400.0
    more_descriptors: int = 20
    more_threads: int = 24
    longest: float = 20.0
    seed: int = 1


@dataclass(frozen=True)
class Sample:
    """What the processes held at a moment: memory (MB), descriptors and threads."""

    phase: str
    at: float
    parent_mb: float
    web_mb: float
    workers_mb: float
    workers: int
    descriptors: int
    threads: int


@dataclass(frozen=True)
class Answered:
    """An honest request: when it began, how long it took, and its status (0: none)."""

    kind: str
    status: int
    began: float
    seconds: float


@dataclass
class Soak:
    """A run, while it lasts and afterwards."""

    server: Server
    releases: Path
    options: Options
    began: float = field(default_factory=time.monotonic)
    end: threading.Event = field(default_factory=threading.Event)
    paths: dict[str, list[str]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    attacks: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(time.time_ns()))


# --- what there is to ask for


def _fetch(port: int, path: str, accept: str = "*/*") -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Accept": accept})
        return connection.getresponse().read().decode("utf-8", "replace")


def discover(soak: Soak) -> None:
    """Find documents, tables and releases of a site, whatever its data are."""
    port = soak.server.port
    found = re.findall(r"<loc>([^<]+)", _fetch(port, "/sitemap.xml"))
    for address in [a for a in found if a.endswith(".xml")][:1]:
        found = re.findall(r"<loc>([^<]+)", _fetch(port, urlsplit(address).path))
    paths = [urlsplit(address).path for address in found]
    tables = re.findall(r'href="(/table/[^"?]+)', _fetch(port, "/table/", "text/html"))
    soak.paths = {
        "document": [p for p in paths if p.startswith("/doc/")][:200] or ["/"],
        "table": sorted(set(tables)) or ["/table/"],
    }
    soak.names = sorted(p.parent.name for p in soak.releases.glob("2*/manifest.json"))


# --- honest clients


@dataclass
class Client:
    """An honest client that keeps its connection for a while."""

    soak: Soak
    source: str
    random: Random
    connection: http.client.HTTPConnection | None = None
    etag: str = ""

    def open(self) -> http.client.HTTPConnection:
        """Return the connection, a new one now and then."""
        if self.connection is not None and self.random.random() < 0.3:
            self.connection.close()
            self.connection = None
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                "127.0.0.1",
                self.soak.server.port,
                timeout=_TIMEOUT_SECONDS,
                source_address=(self.source, 0),
            )
        return self.connection

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> http.client.HTTPResponse | None:
        """Return the response, its body read; a kept connection that has ended is opened anew."""
        for _ in range(2):
            connection = self.open()
            is_new = connection.sock is None
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                response.read()
                return response
            except (OSError, http.client.HTTPException):
                connection.close()
                self.connection = None
                if is_new:
                    return None
        return None


def _requests(soak: Soak, random: Random) -> dict[str, tuple[str, str, dict[str, str], set[int]]]:
    """Return kind → method, path, fields and right statuses of an honest request."""
    document, number = random.choice(soak.paths["document"]), next(soak.numbers)
    html, json = {"Accept": "text/html"}, {"Accept": "application/sparql-results+json"}
    fresh = quote(f"SELECT * {{ <https://example.org/{number}> ?p ?o }} LIMIT 1")
    name = random.choice(soak.names)
    return {
        "health": ("GET", "/healthz", {}, {200}),
        "warm document": ("GET", document, html, {200}),
        "cold document": ("GET", f"{document}?x={number}", html, {200}),
        "turtle": ("GET", document, {"Accept": "text/turtle"}, {200}),
        "head": ("HEAD", document, html, {200}),
        "conditional": ("GET", document, html, {200, 304}),
        "fresh query": ("GET", f"/sparql?query={fresh}", json, {200}),
        "known query": ("GET", f"/sparql?query={quote('ASK {}')}", json, {200}),
        "posted query": ("POST", "/sparql", DIRECT | json, {200}),
        "table": ("GET", random.choice(soak.paths["table"]), {}, {200}),
        "search": ("GET", f"/search?q=a{number % 50}", html, {200}),
        "absent": ("GET", f"/doc/absent/{number}", html, {404}),
        "past": ("GET", f"/release/{name}{document}", html, {200}),
    }


def be_honest(soak: Soak, number: int) -> None:
    """Ask for something of each kind again and again, until the end."""
    random = Random(soak.options.seed + number)
    client = Client(soak, f"127.0.0.{20 + number}", random)
    while not soak.end.wait(0.03):
        kind, (method, path, headers, right) = random.choice(list(_requests(soak, random).items()))
        body = f"ASK {{}} # {next(soak.numbers)}".encode() if method == "POST" else None
        if kind == "conditional" and client.etag:
            headers = headers | {"If-None-Match": client.etag}
        began = time.monotonic()
        response = client.ask(method, path, headers, body)
        status = response.status if response else 0
        if kind == "warm document" and response:
            client.etag = response.getheader("ETag") or ""
        taken = time.monotonic() - began
        soak.answered.append(Answered(kind, 200 if status in right else status, began, taken))
    if client.connection is not None:
        client.connection.close()


# --- attacks: each bounded in time and in bytes


def _sockets(soak: Soak, count: int, source: str) -> list[socket.socket]:
    opened = []
    for _ in range(count):
        with contextlib.suppress(OSError):
            opened.append(
                socket.create_connection(
                    ("127.0.0.1", soak.server.port), 5, source_address=(source, 0)
                )
            )
    return opened


def _drip(soak: Soak, head: bytes, drop: bytes, count: int, source: str) -> None:
    """Send a beginning over many connections, then a little each second."""
    sockets = _sockets(soak, count, source)
    stop = time.monotonic() + _SLOW_SECONDS
    for text in itertools.chain([head], itertools.repeat(drop)):
        for opened in sockets:
            with contextlib.suppress(OSError):
                opened.send(text)
        if time.monotonic() > stop or soak.end.wait(1):
            break
    for opened in sockets:
        opened.close()


def slow_heads(soak: Soak, random: Random) -> None:
    """Heads that come one byte a second."""
    _drip(soak, b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"a", 100, "127.0.3.1")


def slow_bodies(soak: Soak, random: Random) -> None:
    """Bodies that come one byte a second."""
    head = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
    _drip(soak, head + b"Content-Length: 9000\r\n\r\n", b"#", 100, "127.0.3.2")


def slow_readers(soak: Soak, random: Random) -> None:
    """Many requests over a connection, no byte taken of the responses."""
    path = random.choice(soak.paths["document"]).encode()
    _drip(soak, b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path * 200, b"", 60, "127.0.3.3")


def flood(soak: Soak, random: Random) -> None:
    """Connections that send nothing."""
    _drip(soak, b"", b"", 400, "127.0.3.4")


def endless_trailers(soak: Soak, random: Random) -> None:
    """A trailer section without an end; a part of a message that has a limit like the others."""
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n6\r\nASK {}\r\n0\r\n"
    )
    for opened in _sockets(soak, 2, "127.0.3.5"):
        with contextlib.suppress(OSError):
            opened.sendall(head)
            for _ in range(50):
                opened.sendall(b"X: a\r\n" * 10_000)
        opened.close()


def _post(soak: Soak, source: str, path: str, body: bytes, headers: dict[str, str]) -> None:
    client = http.client.HTTPConnection(
        "127.0.0.1", soak.server.port, timeout=_TIMEOUT_SECONDS, source_address=(source, 0)
    )
    with contextlib.closing(client), contextlib.suppress(OSError, http.client.HTTPException):
        client.request("POST", path, body, headers)
        client.getresponse().read(1 << 20)


def _get(soak: Soak, source: str, path: str, headers: dict[str, str] | None = None) -> None:
    client = http.client.HTTPConnection(
        "127.0.0.1", soak.server.port, timeout=_TIMEOUT_SECONDS, source_address=(source, 0)
    )
    with contextlib.closing(client), contextlib.suppress(OSError, http.client.HTTPException):
        client.request("GET", path, headers=headers or {})
        client.getresponse().read(1 << 20)


def _together(work: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def hostile_queries(soak: Soak, random: Random) -> None:
    """Cross joins and what else wants all time or memory, a few at once."""
    queries = list(corpus(9).values())
    chosen = [random.choice(queries) for _ in range(6)]

    def send(number: int) -> None:
        body = urlencode({"query": chosen[number]}).encode()
        _post(soak, f"127.0.4.{1 + number}", "/sparql", body, FORM)

    _together(send, len(chosen))


def many_graphs(soak: Soak, random: Random) -> None:
    """Dataset clauses of thousands of graphs."""
    for _ in range(10):
        graphs = "&".join(f"default-graph-uri=http://x/{next(soak.numbers)}" for _ in range(4000))
        _post(soak, "127.0.3.6", "/sparql", f"query=ASK%7B%7D&{graphs}".encode(), FORM)


def bad_http(soak: Soak, random: Random) -> None:
    """Requests that were changed at random."""
    for pieces, _, wrong in exchange_all(soak.server.port, [mutated(random) for _ in range(60)]):
        if wrong:
            soak.errors.append(f"{wrong}: {pieces!r}"[:300])


def differences(soak: Soak, random: Random) -> None:
    """Differences of releases, many at once."""
    pairs = [(a, b) for a in soak.names for b in soak.names if a != b] or [("a", "b")]

    def send(number: int) -> None:
        old, new = random.choice(pairs)
        _get(soak, "127.0.3.7", f"/release/{old}/diff/{new}?x={next(soak.numbers)}")

    _together(send, 20)


def travel(soak: Soak, random: Random) -> None:
    """Documents at another time (RFC 7089), also at times that are none."""
    for _ in range(30):
        when = random.choice([_DATE, "Thu, 01 Jan 1970 00:00:00 GMT", "never", _DATE[5:]])
        _get(soak, "127.0.3.8", random.choice(soak.paths["document"]), {"Accept-Datetime": when})


def costly_pages(soak: Soak, random: Random) -> None:
    """Tables, searches and pages that are not there, each made anew, many at once."""

    def send(number: int) -> None:
        path = [f"{random.choice(soak.paths['table'])}?q=a", "/search?q=lke", "/doc/lake/siljn"]
        _get(soak, "127.0.3.9", f"{path[number % 3]}{'?' if number % 3 == 2 else '&'}x={number}")

    _together(send, 24)


def swap(soak: Soak, random: Random) -> None:
    """Another release becomes the current one."""
    _activate(soak, random.choice(soak.names))


def _activate(soak: Soak, name: str) -> None:
    command = [sys.executable, "-m", "publisher", "releases", "activate", name]
    done = subprocess.run(
        [*command, "--releases", str(soak.releases)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        soak.errors.append(f"activate {name}: {done.stdout}{done.stderr}"[:300])


def kill_worker(soak: Soak, random: Random) -> None:
    """A query worker is killed."""
    found = workers(soak.server)
    if found:
        soak.kills.append(time.monotonic())
        with contextlib.suppress(ProcessLookupError):
            os.kill(random.choice(found), signal.SIGKILL)
    soak.end.wait(1)


ATTACKS = (
    *(slow_heads, slow_bodies, slow_readers, flood, endless_trailers, hostile_queries, many_graphs),
    *(bad_http, differences, travel, costly_pages, swap, kill_worker),
)


def attack(soak: Soak, number: int) -> None:
    """Do one attack after the other until the end: first a share of them, then any."""
    random = Random(soak.options.seed + 1000 + number)
    order = list(ATTACKS[number::_ATTACKS_AT_A_TIME])
    while not soak.end.is_set():
        for chosen in order:
            if soak.end.is_set():
                return
            try:
                chosen(soak, random)
            except OSError as error:
                soak.errors.append(f"{chosen.__name__}: {error}"[:300])
            soak.attacks[chosen.__name__] += 1
            soak.end.wait(0.5)
        order = random.sample(ATTACKS, len(ATTACKS))


# --- what the processes hold


def workers(server: Server) -> list[int]:
    """Return the processes below the web processes."""
    found = []
    for web in server.web_processes():
        with contextlib.suppress(OSError):
            found += children(web)
    return found


def _memory(pids: list[int]) -> float:
    total = 0.0
    for pid in pids:
        with contextlib.suppress(OSError, StopIteration):  # it has ended meanwhile
            total += resident_mb(pid)
    return total


def sample(soak: Soak, phase: str) -> Sample:
    """Return what the processes hold now."""
    web = soak.server.web_processes()
    descriptors = threads = 0
    for pid in [soak.server.process.pid, *web]:
        descriptors += len(os.listdir(f"/proc/{pid}/fd"))
        threads += len(os.listdir(f"/proc/{pid}/task"))
    below = workers(soak.server)
    return Sample(
        phase,
        time.monotonic() - soak.began,
        _memory([soak.server.process.pid]),
        _memory(web),
        _memory(below),
        len(below),
        descriptors,
        threads,
    )


def watch(soak: Soak, phase: str, seconds: float) -> None:
    """Sample for some time, and print a line each."""
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        time.sleep(min(soak.options.every, max(stop - time.monotonic(), 0.01)))
        try:
            found = sample(soak, phase)
        except OSError as error:  # a web process has ended, which the verdict tells
            soak.errors.append(f"sample: {error}")
            continue
        soak.samples.append(found)
        print(
            f"{phase:8} {found.at:7.0f} {found.parent_mb:10.0f} {found.web_mb:8.0f} "
            f"{found.workers_mb:11.0f} {found.workers:8} {found.descriptors:12} "
            f"{found.threads:8} {len(soak.answered):9}",
            flush=True,
        )


# --- the verdict


def failures(soak: Soak) -> tuple[Counter[str], int]:
    """Return the honest requests that failed, by kind and status, and how many are excused.

    A query whose worker was killed while it worked may fail.
    """
    found: Counter[str] = Counter()
    excused = 0
    for answer in soak.answered:
        if answer.status == 200:
            continue
        first = answer.began - _EXCUSED_SECONDS
        last = answer.began + answer.seconds + _EXCUSED_SECONDS
        if "query" in answer.kind and any(first <= kill <= last for kill in soak.kills):
            excused += 1
        else:
            found[f"{answer.kind}: {answer.status or 'no response'}"] += 1
    return found, excused


def _middle(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0


def verdict(soak: Soak, before: list[int]) -> list[str]:
    """Return what is bad; print what is held and who waited how long."""
    options, bad = soak.options, []
    warm, last = ([s for s in soak.samples if s.phase == p][-3:] for p in ("rest", "end"))
    if not warm or not last:
        return ["there are too few samples"]
    for name, allowed in {
        "parent_mb": options.growth_mb,
        "web_mb": options.growth_mb,
        "workers_mb": options.growth_mb * 4,
        "descriptors": options.more_descriptors,
        "threads": options.more_threads,
    }.items():
        first, end = (_middle([getattr(s, name) for s in part]) for part in (warm, last))
        most = max(getattr(s, name) for s in soak.samples)
        print(f"{name:12} after warm-up {first:7.0f}, most {most:7.0f}, at the end {end:7.0f}")
        if end > first + allowed:
            bad.append(f"{name} went from {first:.0f} to {end:.0f}")
        if name == "web_mb" and most > first + options.peak_mb:
            bad.append(f"{name} reached {most:.0f}")
    found, excused = failures(soak)
    bad += [f"{count} honest requests failed ({what})" for what, count in found.items()]
    bad += _waits(soak) + soak.errors[:10] + _processes(soak, before)
    print(f"attacks {dict(soak.attacks)}; honest failures {dict(found)}, excused {excused}")
    return bad


def _waits(soak: Soak) -> list[str]:
    bad = []
    for kind in sorted({a.kind for a in soak.answered}):
        taken = sorted(a.seconds for a in soak.answered if a.kind == kind)
        high = taken[len(taken) * 99 // 100]
        print(
            f"{kind:16} {len(taken):6} asked, median {_middle(taken) * 1000:6.0f} ms, "
            f"99 % {high * 1000:6.0f} ms, longest {taken[-1]:6.2f} s"
        )
        if taken[-1] > soak.options.longest:
            bad.append(f"{kind}: somebody waited {taken[-1]:.1f} s")
    return bad


def _processes(soak: Soak, before: list[int]) -> list[str]:
    bad = []
    try:
        now = soak.server.web_processes()
    except OSError:
        now = []  # the parent has ended
    if now != before:
        bad.append(f"web processes {before} are now {now}")
    log = soak.server.log.read_text(encoding="utf-8", errors="replace")
    if "Traceback" in log:
        lines = re.findall(r"^[\w.]*(?:Error|Exception)\b.{0,100}", log, re.MULTILINE)
        errors = Counter(re.sub(r"0x\w+", "0x…", line) for line in lines)
        bad.append(f"{log.count('Traceback')} tracebacks in the log: {errors.most_common(3)}")
    return bad


def load(soak: Soak, phase: str, seconds: float) -> None:
    """Load and attack the server for some time."""
    soak.end.clear()
    threads = [
        threading.Thread(target=work, args=(soak, number), daemon=True)
        for work, count in ((be_honest, _HONEST_CLIENTS), (attack, _ATTACKS_AT_A_TIME))
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    watch(soak, phase, seconds)
    soak.end.set()
    for thread in threads:
        thread.join(_TIMEOUT_SECONDS + _SLOW_SECONDS)


def run(server: Server, releases: Path, options: Options) -> list[str]:
    """Load and attack a server; return what is bad about how it took that."""
    soak = Soak(server, releases, options)
    discover(soak)
    current = (releases / "current").resolve().name
    before = server.web_processes()
    print(
        "phase    seconds  parent MB   web MB  workers MB  workers  descriptors  threads   answers"
    )
    load(soak, "warm-up", options.warm_up)
    watch(soak, "rest", options.quiet)
    load(soak, "load", options.seconds)
    _activate(soak, current)
    watch(soak, "end", options.quiet)
    bad = verdict(soak, before)
    print("\n".join(["BAD", *bad]) if bad else "GOOD")
    return bad


def main() -> int:
    """Run as long as wanted; return 1 when the verdict is bad."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument(
        "--releases",
        type=Path,
        help="a folder of releases, whose current one changes meanwhile; none: the tiny world",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, help="where the server's log is kept")
    given = parser.parse_args()
    seconds = given.minutes * 60
    options = Options(warm_up=seconds / 5, seconds=seconds * 4 / 5, seed=given.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        releases = given.releases or write_releases(folder / "releases", 4)
        limits = ("--query-timeout-seconds", "5")
        with serving(releases.resolve(), folder, *limits) as server:
            bad = run(server, releases.resolve(), options)
        if given.log:
            given.log.write_bytes((folder / "server.log").read_bytes())
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
