"""The same tables here and in Datasette: columns with a type, facets, map, seconds.

``python tests/benchmarks/first_site/datasette.py ENVIRONMENT [NAME…]`` prints a table, with theirs
behind ours. The environment is a virtual one with datasette, datasette-cluster-map and
sqlite-utils; this one does not have them. Seconds are of processor time, from the file to the page
of the table: on a machine with other work those of the clock say nothing. A column has a type when
SQLite's is not TEXT and the truth's is a number or a year; dates have none in SQLite. The map is
there when the plugin finds its columns, which are called latitude and longitude. Workbooks are left
out: sqlite-utils reads none.
"""

# ruff: noqa: E402 (the folders above are on the path first)

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
from machinery import free_port, publisher, table
from measure import SAID, site
from tables import TABLES, Table, truth_of, write

from publisher.start.mapping import read_mappings
from publisher.start.raw_tables import read_tables

_MOST_SECONDS = 60
_AXES = {"latitude", "longitude"}


def _page(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        content: bytes = answer.read()
    return content


def _first_page(address: str) -> None:
    for _ in range(10 * _MOST_SECONDS):
        with suppress(OSError):
            _page(address)
            return
        time.sleep(0.1)
    raise SystemExit(f"{address} does not answer")


def measure(programs: Path, file: Path, made: Table, folder: Path) -> tuple[object, ...]:
    """Return what Datasette shows of a table: columns with a type, facets, map, seconds."""
    (read,) = read_tables(file)
    database, port = folder / f"{file.stem}.db", free_port()
    insert = [programs / "sqlite-utils", "insert", database, "rows", file, "--csv", "--sniff"]
    began = _processor_seconds()
    subprocess.run([*insert, f"--encoding={read.encoding}"], check=True, capture_output=True)
    server = subprocess.Popen(
        [programs / "datasette", "serve", database, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}/{quote(file.stem)}/rows"
        _first_page(address)
        said = json.loads(_page(f"{address}.json?_size=1&_extra=suggested_facets"))
    finally:
        server.terminate()
        server.wait(30)
    seconds = _processor_seconds() - began
    with sqlite3.connect(database) as opened:
        kinds = {row[1]: row[2] for row in opened.execute("PRAGMA table_info(rows)")}
    truth = truth_of(made)
    typed = sum(
        kinds.get(heading, "TEXT") != "TEXT" and each["kind"] in ("number", "year")
        for heading, each in zip(read.headings, truth, strict=False)
    )
    has_map = {heading.casefold() for heading in kinds} >= _AXES
    facets = len(said.get("suggested_facets", ()))
    return typed, facets, "yes" if has_map else "no", f"{seconds:.1f}"


def _processor_seconds() -> float:
    """Return the processor time of programs that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def here(file: Path, made: Table, folder: Path) -> tuple[object, ...]:
    """Return what this program shows of a table, in the same order."""
    began, target = _processor_seconds(), folder / "site"
    command = publisher("start", str(file), "--into", str(target), *SAID)
    subprocess.run(command, check=True, capture_output=True)
    with site(target) as (address, _ready):
        mapping = read_mappings(target)[0]
        page = _page(f"{address}table/{mapping.class_iri.rpartition('#')[2].lower()}").decode()
    seconds = _processor_seconds() - began
    typed = sum(
        column.kind == each["kind"] in ("number", "year")
        for column, each in zip(mapping.columns, truth_of(made), strict=True)
    )
    facets = page.count('<details class="facet"')
    has_map = '<figure class="map' in page
    return typed, facets, "yes" if has_map else "no", f"{seconds:.1f}"


def main() -> None:
    """Print what this program and Datasette show of each table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environment", type=Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    programs = options.environment / "bin"
    lines = []
    for made in (each for group in TABLES for each in group):
        if options.names and made.file.partition(".")[0] not in options.names:
            continue
        with tempfile.TemporaryDirectory() as temporary:
            file = write(made, Path(temporary), 0)
            if file.suffix in (".csv", ".tsv"):
                own = here(file, made, Path(temporary))
                theirs = measure(programs, file, made, Path(temporary))
                both = (f"{a} / {b}" for a, b in zip(own, theirs, strict=True))
                lines.append((file.name, len(made.columns), *both))
    head = ("table", "columns", "numbers and years", "facets", "map", "first page, processor s")
    print(table(head, lines))


if __name__ == "__main__":
    main()
