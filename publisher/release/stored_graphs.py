"""The store of a release: its list of files, and the union of its graphs where they share triples.

A triple of several graphs is one triple of their union, and Oxigraph would find it in each. So the
store of such a release has the union as its default graph, which takes as much room again; others
need none. Releases of older versions have none either.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from publisher.query.stored_union import add_union
from publisher.release.manifest import as_json, list_files, read_sealed, write_sealed
from publisher.release.model import STORE, STORE_MANIFEST

_UNION = "union"


def seal_store(folder: Path, shared: Iterable[bytes] | None = None) -> None:
    """Write the list of the files of a release's store, which nobody has open.

    Args:
        folder: Of the release.
        shared: N-Quads that the store was made of, if their graphs share triples; else None.

    Raises:
        OSError: The folder cannot be written; ``filename`` says which.
    """
    if shared is not None:
        add_union(folder / STORE, shared)
    content: dict[str, object] = {"files": as_json(list_files(folder / STORE, ()))}
    if shared is not None:
        content[_UNION] = True
    write_sealed(folder / STORE_MANIFEST, content)


def has_stored_union(folder: Path) -> bool:
    """Tell whether the store of a release has the union of its graphs as its default graph.

    Raises:
        ReleaseError: The list of its files is damaged, or missing.
    """
    return read_sealed(folder / STORE_MANIFEST).get(_UNION) is True
