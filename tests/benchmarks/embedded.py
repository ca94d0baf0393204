"""The two engines that run inside this program, asked the same as on a site of one named graph.

Run it with ``python tests/benchmarks/embedded.py`` (some three minutes); it needs the extra
``sparq`` of this program, and leaves that engine out and says so where it is missing. Beside
queries of ``queries.py`` it asks three that tell the engines apart: a join that is counted, a
property path from everywhere, and FROM.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from asking import APART
from generate import BASE, quads
from machinery import free_port, memory_mb, publisher, running, table, wait_until_ready
from measured import Part, circumstances, parser, show
from pyoxigraph import RdfFormat, serialize
from queries import OURS, compare, tables

from publisher.load.stored_files import store_files
from publisher.release.preview import build_preview

_SPARQ = "with sparq"
_ENGINES = {OURS: "oxigraph", _SPARQ: "sparq"}
_LOADING_SECONDS = 600.0
_ASKED = ("point", "star", "text filter", "top k", "aggregate", "path", *APART)
# Address of the endpoint, seconds until it answered, megabytes of files, process to look at.
Started = tuple[str, float, float, int]


@contextmanager
def site(engine: str, releases: Path, folder: Path) -> Iterator[Started]:
    """Serve a folder of releases with one of the two engines."""
    port, temporary = free_port(), folder / "temporary"
    temporary.mkdir()
    command = publisher("serve", "--releases", str(releases), "--engine", engine)
    command += ["--port", str(port)]
    settings = [f"TMPDIR={temporary}", f"PUBLISHER_BASE_IRI={BASE}"]
    began = time.perf_counter()
    with running(["env", *settings, *command], folder) as process:
        wait_until_ready(port, "/readyz", _LOADING_SECONDS)
        seconds = time.perf_counter() - began
        written = sum(path.stat().st_size for path in temporary.rglob("*") if path.is_file())
        yield f"http://127.0.0.1:{port}/sparql", seconds, written / 1e6, process.pid


def _engines() -> list[str]:
    """Return the engines that are here."""
    if find_spec("sparq") is not None:
        return list(_ENGINES)
    print("Left out: sparq-rdf is not installed.", file=sys.stderr, flush=True)
    return [OURS]


def measure_all(options: argparse.Namespace) -> Part:
    """Make a release of the triples, ask both engines in turn, and return the tables."""
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        data, releases = Path(made, "clusters.nq"), Path(made, "releases")
        serialize(quads(options.triples), str(data), format=RdfFormat.N_QUADS)
        build_preview(store_files([data], BASE), releases, union=True)
        started = {}
        for name in _engines():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            started[name] = stack.enter_context(site(_ENGINES[name], releases, folder))
        addresses = {name: address for name, (address, *_) in started.items()}
        found = compare(addresses, options.triples // 34, options, _ASKED)
        rows = []
        for name, (_, seconds, written, pid) in started.items():
            worker = memory_mb(pid).get("query worker", 0.0)
            rows.append([name, f"{seconds:.1f}", f"{written:.0f}", f"{worker:.0f}"])
    text, ratios = tables(found, list(addresses), _ASKED)
    begin = circumstances(
        f"{options.triples:,} triples of made-up clusters in one named graph",
        f"medians in milliseconds over HTTP of {options.runs} runs in turn",
    )
    costs = table(["", "ready after, s", "files of its own, MB", "query worker, MB"], rows)
    said = [begin + "; in brackets how many times Oxigraph's:", text, costs]
    return Part("embedded", "\n\n".join(said), tuple(ratios))


def options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the options of this part."""
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--query-seconds", type=float, default=0.4, help="length of each run")
    return parser


if __name__ == "__main__":
    raise SystemExit(not show(measure_all, options(parser(__doc__)).parse_args()))
