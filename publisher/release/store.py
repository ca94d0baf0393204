"""Quads → an Oxigraph store on disk, made once and never written again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Quad, Store

from publisher.system.files import naming


def write_store(folder: Path, quads: Iterable[Quad]) -> None:
    """Make a store in a new folder, complete and flushed.

    Raises:
        OSError: The folder cannot be written; ``filename`` says which.
    """
    with naming(folder):
        store = Store(str(folder))
        store.bulk_extend(quads)
        store.flush()
        store.optimize()
