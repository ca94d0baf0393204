"""Documents: this server against nginx with the same bytes as files; warm, and cold.

Run it with ``python tests/benchmarks/documents.py``; it needs curl, nginx and wrk.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
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
from measured import Part, Ratio, circumstances, paired, parser, show

EXTENSIONS = ("html", "ttl", "jsonld", "rdf", "nt")
WARM_DOCUMENT = "/doc/cluster/paper-province"
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

_OTHERS = ("nginx", "nginx with our fields")
COMPARED = ("bytes", "this program, 1/s", *_OTHERS)
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


def cold_rate(folder: Path, addresses: list[str], accept: str = "*/*") -> float:
    """Return the documents a second when each is asked for once, by clients that cost little."""
    lists = [folder / f"asked-{number}" for number in range(_CLIENTS)]
    for start, listed in enumerate(lists):
        asked = "".join(f'url = "{a}"\noutput = "/dev/null"\n' for a in addresses[start::_CLIENTS])
        listed.write_text(f'header = "Accept: {accept}"\n{asked}')
    began = time.perf_counter()
    clients = [fetch_all(listed) for listed in lists]
    printed = "".join(client.communicate()[0] for client in clients)
    seconds = time.perf_counter() - began
    good = printed.split().count("200")
    if good != len(addresses):
        raise RuntimeError(f"{len(addresses) - good} documents were not answered")
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


def compare(
    folder: Path, port: int, paths: Mapping[str, str], options: argparse.Namespace
) -> tuple[Rows, tuple[Ratio, ...]]:
    """Return a row for each named path: our rate, those of others, and our share of them.

    nginx stands there twice: with the fields it sends of itself, and with those of our answer.
    """
    bare, equal = folder / "bare", folder / "equal"
    ports = (port, free_port(), free_port())
    locations = [copy_answer(port, path, bare / path[1:]) for path in paths.values()]
    shutil.copytree(bare, equal)
    rows: Rows = []
    found: list[Ratio] = []
    with nginx(bare, ports[1]), nginx(equal, ports[2], locations):
        for what, path in paths.items():
            runs = [
                [rate(each, path, options.seconds) for each in ports] for _ in range(options.runs)
            ]
            ours, *others = zip(*runs, strict=True)
            medians = [statistics.median(column) for column in (ours, *others)]
            ratios = [paired(ours, column) for column in others]
            size = (bare / path[1:]).stat().st_size
            shown = [f"{r:,.0f} ({n:.2f}×)" for r, n in zip(medians[1:], ratios, strict=True)]
            rows.append([what, f"{size:,}", f"{medians[0]:,.0f}", *shown])
            found += [Ratio(what, o, r) for o, r in zip(_OTHERS, ratios, strict=True)]
    return rows, tuple(found)


def timed_build(folder: Path) -> float:
    """Return the seconds that check and build take together, as a command."""
    began = time.perf_counter()
    subprocess.run(
        publisher("build", "--releases", "releases"), cwd=folder, check=True, capture_output=True
    )
    return time.perf_counter() - began


def measure(options: argparse.Namespace) -> Part:
    """Return the tables of warm and of cold documents, with memory and times beside them."""
    require("curl", "nginx", "wrk")
    with tempfile.TemporaryDirectory() as name:
        real, many = Path(name, "real"), Path(name, "many")
        for folder in (real, many):
            folder.mkdir()
        rows, ratios, facts = _measure_warm(real, options)
        cold, more = _measure_cold(many, options.cold)
    begin = circumstances(
        "a process for each core, as nginx has",
        f"a document of Paper Province, 16 connections, medians of {options.runs} paired runs of "
        f"{options.seconds} s; in brackets how many times as fast this program is",
    )
    text = "\n\n".join(
        [
            begin + ":",
            table(["warm", *COMPARED], rows),
            cold,
            ". ".join([*facts, *more, ""]).strip(),
        ]
    )
    return Part("documents", text, ratios)


def _measure_warm(
    folder: Path, options: argparse.Namespace
) -> tuple[Rows, tuple[Ratio, ...], list[str]]:
    """Return rows and ratios of warm documents, and what the build, the start and memory were."""
    sources(folder, 0)
    facts = [f"Check and build of the fourteen: {timed_build(folder):.1f} s"]
    port = free_port()
    with running(serve(port), folder) as server:
        facts.append(f"Ready after start: {wait_until_ready(port):.1f} s")
        paths = {extension: f"{WARM_DOCUMENT}.{extension}" for extension in EXTENSIONS}
        rows, ratios = compare(folder, port, paths, options)
        held = [f"{what} {mb:.0f} MB" for what, mb in memory_mb(server.pid).items()]
        facts.append(f"Memory, warm: {', '.join(held)}")
    return rows, ratios, facts


def _measure_cold(folder: Path, count: int) -> tuple[str, list[str]]:
    """Return the table of cold documents, and what memory was held in the end."""
    sources(folder, COPIES)
    timed_build(folder)
    paths = list(paths_in(folder))[:count]
    rates, held = [], []
    for extension in EXTENSIONS:
        port = free_port()
        with running(serve(port), folder) as server:
            wait_until_ready(port)
            addresses = [f"http://127.0.0.1:{port}{path}.{extension}" for path in paths]
            rates.append(f"{cold_rate(folder, addresses):,.0f}")
            held.append(memory_mb(server.pid)["web process"])
    head = [f"cold, {len(paths):,} documents once each", *EXTENSIONS]
    facts = [f"The web process after {len(paths):,} cold documents: at most {max(held):.0f} MB"]
    return table(head, [["documents a second", *rates]]), facts


def options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the options of this part."""
    parser.add_argument("--cold", type=int, default=5_000, help="cold documents of each format")
    return parser


def serve(port: int) -> list[str]:
    """Return the command line that serves the releases of the folder it runs in.

    With a web process for each core, as nginx has them (``worker_processes auto``).
    """
    workers = str(os.cpu_count() or 1)
    return publisher("serve", "--releases", "releases", "--port", str(port), "--workers", workers)


if __name__ == "__main__":
    raise SystemExit(not show(measure, options(parser(__doc__)).parse_args()))
