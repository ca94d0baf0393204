"""All comparisons with other programs, in one run; about ten minutes.

Run it with ``python tests/benchmarks/all.py --readme`` on a machine that does nothing else: it
prints the tables, writes them into ``tests/benchmarks/README.md``, and draws ``ratios.svg``. A part
that needs a program which is missing is left out and named.
"""

from __future__ import annotations

import time

import bare
import dereferencing
import documents
import embedded
import files
import queries
from measured import parser, show

_PARTS = {
    "documents": documents.measure,
    "dereferencing": dereferencing.measure,
    "files": files.measure,
    "queries": queries.measure_all,
    "bare": bare.measure_all,
    "embedded": embedded.measure_all,
}


def main() -> int:
    """Measure the parts that were asked for; return how many could not be."""
    described = queries.options(documents.options(parser(__doc__)))
    described.add_argument("--parts", nargs="+", choices=_PARTS, default=list(_PARTS))
    options = described.parse_args()
    failed = 0
    for name in options.parts:
        began = time.perf_counter()
        failed += not show(_PARTS[name], options)
        print(f"({name}: {time.perf_counter() - began:.0f} s)\n", flush=True)
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
