"""Documents: this server against nginx with the same bytes as files; warm, and cold.

Run it with ``python tests/benchmarks/documents.py``; it needs nginx and wrk.
"""

from __future__ import annotations

import argparse
import http.client
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from machinery import (
    REPOSITORY,
    free_port,
    memory_mb,
    nginx,
    publisher,
    rate,
    require,
    running,
    table,
    wait_until_ready,
)

EXTENSIONS = ("html", "ttl", "jsonld", "rdf", "nt")
WARM_DOCUMENT = "/doc/cluster/paper-province"
COLD_DOCUMENTS = 10_000
COPIES = 30
_CLIENTS = 2

Rows = list[list[str]]


def sources(folder: Path, copies: int) -> None:
    """Make a folder of sources: the real one, with so many copies of each initiative's file."""
    for name in ("ontology", "data", "shapes", "pyproject.toml"):
        origin, target = REPOSITORY / name, folder / name
        shutil.copytree(origin, target) if origin.is_dir() else shutil.copy(origin, target)
    if not copies:
        return
    # Validation has its own benchmark; here the shapes would only lengthen the wait.
    for path in (folder / "shapes").rglob("*.rq"):
        path.unlink()
    for path in (folder / "shapes").glob("*.ttl"):
        if path.name != "Programme.ttl":
            path.unlink()
    for path in sorted((REPOSITORY / "data" / "clusters").glob("*.ttl")):
        text, slug = path.read_text(encoding="utf-8"), path.stem
        if f"/id/cluster/{slug}>" not in text:
            continue
        for copy in range(copies):
            copied = re.sub(rf"/{slug}(?=[->/])", f"/{slug}-{copy}-copy", text)
            (folder / "data" / "clusters" / f"{slug}-{copy}.ttl").write_text(
                copied, encoding="utf-8"
            )


def paths_in(folder: Path) -> Iterator[str]:
    """Return the document paths of a folder's release, those of initiatives' copies first."""
    base = tomllib.loads((folder / "pyproject.toml").read_text())["tool"]["publisher"]["base_iri"]
    seen: dict[str, None] = {}
    (dump,) = (folder / "releases" / "current" / "dumps").glob("clusters.nt")
    with dump.open(encoding="utf-8") as lines:
        for line in lines:
            subject = line.split(" ", 1)[0][1:-1]
            if subject.startswith(base + "id/"):
                seen["/doc/" + subject.removeprefix(base + "id/")] = None
    yield from seen


def fetch_all(port: int, paths: list[str]) -> int:
    """Ask for each path once over one connection; return how many were answered with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    good = 0
    for path in paths:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        good += response.status == 200
    connection.close()
    return good


def cold_rate(port: int, paths: list[str], extension: str) -> float:
    """Return the documents a second when each is asked for once."""
    asked = [f"{path}.{extension}" for path in paths]
    parts = [asked[start::_CLIENTS] for start in range(_CLIENTS)]
    with ProcessPoolExecutor(_CLIENTS) as clients:
        list(clients.map(fetch_all, [port] * _CLIENTS, [[]] * _CLIENTS))  # start the processes
        began = time.perf_counter()
        good = sum(clients.map(fetch_all, [port] * _CLIENTS, parts))
        seconds = time.perf_counter() - began
    assert good == len(asked), f"{len(asked) - good} documents were not answered"
    return good / seconds


def warm(folder: Path, port: int, seconds: int, runs: int) -> Rows:
    """Return a row a format: our rate, nginx's, and the ratio, medians of paired runs."""
    static, static_port = folder / "static", free_port()
    rows: Rows = []
    static.mkdir()
    for extension in EXTENSIONS:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", f"{WARM_DOCUMENT}.{extension}")
        target = static / f"{WARM_DOCUMENT[1:]}.{extension}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(connection.getresponse().read())
    with nginx(static, static_port):
        for extension in EXTENSIONS:
            path = f"{WARM_DOCUMENT}.{extension}"
            pairs = [
                (rate(port, path, seconds), rate(static_port, path, seconds)) for _ in range(runs)
            ]
            ratio = statistics.median(ours / theirs for ours, theirs in pairs)
            ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
            size = (static / path[1:]).stat().st_size
            rows.append([extension, f"{size:,}", f"{ours:,.0f}", f"{theirs:,.0f}", f"{ratio:.2f}"])
    return rows


def timed_build(folder: Path) -> float:
    """Return the seconds that check and build take together, as a command."""
    began = time.perf_counter()
    subprocess.run(publisher("build", "--releases", "releases"), cwd=folder, check=True)
    return time.perf_counter() - began


def serve(port: int) -> list[str]:
    """Return the command line that serves the releases of the folder it runs in."""
    return publisher("serve", "--releases", "releases", "--port", str(port))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="length of each warm run")
    parser.add_argument("--runs", type=int, default=5, help="paired warm runs a format")
    options = parser.parse_args()
    require("nginx", "wrk")
    with tempfile.TemporaryDirectory() as name:
        real, many = Path(name, "real"), Path(name, "many")
        for folder in (real, many):
            folder.mkdir()
        facts = measure_warm(real, options.seconds, options.runs)
        facts += measure_cold(many)
        print(table(["", "measured"], facts))


def measure_warm(folder: Path, seconds: int, runs: int) -> Rows:
    """Print the table of warm documents; return rows on the build, the start and memory."""
    sources(folder, 0)
    facts: Rows = [["check + build of the fourteen", f"{timed_build(folder):.1f} s"]]
    port = free_port()
    with running(serve(port), folder) as server:
        facts.append(["ready to answer after start", f"{wait_until_ready(port):.2f} s"])
        rows = warm(folder, port, seconds, runs)
        facts += [[f"{what}, warm", f"{mb:.0f} MB"] for what, mb in memory_mb(server.pid).items()]
    print(table(["warm", "bytes", "publisher, 1/s", "nginx, 1/s", "ratio"], rows), "\n")
    return facts


def measure_cold(folder: Path) -> Rows:
    """Print the table of cold documents; return rows on memory."""
    sources(folder, COPIES)
    timed_build(folder)
    paths = list(paths_in(folder))[:COLD_DOCUMENTS]
    rows, facts = [], []
    for extension in EXTENSIONS:
        port = free_port()
        with running(serve(port), folder) as server:
            wait_until_ready(port)
            rows.append([extension, f"{cold_rate(port, paths, extension):,.0f}"])
            web = memory_mb(server.pid)["web process"]
            facts.append([f"web process after {len(paths):,} cold .{extension}", f"{web:.0f} MB"])
    print(table([f"cold, {len(paths):,} documents once", "documents/s"], rows), "\n")
    return facts


if __name__ == "__main__":
    main()
