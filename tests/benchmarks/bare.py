"""Small queries beside the bare ``oxigraph`` server: how many times its median ours is.

Run it with ``python tests/benchmarks/bare.py`` (some five minutes; ``--triples 100000`` for less).
Point, star, two hops and a description are asked by GET and by POST, by one client and by eight, of
one server after the other in each run. Every query has variables or a limit of its own, so that no
memory can answer; each table says how many queries a memory answered all the same. A description
contains more here than in Oxigraph, so the bare server is asked for the same triples by CONSTRUCT.
With ``--processor`` one client asks, and the processor time is told that each query takes of our
web process, of our query worker, and of the bare server (Linux): other work on the machine changes
that less than it changes waiting.
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
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import engines
from asking import ask, distinct, measure, query
from generate import BASE, quads
from machinery import processor_seconds, rounded, table
from measured import Part, Ratio, circumstances, parser, show
from pyoxigraph import RdfFormat, parse, serialize

from publisher.rdf.namespaces import LABELS

OURS, BARE = "this program", "oxigraph"
_METHODS, _CLIENTS = ("GET", "POST"), (1, 8)
_WARMING_SECONDS = 0.2
_WARMING_QUERIES = 50
_WORKER = "publisher.query.worker"
_HITS = re.compile(rb"publisher_query_memory_hits_total ([0-9.e+]+)")
Write = Callable[[int], str]


def _description(number: int, initiatives: int) -> str:
    """Return a query for what our description of a thing contains: for a server without labels."""
    thing = f"<{BASE}id/cluster/g{number * 7919 % initiatives // 10 * 10 + 9:07}>"
    labels = ", ".join(f"<{label}>" for label in LABELS)
    text = f"""CONSTRUCT {{ {thing} ?own ?value . ?other ?link {thing} . ?s ?p ?o }} {{
        {{ {thing} ?own ?value }} UNION {{ ?other ?link {thing} }} UNION {{
        {{ SELECT ?s {{ {{ {thing} ?to ?s }} UNION {{ ?s ?from {thing} }} }} }}
        ?s ?p ?o FILTER(?p IN ({labels})) }} }}"""
    return distinct(text, number)


def _kinds(initiatives: int) -> dict[str, tuple[Write, Write]]:
    """Return kind → how the queries for us and for the bare server are written."""

    def of(kind: str) -> Write:
        return lambda number: query(kind, number, initiatives)

    found = {kind: (of(kind), of(kind)) for kind in ("point", "star", "two hops")}
    return found | {"describe": (of("describe"), lambda number: _description(number, initiatives))}


def _body(address: str, text: str) -> bytes:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        return ask(connection, parts.path, text)
    finally:
        connection.close()


def _check_equal(addresses: dict[str, str], kinds: dict[str, tuple[Write, Write]]) -> None:
    """Leave when the two servers say something else.

    Raises:
        RuntimeError: They do.
    """
    for kind, writes in kinds.items():
        for number in range(-5, 0):
            texts = [write(abs(number)) for write in writes]
            pairs = zip((OURS, BARE), texts, strict=True)
            bodies = [_body(addresses[name], text) for name, text in pairs]
            if kind == "describe":
                said = [frozenset(parse(body, format=RdfFormat.N_TRIPLES)) for body in bodies]
            else:
                said = [frozenset(re.findall(rb"\{[^{}]*\}", body)) for body in bodies]
            if said[0] != said[1] or not said[0]:
                raise RuntimeError(f"The answers differ: {kind}: {texts}")


def _hits(address: str) -> int:
    """Return how many queries our server has answered from a memory."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", "/metrics")
    found = _HITS.search(connection.getresponse().read())
    connection.close()
    return int(float(found[1])) if found else -1


def _row(
    addresses: dict[str, str],
    writes: tuple[Write, Write],
    clients: int,
    options: argparse.Namespace,
) -> tuple[list[str], list[float]]:
    """Return the cells of a kind of query: medians and their ratio, by GET and by POST."""
    cells, ratios = [], []
    for method in _METHODS:
        pairs = []
        for run in range(options.runs + 1):
            seconds = options.query_seconds if run else _WARMING_SECONDS
            pair = [
                measure(addresses[name], write, clients, seconds, options.numbers, method)[0]
                for name, write in zip((OURS, BARE), writes, strict=True)
            ]
            pairs += [pair] if run else []
        ours, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in pairs)
        cells += [rounded(ours), rounded(bare), f"{rounded(ratio)}×"]
        ratios.append(ratio)
    return cells, ratios


def tables(addresses: dict[str, str], options: argparse.Namespace) -> Iterator[tuple[str, Ratio]]:
    """Yield a table for each number of clients, and the ratios in it."""
    kinds = _kinds(options.triples // 34)
    _check_equal(addresses, kinds)
    for clients in _CLIENTS:
        before, rows = _hits(addresses[OURS]), []
        label = f"{clients} client{'s' if clients > 1 else ''}"
        for kind, writes in kinds.items():
            cells, ratios = _row(addresses, writes, clients, options)
            rows.append([kind, *cells])
            for method, ratio in zip(_METHODS, ratios, strict=True):
                yield "", Ratio(f"{kind}, {method}, {label}", BARE, 1 / ratio)
        head = [label, *(f"{m}, {name}" for m in _METHODS for name in ("ours", "bare", "ratio"))]
        hits = _hits(addresses[OURS]) - before
        yield f"{table(head, rows)}\n\nAnswered from a memory: {hits}.", Ratio("", "", 1.0)


def _processor_ms(
    endpoint: engines.Endpoint, write: Write, method: str, options: argparse.Namespace
) -> tuple[float, float]:
    """Return the milliseconds that a query takes of a server's processes, and of its worker."""
    address, pid = endpoint
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    before = 0.0, 0.0
    try:
        for number in range(_WARMING_QUERIES + options.queries):
            if number == _WARMING_QUERIES:
                before = processor_seconds(pid), processor_seconds(pid, _WORKER)
            ask(connection, parts.path, write(next(options.numbers)), method)
    finally:
        connection.close()
    after = processor_seconds(pid), processor_seconds(pid, _WORKER)
    total, worker = ((a - b) * 1000 / options.queries for a, b in zip(after, before, strict=True))
    return total, worker


def processor_tables(
    endpoints: dict[str, engines.Endpoint], options: argparse.Namespace
) -> Iterator[tuple[str, Ratio]]:
    """Yield the table of processor time of one client's queries, and the ratios in it."""
    addresses = {name: address for name, (address, _) in endpoints.items()}
    kinds, rows = _kinds(options.triples // 34), []
    _check_equal(addresses, kinds)
    before = _hits(addresses[OURS])
    for kind, writes in kinds.items():
        for method in _METHODS:
            runs = [
                [
                    _processor_ms(endpoints[name], write, method, options)
                    for name, write in zip((OURS, BARE), writes, strict=True)
                ]
                for _ in range(options.runs)
            ]
            web = statistics.median(ours[0] - ours[1] for ours, _ in runs)
            worker = statistics.median(ours[1] for ours, _ in runs)
            bare = statistics.median(bare[0] for _, bare in runs)
            ratio = statistics.median(ours[0] / bare[0] for ours, bare in runs)
            rows.append([f"{kind}, {method}", *map(rounded, (web, worker, bare)), f"{ratio:.1f}×"])
            yield "", Ratio(f"{kind}, {method}, processor", BARE, 1 / ratio)
    head = ["1 client", "web process", "query worker", "bare", "ratio"]
    hits = _hits(addresses[OURS]) - before
    yield f"{table(head, rows)}\n\nAnswered from a memory: {hits}.", Ratio("", "", 1.0)


def measure_all(options: argparse.Namespace) -> Part:
    """Make the triples, start both servers, and return the tables."""
    options.numbers = itertools.count(1000)
    if not engines.is_there(BARE):
        sys.exit("This benchmark needs the server of Oxigraph: pip install oxigraph.")
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        data = Path(made) / "clusters.nt"
        triples = (quad.triple for quad in quads(options.triples))
        serialize(triples, str(data), format=RdfFormat.N_TRIPLES)
        endpoints = {}
        for name, start in ((OURS, engines.ours), (BARE, engines.oxigraph)):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            endpoints[name] = stack.enter_context(start(data, folder))
        load = os.getloadavg()[0]
        if options.processor:
            found = list(processor_tables(endpoints, options))
        else:
            found = list(tables({name: each[0] for name, each in endpoints.items()}, options))
    begin = circumstances(
        f"load {load:.1f}",
        f"{options.triples:,} triples of made-up clusters",
        f"medians in milliseconds{' of processor time' if options.processor else ''} over HTTP of"
        f" {options.runs} runs in turn",
    )
    said = [text for text, _ in found if text]
    ratios = tuple(ratio for text, ratio in found if not text)
    return Part(
        "bare processor" if options.processor else "bare",
        "\n\n".join([f"{begin}; the ratio is ours to bare:", *said]),
        ratios,
    )


def options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the options of this part."""
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--query-seconds", type=float, default=0.4, help="length of each run")
    parser.add_argument("--processor", action="store_true", help="processor time, not waiting")
    parser.add_argument("--queries", type=int, default=500, help="of each run, with --processor")
    return parser


if __name__ == "__main__":
    raise SystemExit(not show(measure_all, options(parser(__doc__)).parse_args()))
