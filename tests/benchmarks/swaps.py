"""A hundred changes of the release under load: no request may fail, and memory must come back.

Run it with ``python tests/benchmarks/swaps.py``; it needs wrk.
"""

from __future__ import annotations

import argparse
import http.client
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from documents import WARM_DOCUMENT, sources
from machinery import free_port, memory_mb, publisher, require, running, table, wait_until_ready

CONNECTIONS = 16
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


def swap(releases: Path, name: str, port: int) -> None:
    """Make a release current, and wait until it is served."""
    temporary = releases / ".current.new"
    temporary.symlink_to(name)
    temporary.replace(releases / "current")
    began = time.monotonic()
    while answer(port, "/readyz")[1].strip() != name:
        if time.monotonic() - began > PATIENCE_SECONDS:
            sys.exit(f"The server did not change to {name}.")
        time.sleep(0.05)


def load(port: int, work: Callable[[], None]) -> str:
    """Return what wrk printed about the requests that were answered while work was done."""
    address = f"http://127.0.0.1:{port}{WARM_DOCUMENT}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", "-d3600s", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        work()
        process.send_signal(2)
        return process.communicate()[0]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swaps", type=int, default=100)
    swaps = parser.parse_args().swaps
    require("wrk")
    with tempfile.TemporaryDirectory() as temporary:
        folder, releases = Path(temporary), Path(temporary) / "releases"
        names = two_releases(folder, releases)
        port = free_port()
        end, wrong = threading.Event(), list[str]()
        command = publisher("serve", "--releases", str(releases), "--port", str(port))
        with running(command, folder) as server:
            wait_until_ready(port)
            watcher = threading.Thread(target=watch, args=(port, names, end, wrong))
            watcher.start()

            def change(times: int) -> None:
                for number in range(times):
                    swap(releases, names[number % 2], port)

            held: list[float] = []

            def note_memory() -> None:
                time.sleep(3)
                held.append(memory_mb(server.pid)["web process"])

            def change_and_note() -> None:
                for _ in range(QUARTERS):
                    change(swaps // QUARTERS)
                    note_memory()

            change(WARMING_SWAPS)
            note_memory()
            printed = load(port, change_and_note)
            note_memory()
            end.set()
            watcher.join()
    failed = re.findall(r"(Socket errors.*|Non-2xx.*)", printed)
    total = re.search(r"(\d+) requests in", printed)
    rows = [
        ["swaps", swaps],
        ["requests answered", total.group(1) if total else "?"],
        ["requests failed", "; ".join(failed) or 0],
        ["answers that mix releases", len(wrong)],
        ["memory before, MB", f"{held[0]:.0f}"],
        ["after each quarter, MB", ", ".join(f"{mb:.0f}" for mb in held[1:-1])],
        ["memory after, MB", f"{held[-1]:.0f}"],
    ]
    print(table(["", "measured"], rows))
    if failed or wrong:
        sys.exit(f"The swap has a gap: {failed} {wrong[:3]}")


if __name__ == "__main__":
    main()
