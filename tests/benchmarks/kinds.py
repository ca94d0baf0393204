"""Kinds of query for which engines differ most: this program with both of its engines, and others.

Run it with ``python tests/benchmarks/kinds.py``. Beside this program, with sparq's files and
without, it asks the bare ``oxigraph`` server and Virtuoso 7 where they are installed. Each query
differs from every other in a constant, an offset or the names of its variables, never by a comment
or blanks alone, so that no memory of answers knows it. With ``--processor`` it tells the processor
time that all processes of a server take for a query, which other work on the machine changes little
(Linux).
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from engines import ENGINES, is_there, oxigraph, virtuoso
from generate import BASE, CLUSTER, quads
from machinery import (
    free_port,
    processor_seconds,
    publisher,
    rounded,
    running,
    table,
    wait_until_ready,
    wait_until_searchable,
)
from measured import Part, Ratio, circumstances, parser, show
from pyoxigraph import RdfFormat, serialize

_PROLOGUE = f"""PREFIX cluster: <{CLUSTER}>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
OURS, ALONE, BARE, VIRTUOSO = "this program", "without sparq", "oxigraph", "Virtuoso"
_LONGEST_SECONDS = 60.0
# N is a number that no other query of the kind has; V makes names of variables of its own.
KINDS: dict[str, str] = {
    "point": "SELECT ?pV ?oV { <THING> ?pV ?oV }",
    "text filter": """SELECT ?cV ?nV { ?cV a cluster:ClusterInitiative ; skos:prefLabel ?nV
        FILTER(CONTAINS(?nV, "N")) }""",
    "top k": """SELECT ?cV ?vV { ?cV a cluster:MemberCount ; schema:value ?vV }
        ORDER BY DESC(?vV) ?cV LIMIT 10 OFFSET N""",
    "group count": """SELECT ?aV (COUNT(?cV) AS ?nV) { ?cV schema:areaServed ?aV }
        GROUP BY ?aV""",
    "count per class": "SELECT ?tV (COUNT(*) AS ?nV) { ?sV a ?tV } GROUP BY ?tV",
    "group count of a join": """SELECT ?gV (COUNT(?cV) AS ?nV) { ?cV cluster:participation ?pV .
        ?pV cluster:programme ?gV } GROUP BY ?gV""",
    "group count with a filter": """SELECT ?aV (COUNT(?cV) AS ?nV) { ?cV schema:areaServed ?aV ;
        cluster:memberCount ?mV . ?mV schema:value ?vV FILTER(?vV > MEMBERS) } GROUP BY ?aV""",
    "counted join": """SELECT (COUNT(*) AS ?nV) { ?cV cluster:participation ?pV .
        ?pV cluster:programme ?gV . ?gV skos:prefLabel ?lV }""",
    "path from everywhere": "SELECT (COUNT(*) AS ?nV) { ?aV org:linkedTo+ ?bV }",
}


def query(kind: str, number: int, initiatives: int) -> str:
    """Return a query of a kind that no other number gives."""
    thing = f"{BASE}id/cluster/g{number * 7919 % initiatives:07}"
    text = KINDS[kind].replace("THING", thing).replace("MEMBERS", str(number % 395 + 5))
    numbered = text.replace("OFFSET N", f"OFFSET {number % 1000}").replace('"N"', f'"{number}"')
    return _PROLOGUE + re.sub(r"(?<=\?[a-z])V\b", str(number), numbered)


@contextmanager
def ours(data: Path, folder: Path, *, sparq: bool) -> Iterator[tuple[str, int]]:
    """Serve with this program, as a preview whose default graph is the union, as on a site."""
    port = free_port()
    command = publisher("preview", str(data), "--base-iri", BASE, "--port", str(port), "--union")
    limits = ["PUBLISHER_QUERY_TIMEOUT_SECONDS=60", "PUBLISHER_QUERY_CACHE_MB=1"]
    limits.append(f"PUBLISHER_SPARQ_TRIPLES={10**8 if sparq else 0}")
    with running(["env", *limits, *command], folder) as process:
        wait_until_ready(port, "/healthz", 600)
        wait_until_searchable(port)
        yield f"http://127.0.0.1:{port}/sparql", process.pid


def ask(address: str, text: str) -> float:
    """Return the seconds that an answer takes.

    Raises:
        RuntimeError: The engine refuses the query, or fails.
    """
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, _LONGEST_SECONDS)
    connection.connect()
    fields = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/sparql-results+json",
    }
    try:
        began = time.perf_counter()
        connection.request("POST", parts.path, urlencode({"query": text}), fields)
        response = connection.getresponse()
        body = response.read()
        taken = time.perf_counter() - began
    finally:
        connection.close()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {body[:200]!r}")
    return taken


def compare(
    addresses: dict[str, tuple[str, int]], initiatives: int, options: argparse.Namespace
) -> dict[tuple[str, str], list[float]]:
    """Return kind and engine → milliseconds of each query; the engines take turns.

    One that fails is asked no more, and neither is one after it took longer than four seconds.
    """
    found: dict[tuple[str, str], list[float]] = {}
    numbers = itertools.count(1000)
    for kind in KINDS:
        asked = dict(addresses)
        for turn in range(options.runs + 1):
            for name, (address, pid) in list(asked.items()):
                before = processor_seconds(pid) if options.processor else 0.0
                try:
                    taken = ask(address, query(kind, next(numbers), initiatives)) * 1000
                    if options.processor:
                        taken = (processor_seconds(pid) - before) * 1000
                except (OSError, RuntimeError) as error:
                    print(f"{name}, {kind}: {error}", file=sys.stderr, flush=True)
                    del asked[name]
                    continue
                if taken > options.slow_ms:
                    del asked[name]
                if turn or taken > options.slow_ms:  # the first warms up
                    found.setdefault((kind, name), []).append(taken)
    return found


def tables(found: dict[tuple[str, str], list[float]], names: list[str]) -> tuple[str, list[Ratio]]:
    """Return the table of medians, with this program's ratio to each of the others."""
    rows, ratios = [], []
    for kind in KINDS:
        ours_taken = found.get((kind, OURS), [])
        row = [kind]
        for name in names:
            taken = found.get((kind, name), [])
            cell = rounded(statistics.median(taken)) if taken else "none"
            if name != OURS and taken and ours_taken:
                ratio = statistics.median(ours_taken) / statistics.median(taken)
                cell += f" ({rounded(ratio, 2)}×)"
                ratios.append(Ratio(kind, name, 1 / ratio))
            row.append(cell)
        rows.append(row)
    return table(["1 client, POST", *names], rows), ratios


def measure_all(options: argparse.Namespace) -> Part:
    """Make the triples, start all engines, and return the table."""
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        named, plain = Path(made, "clusters.nq"), Path(made, "clusters.nt")
        serialize(quads(options.triples), str(named), format=RdfFormat.N_QUADS)
        triples = (quad.triple for quad in quads(options.triples))
        serialize(triples, str(plain), format=RdfFormat.N_TRIPLES)

        def folder() -> Path:
            return Path(stack.enter_context(tempfile.TemporaryDirectory()))

        addresses = {}
        for name, sparq in ((OURS, True), (ALONE, False)):
            addresses[name] = stack.enter_context(ours(named, folder(), sparq=sparq))
        for name, start in ((BARE, oxigraph), (VIRTUOSO, virtuoso)):
            if is_there(ENGINES[name][0]):
                addresses[name] = stack.enter_context(start(plain, folder()))
            else:
                print(f"Left out: {name} is not installed.", file=sys.stderr, flush=True)
        found = compare(addresses, options.triples // 34, options)
    text, ratios = tables(found, list(addresses))
    begin = circumstances(
        f"load {os.getloadavg()[0]:.1f}",
        f"{options.triples:,} triples of made-up clusters",
        f"medians in milliseconds{' of processor time' if options.processor else ''} over HTTP of"
        f" {options.runs} different queries, in turn",
    )
    said = [begin + "; in brackets this program's time as a multiple of the other's:", text]
    name = "kinds processor" if options.processor else "kinds"
    return Part(name, "\n\n".join(said), tuple(ratios))


def options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the options of this part."""
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--processor", action="store_true", help="processor time, not waiting")
    parser.add_argument("--slow-ms", type=float, default=4000.0, help="slower ones are asked once")
    return parser


if __name__ == "__main__":
    raise SystemExit(not show(measure_all, options(parser(__doc__)).parse_args()))
