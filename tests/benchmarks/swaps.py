"""A hundred changes of the release under load: nobody fails or waits long, and memory comes back.

Run it with ``python tests/benchmarks/swaps.py``; it needs wrk. Each connection asks for a document
that the current release has ready, and at times for one that nobody has asked it for.
"""

from __future__ import annotations

import argparse
import http.client
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from documents import WARM_DOCUMENT, paths_in, sources
from machinery import free_port, memory_mb, publisher, require, running, table, wait_until_ready

UNASKED_EVERY = 25
WARMING_SWAPS = 5
QUARTERS = 4
PATIENCE_SECONDS = 60.0
FILE = "data/clusters/paper-province.ttl"


def two_releases(folder: Path, releases: Path) -> list[str]:
    """Return the names of two releases of the real sources that differ in one text."""
    sources(folder, 0)
    path = folder / FILE
    text = path.read_text(encoding="utf-8")
    for changed in (text, re.sub(r'"@en', ' (changed)"@en', text, count=1)):
        path.write_text(changed, encoding="utf-8")
        command = publisher("build", "--releases", str(releases))
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return sorted(p.parent.name for p in releases.glob("2*/manifest.json"))


def answer(port: int, path: str) -> tuple[int, str]:
    """Return status and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers={"Accept": "text/html"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def watch(port: int, names: list[str], end: threading.Event, wrong: list[str]) -> None:
    """Ask until the end; note every answer that fails or is of no release or of both."""
    known: dict[str, set[str]] = {}
    while not end.is_set():
        status, page = answer(port, WARM_DOCUMENT)
        named = [name for name in names if f"<code>{name}</code>" in page]
        if status != 200 or len(named) != 1:
            wrong.append(f"{status} {named}")
        else:
            known.setdefault(named[0], set()).add(page)
    wrong += [f"{len(pages)} pages of {name}" for name, pages in known.items() if len(pages) > 1]


def swap(releases: Path, name: str, port: int) -> float:
    """Make a release current; return after how many seconds it is served."""
    temporary = releases / ".current.new"
    temporary.symlink_to(name)
    temporary.replace(releases / "current")
    began = time.monotonic()
    while answer(port, "/readyz")[1].strip() != name:
        if time.monotonic() - began > PATIENCE_SECONDS:
            sys.exit(f"The server did not change to {name}.")
        time.sleep(0.05)
    return time.monotonic() - began


# Each connection asks 20 times a second for the warm document, and now and then for one that nobody
# has asked the current release for. wrk gives a script no name of the connection: the requests of
# all are counted together.
_SCRIPT = """
local count, unasked = 0, 0
local function paths() return { %(paths)s } end
local all = paths()
function delay() return 50 end
function request()
  count = count + 1
  if count %% %(every)d == 0 then
    unasked = unasked %% #all + 1
    return wrk.format("GET", all[unasked], { Accept = "text/html" })
  end
  return wrk.format("GET", "%(warm)s", { Accept = "text/html" })
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("%%d %%d %%d %%.1f %%.1f\\n", summary.requests,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(99.9) / 1000, latency.max / 1000))
end
"""


@dataclass(frozen=True)
class Load:
    """What wrk saw.

    Attributes:
        requests: How many were answered.
        broken: How many connections or answers were broken, or took longer than wrk waits.
        refused: How many answers were not 2xx or 3xx.
        most_ms: The 99.9th percentile of the times, in ms.
        longest_ms: The longest time, in ms.
    """

    requests: int
    broken: int
    refused: int
    most_ms: float
    longest_ms: float


@contextmanager
def load(port: int, connections: int, paths: list[str], folder: Path) -> Iterator[list[Load]]:
    """Send requests while the block runs; what was seen is in the list afterwards."""
    script = folder / "load.lua"
    every = UNASKED_EVERY
    listed = ", ".join(f'"{path}"' for path in paths)
    script.write_text(_SCRIPT % {"paths": listed, "every": every, "warm": WARM_DOCUMENT})
    address = f"http://127.0.0.1:{port}"
    command = ["wrk", "-t1", f"-c{connections}", "-d3600s", "--timeout", "60s", "-s", str(script)]
    seen: list[Load] = []
    with subprocess.Popen([*command, address], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield seen
        finally:
            process.send_signal(signal.SIGINT)
            *_, last = process.communicate()[0].strip().splitlines()
    requests, broken, refused, most, longest = last.split()
    seen.append(Load(int(requests), int(broken), int(refused), float(most), float(longest)))


@dataclass
class Measured:
    """A run: what wrk saw, what the watcher found wrong, seconds of each swap, MB of memory."""

    load: Load
    wrong: list[str]
    seconds: list[float]
    memory: list[float]


def measure(folder: Path, names: list[str], swaps: int, connections: int) -> Measured:
    """Return what is seen while so many connections ask and so many releases become current."""
    releases, port = folder / "releases", free_port()
    end, wrong = threading.Event(), list[str]()
    command = publisher("serve", "--releases", str(releases), "--port", str(port))
    with running(command, folder) as server:
        wait_until_ready(port)
        watcher = threading.Thread(target=watch, args=(port, names, end, wrong))
        watcher.start()

        def change(times: int) -> list[float]:
            return [swap(releases, names[number % 2], port) for number in range(times)]

        held: list[float] = []

        def note_memory() -> None:
            time.sleep(3)
            held.append(memory_mb(server.pid)["web process"])

        change(WARMING_SWAPS)
        note_memory()
        with load(port, connections, list(paths_in(folder)), folder) as seen:
            time.sleep(1)
            seconds = []
            for _ in range(QUARTERS):
                seconds += change(swaps // QUARTERS)
                note_memory()
        note_memory()
        end.set()
        watcher.join()
    return Measured(seen[0], wrong, seconds, held)


def rows(runs: dict[int, Measured]) -> Iterator[list[object]]:
    """Yield the rows of the table; a column for each number of connections."""
    each = list(runs.values())
    yield ["swaps", *(len(run.seconds) for run in each)]
    yield ["requests answered", *(f"{run.load.requests:,}" for run in each)]
    yield ["requests failed", *(run.load.broken + run.load.refused for run in each)]
    yield ["answers that mix releases", *(len(run.wrong) for run in each)]
    yield ["99.9 of 100 requests within, ms", *(f"{run.load.most_ms:.0f}" for run in each)]
    yield ["longest request, ms", *(f"{run.load.longest_ms:.0f}" for run in each)]
    medians = (statistics.median(run.seconds) for run in each)
    yield ["a hand-over, s, median", *(f"{median:.1f}" for median in medians)]
    yield ["longest hand-over, s", *(f"{max(run.seconds):.1f}" for run in each)]
    yield ["memory before, MB", *(f"{run.memory[0]:.0f}" for run in each)]
    quarters = (", ".join(f"{mb:.0f}" for mb in run.memory[1:-1]) for run in each)
    yield ["after each quarter, MB", *quarters]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swaps", type=int, default=100)
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    chosen = parser.parse_args()
    require("wrk")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        names = two_releases(folder, folder / "releases")
        runs = {count: measure(folder, names, chosen.swaps, count) for count in chosen.connections}
    print(table(["", *(f"{count} connections" for count in runs)], rows(runs)))
    gaps = [run for run in runs.values() if run.load.broken or run.load.refused or run.wrong]
    if gaps:
        sys.exit(f"The swap has a gap: {gaps[0].load} {gaps[0].wrong[:3]}")


if __name__ == "__main__":
    main()
