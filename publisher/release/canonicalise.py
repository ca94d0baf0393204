"""A process that names blank nodes and ends: N-Quads in, canonical N-Quads out (RDFC-1.0).

pyoxigraph holds the interpreter's lock while it works, so only the end of a process stops it.
"""

from __future__ import annotations

import sys

from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse, serialize

# Not by ``system.portable``: this file is run by its path, and imports nothing of the program.
try:
    import resource
except ImportError:  # Windows: who waits ends this process
    resource = None  # type: ignore[assignment]


def main() -> None:
    """Read, canonicalise, write; the first argument is the most bytes of memory."""
    most = int(sys.argv[1])
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    dataset = Dataset(parse(sys.stdin.buffer.read(), format=RdfFormat.N_QUADS))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    sys.stdout.buffer.write(serialize(dataset, format=RdfFormat.N_QUADS) or b"")


if __name__ == "__main__":
    main()
