"""The catalogue and the dumps: this server against nginx with the same bytes as files.

Run it with ``python tests/benchmarks/files.py``; it needs nginx and wrk.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from documents import COMPARED, compare, serve, sources, timed_build
from machinery import free_port, require, running, table, wait_until_ready
from measured import Part, circumstances, parser, show

_PATHS = (
    "/catalog.ttl",
    "/catalog.rdf",
    "/catalog.jsonld",
    "/catalog/dcat-ap-se.rdf",
    "/dump/clusters.ttl",
    "/dump/clusters.nt",
    "/dump/clusters.nt.gz",
    "/dump/clusters.jsonld",
)


def measure(options: argparse.Namespace) -> Part:
    """Return the table of the catalogue and of dumps."""
    require("nginx", "wrk")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources(folder, 0)
        timed_build(folder)
        port = free_port()
        with running(serve(port), folder):
            wait_until_ready(port)
            rows, ratios = compare(folder, port, {path: path for path in _PATHS}, options)
    text = (
        circumstances(
            "a process for each core, as nginx has",
            f"the fourteen, 16 connections, medians of {options.runs} paired runs of "
            f"{options.seconds} s; in brackets how many times as fast this program is",
        )
        + ":\n\n"
        + table(["file", *COMPARED], rows)
    )
    return Part("files", text, ratios)


if __name__ == "__main__":
    raise SystemExit(not show(measure, parser(__doc__).parse_args()))
