"""Eight kinds of query over the same triples, this program and three others; and what it adds.

Run it with ``python tests/benchmarks/queries.py``. The others are taken from where this Python is
installed or from the PATH: ``pip install oxigraph "rdflib-endpoint[cli]"``, Debian's
``virtuoso-opensource-7-bin``, and wrk for the rates; what is missing is left out and named.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from asking import KINDS, measure, query
from engines import ENGINES, is_there
from generate import quads
from machinery import rate, rounded, table
from measured import Part, Ratio, circumstances, paired, parser, show
from pyoxigraph import QueryResultsFormat, RdfFormat, Store, serialize

from publisher.query.engine import Operation, QueryLimits
from publisher.query.worker_messages import WorkerConfig
from publisher.query.worker_pool import WorkerPool

_SLOW_MS = 4000.0
_WARMING_SECONDS = 0.2
_CLIENTS = (1, 8)
OURS = "this program"
Case = tuple[str, int, str]


def start(stack: ExitStack, data: Path, names: list[str]) -> dict[str, str]:
    """Start all engines that are here, until the stack ends; return their addresses."""
    found: dict[str, str] = {}
    for name in names:
        program, engine = ENGINES[name]
        if not is_there(program):
            print(f"Left out: {program} is not installed.", file=sys.stderr, flush=True)
            continue
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        began = time.perf_counter()
        try:
            found[name], _ = stack.enter_context(engine(data, folder))
        except (SystemExit, OSError, subprocess.SubprocessError) as error:
            print(f"Left out: {name}: {error}", file=sys.stderr, flush=True)
            continue
        print(f"{name}: ready after {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return found


def compare(
    addresses: dict[str, str],
    initiatives: int,
    options: argparse.Namespace,
    kinds: Sequence[str] = tuple(KINDS),
) -> dict[Case, list[float]]:
    """Return the medians in milliseconds of each run, in turn, of kind × clients × engine.

    An engine that takes longer than the limit for an answer is asked once by each client and then
    no more: its list has one run. One that fails has none.
    """
    found: dict[Case, list[float]] = {}
    numbers = itertools.count(1)
    for kind, clients in itertools.product(kinds, _CLIENTS):
        asked = dict(addresses)
        # The run before the first warms up, and is short.
        for run in range(options.runs + 1):
            seconds = options.query_seconds if run else _WARMING_SECONDS
            for name, address in list(asked.items()):
                try:
                    write = partial(query, kind, initiatives=initiatives)
                    median, _ = measure(address, write, clients, seconds, numbers)
                except RuntimeError as error:
                    print(f"{name}, {kind}, {clients}: {error}", file=sys.stderr, flush=True)
                    del asked[name]
                    continue
                if median > _SLOW_MS:
                    del asked[name]
                if median > _SLOW_MS or run:
                    found.setdefault((kind, clients, name), []).append(median)
    return found


def tables(
    found: dict[Case, list[float]], names: list[str], kinds: Sequence[str] = tuple(KINDS)
) -> tuple[str, list[Ratio]]:
    """Return the tables, with how many times ours another's median is; and the ratios."""
    said, ratios = [], []
    for clients in _CLIENTS:
        rows = []
        for kind in kinds:
            ours = found.get((kind, clients, names[0]), [])
            row = [kind]
            for name in names:
                times = found.get((kind, clients, name), [])
                cell = rounded(statistics.median(times)) if times else "none"
                if times and ours and name != names[0]:
                    ratio = _ratio(ours, times)
                    cell += f" ({rounded(ratio, 2)}×)"
                    what = f"{kind}, {clients} client{'s' if clients > 1 else ''}"
                    ratios.append(Ratio(what, name, ratio))
                is_slow = bool(times) and max(times) > _SLOW_MS
                row.append(cell + (r"\*" if is_slow else ""))
            rows.append(row)
        said.append(table([f"{clients} client{'s' if clients > 1 else ''}", *names], rows))
    return "\n\n".join(said), ratios


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """Return how many times as long another takes: paired by run where both have all runs."""
    if len(ours) == len(theirs):
        return paired(theirs, ours)
    return statistics.median(theirs) / statistics.median(ours)


def median_ms(call: Callable[[str], object], initiatives: int, numbers: Iterator[int]) -> float:
    """Return the median time of point queries in milliseconds."""
    taken = []
    for number in itertools.islice(numbers, 1000):
        text = query("point", number, initiatives)
        began = time.perf_counter()
        call(text)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def overhead(data: Path, initiatives: int) -> str:
    """Return what the way to a worker and back costs, over the engine in the same process."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder + "/store")
        store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES)
        del store
        opened = Store.read_only(folder + "/store")
        workers = WorkerPool(
            WorkerConfig(folder + "/store", QueryLimits(10, 1 << 29, 1 << 25), False), 1
        )
        numbers = itertools.count(1)

        def inside(text: str) -> bytes | None:
            results = opened.query(text)
            return results.serialize(format=QueryResultsFormat.JSON)  # type: ignore[union-attr]

        engine = median_ms(inside, initiatives, numbers)
        worker = median_ms(lambda text: workers.answer(Operation(text)), initiatives, numbers)
        workers.close()
    return (
        f"A point query takes {engine:.3f} ms in the engine and {worker:.3f} ms through a worker: "
        f"{worker - engine:.3f} ms more."
    )


def remembered(address: str) -> str:
    """Return the rate of an answer from the memory beside that of a document."""
    port = urlsplit(address).port or 0
    text = query("point", 1, 1000)
    answers = rate(port, "/sparql?" + urlencode({"query": text}), 2)
    documents = rate(port, "/doc/cluster/g0000019.ttl", 2)
    return (
        f"A cached result is answered {answers:,.0f} times a second, a document "
        f"{documents:,.0f} times."
    )


def measure_all(options: argparse.Namespace) -> Part:
    """Make the triples, start all engines, and return the tables."""
    initiatives = options.triples // 34
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "clusters.nt"
        triples = (quad.triple for quad in quads(options.triples))
        serialize(triples, str(data), format=RdfFormat.N_TRIPLES)
        more = [overhead(data, initiatives)]
        with ExitStack() as stack:
            addresses = start(stack, data, options.engines)
            if is_there("wrk") and OURS in addresses:
                more.append(remembered(addresses[OURS]))
            found = compare(addresses, initiatives, options)
    text, ratios = tables(found, list(addresses))
    begin = circumstances(
        f"{options.triples:,} triples of made-up clusters",
        f"medians in milliseconds over HTTP of {options.runs} runs in turn",
    )
    note = "\\* not sent again: an answer takes longer than four seconds." if "*" in text else ""
    said = [begin + "; in brackets how many times ours:", text, note, " ".join(more)]
    return Part("queries", "\n\n".join(each for each in said if each), tuple(ratios))


def options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the options of this part."""
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--query-seconds", type=float, default=0.4, help="length of each run")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    return parser


if __name__ == "__main__":
    raise SystemExit(not show(measure_all, options(parser(__doc__)).parse_args()))
