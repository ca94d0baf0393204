"""What runs in a process beside a preview of large files: it makes the index of the search."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from publisher.rdf.sorted_files import Quads
from publisher.release.search import write_search_later
from publisher.system import portable, sandbox

# Who looks at pages goes first.
_NICENESS = 10


def main() -> None:
    """Write the index; the arguments are its place, the triples, how many they are, the base."""
    sandbox.die_with_parent()
    portable.lower_priority(_NICENESS)
    index, triples, count, base_iri = sys.argv[1:]
    write_search_later(Path(index), Quads(Path(triples), int(count)), base_iri)
    os._exit(0)


if __name__ == "__main__":
    main()
