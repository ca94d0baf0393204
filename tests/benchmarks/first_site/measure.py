"""From each table to its first site: seconds, columns kept, types right, check, harvest.

``python tests/benchmarks/first_site/measure.py [NAME…]`` prints a table; ``--rows 10000`` makes the
tables larger; ``--fast`` leaves out the site. A column is kept when what the folder says of each
row is what the truth says, under its label and datatype; its type is right when the first guess
is the truth's. The truth was written before the guesser (``tables.py``).
"""

# ruff: noqa: E402 (the folders above are on the path first; a row of the table is a line)

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
from machinery import free_port, publisher, table, wait_until_ready
from tables import TABLES, Table, truth_of, write

from publisher.load.sources import PUBLISHED, Sources, read_sources
from publisher.rdf.namespaces import iri
from publisher.rdf.subjects import Subjects
from publisher.start import kinds
from publisher.start.mapping import TableMapping, read_mappings
from publisher.start.raw_tables import read_tables
from publisher.start.row_values import RowAddresses

SAID = ("--publisher", "Ekvida kommun", "--contact", "data@ekvida.example", "--yes")


@dataclass
class Measured:
    """What became of a table."""

    name: str
    columns: int
    kept: int
    right: int
    lost: list[str]
    wrong: list[str]


def compare(folder: Path, tables: Sequence[tuple[Table, Path]]) -> list[Measured]:
    """Return what a folder of sources keeps of some tables."""
    mappings = {mapping.name: mapping for mapping in read_mappings(folder)}
    base = next(iter(mappings.values())).base_iri
    sources = read_sources(folder, base)
    return [_compare(mappings[path.stem], made, path, sources) for made, path in tables]


def _compare(mapping: TableMapping, made: Table, path: Path, sources: Sources) -> Measured:
    said = Subjects(sources.quads(*PUBLISHED))
    (read,) = read_tables(path)
    things = RowAddresses([(mapping, read)]).of_row[mapping.name]
    found = Measured(made.file, len(made.columns), 0, 0, [], [])
    for column, truth in zip(mapping.columns, truth_of(made), strict=True):
        if column.kind == truth["kind"]:
            found.right += 1
        else:
            found.wrong.append(f"{column.heading}: {column.kind}, not {truth['kind']}")
        problem = _problem(column, truth, things, said)
        if problem:
            found.lost.append(f"{column.heading}: {problem}")
        else:
            found.kept += 1
    return found


def _problem(column: Any, truth: Mapping[str, Any], things: Sequence[str], said: Subjects) -> str:
    """Return why a column is not kept; empty when it is."""
    if column.label.casefold() != truth["label"].casefold():
        return f"called {column.label}"
    named = {
        text for shape in said.subjects(iri("sh:path"), column.path) for text in _names(said, shape)
    }
    if truth["label"].casefold() not in named:
        return f"no shape calls it {truth['label']}: {named}"
    for thing, expected in zip(things, truth["values"], strict=False):
        terms = said.values(thing, column.path)
        if column.language:
            terms = tuple(
                t for t in terms if isinstance(t, Literal) and t.language == column.language
            )
        got = sorted(_value(term, said) for term in terms)
        if column.kind in (kinds.MUNICIPALITY, kinds.COUNTY):
            if not set(map(_plain, expected)) <= {n for term in terms for n in _both(term, said)}:
                return f"{thing}: {got}, not {expected}"
        elif got != sorted(map(_plain, expected)):
            return f"{thing}: {got}, not {expected}"
        if any(_datatype(term) != truth["datatype"] for term in terms):
            return f"datatype {[_datatype(term) for term in terms]}, not {truth['datatype']}"
    return ""


def _names(said: Subjects, shape: str) -> list[str]:
    return [term.value.casefold() for term in said.values(shape, iri("sh:name"))]


def _datatype(term: object) -> str:
    if isinstance(term, NamedNode):
        if "/id/concept/" in term.value:
            return "concept"
        return "thing" if "/id/" in term.value else "IRI"
    assert isinstance(term, Literal)
    if term.language:
        return "rdf:langString"
    for prefix in ("xsd", "geo"):
        if term.datatype.value.startswith(iri(f"{prefix}:")):
            return f"{prefix}:{term.datatype.value.removeprefix(iri(f'{prefix}:'))}"
    return term.datatype.value


def _value(term: object, said: Subjects) -> str:
    if isinstance(term, NamedNode) and "/id/" in term.value:
        path = "skos:prefLabel" if "/id/concept/" in term.value else "dcterms:identifier"
        return _plain(said.values(term.value, iri(path))[0].value)
    assert isinstance(term, Literal | NamedNode)
    return _plain(term.value)


def _both(term: object, said: Subjects) -> list[str]:
    assert isinstance(term, NamedNode)
    paths = (iri("skos:prefLabel"), iri("skos:notation"))
    return [_plain(each.value) for path in paths for each in said.values(term.value, path)]


def _plain(text: str) -> str:
    try:
        return str(Decimal(text).normalize()) if not text.startswith("0") or "." in text else text
    except InvalidOperation:
        return text


@contextmanager
def site(folder: Path) -> Iterator[tuple[str, float]]:
    """Build and serve a folder; yield its address and the seconds until its first page."""
    port = free_port()
    began = time.perf_counter()
    subprocess.run(publisher("build"), cwd=folder, check=True, capture_output=True)
    command = publisher("serve", "--port", str(port), "--site-url", f"http://127.0.0.1:{port}/")
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        wait_until_ready(port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
            page.read()
        yield f"http://127.0.0.1:{port}/", time.perf_counter() - began
    finally:
        server.terminate()
        server.wait(30)


def _verified(address: str) -> str:
    command = publisher("verify", address, "--format", "json", "--sample", "5")
    printed = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(printed.stdout)
    except ValueError:
        return printed.stderr.strip()[-200:]
    score = found.get("mqa", {}).get("score", found.get("score", "?"))
    return f"{'passed' if printed.returncode == 0 else 'failed'}, MQA {score}"


def main() -> None:
    """Print what becomes of each table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--fast", action="store_true")
    options = parser.parse_args()
    lines, totals = [], [0, 0, 0]
    for group in TABLES:
        if options.names and not any(t.file.partition(".")[0] in options.names for t in group):
            continue
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "site"
            files = [write(each, Path(temporary), options.rows) for each in group]
            began = time.perf_counter()
            command = publisher("start", *map(str, files), "--into", str(folder), *SAID)
            started = subprocess.run(command, capture_output=True, text=True, check=False)
            seconds = time.perf_counter() - began
            if started.returncode:
                sys.exit(started.stderr)
            found = compare(folder, list(zip(group, files, strict=True)))
            checked = subprocess.run(publisher("check"), cwd=folder, capture_output=True, text=True)
            first, harvest = "", ""
            if not options.fast:
                with site(folder) as (address, ready):
                    first, harvest = f"{seconds + ready:.1f}", _verified(address)
            for each in found:
                totals = [
                    a + b
                    for a, b in zip(totals, (each.columns, each.kept, each.right), strict=True)
                ]
                lines.append(
                    (
                        each.name,
                        each.columns,
                        each.kept,
                        each.right,
                        f"{seconds:.1f}",
                        first,
                        checked.stdout.strip().splitlines()[-1],
                        harvest,
                    )
                )
                for problem in (*each.lost, *each.wrong):
                    print(f"{each.name}: {problem}", file=sys.stderr)
    head = (
        "table",
        "columns",
        "kept",
        "types right",
        "start, s",
        "first page, s",
        "check",
        "verify",
    )
    print(table(head, [*lines, ("all", *totals, "", "", "", "")]))


if __name__ == "__main__":
    main()
