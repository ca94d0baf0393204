"""While strangers send the worst they have, somebody else is answered as if they were not there."""

from __future__ import annotations

import http.client
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from publisher.config import Config
from tests.benchmarks.hostile_queries import corpus

pytestmark = pytest.mark.slow

SECONDS = 12.0
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}


def family(pid: int) -> set[int]:
    """Return the process ids below a process, and its own."""
    found = {pid}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found |= family(int(path.parent.name))
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process lives; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Server:
    """A server in a process of its own."""

    port: int
    process: subprocess.Popen[bytes]

    def ask(self, path: str, query: str = "", source: str = "127.0.0.1") -> int:
        """Return the status of an answer that came whole; 0 when the connection broke."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(source, 0)
        )
        try:
            if query:
                connection.request("POST", path, urlencode({"query": query}), FORM)
            else:
                connection.request("GET", path, headers={"Accept": "text/turtle"})
            response = connection.getresponse()
            response.read()
            return response.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


@pytest.fixture
def server(config: Config, free_port: int, tmp_path: Path) -> Iterator[Server]:
    """Return a server of the tiny world, with two query workers and a limit of one second."""
    command = [
        *(sys.executable, "-m", "publisher", "serve", "--releases", config.releases),
        *("--port", str(free_port), "--query-timeout-seconds", "1", "--query-memory-mb", "256"),
    ]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    server = Server(free_port, process)
    deadline = time.monotonic() + 60
    while server.ask("/healthz") != 200:
        assert time.monotonic() < deadline, (tmp_path / "log").read_text()
        time.sleep(0.1)
    yield server
    if is_alive(process.pid):
        process.terminate()
    process.wait(30)


@dataclass
class Hostile:
    """Clients that send the corpus, over and over, each from an address of its own."""

    server: Server
    queries: dict[str, str]
    count: int
    end: threading.Event = field(default_factory=threading.Event)
    statuses: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin, each at another place of the corpus."""
        self.threads = [threading.Thread(target=self._send, args=[n]) for n in range(self.count)]
        for thread in self.threads:
            thread.start()

    def _send(self, number: int) -> None:
        queries = itertools.cycle(self.queries.items())
        begin = number * len(self.queries) // self.count
        for name, query in itertools.islice(queries, begin, None):
            if self.end.is_set():
                return
            status = self.server.ask("/sparql", query, f"127.0.0.{number + 10}")
            self.statuses.append((name, status))

    def finish(self) -> None:
        """Wait for the last answers."""
        self.end.set()
        for thread in self.threads:
            thread.join()


def test_nobody_else_notices_hostile_queries(server: Server) -> None:
    """Documents, and queries nobody has sent before, from a client with an address of its own."""
    web = family(server.process.pid)
    with socket.create_server(("127.0.0.1", 0)) as bait:
        bait.settimeout(0)
        hostile = Hostile(server, corpus(bait.getsockname()[1]), 6)
        end = time.monotonic() + SECONDS
        answers: list[int] = []
        for number in itertools.count():
            if time.monotonic() > end:
                break
            answers.append(server.ask("/doc/lake/siljan"))
            answers.append(server.ask("/sparql", f"SELECT * {{ ?s a ?c }} # {number}"))
        hostile.finish()
        with pytest.raises(BlockingIOError):
            bait.accept()
    assert set(answers) == {200}
    assert len(answers) >= 4
    # Whatever was sent was answered, with an error that says something.
    known = {200, 400, 413, 422, 502, 503, 504}
    wrong = {(name, status) for name, status in hostile.statuses if status not in known}
    # A client that is still sending when it is refused may find the connection closed.
    assert {name for name, _ in wrong if not name.startswith("ten megabytes")} == set()
    assert len(family(server.process.pid) & web) >= 2, "the web process was replaced"


def test_nothing_is_left_when_the_server_is_killed(server: Server) -> None:
    """Neither idle workers nor one in the middle of a query without end."""
    cross = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o }"
    asking = threading.Thread(target=server.ask, args=["/sparql", cross])
    asking.start()
    processes: set[int] = set()
    while len(processes) < 4:  # this command, the web process, two workers
        processes = family(server.process.pid)
    for pid in processes:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if b"query.worker" not in command:
            os.kill(pid, 9)
    asking.join()
    deadline = time.monotonic() + 20
    while any(map(is_alive, processes)):
        assert time.monotonic() < deadline, "a process is left"
        time.sleep(0.05)
