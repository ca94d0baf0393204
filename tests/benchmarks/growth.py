"""How everything grows: check, build, start, memory, disk and answers at 10^4 to 10^7 triples.

Run it with ``python tests/benchmarks/growth.py 10000 100000 1000000``; it prints a table. Folders
are made where the system keeps temporary files (``TMPDIR``): 10^7 triples need 40 GB there.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from asking import distinct
from clusters import BASE, make_sources
from machinery import free_port, memory_mb, publisher, rounded, running, table, wait_until_ready

from publisher.rdf.namespaces import PREFIXES

_DOCUMENTS = 200
_REPEATS = 5
_SAMPLE_SECONDS = 0.5
_START_SECONDS = 600.0
_PREFIXES = "".join(
    f"PREFIX {name}: <{namespace}> "
    for name, namespace in {**PREFIXES, "cluster": f"{BASE}def/cluster#"}.items()
    if name in ("cluster", "dcterms", "rdfs", "skos")
)
QUERIES = {
    "point": "SELECT ?name WHERE {{ <{thing}> skos:prefLabel ?name }}",
    "star": "SELECT * WHERE {{ <{thing}> ?p ?o . OPTIONAL {{ ?o rdfs:label ?label }} }}",
    "two hops": "SELECT ?s WHERE {{ <{thing}> cluster:memberCount/dcterms:source ?s }}",
    "count": "SELECT (COUNT(*) AS ?n) WHERE {{ ?s a cluster:ClusterInitiative }}",
}


class Watched:
    """A command that runs to its end: how long it takes, and what its processes hold."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        """Run it."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.main_mb = self.other_mb = self.all_mb = 0.0
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        watching = threading.Thread(target=self._watch, args=(process,))
        watching.start()
        if process.wait() != 0:
            raise SystemExit(f"{' '.join(command)} failed")
        self.seconds = time.perf_counter() - began
        watching.join()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            held = dict(_held(process.pid))
            main = held.pop(process.pid, 0.0)
            self.main_mb = max(self.main_mb, main)
            self.other_mb = max(self.other_mb, *held.values(), 0.0)
            self.all_mb = max(self.all_mb, main + sum(held.values()))
            time.sleep(_SAMPLE_SECONDS)


def _held(pid: int) -> Iterator[tuple[int, float]]:
    """Yield a process and those below it, and the megabytes that each has to itself."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    # Mapped files are the kernel's memory: it takes them away when it needs room.
    found = [line for line in status.splitlines() if line.startswith("RssAnon:")]
    yield pid, sum(int(line.split()[1]) for line in found) / 1024
    for child in children:
        yield from _held(int(child))


def _disk_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _things(folder: Path) -> list[str]:
    """Return the initiatives of a release, in a random order that is the same each time."""
    lines = (folder / "releases/current/tables/cluster-initiative.csv").read_text("utf-8")
    things = [line.partition(",")[0] for line in lines.splitlines()[1:] if line.startswith("http")]
    random.Random(7).shuffle(things)
    return things


class Refused(Exception):
    """An address does not answer with 200; the status is told."""


def _median_ms(port: int, paths: Sequence[str]) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken = []
    for path in paths:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Accept": "*/*"})
        answer = connection.getresponse()
        answer.read()
        taken.append(1000 * (time.perf_counter() - began))
        if answer.status != 200:
            raise Refused(answer.status)
    return statistics.median(taken)


def measure(triples: int) -> list[str]:
    """Return the row of one size."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "sources")
        count = make_sources(folder, triples)
        check = Watched(publisher("check"), folder)
        build = Watched(publisher("build", "--releases", "releases"), folder)
        port = free_port()
        options = ("--releases", "releases", "--port", str(port), "--query-workers", "1")
        with running(publisher("serve", *options), folder) as server:
            start = wait_until_ready(port, "/readyz", _START_SECONDS)
            things = _things(folder)
            documents = [f"/doc/{t.partition('/id/')[2]}.ttl" for t in things[:_DOCUMENTS]]
            cold, warm = _median_ms(port, documents), _median_ms(port, documents)
            queries = [_asked(port, query, things) for query in QUERIES.values()]
            memory = memory_mb(server.pid)
        disk = _disk_mb(folder / "releases")
    seconds = [f"{w.seconds:.1f} ({w.cpu_seconds:.1f})" for w in (check, build)]
    held = [f"{w.main_mb:.0f} / {w.other_mb:.0f} / {w.all_mb:.0f}" for w in (check, build)]
    served = f"{memory.get('web process', 0):.0f} / {memory.get('query worker', 0):.0f}"
    times = [rounded(value, 2) for value in (start, cold, warm)]
    return [f"{count:,}", *seconds, *held, f"{disk:,.0f}", served, *times, *queries]


def _asked(port: int, query: str, things: Sequence[str]) -> str:
    """Return the median of a query over different things, none asked before; or how it ended."""
    asked = [_PREFIXES + query.format(thing=thing) for thing in things[-_REPEATS:]]
    texts = [distinct(text, number) for number, text in enumerate(asked)]
    try:
        return rounded(_median_ms(port, [f"/sparql?query={quote(text)}" for text in texts]), 2)
    except Refused as refused:
        return f"stopped ({refused})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("triples", nargs="*", type=int, default=[10**4, 10**5, 10**6])
    head = [
        "triples",
        "check, s (CPU)",
        "build with check, s (CPU)",
        "memory of check: first / other / all, MB",
        "of build",
        "disk, MB",
        "web / query process, MB",
        "start, s",
        "document cold, ms",
        "warm",
        *QUERIES,
    ]
    rows = []
    for triples in parser.parse_args().triples:
        rows.append(measure(triples))
        print(table(head, rows), flush=True)
    print(f"\n{os.cpu_count()} cores; queries in milliseconds, medians, not answered before.")


if __name__ == "__main__":
    main()
