"""Attacks one after the other, and what another visitor notices: nothing is the aim.

Run it with ``python tests/benchmarks/hostile.py``; each attack lasts ``--seconds``, 30 when it is
not said. The server has its default settings, the real data and eight releases of it.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from attacks import ATTACKS, Target
from documents import WARM_DOCUMENT, sources
from generate import BASE
from machinery import free_port, memory_mb, publisher, running, table, wait_until_ready

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_VISITOR = "127.0.0.200"
_PAUSE_SECONDS = 0.05
_TIMEOUT_SECONDS = 60
_AFTER_SECONDS = 3.0
_RELEASES = 8
_FILE = "data/clusters/paper-province.ttl"
KINDS = ("document", "health", "query")


@dataclass
class Visitor:
    """Somebody who looks documents up and asks small queries, and keeps the time.

    Attributes:
        port: Of the server.
        end: Set when the visit is over.
        seconds: Of each request, by kind.
        failed: How many were not answered 200.
    """

    port: int
    end: threading.Event = field(default_factory=threading.Event)
    seconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    failed: int = 0

    def ask(self, kind: str, number: int) -> None:
        """Ask for something of a kind, over a connection of its own."""
        began = time.perf_counter()
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=_TIMEOUT_SECONDS, source_address=(_VISITOR, 0)
        )
        status = 0
        try:
            if kind == "query":
                query = f"SELECT * {{ <{BASE}id/{number}> ?p{time.time_ns()} ?o }}"
                connection.request("POST", "/sparql", urlencode({"query": query}), _FORM)
            else:
                path = "/healthz" if kind == "health" else WARM_DOCUMENT
                connection.request("GET", path, headers={"Accept": "text/turtle, */*;q=0.1"})
            response = connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        self.seconds[kind].append(time.perf_counter() - began)
        self.failed += status != http.HTTPStatus.OK

    def visit(self, kind: str) -> None:
        """Ask again and again."""
        for number in itertools.count():
            if self.end.wait(_PAUSE_SECONDS):
                return
            self.ask(kind, number)


@dataclass
class Memory:
    """What the web process took."""

    parent: int
    end: threading.Event
    before: float = 0.0
    most: float = 0.0

    def now(self) -> float:
        """Return it in MB; 0 while there is no process."""
        return memory_mb(self.parent).get("web process", 0.0)

    def watch(self) -> None:
        """Keep the most of it."""
        while not self.end.wait(_PAUSE_SECONDS * 4):
            self.most = max(self.most, self.now())


def _asked(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.0f} / {max(times) * 1000:,.0f} ms"


def attacked(
    name: str, attack: Callable[[Target], None], target: Target, seconds: float
) -> list[str]:
    """Attack and visit for so many seconds, and return a row of the table."""
    visitor = Visitor(target.port)
    memory = Memory(target.parent, visitor.end)
    memory.before = memory.most = memory.now()
    threads = [threading.Thread(target=visitor.visit, args=[kind]) for kind in KINDS]
    threads.append(threading.Thread(target=memory.watch))
    for thread in threads:
        thread.start()
    target.end = time.monotonic() + seconds
    attack(target)
    time.sleep(max(0.0, target.end - time.monotonic()))
    visitor.end.set()
    for thread in threads:
        thread.join()
    time.sleep(_AFTER_SECONDS)
    count = sum(map(len, visitor.seconds.values()))
    return [
        name,
        target.sent(),
        f"{visitor.failed} of {count:,}",
        *(_asked(visitor.seconds[kind]) for kind in KINDS),
        f"{memory.before:.0f} → {memory.most:.0f} → {memory.now():.0f} MB",
    ]


def build(folder: Path, releases: Path, count: int) -> list[str]:
    """Return the names of so many releases that differ in a text."""
    sources(folder, 0)
    path = folder / _FILE
    text = path.read_text(encoding="utf-8")
    for number in range(count):
        path.write_text(text.replace('"@en', f' ({number})"@en', 1), encoding="utf-8")
        command = publisher("build", "--releases", str(releases))
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return sorted(found.parent.name for found in releases.glob("2*/manifest.json"))


def measure(seconds: float, attacks: Iterable[tuple[str, Callable[[Target], None]]]) -> str:
    """Serve, run the attacks, and return the table of what was noticed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        releases = folder / "releases"
        names = build(folder, releases, _RELEASES)
        command = publisher("serve", "--releases", str(releases), "--port", str(port))
        with running(command, folder) as process:
            wait_until_ready(port, "/readyz")
            Visitor(port).ask("document", 0)
            for what, attack in attacks:
                target = Target(port, process.pid, names)
                rows.append(attacked(what, attack, target, seconds))
                print(" | ".join(rows[-1]), flush=True)
                wait_until_ready(port, "/readyz")
    head = ["attack", "sent", "failed", "document", "health", "query", "memory"]
    return table(head, rows)


def main() -> None:
    """Run, and print what was noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="length of each attack")
    parser.add_argument("--only", default="", help="words that the name of an attack begins with")
    options = parser.parse_args()
    chosen = [attack for attack in ATTACKS if attack[0].startswith(options.only)]
    print("\n" + measure(options.seconds, chosen))


if __name__ == "__main__":
    main()
