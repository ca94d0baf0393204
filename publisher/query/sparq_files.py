"""Quads → files that the engine sparq maps into memory, and those files opened.

Writing takes a process of its own, which takes the memory with it. sparq knows no union default
graph, so the union is written as the default graph, beside the graphs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pyoxigraph import Quad

from publisher.errors import EngineFailed, SettingError
from publisher.query.stored_union import with_union
from publisher.system.processes import child_environment, module_command

_LIBRARY = "sparq-rdf"
# sparq appends to these, and makes them where they are missing: they are no part of what was saved.
_LOGS = frozenset(("txn.log", "wal.log"))


def sparq_version() -> str:
    """Return the version of the library, whose files only the same version reads; "" for none."""
    from importlib.metadata import PackageNotFoundError, version

    if find_spec("sparq") is None:
        return ""
    try:
        return version(_LIBRARY)
    except PackageNotFoundError:
        return ""


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


def as_lines(quads: Iterable[Quad]) -> Iterator[bytes]:
    """Return quads as lines of N-Quads; an open store will do."""
    return (f"{quad} .\n".encode() for quad in quads)


def write_files(lines: Iterable[bytes], folder: Path, *, union: bool) -> None:
    """Write quads into a new folder, in another process: about 1 KB of memory a triple.

    The same quads in the same order give the same bytes. Literals keep their spelling.

    Args:
        lines: Of N-Quads.
        folder: Where to write.
        union: Whether the default graph is the union of all graphs, not their own.

    Raises:
        EngineFailed: It cannot be written.
    """
    with tempfile.NamedTemporaryFile(dir=folder.parent, suffix=".nq") as stream:
        stream.writelines(with_union(lines) if union else lines)
        stream.flush()
        done = subprocess.run(
            module_command("publisher.query.sparq_files", stream.name, str(folder)),
            capture_output=True,
            text=True,
            check=False,
            env=child_environment(),
        )
    if done.returncode:
        raise EngineFailed(
            "The files of the engine 'sparq' cannot be written ({reason}).",
            remedy="Make room in the folder for temporary files, or choose the engine 'oxigraph'.",
            reason=(done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1],
        )


def open_files(folder: str) -> Any:
    """Return sparq's graph over files that it only reads.

    It would write logs beside them, so it is shown a folder of links to them, which is gone again
    when it has opened what it needs.

    Raises:
        OSError: They cannot be opened.
    """
    import sparq  # an extra, which only this engine needs

    with tempfile.TemporaryDirectory(prefix="publisher-") as links:
        for path in sorted(Path(folder).resolve().rglob("*")):
            link = Path(links, path.relative_to(Path(folder).resolve()))
            if path.is_dir():
                link.mkdir()
            elif path.name not in _LOGS:
                _link(path, link)
        return sparq.Graph.open(links)


def _link(path: Path, link: Path) -> None:
    try:
        link.symlink_to(path)
    except OSError:  # Windows lets few people make symbolic links
        os.link(path, link)


def main() -> None:
    """Write the file that the arguments name into the folder that they name."""
    import sparq  # an extra, which only this engine needs

    source, folder = sys.argv[1:3]
    sparq.Graph.load(Path(source), "nquads").save(folder)


if __name__ == "__main__":
    main()
