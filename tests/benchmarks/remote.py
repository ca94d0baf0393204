"""What our way to an engine somewhere else adds, over asking the same engine directly.

Run it with ``python tests/benchmarks/remote.py``. It builds the release of this folder, loads it
into Oxigraph's server and Virtuoso 7 (``pip install oxigraph``, ``virtuoso-opensource-7-bin``) and
asks each the same queries over the same graphs, directly and through this program, in turns.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from asking import distinct
from machinery import REPOSITORY, free_port, publisher, running, table, wait_until_ready

sys.path.insert(0, str(REPOSITORY))

from publisher.query.engine import Operation
from publisher.query.remote.rewriting import GraphNames, rewrite
from publisher.release.model import Release
from publisher.release.open import open_current
from tests.engines import SERVERS, Remote

_PREFIXES = """PREFIX cluster: <https://w3id.org/nms-kluster/def/cluster#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
KINDS = {
    "point": "SELECT ?p ?o { <https://w3id.org/nms-kluster/id/cluster/paper-province> ?p ?o }",
    "star": "SELECT * { ?s a cluster:ClusterInitiative ; skos:prefLabel ?name ; ?p ?o } LIMIT 500",
    "aggregate": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "construct": "CONSTRUCT WHERE { ?s skos:prefLabel ?name }",
}
_FORM = "application/x-www-form-urlencoded"
_JSON, _TRIPLES = "application/sparql-results+json", "application/n-triples"
_ROUNDS = 5
Fields = Callable[[str], Sequence[tuple[str, str]]]


def ask(connection: http.client.HTTPConnection, path: str, text: str, fields: Fields) -> None:
    """Ask and read the whole answer."""
    accept = _TRIPLES if "CONSTRUCT" in text else _JSON
    head = {"Content-Type": _FORM, "Accept": accept}
    connection.request("POST", path, urlencode(fields(text)), head)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {body[:300]!r}")


def median_ms(address: str, kind: str, clients: int, fields: Fields, seconds: float) -> float:
    """Return the median time of an answer; no two queries have the same text."""
    parts = urlsplit(address)
    taken: list[float] = []
    numbers = itertools.count(time.time_ns())
    end = time.perf_counter() + seconds

    def client() -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        while time.perf_counter() < end:
            text = _PREFIXES + distinct(KINDS[kind], next(numbers))
            began = time.perf_counter()
            ask(connection, parts.path, text, fields)
            taken.append(time.perf_counter() - began)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statistics.median(taken) * 1000


def compare(server: Remote, ours: str, release: Release, seconds: float) -> list[list[str]]:
    """Return a row for each kind of query and number of clients."""
    names = GraphNames(release.base_iri, release.id, tuple(release.graphs))

    def direct(text: str) -> Sequence[tuple[str, str]]:
        return rewrite(Operation(text), names).fields()

    def through(text: str) -> Sequence[tuple[str, str]]:
        return [("query", text)]

    rows = []
    for kind, clients in itertools.product(KINDS, (1, 8)):
        pairs = []
        for _ in range(_ROUNDS):
            there = median_ms(server.query, kind, clients, direct, seconds)
            here = median_ms(ours, kind, clients, through, seconds)
            pairs.append((there, here))
        there, here = (statistics.median(column) for column in zip(*pairs, strict=True))
        more = statistics.median(here - there for there, here in pairs)
        rows.append([server.name, kind, str(clients), f"{there:.2f}", f"{here:.2f}", f"{more:.2f}"])
    return rows


def main() -> None:
    """Build, load, serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    print(f"{datetime.now(UTC).date()}, {platform.machine()}, medians of {_ROUNDS} pairs, ms")
    rows = []
    with tempfile.TemporaryDirectory() as place:
        releases = Path(place) / "releases"
        build = publisher("build", "--releases", str(releases))
        subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
        release = open_current(releases)
        for name, start in SERVERS.items():
            folder = Path(place) / name
            folder.mkdir()
            with start(folder) as server:
                server.push(release)
                port = free_port()
                command = publisher("serve", "--releases", str(releases), "--port", str(port))
                command += ["--engine", server.query, "--query-workers", "8"]
                with running(command, Path(place)):
                    wait_until_ready(port, "/readyz")
                    time.sleep(2)
                    ours = f"http://127.0.0.1:{port}/sparql"
                    rows += compare(server, ours, release, options.seconds)
    print(table(["engine", "query", "clients", "directly", "through us", "more"], rows))


if __name__ == "__main__":
    main()
