"""Eight kinds of query over the same triples, this program and three others; and what it adds.

Run it with ``python tests/benchmarks/queries.py``. The others are taken from where this Python is
installed or from the PATH: ``pip install oxigraph "rdflib-endpoint[cli]"``, Debian's
``virtuoso-opensource-7-bin``, and wrk for the rates; what is missing is left out and named.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import platform
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from engines import ENGINES, is_there
from generate import BASE, CLUSTER, quads
from machinery import rate, table
from pyoxigraph import QueryResultsFormat, RdfFormat, Store, serialize

from publisher.query.engine import Limits, Operation
from publisher.query.workers import Workers
from publisher.query.workplace import Workplace

_PROLOGUE = f"""PREFIX cluster: <{CLUSTER}>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TABLE, _GRAPH = "application/sparql-results+json", "application/n-triples"
_LONGEST_SECONDS = 60.0
KINDS: dict[str, str] = {
    "point": "SELECT ?p ?o { THING ?p ?o }",
    "star": """SELECT * { THING skos:prefLabel ?name ; cluster:status ?status ;
        schema:foundingDate ?founded ; schema:areaServed ?area ;
        cluster:addressesIndustry ?industry ; cluster:competenceArea ?competence }""",
    "two hops": """SELECT * { THING cluster:participation ?participation .
        ?participation cluster:programme ?programme . ?programme skos:prefLabel ?name }""",
    "describe": "DESCRIBE THING",
    "text filter": """SELECT ?cluster ?name { ?cluster a cluster:ClusterInitiative ;
        skos:prefLabel ?name FILTER(CONTAINS(?name, "NUMBER")) }""",
    "top k": """SELECT ?count ?value { ?count a cluster:MemberCount ; schema:value ?value }
        ORDER BY DESC(?value) ?count LIMIT 10""",
    "aggregate": """SELECT ?area (COUNT(?cluster) AS ?n) { ?cluster schema:areaServed ?area }
        GROUP BY ?area""",
    "path": "SELECT ?other { THING org:linkedTo+ ?other }",
}


def query(kind: str, number: int, initiatives: int) -> str:
    """Return a query of a kind; no two are the same, so none is answered from a memory."""
    chosen = number * 7919 % initiatives // 10 * 10 + 9
    text = KINDS[kind].replace("THING", f"<{BASE}id/cluster/g{chosen:07}>")
    return f"{_PROLOGUE}{text.replace('NUMBER', str(chosen))} # {number}"


def ask(connection: http.client.HTTPConnection, path: str, text: str) -> bytes:
    """Return the answer's body."""
    fields = _FORM | {"Accept": _GRAPH if "DESCRIBE" in text else _TABLE}
    connection.request("POST", path, urlencode({"query": text}), fields)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status} {body[:300]!r}")
    return body


def measure(
    address: str, kind: str, clients: int, seconds: float, initiatives: int, numbers: Iterator[int]
) -> tuple[float, float]:
    """Return the median time of an answer in milliseconds, and answers a second."""
    parts = urlsplit(address)
    end = time.perf_counter() + seconds
    taken: list[float] = []
    errors: list[str] = []

    def client() -> None:
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=_LONGEST_SECONDS
        )
        try:
            while not taken or time.perf_counter() < end:
                began = time.perf_counter()
                ask(connection, parts.path, query(kind, next(numbers), initiatives))
                taken.append(time.perf_counter() - began)
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            errors.append(f"{type(error).__name__} {error}")
        finally:
            connection.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not taken:
        raise RuntimeError(errors[0])
    return statistics.median(taken) * 1000, len(taken) / (time.perf_counter() - began)


def compare(
    data: Path, seconds: float, initiatives: int, names: list[str]
) -> dict[tuple[str, int, str], str]:
    """Return the figure for kind × clients × engine: median milliseconds, or what went wrong."""
    found: dict[tuple[str, int, str], str] = {}
    numbers = itertools.count(1)
    for name in names:
        program, start = ENGINES[name]
        if not is_there(program):
            print(f"{program} is not installed; left out.")
            continue
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            with start(data, Path(folder)) as (address, _):  # type: ignore[attr-defined]
                print(f"{name}: ready after {time.perf_counter() - began:.0f} s", flush=True)
                for kind, clients in itertools.product(KINDS, (1, 8)):
                    arguments = (address, kind, clients)
                    try:
                        measure(*arguments, 0.3, initiatives, numbers)
                        median, _ = measure(*arguments, seconds, initiatives, numbers)
                        found[kind, clients, name] = f"{median:.3g}"
                    except RuntimeError as error:
                        found[kind, clients, name] = "none"
                        print(f"{name}, {kind}, {clients}: {error}", flush=True)
    return found


def print_comparison(found: dict[tuple[str, int, str], str], names: list[str]) -> None:
    """Print medians, and in brackets how many times ours another's is."""
    names = [name for name in names if any(key[2] == name for key in found)]
    for clients in (1, 8):
        rows = []
        for kind in KINDS:
            mine = found.get((kind, clients, names[0]), "none")
            row = [kind]
            for name in names:
                figure = found.get((kind, clients, name), "none")
                is_ratio = "none" not in (figure, mine) and name != names[0]
                ratio = f" ({float(figure) / float(mine):.2g}×)" if is_ratio else ""
                row.append(figure + ratio)
            rows.append(row)
        print(f"\n{clients} client{'s' if clients > 1 else ''}, median in milliseconds\n")
        print(table(["kind", *names], rows))


def median_ms(call: Callable[[str], object], initiatives: int, numbers: Iterator[int]) -> float:
    """Return the median time of point queries in milliseconds."""
    taken = []
    for number in itertools.islice(numbers, 2000):
        text = query("point", number, initiatives)
        began = time.perf_counter()
        call(text)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def overhead(data: Path, initiatives: int) -> None:
    """Print what the way to a worker and back costs, over the engine in the same process."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder + "/store")
        store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES)
        del store
        opened = Store.read_only(folder + "/store")
        workers = Workers(Workplace(folder + "/store", Limits(10, 1 << 29, 1 << 25), False), 1)
        numbers = itertools.count(1)

        def inside(text: str) -> bytes | None:
            results = opened.query(text)
            return results.serialize(format=QueryResultsFormat.JSON)  # type: ignore[union-attr]

        engine = median_ms(inside, initiatives, numbers)
        worker = median_ms(lambda text: workers.answer(Operation(text)), initiatives, numbers)
        workers.close()
    print(f"\nPoint query, median: engine in the same process {engine:.3f} ms,")
    print(f"through a worker {worker:.3f} ms: {worker - engine:.3f} ms more.")


def cached(data: Path) -> None:
    """Print the rate of an answer from the memory beside that of a document."""
    start = ENGINES["this program"][1]
    with (
        tempfile.TemporaryDirectory() as folder,
        start(data, Path(folder)) as (address, _),  # type: ignore[attr-defined]
    ):
        port = urlsplit(address).port or 0
        text = query("point", 1, 1000)
        answers = rate(port, "/sparql?" + urlencode({"query": text}), 5)
        documents = rate(port, "/doc/cluster/g0000019.ttl", 5)
    print(f"\nAnswer from the memory: {answers:.0f} a second; document: {documents:.0f};")
    print(f"ratio {answers / documents:.2f}.")


def main() -> None:
    """Make the data, run everything, print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--engines", default=",".join(ENGINES))
    options = parser.parse_args()
    names = options.engines.split(",")
    print(
        f"{datetime.now(UTC).date()}, {platform.machine()}, {options.triples} triples", flush=True
    )
    initiatives = options.triples // 34
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "clusters.nt"
        triples = (quad.triple for quad in quads(options.triples))
        serialize(triples, str(data), format=RdfFormat.N_TRIPLES)
        overhead(data, initiatives)
        if is_there("wrk"):
            cached(data)
        print_comparison(compare(data, options.seconds, initiatives, names), names)


if __name__ == "__main__":
    main()
