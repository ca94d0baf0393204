"""Hostile queries for minutes, and what another visitor notices: nothing is the aim.

Run it with ``python tests/benchmarks/hostile.py``; ``--seconds 300`` and ``--clients 8`` are the
defaults. The server has its default settings and 100,000 triples of made-up clusters.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import statistics
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from generate import BASE, quads
from hostile_queries import corpus
from machinery import free_port, memory_mb, publisher, running, table, wait_until_ready
from pyoxigraph import RdfFormat, serialize

_TRIPLES = 100_000
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_VISITOR = "127.0.0.200"


@dataclass
class Visitor:
    """Somebody who looks documents up and asks small queries, and keeps the time."""

    port: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    def ask(self, kind: str, path: str, query: str = "", source: str = _VISITOR) -> int:
        """Return the status of an answer; 0 when the connection broke."""
        began = time.perf_counter()
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=120, source_address=(source, 0)
        )
        try:
            if query:
                connection.request("POST", path, urlencode({"query": query}), _FORM)
            else:
                connection.request("GET", path, headers={"Accept": "text/turtle"})
            response = connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        self.seconds.setdefault(kind, []).append(time.perf_counter() - began)
        self.statuses[(kind, status)] += 1
        return status


def attack(port: int, number: int, count: int, end: float, statuses: Counter[int]) -> None:
    """Send the corpus over and over, from an address of its own."""
    queries = list(corpus(9).values())
    client = Visitor(port)
    begin = number * len(queries) // count
    for query in itertools.islice(itertools.cycle(queries), begin, None):
        if time.monotonic() > end:
            return
        statuses[client.ask("hostile", "/sparql", query, f"127.0.0.{number + 10}")] += 1


def visit(visitor: Visitor, end: float) -> None:
    """Look up documents, rendered and not, and ask queries that nobody asked before."""
    for number in itertools.count():
        if time.monotonic() > end:
            return
        visitor.ask("document", f"/doc/cluster/g{number % 3000:07}")
        visitor.ask("home page", "/")
        thing = f"{BASE}id/cluster/g{number % 3000:07}"
        visitor.ask("query", "/sparql", f"SELECT * {{ <{thing}> ?p ?o }} # {number}")
        time.sleep(0.02)


def at_work_in(folder: str) -> list[str]:
    """Return the command lines of all processes that were started in a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if str(path.readlink()).startswith(folder):
                found.append((path.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@dataclass
class Attacked:
    """What was noticed.

    Attributes:
        quiet: Who visited before.
        visitor: Who visited meanwhile.
        statuses: What the hostile queries were answered with.
        memory: Of each process at the end, in MB.
        before: Command lines of the processes, before the end.
        remaining: Those that are left afterwards.
    """

    quiet: Visitor
    visitor: Visitor
    statuses: Counter[int] = field(default_factory=Counter)
    memory: dict[str, float] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)


def attacked(folder: Path, seconds: float, clients: int) -> Attacked:
    """Serve, attack and visit for so many seconds."""
    data = folder / "clusters.nq"
    serialize(quads(_TRIPLES), str(data), format=RdfFormat.N_QUADS)
    port = free_port()
    noticed = Attacked(Visitor(port), Visitor(port))
    command = publisher(*("preview", str(data), "--union", "--base-iri", BASE, "--port", str(port)))
    with running(command, folder) as process:
        wait_until_ready(port, "/healthz")
        visit(noticed.quiet, time.monotonic() + 3)
        end = time.monotonic() + seconds
        threads = [
            threading.Thread(target=attack, args=[port, n, clients, end, noticed.statuses])
            for n in range(clients)
        ]
        for thread in threads:
            thread.start()
        visit(noticed.visitor, end)
        for thread in threads:
            thread.join()
        noticed.memory = memory_mb(process.pid)
        noticed.before = at_work_in(str(folder))
    time.sleep(2)
    noticed.remaining = at_work_in(str(folder))
    return noticed


def _row(kind: str, noticed: Attacked) -> list[str]:
    taken = noticed.visitor.seconds[kind]
    return [
        kind,
        f"{statistics.median(noticed.quiet.seconds[kind]) * 1000:.1f} ms",
        f"{statistics.median(taken) * 1000:.1f} ms",
        f"{statistics.quantiles(taken, n=100)[98] * 1000:.0f} ms",
        f"{max(taken) * 1000:.0f} ms",
        f"{noticed.visitor.statuses[(kind, 200)]} of {len(taken)}",
    ]


def main() -> None:
    """Run, and print what was noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        noticed = attacked(Path(name), options.seconds, options.clients)
    head = ["what", "before, median", "under attack, median", "99 %", "longest", "answered"]
    print(table(head, [_row(kind, noticed) for kind in noticed.visitor.seconds]))
    count, statuses = sum(noticed.statuses.values()), dict(sorted(noticed.statuses.items()))
    print(f"\nHostile queries: {count}, by status: {statuses}")
    print(f"Memory at the end: { ({k: round(v) for k, v in noticed.memory.items()}) } MB")
    left = noticed.remaining
    print(f"Processes: {len(noticed.before)} before the end, {len(left)} left behind {left}")


if __name__ == "__main__":
    main()
