"""Documents beside programs that ask an engine for each: Trifid, and rdflib-endpoint's DESCRIBE.

Run it with ``python tests/benchmarks/dereferencing.py``; it needs curl and wrk, and takes of the
others what is there: node and npm (fetches Trifid), ``pip install oxigraph
"rdflib-endpoint[cli]"``.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import tomllib
from contextlib import ExitStack
from pathlib import Path

from documents import COPIES, WARM_DOCUMENT, cold_rate, paths_in, serve, sources, timed_build
from machinery import free_port, rate, require, rounded, running, table, wait_until_ready
from measured import Part, Ratio, circumstances, paired, parser, show
from others import Other, start

_MEDIA_TYPES = {"html": "text/html", "ttl": "text/turtle"}
_COLD_DOCUMENTS = 100
_Rates = dict[str, list[float]]


def measure(options: argparse.Namespace) -> Part:
    """Return the table: warm and cold, HTML and Turtle, of all programs side by side."""
    require("curl", "wrk")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        sources(folder, COPIES)
        timed_build(folder)
        settings = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
        base = settings["tool"]["publisher"]["base_iri"]
        data = folder / "all.nt"
        dumps = sorted((folder / "releases" / "current" / "dumps").glob("*.nt"))
        data.write_bytes(b"".join(path.read_bytes() for path in dumps))
        port = free_port()
        stack.enter_context(running(serve(port), folder))
        wait_until_ready(port)
        others = start(stack, data, base, folder)
        if not others:
            raise RuntimeError("none of the other programs is here")
        paths = list(paths_in(folder))
        rows, ratios = [], []
        for extension in _MEDIA_TYPES:
            able = [other for other in others if extension in other.formats]
            for kind, rates in (
                ("warm", _warm(port, able, base, extension, options)),
                ("cold", _cold(folder, port, able, base, extension, paths, options)),
            ):
                rows.append([f"{extension}, {kind}", *_cells(rates, others)])
                ratios += [
                    Ratio(f"{extension}, {kind}", o, paired(rates[""], rates[o]))
                    for o in rates
                    if o
                ]
        triples = data.read_bytes().count(b"\n")
    head = ["documents a second", "this program", *(f"{other.name}" for other in others)]
    text = (
        circumstances(f"{triples:,} triples", f"medians of {options.runs} paired runs")
        + "; in brackets how many times as fast this program is. Warm: one document, "
        f"16 connections. Cold: {_COLD_DOCUMENTS} documents a run that are not cached, "
        "two clients.\n\n" + table(head, rows)
    )
    return Part("dereferencing", text, tuple(ratios))


def _iri(base: str, path: str) -> str:
    return base + "id/" + path.removeprefix("/doc/")


def _warm(
    port: int, others: list[Other], base: str, extension: str, options: argparse.Namespace
) -> _Rates:
    """Return the rates of a document that is asked for again and again; ours has no name."""
    accept, iri = _MEDIA_TYPES[extension], _iri(base, WARM_DOCUMENT)
    asked = {"": (port, f"{WARM_DOCUMENT}.{extension}")}
    asked |= {other.name: (other.port, other.path(iri)) for other in others}
    # A second is a few answers of some of them.
    lengths = {name: options.seconds * (2 if name else 1) for name in asked}
    rates: _Rates = {name: [] for name in asked}
    for _ in range(options.runs):
        for name, (at, path) in asked.items():
            rates[name].append(rate(at, path, lengths[name], accept=accept))
    return rates


def _cold(
    folder: Path,
    port: int,
    others: list[Other],
    base: str,
    extension: str,
    paths: list[str],
    options: argparse.Namespace,
) -> _Rates:
    """Return the rates of documents that were not asked for before; ours has no name."""
    rates: _Rates = {name: [] for name in ("", *(other.name for other in others))}
    accept = _MEDIA_TYPES[extension]
    for run in range(options.runs):
        chosen = paths[run * _COLD_DOCUMENTS : (run + 1) * _COLD_DOCUMENTS]
        at = f"http://127.0.0.1:{port}"
        rates[""].append(cold_rate(folder, [f"{at}{path}.{extension}" for path in chosen]))
        for other in others:
            at = f"http://127.0.0.1:{other.port}"
            asked = [at + other.path(_iri(base, path)) for path in chosen]
            rates[other.name].append(cold_rate(folder, asked, accept))
    return rates


def _cells(rates: _Rates, others: list[Other]) -> list[str]:
    cells = [f"{statistics.median(rates['']):,.0f}"]
    for other in others:
        if other.name not in rates:
            cells.append("–")
            continue
        theirs = rates[other.name]
        ratio = paired(rates[""], theirs)
        cells.append(f"{rounded(statistics.median(theirs))} ({rounded(ratio)}×)")
    return cells


if __name__ == "__main__":
    raise SystemExit(not show(measure, parser(__doc__).parse_args()))
