"""A release's store → files that the engine sparq maps into memory. Its own short-lived process.

sparq knows no union default graph, so the union is written as the default graph, beside the graphs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store

from publisher.errors import EngineFailed, SettingError
from publisher.system.processes import child_environment, module_command

_UNION = "union"


def check_sparq() -> None:
    """Let the engine's name pass if its library is there.

    Raises:
        SettingError: It is not.
    """
    if find_spec("sparq") is None:
        raise SettingError(
            "The engine 'sparq' needs the library 'sparq-rdf', which is not installed.",
            remedy="Install it: pip install 'sparq-rdf>=0.1.6,<0.2'; or choose 'oxigraph'.",
        )


def write_files(store: str, folder: Path, *, union: bool) -> None:
    """Write what a store holds into a folder of its own, in another process.

    The process takes the memory with it: about 1 KB a triple.

    Args:
        store: Folder of the store.
        folder: Where to write.
        union: Whether the default graph is the union of all graphs, not the store's own.

    Raises:
        EngineFailed: It cannot be written.
    """
    command = module_command("publisher.query.sparq_files", store, str(folder))
    command += [_UNION] if union else []
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=child_environment()
    )
    if done.returncode:
        raise EngineFailed(
            "The files of the engine 'sparq' cannot be written ({reason}).",
            remedy="Make room in the folder for temporary files, or choose the engine 'oxigraph'.",
            reason=(done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1],
        )


def _write(source: Store, folder: Path, *, union: bool) -> None:
    import sparq  # an extra, which only this engine needs

    graphs = [graph for graph in source.named_graphs() if isinstance(graph, NamedNode)]
    with tempfile.NamedTemporaryFile(dir=folder.parent, suffix=".nq") as stream:
        source.dump(stream, RdfFormat.N_QUADS)
        for graph in graphs if union else ():
            source.dump(stream, RdfFormat.N_TRIPLES, from_graph=graph)
        stream.flush()
        sparq.Graph.load(Path(stream.name), "nquads").save(str(folder))


def main() -> None:
    """Write the files that the arguments name."""
    store, folder = sys.argv[1:3]
    _write(Store.read_only(store), Path(folder), union=_UNION in sys.argv[3:])


if __name__ == "__main__":
    main()
