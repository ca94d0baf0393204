"""Documents: this server against nginx with the same bytes as files; warm, and cold.

Run it with ``python tests/benchmarks/documents.py``; it needs curl, nginx and wrk.
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
# What nginx writes itself, and what it may not be told to write.
_FIELDS_OF_NGINX = {
    "content-length",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "server",
}

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


def fetch_all(listed: Path) -> subprocess.Popen[str]:
    """Start a client that asks for each listed address once, over one connection."""
    command = ["curl", "--silent", "--write-out", "%{http_code}\\n", "--config", str(listed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def cold_rate(folder: Path, port: int, paths: list[str], extension: str) -> float:
    """Return the documents a second when each is asked for once, by clients that cost little."""
    lists = [folder / f"asked-{number}" for number in range(_CLIENTS)]
    for start, listed in enumerate(lists):
        listed.write_text(
            "".join(
                f'url = "http://127.0.0.1:{port}{path}.{extension}"\noutput = "/dev/null"\n'
                for path in paths[start::_CLIENTS]
            )
        )
    began = time.perf_counter()
    clients = [fetch_all(listed) for listed in lists]
    printed = "".join(client.communicate()[0] for client in clients)
    seconds = time.perf_counter() - began
    good = printed.split().count("200")
    assert good == len(paths), f"{len(paths) - good} documents were not answered"
    return good / seconds


def copy_answer(port: int, path: str, target: Path) -> str:
    """Write the body of an answer to a file; return the rest of it as a location of nginx."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    response = connection.getresponse()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(response.read())
    fields = [
        f"add_header {name} '{value.replace(chr(39), chr(92) + chr(39))}';"
        for name, value in response.getheaders()
        if name.lower() not in _FIELDS_OF_NGINX
    ]
    return f"location = {path} {{ {' '.join(fields)} }}"


def warm(folder: Path, port: int, seconds: int, runs: int) -> Rows:
    """Return a row a format: our rate, those of nginx, and the ratios, medians of paired runs.

    nginx stands there twice: with the fields it sends of itself, and with those of our answer.
    """
    bare, equal = folder / "bare", folder / "equal"
    ports = (port, free_port(), free_port())
    paths = [f"{WARM_DOCUMENT}.{extension}" for extension in EXTENSIONS]
    locations = [copy_answer(port, path, bare / path[1:]) for path in paths]
    shutil.copytree(bare, equal)
    rows: Rows = []
    with nginx(bare, ports[1]), nginx(equal, ports[2], locations):
        for extension, path in zip(EXTENSIONS, paths, strict=True):
            rates = [[rate(each, path, seconds) for each in ports] for _ in range(runs)]
            size = (bare / path[1:]).stat().st_size
            medians = [statistics.median(column) for column in zip(*rates, strict=True)]
            ratios = [statistics.median(run[0] / run[n] for run in rates) for n in (1, 2)]
            shown = [f"{r:,.0f}" for r in medians] + [f"{ratio:.2f}" for ratio in ratios]
            rows.append([extension, f"{size:,}", *shown])
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
    require("curl", "nginx", "wrk")
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
    head = ["warm", "bytes", "publisher, 1/s", "nginx, 1/s", "nginx with our fields, 1/s"]
    print(table([*head, "ratio", "ratio with our fields"], rows), "\n")
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
            rows.append([extension, f"{cold_rate(folder, port, paths, extension):,.0f}"])
            web = memory_mb(server.pid)["web process"]
            facts.append([f"web process after {len(paths):,} cold .{extension}", f"{web:.0f} MB"])
    print(table([f"cold, {len(paths):,} documents once", "documents/s"], rows), "\n")
    return facts


if __name__ == "__main__":
    main()
