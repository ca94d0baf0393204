"""The same tables in Datasette: seconds to the first page, columns with a type, facets, map.

``python tests/benchmarks/first_site/datasette.py ENVIRONMENT [NAME…]`` prints a table. The
environment is a virtual one with datasette, datasette-cluster-map and sqlite-utils; this one does
not have them. A column has a type when SQLite's is not TEXT and the truth's is a number or a year;
dates have none in SQLite. The map is there when the plugin finds its columns, which are called
latitude and longitude. Workbooks are left out: sqlite-utils reads none.
"""

# ruff: noqa: E402 (the folders above are on the path first)

from __future__ import annotations

import argparse
import json
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
from machinery import free_port, table
from tables import TABLES, truth_of, write

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


def measure(programs: Path, file: Path, made: object, folder: Path) -> tuple[object, ...]:
    """Return a row of the table: name, columns, with type, facets, map, seconds."""
    (read,) = read_tables(file)
    database, port = folder / f"{file.stem}.db", free_port()
    insert = [programs / "sqlite-utils", "insert", database, "rows", file, "--csv", "--sniff"]
    began = time.perf_counter()
    subprocess.run([*insert, f"--encoding={read.encoding}"], check=True, capture_output=True)
    server = subprocess.Popen(
        [programs / "datasette", "serve", database, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}/{quote(file.stem)}/rows"
        _first_page(address)
        seconds = time.perf_counter() - began
        said = json.loads(_page(f"{address}.json?_size=1&_extra=suggested_facets"))
    finally:
        server.terminate()
        server.wait(30)
    with sqlite3.connect(database) as opened:
        kinds = {row[1]: row[2] for row in opened.execute("PRAGMA table_info(rows)")}
    truth = truth_of(made)  # type: ignore[arg-type]
    typed = sum(
        kinds.get(heading, "TEXT") != "TEXT" and each["kind"] in ("number", "year")
        for heading, each in zip(read.headings, truth, strict=False)
    )
    has_map = {heading.casefold() for heading in kinds} >= _AXES
    facets = len(said.get("suggested_facets", ()))
    return file.name, len(truth), typed, facets, "yes" if has_map else "no", f"{seconds:.1f}"


def main() -> None:
    """Print what Datasette shows of each table."""
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
                try:
                    lines.append(measure(programs, file, made, Path(temporary)))
                except subprocess.CalledProcessError as error:
                    reason = error.stderr.decode().strip().splitlines()[-1][:60]
                    lines.append((file.name, len(made.columns), "", "", "", reason))
    head = ("table", "columns", "with type", "suggested facets", "map", "first page, s")
    print(table(head, lines))


if __name__ == "__main__":
    main()
